"""An application-owned secret that every unit reads by its label, with the peer repository of dpcharmlibs-interfaces."""

from __future__ import annotations

import pathlib

import pytest

from pytest_charmsecrets import ActionFailed

pytest.importorskip('dpcharmlibs')
# Defining its models makes the library's pydantic warn.
pytestmark = pytest.mark.filterwarnings('ignore:The .* attribute with value:Warning')

CHARM_DIR = pathlib.Path(__file__).parents[1]


@pytest.fixture
def cluster(fake_model):
    cluster = fake_model.deploy(CHARM_DIR, 'cluster', num_units=3)
    fake_model.settle()
    return cluster


@pytest.fixture
def secret(fake_model, cluster):
    return fake_model.secret(owner='cluster', label='cluster.cluster.app')


def test_every_unit_reads_by_the_owner_label(cluster, secret):
    assert secret.tracked_by == {'cluster/0': 1, 'cluster/1': 1, 'cluster/2': 1}
    assert len({unit.status.message for unit in cluster.units}) == 1


def test_every_unit_follows_a_rotation_the_leader_too(fake_model, cluster, secret):
    before = cluster.units[2].status

    fake_model.run('cluster/0', 'rotate-password')
    hooks = [str(hook) for hook in fake_model.settle()]

    assert {f'cluster/{number} secret-changed' for number in range(3)} <= set(hooks)
    assert len({unit.status.message for unit in cluster.units}) == 1
    assert cluster.units[2].status != before
    assert list(secret.revisions) == [2]


def test_new_leader_keeps_the_password(fake_model, cluster, secret):
    before = cluster.units[0].status

    fake_model.set_leader('cluster/2')
    fake_model.settle()

    assert [left.id for left in fake_model.secrets(owner='cluster')] == [secret.id]
    assert list(secret.revisions) == [1]
    assert [unit.status for unit in cluster.units] == [before] * 3


def test_new_leader_may_rotate_and_the_old_one_may_not(fake_model, secret):
    fake_model.set_leader('cluster/2')
    fake_model.settle()

    with pytest.raises(ActionFailed, match='only the leader'):
        fake_model.run('cluster/0', 'rotate-password')
    fake_model.run('cluster/2', 'rotate-password')
    fake_model.settle()

    assert secret.tracked_by == {'cluster/0': 2, 'cluster/1': 2, 'cluster/2': 2}
    assert list(secret.revisions) == [2]


def test_new_unit_finds_the_password(fake_model, cluster, secret):
    fake_model.run('cluster/0', 'rotate-password')
    fake_model.settle()

    fake_model.add_unit('cluster')
    fake_model.settle()

    assert secret.tracked_by['cluster/3'] == 2
    assert len({unit.status.message for unit in cluster.units}) == 1


def test_password_survives_the_unit_that_made_it(fake_model, cluster, secret):
    fake_model.set_leader('cluster/1')
    fake_model.remove_unit('cluster/0')
    fake_model.settle()

    assert secret.tracked_by == {'cluster/1': 1, 'cluster/2': 1}
