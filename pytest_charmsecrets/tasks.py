"""What an action or a ``juju exec`` leaves behind.

Source: spec/hook-commands.md, section 7.1; juju 3.6: internal/worker/uniter/runner/context/context.go, Flush.
"""

from __future__ import annotations

import dataclasses
import signal
import subprocess
from typing import Any, Final, Literal

from .charms.runner import Outcome
from .dispatch import Ran
from .errors import JujuError
from .juju.hooks import Hook

COMMIT_REFUSED: Final = 'committing requested changes failed'


@dataclasses.dataclass(frozen=True)
class Task:
    """What an action or a ``juju exec`` left behind, with the fields of ``jubilant.Task``."""

    id: str
    unit: str
    action: str
    """The action, or the first word of the line that was run."""
    status: Literal['completed', 'failed']
    results: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    """What the charm put into the results, without return code, stdout and stderr."""
    return_code: int = 0
    stdout: str = ''
    stderr: str = ''
    message: str = ''
    """Why it failed, if it said so."""
    log: list[str] = dataclasses.field(default_factory=list[str])

    @property
    def success(self) -> bool:
        """Whether it succeeded."""
        return self.status == 'completed' and self.return_code == 0


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


def _describe_end(outcome: Outcome) -> str:
    """Return how Go describes the end of a process that failed."""
    error = outcome.exception
    if isinstance(error, subprocess.TimeoutExpired):
        return 'command cancelled'
    if isinstance(error, subprocess.CalledProcessError) and error.returncode < 0:
        return f'signal: {(signal.strsignal(-error.returncode) or "unknown").lower()}'
    if isinstance(error, JujuError | OSError):
        return str(error)
    return f'exit status {outcome.exit_code}'
