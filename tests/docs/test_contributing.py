"""The picture of the house in CONTRIBUTING.md is the contract that import-linter holds."""

from __future__ import annotations

import ast
import re

import pytest

from .documents import ROOT

TEXT = (ROOT / 'CONTRIBUTING.md').read_text()
PACKAGE = ROOT / 'pytest_charmsecrets'


def contract():
    """Return the layers of the first contract, as pyproject.toml lists them; Python 3.10 reads no TOML."""
    text = (ROOT / 'pyproject.toml').read_text().partition('name = "Imports run downwards only"')[2]
    return ast.literal_eval(text.partition('layers = ')[2].partition(']')[0] + ']')


def picture():
    block = re.search(r'```text\n(.*?)```', TEXT, re.DOTALL)
    return [re.split(r' {2,}', line)[0] for line in block[1].splitlines()]


def test_the_picture_shows_the_layers_of_the_contract():
    assert picture() == contract()


def test_every_folder_and_module_of_the_package_is_in_the_picture():
    shown = {name for row in picture() for name in row.split(' | ')}
    there = {path.stem for path in PACKAGE.iterdir() if path.suffix == '.py' or (path / '__init__.py').exists()}
    assert shown == there - {'__init__'}


@pytest.mark.parametrize('path', sorted(set(re.findall(r'`((?:pytest_charmsecrets|tests|\w+)/[\w/.]+\w)`', TEXT))))
def test_every_path_that_is_named_exists(path):
    if path.startswith('build/'):
        return  # written by make
    assert (ROOT / path).exists() or (PACKAGE / path).exists()


def test_only_one_file_knows_private_names_of_pytest():
    knowing = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob('*.py')
        if re.search(r'^\s*(?:from|import) _pytest', path.read_text(), re.MULTILINE)
    ]
    assert knowing == ['plugin/orders.py']
