"""Histories agree with the model: as it stood at each record, and who changed it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_charmsecrets import CharmSecretsError, FakeModel, HookRun, Operation, Settled, TimePassed

from .random_operations import BEGINNING, STORIES, Story

# A story may remove the revision that the other side has to read.
pytestmark = pytest.mark.charmsecrets(allow=['refused-read'])

HISTORIES = ('revisions', 'tracking', 'grants', 'leaders', 'statuses', 'bags', 'config')


def standing(world):
    """Return how a model stands, from its own documents, by the names of histories."""
    secrets, units = tuple(world.secrets), world.units()
    applications = tuple(world.applications.values())
    read = [
        *((secret.id, secret) for secret in secrets),
        *((one.uri.id, one) for one in world.secrets.references.values()),
    ]
    bags = [
        (relation.id, entity, bag.values)
        for relation in world.relations.values()
        for entity, bag in (*relation.application_data.items(), *relation.unit_data.items())
    ]
    return {
        'revisions': {
            (secret.id, one.number, str(secret.owner), one.obsolete, one.expires)
            for secret in secrets
            for one in secret.revisions.values()
        },
        'tracking': {(name, one.unit, one.tracked, one.label) for name, of in read for one in of.consumers.values()},
        'grants': {(secret.id, subject, one.role) for secret in secrets for subject, one in secret.permissions.items()},
        'leaders': {(one.name, one.leader) for one in applications if one.leader is not None},
        'statuses': {(unit.name, unit.status.name, unit.status.message) for unit in units},
        'bags': {(number, entity, key, value) for number, entity, values in bags for key, value in values.items()},
        'config': {(one.name, *pair) for one in applications for pair in world.config_of(one).items()},
    }


def told(journal, at):
    """Return how a journal says that a model stood after a record."""

    def tag(subject):
        return f'unit-{subject.replace("/", "-")}' if '/' in subject else f'application-{subject}'

    lives, grants, bags = journal.revisions(at=at), journal.grants(at=at), journal.bags(at=at)
    return {
        'revisions': {(one.secret, one.number, one.owner, one.obsolete is not None, one.expires) for one in lives},
        'tracking': {(one.secret, one.unit, one.revision, one.label) for one in journal.tracking(at=at)},
        'grants': {(one.secret, tag(one.subject), one.role) for one in grants},
        'leaders': {(one.application, one.unit) for one in journal.leaders(at=at)},
        'statuses': {(one.subject, one.status, one.message) for one in journal.statuses(at=at)},
        'bags': {(one.relation, one.entity, one.key, one.value) for one in bags},
        'config': {(one.application, one.option, one.value) for one in journal.config(at=at)},
    }


class Witness:
    """Notes how models stand, and compares that later with what their journals say of the past."""

    def __init__(self, *models):
        self.worlds = [model._world for model in models]
        self.seen = []

    def look(self, *, settled=False):
        for world in self.worlds:
            at = world.journal.chronicle.last
            is_rest = settled and any(isinstance(one, Settled) and one.number == at for one in world.journal)
            self.seen.append((world.journal, at, world.journal.mark(), is_rest, standing(world)))

    def check(self):
        for journal, at, mark, is_rest, stood in self.seen:
            # Events without a hook when the model goes on, such as that a unit enters a relation, or that a job
            # removes a secret, follows the same record. Nothing is left of that when a model has settled.
            followed = sum(fact.after <= at for fact in journal._facts) - mark
            assert followed == 0 or (followed > 0 and not is_rest), f'at {at}'
            if followed == 0:
                assert told(journal, at) == stood, f'at {at}'
        records = [record for world in self.worlds for record in world.journal]
        acting = {record.number for record in records if isinstance(record, Operation | HookRun | TimePassed)}
        for world in self.worlds:
            check_lives(world.journal, acting)
            for name in HISTORIES[1:]:
                check_spans(getattr(world.journal, name)(), acting)


def check_lives(journal, acting):
    for life in journal.revisions():
        times = [life.created, life.obsolete, life.removed]
        assert {life.created_by} <= acting
        assert {by for by in (life.obsolete_by, life.removed_by) if by is not None} <= acting
        assert [time for time in times if time is not None] == sorted(time for time in times if time is not None)
        assert (life.obsolete is None, life.removed is None) == (life.obsolete_by is None, life.removed_by is None)


def check_spans(spans, acting):
    for span in spans:
        assert {span.since_by} <= acting, f'{span} was begun by nobody'
        assert (span.until is None) == (span.until_by is None), f'{span} was ended by nobody'
        assert span.until is None or (span.since <= span.until and {span.until_by} <= acting)
    assert [span.since for span in spans] == sorted(span.since for span in spans)


@pytest.mark.parametrize('version', ('3.6', '4.0', '3.1.5'))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STORIES, st.sampled_from((0, 0, 3, 7)))
def test_a_journal_tells_how_the_model_stood_at_every_record(version, story, order):
    told = Story(order=order, juju_version=version)
    with told.model as model:
        witness = Witness(model)
        for name, number in [*BEGINNING, *story]:
            told.do(name, number)
            witness.look(settled=name == 'settle')
        with contextlib.suppress(CharmSecretsError):
            model.settle(max_hooks=500)
        witness.look(settled=True)
        witness.check()


@pytest.mark.parametrize('order', range(4))
def test_journals_of_two_models_tell_how_each_stood(order):
    with FakeModel(order=order) as model:
        databases = model.controller.add_model('databases')
        witness = Witness(model, databases)
        db = databases.deploy_puppet('db', provides={'database': 'sql'}, num_units=2)
        web = model.deploy_puppet('web', requires={'database': 'sql'}, num_units=2)
        databases.offer('db', endpoint='database')
        model.consume('databases.db')
        model.integrate('web', 'db')
        witness.look()
        model.settle()
        witness.look(settled=True)
        with db.leader.hook() as hook:
            secret = hook.add_secret({'key': 'one'}, rotate='daily')
            secret.grant(db.relations[0])
            hook.relation_set(db.relations[0], {'secret-id': secret.id}, app=True)
        model.settle()
        witness.look(settled=True)
        with web.leader.hook() as hook:
            hook.get_secret(secret.id, label='database')
        witness.look()
        secret.set_content({'key': 'two'})
        with web.leader.hook() as hook:
            hook.get_secret(label='database', refresh=True)
        model.settle()
        witness.look(settled=True)
        model.remove_relation('web', 'db')
        model.settle()
        witness.look(settled=True)
        model.remove_saas('db')
        model.remove_unit('web/0')
        model.settle()
        witness.look(settled=True)
        witness.check()
