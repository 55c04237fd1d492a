"""Command line and ini file override the model's defaults, and the marker overrides both."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.juju.versions import bugs_of

ONE_TEST = 'def test_it(fake_model): pass'


def test_without_options_the_model_has_its_own_defaults(pytester, models):
    pytester.makepyfile(ONE_TEST)
    pytester.runpytest().assert_outcomes(passed=1)
    assert [model.settings for model in models] == [{}]


@pytest.mark.parametrize(
    ('ini', 'arguments', 'marker', 'settings'),
    (
        ('charmsecrets_juju_version = 3.6.14', (), '', {'juju_version': '3.6.14'}),
        ('', ('--charmsecrets-juju-version=3.6.15',), '', {'juju_version': '3.6.15'}),
        (
            'charmsecrets_juju_version = 3.6.14',
            ('--charmsecrets-juju-version=3.6.15',),
            '',
            {'juju_version': '3.6.15'},
        ),
        (
            'charmsecrets_juju_version = 3.6.14',
            ('--charmsecrets-juju-version=3.6.15',),
            'juju_version="3.6.16"',
            {'juju_version': '3.6.16'},
        ),
        ('charmsecrets_juju_version = 4.0', (), '', {'juju_version': '4.0'}),
        (
            'charmsecrets_juju_bugs = gone_rotation_refused same_label_update_fails unit_rotation_refused',
            (),
            '',
            {'juju_bugs': ('unit_rotation_refused', 'gone_rotation_refused')},
        ),
        (
            'charmsecrets_juju_bugs = gone_rotation_refused',
            ('--charmsecrets-juju-bug=unit_rotation_refused',),
            '',
            {'juju_bugs': ('unit_rotation_refused',)},
        ),
        (
            '',
            ('--charmsecrets-juju-bug=same_label_update_fails',),
            'juju_version="4.0.0"',
            {'juju_version': '4.0.0', 'juju_bugs': ('same_label_update_fails',)},
        ),
        (
            '',
            ('--charmsecrets-juju-bug=as-shipped',),
            'juju_version="4.0.15"',
            {'juju_version': '4.0.15', 'juju_bugs': bugs_of('4.0.15')},
        ),
        (
            'charmsecrets_juju_bugs = gone_rotation_refused',
            ('--charmsecrets-juju-bug=as-shipped',),
            'juju_bugs=[]',
            {'juju_bugs': []},
        ),
        ('charmsecrets_seed = 1', (), '', {'seed': 1}),
        ('', ('--charmsecrets-seed=2',), '', {'seed': 2}),
        ('charmsecrets_seed = 1', ('--charmsecrets-seed=0',), '', {'seed': 0}),
        ('charmsecrets_seed = 1', ('--charmsecrets-seed=2',), 'seed=3', {'seed': 3}),
        ('charmsecrets_seed = 1', (), 'juju_version="3.6.16"', {'seed': 1, 'juju_version': '3.6.16'}),
    ),
)
def test_marker_wins_over_command_line_over_ini_file(pytester, models, ini, arguments, marker, settings):
    pytester.makeini(f'[pytest]\n{ini}')
    pytester.makepyfile(f'import pytest\n@pytest.mark.charmsecrets({marker})\n{ONE_TEST}')
    pytester.runpytest(*arguments).assert_outcomes(passed=1)
    assert [model.settings for model in models] == [settings]


@pytest.mark.parametrize(
    ('ini', 'arguments', 'message'),
    (
        (
            '',
            ('--charmsecrets-juju-version=2.9.0',),
            "ERROR: --charmsecrets-juju-version: there is no profile for Juju '2.9.0'; use *",
        ),
        (
            'charmsecrets_juju_version = 2.9.0',
            (),
            "ERROR: charmsecrets_juju_version in the ini file: there is no profile for Juju '2.9.0'; use *",
        ),
        (
            '',
            ('--charmsecrets-juju-bug=drop_grant',),
            "ERROR: --charmsecrets-juju-bug: there is no bug of Juju 'drop_grant'; did you mean *",
        ),
        ('charmsecrets_seed = one', (), "ERROR: charmsecrets_seed in the ini file: 'one' is not a whole number"),
    ),
)
def test_impossible_settings_are_usage_errors(pytester, ini, arguments, message):
    pytester.makeini(f'[pytest]\n{ini}')
    result = pytester.runpytest(*arguments)
    assert result.ret is pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_header_names_the_options_in_use(pytester):
    result = pytester.runpytest(
        '--charmsecrets-juju-version=3.6.14',
        '--charmsecrets-juju-version=3.6.20',
        '--charmsecrets-juju-bug=same_label_update_fails',
        '--charmsecrets-seed=7',
        '--charmsecrets-show-secrets',
    )
    result.stdout.fnmatch_lines(
        ['charmsecrets: juju 3.6.14, 3.6.20; with same_label_update_fails; seed 7; secrets shown in reports']
    )


def test_header_is_silent_without_options(pytester):
    pytester.runpytest().stdout.no_fnmatch_line('charmsecrets: *')


@pytest.mark.parametrize(
    ('ini', 'arguments', 'marker'),
    (
        ('', ('--charmsecrets-juju-version=3.6.14', '--charmsecrets-juju-version=3.6.20'), ''),
        ('charmsecrets_juju_version = 3.6.14 3.6.20', (), ''),
        ('charmsecrets_juju_version = 3.6.18', (), 'juju_versions=["3.6.14", "3.6.20"]'),
    ),
)
def test_several_versions_run_the_test_once_for_each(pytester, models, ini, arguments, marker):
    pytester.makeini(f'[pytest]\n{ini}')
    pytester.makepyfile(f'import pytest\n@pytest.mark.charmsecrets({marker})\n{ONE_TEST}')
    result = pytester.runpytest('-v', '-p', 'no:randomly', *arguments)
    result.stdout.fnmatch_lines(['*::test_it[[]juju-3.6.14] PASSED*', '*::test_it[[]juju-3.6.20] PASSED*'])
    assert [model.settings['juju_version'] for model in models] == ['3.6.14', '3.6.20']


def test_one_version_of_the_marker_wins_over_several_of_the_command_line(pytester, models):
    pytester.makepyfile(f'import pytest\n@pytest.mark.charmsecrets(juju_version="3.6.16")\n{ONE_TEST}')
    result = pytester.runpytest('--charmsecrets-juju-version=3.6.14', '--charmsecrets-juju-version=3.6.20')
    result.assert_outcomes(passed=1)
    assert [model.settings for model in models] == [{'juju_version': '3.6.16'}]


def test_a_test_without_a_model_runs_once_whatever_the_versions(pytester):
    pytester.makepyfile('def test_it(): pass')
    result = pytester.runpytest('--charmsecrets-juju-version=3.6.14', '--charmsecrets-juju-version=3.6.20')
    result.assert_outcomes(passed=1)


def test_a_model_asked_for_by_name_has_the_first_of_several_versions(pytester, models):
    pytester.makepyfile('def test_it(request): request.getfixturevalue("fake_model")')
    pytester.runpytest('--charmsecrets-juju-version=3.6.14', '--charmsecrets-juju-version=3.6.20')
    assert [model.settings for model in models] == [{'juju_version': '3.6.14'}]
