"""Answers hook commands that are started as executables: one request at a time, on a Unix socket.

``hook_command.py`` is the other end, and describes the messages.
"""

from __future__ import annotations

import contextlib
import itertools
import selectors
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ..golang import text as gotext
from .runner import Execute
from .virtual_time import real_monotonic

_MAX_MESSAGE: Final = 64 << 20
_MAX_HEADER: Final = 1 << 20
_FEWEST_PARTS: Final = 4
_BLOCK: Final = 1 << 16
_GRACE: Final = 2.0
"""How many seconds a command may take to receive its answer."""


class CommandServer:
    """Listen on a socket as long as a stack is open, and watch other files at the same time.

    Args:
        stack: Closes everything at its end.
        execute: Runs a hook command.
        address: Where the socket is to be.
    """

    def __init__(self, stack: contextlib.ExitStack, execute: Execute, address: Path) -> None:
        self._execute: Final = execute
        self._selector: Final = stack.enter_context(selectors.DefaultSelector())
        listener = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        listener.bind(str(address))
        stack.callback(address.unlink)
        listener.listen()
        listener.setblocking(False)
        self.watch(listener, lambda: self._accept(listener))
        self._connections: Final = stack.enter_context(contextlib.ExitStack())

    def watch(self, what: Any, react: Callable[[], None]) -> None:
        """Call a function whenever there is something to read."""
        self._selector.register(what, selectors.EVENT_READ, react)

    def unwatch(self, what: Any) -> None:
        """Stop watching a file."""
        self._selector.unregister(what)

    def serve_until(
        self, is_over: Callable[[], bool], deadline: float | None = None, poll: float | None = None
    ) -> bool:
        """Serve until something is over; return whether it was before the deadline.

        Args:
            is_over: Asked after each thing that was done.
            deadline: A time of the real monotonic clock; None for no end.
            poll: After how many seconds to ask even if nothing was done.
        """
        while not is_over():
            remaining = None if deadline is None else deadline - real_monotonic()
            if remaining is not None and remaining <= 0:
                return False
            for key, _ in self._selector.select(
                min((time for time in (remaining, poll) if time is not None), default=None)
            ):
                key.data()
        return True

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            connection, _ = listener.accept()
            connection.setblocking(False)
            self._connections.enter_context(connection)
            request = _Request(connection, self._execute)
            self.watch(connection, lambda: self._receive(request))

    def _receive(self, request: _Request) -> None:
        if not request.receive():
            self.unwatch(request.connection)
            request.connection.close()


class StdinWanted(Exception):
    """A command reads its standard input, which has not been sent yet."""


class _Request:
    """The request of one hook command, as far as it has arrived."""

    def __init__(self, connection: socket.socket, execute: Execute) -> None:
        self.connection = connection
        self._execute = execute
        self._received = bytearray()

    def receive(self) -> bool:
        """Receive data, and answer once the request is complete; return whether more is to come."""
        try:
            data = self.connection.recv(_BLOCK)
            self._received += data
            parts = _parse(self._received)
        except (OSError, ValueError):
            return False
        if parts is None:
            return bool(data)
        self._received.clear()
        return self._answer(parts)

    def _answer(self, parts: list[str]) -> bool:
        directory, has_stdin, text, *argv = parts
        try:
            result = self._execute(argv, text if has_stdin else _want_stdin, directory)
        except StdinWanted:
            self._send([])
            return True
        self._send([str(result.exit_code), result.stdout, result.stderr])
        return False

    def _send(self, parts: list[str]) -> None:
        data = [gotext.to_bytes(part) for part in parts]
        header = ' '.join(str(len(part)) for part in data)
        # A command that does not read its answer loses it, and must not block the others.
        self.connection.settimeout(_GRACE)
        with contextlib.suppress(OSError):
            self.connection.sendall(b''.join([header.encode(), b'\n', *data]))
        self.connection.setblocking(False)


def _want_stdin() -> str:
    raise StdinWanted


def _parse(received: bytearray) -> list[str] | None:
    """Return the parts of a message; None while it is incomplete.

    Raises:
        ValueError: for bytes that are not a message of a hook command.
    """
    end = received.find(b'\n')
    if end < 0 and len(received) <= _MAX_HEADER:
        return None
    if end not in range(_MAX_HEADER):
        raise ValueError('the header is too long')
    lengths = [int(length) for length in received[:end].split()]
    if len(lengths) < _FEWEST_PARTS or min(lengths) < 0 or sum(lengths) > _MAX_MESSAGE:
        raise ValueError('these are no lengths of a message')
    if len(received) < end + 1 + sum(lengths):
        return None
    bounds = itertools.accumulate(lengths, initial=end + 1)
    return [gotext.from_bytes(bytes(received[begin:end])) for begin, end in itertools.pairwise(bounds)]
