"""Creating, updating and removing secrets; which revisions become obsolete.

A write appends a revision and never touches what consumers track. Juju removes nothing of a charm's secret by itself.
Source: juju 3.6: state/secrets.go, CreateSecret, UpdateSecret, deleteSecrets, markObsoleteRevisionOps, secretRotationOps.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection

from .. import clock, content
from ..clock import RotatePolicy
from ..content import EncodedContent
from . import access, labels
from .entities import Owner, Revision, Secret, SecretStore


@dataclasses.dataclass(frozen=True, slots=True)
class SecretAttributes:
    """What can be said about a secret when it is created or updated; None means not given."""

    content: EncodedContent | None = None
    label: str | None = None
    description: str | None = None
    rotate: RotatePolicy | None = None
    expire: datetime.datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was given."""
        return self == SecretAttributes()


def create(
    store: SecretStore, secret_id: str, owner: Owner, attributes: SecretAttributes, now: datetime.datetime
) -> Secret:
    """Create a secret with its first revision; the owner may manage it.

    Raises:
        LabelTaken: if the label is in use.
    """
    assert attributes.content, 'a secret is never created without content'
    if attributes.label:
        labels.claim_owner_label(store, owner, attributes.label)
    created = clock.round_to_second(now)
    secret = Secret(
        id=secret_id,
        owner=owner,
        created=created,
        updated=created,
        label=attributes.label or '',
        description=attributes.description or '',
        rotate_policy=attributes.rotate or 'never',
    )
    store.add(secret)
    _append_revision(store, secret, attributes.content, attributes.expire, created)
    _schedule_rotation(store, secret, attributes.rotate, now)
    access.grant(secret, subject_tag=owner.tag, scope_tag=owner.tag, role='manage')
    return secret


def update(store: SecretStore, secret: Secret, attributes: SecretAttributes, now: datetime.datetime) -> None:
    """Apply an update: new content makes a new revision, whose expiry is the one given with it or none.

    Raises:
        LabelTaken: if the new label is in use; nothing is changed then.
    """
    if attributes.label is not None and attributes.label != secret.label:
        labels.claim_owner_label(store, secret.owner, attributes.label)
        labels.release_owner_label(store, secret.owner, secret.label)
        secret.label = attributes.label
    secret.updated = clock.round_to_second(now)
    if attributes.description is not None:
        secret.description = attributes.description
    if attributes.content:
        _append_revision(store, secret, attributes.content, attributes.expire, secret.updated)
        for consumer in secret.consumers:
            store.changes.note('consumer', consumer, secret=secret.id)
        mark_obsolete(store, secret, besides={secret.latest_revision})
    elif attributes.expire is not None and secret.latest_revision in secret.revisions:
        secret.latest_expiry = clock.round_to_second(attributes.expire)
        secret.revisions[secret.latest_revision].expires = secret.latest_expiry
        _note_revision(store, secret, secret.latest_revision)
    if attributes.rotate is not None:
        secret.rotate_policy = attributes.rotate
        _schedule_rotation(store, secret, attributes.rotate, now)


def remove_revisions(store: SecretStore, secret: Secret, revisions: Collection[int], *, prefixes: bool = False) -> None:
    """Remove revisions; unknown numbers are ignored, and when none would remain the whole secret goes.

    The number of the latest revision stays what it is, even if that revision is removed.

    Args:
        prefixes: remove every revision whose number begins with one of those given, as Juju did before 3.6.11.
    """
    if prefixes:
        begins = tuple(map(str, revisions))
        revisions = [number for number in secret.revisions if str(number).startswith(begins)]
    if not secret.revisions.keys() - set(revisions):
        remove(store, secret)
        return
    for number in sorted(secret.revisions.keys() & set(revisions)):
        del secret.revisions[number]
        _note_revision(store, secret, number)


def remove(store: SecretStore, secret: Secret) -> None:
    """Remove a secret with everything that belongs to it: revisions, rotation, grants, consumer records, labels."""
    for consumer in secret.consumers.values():
        store.changes.note('consumer', consumer.unit, secret=secret.id)
        store.consumer_labels.discard((Owner('unit', consumer.unit).tag, consumer.label))
    for number in secret.revisions:
        _note_revision(store, secret, number)
    store.changes.note('rotation', secret.owner.name, secret=secret.id)
    store.changes.note('secret', secret.owner.name, secret=secret.id)
    labels.release_owner_label(store, secret.owner, secret.label)
    store.drop(secret)


def mark_obsolete(store: SecretStore, secret: Secret, *, besides: Collection[int]) -> None:
    """Mark every revision that nobody tracks, other than the latest and those given, as obsolete.

    Juju asks this question only when a revision is added or a consumer moves forward, never when an access ends.
    """
    in_use = {consumer.tracked for consumer in secret.consumers.values()} | {secret.latest_revision, *besides}
    for revision in secret.revisions.values():
        if not revision.obsolete and revision.number not in in_use:
            revision.obsolete = True
            _note_revision(store, secret, revision.number)


def set_rotated(store: SecretStore, secret: Secret, *, revision_before: int) -> None:
    """Plan the next rotation after a secret-rotate hook: by the schedule, or soon again if it brought nothing new.

    Args:
        revision_before: the latest revision as the hook knew it when it began.
    """
    base = secret.next_rotation
    if base is None:
        return
    planned = clock.next_rotation(secret.rotate_policy, base)
    if planned is None:
        return
    soon = base + clock.ROTATE_RETRY_DELAY
    expiry = secret.latest_expiry
    expires_before = expiry is not None and expiry < planned and soon < expiry
    unchanged = secret.latest_revision == revision_before
    secret.next_rotation = soon if expires_before or unchanged else planned
    store.changes.note('rotation', secret.owner.name, secret=secret.id)


def _append_revision(
    store: SecretStore,
    secret: Secret,
    encoded: EncodedContent,
    expire: datetime.datetime | None,
    created: datetime.datetime,
) -> None:
    secret.latest_revision += 1
    secret.latest_checksum = content.checksum(encoded)
    secret.latest_expiry = clock.round_to_second(expire) if expire is not None else None
    secret.revisions[secret.latest_revision] = Revision(
        number=secret.latest_revision, content=dict(encoded), created=created, expires=secret.latest_expiry
    )
    _note_revision(store, secret, secret.latest_revision)


def _schedule_rotation(store: SecretStore, secret: Secret, policy: RotatePolicy | None, now: datetime.datetime) -> None:
    """Set when the secret is due; a time that is already planned moves only to an earlier one."""
    if policy is None:
        return
    planned = clock.next_rotation(policy, now)
    if planned is None:
        if secret.next_rotation is not None:
            secret.next_rotation = None
            store.changes.note('rotation', secret.owner.name, secret=secret.id)
        return
    planned = clock.round_to_second(planned)
    if secret.next_rotation is None or planned <= secret.next_rotation:
        secret.next_rotation = planned
        store.changes.note('rotation', secret.owner.name, secret=secret.id)


def _note_revision(store: SecretStore, secret: Secret, number: int) -> None:
    store.changes.note('revision', secret.owner.name, secret=secret.id, revision=number)
