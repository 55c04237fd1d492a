"""The commands about the state that a charm keeps on the controller: state-get, -set and -delete.

Source: juju 3.6: jujuc/state-*.go; core/quota.
"""

from __future__ import annotations

from typing import Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from . import arguments, formats
from .command import CommandLine, HookCommand, RunPhase

_STRICT: Final = gnuflag.boolean('strict')
_ALL_KEYS: Final = '-'
_MAX_KEY_BYTES: Final = 256
_MAX_VALUE_BYTES: Final = 64 * 1024


def _state_get(call: CommandLine) -> RunPhase:
    key = call.arguments[0] if call.arguments and call.arguments[0] != _ALL_KEYS else ''
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        state = call.context.charm_state()
        if not key:
            return call.output(dict(state), null_if_empty=True)
        if key not in state and call.flags[_STRICT]:
            raise JujuError(f'{gotext.quote(key)} not found')
        return call.output(state.get(key, ''))

    return run


def _state_set(call: CommandLine) -> RunPhase:
    overrides = arguments.key_values(call.arguments)

    def run() -> str:
        values = arguments.with_settings_file(call, overrides)
        for key, value in values.items():
            _check_size('key', key, _MAX_KEY_BYTES)
            _check_size('value', value, _MAX_VALUE_BYTES)
        call.context.set_charm_state(values)
        return ''

    return run


def _check_size(what: str, text: str, limit: int) -> None:
    if len(gotext.to_bytes(text)) > limit:
        raise JujuError(f'max allowed {what} length ({limit}) exceeded')


def _state_delete(call: CommandLine) -> RunPhase:
    key = arguments.zero_or_one(call.arguments)

    def run() -> str:
        if key:
            call.context.delete_charm_state(key)
        return ''

    return run


COMMANDS: Final = (
    HookCommand('state-get', _state_get, (_STRICT,), formats.ALL, '[<key>]', reads_only=True),
    HookCommand('state-set', _state_set, (arguments.SETTINGS_FILE,), usage='key=value [key=value ...]'),
    HookCommand('state-delete', _state_delete, usage='<key>'),
)
