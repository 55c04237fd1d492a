"""What happened, in order: append-only, typed records with virtual times.

A journal holds what really happened, secret content included; reports redact (``report/``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..records import Command, HookRun, Record

_DRAWN: Final = re.compile(
    r'\b(?:(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|(?P<digest>[0-9a-f]{16,})|(?P<id>[0-9a-v]{19}[0g]))\b'
)
"""What charms and libraries draw at random: UUIDs, hexadecimal digests and tokens, and Juju's secret ids."""


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
