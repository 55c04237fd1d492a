"""What happened, in order: append-only, typed records with virtual times.

A journal holds what really happened, secret content included; reports redact (``report/``).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from ..records import Command, HookRun, Record

_DRAWN: Final = re.compile(
    r'\b(?:(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|(?P<digest>[0-9a-f]{16,})|(?P<id>[0-9a-v]{19}[0g]))\b'
)
"""What charms and libraries draw at random: UUIDs, hexadecimal digests and tokens, and Juju's secret ids."""


_PLACES: Final = re.compile(r'(?:number=\d+, |, (?:causes|commands)=\([^)]*\))')
"""The places of records in the order of their controller, which one more record anywhere moves."""


class Cause:
    """What writes to a model at the moment: an operation, a hook, or the time that passes.

    The number of a hook's record is known only when the hook has ended; until then a change refers to this object.
    """

    __slots__ = ('number',)

    def __init__(self, number: int | None = None) -> None:
        self.number = number


Causes: TypeAlias = tuple[Cause, ...]


def merged(first: Causes, *others: Causes) -> Causes:
    """Return causes together, each once, oldest first."""
    return tuple(dict.fromkeys(itertools.chain(first, *others)))


def numbers_of(causes: Causes) -> tuple[int, ...]:
    """Return the numbers of the records that causes stand for."""
    return tuple(sorted({cause.number for cause in causes if cause.number is not None}))


class Chronicle:
    """The one order of the records of a controller, and the causes of whatever is written at the moment."""

    def __init__(self) -> None:
        self._last = 0
        self.causes: Causes = ()
        """Who writes: every change that a watcher will see takes them along."""

    def next_number(self) -> int:
        """Return the number of the next record."""
        self._last += 1
        return self._last


class Journal:
    """The records of one model, oldest first."""

    def __init__(self, model: str = '', chronicle: Chronicle | None = None) -> None:
        self.model: Final = model
        """Name of the model."""
        self.chronicle: Final = chronicle or Chronicle()
        self._records: list[Record] = []

    def stamp(self) -> dict[str, Any]:
        """Return the fields that give the next record its place: its number and its model."""
        return {'number': self.chronicle.next_number(), 'model': self.model}

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
        """Return the records as text without their places, with ids and digests numbered by their first appearance.

        Two runs of charms that draw their own randomness compare equal this way.
        """
        numbers: dict[str, str] = {}

        def number(match: re.Match[str]) -> str:
            return numbers.setdefault(match[0], f'<{match.lastgroup}-{len(numbers) + 1}>')

        return tuple(_DRAWN.sub(number, _PLACES.sub('', repr(record))) for record in self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        return f'<Journal of {len(self)} records>'
