"""What ``deploy`` gives back: an application with a charm, and its units."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, final

from ..charms.attachments import change_attachments, storage_ids
from ..charms.runner import CharmRunner, UnitChange
from ..charms.state_view import render_state
from ..charms.unit_state import check_is_the_units_own
from ..errors import UsageError, unknown
from ..juju import lifecycle, lookups
from ..juju.world import World
from .relations import RelationView
from .statuses import as_ops_status

if TYPE_CHECKING:
    import ops
    from ops import testing

_CHANGEABLE: Final = tuple(sorted(field.name for field in dataclasses.fields(UnitChange)))


@final
class UnitView:
    """One unit of an application with a charm."""

    def __init__(self, world: World, runner: CharmRunner, name: str) -> None:
        self._world: Final = world
        self._runner: Final = runner
        self.name: Final = name

    @property
    def exists(self) -> bool:
        """Whether the unit is there; False once it was removed."""
        return self._world.find_unit(self.name) is not None

    @property
    def status(self) -> ops.StatusBase:
        """The unit's status, as the charm set it."""
        return as_ops_status(lookups.find_unit(self._world, self.name).status)

    @property
    def is_leader(self) -> bool:
        """Whether the unit leads its application."""
        return self._world.is_leader(lookups.find_unit(self._world, self.name).name)

    @property
    def state(self) -> testing.State:
        """Everything this unit sees, as ``ops.testing`` writes it: rendered from the model at each access."""
        lookups.check_unit_exists(self._world, self.name)
        return render_state(self._world, self.name, self._runner)

    @property
    def deferred(self) -> tuple[str, ...]:
        """The events that the charm deferred and that wait for the unit's next hook."""
        lookups.check_unit_exists(self._world, self.name)
        return self._runner.deferred(self.name)

    def update_state(self, **changes: Any) -> None:
        """Change the parts of a unit that the author of a test decides, and not the model.

        Args:
            changes: ``containers``, ``storages``, ``networks`` or ``resources``, as in ``ops.testing.State``.

        Raises:
            UsageError: for anything that the model owns; the message names the operation to call instead.
        """
        unit = lookups.find_unit(self._world, self.name)
        _check_changeable(changes)
        given = {name: None if value is None else tuple(value) for name, value in changes.items()}
        change = UnitChange(**given)
        self._runner.update_state(self.name, change)
        unit.attachments = change_attachments(unit.attachments, change)
        if change.storages is not None:
            lifecycle.give_storages(unit, storage_ids(change.storages))
            unit.storages = self._runner.place_storages(self.name, unit.storages)
        self._world.changes.note('unit', self.name)

    def __repr__(self) -> str:
        return f'<unit {self.name}{"" if self.exists else " (removed)"}>'


@final
class ApplicationView:
    """An application with a charm."""

    def __init__(self, world: World, runner: CharmRunner, name: str) -> None:
        self._world: Final = world
        self._runner: Final = runner
        self.name: Final = name

    @property
    def exists(self) -> bool:
        """Whether the application is there; False once it was removed."""
        return self.name in self._world.applications

    @property
    def units(self) -> tuple[UnitView, ...]:
        """Its units, by number."""
        units = lookups.find_application(self._world, self.name).units
        return tuple(UnitView(self._world, self._runner, unit) for unit in units)

    @property
    def leader(self) -> UnitView:
        """Its leader."""
        leader = lookups.find_application(self._world, self.name).leader
        if leader is None:
            raise UsageError(f'{self.name!r} has no units, so no leader; add one with add_unit({self.name!r})')
        return UnitView(self._world, self._runner, leader)

    @property
    def status(self) -> ops.StatusBase:
        """The application's status, as its leader set it."""
        return as_ops_status(lookups.find_application(self._world, self.name).status)

    @property
    def workload_version(self) -> str:
        """The version that the charm gave its workload."""
        return lookups.find_application(self._world, self.name).workload_version

    @property
    def relations(self) -> tuple[RelationView, ...]:
        """Its relations, oldest first."""
        lookups.check_application_exists(self._world, self.name)
        return tuple(RelationView(self._world, relation.id) for relation in self._world.relations_of(self.name))

    def module(self, name: str) -> ModuleType:
        """Return a module of a charm that was deployed from a directory, such as ``charm``, for a test to patch."""
        return self._runner.source.module(name)

    def __repr__(self) -> str:
        return f'<application {self.name}{"" if self.exists else " (removed)"}>'


def _check_changeable(changes: Mapping[str, Any]) -> None:
    """Refuse what is not a unit's own; what the model owns gets the sentence that names its operation."""
    from ops import testing

    others = {name: value for name, value in changes.items() if name not in _CHANGEABLE}
    fields = [field.name for field in dataclasses.fields(testing.State)]
    check_is_the_units_own(testing.State(**{name: value for name, value in others.items() if name in fields}))
    for name in others:
        raise unknown('changeable state', name, _CHANGEABLE, 'everything else is done by operations of FakeModel')
