"""The differences between Juju versions: named switches, and a profile of switches per version.

Rules ask a switch by name, never a version number.

- ``switches``: every switch, with where it was read in Juju's source
- ``profile``: one version as a value for each switch
- ``profiles``: the eleven trees that were read, and the tree that each release behaves as, bugs included
- ``bugs``: the values of switches that are bugs; they are off unless a test turns them on by name
"""

from __future__ import annotations

from .bugs import BUGS, Bug
from .profile import SWITCHES, Profile
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
from .switches.interface import SizeLimits

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
