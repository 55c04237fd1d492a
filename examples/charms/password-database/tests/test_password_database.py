"""The owner and its observers, together: what Juju would do next, from the first hook to the last revision."""

from __future__ import annotations

import datetime
import pathlib

import ops
import pytest

from pytest_charmsecrets import ActionFailed, HookFailed

CHARM_DIR = pathlib.Path(__file__).parents[1]
WEB_CHARM_DIR = CHARM_DIR.parent / 'password-web'


@pytest.fixture
def db(fake_model):
    return fake_model.deploy(CHARM_DIR, 'db', num_units=2)


@pytest.fixture
def web(fake_model):
    return fake_model.deploy(WEB_CHARM_DIR, 'web', num_units=3)


@pytest.fixture
def secret(fake_model, db, web):
    fake_model.integrate('db:database', 'web:database')
    fake_model.settle()
    return fake_model.secret(owner='db', label='password')


def test_observers_track_the_first_revision(secret):
    assert secret.tracked_by == {'web/0': 1, 'web/1': 1, 'web/2': 1}


def test_observers_follow_the_monthly_rotation(fake_model, secret, db, web):
    before = {unit.status.message for unit in web.units}

    fake_model.advance(days=31)

    assert secret.tracked_by == {'web/0': 2, 'web/1': 2, 'web/2': 2}
    assert db.units[0].status == ops.ActiveStatus('password of 2026-02-01')
    after = {unit.status.message for unit in web.units}
    assert len(before) == len(after) == 1
    assert before != after


def test_owner_prunes_what_nobody_tracks(fake_model, secret):
    hooks = [str(hook) for hook in fake_model.advance(days=31)]

    assert hooks.count('db/0 secret-remove') == 1
    assert list(secret.revisions) == [2]


def test_password_rotates_every_month(fake_model, secret):
    fake_model.advance_to(datetime.datetime(2026, 6, 15, tzinfo=datetime.timezone.utc))

    # On the first of February, March, April, May and June.
    assert list(secret.revisions) == [6]


# web/1 is pinned.
@pytest.mark.charmsecrets(allow=['stale-observer:unit:web/1'])
def test_pinned_unit_keeps_its_revision_in_use(fake_model, secret):
    fake_model.config('web', {'pinned-units': '1'})
    fake_model.settle()

    hooks = [str(hook) for hook in fake_model.advance(days=31)]

    assert secret.tracked_by == {'web/0': 2, 'web/1': 1, 'web/2': 2}
    assert 'web/1 secret-changed' in hooks
    assert 'db/0 secret-remove' not in hooks
    assert list(secret.revisions) == [1, 2]


def test_owner_prunes_once_the_last_unit_has_moved_on(fake_model, secret):
    fake_model.config('web', {'pinned-units': '1'})
    fake_model.settle()
    fake_model.advance(days=31)

    fake_model.config('web', {'pinned-units': ''})
    hooks = [str(hook) for hook in fake_model.settle()]

    assert hooks.index('web/1 config-changed') < hooks.index('db/0 secret-remove')
    assert list(secret.revisions) == [2]


# web/1 is pinned.
@pytest.mark.charmsecrets(allow=['stale-observer:unit:web/1'])
def test_revision_between_the_pinned_and_the_latest_is_pruned(fake_model, secret):
    fake_model.config('web', {'pinned-units': '1'})
    fake_model.settle()

    fake_model.advance(days=31)
    fake_model.advance(days=31)

    assert secret.tracked_by == {'web/0': 3, 'web/1': 1, 'web/2': 3}
    assert list(secret.revisions) == [1, 3]


def test_owner_that_looked_its_secret_up_follows_too(fake_model, db, web):
    """Sharing with a relation that comes later makes the leader read its own secret, so that it tracks a revision."""
    fake_model.settle()
    fake_model.integrate('db:database', 'web:database')
    fake_model.settle()
    secret = fake_model.secret(owner='db', label='password')
    assert secret.tracked_by == {'db/0': 1, 'web/0': 1, 'web/1': 1, 'web/2': 1}

    fake_model.advance(days=31)

    assert secret.tracked_by == {'db/0': 2, 'web/0': 2, 'web/1': 2, 'web/2': 2}
    assert list(secret.revisions) == [2]


def test_new_leader_manages_the_secret_of_the_old_one(fake_model, secret, db):
    fake_model.set_leader('db/1')
    fake_model.settle()
    assert len(fake_model.secrets(owner='db')) == 1

    hooks = [str(hook) for hook in fake_model.advance(days=31)]

    assert 'db/1 secret-rotate' in hooks
    assert 'db/0 secret-rotate' not in hooks
    assert db.units[1].status == ops.ActiveStatus('password of 2026-02-01')
    assert list(secret.revisions) == [2]


def test_removing_the_relation_ends_access(fake_model, secret, web):
    assert fake_model.exec('secret-get', secret.id, unit='web/0').success

    fake_model.remove_relation('db:database', 'web:database')
    fake_model.settle()

    with pytest.raises(ActionFailed, match=r'permission denied|is not allowed to read'):
        fake_model.exec('secret-get', secret.id, unit='web/0')
    assert web.units[0].status == ops.BlockedStatus('needs a database')


def test_former_observer_still_holds_its_revision(fake_model, secret):
    """Juju deletes the grant with the relation, not the record of which revision the unit tracks.

    Only Juju 4.0 still notifies the unit of later revisions, which the unit may not read.
    """
    fake_model.remove_relation('db:database', 'web:database')
    fake_model.settle()

    hooks = [str(hook) for hook in fake_model.advance(days=31)]

    assert ('web/0 secret-changed' in hooks) == (fake_model.version >= '4')
    assert list(secret.revisions) == [1, 2]


def test_new_unit_reads_the_latest_revision(fake_model, secret):
    fake_model.advance(days=31)

    fake_model.add_unit('web')
    fake_model.settle()

    assert secret.tracked_by['web/3'] == 2


def test_rotation_that_fails_changes_nothing_and_is_retried(fake_model, secret, db, monkeypatch):
    """Nothing of the failed hook is kept, and Juju retries it.

    After a retry Juju's agent runs secret-rotate once more, for only a first attempt takes it off the agent's list.
    """

    def broken():
        raise OSError('disk full')

    with monkeypatch.context() as patch:
        patch.setattr(db.module('charm'), 'today', broken)
        with pytest.raises(HookFailed, match='disk full') as failure:
            fake_model.advance(days=31)

    assert (failure.value.unit, failure.value.hook) == ('db/0', 'secret-rotate')
    assert list(secret.revisions) == [1]

    hooks = [str(hook) for hook in fake_model.settle()]

    assert hooks.count('db/0 secret-rotate') == 2
    assert list(secret.revisions) == [3]


def test_action_rotates_at_once(fake_model, secret):
    fake_model.run('db/0', 'rotate-password')
    fake_model.settle()

    assert secret.tracked_by['web/0'] == 2


def test_action_outside_the_schedule_does_not_move_the_schedule(fake_model, secret):
    fake_model.advance(days=20)
    fake_model.run('db/0', 'rotate-password')
    fake_model.settle()

    fake_model.advance_to_next('secret-rotate')

    assert fake_model.now == datetime.datetime(2026, 2, 1, tzinfo=datetime.timezone.utc)


def test_follower_cannot_rotate(fake_model, secret):
    with pytest.raises(ActionFailed, match='only the leader'):
        fake_model.run('db/1', 'rotate-password')

    assert list(secret.revisions) == [1]
