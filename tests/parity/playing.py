"""Plays cases of any folder, and judges them: as the release was shipped, and without its bugs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Final

from . import play_36, play_40, play_agent, play_command_lines
from .data import FOLDERS, Bugs, Case, Played, complaints

PLAYERS: Final[dict[str, Callable[[Case, Bugs], Played]]] = {
    'agent': play_agent.play,
    'backends': play_36.play,
    'command-lines': play_command_lines.play,
    'juju36': play_36.play,
    'juju40': play_40.play,
}
assert not {*FOLDERS} - {*PLAYERS}, (
    f'{", ".join(sorted({*FOLDERS} - {*PLAYERS}))} has no player: add one to PLAYERS in tests/parity/playing.py'
)
SAMPLERS: Final[dict[str, Callable[[Case, Bugs], Played]]] = {**PLAYERS, 'agent': play_agent.play_order_zero}
"""The same in less time: of the agent order zero alone."""
AS_SHIPPED: Final = 'as-shipped'


@dataclasses.dataclass(frozen=True)
class Verdict:
    """A case that was played as the release was shipped, and without its bugs."""

    shipped: Played
    differs_without_bugs: frozenset[str]
    """The steps that differ without bugs, and agree with them."""
    bugs: tuple[str, ...]
    """The bugs that explain these."""
    complaints: tuple[str, ...]


def judge(folder: str, case: Case) -> Verdict:
    """Play a case in both ways."""
    shipped = PLAYERS[folder](case, AS_SHIPPED)
    found = list(complaints(folder, shipped))
    sound = SAMPLERS[folder](case, ())
    other = sound.differing - shipped.differing
    bugs: tuple[str, ...] = ()
    if other and not found:
        bugs, unexplained = explained(folder, case, sound)
        found += unexplained
    return Verdict(shipped, other, bugs, tuple(found))


def explained(folder: str, case: Case, sound: Played) -> tuple[tuple[str, ...], Iterator[str]]:
    """Return the bugs with which a case is as recorded that is not without any, and what they leave unexplained.

    Each is one whose condition was met: without bugs at first, then with those found so far.
    """
    bugs: tuple[str, ...] = ()
    played = sound
    while played.avoided - {*bugs}:
        bugs = tuple(sorted({*bugs, *played.avoided}))
        played = SAMPLERS[folder](case, bugs)
    return bugs, (f'with {", ".join(bugs) or "no bug"}: {complaint}' for complaint in complaints(folder, played))
