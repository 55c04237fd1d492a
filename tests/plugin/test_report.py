"""A failing test shows the end of the timeline of the models that it used."""

from __future__ import annotations

SECTION = '*- charmsecrets: timeline -*'


def test_failing_test_shows_the_timeline(pytester):
    pytester.makepyfile(
        """
        def test_it(fake_model):
            fake_model.deploy_puppet('db')
            assert False
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [SECTION, '  2026-01-01 00:00:00  start', '    op 1       user  deploy-puppet db*'], consecutive=True
    )


def test_passing_test_shows_nothing(pytester):
    pytester.makepyfile('def test_it(fake_model): fake_model.deploy_puppet("db")')
    result = pytester.runpytest('-rA')
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line(SECTION)


def test_failing_test_without_a_model_shows_nothing(pytester):
    pytester.makepyfile('def test_it(): assert False')
    pytester.runpytest().stdout.no_fnmatch_line(SECTION)


def test_failing_test_shows_one_timeline_of_all_models_of_a_controller(pytester):
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
            '*- charmsecrets: not done yet of fake -*',
            '*- charmsecrets: not done yet of databases -*',
            SECTION,
            '    op 1-2     user   deploy-puppet web; deploy-puppet db',
        ]
    )
    result.stdout.no_fnmatch_line('*of idle*')
    assert result.stdout.str().count('charmsecrets: timeline') == 1


def test_failing_fixture_shows_the_timeline(pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def deployed(fake_model):
            fake_model.deploy_puppet('db')
            raise RuntimeError

        def test_it(deployed): pass
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([SECTION, '*', '    op 1       user  deploy-puppet db*'])


LEAKING_TEST = """
    def test_it(fake_model):
        fake_model.add_secret('key', {'password': 'hunter22'})
        fake_model.update_secret('key', info='note=hunter22')
        assert False
"""


def test_secret_values_are_redacted(pytester):
    pytester.makepyfile(LEAKING_TEST)
    result = pytester.runpytest()
    section = result.stdout.str().partition('charmsecrets: timeline')[2]
    assert 'password=<redacted>' in section
    assert 'note=<redacted>' in section
    assert 'hunter22' not in section


def test_secret_values_are_shown_if_asked(pytester):
    pytester.makepyfile(LEAKING_TEST)
    result = pytester.runpytest('--charmsecrets-show-secrets')
    result.stdout.fnmatch_lines([SECTION, '*add-secret key password=hunter22*'])


def test_long_timelines_are_cut_at_the_beginning(pytester):
    pytester.makepyfile(
        """
        def test_it(fake_model):
            for number in range(108):
                fake_model.deploy_puppet(f'app{number}')
            assert False
        """
    )
    result = pytester.runpytest()
    heading = '  2026-01-01 00:00:00  start'
    lines = ['  (14 earlier lines left out)', heading, '    op 57-60   user      deploy-puppet app56; *app59']
    result.stdout.fnmatch_lines([SECTION, *lines], consecutive=True)
    result.stdout.fnmatch_lines(['    op 107-108  user      deploy-puppet app106; deploy-puppet app107'])


def test_the_hook_that_the_failure_is_about_is_not_named_again(pytester):
    pytester.makepyfile(
        """
        import ops

        class Broken(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                framework.observe(self.on.install, self._fail)

            def _fail(self, event):
                raise RuntimeError

        def test_in_a_hook(fake_model):
            fake_model.deploy(Broken, meta={'name': 'web'})
            fake_model.settle()

        def test_afterwards(fake_model):
            try:
                test_in_a_hook(fake_model)
            except Exception:
                pass
            assert False
        """
    )
    result = pytester.runpytest('-p', 'no:randomly')
    result.assert_outcomes(failed=2)
    assert result.outlines.count('in error: web/0 install') == 1


def test_the_commands_of_the_last_hook_stand_below_it(pytester):
    pytester.makepyfile(
        """
        def test_it(fake_model):
            db = fake_model.deploy_puppet('db')
            fake_model.settle()
            with db.leader.hook() as hook:
                hook.set_status('active', 'ready')
            assert False
        """
    )
    result = pytester.runpytest()
    lines = [
        '    #*db/0  juju-exec: status-set',
        '* $ status-set active ready',
        '* kept       status-set db/0 active ready',
    ]
    result.stdout.fnmatch_lines(lines, consecutive=True)


def test_a_shared_model_is_shown_by_the_tests_that_used_it_only(pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture(scope='module')
        def shared(fake_model_factory):
            return fake_model_factory()

        def test_uses_it(shared):
            shared.deploy_puppet('db')

        def test_does_not(shared):
            assert False
        """
    )
    result = pytester.runpytest('-p', 'no:randomly')
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.no_fnmatch_line(SECTION)


def test_every_model_of_a_test_is_shown(pytester):
    pytester.makepyfile(
        """
        def test_it(fake_model, fake_model_factory):
            fake_model.deploy_puppet('first')
            other = fake_model_factory()
            other.deploy_puppet('second')
            assert False
        """
    )
    pytester.runpytest().stdout.fnmatch_lines([SECTION, '*deploy-puppet first*', SECTION, '*deploy-puppet second*'])


def test_the_summary_names_no_module(pytester, monkeypatch):
    monkeypatch.setenv('COLUMNS', '200')  # before 8.1, pytest cuts the lines even with -vv
    pytester.makepyfile("""
        import ops

        class Db(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                framework.observe(self.on.start, self._start)

            def _start(self, event):
                self.model.get_secret(label='password')

        def test_hook(fake_model):
            fake_model.deploy(Db, meta={'name': 'db'})
            fake_model.settle()

        def test_usage(fake_model):
            fake_model.unit('db/0')
    """)
    result = pytester.runpytest('-p', 'no:randomly', '-vv')
    result.stdout.fnmatch_lines(
        [
            'FAILED *::test_hook - db/0 start: SecretNotFoundError',
            "FAILED *::test_usage - UsageError: there is no application 'db'; deploy it first",
        ]
    )


def test_hooks_that_touch_no_secret_take_one_line(pytester):
    pytester.makepyfile("""
        def test_it(fake_model):
            for name in ('a', 'b', 'c'):
                fake_model.deploy_puppet(name, requires={f'to-{name}': 'x'}, provides={f'of-{name}': 'x'})
            for one, other in (('a', 'b'), ('b', 'c'), ('c', 'a')):
                fake_model.integrate(f'{one}:to-{one}', f'{other}:of-{other}')
            fake_model.settle()
            assert False
    """)
    result = pytester.runpytest('-p', 'no:randomly')
    result.stdout.re_match_lines(
        [r'    \.\.\. +[0-9]+ hooks that touch no secret: install x3, .*, \.\.\.$', '-+ charmsecrets: to repeat -+']
    )


def test_a_wrong_call_ends_in_the_line_of_the_test(pytester):
    pytester.makepyfile("""
        def test_it(fake_model):
            fake_model.unit('db/0')
    """)
    result = pytester.runpytest('-p', 'no:randomly')
    result.stdout.fnmatch_lines(
        [
            ">       fake_model.unit('db/0')",
            "E       pytest_charmsecrets.errors.UsageError: there is no application 'db'; deploy it first",
            '',
            'test_a_wrong_call_ends_in_the_line_of_the_test.py:2: UsageError',
        ],
        consecutive=True,
    )


def test_what_is_due_is_named_with_what_runs_it(pytester):
    pytester.makepyfile("""
        def test_it(fake_model):
            fake_model.deploy_puppet('db')
            assert fake_model.unit('db/0').status.name == 'active'
    """)
    result = pytester.runpytest('-p', 'no:randomly')
    result.stdout.fnmatch_lines(
        [
            '-* charmsecrets: not done yet -*',
            'due, not run: db/0 install, leader-elected, config-changed, start',
            'settle() runs the hooks that are due',
            SECTION,
        ],
        consecutive=True,
    )


def test_a_hook_that_fails_is_one_screen(pytester):
    pytester.makepyfile("""
        import ops

        class Web(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                framework.observe(self.on.database_relation_changed, self._on_database_relation_changed)

            def _on_database_relation_changed(self, event):
                secret_id = event.relation.data[event.app].get('secret-id')
                if secret_id:
                    self.model.get_secret(id=secret_id, label='database-password').get_content()

        def test_it(fake_model):
            web = fake_model.deploy(Web, 'web', meta={'name': 'web', 'requires': {'database': {'interface': 'sql'}}})
            db = fake_model.deploy_puppet('db', provides={'database': 'sql'})
            relation = fake_model.integrate('web:database', 'db:database')
            fake_model.settle()
            with db.leader.hook() as hook:
                secret = hook.add_secret({'username': 'web', 'password': 'pw1'}, label='password')
                hook.relation_set(relation, {'secret-id': secret.id}, app=True)
            fake_model.settle()
    """)
    result = pytester.runpytest('-p', 'no:randomly')
    lines = result.outlines
    start = next(place for place, line in enumerate(lines) if '___ test_it ___' in line)
    end = lines.index('too short or too common to redact: password')
    assert end - start < 40
    result.stdout.fnmatch_lines(
        [
            'E   *HookFailed: web/0 failed in database-relation-changed',
            'E   *ModelError: ERROR permission denied',
            'E   * why: secret "password" belongs to db, and access was never granted, or the grant has ended',
            'E   * charm: *.py:* in _on_database_relation_changed',
            SECTION,
            '  2026-01-01 00:00:00  start',
            '    op 1-3     user   deploy web; deploy-puppet db; integrate web:database db:database',
            '    ... *',
            '    #* db/0   juju-exec: secret-add, relation-set  makes r1',
            '    #* x web/0  database-relation-changed database:1 with db  <- #*  FAILED',
            '* to repeat -*',
            '--charmsecrets-juju-version=* --charmsecrets-seed=0 --charmsecrets-order=0',
            '@pytest.mark.charmsecrets(juju_version=*, seed=0, order=0)',
        ]
    )


def test_arguments_of_a_handler_are_shown_without_charm_and_event(pytester):
    pytester.makepyfile("""
        import ops

        class Web(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                framework.observe(self.on.install, self._on_install)

            def _on_install(self, event, attempts=3):
                raise RuntimeError

        def test_it(fake_model):
            fake_model.deploy(Web, meta={'name': 'web'})
            fake_model.settle()
    """)
    result = pytester.runpytest()
    result.stdout.fnmatch_lines(['attempts = 3', '', '    def _on_install(self, event, attempts=3):'], consecutive=True)
    result.stdout.no_fnmatch_line('self = <*')
    result.stdout.no_fnmatch_line('*event = <*')
    result = pytester.runpytest('--full-trace')
    result.stdout.fnmatch_lines(['self = <*Web object at *', '*event = <InstallEvent via Web/on/install*'])


def test_what_is_due_takes_one_line_for_each_unit(pytester):
    pytester.makepyfile("""
        def test_it(fake_model):
            fake_model.deploy_puppet('web', requires={'database': 'sql'})
            fake_model.deploy_puppet('db', num_units=3, provides={'database': 'sql'})
            fake_model.settle()
            fake_model.integrate('web', 'db')
            assert False
    """)
    result = pytester.runpytest('-p', 'no:randomly')
    due = [line for line in result.outlines if line.startswith('due, not run: ')]
    assert due == [
        'due, not run: web/0 database-relation-created (database:1 with db) and 6 more',
        *(f'due, not run: db/{n} database-relation-created (database:1 with web) and 2 more' for n in range(3)),
    ]
