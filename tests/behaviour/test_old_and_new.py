"""What only some releases do, and no vector of the study shows."""

from __future__ import annotations

import pytest

from pytest_charmsecrets import FakeModel, HookFailed, JujuError

FOREIGN = 'secret://0f5b1cf4-8a52-4a3b-8a36-0d6c9a4d7d2e/9m4e2mr0ui3e8a215n4g'


@pytest.fixture
def model(version):
    with FakeModel(version) as model:
        model.deploy_puppet('db', num_units=2)
        model.settle()
        yield model


@pytest.fixture
def hook(model):
    """Opens a hook of the leader."""
    app = model.deploy_puppet('app')
    model.settle()
    return app.leader.hook


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
    model.grant_secret(one, 'app')
    model.grant_secret(two, 'app')
    with hook() as opened:
        opened.get_secret(one, label='mine')
        with pytest.raises(JujuError, match='UNIQUE constraint failed'):
            opened.get_secret(two, label='mine')


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


@pytest.mark.parametrize('version', ('3.1.6', '3.6.14', '4.0.14'))
def test_a_secret_of_another_model_is_not_to_be_read(hook):
    with hook() as opened, pytest.raises(JujuError, match=r'^permission denied$'):
        opened.get_secret(FOREIGN)


@pytest.mark.parametrize('version', ('3.1.5', '3.6.8'))
def test_a_label_that_the_hook_has_just_set_leads_to_the_secret(hook):
    with hook() as opened:
        uri = opened.add_secret({'key': 'one'}).id
    with hook() as opened:
        opened.command('secret-set', uri, '--label', 'new')
        opened.command('secret-set', uri, '--description', 'later')
        assert opened.get_secret(label='new') == {'key': 'one'}


@pytest.mark.parametrize('version', ('4.0.14',))
def test_an_expiry_is_forgotten_that_went_before_the_agent_heard_of_it(model, hook):
    with hook() as opened:
        secret = opened.add_secret({'key': 'one'})
    secret.set_content({'key': 'two'})
    secret.set_info(expire=model.now.replace(hour=1))
    secret.remove_revision(2)
    assert 'app/0 secret-expired' not in [str(run) for run in model.advance(days=1)]


@pytest.mark.parametrize(('version', 'revocations'), (('3.1.2', 3), ('3.1.10', 1), ('3.6.14', 1), ('4.0.14', 1)))
def test_what_is_taken_from_an_application_is_taken_from_its_units(model, hook, revocations):
    with hook() as opened:
        secret = opened.add_secret({'key': 'value'})
    with hook() as opened:
        for subject in ('--app=db', '--unit=db/1', '--app=db'):
            opened.command('secret-revoke', secret.id, subject)
    assert len(model.journal.hooks()[-1].committed) == revocations


@pytest.mark.parametrize(('version', 'contents'), (('3.1.2', ['two', 'four']), ('3.6.14', ['two'])))
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
