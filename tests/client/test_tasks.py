"""Actions and hook commands on units, by command lines."""

from __future__ import annotations

import json

import pytest
import yaml

from pytest_charmsecrets import UsageError

TIME = '2026-01-01 00:00:00 +0000 UTC'
TIMING = {'enqueued': TIME, 'started': TIME, 'completed': TIME}


def test_run_prints_what_jubilant_parses(juju, web):
    result = juju.run('run web/leader say what=this --format json')
    assert json.loads(result.stdout) == {
        'web/0': {
            'id': '2',
            'status': 'completed',
            'unit': 'web/0',
            'results': {'said': {'text': 'this'}, 'return-code': 0},
            'timing': TIMING,
            'log': [f'{TIME} saying this'],
        }
    }
    assert result.stderr == 'Running operation 1 with 1 task\n  - task 2 on unit-web-0\n'


def test_run_takes_parameters_from_a_file_and_arguments(juju, web, tmp_path):
    (tmp_path / 'params').write_text('what: {deep: {a: 1}}\n')
    (shown,) = juju.json('run web/0 say --params params what.deep.b=2').values()
    assert shown['results']['said']['text'] == {'deep': {'a': '1', 'b': '2'}}
    (shown,) = juju.json('run web/0 say what=1.50 --string-args').values()
    assert shown['results']['said']['text'] == '1.50'
    (tmp_path / 'params').write_text('- 1\n')
    assert juju.refusal('run web/0 say --params params') == 'params must contain a YAML map with string keys'
    (tmp_path / 'params').write_text('a: {')
    assert juju.refusal('run web/0 say --params params').startswith('yaml: ')


def test_run_prints_plainly_by_default(juju, web):
    assert juju('run web/0 say') == 'said:\n  text: hello\n\n'
    assert juju('run web/0 fail') == 'Action id 4 failed: no\n\n'
    juju.model.add_unit('web')
    juju.model.settle()
    assert yaml.safe_load(juju('run web/0 web/1 say')) == {
        'web/0': {'id': '6', 'output': 'said:\n  text: hello\n', 'status': 'completed'},
        'web/1': {'id': '7', 'output': 'said:\n  text: hello\n', 'status': 'completed'},
    }


def test_an_action_that_says_it_failed_is_no_failure_of_the_command(juju, web):
    (shown,) = juju.json('run web/0 fail').values()
    assert (shown['status'], shown['message'], shown['results']) == ('failed', 'no', {'return-code': 0})


def test_an_action_that_crashes_is(juju, web):
    result = juju.run('run web/0 crash --format json')
    assert result.exit_code == 1
    (shown,) = json.loads(result.stdout).values()
    assert (shown['status'], shown['results']['return-code']) == ('failed', 1)
    assert 'crashed' in shown['results']['stderr']
    assert result.stderr.endswith(
        'ERROR the following task failed:\n - id "2" with return code 1\n\n'
        "use 'juju show-task' to inspect the failure\n\n"
    )


def test_an_action_runs_although_a_hook_failed_before_it(juju, web, db):
    juju('config web colour=black')
    juju.model.settle()
    juju('integrate web db')
    (shown,) = juju.json('run web/0 say').values()
    assert shown['status'] == 'completed'
    assert juju.json('status')['applications']['web']['units']['web/0']['workload-status']['current'] == 'error'


@pytest.mark.parametrize(
    ('line', 'text'),
    (
        ('run web/7 say', 'unit "web/7" not found'),
        ('run web/0 nothing', 'action "nothing" not defined'),
        ('run other/leader say', 'could not determine leader for "other"'),
        ('run web/0 need', 'validation failed: (root) : "what" property is missing and required'),
    ),
)
def test_what_cannot_be_scheduled_prints_nothing(juju, web, line, text):
    result = juju.run(line)
    assert (result.exit_code, result.stdout) == (0, '')
    assert result.stderr == f'Operation 1 failed to schedule any tasks:\n{text}\n'


@pytest.mark.charmsecrets(juju_version='4.0.14')
def test_juju_4_refuses_what_cannot_be_scheduled(juju, web):
    assert juju.refusal('run web/0 nothing') == 'action "nothing" not defined (not found)'


def test_some_may_be_scheduled(juju, web):
    result = juju.run('run web/0 web/7 say')
    assert result.exit_code == 0
    assert result.stderr.endswith('Some actions could not be scheduled:\nunit "web/7" not found\n\n')


@pytest.mark.parametrize(
    ('line', 'text'),
    (
        ('run', 'no unit specified'),
        ('run say', 'no unit specified'),
        ('run web/0', 'no action specified'),
        ('run web/0 Say', 'invalid unit or action name "Say"'),
        ('run web/0 db/0 say', 'all units must be of the same application'),
        ('run web/0 say what', 'argument "what" must be of the form key.key.key...=value'),
        (
            'run web/0 say A=1',
            (
                'key "A" must start and end with lowercase alphanumeric, and contain only lowercase '
                'alphanumeric and hyphens'
            ),
        ),
        ('exec', 'no commands specified'),
        ('exec -- is-leader', 'You must specify a target, either through --all, --machine, --application or --unit'),
        (
            'exec -u Web -a Db is-leader',
            (
                'The following exec targets are not valid:\n'
                '  "Db" is not a valid application name\n  "Web" is not a valid unit name'
            ),
        ),
    ),
)
def test_a_wrong_command_line_exits_with_2(juju, line, text):
    assert juju.refusal(line, exit_code=2) == text


def test_exec_runs_a_hook_command(juju, web):
    result = juju.run(
        ['exec', '--unit', 'web/leader', '--format', 'json', '--', 'secret-add "key=a value" --label mine']
    )
    (shown,) = json.loads(result.stdout).values()
    uri = shown['results']['stdout'].strip()
    assert juju.model.secret(uri).content == {'key': 'a value'}
    assert (shown['status'], shown['results']['return-code']) == ('completed', 0)


def test_exec_quotes_several_words(juju, web):
    juju(['exec', '--unit', 'web/0', '--', 'secret-add', 'key=two words', '--label', 'mine'])
    assert juju.model.secret(label='mine').content == {'key': 'two words'}


def test_exec_on_applications_prints_each_units_output(juju, web):
    juju.model.add_unit('web')
    juju.model.settle()
    assert juju('exec --application web is-leader') == 'web/0:\nTrue\n\nweb/1:\nFalse\n\n'
    assert juju('exec --unit web/0 is-leader') == 'True\n'
    assert juju.refusal('exec --application other is-leader') == 'application "other" not found (not found)'


def test_a_command_that_fails_fails_the_client(juju, web):
    result = juju.run('exec --unit web/0 --format json -- secret-get 9m4e2mr0ui3e8a215n4g')
    assert result.exit_code == 1
    (shown,) = json.loads(result.stdout).values()
    assert shown['status'] == 'completed'
    assert shown['results'] == {'return-code': 1, 'stderr': 'ERROR secret "secret:9m4e2mr0ui3e8a215n4g" not found\n'}
    assert 'the following task failed:\n - id "2" with return code 1' in result.stderr


@pytest.fixture
def run_line(juju, web):
    def run(line):
        result = juju.run(['exec', '--unit', 'web/0', '--format', 'json', '--', line])
        (shown,) = json.loads(result.stdout).values()
        return shown

    return run


@pytest.mark.parametrize(
    ('line', 'stdout'),
    (
        ('echo hello', 'hello\n'),
        ('is-leader && echo yes', 'True\nyes\n'),
        ('relation-ids cluster | cut -d: -f1', 'cluster\n'),
        ('[[ $(is-leader --format json) == true ]] && echo {a,b}', 'a b\n'),
        ('is-leader # comment', 'True\n'),
        ('X=1 is-leader; is-leader >/dev/null', 'True\n'),
        (
            'echo "$JUJU_UNIT_NAME $JUJU_ACTION_NAME ${JUJU_HOOK_NAME:-none} ${JUJU_DISPATCH_PATH:-none}"',
            'web/0 juju-exec none none\n',
        ),
        ('[ "$PWD" = "$JUJU_CHARM_DIR" ] && ls metadata.yaml', 'metadata.yaml\n'),
    ),
)
def test_a_line_is_run_by_bash(run_line, line, stdout):
    shown = run_line(line)
    assert shown['status'] == 'completed'
    assert shown['results'] == {'return-code': 0, 'stdout': stdout}


def test_what_a_line_asks_for_is_one_transaction(juju, run_line):
    run_line('uri=$(secret-add key=value --label mine) && secret-set "$uri" --description "of $JUJU_UNIT_NAME"')
    assert juju.model.secret(label='mine').description == 'of web/0'
    (hook,) = juju.model.journal.hooks(name='juju-exec')
    assert [effect.kind for effect in hook.committed] == ['secret-add']


def test_an_exit_code_is_a_result_and_discards_nothing(juju, run_line):
    shown = run_line('secret-add key=value --label mine; echo oops >&2; exit 3')
    assert (shown['status'], shown['results']['return-code'], shown['results']['stderr']) == ('completed', 3, 'oops\n')
    assert juju.model.secret(label='mine').content == {'key': 'value'}


def test_a_line_that_is_killed_is_discarded(juju, run_line):
    shown = run_line('secret-add key=value --label mine; kill -9 $$')
    assert (shown['status'], shown['message']) == ('failed', 'signal: killed')
    assert juju.model.secrets() == ()
    assert [hook.outcome for hook in juju.model.journal.hooks(name='juju-exec')] == ['failed']


def test_a_commit_that_is_refused_fails_the_task(juju, run_line):
    run_line('secret-add key=value --label mine')
    shown = run_line('secret-add key=value --label mine >uri || exit 1; echo added; rm uri')
    assert (shown['status'], shown['message']) == ('failed', 'committing requested changes failed')
    assert 'added' in shown['results']['stdout']
    assert 'already exists' in shown['results']['stderr']


def test_a_line_can_give_results_as_an_action_can(run_line):
    shown = run_line('action-set a.b=1; action-log begun; action-fail "not today"; action-get command | wc -w')
    assert (shown['status'], shown['message']) == ('failed', 'not today')
    assert shown['results'] == {'a': {'b': '1'}, 'return-code': 0, 'stdout': '12\n'}
    assert shown['log'][0].endswith('begun')


def test_a_line_that_bash_does_not_understand_fails(run_line):
    shown = run_line('secret-add "key=unfinished')
    assert shown['results']['return-code'] == 2
    assert shown['results']['stderr'].startswith('script.sh: ')
    assert run_line('secret-gte')['results']['return-code'] == 127


def test_a_hook_command_that_is_not_supported_says_so_within_a_line_too(juju, web):
    for line in ('leader-get', 'leader-get | cat'):
        with pytest.raises(UsageError, match="hook command 'leader-get' is not supported"):
            juju.run(['exec', '--unit', 'web/0', '--', line])


def test_a_puppet_has_a_shell_and_an_empty_directory(juju, db):
    assert juju('exec --unit db/0 -- ls -A') == ''
    juju(['exec', '--unit', 'db/0', '--', 'echo one >notes'])
    assert juju(['exec', '--unit', 'db/0', '--', 'cat notes; unit-get private-address']) == 'one\n10.0.0.1\n'
    assert juju('exec --unit db/1 -- ls -A') == ''


@pytest.mark.parametrize(
    'line',
    (
        "secret-add 'key=$a*b'",
        'secret-add key#file=/dev/null',
        'secret-add key=a-b:c,d/e@f%g+h',
        'secret-add --file content.yaml',
        'secret-get 9m4e2mr0ui3e8a215n4g',
        'relation-get -r cluster:0 - web/0',
    ),
)
def test_a_hook_command_alone_starts_no_process_and_does_the_same(juju, run_line, line, monkeypatch):
    run_line('echo key: value >content.yaml')
    by_a_shell = run_line(f':; {line}')['results']
    monkeypatch.setattr('subprocess.Popen', None)
    directly = run_line(line)['results']
    assert {**directly, 'stdout': ''} == {**by_a_shell, 'stdout': ''}
    assert len(directly.get('stdout', '')) == len(by_a_shell.get('stdout', ''))
