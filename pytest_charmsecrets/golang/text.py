"""How Go writes and reads plain values: quoted strings, integers, booleans, the text of a failed system call.

Text that came from bytes holds bytes that are not UTF-8 as lone surrogates (PEP 383), so that no byte is lost.
Source: Go's strconv, unicode/utf8 and syscall packages.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Final

from ..errors import JujuError

_SHORT_ESCAPES: Final = {
    '"': '\\"',
    '\\': '\\\\',
    '\a': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
}
_RAW_BYTE = re.compile('[\udc80-\udcff]')
_DECIMAL = re.compile(r'[+-]?[0-9]+')
_DIGITS = re.compile(r'[0-9]+')
_LITERAL = re.compile(
    r'(?P<sign>[+-]?)(?:0[xX](?P<hex>(?:_?[0-9a-fA-F])+)|0[bB](?P<binary>(?:_?[01])+)|0[oO](?P<octal>(?:_?[0-7])+)'
    r'|(?P<old_octal>0(?:_?[0-7])+)|(?P<decimal>0|[1-9](?:_?[0-9])*))'
)
_BASES: Final = {'hex': 16, 'binary': 2, 'octal': 8, 'old_octal': 8, 'decimal': 10}
_TRUE: Final = ('1', 't', 'T', 'TRUE', 'true', 'True')
_FALSE: Final = ('0', 'f', 'F', 'FALSE', 'false', 'False')
# The white space of unicode.IsSpace. Python's strip() also removes U+001C to U+001F, so it cannot be used.
_SPACE: Final = '\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'
_INT64: Final = range(-(1 << 63), 1 << 63)
_UINT64: Final = range(1 << 64)


def to_bytes(text: str) -> bytes:
    """Return the bytes behind a text."""
    return text.encode('utf-8', 'surrogateescape')


def from_bytes(data: bytes) -> str:
    """Return bytes as text. Bytes that are not UTF-8 are kept as lone surrogates."""
    return data.decode('utf-8', 'surrogateescape')


def is_raw_byte(character: str) -> bool:
    """Whether a character stands for one byte that is not UTF-8."""
    return '\udc80' <= character <= '\udcff'


def strip_space(text: str) -> str:
    """Return a text without the white space around it, as strings.TrimSpace does."""
    return text.strip(_SPACE)


def without_raw_bytes(text: str) -> str:
    """Return a text with U+FFFD for each byte that is not UTF-8, as functions of Go's strings package make it."""
    return _RAW_BYTE.sub('\ufffd', text)


def quote(text: str) -> str:
    """Return a text as Go's ``%q`` prints it."""
    return '"' + ''.join(map(_quote_character, text)) + '"'


def quote_all(texts: Iterable[str]) -> str:
    """Return a list of texts as Go's ``%q`` prints it: ``["x" "y"]``."""
    return '[' + ' '.join(map(quote, texts)) + ']'


def parse_bool(text: str) -> bool:
    """Read a boolean as strconv.ParseBool does.

    Raises:
        JujuError: with Go's text.
    """
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise JujuError(f'strconv.ParseBool: parsing {quote(text)}: invalid syntax')


def parse_int(text: str) -> int:
    """Read a 64-bit integer as strconv.ParseInt does for base 0: ``0x10``, ``010``, ``0b1`` and ``1_000`` are numbers.

    Raises:
        JujuError: with Go's text.
    """
    number = _read_literal(text)
    if number is None:
        raise JujuError(f'strconv.ParseInt: parsing {quote(text)}: invalid syntax')
    if number not in _INT64:
        raise JujuError(f'strconv.ParseInt: parsing {quote(text)}: value out of range')
    return number


def is_unsigned(text: str) -> bool:
    """Whether strconv.ParseUint reads a text for base 0."""
    number = _read_literal(text) if text[:1] not in ('+', '-') else None
    return number is not None and number in _UINT64


def parse_decimal(text: str) -> int:
    """Read a 64-bit integer as strconv.Atoi does: decimal digits and an optional sign.

    Raises:
        JujuError: with Go's text.
    """
    if not _DECIMAL.fullmatch(text):
        raise JujuError(f'strconv.Atoi: parsing {quote(text)}: invalid syntax')
    number = _to_number(text[0], text.lstrip('+-'), 10)
    if number not in _INT64:
        raise JujuError(f'strconv.Atoi: parsing {quote(text)}: value out of range')
    return number


def parse_unsigned_decimal(text: str) -> int | None:
    """Read an unsigned 64-bit integer as strconv.ParseUint does for base 10; return None for any other text."""
    number = _to_number('', text, 10) if _DIGITS.fullmatch(text) else -1
    return number if number in _UINT64 else None


def describe_os_error(error: OSError | ValueError) -> str:
    """Return Go's text for a failed system call, such as ``no such file or directory``."""
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno).lower()
    return 'invalid argument'


def _read_literal(text: str) -> int | None:
    match = _LITERAL.fullmatch(text)
    if match is None:
        return None
    base, digits = next((base, match[group]) for group, base in _BASES.items() if match[group] is not None)
    return _to_number(match['sign'], digits.replace('_', ''), base)


def _to_number(sign: str, digits: str, base: int) -> int:
    # Python refuses to convert very long decimal numbers; none of them fits into 64 bits.
    significant = (digits.lstrip('0') or '0')[:65]
    number = int(significant, base)
    return -number if sign == '-' else number


def _quote_character(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if is_raw_byte(character):
        return f'\\x{code - 0xDC00:02x}'
    if code < 0x20 or code == 0x7F:
        return f'\\x{code:02x}'
    return f'\\u{code:04x}' if code < 0x10000 else f'\\U{code:08x}'
