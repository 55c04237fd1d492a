"""Everything that the watchers of a unit hold, delivered at once, and the start of its watchers."""

from __future__ import annotations

from collections.abc import Iterable

from .. import identity
from ..agent_state import Snapshot
from ..hooks import Hook
from ..secrets.entities import Consumer
from ..world import World
from .consumed import deliver_consumed
from .owned import deliver_expiries, deliver_removed, deliver_revisions, deliver_rotations, wake_workers
from .relations import deliver_relations
from .unit import POD_WATCHERS, UNIT_WATCHERS, deliver_unit
from .unit_watchers import UnitWatchers


def deliver(world: World, watchers: UnitWatchers) -> None:
    """Deliver everything that a unit's watchers hold into its snapshot. This is the fixed order's way to deliver."""
    deliver_required(world, watchers)
    deliver_rotations(world, watchers, watchers.changed_rotations)
    deliver_expiries(world, watchers, watchers.changed_expiries)
    deliver_revisions(world, watchers, watchers.changed_revisions)
    deliver_removed(world, watchers, watchers.removed_secrets)
    watchers.snapshot.requests.extend(watchers.requests)
    watchers.requests.clear()
    wake_workers(world, watchers)


def deliver_required(world: World, watchers: UnitWatchers, *, with_pod: bool = True) -> None:
    """Deliver everything for which an agent waits before it runs its first hook: everything except news about owned secrets.

    No agent waits for things that its pod gets later: storage that is attached, and Pebble that answers. Juju 3.6:
    remotestate/watcher.go, loop, which counts the requiredEvents.

    Args:
        world: the model.
        watchers: the unit's.
        with_pod: whether to deliver these as well.
    """
    if watchers.is_unit_changed:
        for watcher in UNIT_WATCHERS:
            deliver_unit(world, watchers, watcher)
        for watcher in POD_WATCHERS if with_pod or not watchers.snapshot.in_pod else ():
            deliver_unit(world, watchers, watcher)
        watchers.is_unit_changed = watchers.snapshot.in_pod and not with_pod
    deliver_relations(world, watchers)
    deliver_consumed(world, watchers, watchers.changed_consumers)


def start(world: World, unit: str, requests: Iterable[Hook] = ()) -> UnitWatchers:
    """Start the watchers of a unit. Each begins with the current state, as if everything had just been written.

    The consumer watcher does so only if ``changed_replayed``. Juju 3.6: state/secrets.go,
    consumedSecretsWatcher.initial.

    Args:
        world: the model.
        unit: the unit.
        requests: hooks that the unit was asked to run and has not run.
    """
    replayed = world.secrets.consumed_by(unit)
    if any(_is_behind(secret.consumers[unit]) for secret in replayed) and not world.bugs.ask('changed_replayed'):
        replayed = ()
    consumed = {secret.id: None for secret in replayed}
    related = {relation.id: None for relation in world.relations_of(identity.application_of(unit))}
    return UnitWatchers(
        Snapshot(unit, world.profile), changed_relations=related, changed_consumers=consumed, requests=list(requests)
    )


def _is_behind(consumer: Consumer) -> bool:
    """Whether a unit was or is to be notified of a revision that it does not track."""
    return consumer.tracked < consumer.latest
