"""Fields of the journal's records: retries, observers, deferred events, reads, rests."""

from __future__ import annotations

import pytest

from pytest_charmsecrets import BecameDue, HookFailed, NoLongerDue, Operation, Settled

from .charms import charm, meta


def test_a_hook_refers_to_its_commands_and_a_read_to_what_it_returned(pair):
    pair.model.advance(days=32)
    changed = pair.model.journal.hooks(unit='web/0', name='secret-changed')[-1]
    assert changed.commands == pair.model.journal.commands(unit='web/0', hook='secret-changed')
    (read,) = [command for command in changed.commands if command.name == 'secret-get']
    assert (read.secret, read.revision, read.is_refused) == (pair.secret.unique_identifier, 2, False)
    assert changed.revision == 2


def test_a_read_of_content_that_the_hook_has_written_returns_no_revision(fake_model):
    puppet = fake_model.deploy_puppet('db')
    fake_model.settle()
    with puppet.leader.hook() as hook:
        secret = hook.add_secret({'key': 'one'}, label='mine')
        hook.get_secret(label='mine')
    read = fake_model.journal.commands(name='secret-get')[-1]
    assert (read.secret, read.revision) == (secret.view.unique_identifier, None)


def test_a_command_line_is_kept_as_it_was_where_its_value_only_looks_like_a_file(fake_model):
    puppet = fake_model.deploy_puppet('db')
    with puppet.leader.hook() as hook:
        hook.command('secret-add', 'key=a#file=/missing')
    assert fake_model.journal.commands(name='secret-add')[-1].argv == ('secret-add', 'key=a#file=/missing')


def test_a_hook_says_whether_it_is_a_retry_and_whether_it_is_observed(fake_model):
    failing = [True]

    def start(self, _):
        if failing:
            raise RuntimeError('as it was told')

    fake_model.deploy(charm(start=start), meta=meta())
    with pytest.raises(HookFailed):
        fake_model.settle()
    failing.clear()
    fake_model.settle()
    said = [(run.hook, run.is_retry, run.observed) for run in fake_model.journal.hooks()]
    assert said == [
        ('install', False, False),
        ('leader-elected', False, False),
        ('config-changed', False, False),
        ('start', False, True),
        ('start', True, True),
    ]


def test_a_hook_says_which_events_waited_for_it_and_which_wait_on(fake_model):
    seen = []

    def defer_once(_, event):
        seen.append(event)
        if len(seen) == 1:
            event.defer()

    fake_model.deploy(charm(start=defer_once), meta=meta())
    fake_model.settle()
    fake_model.update_status('app/0')
    start, update_status = fake_model.journal.hooks()[-2:]
    assert (start.ran_deferred, start.deferred) == ((), ('start',))
    assert (update_status.ran_deferred, update_status.deferred) == (('start',), ())


def test_a_model_rests_once_whoever_lets_it_run(fake_model):
    def rests():
        return sum(isinstance(record, Settled) for record in fake_model.journal)

    fake_model.deploy(charm(), meta=meta(config={'options': {'colour': {'type': 'string'}}}), num_units=2)
    fake_model.settle()
    assert rests() == 1
    fake_model.settle()
    assert rests() == 1
    fake_model.config('app', {'colour': 'red'})
    fake_model.step()
    assert rests() == 1
    fake_model.step()
    assert rests() == 1
    assert fake_model.step() is None
    assert rests() == 2
    fake_model.update_status('app/0')
    fake_model.advance(days=1)
    assert rests() == 3


def test_a_model_rests_when_the_last_unit_has_gone(fake_model):
    fake_model.deploy(charm(), meta=meta())
    fake_model.settle()
    fake_model.remove_unit('app/0')
    while fake_model.step() is not None:
        pass
    assert isinstance(list(fake_model.journal)[-1], Settled)


@pytest.mark.charmsecrets(on_hook_error='error-state')
def test_a_model_with_a_unit_in_error_does_not_rest(fake_model):
    def fail(self, _):
        raise RuntimeError('as it was told')

    fake_model.deploy(charm(start=fail), meta=meta())
    fake_model.settle()
    assert not [record for record in fake_model.journal if isinstance(record, Settled)]
    fake_model.resolve('app/0', no_retry=True)
    fake_model.settle()
    resolved = [record for record in fake_model.journal if isinstance(record, Operation)][-1]
    lapsed = [record for record in fake_model.journal if isinstance(record, NoLongerDue)][-1]
    assert (lapsed.hook, lapsed.causes) == ('start', (resolved.number,))


def test_several_changes_are_folded_into_one_hook_that_names_them_all(pair):
    for password in ('two', 'three'):
        pair.model.exec('secret-set', pair.secret.id, f'password={password}', unit='database/0')
    pair.model.settle()
    writes = [run.number for run in pair.model.journal.hooks(unit='database/0', name='juju-exec')]
    due = [one for one in pair.model.journal if isinstance(one, BecameDue) and one.hook == 'secret-changed']
    assert [(one.unit, one.causes) for one in due] == [('web/0', tuple(writes)), ('web/1', tuple(writes))]


def test_operations_keep_their_arguments(fake_model):
    options = {'colour': {'type': 'string', 'default': 'red'}}
    fake_model.deploy(charm(), meta=meta(config={'options': options}, actions={'look': {}}), started=True)
    fake_model.config('app', {'colour': 'blue'})
    fake_model.config('app', reset='colour')
    identifier = fake_model.add_secret('mine', {'key': 'one'})
    fake_model.update_secret(identifier, auto_prune=True)
    fake_model.run('app/0', 'look')
    fake_model.exec('is-leader', unit='app/0')
    done = [(one.name, one.arguments[1:]) for one in fake_model.journal if isinstance(one, Operation)]
    assert done == [
        ('deploy', ('--num-units=1',)),
        ('config', ('colour=blue',)),
        ('config', ('--reset=colour',)),
        ('add-secret', ('key=one',)),
        ('update-secret', ('--auto-prune=true',)),
        ('run', ('look',)),
        ('exec', ('is-leader',)),
    ]
