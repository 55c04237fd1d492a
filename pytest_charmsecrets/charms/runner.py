"""The one protocol behind which charm code runs, whatever it is written in."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, runtime_checkable

from ..juju.hooks import Hook

if TYPE_CHECKING:
    from pathlib import Path

    from ops import testing

    from ..hookcommands.result import Result, Stdin
    from ..juju.state import Storage
    from .source import Charm, CharmSource

RunnerName: TypeAlias = Literal['in-process', 'process']


class Execute(Protocol):
    """Runs a hook command."""

    def __call__(self, argv: Sequence[str], stdin: Stdin = None, cwd: str | None = None, /) -> Result:
        """Run ``argv``, called from the directory ``cwd``: this process's own when None."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Invocation:
    """One run of one unit's charm, with everything that the charm can see."""

    unit: str
    hook: Hook
    environment: Mapping[str, str]
    """The ``JUJU_*`` variables, as Juju sets them."""
    execute: Execute
    """Runs a hook command, which is the charm's only access to the model."""
    now: Callable[[], datetime.datetime]
    """The virtual time, in UTC."""
    sleep: Callable[[float], None]
    """Moves the hook's clock by a number of seconds."""
    charm_version: int = 0
    """Which of the charms that the application has had the unit runs: 0 for the first, 1 after a refresh."""
    time_zone: str = 'UTC'
    """The zone of the unit's local time, by its name in the IANA database."""


@dataclasses.dataclass(frozen=True, slots=True)
class HookBeingRun:
    """The hook that is about to run, as ``around_hook`` receives it."""

    unit: str
    """Name of the unit, such as ``web/0``."""
    name: str
    """The hook as the charm knows it, such as ``database-relation-changed``."""
    hook: Hook
    """Everything Juju tells the charm."""


AroundHook: TypeAlias = Callable[[HookBeingRun], contextlib.AbstractContextManager[Any]]
"""Returns a context manager that is entered around the run of a charm."""


@dataclasses.dataclass(frozen=True, slots=True)
class CharmOutcome:
    """How a run of a charm ended."""

    exit_code: int = 0
    exception: BaseException | None = None
    """The exception of the charm, with its own traceback; for a process, the error about its end."""
    stdout: str | None = None
    """The standard output of a process; None without a process."""
    stderr: str | None = None
    """The same for its standard error."""
    observed: bool | None = None
    """Whether anything in the charm observes the hook's event; None where that is not known."""
    ran_deferred: tuple[str, ...] = ()
    """The deferred events that were run again before the hook's own."""
    deferred: tuple[str, ...] = ()
    """The events that wait for the unit's next hook."""
    threads: tuple[str, ...] = ()
    """Names of the threads that the charm started and that outlived the hook."""


@dataclasses.dataclass(frozen=True, slots=True)
class UnitChange:
    """A change of the unit state that a test author may set; None leaves a part unchanged."""

    containers: tuple[testing.Container, ...] | None = None
    """Replace those of the same names; the others stay."""
    networks: tuple[testing.Network, ...] | None = None
    """Replace all that the author gave before, as do storages and resources."""
    # The model holds a unit's storages, so runners pass over them.
    storages: tuple[testing.Storage, ...] | None = None
    resources: tuple[testing.Resource, ...] | None = None


class Runner(Protocol):
    """Runs the charm of one application, and keeps the local state of its units between hooks."""

    def run(self, invocation: Invocation) -> CharmOutcome:
        """Run the charm once. KeyboardInterrupt and pytest's outcomes are raised; they are no failure of the charm."""
        ...

    def forget(self, unit: str) -> None:
        """Delete the local state of a unit that was removed."""
        ...

    def place_storages(self, unit: str, storages: Mapping[str, Storage]) -> dict[str, Storage]:
        """Make every storage of a unit that has no location yet, and return them all with their locations."""
        ...

    def charm_dir(self, unit: str, charm_version: int) -> Path | None:
        """Return the directory that a unit's charm runs in; None where there is no charm."""
        ...

    def replace_pod(self, unit: str) -> None:
        """Drop the state that a unit loses with its pod: the services and files of its containers."""
        ...


@runtime_checkable
class CharmRunner(Runner, Protocol):
    """A runner with a charm."""

    @property
    def source(self) -> CharmSource:
        """The charm that runs."""
        ...

    def load(self, charm: Charm, *, meta: Mapping[str, Any] | None = None) -> CharmSource:
        """Find another version of the charm, for ``replace_source``."""
        ...

    def replace_source(self, source: CharmSource) -> None:
        """Use another charm for the units that are upgraded to it. The units keep their local state."""
        ...

    def deferred(self, unit: str) -> tuple[str, ...]:
        """Return the deferred events of a unit, oldest first, by the names of ops such as ``secret_changed``."""
        ...

    def stored_states(self, unit: str) -> tuple[testing.StoredState, ...]:
        """Return the stored state of the charm and its libraries."""
        ...

    def own_state(self, unit: str) -> dict[str, Any]:
        """Return the fields of ``ops.testing.State`` that are the unit's own rather than the model's."""
        ...

    def update_state(self, unit: str, change: UnitChange) -> None:
        """Change the unit state that a test author may set."""
        ...

    def close(self) -> None:
        """Remove the files on disk."""
        ...
