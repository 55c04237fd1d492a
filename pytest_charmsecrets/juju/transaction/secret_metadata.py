"""The metadata of the secrets that a unit may manage, as it was when the hook first asked for it.

Juju loads all metadata at once, and later changes do not affect it. A copy of all secrets would make the cost of each hook
grow with their number, so it is made only if another actor may change a secret while the hook runs. If only the hook runs, a
secret is copied when the hook first asks for it, and the invariant is:

    Until a secret is copied, it is as it was when the metadata was loaded.

A hook records its changes as pending, so one change alone could break it: an owner label that ``secret-get`` changes
at once. Code that changes a secret while a hook runs calls ``freeze`` first. Source: juju 3.6:
internal/worker/uniter/runner/context/context.go, SecretMetadata.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from ..secrets import access
from ..secrets.entities import Owner, Permission, Secret, SecretStore
from .pending import AccessInfo, OwnerKind, SecretInfo


@dataclasses.dataclass(frozen=True, slots=True)
class KnownSecret:
    """A secret the unit may manage."""

    info: SecretInfo
    checksum: str
    is_checksum_old: bool


class SecretMetadata:
    """The metadata of the secrets of some owners."""

    def __init__(self, store: SecretStore, owners: tuple[Owner, ...], *, at_once: bool) -> None:
        """Load the metadata.

        Args:
            store: where the secrets are.
            owners: whose secrets to load.
            at_once: copy all of them now, because another actor may change them while the hook runs.
        """
        self._store: Final = store
        self._owners: Final = owners
        self._known: Final[dict[str, KnownSecret]] = {}
        self._is_complete = False
        if at_once:
            self._known.update((secret.id, _know(store, secret)) for secret in store.owned_by(*owners))
            self._is_complete = True

    def get(self, secret_id: str) -> KnownSecret | None:
        """Return the metadata of a secret, if the unit may manage it."""
        self.freeze(secret_id)
        return self._known.get(secret_id)

    def freeze(self, secret_id: str) -> None:
        """Copy a secret as it is now, unless it is copied already, so that later changes do not affect the metadata."""
        if secret_id not in self._known and not self._is_complete:
            secret = self._store.get(secret_id)
            if secret is not None and secret.owner in self._owners:
                self._known[secret_id] = _know(self._store, secret)

    def labelled(self, label: str) -> Iterator[str]:
        """Return the ids of the secrets with a label."""
        if self._is_complete:
            yield from (secret_id for secret_id, known in self._known.items() if known.info.label == label)
            return
        for secret in self._store.owned_by(*self._owners):
            known = self._known.get(secret.id)
            if label == (secret.label if known is None else known.info.label):
                yield secret.id

    def __iter__(self) -> Iterator[str]:
        """Return the ids of all."""
        if self._is_complete:
            return iter(self._known)
        return (secret.id for secret in self._store.owned_by(*self._owners))


def _is_shown(store: SecretStore, permission: Permission) -> bool:
    return store.profile.other_models_listed or not access.is_of_other_model(permission.subject)


def _know(store: SecretStore, secret: Secret) -> KnownSecret:
    kind: OwnerKind = 'application' if secret.owner.kind == 'application' else 'unit'
    granted = tuple(
        AccessInfo(permission.subject, permission.scope, permission.role)
        for permission in secret.permissions.values()
        if permission.role == 'view' and store.profile.info_has_access and _is_shown(store, permission)
    )
    info = SecretInfo(
        id=secret.id,
        owner=kind,
        revision=secret.latest_revision,
        label=secret.label,
        description=secret.description,
        rotation=secret.rotate_policy,
        expiry=secret.latest_expiry,
        rotates=secret.next_rotation,
        access=granted,
    )
    return KnownSecret(info, secret.latest_checksum, secret.is_checksum_old)
