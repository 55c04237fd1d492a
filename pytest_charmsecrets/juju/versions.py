"""What differs between Juju versions: named switches, and a profile of switches per version.

Rules ask a switch by name, never a version number. The letter and number behind each switch name the rows of
spec/juju-versions.md, section 2, that say what was read in Juju's source; profiles and mapping are its section 3.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

from ..errors import UsageError

SizeLimits: TypeAlias = Literal['5k_raw', '8k_raw', '1mb_b64']


@dataclasses.dataclass(frozen=True, slots=True)
class Profile:
    """How one version of Juju behaves where versions differ; the defaults are those of 3.6.14."""

    version: str
    """The full version number that a charm sees."""
    size_limits: SizeLimits = '1mb_b64'
    """How large a value may be, measured before or after base64 (A5 to A7)."""
    reserve_checks_life: bool = False
    """Whether ``secret-add`` is refused at once on a unit that is not alive (A14)."""
    pending_update_by_label: bool = True
    """Whether a label leads to a pending update that did not set the label itself (B6)."""
    peer_label: Literal['ignore', 'error', 'consumer_label'] = 'ignore'
    """What becomes of another label that a follower gives its application's secret (B9)."""
    idempotent_content: bool = True
    """Whether unchanged content makes no revision (C1, C2)."""
    multi_set: Literal['replace', 'merge'] = 'merge'
    """What several ``secret-set`` of one secret in a hook come to (C4, C5)."""
    multi_remove: Literal['last', 'accumulate'] = 'accumulate'
    """Which of several ``secret-remove`` of one secret in a hook count (C12)."""
    remove_prefix_bug: bool = False
    """Whether removing revision 1 removes 10, 11, ... too (C13)."""
    remove_missing: Literal['fail', 'ignore'] = 'ignore'
    """What removing a secret that does not exist does to the hook (C14)."""
    rotate_change: Literal['fail', 'if_earlier'] = 'if_earlier'
    """Whether the policy of a secret that rotates already can be changed (C22)."""
    remove_event_after_delete: bool = False
    """Whether secret-remove still comes for a revision that is gone by then (E6)."""


DEFAULT_VERSION: Final = '3.6.14'

_OLD_3_6: Final[Mapping[str, Any]] = {
    'size_limits': '8k_raw',
    'pending_update_by_label': False,
    'multi_remove': 'last',
    'remove_prefix_bug': True,
    'remove_missing': 'fail',
    'rotate_change': 'fail',
    'remove_event_after_delete': True,
}
_3_5: Final[Mapping[str, Any]] = {**_OLD_3_6, 'idempotent_content': False}
_3_4: Final[Mapping[str, Any]] = {**_3_5, 'multi_set': 'replace'}
_3_4_0: Final[Mapping[str, Any]] = {**_3_4, 'size_limits': '5k_raw', 'peer_label': 'error'}
_OWN_LABEL: Final = {'peer_label': 'consumer_label'}

_RANGES: Final[tuple[tuple[str, int, int, Mapping[str, Any]], ...]] = (
    ('3.3', 1, 2, _3_4_0),
    ('3.3', 3, 3, {**_3_4_0, 'size_limits': '8k_raw'}),
    ('3.3', 4, 4, {**_3_4, **_OWN_LABEL}),
    ('3.3', 5, 7, _3_4),
    ('3.4', 0, 1, _3_4_0),
    ('3.4', 2, 2, {**_3_4, **_OWN_LABEL}),
    ('3.4', 3, 6, _3_4),
    ('3.5', 0, 0, {**_3_4, **_OWN_LABEL}),
    ('3.5', 1, 4, _3_4),
    ('3.5', 5, 7, _3_5),
    ('3.6', 0, 8, _OLD_3_6),
    ('3.6', 9, 10, {**_OLD_3_6, 'size_limits': '1mb_b64'}),
    ('3.6', 11, 11, {'pending_update_by_label': False, 'rotate_change': 'fail'}),
    ('3.6', 12, 18, {}),
    ('3.6', 19, 28, {'reserve_checks_life': True}),
)
"""Releases of a line, from one to another, and what they do other than 3.6.14."""

_ALIASES: Final = {'3.3': '3.3.7', '3.4': '3.4.6', '3.5': '3.5.7', '3.6': DEFAULT_VERSION}
_RELEASE: Final = re.compile(r'(?P<line>3\.[0-9]+)\.(?P<patch>[0-9]+)')


def profile_for(version: str) -> Profile:
    """Return the profile of a Juju version.

    Args:
        version: a release such as ``3.6.14``, or a line such as ``3.6`` for the profile that stands for it.

    Raises:
        UsageError: if there is no profile for that version.
    """
    full = _ALIASES.get(version, version)
    if (match := _RELEASE.fullmatch(full)) is not None:
        for line, first, last, switches in _RANGES:
            if match['line'] == line and first <= int(match['patch']) <= last:
                return Profile(full, **switches)
    raise UsageError(
        f'there is no profile for Juju {version!r}; use 3.6 (which is {DEFAULT_VERSION}) or one of: '
        f'{", ".join(_describe_ranges())}'
    )


def _describe_ranges() -> Iterator[str]:
    for line, last in _ALIASES.items():
        patches = [patch for name, first, end, _ in _RANGES if name == line for patch in (first, end)]
        yield f'{line}.{min(patches)} to {line}.{max(patches)} ({line} is {last})'
