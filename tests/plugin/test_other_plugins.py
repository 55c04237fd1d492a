"""The plugin works together with the other plugins of a charm repository."""

from __future__ import annotations

import pytest

PUPPETS = """
    import pytest

    @pytest.mark.parametrize('number', range(6))
    def test_it(fake_model, number):
        fake_model.deploy_puppet('db', provides={'database': 'postgresql_client'}, num_units=number % 3 + 1)
        fake_model.settle()
        assert len(fake_model.journal) > 0
"""


@pytest.fixture(autouse=True)
def _loaded_plugins():
    """Load every plugin there is, as in a charm repository."""


def test_works_under_xdist(pytester):
    pytester.makepyfile(PUPPETS)
    pytester.runpytest_subprocess('-n', '2').assert_outcomes(passed=6)


def test_failing_test_shows_the_journal_under_xdist(pytester):
    pytester.makepyfile(
        """
        def test_it(fake_model):
            fake_model.deploy_puppet('db', provides={'database': 'postgresql_client'})
            fake_model.settle()
            fake_model.add_secret('key', {'password': 'hunter22'})
            print('hunter22')
            assert fake_model.order.given == 0
        """
    )
    result = pytester.runpytest_subprocess('-n', '1', '--charmsecrets-orders=1', '--junitxml=junit.xml')
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['*- charmsecrets: journal -*', '*deploy*db*'])
    junit = (pytester.path / 'junit.xml').read_text()
    assert '<property name="charmsecrets_to_repeat" value="--charmsecrets-juju-version=' in junit
    assert 'hunter22' not in junit + result.stdout.str()


@pytest.mark.parametrize('seed', (1, 2))
def test_works_in_random_order(pytester, seed):
    pytester.makepyfile(PUPPETS)
    pytester.runpytest_subprocess(f'--randomly-seed={seed}').assert_outcomes(passed=6)


def test_works_beside_pytest_jubilant(pytester):
    pytest.importorskip('pytest_jubilant')
    pytester.makepyfile(PUPPETS)
    pytester.runpytest_subprocess('-W', 'error').assert_outcomes(passed=6)
    result = pytester.runpytest_subprocess('--help')
    result.stdout.fnmatch_lines(['*--charmsecrets-seed=SEED*'])
    result.stdout.fnmatch_lines(['*--juju-*'])


def test_fake_juju_and_pytest_jubilant_work_in_one_test(pytester):
    pytest.importorskip('pytest_jubilant')
    pytester.makepyfile(
        """
        import jubilant
        import pytest

        @pytest.fixture(scope='module')
        def shared(fake_juju_factory):
            return fake_juju_factory(juju_version='3.5.7', seed=2)

        def test_own(fake_juju, fake_model, shared):
            assert isinstance(fake_juju, jubilant.Juju)
            assert fake_juju.fake_model is fake_model
            shared.add_secret('one', {'key': 'value'})

        def test_shared(fake_juju, shared):
            assert shared.version().tuple == (3, 5, 7)
            assert [secret.name for secret in shared.secrets()] == ['one']
            assert fake_juju.secrets() == []
        """
    )
    pytester.runpytest_subprocess('-W', 'error', '-p', 'no:randomly').assert_outcomes(passed=2)
