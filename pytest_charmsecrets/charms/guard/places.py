"""Resolve the target of a call: paths without links, the directories around them, and sockets of this process."""

from __future__ import annotations

import fcntl
import functools
import os
import socket
from collections.abc import Iterable
from typing import Any, Final, Literal, TypeAlias

from .events import Connection

_Kind: TypeAlias = Literal['own', 'temporary', 'forbidden']

_HERE: Final = frozenset(('', '0.0.0.0', '::'))  # noqa: S104 - a client also reaches this machine there
_GET_PATH: Final[int | None] = getattr(fcntl, 'F_GETPATH', None)
_Socket: Final = socket.SocketType
"""The class behind ``socket.socket``, which tests replace."""


class Places:
    """Nested directories: some may be written to, and some inside them may not."""

    def __init__(self, *, own: Iterable[str], temporary: Iterable[str], forbidden: Iterable[str]) -> None:
        # An allowance of the author comes before the rules about checkouts and temporary directories.
        kinds: tuple[tuple[_Kind, Iterable[str]], ...] = (
            ('forbidden', forbidden),
            ('temporary', temporary),
            ('own', own),
        )
        found: dict[str, _Kind] = {os.path.realpath(path): kind for kind, paths in kinds for path in paths}
        self._prefixes: Final[list[tuple[str, _Kind]]] = sorted(
            ((path.rstrip(os.sep) + os.sep, kind) for path, kind in found.items()), key=lambda place: -len(place[0])
        )

    def kind_of(self, path: str) -> _Kind | None:
        """Return the kind of the innermost of the directories around a path; None outside of all."""
        inside = path + os.sep
        for prefix, kind in self._prefixes:
            if inside.startswith(prefix):
                return kind
        return None

    def __contains__(self, path: str) -> bool:
        """Whether a path may be written to."""
        return self.kind_of(path) in ('own', 'temporary')


@functools.lru_cache(maxsize=256)
def places(
    own: tuple[str, ...], allowed: tuple[str, ...], temporary: str, caches: str | None, checkout: str | None
) -> Places:
    """Return places, which every hook of an application asks for again.

    Args:
        own: The directories of the unit.
        allowed: The directories that are allowed.
        temporary: The directory for temporary files.
        caches: Where Python keeps its bytecode, if not beside the modules.
        checkout: The author's files of the charm.
    """
    return Places(own=own + allowed, temporary=filter(None, (temporary, caches)), forbidden=filter(None, (checkout,)))


def resolve(path: Any, dir_fd: int = -1, *, follows: bool = True) -> str:
    """Return the absolute path that a call would change, without links.

    Args:
        path: As the call has it: text, bytes, a path, or the number of an open file.
        dir_fd: The open directory that a relative path begins in; -1 for the working directory.
        follows: Whether a link in the last place stands for its target, and not for itself.
    """
    if isinstance(path, int):
        return _path_of(path)
    text = os.fsdecode(path)
    if not text.startswith(os.sep):
        text = os.path.join(_path_of(dir_fd) if dir_fd >= 0 else os.getcwd(), text)  # noqa: PTH109, PTH118
    parent, _, name = text.rpartition(os.sep)
    if follows or name in ('', os.curdir, os.pardir):
        return os.path.realpath(text)
    return os.path.realpath(parent or os.sep).rstrip(os.sep) + os.sep + name


def _path_of(descriptor: int) -> str:
    """Return the path of an open file; of something without a path, a text that is none."""
    try:
        if _GET_PATH is not None:
            return os.fsdecode(fcntl.fcntl(descriptor, _GET_PATH, bytes(1024)).rstrip(b'\0'))
        return os.readlink(f'/proc/self/fd/{descriptor}')  # noqa: PTH115 - a text that need not be a path
    except OSError:
        return ''


def is_child(pid: int) -> bool:
    """Whether a process was started by this one, and not yet waited for."""
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except (AttributeError, OSError):  # macOS has no waitid before Python 3.13
        return False
    return True


def is_own_address(connection: Connection) -> bool:
    """Whether this process listens where a connection goes."""
    for descriptor in os.listdir('/dev/fd'):  # noqa: PTH208 - names only
        try:
            one = _Socket(fileno=int(descriptor))
        except OSError:
            continue
        try:
            if one.family == connection.family and _listens(one) and _reaches(connection, one.getsockname()):
                return True
        except OSError:
            continue
        finally:
            one.detach()
    return False


def _listens(one: socket.SocketType) -> bool:
    is_stream = one.type == socket.SOCK_STREAM
    return not is_stream or bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _reaches(connection: Connection, own: Any) -> bool:
    if connection.path is not None:
        return bool(own) and os.fsdecode(own) == connection.path
    if connection.inet is None:
        return False
    host, port = connection.inet
    return port == own[1] and (host == own[0] or host in _HERE or is_loopback(host))


def is_loopback(host: str) -> bool:
    """Whether an address cannot be reached from another machine."""
    return host in ('::1', 'localhost') or host.startswith('127.')
