"""All orders of a test run inside its one item: what fixtures, classes, marks, options and reports see of it."""

from __future__ import annotations

import pytest

OPTIONS = ('-p', 'no:randomly', '--charmsecrets-orders=2')
NOTING = """
    import pytest

    seen = []

    def order_of(model):
        order = model.settings.get('order', 0)
        seen.append(order)
        return order
"""


@pytest.fixture
def outcome(pytester, models):
    """Runs a file in two further orders, and returns the result."""

    def run(text, *options):
        pytester.makepyfile(NOTING + text)
        return pytester.runpytest(*OPTIONS, *options)

    return run


def test_ids_and_counts_are_those_of_one_run(outcome):
    result = outcome(
        """
    @pytest.mark.parametrize('x', [1, 2])
    def test_it(fake_model, x): pass
    """,
        '-v',
    )
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(['*::test_it[[]1[]] PASSED*', '*::test_it[[]2[]] PASSED*'])


def test_each_run_has_fixtures_and_an_instance_of_its_own(outcome):
    outcome("""
    @pytest.fixture
    def own():
        seen.append('set up')
        yield
        seen.append('torn down')

    class TestIt:
        def test_it(self, fake_model, own, record_property):
            assert not hasattr(self, 'order')
            self.order = order_of(fake_model)
            record_property('order', self.order)

    def test_last():
        assert seen == [x for order in range(3) for x in ('set up', order, 'torn down')]
    """).assert_outcomes(passed=2)


def test_wider_fixtures_stay_set_up_until_the_last_run_has_ended(outcome):
    outcome("""
    @pytest.fixture(scope='module')
    def wide():
        seen.append('set up')
        yield
        seen.append('torn down')

    def test_it(fake_model, wide):
        order_of(fake_model)
        assert seen[0] == 'set up' and 'torn down' not in seen

    @pytest.fixture(scope='session', autouse=True)
    def ends():
        yield
        assert seen == ['set up', 0, 1, 2, 'torn down']
    """).assert_outcomes(passed=1)


@pytest.mark.parametrize('fails_in', (0, 1, 2))
def test_wider_fixtures_are_torn_down_after_a_failure(outcome, fails_in):
    outcome(f"""
    @pytest.fixture(scope='module')
    def wide():
        yield
        seen.append('torn down')

    def test_it(fake_model, wide):
        assert order_of(fake_model) != {fails_in}

    @pytest.fixture(scope='session', autouse=True)
    def ends():
        yield
        assert seen[-1] == 'torn down' and seen.count('torn down') == 1
    """).assert_outcomes(failed=1)


@pytest.mark.parametrize('order', (0, 2))
def test_setup_and_teardown_are_judged_in_each_order(outcome, order):
    text = f"""
    @pytest.fixture
    def demanding(fake_model):
        assert 'SETUP' != 'yes' or order_of(fake_model) != {order}
        yield
        assert 'SETUP' == 'yes' or order_of(fake_model) != {order}

    def test_it(demanding): pass
    """
    outcome(text.replace('SETUP', 'yes')).assert_outcomes(errors=1)
    outcome(text.replace('SETUP', 'no')).assert_outcomes(passed=1, errors=1)


def test_a_failure_that_does_not_come_again_is_reported_all_the_same(outcome):
    result = outcome("""
    def test_it(fake_model):
        if order_of(fake_model) == 1:
            assert seen.count(1) > 1, 'only once'
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['*only once*', '*fails in 1 of 2 further orders: 1.'])


def test_xfail_is_judged_over_all_orders(outcome):
    result = outcome("""
    @pytest.mark.xfail(strict=True)
    def test_fails_in_one(fake_model): assert order_of(fake_model) != 2

    @pytest.mark.xfail(strict=True)
    def test_fails_in_none(fake_model): pass

    @pytest.mark.xfail
    def test_passes(fake_model): pass

    @pytest.mark.xfail(raises=ValueError)
    def test_fails_otherwise(fake_model): assert order_of(fake_model) != 1
    """)
    result.assert_outcomes(xfailed=1, failed=2, xpassed=1)


def test_a_skip_is_no_failure(outcome):
    outcome("""
    def test_skips(fake_model): pytest.skip('today')

    def test_skips_later(fake_model):
        if order_of(fake_model) == 1:
            pytest.skip('in this one')
    """).assert_outcomes(skipped=1, passed=1)


def test_a_model_that_tests_share_keeps_its_test_to_one_run(outcome):
    result = outcome("""
    @pytest.fixture(scope='module')
    def shared(fake_model_factory): return fake_model_factory()

    def test_first(shared): shared.do('deploy', 'db')

    def test_second(shared):
        shared.do('deploy', 'web')
        assert len(list(shared.journal)) == 2

    def test_of_its_own(fake_model_factory): order_of(fake_model_factory())

    def test_last(): assert seen == [0, 1, 2]
    """)
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(['charmsecrets: 2 tests in the fixed order only: uses a model that other tests share'])


def test_subtests_keep_their_test_to_one_run(outcome):
    pytest.importorskip('_pytest.subtests', reason='part of pytest since 9')
    result = outcome("""
    def test_it(fake_model, subtests):
        with subtests.test('one'):
            order_of(fake_model)

    def test_last(): assert seen == [0]
    """)
    result.stdout.fnmatch_lines(['charmsecrets: 1 test in the fixed order only: has subtests'])


def test_setup_show_shows_one_run(outcome):
    result = outcome('\n    def test_it(fake_model): order_of(fake_model)', '--setup-show')
    result.assert_outcomes(passed=1)
    assert result.stdout.str().count('SETUP    F fake_model') == 1


def test_the_search_is_silent(outcome):
    result = outcome(
        """
    import logging, warnings

    def test_passes(fake_model, record_property):
        print('printed in', order_of(fake_model))
        logging.warning('logged in %s', seen[-1])
        warnings.warn(f'warned in {seen[-1]}')
    """,
        '-rP',
        '--log-cli-level=INFO',
        '-Wdefault',
    )
    result.assert_outcomes(passed=1)
    for text in ('printed', 'logged', 'warned'):
        result.stdout.fnmatch_lines([f'*{text} in 0*'])
        result.stdout.no_fnmatch_line(f'*{text} in [12]*')


def test_only_the_run_that_is_reported_interacts(pytester, outcome):
    pytester.makeconftest("""
        def pytest_exception_interact(call):
            print('INTERACT', call.when, call.excinfo.value.args)
    """)
    result = outcome('\n    def test_it(fake_model): assert order_of(fake_model) == 0, order_of(fake_model)', '-s')
    assert sum('INTERACT' in line for line in result.outlines) == 1


def test_junit_has_one_case_with_the_time_of_all_runs(pytester, outcome):
    outcome('\n    import time\n    def test_it(fake_model): time.sleep(0.01)', '--junitxml=junit.xml')
    text = (pytester.path / 'junit.xml').read_text()
    assert text.count('<testcase ') == 1
    assert float(text.partition('<testcase ')[2].partition('time="')[2].partition('"')[0]) >= 0.03


def test_a_failed_test_can_be_run_again_by_its_id(pytester, outcome):
    text = """
    def test_passes(fake_model): pass
    def test_fails(fake_model): assert order_of(fake_model) != 1
    """
    outcome(text, '-p', 'cacheprovider', '-x').assert_outcomes(passed=1, failed=1)
    outcome(text, '-p', 'cacheprovider', '--lf').assert_outcomes(failed=1)
