"""What the site has besides the Markdown of docs/: navigation, captions of code, the API reference, the example charms.

The Markdown holds no directive of Sphinx, so that it is readable on GitHub. Pages that only the site has are written into the
source directory before Sphinx looks for sources; git ignores them.
"""

from __future__ import annotations

import pathlib
import re
import shutil
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import api_pages
import example_pages

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

INDEX = 'index'
FURTHER = {'Reference': api_pages.CONTENTS, 'Examples': example_pages.CONTENTS}
"""Pages that stand in no list of the index, by the section of the index that they belong to."""

GUIDES = 'How to: '
"""How the sidebar calls the parts of the list of guides."""

SECTION = re.compile(r'^##(?P<sub>#?) (?P<title>[^\n]+)\n(?P<text>.*?)(?=^###? |\Z)', re.MULTILINE | re.DOTALL)
KEYWORDS = re.compile(r'^<!-- keywords: (?P<words>[^\n]+) -->\n', re.MULTILINE)
LINKED_PAGE = re.compile(r'\]\((?!\w+:|\.\.)(?P<page>[^)#\s]+)\.md\)')
LINKED_EXAMPLE = re.compile(r'\]\((?:\.\./)+examples/charms(?:/(?P<charm>[\w-]+))?/?\)')
NAMED_BLOCK = re.compile(r'^\*\*`(?P<file>[^`\n]+)`\*\*\n```(?P<language>\w+)\n', re.MULTILINE)


def write_pages(app: Sphinx, _: Config) -> None:
    """Write the pages that only the site has, in place of those of an earlier build."""
    source = pathlib.Path(app.srcdir)
    for folder, pages in ((api_pages.FOLDER, api_pages.pages()), (example_pages.FOLDER, example_pages.pages(source))):
        shutil.rmtree(source / folder, ignore_errors=True)
        (source / folder).mkdir(parents=True)
        for name, text in pages.items():
            (source / folder / f'{name}.rst').write_text(text, encoding='utf-8')


def adapt_page(app: Sphinx, document: str, text: list[str]) -> None:
    """Give a page of Markdown what it has on the site only."""
    if app.env.doc2path(document).suffix != '.md':
        return
    page = NAMED_BLOCK.sub(r'```{code-block} \g<language>\n:caption: \g<file>\n\n', text[0])
    page = LINKED_EXAMPLE.sub(lambda link: f'](/{example_pages.FOLDER}/{link["charm"] or "index"}.rst)', page)
    if document == INDEX:
        page = SECTION.sub(_with_contents, page)
    elif (pathlib.Path(app.srcdir) / document).is_dir():
        name = document.rpartition('/')[2]
        page += _contents(entry for entry in _linked_pages(page) if entry.startswith(f'{name}/'))
    # Entries of the index, by which the search finds a page as by its title.
    page = KEYWORDS.sub(_index_entries, page)
    text[0] = page


def _with_contents(section: re.Match[str]) -> str:
    entries = (*_linked_pages(section['text']), *FURTHER.get(section['title'], ()))
    return section[0] + _contents(entries, f':caption: {GUIDES if section["sub"] else ""}{section["title"]}\n')


def _index_entries(keywords: re.Match[str]) -> str:
    entries = ', '.join(f'! {entry.strip()}' for entry in keywords['words'].split(','))
    return f'```{{index}} {entries}\n```\n'


def _contents(entries: Iterable[str], options: str = '') -> str:
    lines = '\n'.join(entries)
    return f'\n```{{toctree}}\n:hidden:\n{options}\n{lines}\n```\n\n' if lines else ''


def _linked_pages(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link['page'] for link in LINKED_PAGE.finditer(text)))


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.connect('config-inited', write_pages)
    app.connect('source-read', adapt_page)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
