"""Correct charms that do unusual things are not accused: plain tests, judged by the plugin as a user's tests are."""

from __future__ import annotations

import pathlib

import ops
import pytest

from pytest_charmsecrets.checks import CHECKS

DECOYS = pathlib.Path(__file__).parent / 'decoys'


@pytest.fixture(autouse=True)
def _loaded_plugins(monkeypatch):
    """Load this plugin alone in the runs of pytester; loading the others again takes a second for each run."""
    monkeypatch.setenv('PYTEST_DISABLE_PLUGIN_AUTOLOAD', '1')
    monkeypatch.setenv('PYTEST_PLUGINS', 'pytest_charmsecrets.plugin')


@pytest.mark.parametrize('check', CHECKS)
def test_charms_that_come_near_to_a_finding_are_not_accused(pytester, check):
    allow: tuple[str, ...] = ()
    if check != 'naive-datetime' and tuple(map(int, ops.version.version.split('.')[:2])) < (3, 7):
        # ops gives Juju a time without a zone where a charm gives a timedelta.
        allow = ('--charmsecrets-allow=naive-datetime',)
    result = pytester.runpytest('--charmsecrets-checks=fail', *allow, DECOYS / f'{check.replace("-", "_")}.py')
    assert result.ret == pytest.ExitCode.OK
    outcomes = result.parseoutcomes()
    assert outcomes['passed']
    assert outcomes.keys() <= {'passed', 'skipped', 'warnings'}
    result.stdout.fnmatch_lines(['charmsecrets: * checked'])
