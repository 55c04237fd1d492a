"""Internals of running a process, which a charm cannot reach."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_charmsecrets.charms import hook_process


@pytest.mark.parametrize(
    'listing',
    [
        pytest.param(
            hook_process._listed_by_kernel,
            marks=pytest.mark.skipif(not Path('/proc/self/stat').exists(), reason='this system has no /proc'),
        ),
        pytest.param(
            hook_process._listed_by_ps,
            marks=pytest.mark.skipif(not Path('/bin/ps').exists(), reason='this system has no ps'),
        ),
    ],
)
def test_both_ways_to_list_processes_find_one(listing: Callable[[], Iterator[tuple[int, str, str]]]) -> None:
    with subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE, start_new_session=True) as process:
        found = [(state, name) for group, state, name in listing() if group == process.pid]
        process.communicate(b'\n')
    [(state, name)] = found
    assert state in 'RSD'
    assert 'python' in name


@pytest.mark.parametrize('length', [10, 300])
def test_home_is_short_enough_for_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    deep = tmp_path / ('d' * 50) / ('e' * length)[:200]
    deep.mkdir(parents=True)
    monkeypatch.setattr('tempfile.tempdir', str(deep))
    home = hook_process.make_home()
    try:
        assert len(os.fsencode(home)) <= 50
    finally:
        home.rmdir()


def test_client_imports_nothing_that_is_not_built_in() -> None:
    client = Path(hook_process.__file__).with_name('hook_command.py')
    probe = (
        'import sys; sys.argv = ["is-leader"]; before = set(sys.modules)\n'
        f'exec(compile({client.read_text()!r}.replace("__main__", "other"), "hook_command.py", "exec"))\n'
        'print(sorted(set(sys.modules) - before))'
    )
    done = subprocess.run([sys.executable, '-ISXutf8', '-c', probe], capture_output=True, text=True, check=True)
    assert done.stdout in ("['_socket']\n", '[]\n')
