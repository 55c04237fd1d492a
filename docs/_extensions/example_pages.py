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

LANGUAGES: Final = {'.py': 'python', '.yaml': 'yaml', '.txt': 'text', '': 'sh'}


def pages(source: pathlib.Path) -> dict[str, str]:
    """Return the text of each page by its name, with the files by their paths from the source directory of the site."""
    rows = '\n'.join(f'- :doc:`{name}`: {summary(CHARMS / name)}' for name in NAMES)
    index = (
        _heading('Example charms')
        + 'Charms with their tests, as they are in the repository under ``examples/charms``. All of them run in its tests.\n\n'
        + f'{rows}\n'
    )
    return {'index': index, **{name: _page(CHARMS / name, source) for name in NAMES}}


def summary(charm: pathlib.Path) -> str:
    """Return the first line of what a charm says about itself: a docstring in Python, a comment in shell."""
    code = charm / 'src' / 'charm.py'
    if code.exists():
        said = ast.get_docstring(ast.parse(code.read_text())) or ''
    else:
        said = ' '.join(re.findall(r'^# (.+)$', (charm / 'dispatch').read_text(), re.MULTILINE)[:1])
    return said.partition('\n')[0]


def _page(charm: pathlib.Path, source: pathlib.Path) -> str:
    return _heading(charm.name) + summary(charm) + '\n\n' + '\n'.join(_blocks(charm, source / FOLDER))


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
