"""The action commands: action-get, -set, -log and -fail.

Source: juju 3.6: jujuc/action-*.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from ..errors import JujuError
from ..golang import text as gotext
from . import arguments, formats
from .command import CommandLine, HookCommand, RunPhase

_KEY = re.compile(r'[a-z0-9](?:[a-z0-9-]*[a-z0-9])?')
_RESERVED_KEYS: Final = ('stdout', 'stdout-encoding', 'stderr', 'stderr-encoding')
_DEFAULT_FAILURE: Final = 'action failed without reason given, check action for errors'


def _action_get(call: CommandLine) -> RunPhase:
    keys = call.arguments[0].split('.') if call.arguments else []
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        answer: Any = dict(call.context.action_parameters())
        for key in keys:
            answer = cast('Mapping[str, Any]', answer).get(key) if isinstance(answer, Mapping) else None
        return call.output(formats.received(answer))

    return run


def _action_set(call: CommandLine) -> RunPhase:
    results = [_result(argument) for argument in call.arguments]

    def run() -> str:
        # Juju adds results one by one, so a later result can replace a branch that an earlier one made.
        for result in results:
            call.context.action_set(result)
        return ''

    return run


def _result(argument: str) -> dict[str, Any]:
    """Return ``a.b=value`` as ``{'a': {'b': 'value'}}``."""
    path, equals, value = argument.partition('=')
    if not equals:
        raise JujuError(f'argument {gotext.quote(argument)} must be of the form key...=value')
    keys = path.split('.')
    for key in keys:
        _check_key(key)
    result: Any = value
    for key in reversed(keys):
        result = {key: result}
    return cast('dict[str, Any]', result)


def _check_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise JujuError(
            f'key {gotext.quote(key)} must start and end with lowercase alphanumeric, '
            'and contain only lowercase alphanumeric and hyphens'
        )
    if key in _RESERVED_KEYS:
        raise JujuError(f'cannot set reserved action key "{key}"')


def _action_log(call: CommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('no message specified')

    def run() -> str:
        call.context.action_log(' '.join(call.arguments))
        return ''

    return run


def _action_fail(call: CommandLine) -> RunPhase:
    message = call.arguments[0] if call.arguments else _DEFAULT_FAILURE
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        call.context.action_fail(message)
        return ''

    return run


COMMANDS: Final = (
    HookCommand('action-get', _action_get, (), formats.ALL, '[<key>[.<key>.<key>...]]', reads_only=True),
    HookCommand('action-set', _action_set, usage='<key>=<value> [<key>=<value> ...]'),
    HookCommand('action-log', _action_log, usage='<message>'),
    HookCommand('action-fail', _action_fail, usage='["<failure message>"]'),
)
