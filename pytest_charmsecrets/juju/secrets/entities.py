"""The documents Juju keeps about secrets, and the store that holds them: data, no rules."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from typing import Literal, TypeAlias

from .. import identity
from ..changes import Changes
from ..clock import RotatePolicy
from ..content import EncodedContent

SecretRole: TypeAlias = Literal['view', 'manage']


@dataclasses.dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a secret."""

    kind: Literal['application', 'unit', 'model']
    name: str

    @property
    def tag(self) -> str:
        """Juju's tag of the owner."""
        if self.kind == 'unit':
            return identity.unit_tag(self.name)
        return f'{self.kind}-{self.name}'

    def __str__(self) -> str:
        return self.name


@dataclasses.dataclass(slots=True)
class Revision:
    """One revision of a secret's content."""

    number: int
    content: EncodedContent
    created: datetime.datetime
    expires: datetime.datetime | None = None
    obsolete: bool = False


@dataclasses.dataclass(slots=True)
class Consumer:
    """The record of one unit that has read a secret."""

    unit: str
    tracked: int
    label: str = ''


@dataclasses.dataclass(frozen=True, slots=True)
class Permission:
    """What one subject may do with a secret; there is at most one per subject."""

    subject: str
    """Tag of the application or unit."""
    scope: str
    """Tag of the relation the grant goes through; of the owner itself for the owner's own right."""
    role: SecretRole


@dataclasses.dataclass(slots=True)
class Secret:
    """One secret with everything Juju keeps about it."""

    id: str
    owner: Owner
    created: datetime.datetime
    updated: datetime.datetime
    label: str = ''
    description: str = ''
    rotate_policy: RotatePolicy = 'never'
    next_rotation: datetime.datetime | None = None
    latest_revision: int = 0
    """Counts up and never down, even when the newest revision is removed."""
    latest_checksum: str = ''
    latest_expiry: datetime.datetime | None = None
    revisions: dict[int, Revision] = dataclasses.field(default_factory=dict[int, Revision])
    permissions: dict[str, Permission] = dataclasses.field(default_factory=dict[str, Permission])
    """By the subject's tag."""
    consumers: dict[str, Consumer] = dataclasses.field(default_factory=dict[str, Consumer])
    """By unit."""


class SecretStore:
    """All secrets of one model, and the labels in use."""

    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        self._secrets: dict[str, Secret] = {}
        self._ids_by_owner: dict[Owner, dict[str, None]] = {}
        self._ids_by_consumer: dict[str, dict[str, None]] = {}
        self.owner_labels: set[tuple[str, str]] = set()
        """(owner tag, label) in use."""
        self.consumer_labels: set[tuple[str, str]] = set()
        """(consumer tag, label) ever used: Juju 3.6 does not free a label when a consumer takes another."""

    def __iter__(self) -> Iterator[Secret]:
        return iter(self._secrets.values())

    def get(self, secret_id: str) -> Secret | None:
        """Return the secret with this id, if there is one."""
        return self._secrets.get(secret_id)

    def add(self, secret: Secret) -> None:
        """Store a new secret."""
        self._secrets[secret.id] = secret
        self._ids_by_owner.setdefault(secret.owner, {})[secret.id] = None

    def add_consumer(self, secret: Secret, consumer: Consumer) -> None:
        """Store a new consumer record."""
        secret.consumers[consumer.unit] = consumer
        self._ids_by_consumer.setdefault(consumer.unit, {})[secret.id] = None

    def drop_consumer(self, secret: Secret, unit: str) -> None:
        """Forget a consumer record."""
        del secret.consumers[unit]
        del self._ids_by_consumer[unit][secret.id]

    def drop(self, secret: Secret) -> None:
        """Forget a secret and its consumer records."""
        for unit in tuple(secret.consumers):
            self.drop_consumer(secret, unit)
        del self._secrets[secret.id]
        del self._ids_by_owner[secret.owner][secret.id]

    def owned_by(self, *owners: Owner) -> tuple[Secret, ...]:
        """Return the secrets of these owners, oldest first per owner."""
        return tuple(self._secrets[secret_id] for owner in owners for secret_id in self._ids_by_owner.get(owner, ()))

    def consumed_by(self, unit: str) -> tuple[Secret, ...]:
        """Return the secrets a unit has read, in the order of first reads."""
        return tuple(self._secrets[secret_id] for secret_id in self._ids_by_consumer.get(unit, ()))
