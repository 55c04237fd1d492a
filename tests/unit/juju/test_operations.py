"""Operations of a user on a model; a refused one changes nothing (``juju/operations.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.errors import UsageError
from pytest_charmsecrets.juju import application_config, operations
from pytest_charmsecrets.juju.state import ActionMetadata, ConfigOption, EndpointMetadata

OPTIONS = {'size': ConfigOption('size', 'int', default=1)}


def test_a_name_is_deployed_once(make_world, deploy):
    world = make_world()
    deploy(world, 'db')
    with pytest.raises(UsageError, match="application 'db' is deployed already") as refused:
        deploy(world, 'db')
    assert refused.value.refusal == 'cannot add application "db": application already exists'


def test_a_provider_and_a_requirer_of_one_interface_are_related_once(make_pair):
    world = make_pair()
    assert [relation.key for relation in world.relations.values()] == ['web:database db:database']
    with pytest.raises(UsageError, match='are related already; remove that relation first'):
        operations.integrate(world, 'db', 'web')


def test_two_providers_are_not_related(make_world, deploy):
    world = make_world()
    deploy(world, 'one')
    deploy(world, 'two')
    with pytest.raises(UsageError, match='that needs a provider and a requirer of the same interface'):
        operations.integrate(world, 'one', 'two')


def test_two_ways_to_relate_have_to_be_told_apart(make_world, deploy):
    world = make_world()
    deploy(world, 'db')
    ways = {name: EndpointMetadata(name, 'requirer', 'sql') for name in ('first', 'second')}
    deploy(world, 'web', endpoints=ways)
    with pytest.raises(UsageError, match='fit in several ways'):
        operations.integrate(world, 'web', 'db')
    assert operations.integrate(world, 'web:second', 'db').key == 'web:second db:database'


def test_an_endpoint_takes_no_more_relations_than_its_limit(make_world, deploy):
    world = make_world()
    deploy(world, 'one')
    deploy(world, 'two')
    deploy(world, 'web', 'requirer', limit=1)
    operations.integrate(world, 'web', 'one')
    with pytest.raises(UsageError, match="'web:database' takes at most 1 relations"):
        operations.integrate(world, 'web', 'two')


def test_only_a_difference_is_a_change_of_config(make_world, deploy):
    world = make_world()
    deploy(world, 'db', options=OPTIONS)
    application = world.applications['db']
    application_config.configure(world, 'db', {'size': 1})
    assert application.config_version == 0
    application_config.configure(world, 'db', {'size': 2})
    application_config.configure(world, 'db', {}, reset=['size'])
    assert (application.config_version, application.config) == (2, {})


@pytest.mark.parametrize('values', ({'size': 'large'}, {'size': True}, {'colour': 'red'}))
def test_a_value_that_fits_no_option_changes_nothing(make_world, deploy, values):
    world = make_world()
    deploy(world, 'db', options=OPTIONS)
    with pytest.raises(UsageError):
        application_config.configure(world, 'db', values)
    assert world.applications['db'].config == {}


def test_a_unit_that_goes_cannot_lead(make_pair):
    world = make_pair()
    operations.remove_unit(world, 'db/1')
    with pytest.raises(UsageError, match='is being removed and cannot become the leader'):
        operations.set_leader(world, 'db/1')


def test_an_action_runs_with_its_defaults_and_what_it_requires(make_world, deploy):
    world = make_world()
    deploy(world, 'db', actions={'backup': ActionMetadata('backup', {'to': 'disk'}, required=('name',))})
    application = world.applications['db']
    assert operations.action_parameters(application, 'backup', {'name': 'a'}) == {'to': 'disk', 'name': 'a'}
    with pytest.raises(UsageError, match="action 'backup' of 'db' requires name"):
        operations.action_parameters(application, 'backup', {})
