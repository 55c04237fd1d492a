"""RelationView: a relation with its databags."""

from __future__ import annotations

from typing import Final, final

from ..errors import UsageError
from ..juju.relations import Relation
from ..juju.world import World


@final
class RelationView:
    """A relation with its data bags."""

    def __init__(self, world: World, relation_id: int) -> None:
        self._world: Final = world
        self.id: Final = relation_id
        self.key: Final = world.relations[relation_id].key
        """Juju's name for it: its endpoints, the requirer's first."""

    @property
    def exists(self) -> bool:
        """Whether the relation is there; False once both sides have left it."""
        return self.id in self._world.relations

    def data(self, entity: str) -> dict[str, str]:
        """Return the data of a unit or an application.

        Raises:
            UsageError: if there is no such bag in this relation.
        """
        relation = self._relation
        bags = {**relation.application_data, **relation.unit_data}
        if entity not in bags:
            raise UsageError(f'{entity!r} has no data in {self.key!r}; there is data of {", ".join(bags)}')
        return dict(sorted(bags[entity].values.items()))

    @property
    def _relation(self) -> Relation:
        if not self.exists:
            raise UsageError(f'the relation {self.key!r} was removed; ask .exists before you ask for more')
        return self._world.relations[self.id]

    def __repr__(self) -> str:
        return f'<relation {self.id} {self.key!r}{"" if self.exists else " (removed)"}>'
