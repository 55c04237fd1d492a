"""The watcher of relations: the life, members and data versions of each relation of the unit."""

from __future__ import annotations

from .. import identity
from ..agent_state import RelationSnapshot
from ..relations import Relation
from ..world import World
from .unit_watchers import UnitWatchers


def deliver_relations(world: World, watchers: UnitWatchers) -> None:
    """Deliver the current state of the relations that were written."""
    for relation_id in watchers.changed_relations:
        current = current_relation(world, watchers.snapshot.unit, relation_id)
        if current is None:
            watchers.snapshot.relations.pop(relation_id, None)
        elif current != watchers.snapshot.relations.get(relation_id):
            watchers.snapshot.relations[relation_id] = current
    watchers.changed_relations.clear()


def current_relation(world: World, unit: str, relation_id: int) -> RelationSnapshot | None:
    """Return the current state of a relation as a unit's watchers report it, or None if it was removed."""
    relation = world.relations.get(relation_id)
    return relation_snapshot(relation, unit, identity.application_of(unit)) if relation is not None else None


def relation_snapshot(relation: Relation, unit: str, application: str) -> RelationSnapshot:
    """Return the current state of a relation as a unit's watchers report it."""
    remote = relation.remote_of(application).application
    return RelationSnapshot(
        endpoint=relation.endpoint_of(application).name,
        remote_application=remote,
        is_peer=relation.is_peer,
        is_implicit=relation.endpoint_of(application).metadata.implicit,
        is_container=relation.is_container,
        life=relation.life,
        suspended=relation.suspended,
        members={member: relation.unit_data[member].version for member in relation.remote_members(unit)},
        applications={remote: relation.application_data[remote].version},
    )
