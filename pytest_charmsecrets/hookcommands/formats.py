"""The output formats of hook commands: json, yaml and smart.

Values have the types of JSON, or are datetimes or :class:`~.golang.yaml.Fields`; the keys of any other mapping are printed
in Go's order.
Source: juju/cmd v3, output.go; Go's encoding/json.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, cast

from ..errors import JujuError
from ..golang import floats as gofloat
from ..golang import text as gotext
from ..golang import time as gotime
from ..golang import yaml as goyaml

Format: TypeAlias = Literal['smart', 'yaml', 'json']

_quote_json: Final = json.encoder.encode_basestring
"""The function behind ``json.dumps`` for a text, without a new encoder for each text."""
_JSON_ESCAPED = re.compile('[<>&\\u2028\\u2029\\ud800-\\udfff]')


@dataclasses.dataclass(frozen=True, slots=True)
class Formats:
    """The values that ``--format`` of a command accepts."""

    default: Format
    allowed: tuple[Format, ...]

    def read(self, text: str) -> Format:
        """Return the format with a name.

        Raises:
            JujuError: with Juju's text, when the command does not have it.
        """
        if text not in self.allowed:
            raise JujuError(f'unknown format {gotext.quote(text)}')
        return text


ALL: Final = Formats('smart', ('smart', 'yaml', 'json'))
STRUCTURED: Final = Formats('yaml', ('yaml', 'json'))


def received(value: Any) -> Any:
    """Return a value as a unit's agent has it after it received it from the controller as JSON.

    Each number is a float, and each list a Go slice of any values. Source: api/agent/uniter/unit.go, ConfigSettings;
    rpc/jsoncodec/codec.go, ReadBody.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return gofloat.from_json(value)
    if isinstance(value, Mapping):
        return {key: received(inner) for key, inner in cast('Mapping[str, Any]', value).items()}
    if isinstance(value, (list, tuple)):
        return goyaml.Values(map(received, cast('Sequence[Any]', value)))
    return value


def render(value: Any, format_: Format) -> str:
    """Return the text that a command prints for a value; the empty string when it prints nothing."""
    if format_ == 'json':
        return to_json(value) + '\n'
    if value is None:
        return ''
    return _to_smart(value) if format_ == 'smart' else goyaml.dump(value)


def to_json(value: Any) -> str:
    """Return a value as Go's encoding/json prints it, without the newline."""
    return _JSON_ESCAPED.sub(_json_escape, _to_json(value))


def _to_json(value: Any) -> str:
    """Return JSON without the characters that Go alone escapes, which stand in strings only."""
    if isinstance(value, str):
        return _quote_json(value)
    if isinstance(value, Mapping):
        mapping = cast('Mapping[str, Any]', value)
        keys = list(mapping) if isinstance(value, goyaml.Fields) else sorted(mapping)
        return '{' + ','.join([f'{_quote_json(str(key))}:{_to_json(mapping[key])}' for key in keys]) + '}'
    if isinstance(value, (list, tuple)):
        return '[' + ','.join(map(_to_json, cast('Sequence[Any]', value))) + ']'
    if isinstance(value, datetime.datetime):
        return _quote_json(gotime.format_rfc3339(value))
    if isinstance(value, float):
        return gofloat.format_json(value)
    return json.dumps(value)


def _json_escape(match: re.Match[str]) -> str:
    character = match[0]
    return '\\ufffd' if '\ud800' <= character <= '\udfff' else f'\\u{ord(character):04x}'


def _are_strings(values: Sequence[Any]) -> bool:
    return not isinstance(values, goyaml.Values) and all(isinstance(value, str) for value in values)


def _to_smart(value: Any) -> str:
    if isinstance(value, bool):
        return f'{value}\n'
    if isinstance(value, (list, tuple)) and _are_strings(cast('Sequence[Any]', value)):
        value = '\n'.join(cast('Sequence[str]', value))
    if isinstance(value, str):
        return f'{value}\n' if value else ''
    return goyaml.dump(value)
