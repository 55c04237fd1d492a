"""The values that --expire accepts, and how times are printed."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.golang import time as gotime

UTC = datetime.timezone.utc
NOW = datetime.datetime(2026, 1, 1, tzinfo=UTC)
HOUR = 3_600_000_000_000


@pytest.mark.parametrize(
    ('text', 'nanoseconds'),
    (
        ('0', 0),
        ('-0', 0),
        ('0s', 0),
        ('1h', HOUR),
        ('1h30m', HOUR * 3 // 2),
        ('1.5999999999999999999999s', 1_600_000_000),
        ('0.9223372036854775808s', 922_337_203),
        ('1.5h', HOUR * 3 // 2),
        ('.5h', HOUR // 2),
        ('1.h', HOUR),
        ('+2ms3us4ns', 2_003_004),
        ('1µs', 1_000),
        ('1μs', 1_000),
        ('-1h', -HOUR),
        ('9223372036854775807ns', (1 << 63) - 1),
    ),
)
def test_duration(text, nanoseconds):
    assert gotime.parse_duration(text) == nanoseconds


@pytest.mark.parametrize(
    'text', ('', '+', '1', '1d', 'h', '.h', '1h-30m', '1 h', '1H', '10000000h', '9' * 5000 + 'ns', '１h')
)
def test_no_duration(text):
    assert gotime.parse_duration(text) is None


@pytest.mark.parametrize(
    ('text', 'when'),
    (
        ('2025-01-01T06:06:06Z', datetime.datetime(2025, 1, 1, 6, 6, 6, tzinfo=UTC)),
        ('2025-01-01T06:06:06', datetime.datetime(2025, 1, 1, 6, 6, 6, tzinfo=UTC)),
        ('2025-01-01T06:06:06+02:00', datetime.datetime(2025, 1, 1, 4, 6, 6, tzinfo=UTC)),
        ('2025-01-01T06:06:06-02:30', datetime.datetime(2025, 1, 1, 8, 36, 6, tzinfo=UTC)),
        ('2025-01-01T6:06:06Z', datetime.datetime(2025, 1, 1, 6, 6, 6, tzinfo=UTC)),
        ('2025-01-01T06:06:06.25', datetime.datetime(2025, 1, 1, 6, 6, 6, 250_000, tzinfo=UTC)),
        ('2025-01-01T06:06:06,123456789Z', datetime.datetime(2025, 1, 1, 6, 6, 6, 123_456, tzinfo=UTC)),
    ),
)
def test_time(text, when):
    assert gotime.parse_time(text) == when


@pytest.mark.parametrize(
    'text',
    (
        '2022-01-01',
        '2025-02-29T00:00:00Z',
        '2025-01-01T24:00:00Z',
        '2025-01-01T00:00:60Z',
        '2025-01-01t00:00:00z',
        '2025-01-01 00:00:00',
        '2025-1-01T00:00:00Z',
        '2025-01-01T00:00:00+25:00',
        '2025-01-01T00:00:00+0200',
        '0001-02-29T00:00:00Z',
    ),
)
def test_no_time(text):
    assert gotime.parse_time(text) is None


@pytest.mark.parametrize(
    ('text', 'when'),
    (
        ('0000-02-29T00:00:00Z', datetime.datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC)),
        ('0001-01-01T00:00:00+01:00', datetime.datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC)),
        ('9999-12-31T23:59:59-01:00', datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ),
)
def test_time_that_python_does_not_have_is_the_nearest(text, when):
    assert gotime.parse_time(text) == when


@pytest.mark.parametrize('text', ('0001-01-01T00:00:00Z', '0001-01-01T01:00:00+01:00'))
def test_expire_at_the_zero_time_of_go_is_none(text):
    assert gotime.parse_expire(text, NOW) is None


def test_expire_after_a_duration_counts_from_now():
    assert gotime.parse_expire('1.5h', NOW) == NOW + datetime.timedelta(minutes=90)


def test_expire_in_the_past_is_accepted():
    assert gotime.parse_expire('2022-03-04T06:06:06', NOW).year == 2022


@pytest.mark.parametrize(
    ('text', 'message'),
    (
        ('1d', 'expire time or duration "1d" not valid'),
        ('0s', 'negative expire duration "0s" not valid'),
        ('-1h', 'negative expire duration "-1h" not valid'),
    ),
)
def test_expire_refused(text, message):
    with pytest.raises(JujuError) as caught:
        gotime.parse_expire(text, NOW)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ('when', 'text'),
    (
        (NOW, '2026-01-01T00:00:00Z'),
        (NOW.replace(microsecond=120_000), '2026-01-01T00:00:00.12Z'),
        (NOW.astimezone(datetime.timezone(datetime.timedelta(hours=2))), '2026-01-01T00:00:00Z'),
        (datetime.datetime(1, 1, 1, tzinfo=UTC), '0001-01-01T00:00:00Z'),
    ),
)
def test_format_rfc3339(when, text):
    assert gotime.format_rfc3339(when) == text
