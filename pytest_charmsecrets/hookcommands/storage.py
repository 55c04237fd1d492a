"""The storage commands: storage-get, -list and -add.

Source: juju 3.6: jujuc/storage-*.go; storage/constraints.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from . import arguments, formats
from .command import CommandLine, HookCommand, RunPhase

if TYPE_CHECKING:
    from ..juju.transaction import HookContext

_STORAGE_ID = re.compile(r'[a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*/(?:0|[1-9][0-9]*)')
_COUNT = re.compile(r'-?[0-9]+')
_POOL_OR_SIZE = re.compile(r'[a-zA-Z]+[-?a-zA-Z0-9]*|-?[0-9]+(?:\.[0-9]+)?[MGTPEZY](?:i?B)?')


def _read_storage(context: HookContext, text: str) -> str:
    if not _STORAGE_ID.fullmatch(text):
        raise JujuError(f'invalid storage ID {gotext.quote(text)}')
    context.storage(text)
    return text


def _storage_of_hook(context: HookContext) -> str:
    """Return the id that Juju shows as the default in the command's help, where old ops looks for it."""
    try:
        context.storage(None)
    except JujuError:
        return ''
    return context.hook.storage or ''


_STORAGE: Final = gnuflag.Flag('s', _read_storage, _storage_of_hook)


def _storage_get(call: CommandLine) -> RunPhase:
    storage_id = call.flags[_STORAGE]
    if not storage_id:
        raise JujuError('no storage instance specified')
    storage = call.context.storage(storage_id)
    values = {'kind': storage.kind, 'location': storage.location}
    key = arguments.zero_or_one(call.arguments)

    def run() -> str:
        if key and key not in values:
            raise JujuError(f'invalid storage attribute {gotext.quote(key)}')
        return call.output(values[key] if key else values)

    return run


def _storage_list(call: CommandLine) -> RunPhase:
    name = arguments.zero_or_one(call.arguments)
    return lambda: call.output(list(call.context.storage_ids(name or None)))


def _storage_add(call: CommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('storage add requires a storage directive')
    counts: dict[str, int] = {}
    for argument in call.arguments:
        name, *constraints = argument.split('=')
        if len(constraints) > 1 or not name:
            raise JujuError(f'expected "name=constraints" or "name", got {gotext.quote(argument)}')
        if name in counts:
            raise JujuError(f'storage {gotext.quote(name)} specified more than once')
        counts[name] = _count(name, constraints[0] if constraints else '1')

    def run() -> str:
        for name, count in counts.items():
            call.context.add_storage(name, count)
        return ''

    return run


def _count(name: str, constraints: str) -> int:
    count = 0
    for field in filter(None, constraints.split(',')):
        if _POOL_OR_SIZE.fullmatch(field):
            raise JujuError(f'only count can be specified for {gotext.quote(name)}')
        if not _COUNT.fullmatch(field):
            raise _bad_constraint(name, f'unrecognized storage constraint {gotext.quote(field)} not valid')
        if field.startswith('-') or not field.strip('0'):
            text = f'count must be greater than zero, got {gotext.quote(field)}'
            raise _bad_constraint(name, f'parsing storage count: {text}')
        if count:
            text = f'storage instance count is already set to {count}, new value {gotext.parse_decimal(field)}'
            raise _bad_constraint(name, f'{text} not valid')
        count = gotext.parse_decimal(field)
    if not count:
        raise _bad_constraint(name, 'storage constraints require at least one field to be specified')
    return count


def _bad_constraint(name: str, text: str) -> JujuError:
    return JujuError(f'cannot parse constraints for storage {gotext.quote(name)}: {text}')


COMMANDS: Final = (
    HookCommand('storage-get', _storage_get, (_STORAGE,), formats.ALL, '[<key>]', reads_only=True),
    HookCommand('storage-list', _storage_list, (), formats.ALL, '[<storage-name>]', reads_only=True),
    HookCommand('storage-add', _storage_add, usage='<charm storage name>[=count] ...'),
)
