"""Calls of every public function with values near the right ones, drawn from a seed.

A call may do its work, or be refused with one of our errors, or with Python's own TypeError about the number of arguments.
Whatever is refused leaves the models as they were. ``python -m tests.properties.fuzzing 20000`` makes that many calls,
with a seed as a second argument, and prints what they ended in.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import datetime
import enum
import inspect
import itertools
import os
import pathlib
import random
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from typing import Any, Final

import jubilant
import ops
from ops import testing

import pytest_charmsecrets
from pytest_charmsecrets import CharmSecretsError, JujuError, UsageError, checks
from tests.behaviour.charms import DATABASE, WEB, Database, Web

from .fuzzed_world import World

CALLS_PER_WORLD: Final = 60
UTC: Final = datetime.timezone.utc

_ARITY: Final = re.compile(
    r'positional argument|keyword argument|keyword-only argument|takes no arguments|multiple values'
)
_DOCUMENTED: Final = (jubilant.CLIError, jubilant.WaitError, jubilant.TaskError, TimeoutError)
"""What jubilant raises, beside our own errors."""

# What Juju refuses after it was asked, which the journal tells; or for some of several things, as Juju does.
_MAY_CHANGE: Final = ('PuppetHook.', 'PuppetSecret.', 'Client.', 'FakeJuju.', '.grant_secret', '.revoke_secret')


@dataclasses.dataclass(frozen=True)
class Target:
    """A public callable."""

    name: str
    owner: str | None
    """The class that it is a method of; None for a class and for a function of a module."""
    function: Callable[..., Any]

    def bound(self, world: World) -> Callable[..., Any]:
        """Return what is called."""
        if self.owner is None:
            return self.function
        thing = world.things[self.owner]
        name = self.name.partition('.')[2]
        return thing if name == '__call__' else getattr(thing, name)


def targets() -> list[Target]:
    """Return every public callable: classes, their public methods, and functions of public modules."""
    found = []
    for name in pytest_charmsecrets.__all__:
        value = getattr(pytest_charmsecrets, name)
        if not inspect.isclass(value):
            continue
        if not getattr(value, '_is_protocol', False):
            found.append(Target(name, None, value))
        # An exception's and a record's are Python's, or looks.
        for method, function in inspect.getmembers(value, inspect.isroutine):
            is_ours = str(getattr(function, '__module__', '')).partition('.')[0] in ('pytest_charmsecrets', 'jubilant')
            if is_ours and (not method.startswith('_') or method == '__call__') and not issubclass(value, Exception):
                found.append(Target(f'{name}.{method}', name, function))
    found += [Target(f'checks.{name}', None, getattr(checks, name)) for name in checks.__all__ if name != 'CHECKS']
    return [target for target in found if callable(target.function)]


class Colour(str, enum.Enum):
    RED = 'red'


class Broken:
    """An object whose methods fail."""

    def __repr__(self) -> str:
        raise RuntimeError('no repr')

    def __eq__(self, other: object) -> bool:
        raise RuntimeError('not comparable')

    __hash__ = None

    def __index__(self) -> int:
        raise RuntimeError('no number')


class Number:
    """A number of another library."""

    def __index__(self) -> int:
        return 2

    def __float__(self) -> float:
        return 2.0


class OddZone(datetime.tzinfo):
    def utcoffset(self, _: Any) -> None:
        return None


RECURSIVE: Final[dict[str, Any]] = {}
RECURSIVE['self'] = RECURSIVE
_EMPTY: Final = tempfile.gettempdir() + '/charmsecrets-no-such-directory'

TEXTS: Final = (
    'web', 'database', 'puppet', 'workload', 'remote', 'db', 'web/0', 'database/0', 'database/1', 'puppet/0', 'workload/0',
    'database:database', 'web:database', 'puppet:database', 'named', 'one', 'password', 'look', 'work', 'colour', 'start',
    'config-changed', 'secret-rotate', 'sql', 'other', 'other.db', 'fake', 'internal', 'vault', 'auto', 'active', 'is-leader',
    'update-status-hook-interval', 'secret-backend', '5m', 'never', 'daily', 'admin', 'read', '3.6', '4.0', '4.0.15', 'hook-fails',
    'leader-lost', 'stale-observer', 'example.com/backup', 'in-process', 'process', 'off', 'refuse', 'UTC', 'kubernetes',
)  # fmt: skip
ODD_TEXTS: Final = (
    '', ' ', 'wep', 'web/', 'web/99', 'web/x', '/0', 'a/b/c', 'WEB', 'web database', ':', 'web:', ':x', 'a:b:c', '\0', '\n', '\ud800',
    '\udc80', 'ä', '0', '-1', '--help', '=', 'key=value', '#', 'secret:x', 'x' * 3000, '1.2.3.4', '3.6.99', '9.9', 'Europe/Nowhere',
    '../..', '<model>', '%s', '{}', '<Red>', _EMPTY,
)  # fmt: skip
JUNK: Final = (
    None, True, False, 0, 1, 2, -1, 3.6, -0.5, float('nan'), float('inf'), 10**30, -(10**30), b'web', bytearray(b'x'), object, object(), len,
    lambda: None, Broken(), Number(), Colour.RED, (), [], {}, set(), ['web'], ('web', 5), {'web': 'x'}, {5: 5}, {'key': None}, {'key': b'x'},
    {None: 'x'}, RECURSIVE, [RECURSIVE], frozenset({'web'}), range(3), Database, Web, ops, Exception('x'), ..., 1j, pathlib.Path('nowhere'),
    datetime.date(2026, 1, 1), datetime.datetime(2026, 1, 2), datetime.datetime(2026, 1, 2, tzinfo=UTC), datetime.timedelta.max,
    datetime.datetime(2026, 1, 2, tzinfo=OddZone()), datetime.datetime.max.replace(tzinfo=UTC), datetime.timedelta(-1),
    datetime.datetime.min.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=14))), datetime.timedelta(hours=1),
)  # fmt: skip
STATES: Final = (
    testing.State(), testing.State(containers=[testing.Container('work', can_connect=True)]), testing.State(leader=True),
    testing.State(storages=[testing.Storage('data')]), testing.State(config={'colour': 'red'}),
)  # fmt: skip
CONTENTS: Final = (
    {'key': 'value'}, {'password': 'two'}, {}, {'key': ''}, {'k': 'short'}, {'UPPER': 'x'}, {'key': 'x\ny'}, {'key': '\udc80'},
    {'a b': 'c'}, {'key#base64': 'dmFsdWU='}, {'key#base64': 'x'}, {'key#file': 'nowhere'}, {'=': '='}, {'key': 'x' * 70_000},
)  # fmt: skip
METAS: Final = (
    DATABASE, WEB, {}, {'name': 'x'}, {'name': 5}, {'name': 'x', 'requires': 5}, {'name': 'x', 'requires': {'a': None}},
    {'name': 'x', 'config': {'options': {'a': {'type': 'int', 'default': 'x'}}}}, {'name': 'x', 'actions': {'a': {'required': 5}}},
    {'name': 'x', 'storage': {'data': {'type': 'filesystem'}}}, {'name': 'x', 'containers': {'c': {'mounts': 5}}}, {'name': 'x', 'config': 5},
    {'name': 'x', 'requires': {'a': {'interface': 'x', 'limit': -1}}}, {'name': 'x/y'}, {'name': 'x', 'what': object()}, {'name': 'x', 'r': RECURSIVE},
)  # fmt: skip
COMMANDS: Final = (
    ['status'], ['secrets'], ['config', 'web'], ['show-secret', 'named'], ['deploy'], ['status', '--format=x'], [], ['nope'], [5], ['add-unit', 'web'],
    ['integrate', 'web', 'puppet'], ['run', 'web/0', 'x'], ['exec', '--unit', 'web/0', '--', 'is-leader'], ['show-unit', 'web/0'], ['secret-get', 'x'],
)  # fmt: skip


class Draw:
    """Draws calls from a seed."""

    def __init__(self, seed: object) -> None:
        self.random = random.Random(f'calls {seed}')

    def arguments(self, target: Target, world: World) -> tuple[list[Any], dict[str, Any]]:
        """Return arguments for a callable, most of them near what its parameters are annotated with."""
        try:
            parameters = list(inspect.signature(target.bound(world)).parameters.values())
        except (TypeError, ValueError):
            parameters = []
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        for parameter in parameters:
            is_needed = parameter.default is parameter.empty
            if parameter.kind is parameter.VAR_POSITIONAL:
                args += [self.value(parameter, world) for _ in range(self.random.choice((0, 1, 1, 2)))]
            elif parameter.kind is parameter.VAR_KEYWORD:
                if self.random.random() < 0.7:
                    kwargs |= self.settings(world)
            elif is_needed or self.random.random() < 0.35:
                if parameter.kind is parameter.KEYWORD_ONLY or kwargs or not is_needed:
                    kwargs[parameter.name] = self.value(parameter, world)
                else:
                    args.append(self.value(parameter, world))
        if self.random.random() < 0.03:
            args.append(5)
        if self.random.random() < 0.03:
            kwargs['no_such_keyword'] = 5
        if self.random.random() < 0.02 and args:
            args.pop()
        return args, kwargs

    def settings(self, world: World) -> dict[str, Any]:
        """Return some keywords of a model, or of what a test changes of a unit."""
        keywords = {field.name: field.type for field in dataclasses.fields(pytest_charmsecrets.ModelSettings)}
        names = self.random.choices(
            [*keywords, 'contaniers', 'containers', 'leader', 'resources'], k=self.random.choice((1, 1, 2))
        )
        return {name: self.value_of(name, str(keywords.get(name, 'Iterable[object]')), world) for name in names}

    def value(self, parameter: inspect.Parameter, world: World) -> Any:
        """Return a value for a parameter."""
        return self.value_of(parameter.name, str(parameter.annotation), world)

    def value_of(self, name: str, annotation: str, world: World) -> Any:
        """Return a value for a parameter of a name and an annotation: three in four are near the right ones."""
        if self.random.random() < 0.25:
            value = self.random.choice((*JUNK, *STATES, *TEXTS, *ODD_TEXTS))
        else:
            value = self.random.choice(tuple(self.near(name, annotation, world)))
        if isinstance(value, list | tuple) and self.random.random() < 0.05:
            return iter(value)
        return value

    def near(self, name: str, annotation: str, world: World) -> Iterator[Any]:
        """Return values that fit an annotation, or nearly."""
        things = world.things
        if name == 'content':
            yield from CONTENTS
        elif name == 'meta':
            yield from METAS
        elif name == 'argv' and 'Sequence' in annotation:
            yield from COMMANDS
        elif name == 'charm' or 'CharmLike' in annotation:
            yield from (
                Database,
                Web,
                'nowhere',
                '.',
                object,
                pathlib.Path('nowhere'),
                '',
                ops.CharmBase,
                {'x': Database},
            )
        elif 'Mapping' in annotation:
            yield from (
                {},
                {'colour': 'red'},
                {'size': 5},
                {'what': 'x'},
                {'update-status-hook-interval': '5m'},
                {'database': 'sql'},
                {'key': 'value'},
            )
            yield from (
                {'token': 'secret:x'},
                {'colour': 5},
                {'a b': 'c'},
                {'/': '/'},
                {'secret-backend': 'vault'},
                {'': ''},
                {'what': RECURSIVE},
            )
        elif 'Iterable' in annotation or 'Collection' in annotation or 'Sequence' in annotation:
            yield from (
                (),
                ['web'],
                ['web', 'wep'],
                [''],
                [5],
                'web',
                'as-shipped',
                ['stale-observer'],
                ['colour'],
                ['curl'],
                ['/'],
                ['a:1'],
            )
        elif 'RelationView' in annotation:
            yield from (*world.model.relations, things['RelationView'], *world.other.relations)
        elif 'FakeModel' in annotation or 'ModelView' in annotation:
            yield from (world.model, world.other, world.model.models['fake'])
        elif 'datetime' in annotation or 'timedelta' in annotation:
            now = world.model.now
            yield from (
                now,
                now + datetime.timedelta(days=1),
                datetime.timedelta(hours=3),
                datetime.timedelta(),
                datetime.timedelta(-1),
            )
            yield from (
                now - datetime.timedelta(1),
                now.replace(tzinfo=None),
                datetime.timedelta.max,
                now.replace(year=9999),
            )
        elif 'State' in annotation:
            yield from STATES
        elif 'AroundHook' in annotation or 'Callable' in annotation:
            yield from (lambda _: contextlib.nullcontext(), lambda _: None, lambda: None, 5)
        elif 'bool' in annotation:
            yield from (True, False)
        elif 'float' in annotation:
            yield from (0, 1, 2.5, 20, -1, 1e300, float('nan'))
        elif 'int' in annotation and 'str' not in annotation:
            yield from (0, 1, 2, 3, -1, 10**9)
        else:
            yield from TEXTS
            yield from ODD_TEXTS
            yield from (things['PuppetSecret'].id, things['SecretView'].id, things['SecretView'].unique_identifier)


@dataclasses.dataclass
class Outcome:
    """How calls ended."""

    calls: int = 0
    kinds: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    called: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    wrong: dict[str, str] = dataclasses.field(default_factory=dict)
    """What must not be, by a key for its kind, with one example."""


def fuzz(calls: int, seed: int, *, thorough: bool = True, only: str = '') -> Outcome:
    """Make calls and return how they ended.

    Args:
        calls: how many.
        seed: what they are drawn from.
        thorough: whether to compare the whole state around each call that is refused; otherwise around every fifth.
        only: a part of the names of what is called; by default everything.
    """
    outcome = Outcome()
    chosen = [target for target in targets() if only in target.name]
    draw = Draw(seed)
    # Each is called about as often as another: in rounds, each in an order of its own.
    rounds = itertools.chain.from_iterable(draw.random.sample(chosen, len(chosen)) for _ in itertools.count())
    world: World | None = None
    for number, target in zip(range(calls), rounds):
        if number % CALLS_PER_WORLD == 0:
            if world is not None:
                _check_works(world, outcome)
            world = World()
            if draw.random.random() < 0.3:
                world.open_hook()
        assert world is not None
        _call(target, world, draw, outcome, thorough=thorough or number % 5 == 0)
    if world is not None:
        _check_works(world, outcome)
    return outcome


def _call(target: Target, world: World, draw: Draw, outcome: Outcome, *, thorough: bool) -> None:
    world.__dict__.pop('things', None)
    args, kwargs = draw.arguments(target, world)
    before = world.known if thorough and world.known is not None else _state(world, thorough)
    world.known = None
    outcome.calls += 1
    outcome.called[target.name] += 1
    try:
        result = target.bound(world)(*args, **kwargs)
        if isinstance(result, pytest_charmsecrets.FakeModel) and result not in (world.model, world.other):
            result.close()
        if target.name == 'PuppetUnit.hook':
            with result:
                pass
        repr(result)
        kind = 'done'
    except CharmSecretsError as error:
        kind = type(error).__name__
        may_change = isinstance(error, JujuError) and any(part in target.name for part in _MAY_CHANGE)
        if isinstance(error, UsageError | JujuError) and not may_change:
            _check_same(world, before, thorough, outcome, (target, args, kwargs, error))
    except TypeError as error:
        kind = 'TypeError'
        if _ARITY.search(str(error)) or _is_jubilants(error):
            _check_same(world, before, thorough, outcome, (target, args, kwargs, error))
        else:
            kind = 'TypeError (foreign)'
            _note(outcome, f'{target.name} {_where(error)}', target, args, kwargs, error)
    except Exception as error:
        kind = type(error).__name__
        if not _is_jubilants(error):
            kind = f'{kind} (foreign)'
            _note(outcome, f'{target.name} {_where(error)}', target, args, kwargs, error)
    outcome.kinds[kind] += 1


def _check_same(
    world: World, before: object, thorough: bool, outcome: Outcome, call: tuple[Target, Any, Any, BaseException]
) -> None:
    after = _state(world, thorough)
    if after != before:
        _note(outcome, f'{call[0].name} half-applied', *call)
    world.known = after if thorough else None


def _is_jubilants(error: Exception) -> bool:
    """Whether jubilant documents an error, or raised it before anything of ours ran: it does the same on a live controller."""
    frames = [pathlib.Path(frame.filename).parent.name for frame in traceback.extract_tb(error.__traceback__)]
    return isinstance(error, _DOCUMENTED) or (
        'jubilant' in frames and 'client' not in frames[frames.index('jubilant') :]
    )


def _state(world: World, thorough: bool) -> object:
    journals = tuple((len(model.journal), model.journal.last_number) for model in (world.model, world.other))
    return journals, world.model.now, world.digest() if thorough else None


def _check_works(world: World, outcome: Outcome) -> None:
    try:
        world.check_works()
    except Exception as error:
        outcome.wrong.setdefault(
            f'does not work {type(error).__name__} {_where(error)}', ''.join(traceback.format_exception(error))
        )


def _where(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f'{type(error).__name__} in {pathlib.Path(last.filename).name}:{last.lineno}'


def _note(outcome: Outcome, key: str, target: Target, args: Any, kwargs: Any, error: BaseException) -> None:
    given = ', '.join((*map(_shown, args), *(f'{name}={_shown(value)}' for name, value in kwargs.items())))
    lines = ''.join(traceback.format_exception(error))
    outcome.wrong.setdefault(key, f'{target.name}({given})\n{lines}')


def _shown(value: Any) -> str:
    try:
        return repr(value)[:120]
    except Exception:
        return f'<{type(value).__name__}>'


if __name__ == '__main__':
    import time

    arguments = sys.argv[1:] or ['20000']
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        began = time.process_time()
        found = fuzz(int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 0, only=(arguments[2:] or [''])[0])
    print(f'{len(targets())} callables, {found.calls} calls, {time.process_time() - began:.0f} s')
    print(', '.join(f'{kind}: {count}' for kind, count in found.kinds.most_common()))
    for key, example in found.wrong.items():
        print(f'--- {key}\n{example}')
    sys.exit(bool(found.wrong))
