"""No value of a secret is shown: situations in which one could be, by each way in which pytest shows a test."""

from __future__ import annotations

import html
import itertools

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
    'exec': """def test_it(fake_model):
        stored(fake_model)
        fake_model.exec('false', VALUE, unit='db/0')""",
    'task of exec': """def test_it(fake_model):
        stored(fake_model)
        assert fake_model.exec('echo', VALUE, unit='db/0') is None""",
    'action that fails': """class Acting(Db):
        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on.act_action, self._act)

        def _act(self, event):
            event.set_results({'password': VALUE})
            event.log(VALUE)
            event.fail(VALUE)

    META = {'name': 'db', 'actions': {'act': {}}}

    def test_it(fake_model):
        fake_model.deploy(Acting, 'db', meta=META)
        fake_model.settle()
        fake_model.run('db/0', 'act')""",
    'task of an action': """class Acting(Db):
        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on.act_action, self._act)

        def _act(self, event): event.set_results({'password': VALUE})

    def test_it(fake_model):
        fake_model.deploy(Acting, 'db', meta={'name': 'db', 'actions': {'act': {}}})
        fake_model.settle()
        assert fake_model.run('db/0', 'act') is None""",
    'assertion on a view of a unit': """def test_it(fake_model):
        db, _ = stored(fake_model)
        with db.leader.hook() as hook:
            hook.set_status('blocked', VALUE)
        assert fake_model.unit('db/0').status.message == ''""",
    'assertion on a view of a secret': """def test_it(fake_model):
        stored(fake_model)
        assert fake_model.secret(owner='db').content == {'password': 'another'}""",
    'assertion on revisions': """def test_it(fake_model):
        stored(fake_model)
        assert {n: one.content for n, one in fake_model.secret(owner='db').revisions.items()} == {}""",
    'assertion on a databag': """def test_it(fake_model):
        db, _ = stored(fake_model)
        web = fake_model.deploy_puppet('web', requires={'x': 'x'})
        db2 = fake_model.deploy_puppet('db2', provides={'x': 'x'})
        relation = fake_model.integrate('web', 'db2')
        fake_model.settle()
        with db2.leader.hook() as hook:
            hook.relation_set(relation, {'password': VALUE}, app=True)
        assert dict(fake_model.relation('web', 'db2').databags['db2']) == {}""",
    'a note of an exception': """def test_it(fake_model):
        stored(fake_model)
        error = RuntimeError('no')
        if hasattr(error, 'add_note'):
            error.add_note(VALUE)
        raise error""",
    'an exception from another': """def test_it(fake_model):
        stored(fake_model)
        try:
            raise KeyError(VALUE)
        except KeyError as error:
            raise ValueError('no') from error""",
    'output of a subprocess': """import subprocess, sys

    def test_it(fake_model):
        stored(fake_model)
        subprocess.run([sys.executable, '-c', 'import sys; print(sys.argv[1])', VALUE], check=True)
        assert False""",
    'an error of a subprocess': """import subprocess, sys

    def test_it(fake_model):
        stored(fake_model)
        subprocess.run([sys.executable, '-c', 'raise SystemExit(1)', VALUE], check=True)""",
    'a value in an id': """@pytest.mark.parametrize('password', [VALUE], ids=['one'])
    def test_it(fake_model, password): stored(fake_model); assert password == 'another'""",
    'a model of a class': """class TestIt:
        @pytest.fixture(scope='class')
        def shared(self, fake_model_factory):
            model = fake_model_factory()
            stored(model)
            return model

        def test_one(self, shared): assert VALUE == 'another'
        def test_two(self, shared): print(VALUE); logging.warning(VALUE); assert False""",
    'teardown of a wider fixture': """@pytest.fixture(scope='module')
    def shared(fake_model_factory):
        model = fake_model_factory()
        stored(model)
        yield model
        logging.warning(VALUE)
        raise RuntimeError(VALUE)

    def test_it(shared): pass""",
    'output of setup and teardown': """@pytest.fixture
    def noisy(fake_model):
        stored(fake_model)
        print(VALUE)
        logging.warning(VALUE)
        yield
        print(VALUE)
        logging.warning(VALUE)

    def test_it(noisy): assert False""",
    'bytes and base64': """import base64

    def test_it(fake_model):
        stored(fake_model)
        print(base64.b64encode(VALUE.encode()), VALUE.encode(), repr(VALUE))
        assert VALUE.encode() == b''""",
    'JSON and a URL': """import json, urllib.parse

    def test_it(fake_model):
        stored(fake_model)
        print(json.dumps({'a': VALUE}), 'https://u:' + urllib.parse.quote(VALUE, safe='') + '@host')
        assert json.dumps(VALUE) == ''""",
    'standard error': """import sys

    def test_it(fake_model):
        stored(fake_model)
        print(VALUE, file=sys.stderr)
        assert False""",
    'a reason of xfail that is a mark': """def test_it(fake_model, request):
        stored(fake_model)
        request.applymarker(pytest.mark.xfail(reason=VALUE))
        assert False""",
    'a reason of a strict xfail': """def test_it(fake_model, request):
        stored(fake_model)
        request.applymarker(pytest.mark.xfail(reason=VALUE, strict=True))""",
    'subtests': """def test_it(fake_model, subtests):
        stored(fake_model)
        with subtests.test(VALUE):
            assert VALUE == 'another'""",
    'a group of exceptions': """def test_it(fake_model):
        stored(fake_model)
        raise ExceptionGroup(VALUE, [RuntimeError(VALUE)])""",
    'notes in nested groups': """def test_it(fake_model):
        stored(fake_model)
        inner = ValueError('inner'); inner.add_note('note ' + VALUE)
        group = ExceptionGroup('group', [inner, ExceptionGroup('deeper', [KeyError(VALUE)])]); group.add_note(VALUE)
        raise group""",
    'a group of exceptions in a charm': """def groups(self, password):
        raise ExceptionGroup('several', [RuntimeError(password), ValueError(repr({'password': password}))])
    def test_it(fake_model): run(fake_model, groups)""",
    'a warning of a charm': """def warns(self, password): warnings.warn(f'weak {password}'); raise RuntimeError
    def test_it(fake_model): run(fake_model, warns)""",
    'a warning that is an error': """@pytest.mark.filterwarnings('error')
    def test_it(fake_model): stored(fake_model); warnings.warn(f'weak {VALUE}')""",
    'logging.exception': """def test_it(fake_model):
        stored(fake_model)
        try:
            raise RuntimeError(VALUE)
        except RuntimeError:
            logging.exception('failed with %r', VALUE)
        assert False""",
    'a dataclass': """import dataclasses
    @dataclasses.dataclass
    class Connection:
        user: str
        content: dict
    def test_it(fake_model):
        stored(fake_model)
        assert Connection('web', {'password': VALUE}) == Connection('web', {'password': 'x'})""",
    'an example of doctest': """import doctest
    def test_it(fake_model):
        stored(fake_model)
        runner = doctest.DocTestRunner(verbose=False)
        example = doctest.DocTestParser().get_doctest('>>> VALUE\\n1\\n', {'VALUE': VALUE}, 'n', 'f', 0)
        runner.run(example)
        assert runner.failures == 0""",
    'an exception in a thread': """import threading
    def test_it(fake_model):
        stored(fake_model)
        def fails(): raise RuntimeError(VALUE)
        thread = threading.Thread(target=fails, name=VALUE); thread.start(); thread.join()""",
    'an exception that nobody can catch': """class Bad:
        def __del__(self): raise RuntimeError(VALUE)
    def test_it(fake_model):
        stored(fake_model)
        one = Bad(); del one
        import gc; gc.collect()""",
    'file descriptors': """import os
    def test_it(fake_model, capfd):
        stored(fake_model)
        os.write(1, VALUE.encode()); os.write(2, VALUE.encode())
        assert False""",
    'captured logs': """def test_it(fake_model, caplog):
        stored(fake_model)
        logging.warning(VALUE)
        assert caplog.records == [] and caplog.text == ''""",
    'the timeline': """def test_it(fake_model):
        db, _ = stored(fake_model)
        with db.leader.hook() as hook: hook.set_status('active', VALUE)
        print(fake_model.timeline()); print(fake_model); print(list(fake_model.journal)); print(fake_model.secret(owner='db').content)
        assert str(fake_model.timeline()) == ''""",
    'SystemExit': 'def test_it(fake_model): stored(fake_model); raise SystemExit(VALUE)',
    'a representation around a value': """class Config:
        def __init__(self, value): self.value = value
        def __repr__(self): return f'Config(url=postgresql://web:{self.value}@host)'
    def test_it(fake_model): stored(fake_model); assert Config(VALUE) == Config('x')""",
    'a pattern that does not match': """def test_it(fake_model):
        stored(fake_model)
        with pytest.raises(RuntimeError, match='another'):
            raise RuntimeError(VALUE)""",
    'a skip in a fixture': """@pytest.fixture
    def skipping(fake_model): stored(fake_model); pytest.skip(f'no {VALUE}')
    def test_it(skipping): pass""",
    'a skip in a charm': """def skips(self, password): pytest.skip(password)
    def test_it(fake_model): run(fake_model, skips)""",
    'unittest': """import unittest
    class TestIt(unittest.TestCase):
        def test_it(self):
            from pytest_charmsecrets import FakeModel
            with FakeModel() as model:
                stored(model)
                with self.subTest(VALUE, password=VALUE): self.fail(VALUE)""",
    'output of exec': """def test_it(fake_model):
        stored(fake_model)
        class Quiet(ops.CharmBase): pass
        fake_model.deploy(Quiet, 'web', meta={'name': 'web'}); fake_model.settle()
        fake_model.exec('sh', '-c', f'echo {VALUE!r}; echo {VALUE!r} >&2; exit 3', unit='web/0')""",
    'a section of a test': "def test_it(fake_model, request): stored(fake_model); request.node.add_report_section('call', 'mine', VALUE); assert False",
}
STYLES = ('long', 'short', 'line', 'native', 'no')
FORMS = (VALUE, 'hunter22', '22-\\u0026-', 'aHVudGVyMj')


@pytest.mark.parametrize('style', STYLES)
def test_nothing_is_shown_in_any_situation(pytester, style):
    """One run for each style, in which each situation is a file."""
    pytester.makepyfile(
        **{f'test_{number}': f'{BEGIN}\n    {text}\n' for number, text in enumerate(SITUATIONS.values())}
    )
    options = ('-p', 'no:randomly', f'--tb={style}', '-l', '-rA', '-Wdefault', '-vv', '--junitxml=junit.xml')
    result = pytester.runpytest(*options, '--log-cli-level=INFO', '--charmsecrets-report=report.html')
    files = [(pytester.path / name).read_text(encoding='utf-8') for name in ('junit.xml', 'report.html')]
    shown = [*result.outlines, *result.errlines, *itertools.chain.from_iterable(map(str.splitlines, files))]
    leaks = [line for line in shown if any(form in line for form in FORMS)]
    assert leaks == []
    assert result.parseoutcomes()['failed'] >= 30


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
    result.stdout.fnmatch_lines(
        ['*database/0  juju-exec: secret-add*', '*secret-add*username=database*password=abc*size=1*']
    )
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
    for placeholder in ('<redacted>', '<redacted-2>', '<redacted-3>'):
        assert output.count(f"assert '{placeholder}' == ''") == 1


def test_a_value_that_pytest_cuts_in_its_middle_shows_neither_end(pytester):
    pytester.makepyfile(f"""{BEGIN}
    KEY = 'a99a61c52e3f4b7d' + '0c18809ef26c427e'

    def test_it(fake_model):
        db = fake_model.deploy_puppet('db')
        fake_model.settle()
        with db.leader.hook() as hook:
            hook.add_secret({{'key': KEY}})
        assert fake_model.secret(owner='db').content == {{'key': 'x'}}
    """)
    output = pytester.runpytest('-p', 'no:randomly').stdout.str()
    assert "AssertionError: assert {'key': '<redacted>'} == {'key': 'x'}" in output
    assert 'ef26c427e' not in output.replace("'0c18809ef26c427e'", '')


def test_what_goes_past_the_capture_is_shown(pytester):
    """A limit, which the documentation names."""
    pytester.makepyfile(f'{BEGIN}\n    {SITUATIONS["print of a test that passes"]}\n')
    assert VALUE in pytester.runpytest('-p', 'no:randomly', '-s').stdout.str()


def test_an_id_and_a_property_of_the_suite_are_shown(pytester):
    """Two more limits: pytest finds a test by its id, and no report holds a property of the suite."""
    pytester.makepyfile(f"""{BEGIN}
    @pytest.mark.parametrize('password', [VALUE])
    def test_it(fake_model, password, record_testsuite_property):
        stored(fake_model)
        record_testsuite_property('password', VALUE)
        assert password == ''
    """)
    result = pytester.runpytest('-p', 'no:randomly', '--junitxml=junit.xml', '--charmsecrets-report=report.html')
    result.stdout.fnmatch_lines(['FAILED *::test_it[[]hunter22*'])
    assert f'value="{html.escape(VALUE)}"' in (pytester.path / 'junit.xml').read_text(encoding='utf-8')
    assert 'hunter22' not in (pytester.path / 'report.html').read_text(encoding='utf-8')


def test_a_log_line_before_the_secret_is_shown_live(pytester):
    """Another limit: at that moment the value is not yet a secret."""
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


def test_different_values_do_not_look_equal(pytester):
    """They are numbered by their first appearance in the report of a test."""
    pytester.makepyfile("""
        def test_it(fake_model):
            db = fake_model.deploy_puppet('database')
            fake_model.settle()
            with db.leader.hook() as hook:
                hook.add_secret({'password': 'hunter' + '22', 'token': 'hunter' + '23'})
            assert 'hunter' + '23' == 'hunter' + '22'
    """)
    result = pytester.runpytest('-p', 'no:randomly')
    shown = ["E  *assert '<redacted-1>' == '<redacted-2>'", 'E *- <redacted-2>', 'E *+ <redacted-1>']
    result.stdout.fnmatch_lines(shown)
