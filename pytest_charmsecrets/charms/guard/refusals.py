"""Find the code that made a refused call, and word the refusal."""

from __future__ import annotations

import inspect
import logging
import os
import reprlib
import site
import sys
import sysconfig
import weakref
from collections.abc import Collection, Sequence
from types import CodeType, FrameType
from typing import Any, Final

from .events import SIGNAL, Connection, Harm, Program, Touch, Write

_PACKAGE: Final = __name__.rpartition('.charms.')[0]
_OF_CHARMS: Final = f'{_PACKAGE}.charms.'
_BETWEEN: Final = (__name__.rpartition('.')[0] + '.', f'{_OF_CHARMS}child_commands')
"""Modules of ours that are on the stack between a charm's call and the function that it calls."""
_TOOLS: Final = frozenset(
    (
        _PACKAGE,
        '_pytest',
        'bdb',
        'coverage',
        'debugpy',
        'execnet',
        'IPython',
        'ipdb',
        'pdb',
        'pluggy',
        'pudb',
        'pydevd',
        'pydevd_tracing',
        '_pydevd_bundle',
        '_pydev_bundle',
        'pytest',
        'pytest_cov',
        'pytest_timeout',
        'remote_pdb',
        'rpdb',
        'xdist',
    )
)
"""Top-level packages of tools that observe a charm while it runs, such as coverage."""
_LOOKING: Final = frozenset(('ctypes.util', 'platform'))
"""Modules of the standard library that start programs to learn about the machine: ``ldconfig -p``, ``uname -p``."""
_STARTING: Final = frozenset(('os', 'subprocess'))

_PATHS: Final = sysconfig.get_paths()
_LIBRARIES: Final = (
    '<',
    *(
        path.rstrip(os.sep) + os.sep
        for path in {
            *(_PATHS[name] for name in ('stdlib', 'platstdlib', 'purelib', 'platlib')),
            os.path.dirname(os.__file__),  # noqa: PTH120 - in a virtual environment the paths above name another
            *site.getsitepackages(),
            os.path.dirname(sys.modules[_PACKAGE].__file__ or ''),  # noqa: PTH120
        }
    ),
)
_SITE: Final = (f'{os.sep}site-packages{os.sep}', f'{os.sep}dist-packages{os.sep}')
_FINALIZER: Final[CodeType] = vars(weakref.finalize)['__call__'].__code__

_repr: Final = reprlib.Repr()
_repr.maxstring = _repr.maxother = 120
_repr.maxlist = _repr.maxtuple = 8


class Caller:
    """The code behind a call, as far as the stack shows."""

    def __init__(self) -> None:
        self.is_tool = False
        """Whether the code belongs to a tool that observes the charm, and not to the charm."""
        self._own: FrameType | None = None
        self._library: FrameType | None = None

    def place(self, here: str) -> str:
        """Return file and line, in the charm's own code where there is any; relative to a directory, if inside."""
        frame = self._own or self._library
        if frame is None:
            return 'the charm'
        return f'{frame.f_code.co_filename.removeprefix(here.rstrip(os.sep) + os.sep)}:{frame.f_lineno}'

    def read(self, frame: FrameType) -> bool:
        """Read the next frame, from the innermost on; return whether that settles it."""
        module = _module(frame)
        if module.partition('.')[0] in _TOOLS:
            self.is_tool = not module.startswith(_OF_CHARMS)
            return self.is_tool
        file = frame.f_code.co_filename
        if any(part in file for part in _SITE):
            self._library = self._library or frame
            return False
        if file.startswith(_LIBRARIES):
            return False
        self._own = frame
        return True


def find_caller(handlers: Collection[logging.Handler], boundaries: Collection[CodeType]) -> Caller:
    """Find who makes the call that is checked now.

    Args:
        handlers: Handlers of log records that existed before the charm: their calls are not the charm's.
        boundaries: The code that called the charm.
    """
    caller = Caller()
    frame: FrameType | None = inspect.currentframe()
    while frame is not None and frame.f_code not in boundaries:
        caller.is_tool = _is_nobodys(frame, handlers)
        if caller.is_tool or caller.read(frame):
            break
        frame = frame.f_back
    return caller


def _is_nobodys(frame: FrameType, handlers: Collection[logging.Handler]) -> bool:
    """Whether code runs during a charm's call without being called by it: a log handler of the test, or a finalizer."""
    if frame.f_code is logging.Handler.handle.__code__:
        return frame.f_locals.get('self') in handlers
    return frame.f_code is _FINALIZER


def looks_at_the_machine() -> bool:
    """Whether a program is started by the standard library, to learn about the machine."""
    return calling_module(beyond=_STARTING) in _LOOKING


def calling_module(beyond: Collection[str] = ()) -> str:
    """Return the module whose code makes the call that is checked now, or the next that is none of those given."""
    frame: FrameType | None = inspect.currentframe()
    while frame is not None and (_module(frame).startswith(_BETWEEN) or _module(frame) in beyond):
        frame = frame.f_back
    return '' if frame is None else _module(frame)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get('__name__', ''))


# --- the sentence


def describe_call(call: str, shown: Sequence[Any]) -> str:
    """Return a call as code, with the arguments that say what it does."""
    return f'{call}({", ".join(_repr.repr(argument) for argument in shown if argument is not None)})'


def sentence(place: str, call: str, touch: Touch, *, path: str = '', is_checkout: bool = False) -> str:
    """Return the sentence that refuses a call.

    Args:
        place: Where it was made.
        call: The call.
        touch: The refused part of the call.
        path: The path that it would write to.
        is_checkout: Whether that is one of the author's files of the charm.
    """
    what, allowance = _consequence(touch, path, is_checkout=is_checkout)
    allow = '' if allowance is None else f'allow it (guard_allow=[{allowance!r}]), '
    return (
        f'{place} called {call}, which {what}; patch it (around_hook), {allow}'
        "switch the guard off (guard='off'), or deploy the charm with runner='process', "
        'which runs it unguarded on this machine'
    )


def _consequence(touch: Touch, path: str, *, is_checkout: bool) -> tuple[str, str | None]:
    """Return the consequence of a call, and the allowance that would permit it."""
    if isinstance(touch, Program):
        return f'starts {touch.name} on the machine that runs the tests', touch.name
    if isinstance(touch, Connection):
        verb = 'takes' if touch.takes else 'connects the machine that runs the tests to'
        return f'{verb} {touch}', touch.allowance
    if isinstance(touch, Write):
        # A charm that makes a directory writes into it next, and the directory above is more than it needs.
        directory = path if touch.makes_directory else path.rpartition(os.sep)[0] or os.sep
        if is_checkout:
            return f"changes {path}, one of the author's own files of the charm", directory
        return f"changes {path}, outside the unit's own and temporary directories", directory
    return (touch.what if isinstance(touch, Harm) else SIGNAL), None
