"""Findings of checks as text: what is wrong, the hooks that prove it, what to do, how to allow it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Final

from ..records import Command, Finding, HookRun, Operation, Record

EVIDENCE: Final = 3
"""How many hooks a finding shows."""
_FLAGS: Final = ('--refresh', '--peek')
"""The arguments of commands that are shown; the others may hold a value of a secret."""


def render_findings(
    findings: Iterable[Finding],
    records: Mapping[int, Record],
    names: Mapping[str, str],
    explained: Container[str],
    redact: Callable[[str], str] = str,
) -> str:
    """Return findings as text, one paragraph for each entry that allows them.

    Args:
        findings: the findings.
        records: the records of all models of the controller, by number.
        names: how secrets are called, by their bare ids.
        explained: the names of the checks that have a page.
        redact: takes the values of secrets out of what may hold some.
    """
    alike: dict[str, list[Finding]] = {}
    for finding in findings:
        alike.setdefault(allow_entry(finding), []).append(finding)
    return '\n\n'.join(
        '\n'.join(_lines(first, len(others), records, names, redact, is_own=first.check in explained))
        for first, *others in alike.values()
    )


def allow_entry(finding: Finding) -> str:
    """Return the entry that allows a finding and nothing else."""
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
    # What is copied from here has to be what the finding says: not redacted, a check puts no value there.
    yield f'  allow: @pytest.mark.charmsecrets(allow=[{allow_entry(finding)!r}])'
    if is_own:
        yield f'  more:  pytest --charmsecrets-explain {finding.check}'


def _told(record: Record, names: Mapping[str, str]) -> str:
    """Return a record in a few words; most of what a command was given is left out, it may be a value of a secret."""
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
    name = names.get(run.secret.rpartition('/')[2].removeprefix('secret:'), run.secret)
    return f' ({name}, revision {run.revision})' if run.revision is not None else f' ({name})'


def _result(command: Command) -> str:
    if command.is_refused:
        return f' -> {(command.stderr.strip().splitlines() or [f"exit code {command.exit_code}"])[-1]}'
    return f' -> revision {command.revision}' if command.revision is not None else ''
