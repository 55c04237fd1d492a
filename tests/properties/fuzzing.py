"""Calls of every public function with values near the right ones, drawn from a seed.

A call may do its work, or be refused with one of our errors, or with Python's own TypeError about the number of arguments.
Whatever is refused leaves the models as they were. ``python -m tests.properties.fuzzing 20000`` makes that many calls,
with a seed as a second argument, and prints what they ended in.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import inspect
import itertools
import os
import pathlib
import random
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from typing import Any, Final

import jubilant

import pytest_charmsecrets
from pytest_charmsecrets import CharmSecretsError, JujuError, UsageError, checks

from .fuzzed_values import JUNK, ODD_TEXTS, STATES, TEXTS, near
from .fuzzed_world import World

CALLS_PER_WORLD: Final = 60
UTC: Final = datetime.timezone.utc

_ARITY: Final = re.compile(
    r'positional argument|keyword argument|keyword-only argument|takes no arguments|multiple values'
)
_DOCUMENTED: Final = (jubilant.CLIError, jubilant.WaitError, jubilant.TaskError, TimeoutError)
"""The exceptions that jubilant documents, apart from our own."""

# Operations that Juju refuses after it was asked, which the journal records; or for some of several things, as Juju does.
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
            value = self.random.choice(near(name, annotation, world))
        if isinstance(value, list | tuple) and self.random.random() < 0.05:
            return iter(value)
        return value


@dataclasses.dataclass
class Outcome:
    """How calls ended."""

    calls: int = 0
    kinds: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    called: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    wrong: dict[str, str] = dataclasses.field(default_factory=dict)
    """Violations, by a key for the kind, with one example."""


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
    for number, target in zip(range(calls), rounds, strict=False):
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
        if not isinstance(
            result, BaseException
        ):  # Python shows the arguments of an exception, some of which cannot be shown
            repr(result)
        kind = 'done'
    except CharmSecretsError as error:
        kind = type(error).__name__
        is_refused_by_juju = isinstance(error, JujuError) or isinstance(error.__cause__, jubilant.CLIError)
        may_change = is_refused_by_juju and any(part in target.name for part in _MAY_CHANGE)
        if isinstance(error, UsageError | JujuError) and not may_change:
            _check_same(world, before, thorough, outcome, (target, args, kwargs, error))
    except TypeError as error:
        kind = 'TypeError'
        if '<lambda>()' in str(error):
            pass  # a function that was given fails, and wait() has moved the clock before it called it
        elif _ARITY.search(str(error)) or _is_jubilants(error):
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


def main(calls: int = 20_000, seed: int = 0, only: str = '') -> int:
    """Make many calls and print how they ended."""
    began = time.process_time()
    found = fuzz(calls, seed, only=only)
    lines = [f'{len(targets())} callables, {found.calls} calls, {time.process_time() - began:.0f} s']
    lines.append(', '.join(f'{kind}: {count}' for kind, count in found.kinds.most_common()))
    lines += [f'--- {key}\n{example}' for key, example in found.wrong.items()]
    sys.stdout.write('\n'.join(lines) + '\n')
    return bool(found.wrong)


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        sys.exit(main(*map(int, sys.argv[1:3]), *sys.argv[3:4]))
