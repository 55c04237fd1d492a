"""The commands that run something on units: run, exec.

Source: juju 3.6: cmd/juju/action/common.go, run.go, exec.go; apiserver/facades/client/action.
"""

from __future__ import annotations

import datetime
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias, cast

import yaml

from ..errors import ActionFailed, HookFailed, JujuError, UsageError
from ..golang import flags as gnuflag
from ..golang import text as gotext
from ..golang import yaml as goyaml
from ..juju import identity
from ..records import Task
from .command import ClientCommand, ClientCommandLine, FailedWithOutput, RunPhase, Session

Receiver: TypeAlias = Callable[[str], Task]

_PARAMS: Final = gnuflag.string('params')
_STRING_ARGS: Final = gnuflag.boolean('string-args')
_UNITS: Final = gnuflag.strings('unit', 'u')
_APPLICATIONS: Final = gnuflag.strings('application', 'app', 'a')

_WITHOUT_EFFECT: Final = (
    gnuflag.string('wait'),
    gnuflag.boolean('no-color'),
    gnuflag.boolean('color'),
    gnuflag.boolean('utc'),
)
_FORMATS: Final = ('plain', 'json', 'yaml')
_UNIT_OR_LEADER: Final = re.compile(r'(?P<application>[a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*)/(?:[0-9]+|leader)')
_ACTION: Final = re.compile(r'(?:^|\.)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?')
_NOT_IN_PLAIN_OUTPUT: Final = ('return-code', 'stdout', 'stderr')


# --- run


def _run(call: ClientCommandLine) -> RunPhase:
    units, action, pairs = _split(call.arguments)
    given = [_read_pair(pair) for pair in pairs]

    def run() -> str:
        parameters = _read_parameters(call, given)
        return _perform(call, units, lambda unit: _run_action(call.session, unit, action, parameters))

    return run


def _split(words: tuple[str, ...]) -> tuple[list[str], str, tuple[str, ...]]:
    units: list[str] = []
    action = ''
    for word in words:
        if _UNIT_OR_LEADER.fullmatch(word):
            units.append(word)
        elif _ACTION.fullmatch(word):
            action = word
            break
        else:
            raise JujuError(f'invalid unit or action name {gotext.quote(word)}')
    if not units:
        raise JujuError('no unit specified')
    if not action:
        raise JujuError('no action specified')
    if len({identity.application_of(unit) for unit in units}) > 1:
        raise JujuError('all units must be of the same application')
    return units, action, words[len(units) + 1 :]


def _read_pair(pair: str) -> tuple[list[str], str]:
    key, equals, value = pair.partition('=')
    if not equals:
        raise JujuError(f'argument {gotext.quote(pair)} must be of the form key.key.key...=value')
    keys = key.split('.')
    for part in keys:
        if not _ACTION.fullmatch(part):
            raise JujuError(
                f'key {gotext.quote(part)} must start and end with lowercase alphanumeric, '
                'and contain only lowercase alphanumeric and hyphens'
            )
    return keys, value


def _read_parameters(call: ClientCommandLine, pairs: Iterable[tuple[list[str], str]]) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if call.flags[_PARAMS]:
        document = _load_yaml(call.read(call.flags[_PARAMS]))
        if not isinstance(document, dict | None):
            raise JujuError('params must contain a YAML map with string keys')
        parameters = cast('dict[str, Any]', document or {})
    for keys, text in pairs:
        place = parameters
        for key in keys[:-1]:
            inner = place.get(key)
            place[key] = place = cast('dict[str, Any]', inner) if isinstance(inner, dict) else {}
        place[keys[-1]] = text if call.flags[_STRING_ARGS] else _load_yaml(text)
    return parameters


def _load_yaml(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise JujuError(f'yaml: {" ".join(str(error).split())}') from None


def _run_action(session: Session, unit: str, action: str, parameters: Mapping[str, Any]) -> Task:
    try:
        return session.model.run(unit, action, parameters)
    except ActionFailed as failed:
        return failed.task
    except HookFailed:
        # A hook that ran before the action put the unit in error. A unit in error runs actions at once.
        return _run_action(session, unit, action, parameters)


# --- exec


def _exec(call: ClientCommandLine) -> RunPhase:
    if not call.arguments:
        raise JujuError('no commands specified')
    if not call.flags[_UNITS] and not call.flags[_APPLICATIONS]:
        raise JujuError('You must specify a target, either through --all, --machine, --application or --unit')
    line = call.arguments[0] if len(call.arguments) == 1 else shlex.join(call.arguments)
    named = [name for given in call.flags[_UNITS] for name in given.split(',')]
    applications = [name for given in call.flags[_APPLICATIONS] for name in given.split(',')]
    invalid = [
        f'  {gotext.quote(name)} is not a valid unit name' for name in named if not _UNIT_OR_LEADER.fullmatch(name)
    ]
    invalid = [
        *(
            f'  {gotext.quote(name)} is not a valid application name'
            for name in applications
            if not identity.is_application_name(name)
        ),
        *invalid,
    ]
    if invalid:
        raise JujuError('The following exec targets are not valid:\n' + '\n'.join(invalid))

    def run() -> str:
        world = call.session.world
        units = list(named)
        for name in applications:
            if name not in world.applications:
                raise JujuError(f'application "{name}" not found (not found)')
            units += world.applications[name].units
        return _perform(call, list(dict.fromkeys(units)), lambda unit: _run_line(call.session, unit, line))

    return run


def _run_line(session: Session, unit: str, line: str) -> Task:
    try:
        return session.model.exec(line, unit=unit)
    except ActionFailed as failed:
        return failed.task


# --- the results


def _perform(call: ClientCommandLine, units: Iterable[str], act: Receiver) -> str:
    """Run an action or a command on units, one after the other, and return the output.

    Raises:
        FailedWithOutput: if it failed on any of them.
    """
    runtime = call.session.model.internals.runtime
    runtime.check_open('run')
    runtime.active_hook.check_none('run')
    operation = call.session.world.count('task') + 1
    tasks: list[Task] = []
    refusals: list[str] = []
    for unit in units:
        try:
            tasks.append(act(_resolve_leader(call.session, unit)))
        except UsageError as error:
            if error.refusal is None:
                raise
            refusals.append(f'{error.refusal}')
    if not tasks:
        if call.session.world.profile.unscheduled_run_fails:
            raise JujuError(f'{refusals[0]} (not found)')
        call.messages.extend([f'Operation {operation} failed to schedule any tasks:', *refusals])
        return ''
    call.messages.append(f'Running operation {operation} with {len(tasks)} task{"s" if len(tasks) > 1 else ""}')
    call.messages.extend([f'  - task {task.id} on unit-{task.unit.replace("/", "-")}' for task in tasks])
    if refusals:
        call.messages.extend(['Some actions could not be scheduled:', *refusals, ''])
    return _finish(call, tasks)


def _resolve_leader(session: Session, unit: str) -> str:
    application, _, number = unit.partition('/')
    if number != 'leader':
        return unit
    found = session.world.applications.get(application)
    if found is None or found.leader is None:
        refusal = f'could not determine leader for "{application}"'
        raise UsageError(f'{refusal}; deploy it, with a unit', refusal=refusal)
    return found.leader


def _finish(call: ClientCommandLine, tasks: Iterable[Task]) -> str:
    now = call.session.world.clock.now
    shown = {task.unit: _describe(task, now) for task in tasks}
    output = _plain(call, shown) if call.format == 'plain' else call.output(shown)
    failed = [f' - id "{task.id}" with return code {task.return_code}' for task in tasks if task.return_code]
    if failed:
        plural = 's' if len(failed) > 1 else ''
        listed = '\n'.join(sorted(failed))
        message = (
            f"the following task{plural} failed:\n{listed}\n\nuse 'juju show-task' to inspect the failure{plural}\n"
        )
        raise FailedWithOutput(message, output)
    return output


def _describe(task: Task, now: datetime.datetime) -> dict[str, Any]:
    time = now.strftime('%Y-%m-%d %H:%M:%S +0000 UTC')
    output = {'stdout': task.stdout, 'stderr': task.stderr}
    shown: dict[str, Any] = {
        'id': task.id,
        'status': task.status,
        'unit': task.unit,
        'results': {
            **task.results,
            'return-code': task.return_code,
            **{name: text for name, text in output.items() if text},
        },
        'timing': {'enqueued': time, 'started': time, 'completed': time},
    }
    if task.message:
        shown['message'] = task.message
    if task.log:
        shown['log'] = [f'{time} {line}' for line in task.log]
    return shown


def _plain(call: ClientCommandLine, shown: Mapping[str, Mapping[str, Any]]) -> str:
    if call.command.name == 'exec':
        return _plain_exec(shown)
    texts = {unit: _plain_results(about['results']) for unit, about in shown.items()}
    if len(shown) > 1:
        return goyaml.dump(
            {
                unit: {
                    'id': about['id'],
                    'output': texts[unit],
                    'status': about['status'],
                    **({'message': about['message']} if 'message' in about else {}),
                }
                for unit, about in shown.items()
            }
        )
    (unit, about), *_ = shown.items()
    failed = f'Action id {about["id"]} failed: {about.get("message", "")}\n' if about['status'] == 'failed' else ''
    streams = (str(about['results'].get(name, '')).strip('\n') for name in ('stdout', 'stderr'))
    return f'{failed}{texts[unit]}\n' + ''.join(f'{text}\n' for text in streams if text)


def _plain_results(results: Mapping[str, Any]) -> str:
    kept = {key: value for key, value in results.items() if key not in _NOT_IN_PLAIN_OUTPUT}
    return goyaml.dump(kept) if kept else ''


def _plain_exec(shown: Mapping[str, Mapping[str, Any]]) -> str:
    texts: dict[str, str] = {}
    for unit, about in sorted(shown.items(), key=lambda one: _natural(one[0])):
        streams = (str(about['results'].get(name, '')) for name in ('stdout', 'stderr'))
        texts[unit] = ''.join(text if text.endswith('\n') else f'{text}\n' for text in streams if text)
    if len(texts) == 1:
        return ''.join(texts.values())
    return ''.join(f'{unit}:\n{text}\n' for unit, text in texts.items())


def _natural(unit: str) -> tuple[str, int]:
    application, _, number = unit.partition('/')
    return application, int(number)


COMMANDS: Final = (
    ClientCommand(
        'run',
        _run,
        (_PARAMS, _STRING_ARGS),
        _WITHOUT_EFFECT,
        formats=_FORMATS,
        usage='<unit> [<unit> ...] <action-name> [<key>=<value> [<key>[.<key> ...]=<value>]]',
        lacks='`--background`; an action has ended when the command returns, so `--wait` has no effect',
    ),
    ClientCommand(
        'exec',
        _exec,
        (_UNITS, _APPLICATIONS),
        (*_WITHOUT_EFFECT, gnuflag.boolean('parallel'), gnuflag.string('execution-group')),
        formats=_FORMATS,
        usage='<commands>',
        lacks='machines; a command has ended when `exec` returns, so `--wait` has no effect',
    ),
)
