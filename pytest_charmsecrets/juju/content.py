"""The content of a secret: keys, values, encodings, size limits, checksum.

Content is kept as Juju keeps it: a mapping of key to base64 text.
Source: juju 3.6: core/secrets/createsecret.go, secretvalue.go.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from ..errors import JujuError
from ..golang import text as gotext
from .versions import SizeLimits

EncodedContent: TypeAlias = Mapping[str, str]
"""Key to base64 text, as Juju stores it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """The largest size allowed for content, in bytes."""

    value: int
    total: int
    encoded: bool
    """Whether the size is that of the base64 text, not that of the value as given."""

    @property
    def what(self) -> str:
        """The name of the measured content in Juju's messages."""
        return 'base64 encoded secret content' if self.encoded else 'secret content'


LIMITS: Final[Mapping[SizeLimits, Limits]] = {
    '5k_raw': Limits(value=5 * 1024, total=64 * 1024, encoded=False),
    '8k_raw': Limits(value=8 * 1024, total=64 * 1024, encoded=False),
    '1mb_b64': Limits(value=1_000_000, total=1_000_000, encoded=True),
}

_KEY = re.compile(r'[a-z](?:-?[a-z0-9]){2,}')
_BASE64_SUFFIX = '#base64'
_BASE64 = re.compile(r'(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?')
_LINE_BREAKS: Final = str.maketrans('', '', '\r\n')


def encode(pairs: Iterable[tuple[str, bytes]], limits: Limits) -> dict[str, str]:
    """Check and encode raw content; the value of a key that ends in ``#base64`` is already encoded.

    Raises:
        JujuError: with Juju's text, for a bad key or a value that is too large.
    """
    encoded: dict[str, str] = {}
    total = 0
    for raw_key, value in pairs:
        key = raw_key.removesuffix(_BASE64_SUFFIX)
        already_encoded = key != raw_key
        text = value.decode('utf-8', 'surrogateescape') if already_encoded else base64.b64encode(value).decode()
        size = len(text) if limits.encoded else len(value)
        too_large = size > limits.value
        if too_large and not limits.encoded:
            raise _too_large(limits, raw_key, size)
        if not _KEY.fullmatch(key):
            raise JujuError(f'key {gotext.quote(key)} not valid')
        if too_large:
            raise _too_large(limits, key, size)
        total += size
        encoded[key] = text
    if total > limits.total:
        raise JujuError(f'{limits.what} too large: {total} bytes')
    return encoded


def _too_large(limits: Limits, key: str, size: int) -> JujuError:
    return JujuError(f'{limits.what} for key {gotext.quote(key)} too large: {size} bytes')


def decode(content: EncodedContent) -> dict[str, bytes]:
    """Decode every value of a secret.

    Raises:
        JujuError: with Juju's text, if any value is not base64.
    """
    return {key: _decode_base64(text) for key, text in content.items()}


def decode_text(content: EncodedContent) -> dict[str, str]:
    """Decode every value of a secret to text, for views and tests; bytes that are not UTF-8 are replaced."""
    return {key: value.decode('utf-8', 'replace') for key, value in decode(content).items()}


def checksum(content: EncodedContent) -> str:
    """Return the checksum by which Juju tells whether content has changed."""
    document = json.dumps(dict(content), sort_keys=True, separators=(',', ':'), ensure_ascii=False)
    return hashlib.sha256(document.encode('utf-8', 'surrogateescape')).hexdigest()


def _decode_base64(text: str) -> bytes:
    """Decode as Go does: line breaks are skipped, and surplus bits at the end are ignored."""
    joined = text.translate(_LINE_BREAKS)
    if not _BASE64.fullmatch(joined):
        raise JujuError(f'illegal base64 data at input byte {_first_illegal_byte(text)}')
    return base64.b64decode(joined)


def _first_illegal_byte(text: str) -> int:
    """Return the offset that Go's decoder reports: of an invalid byte, or of an incomplete group of four characters."""
    characters = [(offset, character) for offset, character in enumerate(text) if character not in '\r\n']
    for index, (offset, character) in enumerate(characters):
        if character == '=':
            return _illegal_byte_of_padding(text, offset, index % 4, characters[index + 1 :])
        if not (character.isascii() and (character.isalnum() or character in '+/')):
            return offset
    return len(text) - len(characters) % 4


def _illegal_byte_of_padding(text: str, offset: int, place: int, rest: list[tuple[int, str]]) -> int:
    if place < 2:
        return offset
    if place == 2:
        if not rest:
            return len(text)
        if rest[0][1] != '=':
            return rest[0][0] - 1
        rest = rest[1:]
    return rest[0][0]
