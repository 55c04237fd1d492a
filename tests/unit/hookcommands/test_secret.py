"""The hook commands for secrets."""

from __future__ import annotations

import base64
import datetime
import json

import pytest

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.golang import text as gotext
from pytest_charmsecrets.juju.identity import SecretURI
from pytest_charmsecrets.juju.transaction import AccessInfo, SecretAttributes, SecretInfo

A = '9m4e2mr0ui3e8a215n4g'
X = 'd0erdgfmp25c762i8np0'
URI = SecretURI(A)
UUID = '7e3e6f7c-5a0e-4a0e-8b7e-3f6a2f5e1d11'
UTC = datetime.timezone.utc


def encoded(**values):
    return {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}


INFO = SecretInfo(A, 'application', 666, label='label', description='description', rotation='hourly')

REFUSED_ARGUMENTS = (
    ('HC-1', ('secret-add',), 'missing secret value or filename'),
    ('HC-2', ('secret-add', 's3cret'), 'key value "s3cret" not valid'),
    ('HC-3', ('secret-add', 'foo=bar', '--rotate', 'foo'), 'rotate policy "foo" not valid'),
    ('HC-4', ('secret-add', 'foo=bar', '--owner', 'foo'), 'secret owner "foo" not valid'),
    ('HC-5', ('secret-add', 'foo=bar', '--expire', '-1h'), 'negative expire duration "-1h" not valid'),
    ('HC-6', ('secret-add', 'foo=bar', '--expire', '2022-01-01'), 'expire time or duration "2022-01-01" not valid'),
    ('HC-7', ('secret-add', 'foo=bar', '--expire', '0s'), 'negative expire duration "0s" not valid'),
    ('HC-8', ('secret-add', 'foo=bar', '--expire', '1d'), 'expire time or duration "1d" not valid'),
    ('HC-9', ('secret-add', 'foo='), 'key value "foo=" not valid'),
    ('HC-10', ('secret-add', 'fo=bar'), 'key "fo" not valid'),
    (
        'HC-11',
        ('secret-add', f'foo={"a" * 750_001}'),
        'base64 encoded secret content for key "foo" too large: 1000004 bytes',
    ),
    (
        'HC-12',
        ('secret-add', *(f'key{i}={"a" * 93_750}' for i in range(1, 9)), 'key9=a'),
        'base64 encoded secret content too large: 1000004 bytes',
    ),
    (
        'HC-18',
        ('secret-add', 'key2#file=/missing'),
        'reading content for secret key "key2": open /missing: no such file or directory',
    ),
    ('HC-20', ('secret-set',), 'missing secret URI'),
    ('HC-21', ('secret-set', 'foo'), 'secret URI "foo" not valid'),
    ('HC-22', ('secret-set', 'http:nope', 'key=v'), 'secret URI scheme "http" not valid'),
    ('HC-23', ('secret-get', 'http:nope'), 'secret URI "http:nope" not valid'),
    ('HC-24', ('secret-get', A, '--peek', '--refresh'), 'specify one of --peek or --refresh but not both'),
    ('HC-25', ('secret-get',), 'require either a secret URI or label'),
    ('HC-26', ('secret-get', A, 'key', 'extra'), 'unrecognized args: ["extra"]'),
    (
        'HC-27',
        ('secret-get', A, '--format', 'smart'),
        'invalid value "smart" for option --format: unknown format "smart"',
    ),
    ('HC-28', ('secret-info-get', A, '--label', 'foo'), 'specify either a secret URI or label but not both'),
    ('HC-31', ('secret-grant', A), 'no relation id specified'),
    (
        'HC-32',
        ('secret-grant', A, '--relation', 'foo'),
        'invalid value "foo" for option --relation: invalid relation id',
    ),
    (
        'HC-33',
        ('secret-grant', A, '--relation', '-666'),
        'invalid value "-666" for option --relation: relation not found',
    ),
    (
        'HC-35',
        ('secret-grant', A, '--relation', 'db:1', '--unit', 'foo/0'),
        'cannot specify unit "foo/0" in relation to application "mw"',
    ),
    ('HC-36', ('secret-revoke', A), 'missing relation or application or unit'),
    ('HC-37', ('secret-revoke', A, '--app', '0/foo'), 'application "0/foo" not valid'),
    ('HC-38', ('secret-revoke', A, '--app', 'foo', '--unit', 'foo/0'), 'specify only one of application or unit'),
    ('HC-40-none', ('secret-remove',), 'missing secret URI'),
    ('HC-40-bad', ('secret-remove', 'foo'), 'secret URI "foo" not valid'),
    ('HC-51', ('secret-add', 'key=v', '--format', 'json'), 'option provided but not defined: --format'),
    ('set-none', ('secret-set', A, 'foo'), 'key value "foo" not valid'),
    ('set-owner', ('secret-set', A, '--owner', 'foo'), 'secret owner "foo" not valid'),
    ('set-no-host', ('secret-set', '//['), 'parse "//[": missing \']\' in host'),
    ('get-no-url', ('secret-get', '//['), 'secret URI "//[" not valid'),
    ('set-host', ('secret-set', f'secret://foo/{A}'), 'host controller UUID "foo" not valid'),
    ('get-label-positional', ('secret-get', 'la'), 'secret URI "la" not valid'),
    ('info-none', ('secret-info-get',), 'require either a secret URI or label'),
    ('info-bad', ('secret-info-get', 'x', '--label', 'y'), 'secret URI "x" not valid'),
    ('info-surplus', ('secret-info-get', A, 'x', 'y'), 'unrecognized args: ["x" "y"]'),
    ('remove-surplus', ('secret-remove', A, 'x'), 'unrecognized args: ["x"]'),
    ('grant-short', ('secret-grant', A, '-r', 'foo'), 'invalid value "foo" for option -r: invalid relation id'),
    ('grant-none', ('secret-grant', '--unit', 'foo'), 'missing secret URI'),
    ('grant-unit-without-relation', ('secret-grant', A, '--unit', 'foo'), 'no relation id specified'),
    ('grant-app', ('secret-grant', A, '--app', 'foo'), 'option provided but not defined: --app'),
    ('grant-surplus', ('secret-grant', A, '-r', '1', 'x'), 'unrecognized args: ["x"]'),
    ('revoke-unit', ('secret-revoke', A, '--unit', 'foo'), 'unit "foo" not valid'),
    ('revoke-both', ('secret-revoke', A, '--app', 'mw', '-r', '1'), 'do not specify both relation and app'),
    ('revoke-surplus', ('secret-revoke', A, '--application', 'mw', 'x'), 'unrecognized args: ["x"]'),
    ('ids-surplus', ('secret-ids', 'x'), 'unrecognized args: ["x"]'),
    (
        'expire-before-rotate',
        ('secret-add', 'x', '--expire', 'x', '--rotate', 'x'),
        'expire time or duration "x" not valid',
    ),
    ('rotate-before-owner', ('secret-add', 'x', '--rotate', 'x', '--owner', 'x'), 'rotate policy "x" not valid'),
    ('owner-before-content', ('secret-add', 'x', '--owner', ''), 'secret owner "" not valid'),
    ('content-before-file', ('secret-add', 'x', '--file', '/missing'), 'key value "x" not valid'),
    ('file-missing', ('secret-add', '--file', '/missing'), 'open /missing: no such file or directory'),
    ('file-directory', ('secret-add', '--file', '/'), 'read /: is a directory'),
    ('file-suffix-order', ('secret-add', 'key#file#base64=x'), 'key "key#file" not valid'),
    ('no-key', ('secret-add', '=bar'), 'key value "=bar" not valid'),
    ('quoted', ('secret-add', 'a"b'), 'key value "a\\"b" not valid'),
)


@pytest.mark.parametrize(
    ('argv', 'message'), [case[1:] for case in REFUSED_ARGUMENTS], ids=[case[0] for case in REFUSED_ARGUMENTS]
)
def test_arguments_are_refused(make_context, run_in, argv, message):
    result = run_in(make_context(), *argv)
    assert (result.exit_code, result.stdout, result.stderr) == (2, '', f'ERROR {message}\n')


@pytest.mark.parametrize(
    ('argv', 'message'),
    (
        pytest.param(('secret-grant', A, '--unit', 'foo'), 'unit "foo" not valid', id='HC-34'),
        pytest.param(('secret-revoke', A, '--app', 'mw'), 'do not specify both relation and app', id='HC-39'),
    ),
)
def test_arguments_are_refused_in_relation_hook(make_context, run_in, relation_hook, argv, message):
    result = run_in(make_context(relation_hook), *argv)
    assert (result.exit_code, result.stderr) == (2, f'ERROR {message}\n')


# --- secret-add and secret-set


def added(make_context, run_in, *argv):
    context = make_context(secret_add=SecretURI(A, UUID))
    result = run_in(context, 'secret-add', *argv)
    assert (result.exit_code, result.stdout, result.stderr) == (0, f'secret://{UUID}/{A}\n', '')
    return context.only_call('secret_add').args


@pytest.mark.parametrize(
    ('argv', 'owner', 'attributes'),
    (
        pytest.param(
            ('data=secret', '--expire', '2022-03-04T06:06:06', '--rotate', 'daily', '--label', 'foobar'),
            'application',
            SecretAttributes(
                content=encoded(data='secret'),
                label='foobar',
                rotate='daily',
                expire=datetime.datetime(2022, 3, 4, 6, 6, 6, tzinfo=UTC),
            ),
            id='HC-13',
        ),
        pytest.param(
            ('data=secret', '--expire', '1h'),
            'application',
            SecretAttributes(content=encoded(data='secret'), expire=datetime.datetime(2026, 1, 1, 1, tzinfo=UTC)),
            id='HC-14',
        ),
        pytest.param(
            ('token#base64=key=', '--owner', 'unit'),
            'unit',
            SecretAttributes(content={'token': 'key='}),
            id='HC-15',
        ),
        pytest.param(
            ('foo=bar==', 'baz=a=b', 'foo=new', '--label', '', '--description', 'd'),
            'application',
            SecretAttributes(content=encoded(foo='new', baz='a=b'), description='d'),
            id='the-last-of-a-repeated-key',
        ),
        pytest.param(
            ('key=\udcff',), 'application', SecretAttributes(content={'key': '/w=='}), id='bytes-that-are-no-text'
        ),
    ),
)
def test_secret_add(make_context, run_in, argv, owner, attributes):
    assert added(make_context, run_in, *argv) == (owner, attributes)


def test_secret_add_keeps_padding_in_the_value(make_context, run_in):
    _, attributes = added(make_context, run_in, 'foo=bar==')
    assert attributes.content == encoded(foo='bar==')


@pytest.mark.parametrize('vector', ('HC-16',))
def test_secret_add_file_overrides_arguments(make_context, run_in, tmp_path, vector):
    path = tmp_path / 'f.yaml'
    path.write_text('key: |\n  two\n  lines\nanother-key: !!binary |\n  /w==\n')
    _, attributes = added(make_context, run_in, 'token#base64=key=', 'key=one', '--file', str(path))
    assert attributes.content == {**encoded(key='two\nlines\n'), 'token': 'key=', 'another-key': '/w=='}


@pytest.mark.parametrize('vector', ('HC-17',))
def test_secret_add_value_from_file(make_context, run_in, tmp_path, vector):
    path = tmp_path / 'p'
    path.write_bytes(b'\xff\n')
    _, attributes = added(make_context, run_in, 'key1=value1', f'key2#file={path}')
    assert attributes.content == {**encoded(key1='value1'), 'key2': '/wo='}


def test_secret_add_encoded_value_from_file(make_context, run_in, tmp_path):
    path = tmp_path / 'p'
    path.write_text('Y2VydA==')
    _, attributes = added(make_context, run_in, f'key#base64#file={path}')
    assert attributes.content == {'key': 'Y2VydA=='}


def test_secret_add_empty_value_from_file(make_context, run_in, tmp_path):
    (tmp_path / 'p').touch()
    _, attributes = added(make_context, run_in, f'key#file={tmp_path}/p')
    assert attributes.content == {'key': ''}


@pytest.mark.parametrize(
    ('document', 'content'),
    (
        ('{"key": "v", "other": null}', encoded(key='v', other='')),
        ('{"key": 42}', encoded(key='42')),
        ('key: true\nother:\n', encoded(key='true', other='')),
        ('key#base64: AA==', {'key': 'AA=='}),
        ('{"key": "\\ud800"}', encoded(key='\ufffd')),
        ('{"key": "\udce2\udc82"}', encoded(key='\ufffd\ufffd')),
        ('{"key": 1, "key": "\\u0041"}', encoded(key='A')),
        ('{"key": "\\u0041", "key": 1}', encoded(key='1')),
    ),
)
def test_secret_add_file_of_json_or_yaml(make_context, run_in, tmp_path, document, content):
    path = tmp_path / 'f'
    path.write_bytes(gotext.to_bytes(document))
    _, attributes = added(make_context, run_in, '--file', str(path))
    assert attributes.content == content


@pytest.mark.parametrize(
    ('document', 'message'),
    (
        ('["key"]', 'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into secrets.SecretData'),
        ('key: [x]', 'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into string'),
        ('- x', 'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into secrets.SecretData'),
        ('key#file: /p', 'key "key#file" not valid'),
        ('k: v', 'key "k" not valid'),
    ),
)
def test_secret_add_file_is_refused(make_context, run_in, tmp_path, document, message):
    (tmp_path / 'f').write_text(document)
    result = run_in(make_context(), 'secret-add', '--file', f'{tmp_path}/f')
    assert (result.exit_code, result.stderr) == (2, f'ERROR {message}\n')


@pytest.mark.parametrize('argument', ('--file={}', 'key#file={}'))
def test_secret_add_refuses_large_file(make_context, run_in, tmp_path, argument):
    (tmp_path / 'f').write_bytes(b'a' * 1_000_001)
    result = run_in(make_context(), 'secret-add', argument.format(f'{tmp_path}/f'))
    assert result.stderr == f'ERROR secret content in file "{tmp_path}/f" too large: 1000001 bytes\n'


def test_secret_files_are_not_looked_for_in_the_charm_directory(make_context, run_in, tmp_path):
    (tmp_path / 'f.yaml').write_text('key: v')
    result = run_in(make_context(), 'secret-add', '--file', 'f.yaml')
    assert result.stderr == 'ERROR open f.yaml: no such file or directory\n'


@pytest.mark.parametrize('vector', ('HC-19',))
@pytest.mark.parametrize('document', ('', 'null', '{}', '# nothing'))
def test_secret_add_refuses_empty_file_when_it_runs(make_context, run_in, tmp_path, document, vector):
    (tmp_path / 'empty.yaml').write_text(document)
    result = run_in(make_context(), 'secret-add', '--file', f'{tmp_path}/empty.yaml')
    assert (result.exit_code, result.stdout, result.stderr) == (1, '', 'ERROR empty secret value not valid\n')


def test_refusal_by_the_context_exits_one(make_context, run_in):
    context = make_context(secret_add=JujuError('this unit is not the leader'))
    result = run_in(context, 'secret-add', 'key=v')
    assert (result.exit_code, result.stdout, result.stderr) == (1, '', 'ERROR this unit is not the leader\n')


@pytest.mark.parametrize(
    ('argv', 'attributes'),
    (
        ((), SecretAttributes()),
        (('--owner', 'unit'), SecretAttributes()),
        (('--rotate', 'never', '--description', 'd'), SecretAttributes(rotate='never', description='d')),
        (('key=v', '--label', 'l'), SecretAttributes(content=encoded(key='v'), label='l')),
    ),
)
def test_secret_set(make_context, run_in, argv, attributes):
    context = make_context(secret_set=None)
    result = run_in(context, 'secret-set', f'secret://{UUID}/{A}', *argv)
    assert (result.exit_code, result.stdout, result.stderr) == (0, '', '')
    assert context.only_call('secret_set').args == (SecretURI(A, UUID), attributes)


# --- secret-get


@pytest.mark.parametrize(
    ('argv', 'content', 'stdout'),
    (
        pytest.param((A,), encoded(key='key', cert='cert'), 'cert: cert\nkey: key\n', id='HC-41'),
        pytest.param((A, '--format', 'json'), encoded(key='s3cret!'), '{"key":"s3cret!"}\n', id='HC-42'),
        pytest.param((A, 'cert'), encoded(key='key', cert='cert'), 'cert\n', id='HC-43'),
        pytest.param((A, 'cert#base64'), encoded(cert='cert'), 'Y2VydA==\n', id='HC-44'),
        pytest.param((A, 'cert', '--format=json'), encoded(cert='cert'), '"cert"\n', id='one-key-in-json'),
        pytest.param((A, ''), encoded(cert='cert'), 'cert: cert\n', id='an-empty-key-is-none'),
        pytest.param((A, '--format=json'), {'key': '/w=='}, '{"key":"\\ufffd"}\n', id='binary-in-json'),
        pytest.param((A, 'key'), encoded(key='123'), '"123"\n', id='one-key-in-yaml'),
    ),
)
def test_secret_get_prints(make_context, run_in, argv, content, stdout):
    result = run_in(make_context(secret_get=content), 'secret-get', *argv)
    assert (result.exit_code, result.stdout, result.stderr) == (0, stdout, '')


@pytest.mark.parametrize('vector', ('HC-45',))
def test_secret_get_prints_binary(make_context, run_in, vector):
    text = base64.b64encode(bytes(range(256))).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    result = run_in(make_context(secret_get={'key': text}), 'secret-get', A)
    assert result.stdout == 'key: !!binary |\n' + ''.join(f'  {line}\n' for line in lines)


@pytest.mark.parametrize('vector', ('HC-46',))
@pytest.mark.parametrize('key', ('nokey', 'nokey#base64'))
def test_secret_get_misses_key_after_reading(make_context, run_in, key, vector):
    context = make_context(secret_get=encoded(key='one'))
    result = run_in(context, 'secret-get', A, key)
    assert (result.exit_code, result.stderr) == (1, 'ERROR secret key value "nokey" not found\n')
    assert context.only_call('secret_get').args == (URI, None)


def test_secret_get_fails_for_any_value_that_is_not_base64(make_context, run_in):
    result = run_in(make_context(secret_get={'key': 'a===', 'cert': 'Y2VydA=='}), 'secret-get', A, 'cert#base64')
    assert (result.exit_code, result.stdout) == (1, '')
    assert result.stderr.startswith('ERROR illegal base64 data at input byte ')


@pytest.mark.parametrize(
    ('argv', 'args', 'kwargs'),
    (
        ((A,), (URI, None), {'refresh': False, 'peek': False}),
        (('--label', 'la'), (None, 'la'), {'refresh': False, 'peek': False}),
        ((f'secret:{A}', '--label', 'la', '--refresh'), (URI, 'la'), {'refresh': True, 'peek': False}),
        ((f'{UUID}/{A}', '--peek'), (SecretURI(A, UUID), None), {'refresh': False, 'peek': True}),
    ),
    ids=str,
)
def test_secret_get_asks(make_context, run_in, argv, args, kwargs):
    context = make_context(secret_get=encoded(key='one'))
    run_in(context, 'secret-get', *argv)
    call = context.only_call('secret_get')
    assert (call.args, call.kwargs) == (args, kwargs)


def test_output_goes_to_a_file_of_the_calling_directory(make_context, run_in, tmp_path):
    result = run_in(make_context(secret_get={'key': 'w7w='}), 'secret-get', A, '-o', 'out', '--format', 'json')
    assert (result.exit_code, result.stdout) == (0, '')
    assert (tmp_path / 'out').read_text('utf-8') == '{"key":"ü"}\n'


def test_output_to_a_file_that_cannot_be_written(make_context, run_in, tmp_path):
    result = run_in(make_context(secret_get={}), 'secret-get', A, '--output=no/out')
    assert (result.exit_code, result.stderr) == (1, f'ERROR open {tmp_path}/no/out: no such file or directory\n')


# --- secret-info-get and secret-ids


@pytest.mark.parametrize(
    ('argv', 'want'),
    (
        pytest.param((X,), X, id='HC-29'),
        pytest.param((f'secret://{UUID}/{X}',), X, id='by-URI'),
        pytest.param(('--label', 'not-found-label'), 'not-found-label', id='HC-30'),
    ),
)
def test_secret_info_get_finds_nothing(make_context, run_in, argv, want):
    result = run_in(make_context(secret_infos={A: INFO}), 'secret-info-get', *argv)
    assert (result.exit_code, result.stderr) == (1, f'ERROR secret "{want}" not found\n')


BASE_YAML = (
    f'{A}:\n  revision: 666\n  label: label\n  owner: application\n  description: description\n  rotation: hourly\n'
)


@pytest.mark.parametrize('argv', ((A,), ('--label', 'label')))
@pytest.mark.parametrize(
    ('info', 'stdout'),
    (
        pytest.param(INFO, BASE_YAML, id='HC-47'),
        pytest.param(
            SecretInfo(
                A,
                'application',
                666,
                label='label',
                description='description',
                rotation='hourly',
                access=(AccessInfo('application-gitlab', 'relation-key', 'view'),),
            ),
            BASE_YAML + '  access:\n  - target: application-gitlab\n    scope: relation-key\n    role: view\n',
            id='HC-48',
        ),
    ),
)
def test_secret_info_get(make_context, run_in, argv, info, stdout):
    result = run_in(make_context(secret_infos={A: info}), 'secret-info-get', *argv)
    assert (result.exit_code, result.stdout) == (0, stdout)


def test_secret_info_get_in_json_keeps_the_order_of_keys(make_context, run_in):
    when = datetime.datetime(2026, 2, 1, tzinfo=UTC)
    info = SecretInfo(A, 'unit', 2, rotation='never', expiry=when, rotates=when.replace(microsecond=500_000))
    result = run_in(make_context(secret_infos={A: info}), 'secret-info-get', A, '--format', 'json')
    assert result.stdout == (
        f'{{"{A}":{{"revision":2,"label":"","owner":"unit","rotation":"never",'
        '"expiry":"2026-02-01T00:00:00Z","rotates":"2026-02-01T00:00:00.5Z"}}\n'
    )


@pytest.mark.parametrize(
    ('argv', 'ids', 'stdout'),
    (
        pytest.param((), (A,), f'{A}\n', id='HC-49'),
        pytest.param(('--format', 'json'), (), 'null\n', id='HC-50'),
        pytest.param(('--format', 'json'), (A, X), f'["{A}","{X}"]\n', id='json'),
        pytest.param((), (), '', id='none'),
        pytest.param(('--format', 'yaml'), (), '[]\n', id='none-in-yaml'),
        pytest.param(('--format', 'yaml'), (A,), f'- {A}\n', id='yaml'),
    ),
)
def test_secret_ids(make_context, run_in, argv, ids, stdout):
    result = run_in(make_context(secret_infos=dict.fromkeys(ids, INFO)), 'secret-ids', *argv)
    assert (result.exit_code, result.stdout) == (0, stdout)


# --- secret-remove, secret-grant, secret-revoke


@pytest.mark.parametrize(
    ('argv', 'revision'),
    (
        (('--revision', '2'), 2),
        (('--revision', '0x10'), 16),
        (('--revision', '0'), None),
        (('--revision', '-1'), None),
        ((), None),
    ),
)
def test_secret_remove(make_context, run_in, argv, revision):
    context = make_context(secret_remove=None)
    assert run_in(context, 'secret-remove', A, *argv).exit_code == 0
    assert context.only_call('secret_remove').args == (URI, revision)


@pytest.mark.parametrize(
    ('argv', 'args'),
    (
        (('--relation', '1'), (URI, 1, None)),
        (('--relation', 'nonsense:2'), (URI, 2, None)),
        (('-r1', '--unit', 'mw/0'), (URI, 1, 'mw/0')),
    ),
)
def test_secret_grant(make_context, run_in, argv, args):
    context = make_context(secret_grant=None)
    assert run_in(context, 'secret-grant', A, *argv).exit_code == 0
    assert context.only_call('secret_grant').args == args


def test_secret_grant_takes_the_relation_of_the_hook(make_context, run_in, relation_hook):
    context = make_context(relation_hook, secret_grant=None)
    run_in(context, 'secret-grant', A)
    assert context.only_call('secret_grant').args == (URI, 1, None)


@pytest.mark.parametrize(
    ('argv', 'kwargs'),
    (
        (('--app', 'mw'), {'application': 'mw', 'unit': None}),
        (('--application', 'mw'), {'application': 'mw', 'unit': None}),
        (('--unit', 'mw/0'), {'application': None, 'unit': 'mw/0'}),
        (('--relation', '1'), {'application': 'mw', 'unit': None}),
        (('--relation', '1', '--unit', 'other/0'), {'application': 'mw', 'unit': 'other/0'}),
    ),
)
def test_secret_revoke(make_context, run_in, argv, kwargs):
    context = make_context(secret_revoke=None)
    assert run_in(context, 'secret-revoke', A, *argv).exit_code == 0
    call = context.only_call('secret_revoke')
    assert (call.args, call.kwargs) == ((URI,), kwargs)


def test_help_exits_zero(make_context, run_in):
    result = run_in(make_context(), 'secret-grant', '--help')
    assert (result.exit_code, result.stderr) == (0, '')
    assert result.stdout.startswith('Usage: secret-grant [options] <ID>\n')


def test_json_is_what_a_charm_reads(make_context, run_in):
    content = {'key': base64.b64encode('<é>\u2028'.encode()).decode()}
    result = run_in(make_context(secret_get=content), 'secret-get', A, '--format=json')
    assert json.loads(result.stdout) == {'key': '<é>\u2028'}
