"""Units in error: how often Juju retries a failed hook, and what ``juju resolve`` does."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets import HookFailed

from .charms import Database, meta

in_error_state = pytest.mark.charmsecrets(on_hook_error='error-state')


SECOND = datetime.timedelta(seconds=1)


def fail(_):
    raise RuntimeError('as it was told')


def ignore(_):
    pass


def starts(hooks):
    return [(hook.hook, hook.time) for hook in hooks]


@in_error_state
def test_a_failed_hook_is_retried_later_and_later_and_at_most_five_minutes_apart(fake_model, fragile):
    fragile.failing = {'start'}
    fake_model.deploy(fragile.make('start'), meta=meta())
    (failed,) = [hook for hook in fake_model.settle() if hook.hook == 'start']
    retries = fake_model.advance(minutes=20)
    offsets = [(hook.time - failed.time) / SECOND for hook in retries]
    assert offsets == [5, 15, 35, 75, 155, 315, 615, 915]
    assert {hook.hook for hook in retries} == {'start'}


@in_error_state
def test_the_delay_is_short_again_once_a_hook_has_succeeded(fake_model, fragile):
    fragile.failing = {'start'}
    fake_model.deploy(fragile.make('start', 'config_changed'), meta=meta(config={'options': {'a': {'type': 'string'}}}))
    fake_model.settle()
    fake_model.advance(minutes=10)
    fragile.failing = {'config_changed'}
    fake_model.advance(minutes=10)
    fake_model.config('app', {'a': 'b'})
    began = fake_model.now
    fake_model.settle()
    assert starts(fake_model.advance(seconds=5)) == [('config-changed', began + 5 * SECOND)]


def test_advance_retries_when_it_is_time_and_settle_at_once(fake_model, fragile):
    fragile.failing = {'start'}
    fake_model.deploy(fragile.make('start'), meta=meta())
    with pytest.raises(HookFailed):
        fake_model.settle()
    assert fake_model.advance(seconds=4) == ()
    with pytest.raises(HookFailed):
        fake_model.settle()
    fragile.failing = set()
    assert [str(hook) for hook in fake_model.advance(days=1)] == ['app/0 start']


@in_error_state
def test_resolve_lets_the_unit_retry_and_the_delay_begins_anew(fake_model, fragile):
    fragile.failing = {'start'}
    fake_model.deploy(fragile.make('start'), meta=meta())
    fake_model.settle()
    fake_model.advance(minutes=10)
    fake_model.resolve('app/0')
    resolved = fake_model.now
    retries = fake_model.advance(seconds=20)
    assert starts(retries) == [('start', resolved + seconds * SECOND) for seconds in (0, 5, 15)]


def test_resolve_without_retry_lets_the_unit_go_on_as_if_the_hook_had_succeeded(fake_model, fragile):
    fragile.failing = {'config_changed'}
    fake_model.deploy(fragile.make('config_changed', 'start'), meta=meta())
    with pytest.raises(HookFailed):
        fake_model.settle()
    fake_model.resolve('app/0', no_retry=True)
    assert [str(hook) for hook in fake_model.settle()] == ['app/0 start']
    assert fragile.ran == ['config_changed', 'start']
    assert 'user: resolved app/0 --no-retry' in map(str, fake_model.journal)


@pytest.mark.parametrize('no_retry', (False, True))
def test_a_config_changed_that_is_retried_or_skipped_counts_for_the_config_of_then(fake_model, fragile, no_retry):
    """As Juju 3.6.28 did when it was recorded: a charm that skips the hook never receives the value."""
    fake_model.deploy(fragile.make('config_changed'), meta=meta(config={'options': {'a': {'type': 'string'}}}))
    fake_model.settle()
    fragile.failing = {'config_changed'}
    fake_model.config('app', {'a': 'two'})
    with pytest.raises(HookFailed):
        fake_model.settle()
    fragile.failing = set()
    fake_model.config('app', {'a': 'three'})
    fake_model.deliver()
    fake_model.resolve('app/0', no_retry=no_retry)
    assert [str(hook) for hook in fake_model.settle()] == ([] if no_retry else ['app/0 config-changed'])
    assert fake_model.settle() == ()


def test_a_unit_whose_remove_is_skipped_is_gone(fake_model, fragile):
    fragile.failing = {'remove'}
    app = fake_model.deploy(fragile.make('remove'), meta=meta())
    fake_model.settle()
    fake_model.remove_unit('app/0')
    with pytest.raises(HookFailed):
        fake_model.settle()
    fake_model.resolve('app/0', no_retry=True)
    fake_model.settle()
    assert app.units == ()


def test_a_secret_rotate_that_is_skipped_is_tried_again_five_minutes_after_its_time(pair, patch):
    patch(Database, '_rotate', fail)
    with pytest.raises(HookFailed):
        pair.model.advance(days=32)
    when = pair.secret.next_rotation
    pair.model.resolve('database/0', no_retry=True)
    assert pair.secret.next_rotation == when + datetime.timedelta(minutes=5)
    patch(Database, '_rotate', ignore)
    assert [str(hook) for hook in pair.model.settle()] == ['database/0 secret-rotate']


@pytest.mark.charmsecrets(juju_bugs=['skipped_rotation_refused'])
def test_a_secret_rotate_that_is_skipped_breaks_the_agent_of_a_juju_with_that_bug(pair, patch):
    patch(Database, '_rotate', fail)
    with pytest.raises(HookFailed):
        pair.model.advance(days=32)
    pair.model.resolve('database/0', no_retry=True)
    pair.model.remove_unit('database/0')
    assert not [hook for hook in pair.model.settle() if hook.unit == 'database/0']


def test_a_secret_rotate_is_skipped_although_its_secret_is_gone(pair, patch):
    patch(Database, '_rotate', fail)
    with pytest.raises(HookFailed):
        pair.model.advance(days=32)
    pair.model.exec('secret-remove', pair.secret.id, unit='database/0')
    pair.model.resolve('database/0', no_retry=True)
    patch(Database, '_rotate', ignore)
    assert 'database/0 secret-rotate' in [str(hook) for hook in pair.model.settle()]
