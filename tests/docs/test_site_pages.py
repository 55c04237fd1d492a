"""The site is built by `make docs-site`; this holds what its pages are made of, and needs no Sphinx."""

from __future__ import annotations

import importlib.util
import re
import sys

import pytest

import pytest_charmsecrets

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


def test_methods_of_the_model_itself_are_on_no_page_of_the_api():
    api = load('api_pages')
    text = '\n'.join(api.pages().values())
    for name, methods in api.INTERNALS.items():
        assert [method for method in methods if not hasattr(getattr(pytest_charmsecrets, name), method)] == []
        assert f':exclude-members: {", ".join(methods)}\n' in text


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


@pytest.mark.parametrize(
    ('text', 'page'), re.findall(r'^- \[([^\]]+)\]\(((?!\.\.)[^)#]+)\)', INDEX, re.MULTILINE), ids=lambda value: value
)
def test_the_index_calls_a_page_by_its_title(text, page):
    """The sidebar shows the titles."""
    assert (ROOT / 'docs' / page).read_text().partition('\n')[0] == f'# {text}'


def test_each_cell_of_the_comparison_leads_to_a_test_or_a_page():
    table = (ROOT / 'docs' / 'explanation' / 'comparison.md').read_text().partition('\n\n| |')[2].partition('\n\n')[0]
    cells = [cell for line in table.splitlines()[2:] for cell in line.strip('| ').split(' | ')[1:]]
    assert len(cells) == 16 * 5
    assert [cell for cell in cells if '](' not in cell] == []


def test_every_example_leads_to_the_guide_that_teaches_it_and_back():
    listed = (ROOT / 'examples' / 'charms' / 'README.md').read_text()
    examples = load('example_pages')
    for charm in examples.NAMES:
        (row,) = [line for line in listed.splitlines() if line.startswith(f'| [{charm}]({charm}) |')]
        assert re.findall(r'\(\.\./\.\./docs/([^)]*)\)', row) == examples.guides(ROOT / 'docs')[charm]
