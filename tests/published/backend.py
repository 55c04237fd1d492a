"""A pytest plugin: every hook command of a charm that ops.testing runs is answered by the fake Juju.

``Context.run`` runs as it is, up to the one backend it makes for a charm. In its place comes one with the methods of
ops' real backend, whose hook commands are run in a hook of the model that the state describes. When the charm has ended
the hook is committed, and the state that is given out is written from the model.

It is the one place outside ``charms/in_process.py`` that knows private names of ops and ops.testing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import subprocess
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, Final

import ops
import pytest
import scenario._ops_main_mock
import scenario.state
from ops import testing
from ops.model import _ModelBackend
from scenario.mocking import _MockModelBackend
from world_of_state import bare_id, make_world

from pytest_charmsecrets import hookcommands
from pytest_charmsecrets.charms.isolation import replaced
from pytest_charmsecrets.charms.state_view import render_state
from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.hookcommands.result import Result
from pytest_charmsecrets.juju import identity, transaction
from pytest_charmsecrets.juju.agent_state import LocalRelation
from pytest_charmsecrets.juju.hooks import Hook
from pytest_charmsecrets.juju.transaction import HookContext

_KEPT: Final = ('get_pebble',)
"""Calls of the backend that are not hook commands."""
_RECORDED: Final = (
    'action_fail',
    'action_log',
    'action_set',
    'application_version_set',
    'juju_log',
    'status_set',
    'storage_add',
)
"""Entries that ops.testing writes into the histories of the context, apart from the hook command."""


class Unit:
    """One unit, for the length of one ``Context.run`` and for what a test still asks its objects afterwards."""

    def __init__(
        self, state: testing.State, name: str, document: dict[str, Any], juju_version: str, hook: Hook
    ) -> None:
        self._name = name
        self._given = state
        self._world = make_world(state, name, document, juju_version)
        self._unchanged = self._render()
        relations = {
            relation.id: LocalRelation(created=True, members=dict.fromkeys(relation.remote_members(name), 0))
            for relation in self._world.relations.values()
        }
        self._open = lambda hook: HookContext(self._world, name, hook, relations)
        self._context = self._open(hook)
        self._ended = False

    def execute(self, argv: Sequence[str], stdin: str | None) -> Result:
        """Run a hook command: in the hook or, when it has ended, in one of its own, as ``juju exec`` does."""
        if not self._ended:
            return hookcommands.run(self._context, argv, stdin)
        context = self._open(Hook('juju-exec'))
        result = hookcommands.run(context, argv, stdin)
        transaction.commit(context)
        return result

    def end(self) -> HookContext:
        """Commit the hook.

        Raises:
            JujuError: if the commit is refused.
        """
        self._ended = True
        result = transaction.commit(self._context)
        if result.error is not None:
            raise JujuError(result.error)
        return self._context

    def state_out(self, state: testing.State) -> testing.State:
        """Return a state with what the model says now; what has not changed is given out as it was given."""
        now = self._render()
        return dataclasses.replace(
            state,
            app_status=now.app_status,
            opened_ports=now.opened_ports,
            relations=list(self._relations(now.relations)),
            secrets=list(self._secrets(now.secrets)),
            unit_status=now.unit_status,
            workload_version=now.workload_version,
        )

    def _relations(self, relations: Iterable[testing.RelationBase]) -> Generator[testing.RelationBase]:
        given = {relation.id: relation for relation in self._given.relations}
        for relation in relations:
            yield dataclasses.replace(
                given[relation.id],
                local_app_data=relation.local_app_data,
                local_unit_data=relation.local_unit_data,
            )

    def _secrets(self, secrets: Iterable[testing.Secret]) -> Generator[testing.Secret]:
        """Where Juju tells an owner of an empty label, there is one."""
        given = {bare_id(secret.id): secret for secret in self._given.secrets}
        for secret in secrets:
            if secret in self._unchanged.secrets:
                yield given[bare_id(secret.id)]
            else:
                yield secret if secret.owner is None else dataclasses.replace(secret, label=secret.label or '')

    def _render(self) -> testing.State:
        return render_state(self._world, self._name, own_state={})


_units: list[Unit] = []
"""Those of this test; a hook command is run for the last."""


class Backend(_MockModelBackend):
    """ops' real backend; of the one of ops.testing Pebble is left, and the histories of the context."""

    def __init__(self, state: Any, event: Any, charm_spec: Any, context: Any, juju_context: ops.JujuContext) -> None:
        super().__init__(state, event, charm_spec, context, juju_context)
        document = {**charm_spec.meta, 'config': charm_spec.config or {}, 'actions': charm_spec.actions or {}}
        self.unit = Unit(state, juju_context.unit_name, document, context.juju_version, _hook(juju_context, event))
        _units.append(self.unit)

    def end(self, state: testing.State) -> testing.State:
        """Commit the hook, and return the state that it leaves behind."""
        context = self.unit.end()
        for removal in itertools.chain.from_iterable(context.pending.removals.values()):
            self._context.removed_secret_revisions.extend(removal.revisions or ())
        return self.unit.state_out(state)


def _recorded(name: str) -> Callable[..., Any]:
    genuine, recording = getattr(_ModelBackend, name), getattr(_MockModelBackend, name)

    def call(self: Backend, *args: Any, **kwargs: Any) -> None:
        genuine(self, *args, **kwargs)
        recording(self, *args, **kwargs)

    return call


for _name in vars(_MockModelBackend).keys() & vars(_ModelBackend).keys():
    if not _name.startswith('_') and _name not in _KEPT:
        setattr(Backend, _name, _recorded(_name) if _name in _RECORDED else getattr(_ModelBackend, _name))


class Ops(scenario._ops_main_mock.Ops):
    """The main of ops.testing, with an end as in Juju."""

    def run(self) -> None:
        super().run()
        self.state = self.framework.model._backend.end(self.state)


def _hook(juju: ops.JujuContext, event: Any) -> Hook:
    if juju.action_name:
        return Hook('action', action=juju.action_name, parameters=event.action.params, task_id=juju.action_uuid)
    name = juju.hook_name
    if juju.relation_name:
        return Hook(
            name.removeprefix(f'{juju.relation_name}-'),
            relation_id=juju.relation_id,
            endpoint=juju.relation_name,
            remote_application=juju.remote_app_name,
            remote_unit=juju.remote_unit_name,
            departing_unit=juju.relation_departing_unit_name,
        )
    if juju.workload_name:
        return Hook(name.removeprefix(f'{juju.workload_name}-'), workload=juju.workload_name)
    return Hook(name, secret=juju.secret_id, secret_label=juju.secret_label or '', secret_revision=juju.secret_revision)


class _Launcher:
    """Stands in for ``subprocess`` where ops launches hook commands."""

    CalledProcessError = subprocess.CalledProcessError

    @staticmethod
    def run(args: Sequence[str], *, input: str | None = None, **_: Any) -> Any:  # noqa: A002
        result = _units[-1].execute(list(args), input)
        if result.exit_code:
            raise subprocess.CalledProcessError(result.exit_code, list(args), result.stdout, result.stderr)
        return subprocess.CompletedProcess(args, 0, result.stdout, result.stderr)


@pytest.fixture(autouse=True)
def judged_by_juju() -> Generator[None]:
    """Put the fake Juju behind ops.testing; and make ops.testing draw ids that a secret can have in Juju."""
    ids = (identity.make_secret_id(0, 'state', 'nobody', count) for count in itertools.count())
    with contextlib.ExitStack() as stack:
        stack.enter_context(replaced(scenario._ops_main_mock, '_MockModelBackend', Backend))
        stack.enter_context(replaced(scenario._ops_main_mock, 'Ops', Ops))
        stack.enter_context(replaced(scenario.state, '_generate_secret_id', lambda: f'secret:{next(ids)}'))
        stack.enter_context(replaced(ops.hookcmds._utils, 'subprocess', _Launcher))
        stack.callback(_units.clear)
        yield
