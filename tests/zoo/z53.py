"""Z53: of several fields to delete, one is missing.

Cite: data-platform-libs #125.
Root cause: the fields are taken out of the content one by one without asking whether they are there, and the KeyError of the
missing one comes before the rest is written back.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z53'
JUJU = '3.6.14'
EXPECT = 'hook-failed'
SWEEP = ('none',)

META_DB: dict[str, Any] = {
    'name': 'db',
    'provides': {'database': {'interface': 'database_client'}},
    'config': {'options': {'reporting-user': {'type': 'boolean', 'default': True}}},
}
META_WEB: dict[str, Any] = {
    'name': 'web',
    'requires': {'database': {'interface': 'database_client'}},
}
REPORTING_FIELDS = ('reporting-username', 'reporting-password', 'reporting-uris')


class _Database(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._reconcile)
        framework.observe(self.on.config_changed, self._reconcile)
        framework.observe(self.on['database'].relation_created, self._reconcile)
        framework.observe(self.on.secret_changed, self._on_secret_changed)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _reconcile(self, _: ops.EventBase) -> None:
        if self.unit.is_leader():
            for relation in self.model.relations['database']:
                secret = self._user_secret(f'database.{relation.id}.user')
                if not self.config['reporting-user']:
                    self._delete(secret, REPORTING_FIELDS)
                secret.grant(relation)
                relation.data[self.app]['secret-user'] = secret.get_info().id
        self.unit.status = ops.ActiveStatus()

    def _user_secret(self, label: str) -> ops.Secret:
        try:
            return self.model.get_secret(label=label)
        except ops.SecretNotFoundError:
            content = {
                'password': secrets.token_urlsafe(24),
                'reporting-username': f'reporting-{secrets.token_hex(8)}',
                'reporting-password': secrets.token_urlsafe(24),
            }
            return self.app.add_secret(content, label=label)

    def _delete(self, secret: ops.Secret, fields: tuple[str, ...]) -> None:
        raise NotImplementedError

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        if self.unit.is_leader():
            event.remove_revision()


class Buggy(_Database):
    def _delete(self, secret: ops.Secret, fields: tuple[str, ...]) -> None:
        content = secret.peek_content()
        for field in fields:
            content.pop(field)
        secret.set_content(content)


class Fixed(_Database):
    def _delete(self, secret: ops.Secret, fields: tuple[str, ...]) -> None:
        content = secret.peek_content()
        kept = {field: value for field, value in content.items() if field not in fields}
        if kept != content:
            secret.set_content(kept)


class Web(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_changed, self._on_database_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_database_changed(self, event: ops.RelationChangedEvent) -> None:
        secret_id = event.relation.data[event.app].get('secret-user')
        if secret_id:
            assert self.model.get_secret(id=secret_id).get_content(refresh=True)['password']
            self.unit.status = ops.ActiveStatus()

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'db', meta=META_DB)
    model.deploy(Web, 'web', meta=META_WEB)
    model.integrate('db:database', 'web:database')
    model.settle()
    model.config('db', {'reporting-user': False})
    model.settle()
