"""The watchers that report the current value of something a unit has one of: its life, config, charm, leadership, pod.

Juju 3.6: internal/worker/uniter/remotestate/watcher.go.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterable
from typing import Final

from ..agent_state import Snapshot
from ..world import World
from .owned import restart_owner_watchers
from .unit_watchers import UnitWatchers


@dataclasses.dataclass(frozen=True, slots=True)
class UnitWatcher:
    """A watcher that reports the current value of something that a unit has one of."""

    name: str
    """How an order's choices name it."""
    deliver: Callable[[World, Snapshot], None]
    """Writes the current value into the snapshot."""


def _deliver_life(world: World, snapshot: Snapshot) -> None:
    snapshot.life = world.unit(snapshot.unit).life
    snapshot.application_life = world.application_of(snapshot.unit).life


def _deliver_config(world: World, snapshot: Snapshot) -> None:
    snapshot.config_version = world.application_of(snapshot.unit).config_version


def _deliver_charm(world: World, snapshot: Snapshot) -> None:
    application = world.application_of(snapshot.unit)
    snapshot.charm_version = application.charm_version
    snapshot.forced_charm = application.forced_charm
    snapshot.in_pod = application.cloud == 'kubernetes'


def _deliver_workloads(world: World, snapshot: Snapshot) -> None:
    application = world.application_of(snapshot.unit)
    snapshot.workloads = application.metadata.containers if application.cloud == 'kubernetes' else ()


def _deliver_pod(world: World, snapshot: Snapshot) -> None:
    snapshot.pod = world.unit(snapshot.unit).pod


def _deliver_leadership(world: World, snapshot: Snapshot) -> None:
    snapshot.leader = world.is_leader(snapshot.unit)


def _deliver_storage(world: World, snapshot: Snapshot) -> None:
    snapshot.storages = tuple(world.unit(snapshot.unit).storages)


UNIT_WATCHERS: Final = (
    UnitWatcher('life', _deliver_life),
    UnitWatcher('config', _deliver_config),
    UnitWatcher('charm', _deliver_charm),
    UnitWatcher('leadership', _deliver_leadership),
    UnitWatcher('pod', _deliver_pod),
)


POD_WATCHERS: Final = (UnitWatcher('containers', _deliver_workloads), UnitWatcher('storage', _deliver_storage))
"""Those whose news come one by one in a pod."""


def deliver_unit(world: World, watchers: UnitWatchers, watcher: UnitWatcher) -> None:
    """Deliver the report of one of the unit's watchers. News of leadership restarts the watchers of owned secrets."""
    watcher.deliver(world, watchers.snapshot)
    if watchers.snapshot.leader != watchers.leads:
        watchers.leads = watchers.snapshot.leader
        restart_owner_watchers(world, watchers)


def unit_watchers_with_news(world: World, watchers: UnitWatchers) -> tuple[UnitWatcher, ...]:
    """Return the unit's watchers that would change the snapshot, but for those whose news come one by one."""
    snapshot = watchers.snapshot
    known = UNIT_WATCHERS if snapshot.in_pod else (*UNIT_WATCHERS, *POD_WATCHERS)
    if _after(world, snapshot, known) == snapshot:
        return ()  # almost always, and much faster than to try each
    return tuple(watcher for watcher in known if _after(world, snapshot, (watcher,)) != snapshot)


def _after(world: World, snapshot: Snapshot, delivering: Iterable[UnitWatcher]) -> Snapshot:
    after = copy.copy(snapshot)
    for watcher in delivering:
        watcher.deliver(world, after)
    return after
