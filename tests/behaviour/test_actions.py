"""Actions and ``juju exec``: tasks that a user asks a unit to run."""

from __future__ import annotations

import pytest

from pytest_charmsecrets import ActionFailed

from .charms import LABEL, charm, meta


def test_an_action_returns_a_task_with_its_results(settled, fake_model):
    def look(self, event):
        event.log('looking')
        event.set_results({'seen': event.params['what'], 'more': {'depth': event.params['depth']}})

    settled(
        charm(look_action=look),
        meta=meta(
            actions={'look': {'params': {'what': {'type': 'string'}, 'depth': {'default': 3}}, 'required': ['what']}}
        ),
    )
    task = fake_model.run('app/0', 'look', {'what': 'everything'})
    assert task.success
    assert (task.unit, task.action, task.status, task.return_code) == ('app/0', 'look', 'completed', 0)
    assert task.results['seen'] == 'everything'
    assert task.log == ['looking']


def test_an_action_commits_like_a_hook(settled, fake_model):
    settled(
        charm(add_action=lambda self, event: self.app.add_secret({'key': 'value'}, label=LABEL)),
        meta=meta(actions={'add': {}}),
    )
    fake_model.run('app/0', 'add')
    assert fake_model.secret(label=LABEL).content == {'key': 'value'}


def test_an_action_runs_after_what_the_unit_has_to_run_before_it(fake_model):
    seen = []
    see = charm(start=lambda self, _: seen.append('start'), look_action=lambda self, _: seen.append('look'))
    fake_model.deploy(see, meta=meta(actions={'look': {}}))
    fake_model.run('app/0', 'look')
    fake_model.settle()
    assert sorted(seen) == ['look', 'start']


def test_exec_runs_a_hook_command_in_a_hook_of_its_own(pair):
    task = pair.model.exec('relation-get', '--app', '-r', str(pair.relation.id), 'secret-id', 'database', unit='web/0')
    assert task.success
    assert task.stdout.strip() == pair.secret.id
    pair.model.exec('secret-set', pair.secret.id, 'password=by-hand', unit='database/0')
    assert pair.secret.content == {'password': 'by-hand'}


def test_exec_that_fails_raises_with_its_task(pair):
    with pytest.raises(ActionFailed) as failed:
        pair.model.exec('secret-get', 'secret:9m4e2mr0ui3e8a215n4g', unit='web/0')
    task = failed.value.task
    assert (task.status, task.return_code) == ('completed', 1)
    assert task.stderr == 'ERROR secret "secret:9m4e2mr0ui3e8a215n4g" not found\n'
    assert pair.model.journal.hooks(name='juju-exec')[-1].outcome == 'committed'


def test_exec_of_one_argument_is_a_line_for_a_shell(pair):
    uri = pair.secret.id
    task = pair.model.exec(f'for key in one two; do secret-set {uri} "$key=1"; done; echo $?', unit='database/0')
    assert (task.action, task.stdout, task.success) == ('for', '0\n', True)
    assert pair.secret.content == {'two': '1'}
    assert pair.model.exec('echo', 'two words', '>&2', unit='database/0').stdout == 'two words >&2\n'


def test_exec_whose_commit_is_refused_raises_with_its_task(pair):
    with pytest.raises(ActionFailed) as failed:
        pair.model.exec('secret-add', '--label', LABEL, 'key=value', unit='database/0')
    task = failed.value.task
    assert (task.status, task.message) == ('failed', 'committing requested changes failed')
    assert task.stderr == f'creating secrets: secret with label "{LABEL}" already exists'
    assert task.stdout.startswith('secret:')


@pytest.mark.charmsecrets(on_hook_error='error-state')
def test_an_action_runs_although_a_hook_before_it_fails(fake_model):
    def fail(self, _):
        raise RuntimeError('as it was told')

    see = charm(leader_elected=fail, look_action=lambda self, event: event.set_results({'seen': 'yes'}))
    fake_model.deploy(see, meta=meta(actions={'look': {}}), num_units=2, started=True)
    fake_model.set_leader('app/1')
    assert fake_model.run('app/1', 'look').results == {'seen': 'yes'}
    assert [hook.hook for hook in fake_model.journal.hooks() if hook.error] == ['leader-elected']
