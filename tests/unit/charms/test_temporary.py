"""The temporary directory of a process goes with it; of one that was killed, with the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_charmsecrets.charms import temporary

CODE = """
import os, signal, sys
from pytest_charmsecrets.charms.temporary import make_directory
print(make_directory().parent, flush=True)
if os.fork() == 0:
    sys.exit()  # the child of a test removes nothing
os.wait()
assert os.path.exists(make_directory())
os.kill(os.getpid(), int(sys.argv[1])) if int(sys.argv[1]) else None
"""


@pytest.fixture
def run(tmp_path: Path):
    def run(number: int) -> Path:
        """Make a directory in a process that ends by a signal, or by itself for 0."""
        done = subprocess.run(
            [sys.executable, '-c', CODE, str(int(number))],
            env={**os.environ, 'TMPDIR': str(tmp_path)},
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stderr) == (-number, '')
        return Path(done.stdout.strip())

    return run


def test_nothing_is_left_by_a_process_that_ends(run, tmp_path) -> None:
    assert run(0).parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_has_left_goes_with_the_next(run, tmp_path) -> None:
    left = run(signal.SIGKILL)
    assert left.is_dir()
    run(0)
    assert list(tmp_path.iterdir()) == []


def test_what_a_living_process_uses_stays(run, tmp_path) -> None:
    ours = temporary.make_directory(str(tmp_path))
    others = tmp_path / 'charmsecrets-without-a-lock'
    others.mkdir()
    run(0)
    assert ours.is_dir()
    assert others.is_dir()
    assert ours.parent == temporary.make_directory(str(tmp_path)).parent
