"""Juju's flag grammar: flags declared as data, a command line read into typed values and positionals.

Flags and positionals may be mixed; a flag that needs a value takes the next argument, whatever it looks like; the
last occurrence wins. Source: juju/gnuflag v1, flag.go; hook-commands.md 1.2.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from ..errors import JujuError
from ..juju import gotext

if TYPE_CHECKING:
    from ..juju.transaction import HookContext

T = TypeVar('T')


class HelpRequested(Exception):
    """``--help`` or ``-h`` was given."""


@dataclasses.dataclass(frozen=True, slots=True)
class Flag(Generic[T]):
    """One flag of a command."""

    name: str
    read: Callable[[HookContext, str], T]
    """Turns the text of the value into the value; raises JujuError with the cause when it cannot."""
    default: Callable[[HookContext], T]
    aliases: tuple[str, ...] = ()
    is_boolean: bool = False
    """Whether the flag alone means true."""

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every name the flag answers to, without hyphens."""
        return (self.name, *self.aliases)


@dataclasses.dataclass(frozen=True, slots=True)
class Parsed:
    """A command line, read."""

    values: Mapping[str, Any]
    positionals: tuple[str, ...]

    def __getitem__(self, flag: Flag[T]) -> T:
        return cast('T', self.values[flag.name])


def string(name: str, *aliases: str, default: str = '') -> Flag[str]:
    """Declare a flag that takes any text."""
    return Flag(name, lambda _, text: text, lambda _: default, aliases)


def integer(name: str, *aliases: str, default: int = 0) -> Flag[int]:
    """Declare a flag that takes an integer, as Go spells one."""
    return Flag(name, lambda _, text: gotext.parse_int(text), lambda _: default, aliases)


def boolean(name: str, *aliases: str) -> Flag[bool]:
    """Declare a flag that is false unless given."""
    return Flag(name, lambda _, text: gotext.parse_bool(text), lambda _: False, aliases, is_boolean=True)


def parse(context: HookContext, flags: Sequence[Flag[Any]], arguments: Sequence[str]) -> Parsed:
    """Read a command line, the command's name excluded.

    Raises:
        JujuError: with Juju's text.
        HelpRequested: for ``--help``, unless an error comes before it.
    """
    return _Parser(context, flags, arguments).parse()


def spell(name: str) -> str:
    """Return a flag's name as messages write it: one byte gets one hyphen, however it was typed."""
    return f'--{name}' if len(gotext.to_bytes(name)) > 1 else f'-{name}'


class _Parser:
    def __init__(self, context: HookContext, flags: Sequence[Flag[Any]], arguments: Sequence[str]) -> None:
        self._context = context
        self._flags = {spelling: flag for flag in flags for spelling in flag.spellings}
        self._values: dict[str, Any] = {flag.name: flag.default(context) for flag in flags}
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
        raise JujuError(f'option provided but not defined: {spell(name)}')

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
            self._values[flag.name] = flag.read(self._context, value)
        except JujuError as error:
            raise JujuError(f'invalid value {gotext.quote(value)} for option {spell(name)}: {error}') from None
