"""The one protocol behind which charm code runs, whatever it is written in."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..hookcommands.result import Result
    from ..juju.hooks import Hook
    from ..juju.state import Surroundings


@dataclasses.dataclass(frozen=True, slots=True)
class Invocation:
    """One run of one unit's charm, with everything the charm may see of the world."""

    unit: str
    hook: Hook
    environment: Mapping[str, str]
    """The ``JUJU_*`` variables, as Juju sets them."""
    execute: Callable[[Sequence[str], str | None], Result]
    """Runs a hook command: ``execute(argv, stdin)``. The only door to the model."""
    now: Callable[[], datetime.datetime]
    """The virtual time, in UTC."""
    sleep: Callable[[float], None]
    """Moves the hook's clock by a number of seconds."""
    charm_version: int = 0
    """Which of the charms that the application has had the unit runs: 0 for the first, 1 after a refresh."""


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of a charm ended."""

    exit_code: int = 0
    exception: BaseException | None = None
    """What the charm raised, with its own traceback."""


class Runner(Protocol):
    """Runs the charm of one application; keeps what each of its units holds outside Juju's model between hooks."""

    def run(self, invocation: Invocation) -> Outcome:
        """Run the charm once. What is not the charm's fault (KeyboardInterrupt, pytest's outcomes) is raised."""
        ...

    def forget(self, unit: str) -> None:
        """Drop what is kept for a unit that was removed."""
        ...

    def surroundings(self, unit: str) -> Surroundings:
        """Return what the hook commands say about a unit's networks, storages and resources."""
        ...

    def replace_pod(self, unit: str) -> None:
        """Drop what a unit loses with its pod: what its containers ran, and their files."""
        ...
