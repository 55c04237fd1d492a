"""The same as a suite for a live controller would have it: nothing but jubilant, one model for the module."""

from __future__ import annotations

import pathlib

import pytest

jubilant = pytest.importorskip('jubilant')

CHARM_DIR = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope='module')
def juju(fake_juju_factory):
    juju = fake_juju_factory()
    juju.deploy(CHARM_DIR, 'app')
    juju.wait(jubilant.all_blocked)
    return juju


@pytest.fixture(scope='module')
def account(juju):
    uri = juju.add_secret('account', {'username': 'ann', 'password': 'one'}, info='for tests')
    juju.config('app', {'account': uri})
    juju.grant_secret('account', 'app')
    juju.model_config({'update-status-hook-interval': '1m'})
    juju.wait(jubilant.all_active)
    return uri


def test_uses_the_account_and_follows_it(juju, account):
    assert juju.status().apps['app'].app_status.message == 'runs as ann'
    assert juju.config('app') == {'account': account}

    juju.update_secret('account', {'username': 'bob', 'password': 'two'})
    juju.wait(lambda status: status.apps['app'].units['app/0'].workload_status.message == 'runs as bob')
    assert juju.show_secret(account, reveal=True).content == {'username': 'bob', 'password': 'two'}
    assert juju.run('app/leader', 'check').results['status'] == 'active'


def test_the_option_takes_nothing_but_a_secret(juju):
    with pytest.raises(jubilant.CLIError, match='secret URI "hunter2" not valid'):
        juju.config('app', {'account': 'hunter2'})
