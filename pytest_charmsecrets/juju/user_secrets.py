"""The operations of a user on secrets, and the access to the model that each needs.

Source: juju 3.6: apiserver/facades/client/secrets/secrets.go; apiserver/common/secrets/secrets.go; cmd/juju/secrets.
juju 4.0: apiserver/facades/client/secrets/secrets.go; domain/secret/service.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Literal, TypeAlias, get_args

from ..errors import JujuError, UsageError
from ..golang import text as gotext
from . import content, identity
from .identity import SecretURI
from .secrets import access, removal, revisions
from .secrets.entities import INTERNAL, RemovalRequest, Secret
from .secrets.labels import LabelTaken
from .secrets.revisions import SecretAttributes
from .secrets.wording import PERMISSION_DENIED, wording
from .transaction import outside_content
from .world import World

UserAccess: TypeAlias = Literal['read', 'write', 'admin']
"""The levels of a user's access to a model. Each includes those before it."""

_RANK: Final = {level: rank for rank, level in enumerate(get_args(UserAccess))}

NEEDED_ACCESS: Final[Mapping[str, UserAccess]] = {
    'secrets': 'read',
    'show-secret': 'read',
    'show-secret --reveal': 'admin',
    'add-secret': 'write',
    'update-secret': 'write',
    'grant-secret': 'write',
    'revoke-secret': 'write',
    'remove-secret': 'write',
}
"""The access to the model that each command of the Juju CLI needs."""

_MISSING_REVISION: Final = {
    'revision': 'revison {revision} for secret "{uri}" not found',
    'none_of_revisions': 'cannot delete any of revisions [{revision}] - revisions not found',
    'deleting': 'deleting secret "{id}": secret revisions [{revision}] not found',
    'uri_and_revision': 'secret revision not found: {uri}/{revision}',
}

_TOKEN_REUSED: Final = datetime.timedelta(minutes=10)
"""How long Juju reuses a token for the same revisions of a cluster."""
_NAMED_BY_NOTHING: Final = 'must specify either URI or name'


@dataclasses.dataclass(frozen=True, slots=True)
class User:
    """A user of a model."""

    world: World
    access: UserAccess = 'admin'

    def check(self, command: str) -> None:
        """Refuse a command that needs more access than the user has.

        Raises:
            JujuError: with Juju's text.
            UsageError: if this version of Juju has no user secrets.
        """
        if not self.world.profile.user_secrets:
            raise UsageError(
                f'Juju {self.world.profile.version} has no user secrets, so no {command}; '
                'they came with 3.3.0: choose a newer juju_version'
            )
        if not self.may(command):
            raise _of_facade(PERMISSION_DENIED, 'unauthorized access')

    def may(self, command: str) -> bool:
        """Whether the user has the access that a command needs."""
        return _RANK[self.access] >= _RANK[NEEDED_ACCESS[command]]


def add(user: User, name: str, values: Mapping[str, str], *, info: str | None) -> SecretURI:
    """Add a secret under a name, or without one if that is empty (``juju add-secret``).

    Raises:
        JujuError: if Juju refuses it: the name is taken, the content is not valid.
    """
    world = user.world
    encoded = _encode(world, values)
    if not encoded:
        raise JujuError('missing secret value or filename')
    user.check('add-secret')
    owner = world.user_owner
    uri = world.new_secret_uri(owner)
    attributes = SecretAttributes(content=encoded, label=name, description=info)
    begun = world.begin_operation()
    try:
        revisions.create(world.secrets, uri.id, owner, attributes, world.clock.now)
    except LabelTaken:
        raise _name_taken(name) from None
    world.note_operation('add-secret', name, *_shown(values), *_flags(info=info), begun=begun)
    return uri


def update(
    user: User,
    identifier: str,
    values: Mapping[str, str],
    *,
    info: str | None,
    name: str | None,
    auto_prune: bool | None,
) -> None:
    """Update a secret (``juju update-secret``). Content equal to the latest revision makes no new one.

    Raises:
        JujuError: if Juju refuses it.
    """
    world = user.world
    encoded = _encode(world, values)
    attributes = SecretAttributes(
        content=encoded or None, label=name or None, description=info or None, auto_prune=auto_prune
    )
    if not identifier:
        raise JujuError(_NAMED_BY_NOTHING)
    user.check('update-secret')
    is_unknown_name = uri_or_name(identifier) is None and _named(world, identifier) is None
    if is_unknown_name and world.bugs.ask('unknown_name_panics'):
        raise JujuError('runtime error: invalid memory address or nil pointer dereference')
    if attributes.is_empty:
        raise JujuError('at least one attribute to update must be specified')
    secret, uri = _find(world, identifier)
    _check_writable(world, secret)
    is_unchanged = _is_latest(world, secret, encoded)
    if is_unchanged:
        attributes = dataclasses.replace(attributes, content=None)
    _check_backend_permits(world, secret, has_content=attributes.content is not None)
    begun = world.begin_operation()
    # Without new content Juju 3.6 writes nothing; 4.0 writes the time and the checksum, and marks obsolete revisions.
    if not attributes.is_empty or world.profile.obsolescence_asked_often:
        try:
            revisions.update(world.secrets, secret, uri, attributes, world.clock.now)
        except LabelTaken:
            raise _name_taken(name or '') from None
    if is_unchanged:
        secret.is_checksum_old = False
    flags = _flags(info=info, name=name, auto_prune=None if auto_prune is None else str(auto_prune).lower())
    world.note_operation('update-secret', identifier, *_shown(values), *flags, begun=begun)
    if not world.profile.async_delete:
        removal.prune(world.secrets, secret)


def _is_latest(world: World, secret: Secret, encoded: content.EncodedContent) -> bool:
    """Whether Juju takes the content of an update for that of the latest revision."""
    if not world.profile.idempotent_content or not encoded or content.checksum(encoded) != secret.latest_checksum:
        return False
    return not (secret.is_checksum_old and world.bugs.ask('metadata_update_erases_checksum'))


def _check_backend_permits(world: World, secret: Secret, *, has_content: bool) -> None:
    """Refuse an update that the backend of the model does not permit."""
    if secret.owner.is_user and outside_content.is_locked(world, secret.id):
        _refuse_locked(world, secret, has_content=has_content)
    if has_content and not secret.owner.is_user and world.secrets.backend != INTERNAL:
        # The model's token permits writes of user secrets only. Juju 3.6: getBackendForUserSecretsWrite.
        raise JujuError(outside_content.denied(world, world.name, secret.id, secret.latest_revision + 1))


def _refuse_locked(world: World, secret: Secret, *, has_content: bool) -> None:
    """Refuse to update a secret to which a cluster has ended the model's write access.

    Within ten minutes Juju reuses the token by which the removed revision was written, whose role has changed since.
    Juju 3.6: apiserver/common/secrets/secrets.go, BackendConfigInfo; secrets/provider/kubernetes/k8s.go.
    """
    if secret.latest_written is not None and world.clock.now - secret.latest_written < _TOKEN_REUSED:
        name = f'juju-secret-consumer-{identity.make_uuid(world.seed, world.uuid, "token", world.name)}'
        raise JujuError(
            f'cannot ensure role binding for secret access token for "{name}": creating role "{name}": '
            f'changing rules for role "{name}" not supported (not supported)'
        )
    if has_content:
        raise JujuError(outside_content.denied(world, world.name, secret.id, secret.latest_revision + 1))


def grant(user: User, identifier: str, applications: Iterable[str]) -> None:
    """Grant applications access to a secret (``juju grant-secret``). It causes no hook.

    Raises:
        JujuError: if Juju refuses any of them; the others are granted access.
    """

    def one(world: World, uri: SecretURI, application: str) -> None:
        subject_first = world.profile.grant_looks_for_subject_first
        if subject_first:
            _check_subject(world, application)
        secret = _writable(world, uri)
        if not subject_first:
            _check_subject(world, application)
        scope = world.user_owner.tag
        try:
            tag = identity.application_tag(application)
            access.grant(world.secrets, secret, subject_tag=tag, scope_tag=scope, role='view')
        except access.ScopeTaken:
            raise JujuError('cannot change secret permission scope') from None

    _change_access(user, 'grant-secret', identifier, applications, one)


def revoke(user: User, identifier: str, applications: Iterable[str]) -> None:
    """Revoke the access of applications (``juju revoke-secret``). It causes no hook.

    Raises:
        JujuError: if Juju refuses any of them; the others lose access.
    """

    def one(world: World, uri: SecretURI, application: str) -> None:
        if world.secrets.get(uri.id) is None and world.profile.grant_looks_for_subject_first:
            return
        secret = _writable(world, uri)
        if world.profile.revoke_checks_subject and application not in world.applications:
            raise JujuError(f'application "{application}" not found')
        access.revoke(world.secrets, secret, subject_tag=identity.application_tag(application))

    _change_access(user, 'revoke-secret', identifier, applications, one)


def remove(user: User, identifier: str, *, revision: int | None) -> None:
    """Remove a secret, or one revision of it (``juju remove-secret``); with the last revision the secret goes.

    Raises:
        JujuError: if Juju refuses it.
    """
    world = user.world
    if world.profile.user_removal_asks_access_first:
        user.check('remove-secret')
    if not identifier and world.profile.user_removal_asks_access_first:
        raise JujuError('must specify either URI or label')
    secret, uri = _find(world, identifier)
    if not user.may('remove-secret') or not secret.owner.is_user:
        raise JujuError(_not_writable(world))
    if revision is not None and revision not in secret.revisions:
        refusal = _MISSING_REVISION[world.profile.user_removal_refusal]
        raise JujuError(refusal.format(uri=uri, id=uri.id, revision=revision))
    numbers = (revision,) if revision is not None else None
    world.note_operation('remove-secret', identifier, *([f'--revision={revision}'] if numbers else []))
    removal.remove_later(world.secrets, RemovalRequest(secret.id, numbers))


def _flags(**values: str | None) -> Iterator[str]:
    return (f'--{name.replace("_", "-")}={value}' for name, value in values.items() if value is not None)


def _change_access(
    user: User,
    command: str,
    identifier: str,
    applications: Iterable[str],
    change: Callable[[World, SecretURI, str], None],
) -> None:
    world = user.world
    if not identifier:
        raise JujuError(_NAMED_BY_NOTHING)
    user.check(command)
    uri = uri_or_name(identifier)
    if uri is None:
        try:
            _, uri = _find(world, identifier)
        except JujuError as error:
            raise _of_facade(str(error), wording(world.profile).missing_code) from None
    names = tuple(applications)
    errors: list[str] = []
    begun = world.begin_operation()
    for name in names:
        try:
            change(world, uri, name)
        except JujuError as error:
            errors.append(f'cannot change access to "{uri}" for "{name}": {error}')
    if len(errors) < len(names):
        world.note_operation(command, identifier, ','.join(names), begun=begun)
    if errors:
        raise JujuError(f'failed to grant/revoke secret: {", ".join(errors)}')


def _find(world: World, identifier: str) -> tuple[Secret, SecretURI]:
    """Return a secret by id, or by name if the text is not an id. Only user secrets have names."""
    uri = uri_or_name(identifier)
    if uri is not None:
        return _existing(world, uri), uri
    secret = _named(world, identifier)
    if secret is None:
        raise JujuError(wording(world.profile).missing_name.format(name=gotext.quote(identifier)))
    return secret, SecretURI(secret.id)


def _existing(world: World, uri: SecretURI) -> Secret:
    _check_local(world, uri)
    secret = world.secrets.get(uri.id)
    if secret is None:
        raise JujuError(wording(world.profile).missing_at_commit.format(uri=uri))
    return secret


def _named(world: World, name: str) -> Secret | None:
    return next((secret for secret in world.secrets.owned_by(world.user_owner) if secret.label == name), None)


def uri_or_name(identifier: str) -> SecretURI | None:
    """Parse an identifier as a URI; return None if it is a name."""
    try:
        return identity.parse_secret_uri(identifier)
    except JujuError:
        return None


def _of_facade(text: str, code: str) -> JujuError:
    """Return the error of a whole request. The client prints its kind after its text."""
    return JujuError(f'{text} ({code})')


def _writable(world: World, uri: SecretURI) -> Secret:
    secret = _existing(world, uri)
    _check_writable(world, secret)
    return secret


def _check_subject(world: World, application: str) -> None:
    """Refuse a grant to an application that does not exist or is dying."""
    found = world.applications.get(application)
    if found is None:
        # state of 3.x looks for a remote application last, so its error is about that.
        kind = 'saas application' if world.profile.grant_looks_for_subject_first else 'application'
        raise JujuError(wording(world.profile).missing_subject.format(kind=kind, name=application))
    if found.life != 'alive' and not world.profile.dying_may_write:
        raise JujuError(f'cannot grant dying "{identity.application_tag(application)}" access to secret')


def _check_local(world: World, uri: SecretURI) -> None:
    if uri.source not in ('', world.uuid) and world.profile.foreign_writes_refused:
        raise JujuError('secret is from a different model')


def _check_writable(world: World, secret: Secret) -> None:
    if not secret.owner.is_user and not world.profile.user_writes_charm_secrets:
        raise JujuError(_not_writable(world))


def _not_writable(world: World) -> str:
    return wording(world.profile).unmanageable.format(unit=world.uuid)


def _encode(world: World, values: Mapping[str, str]) -> dict[str, str]:
    limits = content.LIMITS[world.profile.size_limits]
    return content.encode(((key, gotext.to_bytes(value)) for key, value in values.items()), limits)


def _name_taken(name: str) -> JujuError:
    return JujuError(f'secret with name {gotext.quote(name)} already exists')


def _shown(values: Mapping[str, str]) -> Iterable[str]:
    return (f'{key}={value}' for key, value in values.items())
