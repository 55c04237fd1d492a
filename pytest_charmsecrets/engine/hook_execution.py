"""Executes one hook: opens its context, runs the charm, commits or discards its changes, and writes the records."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import functools
from collections.abc import Collection, Generator, Sequence
from typing import Final, Literal, TypeAlias

from .. import hookcommands
from ..charms.environment import hook_environment
from ..charms.runner import CharmOutcome, CharmRunner, Invocation, Runner
from ..charms.shell import Shell, read_hook_command
from ..errors import HookFailed, JujuError, UsageError, describe_exception
from ..hookcommands import recording
from ..hookcommands.result import Result, Stdin
from ..juju import identity, lifecycle, operations, transaction
from ..juju.agent import charm_version_of
from ..juju.agents import Agents
from ..juju.hooks import Hook
from ..juju.scheduler import Scheduler
from ..juju.secrets import rotation
from ..juju.state import Storage
from ..juju.transaction import HookContext
from ..records import Command, Effect, HookOutcome, HookRun
from .active_hook import ActiveHook
from .fault_injection import FAILED_AFTER_COMMIT, FAILED_BEFORE_COMMIT, FaultInjection, FaultKind

OnHookError: TypeAlias = Literal['raise', 'error-state']

_COMMAND_LINES: Final = 256
"""How many different command lines are remembered, so that a long run does not keep all that ever ran."""


@dataclasses.dataclass(frozen=True, slots=True)
class FinishedHook:
    """A hook that ran, with its context, outcome and record."""

    record: HookRun
    context: HookContext
    outcome: CharmOutcome
    commit_error: str | None = None
    faults: Collection[FaultKind] = ()
    """The faults that happened to it."""

    @property
    def failed(self) -> bool:
        """Whether the charm failed, the commit was rejected, or the agent died during it."""
        return self.record.error is not None

    @property
    def is_asked_for(self) -> bool:
        """Whether it failed only because of an injected fault."""
        return bool(self.faults) and self.outcome.exit_code == 0


class HookExecution:
    """Runs the hooks of one model, one at a time."""

    def __init__(
        self,
        agents: Agents,
        scheduler: Scheduler[HookExecution],
        active_hook: ActiveHook,
        *,
        on_hook_error: OnHookError,
        time_zone: str,
    ) -> None:
        self.agents: Final = agents
        self.world: Final = agents.world
        self.on_hook_error: Final[OnHookError] = on_hook_error
        self.runners: Final[dict[str, Runner]] = {}
        """The charm runners by application."""
        self.faults: Final = FaultInjection()
        """The injected faults of the model."""
        self._scheduler: Final = scheduler
        self._active_hook: Final = active_hook
        self._time_zone: Final = time_zone
        self._shell: Final = Shell()
        self._stored_once: Final = functools.lru_cache(_COMMAND_LINES)(_itself)
        """Returns a command line as the journal stores it: equal ones once, because charms repeat the same few."""
        self.has_run = False
        """Whether a unit has run a hook since the model last settled."""

    def close(self) -> None:
        """Remove the files of the charm runners."""
        for runner in self.runners.values():
            if isinstance(runner, CharmRunner):
                runner.close()
        self._shell.close()

    def run(self, unit: str, hook: Hook) -> FinishedHook:
        """Run one hook of a unit, until it is committed or has failed."""
        agent = self.agents.agent(unit)
        self.has_run = True
        became_due = self.agents.announcements.record_of(unit, hook)
        self._scheduler.begin(self.agents, unit, hook)
        faults = self.faults.strike(unit, hook.name, lambda kind: kind != 'leader-lost' or self._has_heir(unit))
        context = HookContext(
            self.world,
            unit,
            hook,
            agent.local.relations,
            alone='leader-lost' not in faults,
            backend_refuses='backend-refuses' in faults,
            is_retry=agent.local.failed == hook,
            became_due=became_due,
        )
        started = context.now
        lifecycle.note_hook_begins(self.world, context.model_unit, hook.kind)
        with self._activate(context):
            outcome = self._run_charm(context, charm_version_of(agent.local, hook))
        if outcome.exit_code == 0:
            lifecycle.note_hook_succeeded(self.world, context.model_unit, hook.kind)
        if context.now > started:
            self._scheduler.note_moment((context.cause,))
            self._scheduler.wake()
        record, commit_error = self._end(context, started, outcome, faults)
        self._append(context, record)
        self.agents.end(unit, hook, committed=record.error is None)
        if record.error is None:
            self._follow_success(context)
        self._follow_faults(unit, faults)
        return FinishedHook(record, context, outcome, commit_error, faults)

    def _end(
        self, context: HookContext, started: datetime.datetime, outcome: CharmOutcome, faults: Collection[FaultKind]
    ) -> tuple[HookRun, str | None]:
        """Commit or discard a hook whose charm has ended. Return its record, and the error of a rejected commit."""
        if outcome.exit_code != 0 or 'hook-fails' in faults:
            return self._discard(context, started, outcome), None
        if 'leader-lost' in faults:
            operations.set_leader(self.world, self._other_units(context.unit)[0])
        agent_dies = 'hook-fails-after-commit' in faults
        record, commit_error = self._commit(context, started, outcome, is_noted=not agent_dies)
        if agent_dies and record.error is None:
            record = dataclasses.replace(record, error=FAILED_AFTER_COMMIT)
        return record, commit_error

    def _follow_success(self, context: HookContext) -> None:
        """Handle the end of a successful hook: forget a removed unit; on Kubernetes, replace the pod after stop."""
        if context.hook.kind == 'remove':
            self.forget(context.unit)
        elif context.hook.kind == 'stop' and context.model_unit.life == 'alive':
            self.replace_pod(context.unit)

    def replace_pod(self, unit: str) -> None:
        """Remove the state that a unit loses with its pod, and start its agent in the new pod unless it is stopped."""
        self.runners[identity.application_of(unit)].replace_pod(unit)
        if self.agents.is_running(unit):
            self.agents.restart_agents(unit)

    def run_line(self, unit: str, hook: Hook, line: str) -> FinishedHook:
        """Run a shell command line on a unit, as a hook of its own.

        As in Juju, it is committed whatever the exit code is, but discarded if the process was killed or timed out.
        """
        agent = self.agents.agent(unit)
        context = HookContext(self.world, unit, hook, agent.local.relations)
        started = context.now
        with self._activate(context):
            outcome = self._run_line(context, line, charm_version_of(agent.local, hook))
        if outcome.exception is not None:
            record, commit_error = self._discard(context, started, outcome), None
        else:
            record, commit_error = self._commit(context, started, outcome)
        self._append(context, record)
        return FinishedHook(record, context, outcome, commit_error)

    def _run_line(self, context: HookContext, line: str, charm_version: int) -> CharmOutcome:
        charm_dir = self.runners[context.application].charm_dir(context.unit, charm_version)
        directory = charm_dir or self._shell.directory_of(context.unit)
        words = read_hook_command(line)
        if not words:
            return self._shell.run(line, self._invocation(context, charm_version), directory)
        result = self.execute(context, words, None, str(directory))
        return CharmOutcome(result.exit_code, None, result.stdout, result.stderr)

    def _has_heir(self, unit: str) -> bool:
        return self.world.is_leader(unit) and bool(self._other_units(unit))

    def _other_units(self, unit: str) -> list[str]:
        others = self.world.application_of(unit).units.values()
        return [other.name for other in others if other.name != unit and other.life == 'alive']

    def _follow_faults(self, unit: str, faults: Collection[FaultKind]) -> None:
        """Apply the consequences of faults after their hook has ended."""
        if 'hook-fails-after-commit' in faults:
            self.agents.restart_agents(unit)
        if 'controller-restarts' in faults:
            self._scheduler.restart()
        if 'agent-dies' in faults and self.world.find_unit(unit) is not None:
            self.agents.stop_agent(unit)

    def place_storages(self, unit: str) -> None:
        """Create the storages that were added to a unit since its last hook."""
        found = self.world.unit(unit)
        found.storages = self.runners[found.application].place_storages(unit, found.storages)

    def _activate(self, context: HookContext, *, is_played: bool = False) -> contextlib.AbstractContextManager[None]:
        self._active_hook.check_free(context.unit, context.hook)
        context.act()
        if context.model_unit.storages:
            self.place_storages(context.unit)
        return self._active_hook.run(context, is_played=is_played)

    def forget(self, unit: str) -> None:
        """Remove the data that is kept for a removed unit."""
        self.runners[identity.application_of(unit)].forget(unit)

    def resolve(self, unit: str, *, retry: bool) -> None:
        """Resolve the error of a unit: retry its failed hook, or count it as successful.

        Raises:
            UsageError: if the unit is not in error.
        """
        hook = self.agents.resolve(unit, retry=retry)
        if retry:
            return
        if hook.kind == 'secret-rotate':
            secret = self.world.secrets.get(hook.secret_id)
            self._set_rotated(unit, hook, secret.latest_revision if secret is not None else 0)
            self.agents.agent(unit).local.broken |= self.world.bugs.ask('skipped_rotation_refused')
        elif hook.kind == 'remove':
            self.forget(unit)

    @contextlib.contextmanager
    def hook(self, unit: str, hook: Hook) -> Generator[HookContext]:
        """Open a hook in which the test acts for a unit. It is committed at the end, or discarded if the block raises.

        Raises:
            HookFailed: if the commit is rejected.
        """
        self._active_hook.check_free(unit, hook)
        context = HookContext(self.world, unit, hook, self.agents.agent(unit).local.relations)
        started = context.now
        try:
            with self._activate(context, is_played=True):
                try:
                    yield context
                except BaseException as exception:
                    self._append(context, self._discard(context, started, CharmOutcome(1, exception)))
                    raise
            record, error = self._commit(context, started, CharmOutcome())
            self._append(context, record)
        finally:
            self._active_hook.run_put_off()
        if error is not None:
            kept = (*record.kept, *record.committed)
            raise HookFailed(unit, hook.name, None, error, record.discarded, kept, number=record.number)

    def execute(self, context: HookContext, argv: Sequence[str], stdin: Stdin = None, cwd: str | None = None) -> Result:
        """Run a hook command within a hook and write its record into the journal."""
        hookcommands.check_supported(argv)
        context.act()
        context.read = context.why = None
        lines = len(context.log_lines)
        # Read first, because the command can remove the files that its arguments name.
        line, given = recording.readable_argv(argv), recording.given_input(argv, stdin, cwd)
        shown = self._stored_once(line)
        result = hookcommands.run(context, argv, stdin, cwd)
        if result.exit_code != 0:
            context.note_refused(result.stderr)
        secret, revision = context.read or (None, None)
        command = Command(
            context.now,
            context.unit,
            context.hook.name,
            shown,
            result.exit_code,
            result.stdout,
            result.stderr,
            given,
            secret,
            revision,
            tuple(context.log_lines[lines:]),
            **self.world.journal.stamp(),
        )
        context.commands.append(command)
        self.world.journal.append(command)
        return result

    def _run_charm(self, context: HookContext, charm_version: int) -> CharmOutcome:
        return self.runners[context.application].run(self._invocation(context, charm_version))

    def loading(self, application: str) -> Invocation:
        """Return the invocation in which a charm is loaded, with the environment of the first unit's install hook.

        It has no access to the model. Its clock starts at the model's time and runs independently of it.
        """
        unit, hook = f'{application}/0', Hook('install')
        slept = datetime.timedelta()

        def sleep(seconds: float) -> None:
            nonlocal slept
            slept += datetime.timedelta(seconds=seconds)

        return Invocation(
            unit=unit,
            hook=hook,
            environment=self._environment(unit, hook),
            execute=_refuse_while_loading,
            now=lambda: self.world.clock.now + slept,
            sleep=sleep,
            time_zone=self._time_zone,
        )

    def _invocation(self, context: HookContext, charm_version: int) -> Invocation:
        def sleep(seconds: float) -> None:
            self.world.clock.move_to(context.now + datetime.timedelta(seconds=max(0.0, seconds)))

        return Invocation(
            unit=context.unit,
            hook=context.hook,
            environment=self._environment(
                context.unit,
                context.hook,
                principal_unit=context.model_unit.principal or '',
                storage=context.model_unit.storages.get(context.hook.storage or ''),
            ),
            execute=functools.partial(self.execute, context),
            now=lambda: context.now,
            sleep=sleep,
            time_zone=self._time_zone,
            charm_version=charm_version,
        )

    def _environment(
        self, unit: str, hook: Hook, *, principal_unit: str = '', storage: Storage | None = None
    ) -> dict[str, str]:
        return hook_environment(
            hook,
            unit,
            model_name=self.world.name,
            model_uuid=self.world.uuid,
            juju_version=self.world.profile.version,
            principal_unit=principal_unit,
            storage=storage,
        )

    def _commit(
        self, context: HookContext, started: datetime.datetime, charm: CharmOutcome, *, is_noted: bool = True
    ) -> tuple[HookRun, str | None]:
        """Commit a hook. After secret-rotate, report the rotation to the controller, unless the agent dies before."""
        context.act()
        result = transaction.commit(context)
        error = result.error
        if error is None and is_noted and context.hook.kind == 'secret-rotate':
            known = context.revision_known(context.hook.secret_id)
            error = self._set_rotated(context.unit, context.hook, known)
        record = self._record(
            context,
            started,
            charm,
            'committed' if error is None else 'commit failed',
            committed=result.applied,
            discarded=result.refused,
            error=error,
        )
        return record, error

    def _set_rotated(self, unit: str, hook: Hook, revision_before: int) -> str | None:
        """Report to the controller that secret-rotate has run. Return its error, which breaks the unit's agent."""
        try:
            rotation.set_rotated(self.world.secrets, hook.secret_id, revision_before=revision_before)
        except JujuError as error:
            self.agents.agent(unit).local.broken = True
            return str(error)
        return None

    def _append(self, context: HookContext, record: HookRun) -> None:
        """Write the record of a hook into the journal, and note its number with everything that the hook changed."""
        self.world.journal.append(record)
        context.cause.number = record.number
        context.act()

    def _discard(self, context: HookContext, started: datetime.datetime, outcome: CharmOutcome) -> HookRun:
        reason = f'exit code {outcome.exit_code}' if outcome.exit_code else FAILED_BEFORE_COMMIT
        reason = describe_exception(outcome.exception) if outcome.exception else reason
        return self._record(
            context, started, outcome, 'failed', discarded=transaction.describe_pending(context), error=reason
        )

    def _record(
        self,
        context: HookContext,
        started: datetime.datetime,
        charm: CharmOutcome,
        outcome: HookOutcome,
        *,
        committed: tuple[Effect, ...] = (),
        discarded: tuple[Effect, ...] = (),
        error: str | None = None,
    ) -> HookRun:
        hook = context.hook
        return HookRun(
            time=started,
            unit=context.unit,
            hook=hook.name,
            outcome=outcome,
            secret=hook.secret,
            label=hook.secret_label if hook.is_secret_hook else None,
            revision=hook.secret_revision,
            relation=hook.relation,
            remote=hook.remote_unit or hook.remote_application,
            committed=committed,
            kept=tuple(context.kept),
            discarded=discarded,
            error=error,
            is_retry=context.is_retry,
            became_due=context.became_due,
            observed=charm.observed,
            ran_deferred=charm.ran_deferred,
            deferred=charm.deferred,
            threads=charm.threads,
            commands=tuple(context.commands),
            **self.world.journal.stamp(),
        )


def _refuse_while_loading(argv: Sequence[str], *_: object) -> Result:
    raise UsageError(
        f'{argv[0]} is called while the modules of a charm are loaded, when no hook is running; call it in a handler'
    )


def _itself(line: tuple[str, ...]) -> tuple[str, ...]:
    return line
