"""Pages of real runs in the browser of the system, without a network.

Their content security policy also holds in these tests: no script may be put into a page, so they read it from outside.
"""

from __future__ import annotations

import importlib.util
import shutil

import pytest

from pytest_charmsecrets import FakeModel, HookFailed
from pytest_charmsecrets.checks import find
from pytest_charmsecrets.plugin.redacting import Secrets
from pytest_charmsecrets.report.html import pack, render_page
from pytest_charmsecrets.report.timeline import timeline_of

from ..behaviour import runs
from ..behaviour.charms import charm, meta

FLAGS = (
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
)


def why_there_is_none():
    """Return why no browser can be driven here; None if one can."""
    if importlib.util.find_spec('playwright') is None:
        return 'the page is not tested: needs playwright, which the extra dev brings'
    if shutil.which('chromium') is None:
        return 'the page is not tested: needs a browser (apt-get install chromium)'
    return None


def picture_of(play, name=''):
    """Return a run, as it is put into a page."""
    model = FakeModel()
    result = play(model)
    failure = result if isinstance(result, HookFailed) else None
    models = tuple(model.controller.models.values())
    title = name or f'test_{play.__name__}'
    secrets = Secrets()
    secrets.learn(models)
    found = [(model, finding) for model in models for finding in find(model)] if failure is None else []
    outcome = 'failed' if failure is not None or found else 'passed'
    redact = secrets.redactor.redact
    timeline = timeline_of(models, redact, title=title, outcome=outcome, failure=failure, findings=found)
    model.close()
    reason = str(failure).partition('\n')[0] if failure is not None else ''
    return pack(f'tests/test_it.py::{title}', timeline.as_json(), reason=reason)


def careless(model):
    """Deploy a charm that stores a placeholder, which a check finds."""
    install = charm(install=lambda self, _: self.unit.add_secret({'password': 'None'}, label='empty'))
    model.deploy(install, 'app', meta=meta())
    model.settle()


@pytest.fixture(scope='module')
def pictures():
    """Two runs, of which one fails."""
    return [picture_of(play) for play in (runs.rotation, runs.refused_grant)]


@pytest.fixture(scope='module')
def browser():
    if (reason := why_there_is_none()) is not None:
        pytest.skip(reason)
    sync_api = importlib.import_module('playwright.sync_api')
    path = shutil.which('chromium')
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
    (folder / 'found.html').write_bytes(render_page([picture_of(careless)], title='found').encode())
    (folder / 'across.html').write_bytes(render_page([picture_of(runs.two_models)], title='across').encode())
    model = FakeModel()
    runs.rotation(model)
    (folder / 'notebook.html').write_text(f'<!doctype html><title>notebook</title>{model.timeline()._repr_html_()}')
    model.close()
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
        if name != 'notebook.html' and options.get('java_script_enabled', True):
            page.locator('body[data-ready]').wait_for()
        return page

    yield show
    for context in contexts:
        context.close()
    assert said == []
