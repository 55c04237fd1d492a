"""Creating and updating secrets, and marking revisions as obsolete.

A write appends a revision and never changes the revisions that consumers track.
Source: juju 3.6: state/secrets.go, CreateSecret, UpdateSecret, markObsoleteRevisionOps. juju 4.0:
domain/unitstate/state/commithook.go, createOneSecret, updateCharmSecret; domain/secret/state/state.go, updateSecret,
markObsoleteRevisions.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection

from ...errors import JujuError
from ...golang import text as gotext
from .. import content, facts
from ..clock import RotatePolicy
from ..content import EncodedContent
from ..identity import SecretURI
from . import access, labels, rotation
from .entities import Owner, Revision, Secret, SecretStore


@dataclasses.dataclass(frozen=True, slots=True)
class SecretAttributes:
    """The attributes of a secret that a create or an update can give; None means not given."""

    content: EncodedContent | None = None
    label: str | None = None
    description: str | None = None
    rotate: RotatePolicy | None = None
    expire: datetime.datetime | None = None
    auto_prune: bool | None = None
    """Users' secrets only."""

    @property
    def is_empty(self) -> bool:
        """Whether no attribute was given."""
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
    secret = Secret(
        id=secret_id,
        owner=owner,
        created=store.stamp(now),
        updated=store.stamp(now),
        label=attributes.label or '',
        description=attributes.description or '',
        rotate_policy=attributes.rotate or 'never',
        is_policy_given=attributes.rotate is not None,
    )
    store.add(secret)
    _append_revision(store, secret, attributes.content, attributes.expire, now)
    rotation.begin(store, secret, now)
    access.grant(store, secret, subject_tag=owner.tag, scope_tag=owner.tag, role='manage')
    return secret


def update(
    store: SecretStore,
    secret: Secret,
    uri: SecretURI,
    attributes: SecretAttributes,
    now: datetime.datetime,
    *,
    by_commit: bool = False,
) -> None:
    """Apply an update: new content makes a new revision, whose expiry is the one given with it or none.

    Args:
        store: the secrets.
        secret: the secret.
        uri: the URI as it was given, for errors.
        attributes: the attributes to change.
        now: the time.
        by_commit: whether the update comes from a hook's commit, and not from a user or a read.

    Raises:
        LabelTaken: if the new label is in use; nothing is changed then.
        JujuError: if an expiry alone is given while the latest revision is gone; nothing is changed then.
    """
    expiry_alone = attributes.expire if not attributes.content else None
    if expiry_alone is not None and secret.latest_revision not in secret.revisions:
        raise JujuError(f'reversion {secret.latest_revision} for secret "{uri}" not found')
    if attributes.label is not None:
        _change_label(store, secret, attributes.label)
    secret.updated = store.stamp(now)
    if not attributes.content and _dates_revision(store, attributes, by_commit=by_commit):
        _date_latest(store, secret, now)
    if attributes.description is not None:
        secret.description = attributes.description
    if attributes.auto_prune is not None:
        secret.auto_prune = attributes.auto_prune
        store.prunable[secret.id] = None
    if attributes.content:
        _append_revision(store, secret, attributes.content, attributes.expire, now)
        for consumer in secret.consumers.values():
            consumer.latest = secret.latest_revision
            store.changes.note('consumer', consumer.unit, secret=secret.id)
    else:
        secret.is_checksum_old = True
    if expiry_alone is not None and not store.bugs.ask('set_loses_rotate_expire'):
        _expire_latest(store, secret, expiry_alone)
    if attributes.content or store.profile.obsolescence_asked_often:
        mark_unused(store, secret)
    rotation.change_policy(store, secret, attributes.rotate, now)


def mark_unused(store: SecretStore, secret: Secret) -> None:
    """Mark every revision that no consumer tracks as obsolete, except for the latest.

    Juju does so only after a write, never when a consumer loses access.
    """
    in_use = {consumer.tracked for consumer in secret.consumers.values()}
    mark_obsolete(store, secret, in_use={*in_use, secret.latest_revision})


def mark_obsolete(store: SecretStore, secret: Secret, *, in_use: Collection[int]) -> None:
    """Mark every revision that is not in use as obsolete; one that is marked stays so."""
    for revision in secret.revisions.values():
        if not revision.obsolete and revision.number not in in_use:
            revision.obsolete = True
            store.journal.note(facts.RevisionObsolete, secret.id, revision.number)
            store.changes.note_writer('obsolete', secret.id, revision.number)
            store.note_revision(secret, revision.number)
            if secret.owner.is_user:
                store.prunable[secret.id] = None


def _append_revision(
    store: SecretStore,
    secret: Secret,
    encoded: EncodedContent,
    expire: datetime.datetime | None,
    now: datetime.datetime,
) -> None:
    secret.latest_revision += 1
    secret.latest_written = now
    secret.latest_checksum, secret.is_checksum_old = content.checksum(encoded), False
    secret.latest_expiry = store.stamp(expire) if expire is not None else None
    secret.revisions[secret.latest_revision] = Revision(
        number=secret.latest_revision,
        content=dict(encoded),
        created=store.stamp(now),
        updated=store.stamp(now),
        expires=secret.latest_expiry,
        backend=store.backend,
    )
    store.journal.note(
        facts.RevisionCreated, secret.id, str(secret.owner), secret.latest_revision, secret.latest_expiry
    )
    store.changes.note_writer('revision', secret.id, secret.latest_revision)
    store.note_revision(secret, secret.latest_revision, expiry=expire is not None)


def _dates_revision(store: SecretStore, attributes: SecretAttributes, *, by_commit: bool) -> bool:
    """Whether an update without content also counts as an update of the latest revision."""
    if store.profile.revision_dated_by == 'expiry':
        return attributes.expire is not None
    return store.profile.revision_dated_by == 'all' or not by_commit


def _date_latest(store: SecretStore, secret: Secret, now: datetime.datetime) -> None:
    latest = secret.revisions.get(secret.latest_revision)
    if latest is not None:
        latest.updated = store.stamp(now)


def _change_label(store: SecretStore, secret: Secret, label: str) -> None:
    if label == secret.label:
        if label and store.bugs.ask('same_label_update_fails'):
            raise labels.LabelTaken(f'secret with label {gotext.quote(label)} already exists')
        return
    labels.change_owner_label(store, secret.owner, secret.label, label)
    store.relabel(secret, label)


def _expire_latest(store: SecretStore, secret: Secret, expire: datetime.datetime) -> None:
    secret.latest_expiry = store.stamp(expire)
    secret.revisions[secret.latest_revision].expires = secret.latest_expiry
    store.journal.note(facts.ExpirySet, secret.id, secret.latest_revision, secret.latest_expiry)
    store.note_revision(secret, secret.latest_revision, expiry=True)
