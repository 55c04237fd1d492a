"""What differs between Juju versions: named switches, and a profile of switches per version.

Rules ask a switch by name, never a version number. Source of each row: spec/juju-versions.md, section 3.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Final

from ..errors import UsageError


@dataclasses.dataclass(frozen=True, slots=True)
class Profile:
    """How one version of Juju behaves where versions differ."""

    version: str
    """The full version number that a charm sees."""
    reserve_checks_life: bool = False
    """Whether ``secret-add`` is refused at once on a unit that is not alive (A14)."""


DEFAULT_VERSION: Final = '3.6.14'

_ALIASES: Final = {'3.6': DEFAULT_VERSION}
_FULL_VERSION = re.compile(r'3\.6\.([0-9]+)')


def profile_for(version: str) -> Profile:
    """Return the profile of a Juju version.

    Args:
        version: a release such as ``3.6.14``, or ``3.6`` for the newest profile of that line.

    Raises:
        UsageError: if there is no profile for that version.
    """
    version = _ALIASES.get(version, version)
    match = _FULL_VERSION.fullmatch(version)
    patch = int(match[1]) if match else -1
    if 12 <= patch <= 18:
        return Profile(version)
    if 19 <= patch <= 28:
        return Profile(version, reserve_checks_life=True)
    raise UsageError(
        f'there is no profile for Juju {version!r}; use 3.6 (which is {DEFAULT_VERSION}) '
        'or a release from 3.6.12 to 3.6.28'
    )
