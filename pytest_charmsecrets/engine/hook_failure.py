"""The failure of a hook as a test sees it: where in the charm, why, and what the charm said."""

from __future__ import annotations

import contextlib
import pathlib
from types import TracebackType
from typing import Final

from ..errors import HookFailed
from ..juju.journal import Journal
from .hook_execution import FinishedHook

_OWN_PACKAGES: Final = ('pytest_charmsecrets', 'ops', 'scenario', 'time_machine', 'contextlib')
"""Packages whose frames are not the charm's."""


def failure_of(finished: FinishedHook, journal: Journal) -> HookFailed:
    """Return the exception for a hook that failed.

    Args:
        finished: the hook.
        journal: the journal of its model.
    """
    exception = finished.outcome.exception
    if finished.outcome.stderr is None:
        refusal = _refusal_behind(exception, finished.context.juju_error)
    else:
        refusal = finished.context.juju_error if _last_command_was_refused(finished, journal) else None
    return HookFailed(
        unit=finished.record.unit,
        hook=finished.record.hook,
        exception=exception,
        juju_error=finished.commit_error or refusal,
        why=finished.context.why if finished.commit_error is not None or refusal is not None else None,
        discarded=finished.record.discarded,
        kept=(*finished.record.kept, *finished.record.committed),
        where=_where(exception.__traceback__) if exception is not None else None,
        output=_last_words(finished),
    )


def _refusal_behind(exception: BaseException | None, refusal: str | None) -> str | None:
    """Return the last refusal that a hook command met, if the exception came from it."""
    while exception is not None and refusal is not None:
        if refusal in f'{exception} {getattr(exception, "stderr", "")}':
            return refusal
        exception = exception.__cause__ or exception.__context__
    return None


def _last_command_was_refused(finished: FinishedHook, journal: Journal) -> bool:
    """Whether the last command of a process was refused; a process tells no more about why it ended."""
    commands = journal.commands(unit=finished.record.unit, hook=finished.record.hook)
    acting = [command for command in commands if command.name != 'juju-log']
    return bool(acting) and acting[-1].exit_code != 0


def _where(traceback: TracebackType | None) -> str | None:
    """Return file, line and function of the innermost frame of the charm."""
    found = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        package = str(traceback.tb_frame.f_globals.get('__name__', '')).partition('.')[0]
        if package not in _OWN_PACKAGES:
            found = f'{_shortened(code.co_filename)}:{traceback.tb_lineno} in {code.co_name}'
        traceback = traceback.tb_next
    return found


def _shortened(path: str) -> str:
    """Return a path relative to the working directory, if it lies there."""
    with contextlib.suppress(ValueError):
        return str(pathlib.Path(path).relative_to(pathlib.Path.cwd()))
    return path


def _last_words(finished: FinishedHook) -> str:
    """Return the standard error of a process that ended; if that is empty, the last error that it logged."""
    if finished.outcome.stderr is None:
        return ''
    logged = [text for level, text in finished.context.log_lines if level in ('ERROR', 'CRITICAL')]
    return finished.outcome.stderr.strip() or (logged[-1] if logged else '')
