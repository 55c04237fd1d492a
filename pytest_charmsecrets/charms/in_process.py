"""Running a charm in this process, by ops' own main: the only file that touches private names of ops or ops.testing.

ops itself reads the environment that Juju would set, builds the event, and calls its model backend. That backend is the
real one: it builds the command lines, parses the output and maps the errors. Only the launch of the executable is
replaced, by the invocation's ``execute``. Of the mock backend of ops.testing just Pebble is used.

Patches are in place for the length of one hook: the launch of hook commands, the hash of ``ops.Unit`` (so that
``relation.units`` has the same order in every run), and the ids that the mock Pebble draws.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import contextlib
import copy
import dataclasses
import json
import shutil
import subprocess
import sys
import tempfile
import uuid
import warnings
import weakref
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace, TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import ops
import ops.log
from ops import testing
from ops.version import version as _ops_version

from ..errors import UsageError
from .charm_class import CharmClass
from .isolation import isolated, replaced
from .runner import CharmOutcome, Invocation
from .source import Charm, load_source
from .unit_state import UnitState, check_is_the_units_own
from .virtual_time import virtual_time

if TYPE_CHECKING:
    from ..hookcommands.result import Result
    from ..juju.hooks import Hook
    from ..juju.state import Surroundings
    from .source import CharmSource
    from .unit_storage import Storage


def _unsupported() -> UsageError:
    import importlib.metadata

    scenario = importlib.metadata.version('ops-scenario')
    return UsageError(
        f'ops {_ops_version} with ops-scenario {scenario} is not supported; '
        'install ops 2.23 or newer, and the ops-scenario that belongs to it, as in `pip install "ops[testing]>=2.23"`'
    )


try:
    import ops._private.harness as _harness
    import scenario.mocking as _mocking
    from ops._main import _Abort, _Dispatcher, _Manager
    from ops.model import _ModelBackend
    from scenario._ops_main_mock import UnitStateDB
    from scenario.mocking import _MockPebbleClient

    _HOOKCMDS: ModuleType | None = getattr(ops, 'hookcmds', None) and ops.hookcmds._utils
    _TRACING: ModuleType | None = getattr(ops, 'tracing', None)
    _FRAMEWORK_EVENTS = ops.Framework.__dict__['on']
    if not hasattr(_ModelBackend, '_run' if _HOOKCMDS is None else '_wrap_hookcmd'):
        raise AttributeError('_ModelBackend')
    if tuple(int(part) for part in _ops_version.split('.')[:2]) < (2, 23):
        raise ImportError('ops')
except (AttributeError, ImportError, KeyError) as _error:
    raise _unsupported() from _error

AroundHook: TypeAlias = 'Callable[[HookBeingRun], contextlib.AbstractContextManager[Any]]'


@dataclasses.dataclass(frozen=True, slots=True)
class HookBeingRun:
    """What ``around_hook`` is told about the hook that is about to run."""

    unit: str
    """Name of the unit, such as ``web/0``."""
    name: str
    """The hook as the charm knows it, such as ``database-relation-changed``."""
    hook: Hook
    """Everything Juju tells the charm."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Charm:
    """One of the charms that an application has had."""

    source: CharmSource
    charm_class: CharmClass
    directory: Path
    """Where its files are."""


@dataclasses.dataclass(slots=True)
class _Call:
    """One run of a charm."""

    invocation: Invocation
    unit: UnitState
    charm: _Charm


_active: list[_Call] = []


class InProcessRunner:
    """Runs the charm of one application; keeps what each of its units holds between hooks.

    ops' own state (stored state, deferred events) is kept when ops commits it: not after a failure, nor after
    ``sys.exit(0)``. What the charm did to a container is kept in any case, as Pebble does it at once.

    Args:
        source: The charm.
        around_hook: Entered around every run of the charm; for patching the world of one unit.
        state: The start of every unit: containers, storages, networks, resources, stored states, deferred events.
        started: Units begin after their start hook, so Pebble answers in their containers.

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
    ) -> None:
        if state is not None:
            check_is_the_units_own(state)
        self._around_hook = around_hook
        self._start = state
        self._started = started
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
        if _active:
            running = _active[-1].invocation
            raise UsageError(
                f'{running.unit} is running {running.hook.name}, and hooks do not run inside hooks; '
                'drive the model from the test, not from the charm'
            )
        charm = self._charms[invocation.charm_version]
        call = _Call(invocation, self._unit(invocation.unit), charm)
        if invocation.hook.workload is not None and invocation.hook.kind == 'pebble-ready':
            call.unit.connect(invocation.hook.workload)
        environment = {**invocation.environment, **dict.fromkeys(('CHARM_DIR', 'JUJU_CHARM_DIR'), str(charm.directory))}
        with (
            isolated(
                environment,
                argv=[str(charm.directory / 'src' / 'charm.py')],
                cwd=None if charm.source.modules is None else charm.directory,
            ),
            charm.source.active(),
            virtual_time(invocation.now, invocation.sleep),
            _patched(call),
            self._around(invocation),
        ):
            return _run_charm(call)

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
        return names_of_deferred(self._unit(unit).storage)

    def stored_states(self, unit: str) -> tuple[testing.StoredState, ...]:
        """Return what the charm and its libraries have stored."""
        return stored_states(self._unit(unit).storage)

    def containers(self, unit: str) -> tuple[testing.Container, ...]:
        """Return copies of the unit's containers as they are now."""
        return tuple(copy.deepcopy(container) for container in self._unit(unit).containers.values())

    def surroundings(self, unit: str, storages: Mapping[str, str] = {}) -> Surroundings:
        """Return what the hook commands say about the unit's networks, storages and resources."""
        return self._unit(unit).surroundings(storages)

    def own_state(self, unit: str) -> dict[str, Any]:
        """Return the fields of ``ops.testing.State`` that are the unit's own rather than the model's."""
        state = self._unit(unit)
        return {
            'containers': self.containers(unit),
            'networks': state.networks,
            'storages': state.storages,
            'resources': state.resources,
            **kept_by_ops(state.storage),
        }

    def update_state(
        self,
        unit: str,
        *,
        containers: Iterable[testing.Container] | None = None,
        networks: Iterable[testing.Network] | None = None,
        storages: Iterable[testing.Storage] | None = None,
        resources: Iterable[testing.Resource] | None = None,
    ) -> None:
        """Change what the author decides about a unit; containers by name, everything else as a whole."""
        state = self._unit(unit)
        if containers is not None:
            state.set_containers(containers)
        state.change(networks=networks, storages=storages, resources=resources)

    @staticmethod
    def load(charm: Charm, *, meta: Mapping[str, Any] | None = None) -> CharmSource:
        """Find another version of the charm, and load it.

        Raises:
            UsageError: if there is no such charm, or its metadata is missing or makes no sense.
        """
        return load_source(charm, meta=meta)

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
            UnitStateDB(cast('Any', state.storage)).apply_state(self._start)
            state.storage.commit()
        self._add_missing_containers(state)
        return state

    def _add_missing_containers(self, state: UnitState) -> None:
        missing = [name for name in self.source.metadata.containers if name not in state.containers]
        state.set_containers(testing.Container(name, can_connect=self._started) for name in missing)


# --- what ops keeps between hooks


def names_of_deferred(storage: Storage) -> tuple[str, ...]:
    """Return the events that wait in a storage of ops, oldest first, by the names of ops such as ``secret_changed``."""
    return tuple(event.name for event in UnitStateDB(cast('Any', storage)).get_deferred_events())


def stored_states(storage: Storage) -> tuple[testing.StoredState, ...]:
    """Return what the charm and its libraries have stored."""
    states = UnitStateDB(cast('Any', storage)).get_stored_states()
    return tuple(sorted(states, key=lambda state: (state.owner_path or '', state.name)))


def kept_by_ops(storage: Storage) -> dict[str, Any]:
    """Return the fields of ``ops.testing.State`` that a storage of ops holds."""
    deferred = UnitStateDB(cast('Any', storage)).get_deferred_events()
    return {'deferred': deferred, 'stored_states': stored_states(storage)}


# --- one run


def _run_charm(call: _Call) -> CharmOutcome:
    manager = _HookManager.__new__(_HookManager)
    try:
        manager.__init__(call.charm.charm_class.fresh(), call)
        manager.run()
    except _Abort as abort:
        return _exited(abort.exit_code, abort)
    except SystemExit as exit_:
        return _exited(exit_.code, exit_)
    except UsageError:
        raise
    except Exception as error:
        return CharmOutcome(exit_code=1, exception=error.with_traceback(_without_own_frames(error.__traceback__)))
    finally:
        manager.finish()
        call.unit.storage.rollback()
    return CharmOutcome()


def _exited(code: object, exception: BaseException) -> CharmOutcome:
    """As the operating system sees it: no code is success, a text is 1, and only eight bits count."""
    exit_code = 0 if code is None else code & 0xFF if isinstance(code, int) else 1
    return CharmOutcome(exit_code, exception if exit_code else None)


def _without_own_frames(traceback: TracebackType | None) -> TracebackType | None:
    while traceback is not None and traceback.tb_frame.f_code.co_filename == __file__:
        traceback = traceback.tb_next
    return traceback


class _HookManager(_Manager):
    """ops' own main, with the unit's storage and a backend that launches nothing."""

    def __init__(self, charm_class: type[ops.CharmBase], call: _Call) -> None:
        self._call = call
        backend = _Backend(call)
        super().__init__(charm_class, backend, juju_context=backend._juju_context)

    def finish(self) -> None:
        """Undo what starting left behind, however far it came."""
        if hasattr(self, '_tracing_context'):
            self.destroy()
        framework = getattr(self, 'framework', None)
        if framework is not None:
            _FRAMEWORK_EVENTS._cache.pop(framework, None)
        if clear := getattr(getattr(ops.log, '_get_juju_log_and_app_id', None), 'cache_clear', None):
            clear()

    def _load_charm_meta(self) -> ops.CharmMeta:
        source = self._call.charm.source
        return ops.CharmMeta(source.meta, source.actions or {}, source.config or {})

    def _setup_root_logging(self) -> None:
        """Leave warnings to the test, as ops.testing does."""
        showwarning = warnings.showwarning
        super()._setup_root_logging()
        warnings.showwarning = showwarning

    def _make_storage(self, dispatcher: _Dispatcher) -> Any:  # noqa: ARG002
        return self._call.unit.storage

    def _make_framework(self, dispatcher: _Dispatcher) -> ops.Framework:
        """Leave breakpoint() to the test."""
        breakpointhook = sys.breakpointhook
        framework = super()._make_framework(dispatcher)
        sys.breakpointhook = breakpointhook
        return framework


class _Backend(_ModelBackend):
    """ops' real backend; a hook command becomes a call of ``execute``."""

    def __init__(self, call: _Call) -> None:
        super().__init__()
        self._call = call

    def get_pebble(self, socket_path: str) -> Any:
        return _open_pebble(self._call, socket_path)

    def juju_log(self, level: str, message: str) -> None:
        _check_is_running(self._call)
        super().juju_log(level, message)

    def reboot(self, now: bool = False) -> None:
        _check_is_running(self._call)
        super().reboot(now)

    if _HOOKCMDS is None:

        def _run(
            self,
            *args: str,
            return_output: bool = False,
            use_json: bool = False,
            input_stream: str | None = None,
        ) -> Any:
            _check_is_running(self._call)
            argv = [*args, '--format=json'] if use_json else list(args)
            result = self._call.invocation.execute(argv, input_stream)
            if result.exit_code:
                raise ops.ModelError(result.stderr) from _called_process_error(argv, result)
            if return_output:
                return json.loads(result.stdout) if use_json else result.stdout
            return None

    else:

        def _wrap_hookcmd(self, cmd: str, *args: Any, **kwargs: Any) -> Any:
            _check_is_running(self._call)
            return super()._wrap_hookcmd(cmd, *args, **kwargs)


def _check_is_running(call: _Call) -> None:
    if not _active or _active[-1] is not call:
        hook = call.invocation
        raise UsageError(
            f"an object of ops from {hook.unit}'s {hook.hook.name} was used after that hook; "
            'read what you need while the hook runs, or ask the model'
        )


# --- patches for the length of one hook


@contextlib.contextmanager
def _patched(call: _Call) -> Generator[None]:
    ids = SimpleNamespace(**{**vars(uuid), 'uuid4': lambda: _next_pebble_id(call)})
    with contextlib.ExitStack() as stack:
        if _HOOKCMDS is not None:
            stack.enter_context(replaced(_HOOKCMDS, 'subprocess', _Launcher(call)))
        stack.enter_context(replaced(_harness, 'uuid', ids))
        stack.enter_context(replaced(_mocking, 'uuid', ids))
        stack.enter_context(replaced(ops.Unit, '__hash__', _hash_by_number))
        for name in ('_setup', '_shutdown') if _TRACING is not None else ():
            stack.enter_context(replaced(_TRACING, name, _do_nothing))
        _active.append(call)
        stack.callback(_active.pop)
        yield


def _do_nothing(*_: Any) -> None:
    """A hook is not traced: a trace would draw random ids, and has nowhere to go."""


def _hash_by_number(unit: ops.Unit) -> int:
    """Let a set of units iterate in the same order in every process; the default hash is an address."""
    return int(unit.name.rpartition('/')[2])


def _next_pebble_id(call: _Call) -> uuid.UUID:
    call.unit.pebble_changes += 1
    return uuid.UUID(int=call.unit.pebble_changes)


class _Launcher:
    """Stands in for ``subprocess`` where ops launches hook commands."""

    CalledProcessError = subprocess.CalledProcessError

    def __init__(self, call: _Call) -> None:
        self._execute = call.invocation.execute

    def run(self, args: Sequence[str], *, input: str | None = None, **_: Any) -> Any:  # noqa: A002
        result = self._execute(list(args), input)
        if result.exit_code:
            raise _called_process_error(args, result)
        return subprocess.CompletedProcess(args, 0, result.stdout, result.stderr)


def _called_process_error(argv: Sequence[str], result: Result) -> subprocess.CalledProcessError:
    return subprocess.CalledProcessError(result.exit_code, list(argv), result.stdout, result.stderr)


# --- Pebble


def _open_pebble(call: _Call, socket_path: str) -> Any:
    """Return the mock Pebble of a container; its files last from hook to hook, as its layers do."""
    name = socket_path.split('/')[3]
    client = _MockPebbleClient(
        socket_path=socket_path,
        container_root=call.unit.home / 'scratch',
        mounts={},
        state=testing.State(containers=call.unit.containers.values(), model=_NO_MODEL),
        event=cast('Any', None),
        charm_spec=cast('Any', None),
        context=cast('Any', SimpleNamespace(exec_history={})),
        container_name=name,
    )
    client._root = call.unit.container_root(name)
    return client


_NO_MODEL = testing.Model(name='', uuid='')
