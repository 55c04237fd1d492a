"""The storage commands: storage-get, -list and -add.

Source: juju 3.6: jujuc/storage-*.go; storage/constraints.go.
"""

from __future__ import annotations

import math
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
_POOL = re.compile(r'[a-zA-Z]+[-?a-zA-Z0-9]*')
_SIZE = re.compile(r'(?P<number>-?[0-9]+(?:\.[0-9]+)?)(?P<unit>[MGTPEZY])(?:i?B)?')
_SIZE_UNITS: Final = 'MGTPEZY'


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
    asked: dict[str, dict[str, str | int]] = {}
    for argument in call.arguments:
        name, *constraints = argument.split('=')
        if len(constraints) > 1 or not name:
            raise JujuError(f'expected "name=constraints" or "name", got {gotext.quote(argument)}')
        if name in asked:
            raise JujuError(f'storage {gotext.quote(name)} specified more than once')
        asked[name] = _constraints(name, constraints[0] if constraints else '1')
    # Juju parses all arguments before it refuses one for a pool or size, which only an operator may choose.
    for name, constraints_of_name in asked.items():
        if constraints_of_name.keys() != {'count'}:
            raise JujuError(f'only count can be specified for {gotext.quote(name)}')
    counts = {name: int(given['count']) for name, given in asked.items()}

    def run() -> str:
        for name, count in counts.items():
            call.context.add_storage(name, count)
        return ''

    return run


def _constraints(name: str, text: str) -> dict[str, str | int]:
    """Read pool, size (in MiB) and count, each at most once. Source: storage/constraints.go, ParseConstraints."""
    given: dict[str, str | int] = {}
    for field in filter(None, text.split(',')):
        if _POOL.fullmatch(field):
            _give(given, name, 'pool', 'pool name', field)
        elif match := _SIZE.fullmatch(field):
            if field.startswith('-'):
                problem = f'expected a non-negative number, got {gotext.quote(field)}'
                raise _bad_constraint(name, f'cannot parse size: {problem}')
            megabytes = math.ceil(float(match['number']) * 1024 ** _SIZE_UNITS.index(match['unit']))
            _give(given, name, 'size', 'storage size', megabytes)
        else:
            _give(given, name, 'count', 'storage instance count', _count(name, field))
    if not given:
        raise _bad_constraint(name, 'storage constraints require at least one field to be specified')
    return given


def _give(given: dict[str, str | int], name: str, kind: str, title: str, value: str | int) -> None:
    if kind in given:
        old, new = (gotext.quote(each) if isinstance(each, str) else each for each in (given[kind], value))
        raise _bad_constraint(name, f'{title} is already set to {old}, new value {new} not valid')
    given[kind] = value


def _count(name: str, field: str) -> int:
    try:
        count = gotext.parse_decimal(field) if _COUNT.fullmatch(field) else None
    except JujuError:
        count = None
    if count is None:
        raise _bad_constraint(name, f'unrecognized storage constraint {gotext.quote(field)} not valid')
    if count <= 0:
        text = f'count must be greater than zero, got {gotext.quote(field)}'
        raise _bad_constraint(name, f'parsing storage count: {text}')
    return count


def _bad_constraint(name: str, text: str) -> JujuError:
    return JujuError(f'cannot parse constraints for storage {gotext.quote(name)}: {text}')


COMMANDS: Final = (
    HookCommand('storage-get', _storage_get, (_STORAGE,), formats.ALL, '[<key>]', reads_only=True),
    HookCommand('storage-list', _storage_list, (), formats.ALL, '[<storage-name>]', reads_only=True),
    HookCommand('storage-add', _storage_add, usage='<charm storage name>[=count] ...'),
)
