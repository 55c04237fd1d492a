"""Relations: their endpoints, members and databags; the access of units to databags; the end of a relation.

Source: juju 3.6: state/relation.go, state/relationunit.go.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Final

from ..errors import JujuError
from . import facts, identity
from .change_log import Changes
from .state import EndpointMetadata, Life, Unit

_ROLE_ORDER: Final = {'peer': 0, 'requirer': 1, 'provider': 2}


@dataclasses.dataclass(frozen=True, slots=True)
class RelationEndpoint:
    """One side of a relation."""

    application: str
    metadata: EndpointMetadata

    @property
    def name(self) -> str:
        """The endpoint's name in the charm."""
        return self.metadata.name

    def __str__(self) -> str:
        return f'{self.application}:{self.name}'


@dataclasses.dataclass(slots=True)
class Bag:
    """A databag. Its version rises with every write, so a write that restores an earlier value is still a change."""

    values: dict[str, str] = dataclasses.field(default_factory=dict[str, str])
    version: int = 0

    def write(self, values: Mapping[str, str]) -> bool:
        """Merge values, and return whether anything changed. An empty value deletes its key."""
        merged = {**self.values, **values}
        merged = {key: value for key, value in merged.items() if value != ''}
        return self.replace(merged)

    def replace(self, values: Mapping[str, str]) -> bool:
        """Replace all values, and return whether anything changed."""
        if values == self.values:
            return False
        self.values = dict(values)
        self.version += 1
        return True


@dataclasses.dataclass(slots=True)
class Relation:
    """One relation: between two applications, or among the units of one for a peer relation."""

    id: int
    endpoints: tuple[RelationEndpoint, ...]
    """In the order of Juju's relation key: the requirer first."""
    life: Life = 'alive'
    suspended: bool = False
    """Whether it is suspended. Only a relation to another model can be suspended."""
    application_data: dict[str, Bag] = dataclasses.field(default_factory=dict[str, Bag])
    unit_data: dict[str, Bag] = dataclasses.field(default_factory=dict[str, Bag])
    """The databags by unit. They are kept until the relation is removed, also for units that have left."""
    in_scope: dict[str, dict[str, None]] = dataclasses.field(default_factory=dict[str, dict[str, None]])
    """The units, by application, that have entered the relation and not left it."""
    leaving: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    """The dying units in scope. For the other units they have left already."""
    principals: dict[str, str] = dataclasses.field(default_factory=dict[str, str])
    """In a relation of container scope, the principal unit beside which each member lives: itself for a principal."""

    @property
    def key(self) -> str:
        """Juju's name for the relation, such as ``web:database db:database``."""
        return ' '.join(map(str, self.endpoints))

    @property
    def tag(self) -> str:
        """Juju's tag for the relation."""
        return identity.relation_tag(self.key)

    @property
    def is_peer(self) -> bool:
        """Whether this is a peer relation."""
        return len(self.endpoints) == 1

    @property
    def is_container(self) -> bool:
        """Whether each unit is related only to the unit on the same machine."""
        return any(endpoint.metadata.scope == 'container' for endpoint in self.endpoints)

    def involves(self, application: str) -> bool:
        """Whether an application is a side of this relation."""
        return any(endpoint.application == application for endpoint in self.endpoints)

    def endpoint_of(self, application: str) -> RelationEndpoint:
        """Return an application's own side."""
        return next(endpoint for endpoint in self.endpoints if endpoint.application == application)

    def remote_of(self, application: str) -> RelationEndpoint:
        """Return the side an application talks to: its own for a peer relation."""
        if self.is_peer:
            return self.endpoints[0]
        return next(endpoint for endpoint in self.endpoints if endpoint.application != application)

    def present(self, application: str) -> tuple[str, ...]:
        """Return the units of an application that the other units see, in the order in which they entered."""
        return tuple(name for name in self.in_scope.get(application, ()) if name not in self.leaving)

    def remote_members(self, unit: str) -> tuple[str, ...]:
        """Return the units in scope that a unit talks to, in the order they entered."""
        remote = self.remote_of(identity.application_of(unit)).application
        others = (name for name in self.present(remote) if name != unit)
        if self.is_container:
            return tuple(name for name in others if self.principals[name] == self.principals.get(unit))
        return tuple(others)


class Relations(MutableMapping[int, Relation]):
    """The relations of a model by id, with an index by application."""

    def __init__(self) -> None:
        self._relations: Final[dict[int, Relation]] = {}
        self._of: Final[dict[str, dict[int, Relation]]] = {}

    def of(self, application: str) -> tuple[Relation, ...]:
        """Return the relations of an application, in the order in which they were added."""
        return tuple(self._of.get(application, {}).values())

    def __getitem__(self, relation_id: int) -> Relation:
        return self._relations[relation_id]

    def __setitem__(self, relation_id: int, relation: Relation) -> None:
        self._relations[relation_id] = relation
        for endpoint in relation.endpoints:
            self._of.setdefault(endpoint.application, {})[relation_id] = relation

    def __delitem__(self, relation_id: int) -> None:
        for endpoint in self._relations.pop(relation_id).endpoints:
            del self._of[endpoint.application][relation_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._relations)

    def __len__(self) -> int:
        return len(self._relations)


def make_relation(relation_id: int, *endpoints: RelationEndpoint) -> Relation:
    """Make a relation with empty databags."""
    ordered = tuple(sorted(endpoints, key=lambda endpoint: (_ROLE_ORDER[endpoint.metadata.role], str(endpoint))))
    return Relation(relation_id, ordered, application_data={endpoint.application: Bag() for endpoint in ordered})


def enter_scope(relation: Relation, unit: Unit, changes: Changes) -> None:
    """Enter a unit into a relation, with the addresses that Juju writes into its databag."""
    addresses = {
        'egress-subnets': f'{unit.address}/32',
        'ingress-address': unit.address,
        'private-address': unit.address,
    }
    relation.in_scope.setdefault(unit.application, {})[unit.name] = None
    changes.note_writer('entered', relation.id, unit.name)
    if relation.is_container:
        relation.principals[unit.name] = unit.principal or unit.name
        changes.note_relation(unit.application, relation.id)
    if unit.name not in relation.unit_data:
        relation.unit_data[unit.name] = Bag(addresses)
        _note_values(relation, unit.name, {}, addresses, changes)
    note_written_by(relation, unit.application, changes)


def prepare_to_leave(relation: Relation, unit: str, changes: Changes) -> None:
    """Hide a dying unit from the other units, whatever its agent does. The unit is still in scope.

    Juju 3.6: state/relationunit.go, PrepareLeaveScope, by state/cleanup.go, cleanupDyingUnit.
    """
    application = identity.application_of(unit)
    if unit in relation.in_scope.get(application, ()):
        relation.leaving[unit] = None
        changes.note_writer('left', relation.id, unit)
        note_written_by(relation, application, changes)


def leave_scope(relation: Relation, unit: str, changes: Changes) -> None:
    """Remove a unit from a relation."""
    application = identity.application_of(unit)
    relation.in_scope.get(application, {}).pop(unit, None)
    if relation.leaving.pop(unit, unit) is not None:
        changes.note_writer('left', relation.id, unit)
    note_written_by(relation, application, changes)


def write_bag(relation: Relation, entity: str, values: Mapping[str, str], changes: Changes) -> bool:
    """Merge values into the databag of a unit or application, as ``Bag.write``; returns whether anything changed."""
    bag = _bag_of(relation, entity)
    before = bag.values
    bag.write(values)
    return _note_written(relation, entity, before, changes)


def replace_bag(relation: Relation, entity: str, values: Mapping[str, str], changes: Changes) -> bool:
    """Replace the databag of a unit or application; returns whether anything changed."""
    bag = _bag_of(relation, entity)
    before = bag.values
    bag.replace(values)
    return _note_written(relation, entity, before, changes)


def _bag_of(relation: Relation, entity: str) -> Bag:
    return relation.unit_data[entity] if identity.is_unit_name(entity) else relation.application_data[entity]


def _note_written(relation: Relation, entity: str, before: Mapping[str, str], changes: Changes) -> bool:
    """Note the writer and the values of a databag; returns whether the databag has changed."""
    bag = _bag_of(relation, entity)
    if bag.values == before:
        return False
    changes.note_writer('bag', relation.id, entity, bag.version)
    _note_values(relation, entity, before, bag.values, changes)
    return True


def _note_values(
    relation: Relation, entity: str, before: Mapping[str, str], now: Mapping[str, str], changes: Changes
) -> None:
    """Note for the histories the values of a databag that have changed."""
    for key in dict.fromkeys((*before, *now)):
        if now.get(key) != before.get(key):
            changes.journal.note(facts.BagWritten, relation.id, entity, key, now.get(key))


def note_written_by(relation: Relation, application: str, changes: Changes) -> None:
    """Note that one side has written data, or that its members have changed. Only the other side is notified."""
    changes.note_relation(relation.remote_of(application).application, relation.id)


def note_life(relation: Relation, changes: Changes) -> None:
    """Note that a relation was added, is dying, or was removed. Both sides are notified."""
    changes.note_writer('life of relation', relation.id)
    for endpoint in relation.endpoints:
        changes.note_relation(endpoint.application, relation.id)


def is_over(relation: Relation) -> bool:
    """Whether a relation is dying and has no units, so that it is to be removed."""
    return relation.life != 'alive' and not any(relation.in_scope.values())


def readable_bag(relation: Relation, reader: str, entity: str, *, is_leader: bool) -> Bag:
    """Return the databag of a unit or application, if a unit may read it.

    Raises:
        JujuError: for the own application's databag, except by the leader and in a peer relation; for an unknown entity.
    """
    if identity.is_unit_name(entity):
        bag = relation.unit_data.get(entity)
        if bag is None:
            raise JujuError(
                f'cannot read settings for unit "{entity}" in relation "{relation.key}": settings not found'
            )
        return bag
    if not relation.involves(entity):
        raise JujuError('permission denied')
    if entity == identity.application_of(reader) and not relation.is_peer and not is_leader:
        raise JujuError('permission denied')
    return relation.application_data[entity]
