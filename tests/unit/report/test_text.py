"""Texts that reports share."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets.report.text import describe_offset, printable, shortened


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


def test_long_spelling_of_a_secret_uri_is_shortened():
    long = 'secret://8419cd78-4993-4c3a-928e-c646226beeee/d1k0000000000000000g'
    assert shortened(f'read {long}') == 'read secret:d1k0000000000000000g'


@pytest.mark.parametrize(
    ('text', 'shown'),
    (
        ('plain', 'plain'),
        ('größer 秘密 \U0001f512', 'größer 秘密 \U0001f512'),
        (b'pass\xffword'.decode('utf-8', 'surrogateescape'), 'pass\\udcffword'),
        ('é\ud800é', 'é\\ud800é'),
    ),
)
def test_what_utf_8_cannot_hold_is_escaped(text, shown):
    assert printable(text) == shown
    assert printable(shown) == shown
