"""Decide which findings a test allows: by the name of a check, or by name and subject."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from typing import Final

from ..errors import UsageError
from ..records import Finding

SUBJECTS: Final = ('unit', 'secret', 'relation', 'application')


def allows(entry: str, finding: Finding) -> bool:
    """Whether an entry, ``NAME`` or ``NAME:SUBJECT``, allows a finding."""
    name, colon, subject = entry.partition(':')
    return name == finding.check and (not colon or subject == finding.subject)


def not_allowed(findings: Iterable[Finding], allow: Collection[str]) -> tuple[Finding, ...]:
    """Return the findings that no entry allows."""
    return tuple(finding for finding in findings if not any(allows(entry, finding) for entry in allow))


def check_finding(finding: object) -> None:
    """Refuse a result of another plugin's check that is not a finding, or that no entry could allow.

    Raises:
        UsageError: if the result is not a finding, or no entry could allow it.
    """
    if not isinstance(finding, Finding):
        raise UsageError(f'pytest_charmsecrets_check returned {finding!r}; return a list of Finding objects')
    kind, colon, name = finding.subject.partition(':')
    if not colon or not name or kind not in SUBJECTS:
        raise UsageError(
            f'the check {finding.check!r} gave the subject {finding.subject!r}; give a kind and a name, '
            'such as unit:web/0, secret:db/password, relation:1 or application:web'
        )


def check_entries(allow: Collection[str], names: Collection[str], *, others: bool = False) -> None:
    """Refuse an entry that cannot match any finding.

    Args:
        allow: the entries.
        names: the names of the checks.
        others: whether plugins add checks, whose names are not known before they find something.

    Raises:
        UsageError: if an entry is not the name of a check, or its subject has no kind.
    """
    if isinstance(allow, str):
        raise UsageError(f'allow is {allow!r}; give a list of entries, such as [{allow!r}]')
    for entry in allow:
        name, colon, subject = str(entry).partition(':')
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            if near or not others:
                meant = f'did you mean {near[0]!r}?' if near else f'the checks are {", ".join(names)}'
                raise UsageError(f'{name!r} is not the name of a check; {meant}')
        if colon and subject.partition(':')[0] not in SUBJECTS:
            raise UsageError(
                f'allow says {entry!r}; give NAME or NAME:SUBJECT, with a subject such as unit:web/0 or '
                'secret:db/password, as the finding prints it'
            )
