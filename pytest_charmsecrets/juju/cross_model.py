"""Relations between models: a worker copies each model's side of a relation to the other model.

Each model has its own relation with its own databags. A carry is one difference between the two, so that several writes
to the same side are carried once.

Juju 3.6: internal/worker/remoterelations/remoteapplicationworker.go;
apiserver/facades/controller/crossmodelrelations/crossmodelrelations.go, registerRemoteRelation and
WatchConsumedSecretsChanges; apiserver/common/crossmodel/crossmodel.go, PublishRelationChange.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from . import lifecycle, relations
from .change_log import Document
from .journal import merged
from .relations import Bag, Relation, RelationEndpoint
from .secrets import consumption
from .secrets.entities import Secret, SecretReference
from .state import RemoteApplication
from .world import World


@dataclasses.dataclass(frozen=True, slots=True)
class Carry:
    """One difference to carry from one model to another."""

    what: str
    """The name of the carry in the choices of an order."""
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
    """The name of the other model's application in this model."""

    @property
    def relation(self) -> Relation | None:
        """The relation, or None once it is removed."""
        return self.world.relations.get(self.relation_id)

    def local_name(self, unit: str) -> str:
        """Return the name of the other model's unit in this model."""
        return f'{self.remote}/{unit.partition("/")[2]}'

    def own_name(self, unit: str) -> str:
        """Return the name in this model of one of its units, by its name in the other model."""
        return f'{self.own}/{unit.partition("/")[2]}'

    def __str__(self) -> str:
        return f'relation {self.relation_id} of {self.own} in {self.world.name}'


class Carrier:
    """Finds the differences between the sides of relations between the models of a controller."""

    def __init__(self, worlds: Mapping[str, World]) -> None:
        self._worlds: Final = worlds
        self._links: Final[list[tuple[_Side, _Side]]] = []
        """For each relation between two models the consuming side and the offering side."""

    def carries(self) -> Iterator[Carry]:
        """Return every difference to carry now: relations, their data, suspension, new revisions of secrets."""
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
        """Make the offering side of a relation, with a remote application that stands for the consumer.

        Juju 3.6: crossmodelrelations.go, registerRemoteRelation.
        """
        _act_for(world, ('relation', relation.id))
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


def _act_for(world: World, *documents: Document) -> None:
    """Make the writers of a model's documents the causes of the changes that are carried from it."""
    writers = world.changes.writers
    chronicle = world.journal.chronicle
    chronicle.causes = merged((), *(writers.get(document, ()) for document in documents)) or chronicle.causes


def _of_relation(source: _Side, target: _Side) -> Iterator[Carry]:
    """Return the difference between a side and its copy in the other model: its end, or its units and data."""
    here, there = source.relation, target.relation
    if there is None:
        return
    if here is None or (here.life != 'alive' and there.life == 'alive'):
        is_gone = here is None
        if there.life == 'alive' or any(there.in_scope.get(target.remote, ())):
            yield Carry(
                f'the end of {source} to {target.world.name}', partial(_end, source, target, there, is_gone=is_gone)
            )
        return
    if _differ(source, here, target, there):
        yield Carry(f'{source} to {target.world.name}', partial(_copy, source, here, target, there))


def _end(source: _Side, target: _Side, relation: Relation, *, is_gone: bool) -> None:
    _act_for(source.world, ('life of relation', source.relation_id))
    lifecycle.begin_relation_removal(target.world, relation)
    if is_gone:
        for unit in tuple(relation.in_scope.get(target.remote, ())):
            relations.leave_scope(relation, unit, target.world.changes)
        lifecycle.finish_relation_removal(target.world, relation)


def _units(source: _Side, here: Relation, target: _Side, there: Relation) -> dict[str, Bag]:
    """Return the databags of one side's units, by their names on the other side. No unit enters a relation that ends."""
    named = {target.local_name(unit): here.unit_data[unit] for unit in here.present(source.own)}
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
    """Copy one side's units and data to the other model. Juju 3.6: crossmodel.go, PublishRelationChange."""
    units = _units(source, here, target, there)
    changes = target.world.changes
    _act_for(source.world, ('bag', here.id, source.own, here.application_data[source.own].version))
    relations.replace_bag(there, target.remote, here.application_data[source.own].values, changes)
    present = there.in_scope.get(target.remote, {})
    for name in dict.fromkeys((*present, *units)):
        unit = source.own_name(name)
        if name in units:
            _act_for(source.world, ('bag', here.id, unit, units[name].version))
            there.unit_data.setdefault(name, Bag())
            relations.replace_bag(there, name, units[name].values, changes)
        if (name in units) != (name in present):
            moved = 'entered' if name in units else 'left'
            _act_for(source.world, (moved, here.id, unit))
            changes.note_writer(moved, there.id, name)
    there.in_scope[target.remote] = dict.fromkeys(units)
    relations.note_written_by(there, target.remote, target.world.changes)
    lifecycle.finish_relation_removal(target.world, there)


def _of_suspension(offering: _Side, consuming: _Side) -> Iterator[Carry]:
    here, there = offering.relation, consuming.relation
    if here is not None and there is not None and here.suspended != there.suspended:
        yield Carry(
            f'whether {offering} is suspended, to {consuming.world.name}',
            partial(_suspend, offering, here, consuming, there),
        )


def _suspend(offering: _Side, here: Relation, consuming: _Side, there: Relation) -> None:
    _act_for(offering.world, ('life of relation', here.id))
    lifecycle.suspend_relation(consuming.world, there, suspended=here.suspended)


def _of_secret(worlds: Mapping[str, World], world: World, reference: SecretReference) -> Iterator[Carry]:
    """Return the latest revision of another model's secret, if consumers of a model have not been notified of it."""
    offering = worlds[reference.uri.source]
    secret = offering.secrets.get(reference.uri.id)
    if reference.saas not in world.remote_applications or secret is None:
        return
    if not _is_news(reference, secret) or not _is_notified(offering, reference):
        return
    yield Carry(
        f'revision {secret.latest_revision} of secret {secret.id} to {world.name}',
        partial(_tell_revision, offering, secret, world, reference),
    )


def _tell_revision(offering: World, secret: Secret, world: World, reference: SecretReference) -> None:
    if not (offering.profile.new_revisions_told_once and not reference.is_told):
        offering.bugs.note('cmr_changed_events')
    _act_for(offering, ('revision', secret.id, secret.latest_revision))
    world.changes.note_writer('revision', reference.id, secret.latest_revision)
    consumption.note_new_revision(world.secrets, reference, secret.latest_revision)


def _is_news(reference: SecretReference, secret: Secret) -> bool:
    return any(consumer.latest < secret.latest_revision for consumer in reference.consumers.values())


def _is_notified(offering: World, reference: SecretReference) -> bool:
    profile = offering.profile
    return profile.cmr_changed_events or (profile.new_revisions_told_once and not reference.is_told)
