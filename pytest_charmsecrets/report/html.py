"""A page with the pictures of tests: one file that loads nothing else.

The page is a static file. What differs between two pages is put into it here: an index and the same as text in plain
HTML, for readers without JavaScript, and the data of all tests in one JSON document, each test's packed on its own.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import gzip
import hashlib
import html
import importlib.resources
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

_PAGE: Final = importlib.resources.files('pytest_charmsecrets.report') / 'page'
_SCRIPTS: Final = (
    'text',
    'data',
    'run',
    'view',
    'geometry',
    'marks',
    'secrets',
    'timeline',
    'gutter',
    'legend',
    'overview',
    'board',
    'panel',
    'story',
    'select',
    'find',
    'pointer',
    'keys',
    'paper',
    'main',
)
"""The modules of the page, each after those whose names it needs while it is loaded."""
_IMPORT: Final = re.compile(r'^import [^;]*;\n', re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class PageTest:
    """A test with its picture, ready to be put into a page: plain data, which travels between processes."""

    name: str
    has_failed: bool
    reason: str
    """Why it failed; the first line is that of the index."""
    text: str
    """The same as the picture, as text."""
    packed: str
    """The data of the picture: JSON, packed."""


def pack(name: str, picture: Mapping[str, Any], *, reason: str = '') -> PageTest:
    """Return a test with the data of its picture packed; the same data is always packed into the same bytes.

    Args:
        name: the name of the test.
        picture: the data of the picture, in which nothing is left to redact.
        reason: why the test failed.
    """
    data = {key: value for key, value in picture.items() if key != 'text'}
    data['ev'] = list(_without_counts(picture['ev']))
    document = json.dumps(data, ensure_ascii=False, separators=(',', ':')).encode()
    return PageTest(
        name=name,
        has_failed=picture['meta']['outcome'] == 'failed',
        reason=reason,
        text=picture['text'],
        packed=base64.b64encode(gzip.compress(document, mtime=0)).decode(),
    )


def _without_counts(events: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Leave out what the page does not show, and numbers that it counts itself: they are a quarter of a packed year."""
    counts: dict[str, int] = {}
    for event in events:
        counts[event['k']] = counts.get(event['k'], 0) + 1
        is_counted = event['n'] == counts[event['k']]
        yield {key: value for key, value in event.items() if key != 'r0' and not (is_counted and key == 'n')}


def page(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return a page with runs, each as ``Timeline.as_json`` returns it."""
    tests = [pack(run['meta']['title'] or 'What happened', run) for run in runs]
    return render_page(tests, title=tests[0].name if len(tests) == 1 else 'What happened')


def render_page(tests: Sequence[PageTest], *, title: str) -> str:
    """Return a page with an index of tests, those that failed first, and the picture of each."""
    ordered = sorted(tests, key=lambda test: (not test.has_failed, test.name))
    script = _script()
    digest = base64.b64encode(hashlib.sha256(f'\n{script}'.encode()).digest()).decode()
    parts = {
        '<!--policy-->': f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'",
        '<!--title-->': html.escape(title),
        '/*style*/': _read('page.css'),
        '<!--index-->': _index(ordered, title),
        '<!--texts-->': ''.join(_text(number, test) for number, test in enumerate(ordered, 1)),
        '<!--session-->': _embedded({'tests': [{'packed': test.packed, 'reason': test.reason} for test in ordered]}),
        '/*script*/\n': script,
    }
    pattern = re.compile('|'.join(map(re.escape, parts)))
    return pattern.sub(lambda match: parts[match[0]], _read('page.html'))


@functools.cache
def _read(name: str) -> str:
    return (_PAGE / name).read_text(encoding='utf-8')


@functools.cache
def _script() -> str:
    """Return all modules of the page as one: their names are shared, so imports are left out."""
    return '\n'.join(_IMPORT.sub('', _read(f'{name}.js')).strip() for name in _SCRIPTS) + '\n'


def _embedded(value: Any) -> str:
    """Return JSON that no HTML parser takes for the end of the element it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(',', ':')).replace('<', '\\u003c')


def _index(tests: Sequence[PageTest], title: str) -> str:
    failed = sum(test.has_failed for test in tests)
    counts = [f'{failed} failed'] if failed else []
    counts += [f'{len(tests) - failed} passed'] if failed < len(tests) else []
    entries = ''.join(_entry(number, test) for number, test in enumerate(tests, 1))
    return f'<h1>{html.escape(title)}</h1><p>{", ".join(counts)}</p><ol>{entries}</ol>'


def _entry(number: int, test: PageTest) -> str:
    outcome = '<span class="pill bad">✕ failed</span>' if test.has_failed else '<span class="pill good">✓ passed</span>'
    reason = f'<small>{html.escape(test.reason.splitlines()[0])}</small>' if test.reason else ''
    return f'<li>{outcome}<a href="#test-{number}">{html.escape(test.name)}</a>{reason}</li>\n'


def _text(number: int, test: PageTest) -> str:
    name = html.escape(test.name)
    return (
        f'<details id="test-{number}"><summary>The same as text<span class="name">: {name}</span></summary>'
        f'<pre tabindex="0" role="region" aria-label="{name} as text">{html.escape(test.text)}</pre></details>\n'
    )
