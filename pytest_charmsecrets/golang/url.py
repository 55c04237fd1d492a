"""URLs as Go's net/url reads them, with its error messages.

Source: Go's net/url package, Parse.
"""

from __future__ import annotations

import dataclasses
import re

from ..errors import JujuError
from . import text as gotext

_CONTROL = re.compile('[\x00-\x1f\x7f]')
_SCHEME = re.compile(r'[a-zA-Z][a-zA-Z0-9+.-]*(?=:)')
_ESCAPE = re.compile('%[0-9a-fA-F]{2}')
_USER = re.compile(r"[a-zA-Z0-9._:~!$&'()*+,;=%@-]*")
_PORT = re.compile(r'(?::[0-9]*)?')
# In a host only bytes that are not ASCII may be escaped, and the percent sign itself.
_HOST_ESCAPE = re.compile('%(?:[89a-fA-F][0-9a-fA-F]|25)')
_ODD_IN_HOST = re.compile(r"""[^a-zA-Z0-9_.~!$&'()*+,;=:\[\]<>"\x80-\U0010ffff-]""")
_PERCENT = re.compile('%')


@dataclasses.dataclass(frozen=True, slots=True)
class URL:
    """The parts of a URL that its callers need."""

    scheme: str = ''
    host: str = ''
    """With the port, without user and password."""
    path: str = ''
    opaque: str = ''
    """The part after the scheme, if no slash follows the scheme."""


def parse(text: str) -> URL:
    """Read a URL.

    Raises:
        JujuError: with Go's text.
    """
    plain, _, fragment = text.partition('#')
    try:
        url = _parse(plain)
    except JujuError as error:
        raise JujuError(f'parse {gotext.quote(plain)}: {error}') from None
    try:
        _unescape(fragment)
    except JujuError as error:
        raise JujuError(f'parse {gotext.quote(text)}: {error}') from None
    return url


def _parse(text: str) -> URL:
    if _CONTROL.search(text):
        raise JujuError('net/url: invalid control character in URL')
    if text.startswith(':'):
        raise JujuError('missing protocol scheme')
    match = _SCHEME.match(text)
    scheme = match[0].lower() if match else ''
    rest = (text[match.end() + 1 :] if match else text).partition('?')[0]
    if not rest.startswith('/'):
        if scheme:
            return URL(scheme, opaque=rest)
        if ':' in rest.partition('/')[0]:
            raise JujuError('first path segment in URL cannot contain colon')
    host = ''
    if rest.startswith('//') and (scheme or not rest.startswith('///')):
        authority, slash, path = rest[2:].partition('/')
        host, rest = _read_authority(authority), slash + path
    return URL(scheme, host, _unescape(rest))


def _read_authority(authority: str) -> str:
    user, _, host = authority.rpartition('@')
    host = _read_host(host)
    if not _USER.fullmatch(user):
        raise JujuError('net/url: invalid userinfo')
    _unescape(user)
    return host


def _read_host(host: str) -> str:
    if host.rfind('[') > 0:
        raise JujuError('invalid IP-literal')
    if host.startswith('['):
        _, bracket, port = host.rpartition(']')
        if not bracket:
            raise JujuError("missing ']' in host")
    else:
        # Only a URL of http may not have several colons.
        port = host[host.rindex(':') :] if ':' in host else ''
    if not _PORT.fullmatch(port):
        raise JujuError(f'invalid port {gotext.quote(port)} after host')
    for match in _ODD_IN_HOST.finditer(host):
        if match[0] != '%':
            raise JujuError(f'invalid character {gotext.quote(match[0])} in host name')
        _check_escape(host, match.start(), _HOST_ESCAPE)
    return _decode(host)


def _unescape(text: str) -> str:
    for match in _PERCENT.finditer(text):
        _check_escape(text, match.start(), _ESCAPE)
    return _decode(text)


def _check_escape(text: str, at: int, allowed: re.Pattern[str]) -> None:
    if not allowed.match(text, at):
        # Go cuts after three bytes.
        shown = gotext.from_bytes(gotext.to_bytes(text[at : at + 3])[:3])
        raise JujuError(f'invalid URL escape {gotext.quote(shown)}')


def _decode(text: str) -> str:
    if '%' not in text:
        return text
    return gotext.from_bytes(
        re.sub(b'%([0-9a-fA-F]{2})', lambda match: bytes.fromhex(match[1].decode()), gotext.to_bytes(text))
    )
