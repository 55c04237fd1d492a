"""Content in a backend outside Juju: what is left of it when the commit of a hook that wrote or removed it fails.

Source: juju 3.6: internal/worker/uniter/runner/context/context.go, doFlush.
"""

from __future__ import annotations

import pytest

from pytest_charmsecrets import HookFailed, JujuError

GONE = 'secret:9m4e2mr0ui3e8a215n4g'


@pytest.fixture(params=('internal', 'vault'))
def backend(request, fake_model):
    return fake_model.model_secret_backend(request.param)


@pytest.fixture
def unit(fake_model):
    puppet = fake_model.deploy_puppet('web')
    fake_model.settle()
    return puppet.leader


@pytest.fixture
def secret(unit, backend):
    with unit.hook() as hook:
        return hook.add_secret({'key': 'one'})


def run(unit, *commands):
    with unit.hook() as hook:
        for argv in commands:
            hook.command(*argv)


@pytest.fixture
def fail(unit, secret):
    """Runs commands in a hook whose commit is refused, once everything else that it writes is written."""
    with unit.hook() as hook:
        hook.add_secret({'key': 'value'}, label='taken')
        last = hook.add_secret({'key': 'value'})

    def fail(*commands):
        with pytest.raises(HookFailed, match='secret with label "taken" already exists'):
            run(unit, *commands, ('secret-set', last.id, '--label', 'taken'))

    return fail


def read(unit, secret):
    """Return the latest content, or the refusal without the secret's id."""
    with unit.hook() as hook:
        try:
            return hook.get_secret(secret.id, peek=True)
        except JujuError as error:
            return str(error).replace(secret.view.unique_identifier, '<id>')


def test_the_backend_of_each_revision_is_there_to_see(fake_model, secret, backend):
    assert secret.view.revisions[1].backend == backend
    fake_model.model_secret_backend('other')
    assert secret.view.revisions[1].backend == 'other'
    secret.set_content({'key': 'two'})
    assert secret.view.revisions[2].backend == 'other'


def test_what_a_failed_hook_wrote_is_deleted_again_though_the_revision_was_made(unit, secret, fail, backend):
    fail(('secret-set', secret.id, 'key=two'))
    assert secret.revisions == [1, 2]
    assert read(unit, secret) == ({'key': 'two'} if backend == 'internal' else 'secret revision "<id>-2" not found')


def test_what_a_failed_hook_removed_is_gone_though_the_secret_is_there(unit, secret, fail, backend):
    fail(('secret-remove', secret.id))
    assert secret.revisions == [1]
    assert read(unit, secret) == ({'key': 'one'} if backend == 'internal' else 'secret revision "<id>-1" not found')


def test_content_that_is_gone_stays_gone_in_another_backend(fake_model, unit, secret, fail, backend):
    fail(('secret-remove', secret.id))
    fake_model.model_secret_backend('another')
    assert secret.view.revisions[1].backend == ('vault' if backend == 'vault' else 'another')


def test_a_new_revision_can_be_read_whatever_became_of_an_old_one(unit, secret, fail, backend):
    fail(('secret-remove', secret.id, '--revision', '1'), ('secret-set', secret.id, 'key=two'))
    secret.set_content({'key': 'three'})
    assert read(unit, secret) == {'key': 'three'}


def test_nothing_is_lost_with_what_is_not_there(unit, secret, backend):
    with pytest.raises(HookFailed, match='label "taken" already exists'):
        run(unit, ('secret-add', 'key=value', '--label', 'taken'), ('secret-set', secret.id, '--label', 'taken'))
    with pytest.raises(HookFailed, match='not found'):
        run(unit, ('secret-set', GONE, 'key=two'))
    run(unit, ('secret-remove', GONE))
    assert read(unit, secret) == {'key': 'one'}
