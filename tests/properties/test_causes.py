"""The journal tells causes: every due hook names an earlier record, and ends by running, by lapsing, or is still due."""

from __future__ import annotations

import collections
import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_charmsecrets import (
    BecameDue,
    CharmSecretsError,
    FakeModel,
    HookRun,
    NoLongerDue,
    Operation,
    Settled,
    TimePassed,
)

from .random_operations import BEGINNING, STORIES, Story

# A story may remove the revision that the other side has to read.
pytestmark = pytest.mark.charmsecrets(allow=['refused-read'])

WITHOUT_CAUSE = ('juju-exec',)
"""Hooks that are not due before they run: ``juju exec``, and those that a test plays."""


def about(record):
    return record.unit, record.hook, record.secret, record.relation


def check_causes(models):
    records = sorted((record for model in models for record in model.journal), key=lambda record: record.number)
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    acting = {record.number for record in records if isinstance(record, Operation | HookRun | TimePassed)}
    for record in records:
        if isinstance(record, BecameDue | NoLongerDue):
            assert record.causes, f'{record} has no cause'
            assert list(record.causes) == sorted(set(record.causes))
            assert record.causes[-1] < record.number
            assert set(record.causes) <= acting
        if isinstance(record, HookRun | NoLongerDue) and record.became_due is not None:
            announced = records[record.became_due - 1]
            assert isinstance(announced, BecameDue)
            assert (announced.unit, announced.hook, announced.secret, announced.revision, announced.relation) == (
                record.unit,
                record.hook,
                record.secret,
                record.revision,
                record.relation,
            )
            assert announced.number < record.number
        elif isinstance(record, NoLongerDue) or (isinstance(record, HookRun) and record.hook not in WITHOUT_CAUSE):
            raise AssertionError(f'{record} was announced by no record')


def check_ends(model):
    waiting = collections.Counter()
    for record in model.journal:
        match record:
            case BecameDue():
                waiting[about(record)] += 1
            case NoLongerDue():
                assert waiting[about(record)] > 0, f'{record}, and was not due'
                waiting[about(record)] -= 1
            case HookRun() if record.hook not in WITHOUT_CAUSE:
                assert waiting[about(record)] > 0, f'{record} ran and was not due'
                waiting[about(record)] -= 1
            case Settled():
                assert not +waiting, f'at rest, and due: {+waiting}'
            case _:
                pass
    due = collections.Counter((hook.unit, hook.name, hook.secret, hook.relation) for hook in model.due)
    assert +waiting <= due


@pytest.mark.parametrize('started', (False, True))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STORIES, st.sampled_from((0, 0, 3, 7)))
def test_every_due_hook_has_a_cause_and_an_end(started, story, order):
    told = Story(order=order, started=started)
    with told.model as model:
        for name, number in [*BEGINNING, *story]:
            told.do(name, number)
        # A hook that is due and would lapse with the next delivery was in neither of both before.
        model.deliver()
        check_causes([model])
        check_ends(model)
        with contextlib.suppress(CharmSecretsError):
            model.settle(max_hooks=500)
        check_causes([model])
        check_ends(model)


@pytest.mark.parametrize('order', range(6))
def test_causes_cross_models(order):
    with FakeModel(order=order) as model:
        databases = model.controller.add_model('databases')
        db = databases.deploy_puppet('db', provides={'database': 'sql'}, num_units=2)
        web = model.deploy_puppet('web', requires={'database': 'sql'}, num_units=2)
        databases.offer('db', endpoint='database')
        model.consume('databases.db')
        model.integrate('web', 'db')
        model.settle()
        with db.leader.hook() as hook:
            secret = hook.add_secret({'key': 'one'}, rotate='daily')
            secret.grant(db.relations[0])
            hook.relation_set(db.relations[0], {'secret-id': secret.id}, app=True)
        model.settle()
        written = databases.journal.hooks(unit='db/0', name='juju-exec')[-1]
        (due,) = [one for one in model.journal if isinstance(one, BecameDue) and one.time == written.time][-1:]
        assert written.number in due.causes
        with web.leader.hook() as hook:
            hook.get_secret(secret.id)
        secret.set_content({'key': 'two'})
        published = databases.journal.hooks(unit='db/0', name='juju-exec')[-1]
        model.settle()
        changed = [one for one in model.journal if isinstance(one, BecameDue) and one.hook == 'secret-changed']
        assert [one.causes[0] for one in changed] == [published.number]
        model.advance(days=1)
        databases.suspend_relation(db.relations[0])
        model.settle()
        model.remove_relation('web', 'db')
        model.settle()
        check_causes((model, databases))
        check_ends(model)
        check_ends(databases)
