"""What differs between Juju versions: named switches, and a profile of switches per version.

Rules ask a switch by name, never a version number.

- ``switches``: every switch, with where it was read in Juju's source
- ``profiles``: the eleven trees that were read, and which release behaves as which
- ``bugs``: bugs of particular releases, off until a test asks for them by name
"""

from __future__ import annotations

from .bugs import BUGS, Bug
from .profiles import ALIASES, DEFAULT_VERSION, PROFILES, RELEASES, Releases, profile_for
from .switches import Profile, SizeLimits

__all__ = [
    'ALIASES',
    'BUGS',
    'DEFAULT_VERSION',
    'PROFILES',
    'RELEASES',
    'Bug',
    'Profile',
    'Releases',
    'SizeLimits',
    'profile_for',
]
