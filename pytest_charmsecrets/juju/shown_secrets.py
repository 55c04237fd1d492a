"""The secrets that client commands show to a user, and the errors for missing secrets, revisions and content.

Source: juju 3.6: apiserver/facades/client/secrets/secrets.go, ListSecrets; state/secrets.go, ListSecrets,
GetSecretRevision. juju 4.0: domain/secret/service/service.go, ListSecrets, GetSecretContentFromBackend;
domain/secret/state/state.go, GetSecretByURI, ListSecretsByLabels.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from ..errors import JujuError
from ..golang import text as gotext
from . import identity, tags
from .clock import RotatePolicy
from .content import EncodedContent
from .identity import SecretURI
from .secrets import access, backends
from .secrets.entities import INTERNAL, Permission, Secret
from .secrets.wording import wording
from .user_secrets import User, uri_or_name
from .world import World


@dataclasses.dataclass(frozen=True, slots=True)
class ShownSecret:
    """One secret, as client commands show it."""

    secret: Secret
    rotation: RotatePolicy | None
    """The rotation policy; None if none is shown."""
    access: tuple[Permission, ...]
    """The grants, without the owner's own access."""
    content: EncodedContent | None = None
    """The content, if it was requested and exists."""
    error: str = ''
    """The error in place of content that was requested and does not exist."""


def list_secrets(user: User, owner: str | None = None) -> list[ShownSecret]:
    """Return the secrets of a model (``juju secrets``), oldest first.

    Args:
        user: who asks.
        owner: the tag of the owner whose secrets to list.

    Raises:
        JujuError: if the user has no access, or the tag is not that of an owner of secrets.
    """
    world = user.world
    if owner is not None:
        _check_owner(world, owner)
    user.check('secrets')
    found = [secret for secret in world.secrets if owner in (None, secret.owner.tag)]
    world.check_subjects(found)
    return [as_shown(world, secret) for secret in found]


def _check_owner(world: World, tag: str) -> None:
    doing = f'invalid owner {gotext.quote(tag)}'
    try:
        kind = tags.kind_of(tag)
    except JujuError as error:
        raise JujuError(f'{doing}: {error}') from None
    # The client of 4.0 names an owner by kind and name, and knows two kinds.
    if world.profile.policy_always_shown and kind not in ('application', 'unit'):
        raise JujuError(doing)


def show(user: User, identifier: str, *, reveal: bool = False, revision: int | None = None) -> list[ShownSecret]:
    """Return the secrets that ``juju show-secret`` shows: by name, every secret of that name or label.

    Args:
        user: who asks.
        identifier: a URI, a name or a charm's label; all secrets if it is empty.
        reveal: whether to show the content.
        revision: the revision to look at; the latest for None.

    Raises:
        JujuError: if no secret is found, or the user may not see its content.
    """
    user.check('show-secret --reveal' if reveal else 'show-secret')
    world = user.world
    uri = uri_or_name(identifier)
    if uri is not None:
        found = [_find(world, uri, revision)]
    else:
        found = list(_find_by_name(world, identifier, revision))
    if not found:
        raise JujuError(f'secret {gotext.quote(identifier)} not found')
    world.check_subjects(found)
    return [_reveal(world, secret, revision) if reveal else as_shown(world, secret) for secret in found]


def _find(world: World, uri: SecretURI, revision: int | None) -> Secret:
    texts = wording(world.profile)
    secret = world.secrets.get(uri.id)
    fields = {'id': uri.id, 'uri': SecretURI(uri.id), 'source': uri.source, 'revision': revision}
    if secret is None:
        text = texts.missing_to_user if revision is None else texts.missing_with_revision_to_user
        raise JujuError(text.format(**fields))
    if revision is not None and revision not in secret.revisions:
        raise JujuError(texts.missing_revision_to_user.format(**fields))
    return secret


def _find_by_name(world: World, name: str, revision: int | None) -> Iterator[Secret]:
    profile = world.profile
    if not name and revision is not None and profile.revision_by_name_optional:
        raise JujuError('cannot specify revision without URI or labels')
    for secret in world.secrets:
        if name and secret.label != name and not profile.show_by_name_returns_all:
            continue
        if revision is not None and not profile.revision_by_name_optional:
            _find(world, SecretURI(secret.id), revision)
        yield secret


def _reveal(world: World, secret: Secret, number: int | None) -> ShownSecret:
    number = number or secret.latest_revision
    shown = as_shown(world, secret)
    revision = secret.revisions.get(number)
    if revision is not None and not revision.vanished:
        return dataclasses.replace(shown, content=revision.content)
    if revision is None or revision.backend == INTERNAL:
        error = wording(world.profile).missing_content_to_user.format(id=secret.id, revision=number)
    else:
        error = backends.missing_content(revision.backend, secret.id, number)
    return dataclasses.replace(shown, error=error)


def as_shown(world: World, secret: Secret) -> ShownSecret:
    """Return a secret as client commands show it, without its content."""
    is_given = secret.is_policy_given or world.profile.policy_always_shown
    return ShownSecret(secret, secret.rotate_policy if is_given else None, tuple(_access(world, secret)))


def _access(world: World, secret: Secret) -> Iterable[Permission]:
    for permission in secret.permissions.values():
        if permission.role != 'view':
            continue
        if access.is_of_other_model(permission.subject) and not world.profile.other_models_listed:
            continue
        yield _as_known(world, permission)


def _as_known(world: World, permission: Permission) -> Permission:
    """Return a grant as it is shown. Juju 4.0 keeps the grant of a removed application, and shows no name for it."""
    kind, _, name = permission.subject.partition('-')
    is_there = name in world.applications or name in world.remote_applications
    if kind != 'application' or is_there or world.profile.gone_grants_forgotten:
        return permission
    return dataclasses.replace(permission, subject=identity.application_tag(''))
