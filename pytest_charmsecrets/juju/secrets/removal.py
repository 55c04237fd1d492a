"""Removes revisions and secrets, at once or by a job, and prunes user secrets.

Juju removes secrets and revisions of charms only when the charm asks for it.
Source: juju 3.6: state/secrets.go, deleteSecrets; apiserver/facades/client/secrets/secrets.go, updateSecret. juju 4.0:
domain/removal/service/secret.go; domain/removal/state/model/secret.go.
"""

from __future__ import annotations

from collections.abc import Collection

from .. import facts
from . import access, labels
from .entities import RemovalRequest, Secret, SecretStore


def remove_revisions(store: SecretStore, secret: Secret, numbers: Collection[int]) -> None:
    """Remove revisions of a secret, and the secret itself if no revision remains. Unknown numbers are ignored."""
    if not secret.revisions.keys() - set(numbers):
        remove(store, secret)
        return
    begins = tuple(map(str, numbers))
    matched = [number for number in secret.revisions if str(number).startswith(begins)]
    if set(matched) - set(numbers) and store.bugs.ask('remove_prefix_bug'):
        numbers = matched
    for number in sorted(secret.revisions.keys() & set(numbers)):
        revision = secret.revisions.pop(number)
        store.journal.note(facts.RevisionRemoved, secret.id, number)
        store.note_revision(secret, number, expiry=revision.expires is not None)
        store.changes.forget_writers_of_revision(secret.id, number)
    if store.profile.latest_is_highest_left:
        secret.latest_revision = max(secret.revisions)
        secret.latest_expiry = secret.revisions[secret.latest_revision].expires


def remove(store: SecretStore, secret: Secret) -> None:
    """Remove a secret with its revisions, rotation, grants, consumer records and labels."""
    for consumer in secret.consumers.values():
        store.changes.note('consumer', consumer.unit, secret=secret.id)
        labels.release_consumer_label(store, consumer)
    for number, revision in secret.revisions.items():
        store.note_revision(secret, number, expiry=revision.expires is not None)
        store.changes.forget_writers_of_revision(secret.id, number)
        store.journal.note(facts.RevisionRemoved, secret.id, number)
    for subject in tuple(secret.permissions):
        access.revoke(store, secret, subject_tag=subject)
    store.changes.note('rotation', secret.owner.name, secret=secret.id)
    store.changes.note('secret', secret.owner.name, secret=secret.id)
    labels.release_owner_label(store, secret.owner, secret.label)
    store.drop(secret)


def remove_later(store: SecretStore, removal: RemovalRequest) -> None:
    """Request a removal. It happens at once or, in 4.0, when the removal job runs."""
    store.removals.append(removal)
    if not store.profile.async_delete:
        carry_out_removals(store)


def carry_out_removals(store: SecretStore) -> None:
    """Run the jobs and workers that carry out requested removals and prune user secrets."""
    removals, store.removals = store.removals, []
    for removal in removals:
        secret = store.get(removal.secret_id)
        if secret is not None and removal.revisions is None:
            remove(store, secret)
        elif secret is not None and not _is_void(store, secret, removal):
            remove_revisions(store, secret, removal.revisions or ())
    for secret_id in tuple(store.prunable):
        secret = store.get(secret_id)
        if secret is not None:
            prune(store, secret)
    store.prunable.clear()


def _is_void(store: SecretStore, secret: Secret, removal: RemovalRequest) -> bool:
    missing = set(removal.revisions or ()) - secret.revisions.keys()
    return store.profile.removal_all_or_none and bool(missing)


def prune(store: SecretStore, secret: Secret) -> None:
    """Remove the obsolete revisions of a user secret with ``auto-prune``; the latest one only by a bug of Juju."""
    obsolete = [number for number, revision in secret.revisions.items() if revision.obsolete]
    numbers = [number for number in obsolete if number != secret.latest_revision]
    if secret.auto_prune and obsolete != numbers and store.bugs.ask('prune_takes_latest'):
        numbers = obsolete
    if secret.auto_prune and numbers:
        remove_revisions(store, secret, numbers)
