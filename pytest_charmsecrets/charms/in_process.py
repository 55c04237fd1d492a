"""Run a charm in this process, and keep what its units hold from hook to hook."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops import testing

from ..errors import UsageError
from . import ops_private
from .charm_class import CharmClass
from .exit_handlers import exit_handlers
from .isolation import isolated
from .leftovers import run_in_own_context, threads_since
from .ops_private import CharmRun
from .runner import AroundHook, CharmOutcome, HookBeingRun, Invocation, UnitChange
from .source import Charm, load_source
from .unit_state import UnitState, check_is_the_units_own
from .virtual_time import virtual_time

if TYPE_CHECKING:
    from ..juju.state import Storage
    from .guard.watch import Guard
    from .source import CharmSource


@dataclasses.dataclass(frozen=True, slots=True)
class _Charm:
    """One of the charms that an application has had."""

    source: CharmSource
    charm_class: CharmClass
    directory: Path
    """Where its files are."""


class InProcessRunner:
    """Runs the charm of one application; keeps what each of its units holds between hooks.

    ops' own state (stored state, deferred events) is kept when ops commits it: not after a failure, nor after
    ``sys.exit(0)``. What the charm did to a container is kept in any case, as Pebble does it at once.

    Args:
        source: The charm.
        around_hook: Entered around every run of the charm; for patching the world of one unit.
        state: The start of every unit: containers, networks, resources, stored states, deferred events.
        started: Units begin after their start hook, so Pebble answers in their containers.
        guard: Keeps the charm from touching this machine; None lets it.

    Raises:
        UsageError: if ``state`` says something that the model says.
    """

    def __init__(
        self,
        source: CharmSource,
        *,
        around_hook: AroundHook | None = None,
        state: testing.State | None = None,
        started: bool = False,
        guard: Guard | None = None,
    ) -> None:
        if state is not None:
            check_is_the_units_own(state)
        self._around_hook = around_hook
        self._start = state
        self._started = started
        self._guard = guard
        self._units: dict[str, UnitState] = {}
        self._home = Path(tempfile.mkdtemp(prefix='charmsecrets-')).resolve()
        self._cleanup = weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
        self._charms: list[_Charm] = []
        self._use(source)

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
        unit = self._unit(invocation.unit)
        watch = None if self._guard is None else self._guard.watch(self._own_directories(unit), charm.source.checkout)
        charm_run = CharmRun(invocation, unit, charm.source, charm.charm_class, watch)
        if invocation.hook.workload is not None and invocation.hook.kind == 'pebble-ready':
            charm_run.unit.connect(invocation.hook.workload)
        environment = {**invocation.environment, **dict.fromkeys(('CHARM_DIR', 'JUJU_CHARM_DIR'), str(charm.directory))}
        with (
            isolated(
                environment,
                argv=[str(charm.directory / 'src' / 'charm.py')],
                cwd=None if charm.source.modules is None else charm.directory,
            ),
            charm.source.active(),
            virtual_time(invocation.now, invocation.sleep, invocation.time_zone),
            ops_private.patched(charm_run),
            self._around(invocation),
        ):
            before = threading.enumerate()
            outcome = _run_guarded(charm_run)
            return dataclasses.replace(outcome, threads=threads) if (threads := threads_since(before)) else outcome

    def forget(self, unit: str) -> None:
        """Drop what is kept for a unit that was removed."""
        state = self._units.pop(unit, None)
        if state is not None:
            shutil.rmtree(state.home, ignore_errors=True)

    def charm_dir(self, unit: str, charm_version: int) -> Path:  # noqa: ARG002 - units share it
        """Return where the charm's files are."""
        return self._charms[charm_version].directory

    def replace_pod(self, unit: str) -> None:
        """Let the containers of a unit begin anew."""
        self._unit(unit).replace_pod()

    def pebble_of(self, unit: str) -> UnitState:
        """Return what a unit holds, to let something happen in its containers."""
        return self._unit(unit)

    def close(self) -> None:
        """Remove what is kept on disk; a closed runner runs nothing any more."""
        for charm in self._charms:
            charm.source.close()
        self._cleanup()

    # --- what a unit holds
    @property
    def source(self) -> CharmSource:
        """The charm that runs; after a refresh, the new one."""
        return self._charms[-1].source

    def deferred(self, unit: str) -> tuple[str, ...]:
        """Return what waits for the unit's next hook, oldest first, by the names of ops such as ``secret_changed``."""
        return ops_private.names_of_deferred(self._unit(unit).storage)

    def stored_states(self, unit: str) -> tuple[testing.StoredState, ...]:
        """Return what the charm and its libraries have stored."""
        return ops_private.stored_states(self._unit(unit).storage)

    def containers(self, unit: str) -> tuple[testing.Container, ...]:
        """Return copies of the unit's containers as they are now, with what the charm's metadata mounts there."""
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
            UsageError: if there is no such charm, or its metadata is missing or makes no sense.
        """
        return load_source(charm, meta=meta, guard=self._guard)

    def replace_source(self, source: CharmSource) -> None:
        """Have another charm, for the units that are upgraded to it; everything that units hold is kept."""
        self._use(source)
        for state in self._units.values():
            self._add_missing_containers(state)

    # --- details
    def _use(self, source: CharmSource) -> None:
        if source.charm_class is None:
            raise UsageError(f'{source.metadata.name} was not loaded, so it runs as a process only')
        directory = source.root or source.write_root(self._home / f'charm-{len(self._charms) + 1}')
        self._charms.append(_Charm(source, CharmClass(source.charm_class), directory))

    def _own_directories(self, unit: UnitState) -> tuple[str, ...]:
        """Return the directories that the hooks of a unit may write to, beside temporary ones.

        They are those that are made here, for charm files, containers and storages, and what the author mounts in a container.
        """
        mounts = (mount for container in unit.containers.values() for mount in container.mounts.values())
        return str(self._home), *(str(mount.source) for mount in mounts)

    def _around(self, invocation: Invocation) -> contextlib.AbstractContextManager[Any]:
        if self._around_hook is None:
            return contextlib.nullcontext()
        return self._around_hook(HookBeingRun(invocation.unit, invocation.hook.name, invocation.hook))

    def _unit(self, name: str) -> UnitState:
        if name not in self._units:
            self._units[name] = self._new_unit(name)
        return self._units[name]

    def _new_unit(self, name: str) -> UnitState:
        state = UnitState(self._home / 'units' / name.replace('/', '-'))
        if self._start is not None:
            state.set_containers(sorted(self._start.containers, key=lambda container: container.name))
            state.start_as(self._start)
            ops_private.begin_with(state.storage, self._start)
        self._add_missing_containers(state)
        return state

    def _add_missing_containers(self, state: UnitState) -> None:
        missing = [name for name in self.source.metadata.containers if name not in state.containers]
        state.set_containers(testing.Container(name, can_connect=self._started) for name in missing)


def _run_guarded(charm_run: CharmRun) -> CharmOutcome:
    """Run a charm under its guard; a call that was refused fails the hook, whatever the charm made of it."""
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
