"""Asking only the units whose snapshot changed is as good as asking all of them."""

from __future__ import annotations

import contextlib
import datetime
from typing import Any

import ops
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_charmsecrets import CharmSecretsError, FakeModel, Puppet, PuppetSecret
from pytest_charmsecrets.juju import agent as rules


class Reader(ops.CharmBase):
    """Reads every secret it is told of, follows it, and sometimes fails."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_changed, self._read)
        framework.observe(self.on.secret_changed, self._follow)

    def _read(self, event: ops.RelationChangedEvent) -> None:
        if self.config['fails']:
            raise RuntimeError('as it was told')
        identifier = event.relation.data[event.app].get('secret-id')
        if identifier:
            with contextlib.suppress(ops.SecretNotFoundError, ops.ModelError):
                self.model.get_secret(id=identifier)

    def _follow(self, event: ops.SecretChangedEvent) -> None:
        with contextlib.suppress(ops.SecretNotFoundError, ops.ModelError):
            event.secret.get_content(refresh=True)


META = {
    'name': 'web',
    'requires': {'database': {'interface': 'postgresql_client'}},
    'peers': {'cluster': {'interface': 'cluster'}},
    'config': {'options': {'fails': {'type': 'boolean', 'default': False}}},
}


class Story:
    """A model in which anything may happen; what Juju or the model refuses just does not."""

    def __init__(self) -> None:
        self.model = FakeModel(on_hook_error='error-state', update_status_interval=datetime.timedelta(days=1))
        self.model.deploy(Reader, meta=META, num_units=2, started=True)
        self.puppet: Puppet = self.model.deploy_puppet('db', provides={'database': 'postgresql_client'}, num_units=2)
        self.secrets: list[PuppetSecret] = []

    def add_secret(self, number: int) -> None:
        with self.puppet.leader.hook() as hook:
            self.secrets.append(
                hook.add_secret({'key': 'value'}, rotate='hourly', expire=datetime.timedelta(hours=number + 1))
            )

    def share_secret(self, number: int) -> None:
        relation = self.model.integrate('web', 'db') if number == 0 else None
        for secret in self.secrets[-1:] if relation else ():
            self.model.settle(max_hooks=500)
            secret.grant(relation)
            with self.puppet.leader.hook() as hook:
                hook.relation_set(relation, {'secret-id': secret.id}, app=True)

    def change_secret(self, number: int) -> None:
        self.secrets[number % len(self.secrets)].set_content({'key': f'value {len(self.model.journal)}'})

    def remove_revision(self, number: int) -> None:
        self.secrets[0].remove_revision(number)

    def remove_secret(self, number: int) -> None:
        self.secrets.pop(number).remove_all_revisions()

    def settle(self, _: int) -> None:
        self.model.settle(max_hooks=500)

    def step(self, number: int) -> None:
        for _ in range(number + 1):
            self.model.step()

    def advance(self, number: int) -> None:
        self.model.advance(minutes=50 * number)

    def config(self, number: int) -> None:
        self.model.config('web', {'fails': number > 1})

    def add_unit(self, number: int) -> None:
        self.model.add_unit(('web', 'db')[number % 2])

    def remove_unit(self, number: int) -> None:
        self.model.remove_unit(('web', 'db')[number % 2], num_units=1)

    def set_leader(self, number: int) -> None:
        self.model.set_leader(f'{("web", "db")[number % 2]}/{number // 2}')

    def remove_relation(self, _: int) -> None:
        self.model.remove_relation('web', 'db')

    def remove_application(self, number: int) -> None:
        if number == 3:
            self.model.remove_application('web')

    def refresh(self, _: int) -> None:
        self.model.refresh('web', Reader)

    def update_status(self, number: int) -> None:
        self.model.update_status(f'web/{number}')

    def due(self, _: int) -> None:
        assert self.model.due == self.model.due

    def do(self, name: str, number: int) -> None:
        with contextlib.suppress(CharmSecretsError, IndexError, ZeroDivisionError):
            getattr(self, name)(number)


OPERATIONS = [name for name in vars(Story) if not name.startswith('_') and name not in ('do', 'model')]


def asking_everybody(scheduler: Any) -> dict[str, Any]:
    operations = {unit: rules.next_operation(agent.snapshot, agent.local) for unit, agent in scheduler._agents.items()}
    return {unit: hook for unit, hook in operations.items() if hook is not None}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 3)), max_size=15))
def test_the_units_that_are_ready_are_those_that_would_be_found_by_asking_everybody(story):
    told = Story()
    scheduler = told.model._scheduler
    with told.model:
        for name, number in [('settle', 0), ('add_secret', 0), ('share_secret', 0), *story]:
            told.do(name, number)
            scheduler.deliver()
            ready = dict(scheduler._ready)
            assert ready == asking_everybody(scheduler)
            for unit, agent in list(scheduler._agents.items()):
                scheduler._deliver_to(unit, agent)
            assert scheduler._ready == ready
            assert set(scheduler._agents) == {unit.name for unit in told.model._world.units()}


def test_no_operation_of_the_story_is_always_refused():
    """So that the property is not held by stories in which nothing happens."""
    story = [
        ('settle', 0),
        ('add_secret', 0),
        ('share_secret', 0),
        ('change_secret', 0),
        ('due', 0),
        ('step', 1),
        ('advance', 2),
        ('remove_revision', 1),
        ('add_unit', 0),
        ('set_leader', 2),
        ('config', 3),
        ('update_status', 0),
        ('remove_unit', 0),
        ('refresh', 0),
        ('remove_relation', 0),
        ('remove_secret', 0),
        ('remove_application', 3),
    ]
    assert {name for name, _ in story} == set(OPERATIONS)
    told = Story()
    with told.model:
        for name, number in story:
            getattr(told, name)(number)
