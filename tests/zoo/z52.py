"""Z52: the first read destroys what a rollback needs.

Cite: data-platform-libs #158.
Root cause: the new revision of the charm finds the secret by label and removes its id from the data bag the first time it
reads it, so the previous revision, which knows only the id, cannot find the secret after a rollback.

EXPECT regressed-status: active at one rest; waiting, blocked or in error at the next, after nothing but time, an upgrade or a new leader.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z52'
JUJU = '3.6.14'
EXPECT = 'regressed-status'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'db',
    'peers': {'database-peers': {'interface': 'database_peers'}},
}
PEERS = 'database-peers'
LABEL = 'database-peers.db.app'


class Previous(ops.CharmBase):
    """The revision before: the id of the secret is in the peer data bag."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._on_leader_elected)
        for event in (
            self.on.config_changed,
            self.on.update_status,
            self.on[PEERS].relation_created,
            self.on[PEERS].relation_changed,
        ):
            framework.observe(event, self._set_status)

    def _on_leader_elected(self, event: ops.LeaderElectedEvent) -> None:
        peers = self.model.get_relation(PEERS)
        if peers and 'initialised' not in peers.data[self.app]:
            secret = self.app.add_secret({'admin-password': secrets.token_urlsafe(24)})
            peers.data[self.app].update({'secret-id': secret.id or '', 'initialised': 'true'})
        self._set_status(event)

    def _set_status(self, _: ops.EventBase) -> None:
        secret = self._secret()
        if secret and secret.get_content(refresh=True)['admin-password']:
            self.unit.status = ops.ActiveStatus()
        else:
            self.unit.status = ops.WaitingStatus('no password for the administrator yet')

    def _secret_id(self) -> str | None:
        peers = self.model.get_relation(PEERS)
        return peers.data[self.app].get('secret-id') if peers else None

    def _secret(self) -> ops.Secret | None:
        secret_id = self._secret_id()
        return self.model.get_secret(id=secret_id) if secret_id else None


class _ByLabel(Previous):
    def _secret(self) -> ops.Secret | None:
        secret_id = self._secret_id()
        if secret_id:
            secret = self.model.get_secret(id=secret_id, label=LABEL)
            self._on_read()
            return secret
        try:
            return self.model.get_secret(label=LABEL)
        except ops.SecretNotFoundError:
            return None

    def _on_read(self) -> None:
        """The secret was found by id; from here on it has a label."""


class Buggy(_ByLabel):
    def _on_read(self) -> None:
        peers = self.model.get_relation(PEERS)
        if peers and self.unit.is_leader():
            del peers.data[self.app]['secret-id']


class Fixed(_ByLabel):
    pass


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Previous, 'db', num_units=2, meta=META)
    model.settle()
    model.refresh('db', Buggy if buggy else Fixed)
    model.settle()
    model.update_status('db/0')
    model.settle()
    model.refresh('db', Previous)
    model.settle()
