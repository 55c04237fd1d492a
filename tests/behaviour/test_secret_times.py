"""When a secret was created and updated, expires and rotates."""

from __future__ import annotations

import datetime

import ops
import pytest

from pytest_charmsecrets import HookFailed

from .charms import charm, meta, prune

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
HOUR = datetime.timedelta(hours=1)


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
        start=lambda self, _: self.app.add_secret({'key': 'one'}, rotate=ops.SecretRotate.HOURLY),
        secret_rotate=rotate,
        secret_remove=prune,
    )
    model.deploy(begins, meta=meta())
    model.settle()
    model.advance(minutes=60)
    assert model.secret().next_rotation == START + datetime.timedelta(minutes=planned)


@pytest.mark.parametrize('version', ('3.6.14',))
def test_the_expiry_of_a_revision_that_is_gone_cannot_be_set(hook):
    with hook() as opened:
        secret = opened.add_secret({'key': 'one'})
    secret.set_content({'key': 'two'})
    secret.remove_revision(2)
    uri = f'secret:{secret.view.unique_identifier}'

    def expire():
        with hook() as opened:
            opened.command('secret-set', uri, '--expire', '1h', '--label', 'new')

    with pytest.raises(HookFailed, match=f'reversion 2 for secret "{uri}" not found'):
        expire()
    assert (secret.view.expires, secret.view.label) == (None, None)
    with hook() as opened:
        opened.command('secret-set', uri, 'key=three', '--expire', '1h')
    assert secret.view.expires is not None


@pytest.mark.parametrize('version', ('4.0.14',))
def test_an_expiry_is_forgotten_that_went_before_the_agent_heard_of_it(model, hook):
    with hook() as opened:
        secret = opened.add_secret({'key': 'one'})
    secret.set_content({'key': 'two'})
    secret.set_info(expire=model.now.replace(hour=1))
    secret.remove_revision(2)
    assert 'db/0 secret-expired' not in [str(run) for run in model.advance(days=1)]
