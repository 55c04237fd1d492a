"""Z09: a unit that is not the leader removes the application's secret.

Cite: canonical/kratos-operator PR #666 (ce823c0); canonical/operator #1071 and #1076.
Root cause: relation-broken runs on every unit; reading the secret by its label works on all of them, removing it needs the
leader, so every other unit that comes to it before the leader has removed it fails with SecretNotFoundError.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z09'
JUJU = '3.6.14'
EXPECT = 'hook-failed'
SWEEP = ('orders', 'leader')

META: dict[str, Any] = {
    'name': 'identity',
    'provides': {'webhook': {'interface': 'login_webhook'}},
}
CLIENT_META: dict[str, Any] = {
    'name': 'hooks',
    'requires': {'webhook': {'interface': 'login_webhook'}},
}


class _Identity(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['webhook'].relation_joined, self._on_joined)
        framework.observe(self.on['webhook'].relation_broken, self._on_broken)

    def _label(self, relation: ops.Relation) -> str:
        return f'api-key-{relation.id}'

    def _on_joined(self, event: ops.RelationJoinedEvent) -> None:
        if not self.unit.is_leader():
            return
        label = self._label(event.relation)
        try:
            secret = self.model.get_secret(label=label)
        except ops.SecretNotFoundError:
            secret = self.app.add_secret({'api-key': secrets.token_urlsafe(24)}, label=label)
        secret.grant(event.relation)
        event.relation.data[self.app]['api-key-secret'] = secret.get_info().id

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        if not self._may_remove():
            return
        try:
            secret = self.model.get_secret(label=self._label(event.relation))
        except ops.SecretNotFoundError:
            return
        secret.remove_all_revisions()

    def _may_remove(self) -> bool:
        raise NotImplementedError


class Buggy(_Identity):
    def _may_remove(self) -> bool:
        return True


class Fixed(_Identity):
    def _may_remove(self) -> bool:
        return self.unit.is_leader()


class Hooks(ops.CharmBase):
    """Reads the API key that it is given."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['webhook'].relation_changed, self._on_changed)

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        secret_id = event.relation.data[event.app].get('api-key-secret')
        if secret_id:
            assert self.model.get_secret(id=secret_id).get_content(refresh=True)['api-key']
            self.unit.status = ops.ActiveStatus()


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'identity', num_units=2, meta=META)
    model.deploy(Hooks, 'hooks', meta=CLIENT_META)
    model.integrate('identity:webhook', 'hooks:webhook')
    model.settle()
    model.remove_relation('identity:webhook', 'hooks:webhook')
    model.settle()
