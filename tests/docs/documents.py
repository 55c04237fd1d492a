"""The documents that the tests of this directory read."""

from __future__ import annotations

import pathlib

ROOT = pathlib.Path(__file__).parents[2]
DOCUMENTS = [ROOT / 'README.md', *sorted((ROOT / 'docs').rglob('*.md'))]


def name(document: pathlib.Path) -> str:
    return document.relative_to(ROOT).as_posix()
