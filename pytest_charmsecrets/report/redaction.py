"""Keep the values of secrets out of reports.

Journals hold what really happened; whoever shows one to people passes every text through a :class:`Redactor`.
A value is found wherever it occurs and in the forms it takes on its way through charms: as it is, escaped for
JSON, Python or a shell, quoted for a URL, and in base64 even as a part of what was encoded.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import shlex
import urllib.parse
from collections.abc import Iterable, Iterator
from typing import Final, cast

from ..records import Command, Operation, Record

PLACEHOLDER: Final = '<redacted>'

WORD_LENGTH: Final = 3
"""Shorter values are redacted only where they stand alone; as parts of words they would redact half of the report."""
EMBEDDED_LENGTH: Final = 6
"""From this many bytes on, a value is recognised inside a longer text in base64."""
LINE_LENGTH: Final = 12
"""From this many characters on, each line of a value counts as a value: charms log and indent keys line by line."""

_STORING: Final = ('secret-add', 'secret-set', 'add-secret', 'update-secret')
_YAML_LINE: Final = re.compile(r'[a-z][a-z0-9-]*: (?P<value>.+)')


class Redactor:
    """Replaces every known secret value in texts."""

    def __init__(self, values: Iterable[str]) -> None:
        forms = {form for value in values for form in _forms(value)}
        ordered = sorted(forms, key=lambda form: (-len(form), form))
        self._pattern: Final = re.compile('|'.join(map(_pattern_of, ordered))) if ordered else None

    def redact(self, text: str) -> str:
        """Return the text with every known value replaced, the longest first."""
        return self._pattern.sub(PLACEHOLDER, text) if self._pattern is not None else text


def known_values(records: Iterable[Record]) -> tuple[str, ...]:
    """Collect the secret values that a journal itself shows: those that were stored, and those that were read."""
    found: dict[str, None] = {}
    for record in records:
        if isinstance(record, Command):
            values = _values_of_command(record)
        elif isinstance(record, Operation) and record.name in _STORING:
            values = _values_of_arguments(record.arguments)
        else:
            continue
        found.update(dict.fromkeys(values))
    return tuple(found)


def _values_of_command(command: Command) -> Iterator[str]:
    if command.name in _STORING:
        yield from _values_of_arguments(command.argv[1:])
        yield from _values_of_document(command.stdin)
    elif command.name == 'secret-get' and command.exit_code == 0:
        yield from _values_of_document(command.stdout)


def _values_of_arguments(arguments: Iterable[str]) -> Iterator[str]:
    for argument in arguments:
        key, equals, value = argument.partition('=')
        if not equals or key.startswith('-') or key.endswith('#file'):
            continue
        yield value
        if key.endswith('#base64'):
            yield from _decoded(value)


def _values_of_document(document: str) -> Iterator[str]:
    """Return the values in what ``secret-get`` printed or ``--file -`` read: JSON, YAML, or one value alone."""
    text = document.rstrip('\n')
    if not text:
        return
    try:
        parsed: object = json.loads(text)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict):
        yield from map(str, cast('dict[str, object]', parsed).values())
        return
    yield text
    yield from (match['value'].strip('\'"') for match in map(_YAML_LINE.fullmatch, text.splitlines()) if match)
    if isinstance(parsed, str):
        yield parsed


def _decoded(value: str) -> Iterator[str]:
    try:
        yield base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return


def _forms(value: str) -> Iterator[str]:
    """Return every text that stands for a value."""
    if not value.strip():
        return
    yield from _written(value)
    yield from (line for line in map(str.strip, value.splitlines()) if _is_telling(line))
    raw = value.encode('utf-8', 'surrogateescape')
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(raw).decode()
        yield encoded
        yield encoded.rstrip('=')
        if len(raw) >= EMBEDDED_LENGTH:
            yield from (_embedded(encode(bytes(shift) + raw).decode(), shift, len(raw)) for shift in range(3))


def _written(value: str) -> Iterator[str]:
    """Return a value as it is and as JSON (also JSON within JSON), Python, a shell and a URL write it."""
    yield value
    once = json.dumps(value)[1:-1]
    yield once
    yield json.dumps(once)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]
    yield value.replace("'", "''")
    yield shlex.quote(value)
    yield urllib.parse.quote(value, safe='', errors='surrogateescape')
    yield urllib.parse.quote(value, errors='surrogateescape')
    yield urllib.parse.quote_plus(value, errors='surrogateescape')


def _is_telling(line: str) -> bool:
    """Whether a line of a longer value is part of the secret, rather than the frame of a PEM block."""
    return len(line) >= LINE_LENGTH and not line.startswith('-----')


def _embedded(encoded: str, shift: int, length: int) -> str:
    """Return the characters of base64 text that depend on the value alone, not on what stands around it."""
    first = -(-shift * 8 // 6)
    last = (shift + length) * 8 // 6
    return encoded[first:last]


def _pattern_of(form: str) -> str:
    escaped = re.escape(form)
    return escaped if len(form) >= WORD_LENGTH else rf'(?<![\w/:+-]){escaped}(?![\w/:+-]|\.\w)'
