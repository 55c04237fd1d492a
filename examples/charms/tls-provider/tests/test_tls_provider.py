"""The authority: one for the application, whoever leads it."""

from __future__ import annotations

import pathlib

import pytest

CHARM_DIR = pathlib.Path(__file__).parents[1]
REQUIRER_CHARM_DIR = CHARM_DIR.parent / 'tls-requirer'


@pytest.fixture
def ca(fake_model):
    ca = fake_model.deploy(CHARM_DIR, 'ca', num_units=2)
    fake_model.settle()
    return ca


def test_authority_is_made_once(fake_model, ca):
    fake_model.set_leader('ca/1')
    fake_model.settle()

    [authority] = fake_model.secrets(owner='ca')
    assert list(authority.revisions) == [1]


def test_new_leader_signs_with_the_authority_of_the_old_one(fake_model, ca):
    fake_model.set_leader('ca/1')
    fake_model.settle()

    web = fake_model.deploy(REQUIRER_CHARM_DIR, 'web')
    fake_model.integrate('ca:certificates', 'web:certificates')
    fake_model.settle()

    assert web.units[0].status.message == 'certificate until 2026-04-11'
    assert len(fake_model.secrets(owner='ca')) == 1
