"""Z24: `secret-remove` is not handled.

Cite: canonical/postgresql-operator #1180; canonical/pgbouncer-operator #578; canonical/tls-certificates-interface a79e819
(canonical/charmlibs #275); juju docs PR #20792.
Root cause: each rotation makes a revision, nothing observes secret-remove, and Juju never deletes a charm's revisions itself.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z24'
JUJU = '3.6.14'
EXPECT = 'unpruned-revisions'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'database',
    'provides': {'database': {'interface': 'postgresql_client'}},
    'peers': {'database-peers': {'interface': 'database_peers'}},
    'config': {'options': {'epoch': {'type': 'int', 'default': 1}}},
}
CLIENT_META: dict[str, Any] = {
    'name': 'web',
    'requires': {'database': {'interface': 'postgresql_client'}},
}
LABEL = 'database-credentials'


class _Database(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._reconcile)
        framework.observe(self.on.config_changed, self._reconcile)
        framework.observe(self.on['database'].relation_created, self._reconcile)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _reconcile(self, _: ops.EventBase) -> None:
        peers = self.model.get_relation('database-peers')
        if peers is None or not self.unit.is_leader():
            return
        epoch = str(self.config['epoch'])
        content = {'password': secrets.token_urlsafe(24)}
        try:
            secret = self.model.get_secret(label=LABEL)
        except ops.SecretNotFoundError:
            secret = self.app.add_secret(content, label=LABEL)
        else:
            if peers.data[self.app].get('epoch') != epoch:
                secret.set_content(content)
        peers.data[self.app]['epoch'] = epoch
        for relation in self.model.relations['database']:
            secret.grant(relation)
            relation.data[self.app]['secret-id'] = secret.get_info().id
        self.unit.status = ops.ActiveStatus()

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)


class Buggy(_Database):
    """Has no handler for secret-remove."""


class Fixed(_Database):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


class Web(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_changed, self._on_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        secret_id = event.relation.data[event.app].get('secret-id')
        if secret_id:
            self._connect(self.model.get_secret(id=secret_id).get_content(refresh=True))

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        self._connect(event.secret.get_content(refresh=True))

    def _connect(self, content: dict[str, str]) -> None:
        assert content['password']
        self.unit.status = ops.ActiveStatus()


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'database', meta=META)
    model.deploy(Web, 'web', num_units=2, meta=CLIENT_META)
    model.integrate('database:database', 'web:database')
    model.settle()
    for epoch in range(2, 7):
        model.config('database', {'epoch': epoch})
        model.settle()
