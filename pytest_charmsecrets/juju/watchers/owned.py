"""The watchers of owned secrets: rotation, expiry, obsolete revisions and removals.

They concern the unit's own secrets and, while its agent believes that it leads, its application's; they restart when
that belief changes.
"""

from __future__ import annotations

from collections.abc import Iterable

from .. import identity
from ..agent_state import Snapshot
from ..secrets.entities import Owner, Revision, Secret
from ..workers import ExpiryWorker, RotationWorker
from ..world import World
from .unit_watchers import RevisionKey, UnitWatchers


def wake_workers(world: World, watchers: UnitWatchers) -> bool:
    """Move due entries from a unit's workers into its snapshot, and return whether anything was due."""
    now = world.clock.now
    rotations, expirations = watchers.rotation_worker.fire(now), watchers.expiry_worker.fire(now)
    queue_rotations(watchers.snapshot, rotations)
    queue_expirations(watchers.snapshot, expirations)
    return bool(rotations or expirations)


def queue_rotations(snapshot: Snapshot, ids: Iterable[str]) -> None:
    """Queue secrets for rotation, each once. Juju 3.6: remotestate/watcher.go, rotateSecretURIs."""
    snapshot.due_rotations.update({due: None for due in ids if due not in snapshot.due_rotations})


def queue_expirations(snapshot: Snapshot, keys: Iterable[RevisionKey]) -> None:
    """Queue revisions that have expired, each once. Juju 3.6: remotestate/watcher.go, expireSecretRevisions."""
    snapshot.due_expirations.update({due: None for due in keys if due not in snapshot.due_expirations})


def restart_owner_watchers(world: World, watchers: UnitWatchers) -> None:
    """Restart the watchers of owned secrets, which drop their pending changes and begin with the current state.

    Rotation and expiry times are always reported again, obsolete revisions only from 4.0 on. Juju 3.6:
    remotestate/watcher.go, leadershipChanged; state/secrets.go, obsoleteSecretsWatcher.initial.
    """
    snapshot = watchers.snapshot
    snapshot.due_rotations.clear()
    snapshot.due_expirations.clear()
    watchers.rotation_worker, watchers.expiry_worker = RotationWorker(), ExpiryWorker()
    watchers.changed_rotations.clear()
    watchers.changed_revisions.clear()
    watchers.changed_expiries.clear()
    owners = [Owner('unit', snapshot.unit)]
    if snapshot.leader:
        owners.append(Owner('application', identity.application_of(snapshot.unit)))
    for secret in world.secrets.owned_by(*owners):
        watchers.rotation_worker.learn(secret.id, secret.next_rotation)
        for revision in _revisions_loaded(world, secret):
            watchers.expiry_worker.learn(secret.id, revision.number, revision.expires)
        if world.profile.obsolete_replayed:
            obsolete = [revision.number for revision in secret.revisions.values() if revision.obsolete]
            watchers.changed_revisions.update(dict.fromkeys((secret.id, number) for number in obsolete))


def _revisions_loaded(world: World, secret: Secret) -> Iterable[Revision]:
    """Return the revisions whose expiry a worker learns when it starts. Juju 3.6: secretsExpiryWatcher.initial."""
    expiring = [revision for revision in secret.revisions.values() if revision.expires is not None]
    if world.profile.every_expiry_loaded:
        return expiring
    return sorted(expiring, key=lambda revision: revision.number)[-1:]


def deliver_rotations(world: World, watchers: UnitWatchers, ids: Iterable[str]) -> None:
    """Deliver rotation times of owned secrets to the worker that waits for them.

    Juju 3.6: state/secrets.go, secretsRotationWatcher; secretrotate/secretrotate.go, handleSecretRotateChanges.
    """
    for secret_id in tuple(ids):
        del watchers.changed_rotations[secret_id]
        secret = world.secrets.get(secret_id)
        when = secret.next_rotation if secret else None
        is_news = when is not None or watchers.rotation_worker.knows(secret_id)
        if is_news and (when is not None or world.bugs.ask('workers_told_of_removal')):
            watchers.rotation_worker.learn(secret_id, when)


def deliver_expiries(world: World, watchers: UnitWatchers, keys: Iterable[RevisionKey]) -> None:
    """Deliver expiry times of revisions of owned secrets to the worker that waits for them.

    Juju 3.6: state/secrets.go, secretsExpiryWatcher; secretexpire/secretexpire.go, handleSecretRevisionExpiryChanges.
    """
    for key in tuple(keys):
        del watchers.changed_expiries[key]
        revision = find_revision(world, *key)
        when = revision.expires if revision else None
        is_news = when is not None or watchers.expiry_worker.knows(*key)
        if is_news and (when is not None or world.bugs.ask('workers_told_of_removal')):
            watchers.expiry_worker.learn(*key, when)


def may_fold_expiries(world: World, watchers: UnitWatchers, secret_id: str) -> bool:
    """Whether the expiries of several revisions of a secret are to be delivered, one of which is gone."""
    keys = [key for key in watchers.changed_expiries if key[0] == secret_id]
    return len(keys) > 1 and any(find_revision(world, *key) is None for key in keys)


def fold_expiries(world: World, watchers: UnitWatchers, secret_id: str) -> None:
    """Deliver the expiries of a secret as a watcher folds them whose events wait: a removal replaces another revision's.

    Juju 3.6: state/secrets.go, secretsExpiryWatcher.merge.
    """
    told: list[RevisionKey] = []
    for key in [key for key in watchers.changed_expiries if key[0] == secret_id]:
        if find_revision(world, *key) is None and told:
            del watchers.changed_expiries[told[0]]
            told[0] = key
        else:
            told.append(key)
    deliver_expiries(world, watchers, told)


def deliver_revisions(world: World, watchers: UnitWatchers, keys: Iterable[RevisionKey]) -> None:
    """Deliver which revisions of owned secrets are obsolete. A revision that was removed is dropped from the snapshot.

    Juju 3.6: state/secrets.go, obsoleteSecretsWatcher and deletedSecretsWatcher; remotestate/watcher.go,
    secretObsoleteRevisionsChanged and secretDeletedRevisions.
    """
    obsolete = watchers.snapshot.obsolete
    for secret_id, number in tuple(keys):
        del watchers.changed_revisions[secret_id, number]
        revision = find_revision(world, secret_id, number)
        if revision is not None and revision.obsolete:
            obsolete[secret_id] = obsolete.get(secret_id, frozenset()) | {number}
        elif secret_id in obsolete and not world.profile.remove_event_after_delete:
            left = obsolete[secret_id] - {number}
            if left:
                obsolete[secret_id] = left
            else:
                del obsolete[secret_id]


def deliver_removed(world: World, watchers: UnitWatchers, ids: Iterable[str]) -> None:
    """Deliver which owned secrets were removed, in the releases whose agents forget what they ran for these."""
    for secret_id in tuple(ids):
        del watchers.removed_secrets[secret_id]
        if world.profile.remove_event_after_delete:
            watchers.snapshot.removed[secret_id] = None


def find_revision(world: World, secret_id: str, number: int) -> Revision | None:
    """Return a revision, or None if it was removed."""
    secret = world.secrets.get(secret_id)
    return secret.revisions.get(number) if secret else None
