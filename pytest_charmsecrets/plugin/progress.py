"""One line on a terminal that says how far a long run has got: the time that a test advances to, the order that is tried.

It is written behind what pytest has written, past the capture, and erased before pytest goes on: nothing of it stays.
Where nobody watches, nothing is written: no terminal, a log of CI, a worker of xdist.
"""

from __future__ import annotations

import datetime
import os
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from ..model.fake_model import FakeModel
    from ..records import HookRun

AFTER: float = 1.0
"""How many seconds a phase of a test runs before the line appears."""
EVERY: float = 0.2
"""How many seconds the line stays as it is."""
LEAST: Final = 20
"""Where fewer columns are left in the line, nothing is written."""
PROGRESS: Final = pytest.StashKey['Progress | None']()

_SAVE, _RESTORE, _ERASE = '\x1b7', '\x1b8', '\x1b[K'


class Progress:
    """What a test that takes long has done so far, and the terminal that shows it."""

    def __init__(self, config: pytest.Config, terminal: int) -> None:
        """Write to a file descriptor of a terminal."""
        self._writer: Final = config.get_terminal_writer()
        self._terminal: Final = terminal
        self._hooks = 0
        self._search = ''
        self._next = time.monotonic() + AFTER
        self._is_shown = False

    def follow(self, model: FakeModel) -> None:
        """Follow the hooks of a model and of all models of its controller."""
        model.internals.runtime.follow_progress = self._note

    def note_search(self, text: str) -> None:
        """Note which order is tried; empty where none is any more."""
        self._search = text
        self._hooks = 0

    def _note(self, run: HookRun, now: datetime.datetime, until: datetime.datetime | None) -> None:
        self._hooks += 1
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY
        self._is_shown = True
        width = self._writer.fullwidth - self._writer.width_of_current_line - 1
        if width >= LEAST:
            text = describe(self._search, run, self._hooks, now, until)[:width]
            self._write(f'{_SAVE}{text}{_ERASE}{_RESTORE}')

    def _write(self, text: str) -> None:
        os.write(self._terminal, text.encode(errors='replace'))

    def _erase(self) -> None:
        if self._is_shown:
            self._write(_ERASE)
        self._is_shown = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Count the hooks of each run of a test; runs of a search follow one another without a pause."""
        self._hooks = 0
        if not self._search:
            self._next = time.monotonic() + AFTER

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self) -> None:
        """Erase the line before pytest writes."""
        self._erase()

    @pytest.hookimpl(tryfirst=True)
    def pytest_enter_pdb(self) -> None:
        """Erase the line before a debugger writes."""
        self._erase()

    @pytest.hookimpl(tryfirst=True)
    def pytest_exception_interact(self) -> None:
        """Erase the line before a debugger writes."""
        self._erase()

    def pytest_unconfigure(self) -> None:
        """Let go of the terminal."""
        self._erase()
        os.close(self._terminal)


def describe(search: str, run: HookRun, hooks: int, now: datetime.datetime, until: datetime.datetime | None) -> str:
    """Return how far a run has got, as one line without values of secrets.

    Args:
        search: which order is tried, if any is.
        run: the hook that ran last.
        hooks: how many have run.
        now: the virtual time.
        until: the virtual time that the test advances to, if it does.
    """
    reached = f'{now.date()} of {until.date()}' if until is not None else str(now.date())
    return ', '.join(filter(None, (search, reached, f'{hooks:,} hook{"" if hooks == 1 else "s"}', str(run))))


def start(config: pytest.Config) -> None:
    """Show the progress of a session that somebody watches."""
    progress = config.stash[PROGRESS] = _progress_of(config, os.environ)
    if progress is not None:
        config.pluginmanager.register(progress, 'charmsecrets-progress')


def _progress_of(config: pytest.Config, environment: Mapping[str, str]) -> Progress | None:
    if hasattr(config, 'workerinput') or not config.pluginmanager.has_plugin('terminalreporter'):
        return None
    if any(map(environment.get, ('CI', 'BUILD_NUMBER'))) or environment.get('TERM', 'dumb') == 'dumb':
        return None
    # Where tests write to the terminal themselves, the line would stand among what they write.
    writes_itself = (
        config.getoption('capture', 'fd') == 'no'
        or config.getoption('log_cli_level', None) is not None
        or config.getini('log_cli')
    )
    if writes_itself:
        return None
    try:
        return Progress(config, os.dup(sys.stdout.fileno())) if sys.stdout.isatty() else None
    except (AttributeError, OSError, ValueError):  # a stand-in for stdout has no file descriptor
        return None
