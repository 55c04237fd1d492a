"""What the model keeps of a secret and of its labels and grants, and gives back when a transaction fails."""

from __future__ import annotations

import datetime

import ops
import pytest

from pytest_charmsecrets import FakeModel, HookFailed, JujuError

from .charms import charm, meta

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(params=('3.6.14', '4.0.14'))
def version(request):
    return request.param


@pytest.fixture
def model(version):
    with FakeModel(version, start=START) as model:
        yield model


@pytest.fixture
def db(model):
    db = model.deploy_puppet('db', provides={'database': 'sql', 'other': 'nosql'}, num_units=2)
    model.deploy_puppet('web', requires={'database': 'sql', 'other': 'nosql'}, num_units=2)
    model.relation = model.integrate('db:database', 'web')
    model.second = model.integrate('db:other', 'web')
    model.settle()
    return db


@pytest.fixture
def secret(db):
    with db.leader.hook() as hook:
        return hook.add_secret({'key': 'one'}, label='one')


def run(unit, *commands):
    with unit.hook() as hook:
        for argv in commands:
            hook.command(*argv)


def refusal(unit, *argv):
    with unit.hook() as hook:
        try:
            hook.command(*argv)
        except JujuError as error:
            return str(error)


# --- times


def test_when_a_secret_was_created_and_updated(model, secret):
    show = model.user().show_secret
    assert (show('one').created, show('one').updated) == (START, START)
    model.advance(hours=1)
    secret.set_info(description='text')
    assert (show('one').created, show('one').updated) == (START, START + HOUR)
    model.advance(hours=1)
    secret.set_content({'key': 'two'})
    assert show('one').updated == START + 2 * HOUR
    assert [revision.created for revision in secret.view.revisions.values()] == [START, START + 2 * HOUR]


def test_the_expiry_is_that_of_the_revision_which_is_the_latest(model, secret, version):
    secret.set_info(expire=START + HOUR)
    secret.set_content({'key': 'two'})
    assert secret.view.expires is None
    secret.remove_revision(2)
    model.settle()
    assert secret.view.expires == (START + HOUR if version == '4.0.14' else None)


@pytest.mark.parametrize('version', ('3.6.14',), indirect=True)
def test_a_secret_that_is_gone_does_not_rotate(model, db):
    with db.leader.hook() as hook:
        secret = hook.add_secret({'key': 'one'}, rotate='hourly')
    model.settle()
    secret.remove_all_revisions()
    assert model.advance(days=1) == ()


@pytest.mark.parametrize(('expiry', 'planned'), ((66, 65), (119, 65), (65, 120), (120, 120), (121, 120)))
def test_a_secret_that_expires_before_its_next_rotation_rotates_soon_again(model, expiry, planned):
    """The first rotation is after 60 minutes; the next at 120, or at 65 if the secret expires between the two."""

    def rotate(self, event):
        event.secret.set_content({'key': 'two'})
        event.secret.set_info(expire=START + datetime.timedelta(minutes=expiry))

    begins = charm(
        start=lambda self, _: self.app.add_secret({'key': 'one'}, rotate=ops.SecretRotate.HOURLY), secret_rotate=rotate
    )
    model.deploy(begins, meta=meta())
    model.settle()
    model.advance(minutes=60)
    assert model.secret().rotates == START + datetime.timedelta(minutes=planned)


# --- labels


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
    run(leader, ('secret-get', token, '--label', 'token'))
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


# --- grants


def test_what_a_unit_was_granted_goes_with_it(model, db, secret):
    secret.grant(model.relation, unit='web/1')
    secret.grant(model.relation, unit='web/0')
    assert list(secret.view.grants) == ['web/1', 'web/0']
    model.remove_unit('web/1')
    model.settle()
    assert list(secret.view.grants) == ['web/0']


@pytest.mark.parametrize('version', ('3.1.2',), indirect=True)
def test_a_read_leaves_alone_what_others_track(model, db, secret):
    secret.grant(model.relation)
    one, two = (f'web/{number}' for number in (0, 1))
    model.exec('secret-get', secret.id, unit=one)
    secret.set_content({'key': 'two'})
    model.exec('secret-get', secret.id, unit=two)
    assert secret.tracked_by == {one: 1, two: 2}
    assert not any(revision.obsolete for revision in secret.view.revisions.values())


# --- a transaction that fails


@pytest.mark.parametrize('version', ('4.0.14',), indirect=True)
@pytest.mark.parametrize('what', ('label', 'grant'))
def test_a_failed_transaction_of_4_0_leaves_nothing_behind(model, db, secret, what):
    with db.leader.hook() as hook:
        last = hook.add_secret({'key': 'value'}, label='last')
        last.grant(model.relation)
    secret.grant(model.relation, unit='web/0')
    model.exec('secret-get', secret.id, unit='web/0')
    secret.set_content({'key': 'two'})
    model.settle()

    def look():
        view = secret.view
        kept = (view.label, view.description, view.rotation, view.expires, view.tracked_by, view.grants, view.content)
        return kept, repr(view.revisions), model.due, [one.id for one in model.secrets()]

    before = look()
    fails = {
        'label': ('secret-set', last.id, '--label', 'added'),
        'grant': ('secret-grant', last.id, '-r', str(model.second.id)),
    }
    with pytest.raises(HookFailed, match=r'label "added" already exists|cannot change scope or subject type'):
        run(
            db.leader,
            ('secret-add', 'key=new', '--label', 'added'),
            ('secret-add', 'key=new', '--label', 'added, too', '--owner', 'unit'),
            ('secret-set', secret.id, 'key=three', '--label', 'another', '--rotate', 'daily', '--expire', '1h'),
            ('secret-grant', secret.id, '-r', str(model.relation.id), '--unit', 'web/1'),
            fails[what],
        )
    assert look() == before
    assert model.settle() == ()
    run(db.leader, *(('secret-add', 'key=new', '--label', label) for label in ('added', 'added, too', 'another')))
    with pytest.raises(HookFailed, match='secret with label "one" already exists'):
        run(db.leader, ('secret-add', 'key=new', '--label', 'one'))
