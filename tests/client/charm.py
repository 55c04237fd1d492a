"""A charm of which every command has something to show."""

from __future__ import annotations

import logging

import ops

META = {
    'name': 'web-charm',
    'requires': {'database': {'interface': 'postgresql_client', 'limit': 1}},
    'peers': {'cluster': {'interface': 'cluster'}},
    'config': {
        'options': {
            'colour': {'type': 'string', 'default': 'blue', 'description': 'of the page'},
            'size': {'type': 'int'},
            'factor': {'type': 'float'},
            'dark': {'type': 'boolean', 'default': False},
            'token': {'type': 'secret'},
        }
    },
    'actions': {
        'say': {'params': {'what': {'default': 'hello'}}},
        'need': {'required': ['what']},
        'crash': {},
        'fail': {},
    },
    'resources': {'page': {'type': 'file', 'filename': 'page.html'}, 'image': {'type': 'oci-image'}},
}


class Web(ops.CharmBase):
    def __init__(self, framework):
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)
        framework.observe(self.on.config_changed, self._on_config_changed)
        framework.observe(self.on['database'].relation_created, self._on_database_created)
        framework.observe(self.on['say'].action, self._on_say)
        framework.observe(self.on['crash'].action, self._on_crash)
        framework.observe(self.on['fail'].action, self._on_fail)

    def _on_start(self, _):
        self.unit.set_workload_version('1.2')
        self.unit.open_port('tcp', 80)
        self.unit.status = ops.ActiveStatus('ready')
        logging.getLogger(__name__).warning('started %s', self.unit.name)

    def _on_config_changed(self, _):
        if self.config.get('colour') == 'red':
            raise RuntimeError('not red')

    def _on_database_created(self, _):
        if self.config.get('colour') == 'black':
            raise RuntimeError('no database in black')

    def _on_say(self, event):
        event.log(f'saying {event.params["what"]}')
        event.set_results({'said': {'text': event.params['what']}})

    def _on_crash(self, event):
        raise RuntimeError('crashed')

    def _on_fail(self, event):
        event.fail('no')
