"""The cost of a page: its size, and the processor time that a browser needs for the first picture and for a scroll step.

The clock of the browser's main thread runs only while it works, so that other processes do not count.
"""

from __future__ import annotations

import pytest

from pytest_charmsecrets.report.html import render_page

from ..behaviour import runs
from ..page.conftest import browser, picture_of

__all__ = ['browser']

BYTES, SESSION_BYTES = 400_000, 10_000_000
FIRST_PICTURE, SCROLL_STEP = 0.3, 0.05
STEPS = 20


def busy(debugger):
    metrics = debugger.send('Performance.getMetrics')['metrics']
    return next(metric['value'] for metric in metrics if metric['name'] == 'TaskDuration')


@pytest.mark.parametrize('year', [runs.WEEKLY, runs.DAILY], ids=lambda year: year.policy)
def test_a_year(year, browser, ratios, tmp_path):
    path = tmp_path / 'year.html'
    size = path.write_bytes(render_page([picture_of(year.play, year.policy)], title='a year').encode())
    page = browser.new_page(viewport={'width': 1500, 'height': 980})
    debugger = page.context.new_cdp_session(page)
    debugger.send('Performance.enable', {'timeDomain': 'threadTicks'})
    page.goto(f'file://{path}')
    page.locator('body[data-ready]').wait_for()
    first = busy(debugger)
    page.locator('#unfold').click()
    board = page.locator('#board').bounding_box()
    page.mouse.move(board['x'] + 600, board['y'] + 200)
    before = busy(debugger)
    for _ in range(STEPS):
        page.mouse.wheel(900, 0)
        page.wait_for_timeout(50)
    step = (busy(debugger) - before) / STEPS
    line = f'{year.policy}: {size:,} bytes, first picture {first * 1000:.0f} ms, scroll step {step * 1000:.0f} ms'
    ratios.lines.append(lambda _: f'page of a year, {line}')
    assert size < BYTES
    assert first < FIRST_PICTURE
    assert step < SCROLL_STEP


def test_session_of_200_failing_tests(browser, ratios, tmp_path):
    plays = (runs.refused_grant, runs.two_models)
    tests = [picture_of(plays[number % len(plays)], name=f'test_{number}') for number in range(200)]
    path = tmp_path / 'session.html'
    size = path.write_bytes(render_page(tests, title='a session').encode())
    page = browser.new_page()
    page.goto(f'file://{path}#test-150')
    page.locator('#why').wait_for()
    ratios.lines.append(lambda _: f'page of 200 failing tests: {size:,} bytes')
    assert size < SESSION_BYTES
