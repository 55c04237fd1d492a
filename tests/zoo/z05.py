"""Z05: a second unit cannot reuse the label of a unit's secret.

Cite: juju/juju #21344, fixed by PR #21373 (4.0.1 line, 2025-12-02); found by canonical/postgresql-operator PR #1318.
Root cause: Juju 4.0.0 checks the labels of unit-owned secrets across the whole application, so a constant label works for
the first unit only; the charm that puts the unit into the label does not depend on that.

The product has that defect of 4.0.0 by name only, hence FAULTS.
"""

from __future__ import annotations

import secrets
from typing import Any

import ops

ENTRY = 'Z05'
JUJU = '4.0.0'
FAULTS = ('peer_unit_label_clash',)
EXPECT = 'hook-failed'
SWEEP = ('none',)

META: dict[str, Any] = {
    'name': 'replica',
    'peers': {'replica-peers': {'interface': 'replica_peers'}},
}


class _Replica(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.install, self._on_install)
        framework.observe(self.on.start, self._on_start)

    def _label(self) -> str:
        raise NotImplementedError

    def _on_install(self, _: ops.InstallEvent) -> None:
        try:
            self.model.get_secret(label=self._label())
        except ops.SecretNotFoundError:
            self.unit.add_secret({'raft-password': secrets.token_urlsafe(24)}, label=self._label())

    def _on_start(self, _: ops.StartEvent) -> None:
        assert self.model.get_secret(label=self._label()).get_content()['raft-password']
        self.unit.status = ops.ActiveStatus()


class Buggy(_Replica):
    def _label(self) -> str:
        return f'replica-peers.{self.app.name}.unit'


class Fixed(_Replica):
    def _label(self) -> str:
        return f'replica-peers.{self.unit.name}.unit'


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'replica', num_units=2, meta=META)
    model.settle()
