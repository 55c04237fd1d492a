"""Facts, who is said to have made them, and the histories that are made of them (``juju/history.py``)."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets import BagValue, ConfigValue, Granted, HadStatus, Led, RevisionLife, Tracked
from pytest_charmsecrets.juju import facts, history
from pytest_charmsecrets.juju.change_log import Changes
from pytest_charmsecrets.juju.clock import Clock
from pytest_charmsecrets.juju.journal import Cause, Chronicle, JournalWriter
from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes
from pytest_charmsecrets.juju.transaction import commit

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
UUID = 'c0ffee00-0000-4000-8000-000000000000'


def hour(number):
    return START + datetime.timedelta(hours=number)


class Told:
    """Facts, each an hour after the one before, by the record of that number."""

    def __init__(self):
        self.facts = []

    def add(self, kind, *about):
        number = len(self.facts) + 1
        self.facts.append(kind(hour(number), number, Cause(number), *about))


@pytest.fixture
def told():
    return Told()


def test_the_life_of_a_revision(told):
    told.add(facts.RevisionCreated, 'id', 'db', 1, None)
    told.add(facts.RevisionCreated, 'id', 'db', 2, hour(9))
    told.add(facts.RevisionObsolete, 'id', 1)
    told.add(facts.ExpirySet, 'id', 2, hour(10))
    told.add(facts.RevisionRemoved, 'id', 1)
    second = RevisionLife('id', 'db', 2, hour(2), 2, expires=hour(10))
    assert history.revisions(told.facts) == (RevisionLife('id', 'db', 1, hour(1), 1, hour(3), 3, hour(5), 5), second)
    assert history.revisions(told.facts, at=5) == (second,)
    assert history.revisions(told.facts, at=3) == (
        RevisionLife('id', 'db', 1, hour(1), 1, hour(3), 3),
        RevisionLife('id', 'db', 2, hour(2), 2, expires=hour(9)),
    )


def test_a_revision_number_that_is_given_again_has_another_life(told):
    told.add(facts.RevisionCreated, 'id', 'db', 2, None)
    told.add(facts.RevisionRemoved, 'id', 2)
    told.add(facts.RevisionCreated, 'id', 'db', 2, None)
    assert [(one.created_by, one.removed_by) for one in history.revisions(told.facts)] == [(1, 2), (3, None)]


def test_a_unit_tracks_one_revision_of_a_secret_after_the_other(told):
    told.add(facts.TrackingSaved, 'id', 'web/0', 1, '')
    told.add(facts.TrackingSaved, f'{UUID}/other', 'web/0', 7, 'far')
    told.add(facts.TrackingSaved, 'id', 'web/0', 1, 'near')
    told.add(facts.TrackingSaved, 'id', 'web/0', 2, 'near')
    told.add(facts.TrackingEnded, 'id', 'web/0')
    far = Tracked('other', 'web/0', 7, 'far', since=hour(2), since_by=2)
    assert history.tracking(told.facts) == (
        Tracked('id', 'web/0', 1, 'near', since=hour(1), since_by=1, until=hour(4), until_by=4),
        far,
        Tracked('id', 'web/0', 2, 'near', since=hour(4), since_by=4, until=hour(5), until_by=5),
    )
    assert history.tracking(told.facts, at=2) == (Tracked('id', 'web/0', 1, since=hour(1), since_by=1), far)
    assert history.tracking(told.facts, at=5) == (far,)


def test_subjects_of_grants_are_named(told):
    told.add(facts.AccessGranted, 'id', f'model-{UUID}', 'manage', None)
    told.add(facts.AccessGranted, 'id', 'application-web-app', 'view', None)
    told.add(facts.AccessGranted, 'id', 'unit-web-app-0', 'view', 3)
    told.add(facts.AccessEnded, 'id', 'application-web-app')
    assert history.grants(told.facts) == (
        Granted('id', '<model>', None, 'manage', since=hour(1), since_by=1),
        Granted('id', 'web-app', None, 'view', since=hour(2), since_by=2, until=hour(4), until_by=4),
        Granted('id', 'web-app/0', 3, 'view', since=hour(3), since_by=3),
    )


def test_leadership_moves_and_ends(told):
    told.add(facts.LeaderMoved, 'db', 'db/0')
    told.add(facts.LeaderMoved, 'db', 'db/1')
    told.add(facts.LeaderMoved, 'db', None)
    assert history.leaders(told.facts) == (
        Led('db', 'db/0', since=hour(1), since_by=1, until=hour(2), until_by=2),
        Led('db', 'db/1', since=hour(2), since_by=2, until=hour(3), until_by=3),
    )
    assert history.leaders(told.facts, at=2) == (Led('db', 'db/1', since=hour(2), since_by=2),)
    assert history.leaders(told.facts, at=3) == ()


def test_a_status_ends_with_the_next_and_with_its_unit(told):
    told.add(facts.StatusSet, 'db/0', 'waiting', 'for db')
    told.add(facts.StatusSet, 'db/0', 'active', '')
    told.add(facts.EntityRemoved, 'db/0')
    assert history.statuses(told.facts) == (
        HadStatus('db/0', 'waiting', 'for db', since=hour(1), since_by=1, until=hour(2), until_by=2),
        HadStatus('db/0', 'active', '', since=hour(2), since_by=2, until=hour(3), until_by=3),
    )


def test_a_value_of_a_databag_ends_when_it_is_deleted_and_with_the_relation(told):
    told.add(facts.BagWritten, 1, 'db', 'a', '1')
    told.add(facts.BagWritten, 1, 'db/0', 'b', '2')
    told.add(facts.BagWritten, 2, 'db', 'a', '3')
    told.add(facts.BagWritten, 1, 'db', 'a', None)
    told.add(facts.RelationRemoved, 1)
    other = BagValue(2, 'db', 'a', '3', since=hour(3), since_by=3)
    assert history.bags(told.facts) == (
        BagValue(1, 'db', 'a', '1', since=hour(1), since_by=1, until=hour(4), until_by=4),
        BagValue(1, 'db/0', 'b', '2', since=hour(2), since_by=2, until=hour(5), until_by=5),
        other,
    )
    assert history.bags(told.facts, at=5) == (other,)


def test_a_value_of_config_ends_when_it_is_reset_and_with_the_application(told):
    told.add(facts.ConfigWritten, 'db', 'size', 1)
    told.add(facts.ConfigWritten, 'db', 'on', value := True)
    told.add(facts.ConfigWritten, 'web', 'size', 1)
    told.add(facts.ConfigWritten, 'db', 'size', None)
    told.add(facts.EntityRemoved, 'db')
    other = ConfigValue('web', 'size', 1, since=hour(3), since_by=3)
    assert history.config(told.facts) == (
        ConfigValue('db', 'size', 1, since=hour(1), since_by=1, until=hour(4), until_by=4),
        ConfigValue('db', 'on', value, since=hour(2), since_by=2, until=hour(5), until_by=5),
        other,
    )
    assert history.config(told.facts, at=5) == (other,)


def test_what_began_before_the_facts_is_not_told(told):
    told.add(facts.RevisionObsolete, 'id', 1)
    told.add(facts.TrackingEnded, 'id', 'web/0')
    told.add(facts.EntityRemoved, 'db')
    assert [tell(told.facts) for tell in (history.revisions, history.tracking, history.statuses)] == [(), (), ()]


# --- who is said to have made a change, and after which record it holds


@pytest.fixture
def journal():
    return JournalWriter('fake', Chronicle(), Clock(START))


def test_what_follows_a_record_holds_after_the_last_one(journal):
    operation = Cause(journal.chronicle.next_number())
    journal.chronicle.causes = (operation, Cause())
    journal.note(facts.LeaderMoved, 'db', 'db/0')
    journal.chronicle.next_number()
    journal.note(facts.LeaderMoved, 'web', 'web/0')
    assert [(one.application, one.since, one.since_by) for one in journal.leaders()] == [
        ('db', START, 1),
        ('web', START, 1),
    ]
    assert [one.application for one in journal.leaders(at=1)] == ['db']
    assert [one.application for one in journal.leaders(at=2)] == ['db', 'web']


def test_what_is_done_before_its_record_is_written_holds_after_the_next_one(journal):
    hook = Cause()
    journal.chronicle.next_number()
    journal.chronicle.causes = (hook,)
    journal.note(facts.LeaderMoved, 'db', 'db/0')
    assert journal.leaders(at=1) == ()
    assert [one.since_by for one in journal.leaders()] == [None]
    journal.chronicle.next_number()
    hook.number = journal.chronicle.next_number()
    assert [one.since_by for one in journal.leaders(at=2)] == [3]


def test_what_nobody_did_is_by_nobody(journal):
    journal.note(facts.LeaderMoved, 'db', 'db/0')
    assert [(one.unit, one.since_by) for one in journal.leaders(at=0)] == [('db/0', None)]


def test_a_journal_without_a_clock_notes_nothing():
    journal = JournalWriter()
    journal.note(facts.LeaderMoved, 'db', 'db/0')
    assert (journal.mark(), journal.leaders()) == (0, ())


def test_facts_are_noted_in_a_journal_that_has_no_records(journal):
    assert Changes(journal).journal is journal


# --- what is undone was never done


def test_a_refused_commit_leaves_no_facts(make_pair, hook_of):
    world = make_pair('4.0.14')
    hook = hook_of(world)
    uri = hook.secret_add('application', SecretAttributes(content={'key': 'MQ=='}, label='one'))
    hook.secret_grant(uri, 1, None)
    assert commit(hook).error is None
    before = world.journal.mark()
    refused = hook_of(world)
    refused.secret_set(uri, SecretAttributes(content={'key': 'Mg=='}, expire=hour(1)))
    refused.secret_add('unit', SecretAttributes(content={'key': 'MQ=='}, label='two'))
    refused.secret_add('application', SecretAttributes(content={'key': 'MQ=='}, label='one'))
    assert commit(refused).error is not None
    assert world.journal.mark() == before
    assert [(one.number, one.obsolete) for one in world.journal.revisions()] == [(1, None)]


def test_a_commit_that_applies_step_by_step_leaves_what_it_applied(make_pair, hook_of):
    world = make_pair('3.6.14')
    hook = hook_of(world)
    hook.secret_add('application', SecretAttributes(content={'key': 'MQ=='}, label='one'))
    assert commit(hook).error is None
    hook = hook_of(world)
    hook.secret_add('unit', SecretAttributes(content={'key': 'MQ=='}, label='two'))
    hook.secret_add('application', SecretAttributes(content={'key': 'MQ=='}, label='one'))
    assert commit(hook).error is not None
    assert [one.owner for one in world.journal.revisions()] == ['db', 'db/0']
