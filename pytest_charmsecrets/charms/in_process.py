"""Run a charm in this process, and keep the state of its units from hook to hook."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import threading
import weakref
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops import testing

from ..errors import UsageError
from . import ops_private
from .charm_class import CharmClass
from .child_commands import ChildCommands, find_executables
from .deployed_modules import Deployment
from .exit_handlers import exit_handlers
from .forked import report, run_in_this_process_only
from .isolation import isolated
from .leftovers import run_in_own_context, threads_since
from .ops_private import CharmRun
from .runner import AroundHook, CharmOutcome, HookBeingRun, Invocation, UnitChange
from .source import Charm, load_source
from .temporary import make_directory
from .unit_directory import UnitDirectories, remove_units
from .unit_state import UnitState, check_is_the_units_own
from .virtual_time import virtual_time

if TYPE_CHECKING:
    from ..juju.state import Storage
    from .guard.watch import Guard
    from .source import CharmSource


@dataclasses.dataclass(frozen=True, slots=True)
class _Charm:
    """One version of an application's charm."""

    source: CharmSource
    charm_class: CharmClass


@dataclasses.dataclass(frozen=True, slots=True)
class Places:
    """The directories of a running charm."""

    own: Path
    """The directory of the unit, with its charm directory, storages and containers: its files there are its own."""
    author: Path | None
    """The directory that links in the charm directory lead to; None for a class without one."""


class InProcessRunner:
    """Run the charm of one application, and keep the local state of its units between hooks.

    ops' own state (stored state, deferred events) is kept when ops commits it: not after a failure, nor after
    ``sys.exit(0)``. Changes to a container are kept in any case, because Pebble applies them at once.

    Args:
        charm: A charm class, or the path of a charm directory or of a packed charm.
        meta: The contents of charmcraft.yaml as a dict, instead of the file.
        loading: Returns, for the charm's name, the run for which a directory is loaded: the install of the first unit.
        around_hook: Entered around every run of the charm; for patching the world of one unit.
        state: The start of every unit: containers, networks, resources, stored states, deferred events.
        started: Units begin after their start hook, so Pebble answers in their containers.
        guard: Keeps the charm from touching this machine; None for no guard.
        controller: The state that the charms of one controller share.

    Raises:
        UsageError: if the charm cannot be loaded, or ``state`` has a field that the model itself holds.
    """

    def __init__(
        self,
        charm: Charm,
        *,
        meta: Mapping[str, Any] | None = None,
        loading: Callable[[str], Invocation],
        around_hook: AroundHook | None = None,
        state: testing.State | None = None,
        started: bool = False,
        guard: Guard | None = None,
        controller: object = None,
    ) -> None:
        if state is not None:
            check_is_the_units_own(state)
        self._loading = loading
        self._around_hook = around_hook
        self._start = state
        self._started = started
        self._guard = guard
        self._units: dict[str, UnitState] = {}
        self._home = make_directory()
        self._cleanup = weakref.finalize(self, remove_units, self._home)
        self._executables = find_executables()
        self._made_here = str(self._home), str(self._executables.home)
        self._directories = UnitDirectories(self._home)
        self._charms: list[_Charm] = []
        self._deployment = Deployment(controller)
        try:
            self._use(self.load(charm, meta=meta))
        except BaseException:
            self._cleanup()
            raise

    # --- the protocol
    def run(self, invocation: Invocation) -> CharmOutcome:
        """Run the charm once.

        Raises:
            UsageError: if another hook is running, or the test asked for something impossible meanwhile.
        """
        if ops_private.active_runs:
            running = ops_private.active_runs[-1].invocation
            raise UsageError(
                f'{running.unit} is running {running.hook.name}, and hooks do not run inside hooks; '
                'drive the model from the test, not from the charm'
            )
        charm = self._charms[invocation.charm_version]
        commands = ChildCommands(self._executables, invocation.execute)
        unit = self._unit(invocation.unit)
        watch = None if self._guard is None else self._guard.watch(self._own_directories(unit), charm.source.checkout)
        charm_run = CharmRun(invocation, unit, commands.execute, charm.source, charm.charm_class, watch)
        if invocation.hook.workload is not None and invocation.hook.kind == 'pebble-ready':
            unit.connect(invocation.hook.workload)
        charm_dir = self._directories.get(invocation.unit, charm.source.files)
        with (
            _surroundings(invocation, charm_dir, commands.environment()),
            charm.source.active(charm_dir),
            virtual_time(invocation.now, invocation.sleep, invocation.time_zone),
            ops_private.patched(charm_run),
            self._around(invocation),
        ):
            before = threading.enumerate()
            with commands.answering():
                outcome = run_in_this_process_only(lambda: _run_guarded(charm_run), _end_in_child)
            return dataclasses.replace(outcome, threads=threads) if (threads := threads_since(before)) else outcome

    def forget(self, unit: str) -> None:
        """Delete the local state of a unit that was removed."""
        self._units.pop(unit, None)
        self._directories.forget(unit)

    def charm_dir(self, unit: str, charm_version: int) -> Path:
        """Return the unit's own directory, with the charm's files in it."""
        return self._directories.get(unit, self._charms[charm_version].source.files)

    def places(self, unit: str, charm_version: int) -> Places:
        """Return where a unit may write, and where the files are that it must leave alone."""
        return Places(self._directories.home_of(unit), self._charms[charm_version].source.root)

    def replace_pod(self, unit: str) -> None:
        """Reset the containers of a unit."""
        self._unit(unit).replace_pod()

    def pebble_of(self, unit: str) -> UnitState:
        """Return the local state of a unit, to trigger events of its containers."""
        return self._unit(unit)

    def close(self) -> None:
        """Remove the files on disk. A closed runner cannot run a charm again."""
        self._deployment.retire()
        for charm in self._charms:
            charm.source.close()
        self._cleanup()

    # --- the state of a unit
    @property
    def source(self) -> CharmSource:
        """The charm that runs; after a refresh, the new one."""
        return self._charms[-1].source

    def deferred(self, unit: str) -> tuple[str, ...]:
        """Return the deferred events of a unit, oldest first, by the names of ops such as ``secret_changed``."""
        return ops_private.names_of_deferred(self._unit(unit).storage)

    def stored_states(self, unit: str) -> tuple[testing.StoredState, ...]:
        """Return the stored state of the charm and its libraries."""
        return ops_private.stored_states(self._unit(unit).storage)

    def containers(self, unit: str) -> tuple[testing.Container, ...]:
        """Return copies of the unit's containers as they are now, with the mounts of the charm's metadata."""
        state, declared = self._unit(unit), self.source.metadata.mounts
        return tuple(
            dataclasses.replace(copy.deepcopy(one), mounts=_named(one, state.mounts(name, declared.get(name, ()))))
            for name, one in state.containers.items()
        )

    def place_storages(self, unit: str, storages: Mapping[str, Storage]) -> dict[str, Storage]:
        """Make every storage of a unit that has no location yet, and return them all with their locations."""
        return self._unit(unit).place_storages(storages)

    def own_state(self, unit: str) -> dict[str, Any]:
        """Return the fields of ``ops.testing.State`` that are the unit's own rather than the model's."""
        state = self._unit(unit)
        return {
            'containers': self.containers(unit),
            'networks': state.networks,
            'resources': state.resources,
            **ops_private.kept_by_ops(state.storage),
        }

    def update_state(self, unit: str, change: UnitChange) -> None:
        """Change containers, networks and resources of a unit."""
        state = self._unit(unit)
        state.set_containers(change.containers or ())
        state.change(change)

    def load(self, charm: Charm, *, meta: Mapping[str, Any] | None = None) -> CharmSource:
        """Find another version of the charm, and load it.

        Raises:
            UsageError: if the charm does not exist, or its metadata is missing or makes no sense.
        """
        return load_source(charm, meta=meta, surroundings=self._surroundings_of_loading, guard=self._guard)

    def replace_source(self, source: CharmSource) -> None:
        """Use another charm for the units that are upgraded to it. The units keep their local state."""
        self._use(source)
        for state in self._units.values():
            self._add_missing_containers(state)

    # --- details
    def _use(self, source: CharmSource) -> None:
        if source.charm_class is None:
            raise UsageError(f'{source.metadata.name} was not loaded, so it runs as a process only')
        self._charms.append(_Charm(source, CharmClass(source.charm_class)))
        self._deployment.use(source)

    @contextlib.contextmanager
    def _surroundings_of_loading(self, source: CharmSource) -> Generator[Path]:
        """Give the charm the surroundings of the first unit's install hook while its modules are loaded."""
        invocation = self._loading(source.metadata.name)
        commands = ChildCommands(self._executables, invocation.execute)
        with (
            self._directories.holding(invocation.unit, source.files) as charm_dir,
            _surroundings(invocation, charm_dir, commands.environment()),
            virtual_time(invocation.now, invocation.sleep, invocation.time_zone),
            commands.answering(may_go_on=True),
        ):
            yield charm_dir

    def _own_directories(self, unit: UnitState) -> tuple[str, ...]:
        """Return the directories that the hooks of a unit may write to, beside temporary ones.

        They are those that are made here, for charm files, containers and storages, and the author's mounts in a container.
        """
        mounts = [mount for container in unit.containers.values() for mount in container.mounts.values()]
        return (*self._made_here, *(str(mount.source) for mount in mounts)) if mounts else self._made_here

    def _around(self, invocation: Invocation) -> contextlib.AbstractContextManager[Any]:
        if self._around_hook is None:
            return contextlib.nullcontext()
        return self._around_hook(HookBeingRun(invocation.unit, invocation.hook.name, invocation.hook))

    def _unit(self, name: str) -> UnitState:
        if name not in self._units:
            self._units[name] = self._new_unit(name)
        return self._units[name]

    def _new_unit(self, name: str) -> UnitState:
        state = UnitState(self._directories.home_of(name))
        if self._start is not None:
            state.set_containers(sorted(self._start.containers, key=lambda container: container.name))
            state.start_as(self._start)
            ops_private.begin_with(state.storage, self._start)
        self._add_missing_containers(state)
        return state

    def _add_missing_containers(self, state: UnitState) -> None:
        missing = [name for name in self.source.metadata.containers if name not in state.containers]
        state.set_containers(testing.Container(name, can_connect=self._started) for name in missing)


def _surroundings(
    invocation: Invocation, charm_dir: Path, environment: Mapping[str, str]
) -> contextlib.AbstractContextManager[None]:
    """Set environment, command line and working directory as a unit's process has them."""
    directories = dict.fromkeys(('CHARM_DIR', 'JUJU_CHARM_DIR'), str(charm_dir))
    return isolated(
        {**invocation.environment, **environment, **directories},
        argv=[f'{charm_dir}/src/charm.py'],
        cwd=charm_dir,
    )


def _end_in_child(outcome: CharmOutcome) -> int:
    """Return the exit code of a child that has run to the end of the hook, and print its exception."""
    if outcome.exception is not None:
        report(outcome.exception)
    return outcome.exit_code


def _run_guarded(charm_run: CharmRun) -> CharmOutcome:
    """Run a charm under its guard. A refused call fails the hook, even where the charm handled the error."""
    watch = charm_run.watch
    if watch is None:
        return _run(charm_run)
    outcome = watch.run(_run, charm_run)
    if not watch.refusals:
        return outcome
    return dataclasses.replace(outcome, exit_code=1, exception=watch.refusals[0])


def _run(charm_run: CharmRun) -> CharmOutcome:
    with exit_handlers():
        return run_in_own_context(ops_private.run_charm, charm_run)


def _named(container: testing.Container, mounts: Iterable[testing.Mount]) -> dict[str, testing.Mount]:
    """Return the mounts of a container by name: those of the metadata are called by their locations."""
    given = tuple(container.mounts.values())
    return {**{str(mount.location): mount for mount in mounts if mount not in given}, **container.mounts}
