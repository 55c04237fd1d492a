"""The site is built by `make docs-site`; this holds what its pages are made of, and needs no Sphinx."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from .documents import ROOT

EXTENSIONS = ROOT / 'docs' / '_extensions'
INDEX = (ROOT / 'docs' / 'index.md').read_text()


def load(name):
    specification = importlib.util.spec_from_file_location(f'charmsecrets_site_{name}', EXTENSIONS / f'{name}.py')
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


def test_every_public_name_is_on_a_page_of_the_api():
    assert load('api_pages').missing() == set()


def test_every_example_says_what_it_is():
    examples = load('example_pages')
    for name, text in examples.pages(ROOT / 'docs').items():
        assert name == 'index' or examples.summary(examples.CHARMS / name) in text
        assert name == 'index' or 'charmcraft.yaml' in text


@pytest.mark.parametrize(
    'page',
    sorted(
        path.relative_to(ROOT / 'docs').as_posix()
        for path in (ROOT / 'docs').rglob('*.md')
        if path.name != 'index.md' and path.parent.name != 'checks'
    ),
)
def test_the_index_leads_to_every_page(page):
    assert f']({page})' in INDEX
