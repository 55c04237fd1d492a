"""What a charm may leave behind in the process of the tests, by one table: what is put back after each hook, what stays.

On a unit each hook is a process of its own, whose end takes all of this with it. The table is the documentation, and a
test holds it row by row. Saving and comparing costs some microseconds for each hook; what costs more is not saved.
"""

# What asyncio documents for those who extend it has private names.
# pyright: reportPrivateUsage=false
# ruff: noqa: SLF001
from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import decimal
import gc
import locale
import logging
import os
import re
import signal
import socket
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar

PutBack: TypeAlias = Callable[[], object]

_Arguments = ParamSpec('_Arguments')
_Result = TypeVar('_Result')

_handler_of: Final[Callable[[int], Any]] = sys.modules['_signal'].getsignal
"""What ``signal.getsignal`` calls; that makes members of enumerations of all answers, which takes ten times as long."""
_UMASK_OF_A_UNIT: Final = 0o022
_GRACE: Final = 0.1
"""How many seconds the threads of a hook have to end after it."""
_COUNTED: Final = re.compile(r'^(Thread|ThreadPoolExecutor|Dummy)-\d+')
"""Names of threads that Python has counted, through all that ran in the process."""
_SIGNALS: Final = tuple(sorted(int(number) for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}))


@dataclasses.dataclass(frozen=True, slots=True)
class Leftover:
    """Something that a charm can change in its process."""

    name: str
    """As the documentation shows it."""
    fate: str
    """What becomes of it after a hook, and why."""
    save: Callable[[], PutBack] | None = None
    """Returns what puts it back as it is now; None for what stays, and for what other modules put back."""


def save_process() -> PutBack:
    """Return what puts everything back as it is now."""
    restores = [save() for save in _SAVED]
    return lambda: _put_back(restores)


def _put_back(restores: list[PutBack]) -> None:
    """Put things back in the opposite order; one that fails keeps none of the others from it."""
    try:
        while restores:
            restores.pop()()
    finally:
        if restores:
            _put_back(restores)


def run_in_own_context(
    function: Callable[_Arguments, _Result], /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
) -> _Result:
    """Call a function whose changes of context variables, and of the decimal context, nobody else sees."""

    def run() -> _Result:
        decimal.setcontext(decimal.getcontext().copy())
        return function(*args, **kwargs)

    return contextvars.copy_context().run(run)


def threads_since(before: Collection[threading.Thread]) -> tuple[str, ...]:
    """Return the names of the threads that were not there before, and do not end in a moment, without Python's count."""
    left = [thread for thread in threading.enumerate() if thread not in before]
    if not left:
        return ()
    until = time.monotonic() + _GRACE
    for thread in left:
        with contextlib.suppress(AssertionError):  # a thread that Python has not started cannot be waited for
            thread.join(max(0, until - time.monotonic()))
    return tuple(sorted(_COUNTED.sub(r'\1', thread.name) for thread in left if thread.is_alive()))


# --- what is put back


def _save_environment() -> PutBack:
    before = _encoded_environment()

    def restore() -> None:
        for name in {name for name, _ in before.items() ^ _encoded_environment().items()}:
            value = before.get(name)
            if value is None:
                del os.environ[os.fsdecode(name)]
            else:
                os.environ[os.fsdecode(name)] = os.fsdecode(value)

    return restore


def _encoded_environment() -> dict[bytes, bytes]:
    """Return a copy of the environment. To decode all of it takes a hundred times as long."""
    environ: Any = os.environ
    return getattr(environ, '_data', environ).copy()


def _save_directory() -> PutBack:
    before = Path.cwd()
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


def _saver_of_attributes(*attributes: tuple[Any, str]) -> Callable[[], PutBack]:
    """Return a function that saves attributes, each of which exists."""

    def save() -> PutBack:
        before = [getattr(owner, name) for owner, name in attributes]

        def restore() -> None:
            for (owner, name), value in zip(attributes, before, strict=True):
                if getattr(owner, name) is not value:
                    setattr(owner, name, value)

        return restore

    return save


def _saver_of_settings(*settings: tuple[Callable[[], Any], Callable[[Any], Any]]) -> Callable[[], PutBack]:
    """Return a function that saves what has a function to ask for it, and one to set it."""

    def save() -> PutBack:
        before = [ask() for ask, _ in settings]

        def restore() -> None:
            for (ask, set_), value in zip(settings, before, strict=True):
                if ask() != value:
                    set_(value)

        return restore

    return save


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


def _save_loggers() -> PutBack:
    root = logging.getLogger()
    known = [root, *(one for one in root.manager.loggerDict.values() if isinstance(one, logging.Logger))]
    states = [_state_of_logger(logger) for logger in known]

    def restore() -> None:
        for logger, state in zip(known, states, strict=True):
            if _state_of_logger(logger) != state:
                level, logger.propagate, logger.disabled, logger.handlers[:], logger.filters[:] = state
                logger.setLevel(level)

    return restore


def _state_of_logger(logger: logging.Logger) -> tuple[Any, ...]:
    return logger.level, logger.propagate, logger.disabled, logger.handlers[:], logger.filters[:]


def _save_handlers() -> PutBack:
    states = [(handler, _state_of_handler(handler)) for handler in logging.getLogger().handlers]

    def restore() -> None:
        for handler, state in states:
            if _state_of_handler(handler) != state:
                handler.level, handler.formatter, handler.filters[:] = state

    return restore


def _state_of_handler(handler: logging.Handler) -> tuple[Any, ...]:
    return handler.level, handler.formatter, handler.filters[:]


def _save_signals() -> PutBack:
    """Only the main thread can set a handler; one that was not set from Python cannot be set again."""
    if threading.current_thread() is not threading.main_thread():
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
    """Let ``asyncio.run`` in a charm not see the loop of a test that drives the model from a coroutine."""
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
    """Nothing has to be put back."""


# --- the table

_INTERPRETER: Final = (
    (sys.getrecursionlimit, sys.setrecursionlimit),
    (sys.getswitchinterval, sys.setswitchinterval),
)
_BACK: Final = 'put back'

LEFTOVERS: Final = (
    Leftover('`os.environ`', f'{_BACK}; not what `os.putenv` sets past it', _save_environment),
    Leftover('the working directory', _BACK, _save_directory),
    Leftover('the umask', f'{_BACK}; a hook begins with 022, as on a unit', _save_umask),
    Leftover(
        '`sys.path`, `sys.argv`', f'{_BACK}; a charm directory keeps what it has added to its own path', _save_paths
    ),
    Leftover(
        '`sys.stdin`, `sys.stdout`, `sys.stderr`',
        _BACK,
        _saver_of_attributes((sys, 'stdin'), (sys, 'stdout'), (sys, 'stderr')),
    ),
    Leftover(
        '`sys.excepthook`, `unraisablehook`, `displayhook`, `breakpointhook`, `threading.excepthook`',
        _BACK,
        _saver_of_attributes(
            *((sys, name) for name in ('excepthook', 'unraisablehook', 'displayhook', 'breakpointhook')),
            (threading, 'excepthook'),
        ),
    ),
    Leftover('`sys.setrecursionlimit`, `sys.setswitchinterval`', _BACK, _saver_of_settings(*_INTERPRETER)),
    Leftover('filters of warnings, `warnings.showwarning`, `logging.captureWarnings`', _BACK, _save_warnings),
    Leftover(
        'level, handlers, filters, `propagate` and `disabled` of loggers',
        f'{_BACK}, for loggers that were there before the hook',
        _save_loggers,
    ),
    Leftover('level, formatter and filters of the handlers of the root logger', _BACK, _save_handlers),
    Leftover(
        '`logging.disable`, `setLogRecordFactory`, `setLoggerClass`, `raiseExceptions`, `lastResort`',
        _BACK,
        _saver_of_settings(
            (lambda: logging.root.manager.disable, logging.disable),
            (logging.getLogRecordFactory, logging.setLogRecordFactory),
            (logging.getLoggerClass, logging.setLoggerClass),
            (lambda: logging.raiseExceptions, lambda value: setattr(logging, 'raiseExceptions', value)),
            (lambda: logging.lastResort, lambda value: setattr(logging, 'lastResort', value)),
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
        _saver_of_settings(
            (lambda: locale.setlocale(locale.LC_ALL), lambda value: locale.setlocale(locale.LC_ALL, value))
        ),
    ),
    Leftover(
        '`socket.setdefaulttimeout`', _BACK, _saver_of_settings((socket.getdefaulttimeout, socket.setdefaulttimeout))
    ),
    Leftover('`tempfile.tempdir`', _BACK, _saver_of_attributes((tempfile, 'tempdir'))),
    Leftover(
        '`gc.disable`, `gc.set_threshold`, `gc.set_debug`',
        _BACK,
        _saver_of_settings(
            (gc.isenabled, lambda value: gc.enable() if value else gc.disable()),
            (gc.get_threshold, lambda value: gc.set_threshold(*value)),
            (gc.get_debug, gc.set_debug),
        ),
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
        'what is registered with `atexit`',
        'run at its end, as on a unit; what the standard library registers, or a module while it is imported, '
        'when the tests end',
    ),
    Leftover('threads', 'left, and are named in `HookRun.threads` and in reports'),
    Leftover(
        "a charm's globals, class attributes and caches of functions; what it patches in other modules",
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
        'left: they do not say what was registered',
    ),
    Leftover(
        '`resource.setrlimit`, `os.nice`, `os.setuid`, `os.setsid`, `os.chroot`',
        'left: most of it cannot be taken back; the [guard](guard.md) refuses it',
    ),
)
_SAVED: Final = tuple(row.save for row in LEFTOVERS if row.save is not None)
