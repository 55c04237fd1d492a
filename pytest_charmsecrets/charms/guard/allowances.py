"""The programs, directories, addresses and sockets that a test author allows to charms that run in process."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias, cast, get_args

from ...errors import UsageError

GuardMode: TypeAlias = Literal['refuse', 'off']
Allowance: TypeAlias = 'str | os.PathLike[str]'

_ADDRESS: Final = re.compile(r'(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/:\[\]]+):(?P<port>[0-9]{1,5})')
_PROGRAM: Final = re.compile(r'[^\s/:]+')
_LOOPBACK: Final = frozenset(('localhost', '127.0.0.1', '::1'))
_ADVICE: Final = "give a program's name, the absolute path of a directory or a socket, or host:port"


@dataclasses.dataclass(frozen=True, slots=True)
class Allowances:
    """The allowances, in a form that is quick to look up."""

    programs: frozenset[str] = frozenset()
    """Names of programs, or the paths by which they are called."""
    paths: tuple[str, ...] = ()
    """Absolute, without links."""
    addresses: frozenset[tuple[str, int]] = frozenset()
    hosts: frozenset[str] = frozenset()
    """The hosts of the addresses."""


def check_guard(mode: object, allow: object) -> tuple[str, ...]:
    """Return the allowances as texts.

    Raises:
        UsageError: if the mode does not exist, or an allowance is none of the kinds that there are.
    """
    if mode not in get_args(GuardMode):
        raise UsageError(f"guard is {mode!r}; give 'refuse' or 'off'")
    if isinstance(allow, str | bytes | os.PathLike) or not isinstance(allow, Iterable):
        raise UsageError(f'guard_allow is {allow!r}; give a list, such as [{allow!r}]')
    texts: list[str] = []
    for one in cast('Iterable[object]', allow):
        if not isinstance(one, str | os.PathLike):
            raise UsageError(f'guard_allow has {one!r}; {_ADVICE}')
        text = os.fspath(cast('Allowance', one))
        check_allowance(text)
        texts.append(text)
    return tuple(dict.fromkeys(texts))


def check_allowance(text: str) -> None:
    """Check that a text is an allowance.

    Raises:
        UsageError: if it is not.
    """
    if not (os.path.isabs(text) or _read_address(text) or _PROGRAM.fullmatch(text)):  # noqa: PTH117 - a text
        raise UsageError(f'guard_allow has {text!r}; {_ADVICE}')


def read_allowances(allow: Iterable[Allowance]) -> Allowances:
    """Return allowances that were checked; paths without the links that they have now."""
    given = tuple(os.fspath(one) for one in allow)
    addresses = {address for text in given if (address := _read_address(text))}
    addresses |= {(host, port) for name, port in addresses if name in _LOOPBACK for host in _LOOPBACK}
    return Allowances(
        programs=frozenset(given),
        paths=tuple(os.path.realpath(text) for text in given if os.path.isabs(text)),  # noqa: PTH117 - a text
        addresses=frozenset(addresses),
        hosts=frozenset(host for host, _ in addresses),
    )


def _read_address(text: str) -> tuple[str, int] | None:
    match = _ADDRESS.fullmatch(text)
    return (match['host'].strip('[]').lower(), int(match['port'])) if match else None
