"""Which rules a recorded case confirms: ``python -m tests.parity.rules`` writes ``rules.yaml``, which the documentation shows.

A case confirms a rule for its release if all of this holds:

- The rule's transcript (``tests/conformance``) holds on the release as it was shipped.
- The model agrees with Juju in every step of the case.
- The case has the events of the transcript, in the same order: each command with the same flags and kinds of arguments, and with
  the same refusal or none; each refused commit; each change of leadership, units, relations and time.
- In the case the model takes every path through its code that it takes in the transcript. This is what tells cases apart that
  look alike: a refusal of the same command, with the same text, for another reason takes another path.

Of several cases the one with the fewest steps is named. The scripts of ``agent`` are left out, because their commands are lines of
shell.
"""

from __future__ import annotations

import collections
import dataclasses
import pathlib
import re
import shlex
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias, TypeVar

import yaml

import pytest_charmsecrets
from tests.conformance import stage, transcripts

from .data import FOLDERS, HERE, Case, Played, load
from .playing import AS_SHIPPED, PLAYERS

CONFIRMED: Final = HERE / 'rules.yaml'
SOURCES: Final = tuple(folder for folder in FOLDERS if folder != 'agent')

Event: TypeAlias = tuple[str, ...]
Arc: TypeAlias = tuple[str, int, int]
_T = TypeVar('_T')


# --- the events of a transcript and of a case

_SECRET: Final = re.compile(
    r'(?:secret:)?(?://[^/\s]+/)?(?:\$(?:new)?\d+(?:\.\w+)?|[a-v0-9]{20}|\b[A-Z]\b(?:\.id|\.uri)?)'
)
_GENERAL: Final = (
    (re.compile(r'"[^"]*"'), '*'),
    (_SECRET, '*'),
    (re.compile(r'\{[^{}]*\}|<[^<>]*>|\$[\w.]+|@\w+'), '*'),
    (re.compile(r'\b[a-z-]+/\d+'), '*'),
    (re.compile(r'\d+'), '*'),
)
_FLAG: Final = re.compile(r'--?(?P<name>[a-z][a-z0-9-]*)(?:=.*)?', re.DOTALL)
_LONG: Final = {'r': 'relation', 'o': 'output', 'u': 'unit'}
_OPERATIONS: Final = {
    'set-leader': 'leader',
    'integrate': 'relate',
    'remove-relation': 'unrelate',
    'remove-application': 'remove-app',
}
"""The names that steps of traces have for operations of a transcript; all others have one name in both."""
_VALUED: Final = frozenset(
    (
        'relation',
        'output',
        'unit',
        'app',
        'label',
        'description',
        'expire',
        'rotate',
        'owner',
        'file',
        'format',
        'revision',
    )
)
"""The flags that take the next argument as their value."""


def general(text: str) -> str:
    """Return a message without what differs from model to model: ids, names, numbers and quoted values."""
    text = text.strip().removeprefix('ERROR ')
    for pattern, instead in _GENERAL:
        text = pattern.sub(instead, text)
    return text


def command(argv: Iterable[str], refusal: str) -> Event:
    """Return the event of a command: its name, flags and kinds of arguments, and why it was refused."""
    name, *arguments = argv
    flags: set[str] = set()
    kinds: list[str] = []
    is_value = False
    for argument in arguments:
        match = _FLAG.fullmatch(argument)
        if is_value:
            is_value = False
        elif match:
            flag = _LONG.get(match['name'], match['name'])
            flags.add(f'--{flag}')
            is_value = flag in _VALUED and '=' not in argument
        elif (kind := kind_of(argument)) not in kinds[-1:]:
            kinds.append(kind)
    return (name, *sorted(flags), *kinds, general(refusal))


def kind_of(argument: str) -> str:
    """Return which kind of argument this is: a secret, a key with a value, or a word."""
    if _SECRET.fullmatch(argument):
        return 'secret'
    return 'key=value' if '=' in argument else 'word'


def events_of_rule(vector: transcripts.Vector) -> list[Event]:
    """Return the events of a transcript, in order."""
    return [event for step in vector.steps for event in _events_of_step(step)]


def _events_of_step(step: transcripts.Step) -> Iterator[Event]:
    match step:
        case transcripts.HookStep(commands=commands):
            for one in commands:
                yield from _events_of_step(one) if isinstance(one, transcripts.UserStep) else [_ran(one)]
            if step.fails:
                yield ('fails',)
            if step.refused is not None:
                yield 'commit', general(step.refused)
        case transcripts.ScriptStep(commands=commands):
            # A script runs when its hook comes. That no case has such an event leaves these rules out.
            yield 'script', step.hook, *(one.line for one in commands)
        case transcripts.UserStep():
            name, *arguments = shlex.split(step.line)
            is_of_secrets = name.endswith('-secret')
            yield command([name, *arguments], step.stderr) if is_of_secrets else (_OPERATIONS.get(name, name),)
        case transcripts.ClientStep(command=one):
            yield _ran(one)
        case transcripts.SettleStep(passed=passed, refused=refused):
            if passed is not None:
                yield ('advance',)
            if refused is not None:
                yield 'commit', general(refused)
        case _:
            pass


def _ran(one: transcripts.Command) -> Event:
    return command(shlex.split(one.line), one.stderr)


def events_of_case(case: Case) -> list[Event]:
    """Return the events of a recorded case, in order."""
    return [event for step in case['steps'] for event in _recorded(step)]


def _recorded(step: Mapping[str, Any]) -> Iterator[Event]:
    expect, does = step['expect'], step.get('do') or step.get('op')
    if does is None:
        yield command(step['argv'], expect['stderr'] if expect['rc'] else '')
    elif does == 'hook':
        for line, answer in zip(step['commands'], expect.get('commands', ()), strict=False):
            argv = line['argv'] if isinstance(line, dict) else line
            yield command(argv, (answer.get('stderr') or answer.get('err', '')) if answer.get('rc') else '')
        if step.get('fail'):
            yield ('fails',)
        if expect.get('commit'):
            yield 'commit', general(expect['commit'])
    elif 'argv' in step:
        answer = (expect.get('commands') or [expect])[0]
        yield command(step['argv'], (answer.get('stderr') or answer.get('err', '')) if answer.get('rc') else '')
    elif does != 'user':
        # Of an operation that the service was asked for directly, the text of a refusal is not compared.
        yield (does,)


def contains(case: Iterable[Event], rule: Iterable[Event]) -> bool:
    """Whether a case has the events of a rule, in their order."""
    left = iter(case)
    return all(any(event == one for one in left) for event in rule)


def is_definite(case: Case) -> bool:
    """Whether Juju's answer to each step is known and compared."""
    return all(not step.get('expect', {'undecided': True}).keys() & {'undecided', 'panic'} for step in case['steps'])


# --- the paths through the model's code


class Paths:
    """Measures which paths through the rules of the model some code takes: pairs of lines that ran one after the other."""

    FOLDERS: Final = ('client', 'golang', 'hookcommands', 'juju')
    LEFT_OUT: Final = ('juju/journal.py',)

    def __init__(self) -> None:
        # Not every environment of the tests has it.
        import coverage

        package = pathlib.Path(pytest_charmsecrets.__file__).parent
        self._coverage: Final = coverage.Coverage(
            data_file=None,
            branch=True,
            config_file=False,
            include=[str(package / folder / '*') for folder in self.FOLDERS],
            omit=[str(package / name) for name in self.LEFT_OUT],
        )

    def measure(self, run: Callable[[], _T]) -> tuple[_T, frozenset[Arc]]:
        """Run something; return its result and the paths that it took."""
        self._coverage.erase()
        self._coverage.start()
        try:
            result = run()
        finally:
            self._coverage.stop()
        data = self._coverage.get_data()
        return result, frozenset((name, *arc) for name in data.measured_files() for arc in data.arcs(name) or ())

    def pause(self) -> None:
        """Measure nothing for a while."""
        self._coverage.stop()

    def resume(self) -> None:
        """Measure again."""
        self._coverage.start()


class _Stage(stage.Stage):
    """A stage whose looks at the model are not measured: only what happened counts."""

    paths: Paths

    def _expect(self, step: transcripts.ExpectStep) -> None:
        self.paths.pause()
        try:
            super()._expect(step)
        finally:
            self.paths.resume()


def play_rule(vector: transcripts.Vector, release: str, paths: Paths) -> frozenset[Arc] | None:
    """Play a transcript on a release as it was shipped; return its paths, or None if it does not hold there."""
    shipped = dataclasses.replace(vector, profile=f'{release}+{transcripts.AS_SHIPPED}')
    with tempfile.TemporaryDirectory() as directory:
        try:
            playing = _Stage(shipped, pathlib.Path(directory))
            playing.paths = paths
            return paths.measure(playing.play)[1]
        except (AssertionError, pytest_charmsecrets.UsageError):
            return None


def play_case(folder: str, case: Case, paths: Paths) -> tuple[Played, frozenset[Arc]]:
    """Play a case as its release was shipped; return its paths as well."""
    return paths.measure(lambda: PLAYERS[folder](case, AS_SHIPPED))


# --- the list


def candidates(folder: str) -> Iterator[tuple[Case, list[Event]]]:
    """Return the cases of a folder that can confirm a rule, the shortest first."""
    for case in sorted(load(folder), key=lambda case: (len(case['steps']), case['id'])):
        if is_definite(case):
            yield case, events_of_case(case)


def confirmed() -> dict[str, dict[str, str]]:
    """Find a case for each rule and release: ``juju36 smallest-1`` by release, by rule."""
    paths = Paths()
    cases = [(folder, case, events) for folder in SOURCES for case, events in candidates(folder)]
    cases.sort(key=lambda one: len(one[1]['steps']))
    releases = sorted({case['juju'] for _, case, _ in cases})
    taken: dict[tuple[str, str], frozenset[Arc] | None] = {}
    found: dict[str, dict[str, str]] = collections.defaultdict(dict)
    for vector in transcripts.load():
        events = events_of_rule(vector)
        for release in releases:
            similar = [one for one in cases if one[1]['juju'] == release and contains(one[2], events)]
            if not similar or not events or release in found[vector.id]:
                continue
            if (needed := play_rule(vector, release, paths)) is None:
                continue
            for folder, case, _ in similar:
                key = folder, case['id']
                if key not in taken:
                    played, ran = play_case(folder, case, paths)
                    taken[key] = None if played.differences else ran
                if (there := taken[key]) is not None and needed <= there:
                    found[vector.id][release] = f'{folder} {case["id"]}'
                    break
    return {rule: by for rule, by in found.items() if by}


def main() -> None:
    """Write the list."""
    head = '# Which recorded case confirms which rule, by release: written by python -m tests.parity.rules\n'
    CONFIRMED.write_text(head + yaml.safe_dump(confirmed(), sort_keys=False, default_flow_style=False))


if __name__ == '__main__':
    main()
