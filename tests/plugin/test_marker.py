"""The marker: its keywords, who wins, and what it says to misuse."""

from __future__ import annotations

import pytest


def test_the_nearest_marker_wins_for_each_keyword(pytester, models):
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.charmsecrets(seed=1, cloud='machine', juju_versions=['3.6.14', '3.6.15'])

        @pytest.mark.charmsecrets(seed=2, on_hook_error='error-state')
        class TestIt:
            @pytest.mark.charmsecrets(on_hook_error='raise', juju_version='3.6.20')
            def test_it(self, fake_model): pass
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)
    expected = {'seed': 2, 'cloud': 'machine', 'on_hook_error': 'raise', 'juju_version': '3.6.20'}
    assert [model.settings for model in models] == [expected]


def test_every_keyword_of_the_model_can_be_given(pytester, models):
    pytester.makepyfile(
        """
        import datetime
        import pytest

        @pytest.mark.charmsecrets(
            juju_version='3.6.14', seed=1, start=datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc),
            cloud='kubernetes', on_hook_error='raise', update_status_interval=datetime.timedelta(minutes=5),
        )
        def test_it(fake_model): pass
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)
    assert sorted(models[0].settings) == [
        'cloud',
        'juju_version',
        'on_hook_error',
        'seed',
        'start',
        'update_status_interval',
    ]


@pytest.mark.parametrize(
    ('arguments', 'message'),
    (
        ('sed=1', "*@pytest.mark.charmsecrets has no keyword 'sed'; did you mean seed?"),
        (
            'flavour=1',
            "*@pytest.mark.charmsecrets has no keyword 'flavour'; the keywords are juju_version, seed, start, *",
        ),
        ('"3.6"', "*@pytest.mark.charmsecrets takes keywords only, not '3.6'; the keywords are juju_version, *"),
        (
            'juju_version="3.6.14", juju_versions=["3.6.14"]',
            '*@pytest.mark.charmsecrets says both juju_version and juju_versions; give one of them',
        ),
        (
            'juju_versions="3.6.14"',
            "*@pytest.mark.charmsecrets(juju_versions='3.6.14'): give a list of versions, such as *",
        ),
        ('juju_versions=[]', '*@pytest.mark.charmsecrets(juju_versions=[[]]): give a list of versions, such as *'),
    ),
)
def test_misuse_is_explained_without_a_frame_of_the_plugin(pytester, models, arguments, message):
    pytester.makepyfile(f'import pytest\n@pytest.mark.charmsecrets({arguments})\ndef test_it(fake_model): pass')
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*ERROR at setup of test_it*', f'E {message}'])
    result.stdout.no_fnmatch_line('*pytest_charmsecrets/plugin.py*')
    assert models == []


def test_marker_is_registered_with_its_signature(pytester):
    pytester.runpytest('--markers').stdout.fnmatch_lines(['@pytest.mark.charmsecrets([*], juju_version=..., *'])


def test_marker_passes_strict_markers(pytester, models):
    pytester.makepyfile('import pytest\n@pytest.mark.charmsecrets(seed=1)\ndef test_it(fake_model): pass')
    pytester.runpytest('--strict-markers').assert_outcomes(passed=1)
