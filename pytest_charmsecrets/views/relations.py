"""RelationView: a relation with its members and databags."""

from __future__ import annotations

from typing import Final, final

from ..arguments import checked
from ..engine.runtime import RunningModel
from ..errors import UsageError
from ..juju.relations import Relation
from .view import View


@checked
@final
class RelationView(View):
    """A relation between two applications, or a peer relation among the units of one."""

    def __init__(self, internals: RunningModel, relation_id: int) -> None:
        super().__init__(internals, 'relation', relation_id)
        self.id: Final = relation_id
        self.key: Final = self._world.relations[relation_id].key
        """Juju's key of the relation: its endpoints, the requirer's first."""

    @property
    def exists(self) -> bool:
        """Whether the relation exists; False after both sides have left it."""
        return self.id in self._world.relations

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The endpoints, such as ``web:database``, the requirer's first; a peer relation has one."""
        return tuple(map(str, self._relation.endpoints))

    @property
    def members(self) -> dict[str, tuple[str, ...]]:
        """The units of each application that have entered the relation and not left it, in the order they entered."""
        relation = self._relation
        return {side.application: tuple(relation.in_scope.get(side.application, ())) for side in relation.endpoints}

    @property
    def suspended(self) -> bool:
        """Whether the relation is suspended. Only a relation to another model can be."""
        return self._relation.suspended

    @property
    def databags(self) -> dict[str, dict[str, str]]:
        """The databag of each application and unit. Juju keeps the databags of departed units with the relation."""
        relation = self._relation
        bags = {**relation.application_data, **relation.unit_data}
        return {entity: dict(sorted(bag.values.items())) for entity, bag in bags.items()}

    def data(self, entity: str) -> dict[str, str]:
        """Return the data of a unit or an application.

        Raises:
            UsageError: if there is no such databag in this relation.
        """
        bags = self.databags
        if entity not in bags:
            raise UsageError(f'{entity!r} has no data in {self.key!r}; there is data of {", ".join(bags)}')
        return bags[entity]

    @property
    def _relation(self) -> Relation:
        if not self.exists:
            raise UsageError(f'the relation {self.key!r} was removed; ask .exists before you ask for more')
        return self._world.relations[self.id]

    def __repr__(self) -> str:
        state = ' (removed)' if not self.exists else ', suspended' if self.suspended else ''
        return f'<RelationView {self.id} {self.key}{state}>'
