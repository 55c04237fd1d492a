"""Stories of random operations, in which a charm reads and follows secrets, and sometimes fails."""

from __future__ import annotations

import contextlib
import datetime
from typing import Any

import ops
from hypothesis import strategies as st

from pytest_charmsecrets import CharmSecretsError, FakeModel, Puppet, PuppetSecret


class Reader(ops.CharmBase):
    """Reads every secret that its relations name, follows it, and sometimes fails."""

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

    def __init__(self, *, started: bool = True, **settings: Any) -> None:
        interval = datetime.timedelta(days=1)
        self.model = FakeModel(on_hook_error='error-state', update_status_interval=interval, **settings)
        self.app = self.model.deploy(Reader, meta=META, num_units=2, started=started)
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
BEGINNING = [('settle', 0), ('add_secret', 0), ('share_secret', 0)]
STORIES = st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 3)), max_size=15)
