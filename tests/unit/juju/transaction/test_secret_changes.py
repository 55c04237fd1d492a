"""Commits that are refused because something was removed by force while the hook ran: the model removes nothing like that."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets.juju import operations, relations
from pytest_charmsecrets.juju.agent_state import LocalRelation
from pytest_charmsecrets.juju.clock import Clock
from pytest_charmsecrets.juju.hooks import Hook
from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes
from pytest_charmsecrets.juju.state import CharmMetadata, EndpointMetadata
from pytest_charmsecrets.juju.transaction import HookContext, commit
from pytest_charmsecrets.juju.versions import profile_for
from pytest_charmsecrets.juju.world import World

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
CHANGED = 'granting secrets access: cannot change access to "{uri}" for '
GOES = {
    ('3.6.14', 'relation'): CHANGED
    + '"application-web": invalid scope reference: relation "web:database db:database" not found',
    ('3.6.14', 'unit'): CHANGED + '"unit-web-0": invalid subject reference: unit "web/0" not found',
    ('4.0.5', 'relation'): CHANGED + '"application-web": getting regular relation by key: relation not found',
    ('4.0.5', 'unit'): CHANGED + '"unit-web-0": unit "web/0" not found',
    ('4.0.14', 'relation'): 'granting secrets access: getting regular relation by key: relation not found',
    ('4.0.14', 'unit'): 'granting secrets access: unit "web/0" not found',
}


@pytest.mark.parametrize(('version', 'what'), GOES)
def test_access_is_granted_over_or_to_what_has_gone(version, what):
    world = World(profile=profile_for(version), seed=0, clock=Clock(START))
    for name, role in (('db', 'provider'), ('web', 'requirer')):
        metadata = CharmMetadata(name, endpoints={'database': EndpointMetadata('database', role, 'sql')})
        operations.deploy(world, metadata, None, num_units=1, config=None, cloud='machine')
    relation = operations.integrate(world, 'web', 'db')
    for unit in ('db/0', 'web/0'):
        relations.enter_scope(relation, world.unit(unit), world.changes)
    entered = {relation.id: LocalRelation(created=True)}

    hook = HookContext(world, 'db/0', Hook('start'), entered)
    uri = hook.secret_add('unit', SecretAttributes(content={'key': 'dmFsdWU='}))
    assert commit(hook).error is None

    hook = HookContext(world, 'db/0', Hook('config-changed'), entered)
    if what == 'relation':
        hook.secret_grant(uri, relation.id, None)
        del world.relations[relation.id]
    else:
        hook.secret_grant(uri, relation.id, 'web/0')
        del world.applications['web'].units['web/0']
    assert commit(hook).error == GOES[version, what].format(uri=uri)
