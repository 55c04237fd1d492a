"""The documents that Juju keeps about secrets, and the store that holds them: data, no rules."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from .. import clock, facts, identity
from ..bugs import Bugs
from ..chance import Ranks
from ..change_log import Change, Changes
from ..clock import RotatePolicy
from ..content import EncodedContent
from ..journal import Causes
from ..order import Order
from ..versions import Profile

WhoT = TypeVar('WhoT')
SecretRole: TypeAlias = Literal['view', 'manage']


INTERNAL: Final = 'internal'
"""The backend that is Juju's own."""


@dataclasses.dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a secret."""

    kind: Literal['application', 'unit', 'model']
    name: str
    """Name of the application or unit; UUID of the model, which owns the user secrets."""

    @property
    def tag(self) -> str:
        """Juju's tag of the owner."""
        return identity.unit_tag(self.name) if self.kind == 'unit' else f'{self.kind}-{self.name}'

    @property
    def is_user(self) -> bool:
        """Whether the secret is a user's: it belongs to the model."""
        return self.kind == 'model'

    def __hash__(self) -> int:
        """Return the hash of the name, which a string keeps: owners are looked up in every hook command."""
        return hash(self.name)

    def __str__(self) -> str:
        """The owner as the Juju CLI shows it."""
        return '<model>' if self.kind == 'model' else self.name


@dataclasses.dataclass(slots=True)
class Revision:
    """One revision of a secret's content."""

    number: int
    content: EncodedContent
    created: datetime.datetime
    updated: datetime.datetime
    expires: datetime.datetime | None = None
    obsolete: bool = False
    backend: str = INTERNAL
    """Name of the backend that holds the content."""
    vanished: bool = False
    """Whether the content is lost while the revision exists."""


@dataclasses.dataclass(slots=True)
class Consumer:
    """The record of one unit that has read a secret."""

    unit: str
    tracked: int
    latest: int
    """The latest revision of which the unit was notified; 0 in a record that exists only to notify the unit of later ones."""
    label: str = ''
    left: int = 0
    """The revision that it tracked before that one."""
    moved_in: int = 0
    """The turn in which it moved on from there."""

    def save(self, tracked: int, label: str | None) -> bool:
        """Save the tracked revision, and the label unless that is None or empty; returns whether either has changed."""
        before = (self.tracked, self.label)
        self.tracked, self.label = tracked, label or self.label
        return (self.tracked, self.label) != before


@dataclasses.dataclass(frozen=True, slots=True)
class Permission:
    """The access of one subject to a secret. A subject has at most one."""

    subject: str
    """Tag of the application or unit."""
    scope: str
    """Tag of the relation the grant goes through; of the owner itself for the owner's own right."""
    role: SecretRole


@dataclasses.dataclass(slots=True)
class Secret:
    """One secret with all data that Juju keeps about it."""

    id: str
    owner: Owner
    created: datetime.datetime
    updated: datetime.datetime
    label: str = ''
    description: str = ''
    rotate_policy: RotatePolicy = 'never'
    is_policy_given: bool = False
    """Whether a policy was given, ``never`` included."""
    next_rotation: datetime.datetime | None = None
    auto_prune: bool = False
    """Whether Juju removes obsolete revisions of the user secret."""
    latest_revision: int = 0
    latest_written: datetime.datetime | None = None
    """When the latest revision was made."""
    latest_checksum: str = ''
    is_checksum_old: bool = False
    """Whether the secret was updated since that was written, in another way than by content."""
    latest_expiry: datetime.datetime | None = None
    revisions: dict[int, Revision] = dataclasses.field(default_factory=dict[int, Revision])
    permissions: dict[str, Permission] = dataclasses.field(default_factory=dict[str, Permission])
    """By the subject's tag."""
    consumers: dict[str, Consumer] = dataclasses.field(default_factory=dict[str, Consumer])
    """By unit."""


@dataclasses.dataclass(slots=True)
class SecretReference:
    """The data that a model keeps about a secret of another model that one of its units has read."""

    id: str
    """The UUID of that model and the secret's id there, with a slash between."""
    saas: str
    """The remote application that it is shared by."""
    latest_revision: int
    consumers: dict[str, Consumer] = dataclasses.field(default_factory=dict[str, Consumer])
    """By unit."""
    is_told: bool = False
    """Whether the other model has announced a revision."""

    @property
    def uri(self) -> identity.SecretURI:
        """The secret's URI."""
        source, _, secret_id = self.id.partition('/')
        return identity.SecretURI(secret_id, source)


@dataclasses.dataclass(frozen=True, slots=True)
class RemovalRequest:
    """The removal of revisions of a secret, or of the whole secret."""

    secret_id: str
    revisions: tuple[int, ...] | None
    """None for the whole secret."""


class LabelRegister(dict[str, dict[str, None]]):
    """Labels by the tag of the owner or observer that uses them."""

    def has(self, tag: str, label: str) -> bool:
        """Whether an owner or observer uses a label."""
        return label in self.get(tag, ())

    def add(self, tag: str, label: str) -> None:
        """Note that an owner or observer uses a label."""
        self.setdefault(tag, {})[label] = None

    def remove(self, tag: str, label: str) -> None:
        """Note that an owner or observer no longer uses a label."""
        self.get(tag, {}).pop(label, None)

    def remove_all(self, tag: str) -> None:
        """Note that an owner or observer no longer uses any label."""
        self.pop(tag, None)


class LabelIndex(Generic[WhoT]):
    """The ids of secrets by label and by who gave it: an index of the labels in the documents, which the store keeps."""

    def __init__(self) -> None:
        self._ids: Final[dict[str, dict[WhoT, dict[str, None]]]] = {}

    def find(self, label: str) -> Mapping[WhoT, Collection[str]]:
        """Return the ids of the secrets that bear a label, by who gave it."""
        return self._ids.get(label, {})

    def change(self, who: WhoT, secret_id: str, before: str, now: str) -> None:
        """Note that a secret has another label; an empty one is none."""
        if before == now:
            return
        if before and secret_id in (ids := self._ids.get(before, {}).get(who, {})):
            del ids[secret_id]
            if not ids:
                del self._ids[before][who]
            if not self._ids[before]:
                del self._ids[before]
        if now:
            self._ids.setdefault(now, {}).setdefault(who, {})[secret_id] = None


@dataclasses.dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state that a transaction may have to restore."""

    secrets: Mapping[str, Secret | None]
    owner_labels: Mapping[str, dict[str, None]]
    removals: list[RemovalRequest]
    prunable: Mapping[str, None]
    mark: int
    """Where the facts of the journal ended."""
    changes: tuple[tuple[Change, Causes], ...]


class SecretStore:
    """All secrets of one model, and the labels in use."""

    def __init__(self, changes: Changes, profile: Profile) -> None:
        self.changes: Final = changes
        self.journal: Final = changes.journal
        self.profile: Final = profile
        self.bugs: Final = Bugs(profile, self.journal)
        self._secrets: dict[str, Secret] = {}
        self._by_owner: dict[Owner, dict[str, Secret]] = {}
        self._ids_by_consumer: dict[str, dict[str, None]] = {}
        self._by_owner_label: Final[LabelIndex[Owner]] = LabelIndex()
        self._by_consumer_label: Final[LabelIndex[str]] = LabelIndex()
        self.references: Final[dict[str, SecretReference]] = {}
        """The secrets of other models that units have read, by id."""
        self.owner_labels: Final = LabelRegister()
        """Labels in use by owners."""
        self.consumer_labels: Final = LabelRegister()
        """Labels ever used by observers: Juju 3.x does not free a label when an observer takes another."""
        self.backend: str = INTERNAL
        """The backend for new revisions."""
        self.reserved: Final[dict[str, str]] = {}
        """The unit that was given the id of each secret that was added, from then until a commit of that unit."""
        self.removals: list[RemovalRequest] = []
        """Requested removals that a job will carry out, in Juju 4.0."""
        self.prunable: Final[dict[str, None]] = {}
        """Ids of users' secrets whose revisions or pruning changed since a worker last looked."""
        self.order: Order = Order()
        """Draws where Juju leaves a result to chance."""
        self.ranks: Final = Ranks()
        """The order of ids where Juju, whose ids are random, goes by them."""
        self.turn = 0
        """How many hooks have begun."""
        self.ready_since = 0
        """The turn after which the unit whose hook runs could have begun it: those that ran since might run with it."""

    def __iter__(self) -> Iterator[Secret]:
        return iter(self._secrets.values())

    def get(self, secret_id: str) -> Secret | None:
        """Return the secret with this id, if there is one."""
        return self._secrets.get(secret_id)

    def find_read(self, secret_id: str) -> Secret | SecretReference | None:
        """Return a secret that a unit has read: one of this model, or the data kept about one of another model."""
        return self._secrets.get(secret_id) or self.references.get(secret_id)

    def add(self, secret: Secret) -> None:
        """Store a new secret, or one as it was before."""
        present = self._secrets.get(secret.id)
        self._by_owner_label.change(secret.owner, secret.id, present.label if present else '', secret.label)
        self._secrets[secret.id] = secret
        self._by_owner.setdefault(secret.owner, {})[secret.id] = secret

    def relabel(self, secret: Secret, label: str) -> None:
        """Give a secret another owner label."""
        self._by_owner_label.change(secret.owner, secret.id, secret.label, label)
        secret.label = label

    def add_consumer(self, secret: Secret | SecretReference, consumer: Consumer) -> None:
        """Store a new consumer record."""
        secret.consumers[consumer.unit] = consumer
        self._ids_by_consumer.setdefault(consumer.unit, {})[secret.id] = None
        self._by_consumer_label.change(consumer.unit, secret.id, '', consumer.label)
        self.journal.note(facts.TrackingSaved, secret.id, consumer.unit, consumer.tracked, consumer.label)

    def save_consumer(
        self, secret: Secret | SecretReference, consumer: Consumer, tracked: int, label: str | None
    ) -> bool:
        """Save a unit's tracked revision, and its label unless that is None or empty; returns whether either has changed."""
        before = consumer.label
        is_changed = consumer.save(tracked, label)
        if is_changed:
            self._by_consumer_label.change(consumer.unit, secret.id, before, consumer.label)
            self.journal.note(facts.TrackingSaved, secret.id, consumer.unit, consumer.tracked, consumer.label)
        return is_changed

    def drop_consumer(self, secret: Secret | SecretReference, unit: str) -> None:
        """Forget a consumer record."""
        self._by_consumer_label.change(unit, secret.id, secret.consumers.pop(unit).label, '')
        del self._ids_by_consumer[unit][secret.id]
        self.journal.note(facts.TrackingEnded, secret.id, unit)

    def drop(self, secret: Secret) -> None:
        """Forget a secret and its consumer records."""
        for unit in tuple(secret.consumers):
            self.drop_consumer(secret, unit)
        self._by_owner_label.change(secret.owner, secret.id, secret.label, '')
        del self._secrets[secret.id]
        del self._by_owner[secret.owner][secret.id]

    def owned_by(self, *owners: Owner) -> tuple[Secret, ...]:
        """Return the secrets of these owners, oldest first per owner."""
        return tuple(itertools.chain.from_iterable(self._by_owner.get(owner, {}).values() for owner in owners))

    def labelled(self, label: str, *owners: Owner) -> list[Secret]:
        """Return the secrets of these owners that bear a label, oldest first per owner."""
        by_owner = self._by_owner_label.find(label)
        if by_owner.keys().isdisjoint(owners):
            return []
        found: list[Secret] = []
        for owner in owners:
            ids = by_owner.get(owner, ())
            # Of several, the order is that of the secrets, not that in which they were given the label.
            found += [self._secrets[one] for one in (ids if len(ids) < 2 else self._by_owner[owner]) if one in ids]
        return found

    def drop_reference(self, reference: SecretReference) -> None:
        """Forget a secret of another model, with its consumer records."""
        for unit in tuple(reference.consumers):
            self.drop_consumer(reference, unit)
        del self.references[reference.id]

    def consumed_by(self, unit: str) -> tuple[Secret | SecretReference, ...]:
        """Return the secrets a unit has read, in the order of first reads."""
        found = map(self.find_read, self._ids_by_consumer.get(unit, ()))
        return tuple(secret for secret in found if secret is not None)

    def consumed_by_label(self, unit: str, label: str) -> Secret | SecretReference | None:
        """Return the secret that a unit reads by a label, the one that it read first of several."""
        ids = self._by_consumer_label.find(label).get(unit, ())
        if len(ids) > 1:
            return next(secret for secret in self.consumed_by(unit) if secret.id in ids)
        return next(map(self.find_read, ids), None)

    def stamp(self, when: datetime.datetime) -> datetime.datetime:
        """Return a time with the precision with which this release stores it."""
        return clock.round_to_second(when) if self.profile.times_rounded else when

    def note_revision(self, secret: Secret, number: int, *, expiry: bool = False) -> None:
        """Note that a revision was written, and whether its expiry was written."""
        self.changes.note('revision', secret.owner.name, secret=secret.id, revision=number)
        if expiry:
            self.changes.note('expiry', secret.owner.name, secret=secret.id, revision=number)

    def end_reservations(self, unit: str) -> None:
        """Forget the ids that a unit was given: with a commit all of them have become secrets, or never will.

        Source: juju 3.6: apiserver/facades/agent/uniter/uniter.go, commitHookChangesForOneUnit; juju 4.0:
        domain/unitstate/state/commithook.go, deleteSecretReservationsForUnit.
        """
        for secret_id in [secret_id for secret_id, holder in self.reserved.items() if holder == unit]:
            del self.reserved[secret_id]

    def checkpoint(self, ids: Iterable[str], tags: Iterable[str]) -> Checkpoint:
        """Remember the state of some secrets and of the labels of some owners, so that a transaction can be undone."""
        return Checkpoint(
            secrets={secret_id: _copy(self._secrets.get(secret_id)) for secret_id in ids},
            owner_labels={tag: dict(self.owner_labels.get(tag, {})) for tag in tags},
            removals=list(self.removals),
            prunable=dict(self.prunable),
            mark=self.journal.mark(),
            changes=self.changes.items(),
        )

    def roll_back(self, checkpoint: Checkpoint) -> None:
        """Restore remembered secrets. Since they were remembered, none was removed and none was read."""
        for secret_id, before in checkpoint.secrets.items():
            now = self._secrets.get(secret_id)
            if now is None:
                continue
            if before is None:
                self.drop(now)
            else:
                self.add(before)
        self.owner_labels.update(checkpoint.owner_labels)
        self.removals[:] = checkpoint.removals
        self.prunable.clear()
        self.prunable.update(checkpoint.prunable)
        self.changes.reset(checkpoint.changes)
        self.journal.undo_since(checkpoint.mark)


def _copy(secret: Secret | None) -> Secret | None:
    """Copy a secret as deeply as rules change it. Content is shared, because it never changes."""
    if secret is None:
        return None
    return dataclasses.replace(
        secret,
        revisions={number: dataclasses.replace(revision) for number, revision in secret.revisions.items()},
        permissions=dict(secret.permissions),
        consumers={unit: dataclasses.replace(consumer) for unit, consumer in secret.consumers.items()},
    )
