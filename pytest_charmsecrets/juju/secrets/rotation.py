"""The times at which secrets are due for rotation.

Source: juju 3.6: state/secrets.go, secretRotationOps; apiserver/facades/agent/secretsmanager/secrets.go, SecretsRotated.
juju 4.0: domain/unitstate/service/commithook.go, prepareSecretUpdates; domain/secret/service/service.go, SecretRotated.
"""

from __future__ import annotations

import datetime

from ...errors import JujuError
from .. import clock
from ..clock import RotatePolicy
from ..identity import SecretURI
from .entities import Secret, SecretStore
from .wording import PERMISSION_DENIED, wording


def begin(store: SecretStore, secret: Secret, now: datetime.datetime) -> None:
    """Plan the first rotation of a new secret, if it has a policy that rotates."""
    if (planned := clock.next_rotation(secret.rotate_policy, now)) is not None:
        _plan(store, secret, store.stamp(planned))


def change_policy(store: SecretStore, secret: Secret, policy: RotatePolicy | None, now: datetime.datetime) -> None:
    """Change the policy. The planned time moves or stays, as in this release of Juju."""
    if policy is None:
        return
    before, secret.rotate_policy, secret.is_policy_given = secret.rotate_policy, policy, True
    planned = clock.next_rotation(policy, now)
    if (planned, secret.next_rotation) != (None, None) and store.bugs.ask('set_loses_rotate_expire'):
        return
    if planned is None:
        end(store, secret)
        return
    planned = store.stamp(planned)
    if secret.next_rotation is None or _moves(
        store, secret.next_rotation, planned, clock.is_more_frequent(policy, before)
    ):
        _plan(store, secret, planned)


def end(store: SecretStore, secret: Secret) -> None:
    """Stop the rotation of a secret."""
    secret.rotate_policy = 'never'
    if secret.next_rotation is not None:
        secret.next_rotation = None
        store.changes.note('rotation', secret.owner.name, secret=secret.id)


def set_rotated(store: SecretStore, secret_id: str, *, revision_before: int) -> None:
    """Plan the next rotation after a secret-rotate hook: by the policy, or soon if the hook brought no new revision.

    Args:
        store: the secrets.
        secret_id: the secret of the hook.
        revision_before: the latest revision as the hook knew it when it began.

    Raises:
        JujuError: if a bug is switched on, for a removed secret and for a unit's own secret.
    """
    secret = store.get(secret_id)
    if secret is None:
        if store.bugs.ask('gone_rotation_refused'):
            raise JujuError(wording(store.profile).missing_at_commit.format(uri=SecretURI(secret_id)))
        return
    if secret.owner.kind == 'unit' and store.bugs.ask('unit_rotation_refused'):
        raise JujuError(PERMISSION_DENIED)
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
    _plan(store, secret, soon if expires_before or unchanged else planned)


def _moves(store: SecretStore, present: datetime.datetime, planned: datetime.datetime, is_more_frequent: bool) -> bool:
    match store.profile.rotate_change:
        case 'if_more_frequent':
            if is_more_frequent:
                store.bugs.note('rotate_change', 'keep')
            return is_more_frequent
        case 'keep':
            return False
        case _:
            return planned <= present


def _plan(store: SecretStore, secret: Secret, when: datetime.datetime) -> None:
    secret.next_rotation = when
    store.changes.note('rotation', secret.owner.name, secret=secret.id)
