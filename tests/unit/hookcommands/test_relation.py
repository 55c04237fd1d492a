"""The relation commands, after juju 3.6: jujuc/relation-*_test.go."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.juju.hooks import Hook

BROKEN_HOOK = Hook('relation-broken', relation_id=1, endpoint='db', remote_application='mw')
BARE_HOOK = Hook('relation-created', relation_id=1, endpoint='db')


@pytest.mark.parametrize(
    ('argv', 'message'),
    (
        (('relation-ids',), 'no endpoint name specified'),
        (('relation-ids', 'db', 'x'), 'unrecognized args: ["x"]'),
        (('relation-list',), 'no relation id specified'),
        (('relation-list', '-r', '1', 'x'), 'unrecognized args: ["x"]'),
        (('relation-list', '-r', 'db:9'), 'invalid value "db:9" for option -r: relation not found'),
        (('relation-model-get',), 'no relation id specified'),
        (('relation-model-get', '-r', '1', 'x'), 'unrecognized args: ["x"]'),
        (('relation-get',), 'no relation id specified'),
        (('relation-get', '-r', 'burble:123'), 'invalid value "burble:123" for option -r: relation not found'),
        (('relation-get', '-r', '1'), 'no unit or application specified'),
        (('relation-get', '-r', '1', '--app'), 'no unit or application specified'),
        (('relation-get', '-r', '1', '-', 'mw'), 'expected unit name, got application name "mw"'),
        (('relation-get', '-r', '1', '-', 'M!'), 'invalid unit name "M!"'),
        (('relation-get', '-r', '1', '-', 'mw/0', 'x'), 'unrecognized args: ["x"]'),
        (('relation-set', 'a=b'), 'no relation id specified'),
        (('relation-set', '-r', '1', 'a'), 'expected "key=value", got "a"'),
        (('relation-set', '-r', '1', '=a'), 'expected "key=value", got "=a"'),
        (('relation-set', '-r', '1', 'a=b', 'a=c'), 'key "a" specified more than once'),
        (('relation-set', '-r', '1', 'a=b', ' a=c'), 'key "a" specified more than once'),
        (('relation-set', '-r', '1', ' = b '), 'expected "key=value", got "=b"'),
    ),
    ids=' '.join,
)
def test_arguments_are_refused(make_context, run_in, argv, message):
    result = run_in(make_context(), *argv)
    assert (result.exit_code, result.stdout, result.stderr) == (2, '', f'ERROR {message}\n')


@pytest.mark.parametrize(
    ('hook', 'argv', 'stdout'),
    (
        (None, ('db',), 'db:10\ndb:2\n'),
        (None, ('db', '--format=json'), '["db:10","db:2"]\n'),
        (BARE_HOOK, ('--format', 'yaml'), '- db:10\n- db:2\n'),
    ),
)
def test_relation_ids_are_sorted_as_text(make_context, run_in, hook, argv, stdout):
    context = make_context(hook, relation_ids=(2, 10))
    assert run_in(context, 'relation-ids', *argv).stdout == stdout
    assert context.only_call('relation_ids').args == ('db',)


@pytest.mark.parametrize(('format_', 'stdout'), (('json', '[]\n'), ('smart', ''), ('yaml', '[]\n')))
def test_no_relation_ids(make_context, run_in, format_, stdout):
    assert run_in(make_context(relation_ids=()), 'relation-ids', 'x', '--format', format_).stdout == stdout


@pytest.mark.parametrize(
    ('argv', 'stdout'),
    (
        ((), 'mw/0\nmw/1\n'),
        (('--format=json',), '["mw/0","mw/1"]\n'),
        (('--app',), 'mw\n'),
        (('--app', '--format=json'), '"mw"\n'),
    ),
)
def test_relation_list(make_context, run_in, relation_hook, argv, stdout):
    context = make_context(relation_hook, relation_members=('mw/0', 'mw/1'))
    assert run_in(context, 'relation-list', *argv).stdout == stdout


def test_relation_model_get(make_context, run_in):
    result = run_in(make_context(relation_model_uuid='some-uuid'), 'relation-model-get', '--relation', '2')
    assert result.stdout == 'uuid: some-uuid\n'


@pytest.mark.parametrize(
    ('hook', 'argv', 'entity'),
    (
        ('changed', (), 'mw/0'),
        ('changed', ('-', 'u/0'), 'u/0'),
        ('changed', ('--app',), 'mw'),
        ('changed', ('--app', '-', 'u'), 'u'),
        ('changed', ('--app', '-', 'u/0'), 'u'),
        ('broken', (), 'mw'),
    ),
)
def test_relation_get_reads(make_context, run_in, relation_hook, hook, argv, entity):
    context = make_context(relation_hook if hook == 'changed' else BROKEN_HOOK, relation_data={})
    assert run_in(context, 'relation-get', *argv).stdout == '{}\n'
    assert context.only_call('relation_data').args == (1, entity)


@pytest.mark.parametrize(
    ('argv', 'stdout'),
    (
        ((), 'a: x\nb: "12345"\n'),
        (('-',), 'a: x\nb: "12345"\n'),
        (('',), 'a: x\nb: "12345"\n'),
        (('b',), '12345\n'),
        (('b', '--format', 'yaml'), '"12345"\n'),
        (('b', '--format', 'json'), '"12345"\n'),
        (('missing',), ''),
        (('missing', '--format', 'yaml'), ''),
        (('missing', '--format', 'json'), 'null\n'),
        (('-', '--format', 'json'), '{"a":"x","b":"12345"}\n'),
    ),
    ids=' '.join,
)
def test_relation_get_prints(make_context, run_in, relation_hook, argv, stdout):
    context = make_context(relation_hook, relation_data={'b': '12345', 'a': 'x'})
    assert run_in(context, 'relation-get', *argv).stdout == stdout


@pytest.mark.parametrize('name', ('M!', ''))
def test_relation_get_of_an_impossible_application_fails_when_it_runs(make_context, run_in, name):
    result = run_in(make_context(), 'relation-get', '-r', '1', '--app', '-', name)
    assert (result.exit_code, result.stderr) == (1, 'ERROR "" is not a valid unit or application\n')


def test_relation_get_passes_on_what_the_controller_refuses(make_context, run_in):
    context = make_context(relation_data=JujuError('permission denied'))
    result = run_in(context, 'relation-get', '-r', '1', '-', 'mw/0')
    assert (result.exit_code, result.stderr) == (1, 'ERROR permission denied\n')


@pytest.mark.parametrize(
    ('argv', 'stdin', 'values'),
    (
        (('a=b', 'c=', 'd=e=f'), None, {'a': 'b', 'c': '', 'd': 'e=f'}),
        ((' a = b\n', 'c=\t', '', 'd=\x1c', 'e=\xa0f\u2028'), None, {'a': 'b', 'c': '', 'd': '\x1c', 'e': 'f'}),
        (('--file', '-'), '{"a": " x\\n"}', {'a': ' x\n'}),
        (('--file', '-'), '{"a": "x", "b": ""}', {'a': 'x', 'b': ''}),
        (('--file', '-'), 'a: "1"\nb: 2\n', {'a': '1', 'b': '2'}),
        (('--file', '-', 'a=over'), 'a: x\nb: y', {'a': 'over', 'b': 'y'}),
        (('--file', '-'), None, {}),
        (('--file', 'settings.yaml'), None, {'from': 'file'}),
        ((), None, {}),
    ),
)
def test_relation_set(make_context, run_in, relation_hook, tmp_path, argv, stdin, values):
    (tmp_path / 'settings.yaml').write_text('from: file')
    context = make_context(relation_hook, relation_set=None)
    result = run_in(context, 'relation-set', *argv, stdin=stdin)
    assert (result.exit_code, result.stdout, result.stderr) == (0, '', '')
    call = context.only_call('relation_set')
    assert (call.args, call.kwargs) == ((1, values), {'app': False})


def test_leader_sets_application_data(make_context, run_in):
    context = make_context(is_leader=True, relation_set=None)
    run_in(context, 'relation-set', '-r', 'db:1', '--app', 'a=b')
    assert context.only_call('relation_set').kwargs == {'app': True}


def test_follower_cannot_set_application_data(make_context, run_in):
    result = run_in(make_context(is_leader=False), 'relation-set', '-r', '1', '--app', 'a=b')
    assert (result.exit_code, result.stderr) == (1, 'ERROR cannot write relation settings\n')


@pytest.mark.parametrize(
    ('argv', 'stdin', 'message'),
    (
        (('--file', '-'), '[', 'yaml: line 1: did not find expected node content'),
        (('--file', '-'), 'a: [b]', 'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into string'),
        (('--file', '-'), 'a', 'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `a` into map[string]string'),
        (('--file', '/missing'), None, 'open /missing: no such file or directory'),
        (('--file', '~nobody-at-all/x'), None, 'no such user: user: unknown user nobody-at-all'),
    ),
)
def test_relation_set_refuses_file_when_it_runs(make_context, run_in, tmp_path, argv, stdin, message):
    result = run_in(make_context(), 'relation-set', '-r', '1', *argv, stdin=stdin)
    assert (result.exit_code, result.stderr) == (1, f'ERROR {message.replace("{}", str(tmp_path))}\n')


def test_relation_set_complains_about_format(make_context, run_in):
    result = run_in(make_context(relation_set=None), 'relation-set', '-r', '1', '--format', 'json')
    assert (result.exit_code, result.stderr) == (0, '--format flag deprecated for command "relation-set"')
