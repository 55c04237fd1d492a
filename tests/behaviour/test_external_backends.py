"""Content in a backend outside Juju: whose it may be, and what is left of it when a commit is refused.

Where nothing else is said, the answers are those of the traces of Juju 3.6.28. Source: juju 3.6:
internal/worker/uniter/runner/context/context.go, doFlush; secrets/backend.go; apiserver/common/secrets/secrets.go.
"""

from __future__ import annotations

import contextlib

import ops
import pytest

from pytest_charmsecrets import Client, FakeModel, HookFailed, JujuError, UsageError

GONE = 'secret:9m4e2mr0ui3e8a215n4g'
ON_KUBERNETES = {'name': 'db', 'containers': {'postgresql': {}}}


@pytest.fixture(params=('internal', 'vault', 'k8s'))
def backend(request, fake_model):
    return fake_model.model_secret_backend(request.param)


@pytest.fixture
def units(fake_model):
    """Two units of an application: the leader, and a follower."""
    puppet = fake_model.deploy_puppet('web', num_units=2)
    fake_model.settle()
    return puppet.units


@pytest.fixture
def unit(units):
    return units[0]


@pytest.fixture
def secret(unit, backend):
    with unit.hook() as hook:
        return hook.add_secret({'key': 'one'})


def run(unit, *commands, before_commit=lambda: None):
    with unit.hook() as hook:
        printed = [hook.command(*argv).strip() for argv in commands]
        before_commit()
    return printed


def refusal(unit, *commands, before_commit=lambda: None):
    """Return why the commit of a hook is refused."""
    with pytest.raises(HookFailed) as failure:
        run(unit, *commands, before_commit=before_commit)
    return failure.value.juju_error


@pytest.fixture
def fail(unit, secret):
    """Runs commands in a hook whose commit is refused, once everything else that it writes is written."""
    with unit.hook() as hook:
        hook.add_secret({'key': 'value'}, label='taken')
        last = hook.add_secret({'key': 'value'})

    def fail(*commands):
        text = refusal(unit, *commands, ('secret-set', last.id, '--label', 'taken'))
        assert text == 'updating secrets: secret with label "taken" already exists'

    return fail


def read(unit, secret):
    """Return the latest content, or the refusal without the secret's id."""
    with unit.hook() as hook:
        try:
            return hook.get_secret(secret.id, peek=True)
        except JujuError as error:
            return str(error).replace(secret.view.unique_identifier, '<id>')


def lost(backend, revision):
    """Return how a backend says that it does not have a revision."""
    return f'secret "<id>-{revision}" not found' if backend == 'k8s' else f'secret revision "<id>-{revision}" not found'


# --- which backend


def test_the_backend_of_each_revision_is_there_to_see(fake_model, secret, backend):
    assert secret.view.revisions[1].backend == backend
    fake_model.model_secret_backend('other')
    assert secret.view.revisions[1].backend == 'other'
    secret.set_content({'key': 'two'})
    assert secret.view.revisions[2].backend == 'other'


@pytest.mark.parametrize('juju_version', ['3.1.0', '3.6.14', '4.0.14'])
def test_a_model_on_kubernetes_begins_with_a_backend_outside_juju(juju_version):
    with FakeModel(juju_version) as model:
        model.deploy(ops.CharmBase, 'db', meta=ON_KUBERNETES)
        model.settle()
        uri = model.exec('secret-add foo=one', unit='db/0').stdout.strip()
        assert model.secret(uri).revisions[1].backend == model.model_secret_backend() == 'fake-local'


@pytest.mark.parametrize('juju_version', ['3.6.14', '4.0.14'])
@pytest.mark.parametrize(('cloud', 'backend'), [('kubernetes', 'fake-local'), ('machine', 'internal')])
def test_the_client_shows_the_backend_of_the_cloud(juju_version, cloud, backend):
    with FakeModel(juju_version, cloud=cloud) as model:
        uri = model.add_secret('password', {'key': 'one'})
        assert f'backend: {backend}\n' in Client(model).run(['show-secret', uri, '--revisions']).stdout


def test_a_machine_model_keeps_content_in_juju(fake_model):
    fake_model.deploy_puppet('web')
    assert fake_model.model_secret_backend() == 'internal'


def test_each_model_of_a_controller_has_the_backend_of_its_cloud(fake_model):
    others = [fake_model.controller.add_model(f'on-{cloud}', cloud=cloud) for cloud in ('kubernetes', 'machine')]
    assert [model.model_secret_backend() for model in others] == ['on-kubernetes-local', 'internal']


def test_a_model_is_on_kubernetes_from_its_first_application_there_and_stays(fake_model):
    name = fake_model.add_secret('password', {'key': 'one'})
    fake_model.deploy(ops.CharmBase, 'db', meta=ON_KUBERNETES)
    assert fake_model.secret(name).revisions[1].backend == 'fake-local'
    fake_model.settle()
    fake_model.remove_application('db')
    fake_model.settle()
    assert (fake_model.cloud, fake_model.model_secret_backend()) == ('kubernetes', 'fake-local')


def test_a_backend_that_was_chosen_stays_when_the_cloud_is_known(fake_model):
    fake_model.model_secret_backend('vault')
    fake_model.deploy(ops.CharmBase, 'db', meta=ON_KUBERNETES)
    assert fake_model.model_secret_backend() == 'vault'


@pytest.mark.parametrize(('cloud', 'name'), [('kubernetes', 'fake-local'), ('machine', 'internal')])
def test_auto_is_the_backend_of_the_cloud(cloud, name):
    with FakeModel(cloud=cloud) as model:
        model.model_secret_backend('vault')
        assert model.model_secret_backend('auto') == name


def test_a_backend_has_a_name(fake_model):
    with pytest.raises(UsageError, match="give 'auto'"):
        fake_model.model_secret_backend('')
    assert fake_model.model_secret_backend() == 'internal'


@pytest.mark.charmsecrets(juju_version='3.0.3', cloud='kubernetes')
def test_before_3_1_content_is_in_juju_on_any_cloud(fake_model):
    assert fake_model.model_secret_backend() == 'internal'
    with pytest.raises(UsageError, match=r'Juju 3.0.3 has no secret backends; they came with 3.1.0'):
        fake_model.model_secret_backend('vault')


# --- what is lost with a commit that is refused


def test_what_a_failed_hook_wrote_is_deleted_again_though_the_revision_was_made(unit, secret, fail, backend):
    fail(('secret-set', secret.id, 'key=two'))
    assert secret.revisions == [1, 2]
    assert read(unit, secret) == ({'key': 'two'} if backend == 'internal' else lost(backend, 2))


def test_what_a_failed_hook_removed_is_gone_though_the_secret_is_there(unit, secret, fail, backend):
    fail(('secret-remove', secret.id))
    assert secret.revisions == [1]
    assert read(unit, secret) == ({'key': 'one'} if backend == 'internal' else lost(backend, 1))


@pytest.mark.charmsecrets(juju_version='4.0.14')
@pytest.mark.parametrize(('arguments', 'is_lost'), [((), False), (('--revision', '1'), True)])
def test_4_0_deletes_content_before_the_commit_by_revision_alone(fake_model, unit, arguments, is_lost):
    fake_model.model_secret_backend('vault')
    with unit.hook() as hook:
        secret = hook.add_secret({'key': 'one'})
        hook.add_secret({'key': 'two'}, label='taken')
    refusal(unit, ('secret-remove', secret.id, *arguments), ('secret-add', 'key=three', '--label', 'taken'))
    assert secret.revisions == [1]
    assert read(unit, secret) == (lost('vault', 1) if is_lost else {'key': 'one'})


def test_content_that_is_gone_stays_gone_in_another_backend(fake_model, unit, secret, fail, backend):
    fail(('secret-remove', secret.id))
    fake_model.model_secret_backend('another')
    assert secret.view.revisions[1].backend == ('another' if backend == 'internal' else backend)


def test_a_new_revision_can_be_read_whatever_became_of_an_old_one(unit, secret, fail, backend):
    fail(('secret-remove', secret.id, '--revision', '1'), ('secret-set', secret.id, 'key=two'))
    secret.set_content({'key': 'three'})
    assert read(unit, secret) == {'key': 'three'}


def test_nothing_is_lost_with_what_is_not_there(unit, secret):
    text = refusal(unit, ('secret-add', 'key=value', '--label', 'taken'), ('secret-set', secret.id, '--label', 'taken'))
    assert text == 'updating secrets: secret with label "taken" already exists'
    run(unit, ('secret-remove', GONE))
    assert read(unit, secret) == {'key': 'one'}


# --- whose content is saved


def denied(backend, secret_id, revision):
    """Return how the commit is refused by each backend, for want of a right to write."""
    cluster = f'attempt count exceeded: secrets "{secret_id}-{revision}" is forbidden: User '
    return f'saving content for secret "{secret_id}": ' + {'vault': 'permission denied', 'k8s': cluster}[backend]


@pytest.mark.parametrize('backend', ['vault', 'k8s'], indirect=True)
def test_a_follower_may_not_save_content_of_its_applications_secret(units, secret, backend):
    text = refusal(units[1], ('secret-add', '--owner', 'unit', 'key=value'), ('secret-set', secret.id, 'key=two'))
    assert text.startswith(denied(backend, secret.view.unique_identifier, 1))
    assert secret.revisions == [1]
    assert read(units[0], secret) == {'key': 'one'}


@pytest.mark.parametrize('backend', ['internal'], indirect=True)
def test_within_juju_the_commit_refuses_the_same(units, secret):
    text = refusal(units[1], ('secret-add', '--owner', 'unit', 'key=value'), ('secret-set', secret.id, 'key=two'))
    assert text == 'updating secrets: "web/1" is not leader of "web"'


def test_nothing_of_a_hook_is_committed_whose_content_is_refused(fake_model, units, secret, backend):
    refusal(units[1], ('secret-add', '--owner', 'unit', 'key=value'), ('secret-set', secret.id, 'key=two'))
    # Within Juju the commit itself refuses, kind by kind: what it created by then stays.
    assert len(fake_model.secrets(owner='web/1')) == (1 if backend == 'internal' else 0)


def test_a_change_without_content_is_refused_by_the_commit_and_destroys_nothing(units, secret):
    text = refusal(units[1], ('secret-set', secret.id, '--label', 'mine'))
    assert text == 'updating secrets: "web/1" is not leader of "web"'
    assert read(units[0], secret) == {'key': 'one'}


@pytest.mark.parametrize('backend', ['vault', 'k8s'], indirect=True)
def test_content_of_a_secret_that_never_was_is_not_saved(unit, secret, backend):
    assert refusal(unit, ('secret-set', GONE, 'key=two')).startswith(denied(backend, GONE.removeprefix('secret:'), 1))


@pytest.mark.parametrize('backend', ['vault', 'k8s'], indirect=True)
def test_content_is_saved_under_an_id_that_the_unit_was_given_and_the_commit_refuses_it(fake_model, units, backend):
    run(units[0], ('secret-add', 'key=one', '--label', 'taken'))
    refusal(units[0], ('secret-add', 'key=one'), ('secret-add', 'key=one', '--label', 'taken'))
    added = [command.stdout.strip() for command in fake_model.journal.commands(name='secret-add')]
    assert refusal(units[0], ('secret-set', added[-1], 'key=two')).endswith('not found')
    assert refusal(units[1], ('secret-set', added[-1], 'key=two')).startswith('saving content for secret ')


@pytest.mark.parametrize('backend', ['vault', 'k8s'], indirect=True)
@pytest.mark.parametrize(
    ('command', 'ends'),
    [
        (('status-set', 'active'), False),
        (('secret-get', GONE), False),
        (('state-set', 'key=value'), True),
        (('secret-remove', GONE), True),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else '',
)
def test_a_commit_ends_what_a_unit_was_given_and_did_not_use(fake_model, units, backend, command, ends):
    run(units[0], ('secret-add', 'key=one', '--label', 'taken'))
    refusal(units[0], ('secret-add', 'key=one'), ('secret-add', 'key=one', '--label', 'taken'))
    uri = fake_model.journal.commands(name='secret-add')[-1].stdout.strip()
    with units[0].hook() as hook, contextlib.suppress(JujuError):
        hook.command(*command)
    run(units[1], ('state-set', 'key=value'))
    assert refusal(units[0], ('secret-set', uri, 'key=two')).startswith('saving content for secret ') is ends


@pytest.mark.parametrize('backend', ['vault', 'k8s'], indirect=True)
def test_no_id_is_kept_for_a_unit_once_the_secret_is_removed(unit, secret):
    run(unit, ('secret-remove', secret.id))
    assert refusal(unit, ('secret-set', secret.id, 'key=two')).startswith('saving content for secret ')


@pytest.mark.parametrize('backend', ['vault', 'k8s'], indirect=True)
def test_a_user_may_not_save_content_of_a_charms_secret(fake_model, secret, backend):
    with pytest.raises(JujuError) as refused:
        fake_model.update_secret(secret.id, {'key': 'two'})
    begun = denied(backend, secret.view.unique_identifier, 2).partition(': ')[2]
    assert str(refused.value).startswith(begun)
    assert secret.revisions == [1]
    fake_model.update_secret(secret.id, info='no content')
    assert secret.view.description == 'no content'


# --- whose content is deleted


@pytest.mark.parametrize(
    ('arguments', 'text'),
    [
        ((), 'getting revisions for "{id}": secret "{id}" not found'),
        (
            ('--revision', '1'),
            'cannot delete secret "{id}" revision 1 from backend: {why}: {why}',
        ),
    ],
)
def test_who_has_lost_leadership_deletes_nothing(fake_model, units, secret, arguments, text):
    refused = refusal(
        units[0],
        ('secret-add', 'key=value', '--owner', 'unit'),
        ('secret-remove', secret.id, *arguments),
        before_commit=lambda: fake_model.set_leader('web/1'),
    )
    assert refused == text.format(id=secret.view.unique_identifier, why='"web/0" is not leader of "web"')
    assert (read(units[1], secret), fake_model.secrets(owner='web/0')) == ({'key': 'one'}, ())


def test_who_has_revoked_its_own_access_deletes_nothing(unit, secret):
    run(unit, ('secret-revoke', secret.id, '--app', 'web'))
    identifier, why = secret.view.unique_identifier, 'permission denied (unauthorized access)'
    assert refusal(unit, ('secret-remove', secret.id)) == (
        f'cannot delete secret "{identifier}" revision 1 from backend: {why}: {why}'
    )
    assert secret.view.revisions[1].content == {'key': 'one'}


@pytest.mark.charmsecrets(juju_version='4.0.14')
@pytest.mark.parametrize('backend', ['vault', 'k8s'], indirect=True)
def test_4_0_lets_the_backend_refuse_who_has_lost_leadership(fake_model, units, secret, backend):
    removal = ('secret-remove', secret.id, '--revision', '1')
    refused = refusal(units[0], removal, before_commit=lambda: fake_model.set_leader('web/1'))
    identifier = secret.view.unique_identifier
    why = denied(backend, identifier, 1).partition(': ')[2]
    assert refused.startswith(f'cannot delete secret "{identifier}" revision 1 from backend: {why}')
    assert secret.view.revisions[1].content == {'key': 'one'}


@pytest.mark.charmsecrets(juju_version='4.0.14')
def test_4_0_lets_nobody_delete_who_may_not_read(unit, secret):
    run(unit, ('secret-revoke', secret.id, '--app', 'web'))
    why = '"web/0" is not allowed to read this secret'
    assert refusal(unit, ('secret-remove', secret.id, '--revision', '1')) == (
        f'cannot delete secret "{secret.view.unique_identifier}" revision 1 from backend: {why}: {why}'
    )


def test_a_revision_that_is_not_there_is_passed_over(unit, secret):
    run(unit, ('secret-remove', secret.id, '--revision', '7'))
    assert read(unit, secret) == {'key': 'one'}


@pytest.mark.parametrize(
    ('juju_version', 'refusal'),
    [('3.6.14', '"db/0" is not leader of "db"'), ('4.0.5', 'permission denied'), ('4.0.15', 'permission denied')],
)
def test_content_is_not_deleted_for_a_unit_that_has_lost_leadership(juju_version, refusal):
    with FakeModel(juju_version) as model:
        model.model_secret_backend('vault')
        units = model.deploy_puppet('db', num_units=2).units
        model.settle()
        with units[0].hook() as hook:
            secret = hook.add_secret({'key': 'value'})

        def remove_and_lose():
            with units[0].hook() as hook:
                hook.command('secret-remove', secret.id, '--revision=1')
                model.set_leader('db/1')

        with pytest.raises(HookFailed, match=f'revision 1 from backend: {refusal}'):
            remove_and_lose()
        assert model.secret(secret.id).revisions[1].backend == 'vault'


def test_content_is_not_deleted_by_the_id_of_another_model():
    with FakeModel('4.0.15') as model:
        model.model_secret_backend('vault')
        [unit] = model.deploy_puppet('web').units
        with unit.hook() as hook:
            secret = hook.add_secret({'key': 'value'})
        foreign = f'secret://00000000-0000-4000-8000-000000000000/{model.secret(secret.id).unique_identifier}'
        with pytest.raises(HookFailed, match='secret is from a different model'), unit.hook() as hook:
            hook.command('secret-remove', foreign, '--revision=1')
        assert list(model.secret(secret.id).revisions) == [1]
