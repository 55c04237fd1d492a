"""Running a charm as a process, whatever it is written in: as Juju's agent does on a unit's machine.

Each unit has a copy of the charm's files, which is its working directory and lasts from hook to hook; an upgrade replaces
the files that came with the charm, and keeps those that the unit made. Which program runs, and with which environment,
is Juju's: 3.6: internal/worker/uniter/runner/runner.go and args.go, context/env.go; internal/worker/uniter/charm.

Limits: there is no Pebble; and a process has the clock of its machine, not the model's.
"""

from __future__ import annotations

import dataclasses
import os
import shlex
import shutil
import sys
import weakref
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from .. import hookcommands
from ..errors import JujuError, UsageError
from ..juju import identity
from . import unit_state_file
from .hook_process import HookCommands, make_home, run_process
from .ops_private import kept_by_ops, names_of_deferred, stored_states
from .packing import copy_charm
from .runner import CharmOutcome, Invocation, UnitChange
from .source import Charm, CharmSource, load_source
from .unit_directory import remove_units
from .unit_state import UnitState, check_is_the_units_own
from .unit_state_file import UnitStateFile

if TYPE_CHECKING:
    import ops
    from ops import testing

    from ..juju.hooks import Hook
    from ..juju.state import Storage

DEFAULT_TIME_LIMIT: Final = 600.0
"""How many seconds of real time a hook may take."""

_DISPATCH: Final = 'dispatch'
_MAIN: Final = 'charmsecrets_main.py'
_NOT_IN_A_STATE: Final = ('containers', 'deferred', 'stored_states')


@dataclasses.dataclass(slots=True)
class _Unit:
    """The state of one unit."""

    home: Path
    state: UnitState
    installed: CharmSource | None = None
    """The charm whose files are in place."""

    @property
    def charm_dir(self) -> Path:
        return self.home / 'charm'

    @property
    def storage(self) -> UnitStateFile:
        return UnitStateFile(self.charm_dir / unit_state_file.NAME)


class ProcessRunner:
    """Runs the charm of one application, each hook in a process of its own.

    Args:
        charm: A charm class, or the path of a charm directory or of a packed charm.
        meta: The contents of charmcraft.yaml as a dict, instead of the file.
        state: The start of every unit: networks, resources.
        time_limit: After how many seconds of real time a hook is killed, and has failed.

    Raises:
        UsageError: if the charm cannot be run as a process, or ``state`` has a field that the model itself holds.
    """

    def __init__(
        self,
        charm: Charm,
        *,
        meta: Mapping[str, Any] | None = None,
        state: testing.State | None = None,
        time_limit: float = DEFAULT_TIME_LIMIT,
    ) -> None:
        if state is not None:
            _check_state(state)
        if time_limit <= 0:
            raise UsageError(f'time_limit is {time_limit}; give the seconds that a hook may take')
        self._start = state
        self._time_limit = time_limit
        self._units: dict[str, _Unit] = {}
        self._runs = 0
        self._loads = 0
        self._sources: list[CharmSource] = []
        self._home = make_home()
        self._cleanup = weakref.finalize(self, remove_units, self._home)
        try:
            self._commands = HookCommands(self._home, (*hookcommands.SUPPORTED, *hookcommands.NOT_SUPPORTED))
            self.replace_source(self.load(charm, meta=meta))
        except BaseException:
            self._cleanup()
            raise

    # --- the protocol
    def run(self, invocation: Invocation) -> CharmOutcome:
        """Run the charm once.

        Raises:
            UsageError: if the charm called a hook command that is not supported.
        """
        charm_dir = self.charm_dir(invocation.unit, invocation.charm_version)
        program = _find_program(charm_dir, invocation.hook)
        if program is None:
            return _missing(invocation)
        self._runs += 1
        finished = run_process(
            [str(charm_dir / program)],
            environment=self._commands.environment({**invocation.environment, 'TZ': invocation.time_zone}, charm_dir),
            cwd=charm_dir,
            execute=invocation.execute,
            address=self._home / f'socket-{self._runs}',
            time_limit=self._time_limit,
        )
        return finished.as_outcome(program, self._time_limit)

    def charm_dir(self, unit: str, charm_version: int) -> Path:
        """Return the unit's own directory, with the charm's files in it."""
        held = self._unit(unit)
        self._install(held, self._sources[charm_version])
        return held.charm_dir

    def forget(self, unit: str) -> None:
        """Delete the local state of a unit that was removed."""
        gone = self._units.pop(unit, None)
        if gone is not None:
            shutil.rmtree(gone.home, ignore_errors=True)

    def replace_pod(self, unit: str) -> None:
        """Do nothing: a unit without containers keeps everything."""

    def close(self) -> None:
        """Remove the files on disk. A closed runner cannot run a charm again."""
        self._cleanup()

    # --- the charm
    @property
    def source(self) -> CharmSource:
        """The charm that runs; after a refresh, the new one."""
        return self._sources[-1]

    def load(self, charm: Charm, *, meta: Mapping[str, Any] | None = None) -> CharmSource:
        """Find another version of the charm, and take a copy of its files; later changes of them have no effect.

        Raises:
            UsageError: if the charm does not exist, or it cannot be run as a process.
        """
        source = load_source(charm, meta=meta, is_run_here=False)
        try:
            if source.metadata.containers:
                raise UsageError(
                    f'the charm {source.metadata.name!r} has containers ({", ".join(source.metadata.containers)}), and '
                    "a process has no Pebble to talk to; deploy it with runner='in-process'"
                )
            self._loads += 1
            return dataclasses.replace(source, root=self._stage(source, self._home / f'charm-{self._loads}'))
        finally:
            source.close()

    def replace_source(self, source: CharmSource) -> None:
        """Use another charm for the units that are upgraded to it. The units keep their local state."""
        self._sources.append(source)

    # --- the state of a unit
    def deferred(self, unit: str) -> tuple[str, ...]:
        """Return the deferred events of a unit, oldest first, by the names of ops such as ``secret_changed``.

        It is read from the file in which ops keeps it; a charm that keeps it in the controller shows nothing.
        """
        return names_of_deferred(self._unit(unit).storage)

    def stored_states(self, unit: str) -> tuple[testing.StoredState, ...]:
        """Return the stored state of the charm and its libraries, from the file of ops."""
        return stored_states(self._unit(unit).storage)

    def place_storages(self, unit: str, storages: Mapping[str, Storage]) -> dict[str, Storage]:
        """Make every storage of a unit that has no location yet, and return them all with their locations."""
        return self._unit(unit).state.place_storages(storages)

    def own_state(self, unit: str) -> dict[str, Any]:
        """Return the fields of ``ops.testing.State`` that are the unit's own rather than the model's."""
        held = self._unit(unit)
        state = held.state
        return {
            'networks': state.networks,
            'resources': state.resources,
            **kept_by_ops(held.storage),
        }

    def update_state(self, unit: str, change: UnitChange) -> None:
        """Change networks and resources of a unit.

        Raises:
            UsageError: for containers.
        """
        if change.containers is not None:
            raise UsageError(f"{unit} runs as a process and has no containers; deploy it with runner='in-process'")
        self._unit(unit).state.change(change)

    # --- details
    def _unit(self, name: str) -> _Unit:
        if name not in self._units:
            home = self._home / identity.unit_tag(name)
            state = UnitState(home)
            if self._start is not None:
                state.start_as(self._start)
            self._units[name] = _Unit(home, state)
        return self._units[name]

    def _stage(self, source: CharmSource, into: Path) -> Path:
        """Put the files that every unit gets into a new directory, as packing a charm would."""
        into.mkdir()
        if source.root is not None:
            copy_charm(source.root, into)
        source.write_metadata(into)
        program = None
        if source.charm_class is not None:
            (into / _MAIN).write_text(_write_main(source.charm_class), encoding='utf-8')
            program = _MAIN
        elif not (into / _DISPATCH).exists() and (into / 'src' / 'charm.py').exists():
            program = 'src/charm.py'
        if program is not None:
            # The script that charmcraft writes, with the Python that runs the tests.
            variables = 'JUJU_DISPATCH_PATH="${JUJU_DISPATCH_PATH:-$0}" PYTHONPATH=lib:venv'
            (into / _DISPATCH).write_text(f'#!/bin/sh\n{variables} exec {shlex.quote(sys.executable)} ./{program}\n')
            (into / _DISPATCH).chmod(0o755)
        return into

    @staticmethod
    def _install(unit: _Unit, source: CharmSource) -> None:
        """Put the files of the charm into the unit's directory, in the place of those of the version before."""
        if unit.installed is source:
            return
        assert source.root is not None
        unit.charm_dir.mkdir(parents=True, exist_ok=True)
        if unit.installed is not None and unit.installed.root is not None:
            _remove_files(unit.installed.root, unit.charm_dir)
        shutil.copytree(source.root, unit.charm_dir, symlinks=True, dirs_exist_ok=True)
        unit.installed = source


def _check_state(state: testing.State) -> None:
    check_is_the_units_own(state)
    for name in _NOT_IN_A_STATE:
        if getattr(state, name):
            raise UsageError(
                f"State.{name} cannot be given to a charm that runs as a process; deploy it with runner='in-process'"
            )


def _find_program(charm_dir: Path, hook: Hook) -> str | None:
    """Return the program that Juju would start: ``dispatch``, or the hook's own program; None if there is neither."""
    own = f'actions/{hook.action}' if hook.action is not None else f'hooks/{hook.name}'
    return next((program for program in (_DISPATCH, own) if (charm_dir / program).exists()), None)


def _missing(invocation: Invocation) -> CharmOutcome:
    """Return the outcome of a missing program: success for a hook, failure for an action."""
    if invocation.hook.action is None:
        return CharmOutcome()
    return CharmOutcome(1, JujuError(f'action not implemented on unit "{invocation.unit}"'))


def _remove_files(version: Path, charm_dir: Path) -> None:
    """Remove the files that a version of a charm has brought, and the directories that are empty then."""
    for directory, _, files in os.walk(version, topdown=False):
        place = charm_dir / Path(directory).relative_to(version)
        links = [entry.name for entry in Path(directory).iterdir() if entry.is_symlink()]
        for name in {*files, *links}:
            if (place / name).is_symlink() or (place / name).is_file():
                (place / name).unlink()
        if place.is_dir() and place != charm_dir and not any(place.iterdir()):
            place.rmdir()


# --- a charm class as a program


def _write_main(charm_class: type[ops.CharmBase]) -> str:
    """Return a program that imports a charm class from where this process has it, and gives it to ops.

    Raises:
        UsageError: for a class that another process cannot import.
    """
    name, module = charm_class.__qualname__, sys.modules.get(charm_class.__module__)
    found: object = module
    for part in name.split('.'):
        found = getattr(found, part, None)
    if module is None or found is not charm_class or getattr(module, '__file__', None) is None:
        raise UsageError(
            f'{name} cannot be imported by another process; define it at the top level of a module, '
            "or deploy it with runner='in-process'"
        )
    modules = [_place_of(parent) for parent in _with_parents(module)]
    path = [entry or str(Path.cwd()) for entry in sys.path]
    return _MAIN_PROGRAM.format(path=path, modules=modules, name=name)


def _with_parents(module: ModuleType) -> list[ModuleType]:
    """Return a module after the packages that it is in, as far as this process has loaded them."""
    parts = module.__name__.split('.')
    names = ['.'.join(parts[: length + 1]) for length in range(len(parts))]
    return [sys.modules[name] for name in names if name in sys.modules]


def _place_of(module: ModuleType) -> tuple[str, str | None, list[str] | None]:
    # A module that ran as a program here must not run as one there.
    name = '__charm__' if module.__name__ == '__main__' else module.__name__
    path = getattr(module, '__path__', None)
    return name, getattr(module, '__file__', None), None if path is None else list(path)


_MAIN_PROGRAM: Final = """\
import importlib.util
import operator
import sys
import types

sys.path[:] = {path!r}
for name, file, path in {modules!r}:
    if file is None:
        module = types.ModuleType(name)
        module.__path__ = path
        sys.modules[name] = module
    else:
        spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    parent, _, child = name.rpartition('.')
    if parent in sys.modules:
        setattr(sys.modules[parent], child, module)

import ops

ops.main(operator.attrgetter({name!r})(module))
"""
