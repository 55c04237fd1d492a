"""How a journal reads."""

from __future__ import annotations

import datetime
import textwrap

import pytest

from pytest_charmsecrets.records import BecameDue, Command, Effect, HookRun, Operation, TimePassed
from pytest_charmsecrets.report.redaction import Redactor
from pytest_charmsecrets.report.text import WIDTH, describe_offset, render_journal

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
LATER = START + datetime.timedelta(days=31)
SECRET = 'secret:d1k0000000000000000g'


def command(*argv: str, unit='db/0', hook='install', time=START, stdout='', stderr='', exit_code=0, stdin=''):
    return Command(time, unit, hook, argv, exit_code, stdout, stderr, stdin)


def dedent(text: str) -> str:
    return textwrap.dedent(text).strip('\n')


def test_rotation_reads_as_a_story():
    journal = [
        Operation(START, 'deploy', ('password-database', 'db')),
        BecameDue(START, 'db/0', 'install'),
        command('secret-add', 'password=one two', '--label', 'password', stdout=f'{SECRET}\n'),
        command('status-set', 'active'),
        HookRun(
            START,
            'db/0',
            'install',
            'committed',
            committed=(Effect('secret-add', SECRET.removeprefix('secret:'), 1, subject='db'),),
            kept=(Effect('status-set', subject='db/0', key='active', value=''),),
        ),
        TimePassed(LATER, START),
        BecameDue(LATER, 'db/0', 'secret-rotate', secret=SECRET),
        command('secret-set', SECRET, 'password=three', hook='secret-rotate', time=LATER),
        BecameDue(LATER, 'web/10', 'secret-changed', secret=SECRET, revision=2),
        HookRun(LATER, 'db/0', 'secret-rotate', 'committed', secret=SECRET, label='password'),
    ]
    assert render_journal(journal, start=START) == dedent(
        f"""
        2026-01-01 00:00:00  start
          user    deploy password-database db
          db/0      due: install
          db/0    install
                    $ secret-add password=<redacted> --label password  -> {SECRET}
                    $ status-set active
                    kept       status-set db/0 active
                    committed  secret-add {SECRET} revision 1 db

        2026-02-01 00:00:00  +31d
          db/0      due: secret-rotate {SECRET}
          db/0    secret-rotate  {SECRET}  "password"
                    $ secret-set {SECRET} password=<redacted>
          web/10    due: secret-changed {SECRET} revision 2
        """
    )


def test_failed_hook_says_why_and_what_was_discarded():
    journal = [
        command('secret-get', SECRET, stderr='ERROR permission denied\n', exit_code=1, unit='web/0', hook='start'),
        HookRun(
            START,
            'web/0',
            'start',
            'failed',
            discarded=(Effect('relation-set', relation='database:0', subject='web/0', key='ready', value='yes'),),
            error='ops.ModelError: ERROR permission denied',
        ),
    ]
    assert render_journal(journal) == dedent(
        f"""
        2026-01-01 00:00:00  start
          web/0  start  FAILED
                   $ secret-get {SECRET}  -> ERROR permission denied
                   discarded  relation-set database:0 web/0 ready=yes
                   error      ops.ModelError: ERROR permission denied
        """
    )


def test_refused_commit_is_told_apart():
    run = HookRun(START, 'web/0', 'start', 'commit failed', error='creating secrets: not leader')
    assert '  web/0  start  FAILED to commit' in render_journal([run])


def test_relation_hook_names_relation_and_remote():
    run = HookRun(START, 'web/0', 'db-relation-joined', 'committed', relation='db:3', remote='db/1')
    assert '  web/0  db-relation-joined  db:3 with db/1' in render_journal([run])


def test_hook_that_has_not_ended_is_shown():
    assert '  db/0  install  (not ended)' in render_journal([command('is-leader')])


def test_hooks_of_two_units_do_not_mix():
    journal = [
        command('is-leader'),
        command('is-leader', unit='web/0'),
        HookRun(START, 'web/0', 'install', 'committed'),
    ]
    lines = render_journal(journal).splitlines()
    assert [line.strip() for line in lines[1:]] == [
        'db/0   install  (not ended)',
        '$ is-leader',
        'web/0  install',
        '$ is-leader',
    ]


def test_what_becomes_due_together_is_one_line_for_each_unit():
    journal = [
        BecameDue(START, 'db/0', 'install'),
        BecameDue(START, 'db/0', 'db-relation-joined', relation='db:1'),
        BecameDue(START, 'db/0', 'db-relation-joined', relation='db:1'),
        BecameDue(START, 'web/0', 'install'),
        HookRun(START, 'db/0', 'install', 'committed'),
    ]
    assert render_journal(journal).splitlines()[1:] == [
        '  db/0     due: install, db-relation-joined db:1 x2',
        '  web/0    due: install',
        '  db/0   install',
    ]


def test_commands_that_only_look_something_up_can_be_left_out():
    journal = [
        command('is-leader', stdout='True\n'),
        command('secret-get', SECRET, stdout='{"password":"hunter22"}\n'),
        command('relation-get', '-', 'db/7', stderr='ERROR permission denied\n', exit_code=1),
    ]
    assert render_journal(journal, reads=False).splitlines()[2:] == [
        f'          $ secret-get {SECRET}  -> {{"password": "<redacted>"}}',
        '          $ relation-get - db/7  -> ERROR permission denied',
    ]


def test_what_ops_logs_in_every_hook_is_left_out():
    journal = [
        command('juju-log', '--log-level', 'DEBUG', '--', 'ops 3.9.0 up and running.'),
        command('juju-log', '--log-level', 'DEBUG', '--', 'Emitting Juju event install.'),
        command('juju-log', '--log-level', 'DEBUG', '--', 'connecting'),
    ]
    text = render_journal(journal)
    assert 'ops 3.9.0' not in text
    assert 'Emitting' not in text
    assert 'connecting' in text


def test_long_spelling_of_a_secret_uri_is_shortened():
    long = 'secret://bc139cad-7882-46ae-93e4-ff6d552db61f/5dnt5jg3hak6lau1rnhg'
    text = render_journal([command('secret-get', long), Operation(START, 'exec', (f'note {long}',))])
    assert '$ secret-get secret:5dnt5jg3hak6lau1rnhg' in text
    assert 'bc139cad' not in text


def test_json_is_spaced_so_that_it_wraps_between_values():
    text = render_journal([command('config-get', stdout='{"a":1,"b":[1,2]}\n')])
    assert '$ config-get  -> {"a": 1, "b": [1, 2]}' in text


def test_repeated_command_is_shown_once():
    assert '$ is-leader  x3  -> True' in render_journal([command('is-leader', stdout='True\n')] * 3)


def test_command_after_a_sleep_shows_how_much_later_it_ran():
    later = command('is-leader', time=START + datetime.timedelta(seconds=90))
    journal = [later, HookRun(START, 'db/0', 'install', 'committed')]
    assert '$ is-leader  (+1m 30s)' in render_journal(journal)


def test_standard_input_is_shown_and_redacted():
    journal = [
        command('secret-add', 'password=hunter22'),
        command('relation-set', '-r', '0', '--file', '-', stdin='password: hunter22\n'),
    ]
    assert '$ relation-set -r 0 --file - <<< password: <redacted>' in render_journal(journal)


def test_time_that_only_passed_is_shown_at_the_end():
    journal = [Operation(START, 'deploy', ('db',)), TimePassed(LATER, START)]
    assert render_journal(journal).splitlines()[-2:] == [
        '2026-02-01 00:00:00  +31d',
        '  clock  advanced to this time; nothing has happened since',
    ]


def test_offsets_count_from_the_start_of_a_journal_that_begins_with_a_move():
    journal = [TimePassed(LATER, START), Operation(LATER, 'deploy', ('db',))]
    assert render_journal(journal).splitlines()[0] == '2026-02-01 00:00:00  +31d'


def test_empty_journal_says_so():
    assert render_journal([]) == 'nothing happened yet'


def test_last_counts_a_hook_with_its_commands_as_one():
    journal = [
        Operation(START, 'deploy', ('db',)),
        command('is-leader'),
        HookRun(START, 'db/0', 'install', 'committed'),
    ]
    assert render_journal(journal, last=1).splitlines() == [
        '(1 earlier entries left out)',
        '2026-01-01 00:00:00  start',
        '  db/0  install',
        '          $ is-leader',
    ]


def test_only_as_many_entries_are_shown_as_fit_into_some_lines():
    journal = [
        command('is-leader'),
        HookRun(START, 'db/0', 'install', 'committed'),
        command('juju-log', 'a'),
        HookRun(START, 'db/0', 'install', 'committed'),
    ]
    assert len(render_journal(journal, most_lines=5).splitlines()) == 5
    for fewer in (1, 4):
        assert render_journal(journal, most_lines=fewer).splitlines() == [
            '(1 earlier entries left out)',
            '2026-01-01 00:00:00  start',
            '  db/0  install',
            '          $ juju-log a',
        ]


def test_values_stored_before_the_part_shown_are_redacted():
    journal = [command('secret-add', 'password=hunter22'), Operation(START, 'config', ('db', 'note=hunter22'))]
    assert 'hunter22' not in render_journal(journal, last=1)


def test_given_values_are_redacted_too():
    journal = [Operation(START, 'config', ('db', 'note=hunter22'))]
    assert 'note=<redacted>' in render_journal(journal, redactor=Redactor(['hunter22']))
    assert 'note=hunter22' in render_journal(journal)


def test_values_are_shown_if_asked():
    assert 'password=hunter22' in render_journal([command('secret-add', 'password=hunter22')], redactor=Redactor(()))


@pytest.mark.parametrize(
    'record',
    (
        command('juju-log', 'word ' * 200),
        command('juju-log', 'w' * 2000),
        command('config-get', stdout='{"a": "' + 'b' * 3000 + '"}'),
        command('relation-set', 'a=1', stdin='a: ' + 'b ' * 1000),
        HookRun(START, 'db/0', 'install', 'failed', error='line one\nline two ' * 100),
        Operation(START, 'config', ('db', 'x' * 2000)),
    ),
    ids=('words', 'one word', 'answer', 'standard input', 'error', 'operation'),
)
def test_lines_keep_within_the_width_and_long_texts_are_cut(record):
    lines = render_journal([record]).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert len(lines) <= 11
    assert any(line.endswith('...') for line in lines)


def test_no_line_break_hides_a_value():
    value = 'correct horse battery staple'
    journal = [command('secret-add', f'password={value}'), command('juju-log', 'x' * 95 + ' ' + value)]
    text = render_journal(journal)
    assert 'horse' not in text
    assert 'staple' not in text


@pytest.mark.parametrize(
    ('offset', 'text'),
    (
        (datetime.timedelta(), 'start'),
        (datetime.timedelta(days=31), '+31d'),
        (datetime.timedelta(days=1, hours=2, minutes=3, seconds=4), '+1d 2h 3m 4s'),
        (datetime.timedelta(milliseconds=1500), '+1s 500ms'),
    ),
)
def test_offset_reads_as_people_say_it(offset, text):
    assert describe_offset(offset) == text
