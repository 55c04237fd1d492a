"""YAML as Juju's library writes and reads it (yaml.v2, in Juju's fork).

It is a port of libyaml, which PyYAML wraps: the events below choose the style of each scalar as Go does, and libyaml
does the rest. Source: juju/yaml v2.0.0: encode.go, resolve.go, sorter.go, decode.go; hook-commands.md 1.3.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import yaml
import yaml.scanner

from ..errors import JujuError
from . import floats as gofloat
from . import text as gotext
from . import time as gotime

_BINARY_TAG: Final = 'tag:yaml.org,2002:binary'
_BASE64_LINE: Final = 70
_NOT_STRINGS = re.compile(
    r'[yY]|yes|Yes|YES|true|True|TRUE|on|On|ON|[nN]|no|No|NO|false|False|FALSE|off|Off|OFF|~|null|Null|NULL'
    r'|\.(?:nan|NaN|NAN)|[-+]?\.(?:inf|Inf|INF)'
)
_NULL_TAG: Final = 'tag:yaml.org,2002:null'
_DOT_FLOAT = re.compile(r'\.[0-9]+(?:[eE][-+]?[0-9]+)?')
_FLOAT = re.compile(r'[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+][0-9]+)?')
_BASE60 = re.compile(r'[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?')
_TIMESTAMP = re.compile(
    r'(?P<day>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})'
    r'(?:[Tt](?P<time>[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})'
    r'| (?P<local>[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(?:[.,][0-9]+)?)?'
)

_Dumper = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper
_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class Fields(dict[str, Any]):
    """A Go struct: its keys are printed in the order given, where those of a map are sorted."""


def dump(value: Any) -> str:
    """Return a value as a YAML document, with one newline at its end."""
    events = [
        yaml.StreamStartEvent(),
        yaml.DocumentStartEvent(explicit=False),
        *_events(value),
        yaml.DocumentEndEvent(explicit=False),
        yaml.StreamEndEvent(),
    ]
    text: str = cast('Any', yaml).emit(events, Dumper=_Dumper, allow_unicode=True)
    # Juju's fork never closes a document with dots, as libyaml does after some scalars.
    if text.endswith('\n...\n'):
        text = text[: -len('...\n')]
    return text.rstrip('\n') + '\n'


def load_strings(data: bytes, go_type: str) -> dict[str, str]:
    """Read a document into a map of strings; scalars of other types become text as they are spelled.

    Args:
        data: The document.
        go_type: The Go type that Juju's message names, such as ``map[string]string``.

    Raises:
        JujuError: with the library's text.
    """
    node = _compose(data)
    if node is None or _is_null(node):
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise _type_error([_mismatch(node, go_type)])
    values: dict[str, str] = {}
    mismatches: list[str] = []
    for key_node, value_node in node.value:
        for part in (key_node, value_node):
            if not isinstance(part, yaml.ScalarNode):
                mismatches.append(_mismatch(part, 'string'))
                break
        else:
            values[_scalar_text(key_node)] = _scalar_text(value_node)
    if mismatches:
        raise _type_error(mismatches)
    return values


def reads_as_string(text: str) -> bool:
    """Whether a text without quotes would be read back as a string."""
    if not text or _NOT_STRINGS.fullmatch(text):
        return False
    if text[0] == '.':
        return not _DOT_FLOAT.fullmatch(text)
    if text[0] not in '+-0123456789':
        return True
    plain = text.replace('_', '')
    return not (_is_integer(plain) or _FLOAT.fullmatch(plain) or _BASE60.fullmatch(text) or _is_timestamp(text))


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


def _compose(data: bytes) -> yaml.Node | None:
    loader: Any = None
    try:
        loader = _Loader(data)
        return cast('yaml.Node', loader.get_node()) if loader.check_node() else None
    except yaml.MarkedYAMLError as error:
        raise JujuError(f'yaml: {_place(error)}{error.problem}') from None
    except yaml.YAMLError as error:
        raise JujuError(f'yaml: {getattr(error, "reason", error)}') from None
    finally:
        if loader is not None:
            loader.dispose()


def _place(error: yaml.MarkedYAMLError) -> str:
    """Return the line of an error as Go names it: the first line has no number, and scanners count from one."""
    line = error.problem_mark.line if error.problem_mark else 0
    return f'line {line + isinstance(error, yaml.scanner.ScannerError)}: ' if line else ''


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == _NULL_TAG


def _scalar_text(node: yaml.ScalarNode) -> str:
    if node.tag == _BINARY_TAG:
        try:
            return gotext.from_bytes(base64.b64decode(re.sub('[\r\n]', '', node.value), validate=True))
        except (binascii.Error, ValueError):
            raise JujuError('yaml: !!binary value contains invalid base64 data') from None
    return '' if _is_null(node) else node.value


def _mismatch(node: yaml.Node, go_type: str) -> str:
    tag = node.tag.replace('tag:yaml.org,2002:', '!!')
    value = ''
    if isinstance(node, yaml.ScalarNode):
        value = f' `{node.value}`' if len(node.value) <= 10 else f' `{node.value[:7]}...`'
    return f'line {node.start_mark.line + 1}: cannot unmarshal {tag}{value} into {go_type}'


def _type_error(mismatches: Sequence[str]) -> JujuError:
    return JujuError('yaml: unmarshal errors:\n  ' + '\n  '.join(mismatches))
