"""Loading: the plugin costs nothing until used, and can be switched off."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ('jubilant', 'ops', 'scenario', 'yaml', 'time_machine', 'pytest_charmsecrets.model')


@pytest.fixture(autouse=True)
def _loaded_plugins():
    """Load every plugin there is, as in a charm repository."""


@pytest.mark.parametrize('module', ('pytest_charmsecrets', 'pytest_charmsecrets.plugin', 'pytest_charmsecrets.errors'))
def test_loading_does_not_load_ops(module):
    code = f'import sys, {module}; print(*[name for name in {HEAVY!r} if name in sys.modules])'
    found = subprocess.run([sys.executable, '-c', code], check=True, capture_output=True, text=True).stdout.split()
    assert found == []


@pytest.mark.parametrize('option', ('-q', '--charmsecrets-juju-version=3.6.14'))
def test_a_run_of_pytest_without_a_fake_model_does_not_load_ops(pytester, monkeypatch, option):
    monkeypatch.setenv('PYTEST_DISABLE_PLUGIN_AUTOLOAD', '1')
    pytester.makepyfile(f'import sys\ndef test_it(): assert not [name for name in {HEAVY!r} if name in sys.modules]')
    pytester.runpytest_subprocess('-p', 'pytest_charmsecrets.plugin', option).assert_outcomes(passed=1)


def test_can_be_switched_off(pytester):
    pytester.makepyfile('def test_it(): pass')
    result = pytester.runpytest_subprocess('-p', 'no:charmsecrets')
    result.assert_outcomes(passed=1)
    result = pytester.runpytest_subprocess('-p', 'no:charmsecrets', '--fixtures')
    result.stdout.no_fnmatch_line('fake_model*')


def test_fixtures_are_described_and_none_is_automatic(pytester):
    result = pytester.runpytest('--fixtures')
    result.stdout.fnmatch_lines(
        ['fake_model_factory [[]session scope]*', '*A function that returns a new fake Juju model, for fixtures*']
    )
    result.stdout.fnmatch_lines(['fake_model -- *', '*A new fake Juju model for each test*'])
    pytester.makepyfile('def test_it(request): assert not [n for n in request.fixturenames if n.startswith("fake_")]')
    pytester.runpytest().assert_outcomes(passed=1)


def test_fake_juju_says_what_it_lacks(pytester):
    pytester.makeconftest(
        "import sys\nsys.modules['jubilant'] = None\nsys.modules.pop('pytest_charmsecrets.client.fake_juju', None)"
    )
    pytester.makepyfile('def test_it(fake_juju): pass')
    result = pytester.runpytest_subprocess('-p', 'no:pytest-jubilant')
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*UsageError: fake_juju requires jubilant, which is not installed: pip install*'])
