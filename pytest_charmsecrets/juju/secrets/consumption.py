"""The revisions of a secret that units track.

The first read makes a consumer record that tracks the latest revision. So does a peek, and so does a read by the owner.
Source: juju 3.6: apiserver/facades/agent/secretsmanager/secrets.go, getConsumedRevision; state/secrets.go,
SaveSecretConsumer, SaveSecretRemoteConsumer. juju 4.0: domain/secret/service/consume.go; domain/secret/state/state.go,
SaveSecretConsumer; domain/crossmodelrelation.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

from ...errors import JujuError
from .. import identity
from ..identity import SecretURI
from . import labels, revisions
from .entities import Consumer, Secret, SecretReference, SecretStore
from .wording import wording

_PLACEHOLDER = 0
"""The tracked revision of a record that exists only so that its unit is notified of changes."""


@dataclasses.dataclass(frozen=True, slots=True)
class Refreshes:
    """Two units move on from a revision, one after the other or at once."""

    secret: str
    unit: str
    other: str
    at_once: bool

    def __str__(self) -> str:
        when = 'at the same moment as' if self.at_once else 'after'
        return f'{self.unit} refreshes secret {self.secret} {when} {self.other}'


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """The revision that a unit reads, and the record that the read changed."""

    revision: int
    changed: Consumer | None = None
    """The unit's record, if the read made it, or changed its tracked revision or its label."""


def read(store: SecretStore, secret: Secret, unit: str, *, refresh: bool, peek: bool, label: str | None) -> Read:
    """Return the revision that a unit reads, and save its tracked revision and label.

    Args:
        label: the consumer label to set; None or empty leaves it alone.

    Raises:
        JujuError: if the label is taken; nothing is saved then.
    """
    consumer = secret.consumers.get(unit)
    if consumer is None or refresh:
        label = label or _copied_label(store, secret, unit)
        return Read(secret.latest_revision, _save(store, secret, unit, tracked=secret.latest_revision, label=label))
    wanted = secret.latest_revision if peek else consumer.tracked
    return Read(wanted, _save(store, secret, unit, tracked=consumer.tracked, label=label) if label else None)


def track(store: SecretStore, secret: Secret, unit: str) -> None:
    """Make a unit track the latest revision."""
    _save(store, secret, unit, tracked=secret.latest_revision, label='')


def follow(store: SecretStore, secret: Secret, unit: str) -> None:
    """Notify a unit of changes to its application's secret from now on, without tracking a revision (before 3.1.7).

    Raises:
        LabelTaken: at a second time, if this Juju gives the unit the owner's label then.
    """
    again = unit in secret.consumers and store.profile.reread_claims_label
    _save(store, secret, unit, tracked=_PLACEHOLDER, label=secret.label if again else '')


def read_from_afar(store: SecretStore, secret: Secret, unit: str, *, refresh: bool) -> int:
    """Return the latest revision for a unit of another model, and save it as tracked at the first read and at a refresh.

    Args:
        unit: the unit as this model knows it.
    """
    if refresh or unit not in secret.consumers:
        _save(store, secret, unit, tracked=secret.latest_revision, label='')
    return secret.latest_revision


def save_reference(
    store: SecretStore, uri: SecretURI, unit: str, *, saas: str, tracked: int, label: str | None
) -> Consumer | None:
    """Save the revision that a unit tracks of a secret of another model, and its label unless that is None or empty.

    Returns:
        The unit's record, if that made or changed it.

    Raises:
        JujuError: if the label is taken; nothing is saved then.
    """
    reference = store.references.get(uri.key) or SecretReference(uri.key, saas, tracked)
    consumer = reference.consumers.get(unit)
    if label and (consumer is None or label != consumer.label):
        try:
            labels.claim_consumer_label(store, unit, label)
        except labels.LabelTaken as refused:
            raise JujuError(wording(store.profile).remote_label_taken.format(cause=refused)) from None
    store.references[uri.key] = reference
    if consumer is not None:
        return consumer if store.save_consumer(reference, consumer, tracked, label) else None
    reference.latest_revision = tracked
    consumer = Consumer(unit, tracked, latest=tracked, label=label or '')
    store.add_consumer(reference, consumer)
    store.changes.note('consumer', unit, secret=reference.id)
    return consumer


def note_new_revision(store: SecretStore, reference: SecretReference, latest: int) -> None:
    """Note a new revision of a secret of another model."""
    reference.latest_revision = latest
    reference.is_told = True
    for consumer in reference.consumers.values():
        consumer.latest = latest
        store.changes.note('consumer', consumer.unit, secret=reference.id)


def forget_unit(store: SecretStore, unit: str) -> None:
    """Drop the records of a removed unit. A revision that it alone tracked is marked obsolete at the next check, not now."""
    for secret in store.consumed_by(unit):
        store.drop_consumer(secret, unit)


def _save(store: SecretStore, secret: Secret, unit: str, *, tracked: int, label: str) -> Consumer | None:
    """Save a unit's tracked revision, and its label unless that is empty; returns the record if it is new or has changed."""
    consumer = secret.consumers.get(unit)
    if label and (consumer is None or label != consumer.label):
        _claim_label(store, unit, label)
    if consumer is None:
        consumer = Consumer(unit, tracked, latest=tracked, label=label)
        store.add_consumer(secret, consumer)
        store.changes.note('consumer', unit, secret=secret.id)
        moved, changed = False, True
    else:
        moved = consumer.tracked < tracked
        if moved:
            consumer.left, consumer.moved_in = consumer.tracked, store.turn
        changed = store.save_consumer(secret, consumer, tracked, label)
    looks = moved or store.profile.obsolescence_asked_often
    in_use = {other.tracked for other in secret.consumers.values() if other is not consumer} | {tracked}
    if _marks_more(secret, in_use, looks=looks) and store.bugs.ask('remove_event_for_tracked'):
        revisions.mark_obsolete(store, secret, in_use=in_use)
    elif looks and not (moved and _is_unseen(store, secret, consumer)):
        revisions.mark_unused(store, secret)
    return consumer if changed else None


def _is_unseen(store: SecretStore, secret: Secret, consumer: Consumer) -> bool:
    """Whether no unit notices that a revision is no longer tracked, because another unit leaves it at the same time.

    Each of two hooks that run at once sees that the other unit still tracks the revision. Order zero has no such hooks.
    Juju 3.6: state/secrets.go, SaveSecretConsumer, getNewlyOrphanedSecretRevisions.
    """
    if store.order.is_fixed:
        return False
    together = [
        other.unit
        for other in secret.consumers.values()
        if other is not consumer and other.left == consumer.left and other.moved_in > store.ready_since
    ]
    if not together or not store.bugs.ask('concurrent_refreshes_unseen'):
        return False
    options = [Refreshes(secret.id, consumer.unit, together[0], at_once) for at_once in (False, True)]
    return store.order.choose(options).at_once


def _marks_more(secret: Secret, in_use: Collection[int], *, looks: bool) -> bool:
    """Whether taking only some revisions to be in use, at every save, makes more of them obsolete than Juju means."""
    latest = secret.revisions.get(secret.latest_revision)
    candidates = secret.revisions.values() if not looks else [latest] if latest is not None else []
    return any(not revision.obsolete and revision.number not in in_use for revision in candidates)


def _copied_label(store: SecretStore, secret: Secret, unit: str) -> str:
    """Return the owner label, where a refresh of a unit of the owner's family makes it the unit's own."""
    consumer = secret.consumers.get(unit)
    is_own = secret.owner.name in (unit, identity.application_of(unit))
    copies = store.profile.refresh_copies_owner_label and consumer is not None and not consumer.label
    return secret.label if copies and is_own else ''


def _claim_label(store: SecretStore, unit: str, label: str) -> None:
    try:
        labels.claim_consumer_label(store, unit, label)
    except JujuError as refused:
        prefix = '' if store.profile.label_clash == 'bare' else 'getting latest secret revision: '
        raise JujuError(f'{prefix}{refused}') from None
