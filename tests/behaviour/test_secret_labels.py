"""Which labels may be used, by owners and observers, and when they are free again."""

from __future__ import annotations

import pytest

from pytest_charmsecrets import HookFailed, JujuError


def refusal(unit, *argv):
    with unit.hook() as hook:
        try:
            hook.command(*argv)
        except JujuError as error:
            return str(error)


@pytest.mark.parametrize('version', ('3.6.14',), indirect=True)
def test_a_read_that_gives_a_label_is_refused_by_the_labels_of_the_family(model, db, secret):
    leader, follower = db.units
    with follower.hook() as hook:
        hook.add_secret({'key': 'value'}, label='a.b', owner='unit')
    with leader.hook() as hook:
        mine = hook.add_secret({'key': 'value'}, label='mine', owner='unit').id
        hook.add_secret({'key': 'value'}, label='other', owner='unit')
    token = model.add_secret('token', {'key': 'value'})
    model.grant_secret('token', 'db')
    model.exec('secret-get', token, '--label', 'token', unit=leader.name)
    assert refusal(leader, 'secret-get', secret.id, '--label', 'a.b') == (
        r'secret label "a\\.b" for a unit of application "db" already exists'
    )
    assert refusal(follower, 'secret-get', token, '--label', 'one') == (
        'getting latest secret revision: secret label "one" for application "db" already exists'
    )
    assert refusal(leader, 'secret-get', mine, '--label', 'token') == (
        'secret label "token" for consumer "unit-db-0" already exists'
    )
    assert refusal(leader, 'secret-get', mine, '--label', 'other') == (
        'secret label "other" for owner "unit-db-0" already exists'
    )
    assert refusal(leader, 'secret-get', token, '--label', 'other') == (
        'getting latest secret revision: secret label "other" for owner "unit-db-0" already exists'
    )


@pytest.mark.parametrize('version', ('3.3.0', '3.6.14', '4.0.14'), indirect=True)
def test_labels_go_with_the_application(model):
    for _ in range(2):
        db = model.deploy_puppet('db')
        model.settle()
        with db.leader.hook() as hook:
            secret = hook.add_secret({'key': 'value'}, label='first')
        secret.set_info(label='second')
        model.remove_application('db')
        model.settle()
    assert model.secrets() == ()


@pytest.mark.parametrize('bugs', (['labels_are_patterns'],))
@pytest.mark.parametrize('version', ('3.1.6', '3.4.2'))
def test_a_label_that_is_no_pattern_is_refused_where_labels_are_patterns(hook):
    def add():
        with hook() as opened:
            opened.add_secret({'key': 'value'}, label='fine', owner='unit')
            opened.add_secret({'key': 'value'}, label='(')

    with pytest.raises(HookFailed, match=r'[Rr]egular'):
        add()


@pytest.mark.parametrize('version', ('4.0.14',))
def test_an_observer_has_one_secret_for_each_label_of_its_own(model, hook):
    one, two = (model.add_secret(name, {'key': name}) for name in ('one', 'two'))
    model.grant_secret(one, 'db')
    model.grant_secret(two, 'db')
    with hook() as opened:
        opened.get_secret(one, label='mine')
        with pytest.raises(JujuError, match='UNIQUE constraint failed'):
            opened.get_secret(two, label='mine')


@pytest.mark.parametrize('version', ('3.1.5', '3.6.8'))
def test_a_label_that_the_hook_has_just_set_leads_to_the_secret(hook):
    with hook() as opened:
        uri = opened.add_secret({'key': 'one'}).id
    with hook() as opened:
        opened.command('secret-set', uri, '--label', 'new')
        opened.command('secret-set', uri, '--description', 'later')
        assert opened.get_secret(label='new') == {'key': 'one'}
