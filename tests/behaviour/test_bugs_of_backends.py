"""Bugs of Juju with content in a backend outside Juju, with each bug and without it. Recorded with Juju 3.6.28."""

from __future__ import annotations

import pytest

from pytest_charmsecrets import BugAvoided, FakeModel, HookFailed, JujuError

from .played_hooks import run


def model_with(bug, *, is_on, version='3.6.28', backend='vault'):
    model = FakeModel(version, juju_bugs=[bug] if is_on else [])
    model.model_secret_backend(backend)
    return model


def avoided(model):
    return {record.bug for record in model.journal if isinstance(record, BugAvoided)}


def lose(unit, secret, *arguments):
    """Remove something in a hook whose commit is refused, so that its content is lost."""
    with unit.hook() as hook:
        hook.add_secret({'key': 'value'}, label='taken', owner='unit')
    with pytest.raises(HookFailed, match='already exists'):
        run(
            unit, ('secret-remove', secret.id, *arguments), ('secret-add', 'key=value', '--label=taken', '--owner=unit')
        )


@pytest.mark.parametrize('version', ('3.6.28', '4.0.15'))
@pytest.mark.parametrize('is_on', (True, False))
def test_a_unit_whose_content_is_lost_never_goes(version, is_on):
    with model_with('lost_content_keeps_unit', is_on=is_on, version=version) as model:
        units = model.deploy_puppet('web', num_units=2).units
        model.settle()
        with units[1].hook() as hook:
            secret = hook.add_secret({'key': 'one'}, owner='unit')
        lose(units[1], secret, '--revision', '1')
        model.remove_unit('web/1')
        model.settle()
        assert ('web/1' in model.units) is is_on
        assert ('lost_content_keeps_unit' in avoided(model)) is not is_on


@pytest.mark.parametrize('is_on', (True, False))
def test_moving_content_stops_at_what_is_lost(is_on):
    with model_with('drain_stops_at_lost', is_on=is_on) as model:
        [unit] = model.deploy_puppet('web').units
        model.settle()
        with unit.hook() as hook:
            first, second = hook.add_secret({'key': 'one'}), hook.add_secret({'key': 'one'})
        with unit.hook() as hook:
            hook.command('secret-set', first.id, 'key=two')
        lose(unit, first, '--revision', '1')
        model.model_secret_backend('internal')
        kept = [revision.backend for one in (first, second) for revision in model.secret(one.id).revisions.values()]
        assert kept == (['vault'] * 3 if is_on else ['vault', 'internal', 'internal'])
        assert ('drain_stops_at_lost' in avoided(model)) is not is_on


@pytest.mark.parametrize('is_on', (True, False))
def test_a_cluster_refuses_a_secret_whose_latest_revision_was_removed(is_on):
    with model_with('removed_latest_locks', is_on=is_on, backend='k8s') as model:
        [unit] = model.deploy_puppet('web').units
        model.settle()
        with unit.hook() as hook:
            secret = hook.add_secret({'key': 'one'})
        for command in (('secret-set', secret.id, 'key=two'), ('secret-remove', secret.id, '--revision', '2')):
            with unit.hook() as hook:
                hook.command(*command)
        if not is_on:
            with unit.hook() as hook:
                hook.command('secret-set', secret.id, 'key=three')
            assert list(model.secret(secret.id).revisions) == [1, 3]
            assert 'removed_latest_locks' in avoided(model)
            return
        with pytest.raises(HookFailed) as failed, unit.hook() as hook:
            hook.command('secret-set', secret.id, 'key=three')
        assert f'attempt count exceeded: secrets "{secret.id.rpartition("/")[-1]}-3" is forbidden' in str(
            failed.value.juju_error
        )
        assert avoided(model) == set()


@pytest.mark.parametrize('is_on', (True, False))
def test_secrets_of_several_revisions_do_not_move_to_a_cluster(is_on):
    """Nor do those of the same owner after them. Juju saves revision 2, and revision 1 alone was made ready."""
    with model_with('removed_latest_locks', is_on=is_on) as model:
        [unit] = model.deploy_puppet('web').units
        model.settle()
        with unit.hook() as hook:
            secrets = [hook.add_secret({'key': 'one'}) for _ in range(3)]
        secrets[1].set_content({'key': 'two'})
        for name in ('token', 'other'):
            model.add_secret(name, {'key': 'one'})
        model.update_secret('other', {'key': 'two'})
        model.model_secret_backend('k8s')
        shown = [*(model.secret(one.id) for one in secrets), model.secret(name='token'), model.secret(name='other')]
        moved = [{revision.backend for revision in one.revisions.values()} == {'k8s'} for one in shown]
        assert moved == ([True, False, False, True, False] if is_on else [True] * 5)
        assert ('removed_latest_locks' in avoided(model)) is not is_on
        secrets[0].set_content({'key': 'two'})
        assert secrets[0].view.revisions[2].backend == 'k8s'


@pytest.mark.parametrize(
    ('minutes', 'refusal'), ((5, 'changing rules for role "juju-secret-consumer-'), (11, '-3" is forbidden'))
)
def test_nor_can_the_user_write_a_secret_then(minutes, refusal):
    with model_with('removed_latest_locks', is_on=True, backend='k8s') as model:
        model.add_secret('token', {'key': 'one'})
        model.update_secret('token', {'key': 'two'})
        model.remove_secret('token', revision=2)
        model.advance(minutes=minutes)
        with pytest.raises(JujuError, match=refusal):
            model.update_secret('token', {'key': 'three'})
        assert list(model.secret(name='token').revisions) == [1]


def test_a_user_may_describe_such_a_secret_once_the_token_is_a_new_one():
    with model_with('removed_latest_locks', is_on=True, backend='k8s') as model:
        model.add_secret('token', {'key': 'one'})
        model.update_secret('token', {'key': 'two'})
        model.remove_secret('token', revision=2)
        model.advance(minutes=11)
        model.update_secret('token', info='of the API')
        assert model.secret(name='token').description == 'of the API'
