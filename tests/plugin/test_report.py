"""A failing test shows the end of the journal of each model it used."""

from __future__ import annotations

SECTION = '*- charmsecrets: journal -*'


def test_failing_test_shows_the_journal(pytester, models):
    pytester.makepyfile(
        """
        def test_it(fake_model):
            fake_model.do('deploy', 'charm', 'db')
            assert False
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([SECTION, '2026-01-01 00:00:00  start', '  user  deploy charm db'], consecutive=True)


def test_passing_test_shows_nothing(pytester, models):
    pytester.makepyfile('def test_it(fake_model): fake_model.do("deploy", "charm", "db")')
    result = pytester.runpytest('-rA')
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line(SECTION)


def test_failing_test_without_a_model_shows_nothing(pytester, models):
    pytester.makepyfile('def test_it(): assert False')
    pytester.runpytest().stdout.no_fnmatch_line(SECTION)


def test_failing_test_shows_the_journals_of_all_models_in_which_something_happened(pytester):
    pytester.makepyfile(
        """
        def test_it(fake_model):
            others = [fake_model.controller.add_model(name) for name in ('databases', 'idle')]
            fake_model.deploy_puppet('web')
            others[0].deploy_puppet('db')
            assert False
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '*- charmsecrets: journal of fake -*',
            '  user  deploy-puppet web --num-units=1',
            '*- charmsecrets: journal of databases -*',
            '  user  deploy-puppet db --num-units=1',
        ]
    )
    result.stdout.no_fnmatch_line('*journal of idle*')


def test_failing_fixture_shows_the_journal(pytester, models):
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def deployed(fake_model):
            fake_model.do('deploy', 'charm', 'db')
            raise RuntimeError

        def test_it(deployed): pass
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([SECTION, '*', '  user  deploy charm db'])


LEAKING_TEST = """
    def test_it(fake_model):
        fake_model.add_secret('password=hunter22')
        fake_model.do('config', 'db', 'note=hunter22')
        assert False
"""


def test_secret_values_are_redacted(pytester, models):
    pytester.makepyfile(LEAKING_TEST)
    result = pytester.runpytest()
    section = result.stdout.str().partition('charmsecrets: journal')[2]
    assert 'password=<redacted>' in section
    assert 'note=<redacted>' in section
    assert 'hunter22' not in section


def test_secret_values_are_shown_if_asked(pytester, models):
    pytester.makepyfile(LEAKING_TEST)
    result = pytester.runpytest('--charmsecrets-show-secrets')
    result.stdout.fnmatch_lines([SECTION, '*secret-add password=hunter22*'])


def test_long_journals_are_cut_at_the_beginning(pytester, models):
    pytester.makepyfile(
        """
        def test_it(fake_model):
            for number in range(50):
                fake_model.do('deploy', f'app{number}')
            assert False
        """
    )
    result = pytester.runpytest()
    result.stdout.fnmatch_lines(
        [SECTION, '(30 earlier entries left out)', '*', '  user  deploy app30'], consecutive=True
    )
    result.stdout.fnmatch_lines(['  user  deploy app49'])


def test_a_shared_model_is_shown_by_the_tests_that_used_it_only(pytester, models):
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture(scope='module')
        def shared(fake_model_factory):
            return fake_model_factory()

        def test_uses_it(shared):
            shared.do('deploy', 'db')

        def test_does_not(shared):
            assert False
        """
    )
    result = pytester.runpytest('-p', 'no:randomly')
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.no_fnmatch_line(SECTION)


def test_every_model_of_a_test_is_shown(pytester, models):
    pytester.makepyfile(
        """
        def test_it(fake_model, fake_model_factory):
            fake_model.do('deploy', 'first')
            other = fake_model_factory()
            other.do('deploy', 'second')
            assert False
        """
    )
    pytester.runpytest().stdout.fnmatch_lines([SECTION, '*deploy first', SECTION, '*deploy second'])
