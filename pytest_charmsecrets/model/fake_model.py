"""FakeModel, the test's door to a fake Juju model: what a user does, and what there is to see."""

from __future__ import annotations

import contextlib
import datetime
import re
import shlex
from collections.abc import Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, final, get_args

from ..charms.attachments import read_start
from ..charms.metadata import read_metadata
from ..charms.puppet import PuppetRunner
from ..charms.runner import CharmRunner, RunnerName
from ..charms.runner_choice import choose_runner, make_runner
from ..engine.hook_execution import Dispatcher, OnHookError, Running
from ..errors import ActionFailed, JujuError, UsageError, unknown
from ..golang import text as gotext
from ..golang import time as gotime
from ..juju import identity, operations
from ..juju.agents import Agents
from ..juju.hooks import Hook
from ..juju.journal import Journal
from ..juju.order import GivenOrder, Order
from ..juju.scheduler import Scheduler
from ..juju.state import Cloud
from ..juju.user_secrets import User, UserAccess
from ..juju.versions import DEFAULT_VERSION, profile_for
from ..juju.world import World
from ..records import HookRun, Task
from ..views.applications import ApplicationView
from ..views.secrets import RelationView, SecretView
from .cross_model import OtherModels
from .outages import Outages
from .pebble import Workloads
from .puppets import Puppet
from .settling import Progress
from .tasks import task_of
from .user_secrets import ModelUser, SecretsOfUser

if TYPE_CHECKING:
    import pathlib
    from types import TracebackType

    import ops
    from ops import testing
    from typing_extensions import Self

    from ..charms.runner import AroundHook, HookBeingRun

UPDATE_STATUS_INTERVAL: Final = 'update-status-hook-interval'
"""The setting of the model that can be changed."""

_INTERVALS: Final = (datetime.timedelta(minutes=1), datetime.timedelta(minutes=60))

DEFAULT_NAME: Final = 'fake'
"""The name of the first model of a controller."""

_MODEL_NAME: Final = re.compile(r'[a-z0-9]+(?:-[a-z0-9]+)*')

DEFAULT_START: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@final
class FakeModel(Progress, SecretsOfUser, OtherModels, Outages, Workloads):
    """A fake Juju model: applications, units, charms, relations, a clock, and the whole life of every secret.

    Nothing runs by itself: operations change the model, and ``settle`` lets the units run the hooks that are due.
    Use it as a context manager, or call ``close`` at the end.
    """

    def __init__(
        self,
        juju_version: str = DEFAULT_VERSION,
        seed: int = 0,
        start: datetime.datetime = DEFAULT_START,
        cloud: Cloud | None = None,
        on_hook_error: OnHookError = 'raise',
        update_status_interval: datetime.timedelta | None = None,
        juju_bugs: Iterable[str] = (),
        order: GivenOrder = 0,
        around_hook: AroundHook | None = None,
        *,
        _beside: tuple[FakeController, Running, str] | None = None,
    ) -> None:
        """Make an empty model, on a controller of its own.

        Args:
            juju_version: the release to behave as, such as ``4.0.14``; ``3.6`` means the release that stands for the line.
            seed: ids and order derive from it.
            start: the virtual time at which the model begins, with a time zone.
            cloud: ``kubernetes`` or ``machine``; by default what each charm's metadata says.
            on_hook_error: ``raise`` a HookFailed at once, or live on in ``error-state`` as Juju does.
            update_status_interval: how often units run update-status; by default never.
            juju_bugs: names of defects of particular releases to have, too.
            order: in which order what Juju does not order happens: 0 for the fixed order, another number for one of its
                own, or the choices of an order as a report shows them.
            around_hook: called with each hook of each charm that is about to run; what it returns is entered around the
                charm's run.

        Raises:
            UsageError: if there is no profile for the version, no fault of a name, or an argument is no valid one.
        """
        __tracebackhide__ = True
        if on_hook_error not in ('raise', 'error-state'):
            raise UsageError(f"on_hook_error is {on_hook_error!r}; give 'raise' or 'error-state'")
        if cloud not in (None, 'kubernetes', 'machine'):
            raise UsageError(f"cloud is {cloud!r}; give 'kubernetes', 'machine' or None")
        if update_status_interval is not None and update_status_interval <= datetime.timedelta():
            raise UsageError(f'update_status_interval is {update_status_interval}; give a time above zero, or None')
        if isinstance(juju_bugs, str):
            raise UsageError(f'juju_bugs is {juju_bugs!r}; give a list of names')
        faults = tuple(juju_bugs)
        profile = profile_for(juju_version, faults)
        if _beside is not None:
            controller, running, name = _beside
        else:
            running, name = Running(Scheduler(start, Order(order))), DEFAULT_NAME
            controller = FakeController(
                self,
                name,
                running,
                juju_version=juju_version,
                seed=seed,
                cloud=cloud,
                on_hook_error=on_hook_error,
                update_status_interval=update_status_interval,
                juju_bugs=faults,
                around_hook=around_hook,
            )
        self.controller: Final = controller
        """The controller, on which other models can be."""
        self._running: Final = running
        self._controller = running.controller
        self._world = World(profile=profile, seed=seed, clock=self._controller.clock, name=name)
        self._scheduler = self._controller.add(self._world, update_status_interval=update_status_interval)
        self._dispatcher = Dispatcher(self._world, self._scheduler, running, on_hook_error=on_hook_error)
        self._cloud: Final[Cloud | None] = cloud
        self._around_hook: Final = around_hook
        self._update_status_interval: Final = update_status_interval
        self._settings: Final[dict[str, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back what the models of the controller hold on disk and in memory; what they recorded stays readable."""
        for dispatcher in self._running.dispatchers.values():
            dispatcher.close()

    # --- what a user does

    def deploy(
        self,
        charm: type[ops.CharmBase] | str | pathlib.Path,
        app: str | None = None,
        *,
        num_units: int = 1,
        config: Mapping[str, Any] | None = None,
        meta: Mapping[str, Any] | None = None,
        state: testing.State | None = None,
        around_hook: AroundHook | None = None,
        started: bool = False,
        runner: RunnerName | None = None,
        time_limit: float | None = None,
    ) -> ApplicationView:
        """Deploy a charm as an application.

        Args:
            charm: a charm class, the directory of a charm, or a packed charm.
            app: the application's name; by default the charm's.
            num_units: how many units to begin with.
            config: values of config options.
            meta: what charmcraft.yaml would hold, for a class that has none beside it.
            state: containers, storages, networks, resources, stored states and deferred events that units begin with.
            around_hook: called with the hook that is about to run; what it returns is entered around the charm's run.
            started: let the units begin after their start hook.
            runner: ``in-process``, or ``process`` for a process of its own per hook, as on a unit's machine; by default
                ``process`` for a charm that has ``dispatch`` or ``hooks`` and no ``src/charm.py``.
            time_limit: how many seconds of real time a hook of a process may take; by default ten minutes.

        Raises:
            UsageError: if the charm, its metadata, the name, a config value or the state is not usable.
            JujuError: if Juju refuses a config value, with Juju's text.
        """
        self._dispatcher.check_no_hook('deploy')
        chosen = choose_runner(charm, runner)
        around = _both(self._around_hook, around_hook) if chosen == 'in-process' else around_hook
        charm_runner = make_runner(
            charm, chosen, meta=meta, around_hook=around, state=state, started=started, time_limit=time_limit
        )
        metadata = charm_runner.source.metadata
        name = app or metadata.name
        cloud = self._cloud or ('kubernetes' if metadata.containers else 'machine')
        application = operations.deploy(
            self._world,
            metadata,
            name,
            num_units=num_units,
            config=config,
            cloud=cloud,
            unit_start=read_start(state),
        )
        self._dispatcher.runners[name] = charm_runner
        self._place_storages(application.units)
        if started:
            for unit in application.units:
                self._scheduler.start_at_once(unit)
        return ApplicationView(self._world, charm_runner, name)

    def deploy_puppet(
        self,
        app: str,
        *,
        provides: Mapping[str, str] | None = None,
        requires: Mapping[str, str] | None = None,
        peers: Mapping[str, str] | None = None,
        num_units: int = 1,
    ) -> Puppet:
        """Deploy an application without a charm, which the test plays itself.

        Args:
            app: the application's name.
            provides: interface of each endpoint that it provides.
            requires: interface of each endpoint that it requires.
            peers: interface of each peer endpoint.
            num_units: how many units to begin with.
        """
        self._dispatcher.check_no_hook('deploy_puppet')
        declared = {'provides': provides, 'requires': requires, 'peers': peers}
        meta: dict[str, Any] = {
            role: {name: {'interface': interface} for name, interface in (endpoints or {}).items()}
            for role, endpoints in declared.items()
        }
        metadata = read_metadata({'name': app, **meta})
        operations.deploy(self._world, metadata, app, num_units=num_units, config=None, cloud=self._cloud or 'machine')
        self._dispatcher.runners[app] = PuppetRunner()
        return Puppet(self._dispatcher, self._world, app)

    def integrate(self, app1: str, app2: str) -> RelationView:
        """Relate two applications, each given as ``application`` or ``application:endpoint``."""
        self._dispatcher.check_no_charm_runs('integrate')
        return RelationView(self._world, operations.integrate(self._world, app1, app2).id)

    def config(
        self, app: str, values: Mapping[str, Any] | None = None, *, reset: str | Iterable[str] = ()
    ) -> dict[str, Any] | None:
        """Set config values, or return them when none are given.

        Args:
            app: the application.
            values: new values by option.
            reset: options to set back to their defaults.

        Raises:
            UsageError: if there is no such application or option, or a value is of another type.
            JujuError: if Juju refuses a value, with Juju's text: an option of ``type: secret`` takes a secret's URI.
        """
        self._dispatcher.check_no_charm_runs('config')
        options = (reset,) if isinstance(reset, str) else tuple(reset)
        if values is None and not options:
            return self._world.config_of(operations.find_application(self._world, app))
        operations.configure(self._world, app, values or {}, options)
        return None

    def trust(self, app: str, *, remove: bool = False) -> None:
        """Let an application use the cloud's credential: ``credential-get`` answers its units. They run config-changed.

        Args:
            app: the application.
            remove: take that back.
        """
        self._dispatcher.check_no_charm_runs('trust')
        operations.trust(self._world, app, trusted=not remove)

    def add_unit(self, app: str, *, num_units: int = 1) -> tuple[str, ...]:
        """Add units to an application and return their names."""
        self._dispatcher.check_no_charm_runs('add_unit')
        added = tuple(unit.name for unit in operations.add_units(self._world, app, num_units))
        self._place_storages(added)
        return added

    def remove_unit(self, *app_or_unit: str, num_units: int = 0, force: bool = False) -> None:
        """Begin to remove units: those named, or the newest ones of an application.

        Args:
            app_or_unit: names of units; or of one application, together with ``num_units``.
            num_units: how many units of the application to remove.
            force: remove them at once: they run no hook any more (``--force --no-wait``).
        """
        self._dispatcher.check_no_charm_runs('remove_unit')
        names = list(app_or_unit)
        if num_units:
            if len(names) != 1:
                raise UsageError(f'num_units goes with one application, not with {names}; call remove_unit for each')
            units = operations.find_application(self._world, names[0]).units.values()
            staying = [unit.name for unit in units if unit.life == 'alive']
            if not 0 < num_units <= len(staying):
                raise UsageError(f'{names[0]!r} has {len(staying)} units; {num_units} cannot be removed')
            names = staying[-num_units:]
        for name in names:
            if not identity.is_unit_name(name):
                raise UsageError(f'{name!r} is no unit; name units such as {name}/0, or say num_units=...')
            operations.find_unit(self._world, name)
        for name in names:
            operations.remove_unit(self._world, name, force=force)
            if force:
                self._dispatcher.forget(name)

    def remove_relation(self, app1: str, app2: str, *, force: bool = False) -> None:
        """Begin to remove the relation between two applications.

        Args:
            app1: one side, as ``application`` or ``application:endpoint``.
            app2: the other side.
            force: remove it at once: no unit runs relation-departed or relation-broken for it.
        """
        self._dispatcher.check_no_charm_runs('remove_relation')
        operations.remove_relation(self._world, operations.find_relation(self._world, app1, app2), force=force)

    def remove_application(self, *app: str, force: bool = False) -> None:
        """Begin to remove applications, with their units and relations.

        Args:
            app: the applications.
            force: remove them at once: their units run no hook any more, and nobody runs relation-broken for them.
        """
        self._dispatcher.check_no_charm_runs('remove_application')
        for name in app:
            operations.find_application(self._world, name)
        for name in app:
            units = tuple(self._world.applications[name].units)
            operations.remove_application(self._world, name, force=force)
            for unit in units if force else ():
                self._dispatcher.forget(unit)

    def set_leader(self, unit: str) -> None:
        """Move leadership to a unit. In Juju nobody can; here a test may want to."""
        self._dispatcher.check_no_charm_runs('set_leader')
        operations.set_leader(self._world, unit)

    def refresh(
        self,
        app: str,
        charm: type[ops.CharmBase] | str | pathlib.Path,
        *,
        meta: Mapping[str, Any] | None = None,
        force: bool = False,
    ) -> None:
        """Upgrade an application to another charm; stored state, data bags and secrets are kept.

        Each unit runs the old charm until its upgrade-charm. On Kubernetes its pod is replaced: the old charm runs stop,
        and the new one upgrade-charm, config-changed, start and pebble-ready.

        Args:
            app: the application.
            charm: a charm class, the directory of a charm, or a packed charm.
            meta: what charmcraft.yaml would hold; by default, for a class, what the application has.
            force: let units in error run the new charm, too (``--force-units``): they retry the hook that has failed,
                and run no upgrade-charm.
        """
        self._dispatcher.check_no_hook('refresh')
        operations.find_application(self._world, app)
        runner = self._dispatcher.runners[app]
        if not isinstance(runner, CharmRunner):
            raise UsageError(f'{app!r} is a puppet, which has no charm to refresh')
        if meta is None and isinstance(charm, type):
            meta = runner.source.as_charmcraft()
        source = runner.load(charm, meta=meta)
        operations.refresh(self._world, app, source.metadata, force=force)
        runner.replace_source(source)

    def run(self, unit: str, action: str, params: Mapping[str, Any] | None = None) -> Task:
        """Run an action on a unit, after what the unit has to run before it.

        Raises:
            ActionFailed: if the action fails or its commit is refused; the task is in ``task``.
        """
        self._dispatcher.check_no_hook('run')
        found = operations.find_unit(self._world, unit)
        application = self._world.applications[found.application]
        parameters = operations.action_parameters(application, action, params or {})
        task_id = str(self._world.count('task') + 1)
        hook = Hook('action', action=action, parameters=parameters, task_id=task_id)
        task = task_of(self._dispatcher.run_action(unit, hook), hook, action)
        if not task.success:
            raise ActionFailed(task)
        return task

    def exec(self, command: str, *args: str, unit: str) -> Task:
        """Run a line for a shell on a unit (``juju exec``), in a hook of its own.

        A line that is nothing but a hook command with its arguments starts no process; for anything else there is bash,
        with the hook commands on its ``PATH``, in the directory of the unit's charm. What the line asks of Juju is
        committed whatever it exits with, as in Juju, unless it is killed.

        Args:
            command: a line; or the first word of one, with the others in ``args``, which are quoted.
            args: the other words.
            unit: the unit.

        Raises:
            ActionFailed: if it exits with another code than 0 or its commit is refused; the task is in ``task``.
        """
        self._dispatcher.check_no_hook('exec')
        operations.find_unit(self._world, unit)
        line = shlex.join((command, *args)) if args else command
        task_id = str(self._world.count('task') + 1)
        hook = Hook('juju-exec', parameters={'command': line, 'workload-context': False}, task_id=task_id)
        name = command if args else line.split(maxsplit=1)[0] if line.strip() else ''
        task = task_of(self._dispatcher.run_line(unit, hook, line), hook, name)
        if not task.success:
            raise ActionFailed(task)
        return task

    def update_status(self, unit: str) -> tuple[HookRun, ...]:
        """Let a unit run update-status, after what it has to run before it, and return the hooks that ran.

        Raises:
            HookFailed: if one of them fails, unless the model was made with ``on_hook_error='error-state'``.
        """
        __tracebackhide__ = True
        self._dispatcher.check_no_hook('update_status')
        if operations.find_unit(self._world, unit).life != 'alive':
            raise UsageError(f'{unit!r} is being removed, and runs no update-status any more; settle the model')
        hook = Hook('update-status', task_id=str(self._world.count('task') + 1))
        return self._dispatcher.run_requested(unit, hook)

    # --- secrets of users

    def user(self, access: UserAccess = 'admin') -> ModelUser:
        """Return a user of the model, to act as somebody with less access than an admin has.

        Args:
            access: ``read``, ``write`` or ``admin``.

        Raises:
            UsageError: if there is no such access.
        """
        if access not in get_args(UserAccess):
            raise UsageError(f'access is {access!r}; give one of: {", ".join(get_args(UserAccess))}')
        return ModelUser(self._dispatcher, self._world, access)

    def _as_user(self, operation: str) -> User:
        self._dispatcher.check_no_charm_runs(operation)
        return User(self._world)

    def model_config(
        self, values: Mapping[str, str] | None = None, *, reset: str | Iterable[str] = ()
    ) -> dict[str, str] | None:
        """Change settings of the model (``juju model-config``), or return them when none are given.

        Args:
            values: ``update-status-hook-interval``, as a duration such as ``5m``; there are no others.
            reset: settings to set back to what the model was made with.

        Raises:
            UsageError: if there is no such setting.
            JujuError: if Juju refuses the value, with Juju's text.
        """
        self._dispatcher.check_no_charm_runs('model_config')
        names = (reset,) if isinstance(reset, str) else tuple(reset)
        for name in (*(values or {}), *names):
            if name != UPDATE_STATUS_INTERVAL:
                raise unknown('setting of the model', name, [UPDATE_STATUS_INTERVAL], 'leave it out')
        if values is None and not names:
            return dict(self._settings)
        interval = self._update_status_interval
        if values:
            interval = _read_interval(values[UPDATE_STATUS_INTERVAL])
        operations.configure_model(self._world, values or {}, names)
        self._settings.clear()
        self._settings.update(values or {})
        self._scheduler.set_update_status_interval(interval)
        return None

    def model_secret_backend(self, name: str | None = None) -> str:
        """Keep content in another backend (``juju model-secret-backend``), what there is included; return its name.

        Args:
            name: ``internal``, or any other for one outside Juju; by default the backend stays.
        """
        self._dispatcher.check_no_charm_runs('model_secret_backend')
        if name is not None:
            operations.use_secret_backend(self._world, name)
        return self._world.secrets.backend

    # --- what there is to see

    @property
    def name(self) -> str:
        """The name of the model."""
        return self._world.name

    def secret(
        self,
        identifier: str | None = None,
        *,
        owner: str | None = None,
        label: str | None = None,
        name: str | None = None,
    ) -> SecretView:
        """Return the one secret that fits all that is given.

        Args:
            identifier: its id, in any of Juju's spellings.
            owner: the application or unit that owns it.
            label: the owner's label.
            name: the name of a user's secret.

        Raises:
            UsageError: if no secret fits, or several do; the message lists the candidates.
        """
        try:
            wanted = identity.parse_secret_uri(identifier).id if identifier is not None else None
        except JujuError as error:
            raise UsageError(f'{error}; give the id as secret-add printed it, or owner and label') from None
        fitting = [
            view
            for view in self.secrets(owner=owner)
            if wanted in (None, view.unique_identifier) and label in (None, view.label) and name in (None, view.name)
        ]
        if len(fitting) == 1:
            return fitting[0]
        asked = {'id': identifier, 'owner': owner, 'label': label, 'name': name}
        described = ', '.join(f'{key} {value!r}' for key, value in asked.items() if value is not None) or 'anything'
        candidates = '\n'.join(f'- {view!r}' for view in fitting or self.secrets()) or '- none'
        count = 'are several secrets' if fitting else 'is no secret'
        raise UsageError(f'there {count} with {described}; the candidates are:\n{candidates}')

    def secrets(self, *, owner: str | None = None) -> tuple[SecretView, ...]:
        """Return the secrets of the model, oldest first.

        Args:
            owner: only those that this application or unit owns; ``<model>`` for those of users.

        Raises:
            UsageError: if there is no such application or unit.
        """
        if owner not in (None, str(self._world.user_owner)):
            find = operations.find_unit if '/' in owner else operations.find_application
            find(self._world, owner)
        return tuple(
            SecretView(self._world, secret.id) for secret in self._world.secrets if owner in (None, str(secret.owner))
        )

    @property
    def cloud(self) -> Cloud:
        """The cloud that the model is on: what it was made with, else Kubernetes once an application is there."""
        if self._cloud is not None:
            return self._cloud
        clouds = {application.cloud for application in self._world.applications.values()}
        return 'kubernetes' if 'kubernetes' in clouds else 'machine'

    @property
    def order(self) -> Order:
        """In which order things happen: what was asked for, the choices made so far, and how they depart from the fixed order."""
        return self._controller.order

    @property
    def journal(self) -> Journal:
        """What happened so far, in order."""
        return self._world.journal

    # --- inside

    def _place_storages(self, units: Iterable[str]) -> None:
        # Not left to the first hook: the runner reads the state that units begin with here, and may refuse it.
        for unit in units:
            self._dispatcher.place_storages(unit)


@final
class FakeController:
    """A controller: its models share one clock, and can be related to each other."""

    def __init__(self, first: FakeModel, name: str, running: Running, **settings: Any) -> None:
        self._models: Final = {name: first}
        self._running: Final = running
        self._settings: Final = settings

    @property
    def models(self) -> dict[str, FakeModel]:
        """Its models by name, oldest first."""
        return dict(self._models)

    def add_model(self, name: str) -> FakeModel:
        """Add a model, which is as the first one is: of the same version of Juju, with the same settings.

        Args:
            name: its name, which is part of the URL of what it offers.

        Raises:
            UsageError: if there is a model of that name, or it is no name.
        """
        self._running.check_no_hook('add_model')
        if name in self._models:
            raise UsageError(f'there is a model {name!r} already; give another name')
        if not _MODEL_NAME.fullmatch(name):
            raise UsageError(f'{name!r} is no name for a model: use lower-case letters, digits and hyphens')
        model = FakeModel(**self._settings, _beside=(self, self._running, name))
        self._models[name] = model
        return model

    def __repr__(self) -> str:
        return f'<controller of {", ".join(self._models)}>'


def _both(outer: AroundHook | None, inner: AroundHook | None) -> AroundHook | None:
    if outer is None or inner is None:
        return outer or inner

    @contextlib.contextmanager
    def around(hook: HookBeingRun) -> Generator[None]:
        with outer(hook), inner(hook):
            yield

    return around


def inside(model: FakeModel) -> tuple[World, Agents]:
    """Return what is behind a model, for what renders it; a test asks the model itself."""
    return model._world, model._scheduler  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def controller_of(model: FakeModel) -> Scheduler:
    """Return the controller behind a model, for what waits for something to happen on it."""
    return model._controller  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def _read_interval(text: str) -> datetime.timedelta:
    nanoseconds = gotime.parse_duration(text)
    if nanoseconds is None:
        invalid = f'time: invalid duration {gotext.quote(text)}'
        raise JujuError(f'invalid update status hook interval in model configuration: {invalid}')
    interval = datetime.timedelta(microseconds=nanoseconds // 1000)
    shortest, longest = _INTERVALS
    if interval < shortest:
        raise JujuError(f'update status hook frequency {text} cannot be less than 1m')
    if interval > longest:
        raise JujuError(f'update status hook frequency {text} cannot be greater than 60m')
    return interval
