"""What can happen next in a model, one thing at a time: what the fixed order does at once, another order takes apart.

A watcher delivers one document, a worker fires, a job runs, a unit runs a hook. Watchers of different documents are not
ordered among themselves. Source: spec/events.md, sections 1, 16, 17 and 18.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from . import identity
from .agent_state import RelationSnapshot
from .hooks import Hook
from .watchers import (
    UnitWatchers,
    deliver_consumed,
    deliver_expiries,
    deliver_removed,
    deliver_revisions,
    deliver_rotations,
    deliver_unit,
    find_revision,
    has_news,
    queue_expirations,
    queue_rotations,
    relation_snapshot,
    unit_values,
)
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
    """A unit is told of one document."""

    unit: str
    what: str
    act: Callable[[], None] = dataclasses.field(compare=False, repr=False)

    def __str__(self) -> str:
        return f'{self.unit} is told of {self.what}'


@dataclasses.dataclass(frozen=True, slots=True)
class RemovalJob:
    """The job runs that removes what was asked to be removed."""

    def __str__(self) -> str:
        return 'the job removes secrets'


@dataclasses.dataclass(frozen=True, slots=True)
class Beginning:
    """An agent that starts looks for something to run: with the obsolete revisions of its secrets, or before it knows them."""

    unit: str
    knows: bool

    def __str__(self) -> str:
        what = 'with' if self.knows else 'without'
        return f'{self.unit} begins {what} the obsolete revisions of its secrets'


Move: TypeAlias = Pick | Delivery | RemovalJob
MakeDelivery: TypeAlias = Callable[..., Delivery]
Shuffle: TypeAlias = Callable[[Sequence[Any]], Iterable[Any]]


def deliveries(world: World, watchers: UnitWatchers, shuffle: Shuffle) -> Iterator[Delivery]:
    """Return everything that a unit can be told next, in the fixed order.

    Args:
        world: the model.
        watchers: the unit's.
        shuffle: puts what is due at once in some order.
    """

    def delivery(what: str, act: Callable[..., Any], *arguments: Any) -> Delivery:
        return Delivery(watchers.snapshot.unit, what, lambda: act(world, watchers, *arguments))

    _take_what_changes_nothing(world, watchers)
    yield from _of_the_unit(world, watchers, delivery)
    if watchers.are_relations_changed:
        yield from _of_relations(world, watchers, delivery)
    yield from _of_secrets(world, watchers, delivery)
    for request in watchers.requests[:1]:
        yield delivery(f'the request of {request.name}', _deliver_request)
    if watchers.rotation_worker.is_due(world.clock.now):
        yield delivery('the time to rotate', _fire_rotations, shuffle)
    if watchers.expiry_worker.is_due(world.clock.now):
        yield delivery('the time of expiry', _fire_expirations, shuffle)


def _take_what_changes_nothing(world: World, watchers: UnitWatchers) -> None:
    """Deliver what tells the unit nothing: when that comes is no choice."""
    snapshot = watchers.snapshot
    for secret_id in tuple(watchers.changed_consumers):
        secret = world.secrets.find_read(secret_id)
        is_there = secret is not None and snapshot.unit in secret.consumers
        if not (has_news(world, watchers, secret) if is_there and secret else secret_id in snapshot.consumed):
            deliver_consumed(world, watchers, (secret_id,))
    for key in tuple(watchers.changed_expiries):
        revision = find_revision(world, *key)
        if (revision is None or revision.expires is None) and not watchers.expiry_worker.knows(*key):
            deliver_expiries(world, watchers, (key,))
    for key in tuple(watchers.changed_revisions):
        revision = find_revision(world, *key)
        if (revision is None or not revision.obsolete) and key[1] not in snapshot.obsolete.get(key[0], ()):
            deliver_revisions(world, watchers, (key,))


def _of_the_unit(world: World, watchers: UnitWatchers, delivery: MakeDelivery) -> Iterator[Delivery]:
    values = unit_values(world, watchers.snapshot.unit) if watchers.is_unit_changed else {}
    for field, latest in values.items():
        if any(getattr(watchers.snapshot, name) != value for name, value in latest.items()):
            yield delivery(f'its {_UNIT_FIELDS[field]}', deliver_unit, (field,))


def _of_secrets(world: World, watchers: UnitWatchers, delivery: MakeDelivery) -> Iterator[Delivery]:
    for secret_id in watchers.changed_consumers:
        yield delivery(_named(world, secret_id), deliver_consumed, (secret_id,))
    for secret_id in watchers.changed_rotations:
        yield delivery(f'the rotation of its {_named(world, secret_id)}', deliver_rotations, (secret_id,))
    for key in watchers.changed_expiries:
        what = f'the expiry of revision {key[1]} of its {_named(world, key[0])}'
        yield delivery(what, deliver_expiries, (key,))
    for key in watchers.changed_revisions:
        yield delivery(f'revision {key[1]} of its {_named(world, key[0])}', deliver_revisions, (key,))
    for secret_id in watchers.removed_secrets:
        yield delivery(f'the removal of its {_named(world, secret_id)}', deliver_removed, (secret_id,))


def _named(world: World, secret_id: str) -> str:
    secret = world.secrets.get(secret_id)
    name = secret.label if secret is not None else ''
    return f'secret {secret_id}' + (f' ({name})' if name else '')


_UNIT_FIELDS: Final = {
    'life': 'life',
    'config': 'config',
    'charm': 'charm',
    'leader': 'leadership',
    'storage': 'storage',
}


def _fire_rotations(world: World, watchers: UnitWatchers, shuffle: Shuffle) -> None:
    queue_rotations(watchers.snapshot, shuffle(watchers.rotation_worker.fire(world.clock.now)))


def _fire_expirations(world: World, watchers: UnitWatchers, shuffle: Shuffle) -> None:
    queue_expirations(watchers.snapshot, shuffle(watchers.expiry_worker.fire(world.clock.now)))


def _deliver_request(_: World, watchers: UnitWatchers) -> None:
    watchers.snapshot.requests.append(watchers.requests.pop(0))


def _of_relations(world: World, watchers: UnitWatchers, delivery: MakeDelivery) -> Iterator[Delivery]:
    """Return what there is to tell about relations: that there is one, its life, and each member and application."""
    snapshot = watchers.snapshot
    application = identity.application_of(snapshot.unit)
    latest = {
        relation.id: relation_snapshot(relation, snapshot.unit, application)
        for relation in world.relations_of(application)
    }
    for relation_id in sorted({*latest, *snapshot.relations}):
        now, known = latest.get(relation_id), snapshot.relations.get(relation_id)
        name = f'relation {(now or known).endpoint}:{relation_id}'  # pyright: ignore[reportOptionalMemberAccess]
        if now is None:
            yield delivery(f'the end of {name}', _forget_relation, relation_id)
        elif known is None:
            yield delivery(name, _begin_relation, relation_id, now)
        else:
            if (now.life, now.suspended) != (known.life, known.suspended):
                yield delivery(f'the life of {name}', _update_life, relation_id, now)
            for entity, version in _differing(now.applications, known.applications):
                yield delivery(f'{entity} in {name}', _update_entry, relation_id, 'applications', entity, version)
            for entity, version in _differing(now.members, known.members):
                yield delivery(f'{entity} in {name}', _update_entry, relation_id, 'members', entity, version)


def _differing(now: dict[str, int], known: dict[str, int]) -> Iterator[tuple[str, int | None]]:
    for entity in sorted({*now, *known}):
        if now.get(entity) != known.get(entity):
            yield entity, now.get(entity)


def _forget_relation(_: World, watchers: UnitWatchers, relation_id: int) -> None:
    del watchers.snapshot.relations[relation_id]


def _begin_relation(_: World, watchers: UnitWatchers, relation_id: int, now: RelationSnapshot) -> None:
    applications = dict.fromkeys(now.applications, 0)
    watchers.snapshot.relations[relation_id] = dataclasses.replace(now, members={}, applications=applications)


def _update_life(_: World, watchers: UnitWatchers, relation_id: int, now: RelationSnapshot) -> None:
    known = watchers.snapshot.relations[relation_id]
    known.life, known.suspended = now.life, now.suspended


def _update_entry(
    _: World, watchers: UnitWatchers, relation_id: int, entries: str, entity: str, version: int | None
) -> None:
    known: dict[str, int] = getattr(watchers.snapshot.relations[relation_id], entries)
    if version is None:
        del known[entity]
    else:
        known[entity] = version
