"""The generated pages of the reference say what the code says."""

from __future__ import annotations

import importlib.util
import re
import sys
from unittest import mock

import pytest

from pytest_charmsecrets.checks import CHECKS

from .documents import DOCUMENTS, ROOT

PAGES = (
    'charm-process.md',
    'checks.md',
    *(f'checks/{name}.md' for name in CHECKS),
    'client-commands.md',
    'juju-versions.md',
    'permissions.md',
    'rules.md',
)


@pytest.fixture(scope='session')
def generate():
    specification = importlib.util.spec_from_file_location('charmsecrets_generate', ROOT / 'docs' / 'generate.py')
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    # It imports its neighbour, as it does when it is run.
    with mock.patch.object(sys, 'path', [str(ROOT / 'docs'), *sys.path]):
        specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize('page', PAGES)
def test_generated_page_is_up_to_date(generate, page):
    assert (ROOT / 'docs' / 'reference' / page).read_text() == generate.PAGES_BY_NAME[page](), 'run: make docs'


def test_every_generated_page_is_tested(generate):
    assert tuple(generate.PAGES_BY_NAME) == PAGES


def test_figures_of_faithfulness_are_up_to_date(generate):
    for path in generate.fidelity_figures.PAGES:
        assert path.read_text() == generate.fidelity_figures.page(path.read_text()), f'{path}: run: make docs'


def test_each_generated_part_about_faithfulness_has_a_place(generate):
    figures = generate.fidelity_figures
    page, readme = ([match['name'] for match in figures.REGION.finditer(path.read_text())] for path in figures.PAGES)
    assert sorted(page) == sorted(figures.REGIONS)
    assert readme == ['summary']


def test_every_folder_that_was_played_is_on_the_page_about_faithfulness(generate):
    figures = generate.fidelity_figures
    assert {folder for folder, _, _ in figures.figures()} <= set(figures.FOLDERS)


@pytest.mark.parametrize(
    'name',
    [
        'tracking',
        'end-of-relation',
        'failed-hook',
        'who-may-read',
        'way-of-a-hook',
        pytest.param('stale-observer', marks=pytest.mark.charmsecrets(allow=['stale-observer'])),
    ],
)
def test_generated_picture_is_up_to_date(generate, name):
    assert (ROOT / 'docs' / 'pictures' / f'{name}.svg').read_text() == generate.pictures.drawn(name), 'run: make docs'


def test_every_picture_is_tested_and_shown(generate):
    pages = ''.join(path.read_text() for path in DOCUMENTS)
    assert set(generate.pictures.NAMES) == {path.stem for path in (ROOT / 'docs' / 'pictures').glob('*.svg')}
    assert all(f'pictures/{name}.svg)' in pages for name in generate.pictures.NAMES)


@pytest.mark.parametrize('path', sorted((ROOT / 'docs' / 'pictures').glob('*.svg')), ids=lambda path: path.stem)
def test_a_picture_is_for_light_and_dark_and_says_the_same_in_words(path):
    text = path.read_text()
    assert 'prefers-color-scheme:dark' in text
    title, described = re.findall(r'<(?:title|desc) id="[td]">([^<]+)<', text)
    assert title
    assert len(described) > 200


def test_matrix_of_readers_says_who_was_refused():
    text = (ROOT / 'docs' / 'pictures' / 'who-may-read.svg').read_text()
    assert 'token, of the unit db/1; no grant: db/0 refused, db/1 reads, manages, web/0 refused' in text
    assert (
        'certificate, of db; granted to web/0 alone: db/0 reads, manages, db/1 reads, web/0 reads, web/1 refused'
        in text
    )


def test_way_of_a_hook_says_what_waits_for_the_commit():
    text = (ROOT / 'docs' / 'pictures' / 'way-of-a-hook.svg').read_text()
    assert 'secret-get --refresh: web/0 tracks revision 2, at once.' in text
    assert 'relation-set uses=new: databag of web/0: uses=new, pending.' in text
    assert 'Then due: db/0 secret-remove, db/0 database-relation-changed.' in text
