"""The watcher of relations: the life, members and data versions of each relation of the unit."""

from __future__ import annotations

from .. import identity
from ..agent_state import RelationSnapshot
from ..relations import Relation
from ..world import World
from .unit_watchers import UnitWatchers


def deliver_relations(world: World, watchers: UnitWatchers) -> None:
    """Deliver the current state of every relation of the unit's application."""
    watchers.are_relations_changed = False
    unit = watchers.snapshot.unit
    application = identity.application_of(unit)
    watchers.snapshot.relations = {
        relation.id: relation_snapshot(relation, unit, application) for relation in world.relations_of(application)
    }


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
