"""The storage commands: storage-get, -list and -add.

Source: juju 3.6: jujuc/storage-*.go; storage/constraints.go. Juju 4.0: core/storage/directive.go.
"""

from __future__ import annotations

import dataclasses
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
_NEGATIVE = re.compile(r'-[0-9]+')
_POOL = re.compile(r'[a-zA-Z]+[-?a-zA-Z0-9]*')
_SIZE = re.compile(r'(?P<sign>-?)(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>[MGTPEZY])(?:i?B)?')
_SIZE_UNITS: Final = 'MGTPEZY'


@dataclasses.dataclass(frozen=True)
class _Words:
    """The names that messages have for the constraints of a storage."""

    argument: str
    one: str
    many: str


_WORDS: Final = {
    'constraints': _Words('constraints', 'constraint', 'constraints'),
    'directives': _Words('directive', 'directive', 'directives'),
}


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
    words = _WORDS[call.context.profile.storage_words]
    asked: dict[str, dict[str, str | int]] = {}
    for argument in call.arguments:
        name, *directives = argument.split('=')
        if len(directives) > 1 or not name:
            raise JujuError(f'expected "name={words.argument}" or "name", got {gotext.quote(argument)}')
        if name in asked:
            raise JujuError(f'storage {gotext.quote(name)} specified more than once')
        try:
            asked[name] = _read_directive(words, directives[0] if directives else '1')
        except JujuError as error:
            raise JujuError(f'cannot parse {words.argument} for storage {gotext.quote(name)}: {error}') from None
    # Juju parses all arguments before it refuses one for a pool or size, which only an operator may choose.
    for name, directive in asked.items():
        if directive.keys() != {'count'}:
            raise JujuError(f'only count can be specified for {gotext.quote(name)}')
    counts = {name: int(given['count']) for name, given in asked.items()}

    def run() -> str:
        for name, count in counts.items():
            call.context.add_storage(name, count)
        return ''

    return run


def _read_directive(words: _Words, text: str) -> dict[str, str | int]:
    """Read pool, size (in MiB) and count, each at most once. A size of zero is none.

    Source: storage/constraints.go, ParseConstraints; Juju 4.0: core/storage/directive.go, ParseDirective.
    """
    given: dict[str, str | int] = {}
    for field in filter(None, text.split(',')):
        if _POOL.fullmatch(field):
            _give(given, 'pool', 'pool name', field)
        elif (count := _read_count(field)) is not None:
            _give(given, 'count', 'storage instance count', count)
        elif match := _SIZE.fullmatch(field):
            _give(given, 'size', 'storage size', _megabytes(match))
        else:
            raise JujuError(f'unrecognized storage {words.one} {gotext.quote(field)} not valid')
    given = {kind: value for kind, value in given.items() if value}
    if not given:
        raise JujuError(f'storage {words.many} require at least one field to be specified')
    return given


def _give(given: dict[str, str | int], kind: str, title: str, value: str | int) -> None:
    if given.get(kind):
        old, new = (gotext.quote(each) if isinstance(each, str) else each for each in (given[kind], value))
        raise JujuError(f'{title} is already set to {old}, new value {new} not valid')
    given[kind] = value


def _read_count(field: str) -> int | None:
    """Return a number of instances, or None if the text is none."""
    count = gotext.parse_unsigned_decimal(field)
    if count == 0 or _NEGATIVE.fullmatch(field):
        raise JujuError(f'parsing storage count: count must be greater than zero, got {gotext.quote(field)}')
    return count


def _megabytes(size: re.Match[str]) -> int:
    """Return a size in MiB. Source: juju/utils v3, size.go, ParseSize."""
    number = float(size['number'])
    if size['sign'] or math.isinf(number):
        shown = size[0] if size['sign'] else size['number']
        raise JujuError(f'cannot parse size: expected a non-negative number, got {gotext.quote(shown)}')
    megabytes = number * 1024 ** _SIZE_UNITS.index(size['unit'])
    # A number of more than 64 bits becomes this number on the processors for which Juju is built.
    return math.ceil(megabytes) if megabytes < 2**64 else 2**63


COMMANDS: Final = (
    HookCommand('storage-get', _storage_get, (_STORAGE,), formats.ALL, '[<key>]', reads_only=True),
    HookCommand('storage-list', _storage_list, (), formats.ALL, '[<storage-name>]', reads_only=True),
    HookCommand('storage-add', _storage_add, usage='<charm storage name>[=count] ...'),
)
