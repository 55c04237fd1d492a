"""Where content is kept, as far as anybody can see it.

Source: juju 3.6: internal/worker/uniter/runner/context/context.go, doFlush; state/secrets.go, ChangeSecretBackend;
secrets/provider.
"""

from __future__ import annotations

from collections.abc import Collection

from .entities import Secret, SecretStore


def move_to_backend(store: SecretStore, name: str) -> None:
    """Keep content in another backend from now on, what there is included; no revision is made, nobody is told."""
    store.backend = name
    for secret in store:
        for revision in secret.revisions.values():
            if not revision.vanished:
                revision.backend = name


def lose_content(secret: Secret, numbers: Collection[int] | None) -> None:
    """Let the content of revisions vanish while the revisions stay; of all of them for None."""
    for revision in secret.revisions.values():
        if numbers is None or revision.number in numbers:
            revision.vanished = True
            revision.content = {}
