"""How entries of one hook merge, cancel and hide one another (``juju/transaction/pending.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.juju.bugs import Bugs
from pytest_charmsecrets.juju.identity import SecretURI
from pytest_charmsecrets.juju.journal import JournalWriter
from pytest_charmsecrets.juju.secrets.revisions import SecretAttributes
from pytest_charmsecrets.juju.transaction.pending import PendingChanges, PendingGrant, PendingRevoke, merge
from pytest_charmsecrets.juju.versions import profile_for

URI = SecretURI('9m4e2mr0ui3e8a215n4g')


def pending(version='3.6.14'):
    return PendingChanges(Bugs(profile_for(version, 'as-shipped'), JournalWriter()))


def grant(relation=1, subject='web'):
    return PendingGrant(URI, relation, f'relation-{relation}', subject)


def test_later_attributes_go_over_earlier_ones_and_content_is_replaced_as_a_whole():
    earlier = SecretAttributes(content={'a': 'MQ=='}, label='a', description='text')
    later = SecretAttributes(content={'b': 'Mg=='}, label='b')
    assert merge(earlier, later) == SecretAttributes(content={'b': 'Mg=='}, label='b', description='text')


@pytest.mark.parametrize(
    ('version', 'numbers'), (('3.1.2', [(1,), (2,)]), ('3.6.14', [(1, 2)])), ids=('a list', 'one entry')
)
def test_removals_of_one_secret_are_kept_one_by_one_or_as_one(version, numbers):
    changes = pending(version)
    changes.remove(URI, 1)
    changes.remove(URI, 2)
    assert [removal.revisions for removal in changes.removals[URI.id]] == numbers


def test_the_removal_of_a_whole_secret_covers_that_of_a_revision():
    changes = pending()
    changes.remove(URI, None)
    changes.remove(URI, 2)
    assert [removal.revisions for removal in changes.removals[URI.id]] == [None]


def test_a_removal_cancels_what_else_was_asked_for_the_secret():
    changes = pending()
    changes.grant(grant())
    changes.revoke(PendingRevoke(URI, 'web', None))
    changes.track(URI)
    changes.remove(URI, 1)
    assert (changes.grants, changes.revokes, changes.tracked) == ({}, {}, {})


def test_grants_over_two_relations_stand_beside_each_other_and_a_later_one_over_one_replaces():
    changes = pending()
    for one in (grant(1, 'web'), grant(2, 'web'), grant(1, 'web/0')):
        changes.grant(one)
    assert changes.grants[URI.id] == [grant(2, 'web'), grant(1, 'web/0')]


def test_a_unit_is_not_revoked_again_after_its_application():
    changes = pending()
    changes.revoke(PendingRevoke(URI, 'web', None))
    changes.revoke(PendingRevoke(URI, None, 'web/0'))
    assert [revoke.subject_tag for revoke in changes.revokes[URI.id]] == ['application-web']
