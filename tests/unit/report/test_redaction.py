"""A known secret value is found in every form it takes on its way through a charm."""

from __future__ import annotations

import base64
import datetime
import html
import json
import shlex
import tracemalloc
import urllib.parse

import pytest

from pytest_charmsecrets.records import Command, Operation
from pytest_charmsecrets.report import redaction
from pytest_charmsecrets.report.redaction import (
    PLACEHOLDER,
    Redactor,
    known_values,
    left_in_plain,
    worth_redacting,
)

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
PASSWORD = 'tr"ubl\' w\\örd&1'


def command(*argv: str, stdout: str = '', stdin: str = '', exit_code: int = 0) -> Command:
    return Command(START, 'db/0', 'install', argv, exit_code, stdout, '', stdin)


@pytest.mark.parametrize(
    'text',
    (
        PASSWORD,
        json.dumps({'password': PASSWORD}),
        json.dumps({'password': PASSWORD}, ensure_ascii=False),
        json.dumps(json.dumps({'password': PASSWORD})),
        repr({'password': PASSWORD}),
        shlex.join(['--password', PASSWORD]),
        f'postgresql://admin:{urllib.parse.quote(PASSWORD, safe="")}@db/app',
        f'password={urllib.parse.quote_plus(PASSWORD)}',
        base64.b64encode(PASSWORD.encode()).decode(),
        base64.urlsafe_b64encode(PASSWORD.encode()).decode().rstrip('='),
        html.escape(PASSWORD),
        json.dumps(PASSWORD, ensure_ascii=False).replace('&', '\\u0026'),
        repr(PASSWORD.encode()),
        "password: 'tr\"ubl'' w\\örd&1'",
        repr(json.dumps({'password': PASSWORD})),
        html.escape(json.dumps({'password': PASSWORD})),
        json.dumps(repr({'password': PASSWORD})),
        repr(repr({'password': PASSWORD})),
        urllib.parse.quote(json.dumps({'password': PASSWORD})),
        shlex.join([f'password={PASSWORD}']),
        shlex.join(['sh', '-c', shlex.join(['login', f'--password={PASSWORD}'])]),
        f'password={urllib.parse.quote(PASSWORD, safe="").lower()}',
    ),
    ids=(
        'plain',
        'JSON',
        'JSON as UTF-8',
        'JSON in JSON',
        'Python',
        'shell',
        'URL',
        'query',
        'base64',
        'URL base64',
        'HTML',
        'JSON as Go writes it',
        'bytes',
        'YAML',
        'JSON in Python',
        'JSON in HTML',
        'Python in JSON',
        'Python in Python',
        'JSON in a URL',
        'shell with a key',
        'shell in a shell',
        'URL in lower case',
    ),
)
def test_value_is_redacted_in_each_form(text):
    redacted = Redactor([PASSWORD]).redact(f'before {text} after')
    assert PLACEHOLDER in redacted
    assert 'ubl' not in redacted
    assert redacted.startswith('before ')
    assert redacted.endswith(' after')


@pytest.mark.parametrize('user', ('a', 'ab', 'abc', 'abcd'))
def test_value_is_redacted_inside_a_longer_base64_text(user):
    header = base64.b64encode(f'{user}:correct horse:x'.encode()).decode()
    redacted = Redactor(['correct horse']).redact(f'Authorization: Basic {header}')
    assert PLACEHOLDER in redacted
    assert len(redacted.replace(PLACEHOLDER, '')) <= len('Authorization: Basic ') + 12


KEY = 'a99a61c52e3f4b7d0c18809ef26c427e'


@pytest.mark.parametrize(
    ('text', 'redacted'),
    (
        ("{'key': 'a99a...809ef26c427e'} == {'key': 'x'}", "{'key': '<redacted>'} == {'key': 'x'}"),
        ("{'key': 'a9...26c427e'}", "{'key': '<redacted>'}"),
        ("{'kind': 'api', 'k...809ef26c427e'}", "{'kind': 'api', 'k...<redacted>'}"),
        ("{'key': 'a99a61c52e...: 'api'}", "{'key': '<redacted>...: 'api'}"),
        ("'a99a61c5...", "'<redacted>..."),
        ("'a...x' 'b99a61c5...' '...809ef26c4270' '...'", "'a...x' 'b99a61c5...' '...809ef26c4270' '...'"),
        ('waiting...', 'waiting...'),
    ),
)
def test_a_value_that_is_cut_in_its_middle_is_redacted(text, redacted):
    """pytest and reprlib replace the middle of a long repr by three dots."""
    assert Redactor([KEY]).redact(text) == redacted


def test_longest_value_goes_first():
    assert Redactor(['secret', 'secret-long']).redact('secret-long secret') == f'{PLACEHOLDER} {PLACEHOLDER}'


@pytest.mark.parametrize(
    ('text', 'redacted'),
    (
        ('{"pin": "42"}', '{"pin": "<redacted>"}'),
        ('pin=42', 'pin=<redacted>'),
        ('the pin is 42.', 'the pin is <redacted>.'),
        ('port 4200', 'port 4200'),
        ('unit db/42', 'unit db/42'),
        ('relation db:42', 'relation db:42'),
        ('version 42.1', 'version 42.1'),
    ),
)
def test_short_value_is_redacted_where_it_stands_alone(text, redacted):
    assert Redactor(['42']).redact(text) == redacted


@pytest.mark.parametrize('width', (64, 76))
def test_wrapped_base64_is_redacted_line_by_line(width):
    encoded = base64.b64encode(b'a long secret that takes several lines ' * 6).decode()
    lines = [encoded[start : start + width] for start in range(0, len(encoded), width)]
    redacted = Redactor(['a long secret that takes several lines ' * 6]).redact('\n'.join(lines))
    assert redacted == '\n'.join([PLACEHOLDER] * len(lines))


def test_lines_of_a_long_value_are_redacted_one_by_one():
    key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----'
    text = 'key: |\n  -----BEGIN KEY-----\n  MIIEvQIBADANBgkq\n  hkiG9w0BAQEFAASC\n  -----END KEY-----'
    assert Redactor([key]).redact(text) == (
        'key: |\n  -----BEGIN KEY-----\n  <redacted>\n  <redacted>\n  -----END KEY-----'
    )


def test_values_come_and_go():
    redactor = Redactor(['correct horse', 'battery staple'])
    redactor.follow(['battery staple', 'tr0ub4dor'])
    assert redactor.redact('correct horse, battery staple, tr0ub4dor') == f'correct horse, {PLACEHOLDER}, {PLACEHOLDER}'
    redactor.follow(())
    assert redactor.redact('battery staple, tr0ub4dor') == 'battery staple, tr0ub4dor'


def test_a_form_that_two_values_share_goes_with_the_second():
    redactor = Redactor(['a\tsecret', r'a\tsecret'])
    redactor.follow([r'a\tsecret'])
    assert redactor.redact(r'a\tsecret') == PLACEHOLDER


def test_the_values_of_a_long_session_cost_little(monkeypatch):
    """A value takes 1.5 KiB in all its forms; the forms of a known one are not made again."""
    made = []
    forms = redaction._forms
    monkeypatch.setattr(redaction, '_forms', lambda value: made.append(value) or forms(value))
    values = [f'a password of {number:05}' for number in range(1000)]
    redactor = Redactor()
    tracemalloc.start()
    try:
        for count in range(0, 1001, 100):
            redactor.follow(values[:count])
            assert redactor.redact(f'{values[0]}!') == (f'{PLACEHOLDER}!' if count else f'{values[0]}!')
        kept = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert kept / len(values) < 3 * 1024
    assert sorted(made) == values


@pytest.mark.parametrize('values', ((), ('',), (' ',)))
def test_nothing_is_redacted_without_values(values):
    assert Redactor(values).redact('all of it stays') == 'all of it stays'


@pytest.mark.parametrize(
    ('record', 'values'),
    (
        (
            command('secret-add', 'password=one', '--label=x', 'user=me'),
            (('password', 'one'), ('user', 'me')),
        ),
        (command('secret-set', 'secret:abc', 'password=a=b'), (('password', 'a=b'),)),
        (command('secret-add', 'password#base64=b25l'), (('password', 'b25l'), ('password', 'one'))),
        (command('secret-add', 'password#base64=/28='), (('password', '/28='), ('password', '\udcffo'))),
        (
            command('secret-add', '--file', '-', stdin='password: one\nuser: "me"\n'),
            ((None, 'password: one\nuser: "me"'), ('password', 'one'), ('user', 'me')),
        ),
        (command('secret-add', '--file', '-', stdin='{"password": "one"}'), (('password', 'one'),)),
        (
            command('secret-get', 'abc', '--format=json', stdout='{"password":"one","user":"me"}\n'),
            (('password', 'one'), ('user', 'me')),
        ),
        (command('secret-get', 'abc', 'password', stdout='one\n'), (('password', 'one'),)),
        (command('secret-get', 'abc', 'password', stdout='one\n', exit_code=1), ()),
        (command('relation-set', 'password=one'), ()),
        (Operation(START, 'add-secret', ('name', 'password=one')), (('password', 'one'),)),
        (Operation(START, 'config', ('db', 'password=one')), ()),
    ),
)
def test_journal_itself_shows_the_values(record, values):
    assert known_values([record]) == values


@pytest.mark.parametrize(
    ('key', 'value', 'is_redacted'),
    (
        ('username', 'relation', True),
        ('username', 'related', False),
        ('username', 'database', False),
        ('password', 'abcd', True),
        ('password', 'abc', False),
        ('password', 'database', False),
        ('password', 'None', False),
        (None, 'abcdefg', False),
        (None, 'abcdefgh', True),
    ),
)
def test_long_values_and_short_credentials_are_redacted_but_no_names(key, value, is_redacted):
    assert bool(worth_redacting([(key, value)], {'database', 'web/0'})) is is_redacted


def test_credentials_that_are_left_in_plain_are_named_by_their_keys():
    known = [('password', 'abc'), ('api-key', 'database'), ('username', 'me'), ('token', 'long enough')]
    assert left_in_plain(known, {'database'}) == ('password', 'api-key')
