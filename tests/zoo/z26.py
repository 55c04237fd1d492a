"""Z26: `secret-remove` after the whole secret was removed.

Cite: juju/juju #20794; guards on `event.secret.label is None` in canonical/postgresql-operator, postgresql-k8s-operator,
pgbouncer-operator and data-platform-libs 09b32d3.
Root cause: below Juju 3.6.11 a secret-remove on its way to the unit is still delivered when relation-broken has meanwhile removed
the secret; the handler removes a revision of nothing, and the commit fails on every retry.

The password changes whenever a client departs, so obsolete revisions are under way while the relation is torn down; Juju holds
secret-remove back for about a second, and an order that does so (not schedule zero) is needed to show the failure.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z26'
JUJU = '3.6.9'
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
        framework.observe(self.on['database'].relation_departed, self._on_departed)
        framework.observe(self.on['database'].relation_broken, self._on_broken)
        framework.observe(self.on.secret_changed, self._on_secret_changed)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _on_created(self, event: ops.RelationCreatedEvent) -> None:
        if not self.unit.is_leader():
            return
        content = {'password': secrets.token_urlsafe(24)}
        secret = self.app.add_secret(content, label=f'client-{event.relation.id}')
        secret.grant(event.relation)
        assert secret.id is not None
        event.relation.data[self.app]['secret-id'] = secret.id

    def _secret(self, relation: ops.Relation) -> ops.Secret | None:
        try:
            return self.model.get_secret(label=f'client-{relation.id}')
        except ops.SecretNotFoundError:
            return None

    def _on_departed(self, event: ops.RelationDepartedEvent) -> None:
        """Who has left shall not know the password any longer."""
        if self.unit.is_leader() and (secret := self._secret(event.relation)):
            secret.set_content({'password': secrets.token_urlsafe(24)})

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        if self.unit.is_leader() and (secret := self._secret(event.relation)):
            secret.remove_all_revisions()

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        try:
            event.secret.get_content(refresh=True)
        except ops.SecretNotFoundError:
            return

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        raise NotImplementedError


class Buggy(_Database):
    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


class Fixed(_Database):
    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        if event.secret.label is None:
            return
        event.remove_revision()


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
        try:
            event.secret.get_content(refresh=True)
        except ops.ModelError:
            self.unit.status = ops.BlockedStatus('no access to the database')


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'database', meta=META)
    model.deploy(Web, 'web', num_units=3, meta=CLIENT_META)
    model.integrate('database:database', 'web:database')
    model.settle()
    model.remove_relation('database:database', 'web:database')
    model.settle()
