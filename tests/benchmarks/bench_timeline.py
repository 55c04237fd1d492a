"""Timelines of a year: how long they take, and how large they are."""

from __future__ import annotations

import gzip
import json
import time

import pytest

from pytest_charmsecrets import FakeModel
from tests.behaviour import runs


@pytest.mark.parametrize('year', (runs.WEEKLY, runs.DAILY), ids=('weekly', 'daily'))
def test_a_timeline_of_a_year(ratios, year):
    with FakeModel() as model:
        year.play(model)
    begun = time.process_time()
    timeline = model.timeline()
    text = str(timeline)
    told = time.process_time() - begun
    begun = time.process_time()
    picture = timeline._svg()
    drawn = time.process_time() - begun
    begun = time.process_time()
    data = json.dumps(timeline.as_json(), separators=(',', ':')).encode()
    written = time.process_time() - begun
    packed = len(gzip.compress(data, mtime=0))
    hooks = len(model.journal.hooks())
    assert len(text.splitlines()) < 160
    assert len(picture) < 60_000
    assert packed < 250_000
    ratios.lines.append(
        lambda _: (
            f'timeline of {hooks} hooks: text {len(text.splitlines())} lines in {told * 1e3:.0f} ms, '
            f'picture {len(picture) / 1e3:.0f} KB in {drawn * 1e3:.0f} ms, '
            f'JSON {len(data) / 1e3:.0f} KB, {packed / 1e3:.0f} KB packed, in {written * 1e3:.0f} ms'
        )
    )
