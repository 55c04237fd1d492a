"""Views of secrets show times, readers, observers, revisions, and content that Juju cannot decode."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets import FakeModel, GrantView, JujuError, UsageError

from .charms import charm, meta

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


# --- times and revisions


def test_every_time_of_a_secret_and_its_revisions(model, db):
    with db.leader.hook() as hook:
        secret = hook.add_secret({'key': 'one'}, rotate='daily', expire=START + 9 * DAY)
    view = secret.view
    added = model.now
    model.advance(hours=1)
    secret.set_content({'key': 'two'})
    assert (view.created, view.updated) == (added, model.now)
    assert view.next_rotation == added + DAY
    assert view.expires == view.revisions[2].expires
    assert not view.auto_prune
    assert [(revision.number, revision.created, revision.backend) for revision in view.revisions.values()] == [
        (1, added, 'internal'),
        (2, model.now, 'internal'),
    ]
    assert [dict(revision.content) for revision in view.revisions.values()] == [{'key': 'one'}, {'key': 'two'}]


def test_a_checksum_tells_whether_content_is_the_same(model, db):
    with db.leader.hook() as hook:
        one, other = hook.add_secret({'key': 'one'}), hook.add_secret({'key': 'one'})
    one.set_content({'key': 'two'})
    first, second = (revision.checksum for revision in one.view.revisions.values())
    assert first != second
    assert first == other.view.revisions[1].checksum
    model.add_secret('token', {'key': 'two'})
    assert second == model.show_secret('token', reveal=True).checksum


def test_a_user_has_juju_prune(fake_model):
    uri = fake_model.add_secret('token', {'token': 'value'})
    assert not fake_model.secret(uri).auto_prune
    fake_model.update_secret(uri, auto_prune=True)
    assert fake_model.secret(uri).auto_prune


def test_a_revision_is_as_it_was_when_it_was_asked_for(pair):
    revision = pair.secret.revisions[1]
    pair.model.advance_to_next('secret-rotate')
    pair.model.settle()
    assert not revision.obsolete
    assert revision.content == {'password': 'one'}


# --- access


def test_readers_are_the_owners_units_and_those_with_a_grant(pair):
    assert pair.secret.readers == ('database/0', 'database/1', 'web/0', 'web/1')
    pair.model.add_unit('web')
    assert pair.secret.readers[-1] == 'web/2'
    pair.model.remove_relation('web', 'database')
    pair.model.settle()
    assert pair.secret.readers == ('database/0', 'database/1')


def test_a_secret_of_a_unit_is_for_that_unit_and_those_it_is_granted_to(model, db):
    with db.units[1].hook() as hook:
        secret = hook.add_secret({'key': 'value'}, owner='unit')
        assert not secret.view.exists
        secret.grant(model.relation('db:database', 'web'), unit='web/1')
    assert set(secret.view.readers) == {'db/1', 'web/1'}
    assert secret.view.access == (GrantView('web/1', 'web:database db:database', 'view'),)
    assert secret.view.grants == {'web/1': 'web:database db:database'}


def test_a_users_secret_is_granted_within_the_model(pair):
    uri = pair.model.add_secret('token', {'token': 'value'})
    secret = pair.model.secret(uri)
    assert (secret.readers, secret.grants) == ((), {})
    pair.model.grant_secret(uri, 'web')
    assert secret.readers == ('web/0', 'web/1')
    assert secret.grants == {'web': '<model>'}


def test_units_of_another_model_are_readers_unless_the_relation_is_suspended(played):
    secret = played.add_secret()
    assert secret.view.readers == ('database/0', f'{played.proxy}/0', f'{played.proxy}/1')
    played.databases.suspend_relation(played.offered)
    assert secret.view.readers == ('database/0',)
    assert list(secret.view.grants) == [played.proxy]
    played.databases.resume_relation(played.offered)
    played.read(secret.id)
    assert secret.view.tracked_by.keys() <= set(secret.view.readers)


# --- content that is no base64


@pytest.fixture
def broken(fake_model: FakeModel):
    """A secret whose first revision holds, beside another, a value that Juju stores and cannot decode."""

    fake_model.deploy(charm(), 'app', meta=meta())
    fake_model.settle()
    fake_model.exec("secret-add --owner unit --label broken user=me 'password#base64=!!'", unit='app/0')
    return fake_model.secret(label='broken')


def test_a_value_that_juju_cannot_decode_is_refused_and_no_other(broken):
    content = broken.content
    assert (list(content), len(content), 'password' in content, 'other' in content) == (
        ['user', 'password'],
        2,
        True,
        False,
    )
    assert content['user'] == 'me'
    assert content.get('other') is None
    with pytest.raises(KeyError):
        _ = content['other']
    with pytest.raises(UsageError) as wrong:
        _ = content['password']
    assert str(wrong.value) == (
        "the value of 'password' in revision 1 of app/0/broken was stored as base64 and is none, so that no unit can read "
        'the content (illegal base64 data at input byte 0); store another through its owner'
    )
    assert repr(content) == '<content of revision 1 of app/0/broken: user, password>'


def test_another_revision_of_that_secret_can_be_read(broken, fake_model):
    fake_model.exec(f'secret-set {broken.id} password=good', unit='app/0')
    assert broken.content == {'password': 'good'}
    assert list(broken.revisions[1].content) == ['user', 'password']
    assert broken.revisions[1].checksum != broken.revisions[2].checksum


def test_everything_else_about_that_secret_is_shown(broken, fake_model):
    assert (broken.readers, broken.latest_revision, broken.owner) == (('app/0',), 1, 'app/0')
    assert fake_model.unit('app/0').state.secrets == frozenset()
    with pytest.raises(JujuError, match='illegal base64 data at input byte 0'):
        fake_model.show_secret(broken.id, reveal=True)


def test_a_unit_may_read_what_it_is_among_the_readers_of(pair):
    units = (*pair.model.units, 'other/0')
    assert tuple(filter(pair.secret.may_be_read_by, units)) == pair.secret.readers
