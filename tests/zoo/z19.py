"""Z19: a `secret-changed` that never arrives, and a handler that is the only place that follows the secret.

Cite: canonical/postgresql-operator PR #1961 (first defect; 90 minutes without the event across models on Juju 3.6.28).
Root cause: only the secret-changed handler refreshes; when Juju has no event to give, no other hook ever catches up.

The original lost the event of a cross-model relation. Here one model serves, by a rule of Juju 3.6 that holds everywhere: a
revision made while the observer has no access is not announced to it, and granting access again announces nothing either,
yet the observer goes on tracking the revision that it had.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z19'
JUJU = '3.6.14'
EXPECT = 'stale-observer'
SWEEP = ('none',)

OWNER_META: dict[str, Any] = {
    'name': 'primary',
    'provides': {'replication-offer': {'interface': 'async_replication'}},
    'peers': {'primary-peers': {'interface': 'primary_peers'}},
    'config': {'options': {'epoch': {'type': 'int', 'default': 1}}},
}
META: dict[str, Any] = {
    'name': 'standby',
    'requires': {'replication': {'interface': 'async_replication'}},
}
LABEL = 'replication-credentials'


class Primary(ops.CharmBase):
    """Owns the password; a new `epoch` in its configuration makes a new one."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._reconcile)
        framework.observe(self.on.config_changed, self._reconcile)
        framework.observe(self.on['replication-offer'].relation_created, self._reconcile)
        framework.observe(self.on.secret_changed, self._on_secret_changed)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _reconcile(self, _: ops.EventBase) -> None:
        peers = self.model.get_relation('primary-peers')
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
        for relation in self.model.relations['replication-offer']:
            secret.grant(relation)
            relation.data[self.app]['secret-id'] = secret.get_info().id

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


class _Standby(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['replication'].relation_changed, self._on_changed)
        framework.observe(self.on.update_status, self._on_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_changed(self, _: ops.EventBase) -> None:
        for relation in self.model.relations['replication']:
            secret_id = relation.data[relation.app].get('secret-id')
            if secret_id:
                self._sync(self._read(self.model.get_secret(id=secret_id)))

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        self._sync(event.secret.get_content(refresh=True))

    def _read(self, secret: ops.Secret) -> dict[str, str]:
        raise NotImplementedError

    def _sync(self, content: dict[str, str]) -> None:
        assert content['password']
        self.unit.status = ops.ActiveStatus()


class Buggy(_Standby):
    def _read(self, secret: ops.Secret) -> dict[str, str]:
        return secret.get_content()


class Fixed(_Standby):
    def _read(self, secret: ops.Secret) -> dict[str, str]:
        return secret.get_content(refresh=True)


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Primary, 'primary', meta=OWNER_META)
    model.deploy(Buggy if buggy else Fixed, 'standby', meta=META)
    model.integrate('primary:replication-offer', 'standby:replication')
    model.settle()

    model.remove_relation('primary:replication-offer', 'standby:replication')
    model.settle()
    model.config('primary', {'epoch': 2})
    model.settle()
    model.integrate('primary:replication-offer', 'standby:replication')
    model.settle()
