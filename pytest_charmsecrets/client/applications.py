"""The commands for applications, units and relations: deploy, refresh, integrate, add-unit, remove-unit and others.

Source: juju 3.6: cmd/juju/application.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, cast

import yaml

from ..charms.source import read_charm
from ..errors import JujuError, UsageError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang import yaml as goyaml
from ..hookcommands import arguments
from ..juju import application_config, identity
from ..juju.state import Application, CharmMetadata
from .command import (
    CharmLike,
    ClientCommand,
    ClientCommandLine,
    FailedWithOutput,
    RunPhase,
    Session,
    application_not_found,
)

if TYPE_CHECKING:
    from ops import testing

_NUM_UNITS: Final = gnuflag.integer('num-units', 'n', default=1)
_NUM_UNITS_REMOVED: Final = gnuflag.integer('num-units')
_CONFIG: Final = gnuflag.strings('config')
_RESOURCE: Final = gnuflag.strings('resource')
_CHANNEL: Final = gnuflag.string('channel')
_CHARMHUB_REVISION: Final = gnuflag.integer('revision', default=-1)
_PATH: Final = gnuflag.string('path')
_ALL: Final = gnuflag.boolean('all')

_TRUST: Final = gnuflag.boolean('trust')
_REMOVE: Final = gnuflag.boolean('remove')
_SCOPE: Final = gnuflag.string('scope')
_BASE: Final = gnuflag.string('base')
_CONSTRAINTS: Final = gnuflag.strings('constraints')
_FORCE: Final = gnuflag.boolean('force')
_NO_PROMPT: Final = gnuflag.boolean('no-prompt')
_DESTROY_STORAGE: Final = gnuflag.boolean('destroy-storage')
_FORCE_UNITS: Final = gnuflag.boolean('force-units')
_NO_RETRY: Final = gnuflag.boolean('no-retry')
_NO_WAIT: Final = gnuflag.boolean('no-wait')


TRUST: Final = 'trust'
"""The option that every application has in addition to those of its charm."""

_NEEDS_SCOPE: Final = """'juju trust' currently grants full access to the cluster itself.
Set the scope to 'cluster' using '--scope=cluster' to confirm this choice.
"""

# --- charms


def _deploy(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('no charm or bundle specified')
    arguments.check_empty(call.arguments[2:])
    given = call.arguments[0]
    name = call.arguments[1] if len(call.arguments) > 1 else ''
    if name and not identity.is_application_name(name):
        raise JujuError(f'invalid application name {gotext.quote(name)}')
    is_local = _is_local(given)
    charm = call.path(given) if is_local else _stand_in(call.session, given)

    def run() -> str:
        metadata = read_charm(charm)
        app = name or (metadata.name if is_local else given)
        if is_local:
            call.messages.append(f'Located local charm "{metadata.name}", revision 0')
        call.messages.append(
            f'Deploying "{app}" from {"local" if is_local else "charm-hub"} charm "{metadata.name}", revision 0'
        )
        call.session.model.deploy(
            charm,
            app,
            num_units=call.flags[_NUM_UNITS],
            config=_read_config(call, metadata, app),
            state=_state_with_resources(call, metadata),
        )
        application = call.session.world.applications[app]
        if call.flags[_TRUST]:
            # Set directly: its agents have not started, so no unit has to run config-changed for it.
            application.trusted = True
        if not is_local:
            application.charmhub_name = given
        return ''

    return run


def _refresh(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('no application specified')
    arguments.check_empty(call.arguments[1:])
    if not identity.is_application_name(call.arguments[0]):
        raise JujuError(f'invalid application name {gotext.quote(call.arguments[0])}')

    def run() -> str:
        application = _find(call, call.arguments[0])
        charm = call.path(call.flags[_PATH]) if call.flags[_PATH] else _same_charm(call, application)
        metadata = read_charm(charm)
        config = _read_config(call, metadata, application.name)
        call.session.model.refresh(application.name, charm, force=call.flags[_FORCE_UNITS])
        if config:
            call.session.model.config(application.name, config)
        revision = application.charm_version
        call.messages.append(f'Added local charm "{metadata.name}", revision {revision}, to the model')
        return ''

    return run


def _same_charm(call: ClientCommandLine, application: Application) -> CharmLike:
    if not application.charmhub_name:
        raise UsageError(
            f'juju refresh {application.name}: it was deployed from a file, so there is no newer charm in a store; '
            'give --path'
        )
    return _stand_in(call.session, application.charmhub_name)


def _is_local(charm: str) -> bool:
    return charm.startswith(('.', '/'))


def _stand_in(session: Session, name: str) -> CharmLike:
    """Return the charm that the test gave in place of a Charmhub charm."""
    if name not in session.charmhub:
        known = f' (there are: {", ".join(session.charmhub)})' if session.charmhub else ''
        raise UsageError(
            f'the fake controller has no Charmhub, so {name!r} cannot be found{known}; give a charm to use instead, as '
            f"in charmhub={{{name!r}: 'path/to/charm'}}, or a path that begins with . or /"
        )
    return session.charmhub[name]


def _read_config(call: ClientCommandLine, metadata: CharmMetadata, app: str) -> dict[str, Any]:
    """Return the values of all ``--config`` flags, of which each is ``key=value`` or the name of a file."""
    texts: dict[str, str] = {}
    values: dict[str, Any] = {}
    for given in call.flags[_CONFIG]:
        key, equals, text = given.partition('=')
        if equals:
            texts[key] = call.read(text[1:]) if text.startswith('@') else text
        else:
            values |= read_config_file(call.read(given), metadata, app)
    return {**values, **application_config.read_settings(metadata, texts)}


def read_config_file(text: str, metadata: CharmMetadata, app: str) -> dict[str, Any]:
    """Return the values of a config file under the application's name.

    Raises:
        JujuError: if the file is not valid; the message is Juju's.
    """
    try:
        document: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise JujuError(f'cannot parse settings data: yaml: {" ".join(str(error).split())}') from None
    settings = cast('dict[str, Any]', document).get(app) if isinstance(document, dict) else None
    if not isinstance(settings, dict):
        raise JujuError(f'no settings found for {gotext.quote(app)}')
    texts = {str(key): _as_text(value) for key, value in cast('dict[str, Any]', settings).items()}
    return application_config.read_settings(metadata, texts)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else goyaml.dump(value).rstrip('\n')


def _state_with_resources(call: ClientCommandLine, metadata: CharmMetadata) -> testing.State | None:
    """Return a state with the resources that are files. Charms cannot read images, so those are left out."""
    from ops import testing

    files: list[testing.Resource] = []
    for given in call.flags[_RESOURCE]:
        name, equals, value = given.partition('=')
        if not name or not equals or not value:
            raise JujuError(f'expected "key=value", got {gotext.quote(given)}')
        if name not in metadata.resources:
            raise JujuError(f'unrecognized resource {gotext.quote(name)}')
        path = call.path(value)
        if path.is_file():
            files.append(testing.Resource(name=name, path=path))
        elif _is_local(value):
            raise JujuError(f'file for resource {gotext.quote(name)}: open {value}: no such file or directory')
    return testing.State(resources=files) if files else None


def _trust(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('no application name specified')
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        application = _find(call, call.arguments[0])
        scope = call.flags[_SCOPE]
        if call.session.model.cloud == 'kubernetes' and not call.flags[_REMOVE] and scope != 'cluster':
            raise JujuError(f'scope {gotext.quote(scope)} not valid' if scope else _NEEDS_SCOPE)
        call.session.model.trust(application.name, remove=call.flags[_REMOVE])
        return ''

    return run


# --- units


def _add_unit(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('no application specified')
    arguments.check_empty(call.arguments[1:])
    if call.flags[_NUM_UNITS] < 1:
        raise JujuError('--num-units must be a positive integer')

    def run() -> str:
        application = _find(call, call.arguments[0])
        call.session.model.add_unit(application.name, num_units=call.flags[_NUM_UNITS])
        return ''

    return run


def _remove_unit(call: ClientCommandLine) -> RunPhase:
    on_kubernetes = call.session.model.cloud == 'kubernetes'
    count = call.flags[_NUM_UNITS_REMOVED]
    if on_kubernetes:
        _check_scaling(call.arguments, count)
        return lambda: _scale_down(call, call.arguments[0], count)
    if count:
        raise JujuError('--num-units for non k8s models not valid')
    if not call.arguments:
        raise JujuError('no units specified')
    for name in call.arguments:
        if not identity.is_unit_name(name):
            raise JujuError(f'invalid unit name {gotext.quote(name)}')
    return lambda: _remove_units(call)


def _check_scaling(names: tuple[str, ...], count: int) -> None:
    if not names:
        raise JujuError('no application specified')
    if len(names) != 1:
        raise JujuError('only single application supported')
    if identity.is_unit_name(names[0]):
        raise JujuError(
            'k8s models do not support removing named units.\nInstead specify an application with --num-units.\n'
        )
    if not identity.is_application_name(names[0]):
        raise JujuError(f'application name {gotext.quote(names[0])} not valid')
    if count <= 0:
        raise JujuError('specify the number of units (> 0) to remove using --num-units')


def _scale_down(call: ClientCommandLine, name: str, count: int) -> str:
    units = _find(call, name).units.values()
    alive = sum(unit.life == 'alive' for unit in units)
    if count > alive:
        raise JujuError('cannot remove more units than currently exist not valid')
    call.session.model.remove_unit(name, num_units=count, force=call.flags[_FORCE])
    call.messages.append(f'scaling down to {alive - count} units')
    return ''


def _remove_units(call: ClientCommandLine) -> str:
    missing = [name for name in call.arguments if call.session.world.find_unit(name) is None]
    removed = [name for name in call.arguments if name not in missing]
    if removed:
        call.session.model.remove_unit(*removed, force=call.flags[_FORCE])
    return _report(
        call,
        [f'removing unit {name} failed: unit "{name}" does not exist' for name in missing],
        ''.join(f'will remove unit {name}\n' for name in removed),
    )


def _remove_application(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('no application specified')
    for name in call.arguments:
        if not identity.is_application_name(name):
            raise JujuError(f'invalid application name {gotext.quote(name)}')

    def run() -> str:
        applications = call.session.world.applications
        missing = [name for name in call.arguments if name not in applications]
        removed = [name for name in call.arguments if name in applications]
        told = ''
        for name in removed:
            told += f'will remove application {name}\n'
            told += ''.join(f'- will remove unit {unit}\n' for unit in applications[name].units)
        call.session.model.remove_application(*removed, force=call.flags[_FORCE])
        refusals = [f'removing application {name} failed: application "{name}" not found' for name in missing]
        return _report(call, refusals, told)

    return run


def _report(call: ClientCommandLine, refusals: Iterable[str], told: str) -> str:
    """Return the output of the command. If there were errors, print them and fail without a further message."""
    refused = [f'ERROR {refusal}' for refusal in refusals]
    if refused:
        call.messages.extend(refused)
        raise FailedWithOutput('', told)
    return told


def _resolved(call: ClientCommandLine) -> RunPhase:
    if call.flags[_ALL]:
        if call.arguments:
            raise JujuError('specifying unit names(s) with --all not supported')
    elif not call.arguments:
        raise JujuError('no unit specified')
    for name in call.arguments:
        if not identity.is_unit_name(name):
            raise JujuError(f'unit name {gotext.quote(name)} not valid')

    def run() -> str:
        for name in call.arguments:
            if call.session.world.find_unit(name) is None:
                raise JujuError(f'unit "{name}" not found')
        in_error = call.session.agents.units_in_error()
        for name in in_error if call.flags[_ALL] else call.arguments:
            if name not in in_error:
                raise JujuError(f'unit "{name}" is not in an error state')
            call.session.model.resolve(name, no_retry=call.flags[_NO_RETRY])
        return ''

    return run


# --- relations


def _integrate(call: ClientCommandLine) -> RunPhase:
    if len(call.arguments) != 2:
        raise JujuError('a relation must involve two applications')

    def run() -> str:
        for name in call.arguments:
            _check_is_there(call, name.partition(':')[0])
        call.session.model.integrate(*call.arguments)
        return ''

    return run


def _remove_relation(call: ClientCommandLine) -> RunPhase:
    if len(call.arguments) == 1:
        raise UsageError('juju remove-relation <relation-id> is not supported; name the two applications')
    if len(call.arguments) != 2:
        raise JujuError('a relation must involve two applications')

    def run() -> str:
        for name in call.arguments:
            _check_is_there(call, name.partition(':')[0])
        call.session.model.remove_relation(*call.arguments, force=call.flags[_FORCE])
        return ''

    return run


def _check_is_there(call: ClientCommandLine, name: str) -> None:
    if name not in call.session.world.remote_applications:
        _find(call, name)


def _find(call: ClientCommandLine, name: str) -> Application:
    application = call.session.world.applications.get(name)
    if application is None:
        raise application_not_found(name)
    return application


_WITHOUT_EFFECT: Final = (_BASE, _FORCE)
_CHARMHUB: Final = (_CHANNEL, _CHARMHUB_REVISION)
_STORAGE: Final = (_NO_PROMPT, _DESTROY_STORAGE)

COMMANDS: Final = (
    ClientCommand(
        'deploy',
        _deploy,
        (_NUM_UNITS, _CONFIG, _RESOURCE, _TRUST),
        (*_WITHOUT_EFFECT, *_CHARMHUB, _CONSTRAINTS),
        usage='<charm> [<application name>]',
        lacks='bundles, storage, placement, bindings; Charmhub: a test gives the charms to use instead',
    ),
    ClientCommand(
        'refresh',
        _refresh,
        (_PATH, _CONFIG, _FORCE_UNITS),
        (*_WITHOUT_EFFECT, *_CHARMHUB),
        usage='<application>',
        lacks='`--switch`, resources',
    ),
    ClientCommand('trust', _trust, (_REMOVE, _SCOPE), usage='<application name>', lacks='a real credential'),
    ClientCommand(
        'integrate', _integrate, usage='<application>[:<endpoint>] <application>[:<endpoint>]', aliases=('relate',)
    ),
    ClientCommand(
        'remove-relation',
        _remove_relation,
        (_FORCE,),
        usage='<application>[:<endpoint>] <application>[:<endpoint>]',
        lacks='relation ids; the minute that `--force` waits',
    ),
    ClientCommand('add-unit', _add_unit, (_NUM_UNITS,), usage='<application>', lacks='storage, placement'),
    ClientCommand(
        'remove-unit',
        _remove_unit,
        (_NUM_UNITS_REMOVED, _FORCE),
        (*_STORAGE, _NO_WAIT),
        usage='<unit> [...] | <application>',
        lacks='the minute that `--force` waits without `--no-wait`',
    ),
    ClientCommand(
        'remove-application',
        _remove_application,
        (_FORCE,),
        (*_STORAGE, _NO_WAIT),
        usage='<application> [<application>...]',
        lacks='the minute that `--force` waits without `--no-wait`',
    ),
    ClientCommand('resolved', _resolved, (_ALL, _NO_RETRY), usage='[<unit> ...]', aliases=('resolve',)),
)
