"""Operations of a user while a unit runs a hook, and their effect on the pending changes of the hook."""

from __future__ import annotations

import pytest

from pytest_charmsecrets import FakeModel, HookFailed, JujuError

VERSIONS = ('3.6.14', '4.0.5', '4.0.14')


@pytest.fixture(params=VERSIONS)
def version(request):
    return request.param


@pytest.fixture
def model(version):
    with FakeModel(version) as model:
        yield model


@pytest.fixture
def db(model):
    db = model.deploy_puppet('db', provides={'database': 'sql', 'other': 'sql'}, num_units=2)
    model.deploy_puppet('web', requires={'database': 'sql', 'second': 'sql'}, num_units=2)
    model.integrate('db:database', 'web:database')
    model.settle()
    return db


@pytest.fixture
def secret(db):
    with db.leader.hook() as hook:
        return hook.add_secret({'key': 'value'}, label='one')


def refusal(unit, meanwhile, *commands):
    """Return how the commit of a hook is refused that runs commands before and after something happens, or None."""
    try:
        with unit.hook() as hook:
            for argv in commands:
                hook.command(*argv)
            meanwhile()
    except HookFailed as failed:
        return failed.juju_error
    return None


LOST = {
    '3.6.14': 'creating secrets: "db/0" is not leader of "db"',
    '4.0.5': 'creating secrets: lease not held',
    '4.0.14': 'checking lease token: lease not held',
}
DYING_RELATION = (
    'granting secrets access: cannot change access to "{uri}" for "application-web": cannot grant access to secret in '
    'scope of "relation-web.database#db.database" which is not alive'
)
DYING_UNIT = (
    'granting secrets access: cannot change access to "{uri}" for "unit-web-1": cannot grant dying "unit-web-1" access to '
    'secret'
)


def test_the_leader_loses_leadership_before_its_secret_is_created(model, db, version):
    add = ('secret-add', 'key=value')
    assert refusal(db.units[0], lambda: model.set_leader('db/1'), add) == LOST[version]
    assert model.secrets() == ()


def test_the_relation_ends_before_access_is_granted(model, db, secret, version):
    grant = ('secret-grant', secret.id, '-r', '1')
    error = refusal(db.units[0], lambda: model.remove_relation('db:database', 'web'), grant)
    assert error == (DYING_RELATION.format(uri=secret.id) if version.startswith('3') else None)
    assert list(secret.view.grants) == ([] if error else ['web'])


def test_the_unit_goes_that_is_granted_access(model, db, secret, version):
    grant = ('secret-grant', secret.id, '-r', '1', '--unit', 'web/1')
    error = refusal(db.units[0], lambda: model.remove_unit('web/1'), grant)
    assert error == (DYING_UNIT.format(uri=secret.id) if version.startswith('3') else None)


def test_a_user_changes_config_and_scale(model, db, secret):
    with db.units[0].hook() as hook:
        model.add_unit('web')
        model.integrate('db:other', 'web:second')
        assert hook.command('relation-ids', 'other') == ''
    model.settle()
    with db.units[0].hook() as hook:
        assert hook.command('relation-ids', 'other') != ''


@pytest.mark.parametrize('version', ('3.6.14', '4.0.14'), indirect=True)
def test_a_user_s_secret_is_there_at_once(model, db):
    with db.leader.hook() as hook:
        uri = model.add_secret('token', {'key': 'one'})
        model.grant_secret('token', 'db')
        assert hook.get_secret(uri) == {'key': 'one'}
        model.update_secret('token', {'key': 'two'})
        assert hook.get_secret(uri) == {'key': 'one'}
        assert hook.get_secret(uri, peek=True) == {'key': 'two'}


def test_a_hook_knows_its_secrets_as_they_were_when_it_first_asked(model, db, secret):
    with db.leader.hook() as hook:
        ids = hook.command('secret-ids')
        model.set_leader('db/1')
        assert hook.command('secret-ids') == ids == f'{secret.view.unique_identifier}\n'
        assert 'label: one' in hook.command('secret-info-get', '--label', 'one')
    with db.units[0].hook() as hook:
        assert hook.command('secret-ids') == ''


def test_leadership_that_is_gained_during_a_hook_shows_in_the_next_one(fake_model):
    db = fake_model.deploy_puppet('db', num_units=2)
    fake_model.settle()
    with db.units[1].hook() as hook:
        with pytest.raises(JujuError, match='this unit is not the leader'):
            hook.command('secret-add', 'key=value')
        fake_model.set_leader('db/1')
        assert hook.command('is-leader') == 'False\n'
        with pytest.raises(JujuError, match='this unit is not the leader'):
            hook.command('secret-add', 'key=value')
    with db.units[1].hook() as hook:
        assert hook.command('is-leader') == 'True\n'


def test_leadership_that_is_gained_before_a_hook_asks_shows_at_once(fake_model):
    db = fake_model.deploy_puppet('db', num_units=2)
    fake_model.settle()
    with db.units[1].hook() as hook:
        fake_model.set_leader('db/1')
        assert hook.command('is-leader') == 'True\n'
