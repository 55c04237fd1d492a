"""Juju's flag grammar: flags are declared as data; a command line is read into typed values and positional arguments.

Flags and positionals may be mixed; a flag that needs a value takes the next argument, whatever it looks like; the
last occurrence wins. Source: juju/gnuflag v1, flag.go.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar, cast

from ..errors import JujuError
from . import text as gotext

T = TypeVar('T')
_REMEMBERED: Final = 256
"""How many command lines of a command are known again."""


class HelpRequested(Exception):
    """``--help`` or ``-h`` was given."""


class UndefinedOption(JujuError):
    """An option that the command does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f'option provided but not defined: {spell(name)}')
        self.option = spell(name)


@dataclasses.dataclass(frozen=True, slots=True)
class Always(Generic[T]):
    """A default that is the same in every hook, of a flag that reads its value alike in every hook."""

    value: T

    def __call__(self, _: object) -> T:
        """Return the value, the same for all hooks."""
        return self.value


@dataclasses.dataclass(frozen=True, slots=True)
class Flag(Generic[T]):
    """One flag of a command."""

    name: str
    read: Callable[[Any, str], T]
    """Converts the text of the value. It gets the hook that runs, or None outside hooks.

    It raises JujuError with the cause when it cannot.
    """
    default: Callable[[Any], T]
    aliases: tuple[str, ...] = ()
    is_boolean: bool = False
    """Whether the flag alone means true."""
    accumulates: bool = False
    """Whether each occurrence adds to the value, a tuple, instead of replacing it."""

    @property
    def is_alike_in_all_hooks(self) -> bool:
        """Whether neither its default nor what it makes of a text depends on the hook."""
        return isinstance(self.default, Always)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every name the flag answers to, without hyphens."""
        return (self.name, *self.aliases)


@dataclasses.dataclass(slots=True)
class Parsed:
    """The flags and positional arguments of a command line, never changed. Not frozen, because that costs time for each command."""

    values: Mapping[str, Any]
    positionals: tuple[str, ...]

    def __getitem__(self, flag: Flag[T]) -> T:
        return cast('T', self.values[flag.name])


def string(name: str, *aliases: str, default: str = '') -> Flag[str]:
    """Declare a flag that takes any text."""
    return Flag(name, lambda _, text: text, Always(default), aliases)


def integer(name: str, *aliases: str, default: int = 0) -> Flag[int]:
    """Declare a flag that takes an integer, as Go spells one."""
    return Flag(name, lambda _, text: gotext.parse_int(text), Always(default), aliases)


def strings(name: str, *aliases: str) -> Flag[tuple[str, ...]]:
    """Declare a flag that takes any text and may be given several times."""
    nothing: tuple[str, ...] = ()
    return Flag(name, lambda _, text: (text,), Always(nothing), aliases, accumulates=True)


def boolean(name: str, *aliases: str) -> Flag[bool]:
    """Declare a flag that is false unless given."""
    return Flag(name, lambda _, text: gotext.parse_bool(text), Always(False), aliases, is_boolean=True)


class Grammar:
    """The flags of a command, prepared once for all of its command lines."""

    def __init__(self, flags: Sequence[Flag[Any]]) -> None:
        self.by_spelling: Final = {spelling: flag for flag in flags for spelling in flag.spellings}
        constant: dict[str, Any] = {}
        self._of_hook: Final[list[Flag[Any]]] = []
        for flag in flags:
            if flag.is_alike_in_all_hooks:
                constant[flag.name] = flag.default(None)
            else:
                self._of_hook.append(flag)
        self._constant: Final = constant

    def defaults(self, context: object) -> dict[str, Any]:
        """Return the default values of the flags."""
        values = self._constant.copy()
        for flag in self._of_hook:
            values[flag.name] = flag.default(context)
        return values

    def parse(self, context: object, arguments: Sequence[str]) -> Parsed:
        """Read a command line, the command's name excluded.

        Args:
            context: The hook that runs, which defaults and values may depend on; None outside hooks.
            arguments: The command line.

        Raises:
            JujuError: with Juju's text.
            HelpRequested: for ``--help``, unless an error comes before it.
        """
        return _Parser(context, self, arguments).parse()

    def remembering(self) -> Callable[[object, Sequence[str]], Parsed]:
        """Return a ``parse`` that caches the last command lines, for commands whose command lines are short.

        Charms repeat a few command lines many times.
        """
        if self._of_hook:
            return self.parse
        known = functools.lru_cache(_REMEMBERED)(lambda *arguments: self.parse(None, arguments))
        return lambda _, arguments: known(*arguments)


def spell(name: str) -> str:
    """Return a flag's name as messages write it: one hyphen before a name of one byte, two before a longer one."""
    return f'--{name}' if len(gotext.to_bytes(name)) > 1 else f'-{name}'


class _Parser:
    def __init__(self, context: object, grammar: Grammar, arguments: Sequence[str]) -> None:
        self._context = context
        self._flags = grammar.by_spelling
        self._values = grammar.defaults(context)
        self._pending = collections.deque(arguments)
        self._positionals: list[str] = []

    def parse(self) -> Parsed:
        while self._pending:
            argument = self._pending.popleft()
            if argument == '--':
                self._positionals += self._pending
                break
            if argument == '-' or not argument.startswith('-'):
                self._positionals.append(argument)
            elif argument.startswith('--'):
                self._take_long(argument)
            else:
                self._take_short(argument[1:])
        return Parsed(self._values, tuple(self._positionals))

    def _take_long(self, argument: str) -> None:
        name, equals, value = argument[2:].partition('=')
        if not name:
            raise JujuError(f'empty option in argument {gotext.quote(argument)}')
        self._set(name, value if equals else None)

    def _take_short(self, letters: str) -> None:
        while letters:
            name, letters = letters[0], letters[1:]
            if self._find(name).is_boolean and not letters.startswith('='):
                self._set(name, None)
            else:
                self._set(name, letters or None)
                return
            # Go's parser drops the rest of a group of letters that ends the command line.
            if not self._pending:
                return

    def _find(self, name: str) -> Flag[Any]:
        if name in self._flags:
            return self._flags[name]
        if name in ('help', 'h'):
            raise HelpRequested
        raise UndefinedOption(name)

    def _set(self, name: str, value: str | None) -> None:
        flag = self._find(name)
        if value is None and flag.is_boolean:
            self._values[flag.name] = True
            return
        if value is None:
            if not self._pending:
                raise JujuError(f'option needs an argument: {spell(name)}')
            value = self._pending.popleft()
        try:
            read = flag.read(self._context, value)
            self._values[flag.name] = (*self._values[flag.name], *read) if flag.accumulates else read
        except JujuError as error:
            raise JujuError(f'invalid value {gotext.quote(value)} for option {spell(name)}: {error}') from None
