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
            '*@pytest.mark.charmsecrets has both juju_version and juju_versions; give only one of them',
        ),
        (
            'juju_versions="3.6.14"',
            "*@pytest.mark.charmsecrets: juju_versions is '3.6.14'; give a list of str, such as *3.6.14*",
        ),
        ('juju_versions=[]', '*@pytest.mark.charmsecrets: juju_versions is *; give a list of versions, such as *'),
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


WRONG_TYPES = {
    'juju_versions=5': 'juju_versions is 5; give a list of str',
    'juju_version=3.6': "juju_version is 3.6; give a str, such as '3.6'",
    "orders='x'": "orders is 'x'; give an int",
    'orders=-1': 'orders is -1; give the number of further orders',
    'allow=5': 'allow is 5; give a list of str',
    "seed='1'": "seed is '1'; give an int, such as 1",
    "order='x'": "order is 'x'; give an int, a mapping of int to int or a list of Departure",
    "guard='of'": "guard is 'of'; did you mean 'off'?",
    'around_hook=5': 'around_hook is 5; give a callable or None',
}


def test_a_keyword_of_another_type_is_refused_at_its_test(pytester):
    pytester.makepyfile(
        'import pytest\n'
        + '\n'.join(
            f'@pytest.mark.charmsecrets({keyword})\ndef test_{number}(fake_model): pass'
            for number, keyword in enumerate(WRONG_TYPES)
        )
    )
    result = pytester.runpytest()
    result.assert_outcomes(errors=len(WRONG_TYPES))
    said = result.stdout.str()
    for sentence in WRONG_TYPES.values():
        assert f'UsageError: @pytest.mark.charmsecrets: {sentence}' in said
