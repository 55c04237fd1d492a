"""How a hook reaches a secret of another model (``juju/transaction/remote_secrets.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.juju.identity import SecretURI
from pytest_charmsecrets.juju.secrets import access
from pytest_charmsecrets.juju.transaction import remote_secrets
from pytest_charmsecrets.juju.transaction.remote_secrets import Unreachable


@pytest.fixture
def secret(models, add_secret):
    return add_secret(models.there.secrets)


def grant(models, secret):
    store, tag = models.there.secrets, f'application-{models.proxy}'
    access.grant(store, secret, subject_tag=tag, scope_tag=models.offered.tag, role='view')


def find(models, secret):
    return remote_secrets.find(models.here, 'web/0', SecretURI(secret.id, models.there.uuid))


def test_a_unit_reads_what_its_application_was_granted_under_its_name_there(models, secret):
    grant(models, secret)
    found = find(models, secret)
    assert (found.secret, found.unit, found.saas) == (secret, f'{models.proxy}/0', 'db')


@pytest.mark.parametrize('why', ('has not granted', 'is suspended', 'has no such secret'))
def test_why_a_secret_cannot_be_reached_is_said(models, secret, why):
    if why == 'is suspended':
        grant(models, secret)
        models.offered.suspended = True
    elif why == 'has no such secret':
        models.there.secrets.drop(secret)
    with pytest.raises(Unreachable, match=why):
        find(models, secret)
