"""Secret backends: where content is kept, as far as charms and users can notice it.

Source: juju 3.6: apiserver/common/secrets/secrets.go, AdminBackendConfigInfo; state/secrets.go, ChangeSecretBackend;
secrets/provider/kubernetes/provider.go, BuiltInName. juju 4.0: domain/secretbackend/service.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from ...errors import UsageError
from ..state import Cloud
from ..versions import Profile
from .entities import INTERNAL, Owner, Secret, SecretStore

AUTO: Final = 'auto'
"""The name that stands for the backend of the model's cloud, which a model begins with."""

_MISSING_IN_KUBERNETES: Final = 'secret "{id}-{revision}" not found'
_MISSING_IN_VAULT: Final = 'secret revision "{id}-{revision}" not found'


def check_known(profile: Profile) -> None:
    """Refuse a version of Juju that has no backends.

    Raises:
        UsageError: with the release that they came with.
    """
    if not profile.secret_backends:
        raise UsageError(
            f'Juju {profile.version} has no secret backends; they came with 3.1.0: choose a newer juju_version'
        )


def find_backend(chosen: str, model: str, cloud: Cloud, profile: Profile) -> str:
    """Return the name of the backend that a user has chosen.

    ``auto`` is the backend of the model's cloud: on Kubernetes the model's namespace, elsewhere Juju itself.
    """
    if chosen != AUTO:
        return chosen
    return f'{model}-local' if cloud == 'kubernetes' and profile.secret_backends else INTERNAL


def is_kubernetes(name: str) -> bool:
    """Whether a backend outside Juju is a Kubernetes cluster, as its name says; any other is a Vault."""
    return name.endswith('-local') or 'k8s' in name or 'kubernetes' in name


def missing_content(name: str, secret_id: str, revision: int) -> str:
    """Return the error of a backend outside Juju for content that does not exist.

    Juju 3.6: secrets/provider, kubernetes/backend.go, getSecret; vault/backend.go, GetContent.
    """
    text = _MISSING_IN_KUBERNETES if is_kubernetes(name) else _MISSING_IN_VAULT
    return text.format(id=secret_id, revision=revision)


def be_in_backend(store: SecretStore, name: str) -> None:
    """Record that content was in a backend from the beginning."""
    store.backend = name
    for secret in store:
        _move(secret, name)


def move_to_backend(store: SecretStore, name: str) -> None:
    """Switch the backend and move existing content to it. No revision is added, and no unit is notified."""
    store.backend = name
    stopped: set[Owner] = set()
    for secret in store:
        lost = [one for one in secret.revisions.values() if one.vanished and one.backend != INTERNAL]
        is_lost = bool(lost) and not secret.owner.is_user
        # Juju 3.6: secretsdrainworker, drainSecrets, which returns at the first error.
        if (
            secret.owner in stopped
            or (is_lost and store.bugs.ask('drain_stops_at_lost'))
            or (not _is_made_ready(secret, name) and store.bugs.ask('removed_latest_locks'))
        ):
            stopped.add(secret.owner)
            continue
        _move(secret, name)


def _is_made_ready(secret: Secret, name: str) -> bool:
    """Whether a backend takes all content of a secret: a cluster takes the revision after the highest that it has alone.

    Juju 3.6: secrets/provider/kubernetes/provider.go, RestrictedConfig; secretsdrainworker, drainSecret.
    """
    if not is_kubernetes(name):
        return True
    there = [one for one in secret.revisions.values() if not one.vanished]
    highest = max((one.number for one in there if one.backend == name), default=0)
    return all(one.number == highest + 1 for one in there if one.backend != name)


def _move(secret: Secret, name: str) -> None:
    for revision in secret.revisions.values():
        if not revision.vanished:
            revision.backend = name


def lose_content(secret: Secret, numbers: Collection[int] | None) -> None:
    """Mark the content of revisions as lost, while the revisions stay; None stands for all revisions."""
    for revision in secret.revisions.values():
        if numbers is None or revision.number in numbers:
            revision.vanished = True
            revision.content = {}
