"""The change log of a model: the names of the documents written since the watchers last collected it, not their content.

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
"""A document in one version: its kind, and its subject, such as ``('bag', 1, 'web/0', 3)``."""


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
        self._relations: Final[dict[str, dict[int, None]]] = {}
        """Ids of the relations that were written, by the application whose watchers are notified."""
        self.writers: Final[dict[Document, Causes]] = {}
        """The actors that wrote each document for which a hook may become due."""

    def note(self, kind: ChangeKind, subject: str, *, secret: str = '', revision: int = 0) -> None:
        """Note that the current actor wrote a document."""
        change = Change(kind, subject, secret, revision)
        self._written[change] = merged(self._written.get(change, ()), self.journal.chronicle.causes)

    def note_relation(self, application: str, relation_id: int) -> None:
        """Note that the current actor wrote a document of a relation which an application's units watch."""
        self.note('relation', application)
        self._relations.setdefault(application, {})[relation_id] = None

    def take_relations(self, application: str) -> dict[int, None]:
        """Return the ids of the relations of an application that were written, and begin a new list."""
        return self._relations.pop(application, {})

    def note_writer(self, *document: str | int) -> None:
        """Note the writer of a document, so that a hook that becomes due for it can name its cause."""
        self.writers[document] = self.journal.chronicle.causes

    def forget_writers_of_revision(self, secret: str, number: int) -> None:
        """Forget the writers of a removed revision: no hook becomes due for it any more."""
        self.writers.pop(('revision', secret, number), None)
        self.writers.pop(('obsolete', secret, number), None)

    def collect(self) -> dict[Change, Causes]:
        """Return the changes that were noted, with their causes, and begin a new log."""
        collected, self._written = self._written, {}
        return collected

    def reset(self, changes: Iterable[tuple[Change, Causes]]) -> None:
        """Restore the log to an earlier state, when later changes are undone."""
        self._written = dict(changes)

    def items(self) -> tuple[tuple[Change, Causes], ...]:
        """Return the changes that were noted, with their causes."""
        return tuple(self._written.items())

    def __iter__(self) -> Iterator[Change]:
        return iter(self._written)

    def __bool__(self) -> bool:
        return bool(self._written)
