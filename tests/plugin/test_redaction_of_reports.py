"""No value of a secret is shown: situations in which one could be, by each way in which pytest shows a test."""

from __future__ import annotations

import pytest

VALUE = 'hunter22-&-<x>'
BEGIN = """
    import contextlib, logging, warnings
    import ops
    import pytest

    VALUE = 'hunter' + '22-&-' + '<x>'

    class Db(ops.CharmBase):
        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on.start, self._start)

        def _start(self, event):
            secret = self.app.add_secret({'password': VALUE})
            self.use(secret.get_content()['password'])

        def use(self, password):
            pass

    def stored(model):
        db = model.deploy_puppet('db')
        model.settle()
        with db.leader.hook() as hook:
            secret = hook.add_secret({'password': VALUE})
        return db, secret

    def run(model, use):
        class Using(Db): pass
        Using.use = use
        model.deploy(Using, 'db', meta={'name': 'db'})
        model.settle()

    def raises(self, password): raise RuntimeError(f'no {password}')
    def asserts(self, password): assert password == 'another'
    def chains(self, password):
        try:
            raises(self, password)
        except RuntimeError as error:
            raise ValueError(password) from error
    def keeps_local(self, password):
        kept = {'password': password}
        raise RuntimeError('no connection')
    def logs(self, password): logging.warning('it is %s', password); raise RuntimeError
    def prints(self, password): print(password); raise RuntimeError
    def tells(self, password): self.unit.status = ops.ActiveStatus(password); raise RuntimeError
"""
SITUATIONS = {
    **{
        f'charm {name}': f'def test_it(fake_model): run(fake_model, {name})'
        for name in ('raises', 'asserts', 'chains', 'keeps_local', 'logs', 'prints', 'tells')
    },
    'assertion on the value': 'def test_it(fake_model): stored(fake_model); assert VALUE == "another"',
    'assertion on content': """def test_it(fake_model):
        db, secret = stored(fake_model)
        with db.leader.hook() as hook:
            assert hook.get_secret(secret.id) == {}""",
    'assertion on the journal': 'def test_it(fake_model): stored(fake_model); assert list(fake_model.journal) == []',
    'assertion on a list of statuses': """def test_it(fake_model):
        db, _ = stored(fake_model)
        with db.leader.hook() as hook:
            hook.set_status('active', VALUE)
        assert [str(unit.status) for unit in db.units] == []""",
    'pytest.fail': 'def test_it(fake_model): stored(fake_model); pytest.fail(VALUE)',
    'pytest.fail without a traceback': 'def test_it(fake_model): stored(fake_model); pytest.fail(VALUE, pytrace=False)',
    'error of ours': 'def test_it(fake_model): stored(fake_model); fake_model.secret(label=VALUE)',
    'error of an option': 'def test_it(fake_model): db, _ = stored(fake_model); fake_model.config("db", {VALUE: 1})',
    'skip': 'def test_it(fake_model): stored(fake_model); pytest.skip(VALUE)',
    'xfail': 'def test_it(fake_model): stored(fake_model); pytest.xfail(VALUE)',
    'warning': 'def test_it(fake_model): stored(fake_model); warnings.warn(VALUE)',
    'log of a test that passes': 'def test_it(fake_model): stored(fake_model); logging.warning(VALUE)',
    'print of a test that passes': 'def test_it(fake_model): stored(fake_model); print(VALUE)',
    'property': 'def test_it(fake_model, record_property): stored(fake_model); record_property("of", VALUE)',
    'setup': """@pytest.fixture
    def broken(fake_model):
        stored(fake_model)
        raise RuntimeError(VALUE)

    def test_it(broken): pass""",
    'teardown': """@pytest.fixture
    def broken(fake_model):
        yield
        raise RuntimeError(VALUE)

    def test_it(fake_model, broken): stored(fake_model)""",
    'a model that another test made': """kept = []

    def test_first(fake_model): stored(fake_model)

    def test_second(): assert VALUE == 'another'""",
    'a model of a module': """@pytest.fixture(scope='module')
    def shared(fake_model_factory):
        model = fake_model_factory()
        stored(model)
        return model

    def test_it(shared): assert VALUE == 'another'""",
    'a model made plainly': """from pytest_charmsecrets import FakeModel

    def test_it():
        with FakeModel() as model:
            stored(model)
            raise RuntimeError(VALUE)""",
    'another model': """def test_it(fake_model, fake_model_factory):
        stored(fake_model)
        db = fake_model_factory().deploy_puppet('db')
        db.model.settle()
        with db.leader.hook() as hook:
            hook.set_status('active', VALUE)
        assert False""",
    'a group of exceptions': """def test_it(fake_model):
        stored(fake_model)
        raise ExceptionGroup(VALUE, [RuntimeError(VALUE)])""",
}
STYLES = ('long', 'short', 'line', 'native', 'no')
FORMS = (VALUE, 'hunter22', '22-\\u0026-')


@pytest.mark.parametrize('style', STYLES)
def test_nothing_is_shown_in_any_situation(pytester, style):
    """One run for each style, in which each situation is a file."""
    pytester.makepyfile(
        **{f'test_{number}': f'{BEGIN}\n    {text}\n' for number, text in enumerate(SITUATIONS.values())}
    )
    options = ('-p', 'no:randomly', f'--tb={style}', '-l', '-rA', '-Wdefault', '-vv', '--junitxml=junit.xml')
    result = pytester.runpytest(*options, '--log-cli-level=INFO')
    shown = [*result.outlines, *result.errlines, *(pytester.path / 'junit.xml').read_text().splitlines()]
    leaks = [line for line in shown if any(form in line for form in FORMS)]
    assert leaks == []
    assert result.parseoutcomes()['failed'] >= 16


def test_all_is_shown_if_that_is_asked_for(pytester):
    pytester.makepyfile(f'{BEGIN}\n    {SITUATIONS["charm raises"]}\n')
    result = pytester.runpytest('-p', 'no:randomly', '--charmsecrets-show-secrets')
    result.stdout.fnmatch_lines([f'*no {VALUE}*'])


def test_names_and_short_values_do_not_blind_the_report(pytester):
    pytester.makepyfile("""
        def test_it(fake_model):
            db = fake_model.deploy_puppet('database')
            fake_model.settle()
            with db.leader.hook() as hook:
                hook.add_secret({'username': 'database', 'password': 'abc', 'size': '1'})
            assert [str(record) for record in fake_model.journal] == []
    """)
    result = pytester.runpytest('-p', 'no:randomly')
    result.stdout.fnmatch_lines(['*database/0  juju-exec', '*secret-add*username=database*password=abc*size=1*'])
    result.stdout.fnmatch_lines(['too short or too common to redact: password'])
    result.stdout.no_fnmatch_line('*<redacted>*')


def test_a_short_password_takes_the_place_of_another_from_test_to_test(pytester):
    pytester.makepyfile("""
        import pytest

        @pytest.mark.parametrize('password', ['first1', 'other2', 'third3'])
        def test_it(fake_model, password):
            db = fake_model.deploy_puppet('database')
            fake_model.settle()
            with db.leader.hook() as hook:
                hook.add_secret({'password': password})
            assert password == ''
    """)
    output = pytester.runpytest('-p', 'no:randomly', '-rN').stdout.str()
    assert output.count("assert '<redacted>' == ''") == 3


def test_what_goes_past_the_capture_is_shown(pytester):
    """A limit, which the documentation names."""
    pytester.makepyfile(f'{BEGIN}\n    {SITUATIONS["print of a test that passes"]}\n')
    assert VALUE in pytester.runpytest('-p', 'no:randomly', '-s').stdout.str()


def test_a_log_line_before_the_secret_is_shown_live(pytester):
    """Another limit: nobody knows yet that it is a value of a secret."""
    pytester.makepyfile(f'{BEGIN}\n    def test_it(fake_model): logging.warning(VALUE); stored(fake_model)\n')
    assert VALUE in pytester.runpytest('-p', 'no:randomly', '--log-cli-level=INFO').stdout.str()


def test_nothing_is_done_for_each_log_line_unless_somebody_reads_them(pytester):
    """pytest has a handler for a log file in every run; a model logs some lines in each hook."""
    pytester.makepyfile("""
        def test_it(pytestconfig):
            handlers = pytestconfig.pluginmanager.get_plugin('logging-plugin')
            for handler in (handlers.log_cli_handler, handlers.log_file_handler):
                assert 'charmsecrets' not in type(handler.formatter).__module__
    """)
    pytester.runpytest().assert_outcomes(passed=1)
