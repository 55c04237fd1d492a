"""Secret content as the command line gives it: ``key=value``, ``key#file=path``, ``--file``.

The rules about keys, encodings and sizes are in ``juju/content.py``.
Source: juju 3.6: core/secrets/createsecret.go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from ..errors import JujuError
from ..golang import text as gotext
from ..golang import yaml_reading
from ..juju import content
from ..juju.content import Limits
from . import files

_FILE_SUFFIX: Final = '#file'
_GO_TYPE: Final = 'secrets.SecretData'
_SURROGATES = re.compile('[\ud800-\udfff]')


def from_arguments(arguments: Sequence[str], limits: Limits) -> dict[str, str]:
    """Read content given as ``key=value`` arguments; returns it encoded.

    Raises:
        JujuError: with Juju's text.
    """
    pairs: dict[str, bytes] = {}
    for argument in arguments:
        # Juju takes trailing equals signs for base64 padding, so an argument cannot give an empty value.
        key, equals, _ = argument.rstrip('=').partition('=')
        if not key or not equals:
            raise JujuError(f'key value {gotext.quote(argument)} not valid')
        value = argument[len(key) + 1 :]
        name = key.removesuffix(_FILE_SUFFIX)
        pairs[name] = gotext.to_bytes(value) if name == key else _read_value(name, value, limits)
    return content.encode(pairs.items(), limits)


def from_file(path: str, limits: Limits) -> dict[str, str]:
    """Read content from a JSON or YAML file; returns it encoded.

    Raises:
        JujuError: with Juju's or Go's text.
    """
    expanded = files.expand_home(path)
    files.check_size_for_agent(expanded, limits.total)
    data = files.read_by_agent(expanded)
    values = _load_json(data)
    if values is None:
        values = yaml_reading.load_strings(data, _GO_TYPE)
    return content.encode(((key, gotext.to_bytes(value)) for key, value in values.items()), limits)


def _read_value(key: str, path: str, limits: Limits) -> bytes:
    # Juju examines the file behind the expanded path, but opens the path as given.
    files.check_size_for_agent(files.expand_home(path), limits.value)
    try:
        return files.read_by_agent(path)
    except JujuError as error:
        raise JujuError(f'reading content for secret key {gotext.quote(key)}: {error}') from None


class _Pairs(list[tuple[str, Any]]):
    """A JSON object: of equal keys Go looks at each value, and keeps the last."""


def _load_json(data: bytes) -> dict[str, str] | None:
    """Return a JSON object of strings; None for anything else, which is then read as YAML."""
    try:
        document: Any = json.loads(gotext.without_raw_bytes(gotext.from_bytes(data)), object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return None
    if document is None:
        return {}
    if not isinstance(document, _Pairs):
        return None
    if not all(value is None or isinstance(value, str) for _, value in document):
        return None
    return {_without_surrogates(key): _without_surrogates(value or '') for key, value in document}


def _without_surrogates(text: str) -> str:
    return _SURROGATES.sub('\ufffd', text)
