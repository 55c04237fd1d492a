"""Who tracks which revision of a secret.

The first read makes a consumer record that tracks the latest revision, even a peek, and for owners as for anybody else.
Source: juju 3.6: apiserver/facades/agent/secretsmanager/secrets.go, getConsumedRevision; state/secrets.go,
SaveSecretConsumer.
"""

from __future__ import annotations

from ...errors import JujuError
from . import labels, revisions
from .entities import Consumer, Secret, SecretStore


def read(store: SecretStore, secret: Secret, unit: str, *, refresh: bool, peek: bool, label: str | None) -> int:
    """Return the revision a unit's read asks for; saves what the unit tracks from now on, and its label.

    Args:
        label: the consumer label to set; None or empty leaves it alone.

    Raises:
        JujuError: if the label is taken; nothing is saved then.
    """
    consumer = secret.consumers.get(unit)
    if consumer is None or refresh:
        wanted = secret.latest_revision
        track(store, secret, unit, label=label)
        return wanted
    wanted = secret.latest_revision if peek else consumer.tracked
    if label:
        _claim_label(store, consumer, label)
    return wanted


def track(store: SecretStore, secret: Secret, unit: str, *, label: str | None = None) -> None:
    """Make a unit track the latest revision.

    Raises:
        JujuError: if the label is taken; nothing is saved then.
    """
    consumer = secret.consumers.get(unit)
    if consumer is None:
        if label:
            _check_label(store, unit, label)
        store.add_consumer(secret, Consumer(unit, tracked=secret.latest_revision, label=label or ''))
        store.changes.note('consumer', unit, secret=secret.id)
        return
    if label:
        _claim_label(store, consumer, label)
    if consumer.tracked < secret.latest_revision:
        consumer.tracked = secret.latest_revision
        store.changes.note('consumer', unit, secret=secret.id)
        revisions.mark_obsolete(store, secret, besides=())


def forget_unit(store: SecretStore, unit: str) -> None:
    """Drop the records of a removed unit; what it alone tracked becomes obsolete only when Juju next asks."""
    for secret in store.consumed_by(unit):
        store.drop_consumer(secret, unit)


def _claim_label(store: SecretStore, consumer: Consumer, label: str) -> None:
    if label != consumer.label:
        _check_label(store, consumer.unit, label)
        consumer.label = label


def _check_label(store: SecretStore, unit: str, label: str) -> None:
    try:
        labels.claim_consumer_label(store, unit, label)
    except labels.LabelTaken as taken:
        raise JujuError(f'getting latest secret revision: {taken}') from None
