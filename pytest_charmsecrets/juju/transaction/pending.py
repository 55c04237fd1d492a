"""The pending changes of one hook: the record that is sent to the controller when the hook ends.

Entries merge, cancel and hide one another as in Juju, also where that is surprising.
Source: juju 3.6: internal/worker/uniter/runner/context/secrets.go, secretsChangeRecorder.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypeVar, cast

from ...errors import JujuError
from ...golang import text as gotext
from .. import identity
from ..bugs import Bugs
from ..identity import SecretURI
from ..secrets.entities import Owner
from ..secrets.revisions import SecretAttributes
from ..state import Port

OwnerKind: TypeAlias = Literal['application', 'unit']


@dataclasses.dataclass(frozen=True, slots=True)
class AccessInfo:
    """One line of ``secret-info-get``'s access list, as tags."""

    target: str
    scope: str
    role: str


@dataclasses.dataclass(frozen=True, slots=True)
class SecretInfo:
    """A secret as its owner sees it within a hook (``secret-info-get``)."""

    id: str
    owner: OwnerKind
    revision: int
    label: str = ''
    description: str = ''
    rotation: str = ''
    expiry: datetime.datetime | None = None
    rotates: datetime.datetime | None = None
    access: tuple[AccessInfo, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class RelationInfo:
    """A relation as a unit knows it within a hook."""

    id: int
    endpoint: str
    """The unit's own endpoint."""
    remote_application: str
    """The unit's own application for a peer relation."""
    is_peer: bool


@dataclasses.dataclass(frozen=True, slots=True)
class PendingCreate:
    """A secret that will be created."""

    uri: SecretURI
    owner: Owner
    attributes: SecretAttributes


@dataclasses.dataclass(frozen=True, slots=True)
class PendingUpdate:
    """An update of a secret."""

    uri: SecretURI
    attributes: SecretAttributes


UpsertT = TypeVar('UpsertT', PendingCreate, PendingUpdate)
EntriesT = TypeVar('EntriesT', bound=Sequence[Any])


@dataclasses.dataclass(frozen=True, slots=True)
class PendingGrant:
    """A grant through a relation."""

    uri: SecretURI
    relation_id: int
    scope_tag: str
    subject: str
    """The application or unit that receives access."""

    @property
    def subject_tag(self) -> str:
        """Juju's tag of the subject."""
        return identity.unit_tag(self.subject) if '/' in self.subject else identity.application_tag(self.subject)


@dataclasses.dataclass(frozen=True, slots=True)
class PendingRevoke:
    """A revocation. If application and unit are named, it is one of the unit."""

    uri: SecretURI
    application: str | None
    unit: str | None

    @property
    def subject(self) -> str:
        """The application or unit that loses access."""
        return self.unit or self.application or ''

    @property
    def subject_tag(self) -> str:
        """Juju's tag of the subject."""
        return identity.unit_tag(self.unit) if self.unit else identity.application_tag(self.subject)

    def covers(self, other: PendingRevoke) -> bool:
        """Whether Juju considers another revocation covered by this one."""
        of_application = other.unit is not None and self.application == identity.application_of(other.unit)
        return of_application or (self.application, self.unit) == (other.application, other.unit)


@dataclasses.dataclass(frozen=True, slots=True)
class PendingRemoval:
    """The removal of revisions, or of the whole secret."""

    uri: SecretURI
    revisions: tuple[int, ...] | None
    """None for the whole secret."""


class Labelled(dict[str, tuple[UpsertT, ...]]):
    """Pending entries by the id of their secret, and an index of these ids by the labels that the entries give."""

    def __init__(self) -> None:
        super().__init__()
        self._ids: dict[str, dict[str, None]] = {}

    def __setitem__(self, secret_id: str, entries: tuple[UpsertT, ...]) -> None:
        self._forget(secret_id)
        super().__setitem__(secret_id, entries)
        for label in _labels_of(entries):
            self._ids.setdefault(label, {})[secret_id] = None

    def __delitem__(self, secret_id: str) -> None:
        self._forget(secret_id)
        super().__delitem__(secret_id)

    def labelled(self, label: str) -> Iterable[str]:
        """Return the ids of the secrets that an entry gives a label, in the order of their entries."""
        ids = self._ids.get(label, ())
        return ids if len(ids) < 2 else [secret_id for secret_id in self if secret_id in ids]

    def _forget(self, secret_id: str) -> None:
        for label in _labels_of(self.get(secret_id, ())):
            self._ids[label].pop(secret_id, None)


def _labels_of(entries: tuple[UpsertT, ...]) -> Iterator[str]:
    return (entry.attributes.label for entry in entries if entry.attributes.label is not None)


@dataclasses.dataclass(slots=True)
class PendingChanges:
    """All changes that one hook has requested.

    A secret has a tuple of entries. Most versions of Juju keep one entry in it; old ones keep every call.
    """

    bugs: Bugs
    creates: Labelled[PendingCreate] = dataclasses.field(default_factory=Labelled[PendingCreate])
    updates: Labelled[PendingUpdate] = dataclasses.field(default_factory=Labelled[PendingUpdate])
    tracked: dict[str, SecretURI] = dataclasses.field(default_factory=dict[str, SecretURI])
    """Secrets that the unit has refreshed to content that is still pending."""
    grants: dict[str, list[PendingGrant]] = dataclasses.field(default_factory=dict[str, list[PendingGrant]])
    revokes: dict[str, list[PendingRevoke]] = dataclasses.field(default_factory=dict[str, list[PendingRevoke]])
    removals: dict[str, list[PendingRemoval]] = dataclasses.field(default_factory=dict[str, list[PendingRemoval]])
    application_data: dict[int, dict[str, str]] = dataclasses.field(default_factory=dict[int, dict[str, str]])
    unit_data: dict[int, dict[str, str]] = dataclasses.field(default_factory=dict[int, dict[str, str]])
    opened: set[Port] = dataclasses.field(default_factory=set[Port])
    closed: set[Port] = dataclasses.field(default_factory=set[Port])
    charm_state: dict[str, str] | None = None
    storages: dict[str, int] = dataclasses.field(default_factory=dict[str, int])
    """The number of additional instances requested of each storage."""

    def add(self, create: PendingCreate) -> None:
        """Record a new secret.

        Raises:
            JujuError: if another secret added in this hook has the label.
        """
        label = create.attributes.label if self.bugs.profile.labels_checked_at_add else None
        if label and self.creates.labelled(label):
            raise JujuError(f'secret with label {gotext.quote(label)} already exists')
        self.creates[create.uri.id] = (create,)

    @property
    def is_map(self) -> bool:
        """Whether Juju keeps the entries in a Go map, which has no order, rather than in a list, as the oldest releases do."""
        return self.bugs.profile.multi_set != 'append'

    def create_of(self, secret_id: str) -> PendingCreate | None:
        """Return the pending create of a secret, if there is one."""
        return next(iter(self.creates.get(secret_id, ())), None)

    def give_label(self, entry: PendingCreate | PendingUpdate, label: str) -> None:
        """Give the create of a secret, or its last update, another label."""
        labelled = dataclasses.replace(entry, attributes=dataclasses.replace(entry.attributes, label=label))
        if isinstance(labelled, PendingCreate):
            self.creates[entry.uri.id] = (labelled,)
        else:
            self.updates[entry.uri.id] = (*self.updates[entry.uri.id][:-1], labelled)

    def set(self, uri: SecretURI, attributes: SecretAttributes) -> None:
        """Record an update. It is merged into a pending update, or replaces it; it also replaces a pending removal."""
        self._cancel(self.removals, uri.id)
        if (create := self.create_of(uri.id)) is not None:
            self.creates[uri.id] = (dataclasses.replace(create, attributes=merge(create.attributes, attributes)),)
            return
        entries = self.updates.get(uri.id, ())
        update = PendingUpdate(uri, attributes)
        match self.bugs.ask('multi_set') if entries else 'append':
            case 'append':
                self.updates[uri.id] = (*entries, update)
            case 'replace':
                self.updates[uri.id] = (update,)
            case _:
                self.updates[uri.id] = tuple(
                    dataclasses.replace(entry, attributes=merge(entry.attributes, attributes)) for entry in entries
                )

    def remove(self, uri: SecretURI, revision: int | None) -> None:
        """Record a removal. All other pending changes of the secret are lost, even if only one revision is removed."""
        if self.bugs.profile.multi_remove != 'list' and uri.id in self.creates:
            del self.creates[uri.id]
        self.tracked.pop(uri.id, None)
        self._cancel(self.updates, uri.id)
        self._cancel(self.grants, uri.id)
        self._cancel(self.revokes, uri.id)
        entries = self.removals.setdefault(uri.id, [])
        removal = PendingRemoval(uri, None if revision is None else (revision,))
        match self.bugs.ask('multi_remove') if entries else 'list':
            case 'list':
                entries.append(removal)
            case 'last':
                entries[:] = [removal]
            case _:
                entries[:] = [_both(entries[0], removal)]

    def grant(self, grant: PendingGrant) -> None:
        """Record a grant. It is added to the grants of the secret, or replaces some of them."""
        entries = self.grants.setdefault(grant.uri.id, [])
        others = any(entry.relation_id != grant.relation_id for entry in entries)
        match self.bugs.ask('multi_grant') if others else self.bugs.profile.multi_grant:
            case 'list':
                entries.append(grant)
            case 'last_per_secret':
                entries[:] = [grant]
            case _:
                entries[:] = [entry for entry in entries if entry.relation_id != grant.relation_id] + [grant]

    def revoke(self, revoke: PendingRevoke) -> None:
        """Record a revocation. One of a unit is skipped if its application is already recorded, except in old versions."""
        entries = self.revokes.setdefault(revoke.uri.id, [])
        match self.bugs.ask('multi_revoke') if entries else self.bugs.profile.multi_revoke:
            case 'list':
                entries.append(revoke)
            case 'last_per_secret':
                entries[:] = [revoke]
            case _:
                if not any(entry.covers(revoke) for entry in entries):
                    entries.append(revoke)

    def track(self, uri: SecretURI) -> None:
        """Record that the unit refreshed to content that is still pending."""
        self.tracked[uri.id] = uri

    def _cancel(self, pending: dict[str, EntriesT], secret_id: str) -> None:
        """Drop the pending entries of a secret. Old versions, which keep every call, drop only the first."""
        entries = pending.get(secret_id)
        if entries is None:
            return
        kept = entries[1:] if self.bugs.profile.multi_remove == 'list' else ()
        if kept:
            pending[secret_id] = cast('EntriesT', kept)
        else:
            del pending[secret_id]


def _both(earlier: PendingRemoval, later: PendingRemoval) -> PendingRemoval:
    """Return two removals as one: of the whole secret, if either is."""
    if earlier.revisions is None or later.revisions is None:
        return dataclasses.replace(later, revisions=None)
    return dataclasses.replace(later, revisions=(*earlier.revisions, *later.revisions))


def merge(earlier: SecretAttributes, later: SecretAttributes) -> SecretAttributes:
    """Merge later attributes over earlier ones. Content is replaced as a whole."""
    given: Mapping[str, Any] = {
        field.name: value for field in dataclasses.fields(later) if (value := getattr(later, field.name)) is not None
    }
    return dataclasses.replace(earlier, **given)
