"""Run ops' own main in this process. This is the only module that uses private names of ops or ops.testing.

ops itself reads the environment that Juju would set, builds the event, and calls its model backend. That backend is the
real one: it builds the command lines, parses the output and maps the errors. Only the launch of the executable is
replaced, by the invocation's ``execute``. Of the mock backend of ops.testing just Pebble is used.

Patches are in place for the length of one hook: the launch of hook commands, the hashes of ops' objects (so that a set
of them has the same order in every run), and the ids that the mock Pebble draws.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import contextlib
import dataclasses
import json
import subprocess
import sys
import uuid
import warnings
import zlib
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import PurePosixPath
from types import ModuleType, SimpleNamespace, TracebackType
from typing import TYPE_CHECKING, Any, Final, cast

import ops
import ops.log
from ops import pebble, testing
from ops.version import version as _ops_version

from ..errors import UsageError
from .forked import exit_code_of
from .isolation import replaced
from .runner import CharmOutcome

if TYPE_CHECKING:
    import pathlib

    from ..hookcommands.result import Result
    from .charm_class import CharmClass
    from .guard.watch import Watch
    from .runner import Execute, Invocation
    from .source import CharmSource
    from .unit_state import UnitState
    from .unit_storage import Storage, UnitStorage


def _unsupported() -> UsageError:
    import importlib.metadata

    scenario = importlib.metadata.version('ops-scenario')
    return UsageError(
        f'ops {_ops_version} with ops-scenario {scenario} is not supported; '
        'install ops 2.23 or newer, and the ops-scenario that belongs to it, as in `pip install "ops[testing]>=2.23"`'
    )


try:
    import ops._main as _ops_main
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


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class CharmRun:
    """One run of a charm in this process."""

    invocation: Invocation
    unit: UnitState
    """The state of the unit."""
    execute: Execute
    """Runs a hook command, for the charm and for the processes that it starts."""
    source: CharmSource
    charm_class: CharmClass
    watch: Watch | None = None
    """The guard of the charm."""


active_runs: Final[list[CharmRun]] = []
"""The runs that have begun and not ended; the runner allows one."""


# --- the state that ops keeps between hooks


def names_of_deferred(storage: Storage) -> tuple[str, ...]:
    """Return the events that wait in a storage of ops, oldest first, by the names of ops such as ``secret_changed``."""
    return tuple(event.name for event in UnitStateDB(cast('Any', storage)).get_deferred_events())


def stored_states(storage: Storage) -> tuple[testing.StoredState, ...]:
    """Return the stored state of the charm and its libraries."""
    states = UnitStateDB(cast('Any', storage)).get_stored_states()
    return tuple(sorted(states, key=lambda state: (state.owner_path or '', state.name)))


def kept_by_ops(storage: Storage) -> dict[str, Any]:
    """Return the fields of ``ops.testing.State`` that a storage of ops holds."""
    deferred = UnitStateDB(cast('Any', storage)).get_deferred_events()
    return {'deferred': deferred, 'stored_states': stored_states(storage)}


def begin_with(storage: UnitStorage, state: testing.State) -> None:
    """Write the stored states and deferred events of a state into the storage of a new unit."""
    UnitStateDB(cast('Any', storage)).apply_state(state)
    storage.commit()


# --- the class of a charm


@contextlib.contextmanager
def calls_of_main() -> Generator[list[object]]:
    """Replace ops.main, under each of its names, by a function that records the given class and runs nothing."""
    given: list[object] = []

    class NotRun:
        def __init__(self, charm_class: object, *_: Any, **__: Any) -> None:
            given.append(charm_class)

        def run(self) -> None:
            """Run nothing: on a unit, the hook would run here."""

        destroy = run

    with replaced(_ops_main, '_Manager', NotRun):
        yield given


# --- one run


def run_charm(charm_run: CharmRun) -> CharmOutcome:
    """Run ops' main for one hook.

    Raises:
        UsageError: if the test asked for something impossible meanwhile.
    """
    manager = _HookManager.__new__(_HookManager)
    storage = charm_run.unit.storage
    waiting = names_of_deferred(storage) if storage.has_notices else ()
    try:
        manager.__init__(charm_run.charm_class.fresh(), charm_run)
        manager.run()
    except _Abort as abort:
        return _exited(SystemExit(abort.exit_code))
    except SystemExit as exit_:
        return _exited(exit_)
    except UsageError:
        raise
    except Exception as error:
        exception = error.with_traceback(_without_own_frames(error.__traceback__))
        return CharmOutcome(1, exception, observed=manager.is_observed(), ran_deferred=waiting)
    finally:
        manager.finish()
        charm_run.unit.storage.rollback()
    deferred = names_of_deferred(storage) if storage.has_notices else ()
    return CharmOutcome(observed=manager.is_observed(), ran_deferred=waiting, deferred=deferred)


def _exited(exit_: SystemExit) -> CharmOutcome:
    exit_code = exit_code_of(exit_)
    return CharmOutcome(exit_code, exit_ if exit_code else None)


def _without_own_frames(traceback: TracebackType | None) -> TracebackType | None:
    while traceback is not None and traceback.tb_frame.f_code.co_filename == __file__:
        traceback = traceback.tb_next
    return traceback


class _HookManager(_Manager):
    """ops' own main, with the unit's storage and a backend that launches nothing."""

    def __init__(self, charm_class: type[ops.CharmBase], charm_run: CharmRun) -> None:
        self._charm_run = charm_run
        backend = _Backend(charm_run)
        super().__init__(charm_class, backend, juju_context=backend._juju_context)

    def is_observed(self) -> bool:
        """Whether anything in the charm observes the event of the hook."""
        if not hasattr(self, 'charm'):
            return False  # its constructor has failed
        event = getattr(self.charm.on, self.dispatcher.event_name, None)
        observers = self.framework._observers
        return event is not None and any(
            kind == event.event_kind and emitter == event.emitter.handle.path for _, _, emitter, kind in observers
        )

    def finish(self) -> None:
        """Undo the changes of the start, however far it got."""
        if hasattr(self, '_tracing_context'):
            self.destroy()
        framework = getattr(self, 'framework', None)
        if framework is not None:
            _FRAMEWORK_EVENTS._cache.pop(framework, None)
        if clear := getattr(getattr(ops.log, '_get_juju_log_and_app_id', None), 'cache_clear', None):
            clear()

    def _load_charm_meta(self) -> ops.CharmMeta:
        source = self._charm_run.source
        return ops.CharmMeta(source.meta, source.actions or {}, source.config or {})

    def _setup_root_logging(self) -> None:
        """Do not install ops' handling of warnings, as ops.testing does not."""
        showwarning = warnings.showwarning
        super()._setup_root_logging()
        warnings.showwarning = showwarning

    def _commit(self) -> None:
        """Raise the refusal of a call before ops commits the charm's stored state."""
        if self._charm_run.watch is not None:
            self._charm_run.watch.raise_refusal()
        super()._commit()

    def _make_storage(self, dispatcher: _Dispatcher) -> Any:  # noqa: ARG002
        return self._charm_run.unit.storage

    def _make_framework(self, dispatcher: _Dispatcher) -> ops.Framework:
        """Do not install ops' handling of ``breakpoint()``."""
        breakpointhook = sys.breakpointhook
        framework = super()._make_framework(dispatcher)
        sys.breakpointhook = breakpointhook
        return framework


class _Backend(_ModelBackend):
    """ops' real backend; a hook command becomes a call of ``execute``."""

    def __init__(self, charm_run: CharmRun) -> None:
        super().__init__()
        self._charm_run = charm_run

    def get_pebble(self, socket_path: str) -> Any:
        return _open_pebble(self._charm_run, socket_path)

    def juju_log(self, level: str, message: str) -> None:
        _check_is_running(self._charm_run)
        super().juju_log(level, message)

    def reboot(self, now: bool = False) -> None:
        _check_is_running(self._charm_run)
        super().reboot(now)

    if _HOOKCMDS is None:

        def _run(
            self,
            *args: str,
            return_output: bool = False,
            use_json: bool = False,
            input_stream: str | None = None,
        ) -> Any:
            _check_is_running(self._charm_run)
            argv = [*args, '--format=json'] if use_json else list(args)
            result = self._charm_run.execute(argv, input_stream)
            if result.exit_code:
                raise ops.ModelError(result.stderr) from _called_process_error(argv, result)
            if return_output:
                return json.loads(result.stdout) if use_json else result.stdout
            return None

    else:

        def _wrap_hookcmd(self, cmd: str, *args: Any, **kwargs: Any) -> Any:
            _check_is_running(self._charm_run)
            return super()._wrap_hookcmd(cmd, *args, **kwargs)


def _check_is_running(charm_run: CharmRun) -> None:
    if not active_runs or active_runs[-1] is not charm_run:
        hook = charm_run.invocation
        raise UsageError(
            f"an object of ops from {hook.unit}'s {hook.hook.name} was used after that hook; "
            'read it while the hook runs, or ask the model'
        )


# --- patches for the length of one hook


@contextlib.contextmanager
def patched(charm_run: CharmRun) -> Generator[None]:
    """Connect ops to the unit and its hook commands while a charm runs."""
    ids = SimpleNamespace(**{**vars(uuid), 'uuid4': lambda: _next_pebble_id(charm_run)})
    with contextlib.ExitStack() as stack:
        if _HOOKCMDS is not None:
            stack.enter_context(replaced(_HOOKCMDS, 'subprocess', _Launcher(charm_run)))
        stack.enter_context(replaced(_harness, 'uuid', ids))
        stack.enter_context(replaced(_mocking, 'uuid', ids))
        stack.enter_context(_stable_hashes())
        for name in ('_setup', '_shutdown') if _TRACING is not None else ():
            stack.enter_context(replaced(_TRACING, name, _do_nothing))
        active_runs.append(charm_run)
        stack.callback(active_runs.pop)
        yield


def _do_nothing(*_: Any) -> None:
    """Do nothing in place of tracing, which would draw random ids."""


def _hash_of_name(named: ops.Application | ops.Binding | ops.Container) -> int:
    """Return the same number in every process; the hash of a text differs from one to the next."""
    return zlib.crc32(named.name.encode())


_STABLE_HASHES: Final[Mapping[type[Any], Callable[[Any], int]]] = {
    ops.Application: _hash_of_name,
    ops.Binding: _hash_of_name,
    ops.Container: _hash_of_name,
    ops.Relation: lambda relation: relation.id,
    ops.Storage: lambda storage: zlib.crc32(storage.full_id.encode()),
    ops.Unit: lambda unit: int(unit.name.rpartition('/')[2]),
}
"""Hashes in place of addresses. These objects stay equal to themselves alone."""


@contextlib.contextmanager
def _stable_hashes() -> Generator[None]:
    """Make sets of ops' objects iterate in the same order in every process."""
    hashes: dict[Any, Callable[[Any], int]] = {**_STABLE_HASHES, ops.Secret: _number_of_secret()}
    for kind, hash_ in hashes.items():
        kind.__hash__ = hash_
    try:
        yield
    finally:
        for kind in hashes:
            del kind.__hash__


def _number_of_secret() -> Callable[[ops.Secret], int]:
    """Return a hash that counts the secrets of one hook: their ids and labels may change while they are in a set."""
    numbers: dict[int, tuple[int, ops.Secret]] = {}

    def number(secret: ops.Secret) -> int:
        # The secret is kept, so that no other gets its address.
        return numbers.setdefault(id(secret), (len(numbers), secret))[0]

    return number


def _next_pebble_id(charm_run: CharmRun) -> uuid.UUID:
    charm_run.unit.pebble_changes += 1
    return uuid.UUID(int=charm_run.unit.pebble_changes)


class _Launcher:
    """Stands in for ``subprocess`` where ops launches hook commands."""

    CalledProcessError = subprocess.CalledProcessError

    def __init__(self, charm_run: CharmRun) -> None:
        self._execute = charm_run.execute

    def run(self, args: Sequence[str], *, input: str | None = None, **_: Any) -> Any:  # noqa: A002
        result = self._execute(list(args), input)
        if result.exit_code:
            raise _called_process_error(args, result)
        return subprocess.CompletedProcess(args, 0, result.stdout, result.stderr)


def _called_process_error(argv: Sequence[str], result: Result) -> subprocess.CalledProcessError:
    return subprocess.CalledProcessError(result.exit_code, list(argv), result.stdout, result.stderr)


# --- Pebble


class _Pebble(_MockPebbleClient):
    """The mock Pebble of ops.testing, in whose filesystem a mount is what is mounted there, and not a link to it."""

    def list_files(
        self, path: str | pathlib.PurePath, *, pattern: str | None = None, itself: bool = False
    ) -> list[pebble.FileInfo]:
        """List files as Pebble does."""
        listed = super().list_files(path, pattern=pattern, itself=itself)
        for info in listed:
            if info.path in self.mounted:
                info.type = (
                    pebble.FileType.FILE if (self._root / info.path[1:]).is_file() else pebble.FileType.DIRECTORY
                )
        return listed

    mounted: frozenset[str] = frozenset()
    """Where something is mounted."""


def _open_pebble(charm_run: CharmRun, socket_path: str) -> Any:
    """Return the mock Pebble of a container; its files last from hook to hook, as its layers do."""
    name = socket_path.split('/')[3]
    client = _Pebble(
        socket_path=socket_path,
        container_root=charm_run.unit.home / 'scratch',
        mounts={},
        state=testing.State(containers=charm_run.unit.containers.values(), model=_NO_MODEL),
        event=cast('Any', None),
        charm_spec=cast('Any', None),
        context=cast('Any', SimpleNamespace(exec_history={})),
        container_name=name,
    )
    declared = charm_run.source.metadata.mounts.get(name, ())
    client._root = charm_run.unit.container_root(name, declared)
    client.mounted = frozenset(str(PurePosixPath(mount.location)) for mount in charm_run.unit.mounts(name, declared))
    return client


_NO_MODEL = testing.Model(name='', uuid='')
