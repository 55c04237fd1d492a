"""Redacts secret values in reports.

Journals contain the real values. Everything that renders a journal passes each text through a :class:`Redactor`.
A value is found anywhere in a text and in the forms that charms may give it: unchanged, escaped for JSON, Python, HTML
or a shell, quoted for a URL, and in base64, even as part of a longer encoded text.

Short values also occur as ordinary words, so redacting them would make reports unreadable. Values of 8 characters or
more are redacted, shorter ones only if their key names a credential. Names in the model are never redacted.
"""

from __future__ import annotations

import base64
import binascii
import collections
import html
import itertools
import json
import operator
import re
import shlex
import urllib.parse
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from ..records import Command, Operation, Record
from ..views.sensitive import SHORTEST_VALUE, names_credential

if TYPE_CHECKING:
    from ..views.model import ModelView

PLACEHOLDER: Final = '<redacted>'

KnownValue: TypeAlias = tuple[str | None, str]
"""A secret value with its key, or None if the journal does not show the key."""

SHORTEST_CREDENTIAL: Final = 4
"""The minimum length of a value to redact, even if its key names a credential."""
EMBEDDED_LENGTH: Final = 6
"""The minimum length in bytes of a value to be found within longer base64 text."""
PLACEHOLDERS: Final = frozenset(('None', 'none', 'null', 'true', 'True', 'false', 'False'))
"""Values that are not secret."""
LINE_LENGTH: Final = 12
"""The minimum length of a line of a value to be redacted on its own, as charms log and indent keys line by line."""
WRAPPED_WIDTHS: Final = (64, 76)
"""The line lengths of base64 in PEM and MIME."""

_MARK: Final = '\x00redacted\x00'
_MARKED: Final = re.compile(rf'{_MARK}(?P<number>[0-9]+){_MARK}')
_BEGINNING: Final = 4
"""The number of first characters by which forms are indexed: at most the minimum length of a credential."""
_DOTS: Final = '...'
"""These stand for the middle of a text that pytest or reprlib cuts."""
_CUT_LENGTH: Final = 4
"""The minimum length of an end of a value to be redacted beside such dots. Two ends of one value may be shorter."""
_CUT_REACH: Final = 240
"""The length of the longest end that pytest leaves."""
_QUOTE: Final = re.compile(r'[\'"\n]')
_PERCENT: Final = re.compile('%[0-9A-F]{2}')
_LONGEST_NESTED: Final = 20_000
"""The maximum length of a value to be found where one text is within another; each of its forms is kept in memory."""

_IN_WORD: Final = re.compile(r'[\w/:+-]')
_GOES_ON: Final = re.compile(r'[\w/:+-]|\.\w')

_STORING: Final = ('secret-add', 'secret-set', 'add-secret', 'update-secret')
_YAML_LINE: Final = re.compile(r'(?P<key>[a-z][a-z0-9-]*): (?P<value>.+)')
_GO_ESCAPES: Final = str.maketrans({'&': '\\u0026', '<': '\\u003c', '>': '\\u003e'})
"""Characters that Go escapes in JSON and most other languages do not."""


class Redactor:
    """Replaces given values in texts, the longest first.

    A session can have a hundred thousand forms of values. They are indexed by their first characters, because one
    regular expression for all would take seconds and megabytes to compile, again after each new value.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: Final[set[str]] = set()
        self._forms: Final[dict[str, dict[str, tuple[str, ...]]]] = collections.defaultdict(dict)
        """The forms by their first characters, each with the values that have it."""
        self._ends: Final[dict[str, set[str]]] = collections.defaultdict(set)
        """The values by their last characters."""
        self.follow(values)

    def follow(self, values: Iterable[str]) -> None:
        """Redact exactly these values from now on."""
        wanted = dict.fromkeys(values)
        for value in wanted:
            if value not in self._values:
                self._ends[value[-_CUT_LENGTH:]].add(value)
                for form in set(_forms(value)):
                    alike = self._forms[form[:_BEGINNING]]
                    alike[form] = (*alike.get(form, ()), value)
        for value in self._values - wanted.keys():
            alike = self._ends[value[-_CUT_LENGTH:]]
            alike.discard(value)
            if not alike:
                del self._ends[value[-_CUT_LENGTH:]]
            for form in set(_forms(value)):
                self._drop(form, value)
        self._values.clear()
        self._values.update(wanted)

    def redact(self, text: str, stand_in: Callable[[str], str] | None = None) -> str:
        """Return a text with all values replaced.

        Args:
            text: the text.
            stand_in: returns the replacement of a value; by default the same for all values.
        """
        forms, lengths = self._forms, sorted({len(beginning) for beginning in self._forms})
        parts: list[str] = []
        start = kept = 0
        while start < len(text) and lengths:
            found = [forms[text[start : start + length]] for length in lengths if text[start : start + length] in forms]
            ends = ((_end_of(form, text, start), each[form]) for each in found for form in each) if found else ()
            end, values = max(ends, key=operator.itemgetter(0), default=(0, None))
            if end and values:
                parts += (text[kept:start], stand_in(values[0]) if stand_in is not None else PLACEHOLDER)
                kept = end
            start = end or start + 1
        return self._redact_ends(''.join((*parts, text[kept:])), stand_in)

    def _redact_ends(self, text: str, stand_in: Callable[[str], str] | None) -> str:
        """Replace what is left of a value whose middle was cut, up to the quotes around it."""
        parts: list[str] = []
        kept = 0
        dots = text.find(_DOTS)
        while dots >= 0 and self._values:
            after = dots + len(_DOTS)
            head = _QUOTE.split(text[max(kept, dots - _CUT_REACH) : dots])[-1]
            tail = _QUOTE.split(text[after : after + _CUT_REACH], maxsplit=1)[0]
            value = self._cut(head, tail)
            if value is not None:
                begins, ends = head and value.startswith(head), tail and value.endswith(tail)
                shown = stand_in(value) if stand_in is not None else PLACEHOLDER
                parts += (text[kept : dots - len(head) if begins else after], shown)
                kept = after + len(tail) if ends else dots
            dots = text.find(_DOTS, after)
        return ''.join((*parts, text[kept:]))

    def _cut(self, head: str, tail: str) -> str | None:
        """Return the value that has these ends, or one of them."""
        likely: set[str] = set()
        if len(head) >= _CUT_LENGTH:
            alike = self._forms.get(head[:_BEGINNING], {}).values()
            likely.update(value for values in alike for value in values if value.startswith(head))
        if len(tail) >= _CUT_LENGTH:
            likely.update(value for value in self._ends.get(tail[-_CUT_LENGTH:], ()) if value.endswith(tail))
        return max(likely, key=lambda value: (value.startswith(head) and value.endswith(tail), value), default=None)

    def _drop(self, form: str, value: str) -> None:
        alike = self._forms[form[:_BEGINNING]]
        alike[form] = tuple(one for one in alike[form] if one != value)
        if not alike[form]:
            del alike[form]
        if not alike:
            del self._forms[form[:_BEGINNING]]


def _end_of(form: str, text: str, start: int) -> int:
    """Return the end of a form that begins at a position of a text, or 0. A short form has to be a whole word."""
    end = start + len(form)
    if not text.startswith(form, start):
        return 0
    if len(form) < SHORTEST_VALUE and ((start and _IN_WORD.match(text, start - 1)) or _GOES_ON.match(text, end)):
        return 0
    return end


class Numbered:
    """Numbers the replacements of values in texts that are read together: equal values get equal replacements.

    With a single value, the replacement has no number. So texts are first redacted with marks; when all texts are
    redacted, ``finish`` replaces the marks.
    """

    def __init__(self) -> None:
        self._numbers: Final[dict[str, int]] = {}

    def mark(self, value: str) -> str:
        """Return the mark of a value. Values are numbered by first appearance."""
        return f'{_MARK}{self._numbers.setdefault(value, len(self._numbers) + 1)}{_MARK}'

    def finish(self, text: str) -> str:
        """Return a text with the marks replaced."""
        return _MARKED.sub(lambda found: self._shown(found['number']), text)

    def _shown(self, number: str) -> str:
        return f'{PLACEHOLDER[:-1]}-{number}>' if len(self._numbers) > 1 else PLACEHOLDER


def worth_redacting(known: Iterable[KnownValue], names: Collection[str] = ()) -> tuple[str, ...]:
    """Return the values to redact.

    Args:
        known: secret values with their keys.
        names: texts that must stay readable, such as names of applications.
    """
    return tuple(value for key, value in known if value.strip() not in names and _is_long_enough(key, value))


def left_in_plain(known: Iterable[KnownValue], names: Collection[str] = ()) -> tuple[str, ...]:
    """Return the keys that name a credential but whose values are too short or too common to redact."""
    keys = (
        key
        for key, value in known
        if key is not None and names_credential(key) and (value.strip() in names or not _is_long_enough(key, value))
    )
    return tuple(dict.fromkeys(keys))


def names_of(model: ModelView) -> set[str]:
    """Return the names of applications, units and endpoints, and the keys of relation data, in a model."""
    names = {*model.applications, *model.units}
    for relation in model.relations:
        names.update(itertools.chain.from_iterable(endpoint.split(':') for endpoint in relation.endpoints))
        names.update(itertools.chain.from_iterable(relation.databags.values()))
    return names


def _is_long_enough(key: str | None, value: str) -> bool:
    if value.strip() in PLACEHOLDERS:
        return False
    is_credential = key is not None and names_credential(key)
    return len(value.strip()) >= (SHORTEST_CREDENTIAL if is_credential else SHORTEST_VALUE)


def known_values(records: Iterable[Record]) -> tuple[KnownValue, ...]:
    """Return the secret values that records contain, because they were stored or read."""
    found: dict[KnownValue, None] = {}
    for record in records:
        if isinstance(record, Command):
            values = _values_of_command(record)
        elif isinstance(record, Operation) and record.name in _STORING:
            values = _values_of_arguments(record.arguments)
        else:
            continue
        found.update(dict.fromkeys(values))
    return tuple(found)


def _values_of_command(command: Command) -> Iterator[KnownValue]:
    if command.name in _STORING:
        yield from _values_of_arguments(command.argv[1:])
        yield from _values_of_document(command.stdin)
    elif command.name == 'secret-get' and command.exit_code == 0:
        yield from _values_of_document(command.stdout, key=command.argv[-1] if len(command.argv) > 2 else None)


def _values_of_arguments(arguments: Iterable[str]) -> Iterator[KnownValue]:
    for argument in arguments:
        key, equals, value = argument.partition('=')
        if not equals or key.startswith('-') or key.endswith('#file'):
            continue
        key, _, encoding = key.partition('#')
        yield key, value
        if encoding == 'base64':
            yield from ((key, decoded) for decoded in _decoded(value))


def _values_of_document(document: str, key: str | None = None) -> Iterator[KnownValue]:
    """Return the values in the output of ``secret-get`` or the input of ``--file -``: JSON, YAML, or a single value."""
    text = document.rstrip('\n')
    if not text:
        return
    try:
        parsed: object = json.loads(text)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict):
        yield from ((name, str(value)) for name, value in cast('dict[str, object]', parsed).items())
        return
    yield key, text
    matches = map(_YAML_LINE.fullmatch, text.splitlines())
    yield from ((match['key'], match['value'].strip('\'"')) for match in matches if match)
    if isinstance(parsed, str):
        yield key, parsed


def _decoded(value: str) -> Iterator[str]:
    try:
        yield base64.b64decode(value, validate=True).decode(errors='surrogateescape')
    except binascii.Error:
        return


def _forms(value: str) -> set[str]:
    """Return all forms of a value."""
    return set(filter(None, _encoded(value))) if value.strip() else set()


def _encoded(value: str) -> Iterator[str]:
    yield from _written(value)
    yield from (line for line in map(str.strip, value.splitlines()) if _is_telling(line))
    raw = value.encode('utf-8', 'surrogateescape')
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(raw).decode()
        yield encoded
        yield encoded.rstrip('=')
        for width in WRAPPED_WIDTHS:
            if len(encoded) > width:
                pieces = (encoded[start : start + width] for start in range(0, len(encoded), width))
                yield from (piece for piece in pieces if len(piece) >= SHORTEST_VALUE)
        if len(raw) >= EMBEDDED_LENGTH:
            yield from (_embedded(encode(bytes(shift) + raw).decode(), shift, len(raw)) for shift in range(3))


def _written(value: str) -> Iterator[str]:
    """Return a value unchanged and as texts write it, also where one text is within another, such as JSON in a repr."""
    yield value
    once = dict.fromkeys(write(value) for write in _WAYS)
    yield from once
    if len(value) <= _LONGEST_NESTED:
        yield from (write(form) for form in once if form != value for write in _WAYS)
    yield shlex.quote(value)


def _in_bytes(value: str) -> str:
    return repr(value.encode('utf-8', 'surrogateescape'))[2:-1]


def _in_lower_case(quoted: str) -> str:
    return _PERCENT.sub(lambda escape: escape[0].lower(), quoted)


_WAYS: Final[tuple[Callable[[str], str], ...]] = (
    lambda value: json.dumps(value)[1:-1],
    lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    lambda value: json.dumps(value, ensure_ascii=False)[1:-1].translate(_GO_ESCAPES),
    lambda value: json.dumps(value)[1:-1].translate(_GO_ESCAPES),
    html.escape,
    lambda value: html.escape(value, quote=False),
    lambda value: repr(value)[1:-1],
    _in_bytes,
    lambda value: value.replace("'", "''"),
    lambda value: value.replace("'", "'\"'\"'"),
    lambda value: value.replace("'", "'\\''"),
    lambda value: urllib.parse.quote(value, safe='', errors='surrogateescape'),
    lambda value: _in_lower_case(urllib.parse.quote(value, safe='', errors='surrogateescape')),
    lambda value: urllib.parse.quote(value, errors='surrogateescape'),
    lambda value: urllib.parse.quote_plus(value, errors='surrogateescape'),
)
"""How JSON (of Python and Go), HTML, Python, SQL and YAML, shells and URLs write a value, without the outer quotes."""


def _is_telling(line: str) -> bool:
    """Whether a line of a longer value is secret, and not a header or footer of a PEM block."""
    return len(line) >= LINE_LENGTH and not line.startswith('-----')


def _embedded(encoded: str, shift: int, length: int) -> str:
    """Return the characters of base64 text that depend only on the value and not on the text around it."""
    first = -(-shift * 8 // 6)
    last = (shift + length) * 8 // 6
    return encoded[first:last]
