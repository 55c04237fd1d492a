"""Secrets that belong to units, over a year of virtual time."""

from __future__ import annotations

import datetime
import pathlib

import ops
import pytest

from pytest_charmsecrets import ActionFailed, HookFailed

CHARM_DIR = pathlib.Path(__file__).parents[1]


@pytest.fixture
def app(fake_model):
    app = fake_model.deploy(CHARM_DIR, 'cert', num_units=3)
    fake_model.settle()
    return app


def test_every_unit_may_use_the_same_label(fake_model, app):
    ids = {fake_model.secret(owner=f'cert/{number}', label='certificate').id for number in range(3)}

    assert len(ids) == 3


def test_expired_certificate_is_replaced(fake_model, app):
    fake_model.advance_to_next('secret-expired')

    assert fake_model.now == datetime.datetime(2026, 4, 1, tzinfo=datetime.timezone.utc)
    for unit in app.units:
        assert list(fake_model.secret(owner=unit.name, label='certificate').revisions) == [2]
        assert unit.status == ops.ActiveStatus('certificate until 2026-06-30')


def test_expiry_does_not_come_back_once_the_revision_is_removed(fake_model, app):
    fake_model.advance(days=90)

    assert list(fake_model.advance(hours=1)) == []


def test_certificates_are_renewed_all_year(fake_model, app):
    fake_model.advance(days=365)

    # On the first of April, the 30th of June, the 28th of September, and the 27th of December.
    assert list(fake_model.secret(owner='cert/1', label='certificate').revisions) == [5]


def test_units_that_come_later_have_a_schedule_of_their_own(fake_model, app):
    fake_model.advance(days=10)
    fake_model.add_unit('cert')
    fake_model.settle()

    hooks = [str(hook) for hook in fake_model.advance(days=85)]

    assert 'cert/3 secret-expired' not in hooks
    assert 'cert/3 secret-expired' in [str(hook) for hook in fake_model.advance_to_next('secret-expired')]
    assert fake_model.now == datetime.datetime(2026, 4, 11, tzinfo=datetime.timezone.utc)


def test_secret_goes_with_its_unit_and_no_other(fake_model, app):
    secret = fake_model.secret(owner='cert/1', label='certificate')

    fake_model.remove_unit('cert/1')
    fake_model.settle()

    assert not secret.exists

    hooks = fake_model.advance(days=90)

    assert {hook.unit for hook in hooks if hook.hook == 'secret-expired'} == {'cert/0', 'cert/2'}
    assert 'cert/1' not in {hook.unit for hook in hooks}


def test_leader_does_not_see_the_certificate_of_another_unit(fake_model, app):
    secret = fake_model.secret(owner='cert/1', label='certificate')

    with pytest.raises(ActionFailed, match=r'permission denied|is not allowed to read'):
        fake_model.exec('secret-get', secret.id, unit='cert/0')


def test_failed_renewal_keeps_the_old_certificate_and_is_retried(fake_model, app, monkeypatch):
    def broken(self, expiry):
        raise ConnectionError('no certificate authority')

    secret = fake_model.secret(owner='cert/0', label='certificate')
    with monkeypatch.context() as patch:
        patch.setattr(app.module('charm').UnitCertificateCharm, '_issue', broken)
        with pytest.raises(HookFailed, match='no certificate authority'):
            fake_model.advance(days=90)

    assert list(secret.revisions) == [1]

    fake_model.settle()

    assert list(secret.revisions) == [2]
