"""A test runs in further orders inside its one item; one that fails is one report, in the shortest order that fails."""

from __future__ import annotations

import re

import pytest

from pytest_charmsecrets.report.orders import render_race

RACE = """
    import ops
    import pytest

    META = {'name': 'web', 'requires': {'database': {'interface': 'sql'}}}

    class Web(ops.CharmBase):
        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on.database_relation_changed, self._connect)
            framework.observe(self.on.secret_changed, self._refresh)

        def _refresh(self, event):
            event.secret.get_content(refresh=True)

        def _connect(self, event):
            data = event.relation.data[event.app]
            if 'uri' in data:
                password = self.model.get_secret(id=data['uri']).get_content()['password']
                if password != f'of {data["user"]}':
                    raise RuntimeError(f'{data["user"]} has another password')

    def change_both(model):
        db = model.deploy_puppet('db', provides={'database': 'sql'})
        model.deploy(Web, meta=META)
        relation = model.integrate('web', 'db')
        model.settle()
        with db.leader.hook() as hook:
            secret = hook.add_secret({'password': 'of ann'})
            secret.grant(relation)
            hook.relation_set(relation, {'uri': secret.id, 'user': 'ann'}, app=True)
        model.settle()
        with db.leader.hook() as hook:
            hook.relation_set(relation, {'user': 'bob'}, app=True)
            hook.command('secret-set', secret.id, 'password=of bob')
        model.settle()
"""
TEST = """
    def test_it(fake_model):
        change_both(fake_model)
"""


@pytest.fixture
def ids(pytester, models):
    """Runs a file that is about orders, and returns the ids of its tests with the orders of their models."""

    def run(text, *options):
        pytester.makepyfile(text)
        pytester.runpytest('-q', '-p', 'no:randomly', *options)
        return [model.settings.get('order', 0) for model in models]

    return run


def test_a_test_runs_in_the_fixed_order(ids):
    assert ids('def test_it(fake_model): pass') == [0]


def test_option_runs_each_test_in_further_orders(ids):
    assert ids('def test_it(fake_model): pass\ndef test_other(): pass', '--charmsecrets-orders=3') == [0, 1, 2, 3]


def test_marker_wins_over_the_option(ids):
    text = 'import pytest\n@pytest.mark.charmsecrets(orders=1)\ndef test_it(fake_model): pass'
    assert ids(text, '--charmsecrets-orders=3') == [0, 1]


@pytest.mark.parametrize(('value', 'order'), (('7', 7), ('3:2,5:1', {3: 2, 5: 1})), ids=('number', 'choices'))
def test_one_order_can_be_asked_for(ids, value, order):
    assert ids('def test_it(fake_model): pass', f'--charmsecrets-order={value}') == [order]


def test_further_orders_follow_the_one_that_is_asked_for(ids):
    text = 'import pytest\n@pytest.mark.charmsecrets(order=7, orders=2)\ndef test_it(fake_model): pass'
    assert ids(text) == [7, 8, 9]


def test_versions_are_parameters_and_orders_are_not(pytester, models):
    pytester.makepyfile('def test_it(fake_model): pass')
    options = ('--charmsecrets-orders=1', *(f'--charmsecrets-juju-version={one}' for one in ('3.6', '4.0')))
    result = pytester.runpytest('--collect-only', '-q', *options)
    assert [line.partition('[')[2] for line in result.outlines if '::' in line] == ['juju-3.6]', 'juju-4.0]']
    pytester.runpytest('-p', 'no:randomly', *options).assert_outcomes(passed=2)
    made = [(model.settings['juju_version'], model.settings['order']) for model in models]
    assert made == [('3.6', 0), ('3.6', 1), ('4.0', 0), ('4.0', 1)]


def test_ini_file_and_header(pytester, models):
    pytester.makeini('[pytest]\ncharmsecrets_orders = 2\ncharmsecrets_order = 5\n')
    pytester.makepyfile('def test_it(fake_model): pass')
    result = pytester.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(['charmsecrets: order 5; 2 further orders*'])
    assert [model.settings['order'] for model in models] == [5, 6, 7]


@pytest.mark.parametrize(
    ('options', 'ini', 'message'),
    (
        (
            ['--charmsecrets-order=first'],
            '',
            "*--charmsecrets-order: 'first' is not an order; give a number, or choices as a report prints them, such as*",
        ),
        ([], 'charmsecrets_order = 1,x', "*charmsecrets_order in the ini file: '1,x' is not an order; give*"),
        ([], 'charmsecrets_orders = many', "*charmsecrets_orders in the ini file: 'many' is not a whole number*"),
        ([], 'charmsecrets_orders = -1', '*charmsecrets_orders in the ini file: -1 is less than 0*'),
        (['--charmsecrets-orders=-2'], '', '*--charmsecrets-orders: -2 is less than 0*'),
    ),
)
def test_what_is_no_order_is_refused(pytester, options, ini, message):
    pytester.makeini(f'[pytest]\n{ini}\n')
    pytester.makepyfile('def test_it(fake_model): pass')
    pytester.runpytest(*options).stderr.fnmatch_lines([message])


def test_a_race_is_one_report_in_the_shortest_order(pytester):
    pytester.makepyfile(RACE + TEST)
    result = pytester.runpytest('-p', 'no:randomly', '--charmsecrets-orders=20')
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '*- charmsecrets: order -*',
            'Passes in the fixed order, and fails in * of 20 further orders: *',
            'Juju could choose each of them.',
            'The shortest order found that fails, which is shown, departs from the fixed order in one place:',
            '  web/0 runs database-relation-changed database:1, before web/0 is notified of secret *',
        ],
        consecutive=True,
    )
    result.stdout.fnmatch_lines(
        [
            '*- charmsecrets: to repeat -*',
            '--charmsecrets-juju-version=* --charmsecrets-seed=0 --charmsecrets-order=[1-9]*:[1-9]*',
            "@pytest.mark.charmsecrets(juju_version='*', seed=0, order={[1-9]*: [1-9]*})",
        ],
        consecutive=True,
    )
    assert result.stdout.str().count('E                 RuntimeError: bob has another password') == 1


def test_what_the_report_says_can_be_had_again(pytester):
    pytester.makepyfile(RACE + TEST)
    text = pytester.runpytest('-p', 'no:randomly', '--charmsecrets-orders=20').stdout.str()
    failing = re.search(r'further orders: ([0-9]+)', text)[1]
    text += pytester.runpytest('-p', 'no:randomly', f'--charmsecrets-order={failing}').stdout.str()
    for option in set(re.findall(r'--charmsecrets-order=[0-9:,]*[0-9]', text)):
        again = pytester.runpytest('-p', 'no:randomly', option)
        again.assert_outcomes(failed=1)
        again.stdout.fnmatch_lines(['*RuntimeError: bob has another password'])


def test_what_fails_in_the_fixed_order_too_is_no_matter_of_order(pytester):
    pytester.makepyfile(RACE + '\n    def test_it(fake_model):\n        change_both(fake_model)\n        assert 0\n')
    result = pytester.runpytest('-p', 'no:randomly', '--charmsecrets-order=3')
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['It also fails in the fixed order.'])


def test_fixtures_of_the_test_are_set_up_for_each_run(pytester):
    """Fixtures wider than the test stay set up from its first run to the last test that needs them."""
    pytester.makepyfile(
        RACE
        + """
    tries = []

    @pytest.fixture(scope='module')
    def shared():
        tries.append('module')
        yield 'shared'
        tries.append('gone')

    @pytest.fixture
    def model(fake_model, shared):
        assert shared == 'shared'
        tries.append('model')
        return fake_model

    @pytest.mark.charmsecrets(order=FAILS)
    def test_it(model):
        change_both(model)

    def test_last(shared):
        assert tries.count('model') > 1
        assert tries.count('module') == 1
        assert 'gone' not in tries
""".replace('FAILS', failing_order(pytester))
    )
    pytester.runpytest('-p', 'no:randomly').assert_outcomes(failed=1, passed=1)


def failing_order(pytester):
    pytester.makepyfile(test_race=RACE + TEST)
    text = pytester.runpytest('-p', 'no:randomly', '--charmsecrets-orders=10', 'test_race.py').stdout.str()
    (pytester.path / 'test_race.py').unlink()
    return re.search(r'further orders: ([0-9]+)', text)[1]


def test_an_order_of_several_models_is_not_shortened(pytester):
    pytester.makepyfile(
        RACE
        + """
    def test_it(fake_model, fake_model_factory):
        fake_model_factory()
        change_both(fake_model)
        assert 0
"""
    )
    result = pytester.runpytest('-p', 'no:randomly', '--charmsecrets-order=3')
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line('*The shortest order*')


def test_a_test_that_passes_or_is_skipped_is_reported_as_any_other(pytester):
    pytester.makepyfile(
        """
        import pytest

        def test_passes(fake_model): pass

        def test_is_skipped(fake_model): pytest.skip('today')

        @pytest.fixture
        def broken(fake_model): raise RuntimeError

        def test_has_no_fixture(broken): pass
        """
    )
    result = pytester.runpytest('-p', 'no:randomly', '--charmsecrets-order=3')
    result.assert_outcomes(passed=1, skipped=1, errors=1)


def test_a_journal_is_the_same_in_one_process_and_in_several(pytester, monkeypatch):
    monkeypatch.setenv('PYTEST_PLUGINS', 'pytest_charmsecrets.plugin,xdist.plugin')
    pytester.makepyfile(
        RACE
        + """
    @pytest.mark.parametrize('name', 'ab')
    def test_it(fake_model, name):
        try:
            change_both(fake_model)
        finally:
            with open(f'{name}-{fake_model.order.given}.txt', 'a') as written:
                written.write('\\n'.join(map(repr, fake_model.journal)) + '\\n\\n')
    """
    )
    for arguments in ((), ('-n', '2')):
        pytester.runpytest_subprocess('-p', 'no:randomly', '--charmsecrets-orders=4', *arguments)
    journals = {path.stem: path.read_text().split('\n\n')[:-1] for path in pytester.path.glob('?-[0-9].txt')}
    assert sorted(journals) == [f'{name}-{order}' for name in 'ab' for order in range(5)]
    assert len({journal[0] for journal in journals.values()}) > 1
    assert all(len(journal) % 2 == 0 and len(set(journal)) == 1 for journal in journals.values())


@pytest.mark.parametrize('dist', ('load', 'loadscope', 'loadfile', 'loadgroup', 'worksteal', 'each'))
def test_the_report_is_the_same_under_each_distribution(pytester, monkeypatch, dist):
    monkeypatch.setenv('PYTEST_PLUGINS', 'pytest_charmsecrets.plugin,xdist.plugin')
    pytester.makepyfile(RACE + TEST + '\n    def test_other(fake_model): pass\n')
    tx = ('--tx', '2*popen') if dist == 'each' else ('-n', '2')
    spread = pytester.runpytest_subprocess('-p', 'no:randomly', '--charmsecrets-orders=10', f'--dist={dist}', *tx)
    times = 2 if dist == 'each' else 1
    spread.assert_outcomes(failed=times, passed=times)
    spread.stdout.fnmatch_lines(['Passes in the fixed order, and fails in * of 10 further orders: *'])


def test_many_failing_orders_are_counted():
    told = render_race(0, list(range(1, 14)), 50, None)
    assert told.splitlines()[0] == (
        'Passes in the fixed order, and fails in 13 of 50 further orders: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 3 more.'
    )
