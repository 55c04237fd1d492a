"""Relations between two models of one controller: offered, consumed, suspended and removed, and what the models share."""

from __future__ import annotations

import json

import pytest

from pytest_charmsecrets import ActionFailed, FakeModel, HookFailed, JujuError, UsageError

from .charms import WEB, StubbornWeb, Web, charm, meta
from .two_models import DATABASES, OfferedDatabase, play_two_models, uuid_of

# --- the relation


def test_each_side_sees_the_other_under_a_name_of_its_own(share):
    models = share(num_units=2)
    runs = [(run.hook, run.relation, run.remote) for run in models.apps.journal.hooks(unit='web/1') if run.relation]
    assert runs == [
        ('database-relation-created', 'database:1', 'database'),
        ('database-relation-changed', 'database:1', 'database'),
        ('database-relation-joined', 'database:1', 'database/0'),
        ('database-relation-changed', 'database:1', 'database/0'),
    ]
    remote = [run.remote for run in models.databases.journal.hooks(name='database-relation-joined')]
    assert remote == [f'{models.proxy}/0', f'{models.proxy}/1']
    assert models.proxy.startswith('remote-')
    assert models.relation.key == 'web:database database:database'
    assert models.offered.key == f'{models.proxy}:database database:database'


def test_an_alias_is_the_name_on_the_side_that_consumes(played):
    played.apps.deploy_puppet('other', requires={'database': 'postgresql_client'})
    played.apps.consume('fake:admin/databases.database', alias='storage')
    relation = played.apps.integrate('other', 'storage:database')
    played.apps.settle()
    assert relation.key == 'other:database storage:database'
    assert relation.data('storage/0')['ingress-address'] == '10.0.0.1'
    assert [one.key for one in played.database.relations] == [
        f'{played.proxy}:database database:database',
        f'{played.apps.proxy_name("other")}:database database:database',
    ]


def test_data_of_units_and_applications_goes_both_ways(played, ran):
    with played.web.leader.hook() as hook:
        hook.relation_set(played.relation, {'name': 'web'}, app=True)
        hook.relation_set(played.relation, {'port': '80'})
    assert ran(played.apps.due) == []
    assert ran(played.databases.due) == ['database/0 database-relation-changed'] * 2
    played.apps.settle()
    assert played.offered.data(played.proxy) == {'name': 'web'}
    assert played.offered.data(f'{played.proxy}/0')['port'] == '80'
    with played.database.leader.hook() as hook:
        assert hook.relation_get(played.offered, f'{played.proxy}/0')['port'] == '80'
        assert json.loads(hook.command('relation-model-get', '-r', '1', '--format=json')) == {
            'uuid': uuid_of(played.apps)
        }
        hook.relation_set(played.offered, {'port': '5432'})
    played.databases.settle()
    assert played.relation.data('database/0')['port'] == '5432'


def test_units_that_come_and_go_join_and_depart_in_the_other_model(played, ran):
    played.apps.add_unit('web')
    played.databases.add_unit('database')
    joined = ran(played.apps.settle())
    assert joined.count('database/0 database-relation-joined') == 1
    assert joined.count('web/0 database-relation-joined') == 1
    played.apps.remove_unit('web/1')
    assert 'database/1 database-relation-departed' in ran(played.apps.settle())
    with played.database.leader.hook() as hook:
        assert hook.command('relation-list', '-r', '1').split() == [f'{played.proxy}/0', f'{played.proxy}/2']


def test_the_goal_state_shows_what_is_consumed_and_not_who_consumes(played):
    with played.web.leader.hook() as hook:
        goals = json.loads(hook.command('goal-state', '--format=json'))
    assert list(goals['relations']['database']) == ['admin/databases.database']
    with played.database.leader.hook() as hook:
        goals = json.loads(hook.command('goal-state', '--format=json'))
    assert goals['relations'] == {}


# --- the end


def test_the_end_of_the_relation_ends_access_and_the_proxy(share, ran):
    models = share(StubbornWeb)
    secret, proxy = models.secret, models.proxy
    models.apps.remove_relation('web', 'database')
    assert ran(models.apps.settle()) == [
        'web/0 database-relation-departed',
        'database/0 database-relation-departed',
        'web/0 database-relation-broken',
        'database/0 database-relation-broken',
    ]
    assert not models.relation.exists
    assert models.database.relations == ()
    assert secret.grants == {}
    assert secret.tracked_by == {f'{proxy}/0': 1}
    with pytest.raises(ActionFailed, match='permission denied'):
        models.apps.exec('secret-get', secret.id, unit='web/0')


def test_the_side_that_offers_can_end_the_relation_too(share, ran):
    models = share()
    models.databases.remove_relation('database', models.proxy)
    models.apps.settle()
    assert not models.relation.exists


@pytest.mark.parametrize('side', ['apps', 'databases'])
def test_a_relation_that_is_removed_by_force_ends_in_the_other_model_with_its_hooks(share, ran, side):
    models = share()
    offered = models.offered
    if side == 'apps':
        models.apps.remove_relation('web', 'database', force=True)
    else:
        models.databases.remove_relation('database', models.proxy, force=True)
    other = 'database/0' if side == 'apps' else 'web/0'
    assert ran(models.apps.settle()) == [f'{other} database-relation-departed', f'{other} database-relation-broken']
    assert not models.relation.exists
    assert not offered.exists


def test_what_was_consumed_goes_with_its_relations(share):
    models = share()
    models.apps.remove_saas('database')
    with pytest.raises(UsageError, match="'database' is being removed"):
        models.apps.integrate('web', 'database')
    with pytest.raises(UsageError, match='settle the models first'):
        models.apps.consume('databases.database')
    models.apps.settle()
    assert not models.relation.exists
    models.apps.consume('databases.database')
    again = models.apps.integrate('web', 'database')
    models.apps.settle()
    assert again.exists


@pytest.mark.parametrize(('version', 'tracked'), [('3.6', 'one'), ('4.0', 'three')])
def test_nothing_new_is_told_once_the_saas_is_gone_and_4_0_forgets_what_was_tracked(
    fake_model_factory, version, tracked
):
    apps = fake_model_factory(juju_version=version)
    played = play_two_models(apps)
    secret = played.add_secret()
    played.read(secret.id)
    apps.remove_relation('web', 'database')
    apps.settle()
    secret.set_content({'password': 'two'})
    assert [str(hook) for hook in apps.settle() if hook.unit == 'web/0'] == ['web/0 secret-changed']
    apps.remove_saas('database')
    secret.set_content({'password': 'three'})
    assert [str(hook) for hook in apps.settle() if hook.unit == 'web/0'] == []
    apps.consume('databases.database')
    apps.integrate('web', 'database')
    apps.settle()
    secret.grant(played.offered)
    assert played.read(secret.id) == {'password': tracked}


def test_a_consumed_application_is_not_removed_but_by_force(share):
    models = share()
    with pytest.raises(UsageError, match="'database' is used by 1 consumer in other models") as refused:
        models.databases.remove_application('database')
    assert refused.value.refusal == 'cannot destroy application "database": application is used by 1 consumer'
    models.databases.remove_application('database', force=True)
    models.apps.settle()
    assert not models.relation.exists
    with pytest.raises(UsageError, match=r"there is no offer 'databases\.database'"):
        models.apps.consume('databases.database', alias='again')


def test_the_consumer_can_be_removed(share):
    models = share(num_units=2)
    models.apps.remove_application('web')
    models.apps.settle()
    assert models.database.relations == ()
    assert not models.web.exists


# --- suspended


def test_a_suspended_relation_is_broken_and_comes_back_when_it_is_resumed(played, ran):
    secret = played.add_secret()
    played.read(secret.id)
    played.databases.suspend_relation(played.offered)
    played.databases.suspend_relation(played.offered)
    assert ran(hook for hook in played.apps.settle() if hook.unit == 'web/0') == [
        'web/0 database-relation-departed',
        'web/0 database-relation-broken',
    ]
    with pytest.raises(JujuError, match=r'^permission denied$'):
        played.read(secret.id)
    played.databases.resume_relation(played.offered)
    assert ran(hook for hook in played.apps.settle() if hook.unit == 'database/0') == [
        'database/0 database-relation-created',
        'database/0 database-relation-joined',
        'database/0 database-relation-changed',
        'database/0 database-relation-joined',
        'database/0 database-relation-changed',
    ]
    assert played.read(secret.id) == {'password': 'one'}


def test_only_the_side_that_offers_suspends(played):
    with pytest.raises(UsageError, match='is not a relation over an offer of this model'):
        played.apps.suspend_relation(played.relation)


# --- all models at once


def test_time_and_turns_are_common(fake_model, ran):
    other = fake_model.controller.add_model('other')
    for model in (fake_model, other):
        model.deploy(charm(), 'app', meta=meta(), num_units=2)
    assert ran(other.settle())[:5] == [
        'app/0 install',
        'app/1 install',
        'app/0 install',
        'app/1 install',
        'app/0 leader-elected',
    ]
    fake_model.advance(hours=1)
    assert other.now == fake_model.now
    assert len(other.journal) == len(fake_model.journal)
    other.update_status('app/0')
    assert [run.hook for run in other.journal.hooks(unit='app/0')][-1] == 'update-status'
    assert fake_model.journal.hooks(name='update-status') == ()


def test_a_failure_in_one_model_is_raised_wherever_the_models_are_settled(fake_model):
    def fail(self, _):
        raise RuntimeError('down')

    other = fake_model.controller.add_model('other')
    other.deploy(charm(start=fail), 'app', meta=meta())
    with pytest.raises(HookFailed, match='app/0 failed in start'):
        fake_model.settle()
    with pytest.raises(HookFailed, match='app/0 failed in start'):
        fake_model.settle()


def test_a_controller_that_restarts_takes_the_agents_of_all_models_along(played, ran):
    secret = played.add_secret()
    played.read(secret.id)
    secret.set_content({'password': 'two'})
    played.apps.settle()
    secret.set_content({'password': 'three'})
    played.databases.restart_controller()
    assert 'web/0 secret-changed' in ran(played.apps.settle())


@pytest.mark.parametrize('order', range(1, 31))
def test_in_any_order_everything_arrives(order):
    with FakeModel(order=order) as apps:
        databases = apps.controller.add_model('databases')
        databases.deploy(OfferedDatabase, 'database', meta=DATABASES)
        databases.offer('database', endpoint='database')
        web = apps.deploy(Web, 'web', meta=WEB, num_units=2)
        apps.consume('databases.database')
        apps.integrate('web', 'database')
        apps.advance(days=32)
        assert [unit.status.message for unit in web.units] == ['a password of 3 characters'] * 2
        secret = databases.secret(owner='database')
        proxy = apps.proxy_name('web')
        assert secret.tracked_by == {f'{proxy}/0': 2, f'{proxy}/1': 2}
        assert list(secret.revisions) == [2]
        apps.remove_saas('database')
        apps.settle()
        assert secret.grants == {}
        assert apps.due == databases.due == ()


def test_a_list_of_choices_repeats_an_order_over_all_models():
    def play(order):
        with FakeModel(order=order) as apps:
            databases = apps.controller.add_model('databases')
            databases.deploy(OfferedDatabase, 'database', meta=DATABASES)
            databases.offer('database', endpoint='database')
            apps.deploy(Web, 'web', meta=WEB, num_units=2)
            apps.consume('databases.database')
            apps.integrate('web', 'database')
            apps.advance(days=32)
            return apps.order, [[repr(record) for record in model.journal] for model in (apps, databases)]

    order, journals = play(7)
    assert play(order.choices)[1] == journals
    assert play(order.departures)[1] == journals
    told = list(map(str, order.departures))
    assert any(text.startswith('databases: database/0 ') for text in told)


# --- misuse


def test_models_of_a_controller(fake_model):
    other = fake_model.controller.add_model('other')
    assert fake_model.controller.models == {'fake': fake_model, 'other': other}
    assert repr(fake_model.controller) == '<FakeController of fake, other>'
    assert other.controller is fake_model.controller
    with pytest.raises(UsageError, match="already has a model 'other'"):
        fake_model.controller.add_model('other')
    with pytest.raises(UsageError, match="'No name' is not a valid model name"):
        fake_model.controller.add_model('No name')


def test_what_cannot_be_offered(played):
    played.databases.deploy_puppet('cluster', peers={'cluster': 'cluster'})
    for app, endpoint, message in (
        ('nothing', 'database', "there is no application 'nothing'"),
        ('database', 'data', r"there is no endpoint 'database:data'; did you mean 'database:database'\?"),
        ('database', (), "no endpoint of 'database' was named"),
        ('cluster', 'cluster', 'cluster:cluster cannot be offered'),
    ):
        with pytest.raises(UsageError, match=message):
            played.databases.offer(app, endpoint=endpoint)
    played.databases.deploy_puppet('second', provides={'database': 'postgresql_client'})
    with pytest.raises(UsageError, match="offer 'database' is of 'database'"):
        played.databases.offer('second', endpoint='database', name='database')


def test_what_cannot_be_consumed(played):
    played.apps.deploy_puppet('taken')
    third = played.apps.controller.add_model('third')
    third.deploy_puppet('database', provides={'database': 'postgresql_client'})
    third.offer('database', endpoint='database')
    for url, alias, message in (
        ('databases.data', None, "there is no offer 'databases.data'; did you mean 'databases.database'"),
        ('fake.database', None, "there is no other model 'fake'"),
        ('bob/databases.database', None, "there is no other model 'databases'"),
        ('databases.database', 'taken', "application 'taken' is deployed already"),
        ('databases.database', 'No name', "'No name' is not a valid application name"),
        ('third.database', None, "'database' is consumed from another model already"),
    ):
        with pytest.raises(UsageError, match=message):
            played.apps.consume(url, alias)
    with pytest.raises(UsageError, match="an application was consumed as 'database' already"):
        played.apps.deploy_puppet('database')
    with pytest.raises(UsageError, match="there is no consumed application 'web'"):
        played.apps.remove_saas('web')
    played.apps.consume('databases.database')
    assert played.relation.exists


def test_a_relation_that_is_gone_cannot_be_suspended(played):
    offered = played.offered
    played.apps.remove_relation('web', 'database')
    played.apps.settle()
    with pytest.raises(UsageError, match="there is no relation '1'"):
        played.databases.suspend_relation(offered)


def test_an_offer_whose_application_is_going_makes_no_relation(played):
    played.apps.deploy_puppet('other', requires={'database': 'postgresql_client'})
    played.apps.consume('databases.database', alias='late')
    played.databases.remove_application('database', force=True)
    relation = played.apps.integrate('other', 'late')
    played.apps.settle()
    assert relation.exists
    assert relation.data('late') == {}
