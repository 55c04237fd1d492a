"""The way of one hook: the next operation, the run of the charm, commit or discard, the journal."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import itertools
import pathlib
import re
from collections.abc import Collection, Generator, Sequence
from types import TracebackType
from typing import Final, Literal, TypeAlias

from .. import hookcommands
from ..charms.environment import hook_environment
from ..charms.runner import CharmOutcome, CharmRunner, Invocation, Runner
from ..charms.shell import Shell, read_hook_command
from ..errors import EndlessHooks, HookFailed, JujuError, UsageError, describe_exception
from ..hookcommands.result import Result, Stdin
from ..juju import identity, lifecycle, operations, transaction
from ..juju.agent import charm_version_of
from ..juju.agents import Agents
from ..juju.hooks import Hook
from ..juju.scheduler import Scheduler
from ..juju.secrets import rotation
from ..juju.steps import Pick
from ..juju.transaction import HookContext
from ..juju.world import World
from ..records import Command, HookRun
from .fault_injection import FAILED_AFTER_COMMIT, FAILED_BEFORE_COMMIT, FaultKind, Injection

OnHookError: TypeAlias = Literal['raise', 'error-state']

_FILE_ARGUMENT: Final = re.compile(r'(?P<key>[^=]+)#file=(?P<path>.+)', re.DOTALL)
_OWN_PACKAGES: Final = ('pytest_charmsecrets', 'ops', 'scenario', 'time_machine', 'contextlib')


@dataclasses.dataclass(frozen=True, slots=True)
class Ran:
    """A hook that ran, with what is left of it."""

    record: HookRun
    context: HookContext
    outcome: CharmOutcome
    commit_error: str | None = None
    faults: Collection[FaultKind] = ()
    """The faults that struck it."""

    @property
    def failed(self) -> bool:
        """Whether the charm failed, its commit was refused, or its agent died over it."""
        return self.record.error is not None

    @property
    def is_asked_for(self) -> bool:
        """Whether it failed because the test asked for that, and not by the charm's own doing."""
        return bool(self.faults) and self.outcome.exit_code == 0


class Running:
    """What runs on a controller: one hook at a time, in all of its models."""

    def __init__(self, controller: Scheduler) -> None:
        self.controller: Final = controller
        self.dispatchers: Final[dict[World, Dispatcher]] = {}
        """By model."""
        self.active: HookContext | None = None
        """The hook that is running, if one is."""
        self.is_played = False
        """Whether the test plays it."""

    def check_no_hook(self, operation: str) -> None:
        """Check that no hook is running, for what may run hooks itself.

        Raises:
            UsageError: if one is.
        """
        if self.active is not None:
            raise UsageError(
                f'{operation}() cannot be called while {self.active.unit} runs {self.active.hook.name}: '
                'a charm reaches the model through ops only, and the test waits until the hook has ended'
            )


class Dispatcher:
    """Runs the hooks of one model, one at a time."""

    def __init__(self, world: World, scheduler: Agents, running: Running, *, on_hook_error: OnHookError) -> None:
        self.runners: Final[dict[str, Runner]] = {}
        """By application."""
        self.injection: Final = Injection()
        """The faults that wait for their hooks."""
        self._world: Final = world
        self._scheduler: Final = scheduler
        self._running: Final = running
        self._controller: Final = running.controller
        self._on_hook_error: Final[OnHookError] = on_hook_error
        self._shell: Final = Shell()
        running.dispatchers[world] = self

    def close(self) -> None:
        """Give back what is held on disk."""
        for runner in self.runners.values():
            if isinstance(runner, CharmRunner):
                runner.close()
        self._shell.close()

    @property
    def active(self) -> HookContext | None:
        """The hook that is running, if one is."""
        return self._running.active

    def check_no_charm_runs(self, operation: str) -> None:
        """Check that no hook of a charm is running, for what a user may do while a unit runs a hook that the test plays.

        Raises:
            UsageError: if one is.
        """
        if not self._running.is_played:
            self.check_no_hook(operation)

    def check_no_hook(self, operation: str) -> None:
        """Check that no hook is running, for what may run hooks itself.

        Raises:
            UsageError: if one is.
        """
        self._running.check_no_hook(operation)

    def settle(self, *, max_hooks: int | None = None, retry: bool = True) -> tuple[HookRun, ...]:
        """Run hooks until no unit of any model has anything to do.

        Args:
            max_hooks: how many may run.
            retry: let units in error run their failed hook once more, whether or not it is time to.

        Raises:
            HookFailed: if a hook fails, unless the model lives on in error state.
            EndlessHooks: if more hooks run than the bound allows.
        """
        __tracebackhide__ = True
        bound = max_hooks if max_hooks is not None else max(1000, 100 * self._controller.count_units())
        if retry:
            self._controller.allow_retries()
        records: list[HookRun] = []
        while (ran := self.run_next()) is not None:
            records.append(ran)
            if len(records) >= bound and self._controller.next() is not None:
                raise EndlessHooks(bound, _find_cycle([_describe(record) for record in records]))
        return tuple(records)

    def step(self) -> HookRun | None:
        """Run the next hook, if one is due; units in error may retry.

        Raises:
            HookFailed: if it fails, unless the model lives on in error state.
        """
        __tracebackhide__ = True
        self._controller.allow_retries()
        return self.run_next()

    def run_next(self) -> HookRun | None:
        """Run the next hook of any model, if one is due.

        Raises:
            HookFailed: if it fails, unless the model lives on in error state.
        """
        __tracebackhide__ = True
        turn = self._controller.next()
        if turn is None:
            return None
        return self._running.dispatchers[turn.scheduler.world].run_picked(turn.pick)

    def run_picked(self, pick: Pick) -> HookRun:
        """Run a hook of this model whose turn it is.

        Raises:
            HookFailed: if it fails, unless the model lives on in error state.
        """
        __tracebackhide__ = True
        ran = self.run(pick.unit, pick.hook)
        if ran.failed and pick.hook.kind != 'action':
            self._raise(ran)
        return ran.record

    def run_action(self, unit: str, hook: Hook) -> Ran:
        """Ask a unit to run an action, and let it run what it runs before, and that; a unit in error runs it at once.

        Raises:
            HookFailed: if a hook that comes first fails, unless the model lives on in error state.
        """
        __tracebackhide__ = True
        return self._run_request(unit, hook)[-1]

    def run_requested(self, unit: str, hook: Hook) -> tuple[HookRun, ...]:
        """Ask a unit to run a hook that nothing in the model causes, and let it run what it runs before, and that.

        Raises:
            HookFailed: if any of them fails, unless the model lives on in error state.
        """
        __tracebackhide__ = True
        self._controller.allow_retries()
        ran = self._run_request(unit, hook)
        if ran[-1].failed:
            self._raise(ran[-1])
        return tuple(one.record for one in ran)

    def _run_request(self, unit: str, hook: Hook) -> list[Ran]:
        __tracebackhide__ = True
        self._scheduler.ask(unit, hook)
        ran: list[Ran] = []
        try:
            while (pick := self._controller.next_of(self._scheduler, unit)) is not None:
                ran.append(self.run(unit, pick))
                if pick == hook:
                    break
                if ran[-1].failed:
                    self._raise(ran[-1])
                    if hook.kind != 'action':
                        break
        finally:
            self._scheduler.withdraw(unit, hook)
        return ran

    def run(self, unit: str, hook: Hook) -> Ran:
        """Run one hook of a unit, to its commit or its failure."""
        agent = self._scheduler.agent(unit)
        self._controller.begin(self._scheduler, unit, hook)
        faults = self.injection.strike(unit, hook.name, lambda kind: kind != 'leader-lost' or self._has_heir(unit))
        context = HookContext(self._world, unit, hook, agent.local.relations, alone='leader-lost' not in faults)
        context.backend_refuses = 'backend-refuses' in faults
        started = context.now
        lifecycle.note_hook_begins(self._world, context.model_unit, hook.kind)
        with self._activate(context):
            outcome = self._run_charm(context, charm_version_of(agent.local, hook))
        if outcome.exit_code == 0:
            lifecycle.note_hook_succeeded(self._world, context.model_unit, hook.kind)
        if context.now > started:
            self._controller.wake()
        if outcome.exit_code != 0 or 'hook-fails' in faults:
            record, commit_error = self._discard(context, started, outcome), None
        else:
            if 'leader-lost' in faults:
                operations.set_leader(self._world, self._other_units(unit)[0])
            is_noted = 'hook-fails-after-commit' not in faults
            record, commit_error = self._commit(context, started, is_noted=is_noted)
        if 'hook-fails-after-commit' in faults and record.error is None:
            record = dataclasses.replace(record, error=FAILED_AFTER_COMMIT)
        self._world.journal.append(record)
        self._scheduler.end(unit, hook, committed=record.error is None)
        if hook.kind == 'remove' and record.error is None:
            self.forget(unit)
        if hook.kind == 'stop' and record.error is None and context.model_unit.life == 'alive':
            self.runners[context.application].replace_pod(unit)
            self._scheduler.restart_agents(unit)
        self._follow_faults(unit, faults)
        return Ran(record, context, outcome, commit_error, faults)

    def run_line(self, unit: str, hook: Hook, line: str) -> Ran:
        """Run a line for a shell on a unit, in a hook of its own: committed whatever its exit code, as in Juju.

        It is discarded if there was no exit code: if the line was killed, or would not end.
        """
        agent = self._scheduler.agent(unit)
        context = HookContext(self._world, unit, hook, agent.local.relations)
        started = context.now
        with self._activate(context):
            outcome = self._run_line(context, line, charm_version_of(agent.local, hook))
        if outcome.exception is not None:
            record, commit_error = self._discard(context, started, outcome), None
        else:
            record, commit_error = self._commit(context, started)
        self._world.journal.append(record)
        return Ran(record, context, outcome, commit_error)

    def _run_line(self, context: HookContext, line: str, charm_version: int) -> CharmOutcome:
        charm_dir = self.runners[context.application].charm_dir(context.unit, charm_version)
        directory = charm_dir or self._shell.directory_of(context.unit)
        words = read_hook_command(line)
        if not words:
            return self._shell.run(line, self._invocation(context, charm_version), directory)
        result = self.execute(context, words, None, str(directory))
        return CharmOutcome(result.exit_code, None, result.stdout, result.stderr)

    def _has_heir(self, unit: str) -> bool:
        return self._world.is_leader(unit) and bool(self._other_units(unit))

    def _other_units(self, unit: str) -> list[str]:
        others = self._world.application_of(unit).units.values()
        return [other.name for other in others if other.name != unit and other.life == 'alive']

    def _follow_faults(self, unit: str, faults: Collection[FaultKind]) -> None:
        """Let happen what faults let happen once the hook is through."""
        if 'hook-fails-after-commit' in faults:
            self._scheduler.restart_agents(unit)
        if 'controller-restarts' in faults:
            self._controller.restart()
        if 'agent-dies' in faults and self._world.find_unit(unit) is not None:
            self._scheduler.stop_agent(unit)

    def place_storages(self, unit: str) -> None:
        """Have the runner make the storages that a unit was given since its last hook."""
        found = self._world.unit(unit)
        found.storages = self.runners[found.application].place_storages(unit, found.storages)

    def forget(self, unit: str) -> None:
        """Drop what is kept for a unit that was removed."""
        self.runners[identity.application_of(unit)].forget(unit)

    def resolve(self, unit: str, *, retry: bool) -> None:
        """Let a unit in error run its failed hook again, or commit it without running it.

        Raises:
            UsageError: if the unit is not in error.
        """
        hook = self._scheduler.resolve(unit, retry=retry)
        if retry:
            return
        if hook.kind == 'secret-rotate':
            secret = self._world.secrets.get(hook.secret_id)
            self._set_rotated(unit, hook, secret.latest_revision if secret is not None else 0)
            self._scheduler.agent(unit).local.broken |= self._world.profile.skipped_rotation_refused
        elif hook.kind == 'remove':
            self.forget(unit)

    @contextlib.contextmanager
    def hook(self, unit: str, hook: Hook) -> Generator[HookContext]:
        """Open a hook in which the test acts for a unit: committed at the end, discarded if the block raises.

        Raises:
            HookFailed: if the commit is refused.
        """
        context = HookContext(self._world, unit, hook, self._scheduler.agent(unit).local.relations)
        started = context.now
        with self._activate(context, is_played=True):
            try:
                yield context
            except BaseException as exception:
                self._world.journal.append(self._discard(context, started, CharmOutcome(1, exception)))
                raise
        record, error = self._commit(context, started)
        self._world.journal.append(record)
        if error is not None:
            raise HookFailed(unit, hook.name, None, error, record.discarded, (*record.kept, *record.committed))

    def execute(self, context: HookContext, argv: Sequence[str], stdin: Stdin = None, cwd: str | None = None) -> Result:
        """Run a hook command within a hook, and write it into the journal."""
        readable, held = tuple(_readable(argument) for argument in argv), _held_file(argv, cwd)
        result = hookcommands.run(context, argv, stdin, cwd)
        if result.exit_code != 0:
            context.juju_error = result.stderr.removeprefix('ERROR ').rstrip('\n')
        self._world.journal.append(
            Command(
                context.now,
                context.unit,
                context.hook.name,
                readable,
                result.exit_code,
                result.stdout,
                result.stderr,
                (stdin if isinstance(stdin, str) else '') or held,
            )
        )
        return result

    @contextlib.contextmanager
    def _activate(self, context: HookContext, *, is_played: bool = False) -> Generator[None]:
        if self.active is not None:
            raise UsageError(
                f'{context.unit} cannot run {context.hook.name} while {self.active.unit} runs '
                f'{self.active.hook.name}: one hook at a time; let that hook end first'
            )
        self.place_storages(context.unit)
        self._running.active, self._running.is_played = context, is_played
        try:
            yield
        finally:
            self._running.active, self._running.is_played = None, False

    def _run_charm(self, context: HookContext, charm_version: int) -> CharmOutcome:
        return self.runners[context.application].run(self._invocation(context, charm_version))

    def _invocation(self, context: HookContext, charm_version: int) -> Invocation:
        def sleep(seconds: float) -> None:
            self._world.clock.move_to(context.now + datetime.timedelta(seconds=max(0.0, seconds)))

        environment = hook_environment(
            context.hook,
            context.unit,
            model_name=self._world.name,
            model_uuid=self._world.uuid,
            juju_version=self._world.profile.version,
            principal_unit=context.model_unit.principal or '',
            storage=context.model_unit.storages.get(context.hook.storage or ''),
        )
        return Invocation(
            unit=context.unit,
            hook=context.hook,
            environment=environment,
            execute=lambda argv, stdin=None, cwd=None: self.execute(context, argv, stdin, cwd),
            now=lambda: context.now,
            sleep=sleep,
            charm_version=charm_version,
        )

    def _commit(
        self, context: HookContext, started: datetime.datetime, *, is_noted: bool = True
    ) -> tuple[HookRun, str | None]:
        """Commit a hook; unless the agent dies before it notes that, the controller is told that a secret was rotated."""
        result = transaction.commit(context)
        error = result.error
        if error is None and is_noted and context.hook.kind == 'secret-rotate':
            known = context.revision_known(context.hook.secret_id)
            error = self._set_rotated(context.unit, context.hook, known)
        record = dataclasses.replace(
            _record(context, started),
            outcome='committed' if error is None else 'commit failed',
            committed=result.applied,
            discarded=result.refused,
            error=error,
        )
        return record, error

    def _set_rotated(self, unit: str, hook: Hook, revision_before: int) -> str | None:
        """Tell the controller that a secret-rotate was run; returns why it refuses, which breaks the unit's agent."""
        try:
            rotation.set_rotated(self._world.secrets, hook.secret_id, revision_before=revision_before)
        except JujuError as error:
            self._scheduler.agent(unit).local.broken = True
            return str(error)
        return None

    def _discard(self, context: HookContext, started: datetime.datetime, outcome: CharmOutcome) -> HookRun:
        reason = f'exit code {outcome.exit_code}' if outcome.exit_code else FAILED_BEFORE_COMMIT
        reason = describe_exception(outcome.exception) if outcome.exception else reason
        return dataclasses.replace(
            _record(context, started), outcome='failed', discarded=transaction.describe_pending(context), error=reason
        )

    def _raise(self, ran: Ran) -> None:
        """Raise what went wrong with the charm's own traceback, so that a debugger lands in the charm."""
        __tracebackhide__ = True
        if self._on_hook_error == 'error-state' or ran.is_asked_for:
            return
        exception = ran.outcome.exception
        if ran.outcome.stderr is None:
            refusal = _refusal_behind(exception, ran.context.juju_error)
        else:
            refusal = ran.context.juju_error if self._last_command_was_refused(ran) else None
        failure = HookFailed(
            unit=ran.record.unit,
            hook=ran.record.hook,
            exception=exception,
            juju_error=ran.commit_error or refusal,
            why=ran.context.why if refusal is not None else None,
            discarded=ran.record.discarded,
            kept=(*ran.record.kept, *ran.record.committed),
            where=_where(exception.__traceback__) if exception is not None else None,
            output=_last_words(ran),
        )
        raise failure.with_traceback(exception.__traceback__ if exception is not None else None) from None

    def _last_command_was_refused(self, ran: Ran) -> bool:
        """Whether a process ended after a command that was refused; it tells no more about what it died of."""
        commands = self._world.journal.commands(unit=ran.record.unit, hook=ran.record.hook)
        acting = [command for command in commands if command.name != 'juju-log']
        return bool(acting) and acting[-1].exit_code != 0


def _record(context: HookContext, started: datetime.datetime) -> HookRun:
    hook = context.hook
    return HookRun(
        time=started,
        unit=context.unit,
        hook=hook.name,
        outcome='committed',
        secret=hook.secret,
        label=hook.secret_label if hook.is_secret_hook else None,
        revision=hook.secret_revision if hook.kind in ('secret-expired', 'secret-remove') else None,
        relation=hook.relation,
        remote=hook.remote_unit or hook.remote_application,
        kept=tuple(context.kept),
    )


def _held_file(argv: Sequence[str], cwd: str | None) -> str:
    """Return what the file of ``--file`` holds, for the journal."""
    for flag, path in itertools.pairwise(argv):
        if flag == '--file' and path != '-':
            with contextlib.suppress(OSError):
                return pathlib.Path(cwd or '', path).read_text(encoding='utf-8', errors='replace')
    return ''


def _readable(argument: str) -> str:
    """Return an argument as the journal shows it: the content of a file rather than its path."""
    match = _FILE_ARGUMENT.fullmatch(argument)
    if match is None:
        return argument
    try:
        held = pathlib.Path(match['path']).read_text(encoding='utf-8', errors='replace')
    except OSError:
        return argument
    return f'{match["key"]}={held}'


def _where(traceback: TracebackType | None) -> str | None:
    """Return file, line and function of the innermost frame that is the charm's own."""
    found = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        package = str(traceback.tb_frame.f_globals.get('__name__', '')).partition('.')[0]
        if package not in _OWN_PACKAGES:
            found = f'{_shortened(code.co_filename)}:{traceback.tb_lineno} in {code.co_name}'
        traceback = traceback.tb_next
    return found


def _last_words(ran: Ran) -> str:
    """Return what a process wrote about its end: to its standard error, or else to Juju's log as an error."""
    if ran.outcome.stderr is None:
        return ''
    logged = [text for level, text in ran.context.log_lines if level in ('ERROR', 'CRITICAL')]
    return ran.outcome.stderr.strip() or (logged[-1] if logged else '')


def _refusal_behind(exception: BaseException | None, refusal: str | None) -> str | None:
    """Return the last refusal that a hook command met, if it is what the exception came from."""
    while exception is not None and refusal is not None:
        if refusal in f'{exception} {getattr(exception, "stderr", "")}':
            return refusal
        exception = exception.__cause__ or exception.__context__
    return None


def _shortened(path: str) -> str:
    """Return a path relative to the working directory, if it lies there."""
    with contextlib.suppress(ValueError):
        return str(pathlib.Path(path).relative_to(pathlib.Path.cwd()))
    return path


def _describe(record: HookRun) -> str:
    about = record.relation or record.label or record.secret
    return f'{record}' + (f' ({about})' if about else '')


def _find_cycle(steps: Sequence[str], *, repeats: int = 3) -> tuple[str, ...]:
    """Return the shortest sequence that stands several times at the end; empty if none does."""
    for length in range(1, len(steps) // repeats + 1):
        cycle = steps[-length:]
        if all(steps[-length * (n + 1) : len(steps) - length * n] == cycle for n in range(repeats)):
            return tuple(cycle)
    return ()
