"""Juju's tags: their kinds, and the ids that each kind accepts.

Source: juju/names v5, tag.go, ParseTag, and the file of each kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ..errors import JujuError
from ..golang import text as gotext

_NUMBER: Final = r'(?:0|[1-9][0-9]*)'
_NAME: Final = r'[a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*'
_ENDPOINT: Final = rf'{_NAME}\.[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*'
_MACHINE: Final = rf'{_NUMBER}(?:-[a-z]+-{_NUMBER})*'
_USER: Final = r'[a-zA-Z0-9][a-zA-Z0-9.+-]*[a-zA-Z0-9]'
_UUID: Final = r'[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}'
_HAS_UUID: Final = f'.*{_UUID}.*'  # Juju's pattern is not anchored.
_CLOUD: Final = r'[a-zA-Z0-9][a-zA-Z0-9._-]*'
_ON_SOMETHING: Final = rf'(?:(?:{_MACHINE}|{_NAME}-{_NUMBER})-)?{_NUMBER}'

_IDS: Final[Mapping[str, re.Pattern[str]]] = {
    kind: re.compile(pattern)
    for kind, pattern in {
        'unit': rf'{_NAME}-{_NUMBER}',
        'machine': _MACHINE,
        'application': _NAME,
        'applicationoffer': _HAS_UUID,
        'environment': _HAS_UUID,
        'user': f'{_USER}(?:@{_USER})?',
        'relation': f'{_ENDPOINT}(?:#{_ENDPOINT})?',
        'action': f'{_NUMBER}|{_UUID}',
        'volume': _ON_SOMETHING,
        'storage': f'{_NAME}-{_NUMBER}',
        'operation': _NUMBER,
        'filesystem': _ON_SOMETHING,
        'ipaddress': _UUID,
        'space': '[a-z0-9]+(?:-[a-z0-9]+)*',
        'subnet': f'{_NUMBER}|{_UUID}',
        'payload': '[a-zA-Z](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?',
        'model': _HAS_UUID,
        'controller': f'{_NUMBER}|{_HAS_UUID}',
        'cloud': _CLOUD,
        'cloudcred': f'{_CLOUD}_{_USER}(?:@{_USER})?_[a-zA-Z][a-zA-Z0-9.@_+-]*',
        'caasmodel': _HAS_UUID,
    }.items()
}


def kind_of(tag: str) -> str:
    """Return the kind of a tag, such as ``unit`` of ``unit-web-0``.

    Raises:
        JujuError: with Juju's text, if the text is not a tag.
    """
    kind, _, suffix = tag.partition('-')
    if '-' not in tag or kind not in _IDS:
        raise JujuError(f'{gotext.quote(tag)} is not a valid tag')
    if not _IDS[kind].fullmatch(suffix):
        raise JujuError(f'{gotext.quote(tag)} is not a valid {kind} tag')
    return kind
