"""Z35: a short id is handed to another model.

Cite: canonical/vault-k8s-operator 6ca9c1a2b and PR #448; canonical/operator #1312 (LP 2075153); the `secret._id` work-around of
canonical/postgresql-operator.
Root cause: `add_secret()` returns an id with the model's uuid, but the rotation publishes the id as the event has it, which is
the short form; the other model looks for that secret at home and does not find it.

Needs two models: the vault is offered by one and consumed from the other.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z35'
JUJU = '3.6.14'
EXPECT = 'unreadable-id'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'vault',
    'provides': {'vault-kv': {'interface': 'vault-kv'}},
}
CLIENT_META: dict[str, Any] = {
    'name': 'app',
    'requires': {'vault-kv': {'interface': 'vault-kv'}},
}


class _Vault(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['vault-kv'].relation_created, self._on_created)
        framework.observe(self.on['vault-kv'].relation_broken, self._on_broken)
        framework.observe(self.on.secret_rotate, self._on_secret_rotate)
        framework.observe(self.on.secret_changed, self._on_secret_changed)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _on_created(self, event: ops.RelationCreatedEvent) -> None:
        if not self.unit.is_leader():
            return
        secret = self.app.add_secret(
            {'role-secret-id': secrets.token_hex(24)},
            label=f'kv-{event.relation.id}',
            rotate=ops.SecretRotate.MONTHLY,
        )
        secret.grant(event.relation)
        assert secret.id is not None
        event.relation.data[self.app].update({'credentials': secret.id, 'generation': '1'})

    def _on_secret_rotate(self, event: ops.SecretRotateEvent) -> None:
        event.secret.set_content({'role-secret-id': secrets.token_hex(24)})
        for relation in self.model.relations['vault-kv']:
            if event.secret.label == f'kv-{relation.id}':
                data = relation.data[self.app]
                data['credentials'] = self._id_to_publish(event.secret)
                data['generation'] = str(int(data['generation']) + 1)

    def _id_to_publish(self, secret: ops.Secret) -> str:
        raise NotImplementedError

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        if self.unit.is_leader():
            self.model.get_secret(label=f'kv-{event.relation.id}').remove_all_revisions()

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


class Buggy(_Vault):
    def _id_to_publish(self, secret: ops.Secret) -> str:
        assert secret.id is not None
        return secret.id


class Fixed(_Vault):
    def _id_to_publish(self, secret: ops.Secret) -> str:
        return secret.get_info().id


class Client(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['vault-kv'].relation_changed, self._on_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        secret_id = event.relation.data[event.app].get('credentials')
        if secret_id:
            self._log_in(secret_id)

    def _log_in(self, secret_id: str) -> None:
        try:
            content = self.model.get_secret(id=secret_id).get_content(refresh=True)
        except ops.SecretNotFoundError:
            self.unit.status = ops.WaitingStatus('waiting for credentials')
            return
        assert content['role-secret-id']
        self.unit.status = ops.ActiveStatus()

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)


def drive(model: Any, buggy: bool) -> None:
    vaults = model.controller.add_model('vaults')
    vaults.deploy(Buggy if buggy else Fixed, 'vault', meta=META)
    vaults.offer('vault', endpoint='vault-kv')

    model.deploy(Client, 'app', meta=CLIENT_META)
    model.consume('vaults.vault')
    model.integrate('app:vault-kv', 'vault')
    model.settle()
    model.advance(days=32)
    model.settle()
