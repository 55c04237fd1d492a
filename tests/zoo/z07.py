"""Z07: a raw document is used as a label.

Cite: canonical/tls-certificates-interface #188 (e4dad27); canonical/charmlibs e8fde14c.
Root cause: the label that ties a private key to its request embeds the whole certificate signing request instead of a digest.

EXPECT label-is-content: a label, of an owner or an observer, that has a line break or is longer than 128 characters.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any

import ops

ENTRY = 'Z07'
JUJU = '3.6.14'
EXPECT = 'label-is-content'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'server',
    'requires': {'certificates': {'interface': 'tls-certificates'}},
}


def make_csr() -> str:
    body = base64.encodebytes(secrets.token_bytes(480)).decode()
    return f'-----BEGIN CERTIFICATE REQUEST-----\n{body}-----END CERTIFICATE REQUEST-----'


class _Server(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['certificates'].relation_joined, self._on_joined)
        framework.observe(self.on['certificates'].relation_changed, self._on_changed)

    def _label(self, csr: str) -> str:
        raise NotImplementedError

    def _on_joined(self, event: ops.RelationJoinedEvent) -> None:
        if 'certificate-signing-request' in event.relation.data[self.unit]:
            return
        csr = make_csr()
        self.unit.add_secret({'private-key': secrets.token_hex(32)}, label=self._label(csr))
        event.relation.data[self.unit]['certificate-signing-request'] = csr

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        csr = event.relation.data[self.unit].get('certificate-signing-request')
        certificate = event.relation.data[event.app].get('certificate')
        if csr and certificate:
            assert self.model.get_secret(label=self._label(csr)).get_content()['private-key']
            self.unit.status = ops.ActiveStatus()


class Buggy(_Server):
    def _label(self, csr: str) -> str:
        return f'certificate-key-{csr}'


class Fixed(_Server):
    def _label(self, csr: str) -> str:
        return f'certificate-key-{hashlib.sha256(csr.encode()).hexdigest()}'


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'server', meta=META)
    authority = model.deploy_puppet('authority', provides={'certificates': 'tls-certificates'})
    relation = model.integrate('server:certificates', 'authority:certificates')
    model.settle()
    with authority.leader.hook() as hook:
        hook.relation_set(relation, {'certificate': 'signed by the authority'}, app=True)
    model.settle()
