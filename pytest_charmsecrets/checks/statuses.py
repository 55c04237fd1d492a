"""Find units that were active and stopped being active although nothing happened to them."""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Iterator
from typing import Final

from ..records import Finding, HadStatus, HookRun, Operation
from .case import Case
from .naming import USER

HARMLESS: Final = {
    'update-status': 'update-status',
    'refresh': 'a refresh',
    'set-leader': 'a new leader',
    'add-unit': 'another unit',
    'restart-agent': 'a restart of an agent',
    'restart-controller': 'a restart of the controller',
}
"""Operations after which a healthy unit stays active, with their descriptions."""
MOVED: Final = ('refresh', 'set-leader')
"""Those after which a charm may have lost its state, and find that out without asking for a secret."""
LIFETIME: Final = datetime.timedelta(hours=1)
"""The minimum lifetime of a value to count as a credential."""
_WORDS: Final = {**HARMLESS, 'run': 'an action that changed nothing'}


def regressed_status(case: Case) -> Iterator[Finding]:
    """Find units that were active at one rest and waiting or blocked at the next, after harmless operations alone."""
    earlier: dict[str, list[HadStatus]] = {}
    for now in case.model.journal.statuses():
        unit, by = now.subject, now.since_by
        rests = _rests_around(case, by) if by in case.by_number and now.status in ('waiting', 'blocked') else None
        if by is not None and rests is not None and '/' in unit and _holds_at(now, rests[1]):
            before, after = rests
            was = next((one for one in reversed(earlier.get(unit, ())) if _holds_at(one, before)), None)
            is_judged = after > case.since and was is not None and was.status == 'active' and case.has_charm(unit)
            if was is not None and is_judged and _is_undisturbed(case, case.by_number[by], before, after):
                run = case.by_number[by]
                yield Finding(
                    'regressed-status',
                    f'unit:{unit}',
                    f'{unit} was active and is {now.status} since {run.hook}, '
                    f'after nothing but {_between(case, unit, before, after)}',
                    tuple(sorted({was.since_by or before, by})),
                    _remedy(run),
                )
        earlier.setdefault(unit, []).append(now)


def _rests_around(case: Case, number: int | None) -> tuple[int, int] | None:
    """Return the last rest before a record and the first after it."""
    place = bisect.bisect_right(case.rests, number or 0)
    return (case.rests[place - 1], case.rests[place]) if 0 < place < len(case.rests) else None


def _holds_at(status: HadStatus, number: int) -> bool:
    return (status.since_by or 0) <= number and (status.until is None or (status.until_by or 0) > number)


def _window(case: Case, unit: str, before: int, after: int) -> tuple[int, int]:
    """Return the numbers between which nothing but the harmless may stand: from the unit's last hook on.

    The effects of an earlier operation can appear only in the next hook of the unit.
    """
    own = case.hooks_of(unit.partition('/')[0])
    ran = [run.number for run in own if run.unit == unit and run.number <= before]
    return (ran[-1] if ran else 0), after


def _is_undisturbed(case: Case, run: HookRun, before: int, after: int) -> bool:
    unit = run.unit
    first, last = _window(case, unit, before, after)
    operations = [one for one in case.operations if first < one.number <= last]
    played = [
        one for one in case.model.journal.hooks() if first < one.number <= last and one.number not in case.by_number
    ]
    commands = any(one.commands for one in played)
    is_harmless = not commands and all(_is_harmless(case, one) for one in operations)
    has_moved = any(one.name in MOVED for one in operations)
    return is_harmless and (has_moved or _is_of_secrets(run) or _has_waited(case, run, before))


def _is_of_secrets(run: HookRun) -> bool:
    """Whether a hook is about a secret, or was refused one: else its workload may be down, or its cluster too small."""
    return run.secret is not None or any(one.is_refused and one.name.startswith('secret-') for one in run.commands)


def _has_waited(case: Case, run: HookRun, before: int) -> bool:
    """Whether so much time has passed since a rest that something can have ended with it.

    Only the user can renew the content of a user secret, such as a license.
    """
    rest = case.model.journal.record(before)
    return rest is not None and run.time - rest.time >= LIFETIME and not _reads_of_user(case, run)


def _reads_of_user(case: Case, run: HookRun) -> bool:
    reads = (case.secrets.get(one.secret or '') for one in run.commands if one.name == 'secret-get')
    return any(secret is not None and secret.owner == USER for secret in reads)


def _is_harmless(case: Case, operation: Operation) -> bool:
    """Whether a healthy unit stays active after an operation; of actions, those that changed nothing in the model."""
    if operation.name != 'run':
        return operation.name in HARMLESS
    unit, action = operation.arguments[:2]
    ran = next(
        (run for run in case.hooks if run.number > operation.number and (run.unit, run.hook) == (unit, action)), None
    )
    return ran is not None and not ran.committed and not ran.kept


def _between(case: Case, unit: str, before: int, after: int) -> str:
    first, last = _window(case, unit, before, after)
    names = dict.fromkeys(_WORDS[one.name] for one in case.operations if first < one.number <= last)
    return ' and '.join(names) or 'time'


def _remedy(run: HookRun) -> str:
    if run.hook == 'secret-expired':
        return 'renew before the time is over: set an expire= that lies before the end of validity'
    return 'keep state in secrets, found by get_secret(label=...), in databags or in stored state'
