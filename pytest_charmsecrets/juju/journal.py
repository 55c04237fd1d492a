"""The journal of a model: append-only, typed records in order, with virtual times.

Records hold real values, secret content included; reports redact them (``report/``).
"""

from __future__ import annotations

import bisect
import datetime
import itertools
import operator
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeAlias, final

from ..arguments import checked
from ..errors import no_attribute
from ..records import (
    BagValue,
    BugAvoided,
    Command,
    ConfigValue,
    Granted,
    HadStatus,
    HookRun,
    Led,
    Record,
    RevisionLife,
    Tracked,
)
from . import history
from .clock import Clock
from .facts import Fact, Writer

P = ParamSpec('P')

_DRAWN: Final = re.compile(
    r'\b(?:(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|(?P<digest>[0-9a-f]{16,})|(?P<id>[0-9a-v]{19}[0g]))\b'
)
"""Values that charms and libraries draw at random: UUIDs, hexadecimal digests and tokens, and Juju's secret ids."""


_PLACES: Final = re.compile(r'(?:number=\d+, |, (?:causes|commands)=\([^)]*\)|, became_due=(?:\d+|None))')
"""The places of records in the order of their controller, which one more record anywhere moves."""


_number_of: Final = operator.attrgetter('number')


class Cause:
    """The actor that writes to a model: an operation, a hook, or the time that passes.

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
    """The numbering of all records of a controller, and the causes of the writes at the moment."""

    def __init__(self) -> None:
        self.last = 0
        """The last number that was assigned."""
        self.written = 0
        """Number of the last record that is in a journal."""
        self.causes: Causes = ()
        """The current actors. Every change that a watcher delivers carries them."""

    def next_number(self) -> int:
        """Return the number of the next record."""
        self.last += 1
        return self.last


@checked
class Journal:
    """The records of one model, oldest first."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._facts: list[Fact] = []

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

    def revisions(self, *, at: int | None = None) -> tuple[RevisionLife, ...]:
        """Return the lives of all revisions of the model's secrets, in the order in which they were created.

        Args:
            at: number of a record: return only the revisions that existed after it, as they were at that time.
        """
        return history.revisions(self._facts, at)

    def tracking(self, *, at: int | None = None) -> tuple[Tracked, ...]:
        """Return which unit tracked which revision of a secret, also of another model, in the order of beginning.

        Args:
            at: number of a record: return only the revisions that were tracked after it.
        """
        return history.tracking(self._facts, at)

    def grants(self, *, at: int | None = None) -> tuple[Granted, ...]:
        """Return who had access to which of the model's secrets, owners included, in the order of beginning.

        Args:
            at: number of a record: return only the grants that existed after it.
        """
        return history.grants(self._facts, at)

    def leaders(self, *, at: int | None = None) -> tuple[Led, ...]:
        """Return the leaders of all applications, with the time for which each led, oldest first.

        Args:
            at: number of a record: return only the units that led after it.
        """
        return history.leaders(self._facts, at)

    def statuses(self, *, at: int | None = None) -> tuple[HadStatus, ...]:
        """Return the statuses that were set for units and applications. A status that is set again begins no new period.

        A failed hook changes none of them; the ``HookRun`` shows that a unit is in error.

        Args:
            at: number of a record: return only the statuses after it.
        """
        return history.statuses(self._facts, at)

    def bags(self, *, at: int | None = None) -> tuple[BagValue, ...]:
        """Return all values that databags had, with the time for which each held. Those of departed units end with the relation.

        Args:
            at: number of a record: return only the values that held after it. By default, all values so far are returned.
        """
        return history.bags(self._facts, at)

    def config(self, *, at: int | None = None) -> tuple[ConfigValue, ...]:
        """Return the values of config options of applications, as charms see them: set, or by default.

        Args:
            at: number of a record: return only the values that held after it. By default, all values so far are returned.
        """
        return history.config(self._facts, at)

    def normalised(self) -> tuple[str, ...]:
        """Return the records as text without their places, with ids and digests numbered by their first appearance.

        Two runs of charms that draw their own randomness compare equal this way.
        """
        numbers: dict[str, str] = {}

        def number(match: re.Match[str]) -> str:
            return numbers.setdefault(match[0], f'<{match.lastgroup}-{len(numbers) + 1}>')

        return tuple(_DRAWN.sub(number, _PLACES.sub('', repr(record))) for record in self._records)

    def record(self, number: int) -> Record | None:
        """Return the record with a number; None if it is not of this model."""
        place = bisect.bisect_left(self._records, number, key=_number_of)
        found = self._records[place] if place < len(self._records) else None
        return found if found is not None and found.number == number else None

    @property
    def last_number(self) -> int:
        """Number of the last record; 0 if there is none."""
        return self._records[-1].number if self._records else 0

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            raise no_attribute(self, name)

    def __repr__(self) -> str:
        return f'<Journal of {len(self)} records>'


@final
class JournalWriter(Journal):
    """A journal as its model writes it."""

    def __init__(self, model: str = '', chronicle: Chronicle | None = None, clock: Clock | None = None) -> None:
        super().__init__()
        self.model: Final = model
        """Name of the model."""
        self.chronicle: Final = chronicle or Chronicle()
        self._clock: Final = clock
        self._avoided: dict[str, Causes] = {}
        """The actor that met the condition of each bug last, by the bug's name."""
        self._noted: list[tuple[datetime.datetime, str]] = []
        """The bugs that were avoided since the last record, with the times."""
        self.reader: Final = Journal()
        """The same journal for a test, which cannot write."""
        self.reader._records, self.reader._facts = self._records, self._facts  # noqa: SLF001 - of the same module

    def stamp(self) -> dict[str, Any]:
        """Return the fields that give the next record its place: its number and its model."""
        return {'number': self.chronicle.next_number(), 'model': self.model}

    def append(self, record: Record) -> None:
        """Add a record at the end, and the bugs that were avoided before it."""
        self._records.append(record)
        self.chronicle.written = record.number
        self._write_avoided()

    def _write_avoided(self) -> None:
        noted, self._noted = self._noted, []
        for time, bug in noted:
            self.append(BugAvoided(time, bug, **self.stamp()))

    def note(
        self,
        kind: Callable[Concatenate[datetime.datetime, int, Writer | None, P], Fact],
        *about: P.args,
        **more: P.kwargs,
    ) -> None:
        """Note a change by the current actor, for the histories.

        Without a clock nothing is noted: the journal of a copy of a model is thrown away.
        """
        if self._clock is not None:
            writer = next(iter(self.chronicle.causes), None)
            is_recorded = writer is None or writer.number is not None
            after = self.chronicle.last + (not is_recorded)
            self._facts.append(kind(self._clock.now, after, writer, *about, **more))

    def note_avoided(self, bug: str) -> None:
        """Note, once for the current actor, that a bug of the release would have struck if it were switched on.

        It never stands among the changes of one hook or operation: if one is under way, it follows the next record.
        """
        if self._clock is None or self._avoided.get(bug) == self.chronicle.causes:
            return
        self._avoided[bug] = self.chronicle.causes
        self._noted.append((self._clock.now, bug))
        if all(cause.number is not None and cause.number <= self.chronicle.written for cause in self.chronicle.causes):
            self._write_avoided()

    def mark(self) -> int:
        """Return the mark of the current end of the facts."""
        return len(self._facts)

    def undo_since(self, mark: int) -> None:
        """Remove the facts since a mark, because their changes were undone."""
        del self._facts[mark:]
