"""What an action or a ``juju exec`` leaves behind.

Source: spec/hook-commands.md, section 7.1; juju 3.6: internal/worker/uniter/runner/context/context.go, Flush.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final, Literal

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
    """The action, or the hook command that was run."""
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


def task_of_action(ran: Ran, hook: Hook) -> Task:
    """Return what an action left behind, as Juju reports it."""
    said = ran.context.action
    outcome = ran.outcome
    failed = ran.failed or said.failed
    stderr = outcome.stderr or ''
    message = said.message
    if ran.commit_error is not None:
        stderr = f'{stderr}\n{ran.commit_error}'.strip()
        message = message or COMMIT_REFUSED
    elif isinstance(outcome.exception, JujuError):
        message = str(outcome.exception)
    elif ran.failed:
        stderr = stderr if outcome.stderr is not None else str(ran.record.error)
        # What Juju reports instead of what action-fail said.
        message = f'exit status {outcome.exit_code}'
    return Task(
        id=hook.task_id or '',
        unit=ran.record.unit,
        action=hook.action or '',
        status='failed' if failed else 'completed',
        # Juju puts the exit code of the process there, whatever the charm has set.
        results={key: value for key, value in said.results.items() if key != 'return-code'},
        return_code=outcome.exit_code or (1 if ran.failed else 0),
        stdout=outcome.stdout or '',
        stderr=stderr,
        message=message,
        log=list(said.log),
    )
