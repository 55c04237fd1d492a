"""Races within Juju 3.x that an order reaches, where the model has the bug."""

from __future__ import annotations

import datetime

import ops
import pytest

from pytest_charmsecrets import BugAvoided, FakeModel

from .charms import charm, meta, prune

ORDERS = range(1, 21)


def avoided(model):
    return {record.bug for record in model.journal if isinstance(record, BugAvoided)}


def refreshed(order, *, is_on):
    """Make two observers refresh at once; return the revisions that the owner did not prune, and the bugs that were avoided."""
    owner = charm(secret_remove=prune)
    observer = charm(secret_changed=lambda _, event: event.secret.get_content(refresh=True))
    bugs = ['concurrent_refreshes_unseen'] if is_on else []
    with FakeModel('3.6.28', order=order, juju_bugs=bugs) as model:
        model.deploy(owner, 'db', meta=meta(name='db', provides={'r': 'x'}))
        model.deploy(observer, 'web', num_units=2, meta=meta(name='web', requires={'r': 'x'}))
        relation = model.integrate('db', 'web')
        model.settle()
        added = model.exec('secret-add key=one', unit='db/0').stdout.strip()
        model.exec(f'secret-grant {added} -r {relation.id}', unit='db/0')
        for unit in ('web/0', 'web/1'):
            model.exec(f'secret-get {added}', unit=unit)
        model.settle()
        model.exec(f'secret-set {added} key=two', unit='db/0')
        model.settle()
        secret = model.secret(added)
        assert secret.tracked_by == {'web/0': 2, 'web/1': 2}
        return list(secret.revisions), avoided(model)


@pytest.mark.parametrize('is_on', (True, False))
def test_two_observers_that_refresh_at_once_make_nothing_obsolete(is_on):
    ran = [refreshed(order, is_on=is_on) for order in ORDERS]
    assert ([1, 2] in [left for left, _ in ran]) is is_on
    assert [2] in [left for left, _ in ran]
    assert ({'concurrent_refreshes_unseen'} in [bugs for _, bugs in ran]) is not is_on


def test_order_zero_has_no_such_race():
    assert refreshed(0, is_on=True) == ([2], set())


def expired(order, *, is_on):
    """Remove a secret of which two revisions expire; return how often secret-expired came nevertheless."""
    with FakeModel('3.6.28', order=order, juju_bugs=['expiries_fold'] if is_on else []) as model:
        model.deploy(charm(start=_add), 'app', meta=meta())
        model.settle()
        [secret] = model.secrets()
        model.exec(f'secret-set {secret.unique_identifier} --expire 40m key=two', unit='app/0')
        model.settle()
        model.exec(f'secret-remove {secret.unique_identifier}', unit='app/0')
        model.settle()
        hooks = [run for run in model.advance(minutes=36) if run.hook == 'secret-expired']
        return len(hooks), avoided(model)


def _add(charm: ops.CharmBase, _: object) -> None:
    charm.unit.add_secret({'key': 'one'}, expire=datetime.timedelta(minutes=30))


@pytest.mark.parametrize('is_on', (True, False))
def test_the_removal_of_a_revision_hides_the_expiry_of_another(is_on):
    ran = [expired(order, is_on=is_on) for order in ORDERS]
    assert {times for times, _ in ran} == ({0, 2} if is_on else {0})
    assert ({'expiries_fold'} in [bugs for _, bugs in ran]) is not is_on
