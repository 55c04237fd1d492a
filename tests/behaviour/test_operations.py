"""Deploying, relating, configuring, scaling, and removing, and the hooks that follow."""

from __future__ import annotations

import contextlib

import pytest
from ops import testing

from pytest_charmsecrets import UsageError

from .charms import COLOUR, DATABASE, WEB, Database, charm, meta

# --- deploy


def test_a_charm_class_starts_as_juju_starts_it(fake_model, ran):
    fake_model.deploy(charm(), 'web', meta=meta(), num_units=2)
    assert ran(fake_model.settle()) == [
        'web/0 install',
        'web/1 install',
        'web/0 leader-elected',
        'web/1 leader-settings-changed',
        'web/0 config-changed',
        'web/1 config-changed',
        'web/0 start',
        'web/1 start',
    ]


def test_an_application_is_named_like_its_charm_if_not_told_otherwise(fake_model):
    assert fake_model.deploy(charm(), meta=meta('shop')).name == 'shop'
    assert fake_model.deploy(charm(), 'other', meta=meta('shop')).name == 'other'


def test_an_application_can_be_deployed_without_units_and_scaled_up(fake_model, ran):
    app = fake_model.deploy(charm(), meta=meta(), num_units=0)
    assert fake_model.settle() == ()
    with pytest.raises(UsageError, match='has no units, so no leader'):
        _ = app.leader
    assert fake_model.add_unit('app', num_units=2) == ('app/0', 'app/1')
    fake_model.settle()
    assert app.leader.name == 'app/0'


def test_deploy_takes_config(settled):
    seen = []
    settled(
        charm(start=lambda self, _: seen.append(self.config['colour'])), meta=meta(**COLOUR), config={'colour': 'blue'}
    )
    assert seen == ['blue']


def test_deploy_takes_the_surroundings_of_units(settled):
    seen = []

    def start(self, _):
        with self.unit.get_container('workload').pull('/etc/name') as file:
            seen.append(file.read())
        seen.append(str(self.model.get_binding('database').network.bind_address))

    state = testing.State(
        containers=[testing.Container('workload', can_connect=True)],
        networks=[testing.Network('database', [testing.BindAddress([testing.Address('10.9.8.7')])])],
    )
    install = lambda self, _: self.unit.get_container('workload').push('/etc/name', self.unit.name, make_dirs=True)  # noqa: E731
    settled(
        charm(install=install, start=start),
        meta=meta(containers={'workload': {}}, requires={'database': 'x'}),
        state=state,
    )
    assert seen == ['app/0', '10.9.8.7']


def test_around_hook_surrounds_every_run_of_the_charm_with_the_test_s_world(settled):
    calls = []

    @contextlib.contextmanager
    def around(hook):
        calls.append(f'enter {hook.unit} {hook.name}')
        yield
        calls.append('leave')

    settled(charm(start=lambda self, _: calls.append('charm')), around_hook=around)
    assert calls[-4:] == ['leave', 'enter app/0 start', 'charm', 'leave']


def test_started_units_begin_after_their_start_hook(fake_model, ran):
    seen = []
    see = charm(start=lambda self, _: seen.append('start'), update_status=lambda self, _: seen.append('update-status'))
    fake_model.deploy(see, meta=meta(), num_units=2, started=True)
    assert fake_model.due == ()
    assert fake_model.settle() == ()
    fake_model.update_status('app/1')
    assert seen == ['update-status']


def test_started_units_have_met_their_peers_no_more_than_others_have(fake_model, ran):
    fake_model.deploy(charm(), meta=meta(peers={'cluster': 'c'}), num_units=2, started=True)
    assert sorted(ran(fake_model.settle())) == [
        'app/0 cluster-relation-changed',
        'app/0 cluster-relation-joined',
        'app/1 cluster-relation-changed',
        'app/1 cluster-relation-joined',
    ]


def test_a_started_application_can_be_related_and_configured_like_any_other(fake_model, ran):
    fake_model.deploy(charm(), 'web', meta={**WEB, **COLOUR}, started=True)
    fake_model.deploy_puppet('puppet', provides={'database': 'postgresql_client'})
    fake_model.integrate('web', 'puppet')
    fake_model.config('web', {'colour': 'blue'})
    hooks = ran(hook for hook in fake_model.settle() if hook.unit == 'web/0')
    assert hooks == [
        'web/0 database-relation-created',
        'web/0 config-changed',
        'web/0 database-relation-joined',
        'web/0 database-relation-changed',
    ]


# --- integrate, relations


def test_both_sides_are_told_of_a_relation(fake_model, ran):
    fake_model.deploy(Database, meta=DATABASE, started=True)
    fake_model.deploy(charm(), meta=WEB, started=True)
    relation = fake_model.integrate('database', 'web')
    assert relation.key == 'web:database database:database'
    assert ran(fake_model.settle()) == [
        'database/0 database-relation-created',
        'web/0 database-relation-created',
        'database/0 database-relation-joined',
        'web/0 database-relation-joined',
        'database/0 database-relation-changed',
        'web/0 database-relation-changed',
    ]


def test_a_removed_relation_ends_with_departed_and_broken_and_its_data(pair, ran):
    pair.model.remove_relation('web:database', 'database')
    hooks = ran(hook for hook in pair.model.settle() if hook.unit == 'web/0')
    assert hooks == ['web/0 database-relation-departed'] * 2 + ['web/0 database-relation-broken']
    assert not pair.relation.exists
    with pytest.raises(UsageError, match='was removed'):
        pair.relation.data('web')
    assert pair.web.relations == ()


def test_a_relation_can_be_made_again_after_it_was_removed(pair):
    pair.model.remove_relation('web', 'database')
    with pytest.raises(UsageError, match='settle the model until it is gone'):
        pair.model.integrate('web', 'database')
    pair.model.settle()
    assert pair.model.integrate('web', 'database').id > pair.relation.id


def test_an_endpoint_takes_no_more_relations_than_its_limit(pair, snapshot):
    pair.model.deploy_puppet('other', provides={'database': 'postgresql_client'})
    before = snapshot()
    with pytest.raises(UsageError, match="'web:database' takes at most 1 relations"):
        pair.model.integrate('web', 'other')
    assert snapshot() == before


# --- config


def test_config_is_read_with_its_defaults(settled, fake_model):
    settled(charm(), meta=meta(**COLOUR))
    assert fake_model.config('app') == {'colour': 'red'}
    fake_model.config('app', {'size': 3})
    assert fake_model.config('app') == {'colour': 'red', 'size': 3}


def test_changed_config_tells_every_unit_once(settled, fake_model, ran):
    settled(charm(), meta=meta(**COLOUR), num_units=2)
    fake_model.config('app', {'colour': 'green'})
    fake_model.config('app', {'colour': 'blue'})
    assert ran(fake_model.settle()) == ['app/0 config-changed', 'app/1 config-changed']


@pytest.mark.parametrize('values', ({}, {'colour': 'red'}))
def test_config_that_stays_the_same_tells_nobody(settled, fake_model, values):
    settled(charm(), meta=meta(**COLOUR))
    fake_model.config('app', values)
    assert fake_model.due == ()


@pytest.mark.parametrize('reset', ('colour', ['colour', 'size']))
def test_reset_config_is_the_default_again(settled, fake_model, ran, reset):
    settled(charm(), meta=meta(**COLOUR), config={'colour': 'blue'})
    fake_model.config('app', reset=reset)
    assert fake_model.config('app') == {'colour': 'red'}
    assert ran(fake_model.settle()) == ['app/0 config-changed']


# --- units, applications, leaders


def test_added_units_start_and_join(pair, ran):
    assert pair.model.add_unit('web') == ('web/2',)
    hooks = ran(hook for hook in pair.model.settle() if hook.unit in ('web/2', 'database/0'))
    assert hooks[0] == 'web/2 install'
    assert 'database/0 database-relation-joined' in hooks
    assert pair.secret.tracked_by['web/2'] == 1


def test_a_removed_unit_departs_stops_and_is_gone_with_its_records(pair, ran):
    pair.model.remove_unit('web/1')
    hooks = ran(hook for hook in pair.model.settle() if hook.unit == 'web/1')
    assert hooks[-2:] == ['web/1 stop', 'web/1 remove']
    assert 'web/1 database-relation-broken' in hooks
    assert [unit.name for unit in pair.web.units] == ['web/0']
    assert pair.secret.tracked_by == {'web/0': 1}


def test_the_newest_units_are_removed_by_number(settled, fake_model):
    app = settled(charm(), num_units=3)
    fake_model.remove_unit('app', num_units=1)
    fake_model.remove_unit('app', num_units=1)
    fake_model.settle()
    assert [unit.name for unit in app.units] == ['app/0']
    assert fake_model.add_unit('app') == ('app/3',)


def test_a_unit_that_was_never_installed_is_removed_without_a_hook(fake_model):
    app = fake_model.deploy(charm(), meta=meta(), num_units=2)
    fake_model.remove_unit('app/1')
    assert all(hook.unit == 'app/0' for hook in fake_model.settle())
    assert [unit.name for unit in app.units] == ['app/0']


def test_a_removed_application_goes_with_units_relations_and_secrets(pair, ran):
    unit = pair.database.units[0]
    pair.model.remove_application('database')
    pair.model.settle()
    assert not pair.database.exists
    assert not unit.exists
    assert not pair.relation.exists
    assert pair.model.secrets() == ()
    assert repr(pair.database) == '<ApplicationView database (removed)>'
    assert repr(unit) == '<UnitView database/0 (removed)>'
    assert repr(pair.relation) == '<RelationView 2 web:database database:database (removed)>'
    with pytest.raises(UsageError, match='no application'):
        _ = pair.database.units


def test_a_removed_application_can_be_deployed_again(pair):
    pair.model.remove_application('database')
    pair.model.settle()
    pair.model.deploy(Database, meta=DATABASE)
    pair.model.integrate('web', 'database')
    pair.model.settle()
    assert pair.secret.tracked_by == {'web/0': 1, 'web/1': 1}


def test_set_leader_tells_the_new_leader_and_only_once(pair, ran):
    pair.model.set_leader('web/1')
    assert (pair.web.leader.name, pair.web.units[0].is_leader) == ('web/1', False)
    pair.model.set_leader('web/1')
    assert ran(pair.model.settle()) == ['web/0 leader-settings-changed', 'web/1 leader-elected']
