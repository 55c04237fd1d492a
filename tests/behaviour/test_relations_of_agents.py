"""Relations as agents see them: departed members, what a restart forgets, the first hook of a new relation."""

from __future__ import annotations

import ops
import pytest

from pytest_charmsecrets import BugAvoided, FakeModel

DB = {
    'name': 'db',
    'provides': {'database': {'interface': 'sql'}},
    'peers': {'cluster': {'interface': 'cluster'}},
}
WEB = {'name': 'web', 'requires': {'database': {'interface': 'sql'}}}


class Publishing(ops.CharmBase):
    """Its leader publishes data as soon as a relation is created."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_created, self._on_created)

    def _on_created(self, event: ops.RelationCreatedEvent) -> None:
        if self.unit.is_leader():
            event.relation.data[self.app]['port'] = '5432'


class Silent(ops.CharmBase):
    """It does nothing."""


def relate(model: FakeModel, *, units: int = 1) -> None:
    model.deploy(Publishing, 'db', meta=DB, num_units=units)
    model.deploy(Silent, 'web', meta=WEB)
    model.settle()
    model.integrate('db', 'web')


def hooks_of(model: FakeModel, unit: str) -> list[str]:
    return [f'{hook.hook} {hook.remote or ""}'.strip() for hook in model.journal.hooks(unit=unit)]


def test_in_a_new_relation_a_unit_joins_before_the_data_of_its_application_arrives():
    with FakeModel() as model:
        relate(model)
        seen = len(hooks_of(model, 'web/0'))
        model.settle()
        assert hooks_of(model, 'web/0')[seen:] == [
            'database-relation-created db',
            'database-relation-joined db/0',
            'database-relation-changed db/0',
            'database-relation-changed db',
        ]


def test_data_that_was_there_when_a_unit_entered_comes_first():
    with FakeModel() as model:
        model.deploy(Silent, 'web', meta=WEB)
        model.settle()
        model.stop_agent('web/0')
        model.deploy(Publishing, 'db', meta=DB)
        model.integrate('db', 'web')
        model.settle()
        model.start_agent('web/0')
        seen = len(hooks_of(model, 'web/0'))
        model.settle()
        assert hooks_of(model, 'web/0')[seen:] == [
            'database-relation-created db',
            'database-relation-changed db',
            'database-relation-joined db/0',
            'database-relation-changed db/0',
        ]


@pytest.mark.parametrize(('version', 'departed'), (('3.6.28', ['web/0']), ('4.0.15', [])))
def test_a_unit_that_begins_to_go_departs_at_once_in_3_x(version: str, departed: list[str]):
    with FakeModel(version) as model:
        relate(model)
        model.settle()
        model.stop_agent('web/0')
        model.remove_unit('web/0')
        model.settle()
        assert [hook.remote for hook in model.journal.hooks(name='database-relation-departed')] == departed
        assert model.unit('web/0').life == 'dying'

        model.start_agent('web/0')
        model.settle()
        assert [hook.remote for hook in model.journal.hooks(unit='db/0', name='database-relation-departed')] == [
            'web/0'
        ]
        assert 'web/0' not in model.units


@pytest.mark.parametrize('bug', (True, False))
def test_what_an_agent_forgets_at_a_restart(bug: bool):
    with FakeModel('3.6.28', juju_bugs=['restart_forgets_relations'] if bug else []) as model:
        relate(model, units=2)
        model.settle()
        for unit in ('web/0', 'db/1'):
            model.stop_agent(unit)
            model.start_agent(unit)
        model.settle()
        model.remove_relation('db', 'web')
        model.settle()
        (broken,) = model.journal.hooks(unit='web/0', name='database-relation-broken')
        assert broken.remote == (None if bug else 'db')
        model.remove_unit('db/1')
        model.settle()
        assert ('cluster-relation-broken' in hooks_of(model, 'db/1')) is bug
        avoided = {record.bug for record in model.journal if isinstance(record, BugAvoided)}
        assert avoided == (set() if bug else {'restart_forgets_relations'})
