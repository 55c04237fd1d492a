"""YAML as Juju's library writes it (yaml.v2, in Juju's fork), and the type that each text has in YAML.

The library is a port of libyaml, which PyYAML wraps. So this module chooses the style of each scalar as Go does, and libyaml
writes the text. Source: juju/yaml v2.0.0: encode.go, resolve.go, sorter.go.
"""

from __future__ import annotations

import base64
import datetime
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import yaml

from ..errors import JujuError
from . import floats as gofloat
from . import text as gotext
from . import time as gotime

_BINARY_TAG: Final = 'tag:yaml.org,2002:binary'
_BASE64_LINE: Final = 70
STR: Final = '!!str'
BINARY: Final = '!!binary'
BOOL: Final = '!!bool'
INT: Final = '!!int'
FLOAT: Final = '!!float'
NULL: Final = '!!null'
TIMESTAMP: Final = '!!timestamp'
RESOLVABLE: Final = (STR, BINARY, BOOL, INT, FLOAT, NULL, TIMESTAMP)
"""The tags of scalars that the library knows; a scalar with any other is taken as text."""
_WORDS: Final = {
    **dict.fromkeys(('', '~', 'null', 'Null', 'NULL'), NULL),
    **dict.fromkeys(('y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'), BOOL),
    **dict.fromkeys(('n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'), BOOL),
    **dict.fromkeys(('.nan', '.NaN', '.NAN'), FLOAT),
    **dict.fromkeys((sign + text for sign in ('', '+', '-') for text in ('.inf', '.Inf', '.INF')), FLOAT),
}
_DOT_FLOAT = re.compile(r'\.[0-9]+(?:[eE][-+]?[0-9]+)?')
_FLOAT = re.compile(r'[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+][0-9]+)?')
_BASE60 = re.compile(r'[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?')
_TIMESTAMP = re.compile(
    r'(?P<day>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})'
    r'(?:[Tt](?P<time>[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})'
    r'| (?P<local>[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(?:[.,][0-9]+)?)?'
)

_DOTS_AT_END = re.compile('(?<=[\n\u2028\u2029])\\.\\.\\.\n\\Z')
_INDENTED_QUOTE = re.compile("(?<=[\u2028\u2029]) +'$", re.MULTILINE)

_SEPARATED_QUOTE = re.compile("(?<=[\u2028\u2029])'")
_BREAK = re.compile('[\n\r\x85\u2028\u2029]')
_PRIVATE: Final = range(0xE000, 0xF900)

_BOM: Final = '\ufeff'
_ESCAPES: Final = {
    ord(character): name
    for character, name in zip('\0\a\b\t\n\v\f\r\x1b"\\\x85\xa0\u2028\u2029', '0abtnvfre"\\N_LP', strict=True)
}

_Dumper = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper


class Fields(dict[str, Any]):
    """A Go struct: its keys are printed in the order given, where those of a map are sorted."""


class Values(list[Any]):
    """A Go slice of any values, which the smart format prints as YAML even where all are strings."""


def dump(value: Any) -> str:
    """Return a value as a YAML document, with one newline at its end."""
    events = [
        yaml.StreamStartEvent(),
        yaml.DocumentStartEvent(explicit=False),
        *_events(value),
        yaml.DocumentEndEvent(explicit=False),
        yaml.StreamEndEvent(),
    ]
    marked = _stand_in(events)
    quote = _hide_quotes(events)
    text: str = cast('Any', yaml).emit(events, Dumper=_Dumper, allow_unicode=True)
    for mark, quoted in marked.items():
        text = text.replace(mark, quoted)
    # Juju's fork never closes a document with dots, as libyaml does after some scalars.
    text = _DOTS_AT_END.sub('', text)
    if '\u2028' in text or '\u2029' in text:
        # Nor does it indent the quote after a line separator: yaml_emitter_write_single_quoted_scalar.
        text = _INDENTED_QUOTE.sub("'", text)
    if quote:
        text = text.replace(quote, "'")
    return text.rstrip('\n') + '\n'


def _stand_in(events: list[yaml.Event]) -> dict[str, str]:
    """Put plain marks in the place of texts that begin with a byte order mark; return those texts as they are printed.

    Juju's port escapes each of their characters: is_bom looks at the beginning of the text, whatever the place.
    """
    scalars = [one for one in events if isinstance(one, yaml.ScalarEvent)]
    found = [one for one in scalars if cast('str', one.value).startswith(_BOM)]
    if not found:
        return {}
    stem = 'mark'
    while any(stem in cast('str', one.value) for one in scalars):
        stem += 'x'
    marked: dict[str, str] = {}
    for number, one in enumerate(found):
        value = cast('str', one.value)
        # How a key is written depends on its length, and on whether it has line breaks.
        mark = f'{stem}{number}.'.ljust(len(value.encode()) - 1, '.')
        has_breaks = _BREAK.search(value) is not None
        marked[f'"{mark}\\n"' if has_breaks else f'"{mark}"'] = f'"{"".join(map(_escaped, value))}"'
        one.value, one.style = f'{mark}\n' if has_breaks else mark, '"'
    return marked


def _hide_quotes(events: list[yaml.Event]) -> str:
    """Replace each quote after a line separator in texts of several lines; return the character that stands for it."""
    scalars = [one for one in events if isinstance(one, yaml.ScalarEvent)]
    found = [one for one in scalars if '\n' in one.value and _SEPARATED_QUOTE.search(one.value)]
    if not found:
        return ''
    stand_in = next(chr(code) for code in _PRIVATE if not any(chr(code) in one.value for one in scalars))
    for one in found:
        one.value = _SEPARATED_QUOTE.sub(stand_in, one.value)
    return stand_in


def _escaped(character: str) -> str:
    code = ord(character)
    if code in _ESCAPES:
        return '\\' + _ESCAPES[code]
    if code <= 0xFF:
        return f'\\x{code:02X}'
    return f'\\u{code:04X}' if code <= 0xFFFF else f'\\U{code:08X}'


def reads_as_string(text: str) -> bool:
    """Whether a text without quotes would be read back as a string."""
    return tag_of(text) == STR and not (text[0] in '+-0123456789' and _BASE60.fullmatch(text))


def tag_of(text: str) -> str:
    """Return the type that a text without quotes has; resolve.go, resolve."""
    if tag := _WORDS.get(text):
        return tag
    if text[0] == '.':
        return FLOAT if _DOT_FLOAT.fullmatch(text) else STR
    if text[0] not in '+-0123456789':
        return STR
    if _is_timestamp(text):
        return TIMESTAMP
    plain = text.replace('_', '')
    if _is_integer(plain):
        return INT
    return FLOAT if _FLOAT.fullmatch(plain) else STR


def _events(value: Any) -> Iterator[yaml.Event]:
    if isinstance(value, Mapping):
        mapping = cast('Mapping[Any, Any]', value)
        keys = list(mapping) if isinstance(value, Fields) else sorted(mapping, key=functools.cmp_to_key(_compare_keys))
        yield yaml.MappingStartEvent(None, None, True, flow_style=False)
        for key in keys:
            yield from _events(key)
            yield from _events(mapping[key])
        yield yaml.MappingEndEvent()
    elif isinstance(value, (list, tuple)):
        yield yaml.SequenceStartEvent(None, None, True, flow_style=False)
        for item in cast('Sequence[Any]', value):
            yield from _events(item)
        yield yaml.SequenceEndEvent()
    elif isinstance(value, str):
        yield _string_event(value)
    else:
        yield yaml.ScalarEvent(None, None, (True, True), _plain(value))


def _string_event(text: str) -> yaml.ScalarEvent:
    if any(map(gotext.is_raw_byte, text)):
        encoded = _wrap_base64(gotext.to_bytes(text))
        return yaml.ScalarEvent(None, _BINARY_TAG, (False, False), encoded, style='|' if '\n' in encoded else None)
    if '\n' in text:
        return yaml.ScalarEvent(None, None, (True, True), text, style='|')
    return yaml.ScalarEvent(None, None, (True, True), text, style=None if reads_as_string(text) else '"')


def _wrap_base64(data: bytes) -> str:
    encoded = base64.b64encode(data).decode()
    if len(encoded) < _BASE64_LINE:
        return encoded
    return ''.join(f'{encoded[at : at + _BASE64_LINE]}\n' for at in range(0, len(encoded), _BASE64_LINE))


def _is_timestamp(text: str) -> bool:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return False
    numbers = [*match['day'].split('-'), *(match['time'] or match['local'] or '0:0:0').split(':')]
    year, month, day, hour, minute, second = map(int, numbers)
    try:
        datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.timezone.utc)
    except ValueError:
        return False
    return True


def _is_integer(text: str) -> bool:
    try:
        gotext.parse_int(text)
    except JujuError:
        return gotext.is_unsigned(text)
    return True


def _plain(value: Any) -> str:
    if value is None:
        return 'null'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, float):
        return gofloat.format_yaml(value)
    if isinstance(value, datetime.datetime):
        return gotime.format_rfc3339(value)
    return str(value)


def _compare_keys(first: Any, second: Any) -> int:
    """Compare two keys of a map: letters after everything else, runs of digits by their number."""
    left, right = str(first), str(second)
    at = next((at for at, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), None)
    if at is None:
        return len(left) - len(right)
    letters = (left[at].isalpha(), right[at].isalpha())
    if all(letters):
        return _sign(left[at], right[at])
    if any(letters):
        return 1 if letters[0] else -1
    return _compare_digits(left, right, at)


def _compare_digits(left: str, right: str, at: int) -> int:
    digits = (_digits_at(left, at), _digits_at(right, at))
    # A zero that continues a number counts as a digit of it; a leading one does not.
    start = '1' if '0' in (left[at], right[at]) and _continues_number(left, at) else ''
    numbers = (int(start + digits[0] or '0'), int(start + digits[1] or '0'))
    if numbers[0] != numbers[1]:
        return _sign(numbers[0], numbers[1])
    if len(digits[0]) != len(digits[1]):
        return len(digits[0]) - len(digits[1])
    return _sign(left[at], right[at])


def _digits_at(text: str, at: int) -> str:
    match = re.compile('[0-9]{0,18}').match(text, at)
    return match[0] if match else ''


def _continues_number(text: str, at: int) -> bool:
    digits = re.search('[0-9]*$', text[:at])
    return digits is not None and bool(digits[0].strip('0'))


def _sign(left: Any, right: Any) -> int:
    return (left > right) - (left < right)
