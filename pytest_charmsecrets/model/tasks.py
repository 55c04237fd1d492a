"""Operations that run something on a unit by request: actions, ``juju exec`` and update-status.

Source: juju 3.6: internal/worker/uniter/runner/context/context.go, Flush.
"""

from __future__ import annotations

import shlex
import signal
import subprocess
from collections.abc import Mapping
from typing import Final

from ..arguments import checked
from ..arguments.fitting import PlainData
from ..charms.runner import CharmOutcome
from ..engine.hook_execution import FinishedHook
from ..engine.hook_failure import why_refused
from ..errors import ActionFailed, JujuError, UsageError
from ..juju import lookups, operations
from ..juju.hooks import Hook
from ..records import HookRun, Task
from ..views.over_model import OverModel

COMMIT_REFUSED: Final = 'committing requested changes failed'


@checked
class Tasks(OverModel):
    """The operations of FakeModel that run something on a unit by request."""

    def run(self, unit: str, action: str, params: Mapping[str, PlainData] | None = None) -> Task:
        """Run an action on a unit and return its task (``juju run``). Hooks that are due on the unit run first.

        Args:
            unit: name of the unit.
            action: name of the action.
            params: its parameters, by name.

        Raises:
            ActionFailed: if the action fails or its commit is rejected; its ``task`` attribute has the task.
            UsageError: if the unit or the action does not exist, or a parameter is not valid.

        For example::

            task = model.run('db/0', 'get-password', {'username': 'admin'})
            assert task.results['password']
        """
        self._check_no_hook('run')
        found = lookups.find_unit(self._world, unit)
        application = self._world.applications[found.application]
        parameters = operations.action_parameters(application, action, params or {})
        self._agents.check_running(unit)
        given = (f'{name}={value}' for name, value in (params or {}).items())
        self._world.note_operation('run', unit, action, *given)
        task_id = str(self._world.count('task') + 1)
        hook = Hook('action', action=action, parameters=parameters, task_id=task_id)
        return self._successful(self._runtime.run_action(self._execution, unit, hook), hook, action)

    def exec(self, command: str, *args: str, unit: str) -> Task:
        """Run a shell command line on a unit, as a hook of its own, and return its task (``juju exec``).

        A line that only calls one hook command is answered without a process. Any other line is run by bash in the
        directory of the unit's charm, with the hook commands on ``PATH``. As in Juju, changes made by its hook commands
        are committed whatever the exit code is, unless the process is killed.

        Args:
            command: the command line; with ``args``, only its first word.
            args: the other words, which are quoted for the shell.
            unit: name of the unit.

        Raises:
            ActionFailed: if the exit code is not 0 or the commit is rejected; its ``task`` attribute has the task.
            UsageError: if the unit does not exist, or the line contains a NUL byte.
        """
        self._check_no_hook('exec')
        lookups.check_unit_exists(self._world, unit)
        line = shlex.join((command, *args)) if args else command
        if '\0' in line:
            raise UsageError('the command line of exec() contains a NUL byte, which no process can receive; remove it')
        self._agents.check_running(unit)
        self._world.note_operation('exec', f'--unit={unit}', line)
        task_id = str(self._world.count('task') + 1)
        hook = Hook('juju-exec', parameters={'command': line, 'workload-context': False}, task_id=task_id)
        name = command if args else line.split(maxsplit=1)[0] if line.strip() else ''
        return self._successful(self._execution.run_line(unit, hook, line), hook, name)

    def _successful(self, ran: FinishedHook, hook: Hook, action: str) -> Task:
        """Return the task of an action or a ``juju exec`` that has run.

        Raises:
            ActionFailed: if it failed.
        """
        task = _task_of(ran, hook, action)
        if not task.success:
            raise ActionFailed(task, why_refused(ran, self._world.journal))
        return task

    def update_status(self, unit: str) -> tuple[HookRun, ...]:
        """Run update-status on a unit, after the hooks that it has to run first, and return the hooks that ran.

        Args:
            unit: name of the unit.

        Raises:
            HookFailed: if a hook fails, unless the model was made with ``on_hook_error='error-state'``.
            UsageError: if the unit does not exist or is being removed.
        """
        __tracebackhide__ = True
        self._check_no_hook('update_status')
        if lookups.find_unit(self._world, unit).life != 'alive':
            raise UsageError(f'{unit!r} is being removed and no longer runs update-status; settle the model')
        self._agents.check_running(unit)
        self._world.note_operation('update-status', unit)
        hook = Hook('update-status', task_id=str(self._world.count('task') + 1))
        return self._runtime.run_requested(self._execution, unit, hook)


def _task_of(ran: FinishedHook, hook: Hook, action: str) -> Task:
    """Return the task of an action or a ``juju exec``, as Juju reports it."""
    said = ran.context.action
    outcome = ran.outcome
    stderr = outcome.stderr or ''
    message = said.message
    if ran.commit_error is not None:
        stderr = f'{stderr}\n{ran.commit_error}'.strip()
        message = message or COMMIT_REFUSED
    elif ran.failed:
        stderr = stderr if outcome.stderr is not None else str(ran.record.error)
        # Juju reports this instead of the message that action-fail gave.
        message = _describe_end(outcome)
    return Task(
        id=hook.task_id or '',
        unit=ran.record.unit,
        action=action,
        status='failed' if ran.failed or said.failed else 'completed',
        # Juju sets return-code to the exit code of the process, whatever value the charm has set.
        results={key: value for key, value in said.results.items() if key != 'return-code'},
        return_code=outcome.exit_code or (1 if ran.failed else 0),
        stdout=outcome.stdout or '',
        stderr=stderr,
        message=message,
        log=list(said.log),
    )


def _describe_end(outcome: CharmOutcome) -> str:
    """Return how Go describes the end of a process that failed."""
    error = outcome.exception
    if isinstance(error, subprocess.TimeoutExpired):
        return 'command cancelled'
    if isinstance(error, subprocess.CalledProcessError) and error.returncode < 0:
        return f'signal: {(signal.strsignal(-error.returncode) or "unknown").lower()}'
    if isinstance(error, JujuError | OSError):
        return str(error)
    return f'exit status {outcome.exit_code}'
