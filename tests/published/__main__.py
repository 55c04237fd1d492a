"""Runs the tests about Juju that ops and ops.testing publish, on the fake Juju: a line for each suite, and all that failed."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from fetch import fetch

HERE: Final = Path(__file__).parent
LIVE: Final = HERE / 'live'
HOME: Final = HERE.parents[1] / '.published'


@dataclasses.dataclass(frozen=True)
class Suite:
    """Files of tests, and how they are run."""

    title: str
    plugin: str
    """The plugins that put the fake Juju behind them."""
    files: tuple[str, ...]
    directory: Path = HERE
    """Where the plugin is, and pytest.ini."""
    options: tuple[str, ...] = ()


SUITES: Final = (
    Suite(
        'for a live controller',
        'on_fake_juju',
        tuple(f'test/integration/test_{name}.py' for name in ('secrets', 'relation', 'hookcmds')),
        LIVE,
        # Their own conftest builds charms and brings up a model; pytest-jubilant also has a fixture named juju. The tests
        # of a module build on each other.
        ('--noconftest', *(f'-pno:{plugin}' for plugin in ('pytest-jubilant', 'randomly', 'xdist'))),
    ),
    Suite('of secrets, by Context.run', 'backend', ('tests/test_e2e/test_secrets.py',)),
    Suite('of hook commands', 'command_lines', ('test/test_model.py', 'test/test_hookcmds.py')),
)


def main(*arguments: str) -> int:
    """Run the suites, with further arguments for pytest, whose whole output is shown then; returns the exit code."""
    fetched = fetch(HOME)
    return max([_run(suite, fetched, arguments) for suite in SUITES])


def _run(suite: Suite, fetched: Path, arguments: tuple[str, ...]) -> int:
    plugins = ('-p', 'differences', '-p', suite.plugin)
    ini = ('-c', str(suite.directory / 'pytest.ini'), '--rootdir', str(fetched))
    files = (str(fetched / file) for file in suite.files)
    path = os.pathsep.join(map(str, dict.fromkeys((suite.directory, HERE, fetched))))
    finished = subprocess.run(
        [sys.executable, '-m', 'pytest', *ini, *plugins, *suite.options, *files, *arguments],
        env={**os.environ, 'PYTHONPATH': path},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    is_fine = finished.returncode == 0 or (
        bool(arguments) and finished.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    )
    if arguments or not is_fine:
        sys.stdout.write(finished.stdout)
    counts = finished.stdout.rstrip().rpartition('\n')[2].strip('= ')
    sys.stdout.write(f'published tests {suite.title}: {counts}\n')
    sys.stdout.flush()
    return 0 if is_fine else finished.returncode


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
