"""Endpoints, members and databags of relations (``juju/relations.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.juju import relations
from pytest_charmsecrets.juju.relations import Bag, RelationEndpoint
from pytest_charmsecrets.juju.state import EndpointMetadata


def endpoint(application, role, **facts):
    return RelationEndpoint(application, EndpointMetadata('database', role, 'sql', **facts))


def test_a_relation_is_named_with_the_requirer_first():
    made = relations.make_relation(1, endpoint('db', 'provider'), endpoint('web', 'requirer'))
    assert (made.key, made.tag) == ('web:database db:database', 'relation-web.database#db.database')


def test_a_bag_counts_changes_and_an_empty_value_deletes():
    bag = Bag()
    assert [bag.write({'a': '1'}), bag.write({'a': '1'}), bag.write({'a': ''})] == [True, False, True]
    assert (bag.values, bag.version) == ({}, 2)


def test_a_unit_that_enters_has_its_addresses_in_its_bag(make_pair):
    world = make_pair()
    address = world.unit('web/0').address
    assert world.relations[1].unit_data['web/0'].values == {
        'egress-subnets': f'{address}/32',
        'ingress-address': address,
        'private-address': address,
    }


def test_members_are_the_units_of_the_other_side_that_are_in_scope(make_pair):
    world = make_pair()
    relations.leave_scope(world.relations[1], 'web/0', world.changes)
    assert world.relations[1].remote_members('db/0') == ('web/1',)


def test_in_a_relation_of_container_scope_a_unit_sees_its_counterpart_alone(make_pair):
    world = make_pair()
    made = relations.make_relation(
        2, endpoint('db', 'provider', scope='container'), endpoint('web', 'requirer', scope='container')
    )
    for number in (0, 1):
        world.unit(f'web/{number}').principal = f'db/{number}'
    for unit in world.units():
        relations.enter_scope(made, unit, world.changes)
    assert made.remote_members('db/1') == ('web/1',)


def test_a_dying_relation_is_over_when_its_last_unit_has_left(make_pair):
    world = make_pair()
    relation = world.relations[1]
    relation.life = 'dying'
    over = []
    for unit in ('db/0', 'db/1', 'web/0', 'web/1'):
        relations.leave_scope(relation, unit, world.changes)
        over.append(relations.is_over(relation))
    assert over == [False, False, False, True]


def test_who_writes_tells_the_other_side_alone(make_pair):
    world = make_pair()
    relations.note_written_by(world.relations[1], 'db', world.changes)
    assert [change.subject for change in world.changes] == ['web']


@pytest.mark.parametrize(
    ('entity', 'is_leader', 'readable'),
    (('web', False, True), ('db', True, True), ('db', False, False), ('other', True, False), ('web/7', True, False)),
)
def test_the_leader_alone_reads_its_own_applications_bag(make_pair, entity, is_leader, readable):
    relation = make_pair().relations[1]
    if readable:
        assert relations.readable_bag(relation, 'db/0', entity, is_leader=is_leader).values == {}
        return
    with pytest.raises(JujuError):
        relations.readable_bag(relation, 'db/0', entity, is_leader=is_leader)
