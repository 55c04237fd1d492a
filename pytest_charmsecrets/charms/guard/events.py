"""Audit events of Python that touch the machine, and the things that each of them touches.

An event that is not in the table needs no guard: it only reads or resolves names, or Python raises an event of the table
as well (``os.rename`` for ``shutil.move``, ``socket.connect`` for ``http.client.connect``).
"""

from __future__ import annotations

import dataclasses
import os
import socket
import urllib.parse
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from ..shell_words import read_words

WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_SHELLS: Final = frozenset(('ash', 'bash', 'dash', 'ksh', 'sh', 'zsh'))
_OF_SQLITE_URI: Final = ('mode=ro', 'mode=memory', 'immutable=1')
_SYSLOG: Final = '/dev/log'

FORK: Final = 'would go on as a second run of the tests'
EXEC: Final = 'replaces the process that runs the tests'
LIMITS: Final = 'limits the process that runs the tests for good'
SIGNAL: Final = 'sends a signal to a process of this machine'
SIGNAL_HERE: Final = 'sends a signal to the process that runs the tests'
HOST_NAME: Final = 'renames this machine'


@dataclasses.dataclass(frozen=True, slots=True)
class Write:
    """A change in a file system."""

    path: Any
    """As the call has it: text, bytes, a path, or the number of an open file."""
    dir_fd: int = -1
    """The open directory that a relative path begins in; -1 for the working directory."""
    follows: bool = True
    """Whether a link stands for its target, and not for itself."""
    makes_directory: bool = False
    """Whether the call makes a directory of that path."""


@dataclasses.dataclass(frozen=True, slots=True)
class Program:
    """The start of a child process."""

    executable: str
    argv: tuple[str, ...]

    @property
    def name(self) -> str:
        """The program, such as ``systemctl``; where a shell runs one plain command, the program of that."""
        words = self._words
        return os.path.basename(words[0] if words else self.executable)  # noqa: PTH119 - text of any shape

    @property
    def is_by_name(self) -> bool:
        """Whether it is looked up on the ``PATH``."""
        words = self._words
        return os.sep not in (words[0] if words else self.executable)

    @property
    def _words(self) -> list[str]:
        is_shell = os.path.basename(self.executable) in _SHELLS  # noqa: PTH119 - text of any shape
        return read_words(self.argv[2]) if is_shell and len(self.argv) == 3 and self.argv[1] == '-c' else []


@dataclasses.dataclass(frozen=True, slots=True)
class Connection:
    """A socket that connects or binds to an address."""

    address: Any
    family: int
    kind: int
    takes: bool = False
    """Whether the socket binds to the address, as a server does."""

    @property
    def path(self) -> str | None:
        """The path of a socket in the file system; None for another kind of address."""
        return os.fsdecode(self.address) if isinstance(self.address, str | bytes) else None

    @property
    def inet(self) -> tuple[str, int] | None:
        """Host and port; None for another kind of address."""
        if self.family not in (socket.AF_INET, socket.AF_INET6):
            return None
        host: Any = self.address[0]
        return (host.lower() if isinstance(host, str) else os.fsdecode(bytes(host))), self.address[1]

    @property
    def allowance(self) -> str | None:
        """The text that would allow it; None for an address that cannot be allowed."""
        return str(self) if self.inet is not None or (self.path or '').startswith(os.sep) else None

    def __str__(self) -> str:
        if self.inet is None:
            return self.path or repr(self.address)
        host, port = self.inet
        return f'[{host}]:{port}' if ':' in host else f'{host}:{port}'


@dataclasses.dataclass(frozen=True, slots=True)
class Signal:
    """A signal that is sent to a process."""

    pid: int


@dataclasses.dataclass(frozen=True, slots=True)
class Harm:
    """A change of the machine for which there is no allowance."""

    what: str
    """It stands after the word ``which``."""


Touch: TypeAlias = Write | Program | Connection | Signal | Harm
Arguments: TypeAlias = 'tuple[Any, ...]'


class Event(NamedTuple):
    """One audit event."""

    touches: Callable[[Arguments], Sequence[Touch]]
    """Return the things that the event touches, from its arguments."""
    shown: slice = slice(1)
    """The arguments that a message shows."""


# --- files


def _opened(arguments: Arguments) -> Sequence[Touch]:
    path, mode, flags = arguments
    writes = flags & WRITING or (isinstance(mode, str) and not {'w', 'a', 'x', '+'}.isdisjoint(mode))
    return (Write(path),) if writes and not isinstance(path, int) else ()


def _written(*, dir_fd: int | None = None, follows: bool = True, makes_directory: bool = False) -> Event:
    """Return an event whose first argument is a path, with the place of its ``dir_fd``."""

    def touches(arguments: Arguments) -> Sequence[Touch]:
        return (Write(arguments[0], -1 if dir_fd is None else arguments[dir_fd], follows, makes_directory),)

    return Event(touches)


def _both(arguments: Arguments) -> Sequence[Touch]:
    """A rename, or a hard link: writing through the new name would change the file of the old one."""
    source, target, source_fd, target_fd = arguments
    return Write(source, source_fd, follows=False), Write(target, target_fd, follows=False)


def _linked(arguments: Arguments) -> Sequence[Touch]:
    return (Write(arguments[1], arguments[2], follows=False),)


def _database(arguments: Arguments) -> Sequence[Touch]:
    text = os.fsdecode(arguments[0])
    if text.startswith('file:'):
        path, _, query = text.removeprefix('file:').partition('#')[0].partition('?')
        if any(one in query for one in _OF_SQLITE_URI):
            return ()
        text = urllib.parse.unquote(path)
        text = '/' + text.lstrip('/') if text.startswith('//') else text
    return () if text in ('', ':memory:') else (Write(text),)


# --- processes


def _program(executable: Any, argv: Any) -> Sequence[Touch]:
    words = [argv] if isinstance(argv, str | bytes) or hasattr(argv, '__fspath__') else argv
    return (Program(os.fsdecode(executable), tuple(map(os.fsdecode, words))),)


def _spawned(arguments: Arguments) -> Sequence[Touch]:
    return _program(*arguments[:2])


def _given_to_shell(arguments: Arguments) -> Sequence[Touch]:
    return _program('/bin/sh', ('sh', '-c', arguments[0]))


def _signalled(arguments: Arguments) -> Sequence[Touch]:
    pid, number = arguments
    return (Signal(pid),) if number else ()


def _signalled_group(arguments: Arguments) -> Sequence[Touch]:
    return (Harm(SIGNAL),) if arguments[1] else ()


def _signalled_thread(arguments: Arguments) -> Sequence[Touch]:
    return (Harm(SIGNAL_HERE),) if arguments[1] else ()


def _limited(arguments: Arguments) -> Sequence[Touch]:
    return () if arguments[-1] is None else (Harm(LIMITS),)


def _harm(what: str, shown: slice = slice(1)) -> Event:
    touched = (Harm(what),)

    def touches(_: Arguments) -> Sequence[Touch]:
        return touched

    return Event(touches, shown)


# --- sockets


def _connected(arguments: Arguments) -> Sequence[Touch]:
    one, address = arguments
    return () if address is None else (Connection(address, one.family, one.type),)


def _bound(arguments: Arguments) -> Sequence[Touch]:
    one, address = arguments
    return (Connection(address, one.family, one.type, takes=True),)


def _logged(_: Arguments) -> Sequence[Touch]:
    return (Connection(_SYSLOG, socket.AF_UNIX, socket.SOCK_DGRAM),)


_ADDRESS: Final = slice(1, 2)

EVENTS: Final[dict[str, Event]] = {
    'open': Event(_opened, slice(2)),
    'os.chflags': _written(),
    'os.chmod': _written(dir_fd=2),
    'os.chown': _written(dir_fd=3),
    'os.exec': _harm(EXEC, slice(2)),
    'os.fork': _harm(FORK),
    'os.forkpty': _harm(FORK),
    'os.kill': Event(_signalled, slice(2)),
    'os.killpg': Event(_signalled_group, slice(2)),
    'os.link': Event(_both, slice(2)),
    'os.mkdir': _written(dir_fd=2, follows=False, makes_directory=True),
    'os.posix_spawn': Event(_spawned, slice(2)),
    'os.remove': _written(dir_fd=1, follows=False),
    'os.removexattr': _written(),
    'os.rename': Event(_both, slice(2)),
    'os.rmdir': _written(dir_fd=1, follows=False),
    'os.setxattr': _written(),
    'os.symlink': Event(_linked, slice(2)),
    'os.system': Event(_given_to_shell),
    'os.truncate': _written(),
    'os.utime': _written(dir_fd=3),
    'resource.prlimit': Event(_limited, slice(2)),
    'resource.setrlimit': Event(_limited),
    'signal.pthread_kill': Event(_signalled_thread, slice(2)),
    'socket.bind': Event(_bound, _ADDRESS),
    'socket.connect': Event(_connected, _ADDRESS),
    'socket.sendmsg': Event(_connected, _ADDRESS),
    'socket.sendto': Event(_connected, _ADDRESS),
    'socket.sethostname': _harm(HOST_NAME),
    'sqlite3.connect': Event(_database),
    'subprocess.Popen': Event(_spawned, _ADDRESS),
    'syslog.openlog': Event(_logged),
    'syslog.syslog': Event(_logged, slice(0)),
}
"""The events by name. Python documents them in its table of audit events."""


def started(executable: Any, argv: Any) -> Touch:
    """Return a start of a program, for a call that has no audit event."""
    return _program(executable, argv)[0]
