"""Z56: a deferred secret-changed outlives its secret.

Cite: canonical/kafka-operator ca211aec, #435; canonical/opensearch-operator #542.
Root cause: the handler defers secret-changed until the workload is ready and then reads the secret without asking whether
the relation that brought it, with its grant and its secret, is still there.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z56'
JUJU = '3.6.14'
EXPECT = 'hook-failed'
SWEEP = ('none',)

META_DB: dict[str, Any] = {
    'name': 'db',
    'provides': {'database': {'interface': 'database_client'}},
}
ACTIONS_DB: dict[str, Any] = {'rotate-password': {'description': 'Give every client a new password.'}}
META_WEB: dict[str, Any] = {
    'name': 'web',
    'requires': {'database': {'interface': 'database_client', 'optional': True}},
    'config': {'options': {'maintenance': {'type': 'boolean', 'default': False}}},
}


class Database(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)
        framework.observe(self.on.leader_elected, self._publish)
        framework.observe(self.on['database'].relation_created, self._publish)
        framework.observe(self.on['database'].relation_broken, self._on_database_broken)
        framework.observe(self.on['rotate-password'].action, self._on_rotate_action)
        framework.observe(self.on.secret_changed, self._on_secret_changed)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _on_start(self, _: ops.StartEvent) -> None:
        self.unit.status = ops.ActiveStatus()

    def _publish(self, _: ops.EventBase) -> None:
        if not self.unit.is_leader():
            return
        for relation in self.model.relations['database']:
            secret = self._user_secret(f'user-{relation.id}')
            secret.grant(relation)
            relation.data[self.app]['secret-user'] = secret.get_info().id

    def _user_secret(self, label: str) -> ops.Secret:
        try:
            return self.model.get_secret(label=label)
        except ops.SecretNotFoundError:
            return self.app.add_secret({'password': secrets.token_urlsafe(24)}, label=label)

    def _on_database_broken(self, event: ops.RelationBrokenEvent) -> None:
        if not self.unit.is_leader():
            return
        try:
            self.model.get_secret(label=f'user-{event.relation.id}').remove_all_revisions()
        except ops.SecretNotFoundError:
            pass

    def _on_rotate_action(self, event: ops.ActionEvent) -> None:
        for relation in self.model.relations['database']:
            secret = self.model.get_secret(label=f'user-{relation.id}')
            secret.set_content({'password': secrets.token_urlsafe(24)})
        event.set_results({'rotated': 'true'})

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        if self.unit.is_leader():
            event.remove_revision()


class _Web(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.config_changed, self._on_config_changed)
        framework.observe(self.on['database'].relation_changed, self._on_database_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_config_changed(self, _: ops.ConfigChangedEvent) -> None:
        self.unit.status = ops.ActiveStatus('maintenance' if self.config['maintenance'] else '')

    def _on_database_changed(self, event: ops.RelationChangedEvent) -> None:
        secret_id = event.relation.data[event.app].get('secret-user')
        if secret_id:
            self._log_in(self.model.get_secret(id=secret_id))

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        if self.config['maintenance']:
            event.defer()
            return
        self._apply(event)

    def _apply(self, event: ops.SecretChangedEvent) -> None:
        raise NotImplementedError

    def _log_in(self, secret: ops.Secret) -> None:
        assert secret.get_content(refresh=True)['password']


class Buggy(_Web):
    def _apply(self, event: ops.SecretChangedEvent) -> None:
        self._log_in(event.secret)


class Fixed(_Web):
    def _apply(self, event: ops.SecretChangedEvent) -> None:
        try:
            self._log_in(event.secret)
        except ops.ModelError:
            pass  # removed, or no longer granted: nothing is left to log in to


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Database, 'db', meta={**META_DB, 'actions': ACTIONS_DB})
    model.deploy(Buggy if buggy else Fixed, 'web', meta=META_WEB)
    model.integrate('db:database', 'web:database')
    model.settle()

    model.config('web', {'maintenance': True})
    model.settle()
    model.run('db/0', 'rotate-password')
    model.settle()
    model.remove_relation('db:database', 'web:database')
    model.settle()
    model.config('web', {'maintenance': False})
    model.settle()
