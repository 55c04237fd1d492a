"""The generated pages of the reference say what the code says."""

from __future__ import annotations

import importlib.util
import pathlib
import sys

import pytest

from pytest_charmsecrets.checks import CHECKS

PAGES = (
    'charm-process.md',
    'checks.md',
    *(f'checks/{name}.md' for name in CHECKS),
    'client-commands.md',
    'juju-versions.md',
    'permissions.md',
    'rules.md',
)
ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope='session')
def generate():
    specification = importlib.util.spec_from_file_location('charmsecrets_generate', ROOT / 'docs' / 'generate.py')
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize('page', PAGES)
def test_generated_page_is_up_to_date(generate, page):
    assert (ROOT / 'docs' / 'reference' / page).read_text() == generate.PAGES_BY_NAME[page](), 'run: make docs'


def test_every_generated_page_is_tested(generate):
    assert tuple(generate.PAGES_BY_NAME) == PAGES
