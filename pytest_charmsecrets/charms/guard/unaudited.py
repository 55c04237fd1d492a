"""Replace, while a hook runs, functions that touch the machine without an audit event that says enough.

A stand-in checks the call if the thread is watched, and calls the original function. Functions that a test has patched are
left alone. Code that imported a function by ``from os import ...`` before the first hook keeps the original.
"""

from __future__ import annotations

import _thread
import contextlib
import functools
import importlib
import operator
import os
import socket
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, Final, NamedTuple, TypeAlias

from .events import SIGNAL, SIGNAL_HERE, WRITING, Harm, Touch, Write, started
from .refusals import calling_module
from .threads import unwatched, watcher

_Function: TypeAlias = Callable[..., Any]
_Reader: TypeAlias = 'Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Touch]]'

_ENDS: Final = 'ends the process that runs the tests'
_IDENTITY: Final = 'changes who the process that runs the tests is'
_TERMINAL: Final = 'takes the process that runs the tests from its terminal'
_SURROUNDINGS: Final = 'changes the surroundings of the process that runs the tests'
_PRIORITY: Final = 'changes how this machine runs the process that runs the tests'
_CLOCK: Final = 'sets the clock of this machine'
_MEMORY: Final = 'changes shared memory of this machine'

HARMFUL: Final[dict[str, dict[str, str]]] = {
    'os': {
        **dict.fromkeys(('_exit', 'abort'), _ENDS),
        **dict.fromkeys(
            (
                'initgroups',
                'setegid',
                'seteuid',
                'setgid',
                'setgroups',
                'setregid',
                'setresgid',
                'setresuid',
                'setreuid',
                'setuid',
            ),
            _IDENTITY,
        ),
        **dict.fromkeys(('login_tty', 'setpgid', 'setpgrp', 'setsid', 'tcsetpgrp'), _TERMINAL),
        **dict.fromkeys(('chroot', 'setns', 'unshare'), _SURROUNDINGS),
        **dict.fromkeys(
            ('nice', 'sched_setaffinity', 'sched_setparam', 'sched_setscheduler', 'setpriority'), _PRIORITY
        ),
    },
    # Not its timers: they are the process's own, and put back after a hook.
    'signal': {'raise_signal': SIGNAL_HERE},
    'time': dict.fromkeys(('clock_settime', 'clock_settime_ns'), _CLOCK),
    '_posixshmem': dict.fromkeys(('shm_open', 'shm_unlink'), _MEMORY),
}
"""Functions for which there is no allowance. Which of them exist depends on the system and on Python."""


# --- what has something to compare


def _argument(arguments: Sequence[Any], keywords: Mapping[str, Any], place: int, name: str, default: Any = None) -> Any:
    return arguments[place] if len(arguments) > place else keywords.get(name, default)


def _written(arguments: Sequence[Any], keywords: Mapping[str, Any], *, follows: bool = False) -> Sequence[Touch]:
    dir_fd = keywords.get('dir_fd')
    return (Write(_argument(arguments, keywords, 0, 'path'), -1 if dir_fd is None else dir_fd, follows),)


def _opened(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Sequence[Touch]:
    """The event does not name the directory that a path begins in."""
    if keywords.get('dir_fd') is None or not _argument(arguments, keywords, 1, 'flags', 0) & WRITING:
        return ()
    return _written(arguments, keywords, follows=True)


def _written_unfollowed(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Sequence[Touch]:
    """The event does not say that a link is meant, and not its target."""
    return () if keywords.get('follow_symlinks', True) else _written(arguments, keywords)


def _signalled(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Sequence[Touch]:
    return (Harm(SIGNAL),) if _argument(arguments, keywords, 1, 'signum') else ()


def _started(arguments: Sequence[Any], _: Mapping[str, Any]) -> Sequence[Touch]:
    """Multiprocessing starts its children in this way; ``subprocess`` has an event of its own."""
    return () if calling_module() == 'subprocess' else (started(arguments[1][0], arguments[0]),)


COMPARED: Final[dict[str, dict[str, _Reader]]] = {
    'os': {
        'chmod': _written_unfollowed,
        'chown': _written_unfollowed,
        'lchown': _written,
        'mkfifo': _written,
        'mknod': _written,
        'open': _opened,
        'removexattr': _written_unfollowed,
        'setxattr': _written_unfollowed,
        'utime': _written_unfollowed,
    },
    'signal': {'pidfd_send_signal': _signalled},
    '_posixsubprocess': {'fork_exec': _started},
}
"""For each function, the things that it touches and that its audit event does not name."""


# --- stand-ins


class _Exchange(NamedTuple):
    """Functions of one module that stand-ins replace. Every hook passes here, so many of them are read by one call."""

    namespace: dict[str, Any]
    look: Callable[[dict[str, Any]], Any]
    """Returns the current functions."""
    there: Any
    """The current functions, if none of them is patched."""
    before: dict[str, _Function]
    after: dict[str, _Function]

    def patched(self) -> dict[str, _Function]:
        """Return the replacements, without those of names that are already patched."""
        return {name: self.after[name] for name, one in self.before.items() if self.namespace.get(name) is one}


class _Exchanges(NamedTuple):
    """All replacements in one direction: stand-ins for functions, or the functions again."""

    many: Sequence[_Exchange]
    few: Sequence[tuple[dict[str, Any], str, _Function, _Function]]
    """One by one, of the modules that have few of them: the namespace, the name, the original, and its replacement."""

    def apply(self) -> None:
        """Replace the functions that are not already patched."""
        for one in self.many:
            namespace, look, there, _, after = one
            try:
                namespace.update(after if look(namespace) == there else one.patched())
            except KeyError:
                namespace.update(one.patched())
        for namespace, name, before, after in self.few:
            if namespace.get(name) is before:
                namespace[name] = after


def _checked(module: str, name: str, genuine: _Function, read: _Reader) -> _Function:
    call = f'{module}.{name}'

    @functools.wraps(genuine)
    def function(*arguments: Any, **keywords: Any) -> Any:
        __tracebackhide__ = True
        one = watcher()
        touches = () if one is None else read(arguments, keywords)
        if one is None or not touches:
            return genuine(*arguments, **keywords)
        one.check(call, arguments[:2], touches)
        with unwatched():
            return genuine(*arguments, **keywords)

    return function


def _getaddrinfo(genuine: _Function) -> _Function:
    @functools.wraps(genuine)
    def getaddrinfo(host: Any, *arguments: Any, **keywords: Any) -> Any:
        found = genuine(host, *arguments, **keywords)
        if (one := watcher()) is not None:
            one.note_host(host, [address[0] for *_, address in found])
        return found

    return getaddrinfo


def _starter(genuine: _Function) -> _Function:
    @functools.wraps(genuine)
    def start(function: Any, *arguments: Any, **keywords: Any) -> Any:
        if (one := watcher()) is None:
            return genuine(function, *arguments, **keywords)
        return genuine(functools.partial(_run_watched, one.run_thread, function), *arguments, **keywords)

    return start


def _run_watched(
    watch: Callable[[Callable[[], object]], None], function: _Function, *args: Any, **keywords: Any
) -> None:
    watch(functools.partial(function, *args, **keywords))


def _make_stand_ins() -> Generator[tuple[ModuleType, dict[str, _Function]]]:
    readers: dict[str, dict[str, _Reader]] = {
        module: {name: _harmful(what) for name, what in names.items()} for module, names in HARMFUL.items()
    }
    for module, names in COMPARED.items():
        readers[module] = {**readers.get(module, {}), **names}
    for module, names in readers.items():
        with contextlib.suppress(ModuleNotFoundError):
            owner = importlib.import_module(module)
            there = [name for name in names if hasattr(owner, name)]
            yield owner, {name: _checked(module, name, getattr(owner, name), names[name]) for name in there}
    yield socket, {'getaddrinfo': _getaddrinfo(socket.getaddrinfo)}
    starters = [name for name in ('start_new_thread', 'start_joinable_thread') if hasattr(_thread, name)]
    yield _thread, {name: _starter(getattr(_thread, name)) for name in starters}


def _harmful(what: str) -> _Reader:
    touched = (Harm(what),)
    return lambda _arguments, _keywords: touched


def _exchanges() -> Generator[tuple[_Exchange, _Exchange]]:
    """Return the replacements that put the stand-ins in place, and those that remove them."""
    for module, ours in _make_stand_ins():
        namespace, look = vars(module), operator.itemgetter(*ours)
        genuine = {name: namespace[name] for name in ours}
        yield (
            _Exchange(namespace, look, look(genuine), genuine, ours),
            _Exchange(namespace, look, look(ours), ours, genuine),
        )


def _sort(exchanges: Iterable[_Exchange]) -> _Exchanges:
    given = tuple(exchanges)
    few = (
        (one.namespace, name, before, one.after[name])
        for one in given
        if len(one.before) < _MANY
        for name, before in one.before.items()
    )
    return _Exchanges(tuple(one for one in given if len(one.before) >= _MANY), tuple(few))


_MANY: Final = 5
_EXCHANGES: Final = tuple(_exchanges())
_COME: Final = _sort(come for come, _ in _EXCHANGES)
_GO: Final = _sort(go for _, go in _EXCHANGES)

for _one, _ in _EXCHANGES:
    for _name, _ours in _one.after.items():
        for _supporting in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if _one.before[_name] in _supporting:
                _supporting.add(_ours)


def put_stand_ins() -> None:
    """Put the stand-ins in place, and the start of threads under watch."""
    _COME.apply()
    if threading.Thread.start is not _start:
        _genuine_start[0] = threading.Thread.start
        threading.Thread.start = _start


def put_back() -> None:
    """Put everything back that is not patched by now."""
    _GO.apply()
    if threading.Thread.start is _start:
        threading.Thread.start = _genuine_start[0]


_genuine_start: Final = [threading.Thread.start]
"""As it was found: other tools replace it as well."""


def _start(self: threading.Thread) -> None:
    """Start a thread, and watch it if this one is watched."""
    genuine = _genuine_start[0]
    one = watcher()
    if one is None:
        return genuine(self)
    given = vars(self).get('run')
    self.run = functools.partial(_run_thread, self, self.run, one.run_thread)
    try:
        return genuine(self)
    except RuntimeError:
        # It runs already, or cannot be started.
        _set_run(self, given)
        raise


def _run_thread(
    thread: threading.Thread, run: Callable[[], None], watch: Callable[[Callable[[], object]], None]
) -> None:
    del thread.run  # it would keep the thread alive by a cycle
    watch(run)


def _set_run(thread: threading.Thread, run: Any) -> None:
    vars(thread).pop('run', None)
    if run is not None:
        thread.run = run
