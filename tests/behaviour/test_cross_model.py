"""Secrets between two models of one controller: offered, consumed, read, followed, and taken away."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import ops
import pytest

from pytest_charmsecrets import (
    ActionFailed,
    ApplicationView,
    Client,
    FakeModel,
    HookFailed,
    JujuError,
    Puppet,
    RelationView,
    SecretView,
    UsageError,
)

from .charms import DATABASE, LABEL, WEB, StubbornWeb, Web, charm, meta

DATABASES = {**DATABASE, 'peers': {}}


class OfferedDatabase(ops.CharmBase):
    """Shares a password with everybody related, by its URI; rotates it when asked, and prunes what nobody tracks."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_created, self._share)
        framework.observe(self.on.secret_rotate, self._rotate)
        framework.observe(self.on.secret_remove, self._prune)

    def _share(self, event: ops.RelationCreatedEvent) -> None:
        try:
            secret = self.model.get_secret(label=LABEL)
        except ops.SecretNotFoundError:
            secret = self.app.add_secret({'password': 'one'}, label=LABEL, rotate=ops.SecretRotate.MONTHLY)
        secret.grant(event.relation)
        event.relation.data[self.app]['secret-id'] = secret.id or ''

    def _rotate(self, event: ops.SecretRotateEvent) -> None:
        event.secret.set_content({'password': 'two'})

    def _prune(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


@dataclasses.dataclass
class Models:
    """A web application that consumes the database of another model; settled, it has read the password."""

    apps: FakeModel
    databases: FakeModel
    web: ApplicationView
    database: ApplicationView
    relation: RelationView
    proxy: str
    """What the web application is called in the other model."""

    @property
    def secret(self) -> SecretView:
        return self.databases.secret(owner='database', label=LABEL)

    @property
    def offered(self) -> RelationView:
        """The relation as the model that offers sees it."""
        (relation,) = self.database.relations
        return relation


@dataclasses.dataclass
class Played:
    """A puppet that consumes another puppet of another model; settled."""

    apps: FakeModel
    databases: FakeModel
    web: Puppet
    database: Puppet
    relation: RelationView

    @property
    def offered(self) -> RelationView:
        (relation,) = self.database.relations
        return relation

    @property
    def proxy(self) -> str:
        return self.apps.proxy_name('web')

    def add_secret(self, **options: Any) -> Any:
        with self.database.leader.hook() as hook:
            secret = hook.add_secret({'password': 'one'}, **options)
            secret.grant(self.offered)
        return secret

    def read(self, identifier: str | None = None, *, unit: int = 0, **options: Any) -> dict[str, str]:
        with self.web.units[unit].hook() as hook:
            return hook.get_secret(identifier, **options)


def uuid_of(model: FakeModel) -> str:
    return Client(model).run(['show-model', '--format=json']).stdout.partition('"model-uuid":"')[2][:36]


@pytest.fixture
def share(fake_model: FakeModel) -> Callable[..., Models]:
    def share(charm: Any = Web, *, num_units: int = 1) -> Models:
        databases = fake_model.controller.add_model('databases')
        database = databases.deploy(OfferedDatabase, 'database', meta=DATABASES)
        databases.offer('database', endpoint='database')
        web = fake_model.deploy(charm, 'web', meta=WEB, num_units=num_units)
        fake_model.consume('databases.database')
        relation = fake_model.integrate('web:database', 'database')
        fake_model.settle()
        return Models(fake_model, databases, web, database, relation, fake_model.proxy_name('web'))

    return share


@pytest.fixture
def played(fake_model: FakeModel) -> Played:
    databases = fake_model.controller.add_model('databases')
    database = databases.deploy_puppet('database', provides={'database': 'postgresql_client'})
    databases.offer('database', endpoint='database')
    web = fake_model.deploy_puppet('web', requires={'database': 'postgresql_client'}, num_units=2)
    fake_model.consume('databases.database')
    relation = fake_model.integrate('web', 'database')
    fake_model.settle()
    return Played(fake_model, databases, web, database, relation)


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


# --- reading


def test_a_unit_reads_what_another_model_shares_and_is_counted_there(share):
    models = share()
    assert models.web.units[0].status == ops.ActiveStatus('one')
    assert models.secret.grants == {models.proxy: models.offered.key}
    assert models.secret.tracked_by == {f'{models.proxy}/0': 1}
    assert models.apps.secrets() == ()


def test_a_rotation_reaches_the_observers_in_the_other_model_and_frees_the_old_revision(share, ran):
    models = share(num_units=2)
    hooks = ran(models.databases.advance(days=31))
    assert hooks == [
        'database/0 secret-rotate',
        'web/0 secret-changed',
        'web/1 secret-changed',
        'database/0 secret-remove',
    ]
    (changed, _) = models.apps.journal.hooks(name='secret-changed')
    assert (changed.secret, changed.label) == (models.secret.id, 'from-database')
    assert [unit.status.message for unit in models.web.units] == ['two', 'two']
    assert models.secret.tracked_by == {f'{models.proxy}/0': 2, f'{models.proxy}/1': 2}
    assert list(models.secret.revisions) == [2]


def test_an_observer_that_does_not_move_keeps_its_revision_in_the_other_model(share):
    models = share(StubbornWeb)
    models.apps.advance(days=31)
    assert models.secret.tracked_by == {f'{models.proxy}/0': 1}
    assert not models.secret.revisions[1].obsolete
    assert models.web.units[0].status == ops.ActiveStatus('still one')


def test_the_state_of_a_unit_shows_the_secrets_of_the_other_model(share):
    models = share(StubbornWeb)
    models.apps.advance(days=31)
    (secret,) = models.web.units[0].state.secrets
    assert (secret.id, secret.label, secret.owner) == (models.secret.id, 'from-database', None)
    assert (secret.tracked_content, secret.latest_content) == ({'password': 'one'}, {'password': 'two'})
    models.databases.exec('secret-revoke', models.secret.id, '--relation', '1', unit='database/0')
    assert list(models.web.units[0].state.secrets) == []


def test_peek_refresh_and_labels_work_as_within_a_model(played):
    secret = played.add_secret()
    assert played.read(secret.id, label='mine') == {'password': 'one'}
    secret.set_content({'password': 'two'})
    assert played.read(label='mine') == {'password': 'one'}
    assert played.read(label='mine', peek=True) == {'password': 'two'}
    assert played.read(secret.id, label='other') == {'password': 'one'}
    assert secret.tracked_by == {f'{played.proxy}/0': 1}
    assert played.read(label='other', refresh=True) == {'password': 'two'}
    assert secret.tracked_by == {f'{played.proxy}/0': 2}
    assert secret.view.revisions[1].obsolete


def test_a_label_that_is_taken_is_refused_and_nothing_is_saved_here(played):
    secret, second = played.add_secret(), played.add_secret()
    played.read(secret.id, label='mine')
    with pytest.raises(JujuError, match='secret label "mine" for consumer "unit-web-0" already exists'):
        played.read(second.id, label='mine')
    second.set_content({'password': 'two'})
    assert 'web/0 secret-changed' not in map(str, played.apps.due)


def test_what_was_not_granted_cannot_be_read(played):
    with played.database.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
    with pytest.raises(JujuError, match=r'^permission denied$'):
        played.read(secret.id)
    assert secret.tracked_by == {}


def test_why_nothing_can_be_read_is_told_to_the_test(share):
    models = share(StubbornWeb)
    models.databases.exec('secret-revoke', models.secret.id, '--relation', '1', unit='database/0')
    with pytest.raises(HookFailed) as failed:
        models.apps.advance(days=31)
    assert failed.value.juju_error == 'permission denied'
    assert failed.value.why == (
        f'the secret belongs to database in model databases, which has not granted {models.proxy} access'
    )


@pytest.mark.parametrize(
    'identifier',
    ['secret://{other}/abcdefghijklmnopqrsg', 'secret://11111111-2222-3333-4444-555555555555/abcdefghijklmnopqrsg'],
)
def test_what_is_not_there_is_denied_as_anything_else(played, identifier):
    with pytest.raises(JujuError, match=r'^permission denied$'):
        played.read(identifier.format(other=uuid_of(played.databases)))


def test_a_revision_that_is_gone_cannot_be_read(played):
    secret = played.add_secret()
    played.read(secret.id)
    secret.set_content({'password': 'two'})
    secret.remove_revision(1)
    with pytest.raises(JujuError, match=r'secret revision "[0-9a-v]{20}/1" not found'):
        played.read(secret.id)
    assert played.read(secret.id, peek=True) == {'password': 'two'}


@pytest.mark.charmsecrets(juju_version='4.0')
def test_4_0_words_a_missing_revision_differently_across_models(played):
    secret = played.add_secret()
    played.read(secret.id)
    secret.set_content({'password': 'two'})
    secret.remove_revision(1)
    played.apps.settle()
    with pytest.raises(JujuError, match=rf'^revision 1 for secret "{secret.id}" not found$'):
        played.read(secret.id)


def test_a_removed_secret_is_denied_and_its_observers_are_told_nothing(played):
    secret = played.add_secret()
    played.read(secret.id)
    secret.remove_all_revisions()
    assert played.apps.settle() == ()
    with pytest.raises(JujuError, match=r'^permission denied$'):
        played.read(secret.id)


# --- granting


def refusal_of_sharing(puppet: Puppet, relation: RelationView, **options: Any) -> str:
    with puppet.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
    with pytest.raises(HookFailed) as failed:
        secret.grant(relation, **options)
    return failed.value.juju_error or ''


def test_a_unit_of_another_model_cannot_be_granted_access_alone(played):
    refusal = refusal_of_sharing(played.database, played.offered, unit=f'{played.proxy}/0')
    assert refusal.endswith('sharing secrets with a unit across a cross model relation not supported')


@pytest.mark.charmsecrets(juju_version='4.0')
def test_in_4_0_the_grant_to_one_unit_is_taken_and_lets_it_read_nothing(played):
    with played.database.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'})
        secret.grant(played.offered, unit=f'{played.proxy}/0')
    with pytest.raises(JujuError, match=r'^permission denied$'):
        played.read(secret.id)


def test_the_side_that_consumes_cannot_grant(played):
    refusal = refusal_of_sharing(played.web, played.relation)
    assert refusal.endswith('sharing consumer secrets across a cross model relation not supported')


@pytest.mark.charmsecrets(juju_version='3.1.2')
def test_before_3_1_5_nothing_can_be_granted_across_models(played):
    refusal = refusal_of_sharing(played.database, played.offered)
    assert refusal.endswith(f'invalid subject reference: application "{played.proxy}" not found')


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
    databases = apps.controller.add_model('databases')
    database = databases.deploy_puppet('database', provides={'database': 'postgresql_client'})
    databases.offer('database', endpoint='database')
    web = apps.deploy_puppet('web', requires={'database': 'postgresql_client'})
    apps.consume('databases.database')
    relation = apps.integrate('web', 'database')
    apps.settle()
    played = Played(apps, databases, web, database, relation)
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
        assert [unit.status.message for unit in web.units] == ['two', 'two']
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
    assert repr(fake_model.controller) == '<controller of fake, other>'
    assert other.controller is fake_model.controller
    with pytest.raises(UsageError, match="there is a model 'other' already"):
        fake_model.controller.add_model('other')
    with pytest.raises(UsageError, match="'No name' is no name for a model"):
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
        ('databases.database', 'No name', "'No name' is no name for an application"),
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


@pytest.mark.parametrize('version', ['3.6', '4.0'])
def test_the_defect_that_keeps_new_revisions_from_other_models(fake_model_factory, version):
    apps = fake_model_factory(juju_version=version, juju_bugs=['cmr_changed_events_lost'])
    databases = apps.controller.add_model('databases')
    database = databases.deploy_puppet('database', provides={'database': 'postgresql_client'})
    databases.offer('database', endpoint='database')
    web = apps.deploy_puppet('web', requires={'database': 'postgresql_client'})
    apps.consume('databases.database')
    relation = apps.integrate('web', 'database')
    apps.settle()
    played = Played(apps, databases, web, database, relation)
    secret = played.add_secret()
    played.read(secret.id)
    told = []
    for password in ('two', 'three'):
        secret.set_content({'password': password})
        told.append([str(hook) for hook in apps.settle() if hook.unit == 'web/0'])
    assert told == ([[], []] if version == '3.6' else [['web/0 secret-changed'], []])
    assert played.read(secret.id, peek=True) == {'password': 'three'}
