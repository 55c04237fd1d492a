"""User secrets, and the access that each operation takes (``juju/user_secrets.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.errors import JujuError, UsageError
from pytest_charmsecrets.juju import shown_secrets, user_secrets
from pytest_charmsecrets.juju.secrets import access
from pytest_charmsecrets.juju.user_secrets import NEEDED_ACCESS, User


@pytest.fixture
def user(make_pair):
    return User(make_pair())


def add(user, name='token'):
    uri = user_secrets.add(user, name, {'key': 'value'}, info=None)
    return user.world.secrets.get(uri.id)


def update(user, **changes):
    user_secrets.update(user, 'token', **{'values': {}, 'info': None, 'name': None, 'auto_prune': None, **changes})


@pytest.mark.parametrize(
    ('level', 'refused'),
    (('admin', set()), ('write', {'show-secret --reveal'}), ('read', {*NEEDED_ACCESS} - {'secrets', 'show-secret'})),
)
def test_each_level_of_access_includes_those_before_it(make_pair, level, refused):
    user = User(make_pair(), level)
    assert {command for command in NEEDED_ACCESS if not user.may(command)} == refused


def test_there_are_no_user_secrets_before_3_3(make_pair):
    with pytest.raises(UsageError, match=r'they came with 3\.3\.0'):
        add(User(make_pair('3.1.10')))


def test_a_name_is_taken_once(user):
    add(user)
    with pytest.raises(JujuError, match='secret with name "token" already exists'):
        add(user)


def test_equal_content_makes_no_revision(user):
    secret = add(user)
    update(user, values={'key': 'value'})
    update(user, values={'key': 'other'})
    assert secret.latest_revision == 2


def test_an_application_reads_while_it_is_granted(user):
    secret = add(user)
    user_secrets.grant(user, 'token', ['web'])
    assert access.may_read(secret, 'web/1')
    user_secrets.revoke(user, 'token', ['web'])
    assert not access.may_read(secret, 'web/1')


def test_those_that_can_be_granted_access_are_although_others_cannot(user):
    secret = add(user)
    with pytest.raises(JujuError, match=r'failed to grant/revoke secret: .* application "gone" not found'):
        user_secrets.grant(user, 'token', ['gone', 'web'])
    assert access.may_read(secret, 'web/0')


def test_a_charms_secret_is_not_a_users_to_remove(user, add_secret):
    secret = add_secret(user.world.secrets)
    with pytest.raises(JujuError, match='permission denied'):
        user_secrets.remove(user, secret.id, revision=None)


def test_a_charms_secret_is_shown_by_its_label(user, add_secret):
    secret = add_secret(user.world.secrets, label='password')
    assert [one.secret for one in shown_secrets.show(user, 'password', reveal=True)] == [secret]
