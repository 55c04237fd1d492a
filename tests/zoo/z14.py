"""Z14: never refreshed, so stale for ever.

Cite: canonical/github-runner-operator PR #779 (8112fa463); canonical/jenkins-k8s-operator 3915732e; canonical/vault-k8s-operator
PR #313; canonical/kafka-operator 6bd8cd03.
Root cause: the charm reconciles on secret-changed, but reads with a plain `get_content()`, which keeps returning the revision
that this unit tracks.
"""

from __future__ import annotations

from typing import Any

import ops

ENTRY = 'Z14'
JUJU = '3.6.14'
EXPECT = 'stale-observer'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'runner',
    'config': {'options': {'token': {'type': 'secret'}}},
}

WORKLOADS: dict[str, str] = {}
"""The token with which each unit's workload was configured."""


class _Runner(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.config_changed, self._reconcile)
        framework.observe(self.on.secret_changed, self._reconcile)

    def _reconcile(self, _: ops.EventBase) -> None:
        secret_id = self.config.get('token')
        if not secret_id:
            self.unit.status = ops.BlockedStatus('no token configured')
            return
        WORKLOADS[self.unit.name] = self._read(self.model.get_secret(id=str(secret_id)))['token']
        self.unit.status = ops.ActiveStatus()

    def _read(self, secret: ops.Secret) -> dict[str, str]:
        raise NotImplementedError


class Buggy(_Runner):
    def _read(self, secret: ops.Secret) -> dict[str, str]:
        return secret.get_content()


class Fixed(_Runner):
    def _read(self, secret: ops.Secret) -> dict[str, str]:
        return secret.get_content(refresh=True)


def drive(model: Any, buggy: bool) -> None:
    WORKLOADS.clear()
    model.deploy(Buggy if buggy else Fixed, 'runner', num_units=2, meta=META)
    uri = model.add_secret('forge-token', {'token': 'fp_8sQ2vLxW5nTz0RkJ3mYb7HdC'})
    model.grant_secret('forge-token', 'runner')
    model.config('runner', {'token': uri})
    model.settle()
    model.update_secret('forge-token', {'token': 'fp_Zk4uN9aVgE1oPqX6tBw2SrLy'}, auto_prune=True)
    model.settle()
