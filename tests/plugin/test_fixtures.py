"""The life of models: one for each test, or as wide as the fixture that asked the factory."""

from __future__ import annotations

SHARED_MODEL = """
    import pytest

    @pytest.fixture(scope='module')
    def shared(fake_model_factory):
        return fake_model_factory(seed=5)

    def test_first(shared): assert not shared.closed
    def test_second(shared): assert not shared.closed
"""


def test_each_test_has_a_model_of_its_own_that_is_closed_with_it(pytester, models):
    pytester.makepyfile(
        """
        earlier = []

        def check(fake_model):
            assert not fake_model.closed
            assert all(model.closed for model in earlier)
            earlier.append(fake_model)

        def test_first(fake_model): check(fake_model)
        def test_second(fake_model): check(fake_model)
        """
    )
    pytester.runpytest().assert_outcomes(passed=2)
    assert [model.closed for model in models] == [True, True]


def test_factory_makes_models_for_wider_scopes(pytester, models):
    pytester.makepyfile(SHARED_MODEL)
    pytester.runpytest().assert_outcomes(passed=2)
    assert [(model.settings, model.closed) for model in models] == [({'seed': 5}, True)]


def test_keywords_of_the_factory_win_over_options(pytester, models):
    pytester.makepyfile(SHARED_MODEL)
    pytester.runpytest('--charmsecrets-seed=1', '--charmsecrets-juju-version=3.6.15').assert_outcomes(passed=2)
    assert [model.settings for model in models] == [{'seed': 5, 'juju_version': '3.6.15'}]


def test_factory_gives_a_new_model_at_each_call(pytester, models):
    pytester.makepyfile('def test_it(fake_model_factory): assert fake_model_factory() is not fake_model_factory()')
    pytester.runpytest().assert_outcomes(passed=1)
    assert [model.closed for model in models] == [True, True]


def test_several_versions_reach_the_models_of_a_factory(pytester, models):
    pytester.makepyfile(SHARED_MODEL)
    result = pytester.runpytest('--charmsecrets-juju-version=3.6.14', '--charmsecrets-juju-version=3.6.20')
    result.assert_outcomes(passed=4)
    assert {model.settings['juju_version'] for model in models} == {'3.6.14', '3.6.20'}


def test_model_and_factory_in_one_test_have_the_same_version(pytester, models):
    pytester.makepyfile('def test_it(fake_model, fake_model_factory): fake_model_factory()')
    result = pytester.runpytest(
        '-p', 'no:randomly', '--charmsecrets-juju-version=3.6.14', '--charmsecrets-juju-version=3.6.20'
    )
    result.assert_outcomes(passed=2)
    assert [model.settings['juju_version'] for model in models] == ['3.6.14', '3.6.14', '3.6.20', '3.6.20']


def test_no_model_is_made_for_tests_that_did_not_ask(pytester, models):
    pytester.makepyfile('def test_it(): pass')
    pytester.runpytest().assert_outcomes(passed=1)
    assert models == []


def test_no_temporary_directory_is_left_whether_tests_pass_fail_or_are_interrupted(pytester, monkeypatch):
    temporary = pytester.mkdir('temporary')
    monkeypatch.setenv('TMPDIR', str(temporary))
    pytester.makepyfile(
        """
        import subprocess
        import ops
        import pytest

        @pytest.mark.parametrize('error', (None, RuntimeError, KeyboardInterrupt))
        def test_it(fake_model, error):
            class Charm(ops.CharmBase):
                def __init__(self, framework):
                    super().__init__(framework)
                    subprocess.run(['status-set', 'active'], check=True)
                    if error is not None:
                        raise error

            fake_model.deploy(Charm, 'app', meta={'name': 'app'})
            fake_model.settle()
        """
    )
    pytester.runpytest_subprocess('--basetemp=elsewhere').stdout.fnmatch_lines(
        ['*KeyboardInterrupt*', '*1 failed, 1 passed*']
    )
    assert list(temporary.iterdir()) == []
