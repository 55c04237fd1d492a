"""One line on a terminal says how far a long run has got; without a terminal, nothing is written."""

from __future__ import annotations

import datetime
import io
import os
import re
import subprocess
import sys

import pytest

from pytest_charmsecrets.plugin import progress
from pytest_charmsecrets.records import HookRun

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
FAST = """
    from pytest_charmsecrets.plugin import progress

    progress.AFTER = progress.EVERY = 0
"""
TEST = """
    def test_it(fake_model):
        fake_model.deploy_puppet('db')
        fake_model.advance(minutes=30)
        print('of the test')
"""
LINE = re.compile(r'\x1b7(?P<text>[^\x1b]*)\x1b\[K\x1b8')


@pytest.fixture
def watched(pytester, monkeypatch):
    """Runs pytest on a terminal, and returns everything that it writes there."""
    pty = pytest.importorskip('pty', reason='Windows has none')
    monkeypatch.setenv('TERM', 'xterm')
    monkeypatch.setenv('COLUMNS', '100')
    for name in ('CI', 'BUILD_NUMBER'):
        monkeypatch.delenv(name, raising=False)
    pytester.makeconftest(FAST)
    pytester.makepyfile(test_a=TEST)

    def run(*options):
        ours, theirs = pty.openpty()
        command = [sys.executable, '-m', 'pytest', '-p', 'pytest_charmsecrets.plugin', *options]
        process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=pytester.path)
        os.close(theirs)
        written = b''
        with os.fdopen(ours, 'rb', buffering=0) as terminal:
            try:
                while part := terminal.read(4096):
                    written += part
            except OSError:  # Linux says so that the other end is closed
                pass
        process.wait()
        return written.decode()

    return run


def test_the_line_follows_what_pytest_wrote_and_is_erased(watched):
    written = watched('--charmsecrets-orders=2')
    lines = [match['text'] for match in LINE.finditer(written)]
    assert lines[0] == '2026-01-01 of 2026-01-01, 1 hook, db/0 install'
    assert any(line.startswith('order 2 (2 of 2), 0 failed, 2026-01-01 of 2026-01-01, ') for line in lines)
    left = LINE.sub('', written)
    assert re.search(r'\.py (?:\x1b\[K)+(?:\x1b\[32m)?\.', left)
    assert max(map(len, lines)) < 100
    assert 'of the test' not in written


class Terminal(io.StringIO):
    def isatty(self):
        return True

    def fileno(self):
        return 1


@pytest.mark.parametrize(
    ('options', 'environment', 'is_shown'),
    (
        ((), {}, True),
        ((), {'CI': 'true'}, False),
        ((), {'TERM': 'dumb'}, False),
        (('-s',), {}, False),
        (('--log-cli-level=INFO',), {}, False),
    ),
)
def test_nothing_is_written_in_ci_in_workers_or_where_tests_write_themselves(
    pytester, monkeypatch, options, environment, is_shown
):
    config = pytester.parseconfigure(*options)
    with monkeypatch.context() as patch:
        patch.setattr(sys, 'stdout', Terminal())
        found = progress._progress_of(config, {'TERM': 'xterm', **environment})
        config.workerinput = {}  # as a worker of xdist has it
        assert progress._progress_of(config, {'TERM': 'xterm'}) is None
    assert (found is not None) is is_shown
    if found is not None:
        found.pytest_unconfigure()


def test_the_line_does_without_the_plugin_that_captures_logs(watched):
    assert LINE.search(watched('-p', 'no:logging'))


def test_nothing_is_written_without_a_terminal(pytester):
    pytester.makeconftest(FAST)
    pytester.makepyfile(test_a=TEST)
    result = pytester.runpytest()
    result.assert_outcomes(passed=1)
    assert '\x1b' not in result.stdout.str() + result.stderr.str()


def test_the_line_says_how_far_it_got():
    run = HookRun(NOW, 'web/0', 'secret-changed', 'committed', label='hunter22')
    assert progress.describe('', run, 1204, NOW, None) == '2026-03-01, 1,204 hooks, web/0 secret-changed'
