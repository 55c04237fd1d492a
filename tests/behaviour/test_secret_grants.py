"""Grants and revocations, and what reads change for others."""

from __future__ import annotations

import pytest

from .played_hooks import refusal


def test_what_a_unit_was_granted_goes_with_it(model, db, secret):
    secret.grant(model.relations[0], unit='web/1')
    secret.grant(model.relations[0], unit='web/0')
    assert list(secret.view.grants) == ['web/1', 'web/0']
    model.remove_unit('web/1')
    model.settle()
    assert list(secret.view.grants) == ['web/0']


@pytest.mark.parametrize('version', ('3.1.2',), indirect=True)
def test_a_read_leaves_alone_what_others_track(model, db, secret):
    secret.grant(model.relations[0])
    one, two = (f'web/{number}' for number in (0, 1))
    model.exec('secret-get', secret.id, unit=one)
    secret.set_content({'key': 'two'})
    model.exec('secret-get', secret.id, unit=two)
    assert secret.tracked_by == {one: 1, two: 2}
    assert not any(revision.obsolete for revision in secret.view.revisions.values())


@pytest.mark.parametrize(('version', 'revocations'), (('3.1.2', 3), ('3.1.10', 1), ('3.6.14', 1), ('4.0.14', 1)))
def test_what_is_taken_from_an_application_is_taken_from_its_units(model, hook, revocations):
    with hook() as opened:
        secret = opened.add_secret({'key': 'value'})
    with hook() as opened:
        for subject in ('--app=web', '--unit=web/1', '--app=web'):
            opened.command('secret-revoke', secret.id, subject)
    assert len(model.journal.hooks()[-1].committed) == revocations


SCOPES = {
    '3.6.14': 'cannot change access to "{uri}" for "application-web": cannot change secret permission scope',
    '4.0.5': (
        'cannot change access to "{uri}" for "application-web": cannot change a secret permission scope or subject type'
    ),
    '4.0.14': 'cannot change scope or subject type of existing grant for ',
}


@pytest.mark.parametrize('version', SCOPES)
def test_access_is_granted_over_one_relation_at_a_time(model, db, secret, version):
    assert refusal(db.leader, ('secret-grant', secret.id, '-r', '1')) is None
    error = refusal(db.leader, ('secret-grant', secret.id, '-r', '2'))
    assert SCOPES[version].format(uri=secret.id) in error
    assert list(secret.view.grants) == ['web']
