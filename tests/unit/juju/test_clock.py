"""Virtual time, and the arithmetic of rotation and expiry."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_charmsecrets.errors import UsageError
from pytest_charmsecrets.juju.clock import Clock, add_months, is_due, next_rotation, round_to_second

UTC = datetime.timezone.utc
NOW = datetime.datetime(2026, 1, 1, 12, 30, 20, tzinfo=UTC)


def day(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ('start', 'months', 'expected'),
    (
        ('2025-01-31', 1, '2025-03-03'),
        ('2024-01-31', 1, '2024-03-02'),
        ('2025-10-31', 1, '2025-12-01'),
        ('2025-01-31', 3, '2025-05-01'),
        ('2025-11-30', 3, '2026-03-02'),
        ('2025-08-31', 3, '2025-12-01'),
        ('2024-02-29', 12, '2025-03-01'),
        ('2025-12-15', 1, '2026-01-15'),
        ('2025-01-01', 12, '2026-01-01'),
    ),
)
def test_months_run_over_into_the_next_as_go_adds_them(start, months, expected):
    assert add_months(day(start), months) == day(expected)


@given(
    st.datetimes(min_value=datetime.datetime(1970, 1, 1), max_value=datetime.datetime(2200, 1, 1)), st.integers(1, 24)
)
def test_adding_months_keeps_the_time_of_day_and_never_falls_short(when, months):
    later = add_months(when, months)
    assert later.time() == when.time()
    skipped = (later.year - when.year) * 12 + later.month - when.month
    assert (skipped == months and later.day == when.day) or (skipped == months + 1 and later.day <= 3 < 28 < when.day)


@pytest.mark.parametrize(
    ('policy', 'expected'),
    (
        ('hourly', '2026-01-01T13:30:20'),
        ('daily', '2026-01-02T12:30:20'),
        ('weekly', '2026-01-08T12:30:20'),
        ('monthly', '2026-02-01T12:30:20'),
        ('quarterly', '2026-04-01T12:30:20'),
        ('yearly', '2027-01-01T12:30:20'),
    ),
)
def test_each_policy_has_its_period(policy, expected):
    assert next_rotation(policy, NOW) == day(expected)


def test_the_policy_never_has_no_next_time():
    assert next_rotation('never', NOW) is None


@pytest.mark.parametrize(
    ('due', 'expected'),
    (
        (NOW, True),
        (NOW - datetime.timedelta(days=1), True),
        (NOW.replace(second=59), True),
        (NOW.replace(second=59, microsecond=999_999), True),
        (NOW.replace(minute=31, second=0), False),
        (NOW + datetime.timedelta(hours=1), False),
    ),
)
def test_what_is_due_within_the_minute_goes_along(due, expected):
    assert is_due(due, NOW) is expected


def test_a_worker_that_wakes_on_the_full_minute_takes_the_minute_along():
    minute = NOW.replace(second=0)
    assert is_due(minute, minute)
    assert is_due(minute + datetime.timedelta(seconds=59), minute)
    assert not is_due(minute + datetime.timedelta(seconds=60), minute)


@pytest.mark.parametrize(
    ('when', 'expected'),
    (
        ('2026-01-01T00:00:00.499999', '2026-01-01T00:00:00'),
        ('2026-01-01T00:00:00.500000', '2026-01-01T00:00:01'),
        ('2026-12-31T23:59:59.900000', '2027-01-01T00:00:00'),
        ('2026-01-01T00:00:00', '2026-01-01T00:00:00'),
    ),
)
def test_times_are_stored_in_whole_seconds(when, expected):
    assert round_to_second(day(when)) == day(expected)


def test_a_clock_shows_utc_whatever_zone_it_is_given():
    clock = Clock(datetime.datetime(2026, 1, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2))))
    assert clock.now == datetime.datetime(2026, 1, 1, tzinfo=UTC)
    assert clock.now.tzinfo is UTC
    clock.move_to(datetime.datetime(2026, 1, 1, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=2))))
    assert clock.now == datetime.datetime(2026, 1, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ('when', 'sentence'),
    (
        (NOW - datetime.timedelta(microseconds=1), 'time cannot go back'),
        (NOW.replace(tzinfo=None), 'has no time zone'),
    ),
)
def test_a_clock_moves_neither_back_nor_to_a_time_without_zone(when, sentence):
    clock = Clock(NOW)
    with pytest.raises(UsageError, match=sentence):
        clock.check(when)
    with pytest.raises(UsageError, match=sentence):
        clock.move_to(when)
    assert clock.now == NOW


def test_a_clock_may_stand_still():
    clock = Clock(NOW)
    clock.move_to(NOW)
    assert clock.now == NOW
