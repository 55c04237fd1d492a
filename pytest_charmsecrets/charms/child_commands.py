"""Hook commands for the processes that a charm in this process starts, answered within its hook.

The executables are on the charm's ``PATH`` during the hook. They connect to a socket that exists from the first process
that the charm starts until the end of the hook. A thread answers there while the charm waits for its child. The thread
starts after the child, because Python warns about a fork while other threads run. A forked child that calls a hook command
through ops also uses the socket, because it holds only a copy of the model.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import shutil
import socket
import subprocess
import threading
import weakref
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from .. import hookcommands
from ..golang import text as gotext
from ..hookcommands.result import Result, Stdin
from . import hook_command
from .command_server import CommandServer, StdinWanted
from .forked import process_number
from .guard.threads import unwatched
from .hook_process import HookCommands, make_home, socket_variables
from .runner import Execute

_THREAD: Final = 'charmsecrets-hook-commands'
_numbers: Final = itertools.count(1)
_running: Final[list[ChildCommands]] = []
"""The commands of the running hook."""


class Executables:
    """The executables of all hook commands: one directory for all charms in this process."""

    def __init__(self) -> None:
        self.home: Final = make_home()
        self.remove: Final = weakref.finalize(self, shutil.rmtree, self.home, ignore_errors=True)
        commands = HookCommands(self.home, (*hookcommands.SUPPORTED, *hookcommands.NOT_SUPPORTED))
        self.path: Final = str(commands.directory)


_make_executables = functools.cache(Executables)


def find_executables() -> Executables:
    """Return the executables, made again if a test that had a temporary directory of its own has removed them."""
    if not _make_executables().home.exists():
        _make_executables.cache_clear()
    return _make_executables()


class ChildCommands:
    """The hook commands of one hook.

    Args:
        executables: The commands on the PATH of the hook.
        execute: Runs a hook command.
    """

    def __init__(self, executables: Executables, execute: Execute) -> None:
        self._execute: Final = execute
        self._process: Final = process_number()
        self._executables: Final = executables
        self.address: Final = f'{executables.home}/hook-{next(_numbers)}'
        self._one_at_a_time: Final = threading.Lock()
        self._stack: Final = contextlib.ExitStack()
        self._server: CommandServer | None = None
        self._thread: threading.Thread | None = None
        self._is_over = False
        self._error: BaseException | None = None

    def environment(self) -> Mapping[str, str]:
        """Return the variables by which a child finds the commands, and they find the hook."""
        path = os.environ.get('PATH', os.defpath)
        return {'PATH': f'{self._executables.path}{os.pathsep}{path}', **socket_variables(self.address)}

    def execute(self, argv: Sequence[str], stdin: Stdin = None, cwd: str | None = None, /) -> Result:
        """Run a hook command for the charm itself."""
        if process_number() != self._process:
            return self._ask_parent(argv, stdin, cwd)
        with self._one_at_a_time:
            return self._execute(argv, stdin, cwd)

    @contextlib.contextmanager
    def answering(self, *, may_go_on: bool = False) -> Generator[None]:
        """Answer the commands of every child that is started meanwhile.

        Args:
            may_go_on: Whether the charm may catch the exception of a command.

        Raises:
            Exception: that one of them has raised: the test asked for something impossible.
        """
        _running.append(self)
        # A function that a test has patched starts no child.
        used = [starter for starter in _STARTERS if getattr(starter.owner, starter.name) is starter.real]
        for owner, name, _, replacement in used:
            setattr(owner, name, replacement)
        try:
            yield
        except BaseException as error:
            if self._error is not None:
                raise self._error from error
            raise
        finally:
            for owner, name, real, _ in used:
                setattr(owner, name, real)
            _running.remove(self)
            self._stop()
        if self._error is not None and not may_go_on:
            raise self._error

    def listen(self) -> None:
        """Make the socket, on which a child may wait for its answer."""
        if self._server is None and process_number() == self._process:
            with unwatched():
                self._server = CommandServer(self._stack, self._execute_for_child, Path(self.address))

    def answer(self) -> None:
        """Start the thread that answers."""
        self.listen()
        if self._server is not None and self._thread is None and process_number() == self._process:
            ours, self._wake = socket.socketpair()
            for end in (ours, self._wake):
                self._stack.enter_context(end)
            self._server.watch(ours, lambda: None)
            self._thread = threading.Thread(
                target=self._server.serve_until, args=(lambda: self._is_over,), name=_THREAD, daemon=True
            )
            with unwatched():
                self._thread.start()

    def _stop(self) -> None:
        self._is_over = True
        if self._thread is not None:
            self._wake.send(b'.')
            self._thread.join()
        self._stack.close()

    def _execute_for_child(self, argv: Sequence[str], stdin: Stdin = None, cwd: str | None = None, /) -> Result:
        try:
            with self._one_at_a_time:
                return self._execute(argv, stdin, cwd)
        except StdinWanted:
            raise
        except BaseException as error:
            # This is not the thread of the test. The test gets the exception when the hook has ended.
            self._error = self._error or error
            return Result(1, '', f'ERROR {error}\n')

    def _ask_parent(self, argv: Sequence[str], stdin: Stdin, cwd: str | None) -> Result:
        text = stdin() if callable(stdin) else stdin or ''
        parts = [cwd or str(Path.cwd()), '1', text, *argv]
        with unwatched(), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(self.address)
            hook_command.send(connection, [gotext.to_bytes(part) for part in parts])
            exit_code, stdout, stderr = hook_command.receive(connection)
        return Result(int(exit_code), gotext.from_bytes(stdout), gotext.from_bytes(stderr))


def _then_answer(start: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that starts a child, and then the thread that answers it."""

    @functools.wraps(start)
    def started(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        _listen()
        result = start(*args, **kwargs)
        _answer()
        return result

    return started


def _answer_and(wait: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that starts the thread, and then a child for which it waits."""

    @functools.wraps(wait)
    def waited(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        _answer()
        return wait(*args, **kwargs)

    return waited


def _listen() -> None:
    for commands in _running:
        commands.listen()


def _answer() -> None:
    for commands in _running:
        commands.answer()


class _Starter(NamedTuple):
    """A function that starts a child without a fork that Python reports."""

    owner: Any
    name: str
    real: Callable[..., Any]
    replacement: Callable[..., Any]


def _starter(owner: Any, name: str, replace: Callable[[Callable[..., Any]], Callable[..., Any]]) -> _Starter:
    real = getattr(owner, name)
    return _Starter(owner, name, real, replace(real))


_STARTERS: Final = (
    _starter(subprocess.Popen, '__init__', _then_answer),
    _starter(os, 'posix_spawn', _then_answer),
    _starter(os, 'posix_spawnp', _then_answer),
    _starter(os, 'system', _answer_and),
)

os.register_at_fork(before=_listen, after_in_parent=_answer)
