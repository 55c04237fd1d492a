"""Removal by force: units, relations and applications go without waiting for their agents."""

from __future__ import annotations

import pytest

from pytest_charmsecrets import HookFailed, UsageError

from .charms import DATABASE, Database, Web, charm, meta


def fail(_):
    raise RuntimeError('as it was told')


def test_a_unit_that_is_removed_by_force_runs_nothing_and_the_others_see_it_depart(pair):
    pair.model.remove_unit('web/0', force=True)
    assert [unit.name for unit in pair.web.units] == ['web/1']
    hooks = pair.model.settle()
    assert not [hook for hook in hooks if hook.unit == 'web/0']
    departed = [(hook.unit, hook.remote) for hook in hooks if hook.hook == 'database-relation-departed']
    assert sorted(departed) == [('database/0', 'web/0'), ('database/1', 'web/0')]
    assert 'web/0' not in pair.secret.tracked_by


def test_force_removes_a_unit_in_error_and_one_whose_agent_is_down(fake_model, fragile):
    fragile.failing = {'start'}
    app = fake_model.deploy(fragile.make('start'), meta=meta(), num_units=2)
    with pytest.raises(HookFailed):
        fake_model.settle()
    fake_model.stop_agent('app/1')
    fake_model.remove_unit('app/0', 'app/1', force=True)
    assert app.units == ()
    assert fake_model.settle() == ()


def test_a_dying_unit_whose_agent_is_down_stays_until_it_is_forced(pair):
    pair.model.stop_agent('web/0')
    pair.model.remove_unit('web/0')
    pair.model.settle()
    assert pair.web.units[0].exists
    pair.model.remove_unit('web/0', force=True)
    assert [unit.name for unit in pair.web.units] == ['web/1']


def test_nobody_runs_a_hook_for_a_relation_that_is_removed_by_force_and_its_grants_are_gone(pair):
    pair.model.remove_relation('web', 'database', force=True)
    assert pair.model.settle() == ()
    assert pair.secret.grants == {}
    relation = pair.model.integrate('web:database', 'database:database')
    names = {hook.hook for hook in pair.model.settle() if hook.unit == 'web/0'}
    assert names == {'database-relation-created', 'database-relation-joined', 'database-relation-changed'}
    assert pair.secret.grants['web'] == relation.key


def test_a_hook_in_error_over_a_relation_that_is_removed_by_force_is_forgotten(pair, patch):
    pair.model.stop_agent('web/1')
    patch(Web, '_read', fail)
    pair.model.exec('relation-set', '-r', '2', '--app', 'more=data', unit='database/0')
    with pytest.raises(HookFailed):
        pair.model.settle()
    pair.model.remove_relation('web', 'database', force=True)
    assert pair.model.settle() == ()
    with pytest.raises(UsageError, match="unit 'web/0' is not in an error state"):
        pair.model.resolve('web/0')


def test_an_application_that_is_removed_by_force_is_gone_at_once_with_its_secrets(pair):
    pair.model.remove_application('database', force=True)
    assert not pair.database.exists
    assert pair.model.secrets() == ()
    assert pair.web.relations == ()
    assert pair.model.settle() == ()
    pair.model.deploy(Database, meta=DATABASE)
    pair.model.integrate('web', 'database')
    pair.model.settle()
    assert pair.secret.tracked_by == {'web/0': 1, 'web/1': 1}


def test_an_application_without_units_and_relations_is_removed_by_force(fake_model):
    app = fake_model.deploy(charm(), meta=meta(), num_units=0)
    fake_model.remove_application('app', force=True)
    assert not app.exists
