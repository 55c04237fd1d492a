"""Z30: removed, then read and made again in one hook.

Cite: canonical/traefik-k8s-operator #340 (canonical/observability-libs PR #85); canonical/cos-lib #48 (08c5307).
Root cause: relation-broken removes the secret, and the fallback that runs in the same hook still finds it by its label, cannot
write it, and adds another with the same label, which is not free before the commit has removed the first.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z30'
JUJU = '3.6.14'
EXPECT = 'hook-failed'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'ingress',
    'requires': {'certificates': {'interface': 'keypairs'}},
}
AUTHORITY_META: dict[str, Any] = {
    'name': 'authority',
    'provides': {'certificates': {'interface': 'keypairs'}},
}
LABEL = 'ingress-vault'


class _Ingress(ops.CharmBase):
    """Keeps the key pair in use in a secret of its own, whoever has made it."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['certificates'].relation_changed, self._on_changed)
        framework.observe(self.on['certificates'].relation_broken, self._on_broken)
        framework.observe(self.on.secret_changed, self._on_secret_changed)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        secret_id = event.relation.data[event.app].get('keypair-id')
        if secret_id:
            self._store(self.model.get_secret(id=secret_id).get_content(refresh=True)['keypair'])
            self.unit.status = ops.ActiveStatus('signed')

    def _on_broken(self, _: ops.RelationBrokenEvent) -> None:
        self._forget()
        self._store(f'self-signed-{secrets.token_hex(48)}')
        self.unit.status = ops.ActiveStatus('self-signed')

    def _forget(self) -> None:
        """The provider is gone, and its key pair shall be too."""
        raise NotImplementedError

    def _store(self, keypair: str) -> None:
        try:
            secret = self.model.get_secret(label=LABEL)
            secret.set_content({'keypair': keypair})
        except ops.SecretNotFoundError:
            self.unit.add_secret({'keypair': keypair}, label=LABEL)

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


class Buggy(_Ingress):
    def _forget(self) -> None:
        try:
            self.model.get_secret(label=LABEL).remove_all_revisions()
        except ops.SecretNotFoundError:
            pass


class Fixed(_Ingress):
    def _forget(self) -> None:
        """Storing another key pair makes the old one obsolete, and secret-remove deletes it."""


class Authority(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['certificates'].relation_created, self._on_created)
        framework.observe(self.on['certificates'].relation_broken, self._on_broken)

    def _on_created(self, event: ops.RelationCreatedEvent) -> None:
        if self.unit.is_leader():
            content = {'keypair': secrets.token_hex(48)}
            secret = self.app.add_secret(content, label=f'keypair-{event.relation.id}')
            secret.grant(event.relation)
            assert secret.id is not None
            event.relation.data[self.app]['keypair-id'] = secret.id

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        if self.unit.is_leader():
            self.model.get_secret(label=f'keypair-{event.relation.id}').remove_all_revisions()


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'ingress', meta=META)
    model.deploy(Authority, 'authority', meta=AUTHORITY_META)
    model.integrate('ingress:certificates', 'authority:certificates')
    model.settle()
    model.remove_relation('ingress:certificates', 'authority:certificates')
    model.settle()
    model.integrate('ingress:certificates', 'authority:certificates')
    model.settle()
