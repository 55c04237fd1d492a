"""The life of grouped credentials with dpcharmlibs-interfaces 1.2.2."""

from __future__ import annotations

import json
import pathlib

import pytest

from pytest_charmsecrets import ActionFailed

pytest.importorskip('dpcharmlibs')
# Defining its models makes the library's pydantic warn.
pytestmark = pytest.mark.filterwarnings('ignore:The .* attribute with value:Warning')

CHARM_DIR = pathlib.Path(__file__).parents[1]
REQUIRER_CHARM_DIR = CHARM_DIR.parent / 'data-requirer'


@pytest.fixture
def requirer(fake_model):
    fake_model.deploy(CHARM_DIR, 'db')
    requirer = fake_model.deploy(REQUIRER_CHARM_DIR, 'app', num_units=2)
    fake_model.integrate('db:database', 'app:database')
    fake_model.settle()
    return requirer


@pytest.fixture
def secret(fake_model, requirer):
    [secret] = fake_model.secrets(owner='db')
    return secret


def observers(secret):
    """Which revision the requirer's units track."""
    return {unit: revision for unit, revision in secret.tracked_by.items() if unit.startswith('app/')}


def test_username_and_password_share_one_secret(requirer, secret):
    assert observers(secret) == {'app/0': 1, 'app/1': 1}
    assert requirer.units[0].status == requirer.units[1].status


def test_both_sides_label_the_secret_by_its_relation(fake_model, secret):
    # <endpoint>.<relation id>.<request id>.<group>.secret
    assert secret.label.startswith('database.')
    assert secret.label.endswith('.user.secret')
    content = json.loads(
        fake_model.exec('secret-get', '--label', secret.label, '--format', 'json', unit='app/0').stdout
    )
    assert set(content) == {'username', 'password'}


# dpcharmlibs-interfaces prunes one rotation late; see the next test.
@pytest.mark.charmsecrets(allow=['stale-observer:unit:db/0'])
def test_requirer_follows_a_rotation(fake_model, requirer, secret):
    before = {unit.status.message for unit in requirer.units}

    fake_model.run('db/0', 'rotate-passwords')
    hooks = [str(hook) for hook in fake_model.settle()]

    assert hooks.count('app/0 secret-changed') == hooks.count('app/1 secret-changed') == 1
    assert observers(secret) == {'app/0': 2, 'app/1': 2}
    after = {unit.status.message for unit in requirer.units}
    assert len(before) == len(after) == 1
    assert before != after


# This is what the test is about.
@pytest.mark.charmsecrets(allow=['stale-observer:unit:db/0'])
def test_provider_holds_on_to_the_revision_before(fake_model, secret):
    """The provider prunes one rotation late.

    The library reads the secret before it writes, to merge the new field into the group; reading makes the provider's
    leader track the revision it is about to replace. It is told of its own new revision, as any unit that has read the
    secret, but its handler does nothing without mutual TLS. So the revision before the latest stays in use.
    """
    fake_model.run('db/0', 'rotate-passwords')
    fake_model.settle()

    assert secret.tracked_by['db/0'] == 1
    assert list(secret.revisions) == [1, 2]

    fake_model.run('db/0', 'rotate-passwords')
    fake_model.settle()

    assert secret.tracked_by['db/0'] == 2
    assert list(secret.revisions) == [2, 3]


# This is what the test is about.
@pytest.mark.charmsecrets(allow=['orphaned-secret'])
def test_secret_outlives_the_relation(fake_model, secret):
    """The library removes nothing when the relation is broken; only the grant goes, with the relation."""
    fake_model.remove_relation('db:database', 'app:database')
    fake_model.settle()

    assert [left.id for left in fake_model.secrets(owner='db')] == [secret.id]
    with pytest.raises(ActionFailed, match=r'permission denied|is not allowed to read'):
        fake_model.exec('secret-get', secret.id, unit='app/0')
