"""Relations between models: what each model's side is told of the other's, by a worker that carries it.

Each model has a relation of its own, with bags of its own; the worker makes the one follow the other. What there is to carry
is the difference between them, so that what was written several times meanwhile is carried once.
Source: juju 3.6: internal/worker/remoterelations; apiserver/facades/controller/crossmodelrelations,
registerRemoteRelation; apiserver/common/crossmodel/crossmodel.go, PublishRelationChange.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from . import lifecycle, relations
from .relations import Bag, Relation, RelationEndpoint
from .secrets import consumption
from .secrets.entities import Secret, SecretReference
from .state import RemoteApplication
from .world import World


@dataclasses.dataclass(frozen=True, slots=True)
class Carry:
    """One thing to carry from one model to another."""

    what: str
    act: Callable[[], None] = dataclasses.field(compare=False, repr=False)

    def __str__(self) -> str:
        return self.what


@dataclasses.dataclass(frozen=True, slots=True)
class _Side:
    """One model's side of a relation between two."""

    world: World
    relation_id: int
    own: str
    """The application of this model."""
    remote: str
    """What the application of the other model is called here."""

    @property
    def relation(self) -> Relation | None:
        """The relation, while it is there."""
        return self.world.relations.get(self.relation_id)

    def local_name(self, unit: str) -> str:
        """Return what a unit of the other model is called here."""
        return f'{self.remote}/{unit.partition("/")[2]}'

    def __str__(self) -> str:
        return f'relation {self.relation_id} of {self.own} in {self.world.name}'


class Carrier:
    """Carries what there is to carry between the models of a controller."""

    def __init__(self, worlds: Mapping[str, World]) -> None:
        self._worlds: Final = worlds
        self._links: Final[list[tuple[_Side, _Side]]] = []
        """For each relation between two models the side that consumes, and the side that offers."""

    def carries(self) -> Iterator[Carry]:
        """Return everything that there is to carry now."""
        if len(self._worlds) == 1:
            return
        yield from self._new_relations()
        for consuming, offering in self._links:
            yield from _of_relation(consuming, offering)
            yield from _of_relation(offering, consuming)
            yield from _of_suspension(offering, consuming)
        for world in self._worlds.values():
            for reference in world.secrets.references.values():
                yield from _of_secret(self._worlds, world, reference)

    def _new_relations(self) -> Iterator[Carry]:
        linked = {(consuming.world.uuid, consuming.relation_id) for consuming, _ in self._links}
        for world in self._worlds.values():
            for remote in world.remote_applications.values():
                for relation in world.relations_of(remote.name) if not remote.is_consumer else ():
                    offering = self._worlds[remote.model]
                    offered = offering.applications.get(remote.application)
                    is_alive = relation.life == 'alive' and offered is not None and offered.life == 'alive'
                    if is_alive and (world.uuid, relation.id) not in linked:
                        what = f'relation {relation.key} to {offering.name}'
                        yield Carry(what, partial(self._register, world, relation, remote))

    def _register(self, world: World, relation: Relation, saas: RemoteApplication) -> None:
        """Make the side that offers, with an application that stands for the consumer."""
        offering = self._worlds[saas.model]
        consumer = relation.remote_of(saas.name)
        name = world.proxy_of(consumer.application)
        metadata = dataclasses.replace(consumer.metadata, limit=None)
        proxy = offering.remote_applications.setdefault(
            name, RemoteApplication(name, world.uuid, consumer.application, {})
        )
        proxy.endpoints[metadata.name] = metadata
        ends = (
            RelationEndpoint(saas.application, relation.endpoint_of(saas.name).metadata),
            RelationEndpoint(name, metadata),
        )
        made = offering.add_relation(*ends)
        self._links.append(
            (
                _Side(world, relation.id, consumer.application, saas.name),
                _Side(offering, made.id, saas.application, name),
            )
        )


def _of_relation(source: _Side, target: _Side) -> Iterator[Carry]:
    """Return what one side of a relation is to be told about the other: its end, its units, its data."""
    here, there = source.relation, target.relation
    if there is None:
        return
    if here is None or (here.life != 'alive' and there.life == 'alive'):
        is_gone = here is None
        if there.life == 'alive' or any(there.in_scope.get(target.remote, ())):
            yield Carry(f'the end of {source} to {target.world.name}', partial(_end, target, there, is_gone=is_gone))
        return
    if _differ(source, here, target, there):
        yield Carry(f'{source} to {target.world.name}', partial(_copy, source, here, target, there))


def _end(target: _Side, relation: Relation, *, is_gone: bool) -> None:
    lifecycle.begin_relation_removal(target.world, relation)
    if is_gone:
        for unit in tuple(relation.in_scope.get(target.remote, ())):
            relations.leave_scope(relation, unit, target.world.changes)
        lifecycle.finish_relation_removal(target.world, relation)


def _units(source: _Side, here: Relation, target: _Side, there: Relation) -> dict[str, Bag]:
    """Return the units that one side has, by what they are called on the other; a relation that ends is not entered."""
    named = {target.local_name(unit): here.unit_data[unit] for unit in here.in_scope.get(source.own, ())}
    present = there.in_scope.get(target.remote, {})
    return {name: bag for name, bag in named.items() if there.life == 'alive' or name in present}


def _differ(source: _Side, here: Relation, target: _Side, there: Relation) -> bool:
    units = _units(source, here, target, there)
    if list(units) != list(there.in_scope.get(target.remote, ())):
        return True
    return here.application_data[source.own].values != there.application_data[target.remote].values or any(
        bag.values != there.unit_data[name].values for name, bag in units.items()
    )


def _copy(source: _Side, here: Relation, target: _Side, there: Relation) -> None:
    """Let one side's units and data be what they are on the other side."""
    units = _units(source, here, target, there)
    there.application_data[target.remote].replace(here.application_data[source.own].values)
    for name, bag in units.items():
        there.unit_data.setdefault(name, Bag()).replace(bag.values)
    there.in_scope[target.remote] = dict.fromkeys(units)
    relations.note_written_by(there, target.remote, target.world.changes)
    lifecycle.finish_relation_removal(target.world, there)


def _of_suspension(offering: _Side, consuming: _Side) -> Iterator[Carry]:
    here, there = offering.relation, consuming.relation
    if here is not None and there is not None and here.suspended != there.suspended:
        suspend = partial(lifecycle.suspend_relation, consuming.world, there, suspended=here.suspended)
        yield Carry(f'whether {offering} is suspended, to {consuming.world.name}', suspend)


def _of_secret(worlds: Mapping[str, World], world: World, reference: SecretReference) -> Iterator[Carry]:
    """Return what a model is to be told of a new revision of another model's secret."""
    offering = worlds[reference.uri.source]
    secret = offering.secrets.get(reference.uri.id)
    if reference.saas not in world.remote_applications or secret is None:
        return
    if not _is_news(reference, secret) or not _is_told(offering, reference):
        return
    tell = partial(consumption.note_new_revision, world.secrets, reference, secret.latest_revision)
    yield Carry(f'revision {secret.latest_revision} of secret {secret.id} to {world.name}', tell)


def _is_news(reference: SecretReference, secret: Secret) -> bool:
    return any(consumer.latest < secret.latest_revision for consumer in reference.consumers.values())


def _is_told(offering: World, reference: SecretReference) -> bool:
    profile = offering.profile
    return profile.cmr_changed_events or (profile.new_revisions_told_once and not reference.is_told)
