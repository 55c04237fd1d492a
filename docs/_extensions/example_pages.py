"""The pages of the example charms: the files of each, as they are in the repository."""

from __future__ import annotations

import ast
import os
import pathlib
import re
from collections.abc import Iterator
from typing import Final

FOLDER: Final = 'examples'
CHARMS: Final = pathlib.Path(__file__).parents[2] / 'examples' / 'charms'
NAMES: Final = tuple(sorted(path.name for path in CHARMS.iterdir() if (path / 'charmcraft.yaml').exists()))
CONTENTS: Final = (f'{FOLDER}/index', *(f'{FOLDER}/{name}' for name in NAMES))
"""The pages as the navigation names them."""

LINK: Final = re.compile(r'\]\((?:\.\./)+examples/charms/([\w-]+)/?\)')
LANGUAGES: Final = {'.py': 'python', '.yaml': 'yaml', '.txt': 'text', '': 'sh'}


def pages(source: pathlib.Path) -> dict[str, str]:
    """Return the text of each page by its name, with the files by their paths from the source directory of the site."""
    rows = '\n'.join(f'- :doc:`{name}`: {summary(CHARMS / name)}' for name in NAMES)
    index = (
        _heading('Example charms')
        + 'Charms with their tests, as they are in the repository under ``examples/charms``. All of them run in its tests.\n\n'
        + f'{rows}\n'
    )
    taught = guides(source)
    return {'index': index, **{name: _page(CHARMS / name, source, taught.get(name, [])) for name in NAMES}}


def guides(source: pathlib.Path) -> dict[str, list[str]]:
    """Return the pages that lead to each example, by their paths from the source directory of the site."""
    found: dict[str, list[str]] = {}
    for path in sorted(source.rglob('*.md')):
        for name in LINK.findall(path.read_text(encoding='utf-8')):
            found.setdefault(name, []).append(path.relative_to(source).as_posix())
    return found


def summary(charm: pathlib.Path) -> str:
    """Return the first line of what a charm says about itself: a docstring in Python, a comment in shell."""
    code = charm / 'src' / 'charm.py'
    if code.exists():
        said = ast.get_docstring(ast.parse(code.read_text())) or ''
    else:
        said = ' '.join(re.findall(r'^# (.+)$', (charm / 'dispatch').read_text(), re.MULTILINE)[:1])
    return said.partition('\n')[0]


def _page(charm: pathlib.Path, source: pathlib.Path, taught: list[str]) -> str:
    teachers = ', '.join(f':doc:`/{page.removesuffix(".md")}`' for page in taught)
    told = f'{summary(charm)} The guide: {teachers}.' if teachers else summary(charm)
    return _heading(charm.name) + told + '\n\n' + '\n'.join(_blocks(charm, source / FOLDER))


def _blocks(charm: pathlib.Path, folder: pathlib.Path) -> Iterator[str]:
    for path in _files(charm):
        language = LANGUAGES[path.suffix]
        yield (
            f'.. literalinclude:: {os.path.relpath(path, folder)}\n'
            f'   :language: {language}\n   :caption: {path.relative_to(charm)}\n'
        )


def _files(charm: pathlib.Path) -> Iterator[pathlib.Path]:
    yield charm / 'charmcraft.yaml'
    if (charm / 'dispatch').exists():
        yield charm / 'dispatch'
    for folder in ('src', 'tests'):
        yield from sorted((charm / folder).glob('*.py'))


def _heading(title: str) -> str:
    return f'{title}\n{"=" * len(title)}\n\n'
