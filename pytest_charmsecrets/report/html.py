"""Renders a self-contained HTML page with the pictures of tests.

The page's code is static. This module inserts an index and the timelines as text, in plain HTML for readers without
JavaScript, and the data of all tests as one JSON document, in which the data of each test is compressed separately.
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
"""The JavaScript modules of the page, each after the modules that it depends on."""
_IMPORT: Final = re.compile(r'^import [^;]*;\n', re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class PageTest:
    """A test with its picture for the page, as plain data that can be sent between processes."""

    name: str
    has_failed: bool
    reason: str
    """The reason of the failure. Its first line is shown in the index."""
    text: str
    """The timeline as text."""
    packed: str
    """The data of the picture: compressed JSON."""


def pack(name: str, picture: Mapping[str, Any], *, reason: str = '') -> PageTest:
    """Return a test with the compressed data of its picture. The same data always results in the same bytes.

    Args:
        name: name of the test.
        picture: the data of the picture, already redacted.
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
    """Leave out fields that the page does not use or can count itself, which reduces the size by a quarter."""
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
    """Return a page with an index of tests, failed tests first, and the picture of each test."""
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
    """Return all modules of the page as one script. They share one scope, so imports are left out."""
    return '\n'.join(_IMPORT.sub('', _read(f'{name}.js')).strip() for name in _SCRIPTS) + '\n'


def _embedded(value: Any) -> str:
    """Return JSON that can be embedded in an HTML script element, without any text that would end the element."""
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
