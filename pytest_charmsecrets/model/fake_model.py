"""FakeModel, the test's door to a fake Juju model: a view of it, with the verbs of a user."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, final

from .. import checks, made
from ..arguments import checked
from ..charms.attachments import read_start
from ..charms.guard.allowances import Allowance, GuardMode, check_guard
from ..charms.metadata import read_metadata
from ..charms.puppet import PuppetRunner
from ..charms.runner import AroundHook, CharmRunner, RunnerName
from ..charms.runner_choice import choose_runner, enter_both, make_guard, make_runner
from ..checks.allowing import check_entries, not_allowed
from ..engine.runtime import Runtime
from ..errors import UsageError
from ..juju import application_config, identity, lookups, operations, shown_secrets
from ..juju.clock import Clock
from ..juju.model_config import changed_settings, configure_model
from ..juju.order import Order
from ..juju.user_secrets import UserAccess
from ..juju.versions import profile_for
from ..juju.world import World
from ..records import Finding
from ..report import secrets as layout
from ..report import status, tables
from ..views.applications import ApplicationView
from ..views.model import ModelView
from ..views.relations import RelationView
from .controller import FakeController
from .cross_model import CrossModel
from .outages import Outages
from .pebble import Pebble
from .puppets import Puppet
from .reporting import Reporting
from .settings import ModelSettings, takes_settings
from .settling import Settling
from .tasks import Tasks
from .unit_state import UnitStates
from .user_secrets import ModelUser, UserSecrets

if TYPE_CHECKING:
    import pathlib
    from types import TracebackType

    import ops
    from ops import testing
    from typing_extensions import Self

    from ..charms.guard.watch import Guard
    from ..juju.state import Application

DEFAULT_NAME: Final = 'fake'
"""The name of the first model of a controller."""


@checked
@final
class FakeModel(ModelView, Settling, Tasks, UnitStates, UserSecrets, CrossModel, Outages, Pebble, Reporting):
    """A fake Juju model: applications, units, charms, relations, a clock, and the whole life of every secret.

    Nothing runs by itself: operations change the model, and ``settle`` lets the units run the hooks that are due.
    Use it as a context manager, or call ``close`` at the end.
    """

    @takes_settings(ModelSettings)
    def __init__(self, settings: ModelSettings) -> None:
        """Make an empty model, on a controller of its own, by the keywords of ModelSettings.

        Raises:
            UsageError: if there is no such keyword, version or bug, or a value is impossible.
        """
        runtime = Runtime(Clock(settings.start), Order(settings.order))
        models: dict[str, FakeModel] = {DEFAULT_NAME: self}
        controller = FakeController(runtime, settings, models, FakeModel._on)
        self._begin(controller, runtime, DEFAULT_NAME, settings)
        made.note(self)

    @classmethod
    def _on(
        cls, controller: FakeController[FakeModel], runtime: Runtime, name: str, settings: ModelSettings
    ) -> FakeModel:
        """Make a further model on a controller that exists."""
        model = cls.__new__(cls)
        model._begin(controller, runtime, name, settings)  # noqa: SLF001 - a method of the same class
        return model

    def _begin(
        self, controller: FakeController[FakeModel], runtime: Runtime, name: str, settings: ModelSettings
    ) -> None:
        world = World(
            profile=profile_for(settings.juju_version, settings.juju_bugs),
            seed=settings.seed,
            clock=runtime.clock,
            name=name,
            cloud=settings.cloud,
            chronicle=runtime.chronicle,
        )
        running = runtime.add(
            world,
            update_status_interval=settings.update_status_interval,
            on_hook_error=settings.on_hook_error,
            time_zone=settings.time_zone,
        )
        super().__init__(running)
        self._settings = settings
        self._controller = controller

    def __str__(self) -> str:
        """The model as ``juju status --relations`` and ``juju secrets`` show it, in their tables."""
        world = self._world
        parts = [tables.status(status.describe(self.internals), status.describe_relations(world))]
        if secrets := list(world.secrets):
            shown = [shown_secrets.as_shown(world, secret) for secret in secrets]
            parts.append(tables.secrets(layout.lay_out(shown, world.profile), world.clock.now))
        return '\n'.join(parts)

    @property
    def controller(self) -> FakeController[FakeModel]:
        """The controller, on which other models can be."""
        return self._controller

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove what the models of the controller hold on disk; what they recorded stays readable."""
        self._runtime.close()

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
        guard: GuardMode | None = None,
        guard_allow: Iterable[Allowance] = (),
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
            guard: ``refuse`` what the charm would do to the machine that runs the tests, or ``off``; by default as the model.
            guard_allow: what it may do all the same, beside what the model allows.

        Raises:
            UsageError: if the charm, its metadata, the name, a config value or the state is not usable.
            JujuError: if Juju refuses a config value, with Juju's text.
        """
        self._check_no_hook('deploy')
        chosen = choose_runner(charm, runner)
        around = enter_both(self._settings.around_hook, around_hook) if chosen == 'in-process' else around_hook
        charm_runner = make_runner(
            charm,
            chosen,
            meta=meta,
            loading=lambda name: self._execution.loading(app or name),
            around_hook=around,
            state=state,
            started=started,
            time_limit=time_limit,
            guard=self._guard_of(chosen, guard, guard_allow),
            controller=self._runtime,
        )
        application = self._add_application(charm_runner, app, num_units=num_units, config=config, state=state)
        if started:
            for unit in application.units:
                self._agents.start_at_once(unit)
        return ApplicationView(self.internals, application.name)

    def _add_application(
        self,
        runner: CharmRunner,
        name: str | None,
        *,
        num_units: int,
        config: Mapping[str, Any] | None,
        state: testing.State | None,
    ) -> Application:
        """Add the application of a charm that was loaded. If Juju refuses it, nothing of the charm stays."""
        metadata = runner.source.metadata
        try:
            application = operations.deploy(
                self._world,
                metadata,
                name,
                num_units=num_units,
                config=config,
                cloud=self._world.given_cloud or ('kubernetes' if metadata.containers else 'machine'),
                unit_start=read_start(state),
            )
        except BaseException:
            runner.close()
            raise
        self._execution.runners[application.name] = runner
        self._place_storages(application.units)
        return application

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
        self._check_no_hook('deploy_puppet')
        declared = {'provides': provides, 'requires': requires, 'peers': peers}
        meta: dict[str, Any] = {
            role: {name: {'interface': interface} for name, interface in (endpoints or {}).items()}
            for role, endpoints in declared.items()
        }
        metadata = read_metadata({'name': app, **meta})
        cloud = self._world.given_cloud or 'machine'
        operations.deploy(
            self._world, metadata, app, num_units=num_units, config=None, cloud=cloud, command='deploy-puppet'
        )
        self._execution.runners[app] = PuppetRunner()
        return Puppet(self.internals, app)

    def integrate(self, app1: str, app2: str) -> RelationView:
        """Relate two applications, each given as ``application`` or ``application:endpoint``."""
        self._check_no_charm_runs('integrate')
        return RelationView(self.internals, operations.integrate(self._world, app1, app2).id)

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
        self._check_no_charm_runs('config')
        options = (reset,) if isinstance(reset, str) else tuple(reset)
        if values is None and not options:
            return self._world.config_of(lookups.find_application(self._world, app))
        application_config.configure(self._world, app, values or {}, options)
        return None

    def trust(self, app: str, *, remove: bool = False) -> None:
        """Let an application use the cloud's credential: ``credential-get`` answers its units. They run config-changed.

        Args:
            app: the application.
            remove: take that back.
        """
        self._check_no_charm_runs('trust')
        application_config.trust(self._world, app, trusted=not remove)

    def add_unit(self, app: str, *, num_units: int = 1) -> tuple[str, ...]:
        """Add units to an application and return their names."""
        self._check_no_charm_runs('add_unit')
        added = tuple(unit.name for unit in operations.add_units(self._world, app, num_units))
        self._place_storages(added)
        return added

    def remove_unit(self, *app_or_unit: str, num_units: int = 0, force: bool = False) -> None:
        """Begin to remove units: those named, or the newest ones of an application.

        Args:
            app_or_unit: names of units; or of one application, together with ``num_units``.
            num_units: how many units of the application to remove.
            force: remove them at once: they run no hook any more (``--force --no-wait``). A hook that the test plays for
                one of them ends first.
        """
        self._check_no_charm_runs('remove_unit')
        names = list(app_or_unit)
        if num_units:
            if len(names) != 1:
                raise UsageError(f'num_units goes with one application, not with {names}; call remove_unit for each')
            units = lookups.find_application(self._world, names[0]).units.values()
            staying = [unit.name for unit in units if unit.life == 'alive']
            if not 0 < num_units <= len(staying):
                raise UsageError(f'{names[0]!r} has {len(staying)} units; {num_units} cannot be removed')
            names = staying[-num_units:]
        for name in names:
            if not identity.is_unit_name(name):
                raise UsageError(f'{name!r} is no unit; name units such as {name}/0, or say num_units=...')
            operations.check_unit_removable(self._world, name)
        for name in dict.fromkeys(names):
            self._remove(name, functools.partial(operations.remove_unit, self._world), force=force)

    def remove_relation(self, app1: str, app2: str, *, force: bool = False) -> None:
        """Begin to remove the relation between two applications.

        Args:
            app1: one side, as ``application`` or ``application:endpoint``.
            app2: the other side.
            force: remove it at once: no unit runs relation-departed or relation-broken for it.
        """
        self._check_no_charm_runs('remove_relation')
        operations.remove_relation(self._world, lookups.find_relation(self._world, app1, app2), force=force)

    def remove_application(self, *app: str, force: bool = False) -> None:
        """Begin to remove applications, with their units and relations.

        Args:
            app: the applications.
            force: remove them at once: their units run no hook any more, and nobody runs relation-broken for them.
        """
        self._check_no_charm_runs('remove_application')
        for name in app:
            operations.check_application_removable(self._world, name, force=force)
        for name in dict.fromkeys(app):
            self._remove(name, functools.partial(operations.remove_application, self._world), force=force)

    def set_leader(self, unit: str) -> None:
        """Move leadership to a unit. In Juju nobody can; here a test may want to."""
        self._check_no_charm_runs('set_leader')
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
        self._check_no_hook('refresh')
        lookups.check_application_exists(self._world, app)
        runner = self._execution.runners[app]
        if not isinstance(runner, CharmRunner):
            raise UsageError(f'{app!r} is a puppet, which has no charm to refresh')
        if meta is None and isinstance(charm, type):
            meta = runner.source.as_charmcraft()
        source = runner.load(charm, meta=meta)
        operations.refresh(self._world, app, source.metadata, force=force)
        runner.replace_source(source)

    # --- secrets of users

    def user(self, access: UserAccess = 'admin') -> ModelUser:
        """Return a user of the model, to act as somebody with less access than an admin has.

        Args:
            access: ``read``, ``write`` or ``admin``.

        Raises:
            UsageError: if there is no such access.
        """
        return ModelUser(self.internals, access)

    def model_config(
        self, values: Mapping[str, str] | None = None, *, reset: str | Iterable[str] = ()
    ) -> dict[str, str] | None:
        """Change settings of the model (``juju model-config``), or return them when none are given.

        Args:
            values: ``update-status-hook-interval``, as a duration such as ``5m``; before 4.0 ``secret-backend``, as
                ``model_secret_backend`` takes it.
            reset: settings to set back to what the model was made with.

        Raises:
            UsageError: if there is no such setting.
            JujuError: if Juju refuses the value, with Juju's text.
        """
        self._check_no_charm_runs('model_config')
        names = (reset,) if isinstance(reset, str) else tuple(reset)
        if values is None and not names:
            return changed_settings(self._world)
        configure_model(self._agents, values or {}, names)
        return None

    def model_secret_backend(self, name: str | None = None) -> str:
        """Switch the secret backend (``juju model-secret-backend``) and migrate existing content to it; return its name.

        A model begins with that of its cloud: ``internal``, or ``<model>-local`` outside Juju on Kubernetes.

        Args:
            name: ``auto`` for the backend of the cloud, ``internal`` for Juju itself, or any other for one outside Juju: a
                Kubernetes cluster if ``k8s`` or ``kubernetes`` is part of the name, else a Vault. By default the
                backend stays.

        Raises:
            UsageError: if the name is empty, or this version of Juju has no backends.
        """
        self._check_no_charm_runs('model_secret_backend')
        if name is not None:
            operations.use_secret_backend(self._world, name)
        return self._world.secrets.backend

    # --- for reports

    def check(self, allow: Collection[str] = ()) -> tuple[Finding, ...]:
        """Return what the checks of this package find wrong in the model, as pytest does after a test.

        Args:
            allow: findings to leave out, by the name of the check (``stale-observer``) or by name and subject
                (``stale-observer:unit:web/0``).

        Raises:
            UsageError: if there is no such check.
        """
        check_entries(allow, checks.CHECKS)
        return not_allowed(checks.find(self), allow)

    def _guard_of(self, runner: RunnerName, mode: GuardMode | None, allow: Iterable[Allowance]) -> Guard | None:
        """Return what guards a charm; what the model allows and what its deployment allows adds up."""
        if runner == 'process' and (mode is not None or allow):
            raise UsageError(
                'the guard watches this process, and a charm that runs as a process is not guarded; '
                "leave guard and guard_allow out, or give runner='in-process'"
            )
        chosen = self._settings.guard if mode is None else mode
        return make_guard(chosen, (*self._settings.guard_allow, *check_guard(chosen, allow)))

    def _remove(self, name: str, remove: Callable[..., None], *, force: bool) -> None:
        """Remove a unit or an application, and what is kept for units that go at once."""
        application = self._world.applications[identity.application_of(name)]
        units = [unit for unit in application.units if force and name in (unit, application.name)]
        active = self._runtime.active_hook
        if active.context is not None and active.context.world is self._world and active.context.unit in units:
            # Juju removes by force in the background, so a hook that runs can end before.
            active.put_off(functools.partial(self._remove_if_there, name, remove))
            return
        remove(name, force=force)
        for unit in units:
            self._execution.forget(unit)

    def _remove_if_there(self, name: str, remove: Callable[..., None]) -> None:
        if name in self._world.applications or self._world.find_unit(name) is not None:
            self._remove(name, remove, force=True)

    def _place_storages(self, units: Iterable[str]) -> None:
        # Not left to the first hook: the runner reads the state that units begin with here, and may refuse it.
        for unit in units:
            self._execution.place_storages(unit)
