"""Offsets of time as people say them."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets.report.text import describe_offset


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
