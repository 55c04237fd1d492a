"""Run a shell command line on a unit, as ``juju exec`` does: in bash, with the hook commands on its ``PATH``.

Source: juju 3.6: internal/worker/uniter/runner/runner.go, runCommandsWithTimeout; juju/utils v3: exec/exec.go.
"""

from __future__ import annotations

import dataclasses
import functools
import shutil
import weakref
from pathlib import Path
from typing import Final

from .. import hookcommands
from ..juju import identity
from .hook_process import HookCommands, make_home, run_process
from .runner import CharmOutcome, Invocation
from .shell_words import read_words

_SHELL: Final = '/bin/bash'
_NAME: Final = 'script.sh'
"""The name of bash in its messages: Juju writes the line into a file of this name, in a random directory."""
_TIME_LIMIT: Final = 600.0

HOOK_COMMANDS: Final = (*hookcommands.SUPPORTED, *hookcommands.NOT_SUPPORTED)


def read_hook_command(line: str) -> list[str]:
    """Return the words of a line that is one hook command with its arguments, for which a shell makes no difference."""
    words = read_words(line)
    return words if words and words[0] in HOOK_COMMANDS else []


class Shell:
    """Runs lines on the units of one model."""

    def __init__(self) -> None:
        self._made: _Made | None = None

    def run(self, line: str, invocation: Invocation, directory: Path) -> CharmOutcome:
        """Run a line.

        That it exits with another code than 0 is a result, and no exception, as in Juju.

        Args:
            line: The command line for bash.
            invocation: The unit, and its view of the model.
            directory: Where it starts.

        Raises:
            UsageError: if the line called a hook command that is not supported.
        """
        made = self._make()
        made.runs += 1
        finished = run_process(
            [_SHELL, '-c', line, _NAME],
            environment=made.commands.environment({**invocation.environment, 'TZ': invocation.time_zone}, directory),
            cwd=directory,
            execute=invocation.execute,
            address=made.home / f'socket-{made.runs}',
            time_limit=_TIME_LIMIT,
        )
        outcome = finished.as_outcome(_SHELL, _TIME_LIMIT)
        has_exited = finished.exit_code > 0 and not (finished.timed_out or finished.left_behind)
        return dataclasses.replace(outcome, exception=None) if has_exited else outcome

    def directory_of(self, unit: str) -> Path:
        """Return an empty directory for a unit that has no charm."""
        directory = self._make().home / identity.unit_tag(unit)
        directory.mkdir(exist_ok=True)
        return directory

    def close(self) -> None:
        """Remove the files on disk."""
        if self._made is not None:
            self._made.remove()

    def _make(self) -> _Made:
        if self._made is None:
            self._made = _Made()
        return self._made


class _Made:
    """The files that exist from the first command line on."""

    def __init__(self) -> None:
        self.home: Final = make_home()
        self.remove: Final = weakref.finalize(self, shutil.rmtree, self.home, ignore_errors=True)
        self.runs = 0

    @functools.cached_property
    def commands(self) -> HookCommands:
        return HookCommands(self.home, HOOK_COMMANDS)
