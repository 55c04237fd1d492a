"""What a hook knows about the secrets that its unit may manage: as they were when it first asked, whatever happens later.

Juju loads all of it at once. What nobody can change meanwhile is looked at when it is asked for, so that a hook costs the
same however many secrets there are. Source: juju 3.6: internal/worker/uniter/runner/context/context.go, SecretMetadata.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from ..secrets.entities import Owner, Secret, SecretStore
from .pending import AccessInfo, OwnerKind, SecretInfo


@dataclasses.dataclass(frozen=True, slots=True)
class KnownSecret:
    """A secret the unit may manage."""

    info: SecretInfo
    checksum: str


class KnownSecrets:
    """The secrets of some owners."""

    def __init__(self, store: SecretStore, owners: tuple[Owner, ...], *, at_once: bool) -> None:
        """Take note of the secrets.

        Args:
            store: where they are.
            owners: whose they are.
            at_once: look at all of them now, as somebody may change them meanwhile; else only the hook itself does, and
                looks at a secret before it changes it.
        """
        self._store: Final = store
        self._owners: Final = owners
        self._known: Final[dict[str, KnownSecret]] = {}
        self._is_complete = False
        if at_once:
            self._known.update((secret.id, _know(store, secret)) for secret in store.owned_by(*owners))
            self._is_complete = True

    def get(self, secret_id: str) -> KnownSecret | None:
        """Return what is known about a secret, if the unit may manage it."""
        if secret_id not in self._known and not self._is_complete:
            secret = self._store.get(secret_id)
            if secret is None or secret.owner not in self._owners:
                return None
            self._known[secret_id] = _know(self._store, secret)
        return self._known.get(secret_id)

    def labelled(self, label: str) -> Iterator[str]:
        """Return the ids of those that bear a label."""
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


def _know(store: SecretStore, secret: Secret) -> KnownSecret:
    kind: OwnerKind = 'application' if secret.owner.kind == 'application' else 'unit'
    granted = tuple(
        AccessInfo(permission.subject, permission.scope, permission.role)
        for permission in secret.permissions.values()
        if permission.role == 'view' and store.profile.info_has_access
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
    return KnownSecret(info, secret.latest_checksum)
