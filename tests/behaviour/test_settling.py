"""Letting units run: one hook at a time, in a fixed order, until nothing is due; and a bound for what never ends."""

from __future__ import annotations

import os
import sys

import pytest

from pytest_charmsecrets import BecameDue, DueHook, EndlessHooks

from .charms import DATABASE, WEB, Database, Web, charm, meta

JUJU = f'{os.sep}pytest_charmsecrets{os.sep}juju{os.sep}'


def test_nothing_runs_before_it_is_let(fake_model, ran):
    fake_model.deploy(charm(), meta=meta())
    assert ran(fake_model.due) == ['app/0 install', 'app/0 leader-elected', 'app/0 config-changed', 'app/0 start']
    assert fake_model.step().hook == 'install'
    assert ran(fake_model.due) == ['app/0 leader-elected', 'app/0 config-changed', 'app/0 start']


def test_step_runs_one_hook_and_says_none_when_nothing_is_due(fake_model):
    fake_model.deploy(charm(), meta=meta())
    steps = []
    while (hook := fake_model.step()) is not None:
        steps.append(str(hook))
    assert steps == ['app/0 install', 'app/0 leader-elected', 'app/0 config-changed', 'app/0 start']
    assert fake_model.due == ()
    assert fake_model.settle() == ()


def test_stepping_and_settling_run_the_same_hooks(fake_model, fake_model_factory, ran):
    def build(model):
        model.deploy(Database, meta=DATABASE, num_units=2)
        model.deploy(Web, meta=WEB, num_units=2)
        model.integrate('web', 'database')
        return model

    stepped = []
    model = build(fake_model)
    while (hook := model.step()) is not None:
        stepped.append(str(hook))
    assert ran(build(fake_model_factory()).settle()) == stepped


def test_due_tells_what_each_hook_is_about(pair):
    pair.model.exec('secret-set', pair.secret.id, 'password=two', unit='database/0')
    short = f'secret:{pair.secret.unique_identifier}'
    assert pair.model.due == (
        DueHook('web/0', 'secret-changed', secret=short, revision=2),
        DueHook('web/1', 'secret-changed', secret=short, revision=2),
    )
    assert [str(hook) for hook in pair.model.due] == ['web/0 secret-changed', 'web/1 secret-changed']


def test_looking_at_what_is_due_changes_nothing(pair):
    pair.model.exec('secret-set', pair.secret.id, 'password=two', unit='database/0')
    due = pair.model.due
    length = len(pair.model.journal)
    assert pair.model.due == due
    assert len(pair.model.journal) == length


def test_what_became_due_is_in_the_journal_once(pair):
    pair.model.exec('secret-set', pair.secret.id, 'password=two', unit='database/0')
    pair.model.settle()
    due = [one for one in pair.model.journal if isinstance(one, BecameDue) and one.hook == 'secret-changed']
    assert [(one.unit, one.revision) for one in due] == [('web/0', 2), ('web/1', 2)]


def test_units_take_turns_in_the_order_of_deployment_and_number(pair, ran):
    pair.model.add_unit('web', num_units=9)
    pair.model.settle()
    pair.model.exec('secret-set', pair.secret.id, 'password=two', unit='database/0')
    units = [hook.unit for hook in pair.model.settle() if hook.hook == 'secret-changed']
    start = units.index('web/0')
    assert units[start:] + units[:start] == [f'web/{number}' for number in range(11)]


def test_a_bound_that_is_too_low_says_how_to_raise_it(fake_model):
    fake_model.deploy(charm(), meta=meta())
    with pytest.raises(EndlessHooks, match=r'raise the bound with settle\(max_hooks=\.\.\.\)'):
        fake_model.settle(max_hooks=2)
    assert len(fake_model.settle()) == 2


def test_a_bound_that_is_just_enough_is_no_error(fake_model):
    fake_model.deploy(charm(), meta=meta())
    assert len(fake_model.settle(max_hooks=4)) == 4


def test_a_model_is_a_context_manager_and_its_journal_outlives_it(fake_model_factory):
    with fake_model_factory() as model:
        model.deploy(charm(), meta=meta())
        model.settle()
    assert [str(one) for one in model.journal if getattr(one, 'outcome', None)][-1] == 'app/0 start'


def calls_into_juju(act):
    """Return how many functions of the fake Juju are called meanwhile."""
    calls = 0

    def count(frame, event, _):
        nonlocal calls
        calls += event == 'call' and JUJU in frame.f_code.co_filename

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return calls


def test_the_cost_of_a_hook_does_not_grow_with_the_number_of_idle_units(fake_model):
    """Only units whose state changed are asked what they run next."""
    fake_model.deploy(charm(), 'busy', meta=meta())
    idle = fake_model.deploy_puppet('idle')
    fake_model.settle()
    with_few = calls_into_juju(lambda: fake_model.update_status('busy/0'))
    fake_model.add_unit('idle', num_units=50)
    fake_model.settle()
    assert len(idle.units) == 51
    with_many = calls_into_juju(lambda: fake_model.update_status('busy/0'))
    assert 0 < with_many < with_few + 50
