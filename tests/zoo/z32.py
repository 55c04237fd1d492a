"""Z32: read before the grant is effective.

Cite: canonical/data-platform-libs PR #254 (b79a107, LP 2093129); canonical/pgbouncer-operator #358;
canonical/postgresql-operator PR #550; canonical/opensearch-operator #542; canonical/kafka-operator #440;
canonical/glauth-k8s-operator #204, #205.
Root cause: the provider publishes the secret's id in one hook and grants it in a later one; a requirer whose hook runs between
the two gets `permission denied`, which nothing catches.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z32'
JUJU = '3.6.14'
EXPECT = 'hook-failed'
SWEEP = ('orders',)

META: dict[str, Any] = {
    'name': 'database',
    'provides': {'database': {'interface': 'postgresql_client'}},
}
CLIENT_META: dict[str, Any] = {
    'name': 'web',
    'requires': {'database': {'interface': 'postgresql_client'}},
}


class _Database(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_created, self._on_created)
        framework.observe(self.on['database'].relation_joined, self._on_joined)
        framework.observe(self.on['database'].relation_broken, self._on_broken)

    def _on_created(self, event: ops.RelationCreatedEvent) -> None:
        if not self.unit.is_leader():
            return
        content = {'password': secrets.token_urlsafe(24)}
        secret = self.app.add_secret(content, label=f'client-{event.relation.id}')
        if self._grants_at_once():
            secret.grant(event.relation)
        assert secret.id is not None
        event.relation.data[self.app]['secret-id'] = secret.id

    def _on_joined(self, event: ops.RelationJoinedEvent) -> None:
        if self.unit.is_leader() and not self._grants_at_once():
            self.model.get_secret(label=f'client-{event.relation.id}').grant(event.relation)

    def _grants_at_once(self) -> bool:
        raise NotImplementedError

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        if self.unit.is_leader():
            self.model.get_secret(label=f'client-{event.relation.id}').remove_all_revisions()


class Buggy(_Database):
    def _grants_at_once(self) -> bool:
        return False


class Fixed(_Database):
    def _grants_at_once(self) -> bool:
        return True


class Web(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_changed, self._on_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        secret_id = event.relation.data[event.app].get('secret-id')
        if secret_id:
            assert self.model.get_secret(id=secret_id).get_content(refresh=True)['password']
            self.unit.status = ops.ActiveStatus()

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Web, 'web', num_units=2, meta=CLIENT_META)
    model.deploy(Buggy if buggy else Fixed, 'database', meta=META)
    model.integrate('web:database', 'database:database')
    model.settle()
