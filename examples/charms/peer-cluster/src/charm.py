"""A cluster whose units share a password, kept by the published library's peer repository."""

from __future__ import annotations

import hashlib
import secrets

import ops
from dpcharmlibs.interfaces import ExtraSecretStr, OpsPeerRepositoryInterface, PeerModel
from pydantic import Field


def fingerprint(password: str) -> str:
    """Return what may be shown of a password: enough to tell two apart."""
    return hashlib.sha256(password.encode()).hexdigest()[:8]


class ClusterState(PeerModel):
    """What the application keeps: a field in relation data, and one in a secret."""

    phase: str | None = Field(default=None)
    password: ExtraSecretStr = Field(default=None)


class PeerClusterCharm(ops.CharmBase):
    """The leader writes the password, every unit reads it."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.state = OpsPeerRepositoryInterface(self.model, 'cluster', ClusterState)
        framework.observe(self.on.leader_elected, self._on_leader_elected)
        framework.observe(self.on['cluster'].relation_changed, self._on_change)
        framework.observe(self.on.secret_changed, self._on_change)
        framework.observe(self.on.secret_remove, self._on_secret_remove)
        framework.observe(self.on['rotate-password'].action, self._on_rotate_password_action)

    def _on_leader_elected(self, _: ops.LeaderElectedEvent) -> None:
        if not self._read().password:
            self._write(secrets.token_hex(16))

    def _on_change(self, _: ops.EventBase) -> None:
        password = self._read().password
        if password:
            self.unit.status = ops.ActiveStatus(f'password {fingerprint(password)}')

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        # The library's event handlers belong to relations with other applications; peers prune for themselves.
        event.remove_revision()

    def _on_rotate_password_action(self, event: ops.ActionEvent) -> None:
        if not self.unit.is_leader():
            event.fail('only the leader can rotate the password')
            return
        self._write(secrets.token_hex(16))

    @property
    def _peers(self) -> ops.Relation:
        relation = self.model.get_relation('cluster')
        assert relation is not None, 'a peer relation is there from the first hook after install'
        return relation

    def _read(self) -> ClusterState:
        return self.state.build_model(self._peers.id)

    def _write(self, password: str) -> None:
        # Creating a secret tells nobody. The field in relation data does: it brings every unit to read.
        self.state.write_model(self._peers.id, ClusterState(phase='ready', password=password))


if __name__ == '__main__':
    ops.main(PeerClusterCharm)
