"""Commands about secrets: add-secret, update-secret, grant-secret, revoke-secret, remove-secret, secrets, show-secret.

Source: juju 3.6: cmd/juju/secrets; apiserver/facades/client/secrets/secrets.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang.flags import Flag
from ..golang.yaml import Fields
from ..hookcommands import arguments, secret_content
from ..juju import content, user_secrets
from ..juju.secrets.entities import Owner, Revision, Secret
from ..juju.user_secrets import User
from .command import ClientCommand, ClientCommandLine, RunPhase

if TYPE_CHECKING:
    from ..juju.world import World

_INFO: Final = gnuflag.string('info')
_FILE: Final = gnuflag.string('file')
_NAME: Final = gnuflag.string('name')
_AUTO_PRUNE: Final[Flag[bool | None]] = Flag(
    'auto-prune', lambda _, text: gotext.parse_bool(text), lambda _: None, is_boolean=True
)
_OWNER: Final = gnuflag.string('owner')
_REVEAL: Final = gnuflag.boolean('reveal')
_REVISION: Final = gnuflag.integer('revision')
_REVISION_SHOWN: Final = gnuflag.integer('revision', 'r')
_REVISIONS: Final = gnuflag.boolean('revisions')

_STRUCTURED: Final = ('yaml', 'json')
_CONTENT_USAGE: Final = '[key[#base64|#file]=value...]'


def _add(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('secret name needs to be supplied as the first argument')
    values = _read_content(call, call.arguments[1:])
    if not values:
        raise JujuError('missing secret value or filename')
    name, info = call.arguments[0], call.flags[_INFO] or None
    return lambda: call.session.model.add_secret(name, values, info=info) + '\n'


def _update(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('missing secret URI')
    values = _read_content(call, call.arguments[1:])

    def run() -> str:
        call.session.model.update_secret(
            call.arguments[0],
            values,
            info=call.flags[_INFO] or None,
            name=call.flags[_NAME] or None,
            auto_prune=call.flags[_AUTO_PRUNE],
        )
        return ''

    return run


def _read_content(call: ClientCommandLine, pairs: tuple[str, ...]) -> dict[str, str]:
    """Return the values of the command line, over which go those of ``--file``."""
    limits = content.LIMITS[call.session.world.profile.size_limits]
    encoded = secret_content.from_arguments([_with_whole_path(call, pair) for pair in pairs], limits)
    if call.flags[_FILE]:
        encoded |= secret_content.from_file(str(call.path(call.flags[_FILE])), limits)
    return {key: gotext.from_bytes(value) for key, value in content.decode(encoded).items()}


def _with_whole_path(call: ClientCommandLine, pair: str) -> str:
    key, equals, path = pair.partition('=')
    return f'{key}={call.path(path)}' if equals and key.endswith('#file') else pair


def _grant(call: ClientCommandLine) -> RunPhase:
    identifier, applications = _secret_and_applications(call)

    def run() -> str:
        call.session.model.grant_secret(identifier, applications)
        return ''

    return run


def _revoke(call: ClientCommandLine) -> RunPhase:
    identifier, applications = _secret_and_applications(call)

    def run() -> str:
        call.session.model.revoke_secret(identifier, applications)
        return ''

    return run


def _secret_and_applications(call: ClientCommandLine) -> tuple[str, list[str]]:
    if len(call.arguments) < 2:
        raise JujuError('missing secret URI or application name')
    arguments.check_empty(call.arguments[2:])
    return call.arguments[0], call.arguments[1].split(',')


def _remove(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('missing secret URI')
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        revision = call.flags[_REVISION]
        call.session.model.remove_secret(call.arguments[0], revision=revision if revision > 0 else None)
        return ''

    return run


def _list(call: ClientCommandLine) -> RunPhase:
    arguments.check_empty(call.arguments)

    def run() -> str:
        world = call.session.world
        User(world).check('secrets')
        owner = _read_owner(call.flags[_OWNER]) if call.flags[_OWNER] else None
        listed = [secret for secret in world.secrets if owner in (None, secret.owner)]
        return call.output({secret.id: _details(world, secret, call) for secret in listed})

    return run


def _read_owner(tag: str) -> Owner:
    kind, _, name = tag.partition('-')
    if kind == 'unit' and '-' in name:
        application, _, number = name.rpartition('-')
        return Owner('unit', f'{application}/{number}')
    if kind == 'application' and name:
        return Owner('application', name)
    if kind == 'model' and name:
        return Owner('model', name)
    raise JujuError(f'invalid owner {gotext.quote(tag)}')


def _show(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('secret ID is required')
    reveal, revisions, revision = call.flags[_REVEAL], call.flags[_REVISIONS], call.flags[_REVISION_SHOWN]
    if revisions and reveal:
        raise JujuError('specify either --revisions or --reveal but not both')
    if revisions and revision > 0:
        raise JujuError('specify either --revisions or --revision but not both')
    if revision < 0:
        raise JujuError('revision must be a positive integer')
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        world = call.session.world
        secret = user_secrets.find_to_show(User(world), call.arguments[0], reveal=reveal)
        if revision:
            user_secrets.check_revision_to_show(secret, revision)
        shown = _details(world, secret, call, reveal=(revision or secret.latest_revision) if reveal else None)
        if revisions:
            shown['revisions'] = [_revision(secret.revisions[number]) for number in sorted(secret.revisions)]
        if grants := _grants(secret):
            shown['access'] = grants
        return call.output({secret.id: shown})

    return run


def _details(world: World, secret: Secret, call: ClientCommandLine, *, reveal: int | None = None) -> Fields:
    """Lay out what is shown of a secret; what is empty is left out.

    Args:
        world: The model.
        secret: The secret.
        call: The command that shows it.
        reveal: The revision whose content to show.
    """
    revision = secret.revisions.get(reveal) if reveal is not None else None
    values = content.decode_text(revision.content) if revision is not None and not revision.vanished else None
    # Go's JSON knows no inlined maps.
    shown = values if values is None or call.format != 'json' else {'Data': values}
    fields: dict[str, Any] = {
        'revision': secret.latest_revision,
        'checksum': secret.latest_checksum if values is not None and world.profile.idempotent_content else None,
        'expires': secret.latest_expiry,
        'rotation': secret.rotate_policy if secret.rotate_policy != 'never' else None,
        'rotates': secret.next_rotation,
        'owner': str(secret.owner),
        'description': secret.description,
        'name': secret.label if secret.owner.is_user else None,
        'label': secret.label if not secret.owner.is_user else None,
        'created': secret.created,
        'updated': secret.updated,
        'content': shown,
    }
    return _present(fields)


def _revision(revision: Revision) -> Fields:
    return _present(
        {
            'revision': revision.number,
            'backend': revision.backend,
            'created': revision.created,
            'updated': revision.created,
            'expires': revision.expires,
        }
    )


def _grants(secret: Secret) -> list[Fields]:
    return [
        Fields({'target': permission.subject, 'scope': permission.scope, 'role': permission.role})
        for permission in secret.permissions.values()
        if permission.role == 'view'
    ]


def _present(fields: dict[str, Any]) -> Fields:
    return Fields({key: value for key, value in fields.items() if value not in (None, '')})


COMMANDS: Final = (
    ClientCommand('add-secret', _add, (_INFO, _FILE), usage=f'<name> {_CONTENT_USAGE}'),
    ClientCommand('update-secret', _update, (_INFO, _FILE, _NAME, _AUTO_PRUNE), usage=f'<ID>|<name> {_CONTENT_USAGE}'),
    ClientCommand('grant-secret', _grant, usage='<ID>|<name> <application>[,<application>...]'),
    ClientCommand('revoke-secret', _revoke, usage='<ID>|<name> <application>[,<application>...]'),
    ClientCommand('remove-secret', _remove, (_REVISION,), usage='<ID>|<name>'),
    ClientCommand(
        'secrets',
        _list,
        (_OWNER,),
        formats=_STRUCTURED,
        formats_of_juju=('tabular',),
        lacks='the table',
        aliases=('list-secrets',),
    ),
    ClientCommand(
        'show-secret', _show, (_REVEAL, _REVISIONS, _REVISION_SHOWN), formats=_STRUCTURED, usage='<ID>|<name>'
    ),
)
