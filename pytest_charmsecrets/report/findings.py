"""Findings of checks as text: what is wrong, the hooks that prove it, what to do, how to allow it."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable, Iterator, Mapping

from ..records import Command, Finding, HookRun, Record

EVIDENCE = 3
"""How many hooks a finding shows."""


def render_findings(findings: Iterable[Finding], records: Mapping[int, Record], explained: Container[str]) -> str:
    """Return findings as text.

    Args:
        findings: the findings.
        records: the records of all models of the controller, by number.
        explained: the names of the checks that have a page.
    """
    return '\n\n'.join('\n'.join(_lines(finding, records, is_own=finding.check in explained)) for finding in findings)


def allow_entry(finding: Finding) -> str:
    """Return the entry that allows a finding and nothing else."""
    return f'{finding.check}:{finding.subject}'


def _lines(finding: Finding, records: Mapping[int, Record], *, is_own: bool) -> Iterator[str]:
    yield f'{finding.check}: {finding.message}'
    shown = [records[number] for number in finding.evidence if number in records]
    for record in (*shown[:1], *shown[-EVIDENCE + 1 :]) if len(shown) > EVIDENCE else shown:
        yield f'    {_time(record.time)}  {_told(record)}'
    yield f'  do:    {finding.remedy}'
    yield f"  allow: @pytest.mark.charmsecrets(allow=['{allow_entry(finding)}'])"
    if is_own:
        yield f'  more:  pytest --charmsecrets-explain {finding.check}'


def _time(when: datetime.datetime) -> str:
    return f'{when:%Y-%m-%d %H:%M}'


def _told(record: Record) -> str:
    """Return a record in a few words; what a command was given is left out, it may be a value of a secret."""
    if isinstance(record, HookRun):
        name = record.label if record.label and len(record.label) <= 40 else record.secret
        about = f' ({name}{_revision(record)})' if record.secret else ''
        return f'{record}{about or (f" ({record.relation})" if record.relation else "")}'
    if isinstance(record, Command):
        return f'{record.unit} {record.hook}: {record.name}'
    return str(record).partition(' password=')[0]


def _revision(run: HookRun) -> str:
    return f' revision {run.revision}' if run.revision is not None else ''
