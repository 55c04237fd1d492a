"""What an action or a ``juju exec`` leaves behind.

Source: spec/hook-commands.md, section 7.1; juju 3.6: internal/worker/uniter/runner/context/context.go, Flush.
"""

from __future__ import annotations

import signal
import subprocess
from typing import Final

from ..charms.runner import CharmOutcome
from ..engine.hook_execution import Ran
from ..errors import JujuError
from ..juju.hooks import Hook
from ..records import Task

COMMIT_REFUSED: Final = 'committing requested changes failed'


def task_of(ran: Ran, hook: Hook, action: str) -> Task:
    """Return what an action or a ``juju exec`` left behind, as Juju reports it."""
    said = ran.context.action
    outcome = ran.outcome
    stderr = outcome.stderr or ''
    message = said.message
    if ran.commit_error is not None:
        stderr = f'{stderr}\n{ran.commit_error}'.strip()
        message = message or COMMIT_REFUSED
    elif ran.failed:
        stderr = stderr if outcome.stderr is not None else str(ran.record.error)
        # What Juju reports instead of what action-fail said.
        message = _describe_end(outcome)
    return Task(
        id=hook.task_id or '',
        unit=ran.record.unit,
        action=action,
        status='failed' if ran.failed or said.failed else 'completed',
        # Juju puts the exit code of the process there, whatever the charm has set.
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
