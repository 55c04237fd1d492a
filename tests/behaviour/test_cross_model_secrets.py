"""Secrets between two models: granting, reading, following, and what is denied."""

from __future__ import annotations

from typing import Any

import ops
import pytest

from pytest_charmsecrets import HookFailed, JujuError, Puppet, RelationView

from .charms import StubbornWeb
from .two_models import play_two_models, uuid_of


def test_a_unit_reads_what_another_model_shares_and_is_counted_there(share):
    models = share()
    assert models.web.units[0].status == ops.ActiveStatus('a password of 3 characters')
    assert models.secret.grants == {models.proxy: models.offered.key}
    assert models.secret.tracked_by == {f'{models.proxy}/0': 1}
    assert models.apps.secrets() == ()


def test_a_rotation_reaches_the_observers_in_the_other_model_and_frees_the_old_revision(share, ran):
    models = share(num_units=2)
    hooks = ran(models.databases.advance(days=31))
    assert hooks == [
        'database/0 secret-rotate',
        'web/0 secret-changed',
        'web/1 secret-changed',
        'database/0 secret-remove',
    ]
    (changed, _) = models.apps.journal.hooks(name='secret-changed')
    assert (changed.secret, changed.label) == (models.secret.id, 'from-database')
    assert [unit.status.message for unit in models.web.units] == ['a password of 3 characters'] * 2
    assert models.secret.tracked_by == {f'{models.proxy}/0': 2, f'{models.proxy}/1': 2}
    assert list(models.secret.revisions) == [2]


# The charm is stubborn on purpose.
@pytest.mark.charmsecrets(allow=['stale-observer:unit:web/0'])
def test_an_observer_that_does_not_move_keeps_its_revision_in_the_other_model(share):
    models = share(StubbornWeb)
    models.apps.advance(days=31)
    assert models.secret.tracked_by == {f'{models.proxy}/0': 1}
    assert not models.secret.revisions[1].obsolete
    assert models.web.units[0].status == ops.ActiveStatus('a password of 3 characters')


# The charm is stubborn on purpose, so that two revisions are to be seen.
@pytest.mark.charmsecrets(allow=['stale-observer:unit:web/0'])
def test_the_state_of_a_unit_shows_the_secrets_of_the_other_model(share):
    models = share(StubbornWeb)
    models.apps.advance(days=31)
    (secret,) = models.web.units[0].state.secrets
    assert (secret.id, secret.label, secret.owner) == (models.secret.id, 'from-database', None)
    assert (secret.tracked_content, secret.latest_content) == ({'password': 'one'}, {'password': 'two'})
    models.databases.exec('secret-revoke', models.secret.id, '--relation', '1', unit='database/0')
    assert list(models.web.units[0].state.secrets) == []


def test_peek_refresh_and_labels_work_as_within_a_model(played):
    secret = played.add_secret()
    assert played.read(secret.id, label='mine') == {'password': 'one'}
    secret.set_content({'password': 'two'})
    assert played.read(label='mine') == {'password': 'one'}
    assert played.read(label='mine', peek=True) == {'password': 'two'}
    assert played.read(secret.id, label='other') == {'password': 'one'}
    assert secret.tracked_by == {f'{played.proxy}/0': 1}
    assert played.read(label='other', refresh=True) == {'password': 'two'}
    assert secret.tracked_by == {f'{played.proxy}/0': 2}
    assert secret.view.revisions[1].obsolete


def test_a_label_that_is_taken_is_refused_and_nothing_is_saved_here(played):
    secret, second = played.add_secret(), played.add_secret()
    played.read(secret.id, label='mine')
    with pytest.raises(JujuError, match='secret label "mine" for consumer "unit-web-0" already exists'):
        played.read(second.id, label='mine')
    second.set_content({'password': 'two'})
    assert 'web/0 secret-changed' not in map(str, played.apps.due)


def test_what_was_not_granted_cannot_be_read(played):
    with played.database.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
    with pytest.raises(JujuError, match=r'^permission denied$'):
        played.read(secret.id)
    assert secret.tracked_by == {}


def test_why_nothing_can_be_read_is_told_to_the_test(share):
    models = share(StubbornWeb)
    models.databases.exec('secret-revoke', models.secret.id, '--relation', '1', unit='database/0')
    with pytest.raises(HookFailed) as failed:
        models.apps.advance(days=31)
    assert failed.value.juju_error == 'permission denied'
    assert failed.value.why == (
        'the secret belongs to database in model databases, which has not granted access to web, '
        f'called {models.proxy} there'
    )


@pytest.mark.parametrize(
    'identifier',
    ['secret://{other}/abcdefghijklmnopqrsg', 'secret://11111111-2222-3333-4444-555555555555/abcdefghijklmnopqrsg'],
)
def test_what_is_not_there_is_denied_as_anything_else(played, identifier):
    with pytest.raises(JujuError, match=r'^permission denied$'):
        played.read(identifier.format(other=uuid_of(played.databases)))


def test_a_revision_that_is_gone_cannot_be_read(played):
    secret = played.add_secret()
    played.read(secret.id)
    secret.set_content({'password': 'two'})
    secret.remove_revision(1)
    with pytest.raises(JujuError, match=r'secret revision "[0-9a-v]{20}/1" not found'):
        played.read(secret.id)
    assert played.read(secret.id, peek=True) == {'password': 'two'}


@pytest.mark.charmsecrets(juju_version='4.0')
def test_4_0_words_a_missing_revision_differently_across_models(played):
    secret = played.add_secret()
    played.read(secret.id)
    secret.set_content({'password': 'two'})
    secret.remove_revision(1)
    played.apps.settle()
    with pytest.raises(JujuError, match=rf'^revision 1 for secret "{secret.id}" not found$'):
        played.read(secret.id)


def test_a_removed_secret_is_denied_and_its_observers_are_told_nothing(played):
    secret = played.add_secret()
    played.read(secret.id)
    secret.remove_all_revisions()
    assert played.apps.settle() == ()
    with pytest.raises(JujuError, match=r'^permission denied$'):
        played.read(secret.id)


def refusal_of_sharing(puppet: Puppet, relation: RelationView, **options: Any) -> str:
    with puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
    with pytest.raises(HookFailed) as failed:
        secret.grant(relation, **options)
    return failed.value.juju_error or ''


def test_a_unit_of_another_model_cannot_be_granted_access_alone(played):
    refusal = refusal_of_sharing(played.database, played.offered, unit=f'{played.proxy}/0')
    assert refusal.endswith('sharing secrets with a unit across a cross model relation not supported')


@pytest.mark.charmsecrets(juju_version='4.0')
def test_in_4_0_the_grant_to_one_unit_is_taken_and_lets_it_read_nothing(played):
    with played.database.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
        secret.grant(played.offered, unit=f'{played.proxy}/0')
    with pytest.raises(JujuError, match=r'^permission denied$'):
        played.read(secret.id)


def test_the_side_that_consumes_cannot_grant(played):
    refusal = refusal_of_sharing(played.web, played.relation)
    assert refusal.endswith('sharing consumer secrets across a cross model relation not supported')


@pytest.mark.charmsecrets(juju_version='3.1.2')
def test_before_3_1_5_nothing_can_be_granted_across_models(played):
    refusal = refusal_of_sharing(played.database, played.offered)
    assert refusal.endswith(f'invalid subject reference: application "{played.proxy}" not found')


@pytest.mark.parametrize('version', ['3.6', '4.0.5'])
def test_the_bug_that_keeps_new_revisions_from_other_models(fake_model_factory, version):
    apps = fake_model_factory(juju_version=version, juju_bugs=['cmr_changed_events_lost'])
    played = play_two_models(apps)
    secret = played.add_secret()
    played.read(secret.id)
    told = []
    for password in ('two', 'three'):
        secret.set_content({'password': password})
        told.append([str(hook) for hook in apps.settle() if hook.unit == 'web/0'])
    assert told == ([[], []] if version == '3.6' else [['web/0 secret-changed'], []])
    assert played.read(secret.id, peek=True) == {'password': 'three'}


FOREIGN = 'secret://0f5b1cf4-8a52-4a3b-8a36-0d6c9a4d7d2e/9m4e2mr0ui3e8a215n4g'


@pytest.mark.parametrize('version', ('3.1.6', '3.6.14', '4.0.14'))
def test_a_secret_of_another_model_is_not_to_be_read(hook):
    with hook() as opened, pytest.raises(JujuError, match=r'^permission denied$'):
        opened.get_secret(FOREIGN)
