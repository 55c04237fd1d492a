"""The relation commands: relation-ids, -list, -get, -set and relation-model-get.

Source: juju 3.6: jujuc/relation-*.go.
"""

from __future__ import annotations

from typing import Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang.yaml import Fields
from ..juju import identity
from . import arguments, formats
from .command import DEPRECATED_FORMAT, CommandLine, HookCommand, RunPhase

_APP: Final = gnuflag.boolean('app')
_NO_TARGET: Final = 'no unit or application specified'
_ALL_KEYS: Final = '-'


def _relation_ids(call: CommandLine) -> RunPhase:
    endpoint = call.arguments[0] if call.arguments else call.context.hook.endpoint or ''
    if not call.arguments and not endpoint:
        raise JujuError('no endpoint name specified')
    arguments.check_empty(call.arguments[1:])
    # Juju sorts relation ids as text: 10 comes before 2.
    return lambda: call.output(sorted(f'{endpoint}:{id_}' for id_ in call.context.relation_ids(endpoint)))


def _relation_list(call: CommandLine) -> RunPhase:
    relation_id = arguments.required_relation(call)
    arguments.check_empty(call.arguments)

    def run() -> str:
        relation = arguments.find_relation(call.context, relation_id)
        if call.flags[_APP]:
            return call.output(relation.remote_application)
        return call.output(list(call.context.relation_members(relation_id)))

    return run


def _relation_model_get(call: CommandLine) -> RunPhase:
    relation_id = arguments.required_relation(call)
    arguments.check_empty(call.arguments)

    def run() -> str:
        arguments.find_relation(call.context, relation_id)
        return call.output(Fields(uuid=call.context.relation_model_uuid(relation_id)))

    return run


def _relation_get(call: CommandLine) -> RunPhase:
    relation_id = arguments.required_relation(call)
    key = call.arguments[0] if call.arguments and call.arguments[0] != _ALL_KEYS else ''
    entity = _entity(call, call.arguments[1:])
    arguments.check_empty(call.arguments[2:])

    def run() -> str:
        arguments.find_relation(call.context, relation_id)
        if not entity:
            raise JujuError('"" is not a valid unit or application')
        data = call.context.relation_data(relation_id, entity)
        return call.output(data.get(key) if key else dict(data))

    return run


def _entity(call: CommandLine, given: tuple[str, ...]) -> str:
    """Return the unit or application whose data is asked for."""
    hook = call.context.hook
    if call.flags[_APP]:
        name = given[0] if given else hook.remote_application
        if name is None:
            raise JujuError(_NO_TARGET)
        if identity.is_unit_name(name):
            return identity.application_of(name)
        # Juju does not refuse an invalid name here; it asks the controller about an empty name.
        return name if identity.is_application_name(name) else ''
    if given:
        _check_unit(given[0])
        return given[0]
    entity = hook.remote_unit or hook.remote_application
    if entity is None:
        raise JujuError(_NO_TARGET)
    return entity


def _check_unit(name: str) -> None:
    if identity.is_unit_name(name):
        return
    if identity.is_application_name(name):
        raise JujuError(f'expected unit name, got application name {gotext.quote(name)}')
    raise JujuError(f'invalid unit name {gotext.quote(name)}')


def _relation_set(call: CommandLine) -> RunPhase:
    relation_id = arguments.required_relation(call)
    overrides = arguments.key_values(call.arguments)

    def run() -> str:
        call.warn_of_deprecated_format()
        settings = arguments.with_settings_file(call, overrides)
        arguments.find_relation(call.context, relation_id)
        if call.flags[_APP] and not call.context.is_leader():
            raise JujuError('cannot write relation settings')
        call.context.relation_set(relation_id, settings, app=call.flags[_APP])
        return ''

    return run


COMMANDS: Final = (
    HookCommand('relation-ids', _relation_ids, (), formats.ALL, '[<name>]', reads_only=True),
    HookCommand('relation-list', _relation_list, (arguments.RELATION, _APP), formats.ALL, reads_only=True),
    HookCommand(
        'relation-get', _relation_get, (arguments.RELATION, _APP), formats.ALL, '[<key> [<unit id>]]', reads_only=True
    ),
    HookCommand('relation-model-get', _relation_model_get, (arguments.RELATION,), formats.ALL, reads_only=True),
    HookCommand(
        'relation-set',
        _relation_set,
        (arguments.RELATION, arguments.SETTINGS_FILE, _APP, DEPRECATED_FORMAT),
        usage='key=value [key=value ...]',
    ),
)
