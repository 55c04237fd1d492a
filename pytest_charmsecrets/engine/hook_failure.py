"""Creates the exception for a failed hook, with the location in the charm, the cause and the charm's output."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import HookFailed
from ..juju.journal import Journal
from .charm_frames import charm_traceback, places
from .hook_execution import FinishedHook


def failure_of(finished: FinishedHook, journal: Journal) -> HookFailed:
    """Return the exception for a failed hook, with the charm's part of the traceback.

    Args:
        finished: the hook.
        journal: the journal of its model.
    """
    exception = finished.outcome.exception
    behind = _refused_behind(finished, journal)
    refusal, why = _described(finished, behind)
    commands = [command.number for command in finished.record.commands if command.is_refused]
    where, library = places(exception.__traceback__) if exception is not None else (None, None)
    failure = HookFailed(
        unit=finished.record.unit,
        hook=finished.record.hook,
        exception=exception,
        juju_error=refusal,
        why=why,
        discarded=finished.record.discarded,
        kept=(*finished.record.kept, *finished.record.committed),
        where=where,
        library=library,
        output=_last_words(finished),
        number=finished.record.number,
        command=commands[behind] if behind is not None else None,
    )
    return failure.with_traceback(charm_traceback(exception.__traceback__) if exception is not None else None)


def why_refused(finished: FinishedHook, journal: Journal) -> str | None:
    """Return the state of the model that caused the Juju error for which a hook failed, if known.

    Args:
        finished: the hook.
        journal: the journal of its model.
    """
    return _described(finished, _refused_behind(finished, journal))[1]


def _described(finished: FinishedHook, behind: int | None) -> tuple[str | None, str | None]:
    """Return Juju's error, of the commit or of a hook command, and the state of the model that caused it."""
    if finished.commit_error is not None:
        return finished.commit_error, finished.context.why
    return finished.context.refused[behind] if behind is not None else (None, None)


def _refused_behind(finished: FinishedHook, journal: Journal) -> int | None:
    """Return the index of the rejected hook command that failed a hook."""
    if finished.commit_error is not None:
        return None
    if finished.outcome.stderr is None:
        return _refusal_behind(finished.outcome.exception, finished.context.refused)
    return len(finished.context.refused) - 1 if _last_command_was_refused(finished, journal) else None


def _refusal_behind(exception: BaseException | None, refused: Sequence[tuple[str, str | None]]) -> int | None:
    """Return the index of the rejected command that an exception comes from, or of the last one of several."""
    while exception is not None:
        text = f'{exception} {getattr(exception, "stderr", "")}'
        for place, (refusal, _) in reversed(tuple(enumerate(refused))):
            if refusal and refusal in text:
                return place
        exception = exception.__cause__ or exception.__context__
    return None


def _last_command_was_refused(finished: FinishedHook, journal: Journal) -> bool:
    """Whether the last command of a process was rejected. A process gives no other hint why it failed."""
    commands = journal.commands(unit=finished.record.unit, hook=finished.record.hook)
    acting = [command for command in commands if command.name != 'juju-log']
    return bool(acting) and acting[-1].exit_code != 0


def _last_words(finished: FinishedHook) -> str:
    """Return the standard error of a process, or if it is empty, the last error that it logged."""
    if finished.outcome.stderr is None:
        return ''
    logged = [text for level, text in finished.context.log_lines if level in ('ERROR', 'CRITICAL')]
    return finished.outcome.stderr.strip() or (logged[-1] if logged else '')
