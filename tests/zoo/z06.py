"""Z06: the label scheme changed between two revisions of the charm.

Cite: canonical/data-platform-libs #170 (7c80365) and #157; canonical/tls-certificates-interface e508182;
canonical/charmlibs #565, PR #582 (d2970763); canonical/traefik-k8s-operator PR #729.
Root cause: the new revision looks for its private key under the new label only, makes another key, requests every
certificate again, and leaves the old secret behind where no code can find it.

EXPECT orphaned-secret: after the upgrade settled, an owned secret whose id is in no data bag, configuration or stored state,
and which no hook of the charm that now runs has read or changed.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import ops

ENTRY = 'Z06'
JUJU = '3.6.14'
EXPECT = 'orphaned-secret'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'gateway',
    'requires': {'certificates': {'interface': 'tls-certificates'}},
}
OLD_LABEL = 'private-key-0-certificates'
NEW_LABEL = 'tls-lib-private-key-0-certificates'


class _Gateway(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.install, self._request)
        framework.observe(self.on.upgrade_charm, self._request)
        framework.observe(self.on.config_changed, self._request)
        framework.observe(self.on['certificates'].relation_created, self._request)

    def _key_secret(self) -> ops.Secret:
        raise NotImplementedError

    def _find_or_add(self, label: str) -> ops.Secret:
        try:
            return self.model.get_secret(label=label)
        except ops.SecretNotFoundError:
            return self.unit.add_secret({'private-key': secrets.token_hex(32)}, label=label)

    def _request(self, _: ops.EventBase) -> None:
        private_key = self._key_secret().get_content()['private-key']
        csr = hashlib.sha256(f'{self.unit.name}{private_key}'.encode()).hexdigest()
        for relation in self.model.relations['certificates']:
            relation.data[self.unit]['certificate-signing-request'] = csr
        self.unit.status = ops.ActiveStatus()


class Before(_Gateway):
    """The revision that is deployed first."""

    def _key_secret(self) -> ops.Secret:
        return self._find_or_add(OLD_LABEL)


class Buggy(_Gateway):
    def _key_secret(self) -> ops.Secret:
        return self._find_or_add(NEW_LABEL)


class Fixed(_Gateway):
    def _key_secret(self) -> ops.Secret:
        try:
            secret = self.model.get_secret(label=OLD_LABEL)
        except ops.SecretNotFoundError:
            return self._find_or_add(NEW_LABEL)
        secret.set_info(label=NEW_LABEL)
        return secret


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Before, 'gateway', num_units=2, meta=META)
    model.deploy_puppet('authority', provides={'certificates': 'tls-certificates'})
    model.integrate('gateway:certificates', 'authority:certificates')
    model.settle()
    model.refresh('gateway', Buggy if buggy else Fixed)
    model.settle()
