"""The checks judge a test when its function has returned."""

from __future__ import annotations

import itertools

import pytest

from pytest_charmsecrets.checks import CHECKS

STALE = """
    import ops
    import pytest
    from pytest_charmsecrets import FakeModel

    class Web(ops.CharmBase):
        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on.database_relation_changed, self._read)

        def _read(self, event):
            if secret_id := event.relation.data[event.app].get('secret-id'):
                self.model.get_secret(id=secret_id).get_content()

    META = {'name': 'web', 'requires': {'database': {'interface': 'postgresql_client'}}}

    def play(model, units=1):
        db = model.deploy_puppet('db', provides={'database': 'postgresql_client'})
        model.deploy(Web, meta=META, num_units=units)
        relation = model.integrate('web', 'db')
        model.settle()
        with db.leader.hook() as hook:
            secret = hook.add_secret({'password': 'correct-horse'}, label='password')
            secret.grant(relation)
            hook.relation_set(relation, {'secret-id': secret.id}, app=True)
        model.settle()
        secret.set_content({'password': 'battery-staple'})
        model.settle()
"""


@pytest.fixture
def stale(pytester):
    def make(test: str) -> pytest.Pytester:
        pytester.makeconftest(STALE)
        pytester.makepyfile(
            f'import pytest\nfrom pytest_charmsecrets import FakeModel\nfrom conftest import play\n{test}'
        )
        return pytester

    return make


PLAIN = 'def test_it(fake_model):\n    play(fake_model)\n'


def test_a_finding_fails_the_test_and_says_how_to_allow_it(stale):
    result = stale(PLAIN).runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            'stale-observer: web/0 still uses revision 1 of db/password; the latest is revision 2',
            '    2026-01-01 00:00:00  web/0 database-relation-changed: secret-get -> revision 1',
            '    2026-01-01 00:00:00  web/0 secret-changed (db/password, revision 2)',
            '  help:  call secret.get_content(refresh=True) when secret-changed arrives',
            "*allow: @pytest.mark.charmsecrets(allow=[[]'stale-observer:unit:web/0'])",
            'charmsecrets: 1 model checked',
        ]
    )
    assert 'correct-horse' not in result.stdout.str()


def test_findings_fail_tests_by_default_and_nothing_is_judged_if_checks_are_off(stale):
    stale(PLAIN).runpytest().assert_outcomes(failed=1)
    result = stale(PLAIN).runpytest('--charmsecrets-checks=off')
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line('*checked*')


@pytest.mark.parametrize(
    'given',
    (
        '@pytest.mark.charmsecrets(allow=["stale-observer:unit:web/0", "unhandled-event"])',
        '@pytest.mark.charmsecrets(allow=["stale-observer"])\n@pytest.mark.charmsecrets(allow=["unhandled-event"])',
    ),
)
def test_what_markers_allow_adds_up(stale, given):
    stale(f'{given}\n{PLAIN}').runpytest().assert_outcomes(passed=1)


def test_the_option_and_the_ini_file_allow_for_every_test(stale):
    pytester = stale(PLAIN)
    pytester.makeini('[pytest]\ncharmsecrets_checks = fail\ncharmsecrets_allow =\n    stale-observer\n')
    pytester.runpytest().assert_outcomes(failed=1)
    pytester.runpytest('--charmsecrets-allow=unhandled-event').assert_outcomes(passed=1)


def test_report_shows_findings_and_the_entries_to_copy(stale):
    result = stale(PLAIN).runpytest('--charmsecrets-checks=report')
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            '*test_it',
            '*stale-observer: web/0*',
            'charmsecrets_allow =',
            '*stale-observer:unit:web/0',
            '*1 model checked*',
        ]
    )


def test_an_entry_that_allows_nothing_is_reported(stale):
    test = '@pytest.mark.charmsecrets(allow=["leaked-content", "stale-observer", "unhandled-event"])\n' + PLAIN
    result = stale(test).runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["*test_it: the marker allows 'leaked-content', but there is no such finding; remove the entry"]
    )


def test_an_entry_of_a_function_is_idle_only_if_no_parameters_needed_it(stale):
    test = """
import pytest

@pytest.mark.parametrize('is_quiet', [False, True])
@pytest.mark.charmsecrets(allow=['stale-observer', 'unhandled-event', 'leaked-content'])
def test_it(fake_model, is_quiet):
    if is_quiet:
        fake_model.deploy_puppet('db')
    else:
        play(fake_model)
"""
    result = stale(test).runpytest()
    result.assert_outcomes(passed=2)
    told = [line.partition('::')[2] for line in result.outlines if 'no such finding' in line]
    assert told == ["test_it: the marker allows 'leaked-content', but there is no such finding; remove the entry"]


def test_an_entry_of_a_module_is_idle_only_if_no_test_needed_it(stale):
    test = f"""
pytestmark = pytest.mark.charmsecrets(allow=['stale-observer', 'unhandled-event', 'leaked-content'])

{PLAIN}

def test_quiet(fake_model):
    fake_model.deploy_puppet('db')
"""
    pytester = stale(test)
    result = pytester.runpytest('-p', 'no:randomly')
    result.assert_outcomes(passed=2)
    told = [line for line in result.outlines if 'no such finding' in line]
    assert told == [
        f"{path.name}: the marker allows 'leaked-content', but there is no such finding; remove the entry"
        for path in pytester.path.glob('test_*.py')
    ]
    # Whether the tests that were left out need it is not known.
    result = pytester.runpytest('-k', 'quiet')
    result.stdout.no_fnmatch_line('*no such finding*')


def test_an_entry_that_is_no_check_is_refused_with_the_near_miss(stale):
    test = '@pytest.mark.charmsecrets(allow=["stale-observers"])\n' + PLAIN
    result = stale(test).runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*'stale-observers' is not the name of a check; did you mean 'stale-observer'?*"])


@pytest.mark.parametrize(
    'body',
    (
        'play(FakeModel())',
        'play(fake_model_factory())',
        'with FakeModel() as model: play(model)',
        'play(FakeModel().controller.add_model("second"))',
    ),
)
def test_models_are_judged_however_they_were_made(stale, body):
    test = f'def test_it(fake_model_factory):\n    {body}\n'
    stale(test).runpytest().assert_outcomes(failed=1)


def test_a_model_that_is_not_at_rest_is_counted_and_its_secrets_are_not_judged(stale):
    result = stale(f'{PLAIN}    fake_model.add_unit("web")\n').runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(['charmsecrets: 1 model checked; 1 was not settled, so its secrets were not judged'])


def test_a_test_that_is_skipped_at_its_end_is_skipped(stale):
    stale(f'{PLAIN}    pytest.skip("enough")\n').runpytest().assert_outcomes(skipped=1)


def test_the_processes_of_xdist_add_up(stale, monkeypatch):
    monkeypatch.setenv('PYTEST_PLUGINS', 'pytest_charmsecrets.plugin,xdist.plugin')
    test = f'{PLAIN}\ndef test_two(fake_model):\n    play(fake_model)\n'
    result = stale(test).runpytest_subprocess('--charmsecrets-checks=report', '-n', '2')
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(['charmsecrets_allow =', '    stale-observer:unit:web/0', '*2 models checked'])


@pytest.mark.parametrize(
    ('returned', 'message'),
    (
        ('["wrong"]', "*returned 'wrong'; return a list of Finding objects"),
        ('[Finding("our-own", "db", "no such name")]', "*'our-own' gave the subject 'db'; give a kind and a name*"),
    ),
)
def test_what_a_conftest_returns_has_to_be_a_finding_that_can_be_allowed(stale, returned, message):
    pytester = stale('def test_it(fake_model):\n    fake_model.deploy_puppet("db")\n')
    check = f'    def pytest_charmsecrets_check(model):\n        return {returned}\n'
    pytester.makeconftest(f'{STALE}\n    from pytest_charmsecrets import Finding\n{check}')
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([message])


def test_a_repository_with_old_findings_reports_them_allows_them_and_then_fails_for_new_ones(stale):
    pytester = stale(PLAIN)
    pytester.makeini('[pytest]\ncharmsecrets_checks = report\n')
    result = pytester.runpytest()
    result.assert_outcomes(passed=1)
    begin = result.outlines.index('charmsecrets_allow =')
    copied = [result.outlines[begin]]
    copied += itertools.takewhile(lambda line: line.startswith('    '), result.outlines[begin + 1 :])
    pytester.makeini('\n'.join(('[pytest]', 'charmsecrets_checks = fail', *copied)))
    pytester.runpytest().assert_outcomes(passed=1)
    pytester.makepyfile(
        test_new="""
        from conftest import play

        def test_a_second_unit(fake_model):
            play(fake_model, units=2)
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(['stale-observer: web/1 *'])
    result.stdout.no_fnmatch_line('stale-observer: web/0 *')


def test_a_test_that_fails_for_another_reason_shows_the_findings_in_a_section(stale):
    result = stale(f'{PLAIN}    assert False, "another reason"\n').runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['*another reason*', '*charmsecrets: findings*', 'stale-observer: *'])


def test_a_finding_meets_xfail_as_a_failed_assertion_does(stale):
    stale(f'@pytest.mark.xfail\n{PLAIN}').runpytest().assert_outcomes(xfailed=1)


def test_later_tests_are_not_blamed_for_what_earlier_ones_left(stale):
    test = """
@pytest.fixture(scope='module')
def model(fake_model_factory):
    return fake_model_factory()

def test_one(model):
    play(model)

def test_two(model):
    model.update_status('web/0')
"""
    stale(test).runpytest('-p', 'no:randomly').assert_outcomes(failed=1, passed=1)


def test_a_conftest_adds_checks(stale):
    pytester = stale(PLAIN)
    pytester.makeconftest(
        f'{STALE}\n'
        """
    from pytest_charmsecrets import Finding

    def pytest_charmsecrets_check(model):
        if 'db' in model.applications:
            return [Finding('our-own', 'application:db', 'db is a name that we do not use', (), 'use another')]
"""
    )
    result = pytester.runpytest()
    result.stdout.fnmatch_lines(['our-own: db is a name that we do not use'])


@pytest.mark.parametrize('name', CHECKS)
def test_each_check_is_explained(pytester, name):
    result = pytester.runpytest(f'--charmsecrets-explain={name}')
    assert result.ret == 0
    result.stdout.fnmatch_lines([f'# {name}: *', '## What to do', '## When to allow it', '## Seen in'])


def test_what_is_no_check_cannot_be_explained(pytester):
    result = pytester.runpytest('--charmsecrets-explain=stale')
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--charmsecrets-explain: 'stale' is not the name of a check*"])


IGNORES_ROTATION = """
    import ops
    import pytest

    class Db(ops.CharmBase):
        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on.start, self._start)
            framework.observe(self.on.secret_rotate, self._rotate)

        def _start(self, _):
            self.app.add_secret({'password': 'value'}, label='password', rotate=ops.SecretRotate.HOURLY)

        def _rotate(self, _):
            pass

    MARK
    def test_it(fake_model):
        fake_model.deploy(Db, 'db', meta={'name': 'db'})
        fake_model.settle()
        fake_model.advance(hours=3)
        assert len(fake_model.journal.hooks(name='secret-rotate')) > 4
"""


def test_advance_stops_at_an_event_that_is_ignored(pytester):
    pytester.makepyfile(IGNORES_ROTATION.replace('MARK', ''))
    result = pytester.runpytest('-p', 'no:randomly')
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '>*fake_model.advance(hours=3)',
            'E*EndlessHooks: endless-event: db/0 received secret-rotate of db/password 4 times in a row*',
            "E*allow: @pytest.mark.charmsecrets(allow=[[]'endless-event:unit:db/0'[]])",
        ]
    )
    result.stdout.no_fnmatch_line('*charmsecrets: findings*')
    result.stdout.fnmatch_lines(['  2026-01-01 01:05 to 01:15  3 times the same as above, every 5m (3 hooks)'])
    result.stdout.fnmatch_lines(['FAILED *::test_it - endless-*'])


def test_a_finding_that_stands_above_is_not_told_again_beside_others(pytester):
    leaks = IGNORES_ROTATION.replace('MARK', '').replace(
        '            pass', "            self.unit.status = ops.ActiveStatus('a-password')"
    )
    pytester.makepyfile(leaks.replace("'value'", "'a-password'"))
    result = pytester.runpytest('-p', 'no:randomly', '--charmsecrets-show-secrets')
    result.stdout.fnmatch_lines(['E*endless-event: db/0*', '*charmsecrets: findings*', 'leaked-content: db/0 wrote*'])
    result.stdout.no_fnmatch_line('endless-event: *')


def test_a_rotation_to_the_same_content_says_so(pytester):
    rotates = "event.secret.set_content({'password': 'value'})"
    pytester.makepyfile(
        IGNORES_ROTATION.replace('MARK', '')
        .replace('_rotate(self, _)', '_rotate(self, event)')
        .replace('            pass', f'            {rotates}')
    )
    result = pytester.runpytest('-p', 'no:randomly')
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            'E*endless-event: db/0 received secret-rotate of db/password 4 times in a row, and set the content that it has already*',
            'E*help:*set content that differs; if the test replaces its generator*',
        ]
    )


KEEPS_THE_EXPIRED = """
    import datetime

    import ops

    class Db(ops.CharmBase):
        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on.leader_elected, self._add)
            framework.observe(self.on.secret_expired, self._renew)

        def _add(self, event):
            self.app.add_secret({'password': 'Pq7-first-Zk2m'}, label='password', expire=datetime.timedelta(days=1))

        def _renew(self, event):
            if event.secret.get_info().revision == event.revision:
                event.secret.set_content({'password': 'Pq7-second-Zk2m'})
                event.secret.set_info(expire=datetime.timedelta(days=30))
                event.secret.get_content(refresh=True)

    def test_expiry(fake_model):
        fake_model.deploy(Db, 'db', meta={'name': 'db'})
        fake_model.settle()
        fake_model.advance(days=2)
"""


def test_an_expired_revision_that_nobody_uses_and_that_stays(pytester):
    """Juju goes on telling the owner, although there is a newer revision."""
    pytester.makepyfile(KEEPS_THE_EXPIRED)
    result = pytester.runpytest('-p', 'no:randomly', '--charmsecrets-allow=naive-datetime')
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        'E*endless-event: db/0 received secret-expired of db/password * times in a row, '
        'and did not remove revision 1, which no observer uses'
    )


@pytest.mark.parametrize(
    ('mark', 'options'),
    (
        ("@pytest.mark.charmsecrets(allow=['endless-event'])", ()),
        ('', ('--charmsecrets-checks=report',)),
        ('', ('--charmsecrets-checks=off',)),
    ),
    ids=('allowed', 'report', 'off'),
)
def test_time_goes_on_where_that_does_not_fail_the_test(pytester, mark, options):
    pytester.makepyfile(IGNORES_ROTATION.replace('MARK', mark))
    pytester.runpytest('-p', 'no:randomly', *options).assert_outcomes(passed=1)
