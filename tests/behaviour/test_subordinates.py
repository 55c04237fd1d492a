"""Subordinate charms: a unit beside each principal unit, which talks to that one alone."""

from __future__ import annotations

import os

import ops
import pytest
from ops import testing

from pytest_charmsecrets import UsageError

from .charms import charm, meta

PRINCIPAL = {**meta('web', provides={'logs': 'logging'}, peers={'cluster': 'c'})}
AGENT = {
    'name': 'agent',
    'subordinate': True,
    'requires': {'logs': {'interface': 'logging', 'scope': 'container'}},
    'peers': {'fleet': {'interface': 'fleet'}},
}
MONITOR = {
    'name': 'monitor',
    'subordinate': True,
    'requires': {'host': {'interface': 'juju-info', 'scope': 'container'}},
}


@pytest.fixture
def web(fake_model):
    web = fake_model.deploy(charm(), meta=PRINCIPAL, num_units=2)
    fake_model.settle()
    return web


@pytest.fixture
def agent(fake_model, web):
    agent = fake_model.deploy(charm(), meta=AGENT)
    fake_model.integrate('agent', 'web')
    fake_model.settle()
    return agent


def names(app):
    return [unit.name for unit in app.units]


def of(hooks, unit):
    return [hook.hook for hook in hooks if hook.unit == unit]


def test_a_subordinate_has_no_units_until_it_is_related(fake_model, web):
    agent = fake_model.deploy(charm(), meta=AGENT)
    assert fake_model.settle() == ()
    assert agent.units == ()


def test_it_gets_a_unit_beside_each_unit_that_it_is_related_to(fake_model, web):
    agent = fake_model.deploy(charm(), meta=AGENT)
    fake_model.integrate('agent', 'web')
    hooks = fake_model.settle()
    assert names(agent) == ['agent/0', 'agent/1']
    assert of(hooks, 'agent/0')[:4] == ['install', 'fleet-relation-created', 'logs-relation-created', 'leader-elected']
    assert [hook.remote for hook in hooks if hook.hook == 'logs-relation-joined' and hook.unit == 'agent/0'] == [
        'web/0'
    ]
    assert [hook.remote for hook in hooks if hook.hook == 'logs-relation-joined' and hook.unit == 'web/1'] == [
        'agent/1'
    ]
    assert [hook.remote for hook in hooks if hook.hook == 'fleet-relation-joined' and hook.unit == 'agent/1'] == [
        'agent/0'
    ]


def test_a_new_unit_gets_one_too(fake_model, web, agent):
    fake_model.add_unit('web')
    fake_model.settle()
    assert names(agent) == ['agent/0', 'agent/1', 'agent/2']


def test_a_unit_sees_its_counterpart_alone(fake_model, web):
    def look(self, event):
        seen.append((self.unit.name, sorted(unit.name for unit in event.relation.units)))

    seen = []
    fake_model.deploy(charm(logs_relation_changed=look), meta=AGENT)
    fake_model.integrate('agent', 'web')
    fake_model.settle()
    assert sorted(seen) == [('agent/0', ['web/0']), ('agent/1', ['web/1'])]


def test_a_charm_is_told_its_principal_and_has_its_address(fake_model, web):
    def tell(self, _):
        binding = self.model.get_binding('logs')
        told.append((os.environ['JUJU_PRINCIPAL_UNIT'], str(binding.network.bind_address)))

    told = []
    fake_model.deploy(charm(start=tell), meta=AGENT)
    fake_model.integrate('agent', 'web')
    fake_model.settle()
    addresses = [
        fake_model.exec('unit-get', 'private-address', unit=unit).stdout.strip() for unit in ('web/0', 'web/1')
    ]
    assert sorted(told) == [('web/0', addresses[0]), ('web/1', addresses[1])]


def test_state_shows_the_counterpart(fake_model, agent):
    (relation,) = [one for one in agent.units[1].state.relations if isinstance(one, testing.SubordinateRelation)]
    assert relation.remote_unit_name == 'web/1'


def test_a_secret_is_granted_to_a_subordinate_over_their_relation(fake_model, web):
    def share(self, event):
        if self.unit.is_leader():
            secret = self.app.add_secret({'token': 'one'}, label='token')
            secret.grant(event.relation)
            event.relation.data[self.app]['secret-id'] = secret.id

    def read(self, event):
        secret_id = event.relation.data[event.app].get('secret-id')
        if secret_id:
            token = self.model.get_secret(id=secret_id).get_content()['token']
            self.unit.status = ops.ActiveStatus(f'a token of {len(token)} characters')

    fake_model.deploy(charm(logs_relation_created=share), 'host', meta=PRINCIPAL, num_units=2)
    reader = fake_model.deploy(charm(logs_relation_changed=read), meta=AGENT)
    fake_model.integrate('agent', 'host')
    fake_model.settle()
    assert [unit.status for unit in reader.units] == [ops.ActiveStatus('a token of 3 characters')] * 2
    assert fake_model.secret(label='token').tracked_by == {'agent/0': 1, 'agent/1': 1}


def test_the_implicit_endpoint_is_there_without_being_declared_and_the_principal_is_told_nothing(fake_model, web):
    monitor = fake_model.deploy(charm(), meta=MONITOR)
    fake_model.integrate('monitor', 'web')
    hooks = fake_model.settle()
    assert names(monitor) == ['monitor/0', 'monitor/1']
    assert {hook.unit for hook in hooks} == {'monitor/0', 'monitor/1'}
    assert [hook.remote for hook in hooks if hook.hook == 'host-relation-joined'] == ['web/0', 'web/1']
    fake_model.refresh('web', charm())
    fake_model.settle()
    fake_model.remove_relation('monitor', 'web')
    assert {hook.unit for hook in fake_model.settle()} == {'monitor/0', 'monitor/1'}
    assert monitor.units == ()
    assert [relation.key for relation in web.relations] == ['web:cluster']


def test_the_implicit_endpoint_can_be_named(fake_model, web):
    fake_model.deploy(charm(), meta=MONITOR)
    assert fake_model.integrate('monitor:host', 'web:juju-info').key == 'monitor:host web:juju-info'


# --- ends


def test_when_the_relation_is_removed_its_units_go(fake_model, web, agent):
    fake_model.remove_relation('agent', 'web')
    hooks = fake_model.settle()
    assert agent.units == ()
    assert agent.exists
    assert of(hooks, 'agent/0')[:2] == ['logs-relation-departed', 'logs-relation-broken']
    assert of(hooks, 'agent/0')[-2:] == ['stop', 'remove']
    assert of(hooks, 'web/0') == ['logs-relation-departed', 'logs-relation-broken']


def test_a_unit_goes_once_its_subordinate_is_gone(fake_model, web, agent):
    fake_model.remove_unit('web/0')
    ran = [(hook.unit, hook.hook) for hook in fake_model.settle()]
    assert names(web) == ['web/1']
    assert names(agent) == ['agent/1']
    assert ('agent/0', 'remove') in ran


def test_a_principal_waits_for_a_subordinate_whose_agent_is_down(fake_model, web, agent):
    fake_model.stop_agent('agent/0')
    fake_model.remove_unit('web/0')
    fake_model.settle()
    assert names(web) == ['web/0', 'web/1']
    fake_model.start_agent('agent/0')
    fake_model.settle()
    assert names(web) == ['web/1']


def test_a_unit_that_goes_by_force_takes_its_subordinate_along(fake_model, web, agent):
    fake_model.remove_unit('web/0', force=True)
    assert names(agent) == ['agent/1']
    fake_model.remove_application('web', force=True)
    assert agent.units == ()


def test_a_subordinate_application_goes_with_its_units(fake_model, web, agent):
    fake_model.remove_application('agent')
    fake_model.settle()
    assert not agent.exists
    assert names(web) == ['web/0', 'web/1']


def test_with_two_relations_to_its_principal_a_subordinate_lives_until_the_last_one_ends(fake_model, web):
    both = {**AGENT, 'requires': {**AGENT['requires'], **MONITOR['requires']}}
    agent = fake_model.deploy(charm(), meta=both)
    fake_model.integrate('agent:logs', 'web')
    fake_model.integrate('agent:host', 'web')
    fake_model.settle()
    assert names(agent) == ['agent/0', 'agent/1']
    fake_model.remove_relation('agent:logs', 'web')
    fake_model.settle()
    assert names(agent) == ['agent/0', 'agent/1']
    fake_model.remove_relation('agent:host', 'web')
    fake_model.settle()
    assert agent.units == ()


def test_a_subordinate_of_two_applications_has_a_unit_beside_each_of_theirs(fake_model, web, agent):
    fake_model.deploy(charm(), 'api', meta=PRINCIPAL)
    fake_model.integrate('agent', 'api')
    fake_model.settle()
    assert names(agent) == ['agent/0', 'agent/1', 'agent/2']
    fake_model.remove_application('web')
    fake_model.settle()
    assert names(agent) == ['agent/2']


@pytest.mark.charmsecrets(orders=15)
def test_in_any_order_every_principal_gets_one_and_nothing_is_left_at_the_end(fake_model):
    web = fake_model.deploy(charm(), meta=PRINCIPAL, num_units=2)
    agent = fake_model.deploy(charm(), meta=AGENT)
    fake_model.integrate('agent', 'web')
    fake_model.settle()
    assert names(agent) == ['agent/0', 'agent/1']
    fake_model.remove_unit('web/1')
    fake_model.remove_relation('agent', 'web')
    fake_model.settle()
    assert (names(web), names(agent)) == (['web/0'], [])


# --- misuse

MISUSE = {
    "'agent' is a subordinate: it gets a unit beside each unit that it is related to; add those": lambda model: (
        model.add_unit('agent')
    ),
    "'other' is a subordinate: leave num_units out; it gets a unit beside each unit that it is related to": lambda model: (
        model.deploy(charm(), 'other', meta=AGENT, num_units=2)
    ),
    'unit "agent/0" is a subordinate, to remove use remove-relation. Note: this will remove all units of "agent"': lambda model: (
        model.remove_unit('agent/0')
    ),
    "'one:logs' and 'web:logs' cannot be related: container scoped relation requires at least one subordinate "
    'application': lambda model: model.integrate('one', 'web'),
}


@pytest.mark.parametrize('message', MISUSE)
def test_misuse_is_explained_and_changes_nothing(fake_model, agent, snapshot, message):
    fake_model.deploy(charm(), 'one', meta={**AGENT, 'subordinate': False})
    fake_model.settle()
    before = snapshot()
    with pytest.raises(UsageError) as refused:
        MISUSE[message](fake_model)
    assert message in str(refused.value)
    assert snapshot() == before


def test_no_unit_is_added_to_it(fake_model, agent):
    with pytest.raises(
        UsageError, match="'agent' is a subordinate: it gets a unit beside each unit that it is related to"
    ):
        fake_model.add_unit('agent')
    assert names(agent) == ['agent/0', 'agent/1']
