"""The workers that wait for a time: what fires, with whom, and when again."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets.juju.workers import ExpiryWorker, RetryTimer, RotationWorker, UpdateStatusTimer

NOON = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.timezone.utc)


def after(*, minutes: int = 0, seconds: int = 0) -> datetime.datetime:
    return NOON + datetime.timedelta(minutes=minutes, seconds=seconds)


def test_a_rotation_fires_once_until_its_next_time_is_learned():
    worker = RotationWorker()
    worker.learn('id', NOON)
    assert worker.fire(after(seconds=-1)) == []
    assert worker.fire(NOON) == ['id']
    assert (worker.fire(NOON), worker.deadline) == ([], None)
    worker.learn('id', after(minutes=1))
    assert worker.fire(after(minutes=1)) == ['id']


def test_rotations_within_the_same_minute_fire_together_soonest_first():
    worker = RotationWorker()
    worker.learn('a-late', after(seconds=40))
    worker.learn('b-soon', after(seconds=20))
    worker.learn('c-next-minute', after(seconds=60))
    assert worker.fire(after(seconds=20)) == ['b-soon', 'a-late']
    assert worker.deadline == after(seconds=60)


def test_a_secret_that_rotates_no_more_is_forgotten():
    worker = RotationWorker()
    worker.learn('id', NOON)
    worker.learn('id', None)
    worker.learn('unknown', None)
    assert not worker.is_due(NOON)


def test_an_expired_revision_fires_every_five_minutes_until_it_is_removed():
    worker = ExpiryWorker()
    worker.learn('id', 1, NOON)
    assert worker.fire(NOON) == [('id', 1)]
    assert worker.knows('id', 1)
    assert (worker.deadline, worker.fire(after(minutes=4))) == (after(minutes=5), [])
    assert worker.fire(after(minutes=5)) == [('id', 1)]
    worker.learn('id', 1, None)
    assert (worker.deadline, worker.knows('id', 1)) == (None, False)


def test_an_expiry_that_passed_long_ago_fires_once_and_then_in_five_minutes():
    worker = ExpiryWorker()
    worker.learn('id', 1, after(minutes=-60))
    assert worker.fire(NOON) == [('id', 1)]
    assert worker.deadline == after(minutes=5)


def test_a_hook_is_retried_after_twice_the_time_and_at_most_every_five_minutes():
    timer, delays = RetryTimer(), []
    for _ in range(8):
        timer.start(NOON)
        assert timer.deadline is not None
        delays.append((timer.deadline - NOON).seconds)
        assert timer.fire(timer.deadline)
    assert delays == [5, 10, 20, 40, 80, 160, 300, 300]
    timer.reset()
    assert (timer.deadline, timer.fire(NOON)) == (None, False)
    timer.start(NOON)
    assert timer.deadline == after(seconds=5)


@pytest.mark.parametrize('late', (0, 90))
def test_the_next_update_status_comes_one_interval_after_the_last(late):
    timer = UpdateStatusTimer(datetime.timedelta(minutes=5), NOON)
    assert not timer.fire(after(minutes=4))
    assert timer.fire(after(minutes=5, seconds=late))
    assert timer.deadline == after(minutes=10, seconds=late)


def test_update_status_can_be_off():
    assert not UpdateStatusTimer(None, NOON).fire(after(minutes=60))
