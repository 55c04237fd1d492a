"""What differs between Juju versions: named switches, and a profile of switches per version.

Rules ask a switch by name, never a version number.

- ``switches``: every switch, with where it was read in Juju's source
- ``profiles``: the eleven trees that were read, and which release behaves as which, bugs included
- ``bugs``: which values of switches are bugs; they are off until a test asks for them by name
"""

from __future__ import annotations

from .bugs import BUGS, Bug
from .profiles import (
    ALIASES,
    AS_SHIPPED,
    DEFAULT_VERSION,
    PROFILES,
    RELEASES,
    Releases,
    bugs_of,
    check_bug,
    profile_for,
    releases_with,
)
from .switches import SWITCHES, Profile, SizeLimits

__all__ = [
    'ALIASES',
    'AS_SHIPPED',
    'BUGS',
    'DEFAULT_VERSION',
    'PROFILES',
    'RELEASES',
    'SWITCHES',
    'Bug',
    'Profile',
    'Releases',
    'SizeLimits',
    'bugs_of',
    'check_bug',
    'profile_for',
    'releases_with',
]
