"""Recognise keys that name a credential, and the forms in which a value appears, for checks and redaction."""

from __future__ import annotations

import base64
import re
import urllib.parse
from collections.abc import Iterator
from typing import Final

SHORTEST_VALUE: Final = 8
"""Shorter values are words of every text."""
SHORTEST_WORD: Final = 16
"""A word inside a value, such as the password in a URI, counts from this length on."""

_CREDENTIAL: Final = re.compile(r'pass|key|token|secret|cred|cert', re.IGNORECASE)
_ABOUT_CREDENTIAL: Final = re.compile(
    r'keyspace|(?:pass|key|token|secret|cred|cert)[a-z]*[-_]'
    r'(?:algorithm|file|format|length|name|path|policy|prefix|size|ttl|type|url)',
    re.IGNORECASE,
)
"""Names such as ``key-prefix``, which stand for no credential."""
_PLAIN: Final = re.compile(
    r'(?:user(?:name)?|database|db-?name|name|endpoints?|hosts?|hostname|address|ip|port|url|version|tls|tls-ca|ca|'
    r'schema|role|roles|topic|bucket|region|zone|email|domain|subject|issuer|csr|certificate|chain|replset|'
    # Not the secret-id of a Vault AppRole, which is its password.
    r'(?:.*(?<!secret)[-_])?(?:uu)?id|'
    r'(?:.*[-_])?pub(?:lic)?[-_]?key|'
    r'entity-name|entity-type|extra-user-roles|.*-username|.*-user|.*-host|.*-endpoints?)',
    re.IGNORECASE,
)
_PUBLIC_PEM: Final = re.compile(
    r'-----BEGIN (?P<kind>CERTIFICATE|CERTIFICATE REQUEST|NEW CERTIFICATE REQUEST|PUBLIC KEY|RSA PUBLIC KEY)-----'
    r'.*?-----END (?P=kind)-----',
    re.DOTALL,
)
_WORD: Final = re.compile(r'[^\s"\'`,;:/@?&=<>(){}\[\]|\\]+')
_WORDS: Final = re.compile(r'[A-Za-z]+(?:[ ._/-][A-Za-z]+)*[.!]?')
_HEXADECIMAL: Final = re.compile(r'[0-9a-fA-F]+')


def names_credential(key: str) -> bool:
    """Whether a key names a password, key, token or the like."""
    return _CREDENTIAL.search(_ABOUT_CREDENTIAL.sub('', key)) is not None


def is_plain(key: str) -> bool:
    """Whether a value needs no protection under its key: a user name, an address, a certificate."""
    return _PLAIN.fullmatch(key) is not None


def is_words(text: str) -> bool:
    """Whether a text is made of words alone, such as ``hot standby``: it may stand in any sentence."""
    return _WORDS.fullmatch(text) is not None


def without_public_pem(text: str) -> str:
    """Return a text without certificates, certificate requests and public keys, which are public."""
    return _PUBLIC_PEM.sub('', text) if '-----BEGIN ' in text else text


def forms_of(value: str) -> Iterator[str]:
    """Return the forms in which a value may appear in a text: plain, base64, URL-encoded, and its long random words."""
    secret = without_public_pem(value).strip()
    if len(secret) >= SHORTEST_VALUE:
        yield secret
        yield base64.b64encode(value.encode()).decode()
        yield urllib.parse.quote(secret, safe='')
    for word in _WORD.findall(secret):
        if len(word) >= SHORTEST_WORD and _is_random(word):
            yield word


def _is_random(word: str) -> bool:
    if '.' in word:
        return False
    mixed = any(map(str.isdigit, word)) and any(map(str.islower, word)) and any(map(str.isupper, word))
    return mixed or _HEXADECIMAL.fullmatch(word) is not None
