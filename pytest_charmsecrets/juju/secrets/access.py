"""Who may read and who may manage a secret; grants and revocations.

Grants are documents of their own, one per secret and subject. They are independent of consumer records.
Source: juju 3.6: apiserver/common/secrets/access.go, CanRead, CanManage; state/secrets.go, GrantSecretAccess,
RevokeSecretAccess. juju 4.0: domain/secret/service/access.go; domain/unitstate/state/commithook.go.
"""

from __future__ import annotations

import re
from typing import Final

from ...errors import JujuError
from .. import facts, identity
from .entities import Permission, Secret, SecretRole, SecretStore
from .wording import wording

_OF_OTHER_MODEL: Final = re.compile(r'(?:application|unit)-remote-[0-9a-f]{32}(?:-[0-9]+)?')
_RANK: Final[dict[SecretRole, int]] = {'view': 1, 'manage': 3}


class ScopeTaken(Exception):
    """A subject has a grant through another scope."""


def role_of(secret: Secret, subject_tag: str) -> SecretRole | None:
    """Return the role of a subject for a secret."""
    permission = secret.permissions.get(subject_tag)
    return permission.role if permission else None


def is_of_other_model(subject_tag: str) -> bool:
    """Whether a subject is an application of another model, or one of its units: those are known by a token."""
    return _OF_OTHER_MODEL.fullmatch(subject_tag) is not None


def may_read(secret: Secret, unit: str) -> bool:
    """Whether a unit may read a secret: by its own role, else by that of its application."""
    application = identity.application_of(unit)
    return any(
        role is not None and _RANK[role] >= _RANK['view']
        for role in (
            role_of(secret, identity.unit_tag(unit)),
            role_of(secret, identity.application_tag(application)),
        )
    )


def check_manage(store: SecretStore, secret: Secret, unit: str, *, is_leader: bool) -> None:
    """Check that a unit may manage a secret: by its own role, or by that of its application while it leads.

    Raises:
        JujuError: with the controller's refusal.
    """
    if role_of(secret, identity.unit_tag(unit)) == 'manage':
        return
    application = identity.application_of(unit)
    if role_of(secret, identity.application_tag(application)) != 'manage':
        raise JujuError(wording(store.profile).unmanageable.format(unit=unit))
    if not is_leader:
        raise JujuError(wording(store.profile).not_leader.format(unit=unit, application=application))


def grant(
    store: SecretStore,
    secret: Secret,
    *,
    subject_tag: str,
    scope_tag: str,
    role: SecretRole,
    relation_id: int | None = None,
) -> None:
    """Give a subject a role, within a scope.

    Args:
        store: the secrets.
        secret: the one that the subject gets access to.
        subject_tag: tag of the application, unit or model.
        scope_tag: tag of the relation or, where none is needed, of the owner.
        role: the access that the subject receives.
        relation_id: the relation that is the scope, if one is.

    Raises:
        ScopeTaken: if the subject has a grant through another scope.
    """
    present = secret.permissions.get(subject_tag)
    if present is not None and present.scope != scope_tag:
        raise ScopeTaken
    given = Permission(subject_tag, scope_tag, role)
    if given != present:
        secret.permissions[subject_tag] = given
        store.journal.note(facts.AccessGranted, secret.id, subject_tag, role, relation_id)


def revoke(store: SecretStore, secret: Secret, *, subject_tag: str) -> None:
    """Remove the grant of exactly this subject, whatever its scope; do nothing if there is none."""
    if secret.permissions.pop(subject_tag, None) is not None:
        store.journal.note(facts.AccessEnded, secret.id, subject_tag)


def revoke_scope(store: SecretStore, scope_tag: str) -> None:
    """Remove every grant with a scope, as Juju does when a relation is finally removed."""
    for secret in store:
        for subject in [tag for tag, permission in secret.permissions.items() if permission.scope == scope_tag]:
            revoke(store, secret, subject_tag=subject)


def revoke_subject(store: SecretStore, subject_tag: str) -> None:
    """Remove all grants of a removed unit or application."""
    for secret in store:
        revoke(store, secret, subject_tag=subject_tag)
