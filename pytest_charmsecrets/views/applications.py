"""ApplicationView: an application and its units."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Final

from ..arguments import checked
from ..engine.runtime import RunningModel
from ..errors import UsageError
from ..juju import lookups, statuses
from ..juju.state import Application
from .relations import RelationView
from .statuses import as_ops_status
from .units import UnitView
from .view import View

if TYPE_CHECKING:
    import ops


@checked
class ApplicationView(View):
    """An application, with a charm or played by the test."""

    def __init__(self, internals: RunningModel, name: str) -> None:
        super().__init__(internals, 'application', name)
        self.name: Final = name

    @property
    def exists(self) -> bool:
        """Whether the application exists; False after its removal."""
        return self.name in self._world.applications

    @property
    def charm(self) -> str | None:
        """The name of the application's charm; None for a puppet."""
        return self._charm_of(self._application)

    @property
    def units(self) -> tuple[UnitView, ...]:
        """The units of the application, ordered by number."""
        return tuple(UnitView(self.internals, unit) for unit in self._application.units)

    @property
    def leader(self) -> UnitView:
        """The leader unit.

        Raises:
            UsageError: if the application has no units.
        """
        return UnitView(self.internals, self._leader)

    @property
    def status(self) -> ops.StatusBase:
        """The status that ``juju status`` shows: the one that the leader set, or else the most severe status of the units."""
        return as_ops_status(statuses.of_application(self._agents, self._application))

    @property
    def workload_version(self) -> str:
        """The workload version that the charm set."""
        return self._application.workload_version

    @property
    def relations(self) -> tuple[RelationView, ...]:
        """The relations of the application, oldest first."""
        relations = self._world.relations_of(self._application.name)
        return tuple(RelationView(self.internals, relation.id) for relation in relations)

    def module(self, name: str) -> ModuleType:
        """Return a module of a charm that was deployed from a directory, such as ``charm``, for a test to patch.

        Raises:
            UsageError: if the module does not exist, or the charm was not loaded from a directory.
        """
        runner = self._charm_runner_of(self._application.name)
        if runner is None:
            raise UsageError(f'{self.name!r} is a puppet, which has no charm and so no module {name!r}')
        return runner.source.module(name)

    @property
    def _application(self) -> Application:
        return lookups.find_application(self._world, self.name)

    @property
    def _leader(self) -> str:
        leader = self._application.leader
        if leader is None:
            raise UsageError(f'{self.name!r} has no units, so no leader; add one with add_unit({self.name!r})')
        return leader

    def __repr__(self) -> str:
        kind = type(self).__name__
        if not self.exists:
            return f'<{kind} {self.name} (removed)>'
        count = len(self._application.units)
        return f'<{kind} {self.name}, {count} unit{"" if count == 1 else "s"}>'
