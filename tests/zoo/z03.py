"""Z03: `add_secret` again with the same label.

Cite: canonical/self-signed-certificates-operator #11 (44b58f7); canonical/operator #858.
Root cause: every config-changed creates the secret without looking whether it exists; the second commit finds the label taken.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import ops

ENTRY = 'Z03'
JUJU = '3.6.14'
EXPECT = 'hook-failed'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'authority',
    'peers': {'authority-peers': {'interface': 'authority_peers'}},
    'config': {'options': {'ca-common-name': {'type': 'string', 'default': 'example.com'}}},
}
LABEL = 'ca-certificates'


class _Authority(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.config_changed, self._on_config_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _on_config_changed(self, _: ops.ConfigChangedEvent) -> None:
        if self.unit.is_leader():
            self._ensure_authority(str(self.config['ca-common-name']))
            self.unit.status = ops.ActiveStatus()

    def _ensure_authority(self, common_name: str) -> None:
        raise NotImplementedError

    def _generate(self, common_name: str) -> dict[str, str]:
        private_key = secrets.token_hex(32)
        signature = hashlib.sha256(f'{common_name}{private_key}'.encode()).hexdigest()
        return {'private-key': private_key, 'ca-certificate': f'subject={common_name};signature={signature}'}

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


class Buggy(_Authority):
    def _ensure_authority(self, common_name: str) -> None:
        self.app.add_secret(self._generate(common_name), label=LABEL)


class Fixed(_Authority):
    def _ensure_authority(self, common_name: str) -> None:
        try:
            secret = self.model.get_secret(label=LABEL)
        except ops.SecretNotFoundError:
            self.app.add_secret(self._generate(common_name), label=LABEL)
            return
        if not secret.get_content(refresh=True)['ca-certificate'].startswith(f'subject={common_name};'):
            secret.set_content(self._generate(common_name))


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'authority', num_units=2, meta=META)
    model.settle()
    model.config('authority', {'ca-common-name': 'example.org'})
    model.settle()
