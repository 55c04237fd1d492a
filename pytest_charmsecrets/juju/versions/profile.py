"""A profile: one version of Juju as a value for each switch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from .switches.client import ClientSwitches
from .switches.cross_model import CrossModelSwitches
from .switches.events import EventSwitches
from .switches.interface import InterfaceSwitches
from .switches.reading import ReadingSwitches
from .switches.user_secrets import UserSecretSwitches
from .switches.writing import WritingSwitches


@dataclasses.dataclass(frozen=True, slots=True)
class Avoided:
    """A bug of a release that is switched off."""

    bug: str
    faulty: object
    """The value that the switch has in the release as shipped."""


@dataclasses.dataclass(frozen=True)
class _Release:
    """The version, and its bugs."""

    version: str
    """The full version number that a charm sees."""
    bugs: tuple[str, ...] = ()
    """Names of the known bugs that it has."""
    avoided: Mapping[str, Avoided] = dataclasses.field(default_factory=dict[str, 'Avoided'])
    """The bugs that the release was shipped with and that this profile has not, by switch."""


@dataclasses.dataclass(frozen=True)
class Profile(
    # A dataclass takes the fields of its last base first: the version comes first, and switches in the order of subjects.
    ClientSwitches,
    UserSecretSwitches,
    CrossModelSwitches,
    EventSwitches,
    WritingSwitches,
    ReadingSwitches,
    InterfaceSwitches,
    _Release,
):
    """How one version of Juju behaves where versions differ; the defaults are those of 3.6.14."""

    def __deepcopy__(self, _: object) -> Profile:
        """Return the profile itself, which never changes; agents are copied with it."""
        return self


SWITCHES: Final = tuple(
    field.name for field in dataclasses.fields(Profile) if field.name not in ('version', 'bugs', 'avoided')
)
"""The names of all switches."""
