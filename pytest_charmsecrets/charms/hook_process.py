"""Run one process that calls hook commands: start it, answer it, and end it with all the processes that it started.

The commands are executables in a directory on its ``PATH`` (``hook_command.py``). They connect to a Unix socket that exists
as long as the process (``command_server.py``), and run one at a time in the thread of the test. Nothing waits longer than
the time limit, whatever the process does.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ..golang import text as gotext
from .command_server import CommandServer
from .runner import CharmOutcome, Execute
from .temporary import make_directory
from .virtual_time import real_monotonic

_CLIENT: Final = Path(__file__).with_name('hook_command.py')
_MAX_SOCKET_PATH: Final = 100
"""The shortest limit of an operating system, which counts the closing zero, is 104 bytes."""
_ELSEWHERE: Final = ('a program in a session of its own',)
_MAX_OUTPUT: Final = 8 << 20
"""Number of bytes at the end of the output that are kept."""
_BLOCK: Final = 1 << 16
_GRACE: Final = 2.0
"""How many seconds what a process has started may take to end after it, such as the end of a pipeline."""
_POLL: Final = 0.01
_SURROUNDINGS_OF_A_MACHINE: Final = {
    'APT_LISTCHANGES_FRONTEND': 'none',
    'DEBIAN_FRONTEND': 'noninteractive',
    'LANG': 'C.UTF-8',
    'TERM': 'tmux-256color',
    # Juju takes this from the machine, which would make tests differ between machines.
    'PYTHONHASHSEED': '0',
}


@dataclasses.dataclass(frozen=True, slots=True)
class Finished:
    """How a process ended."""

    exit_code: int
    """Negative for a signal."""
    stdout: str
    stderr: str
    timed_out: bool = False
    left_behind: tuple[str, ...] = ()
    """Names of the programs that it had started and that would not end."""
    not_started: OSError | None = None
    """Why no process could be started."""

    def as_outcome(self, program: str, time_limit: float) -> CharmOutcome:
        """Return the outcome of a program that had to succeed within a number of seconds."""
        exit_code = max(self.exit_code, -1)
        error = self.not_started or self._error(program, time_limit)
        return CharmOutcome(exit_code or int(error is not None), error, self.stdout, self.stderr)

    def _error(self, program: str, time_limit: float) -> Exception | None:
        if self.timed_out:
            return subprocess.TimeoutExpired(program, time_limit)
        if self.left_behind:
            return ChildProcessError(f'{program} left behind: {", ".join(self.left_behind)}')
        if self.exit_code != 0:
            return subprocess.CalledProcessError(self.exit_code, program, self.stdout, self.stderr)
        return None


class HookCommands:
    """The hook commands as executables, in a directory of their own.

    Args:
        home: An existing directory to make it in.
        names: Of the commands.
    """

    def __init__(self, home: Path, names: Iterable[str]) -> None:
        self.directory: Final = home / 'tools'
        self.directory.mkdir()
        # A link, because the line that names a script's interpreter takes neither a long path nor blanks.
        python = home / 'python'
        python.symlink_to(os.path.realpath(sys.executable))
        client = home / _CLIENT.name
        client.write_text(f'#!{python} -ISXutf8\n{_CLIENT.read_text(encoding="utf-8")}', encoding='utf-8')
        client.chmod(client.stat().st_mode | stat.S_IXUSR)
        for name in names:
            (self.directory / name).symlink_to(client)

    def environment(self, variables: Mapping[str, str], charm_dir: Path) -> dict[str, str]:
        """Return the environment of a process that finds the commands, with the variables that Juju gives it."""
        path = [str(self.directory), str(Path(sys.executable).parent), os.environ.get('PATH', os.defpath)]
        return {
            **_SURROUNDINGS_OF_A_MACHINE,
            **variables,
            **dict.fromkeys(('CHARM_DIR', 'JUJU_CHARM_DIR'), str(charm_dir)),
            'PATH': os.pathsep.join(path),
        }


def make_home() -> Path:
    """Make a directory whose path is short enough for a socket in it, and for the interpreter of a script."""
    home = make_directory()
    if len(os.fsencode(home)) > _MAX_SOCKET_PATH // 2:
        home.rmdir()
        home = make_directory('/tmp')  # noqa: S108 - short on every system
    return home


def run_process(
    argv: list[str],
    *,
    environment: Mapping[str, str],
    cwd: Path,
    execute: Execute,
    address: Path,
    time_limit: float,
) -> Finished:
    """Run a process to its end, and answer the hook commands that it calls.

    Args:
        argv: The program and its arguments.
        environment: All of its environment, but the address of the socket.
        cwd: Where it starts.
        execute: Runs a hook command.
        address: Where the socket is to be.
        time_limit: After how many seconds of real time the process is killed.
    """
    with contextlib.ExitStack() as stack:
        run = _Run(stack, execute, address)
        try:
            run.start(argv, {**environment, **socket_variables(address)}, cwd)
        except OSError as error:
            return Finished(-1, '', f'{error}\n', not_started=error.with_traceback(None))
        return run.finish(real_monotonic() + time_limit)


def socket_variables(address: Path | str) -> dict[str, str]:
    """Return the variables that tell a hook command where the socket is."""
    return {'JUJU_AGENT_SOCKET_ADDRESS': str(address), 'JUJU_AGENT_SOCKET_NETWORK': 'unix'}


class _Run:
    """One run of a process: the server of its hook commands, and the files that it watches beside them."""

    def __init__(self, stack: contextlib.ExitStack, execute: Execute, address: Path) -> None:
        self._stack = stack
        self._server = CommandServer(stack, execute, address)
        self._output: dict[Any, bytearray] = {}
        self._has_ended = False

    def start(self, argv: list[str], environment: Mapping[str, str], cwd: Path) -> None:
        process = subprocess.Popen(  # noqa: S603
            argv,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._stack.enter_context(_ended(process))
        self._process = process
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            self._output[stream] = bytearray()
            self._server.watch(stream, lambda stream=stream: self._read(stream))
        self._stack.enter_context(self._told_of_the_end())

    def finish(self, deadline: float) -> Finished:
        """Serve until the process has ended, and those that it started; kill those that do not end."""
        timed_out = not self._server.serve_until(lambda: self._has_ended, deadline)
        # Processes that end on their own, such as the last one of a pipeline, get time to do so.
        left_behind: tuple[str, ...] = ()
        if not timed_out and not self._server.serve_until(self._is_quiet, real_monotonic() + _GRACE, poll=_POLL):
            left_behind = _members(self._process.pid) or _ELSEWHERE
        _end(self._process)
        for stream in self._output:
            self._drain(stream)
        stdout, stderr = (gotext.from_bytes(bytes(written)) for written in self._output.values())
        return Finished(self._process.returncode, stdout, stderr, timed_out, left_behind)

    def _is_quiet(self) -> bool:
        return all(stream.closed for stream in self._output) and not _members(self._process.pid)

    def _read(self, stream: Any) -> None:
        data = os.read(stream.fileno(), _BLOCK)
        written = self._output[stream]
        written += data
        del written[:-_MAX_OUTPUT]
        if not data:
            self._server.unwatch(stream)
            stream.close()

    def _drain(self, stream: Any) -> None:
        """Read the remaining output. A process that has detached itself may still hold the other end open."""
        deadline = real_monotonic() + _GRACE
        with contextlib.suppress(BlockingIOError):
            while not stream.closed and real_monotonic() < deadline:
                os.set_blocking(stream.fileno(), False)
                self._read(stream)

    @contextlib.contextmanager
    def _told_of_the_end(self) -> Generator[None]:
        """Wake the selector when the process ends."""
        ours, theirs = socket.socketpair()

        def wait() -> None:
            self._process.wait()
            theirs.close()

        def note() -> None:
            self._has_ended = True
            self._server.unwatch(ours)

        self._server.watch(ours, note)
        waiter = threading.Thread(target=wait, daemon=True)
        waiter.start()
        with ours:
            try:
                yield
            finally:
                _end(self._process)
                waiter.join()


# --- the processes of a session


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Generator[None]:
    """End all processes of the session on exit."""
    try:
        yield
    finally:
        _end(process)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that began a session, and all that are left of its group."""
    if process.poll() is None or _members(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    # It takes the kernel a moment.
    deadline = real_monotonic() + _GRACE
    while _members(process.pid) and real_monotonic() < deadline:
        threading.Event().wait(_POLL)


def _members(leader: int) -> tuple[str, ...]:
    """Return the names of the programs that run in the group of a process that began a session and has ended."""
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return ()
    except PermissionError:  # macOS, where all of them have ended and wait for their parent.
        return ()
    return tuple(sorted(name for group, state, name in _all_processes() if group == leader and state not in 'ZX'))


def _all_processes() -> Iterator[tuple[int, str, str]]:
    """Return the group, the state and the name of every process."""
    return _listed_by_kernel() if Path('/proc/self/stat').exists() else _listed_by_ps()


def _listed_by_kernel() -> Iterator[tuple[int, str, str]]:
    for entry in Path('/proc').glob('[0-9]*/stat'):
        with contextlib.suppress(OSError):
            # The name stands in parentheses, and may hold some itself.
            name, _, rest = entry.read_text(errors='replace').rpartition(')')
            state, _, group, *_ = rest.split()
            yield int(group), state, name.partition('(')[2]


def _listed_by_ps() -> Iterator[tuple[int, str, str]]:
    listing = subprocess.run(
        ['/bin/ps', '-A', '-o', 'pgid=,stat=,comm='], check=True, capture_output=True, text=True, errors='replace'
    )
    for line in listing.stdout.splitlines():
        group, state, name = line.split(None, 2)
        yield int(group), state[0], name
