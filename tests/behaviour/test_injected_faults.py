"""Faults that a test asks for: each strikes once, at the hook that it is for, and Juju's rules do the rest."""

from __future__ import annotations

import datetime

import ops
import pytest

from pytest_charmsecrets import FakeModel, HookFailed, HookRun, UsageError

from .charms import DATABASE, LABEL, Database, charm, meta

HOUR = datetime.timedelta(hours=1)


def told(hooks):
    return [(f'{hook}', hook.outcome) for hook in hooks]


@pytest.fixture
def rotates(pair):
    """A pair whose password is about to be rotated."""
    pair.model.advance_to(pair.secret.next_rotation - HOUR)
    return pair


def test_a_hook_that_is_killed_before_its_commit_changes_nothing_and_is_retried(rotates):
    fault = rotates.model.inject_fault('hook-fails', hook='secret-rotate')
    hooks = rotates.model.advance_to(rotates.secret.next_rotation)
    assert told(hooks) == [('database/0 secret-rotate', 'failed')]
    assert fault.struck
    assert hooks[0].error == 'fault injected: the hook was killed before its changes were committed'
    assert [effect.kind for effect in hooks[0].discarded] == ['secret-set']
    assert list(rotates.secret.revisions) == [1]
    retried = rotates.model.advance(seconds=5)
    assert ('database/0 secret-rotate', 'committed') in told(retried)
    assert rotates.secret.latest_revision > 1


def test_a_hook_whose_agent_dies_after_the_commit_runs_again_though_its_changes_are_there(rotates):
    rotates.model.inject_fault('hook-fails-after-commit', unit='database/0', hook='secret-rotate')
    (struck, *_) = hooks = rotates.model.advance_to(rotates.secret.next_rotation)
    assert [effect.kind for effect in struck.committed] == ['secret-set']
    assert 'the agent died after the commit' in struck.error
    assert rotates.secret.latest_revision == 2
    assert rotates.secret.next_rotation == rotates.model.now, 'the controller was not told that the secret was rotated'
    again = [hook for hook in rotates.model.advance(seconds=5) if hook.hook == 'secret-rotate']
    assert [hook.outcome for hook in again] == ['committed', 'committed'], 'the retry, and what was due at the start'
    assert hooks[0].secret == again[0].secret


def test_an_agent_that_dies_between_hooks_runs_nothing_until_it_is_started(rotates):
    rotates.model.inject_fault('agent-dies', hook='secret-rotate')
    rotates.model.advance(days=3)
    assert not [hook for hook in rotates.model.due if hook.unit == 'database/0']
    assert list(rotates.secret.revisions) == [1, 2]
    assert rotates.secret.revisions[1].obsolete
    rotates.model.start_agent('database/0')
    rotates.model.settle()
    assert rotates.model.journal.hooks(unit='database/0', name='secret-remove') == ()


def test_leadership_that_is_lost_before_the_commit_lets_juju_refuse_it(rotates):
    rotates.model.inject_fault('leader-lost', hook='secret-rotate')
    (struck, *later) = rotates.model.advance_to(rotates.secret.next_rotation)
    assert (str(struck), struck.outcome) == ('database/0 secret-rotate', 'commit failed')
    assert rotates.database.leader.name == 'database/1'
    assert 'database/1 secret-rotate' in [str(hook) for hook in later]
    assert rotates.secret.content == {'password': 'of database/1'}


def test_only_a_leader_loses_leadership(pair):
    fault = pair.model.inject_fault('leader-lost')
    pair.model.update_status('web/1')
    assert not fault.struck
    pair.model.update_status('web/0')
    assert fault.struck
    assert pair.web.leader.name == 'web/1'


def test_a_leader_that_has_no_heir_keeps_its_leadership(fake_model):
    app = fake_model.deploy(charm(), meta=meta(), num_units=2)
    fake_model.settle()
    fault = fake_model.inject_fault('leader-lost')
    fake_model.remove_unit('app/1')
    fake_model.settle()
    fake_model.update_status('app/0')
    assert not fault.struck
    assert app.leader.name == 'app/0'


def test_when_the_controller_restarts_the_agents_look_at_everything_anew(pair):
    pair.model.inject_fault('controller-restarts', unit='web/0', hook='update-status')
    pair.model.update_status('web/0')
    assert sorted(map(str, pair.model.settle())) == [
        'database/1 leader-settings-changed',
        'web/1 leader-settings-changed',
    ]


def test_a_hook_strikes_whichever_unit_comes_first_and_only_once(pair):
    fault = pair.model.inject_fault('hook-fails', hook='secret-changed')
    pair.model.exec('secret-set', pair.secret.id, 'password=two', unit='database/0')
    hooks = [hook for hook in pair.model.settle() if hook.hook == 'secret-changed']
    assert sorted(hook.outcome for hook in hooks) == ['committed', 'failed']
    assert str(fault) == 'hook-fails secret-changed'
    assert f'user: inject-fault {fault}' in map(str, pair.model.journal)


def test_several_faults_strike_one_hook(rotates):
    kinds = ('leader-lost', 'controller-restarts', 'agent-dies')
    faults = [rotates.model.inject_fault(kind, hook='secret-rotate') for kind in kinds]
    rotates.model.advance_to(rotates.secret.next_rotation)
    assert all(fault.struck for fault in faults)


def test_an_action_can_be_struck(fake_model):
    app = fake_model.deploy(charm(), meta=meta(actions={'look': {}}))
    fake_model.settle()
    fake_model.inject_fault('agent-dies', hook='look')
    fake_model.run('app/0', 'look')
    assert fake_model.settle() == ()
    with pytest.raises(UsageError, match="the agent of 'app/0' is stopped"):
        fake_model.run('app/0', 'look')
    assert app.exists


def test_a_unit_that_dies_with_its_last_hook_is_gone(fake_model):
    app = fake_model.deploy(charm(), meta=meta())
    fake_model.settle()
    fault = fake_model.inject_fault('agent-dies', hook='remove')
    fake_model.remove_unit('app/0')
    fake_model.settle()
    assert fault.struck
    assert app.units == ()


def test_a_unit_whose_last_hook_sees_the_controller_restart_is_gone(pair):
    pair.model.inject_fault('controller-restarts', hook='remove')
    pair.model.remove_unit('web/1')
    pair.model.settle()
    assert [unit.name for unit in pair.web.units] == ['web/0']


def test_a_charm_that_fails_by_itself_is_told_although_a_fault_has_struck(fake_model):
    def broken(*_):
        raise RuntimeError('a bug')

    fake_model.deploy(charm(start=broken), meta=meta())
    fake_model.inject_fault('hook-fails', hook='start')
    with pytest.raises(HookFailed, match='a bug'):
        fake_model.settle()


# --- the backend


@pytest.fixture
def outside(pair):
    """A pair whose secrets are kept outside Juju."""
    pair.model.model_secret_backend('vault')
    return pair


def test_a_backend_that_refuses_lets_juju_refuse_new_content(outside):
    outside.model.advance_to(outside.secret.next_rotation - HOUR)
    outside.model.inject_fault('backend-refuses', hook='secret-rotate')
    (struck,) = outside.model.advance_to(outside.secret.next_rotation)
    assert struck.outcome == 'commit failed'
    assert struck.error == f'saving content for secret "{outside.secret.unique_identifier}": permission denied'
    assert list(outside.secret.revisions) == [1]
    outside.model.advance(seconds=5)
    assert outside.secret.latest_revision > 1


def test_a_backend_that_refuses_lets_nobody_create_a_secret(fake_model):
    def create(self, _):
        self.unit.add_secret({'key': 'value'}, label=LABEL)

    fake_model.model_secret_backend('vault')
    fake_model.deploy(charm(start=create), meta=meta())
    fake_model.inject_fault('backend-refuses', hook='start')
    fake_model.settle()
    assert fake_model.secrets() == ()
    fake_model.settle()
    assert [secret.label for secret in fake_model.secrets()] == [LABEL]


def test_a_backend_that_refuses_lets_nobody_read_and_tracking_moves_all_the_same(outside):
    outside.model.exec('secret-set', outside.secret.id, 'password=two', unit='database/0')
    outside.model.inject_fault('backend-refuses', unit='web/0', hook='secret-changed')
    with pytest.raises(HookFailed) as failed:
        outside.model.settle()
    assert failed.value.juju_error == 'permission denied'
    assert 'the backend vault refuses' in str(failed.value)
    assert outside.secret.tracked_by['web/0'] == 2


def test_a_backend_that_refuses_keeps_what_a_hook_removes(fake_model):
    fake_model.model_secret_backend('vault')
    removing = charm(
        start=lambda self, _: self.unit.add_secret({'key': 'value'}, label=LABEL, rotate=ops.SecretRotate.HOURLY),
        secret_rotate=lambda self, event: event.secret.remove_revision(1),
    )
    fake_model.deploy(removing, meta=meta())
    fake_model.settle()
    fake_model.inject_fault('backend-refuses', hook='secret-rotate')
    (struck,) = fake_model.advance_to(fake_model.secret(label=LABEL).next_rotation)
    secret_id = fake_model.secret(label=LABEL).unique_identifier
    denied = 'permission denied'
    assert struck.error == f'cannot delete secret "{secret_id}" revision 1 from backend: {denied}: {denied}'


def test_what_changes_no_content_does_not_need_the_backend(outside):
    outside.model.inject_fault('backend-refuses', hook='update-status')
    (struck,) = outside.model.update_status('web/0')
    assert struck.outcome == 'committed'


def test_a_description_alone_does_not_need_the_backend(fake_model):
    fake_model.model_secret_backend('vault')

    describing = charm(
        start=lambda self, _: self.unit.add_secret({'key': 'value'}, label=LABEL, rotate=ops.SecretRotate.HOURLY),
        secret_rotate=lambda self, event: event.secret.set_info(description='new'),
    )
    fake_model.deploy(describing, meta=meta())
    fake_model.settle()
    fake_model.inject_fault('backend-refuses', hook='secret-rotate')
    fake_model.advance(hours=1)
    assert fake_model.secret(label=LABEL).description == 'new'


def test_content_that_is_kept_in_juju_is_read_although_the_backend_refuses(pair):
    """The secret was added before the backend was chosen, and the content of one that is added later lies there."""
    pair.model.model_secret_backend('vault')
    pair.model.inject_fault('backend-refuses', hook='update-status')
    pair.model.model_secret_backend('internal')
    assert pair.model.update_status('web/0')[0].outcome == 'committed'


# --- misuse

MISUSE = {
    "kind is 'hook-explodes'; ": {'kind': 'hook-explodes'},
    "there is no unit 'web/7'": {'kind': 'hook-fails', 'unit': 'web/7'},
    "there is no hook 'secret_rotate'; did you mean 'secret-rotate' or 'secret-remove'?": {
        'kind': 'hook-fails',
        'hook': 'secret_rotate',
    },
    "there is no hook 'cluster-relation-changed'": {
        'kind': 'hook-fails',
        'unit': 'web/0',
        'hook': 'cluster-relation-changed',
    },
    "backend-refuses needs a backend outside Juju; choose one with model_secret_backend('vault') first": {
        'kind': 'backend-refuses'
    },
}


@pytest.mark.parametrize('message', MISUSE)
def test_a_fault_that_could_never_strike_is_refused(pair, snapshot, message):
    before = snapshot()
    with pytest.raises(UsageError) as refused:
        pair.model.inject_fault(**MISUSE[message])
    assert message in str(refused.value)
    assert snapshot() == before


def test_a_single_unit_cannot_lose_its_leadership(fake_model):
    fake_model.deploy(charm(), meta=meta())
    with pytest.raises(UsageError, match='leader-lost needs an application with two units; add one with add_unit'):
        fake_model.inject_fault('leader-lost')


def test_in_error_state_a_struck_hook_is_like_any_other_that_fails():
    with FakeModel(on_hook_error='error-state') as model:
        model.deploy(Database, meta=DATABASE)
        model.inject_fault('hook-fails', hook='leader-elected')
        model.settle()
        assert [hook for hook in model.journal if isinstance(hook, HookRun)][-1].outcome == 'failed'
        model.settle()
        assert model.secret(label=LABEL).content == {'password': 'one'}
