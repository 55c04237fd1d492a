"""Removal of units, relations and applications, and what it ends (``juju/lifecycle.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.juju import lifecycle
from pytest_charmsecrets.juju.secrets import access, consumption
from pytest_charmsecrets.juju.secrets.entities import Owner


def test_the_first_unit_leads_and_numbers_are_never_used_again(make_world, deploy):
    world = make_world()
    deploy(world, 'db')
    lifecycle.force_unit_removal(world, world.unit('db/1'))
    added = lifecycle.add_unit(world, world.applications['db'])
    assert (world.applications['db'].leader, added.name) == ('db/0', 'db/2')


def test_a_dying_unit_is_there_until_its_agent_has_finished(make_pair):
    world = make_pair()
    lifecycle.begin_unit_removal(world, world.unit('db/0'))
    assert world.unit('db/0').life == 'dying'
    lifecycle.finish_unit_removal(world, world.unit('db/0'))
    assert (world.find_unit('db/0'), world.applications['db'].leader) == (None, 'db/1')


def test_a_unit_goes_with_its_secrets_its_records_and_its_grants(make_pair, add_secret):
    world = make_pair()
    add_secret(world.secrets, Owner('unit', 'web/0'))
    secret = add_secret(world.secrets)
    consumption.read(world.secrets, secret, 'web/0', refresh=False, peek=False, label=None)
    access.grant(world.secrets, secret, subject_tag='unit-web-0', scope_tag='relation-1', role='view')
    lifecycle.force_unit_removal(world, world.unit('web/0'))
    assert (list(world.secrets), secret.consumers, list(secret.permissions)) == ([secret], {}, ['application-db'])


def test_a_relation_goes_with_its_grants_and_leaves_secrets_and_records(make_pair, add_secret):
    world = make_pair()
    secret = add_secret(world.secrets)
    consumption.read(world.secrets, secret, 'web/0', refresh=False, peek=False, label=None)
    access.grant(world.secrets, secret, subject_tag='application-web', scope_tag=world.relations[1].tag, role='view')
    lifecycle.force_relation_removal(world, world.relations[1])
    assert (world.relations, list(secret.permissions), list(secret.consumers)) == ({}, ['application-db'], ['web/0'])


@pytest.mark.parametrize(('version', 'lasts'), (('3.1.2', False), ('3.6.14', True)))
def test_the_secrets_of_an_application_go_with_it_or_when_it_begins_to_go(make_pair, add_secret, version, lasts):
    world = make_pair(version, bugs='as-shipped')
    secret = add_secret(world.secrets)
    lifecycle.begin_application_removal(world, world.applications['db'])
    assert (world.secrets.get(secret.id) is not None) == lasts
    lifecycle.force_application_removal(world, world.applications['db'])
    assert ('db' in world.applications, list(world.secrets)) == (False, [])


def test_the_agent_sets_the_status_around_hooks_until_the_charm_does(make_pair):
    world = make_pair()
    unit = world.unit('db/0')
    lifecycle.note_hook_begins(world, unit, 'install')
    assert (unit.status.name, unit.status.message) == ('maintenance', 'installing charm software')
    unit.status_was_set = True
    lifecycle.note_hook_succeeded(world, unit, 'start')
    assert unit.status.name == 'maintenance'
