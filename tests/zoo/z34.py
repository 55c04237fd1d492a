"""Z34: the consuming side of a cross-model relation shares a secret.

Cite: juju/juju #21248 (open), PR #15205, #15321; canonical/data-platform-libs PR #266 (d2ae9ad).
Root cause: the requirer hands its client certificate over in a secret, which works within one model; across models Juju lets
only the offering side grant, and the requirer's hook fails at commit.

Needs two models: the database is offered by one and consumed from the other.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import ops

ENTRY = 'Z34'
JUJU = '3.6.14'
EXPECT = 'hook-failed'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'web',
    'requires': {'database': {'interface': 'postgresql_client'}},
}
DATABASE_META: dict[str, Any] = {
    'name': 'database',
    'provides': {'database': {'interface': 'postgresql_client'}},
}
LABEL = 'web-client-key'


def certificate(key: str) -> str:
    body = hashlib.sha512(key.encode()).hexdigest()
    return f'-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----'


class _Web(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._reconcile)
        framework.observe(self.on['database'].relation_created, self._reconcile)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _reconcile(self, _: ops.EventBase) -> None:
        if not self.unit.is_leader():
            return
        pem = certificate(self._key())
        for relation in self.model.relations['database']:
            self._share(relation, pem)
        self.unit.status = ops.ActiveStatus()

    def _key(self) -> str:
        try:
            secret = self.model.get_secret(label=LABEL)
        except ops.SecretNotFoundError:
            secret = self.app.add_secret({'client-key': secrets.token_hex(48)}, label=LABEL)
        return secret.get_content(refresh=True)['client-key']

    def _share(self, relation: ops.Relation, pem: str) -> None:
        raise NotImplementedError

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)


class Buggy(_Web):
    def _share(self, relation: ops.Relation, pem: str) -> None:
        if 'mtls-cert-id' not in relation.data[self.app]:
            secret = self.app.add_secret({'mtls-cert': pem})
            secret.grant(relation)
            assert secret.id is not None
            relation.data[self.app]['mtls-cert-id'] = secret.id


class Fixed(_Web):
    def _share(self, relation: ops.Relation, pem: str) -> None:
        relation.data[self.app]['mtls-cert'] = pem


class Database(ops.CharmBase):
    """Trusts the certificate of each client, in whichever way it comes."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_changed, self._on_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        data = event.relation.data[event.app]
        pem = data.get('mtls-cert')
        if 'mtls-cert-id' in data:
            pem = self.model.get_secret(id=data['mtls-cert-id']).get_content(refresh=True)['mtls-cert']
        if pem:
            assert pem.startswith('-----BEGIN CERTIFICATE-----')
            self.unit.status = ops.ActiveStatus()

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)


def drive(model: Any, buggy: bool) -> None:
    databases = model.controller.add_model('databases')
    databases.deploy(Database, 'database', meta=DATABASE_META)
    databases.offer('database', endpoint='database')

    model.deploy(Buggy if buggy else Fixed, 'web', meta=META)
    model.consume('databases.database')
    model.integrate('web:database', 'database')
    model.settle()
