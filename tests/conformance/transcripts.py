"""Reads test vectors of Juju's behaviour: one YAML document for each vector, in which unknown keys are errors.

A vector has ``id``, ``title``, ``source`` (in Juju's tree), ``evidence`` (T: a test of Juju asserts it; C: read from the
code that decides it), ``profiles`` (Juju versions, without the known bugs of the release unless these are added:
``4.0.13+drop_grant_of_pending``, ``3.1.2+as-shipped``), ``fixture`` (see ``stage.py``), and ``steps``; optionally ``start``
(the model's first instant), ``update_status_interval``, ``cloud`` (by default ``machine``), ``charms``
(applications of the fixture that run scripts) and ``files``.

Where versions differ, any value may be written ``by: {3.6.14: ..., 4.0.14: ...}``: the value for the version is used.

Steps, each a mapping:

- ``u/0: secret-set A key=two``: a unit runs a hook of one command.
- ``hook: u/0`` with ``run:``, a list of commands: several commands in one hook.
  Both: ``ends: fails`` if the hook fails after its commands; ``refused: <text>`` if Juju refuses to commit it;
  ``sent:`` lists what was applied when the hook ended, by the names of the commands.
- ``user: remove-unit u/0``: an operation of a user, as in the Juju CLI; ``set-leader u/1`` moves leadership,
  ``stop-agent``, ``start-agent`` and ``restart-agent`` are about the agent of a unit. With ``stderr`` if Juju refuses it;
  ``as: read`` or ``as: write`` for a user with less access than an admin; ``-m databases`` names another model.
- ``juju: show-secret A --revisions``: a line of the juju client as it is, with ``exit``, ``stdout`` and ``stderr`` as of a
  command; ``N = add-secret ...`` names what it prints.
- ``settle:``, ``clock: +1h30m``: run the hooks that are due; ``ran:`` lists exactly the hooks that ran; ``refused: <text>`` is
  why Juju refused to commit the last of them.
- ``deliver:``: every unit's agent receives what its watchers hold, and no hook runs.
- ``script: u/0 secret-rotate`` with ``run:``: the commands that a unit of a scripted application runs in that hook from now on;
  ``ends: defers`` if its charm defers the event, ``ends: defers once`` if only the first time.
- ``expect:``: assertions on the current state: ``due`` hooks, which secrets ``exist``, and ``secrets`` by name; ``handled`` events of ops,
  since that was asked last: a secret's with its id and label, and with ``in its hook`` if the environment is about it.

A command is a line, or a mapping with ``run``, ``exit`` (0 if not said), ``stderr`` (without ``ERROR``; empty if not
said) and ``stdout`` (not compared if not said). ``N = secret-add key=v`` names what the command prints. Among the commands
of a hook, ``user: set-leader u/1`` happens while the hook runs.

In commands and expectations, ``N`` stands for ``secret:<id>``, ``N.id`` for the bare id, ``N.uri`` for what
``secret-add`` prints, ``M`` or, within a word, ``{model}`` for the model's UUID, ``{a*5}`` for aaaaa, ``{file:x}`` for the path of one of ``files``,
``{count}`` for a number that is another one each time, ``{uuid}`` in a refusal for a UUID that Juju draws.

A hook is written ``unit name``; then, for a secret hook, JUJU_SECRET_ID, JUJU_SECRET_LABEL (``''`` if empty) and, if the
charm receives, JUJU_SECRET_REVISION; for a relation hook the remote unit or application; then ``failed`` if it failed. Due
hooks have no label, and the relation's id instead of the remote. A list within a list of hooks fixes the order within
each unit alone, ``any:`` with a list fixes none.
"""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

import yaml

AS_SHIPPED: Final = 'as-shipped'
DIRECTORY: Final = pathlib.Path(__file__).parent

_UNIT: Final = re.compile(r'[a-z-]+/[0-9]+')
_NAMED: Final = re.compile(r'(?P<name>[A-Z]) = (?P<line>.*)', re.DOTALL)
_DURATION: Final = re.compile(r'\+(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?(?:(?P<seconds>\d+)s)?')


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """Hooks that run next to one another."""

    hooks: tuple[str, ...]
    order: Literal['fixed', 'by unit', 'free']


Hooks: TypeAlias = tuple[Group, ...]


class TranscriptError(Exception):
    """A transcript is not written as the module's docstring says."""


@dataclasses.dataclass(frozen=True, slots=True)
class Command:
    """A hook command with what it must answer."""

    line: str
    name: str | None = None
    """The name for the secret that it adds."""
    exit: int = 0
    stdout: str | None = None
    stderr: str = ''


@dataclasses.dataclass(frozen=True, slots=True)
class UserStep:
    """A user does something."""

    line: str
    name: str | None = None
    """The name for the secret that it adds."""
    access: str = 'admin'
    stderr: str = ''


@dataclasses.dataclass(frozen=True, slots=True)
class ClientStep:
    """A user runs the juju client."""

    command: Command


@dataclasses.dataclass(frozen=True, slots=True)
class HookStep:
    """A unit runs a hook."""

    unit: str
    commands: tuple[Command | UserStep, ...]
    fails: bool = False
    refused: str | None = None
    sent: tuple[str, ...] | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class ScriptStep:
    """From now on, a scripted charm does this in a hook."""

    unit: str
    hook: str
    commands: tuple[Command, ...]
    ends: Literal['ok', 'fails', 'defers', 'defers once'] = 'ok'


@dataclasses.dataclass(frozen=True, slots=True)
class SettleStep:
    """The units run what is due, after time has passed if ``passed`` says so."""

    passed: datetime.timedelta | None = None
    ran: Hooks | None = None
    refused: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class SecretExpectation:
    """Expectations about a secret; only those given are compared."""

    given: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class ExpectStep:
    """Expectations that must hold now."""

    due: Hooks | None = None
    exist: tuple[str, ...] | None = None
    secrets: Mapping[str, SecretExpectation] = dataclasses.field(default_factory=dict[str, SecretExpectation])
    handled: tuple[str, ...] | None = None


@dataclasses.dataclass(frozen=True)
class DeliverStep:
    """Every unit's agent receives what its watchers hold."""


Step: TypeAlias = ClientStep | DeliverStep | HookStep | ScriptStep | UserStep | SettleStep | ExpectStep


@dataclasses.dataclass(frozen=True, slots=True)
class Vector:
    """One test vector, for one version of Juju."""

    id: str
    title: str
    source: str
    evidence: Literal['T', 'C']
    profile: str
    fixture: str
    steps: tuple[Step, ...]
    start: datetime.datetime | None = None
    update_status_interval: datetime.timedelta | None = None
    cloud: Literal['kubernetes', 'machine'] | None = None
    charms: tuple[str, ...] = ()
    files: Mapping[str, str | bytes] = dataclasses.field(default_factory=dict[str, 'str | bytes'])

    @property
    def version(self) -> str:
        """The version of Juju."""
        return self.profile.partition('+')[0]

    @property
    def bugs(self) -> str | tuple[str, ...]:
        """The known bugs of Juju to reproduce."""
        _, *bugs = self.profile.split('+')
        return AS_SHIPPED if bugs == [AS_SHIPPED] else tuple(bugs)


SECRET_KEYS: Final = (
    'owner',
    'label',
    'name',
    'backends',
    'description',
    'revisions',
    'latest',
    'content',
    'obsolete',
    'tracked_by',
    'labels',
    'grants',
    'rotation',
    'rotates',
    'expires',
)


def load() -> tuple[Vector, ...]:
    """Read every vector of this directory, once for each of its versions.

    Raises:
        TranscriptError: if one is not written as it should be.
    """
    return tuple(vector for path in sorted(DIRECTORY.glob('*.yaml')) for vector in _load_file(path))


def parse(document: Any) -> tuple[Vector, ...]:
    """Read one vector, once for each of its versions.

    Raises:
        TranscriptError: if it is not written as it should be.
    """
    _check_keys(
        document,
        {'id', 'title', 'source', 'evidence', 'profiles', 'fixture', 'steps'},
        {'start', 'update_status_interval', 'charms', 'files', 'cloud'},
    )
    profiles = tuple(map(str, document['profiles']))
    return tuple(_parse_for(profile, _chosen(document, profile, profiles)) for profile in profiles)


def _parse_for(profile: str, document: Any) -> Vector:
    if document['evidence'] not in ('T', 'C'):
        raise TranscriptError(f'evidence is T or C, not {document["evidence"]!r}')
    steps: list[Step] = []
    for number, step in enumerate(document['steps'], start=1):
        try:
            steps.append(_step(step))
        except TranscriptError as error:
            raise TranscriptError(f'step {number}: {error}') from None
    if not any(map(_says_something, steps)):
        raise TranscriptError('nothing is expected, so it could not fail')
    interval = document.get('update_status_interval')
    given = {key: value for key, value in document.items() if key != 'profiles'}
    return Vector(
        **{
            **given,
            'profile': profile,
            'update_status_interval': parse_duration(interval) if interval is not None else None,
            'steps': tuple(steps),
            'charms': tuple(document.get('charms', ())),
        }
    )


def _chosen(value: Any, profile: str, profiles: Collection[str]) -> Any:
    """Replace every ``by:`` by what it says for a version."""
    match value:
        case {'by': dict(choices)} if len(value) == 1:
            by_version = {str(version): choice for version, choice in choices.items()}
            if by_version.keys() != set(profiles):
                raise TranscriptError(f'by: names {", ".join(by_version)}, and the versions are {", ".join(profiles)}')
            return _chosen(by_version[profile], profile, profiles)
        case dict():
            return {key: _chosen(part, profile, profiles) for key, part in value.items()}
        case list():
            return [_chosen(part, profile, profiles) for part in value]
        case _:
            return value


def parse_duration(text: str) -> datetime.timedelta:
    """Read ``+1h30m``; days, hours, minutes and seconds.

    Raises:
        TranscriptError: if it is written in another way.
    """
    match = _DURATION.fullmatch(text)
    if match is None or text == '+':
        raise TranscriptError(f'{text!r} is no duration; write it as +1d2h3m4s')
    return datetime.timedelta(**{unit: int(number) for unit, number in match.groupdict(default='0').items()})


def _load_file(path: pathlib.Path) -> Iterator[Vector]:
    for number, document in enumerate(yaml.safe_load_all(path.read_text(encoding='utf-8')), start=1):
        try:
            yield from parse(document)
        except TranscriptError as error:
            identity = document.get('id') if isinstance(document, dict) else None
            raise TranscriptError(f'{path.name}, document {number} ({identity}): {error}') from None


def _says_something(step: Step) -> bool:
    """Whether a step can fail in another way than by a command that is refused."""
    match step:
        case HookStep(commands=commands, refused=refused, sent=sent):
            return (refused, sent) != (None, None) or any(map(_answers_something, commands))
        case ClientStep(command=command):
            return _answers_something(command)
        case UserStep(stderr=stderr):
            return bool(stderr)
        case SettleStep(ran=ran):
            return ran is not None
        case ExpectStep():
            return True
        case _:
            return False


def _answers_something(command: Command | UserStep) -> bool:
    return isinstance(command, Command) and (bool(command.exit) or command.stdout is not None)


def _step(step: Any) -> Step:
    if not isinstance(step, dict):
        raise TranscriptError(f'{step!r} is no mapping')
    units = [key for key in step if isinstance(key, str) and _UNIT.fullmatch(key)]
    if units:
        (unit,) = units
        _check_keys(step, {unit}, {'exit', 'stdout', 'stderr', 'ends', 'refused', 'sent'})
        command = {'run': step[unit], **{key: step[key] for key in ('exit', 'stdout', 'stderr') if key in step}}
        return _hook(unit, [command], step)
    if 'hook' in step:
        _check_keys(step, {'hook', 'run'}, {'ends', 'refused', 'sent'})
        return _hook(step['hook'], step['run'], step)
    if 'script' in step:
        _check_keys(step, {'script', 'run'}, {'ends'})
        unit, _, hook = step['script'].partition(' ')
        ends = step.get('ends', 'ok')
        if ends not in ('ok', 'fails', 'defers', 'defers once'):
            raise TranscriptError(f'a scripted hook ends ok, fails, defers or defers once; not {ends!r}')
        return ScriptStep(unit, hook, tuple(map(_command, step['run'])), ends)
    if 'user' in step:
        return _user(step)
    if 'juju' in step:
        _check_keys(step, {'juju'}, {'exit', 'stdout', 'stderr'})
        return ClientStep(_command({('run' if key == 'juju' else key): value for key, value in step.items()}))
    if 'clock' in step:
        _check_keys(step, {'clock'}, {'ran', 'refused'})
        return SettleStep(parse_duration(step['clock']), _hooks(step.get('ran')), step.get('refused'))
    if 'deliver' in step:
        _check_keys(step, {'deliver'}, set())
        return DeliverStep()
    if 'settle' in step:
        _check_keys(step, {'settle'}, {'ran', 'refused'})
        return SettleStep(ran=_hooks(step.get('ran')), refused=step.get('refused'))
    _check_keys(step, {'expect'}, set())
    return _expectation(step['expect'])


def _hook(unit: str, commands: list[Any], step: Mapping[str, Any]) -> HookStep:
    sent = tuple(step['sent']) if 'sent' in step else None
    done = tuple(_user(command) if _is_user(command) else _command(command) for command in commands)
    return HookStep(unit, done, _fails(step), step.get('refused'), sent)


def _is_user(command: Any) -> bool:
    return isinstance(command, dict) and 'user' in command


def _user(step: Any) -> UserStep:
    _check_keys(step, {'user'}, {'as', 'stderr'})
    match = _NAMED.fullmatch(step['user'])
    name, line = (match['name'], match['line']) if match else (None, step['user'])
    return UserStep(line, name, step.get('as', 'admin'), step.get('stderr', ''))


def _command(command: Any) -> Command:
    if isinstance(command, str):
        command = {'run': command}
    _check_keys(command, {'run'}, {'exit', 'stdout', 'stderr'})
    match = _NAMED.fullmatch(command['run'])
    name, line = (match['name'], match['line']) if match else (None, command['run'])
    answer = {key: command[key] for key in ('exit', 'stdout', 'stderr') if key in command}
    if bool(answer.get('exit')) != bool(answer.get('stderr')):
        raise TranscriptError(f'{line!r}: an exit code other than 0 and a text on stderr belong together')
    return Command(line, name, **answer)


def _fails(step: Mapping[str, Any]) -> bool:
    ends = step.get('ends', 'ok')
    if ends not in ('ok', 'fails') or (ends == 'fails' and 'refused' in step):
        raise TranscriptError(f'a hook ends ok or fails, or its commit is refused; not {ends!r}')
    return ends == 'fails'


def _expectation(expect: Any) -> ExpectStep:
    _check_keys(expect, set(), {'due', 'exist', 'secrets', 'handled'})
    if not expect:
        raise TranscriptError('nothing is expected')
    secrets: dict[str, SecretExpectation] = {}
    for name, given in expect.get('secrets', {}).items():
        _check_keys(given, set(), set(SECRET_KEYS))
        if not given:
            raise TranscriptError(f'nothing is expected of {name}')
        secrets[name] = SecretExpectation(given)
    exist = tuple(expect['exist']) if 'exist' in expect else None
    handled = tuple(expect['handled']) if 'handled' in expect else None
    return ExpectStep(_hooks(expect.get('due')), exist, secrets, handled)


def _hooks(hooks: list[Any] | None) -> Hooks | None:
    return tuple(map(_group, hooks)) if hooks is not None else None


def _group(hooks: Any) -> Group:
    match hooks:
        case str():
            return Group((hooks,), 'fixed')
        case list():
            return Group(tuple(hooks), 'by unit')
        case _:
            _check_keys(hooks, {'any'}, set())
            return Group(tuple(hooks['any']), 'free')


def _check_keys(mapping: Any, required: Collection[str], optional: Collection[str]) -> None:
    if not isinstance(mapping, dict):
        raise TranscriptError(f'{mapping!r} is no mapping')
    if missing := set(required) - set(mapping):
        raise TranscriptError(f'missing: {", ".join(sorted(missing))}')
    if unknown := set(mapping) - set(required) - set(optional):
        raise TranscriptError(f'unknown: {", ".join(sorted(map(str, unknown)))}')
