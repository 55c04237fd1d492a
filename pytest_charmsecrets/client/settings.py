"""The commands for settings: config, model-config, model-secret-backend.

Source: juju 3.6: cmd/juju/config/config.go, cmd/juju/application/config.go, cmd/juju/model/config.go;
apiserver/facades/client/application/get.go.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from ..errors import JujuError, UsageError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang.yaml import Fields
from ..juju import application_config
from ..juju.model_config import SECRET_BACKEND, SECRET_BACKEND_REMOVED, SETTINGS
from ..juju.secrets import backends
from ..juju.secrets.entities import INTERNAL
from ..juju.state import Application
from ..report import tables
from .applications import TRUST, read_config_file
from .command import CONTROLLER, USER, ClientCommand, ClientCommandLine, RunPhase, application_not_found

_FILE: Final = gnuflag.string('file')
_RESET: Final = gnuflag.strings('reset')
_COLOR: Final = gnuflag.boolean('color')
_NO_COLOR: Final = gnuflag.boolean('no-color')

_AGENT_VERSION: Final = 'agent-version'
_KUBERNETES: Final = 'kubernetes'
"""Juju's name for the backend that ``auto`` selects on Kubernetes."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Request:
    """The settings that a command line gets, sets and resets."""

    wanted: str | None
    values: Mapping[str, str]
    reset: tuple[str, ...]
    file: str

    @property
    def changes(self) -> bool:
        """Whether the command line changes a setting."""
        return bool(self.values or self.reset or self.file)


def _read_request(call: ClientCommandLine, given: tuple[str, ...]) -> _Request:
    values: dict[str, str] = {}
    wanted: list[str] = []
    for argument in given:
        key, equals, value = argument.partition('=')
        if not equals:
            wanted.append(argument)
        elif not key:
            raise JujuError(f'expected "key=value", got {gotext.quote(argument)}')
        elif key in values:
            raise JujuError(f'key {gotext.quote(key)} specified more than once')
        else:
            values[key] = value
    reset = tuple(key for part in call.flags[_RESET] for key in part.strip(',').split(','))
    for key in reset:
        if '=' in key:
            raise JujuError(f'--reset accepts a comma delimited set of keys "a,b,c", received: {gotext.quote(key)}')
    request = _Request(wanted[0] if wanted else None, values, reset, call.flags.values.get(_FILE.name, ''))
    _check_combination(request, wanted)
    return request


def _check_combination(request: _Request, wanted: list[str]) -> None:
    actions = {
        'use --file flag': request.file,
        'use --reset flag': request.reset,
        'get value': wanted,
        'set key=value pairs': request.values,
    }
    asked = [action for action, present in actions.items() if present]
    if wanted and len(asked) > 1:
        raise JujuError(f'cannot {", ".join(asked[:-1])} and {asked[-1]} simultaneously')
    if len(wanted) > 1:
        raise JujuError('cannot specify multiple keys to get')
    for key in request.reset:
        if key in request.values:
            raise JujuError(f'cannot set and reset key {gotext.quote(key)} simultaneously')


# --- an application's


def _config(call: ClientCommandLine) -> RunPhase:
    if not call.arguments or '=' in call.arguments[0]:
        raise JujuError('no application name specified')
    name = call.arguments[0]
    request = _read_request(call, call.arguments[1:])

    def run() -> str:
        application = call.session.world.applications.get(name)
        if application is None:
            # For a change, Juju returns an error for each item, to which the client adds no kind.
            raise JujuError(f'application "{name}" not found') if request.changes else application_not_found(name)
        if request.changes:
            _change(call, application, request)
            return ''
        shown = _describe(application)
        if request.wanted is None:
            return call.output({'application': name, 'charm': application.metadata.name, **shown})
        described = shown['settings'].get(request.wanted) or shown['application-config'].get(request.wanted)
        if described is None:
            raise JujuError(
                f'key {gotext.quote(request.wanted)} not found in "{name}" application config or charm settings.'
            )
        return f'{_printed(described.get("value", ""))}\n'

    return run


def _change(call: ClientCommandLine, application: Application, request: _Request) -> None:
    metadata = application.metadata
    reset = [key for key in request.reset if key != TRUST]
    for key in reset:
        if key not in metadata.options:
            raise JujuError(f'updating application charm settings: unknown option {gotext.quote(key)}')
    trusted = application.trusted and TRUST not in request.reset
    try:
        values = read_config_file(call.read(request.file), metadata, application.name) if request.file else {}
        texts = {key: call.read(text[1:]) if text.startswith('@') else text for key, text in request.values.items()}
        if TRUST in texts:
            trusted = gotext.parse_bool(texts.pop(TRUST))
        values |= application_config.read_settings(metadata, texts)
    except JujuError as error:
        raise JujuError(f'parsing settings for application: {error}') from None
    call.session.model.config(application.name, values, reset=reset)
    if trusted != application.trusted:
        call.session.model.trust(application.name, remove=not trusted)


def _describe(application: Application) -> dict[str, Any]:
    options = application.metadata.options.values()
    settings: dict[str, Any] = {}
    for option in options:
        described: dict[str, Any] = {'description': option.description, 'type': option.type, 'source': 'unset'}
        value = application.config.get(option.name)
        if option.default is not None:
            described |= {'default': option.default, 'value': option.default, 'source': 'default'}
        if value is not None and value != option.default:
            described |= {'value': value, 'source': 'user'}
        settings[option.name] = described
    trust = {
        'default': False,
        'description': 'Does this application have access to trusted credentials',
        'source': 'user' if application.trusted else 'default',
        'type': 'bool',
        'value': application.trusted,
    }
    return {'settings': settings, 'application-config': {TRUST: trust}}


def _printed(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- the model's


def _model_config(call: ClientCommandLine) -> RunPhase:
    request = _read_request(call, call.arguments)
    if _AGENT_VERSION in request.values:
        raise JujuError(f'"{_AGENT_VERSION}" must be set via "upgrade-model"')
    for key in (*request.values, *request.reset):
        if key not in SETTINGS:
            raise UsageError(f'juju model-config {key} is not supported; supported: {", ".join(SETTINGS)}')

    def run() -> str:
        if request.changes:
            call.session.model.model_config(request.values or None, reset=request.reset)
            return ''
        return _show_settings(call, request.wanted)

    return run


def _show_settings(call: ClientCommandLine, wanted: str | None) -> str:
    chosen = call.session.model.model_config() or {}
    settings = {name: Fields({'Value': value, 'Source': 'model'}) for name, value in chosen.items()}
    profile = call.session.world.profile
    if profile.backend_in_config and profile.secret_backends:
        settings.setdefault(SECRET_BACKEND, Fields({'Value': backends.AUTO, 'Source': 'default'}))
    elif not profile.backend_in_config and wanted == SECRET_BACKEND:
        raise JujuError(SECRET_BACKEND_REMOVED)
    settings[_AGENT_VERSION] = Fields({'Value': profile.version, 'Source': 'model'})
    if wanted is None:
        return call.output(settings, lambda: tables.settings(settings))
    if wanted not in settings:
        model = f'{CONTROLLER}:{USER}/{call.session.world.name}'
        raise JujuError(f'{gotext.quote(wanted)} is not a key of the currently targeted model: {gotext.quote(model)}')
    if call.format == 'tabular':
        return f'{settings[wanted]["Value"]}\n'
    return call.output({wanted: settings[wanted]})


# --- its secret backend


def _model_secret_backend(call: ClientCommandLine) -> RunPhase:
    if len(call.arguments) > 1:
        raise JujuError('cannot specify multiple secret backend names')
    name = call.arguments[0] if call.arguments else None
    if name == '':
        raise JujuError('cannot specify an empty secret backend name')

    def run() -> str:
        world = call.session.world
        if world.profile.backend_in_config:
            # The message of a 4.0 client, because a 3.x client does not have the command.
            raise JujuError(
                '"model-secret-backend" has not been implemented on the controller, use the "model-config" command instead'
            )
        if name is None:
            return f'{world.secret_backend}\n'
        if name in (INTERNAL, _KUBERNETES) or name.endswith('-local'):
            raise JujuError(f'secret backend name {gotext.quote(name)} not valid: please use "auto" instead')
        call.session.model.model_secret_backend(name)
        return ''

    return run


COMMANDS: Final = (
    ClientCommand(
        'config',
        _config,
        (_FILE, _RESET),
        (_COLOR, _NO_COLOR),
        formats=('yaml', 'json'),
        usage='<application> [--reset <key[,key]>] [<attribute-key>][=<value>] ...]',
    ),
    ClientCommand(
        'model-config',
        _model_config,
        (_RESET,),
        (_COLOR, _NO_COLOR),
        formats=('tabular', 'yaml', 'json'),
        usage='[--reset <key[,key]>] [<attribute-key>][=<value>] ...]',
        lacks='all settings except `update-status-hook-interval`, which is absent until it is set, and, before 4.0, '
        '`secret-backend`',
    ),
    ClientCommand(
        'model-secret-backend',
        _model_secret_backend,
        usage='[<secret-backend-name>]',
        lacks='the check that the backend exists; releases before 4.0 set it with `model-config`',
    ),
)
