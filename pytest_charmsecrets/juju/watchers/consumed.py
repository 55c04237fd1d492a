"""The watcher of consumed secrets: new revisions and removals of secrets that a unit has read.

Juju 3.6: state/secrets.go, consumedSecretsWatcher; remotestate/watcher.go, secretsChanged.
"""

from __future__ import annotations

from collections.abc import Iterable

from .. import identity
from ..agent_state import ConsumedSecret, LocalState, Snapshot
from ..secrets import access
from ..secrets.entities import Secret, SecretReference
from ..world import World
from .unit_watchers import UnitWatchers


def deliver_consumed(world: World, watchers: UnitWatchers, ids: Iterable[str]) -> None:
    """Deliver the consumer watcher's reports about some secrets: a latest revision, or that they were removed.

    Juju 3.6: state/secrets.go, consumedSecretsWatcher.merge; remotestate/watcher.go, secretsChanged.
    """
    for secret_id in tuple(ids):
        del watchers.changed_consumers[secret_id]
        secret = world.secrets.find_read(secret_id)
        if secret is None or watchers.snapshot.unit not in secret.consumers:
            watchers.known_latest.pop(secret_id, None)
            if world.profile.consumers_told_of_removal:
                watchers.snapshot.consumed.pop(secret_id, None)
        else:
            if has_news(world, watchers, secret):
                _report_change(world, watchers.snapshot, secret_id)
            watchers.known_latest[secret_id] = secret.consumers[watchers.snapshot.unit].latest


def has_news(world: World, watchers: UnitWatchers, secret: Secret | SecretReference) -> bool:
    """Whether the consumer watcher reports a secret's latest revision to a unit that consumes the secret.

    In 3.x it does if the record's latest revision is above 1 and is not the one last seen. So a first read at revision
    2 or later is followed by a secret-changed, and an early refresh cancels none. In 4.0 it does if the unit tracks an
    older revision. Juju 3.6: state/secrets.go, consumedSecretsWatcher.merge.
    """
    consumer = secret.consumers[watchers.snapshot.unit]
    if not world.profile.changed_if_tracking_latest:
        return consumer.tracked < secret.latest_revision
    return consumer.latest > 1 and consumer.latest != watchers.known_latest.get(secret.id)


def _report_change(world: World, snapshot: Snapshot, secret_id: str) -> None:
    info = revision_info(world, snapshot.unit, secret_id)
    if info is not None:
        snapshot.consumed[secret_id] = info
    else:
        snapshot.consumed.pop(secret_id, None)


def revision_info(world: World, unit: str, secret_id: str) -> ConsumedSecret | None:
    """Return the latest revision and label that the controller returns to a unit that consumes a secret, if it does.

    Access to a secret of another model is not checked here. Juju 3.6:
    apiserver/facades/agent/secretsmanager/secrets.go, getSecretConsumerInfo.
    """
    secret = told_secret(world, unit, secret_id)
    if secret is None:
        return None
    if isinstance(secret, SecretReference):
        return ConsumedSecret(secret.latest_revision, secret.consumers[unit].label)
    return ConsumedSecret(secret.latest_revision, event_label(world, secret, unit))


def mask_known_revisions(world: World, unit: str, local: LocalState) -> None:
    """Mark the current revisions as already reported when an agent starts: those added while it was down are lost.

    This concerns only secrets for which the unit has run secret-changed before. Juju 3.6: uniter/secrets/secrets.go,
    Secrets.init.
    """
    for secret_id in tuple(local.secret_revisions):
        secret = told_secret(world, unit, secret_id)
        if secret is None:
            del local.secret_revisions[secret_id]
        else:
            local.secret_revisions[secret_id] = secret.latest_revision


def told_secret(world: World, unit: str, secret_id: str) -> Secret | SecretReference | None:
    """Return a secret that a unit consumes, if the controller answers the unit what it is."""
    secret = world.secrets.find_read(secret_id)
    if secret is None or unit not in secret.consumers:
        return None
    if isinstance(secret, Secret) and not world.profile.changed_after_revoke and not access.may_read(secret, unit):
        return None
    return secret


def event_label(world: World, secret: Secret, unit: str) -> str:
    """Return the label that secret-changed carries: the consumer's, else the owner's for units of the owner.

    Without ``peer_changed_label``, followers do not get the label of their application's secret. Juju 3.6:
    apiserver/facades/agent/secretsmanager/secrets.go, getSecretConsumerInfo.
    """
    label = secret.consumers[unit].label
    if label:
        return label
    is_own = secret.owner.name in (unit, identity.application_of(unit))
    if not is_own or not secret.label or secret.owner in world.manageable_secret_owners(unit):
        return secret.label if is_own else ''
    return secret.label if world.bugs.ask('peer_changed_label') else ''
