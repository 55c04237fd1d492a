"""Z22: a new secret each time instead of a new revision, or of none.

Cite: canonical/operator #1055.
Root cause: every publishing hook adds another secret without label or look-up and overwrites the id in the data bag; all the
earlier secrets stay, and nothing knows their ids any more.

EXPECT orphaned-secret: after settle, an owned secret without label whose id is in no data bag, configuration or stored state.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z22'
JUJU = '3.6.14'
EXPECT = 'orphaned-secret'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'mail-server',
    'provides': {'smtp': {'interface': 'smtp'}},
    'config': {'options': {'port': {'type': 'int', 'default': 587}}},
}
CLIENT_META: dict[str, Any] = {
    'name': 'shop',
    'requires': {'smtp': {'interface': 'smtp'}},
}
OPERATOR_LABEL = 'smtp-password'


class _MailServer(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        for event in (
            self.on.leader_elected,
            self.on.config_changed,
            self.on['smtp'].relation_created,
        ):
            framework.observe(event, self._reconcile)
        framework.observe(self.on['smtp'].relation_broken, self._on_broken)
        framework.observe(self.on.secret_changed, self._on_secret_changed)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _reconcile(self, _: ops.EventBase) -> None:
        if not self.unit.is_leader():
            return
        password = self._password()
        for relation in self.model.relations['smtp']:
            relation.data[self.app]['port'] = str(self.config['port'])
            secret = self._client_secret(relation, password)
            secret.grant(relation)
            relation.data[self.app]['password-id'] = secret.id or secret.get_info().id
        self.unit.status = ops.ActiveStatus()

    def _password(self) -> str:
        try:
            return self.model.get_secret(label=OPERATOR_LABEL).get_content(refresh=True)['password']
        except ops.SecretNotFoundError:
            password = secrets.token_urlsafe(24)
            self.app.add_secret({'password': password}, label=OPERATOR_LABEL)
            return password

    def _client_secret(self, relation: ops.Relation, password: str) -> ops.Secret:
        raise NotImplementedError

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        raise NotImplementedError

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


class Buggy(_MailServer):
    def _client_secret(self, relation: ops.Relation, password: str) -> ops.Secret:
        return self.app.add_secret({'password': password})

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        secret_id = event.relation.data[self.app].get('password-id')
        if self.unit.is_leader() and secret_id:
            self.model.get_secret(id=secret_id).remove_all_revisions()


class Fixed(_MailServer):
    def _client_secret(self, relation: ops.Relation, password: str) -> ops.Secret:
        label = f'smtp-client-{relation.id}'
        try:
            return self.model.get_secret(label=label)
        except ops.SecretNotFoundError:
            return self.app.add_secret({'password': password}, label=label)

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        if not self.unit.is_leader():
            return
        try:
            secret = self.model.get_secret(label=f'smtp-client-{event.relation.id}')
        except ops.SecretNotFoundError:
            return
        secret.remove_all_revisions()


class Client(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['smtp'].relation_changed, self._on_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        secret_id = event.relation.data[event.app].get('password-id')
        if secret_id:
            assert self.model.get_secret(id=secret_id).get_content(refresh=True)['password']
            self.unit.status = ops.ActiveStatus()

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'mail-server', meta=META)
    model.deploy(Client, 'shop', meta=CLIENT_META)
    model.integrate('mail-server:smtp', 'shop:smtp')
    model.settle()
    for port in (25, 465, 2525):
        model.config('mail-server', {'port': port})
        model.settle()
