"""Views of relations show sides, members and every databag."""

from __future__ import annotations

import pytest

from pytest_charmsecrets import UsageError


def test_sides_and_members(pair):
    relation = pair.relation
    assert (relation.id, relation.key) == (2, 'web:database database:database')
    assert relation.endpoints == ('web:database', 'database:database')
    assert relation.members == {'web': ('web/0', 'web/1'), 'database': ('database/0', 'database/1')}
    assert not relation.suspended


def test_a_peer_relation_has_one_side(pair):
    peers = pair.model.relations[0]
    assert (peers.endpoints, peers.members) == (('database:cluster',), {'database': ('database/0', 'database/1')})


def test_nobody_is_in_a_relation_before_hooks_have_run(fake_model):
    fake_model.deploy_puppet('db', provides={'database': 'sql'})
    fake_model.deploy_puppet('web', requires={'database': 'sql'})
    relation = fake_model.integrate('web', 'db')
    assert relation.members == {'web': (), 'db': ()}
    assert relation.databags == {'web': {}, 'db': {}}


def test_every_databag_that_juju_keeps_those_of_departed_units_too(pair):
    relation = pair.relation
    pair.model.remove_unit('web/1')
    pair.model.settle()
    assert relation.members['web'] == ('web/0',)
    assert set(relation.databags) == {'web', 'database', 'web/0', 'web/1', 'database/0', 'database/1'}
    assert relation.databags['web/1']['ingress-address']
    assert {entity: relation.data(entity) for entity in relation.databags} == relation.databags
    with pytest.raises(UsageError, match="'web/2' has no data in 'web:database database:database'; there is data of"):
        relation.data('web/2')


def test_what_is_returned_is_no_door_to_the_model(pair):
    pair.relation.databags['web']['key'] = 'value'
    assert 'key' not in pair.relation.data('web')


def test_a_suspended_relation(played):
    assert not played.offered.suspended
    played.databases.suspend_relation(played.offered)
    played.databases.settle()
    assert played.offered.suspended
    assert played.relation.suspended
    assert played.offered.members[played.proxy] == ()
    assert repr(played.offered) == f'<RelationView 1 {played.offered.key}, suspended>'
