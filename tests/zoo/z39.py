"""Z39: the wrong exception is expected for a secret that may not be read.

Cite: canonical/operator #1229, #1231, #1248; canonical/vault-k8s-operator d56f78523; text in Juju 4: juju/juju #22961, #23019.
Root cause: the charm catches SecretNotFoundError only, but a secret that exists and is not granted raises ModelError
("permission denied" in Juju 3.6, "is not allowed to read this secret" in 4.0), so the guard covers just the missing one.
"""

from __future__ import annotations

from typing import Any

import ops

ENTRY = 'Z39'
JUJU = ('3.6.14', '4.0.14')
EXPECT = 'hook-failed'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'web',
    'config': {'options': {'api-token': {'type': 'secret'}}},
}


class _Web(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        for event in (self.on.config_changed, self.on.update_status, self.on.secret_changed):
            framework.observe(event, self._reconcile)

    def _reconcile(self, _: ops.EventBase) -> None:
        secret_id = self.config.get('api-token')
        if not secret_id:
            self.unit.status = ops.ActiveStatus('anonymous access')
        elif self._token(str(secret_id)):
            self.unit.status = ops.ActiveStatus()
        else:
            self.unit.status = ops.BlockedStatus('cannot read the secret in api-token')

    def _token(self, secret_id: str) -> str | None:
        raise NotImplementedError


class Buggy(_Web):
    def _token(self, secret_id: str) -> str | None:
        try:
            return self.model.get_secret(id=secret_id).get_content(refresh=True)['token']
        except ops.SecretNotFoundError:
            return None


class Fixed(_Web):
    def _token(self, secret_id: str) -> str | None:
        try:
            return self.model.get_secret(id=secret_id).get_content(refresh=True)['token']
        except ops.ModelError:
            return None


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'web', meta=META)
    model.settle()

    trial = model.add_secret('trial-token', {'token': 'tQ7mVx2Kc9LrW4sZp1Nd8B'})
    model.grant_secret('trial-token', 'web')
    model.config('web', {'api-token': trial})
    model.settle()
    model.remove_secret('trial-token')
    model.settle()
    model.update_status('web/0')

    token = model.add_secret('api-token', {'token': 'hG5fYb3Jt6RkU0vXe7Qa2M'})
    model.config('web', {'api-token': token})
    model.settle()
    model.grant_secret('api-token', 'web')
    model.update_status('web/0')
    model.settle()
