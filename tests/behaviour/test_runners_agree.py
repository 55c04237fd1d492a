"""Charms that run as processes do what they do in this process: the same hooks, commands, answers and outcomes.

That is the proof that what hook commands print is what ops reads when Juju prints it: a process of ops knows nothing of
this package, and ops in this process is given the very same text.
"""

from __future__ import annotations

import datetime
import pathlib
import re

import ops
import pytest

from pytest_charmsecrets import Command, FakeModel

# Defining the models of one library makes its pydantic warn.
pytestmark = pytest.mark.filterwarnings('ignore:The .* attribute with value:Warning')

CHARMS = pathlib.Path(__file__).parents[2] / 'examples' / 'charms'
DRAWN = re.compile(
    r'(?P<pem>-----BEGIN[^-]+-----.*?-----END[^-]+-----)'
    r'|(?P<moment>\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)?)?)'
    r'|(?P<salt>salt\W+\w{16})'
    r'|(?P<fingerprint>(?:(?<=password )|(?<=latest is ))[0-9a-f]{8})',
    re.DOTALL,
)
"""Random values and times of these charms that ``Journal.normalised()`` does not know."""
BREAKS = re.compile(r'\\+n|\\|\s')
FOLDS = re.compile(r'\\n +')
"""Where ops 2 folds its YAML, which depends on the length of what was drawn."""
OBSERVED = re.compile(r', observed=\w+')
"""Whether the charm observes an event, which is unknown for a process."""
WHERE_OPS_KEEPS_STATE = ('Using local storage: ', 'Initializing SQLite local storage: ')
"""Log lines of ops about the file for its own state, which does not exist for a charm in this process."""


def new_model() -> FakeModel:
    # The clock of a process is real, and so libraries that compare dates see these dates in both runs.
    today = datetime.datetime.now(tz=datetime.timezone.utc).date()
    return FakeModel(start=datetime.datetime.combine(today, datetime.time(), datetime.timezone.utc))


def comparable(model: FakeModel) -> list[str]:
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        if match.lastgroup == 'moment':
            return '<moment>'
        drawn = BREAKS.sub('', match[0])
        return numbers.setdefault(drawn, f'<{match.lastgroup}-{len(numbers) + 1}>')

    lines = zip(model.journal, model.journal.normalised(), strict=True)
    return [
        OBSERVED.sub('', FOLDS.sub(' ', DRAWN.sub(number, line)))
        for record, line in lines
        if not is_about_the_file_of_ops(record)
    ]


def is_about_the_file_of_ops(record: object) -> bool:
    return (
        isinstance(record, Command) and record.name == 'juju-log' and record.argv[-1].startswith(WHERE_OPS_KEEPS_STATE)
    )


def play_passwords(model, runner):
    model.deploy(CHARMS / 'password-database', 'db', num_units=2, runner=runner)
    model.deploy(CHARMS / 'password-web', 'web', runner=runner)
    model.integrate('db:database', 'web:database')
    model.settle()
    model.config('web', {'pinned-units': '0'})
    model.settle()
    model.run('db/0', 'rotate-password')
    model.settle()
    model.config('web', {'pinned-units': ''})
    model.settle()
    model.set_leader('db/1')
    model.settle()
    model.advance_to_next('secret-rotate')
    model.remove_relation('db:database', 'web:database')
    model.settle()
    assert list(model.secret(owner='db').revisions)[-1] == 3


def play_pair(provider, requirer):
    def play(model, runner):
        model.deploy(CHARMS / provider, 'provider', runner=runner)
        model.deploy(CHARMS / requirer, 'requirer', runner=runner)
        model.integrate('provider', 'requirer')
        model.settle()
        model.update_status('requirer/0')
        assert model.secrets()

    return play


def needs(version):
    too_old = tuple(map(int, ops.version.version.split('.')[:2])) < version
    return pytest.mark.skipif(too_old, reason='its library asks for a newer ops')


@pytest.mark.parametrize(
    'play',
    [
        pytest.param(play_passwords, id='passwords'),
        pytest.param(play_pair('tls-provider', 'tls-requirer'), id='tls'),
        pytest.param(play_pair('ldap-provider', 'ldap-requirer'), id='ldap', marks=needs((3, 0))),
        pytest.param(play_pair('data-provider', 'data-requirer'), id='data', marks=needs((3, 0))),
    ],
)
def test_pair_of_examples_writes_the_same_journal(play):
    journals = []
    for runner in ('in-process', 'process'):
        with new_model() as model:
            play(model, runner)
            journals.append(comparable(model))
    assert len(journals[0]) > 50
    assert journals[0] == journals[1]


def test_library_that_starts_a_hook_command_finds_it():
    """The TLS library lists its certificates with ``secret-ids``, which it starts by itself."""
    with new_model() as model:
        play_pair('tls-provider', 'tls-requirer')(model, 'process')
        assert model.secrets(owner='requirer/0')
        model.remove_relation('provider', 'requirer')
        model.settle()
        assert model.secrets(owner='requirer/0') == ()
