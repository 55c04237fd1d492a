"""Runs the hooks of one controller: its models, their shared clock, the running hook; settle, step and advance.

It gets the next unit from the scheduler, and the unit's model executes the hook (``hook_execution.py``). One hook runs
at a time in all models.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Callable
from typing import Final

from ..errors import EndlessHooks, UsageError
from ..juju.agents import Agents
from ..juju.clock import Clock
from ..juju.hooks import Hook
from ..juju.identity import secret_id_in
from ..juju.journal import Chronicle, Journal
from ..juju.order import Order
from ..juju.scheduler import Scheduler
from ..juju.world import World
from ..records import Effect, HookRun, Settled
from .active_hook import ActiveHook
from .hook_execution import FinishedHook, HookExecution, OnHookError
from .hook_failure import failure_of
from .ignored_events import AT_MOST, TIMED, IgnoredEvents
from .repetition import Loop, Repetition

_BOUND: Final = 1000
_BOUND_PER_UNIT: Final = 100
_BOUND_PER_MEETING: Final = 10
"""The number of hooks that is allowed for each pair of related units: for joining, a few writes, and departing."""


class Runtime:
    """One controller with its models, and the operations that run hooks on them."""

    def __init__(self, clock: Clock, order: Order) -> None:
        self.scheduler: Final[Scheduler[HookExecution]] = Scheduler(clock, order)
        self.chronicle: Final = Chronicle()
        """Numbers the records of all models."""
        self.active_hook: Final = ActiveHook()
        self._is_closed = False
        self._journals: Final[dict[str, Journal]] = {}
        """The journals by name of the model."""
        self._repetition: Final = Repetition(self._journals)
        self._ignored: Final = IgnoredEvents()
        self.judge_ignored: Callable[[HookRun], str | None] | None = None
        """Called for an event that a charm has ignored too often. Returns the reason to stop, or None to continue."""
        self.follow_progress: Callable[[HookRun, datetime.datetime, datetime.datetime | None], None] | None = None
        """Called after each hook with the hook, the time, and the target time of ``advance`` or None."""
        self._until: datetime.datetime | None = None

    @property
    def clock(self) -> Clock:
        """The clock of all models."""
        return self.scheduler.clock

    def add(
        self,
        world: World,
        *,
        update_status_interval: datetime.timedelta | None,
        on_hook_error: OnHookError,
        time_zone: str,
    ) -> RunningModel:
        """Add a model to the controller."""
        number = len(self.scheduler.models)
        agents = Agents(world, order=self.scheduler.order, number=number, update_status_interval=update_status_interval)
        model = HookExecution(
            agents, self.scheduler, self.active_hook, on_hook_error=on_hook_error, time_zone=time_zone
        )
        self.scheduler.add(model)
        self._journals[world.name] = world.journal
        return RunningModel(self, model)

    def check_open(self, operation: str) -> None:
        """Check, before an operation, that the models were not closed.

        Raises:
            UsageError: if they were.
        """
        if self._is_closed:
            raise UsageError(f'{operation}() cannot be called: the model was closed; create another FakeModel')

    def close(self) -> None:
        """Remove the files of the models. Later operations on them raise."""
        self._is_closed = True
        for model in self.scheduler.models.values():
            model.close()

    # --- settle, step, advance

    def settle(self, *, max_hooks: int | None = None, retry: bool = True) -> tuple[HookRun, ...]:
        """Run hooks until no unit of any model has anything to do.

        Args:
            max_hooks: the number of hooks that may run, even if they make each other due again and again. By default it
                is 1000, or more for a large model, and such hooks raise EndlessHooks after ten rounds.
            retry: retry the failed hooks of units in error now, even if their retry is not due yet.

        Raises:
            HookFailed: if a hook fails, unless its model goes on in error state.
            EndlessHooks: if hooks make each other due again and again, more run than the bound allows, or a charm
                ignores a rotation or an expiry that comes again and again, where that fails a test.
        """
        __tracebackhide__ = True
        bound = max_hooks or _BOUND
        if retry:
            self.scheduler.allow_retries()
        records: list[HookRun] = []
        loop: Loop | None = None
        while (record := self._run_next()) is not None:
            records.append(record)
            self._stop_if_ignored(record, len(records))
            loop = self._repetition.note(record) or loop
            if loop is not None and max_hooks is None:
                self._repetition.forget()
                raise _endless(loop, len(records))
            if len(records) >= bound and self.scheduler.take_turn() is not None:
                bound = max_hooks or max(bound, self._bound())
                if len(records) >= bound:
                    raise _endless(loop, bound) if loop is not None else EndlessHooks(bound)
        self._repetition.forget()
        self._note_rest()
        return tuple(records)

    def _stop_if_ignored(self, record: HookRun, hooks: int) -> None:
        __tracebackhide__ = True
        if record.hook not in TIMED:
            return
        is_gone = self._is_about_nothing(record)
        if self._ignored.note(record, is_gone=is_gone) and self.judge_ignored is not None:
            finding = self.judge_ignored(record)
            if finding is not None:
                raise EndlessHooks(hooks, finding=finding)
        if self._ignored.is_endless(record):
            raise EndlessHooks(hooks, finding=_too_often(record, is_gone=is_gone))

    def _is_about_nothing(self, record: HookRun) -> bool:
        """Whether the secret or revision of a hook's event does not exist."""
        worlds = (model.world for model in self.scheduler.models.values())
        store = next(world.secrets for world in worlds if world.name == record.model)
        secret = store.get(secret_id_in(record.secret or ''))
        return secret is None or (record.revision is not None and record.revision not in secret.revisions)

    def _bound(self) -> int:
        """Return the maximum number of hooks in ``settle``, in proportion to the size of the models."""
        return _BOUND_PER_UNIT * self.scheduler.count_units() + _BOUND_PER_MEETING * self.scheduler.count_meetings()

    def step(self) -> HookRun | None:
        """Run the next hook of any model, if one is due; units in error may retry.

        Raises:
            HookFailed: if it fails, unless its model goes on in error state.
        """
        __tracebackhide__ = True
        self.scheduler.allow_retries()
        record = self._run_next()
        if record is None:
            self._repetition.forget()
            self._note_rest()
        return record

    def advance_to(self, when: datetime.datetime) -> tuple[HookRun, ...]:
        """Advance the clock to a time, and settle at each time in between at which something becomes due.

        Raises:
            UsageError: if the time lies in the past or has no time zone.
            HookFailed: if a hook fails, unless its model goes on in error state.
            EndlessHooks: as ``settle``; the bound holds for each time at which hooks run. Also if a rotation or an
                expiry comes 1000 times in a row and nothing comes of it.
        """
        __tracebackhide__ = True
        self.clock.check(when)
        self._ignored.begin()
        self._until = when
        try:
            ran = [self.settle(retry=False)]
            while (deadline := self.scheduler.deadline()) is not None and deadline <= when:
                self.scheduler.move_clock(deadline)
                ran.append(self.settle(retry=False))
            self.scheduler.move_clock(when)
            ran.append(self.settle(retry=False))
        finally:
            self._until = None
        return tuple(itertools.chain.from_iterable(ran))

    def _note_rest(self) -> None:
        """Add a Settled record to the journal of each model that has run hooks and has nothing left to do.

        A model with a unit in error is not settled.
        """
        for model in self.scheduler.models.values():
            if model.has_run and not model.agents.has_failed():
                model.has_run = False
                model.world.journal.append(Settled(self.clock.now, **model.world.journal.stamp()))

    def _run_next(self) -> HookRun | None:
        __tracebackhide__ = True
        turn = self.scheduler.take_turn()
        if turn is None:
            return None
        finished = turn.model.run(turn.pick.unit, turn.pick.hook)
        if self.follow_progress is not None:
            self.follow_progress(finished.record, self.clock.now, self._until)
        if finished.failed and turn.pick.hook.kind != 'action':
            self._raise_failure(turn.model, finished)
        return finished.record

    # --- actions and commands that a user runs

    def run_action(self, model: HookExecution, unit: str, hook: Hook) -> FinishedHook:
        """Run an action after the hooks that the unit has to run first. A unit in error runs it at once.

        Raises:
            HookFailed: if a hook that comes first fails, unless the model goes on in error state.
        """
        __tracebackhide__ = True
        return self._run_request(model, unit, hook)[-1]

    def run_requested(self, model: HookExecution, unit: str, hook: Hook) -> tuple[HookRun, ...]:
        """Run a hook that the test requests, after the hooks that the unit has to run first.

        Raises:
            HookFailed: if any of them fails, unless the model goes on in error state.
        """
        __tracebackhide__ = True
        self.scheduler.allow_retries()
        finished = self._run_request(model, unit, hook)
        if finished[-1].failed:
            self._raise_failure(model, finished[-1])
        return tuple(one.record for one in finished)

    def _run_request(self, model: HookExecution, unit: str, hook: Hook) -> list[FinishedHook]:
        __tracebackhide__ = True
        model.agents.ask(unit, hook)
        finished: list[FinishedHook] = []
        picked: Hook | None = None
        try:
            while picked != hook:
                picked = self.scheduler.take_turn_of(model, unit)
                assert picked is not None, f'{unit} was asked to run {hook.name}, and has nothing to run'
                finished.append(model.run(unit, picked))
                if picked != hook and finished[-1].failed:
                    self._raise_failure(model, finished[-1])
                    if hook.kind != 'action':
                        break
        finally:
            model.agents.withdraw(unit, hook)
        return finished

    def _raise_failure(self, model: HookExecution, finished: FinishedHook) -> None:
        """Raise a HookFailed with the charm's own traceback, so that a debugger stops in the charm."""
        __tracebackhide__ = True
        if model.on_hook_error == 'error-state' or finished.is_asked_for:
            return
        raise failure_of(finished, model.world.journal) from None


@dataclasses.dataclass(frozen=True, slots=True)
class RunningModel:
    """A model of a controller with its state, agents and hook execution: the internals of a FakeModel."""

    runtime: Runtime
    execution: HookExecution

    @property
    def world(self) -> World:
        """The state of the model."""
        return self.execution.world

    @property
    def agents(self) -> Agents:
        """The agents of its units."""
        return self.execution.agents


def _endless(loop: Loop, ran: int) -> EndlessHooks:
    drives = tuple(tuple(map(_describe_effect, effects)) for effects in loop.effects)
    return EndlessHooks(ran, tuple(map(_describe, loop.hooks)), drives, loop.rounds)


def _too_often(record: HookRun, *, is_gone: bool) -> str:
    about = record.secret if record.revision is None else f'{record.secret} revision {record.revision}'
    why = 'which no longer exists' if is_gone else 'and did not change it'
    return (
        f'{record.unit} received {record.hook} of {about} {AT_MOST} times in a row, {why}; Juju would repeat it '
        'without end: advance in shorter steps if this is intended'
    )


def _describe(record: HookRun) -> str:
    about = record.relation or record.label or record.secret
    return f'{record}' + (f' ({about})' if about else '')


def _describe_effect(effect: Effect) -> str:
    """Return an effect without the written value, which can be a secret."""
    about = (effect.secret and f'secret:{effect.secret}', effect.relation, effect.subject)
    return ' '.join(filter(None, (effect.kind, *about, effect.key if effect.kind != 'secret-get' else None)))
