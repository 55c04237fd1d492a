"""FakeModel, the fake Juju model that a test works with: a view of the model, and the operations of a user."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, final

from .. import checks, made
from ..arguments import bears_name, checked
from ..charms.attachments import read_start
from ..charms.guard.allowances import Allowance, GuardMode, check_guard
from ..charms.metadata import read_metadata
from ..charms.puppet import PuppetRunner
from ..charms.runner import AroundHook, CharmRunner, RunnerName
from ..charms.runner_choice import choose_runner, enter_both, make_guard, make_runner
from ..checks.allowing import check_entries, not_allowed
from ..engine.runtime import Runtime
from ..errors import UsageError
from ..juju import lookups, operations, shown_secrets
from ..juju.clock import Clock
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
from .configuration import Configuration
from .controller import FakeController
from .cross_model import CrossModel
from .outages import Outages
from .pebble import Pebble
from .puppets import Puppet
from .removals import Removals
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


@bears_name
@checked
@final
class FakeModel(
    ModelView,
    Removals,
    Configuration,
    Settling,
    Tasks,
    UnitStates,
    UserSecrets,
    CrossModel,
    Outages,
    Pebble,
    Reporting,
):
    """A fake Juju model: applications, units, charms, relations, a clock, and all secrets from creation to removal.

    Hooks run only when a test asks for it: operations such as ``deploy`` and ``config`` change the model, and
    ``settle`` runs the hooks that are due. The fixture ``fake_model`` returns one for each test. Without the fixture,
    use it as a context manager or call ``close`` at the end. For example::

        with FakeModel(juju_version='3.6') as model:
            model.deploy(DatabaseCharm, 'db')
            model.deploy(WebCharm, 'web')
            model.integrate('db', 'web')
            model.settle()
            secret = model.secret(owner='db')
            assert secret.tracked_by == {'web/0': 1}
    """

    @takes_settings(ModelSettings)
    def __init__(self, settings: ModelSettings) -> None:
        """Make an empty model on a new controller. The keywords are the fields of ModelSettings.

        Raises:
            UsageError: if a keyword, version or bug does not exist, or a value is not valid.
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
        """Make another model on an existing controller."""
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
        """The controller of the model, which can have other models as well."""
        return self._controller

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the files that the models of the controller have written. Journals and views can still be read."""
        self._runtime.close()

    # --- operations of a user

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
            app: name of the application; by default the charm's name.
            num_units: the number of units.
            config: values of config options, by name.
            meta: the contents of charmcraft.yaml as a dict, for a charm class without such a file beside it.
            state: an ``ops.testing.State`` whose containers, storages, networks, resources, stored states and deferred
                events each unit begins with.
            around_hook: a function that gets each hook before it runs and returns a context manager, in which the charm
                then runs. Use it to patch the charm's workload.
            started: begin with units that have already run their start hook.
            runner: ``in-process``, or ``process`` to run each hook as a process of its own, as on a unit's machine. The
                default is ``process`` for a charm that has ``dispatch`` or ``hooks`` and no ``src/charm.py``, else
                ``in-process``.
            time_limit: seconds of real time that one hook may take with ``runner='process'``; by default ten minutes.
            guard: ``refuse`` calls of the charm that would touch the machine that runs the tests, or ``off``; by
                default the model's setting.
            guard_allow: calls that the guard allows for this charm, in addition to those that the model allows.

        Raises:
            UsageError: if the charm, its metadata, the name, a config value or the state cannot be used.
            JujuError: if Juju rejects a config value; the message is Juju's.

        For example::

            web = model.deploy('./charms/web', num_units=2, config={'port': 8080})
            model.settle()
            assert web.status.message == 'waiting for database'
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
        """Deploy an application without a charm: the test acts for its units.

        Args:
            app: name of the application.
            provides: interfaces of the endpoints that it provides, by endpoint.
            requires: interfaces of the endpoints that it requires, by endpoint.
            peers: interfaces of its peer endpoints, by endpoint.
            num_units: the number of units.

        Raises:
            UsageError: if the name is taken or not valid.

        For example::

            db = model.deploy_puppet('db', provides={'database': 'postgresql_client'})
            relation = model.integrate('db', 'web')
            model.settle()
            with db.leader.hook() as hook:
                hook.relation_set(relation, {'endpoints': '10.0.0.1:5432'}, app=True)
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
        """Relate two applications (``juju integrate``) and return the relation.

        The units learn of it with the next ``settle``.

        Args:
            app1: one side, as ``application`` or ``application:endpoint``.
            app2: the other side.

        Raises:
            UsageError: if an application or endpoint does not exist, or not exactly one pair of endpoints fits.
        """
        self._check_no_charm_runs('integrate')
        return RelationView(self.internals, operations.integrate(self._world, app1, app2).id)

    def add_unit(self, app: str, *, num_units: int = 1) -> tuple[str, ...]:
        """Add units to an application and return their names (``juju add-unit``).

        Args:
            app: name of the application.
            num_units: the number of units to add.

        Raises:
            UsageError: if the application does not exist or is being removed, or the number is less than 1.
        """
        self._check_no_charm_runs('add_unit')
        added = tuple(unit.name for unit in operations.add_units(self._world, app, num_units))
        self._place_storages(added)
        return added

    def set_leader(self, unit: str) -> None:
        """Make a unit the leader of its application. Juju has no such command: there, the controller moves leadership.

        Args:
            unit: name of the unit.

        Raises:
            UsageError: if the unit does not exist or cannot lead.
        """
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
        """Upgrade an application to another charm (``juju refresh``). Stored state, databags and secrets are kept.

        Each unit runs the old charm until its upgrade-charm hook. On Kubernetes its pod is replaced: the old charm runs
        stop, and the new one upgrade-charm, config-changed, start and pebble-ready.

        Args:
            app: name of the application.
            charm: a charm class, the directory of a charm, or a packed charm.
            meta: the contents of charmcraft.yaml as a dict; for a charm class, by default the application's metadata.
            force: upgrade units in error as well (``--force-units``): they retry their failed hook with the new
                charm and run no upgrade-charm.

        Raises:
            UsageError: if the application does not exist or is a puppet, or the charm cannot be used.
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

    # --- user secrets

    def user(self, access: UserAccess = 'admin') -> ModelUser:
        """Return a user with the given access to the model, whose secret operations Juju checks against it.

        Args:
            access: ``read``, ``write`` or ``admin``. The operations of FakeModel itself act as an admin.

        Raises:
            UsageError: if the access is another one.
        """
        return ModelUser(self.internals, access)

    # --- checks

    def check(self, allow: Collection[str] = ()) -> tuple[Finding, ...]:
        """Return the findings of the checks that the plugin runs after each test.

        Args:
            allow: findings to leave out, by name of the check (``stale-observer``) or by name and subject
                (``stale-observer:unit:web/0``).

        Raises:
            UsageError: if a check does not exist.
        """
        check_entries(allow, checks.CHECKS)
        return not_allowed(checks.find(self), allow)

    def _guard_of(self, runner: RunnerName, mode: GuardMode | None, allow: Iterable[Allowance]) -> Guard | None:
        """Return the guard of a charm, with the exceptions that the model and ``deploy`` allow."""
        if runner == 'process' and (mode is not None or allow):
            raise UsageError(
                'the guard watches this process, and a charm that runs as a process is not guarded; '
                "leave guard and guard_allow out, or give runner='in-process'"
            )
        chosen = self._settings.guard if mode is None else mode
        return make_guard(chosen, (*self._settings.guard_allow, *check_guard(chosen, allow)))

    def _place_storages(self, units: Iterable[str]) -> None:
        # Done before the first hook, because the runner reads the units' initial state here and may reject it.
        for unit in units:
            self._execution.place_storages(unit)
