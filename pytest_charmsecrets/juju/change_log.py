"""The change log of a model: which documents were written since the watchers last collected it, never their content.

Several writes of one document are one entry. Juju 3.6: state/watcher, whose changes carry an id and a revno.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias

from .journal import Causes, JournalWriter, merged

ChangeKind: TypeAlias = Literal[
    'consumer',  # a unit's consumer record of a secret
    'rotation',  # the rotation entry of an owner's secret
    'revision',  # a revision of an owner's secret
    'expiry',  # the expiry of such a revision
    'secret',  # an owner's secret was removed
    'unit',  # life of a unit
    'config',  # config of an application
    'charm',  # charm of an application
    'leader',  # leader of an application
    'relation',  # the relations of an application: life, members, data
]


Document: TypeAlias = tuple[str | int, ...]
"""A document in one version: its kind, and what it is about, such as ``('bag', 1, 'web/0', 3)``."""


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One document that was written."""

    kind: ChangeKind
    subject: str
    """The unit or application whose document it is; for secrets, the consumer or the owner."""
    secret: str = ''
    """The secret's id."""
    revision: int = 0


class Changes:
    """The documents written since the watchers last looked, each once, in order of their first write.

    Each carries the causes of its writes, oldest first.
    """

    def __init__(self, journal: JournalWriter | None = None) -> None:
        # A journal without records is false.
        self.journal: Final = JournalWriter() if journal is None else journal
        """The journal of the model, which takes notes of facts."""
        self._written: dict[Change, Causes] = {}
        self.writers: Final[dict[Document, Causes]] = {}
        """Who wrote each document that a hook may become due for."""

    def note(self, kind: ChangeKind, subject: str, *, secret: str = '', revision: int = 0) -> None:
        """Note that a document was written, by whoever writes at the moment."""
        change = Change(kind, subject, secret, revision)
        self._written[change] = merged(self._written.get(change, ()), self.journal.chronicle.causes)

    def note_writer(self, *document: str | int) -> None:
        """Note who writes a document, so that a hook that becomes due for it names its cause."""
        self.writers[document] = self.journal.chronicle.causes

    def forget_writers_of_revision(self, secret: str, number: int) -> None:
        """Forget who wrote a revision that is removed: what was due for it is noted, and nothing becomes due for it."""
        self.writers.pop(('revision', secret, number), None)
        self.writers.pop(('obsolete', secret, number), None)

    def collect(self) -> dict[Change, Causes]:
        """Return the changes that were noted, with their causes, and begin a new log."""
        collected, self._written = self._written, {}
        return collected

    def reset(self, changes: Iterable[tuple[Change, Causes]]) -> None:
        """Go back to the changes that had been noted, when later ones are undone."""
        self._written = dict(changes)

    def items(self) -> tuple[tuple[Change, Causes], ...]:
        """Return the changes that were noted, with their causes."""
        return tuple(self._written.items())

    def __iter__(self) -> Iterator[Change]:
        return iter(self._written)

    def __bool__(self) -> bool:
        return bool(self._written)
