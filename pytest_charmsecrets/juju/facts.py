"""The changes of a model that histories show: one small fact for each change, never a whole document.

The code that makes a change notes it, at the one place of the change; ``history.py`` makes histories of the facts.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, Literal, Protocol


class Writer(Protocol):
    """The actor that made a change: a user, a hook, or the time that passed."""

    number: int | None
    """Number of its record; None until the record is written."""


@dataclasses.dataclass(frozen=True, slots=True)
class Fact:
    """One change of a model."""

    time: datetime.datetime
    after: int
    """Number of the record since which it holds: the last one before the change, or the next one if there is none yet."""
    writer: Writer | None

    @property
    def by(self) -> int | None:
        """Number of the record of the actor."""
        return self.writer.number if self.writer is not None else None


# --- secrets


@dataclasses.dataclass(frozen=True, slots=True)
class RevisionCreated(Fact):
    """A secret has a new revision."""

    secret: str
    owner: str
    number: int
    expires: datetime.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class ExpirySet(Fact):
    """The expiry of a revision has changed."""

    secret: str
    number: int
    expires: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class RevisionObsolete(Fact):
    """A revision became obsolete: no consumer tracks it."""

    secret: str
    number: int


@dataclasses.dataclass(frozen=True, slots=True)
class RevisionRemoved(Fact):
    """A revision was removed."""

    secret: str
    number: int


@dataclasses.dataclass(frozen=True, slots=True)
class TrackingSaved(Fact):
    """A unit's consumer record was created, or its tracked revision or label has changed."""

    secret: str
    """Id of the secret, preceded by the UUID of its model if that is another model."""
    unit: str
    revision: int
    label: str


@dataclasses.dataclass(frozen=True, slots=True)
class TrackingEnded(Fact):
    """A unit's consumer record was removed."""

    secret: str
    unit: str


@dataclasses.dataclass(frozen=True, slots=True)
class AccessGranted(Fact):
    """A subject has access to a secret."""

    secret: str
    subject: str
    """Tag of the application, unit or model."""
    role: Literal['view', 'manage']
    relation: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class AccessEnded(Fact):
    """A subject has lost its access to a secret."""

    secret: str
    subject: str


# --- applications, units, relations


@dataclasses.dataclass(frozen=True, slots=True)
class LeaderMoved(Fact):
    """An application has another leader, or none."""

    application: str
    unit: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class StatusSet(Fact):
    """A unit or an application has another status."""

    subject: str
    status: str
    message: str


@dataclasses.dataclass(frozen=True, slots=True)
class BagWritten(Fact):
    """A key of a databag has another value."""

    relation: int
    entity: str
    key: str
    value: str | None
    """None if it was deleted."""


@dataclasses.dataclass(frozen=True, slots=True)
class ConfigWritten(Fact):
    """A config option has another value, set or by default."""

    application: str
    option: str
    value: Any
    """None if it has neither."""


@dataclasses.dataclass(frozen=True, slots=True)
class EntityRemoved(Fact):
    """A unit or an application was removed."""

    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class RelationRemoved(Fact):
    """A relation was removed, with its databags."""

    relation: int
