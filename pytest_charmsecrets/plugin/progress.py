"""A progress line on the terminal for long tests: the virtual time of ``advance``, and the order that is tried.

The line is written after pytest's output, bypassing the capture, and erased before pytest writes again. Without a
terminal, in CI and in workers of xdist nothing is written.
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
"""Seconds that a phase of a test runs before the line appears."""
EVERY: float = 0.2
"""Seconds between updates of the line."""
LEAST: Final = 20
"""The number of free columns that the line needs to be written."""
PROGRESS: Final = pytest.StashKey['Progress | None']()

_SAVE, _RESTORE, _ERASE = '\x1b7', '\x1b8', '\x1b[K'


class Progress:
    """The progress of a long test, and the terminal that shows it."""

    def __init__(self, config: pytest.Config, terminal: int) -> None:
        """Create a progress line on a file descriptor of a terminal."""
        self._writer: Final = config.get_terminal_writer()
        self._terminal: Final = terminal
        self._hooks = 0
        self._search = ''
        self._next = time.monotonic() + AFTER
        self._is_shown = False

    def follow(self, model: FakeModel) -> None:
        """Update the line for hooks of a model and of the other models of its controller."""
        model.internals.runtime.follow_progress = self._note

    def note_search(self, text: str) -> None:
        """Set the text about the order that is tried; an empty text removes it."""
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
        """Reset the count of hooks. The delay is not reset between runs of a search."""
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
        """Close the terminal."""
        self._erase()
        os.close(self._terminal)


def describe(search: str, run: HookRun, hooks: int, now: datetime.datetime, until: datetime.datetime | None) -> str:
    """Return the progress of a run as one line, without values of secrets.

    Args:
        search: text about the order that is tried, or empty.
        run: the last hook.
        hooks: the number of hooks that have run.
        now: the virtual time.
        until: the virtual time to which the test advances, or None.
    """
    reached = f'{now.date()} of {until.date()}' if until is not None else str(now.date())
    return ', '.join(filter(None, (search, reached, f'{hooks:,} hook{"" if hooks == 1 else "s"}', str(run))))


def start(config: pytest.Config) -> None:
    """Show the progress of a session that writes to a terminal."""
    progress = config.stash[PROGRESS] = _progress_of(config, os.environ)
    if progress is not None:
        config.pluginmanager.register(progress, 'charmsecrets-progress')


def _progress_of(config: pytest.Config, environment: Mapping[str, str]) -> Progress | None:
    if hasattr(config, 'workerinput') or not config.pluginmanager.has_plugin('terminalreporter'):
        return None
    if any(map(environment.get, ('CI', 'BUILD_NUMBER'))) or environment.get('TERM', 'dumb') == 'dumb':
        return None
    # If tests write to the terminal themselves, the line would mix with their output.
    writes_itself = (
        config.getoption('capture', 'fd') == 'no'
        or config.getoption('log_cli_level', None) is not None
        or (config.pluginmanager.has_plugin('logging') and config.getini('log_cli'))
    )
    if writes_itself:
        return None
    try:
        return Progress(config, os.dup(sys.stdout.fileno())) if sys.stdout.isatty() else None
    except (AttributeError, OSError, ValueError):  # stdout was replaced by an object without a file descriptor
        return None
