"""The steps of a model in any order but the fixed one: deliver one document, fire a worker, run a job, run a hook.

The fixed order delivers everything at once (``watchers/delivery.py``). Any other order takes one step at a time, chosen
from all that are possible. Juju orders the changes to one document, not those to different documents: each watcher has
a goroutine of its own, and remotestate/watcher.go, loop (internal/worker/uniter), selects among their channels at
random.
"""

from __future__ import annotations

import copy
import dataclasses
import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from .agent_state import RelationSnapshot, Snapshot
from .hooks import Hook
from .noted import Noted
from .watchers.consumed import deliver_consumed, has_news
from .watchers.owned import (
    deliver_expiries,
    deliver_removed,
    deliver_revisions,
    deliver_rotations,
    find_revision,
    fold_expiries,
    may_fold_expiries,
    queue_expirations,
    queue_rotations,
)
from .watchers.relations import current_relation
from .watchers.unit import POD_WATCHERS, deliver_unit, unit_watchers_with_news
from .watchers.unit_watchers import RevisionKey, UnitWatchers
from .world import World


@dataclasses.dataclass(frozen=True, slots=True)
class Pick:
    """A unit runs a hook."""

    unit: str
    hook: Hook

    def __str__(self) -> str:
        about = (
            self.hook.relation if self.hook.remote_unit is None else f'{self.hook.relation} of {self.hook.remote_unit}'
        )
        return ' '.join(filter(None, (self.unit, 'runs', self.hook.name, self.hook.secret or about)))


@dataclasses.dataclass(frozen=True, slots=True)
class Delivery:
    """A watcher or worker delivers one thing into a unit's snapshot."""

    unit: str
    what: str
    """The name of the delivery in the choices of an order."""
    act: Callable[[], None] = dataclasses.field(compare=False, repr=False)

    def __str__(self) -> str:
        return f'{self.unit} is notified of {self.what}'


@dataclasses.dataclass(frozen=True, slots=True)
class RemovalJob:
    """The removal job runs: it removes the secrets whose removal was requested, and prunes revisions."""

    def __str__(self) -> str:
        return 'the job removes secrets'


@dataclasses.dataclass(frozen=True, slots=True)
class Beginning:
    """An agent starts: it resolves its first hook before or after the watcher of obsolete revisions has delivered."""

    unit: str
    knows: bool
    """Whether the obsolete revisions of the unit's secrets are in the snapshot when it resolves that hook."""

    def __str__(self) -> str:
        what = 'with' if self.knows else 'without'
        return f'{self.unit} begins {what} the obsolete revisions of its secrets'


@dataclasses.dataclass(frozen=True, slots=True)
class Readiness:
    """Storage or a reachable Pebble of a new pod, before or after its start hook."""

    unit: str
    what: str
    is_late: bool

    def __str__(self) -> str:
        when = 'once it has started' if self.is_late else 'at any time'
        return f'{self.unit} gets {self.what} {when}'


Relations: TypeAlias = Noted[int, RelationSnapshot]

Shuffle: TypeAlias = Callable[[Sequence[Any]], Iterable[Any]]
"""Returns things that are due at the same time in the order in which they are queued."""


def deliveries(world: World, watchers: UnitWatchers, shuffle: Shuffle) -> Iterator[Delivery]:
    """Return the possible next deliveries to a unit, in the fixed order; make those that do not change the snapshot.

    Args:
        world: the model.
        watchers: the unit's.
        shuffle: orders the secrets that become due together.
    """
    _deliver_what_changes_nothing(world, watchers)
    # Most steps of a model concern other units. A document without news is not read again before it is written again.
    if watchers.is_unit_changed:
        yield from _of_the_unit(world, watchers)
    yield from _of_relations(world, watchers)
    yield from _of_secrets(world, watchers)
    yield from _of_requests(watchers)
    yield from _of_workers(world, watchers, shuffle)


def _deliver_what_changes_nothing(world: World, watchers: UnitWatchers) -> None:
    """Make the deliveries that do not change the snapshot. No hook depends on their time, so they are not steps to choose."""
    snapshot = watchers.snapshot
    for secret_id in tuple(watchers.changed_consumers):
        secret = world.secrets.find_read(secret_id)
        is_consumed = secret is not None and snapshot.unit in secret.consumers
        if not (has_news(world, watchers, secret) if is_consumed and secret else secret_id in snapshot.consumed):
            deliver_consumed(world, watchers, (secret_id,))
    for relation_id in tuple(watchers.changed_relations):
        if current_relation(world, snapshot.unit, relation_id) == snapshot.relations.get(relation_id):
            del watchers.changed_relations[relation_id]
    for key in tuple(watchers.changed_expiries):
        revision = find_revision(world, *key)
        if (revision is None or revision.expires is None) and not watchers.expiry_worker.knows(*key):
            deliver_expiries(world, watchers, (key,))
    for key in tuple(watchers.changed_revisions):
        revision = find_revision(world, *key)
        if (revision is None or not revision.obsolete) and key[1] not in snapshot.obsolete.get(key[0], ()):
            deliver_revisions(world, watchers, (key,))


def _of_the_unit(world: World, watchers: UnitWatchers) -> Iterator[Delivery]:
    unit = watchers.snapshot.unit
    with_news = unit_watchers_with_news(world, watchers)
    pod = tuple(pod_news(world, watchers))
    watchers.is_unit_changed = bool(with_news or pod)
    for watcher in with_news:
        yield Delivery(unit, f'its {watcher.name}', partial(deliver_unit, world, watchers, watcher))
    for what, act in pod:
        if what not in watchers.late:
            yield Delivery(unit, what, act)


def pod_news(world: World, watchers: UnitWatchers) -> Iterator[tuple[str, Callable[[], None]]]:
    """Return the storages and containers that a unit's pod has gained or lost, each with its name in choices and its delivery.

    Storage is attached, and Pebble becomes reachable, at any time in the life of a pod. Juju 3.6: storage/resolver.go, NextOp;
    container/workload.go, NextOp.
    """
    snapshot = watchers.snapshot
    if not snapshot.in_pod:
        return
    after = copy.copy(snapshot)
    for watcher in POD_WATCHERS:
        watcher.deliver(world, after)
    for one in _changed(snapshot.workloads, after.workloads):
        yield f'Pebble in {one}', partial(_change_workloads, snapshot, one)
    for one in _changed(snapshot.storages, after.storages):
        yield f'storage {one}', partial(_change_storages, snapshot, one)


def _changed(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[str]:
    return itertools.chain(
        (one for one in after if one not in before),
        (one for one in before if one not in after),
    )


def _change_workloads(snapshot: Snapshot, one: str) -> None:
    snapshot.workloads = _with_or_without(snapshot.workloads, one)


def _change_storages(snapshot: Snapshot, one: str) -> None:
    snapshot.storages = _with_or_without(snapshot.storages, one)


def _with_or_without(known: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(other for other in known if other != one) if one in known else (*known, one)


def _of_secrets(world: World, watchers: UnitWatchers) -> Iterator[Delivery]:
    unit = watchers.snapshot.unit
    for secret_id in watchers.changed_consumers:
        act = partial(deliver_consumed, world, watchers, (secret_id,))
        yield Delivery(unit, _named(world, secret_id), act)
    for secret_id in watchers.changed_rotations:
        act = partial(deliver_rotations, world, watchers, (secret_id,))
        yield Delivery(unit, f'the rotation of its {_named(world, secret_id)}', act)
    for key in watchers.changed_expiries:
        act = partial(_deliver_expiry, world, watchers, key)
        yield Delivery(unit, f'the expiry of {_revision(world, key)}', act)
    for secret_id in dict.fromkeys(secret_id for secret_id, _ in watchers.changed_expiries):
        if world.profile.expiries_fold and may_fold_expiries(world, watchers, secret_id):
            act = partial(fold_expiries, world, watchers, secret_id)
            yield Delivery(unit, f'the expiries of its {_named(world, secret_id)} as one', act)
    for key in watchers.changed_revisions:
        act = partial(deliver_revisions, world, watchers, (key,))
        yield Delivery(unit, _revision(world, key), act)
    for secret_id in watchers.removed_secrets:
        act = partial(deliver_removed, world, watchers, (secret_id,))
        yield Delivery(unit, f'the removal of its {_named(world, secret_id)}', act)


def _deliver_expiry(world: World, watchers: UnitWatchers, key: RevisionKey) -> None:
    if may_fold_expiries(world, watchers, key[0]):
        world.bugs.note('expiries_fold')
    deliver_expiries(world, watchers, (key,))


def _revision(world: World, key: RevisionKey) -> str:
    secret_id, number = key
    return f'revision {number} of its {_named(world, secret_id)}'


def _named(world: World, secret_id: str) -> str:
    secret = world.secrets.get(secret_id)
    name = secret.label if secret is not None else ''
    return f'secret {secret_id}' + (f' ({name})' if name else '')


def _of_requests(watchers: UnitWatchers) -> Iterator[Delivery]:
    for request in watchers.requests[:1]:
        yield Delivery(watchers.snapshot.unit, f'the request of {request.name}', partial(_deliver_request, watchers))


def _deliver_request(watchers: UnitWatchers) -> None:
    watchers.snapshot.requests.append(watchers.requests.pop(0))


def _of_workers(world: World, watchers: UnitWatchers, shuffle: Shuffle) -> Iterator[Delivery]:
    unit, now = watchers.snapshot.unit, world.clock.now
    if watchers.rotation_worker.is_due(now):
        yield Delivery(unit, 'the time to rotate', partial(_fire_rotations, watchers, now, shuffle))
    if watchers.expiry_worker.is_due(now):
        yield Delivery(unit, 'the time of expiry', partial(_fire_expirations, watchers, now, shuffle))


def _fire_rotations(watchers: UnitWatchers, now: datetime.datetime, shuffle: Shuffle) -> None:
    queue_rotations(watchers.snapshot, shuffle(watchers.rotation_worker.fire(now)))


def _fire_expirations(watchers: UnitWatchers, now: datetime.datetime, shuffle: Shuffle) -> None:
    queue_expirations(watchers.snapshot, shuffle(watchers.expiry_worker.fire(now)))


def _of_relations(world: World, watchers: UnitWatchers) -> Iterator[Delivery]:
    """Return the differences in relations: a new or removed one, its life, and each application and member."""
    unit, known = watchers.snapshot.unit, watchers.snapshot.relations
    for relation_id in sorted(watchers.changed_relations):
        now, before = current_relation(world, unit, relation_id), known.get(relation_id)
        if now is None and before is not None:
            name = _relation_name(relation_id, before)
            yield Delivery(unit, f'the end of {name}', partial(_forget_relation, known, relation_id))
        elif now is not None and before is None:
            name = _relation_name(relation_id, now)
            yield Delivery(unit, name, partial(_begin_relation, known, relation_id, now))
        elif now is not None and before is not None:
            yield from _of_relation(unit, relation_id, now, known)


def _of_relation(unit: str, relation_id: int, current: RelationSnapshot, known: Relations) -> Iterator[Delivery]:
    name, before = _relation_name(relation_id, current), known[relation_id]
    if (current.life, current.suspended) != (before.life, before.suspended):
        yield Delivery(unit, f'the life of {name}', partial(_update_life, known, relation_id, current))
    for entity in _differing(current.applications, before.applications):
        act = partial(_update_application, known, relation_id, entity, current.applications.get(entity))
        yield Delivery(unit, f'{entity} in {name}', act)
    for entity in _differing(current.members, before.members):
        act = partial(_update_member, known, relation_id, entity, current.members.get(entity))
        yield Delivery(unit, f'{entity} in {name}', act)


def _relation_name(relation_id: int, relation: RelationSnapshot) -> str:
    return f'relation {relation.endpoint}:{relation_id}'


def _differing(current: Mapping[str, int], known: Mapping[str, int]) -> Iterator[str]:
    return (entity for entity in sorted({*current, *known}) if current.get(entity) != known.get(entity))


def _forget_relation(known: Relations, relation_id: int) -> None:
    del known[relation_id]


def _begin_relation(known: Relations, relation_id: int, relation: RelationSnapshot) -> None:
    """Add a relation without its members and data, which are documents of their own."""
    applications = dict.fromkeys(relation.applications, 0)
    known[relation_id] = dataclasses.replace(relation, members={}, applications=applications)


def _update_life(known: Relations, relation_id: int, current: RelationSnapshot) -> None:
    known[relation_id] = dataclasses.replace(known[relation_id], life=current.life, suspended=current.suspended)


def _update_application(known: Relations, relation_id: int, application: str, version: int | None) -> None:
    relation = known[relation_id]
    applications = _with_version(relation.applications, application, version)
    known[relation_id] = dataclasses.replace(relation, applications=applications)


def _update_member(known: Relations, relation_id: int, member: str, version: int | None) -> None:
    relation = known[relation_id]
    known[relation_id] = dataclasses.replace(relation, members=_with_version(relation.members, member, version))


def _with_version(known: Mapping[str, int], entity: str, version: int | None) -> dict[str, int]:
    others = {name: number for name, number in known.items() if name != entity or version is not None}
    return others if version is None else {**others, entity: version}
