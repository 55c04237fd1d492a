"""Arguments that several hook commands share: relations, units, key=value pairs, settings files.

Source: juju 3.6: jujuc/context.go, relationIdValue; jujuc/relation-set.go; juju/utils keyvalues; juju/cmd args.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang import yaml_reading
from . import files

if TYPE_CHECKING:
    from ..juju.transaction import HookContext, RelationInfo
    from .command import CommandLine

NO_RELATION: Final = 'no relation id specified'
RELATION_NOT_FOUND: Final = 'relation not found'
STDIN: Final = '-'


def _read_relation(context: HookContext, text: str) -> int | None:
    try:
        relation_id = gotext.parse_decimal(text.rpartition(':')[2])
    except JujuError:
        raise JujuError('invalid relation id') from None
    return find_relation(context, relation_id).id


def _relation_of_hook(context: HookContext) -> int | None:
    relation_id = context.hook.relation_id
    return None if relation_id is None or context.relation(relation_id) is None else relation_id


RELATION: Final = gnuflag.Flag('relation', _read_relation, _relation_of_hook, ('r',))
"""``--relation``: an id, with or without endpoint; the hook's own relation by default."""

SETTINGS_FILE: Final = gnuflag.string('file')
"""``--file`` of relation-set and state-set: YAML settings, ``-`` for stdin."""


def find_relation(context: HookContext, relation_id: int) -> RelationInfo:
    """Return a relation of the unit.

    Raises:
        JujuError: with Juju's text, when the unit has no such relation.
    """
    relation = context.relation(relation_id)
    if relation is None:
        raise context.refusal(RELATION_NOT_FOUND, context.why_no_relation(relation_id))
    return relation


def required_relation(call: CommandLine) -> int:
    """Return the relation that the command is about.

    Raises:
        JujuError: with Juju's text, when neither the command line nor the hook names one.
    """
    relation_id = call.flags[RELATION]
    if relation_id is None:
        raise JujuError(NO_RELATION)
    return relation_id


def check_empty(arguments: Sequence[str]) -> None:
    """Refuse arguments that are left over.

    Raises:
        JujuError: with Juju's text.
    """
    if arguments:
        raise JujuError(f'unrecognized args: {gotext.quote_all(arguments)}')


def zero_or_one(arguments: Sequence[str]) -> str:
    """Return the only argument, or the empty string.

    Raises:
        JujuError: with Juju's text, when there are more.
    """
    check_empty(arguments[1:])
    return arguments[0] if arguments else ''


def key_values(arguments: Sequence[str]) -> dict[str, str]:
    """Read ``key=value`` arguments; white space around key and value does not count, nor does an empty argument.

    Raises:
        JujuError: with Juju's text, for another form or a key given twice.
    """
    values: dict[str, str] = {}
    for argument in filter(None, arguments):
        key, equals, value = argument.partition('=')
        if not equals:
            raise JujuError(f'expected "key=value", got {gotext.quote(argument)}')
        key, value = gotext.strip_space(key), gotext.strip_space(value)
        if not key:
            raise JujuError(f'expected "key=value", got {gotext.quote(f"={value}")}')
        if key in values:
            raise JujuError(f'key {gotext.quote(key)} specified more than once')
        values[key] = value
    return values


def with_settings_file(call: CommandLine, overrides: dict[str, str]) -> dict[str, str]:
    """Return the settings of ``--file``, if given, with those of the command line over them.

    Raises:
        JujuError: with Go's text, when the file cannot be read or does not hold a map of strings.
    """
    path = call.flags[SETTINGS_FILE]
    if not path:
        return overrides
    data = gotext.to_bytes(call.read_stdin()) if path == STDIN else files.read(files.expand_home(path), call.directory)
    return {**yaml_reading.load_strings(data, 'map[string]string'), **overrides}
