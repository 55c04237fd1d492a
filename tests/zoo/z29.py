"""Z29: removing the current revision and setting content in one hook.

Cite: canonical/k8s-operator PR #700 (3c19bad9); after-effects of removing the latest revision: juju/juju #18789.
Root cause: the charm replaces its token by removing the revision it has and setting the content anew; the second call silently
cancels the first, so the old revision stays.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z29'
JUJU = '3.6.14'
EXPECT = 'cancelled-operations'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'control-plane',
    'provides': {'workers': {'interface': 'k8s-cluster'}},
    'peers': {'control-plane-peers': {'interface': 'control_plane_peers'}},
    'config': {'options': {'token-epoch': {'type': 'int', 'default': 1}}},
}
WORKER_META: dict[str, Any] = {
    'name': 'worker',
    'requires': {'cluster': {'interface': 'k8s-cluster'}},
}
LABEL = 'cluster-join-token'


class _ControlPlane(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._reconcile)
        framework.observe(self.on.config_changed, self._reconcile)
        framework.observe(self.on['workers'].relation_created, self._reconcile)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _reconcile(self, _: ops.EventBase) -> None:
        peers = self.model.get_relation('control-plane-peers')
        if peers is None or not self.unit.is_leader():
            return
        epoch = str(self.config['token-epoch'])
        content = {'join-token': secrets.token_hex(32)}
        try:
            secret = self.model.get_secret(label=LABEL)
        except ops.SecretNotFoundError:
            secret = self.app.add_secret(content, label=LABEL)
            assert secret.id is not None
            peers.data[self.app]['token-id'] = secret.id
        else:
            if peers.data[self.app].get('token-epoch') != epoch:
                self._replace(secret, content)
        peers.data[self.app]['token-epoch'] = epoch
        for relation in self.model.relations['workers']:
            if 'token-id' not in relation.data[self.app]:
                secret.grant(relation)
                relation.data[self.app]['token-id'] = peers.data[self.app]['token-id']
        self.unit.status = ops.ActiveStatus()

    def _replace(self, secret: ops.Secret, content: dict[str, str]) -> None:
        raise NotImplementedError

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)


class Buggy(_ControlPlane):
    def _replace(self, secret: ops.Secret, content: dict[str, str]) -> None:
        secret.remove_revision(secret.get_info().revision)
        secret.set_content(content)


class Fixed(_ControlPlane):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _replace(self, secret: ops.Secret, content: dict[str, str]) -> None:
        secret.set_content(content)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


class Worker(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['cluster'].relation_changed, self._on_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        secret_id = event.relation.data[event.app].get('token-id')
        if secret_id:
            assert self.model.get_secret(id=secret_id).get_content(refresh=True)['join-token']
            self.unit.status = ops.ActiveStatus()

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'control-plane', meta=META)
    model.deploy(Worker, 'worker', num_units=2, meta=WORKER_META)
    model.integrate('control-plane:workers', 'worker:cluster')
    model.settle()
    model.config('control-plane', {'token-epoch': 2})
    model.settle()
