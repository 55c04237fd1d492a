"""Pages of real runs in the browser of the system, without a network.

Their content security policy holds in these tests, too: no script may be put into a page, so they read it from outside.
"""

from __future__ import annotations

import shutil

import pytest

from pytest_charmsecrets import FakeModel, HookFailed
from pytest_charmsecrets.report.html import pack, render_page
from pytest_charmsecrets.report.timeline import timeline_of

from ..behaviour import runs

FLAGS = (
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
)


def picture_of(play):
    """Return a run, as it is put into a page."""
    model = FakeModel()
    result = play(model)
    failure = result if isinstance(result, HookFailed) else None
    outcome = 'failed' if failure is not None else 'passed'
    models = tuple(model.controller.models.values())
    title = f'test_{getattr(play, "__name__", "year")}'
    timeline = timeline_of(models, model.redact, title=title, outcome=outcome, failure=failure)
    model.close()
    reason = str(failure).partition('\n')[0] if failure is not None else ''
    return pack(f'tests/test_it.py::{title}', timeline.as_json(), reason=reason)


@pytest.fixture(scope='module')
def pictures():
    """Two runs, of which one fails."""
    return [picture_of(play) for play in (runs.rotation, runs.refused_grant)]


@pytest.fixture(scope='module')
def browser():
    sync_api = pytest.importorskip('playwright.sync_api', reason='needs playwright, which the extra dev brings')
    path = shutil.which('chromium')
    if path is None:
        pytest.skip('needs a browser: apt-get install chromium')
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope='module')
def folder(tmp_path_factory, pictures):
    """Where the pages are: of the test that fails, and of both."""
    folder = tmp_path_factory.mktemp('pages')
    rotation, refused = pictures
    (folder / 'failed.html').write_bytes(render_page([refused], title='one').encode())
    (folder / 'both.html').write_bytes(render_page([rotation, refused], title='both').encode())
    return folder


@pytest.fixture
def show(browser, folder):
    """Opens a page, and fails if it says anything on the console or asks for anything but itself."""
    contexts = []
    said = []

    def show(name, anchor='', **options):
        context = browser.new_context(**{'viewport': {'width': 1400, 'height': 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on('console', lambda message: said.append(message.text))
        page.on('pageerror', lambda error: said.append(str(error)))
        page.on('request', lambda request: None if request.url.startswith('file:') else said.append(request.url))
        page.goto(f'file://{folder / name}{anchor}')
        if options.get('java_script_enabled', True):
            page.locator('body[data-ready]').wait_for()
        return page

    yield show
    for context in contexts:
        context.close()
    assert said == []
