"""What happened, in order: append-only, typed records with virtual times.

A journal holds what really happened, secret content included; reports redact (``report/``).
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

_DRAWN: Final = re.compile(
    r'\b(?:(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|(?P<digest>[0-9a-f]{16,})|(?P<id>[0-9a-v]{19}[0g]))\b'
)
"""What charms and libraries draw at random: UUIDs, hexadecimal digests and tokens, and Juju's secret ids."""

Outcome: TypeAlias = Literal['committed', 'failed', 'commit failed']


@dataclasses.dataclass(frozen=True, slots=True)
class Effect:
    """One thing that a hook changed, or wanted to change, in the model."""

    kind: str
    """What was done, by the hook command's name where there is one: ``secret-set``, ``relation-set``, ``status-set``."""
    subject: str
    """What it was done to: a secret's URI, a relation, a unit."""
    detail: str = ''
    """The rest, for a reader."""

    def __str__(self) -> str:
        return ' '.join(part for part in (self.kind, self.subject, self.detail) if part)


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """The user did something: ``deploy``, ``integrate``, ``remove-unit``, ..."""

    time: datetime.datetime
    name: str
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ' '.join(('user:', self.name, *self.arguments))


@dataclasses.dataclass(frozen=True, slots=True)
class TimePassed:
    """The test moved the clock."""

    time: datetime.datetime
    """The new time."""
    since: datetime.datetime

    def __str__(self) -> str:
        return f'clock: +{self.time - self.since}'


@dataclasses.dataclass(frozen=True, slots=True)
class BecameDue:
    """A hook of a unit became due."""

    time: datetime.datetime
    unit: str
    hook: str
    secret: str | None = None
    revision: int | None = None
    relation: str | None = None
    remote: str | None = None
    """The remote unit, if it is about one."""

    def __str__(self) -> str:
        about = self.secret or self.relation
        revision = f' revision {self.revision}' if self.revision is not None else ''
        return f'due: {self.unit} {self.hook}' + (f' {about}{revision}' if about else '')


@dataclasses.dataclass(frozen=True, slots=True)
class Command:
    """A hook command ran."""

    time: datetime.datetime
    unit: str
    hook: str
    argv: tuple[str, ...]
    """The command line; ``key#file=path`` is written as ``key=<what the file held>``, because paths are drawn anew."""
    exit_code: int
    stdout: str
    stderr: str
    stdin: str = ''

    @property
    def name(self) -> str:
        """The command, such as ``secret-set``."""
        return self.argv[0]

    def __str__(self) -> str:
        result = '' if self.exit_code == 0 else f' -> {self.exit_code} {self.stderr.strip()}'
        return f'{self.unit} {self.hook}: {" ".join(self.argv)}{result}'


@dataclasses.dataclass(frozen=True, slots=True)
class HookRun:
    """A hook, an action or a ``juju exec`` ran, and was committed or discarded."""

    time: datetime.datetime
    """When it started."""
    unit: str
    hook: str
    outcome: Outcome
    secret: str | None = None
    label: str | None = None
    """The secret's label as the charm was told; None outside secret hooks."""
    revision: int | None = None
    relation: str | None = None
    """``endpoint:id``, for relation hooks."""
    remote: str | None = None
    """The remote unit, or the remote application."""
    committed: tuple[Effect, ...] = ()
    """What was applied when the hook ended."""
    kept: tuple[Effect, ...] = ()
    """What took effect at once, while the hook ran."""
    discarded: tuple[Effect, ...] = ()
    error: str | None = None
    """Why it failed."""

    def __str__(self) -> str:
        return f'{self.unit} {self.hook}'


Record: TypeAlias = Operation | TimePassed | BecameDue | Command | HookRun


class Journal:
    """The records of one model, oldest first."""

    def __init__(self) -> None:
        self._records: list[Record] = []

    def append(self, record: Record) -> None:
        """Add a record at the end."""
        self._records.append(record)

    def hooks(self, *, unit: str | None = None, name: str | None = None) -> tuple[HookRun, ...]:
        """Return the hooks that ran.

        Args:
            unit: only those of this unit.
            name: only those of this name, such as ``secret-changed``.
        """
        return tuple(
            record
            for record in self._records
            if isinstance(record, HookRun) and unit in (None, record.unit) and name in (None, record.hook)
        )

    def commands(
        self, *, unit: str | None = None, name: str | None = None, hook: str | None = None
    ) -> tuple[Command, ...]:
        """Return the hook commands that ran.

        Args:
            unit: only those of this unit.
            name: only those of this name, such as ``secret-set``.
            hook: only those that ran in hooks of this name.
        """
        return tuple(
            record
            for record in self._records
            if isinstance(record, Command)
            and unit in (None, record.unit)
            and name in (None, record.name)
            and hook in (None, record.hook)
        )

    def normalised(self) -> tuple[str, ...]:
        """Return the records as text in which ids and digests are numbered by their first appearance.

        Two runs of charms that draw their own randomness compare equal this way.
        """
        numbers: dict[str, str] = {}

        def number(match: re.Match[str]) -> str:
            return numbers.setdefault(match[0], f'<{match.lastgroup}-{len(numbers) + 1}>')

        return tuple(_DRAWN.sub(number, repr(record)) for record in self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)
