"""Pending changes of a hook: what a removal drops, and what a failed transaction leaves behind."""

from __future__ import annotations

import pytest

from pytest_charmsecrets import HookFailed

from .played_hooks import refusal, run


@pytest.mark.parametrize('version', ('4.0.14',), indirect=True)
@pytest.mark.parametrize('what', ('label', 'grant'))
def test_a_failed_transaction_of_4_0_leaves_nothing_behind(model, db, secret, what):
    with db.leader.hook() as hook:
        last = hook.add_secret({'key': 'value'}, label='last')
        last.grant(model.relations[0])
    secret.grant(model.relations[0], unit='web/0')
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
        'grant': ('secret-grant', last.id, '-r', str(model.relations[1].id)),
    }
    with pytest.raises(HookFailed, match=r'label "added" already exists|cannot change scope or subject type'):
        run(
            db.leader,
            ('secret-add', 'key=new', '--label', 'added'),
            ('secret-add', 'key=new', '--label', 'added, too', '--owner', 'unit'),
            ('secret-set', secret.id, 'key=three', '--label', 'another', '--rotate', 'daily', '--expire', '1h'),
            ('secret-grant', secret.id, '-r', str(model.relations[0].id), '--unit', 'web/1'),
            fails[what],
        )
    assert look() == before
    assert model.settle() == ()
    run(db.leader, *(('secret-add', 'key=new', '--label', label) for label in ('added', 'added, too', 'another')))
    with pytest.raises(HookFailed, match='secret with label "one" already exists'):
        run(db.leader, ('secret-add', 'key=new', '--label', 'one'))


@pytest.mark.parametrize('version', ('4.0.14',), indirect=True)
def test_a_secret_that_was_created_goes_with_the_transaction(model, db, secret):
    with db.leader.hook() as hook:
        other = hook.add_secret({'key': 'value'}, label='two')
    commands = (('secret-add', 'key=new', '--label', 'three'), ('secret-set', other.id, '--label', 'one'))
    error = refusal(db.leader, *commands)
    assert error == (
        f'executing leadership func: update secrets: updating secret "{other.view.unique_identifier}": '
        'secret with label "one" already exists'
    )
    assert [view.label for view in model.secrets()] == ['one', 'two']
    assert refusal(db.leader, commands[0]) is None


@pytest.mark.parametrize('version', ('4.0.12',), indirect=True)
def test_a_secret_that_was_created_stays_in_4_0_12(model, db, secret):
    commands = (('secret-add', 'key=new', '--label', 'three'), ('secret-set', secret.id, '--label', 'three'))
    assert 'already exists' in refusal(db.leader, *commands)
    assert [view.label for view in model.secrets()] == ['one', 'three']


@pytest.mark.parametrize(
    ('version', 'bugs', 'contents'),
    (('3.1.2', 'as-shipped', ['two', 'four']), ('3.1.2', (), ['two']), ('3.6.14', (), ['two'])),
)
def test_a_removal_takes_away_what_the_hook_has_set_before(hook, contents):
    """Old releases keep every update of a hook, and take away the first alone."""
    with hook() as opened:
        secret = opened.add_secret({'key': 'one'})
    secret.set_content({'key': 'two'})
    with hook() as opened:
        opened.command('secret-set', secret.id, 'key=three')
        opened.command('secret-set', secret.id, 'key=four')
        opened.command('secret-remove', secret.id, '--revision', '1')
    assert [revision.content['key'] for revision in secret.view.revisions.values()] == contents
