"""The relation commands within a hook.

Source: juju 3.6: internal/worker/uniter/runner/context/relation.go.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..relations import readable_bag
from .context_state import ContextState
from .pending import RelationInfo


class RelationCommands(ContextState):
    """The part of a hook context that is about relations."""

    def relation(self, relation_id: int) -> RelationInfo | None:
        """Return a relation that the unit has entered, or that the hook is about."""
        if relation_id not in self.entered or relation_id not in self.world.relations:
            return None
        relation = self.world.relations[relation_id]
        return RelationInfo(
            id=relation.id,
            endpoint=relation.endpoint_of(self.application).name,
            remote_application=relation.remote_of(self.application).application,
            is_peer=relation.is_peer,
        )

    def why_no_relation(self, relation_id: int) -> str:
        """Return why the hook knows no relation of an id."""
        relation = self.world.relations.get(relation_id)
        if relation is None:
            return f'there is no relation {relation_id}: it was removed, or never made'
        if not relation.involves(self.application):
            return f'relation {relation_id} is {relation.key}, and not one of {self.application}'
        hook = f'{relation.endpoint_of(self.application).name}-relation'
        if relation.life != 'alive':
            return f'relation {relation_id} is being removed: {self.unit} has run {hook}-broken, or never entered it'
        return f'{self.unit} enters relation {relation_id} with {hook}-created, which has not run yet'

    def relation_ids(self, endpoint: str) -> tuple[int, ...]:
        """Return the ids of the unit's relations on an endpoint."""
        infos = [self.relation(relation_id) for relation_id in sorted(self.entered)]
        return tuple(info.id for info in infos if info is not None and info.endpoint == endpoint)

    def relation_members(self, relation_id: int) -> tuple[str, ...]:
        """Return the remote units of which the charm was notified: with one that joins now, without one that departs."""
        members = set(self.entered[relation_id].members) if relation_id in self.entered else set[str]()
        if relation_id == self.hook.relation_id and self.hook.remote_unit is not None:
            if self.hook.kind == 'relation-departed':
                members.discard(self.hook.remote_unit)
            else:
                members.add(self.hook.remote_unit)
        return tuple(sorted(members))

    def relation_data(self, relation_id: int, entity: str) -> Mapping[str, str]:
        """Return the data of a unit or application; that of the unit itself and its application with pending changes."""
        committed = readable_bag(self.world.relations[relation_id], self.unit, entity, is_leader=self.leads()).values
        pending: Mapping[str, str] = {}
        if entity == self.unit:
            pending = self.pending.unit_data.get(relation_id, {})
        elif entity == self.application:
            pending = self.pending.application_data.get(relation_id, {})
        merged = {**committed, **pending}
        return {key: value for key, value in sorted(merged.items()) if value != ''}

    def relation_set(self, relation_id: int, values: Mapping[str, str], *, app: bool) -> None:
        """Record data of the unit, or of its application; an empty value deletes its key."""
        bags = self.pending.application_data if app else self.pending.unit_data
        bags.setdefault(relation_id, {}).update(values)

    def relation_model_uuid(self, relation_id: int) -> str:
        """Return the UUID of the model the remote application lives in."""
        remote = self.world.relations[relation_id].remote_of(self.application).application
        other = self.world.remote_applications.get(remote)
        return other.model if other is not None else self.world.uuid
