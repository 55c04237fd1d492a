"""User secrets: a charm's view of them, and what Juju refuses, to whom, with which words."""

from __future__ import annotations

import ops
import pytest

from pytest_charmsecrets import FakeModel, HookFailed, JujuError, UsageError

from .charms import meta

GONE = 'secret:9m4e2mr0ui3e8a215n4g'


@pytest.fixture(params=('3.6.14', '4.0.14'))
def version(request):
    return request.param


@pytest.fixture
def model(version):
    with FakeModel(version) as model:
        model.deploy_puppet('web')
        model.settle()
        yield model


@pytest.fixture
def of_version(version):
    """Picks the text of the release line that is asked."""
    return lambda old, new: old if version.startswith('3') else new


@pytest.fixture
def token(model):
    return model.add_secret('token', {'key': 'one'}, info='for tests')


@pytest.fixture
def of_charm(model):
    """A secret of a charm, which has a label."""
    with model.deploy_puppet('owner').leader.hook() as hook:
        return hook.add_secret({'key': 'mine'}, label='private')


def refused(call, *args, **kwargs):
    with pytest.raises(JujuError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_a_charm_follows_the_secret_that_its_option_names(fake_model):
    seen = []

    class Consumer(ops.CharmBase):
        def __init__(self, framework):
            super().__init__(framework)
            for event in (self.on.config_changed, self.on.secret_changed):
                framework.observe(event, self._read)

        def _read(self, event):
            if (uri := self.config.get('token')) is None:
                return
            try:
                seen.append(self.model.get_secret(id=uri).get_content(refresh=True)['key'])
            except ops.ModelError:
                seen.append('not granted')

    fake_model.deploy(Consumer, 'app', meta=meta(config={'options': {'token': {'type': 'secret'}}}))
    token = fake_model.add_secret('token', {'key': 'one'})
    fake_model.config('app', {'token': token})
    fake_model.settle()
    fake_model.grant_secret('token', 'app')
    fake_model.settle()
    assert seen == ['not granted']
    fake_model.config('app', reset='token')
    fake_model.settle()
    fake_model.config('app', {'token': token})
    fake_model.settle()
    fake_model.update_secret('token', {'key': 'two'})
    fake_model.settle()
    assert seen == ['not granted', 'one', 'two']


def test_a_secret_can_be_renamed_and_described(model, token):
    model.update_secret('token', name='password', info='another')
    view = model.secret(token)
    assert (view.name, view.description, view.latest_revision) == ('password', 'another', 1)
    model.update_secret('password', {'key': 'two'})
    assert model.secret(token).content == {'key': 'two'}


def test_what_was_done_is_in_the_journal(model, token):
    model.grant_secret('token', ['web'])
    model.remove_secret('token', revision=1)
    assert [str(record) for record in model.journal][-3:] == [
        'user: add-secret token key=one --info=for tests',
        'user: grant-secret token web',
        'user: remove-secret token --revision=1',
    ]


# --- what is refused


def test_a_secret_needs_content(model):
    assert refused(model.add_secret, 'name', {}) == 'missing secret value or filename'
    assert model.secrets() == ()


def test_a_secret_needs_no_name(model):
    assert model.secret(model.add_secret('', {'key': 'v'})).name is None
    model.add_secret('', {'key': 'v'})
    assert len(model.secrets()) == 2


def test_an_update_needs_something_to_update(model, token):
    assert refused(model.update_secret, token) == 'at least one attribute to update must be specified'
    assert refused(model.update_secret, token, name='', info='') == 'at least one attribute to update must be specified'


def test_content_is_held_to_the_rules_of_charms(model, token):
    assert refused(model.add_secret, 'other', {'K': 'v'}) == 'key "K" not valid'
    assert refused(model.update_secret, 'token', {'K': 'v'}) == 'key "K" not valid'
    assert model.secret(token).latest_revision == 1


@pytest.mark.parametrize(
    'operation',
    (
        lambda model, secret: model.update_secret(secret, {'key': 'v'}),
        lambda model, secret: model.remove_secret(secret),
    ),
)
def test_a_name_or_an_id_that_nothing_has(model, operation, of_version):
    assert refused(operation, model, 'nothing') == of_version(
        'secret "nothing" not found',
        'getting user secret for label "nothing": secret with label "nothing" not found',
    )
    assert refused(operation, model, GONE) == of_version(f'secret "{GONE}" not found', 'secret not found')


@pytest.mark.parametrize('operation', ('grant_secret', 'revoke_secret'))
def test_access_to_nothing(model, operation, of_version):
    change = getattr(model, operation)
    assert refused(change, 'nothing', 'web') == of_version(
        'secret "nothing" not found (not found)',
        'getting user secret for label "nothing": secret with label "nothing" not found (secret not found)',
    )


def test_3_looks_for_the_application_first_and_4_for_the_secret(model, of_version):
    text = f'failed to grant/revoke secret: cannot change access to "{GONE}" for "%s": %s'
    assert refused(model.grant_secret, GONE, 'web') == of_version(
        text % ('web', f'secret "{GONE}" not found'), text % ('web', 'secret not found')
    )
    assert refused(model.grant_secret, GONE, 'nobody') == of_version(
        text % ('nobody', 'invalid subject reference: saas application "nobody" not found'),
        text % ('nobody', 'secret not found'),
    )


def test_to_revoke_access_to_nothing_is_nothing_in_3_and_refused_in_4(fake_model):
    fake_model.deploy_puppet('web')
    if fake_model.version == '3.6.14':
        fake_model.revoke_secret(GONE, 'web')
        return
    assert refused(fake_model.revoke_secret, GONE, 'web').endswith('"web": secret not found')


def test_a_grant_reaches_those_who_are_there(model, token, of_version):
    assert refused(model.grant_secret, 'token', ['nobody', 'web']) == (
        f'failed to grant/revoke secret: cannot change access to "{token}" for "nobody": '
        + of_version('invalid subject reference: saas ', '')
        + 'application "nobody" not found'
    )
    assert list(model.secret(token).grants) == ['web']


def test_a_dying_application_is_granted_nothing_where_that_counts(model, token, of_version):
    model.remove_application('web')
    error = None
    try:
        model.grant_secret('token', 'web')
    except JujuError as refusal:
        error = str(refusal)
    text = f'failed to grant/revoke secret: cannot change access to "{token}" for "web": '
    assert error == of_version(f'{text}cannot grant dying "application-web" access to secret', None)


def test_who_has_no_access_can_be_revoked_it_unless_there_is_no_such_application(model, token, of_version):
    model.revoke_secret('token', 'web')
    error = None
    try:
        model.revoke_secret('token', 'nobody')
    except JujuError as refusal:
        error = str(refusal)
    text = f'failed to grant/revoke secret: cannot change access to "{token}" for "nobody": '
    assert error == of_version(None, f'{text}application "nobody" not found')


def test_secrets_of_charms_are_not_for_users_to_remove(model, of_charm, of_version):
    uuid = of_charm.id.split('/')[2]
    denied = of_version('permission denied', f'"{uuid}" is not allowed to manage this secret')
    assert refused(model.remove_secret, of_charm.id) == denied
    assert of_charm.view.exists


def test_secrets_of_charms_are_changed_by_users_in_old_juju_only(model, of_charm, version):
    uuid = of_charm.id.split('/')[2]
    for change in (
        lambda: model.update_secret(of_charm.id, {'key': 'theirs'}),
        lambda: model.grant_secret(of_charm.id, 'web'),
    ):
        if version == '3.6.14':
            change()
        else:
            assert refused(change).endswith(f'"{uuid}" is not allowed to manage this secret')
    changed = version == '3.6.14'
    assert of_charm.view.content == {'key': 'theirs' if changed else 'mine'}
    assert list(of_charm.view.grants) == (['web'] if changed else [])


def test_a_charm_label_shows_a_secret_and_changes_nothing(model, of_charm, of_version):
    assert model.user().show_secret('private').uri.endswith(of_charm.view.unique_identifier)
    assert refused(model.update_secret, 'private', {'key': 'theirs'}) == of_version(
        'secret "private" not found',
        'getting user secret for label "private": secret with label "private" not found',
    )


def test_the_access_that_a_user_has_decides(model, token, of_version):
    reader, writer = model.user('read'), model.user('write')
    denied = 'permission denied (unauthorized access)'
    assert reader.show_secret('token').name == 'token'
    assert refused(reader.show_secret, 'token', reveal=True) == denied
    assert refused(writer.show_secret, 'token', reveal=True) == denied
    assert refused(reader.add_secret, 'other', {'key': 'v'}) == denied
    assert refused(reader.update_secret, 'token', {'key': 'v'}) == denied
    assert refused(reader.grant_secret, 'token', 'web') == denied
    assert refused(reader.revoke_secret, 'token', 'web') == denied
    assert 'denied' in refused(reader.remove_secret, 'token')
    writer.update_secret('token', {'key': 'two'})
    assert model.user().show_secret('token', reveal=True).content == {'key': 'two'}


def test_there_were_none_before_they_came():
    with FakeModel('3.2.4') as model, pytest.raises(UsageError) as caught:
        model.add_secret('token', {'key': 'v'})
    assert str(caught.value) == (
        'Juju 3.2.4 has no user secrets, so no add-secret; they came with 3.3.0: choose a newer juju_version'
    )


def test_a_user_grants_no_access_that_a_charm_has_granted(fake_model):
    db = fake_model.deploy_puppet('db', provides={'database': 'sql'})
    fake_model.deploy_puppet('web', requires={'database': 'sql'})
    relation = fake_model.integrate('web', 'db')
    fake_model.settle()
    with db.leader.hook() as hook:
        secret = hook.add_secret({'key': 'value'})
        secret.grant(relation)
    assert refused(fake_model.grant_secret, secret.id, 'web').endswith('cannot change secret permission scope')


def test_there_is_nothing_to_show(model, of_version):
    show = model.user().show_secret
    assert refused(show, 'nothing') == 'secret "nothing" not found'
    assert refused(show, GONE) == of_version(
        f'secret "{GONE.removeprefix("secret:")}" not found',
        f'getting secret by URI "{GONE.removeprefix("secret:")}": querying secrets: '
        f'secret {{"" "{GONE.removeprefix("secret:")}"}} not found '
        '(secret not found)',
    )


def test_the_first_secret_is_not_the_only_one_to_show(model, token):
    other = model.add_secret('other', {'key': 'two'})
    assert model.user().show_secret('other', reveal=True).content == {'key': 'two'}
    assert model.user().show_secret(other).name == 'other'


def test_equal_content_makes_juju_4_look_for_obsolete_revisions_and_3_do_nothing(model, token, of_version):
    puppet = model.deploy_puppet('reader', num_units=2)
    model.settle()
    model.grant_secret('token', 'reader')
    with puppet.units[1].hook() as hook:
        hook.get_secret(token)
    model.update_secret('token', {'key': 'two'})
    model.remove_unit('reader/1')
    model.settle()
    before = model.secret(token).updated

    model.advance(hours=1)
    model.update_secret('token', {'key': 'two'})
    secret = model.secret(token)
    assert secret.latest_revision == 2
    assert [number for number, revision in secret.revisions.items() if revision.obsolete] == of_version([], [1])
    assert (secret.updated > before) is of_version(False, True)


def test_a_checksum_that_metadata_erase_stays_when_equal_content_is_given_too():
    with FakeModel('4.0.12', juju_bugs=['metadata_update_erases_checksum']) as model:
        token = model.add_secret('token', {'key': 'one'})
        model.update_secret('token', {'key': 'one'})
        model.update_secret('token', {'key': 'one'}, info='another')
        model.update_secret('token', {'key': 'one'})
        assert model.secret(token).latest_revision == 1
        model.update_secret('token', info='a third')
        model.update_secret('token', {'key': 'one'})
        assert model.secret(token).latest_revision == 2


def test_the_reason_of_a_refused_read_says_whose_secret_it_is(fake_model):
    class Reader(ops.CharmBase):
        def __init__(self, framework):
            super().__init__(framework)
            framework.observe(self.on.config_changed, self._read)

        def _read(self, event):
            self.model.get_secret(id=self.config['account'])

    fake_model.deploy(Reader, 'web', meta=meta('web', config={'options': {'account': {'type': 'secret'}}}))
    fake_model.config('web', {'account': fake_model.add_secret('smtp', {'password': 'one'})})
    with pytest.raises(HookFailed) as caught:
        fake_model.settle()
    why = 'secret "smtp" belongs to a user of the model, and access was never granted, or the grant has ended'
    assert f'why: {why}' in str(caught.value)
