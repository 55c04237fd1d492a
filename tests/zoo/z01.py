"""Z01: an owner label collides with a leftover consumer label.

Cite: canonical/postgresql-operator PR #1837, #1838, #1913 (33f1ff0569, bc9917dfc3, 9bcbf47d11; 2026-08).
Root cause: both sides of a replication relation use one constant label, so what a standby once attached to the primary's
secret still occupies that label when the standby is promoted and wants to create a secret of its own under it.

The original went through a cross-model relation whose offer was removed by force. Here one model serves: when the relation
goes, Juju drops the grant but keeps the observer's record with its label, so the label stays taken while reading it fails.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z01'
JUJU = '3.6.14'
EXPECT = 'hook-failed'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'cluster',
    'provides': {'replication-offer': {'interface': 'async_replication'}},
    'requires': {'replication': {'interface': 'async_replication'}},
    'config': {'options': {'role': {'type': 'string', 'default': 'standby'}}},
}
LABEL = 'async-replication-shared'


class _Cluster(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        for event in (
            self.on.leader_elected,
            self.on.config_changed,
            self.on['replication-offer'].relation_created,
            self.on['replication'].relation_changed,
        ):
            framework.observe(event, self._reconcile)

    def _reconcile(self, _: ops.EventBase) -> None:
        if self.config['role'] == 'standby':
            self._follow()
        elif self.unit.is_leader():
            self._publish()

    def _publish(self) -> None:
        secret = self._own_secret()
        for relation in self.model.relations['replication-offer']:
            secret.grant(relation)
            relation.data[self.app]['secret-id'] = secret.get_info().id
        self.unit.status = ops.ActiveStatus('primary')

    def _own_secret(self) -> ops.Secret:
        try:
            return self.model.get_secret(label=LABEL)
        except ops.ModelError:
            content = {'replication-password': secrets.token_urlsafe(24)}
            return self.app.add_secret(content, label=LABEL)

    def _follow(self) -> None:
        for relation in self.model.relations['replication']:
            secret_id = relation.data[relation.app].get('secret-id')
            if secret_id:
                self._replicate_with(self._remote_secret(secret_id).get_content(refresh=True))

    def _remote_secret(self, secret_id: str) -> ops.Secret:
        raise NotImplementedError

    def _replicate_with(self, content: dict[str, str]) -> None:
        assert content['replication-password']
        self.unit.status = ops.ActiveStatus('standby')


class Buggy(_Cluster):
    def _remote_secret(self, secret_id: str) -> ops.Secret:
        return self.model.get_secret(id=secret_id, label=LABEL)


class Fixed(_Cluster):
    def _remote_secret(self, secret_id: str) -> ops.Secret:
        return self.model.get_secret(id=secret_id)


def drive(model: Any, buggy: bool) -> None:
    charm = Buggy if buggy else Fixed
    model.deploy(charm, 'east', meta=META, config={'role': 'primary'})
    model.deploy(charm, 'west', meta=META)
    model.integrate('east:replication-offer', 'west:replication')
    model.settle()

    model.remove_relation('east:replication-offer', 'west:replication')
    model.settle()
    model.config('west', {'role': 'primary'})
    model.settle()
    model.deploy(charm, 'north', meta=META)
    model.integrate('west:replication-offer', 'north:replication')
    model.settle()
