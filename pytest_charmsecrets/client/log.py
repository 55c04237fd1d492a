"""The command debug-log: the log lines of charms and a line for each hook, from the journal.

Source: juju 3.6: cmd/juju/commands/debuglog.go; internal/worker/uniter/operation/runhook.go;
internal/worker/uniter/runner/jujuc/juju-log.go.
"""

from __future__ import annotations

import datetime
import fnmatch
from collections.abc import Iterable, Iterator
from typing import Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..hookcommands import arguments
from ..juju import identity
from ..juju.journal import Journal
from ..records import Command, HookRun
from .command import ClientCommand, ClientCommandLine, RunPhase

_LIMIT: Final = gnuflag.integer('limit')
_LEVEL: Final = gnuflag.string('level', 'l')
_INCLUDE: Final = gnuflag.strings('include', 'i')
_EXCLUDE: Final = gnuflag.strings('exclude', 'x')
_DATE: Final = gnuflag.boolean('date')
_MILLISECONDS: Final = gnuflag.boolean('ms')

_LEVELS: Final = ('TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR')
_SEVERITIES: Final = (*_LEVELS, 'CRITICAL')


def _debug_log(call: ClientCommandLine) -> RunPhase:
    level = call.flags[_LEVEL]
    if level and level not in _LEVELS:
        known = ', '.join(map(gotext.quote, _LEVELS))
        raise JujuError(f'level value {gotext.quote(level)} is not one of {known}')
    arguments.check_empty(call.arguments)

    def run() -> str:
        lines = [
            f'{entity}: {_format_time(call, when)} {severity} {module} {message}\n'
            for when, entity, severity, module, message in _records(call.session.model.journal)
            if _SEVERITIES.index(severity) >= _SEVERITIES.index(level or 'TRACE')
            and (not call.flags[_INCLUDE] or _matches(entity, call.flags[_INCLUDE]))
            and not _matches(entity, call.flags[_EXCLUDE])
        ]
        limit = call.flags[_LIMIT]
        return ''.join(lines[-limit:] if limit > 0 else lines)

    return run


def _records(journal: Journal) -> Iterator[tuple[datetime.datetime, str, str, str, str]]:
    for record in journal:
        if isinstance(record, Command):
            for severity, text in record.logged:
                # The agent sends the line as JSON, which has to be valid UTF-8.
                message = gotext.without_raw_bytes(text)
                yield record.time, identity.unit_tag(record.unit), severity, f'unit.{record.unit}.juju-log', message
        elif isinstance(record, HookRun):
            severity, message = 'INFO', f'ran "{record.hook}" hook (via hook dispatching script: dispatch)'
            if record.outcome != 'committed':
                severity = 'ERROR'
                message = f'hook "{record.hook}" (via hook dispatching script: dispatch) failed: {record.error}'
            yield record.time, identity.unit_tag(record.unit), severity, 'juju.worker.uniter.operation', message


def _format_time(call: ClientCommandLine, when: datetime.datetime) -> str:
    date = f'{when:%Y-%m-%d} ' if call.flags[_DATE] else ''
    fraction = f'.{when.microsecond // 1000:03d}' if call.flags[_MILLISECONDS] else ''
    return f'{date}{when:%H:%M:%S}{fraction}'


def _matches(entity: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(entity, _pattern(pattern)) for pattern in patterns)


def _pattern(given: str) -> str:
    if identity.is_unit_name(given):
        return identity.unit_tag(given)
    return f'unit-{given}-*' if identity.is_application_name(given) and '*' not in given else given


COMMANDS: Final = (
    ClientCommand(
        'debug-log',
        _debug_log,
        (_LIMIT, _LEVEL, _INCLUDE, _EXCLUDE, _DATE, _MILLISECONDS),
        tuple(gnuflag.boolean(name) for name in ('replay', 'no-tail', 'utc', 'color')),
        lacks="lines other than the charms' own and one for each hook; following the log",
    ),
)
