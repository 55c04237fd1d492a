"""The commands about a unit's application and model: config-get, is-leader, goal-state, credential-get, resource-get.

Source: juju 3.6: jujuc/config-get.go, is-leader.go, goal-state.go, credential-get.go, resource-get.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang.yaml import Fields
from . import arguments, formats
from .command import CommandLine, HookCommand, RunPhase

_ALL: Final = gnuflag.boolean('all', 'a')


def _config_get(call: CommandLine) -> RunPhase:
    key = call.arguments[0] if call.arguments else ''
    if key and call.flags[_ALL]:
        raise JujuError(f'cannot use argument --all together with key {gotext.quote(key)}')
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        options = call.context.config()
        if key:
            return call.output(formats.received(options.get(key)))
        without_value = dict.fromkeys(call.context.options()) if call.flags[_ALL] else {}
        return call.output(formats.received({**without_value, **options}))

    return run


def _is_leader(call: CommandLine) -> RunPhase:
    arguments.check_empty(call.arguments)
    return lambda: call.output(call.context.is_leader())


def _goal_state(call: CommandLine) -> RunPhase:
    arguments.check_empty(call.arguments)

    def run() -> str:
        goals = call.context.goal_state()
        units: Mapping[str, Any] = goals.get('units') or {}
        relations: Mapping[str, Any] = goals.get('relations') or {}
        by_endpoint = {endpoint: _goals(entities) for endpoint, entities in relations.items()}
        return call.output(Fields(units=_goals(units), relations=by_endpoint))

    return run


def _goals(entities: Mapping[str, Mapping[str, str]]) -> dict[str, Fields]:
    return {name: Fields(status=goal['status'], since=goal['since']) for name, goal in entities.items()}


def _credential_get(call: CommandLine) -> RunPhase:
    arguments.check_empty(call.arguments)

    def run() -> str:
        try:
            credential = call.context.credential()
        except JujuError as error:
            raise JujuError(f'cannot access cloud credentials: {error}') from None
        return call.output(_cloud_spec(credential, as_json=call.format == 'json'))

    return run


def _cloud_spec(spec: Mapping[str, Any], *, as_json: bool) -> Fields:
    """Lay out a cloud as Juju does: JSON leaves out empty fields; in YAML the keys are those of the fields in Go."""
    credential = {**_CREDENTIAL, **spec.get('credential', {})}
    display: dict[str, Any] = {**_CLOUD_SPEC, **spec, 'credential': credential}
    if as_json:
        display['credential'] = {key: value for key, value in credential.items() if value}
        return Fields({key: value for key, value in display.items() if value})
    in_go = {'authtype': credential['auth-type'], 'attributes': credential['attrs'], 'redacted': credential['redacted']}
    display['credential'] = Fields(in_go)
    return Fields({key.replace('-', ''): value for key, value in display.items()})


def _resource_get(call: CommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('missing required resource name')
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        try:
            return call.context.resource_path(call.arguments[0])
        except JujuError as error:
            raise JujuError(f'could not download resource: {error}') from None

    return run


_CREDENTIAL: Final[Mapping[str, Any]] = {'auth-type': '', 'attrs': {}, 'redacted': []}
_CLOUD_SPEC: Final[Mapping[str, Any]] = {
    'type': '',
    'name': '',
    'region': '',
    'endpoint': '',
    'identity-endpoint': '',
    'storage-endpoint': '',
    'credential': _CREDENTIAL,
    'cacertificates': [],
    'skip-tls-verify': False,
    'is-controller-cloud': False,
}
"""The fields of Juju's params.CloudSpec and params.CloudCredential, in their order, by the names that JSON has for them."""

COMMANDS: Final = (
    HookCommand('config-get', _config_get, (_ALL,), formats.ALL, '[<key>]', reads_only=True),
    HookCommand('is-leader', _is_leader, (), formats.ALL, reads_only=True),
    HookCommand('goal-state', _goal_state, (), formats.STRUCTURED, reads_only=True),
    HookCommand('credential-get', _credential_get, (), formats.ALL, reads_only=True),
    HookCommand('resource-get', _resource_get, usage='<resource name>', reads_only=True),
)
