"""UnitView: a unit, its status and agent, and the stored state of its charm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from ..arguments import checked
from ..charms.state_view import render_state
from ..engine.runtime import RunningModel
from ..juju import identity, lookups, statuses
from ..juju.agent_state import LocalState
from ..juju.state import Life, Unit
from ..records import DueHook
from .hooks import as_due_hook
from .statuses import as_ops_status
from .view import View

if TYPE_CHECKING:
    import ops
    from ops import testing

AgentState: TypeAlias = Literal['idle', 'error', 'stopped']


@checked
class UnitView(View):
    """One unit, of an application with a charm or of a puppet."""

    def __init__(self, internals: RunningModel, name: str) -> None:
        super().__init__(internals, 'unit', name)
        self.name: Final = name

    @property
    def application(self) -> str:
        """The name of the unit's application."""
        return identity.application_of(self.name)

    @property
    def exists(self) -> bool:
        """Whether the unit exists; False after its removal."""
        return self._world.find_unit(self.name) is not None

    @property
    def life(self) -> Life:
        """``alive``, or ``dying`` from its removal until it has run its last hook."""
        return self._unit.life

    @property
    def is_leader(self) -> bool:
        """Whether the unit leads its application."""
        return self._world.is_leader(self._unit.name)

    @property
    def charm(self) -> str | None:
        """The name of the unit's charm; None for a unit of a puppet."""
        return self._charm_of(self._world.applications[self._unit.application])

    # --- how it does

    @property
    def status(self) -> ops.StatusBase:
        """The status that ``juju status`` shows: ``error`` after a failed hook, ``unknown`` while the agent is stopped."""
        return as_ops_status(statuses.of_unit(self._agents, self._unit))

    @property
    def workload_status(self) -> ops.StatusBase:
        """The status as the charm set it."""
        return as_ops_status(self._unit.status)

    @property
    def error(self) -> DueHook | None:
        """The failed hook, which the unit retries before it runs another one; None if no hook has failed."""
        failed = self._local.failed
        return as_due_hook(self.name, failed) if failed is not None else None

    @property
    def agent(self) -> AgentState:
        """``stopped`` while its agent runs no hooks, because of ``stop_agent``, an injected fault, or a bug of Juju.

        Otherwise ``error`` while a hook of the unit is, else ``idle``.
        """
        local = self._local
        if local.broken or not self._agents.is_running(self.name):
            return 'stopped'
        return 'error' if local.failed is not None else 'idle'

    # --- the stored state of its charm

    @property
    def deferred(self) -> tuple[str, ...]:
        """The events that the charm deferred and that wait for the unit's next hook."""
        runner = self._charm_runner_of(self._unit.application)
        return runner.deferred(self.name) if runner is not None else ()

    @property
    def stored_states(self) -> tuple[testing.StoredState, ...]:
        """The ``ops.StoredState`` data of the charm and its libraries, as ``ops.testing.StoredState`` objects."""
        runner = self._charm_runner_of(self._unit.application)
        return runner.stored_states(self.name) if runner is not None else ()

    @property
    def state(self) -> testing.State:
        """The state that this unit sees, as an ``ops.testing.State``, built from the model at each access.

        Secrets that cannot be written this way are left out: their tracked or latest revision was removed, or holds what
        is no base64.
        """
        runner = self._charm_runner_of(self._unit.application)
        return render_state(self._world, self.name, runner.own_state(self.name) if runner is not None else {})

    @property
    def _unit(self) -> Unit:
        return lookups.find_unit(self._world, self.name)

    @property
    def _local(self) -> LocalState:
        """The local state of the unit: the hooks that it has run."""
        return self._agents.local_state(self._unit.name)

    def __repr__(self) -> str:
        kind = type(self).__name__
        if not self.exists:
            return f'<{kind} {self.name} (removed)>'
        status = statuses.of_unit(self._agents, self._unit).name
        return f'<{kind} {self.name} {status}{", leader" if self.is_leader else ""}>'
