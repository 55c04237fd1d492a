"""Where a call leads: paths without links, directories that contain them, and sockets of this very process."""

from __future__ import annotations

import fcntl
import functools
import os
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from .events import Connection

_LOOPBACK: Final = frozenset(('', '0.0.0.0', '::', '::1', 'localhost'))  # noqa: S104 - where a client reaches this machine
_GET_PATH: Final[int | None] = getattr(fcntl, 'F_GETPATH', None)
_Socket: Final = socket.SocketType
"""The class behind ``socket.socket``, which tests replace."""


class Places:
    """Directories that contain each other: those that may be written to, and some within them that may not."""

    def __init__(self, directories: Iterable[str | os.PathLike[str]], *, but: Iterable[Path] = ()) -> None:
        # What is both may be written to, as the author allows it by name.
        found = {**dict.fromkeys(map(_resolved, but), False), **dict.fromkeys(map(_resolved, directories), True)}
        self._prefixes: Final = sorted(
            ((path.rstrip(os.sep) + os.sep, is_in) for path, is_in in found.items()), key=lambda place: -len(place[0])
        )

    def __contains__(self, path: str) -> bool:
        """Whether the innermost of the directories around a path may be written to."""
        return self._innermost(path) is True

    def excepts(self, path: str) -> bool:
        """Whether the innermost of the directories around a path is one that may not."""
        return self._innermost(path) is False

    def _innermost(self, path: str) -> bool | None:
        inside = path + os.sep
        return next((is_in for prefix, is_in in self._prefixes if inside.startswith(prefix)), None)


@functools.lru_cache(maxsize=256)
def _resolved(path: str | os.PathLike[str]) -> str:
    """Look a directory up once, as every hook asks for the same few."""
    return os.path.realpath(path)


def resolve(path: Any, dir_fd: int = -1, *, follows: bool = True) -> str:
    """Return the absolute path of what a call would change, without links.

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
    return port == own[1] and (host == own[0] or host in _LOOPBACK or host.startswith('127.'))
