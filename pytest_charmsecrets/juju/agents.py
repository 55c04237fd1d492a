"""The agents of one model: they deliver changes to the units, and know the next hook of each unit.

``scheduler.py`` decides which of several things happens next. Two regimes, distinguished by the order: in the fixed one
``deliver`` hands everything to every unit at once; in any other, ``take_notice`` hands changes to the watchers, and
``make`` delivers one document of one watcher.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Final

from ..errors import UsageError
from . import lifecycle
from .agent import hooks_due, legal_operations, next_operation
from .agent_progress import note_failure, note_start, note_success
from .agent_start import note_what_a_restart_forgot, start_again, start_first, watch_again
from .agent_state import LocalState
from .agent_without_hook import act_without_hook
from .announcements import Announcements
from .hooks import Hook
from .journal import Causes, Chronicle, merged
from .order import Order
from .ready import Position, ReadyUnits
from .secrets import removal
from .steps import Delivery, Pick, RemovalJob, deliveries
from .watchers.delivery import deliver
from .watchers.owned import wake_workers
from .watchers.routing import route
from .watchers.unit_watchers import Agent
from .workers import UpdateStatusTimer
from .world import World

_STARTING: Final = (
    'storage-attached',
    'install',
    'relation-created',
    'leader-elected',
    'leader-settings-changed',
    'config-changed',
    'start',
    'pebble-ready',
)


class Agents:
    """The agents of the units of one model.

    Between two calls ``ready`` and the announcements are up to date for every unit that is not in ``_touched`` and whose
    watchers were handed every change of the world.
    """

    def __init__(
        self,
        world: World,
        *,
        order: Order,
        number: int = 0,
        update_status_interval: datetime.timedelta | None = None,
    ) -> None:
        """Make a scheduler for a model.

        Args:
            world: the model.
            order: makes the choices, and records them.
            number: which of the controller's models it is.
            update_status_interval: how often units run update-status; by default never.
        """
        self.world: Final = world
        self.order: Final = order
        self._number: Final = number
        self.update_status: Final = UpdateStatusTimer(update_status_interval, world.clock.now)
        self._agents: Final[dict[str, Agent]] = {}
        self._down: Final[dict[str, Agent]] = {}
        """The agents that are stopped."""
        self.ready: Final = ReadyUnits()
        """The next operation of each unit that has one."""
        self._touched: Final[dict[str, Causes]] = {}
        """The units whose watchers or state have changed since they last took notice, with the actors that changed them."""
        self.announcements: Final = Announcements(world)
        """The hooks that the journal shows as due."""
        self._failed: Final[dict[str, None]] = {}
        """The units with a failed hook whose agents run."""
        self._positions: Final[dict[str, Position]] = {}
        self._ready_since: Final[dict[str, int]] = {}
        """For each unit with a next operation, how many hooks had begun when it got one."""
        world.secrets.order = order

    def agent(self, unit: str) -> Agent:
        """Return the running agent of a unit that exists.

        Raises:
            UsageError: if it is stopped.
        """
        self._follow_units()
        if unit in self._down:
            raise UsageError(f'the agent of {unit!r} is stopped; start it with start_agent({unit!r})')
        return self._agents[unit]

    def deliver(self) -> None:
        """Deliver all written documents to the units that they concern, until nothing is left to deliver."""
        while self.world.changes or self._touched:
            self._follow_units()
            for unit, causes in self._take_touched().items():
                if unit in self._agents:
                    self._chronicle.causes = causes
                    self._deliver_to(unit, self._agents[unit])

    def deliver_all(self) -> None:
        """Deliver everything that the watchers of all units hold, in any order of the model."""
        for unit in self._agents:
            self._touch(unit)
        self.deliver()

    def carry_out_removals(self) -> None:
        """Run the removal job."""
        removal.carry_out_removals(self.world.secrets)

    def position(self, unit: str) -> Position:
        """Return the place of a unit in the fixed order."""
        return self._positions[unit]

    # --- any order

    def make(self, move: Delivery | RemovalJob) -> None:
        """Make one step that is not a hook."""
        if isinstance(move, Delivery):
            move.act()
            self._touch(move.unit)
        else:
            self.carry_out_removals()

    def steps(self, only: str | None = None) -> Iterator[Delivery | RemovalJob]:
        """Return the possible next steps that are not hooks, in the fixed order; of deliveries, those of all units or of one."""
        self.take_notice()
        store = self.world.secrets
        if store.removals or store.prunable:
            yield RemovalJob()
        for unit in sorted(self._agents, key=self._positions.__getitem__):
            if only in (None, unit):
                yield from deliveries(self.world, self._agents[unit].watchers, self.order.shuffle)

    def picks(self, unit: str) -> Iterator[Pick]:
        """Return the hooks one of which a unit runs next."""
        return (Pick(unit, hook) for hook in legal_operations(self._agents[unit].differences))

    def take_notice(self) -> None:
        """Hand written documents to the watchers; every unit concerned takes notice of its deliveries."""
        while self.world.changes or self._touched:
            self._follow_units()
            for unit, causes in self._take_touched().items():
                if unit in self._agents:
                    self._chronicle.causes = causes
                    self._take_notice(unit, self._agents[unit])

    # --- operations of the units

    def begin(self, unit: str, hook: Hook) -> None:
        """Note that a unit begins a hook. The watchers of a unit with an upgraded charm restart."""
        agent = self._agents[unit]
        if hook.kind == 'upgrade-charm' and agent.local.failed is None:
            watch_again(self.world, self.order, agent)
            self._touch(unit)
        note_what_a_restart_forgot(self.world, agent, hook)
        secrets = self.world.secrets
        secrets.turn += 1
        secrets.ready_since = self._ready_since.pop(unit, secrets.turn)
        note_start(agent.local, hook)

    def end(self, unit: str, hook: Hook, *, committed: bool) -> None:
        """Note that a hook of a unit was committed, or failed."""
        agent = self._agents[unit]
        self.announcements.note_run(unit, hook)
        if committed:
            self._note_success(agent, hook)
        else:
            note_failure(agent.snapshot, agent.local, hook)
        self._touch(unit)
        self._note_whether_failed(unit, agent)
        if agent.local.failed is None:
            agent.retry.reset()
        elif hook == agent.local.failed:
            agent.retry.start(self.world.clock.now)

    @staticmethod
    def _note_success(agent: Agent, hook: Hook) -> None:
        note_success(agent.snapshot, agent.local, hook)
        if hook.kind == 'start':
            agent.watchers.late.clear()

    def ask(self, unit: str, hook: Hook) -> None:
        """Request a hook that no difference causes: an action, an update-status."""
        self.agent(unit).watchers.requests.append(hook)
        self.announcements.note_asked(unit, hook)
        self._touch(unit)

    def withdraw(self, unit: str, hook: Hook) -> None:
        """Withdraw a request that the unit has not run yet."""
        agent = self._agents.get(unit)
        for waiting in (agent.watchers.requests, agent.snapshot.requests) if agent is not None else ():
            if hook in waiting:
                waiting.remove(hook)
                self._touch(unit)

    def allow_retries(self) -> None:
        """Retry the failed hook of every unit in error once."""
        for unit, agent in self._agents.items():
            if agent.local.failed is not None:
                agent.local.may_retry = True
                self._touch(unit)

    # --- failures

    def resolve(self, unit: str, *, retry: bool) -> Hook:
        """Retry the failed hook of a unit in error, or mark it as succeeded; return that hook.

        Raises:
            UsageError: if the unit is not in error.
        """
        failed = self.check_in_error(unit)
        agent = self._agents[unit]
        agent.retry.reset()
        if retry:
            agent.local.may_retry = True
        else:
            self._note_success(agent, failed)
        self._note_whether_failed(unit, agent)
        self._touch(unit)
        return failed

    def check_in_error(self, unit: str) -> Hook:
        """Return the hook that has failed.

        Raises:
            UsageError: if the unit is not in error, or its agent is stopped.
        """
        failed = self.agent(unit).local.failed
        if failed is None:
            raise UsageError(f'unit {unit!r} is not in an error state, so there is nothing to resolve')
        return failed

    def local_state(self, unit: str) -> LocalState:
        """Return the local state of a unit that exists, whether or not its agent runs."""
        agent = self._agents.get(unit) or self._down.get(unit)
        return agent.local if agent is not None else LocalState()

    def is_running(self, unit: str) -> bool:
        """Whether the agent of a unit that exists runs."""
        return unit not in self._down

    def units_in_error(self) -> tuple[str, ...]:
        """Return the units whose hook has failed, in the order of deployment and of their numbers."""
        return tuple(unit.name for unit in self.world.units() if self.local_state(unit.name).failed is not None)

    def stop_agent(self, unit: str) -> None:
        """Stop the agent of a unit: it receives nothing and runs nothing. Its local state is kept, as in Juju.

        A dying unit that has nothing left to run is removed instead.
        """
        self.take_notice_of_all()
        if unit in self._agents:
            self._down[unit] = self._agents.pop(unit)
            self.announcements.end(unit)
            self.ready.drop(unit, self._positions[unit])
            for kept in (self._touched, self._failed):
                kept.pop(unit, None)

    def start_agent(self, unit: str) -> None:
        """Start a stopped agent with its former local state.

        Raises:
            UsageError: if it is running.
        """
        self.check_stopped(unit)
        agent = self._agents[unit] = self._down.pop(unit)
        start_again(self.world, self.order, agent)
        self._note_whether_failed(unit, agent)
        self._touch(unit)

    def check_running(self, unit: str) -> None:
        """Refuse a unit whose agent is stopped, or permanently broken.

        Raises:
            UsageError: if it is.
        """
        if self.agent(unit).local.broken:
            raise UsageError(f'the agent of {unit!r} runs nothing any more: a known bug of this Juju has broken it')

    def check_stopped(self, unit: str) -> None:
        """Refuse a unit whose agent is running.

        Raises:
            UsageError: if it is.
        """
        self._follow_units()
        if unit not in self._down:
            raise UsageError(f'the agent of {unit!r} is running; stop it with stop_agent({unit!r})')

    def running_agents(self) -> tuple[str, ...]:
        """Return the units whose agents run, in the order of deployment and of their numbers."""
        self._follow_units()
        return tuple(sorted(self._agents, key=self._positions.__getitem__))

    def restart_agents(self, *units: str) -> None:
        """Stop and start the agents of units that run."""
        for unit in units:
            if unit in self._agents:
                self.stop_agent(unit)
        for unit in units:
            if unit in self._down:
                self.start_agent(unit)

    def ends_with_pod(self, unit: str) -> bool:
        """Whether a unit runs no stop when its pod ends: its agent is stopped, or it has not started in that pod."""
        local = self.local_state(unit)
        return unit in self._down or not local.started or local.stopped

    def take_notice_of_all(self, *running: str) -> None:
        """Make every unit take notice of its deliveries; in the fixed order, deliver everything first.

        Args:
            running: units whose agents have to run.

        Raises:
            UsageError: if one of them is stopped.
        """
        for unit in running:
            self.agent(unit)
        if self.order.is_fixed:
            self.deliver()
        else:
            self.take_notice()

    def start_at_once(self, unit: str) -> None:
        """Mark all hooks of a unit up to start as run, without running them."""
        self.deliver()
        agent = self._agents[unit]
        while (hook := self.ready.next_of(unit)) is not None and hook.kind in _STARTING:
            note_start(agent.local, hook)
            note_success(agent.snapshot, agent.local, hook)
            lifecycle.note_hook_succeeded(self.world, self.world.unit(unit), hook.kind)
            self._touch(unit)
            self.deliver()

    def wake(self) -> None:
        """Wake every worker, so that it reads the clock."""
        if self.order.is_fixed:
            self.deliver()
        if self.update_status.fire(self.world.clock.now):
            for unit, agent in self._agents.items():
                waits = any(request.kind == 'update-status' for request in agent.snapshot.requests)
                if agent.local.started and not waits:
                    self.ask(unit, Hook('update-status'))
        for unit, agent in self._agents.items():
            if agent.retry.fire(self.world.clock.now):
                agent.local.may_retry = True
                self._touch(unit)
            if self.order.is_fixed and wake_workers(self.world, agent.watchers):
                self._touch(unit)

    def deadline(self, kind: str | None = None) -> datetime.datetime | None:
        """Return the next time at which time alone makes something due, as far as workers know it now.

        Args:
            kind: only ``secret-rotate``, ``secret-expired`` or ``update-status``; by default any, retries included.
        """
        deadlines = [
            deadline
            for agent in self._agents.values()
            for name, deadline in (
                ('secret-rotate', agent.watchers.rotation_worker.deadline),
                ('secret-expired', agent.watchers.expiry_worker.deadline),
                ('retry', agent.retry.deadline),
            )
            if deadline is not None and kind in (None, name)
        ]
        if self.update_status.deadline is not None and kind in (None, 'update-status'):
            deadlines.append(self.update_status.deadline)
        return min(deadlines, default=None)

    def due(self) -> dict[str, tuple[Hook, ...]]:
        """Return the hooks that each unit would run for its deliveries if each hook succeeded and caused nothing."""
        due = (
            (unit, hooks_due(self._agents[unit].differences))
            for unit in sorted(self._agents, key=self._positions.__getitem__)
        )
        return {unit: hooks for unit, hooks in due if hooks}

    def has_failed(self) -> bool:
        """Whether a unit with a running agent is in error."""
        return bool(self._failed)

    def _note_whether_failed(self, unit: str, agent: Agent) -> None:
        if agent.local.failed is not None:
            self._failed[unit] = None
        else:
            self._failed.pop(unit, None)

    def has_undelivered(self) -> bool:
        """Whether anything waits for delivery to a unit, or a unit has not taken notice of a delivery."""
        return bool(self.world.changes or self._touched) or any(
            agent.watchers.holds_something(self.world.clock.now) for agent in self._agents.values()
        )

    def _follow_units(self) -> None:
        """Start an agent for every new unit, and stop those of removed ones."""
        if not any(change.kind == 'unit' for change in self.world.changes):
            return
        units = {unit.name: unit for unit in self.world.units()}
        for gone in [unit for unit in self._positions if unit not in units]:
            self.announcements.end(gone)
            self.ready.drop(gone, self._positions[gone])
            for kept in (self._agents, self._down, self._positions, self._failed):
                kept.pop(gone, None)
        for name, unit in units.items():
            if name not in self._positions:
                application = self.world.applications[unit.application]
                self._positions[name] = (self._number, application.number, unit.number)
                self._agents[name] = start_first(self.world, self.order, name)
                self._touch(name)

    @property
    def _chronicle(self) -> Chronicle:
        return self.world.journal.chronicle

    def _touch(self, unit: str) -> None:
        """Note that a unit has to take notice of a change by the current actor."""
        self._touched[unit] = merged(self._touched.get(unit, ()), self._chronicle.causes)

    def _take_touched(self) -> dict[str, Causes]:
        """Hand written documents to the watchers; return the units that have to take notice, with the causes."""
        routed = route(self.world, self._agents, self.world.changes.collect())
        touched = {
            unit: merged(self._touched.get(unit, ()), routed.get(unit, ())) for unit in (*self._touched, *routed)
        }
        self._touched.clear()
        return touched

    def _deliver_to(self, unit: str, agent: Agent) -> None:
        deliver(self.world, agent.watchers)
        self._take_notice(unit, agent)

    def _take_notice(self, unit: str, agent: Agent) -> None:
        """Make a unit's agent act on its deliveries: without a hook, or by choosing its next hook."""
        if act_without_hook(self.world, unit, agent):
            self._follow_units()
        if unit in self._agents:
            self._note_whether_failed(unit, agent)
            differences = agent.differences
            hook = next_operation(differences)
            if hook is None:
                self.ready.drop(unit, self._positions[unit])
                self._ready_since.pop(unit, None)
            else:
                self.ready.put(unit, self._positions[unit], hook)
                self._ready_since.setdefault(unit, self.world.secrets.turn)
            self.announcements.announce(unit, differences)
