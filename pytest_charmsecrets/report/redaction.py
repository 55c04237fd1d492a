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
import contextlib
import itertools
import json
import re
import urllib.parse
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import yaml

from ..records import Command, Operation, Record
from ..views.sensitive import SHORTEST_VALUE, is_words, names_credential
from .spelling import CUTS, Ends, Spelling, can_be_spelled, ends_of_cuts

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
"""The minimum length of a line of a value that consists of words, to be redacted on its own."""
WRAPPED_WIDTHS: Final = (64, 76)
"""The line lengths of base64 in PEM and MIME."""

_MARK: Final = '\x00redacted\x00'
_MARKED: Final = re.compile(rf'{_MARK}(?P<number>[0-9]+){_MARK}')
_BEGINNING: Final = 4
"""The number of first characters by which forms are indexed: at most the minimum length of a credential."""
_USER: Final = re.compile(r'://[^\s/:@]*:\Z')
"""The part of a URL before the password."""
_PASSWORD_OF_URL: Final = re.compile(r'[a-z][a-z0-9+.-]*://[^\s/:@]*:(?P<password>[^\s/@]+)@', re.IGNORECASE)
_SETTING: Final = re.compile(
    r'(?:^[ \t]*(?:- )?|(?<=[\s;?&]))(?P<key>[A-Za-z][\w.-]*)[ \t]*(?:=|:(?= ))[ \t]*'
    r'(?P<value>"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\n]|\'\')*\'|[^\s;&\'"][^\n;&]*?(?=\s+[\w.-]+=|\s+#|[;&\n]|\s*\Z))',
    re.MULTILINE,
)
"""A setting in a DSN, an INI file or YAML."""
_BASE64: Final = re.compile(r'[A-Za-z0-9+/\s]+={0,2}')
_IN_WORD: Final = re.compile(r'[\w/:+-]')
_GOES_ON: Final = re.compile(r'[\w/:+-]|\.\w')

_STORING: Final = ('secret-add', 'secret-set', 'add-secret', 'update-secret')
_YAML_LINE: Final = re.compile(r'(?P<key>[a-z][a-z0-9-]*): (?P<value>.+)')


class Redactor:
    """Replaces given values in texts, the longest first.

    A session can have a hundred thousand forms of values. They are indexed by their first characters, because one
    regular expression for all would take seconds and megabytes to compile, again after each new value.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: Final[set[str]] = set()
        self._forms: Final[dict[str, dict[str, tuple[str, ...]]]] = collections.defaultdict(dict)
        """The encoded forms by their first characters, each with the values that have it."""
        self._spellings: Final[dict[str, dict[str, tuple[Spelling, tuple[str, ...]]]]] = collections.defaultdict(dict)
        """Values and lines of values by the first characters to search for, each with the values that have it."""
        self._lengths: tuple[int, ...] = ()
        self._ends = Ends(iter(()))
        self.follow(values)

    def follow(self, values: Iterable[str]) -> None:
        """Redact exactly these values from now on."""
        wanted = dict.fromkeys(values)
        for value in wanted:
            if value not in self._values:
                self._add(value)
        for value in self._values - wanted.keys():
            self._remove(value)
        self._values.clear()
        self._values.update(wanted)
        self._lengths = tuple(sorted({len(beginning) for beginning in (*self._forms, *self._spellings)}))
        self._ends = Ends(itertools.chain.from_iterable(self._spellings.values()))

    def redact(self, text: str, stand_in: Callable[[str], str] | None = None) -> str:
        """Return a text with all values replaced.

        Args:
            text: the text.
            stand_in: returns the replacement of a value; by default the same for all values.
        """
        if not self._lengths:
            return text
        parts: list[str] = []
        kept = 0
        for begin, end, value in self._places(text):
            parts += (text[kept:begin], stand_in(value) if stand_in is not None else PLACEHOLDER)
            kept = end
        return ''.join((*parts, text[kept:])) if parts else text

    def _places(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Return where a text contains a value: the beginning, the end, and the value."""
        forms, spellings, lengths = self._forms, self._spellings, self._lengths
        cuts = collections.deque((*(cut.start() for cut in CUTS.finditer(text)), len(text)))
        ends = {at: end for at in ends_of_cuts(text) if (end := self._ends.find(text, at)) is not None}
        start = kept = 0
        while start < len(text):
            while cuts[0] < start:
                cuts.popleft()
            found: list[tuple[int, int, str]] = []
            if start in ends:
                found.append((start, *ends[start]))
            for length in lengths:
                beginning = text[start : start + length]
                if beginning in forms:
                    alike = forms[beginning]
                    found += ((start, end, alike[form][0]) for form in alike if (end := _end_of(form, text, start)))
                if beginning in spellings:
                    for spelling, values in spellings[beginning].values():
                        place = spelling.find(text, start, kept, cuts[0])
                        if place is not None and _is_apart(spelling.value, text, *place):
                            found.append((*place, values[0]))
            if found:
                place = max(found, key=lambda one: (one[1], -one[0]))
                yield place
                start = kept = place[1]
            else:
                start += 1

    def _add(self, value: str) -> None:
        for form in _forms(value):
            alike = self._forms[form[:_BEGINNING]]
            alike[form] = (*alike.get(form, ()), value)
        for part in _parts_of(value):
            spelling = Spelling(part)
            spelled = self._spellings[spelling.beginning]
            spelling, values = spelled.get(part, (spelling, ()))
            spelled[part] = spelling, (*values, value)

    def _remove(self, value: str) -> None:
        for form in _forms(value):
            alike = self._forms[form[:_BEGINNING]]
            alike[form] = tuple(one for one in alike[form] if one != value)
            if not alike[form]:
                del alike[form]
            if not alike:
                del self._forms[form[:_BEGINNING]]
        for part in _parts_of(value):
            beginning = Spelling(part).beginning
            spelled = self._spellings[beginning]
            spelling, values = spelled[part]
            spelled[part] = spelling, tuple(one for one in values if one != value)
            if not spelled[part][1]:
                del spelled[part]
            if not spelled:
                del self._spellings[beginning]


def _end_of(form: str, text: str, start: int) -> int:
    """Return the end of a form that begins at a position of a text, or 0. A short form has to be a whole word."""
    end = start + len(form)
    return end if text.startswith(form, start) and _is_apart(form, text, start, end) else 0


def _is_apart(form: str, text: str, begin: int, end: int) -> bool:
    """Whether a form is long, or stands in a text as a whole word or as the password of a URL."""
    if len(form) >= SHORTEST_VALUE or (text.startswith('@', end) and _USER.search(text, max(0, begin - 64), begin)):
        return True
    return not ((begin and _IN_WORD.match(text, begin - 1)) or _GOES_ON.match(text, end))


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
    for key, value in tuple(found):
        found.update(dict.fromkeys(_derived(key, value)))
    return tuple(found)


def _derived(key: str | None, value: str) -> Iterator[KnownValue]:
    """Return the credentials inside a value: the password of a URL, settings of a file, what base64 encodes."""
    for match in _PASSWORD_OF_URL.finditer(value):
        password = match['password']
        yield from dict.fromkeys((('password', password), ('password', urllib.parse.unquote(password))))
    if value.lstrip()[:1] in ('{', '['):
        with contextlib.suppress(ValueError):
            yield from _credentials_in(json.loads(value))
    yield from (
        (match['key'], _unquoted(match['value']))
        for match in _SETTING.finditer(value)
        if names_credential(match['key'])
    )
    if len(value) >= SHORTEST_VALUE and _BASE64.fullmatch(value.strip()):
        yield from ((key, decoded) for decoded in _decoded(''.join(value.split())) if decoded.isprintable())


def _credentials_in(document: object, key: str = '') -> Iterator[KnownValue]:
    """Return the texts in a JSON document whose key, or a key above, names a credential."""
    if isinstance(document, dict):
        for name, part in cast('dict[str, object]', document).items():
            yield from _credentials_in(part, name if names_credential(name) else key)
    elif isinstance(document, list):
        for part in cast('list[object]', document):
            yield from _credentials_in(part, key)
    elif isinstance(document, str) and key:
        yield key, document


def _unquoted(text: str) -> str:
    """Return the value of a setting, which may be quoted as in YAML or a shell."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        with contextlib.suppress(ValueError):
            return str(json.loads(text))
        with contextlib.suppress(yaml.YAMLError):
            return str(yaml.safe_load(text))
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text


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


def _parts_of(value: str) -> dict[str, None]:
    """Return the value and its telling lines, as far as texts can be searched for them."""
    lines = (line for line in map(str.strip, value.splitlines()) if _is_telling(line))
    return dict.fromkeys(part for part in (value, value.strip(), *lines) if can_be_spelled(part))


def _forms(value: str) -> set[str]:
    """Return all encoded forms of a value, and the value itself if it has no letters or digits."""
    return set(filter(None, _encoded(value))) if value.strip() else set()


def _encoded(value: str) -> Iterator[str]:
    if not can_be_spelled(value):
        yield value
    once = json.dumps(value)[1:-1]
    for text in dict.fromkeys((value, once, json.dumps(value, ensure_ascii=False)[1:-1])):
        raw = text.encode('utf-8', 'surrogateescape')
        yield from (raw.hex(), raw.hex().upper())
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


def _is_telling(line: str) -> bool:
    """Whether a line of a longer value is secret, and not a header or footer of a PEM block."""
    is_long = len(line) >= LINE_LENGTH or (len(line) >= SHORTEST_VALUE and not is_words(line))
    return is_long and not line.startswith('-----')


def _embedded(encoded: str, shift: int, length: int) -> str:
    """Return the characters of base64 text that depend only on the value and not on the text around it."""
    first = -(-shift * 8 // 6)
    last = (shift + length) * 8 // 6
    return encoded[first:last]
