"""What a mutation tells the watchers: that a document was written, never what it now holds.

Changes to the same document coalesce until the watchers collect them, as in Juju.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

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


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One document that was written."""

    kind: ChangeKind
    subject: str
    """Whose document it is: a unit or an application; for secrets, the consumer or the owner."""
    secret: str = ''
    """The secret's id."""
    revision: int = 0


class Changes:
    """The documents written since the watchers last looked, each once, in order of their first write."""

    def __init__(self) -> None:
        self._written: dict[Change, None] = {}

    def note(self, kind: ChangeKind, subject: str, *, secret: str = '', revision: int = 0) -> None:
        """Note that a document was written."""
        self._written[Change(kind, subject, secret, revision)] = None

    def collect(self) -> tuple[Change, ...]:
        """Return what was noted, and start anew."""
        collected = tuple(self._written)
        self._written.clear()
        return collected

    def reset(self, changes: Iterable[Change]) -> None:
        """Go back to what had been noted, when what was written since is undone."""
        self._written = dict.fromkeys(changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self._written)

    def __bool__(self) -> bool:
        return bool(self._written)
