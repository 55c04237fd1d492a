"""Renders findings of checks as text: the problem, the hooks that prove it, the fix, and how to allow it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Final

from ..juju.identity import secret_id_in
from ..records import Command, Finding, HookRun, Operation, Record

EVIDENCE: Final = 3
"""The maximum number of hooks to show for a finding."""
_FLAGS: Final = ('--refresh', '--peek')
"""The command arguments to show; others can contain a secret value."""


def render_findings(
    findings: Iterable[Finding],
    records: Mapping[int, Record],
    names: Mapping[str, str],
    explained: Container[str],
    redact: Callable[[str], str] = str,
) -> str:
    """Return findings as text, with one paragraph for each entry that would allow them.

    Args:
        findings: the findings.
        records: the records of all models of the controller, by number.
        names: names of secrets to show, by bare id.
        explained: the names of the checks that have a page.
        redact: redacts secret values in a text.
    """
    alike: dict[str, list[Finding]] = {}
    for finding in findings:
        alike.setdefault(allow_entry(finding), []).append(finding)
    return '\n\n'.join(
        '\n'.join(_lines(first, len(others), records, names, redact, is_own=first.check in explained))
        for first, *others in alike.values()
    )


def allow_entry(finding: Finding) -> str:
    """Return the entry of ``allow`` for exactly this finding."""
    return f'{finding.check}:{finding.subject}'


def _lines(
    finding: Finding,
    others: int,
    records: Mapping[int, Record],
    names: Mapping[str, str],
    redact: Callable[[str], str],
    *,
    is_own: bool,
) -> Iterator[str]:
    yield redact(f'{finding.check}: {finding.message}')
    shown = [records[number] for number in finding.evidence if number in records]
    for record in (*shown[:1], *shown[-EVIDENCE + 1 :]) if len(shown) > EVIDENCE else shown:
        yield redact(f'    {record.time:%Y-%m-%d %H:%M:%S}  {_told(record, names)}')
    if others:
        yield f'    and {others} more of this kind about {finding.subject}'
    yield redact(f'  help:  {finding.remedy}')
    # Not redacted, because users copy this line. Checks put no secret values into it.
    yield f'  allow: @pytest.mark.charmsecrets(allow=[{allow_entry(finding)!r}])'
    if is_own:
        yield f'  more:  pytest --charmsecrets-explain {finding.check}'


def _told(record: Record, names: Mapping[str, str]) -> str:
    """Return a record as a short text. Most arguments of commands are left out, as they can contain a secret value."""
    match record:
        case HookRun():
            return f'{record}{_about(record, names)}'
        case Command():
            called = ' '.join((record.name, *(flag for flag in _FLAGS if flag in record.argv)))
            return f'{record.unit} {record.hook}: {called}{_result(record)}'
        case Operation():
            arguments = itertools.takewhile(lambda argument: '=' not in argument, record.arguments)
            return ' '.join(('user:', record.name, *arguments))
        case _:
            return str(record)


def _about(run: HookRun, names: Mapping[str, str]) -> str:
    if run.secret is None:
        return f' ({run.relation})' if run.relation else ''
    name = names.get(secret_id_in(run.secret), run.secret)
    return f' ({name}, revision {run.revision})' if run.revision is not None else f' ({name})'


def _result(command: Command) -> str:
    if command.is_refused:
        return f' -> {(command.stderr.strip().splitlines() or [f"exit code {command.exit_code}"])[-1]}'
    return f' -> revision {command.revision}' if command.revision is not None else ''
