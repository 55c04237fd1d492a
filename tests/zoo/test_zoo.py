"""A test that only drives a charm fails for its bug, and passes with the fixed twin."""

from __future__ import annotations

import importlib.util
import pathlib

import pytest

from pytest_charmsecrets.checks import CHECKS

PAIRS = sorted(pathlib.Path(__file__).parent.glob('z*.py'))
BY_THEMSELVES = {'hook-failed': 'HookFailed: ', 'endless-hooks': 'EndlessHooks: '}
"""Texts of failing tests for bugs that the model shows without a check."""
ORDERS = {'z09': 20}
"""The bug of this pair fails a hook in some of so many further orders only."""

DRIVES = """
    import pytest
    from {name} import drive

    @pytest.mark.charmsecrets(juju_version={version!r}, juju_bugs={bugs!r}, orders={orders})
    @pytest.mark.parametrize('buggy', (True, False), ids=('bug', 'twin'))
    def test_drive(fake_model, buggy):
        drive(fake_model, buggy)
"""


def load(path):
    spec = importlib.util.spec_from_file_location(f'zoo_{path.stem}', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def shown(pytester, monkeypatch):
    """Runs the plainest test of a pair, and returns what shows itself in its failures, of the bug and of the twin."""
    monkeypatch.setenv('PYTEST_DISABLE_PLUGIN_AUTOLOAD', '1')

    def run(path) -> tuple[set[str], set[str]]:
        module = load(path)
        version = module.JUJU if isinstance(module.JUJU, str) else module.JUJU[0]
        pytester.syspathinsert(path.parent)
        pytester.makepyfile(
            DRIVES.format(
                name=path.stem,
                version=version,
                bugs=list(getattr(module, 'FAULTS', ())),
                orders=ORDERS.get(path.stem, 0),
            )
        )
        _, _, failed = pytester.inline_run('-p', 'pytest_charmsecrets.plugin').listoutcomes()
        told: dict[bool, set[str]] = {True: set(), False: set()}
        for report in failed:
            told['bug' in report.nodeid] |= names_in(report.longreprtext)
        return told[True], told[False]

    return run


def names_in(text):
    """Return the names of what a report shows: checks with findings, or a failure of the model, or its last line."""
    checks = {name for name in CHECKS if any(line.startswith(f'{name}: ') for line in text.splitlines())}
    failures = {name for name, mark in BY_THEMSELVES.items() if mark in text}
    return checks or failures or {text.splitlines()[-1]}


@pytest.mark.parametrize('path', PAIRS, ids=[path.stem for path in PAIRS])
def test_the_bug_is_found_and_the_twin_is_not_accused(path, shown, record_property):
    bug, twin = shown(path)
    record_property('found', ', '.join(sorted(bug)))
    assert load(path).EXPECT in bug
    assert twin == set()
