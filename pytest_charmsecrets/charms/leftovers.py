"""Undo, after each hook, the changes of a charm in the process of the tests.

On a unit each hook is a process of its own, so nothing of this outlives it. One table lists the changes that are undone and those that stay.
The documentation shows the table, and a test covers each row. Saving and comparing costs some microseconds for each hook;
state that costs more is not saved.
"""

# The functions that asyncio documents for extensions have private names.
# pyright: reportPrivateUsage=false
# ruff: noqa: SLF001
from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import decimal
import functools
import gc
import locale
import logging
import operator
import os
import re
import signal
import socket
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar

from .loggers import save_handlers, save_loggers
from .registries import save_tracer_provider

PutBack: TypeAlias = Callable[[], object]

_Arguments = ParamSpec('_Arguments')
_Result = TypeVar('_Result')

_handler_of: Final[Callable[[int], Any]] = sys.modules['_signal'].getsignal
"""The function behind ``signal.getsignal``, which converts all results to enumeration members and is ten times slower."""
_UMASK_OF_A_UNIT: Final = 0o022
_GRACE: Final = 0.1
"""Seconds that the threads of a hook have to end after it."""
_COUNTED: Final = re.compile(r'^(Thread|ThreadPoolExecutor|Dummy)-\d+')
"""Names of threads that Python has counted, through all that ran in the process."""
_setlocale: Final[Callable[[int], Any]] = sys.modules['_locale'].setlocale
"""The function behind ``locale.setlocale``, which makes more system calls than needed."""
_ENCODING: Final = sys.getfilesystemencoding()
_SIGNALS: Final = tuple(sorted(int(number) for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}))


@dataclasses.dataclass(frozen=True, slots=True)
class Leftover:
    """Something that a charm can change in its process."""

    name: str
    """As the documentation shows it."""
    fate: str
    """Whether it is restored after a hook, and why."""
    save: Callable[[], PutBack] | None = None
    """Return a function that restores the present value; None for a value that stays, or that other modules restore."""
    attributes: tuple[tuple[Any, str], ...] = ()
    """Attributes that hold it, each of which exists: they are compared by identity, all of the table at once."""
    settings: tuple[tuple[Callable[[], Any], Callable[[Any], Any]], ...] = ()
    """Functions that ask for it and that set it: they are asked all at once."""


def save_process() -> PutBack:
    """Return a function that restores everything to its present value."""
    restores = [save() for save in _SAVED]
    return lambda: _put_back(restores)


def _put_back(restores: list[PutBack]) -> None:
    """Restore values in the opposite order. One that fails does not keep the others from being restored."""
    try:
        while restores:
            restores.pop()()
    finally:
        if restores:
            _put_back(restores)


def run_in_own_context(
    function: Callable[_Arguments, _Result], /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
) -> _Result:
    """Call a function so that its changes of context variables and of the decimal context are not visible outside."""

    def run() -> _Result:
        decimal.setcontext(decimal.getcontext().copy())
        return function(*args, **kwargs)

    return contextvars.copy_context().run(run)


def threads_since(before: Collection[threading.Thread]) -> tuple[str, ...]:
    """Return the names of the threads that did not run before, and do not end in a moment, without Python's count."""
    left = [thread for thread in threading.enumerate() if thread not in before]
    if not left:
        return ()
    until = time.monotonic() + _GRACE
    for thread in left:
        with contextlib.suppress(AssertionError):  # a thread that Python has not started cannot be waited for
            thread.join(max(0, until - time.monotonic()))
    return tuple(sorted(_COUNTED.sub(r'\1', thread.name) for thread in left if thread.is_alive()))


# --- values that are put back


def _save_environment() -> PutBack:
    data = _data_of(os.environ)
    before = data.copy()

    def restore() -> None:
        if data == before:
            return
        for name in [name for name in data if name not in before]:
            os.unsetenv(name)
            del data[name]
        for name, value in before.items():
            if data.get(name) != value:
                os.putenv(name, value)
                data[name] = value

    return restore


def change_environment(prefixes: tuple[str, ...], variables: Mapping[str, str]) -> None:
    """Take the variables away whose names begin in one way, and set others."""
    data = _data_of(os.environ)
    begin = tuple(map(os.fsencode, prefixes))
    for name in [name for name in data if os.fsencode(name).startswith(begin)]:
        os.unsetenv(name)
        del data[name]
    is_encoded = data is not os.environ
    for name, value in variables.items():
        encoded = name.encode(_ENCODING, 'surrogateescape'), value.encode(_ENCODING, 'surrogateescape')
        os.putenv(*encoded)
        data.update((encoded,) if is_encoded else ((name, value),))


def _data_of(environ: Any) -> dict[Any, Any]:
    """Return the mapping behind an environment. To encode and decode every name takes a hundred times as long."""
    return getattr(environ, '_data', environ)


def _save_directory() -> PutBack:
    before = os.getcwd()  # noqa: PTH109 - a path object for each hook
    return lambda: os.chdir(before)


def _save_umask() -> PutBack:
    before = os.umask(_UMASK_OF_A_UNIT)
    return lambda: os.umask(before)


def _save_paths() -> PutBack:
    path, argv, their_content = sys.path, sys.argv, (sys.path[:], sys.argv[:])

    def restore() -> None:
        sys.path, sys.argv = path, argv
        path[:], argv[:] = their_content

    return restore


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that looks at some attributes at once; at one alone, ``operator.attrgetter`` returns no tuple."""
    return operator.attrgetter(*names) if len(names) > 1 else operator.attrgetter(*names, '__class__')


def _save_attributes() -> PutBack:
    before = [look(owner) for look, owner in _LOOKS]

    def restore() -> None:
        now = [look(owner) for look, owner in _LOOKS]
        if now != before:
            for (_, owner), values, others in zip(_LOOKS, before, now, strict=True):
                for name, value, other in zip(_ATTRIBUTES[owner], values, others, strict=False):
                    if value is not other:
                        setattr(owner, name, value)

    return restore


def _save_settings() -> PutBack:
    before = [ask() for ask in _ASKS]

    def restore() -> None:
        if [ask() for ask in _ASKS] != before:
            for (ask, set_), value in zip(_SETTINGS, before, strict=True):
                if ask() != value:
                    set_(value)

    return restore


def _save_warnings() -> PutBack:
    filters: Any = warnings.filters
    before, showwarning = filters[:], warnings.showwarning

    def restore() -> None:
        if warnings.showwarning is not showwarning:
            logging.captureWarnings(False)  # which would else be taken for on in the next hook
            warnings.showwarning = showwarning
        if warnings.filters is not filters or filters != before:
            warnings.resetwarnings()  # so that the interpreter takes notice
            warnings.filters = filters
            filters[:] = before

    return restore


def _save_signals() -> PutBack:
    """Only the main thread can set a handler; one that was not set from Python cannot be set again."""
    if threading.get_ident() != threading.main_thread().ident:
        return _nothing
    handlers = list(map(_handler_of, _SIGNALS))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    timer = signal.getitimer(signal.ITIMER_REAL)[0]

    def restore() -> None:
        if not timer:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if (now := list(map(_handler_of, _SIGNALS))) != handlers:
            for number, handler, other in zip(_SIGNALS, handlers, now, strict=True):
                if handler is not None and handler != other:
                    signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    return restore


def _put_event_loop_aside() -> PutBack:
    """Hide the event loop of a test that drives the model from a coroutine, so that a charm can call ``asyncio.run``."""
    asyncio = sys.modules.get('asyncio')
    loop = asyncio and asyncio._get_running_loop()
    if asyncio is None or loop is None:
        return _nothing
    task = asyncio.current_task(loop)
    if task is not None:
        asyncio._leave_task(loop, task)
    asyncio._set_running_loop(None)

    def restore() -> None:
        asyncio._set_running_loop(loop)
        if task is not None:
            asyncio._enter_task(loop, task)

    return restore


def _nothing() -> None:
    """Restore nothing."""


# --- the table

_BACK: Final = 'put back'

LEFTOVERS: Final = (
    Leftover('`os.environ`', f'{_BACK}, except values that `os.putenv` sets', _save_environment, ((os, 'environ'),)),
    Leftover('the working directory', _BACK, _save_directory),
    Leftover('the umask', f'{_BACK}; a hook begins with 022, as on a unit', _save_umask),
    Leftover('`sys.path`, `sys.argv`', f'{_BACK}; a charm directory keeps its additions to its own path', _save_paths),
    Leftover(
        '`sys.stdin`, `sys.stdout`, `sys.stderr`',
        _BACK,
        attributes=((sys, 'stdin'), (sys, 'stdout'), (sys, 'stderr')),
    ),
    Leftover(
        '`sys.excepthook`, `unraisablehook`, `displayhook`, `breakpointhook`, `threading.excepthook`',
        _BACK,
        attributes=(
            (sys, 'excepthook'),
            (sys, 'unraisablehook'),
            (sys, 'displayhook'),
            (sys, 'breakpointhook'),
            (threading, 'excepthook'),
        ),
    ),
    Leftover(
        '`sys.setrecursionlimit`, `sys.setswitchinterval`',
        _BACK,
        settings=((sys.getrecursionlimit, sys.setrecursionlimit), (sys.getswitchinterval, sys.setswitchinterval)),
    ),
    Leftover('filters of warnings, `warnings.showwarning`, `logging.captureWarnings`', _BACK, _save_warnings),
    Leftover(
        'level, handlers, filters, `propagate` and `disabled` of loggers',
        f'{_BACK}, for loggers that existed before the hook',
        save_loggers,
    ),
    Leftover('level, formatter and filters of the handlers of the root logger', _BACK, save_handlers),
    Leftover(
        '`logging.disable`, `setLogRecordFactory`, `setLoggerClass`, `raiseExceptions`, `lastResort`',
        _BACK,
        attributes=((logging, 'raiseExceptions'), (logging, 'lastResort')),
        settings=(
            (lambda: logging.root.manager.disable, logging.disable),
            (logging.getLogRecordFactory, logging.setLogRecordFactory),
            (logging.getLoggerClass, logging.setLoggerClass),
        ),
    ),
    Leftover(
        'signal handlers and the signal mask, `signal.alarm`, `signal.setitimer`',
        f'{_BACK}; an alarm of the hook is cancelled',
        _save_signals,
    ),
    Leftover(
        'the locale',
        _BACK,
        settings=(
            (functools.partial(_setlocale, locale.LC_ALL), lambda value: locale.setlocale(locale.LC_ALL, value)),
        ),
    ),
    Leftover('`socket.setdefaulttimeout`', _BACK, settings=((socket.getdefaulttimeout, socket.setdefaulttimeout),)),
    Leftover('`tempfile.tempdir`', _BACK, attributes=((tempfile, 'tempdir'),)),
    Leftover(
        '`gc.disable`, `gc.set_threshold`, `gc.set_debug`',
        _BACK,
        settings=(
            (gc.isenabled, lambda value: gc.enable() if value else gc.disable()),
            (gc.get_threshold, lambda value: gc.set_threshold(*value)),
            (gc.get_debug, gc.set_debug),
        ),
    ),
    Leftover(
        'the tracer provider of OpenTelemetry',
        f'{_BACK}: the first hook that sets one would have set it for all',
        save_tracer_provider,
    ),
    Leftover(
        'the event loop that runs a test',
        f'put aside, so that `asyncio.run` works in a hook, and {_BACK}',
        _put_event_loop_aside,
    ),
    # put back by virtual_time.py, exit_handlers.py and run_in_own_context
    Leftover('`TZ` and `time.tzset`', _BACK),
    Leftover('context variables, the decimal context', _BACK),
    Leftover(
        'functions registered with `atexit`',
        'run at its end, as on a unit; what the standard library registers, or a module while it is imported, '
        'when the tests end',
    ),
    Leftover('threads', 'left, and are named in `HookRun.threads` and in reports'),
    Leftover(
        "a charm's globals, class attributes and caches of functions; its patches in other modules",
        'left, for all units of all models in the process',
    ),
    Leftover(
        'modules that a hook imports, `sys.meta_path`, `sys.path_hooks`',
        'left; those of a charm directory are there for that charm alone',
    ),
    Leftover('loggers that a hook makes, names of levels', 'left: a module that is imported sets its logger up once'),
    Leftover(
        'child processes, open files and sockets, file descriptors (`os.dup2`)', 'left: nothing says whose they are'
    ),
    Leftover(
        'the state of `random`',
        "left: a charm that seeds or draws moves the tests' own; a copy for each hook would cost more than it is worth",
    ),
    Leftover(
        '`sys.settrace`, `sys.setprofile`, `threading.settrace`, `faulthandler`',
        'left: debuggers, coverage and pytest use them',
    ),
    Leftover('`asyncio.set_event_loop`, `asyncio.set_event_loop_policy`', 'left: to ask for the loop would make one'),
    Leftover(
        'registries: `codecs`, `mimetypes`, `multiprocessing.set_start_method`, `signal.set_wakeup_fd`',
        'left: they do not list their entries',
    ),
    Leftover(
        '`resource.setrlimit`, `os.nice`, `os.setuid`, `os.setsid`, `os.chroot`',
        'left: most of it cannot be taken back; the [guard](guard.md) refuses it',
    ),
)
_ATTRIBUTES: Final[dict[Any, list[str]]] = {
    owner: [name for row in LEFTOVERS for one, name in row.attributes if one is owner]
    for row in LEFTOVERS
    for owner, _ in row.attributes
}
_LOOKS: Final = tuple((_getter(names), owner) for owner, names in _ATTRIBUTES.items())
_SETTINGS: Final = tuple(setting for row in LEFTOVERS for setting in row.settings)
_ASKS: Final = tuple(ask for ask, _ in _SETTINGS)
_SAVED: Final = (
    _save_attributes,
    _save_settings,
    *(row.save for row in LEFTOVERS if row.save is not None),
)
