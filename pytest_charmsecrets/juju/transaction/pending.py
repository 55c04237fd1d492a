"""What one hook has asked for and not yet been given: the record that is sent when the hook ends.

How entries merge, cancel and hide one another is Juju's own, surprises included.
Source: juju 3.6: internal/worker/uniter/runner/context/secrets.go, secretsChangeRecorder; spec/hook-commands.md, 5.2.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from ...errors import JujuError
from .. import gotext, identity
from ..identity import SecretURI
from ..secrets.entities import Owner
from ..secrets.revisions import SecretAttributes
from ..state import Port
from ..versions import Profile

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
    """An update of a secret; ``track`` when the unit has already refreshed to its content."""

    uri: SecretURI
    attributes: SecretAttributes
    track: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class PendingGrant:
    """A grant through a relation."""

    uri: SecretURI
    relation_id: int
    scope_tag: str
    subject: str
    """The application or unit that is given access."""

    @property
    def subject_tag(self) -> str:
        """Juju's tag of the subject."""
        return identity.unit_tag(self.subject) if '/' in self.subject else identity.application_tag(self.subject)


@dataclasses.dataclass(frozen=True, slots=True)
class PendingRevoke:
    """A revocation; the unit counts when both are named."""

    uri: SecretURI
    application: str | None
    unit: str | None

    @property
    def subject_tag(self) -> str:
        """Whose access ends."""
        if self.unit:
            return identity.unit_tag(self.unit)
        return identity.application_tag(self.application or '')


@dataclasses.dataclass(frozen=True, slots=True)
class PendingRemoval:
    """The removal of revisions, or of the whole secret."""

    uri: SecretURI
    revisions: tuple[int, ...] | None
    """None for the whole secret."""


@dataclasses.dataclass(slots=True)
class PendingChanges:
    """Everything one hook has asked for."""

    profile: Profile
    creates: dict[str, PendingCreate] = dataclasses.field(default_factory=dict[str, PendingCreate])
    updates: dict[str, PendingUpdate] = dataclasses.field(default_factory=dict[str, PendingUpdate])
    grants: dict[str, dict[int, PendingGrant]] = dataclasses.field(default_factory=dict[str, dict[int, PendingGrant]])
    """By secret and relation: a second grant through the same relation replaces the first."""
    revokes: dict[str, list[PendingRevoke]] = dataclasses.field(default_factory=dict[str, list[PendingRevoke]])
    removals: dict[str, PendingRemoval] = dataclasses.field(default_factory=dict[str, PendingRemoval])
    application_data: dict[int, dict[str, str]] = dataclasses.field(default_factory=dict[int, dict[str, str]])
    unit_data: dict[int, dict[str, str]] = dataclasses.field(default_factory=dict[int, dict[str, str]])
    opened: set[Port] = dataclasses.field(default_factory=set[Port])
    closed: set[Port] = dataclasses.field(default_factory=set[Port])
    charm_state: dict[str, str] | None = None

    def add(self, create: PendingCreate) -> None:
        """Record a new secret.

        Raises:
            JujuError: if another secret added in this hook has the label.
        """
        self.removals.pop(create.uri.id, None)
        label = create.attributes.label
        if label and any(other.attributes.label == label for other in self.creates.values()):
            raise JujuError(f'secret with label {gotext.quote(label)} already exists')
        self.creates[create.uri.id] = create

    def set(self, uri: SecretURI, attributes: SecretAttributes) -> None:
        """Record an update: over what is pending already, or instead of it, and instead of a pending removal."""
        self.removals.pop(uri.id, None)
        if (create := self.creates.get(uri.id)) is not None:
            self.creates[uri.id] = dataclasses.replace(create, attributes=merge(create.attributes, attributes))
        elif (update := self.updates.get(uri.id)) is not None and self.profile.multi_set == 'merge':
            self.updates[uri.id] = dataclasses.replace(update, attributes=merge(update.attributes, attributes))
        else:
            self.updates[uri.id] = PendingUpdate(uri, attributes)

    def remove(self, uri: SecretURI, revision: int | None) -> None:
        """Record a removal; whatever else was pending for the secret is lost, even if one revision is removed."""
        for pending in (self.creates, self.updates, self.grants, self.revokes):
            pending.pop(uri.id, None)
        earlier = self.removals.get(uri.id) if self.profile.multi_remove == 'accumulate' else None
        if revision is None or (earlier is not None and earlier.revisions is None):
            self.removals[uri.id] = PendingRemoval(uri, None)
        else:
            revisions = (earlier.revisions or ()) if earlier is not None else ()
            self.removals[uri.id] = PendingRemoval(uri, (*revisions, revision))

    def grant(self, grant: PendingGrant) -> None:
        """Record a grant."""
        self.grants.setdefault(grant.uri.id, {})[grant.relation_id] = grant

    def revoke(self, revoke: PendingRevoke) -> None:
        """Record a revocation, unless one of the unit's application is recorded already."""
        entries = self.revokes.setdefault(revoke.uri.id, [])
        for entry in entries:
            covers = (
                revoke.unit
                and entry.application is not None
                and entry.application == identity.application_of(revoke.unit)
            )
            if covers or (entry.application, entry.unit) == (revoke.application, revoke.unit):
                return
        entries.append(revoke)

    def track(self, secret_id: str) -> None:
        """Record that the unit refreshed to content that is still pending."""
        self.updates[secret_id] = dataclasses.replace(self.updates[secret_id], track=True)


def merge(earlier: SecretAttributes, later: SecretAttributes) -> SecretAttributes:
    """Put later attributes over earlier ones; content is replaced as a whole."""
    given: Mapping[str, Any] = {
        field.name: value for field in dataclasses.fields(later) if (value := getattr(later, field.name)) is not None
    }
    return dataclasses.replace(earlier, **given)
