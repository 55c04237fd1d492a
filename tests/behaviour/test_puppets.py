"""Puppets: applications that a test plays itself, through hook commands."""

from __future__ import annotations

import datetime

import ops

from pytest_charmsecrets import HookRun

from .charms import Web


def test_a_puppet_acts_through_hook_commands_like_a_charm(play):
    played = play(Web)
    with played.puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'}, label='mine', description='about it')
        assert hook.get_secret(label='mine') == {'password': 'one'}
        secret.grant(played.relation)
        hook.relation_set(played.relation, {'secret-id': secret.id}, app=True)
        hook.relation_set(played.relation, {'hello': 'world'})
        hook.set_status('active', 'ready')
        assert hook.relation_get(played.relation, 'puppet/0')['hello'] == 'world'
        assert 'secret-id' not in played.relation.data('puppet')
        assert hook.command('is-leader').strip() == 'True'
    assert played.relation.data('puppet') == {'secret-id': secret.id}
    played.model.settle()
    assert played.app.units[0].status == ops.ActiveStatus('a password of 3 characters')


def test_a_puppets_secret_can_be_changed_granted_revoked_pruned_and_removed(play):
    played = play(Web)
    with played.puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'}, expire=datetime.timedelta(days=1), rotate='daily')
    assert secret.view.expires == played.model.now + datetime.timedelta(days=1)
    secret.set_content({'password': 'two'})
    secret.set_info(label='mine', description='about it', rotate='never')
    assert (secret.view.label, secret.view.description, secret.view.rotation) == ('mine', 'about it', 'never')
    secret.grant(played.relation)
    assert secret.view.grants['web'] == played.relation.key
    secret.revoke(played.relation)
    assert secret.view.grants == {}
    secret.remove_revision(1)
    assert secret.revisions == [2]
    secret.remove_all_revisions()
    assert not secret.view.exists


def test_a_puppets_secret_acts_in_another_hook_of_its_manager_that_is_open(play):
    played = play(Web)
    with played.puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
    with played.puppet.leader.hook() as hook:
        secret.set_content({'password': 'two'})
        hook.relation_set(played.relation, {'told': 'yes'}, app=True)
        assert secret.revisions == [1]
    assert secret.revisions == [1, 2]


def test_each_call_outside_a_hook_is_a_hook_of_its_own(play):
    played = play(Web)
    with played.puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
    before = len(played.model.journal)
    secret.set_content({'password': 'two'})
    secret.set_content({'password': 'three'})
    runs = [one for one in list(played.model.journal)[before:] if isinstance(one, HookRun)]
    assert [run.unit for run in runs] == ['puppet/0', 'puppet/0']


def test_a_puppets_unit_can_own_a_secret_and_manages_it_itself(fake_model):
    puppet = fake_model.deploy_puppet('puppet', num_units=2)
    fake_model.settle()
    with puppet.units[1].hook() as hook:
        secret = hook.add_secret({'key': 'one'}, owner='unit')
    secret.set_content({'key': 'two'})
    assert secret.view.owner == 'puppet/1'
    assert secret.revisions == [1, 2]
