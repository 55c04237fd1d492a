"""The commands by which a unit reports about itself: status-get, status-set, application-version-set, juju-log, juju-reboot.

Source: juju 3.6: jujuc/status-get.go, status-set.go, application-version-set.go, juju-log.go, reboot.go.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from ..errors import JujuError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from . import arguments, formats
from .command import DEPRECATED_FORMAT, CommandLine, HookCommand, RunPhase

if TYPE_CHECKING:
    from ..juju.state import Status

_APPLICATION: Final = gnuflag.boolean('application')
_INCLUDE_DATA: Final = gnuflag.boolean('include-data')
_DEBUG: Final = gnuflag.boolean('debug')
_LOG_LEVEL: Final = gnuflag.string('log-level', 'l', default='INFO')
_NOW: Final = gnuflag.boolean('now')

_SETTABLE: Final = ('maintenance', 'blocked', 'waiting', 'active')
_LEVELS: Final = ('TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL')
_SILENT_LEVEL: Final = 'UNSPECIFIED'


def _status_get(call: CommandLine) -> RunPhase:
    arguments.check_empty(call.arguments)
    return lambda: _application_status(call) if call.flags[_APPLICATION] else _unit_status(call)


def _unit_status(call: CommandLine) -> str:
    status = call.context.status(app=False)
    return call.output(status.name) if _name_only(call) else _output_of_details(call, _details(call, status))


def _output_of_details(call: CommandLine, details: dict[str, Any]) -> str:
    # Juju ignores the error if the file cannot be written: status-get.go, unitOrApplicationStatus.
    with contextlib.suppress(JujuError):
        return call.output(details)
    return ''


def _application_status(call: CommandLine) -> str:
    try:
        call.context.check_leadership()
        status = call.context.status(app=True)
        units = call.context.unit_statuses()
    except JujuError as error:
        raise JujuError(f'finding application status: {error}') from None
    if _name_only(call):
        return call.output(status.name)
    details = _details(call, status)
    details['units'] = {name: _details(call, unit) for name, unit in units.items()}
    return _output_of_details(call, {'application-status': details})


def _name_only(call: CommandLine) -> bool:
    return not call.flags[_INCLUDE_DATA] and call.format == 'smart'


def _details(call: CommandLine, status: Status) -> dict[str, Any]:
    if not call.flags[_INCLUDE_DATA]:
        return {'status': status.name}
    return {'status': status.name, 'message': status.message, 'status-data': dict(status.data)}


def _status_set(call: CommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('invalid args, require <status> [message]')
    name, *rest = call.arguments
    if name not in _SETTABLE:
        raise JujuError(f'invalid status {gotext.quote(name)}, expected one of [{" ".join(_SETTABLE)}]')
    arguments.check_empty(rest[1:])
    application = call.flags[_APPLICATION]

    def run() -> str:
        if application:
            call.context.check_leadership()
        call.context.set_status(name, rest[0] if rest else '', app=application)
        return ''

    return run


def _application_version_set(call: CommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('no version specified')
    arguments.check_empty(call.arguments[1:])

    def run() -> str:
        call.context.set_workload_version(call.arguments[0])
        return ''

    return run


def _juju_log(call: CommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('no message specified')

    def run() -> str:
        call.warn_of_deprecated_format()
        level = _log_level(call)
        if level != _SILENT_LEVEL:
            call.context.log(level, _log_prefix(call) + ' '.join(call.arguments))
        return ''

    return run


def _log_level(call: CommandLine) -> str:
    if call.flags[_DEBUG]:
        return 'DEBUG'
    given = call.flags[_LOG_LEVEL]
    level = 'WARNING' if given.upper() == 'WARN' else given.upper() or 'INFO'
    if level in (*_LEVELS, _SILENT_LEVEL):
        return level
    call.context.log('WARNING', f'Specified log level of {gotext.quote(given)} is not valid')
    return 'INFO'


def _log_prefix(call: CommandLine) -> str:
    hook = call.context.hook
    return '' if hook.relation_id is None else f'{hook.endpoint}:{hook.relation_id}: '


def _juju_reboot(call: CommandLine) -> RunPhase:
    arguments.check_empty(call.arguments)

    def run() -> str:
        if call.context.hook.is_task:
            raise JujuError('juju-reboot is not supported when running an action.')
        call.context.reboot(now=call.flags[_NOW])
        return ''

    return run


COMMANDS: Final = (
    HookCommand('status-get', _status_get, (_INCLUDE_DATA, _APPLICATION), formats.ALL, reads_only=True),
    HookCommand('status-set', _status_set, (_APPLICATION,), usage='<status> [<message>]'),
    HookCommand('application-version-set', _application_version_set, usage='<new-version>'),
    HookCommand('juju-log', _juju_log, (_DEBUG, _LOG_LEVEL, DEPRECATED_FORMAT), usage='<message>'),
    HookCommand('juju-reboot', _juju_reboot, (_NOW,)),
)
