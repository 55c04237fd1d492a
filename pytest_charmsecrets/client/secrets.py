"""The commands for user secrets: add-secret, update-secret, grant-secret, revoke-secret, remove-secret and others.

Source: juju 3.6: cmd/juju/secrets; apiserver/facades/client/secrets/secrets.go.
"""

from __future__ import annotations

import base64
from typing import Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang.flags import Flag
from ..hookcommands import arguments, secret_content
from ..juju import content, shown_secrets
from ..juju.user_secrets import User
from ..report import secrets as layout
from ..report import tables
from .command import ClientCommand, ClientCommandLine, RunPhase

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
    """Return the values of the command line and of ``--file``, which takes precedence."""
    limits = content.LIMITS[call.session.world.profile.size_limits]
    encoded = secret_content.from_arguments([_with_whole_path(call, pair) for pair in pairs], limits)
    if call.flags[_FILE]:
        encoded |= secret_content.from_file(str(call.path(call.flags[_FILE])), limits)
    return dict(_as_given(key, text) for key, text in encoded.items())


def _as_given(key: str, text: str) -> tuple[str, str]:
    """Return a key and a value as ``add_secret`` takes them, encoded if the decoded value is not the one that Juju stores."""
    try:
        decoded = content.decode({key: text})[key]
    except JujuError:
        decoded = b''
    if base64.b64encode(decoded).decode() != text:
        return f'{key}#base64', text
    return key, gotext.from_bytes(decoded)


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
    profile = call.session.world.profile
    if call.flags[_REVISIONS] and not profile.secrets_list_revisions:
        raise JujuError(f'option provided but not defined: --{_REVISIONS.name}')
    arguments.check_empty(call.arguments)

    def run() -> str:
        world = call.session.world
        shown = shown_secrets.list_secrets(User(world), call.flags[_OWNER] or None)
        described = layout.lay_out(shown, profile, revisions=call.flags[_REVISIONS])
        return call.output(described, lambda: tables.secrets(described, world.clock.now))

    return run


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
        shown = shown_secrets.show(User(world), call.arguments[0], reveal=reveal, revision=revision or None)
        inlined = call.format != 'json'
        return call.output(layout.lay_out(shown, world.profile, revisions=revisions, access=True, inlined=inlined))

    return run


COMMANDS: Final = (
    ClientCommand('add-secret', _add, (_INFO, _FILE), usage=f'<name> {_CONTENT_USAGE}'),
    ClientCommand('update-secret', _update, (_INFO, _FILE, _NAME, _AUTO_PRUNE), usage=f'<ID>|<name> {_CONTENT_USAGE}'),
    ClientCommand('grant-secret', _grant, usage='<ID>|<name> <application>[,<application>...]'),
    ClientCommand('revoke-secret', _revoke, usage='<ID>|<name> <application>[,<application>...]'),
    ClientCommand('remove-secret', _remove, (_REVISION,), usage='<ID>|<name>'),
    ClientCommand(
        'secrets',
        _list,
        (_OWNER, _REVISIONS),
        formats=('tabular', *_STRUCTURED),
        aliases=('list-secrets',),
    ),
    ClientCommand(
        'show-secret', _show, (_REVEAL, _REVISIONS, _REVISION_SHOWN), formats=_STRUCTURED, usage='<ID>|<name>'
    ),
)
