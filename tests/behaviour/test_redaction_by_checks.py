"""Findings of checks hold no value of a secret: the longest of those that begin alike, and each of many."""

from __future__ import annotations

import pytest

from pytest_charmsecrets import checks

SHORT, LONG = 'hunter2-first', 'hunter2-first-and-more'


@pytest.fixture
def model(fake_model):
    for name, value in (('short', SHORT), ('long', LONG)):
        fake_model.add_secret(name, {'password': value})
    return fake_model


def test_of_values_that_begin_alike_the_longest_is_redacted(model):
    text = f'{SHORT}, {LONG}.'
    assert checks.redact(model, text) == '<redacted>, <redacted>.'


def test_each_of_many_values_is_redacted(model):
    assert checks.redact(model, f'{LONG} ' * 2000) == '<redacted> ' * 2000
