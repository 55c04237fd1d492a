"""Z21: secret-changed, reconcile, write, secret-changed.

Cite: canonical/jenkins-k8s-operator 075c139d, fixed again in 3e0fdf50; canonical/opensearch-operator PR #289.
Root cause: one reconcile method observes secret-changed and writes a fresh token into the secret each time that it runs; the
leader reads that secret too, so its own write comes back to it as the next secret-changed.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z21'
JUJU = '3.6.14'
EXPECT = 'endless-hooks'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'automation',
    'peers': {'automation-peers': {'interface': 'automation_peers'}},
    'config': {'options': {'executors': {'type': 'int', 'default': 2}}},
}
LABEL = 'automation-admin'


class _Automation(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        for event in (
            self.on.leader_elected,
            self.on.config_changed,
            self.on.secret_changed,
            self.on['automation-peers'].relation_changed,
        ):
            framework.observe(event, self._reconcile)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _reconcile(self, _: ops.EventBase) -> None:
        peers = self.model.get_relation('automation-peers')
        if peers is None:
            return
        if 'admin-secret-id' not in peers.data[self.app]:
            if not self.unit.is_leader():
                self.unit.status = ops.WaitingStatus('waiting for the leader')
                return
            content = {'password': secrets.token_urlsafe(24), 'api-token': secrets.token_hex(24)}
            secret = self.app.add_secret(content, label=LABEL)
            assert secret.id is not None
            peers.data[self.app]['admin-secret-id'] = secret.id
        else:
            secret = self.model.get_secret(label=LABEL)
            content = secret.get_content(refresh=True)
            if self.unit.is_leader():
                secret.set_content({**content, 'api-token': self._api_token(content)})
        assert content['password']
        self.unit.status = ops.ActiveStatus(f'{self.config["executors"]} executors')

    def _api_token(self, content: dict[str, str]) -> str:
        """The token with which the charm talks to the workload."""
        raise NotImplementedError

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


class Buggy(_Automation):
    def _api_token(self, content: dict[str, str]) -> str:
        return secrets.token_hex(24)


class Fixed(_Automation):
    def _api_token(self, content: dict[str, str]) -> str:
        return content.get('api-token') or secrets.token_hex(24)


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'automation', num_units=2, meta=META)
    model.settle()
    model.config('automation', {'executors': 4})
    model.settle()
