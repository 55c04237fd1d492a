"""A certificate's life with charmlibs-interfaces-tls-certificates 1.12.0, to its renewal and beyond."""

from __future__ import annotations

import contextlib
import datetime
import pathlib
import subprocess
import sys
import types

import ops
import pytest
from charmlibs.interfaces.tls_certificates import TLSCertificatesRequiresV4

CHARM_DIR = pathlib.Path(__file__).parents[1]
PROVIDER_CHARM_DIR = CHARM_DIR.parent / 'tls-provider'


@pytest.fixture
def web(fake_model):
    fake_model.deploy(PROVIDER_CHARM_DIR, 'ca')
    web = fake_model.deploy(CHARM_DIR, 'web', num_units=2)
    fake_model.integrate('ca:certificates', 'web:certificates')
    fake_model.settle()
    return web


def certificate_of(fake_model, unit):
    [secret] = [secret for secret in fake_model.secrets(owner=unit) if '-certificate-' in secret.label]
    return secret


def private_key_of(fake_model, unit):
    [secret] = [secret for secret in fake_model.secrets(owner=unit) if '-private-key-' in secret.label]
    return secret


def test_every_unit_owns_its_key_and_its_certificate(fake_model, web):
    for unit in web.units:
        assert unit.status == ops.ActiveStatus('certificate until 2026-04-11')
        assert len(fake_model.secrets(owner=unit.name)) == 2
        assert list(private_key_of(fake_model, unit.name).revisions) == [1]
        assert list(certificate_of(fake_model, unit.name).revisions) == [1]


def test_certificate_is_renewed_when_its_secret_expires(fake_model, web):
    """The library gives the secret an expiry at 90 % of the certificate's 100 days, and renews when it is told."""
    old = certificate_of(fake_model, 'web/0').id

    fake_model.advance_to_next('secret-expired')

    assert fake_model.now == datetime.datetime(2026, 4, 1, tzinfo=datetime.timezone.utc)
    assert web.units[0].status == ops.ActiveStatus('certificate until 2026-07-10')
    # A new request has a label of its own, so the new certificate is in a new secret.
    assert certificate_of(fake_model, 'web/0').id != old


def test_renewal_leaves_no_secret_behind_and_keeps_the_key(fake_model, web):
    keys = [private_key_of(fake_model, unit.name).id for unit in web.units]

    fake_model.advance(days=365)

    for unit in web.units:
        assert unit.status == ops.ActiveStatus('certificate until 2027-04-06')
        assert len(fake_model.secrets(owner=unit.name)) == 2
    assert [private_key_of(fake_model, unit.name).id for unit in web.units] == keys


def test_authority_keeps_nothing_but_its_own_key(fake_model, web):
    fake_model.advance(days=100)

    [authority] = fake_model.secrets(owner='ca')
    assert list(authority.revisions) == [1]


def test_removing_the_relation_removes_every_secret_of_the_requirer(fake_model, monkeypatch):
    """The library lists its certificates with the ``secret-ids`` command, which it starts as a process.

    There is no such process when a charm runs in process, so the test answers in its place.
    """
    library = sys.modules[TLSCertificatesRequiresV4.__module__]

    @contextlib.contextmanager
    def answer_secret_ids(hook):
        def run(argv, **_):
            assert argv == ['secret-ids']
            ids = [secret.unique_identifier for secret in fake_model.secrets(owner=hook.unit)]
            return subprocess.CompletedProcess(argv, 0, stdout='\n'.join(ids), stderr='')

        with monkeypatch.context() as patch:
            patch.setattr(library, 'subprocess', types.SimpleNamespace(run=run))
            yield

    fake_model.deploy(PROVIDER_CHARM_DIR, 'ca')
    web = fake_model.deploy(CHARM_DIR, 'web', num_units=2, around_hook=answer_secret_ids)
    fake_model.integrate('ca:certificates', 'web:certificates')
    fake_model.settle()

    fake_model.remove_relation('ca:certificates', 'web:certificates')
    fake_model.settle()

    assert [fake_model.secrets(owner=unit.name) for unit in web.units] == [(), ()]
