"""Command lines of users for secrets."""

from __future__ import annotations

import pytest
import yaml

CREATED = '2026-01-01T00:00:00Z'


@pytest.fixture
def secret(juju):
    return juju('add-secret account username=ann password=one --info mine').strip()


def shown(juju, line):
    (details,) = juju.json(line).values()
    return details


def test_add_prints_the_uri(juju, secret):
    view = juju.model.secret(secret)
    assert secret == f'secret:{view.unique_identifier}'
    assert (view.name, view.description, view.content) == ('account', 'mine', {'username': 'ann', 'password': 'one'})


def test_content_comes_from_arguments_files_and_base64(juju, tmp_path):
    (tmp_path / 'key').write_text('from a file')
    (tmp_path / 'all.yaml').write_text('key: not this\nnumber: 7\n')
    juju('add-secret account key#file=key encoded#base64=AAEC plain=a=b --file all.yaml')
    revealed = shown(juju, 'show-secret account --reveal')['content']['Data']
    assert revealed == {'encoded': '\x00\x01\x02', 'key': 'not this', 'number': '7', 'plain': 'a=b'}


def test_show_as_json_is_what_jubilant_parses(juju, secret):
    assert juju.json('show-secret account') == {
        secret.removeprefix('secret:'): {
            'revision': 1,
            'owner': '<model>',
            'description': 'mine',
            'name': 'account',
            'created': CREATED,
            'updated': CREATED,
        }
    }


def test_show_as_yaml_is_the_default_and_inlines_the_content(juju, secret):
    text = juju('show-secret account --reveal')
    checksum = juju.model.show_secret('account', reveal=True).checksum
    assert text == (
        f'{secret.removeprefix("secret:")}:\n'
        '  revision: 1\n'
        f'  checksum: {checksum}\n'
        '  owner: <model>\n'
        '  description: mine\n'
        '  name: account\n'
        f'  created: {CREATED}\n'
        f'  updated: {CREATED}\n'
        '  content:\n'
        '    password: one\n'
        '    username: ann\n'
    )


@pytest.mark.charmsecrets(juju_version='3.5.7')
def test_releases_before_3_6_show_no_checksum(juju, secret):
    assert 'checksum' not in shown(juju, 'show-secret account --reveal')


def test_show_has_revisions_and_grants(juju, secret, web):
    juju('update-secret account password=two')
    juju('grant-secret account web')
    details = shown(juju, f'show-secret {secret} --revisions')
    assert [(revision['revision'], revision['backend']) for revision in details['revisions']] == [
        (1, 'internal'),
        (2, 'internal'),
    ]
    assert details['access'] == [
        {'target': 'application-web', 'scope': f'model-{juju.json("show-model")["fake"]["model-uuid"]}', 'role': 'view'}
    ]
    juju('revoke-secret account web')
    assert 'access' not in shown(juju, 'show-secret account')


def test_show_reveals_a_revision(juju, secret):
    juju('update-secret account password=two')
    assert shown(juju, 'show-secret account --reveal')['content'] == {'Data': {'password': 'two'}}
    assert shown(juju, 'show-secret account --reveal --revision 1')['content']['Data']['password'] == 'one'
    assert juju.refusal('show-secret account --revision 7') == f'revison 7 for secret "{secret}" not found (not found)'


def test_bytes_go_through_the_client_as_they_are(juju, tmp_path):
    (tmp_path / 'key').write_bytes(b'\xb3\xf7')
    juju('add-secret account key#file=key')
    assert '    key: !!binary s/c=\n' in juju('show-secret account --reveal')


def test_a_value_that_is_no_base64_is_kept_and_cannot_be_revealed(juju):
    uri = juju('add-secret account key#base64=notbase64').strip()
    assert juju.refusal('show-secret account --reveal') == 'illegal base64 data at input byte 8'
    assert juju.model.secret(uri).latest_revision == 1


def test_commands_take_any_model_of_the_controller(juju, secret):
    other = juju.model.controller.add_model('other')
    other.add_secret('elsewhere', {'key': 'value'})
    (details,) = juju.json('secrets --model other').values()
    assert details['name'] == 'elsewhere'
    assert juju.refusal('secrets -m nowhere', exit_code=2) == 'model fake:admin/nowhere not found'


def test_the_model_shows_what_the_client_shows(juju, secret, db):
    with db.leader.hook() as hook:
        given = hook.command('secret-add', 'key=one', '--rotate', 'never').strip()
    assert juju.model.show_secret(given).rotation == 'never'
    assert juju.model.show_secret(secret).rotation is None


def test_update_changes_what_is_given(juju, secret):
    juju(['update-secret', 'account', '--name', 'login', '--info', 'of ann', '--auto-prune'])
    details = shown(juju, 'show-secret login')
    assert (details['description'], details['revision']) == ('of ann', 1)


def test_remove_takes_a_revision_or_all(juju, secret):
    juju('update-secret account password=two')
    juju('remove-secret account --revision 1')
    assert list(juju.model.secret(secret).revisions) == [2]
    juju('remove-secret account')
    assert juju.json('secrets') == {}


def test_secrets_of_an_owner(juju, secret, db):
    with db.leader.hook() as hook:
        ours = hook.add_secret({'key': 'value'}, label='ours')
    assert set(juju.json('secrets')) == {secret.removeprefix('secret:'), ours.id.rpartition('/')[2]}
    (details,) = juju.json('secrets --owner application-db').values()
    assert (details['owner'], details['label']) == ('db', 'ours')
    assert juju.json('list-secrets --owner unit-db-0') == {}
    assert list(yaml.safe_load(juju('secrets --format yaml'))) == sorted(juju.json('secrets'))


@pytest.mark.parametrize(
    ('line', 'text'),
    (
        ('add-secret', 'secret name needs to be supplied as the first argument'),
        ('add-secret account', 'missing secret value or filename'),
        ('add-secret account key', 'key value "key" not valid'),
        ('update-secret', 'missing secret URI'),
        ('grant-secret account', 'missing secret URI or application name'),
        ('revoke-secret account web more', 'unrecognized args: ["more"]'),
        ('remove-secret', 'missing secret URI'),
        (
            'remove-secret account --revision one',
            'invalid value "one" for option --revision: strconv.ParseInt: parsing "one": invalid syntax',
        ),
        ('show-secret', 'secret ID is required'),
        ('show-secret account --reveal --revisions', 'specify either --revisions or --reveal but not both'),
        ('show-secret account --revision 1 --revisions', 'specify either --revisions or --revision but not both'),
        ('show-secret account --revision=-1', 'revision must be a positive integer'),
        ('show-secret account --format xml', 'invalid value "xml" for option --format: unknown format "xml"'),
    ),
)
def test_a_wrong_command_line_exits_with_2(juju, line, text):
    assert juju.refusal(line, exit_code=2) == text


@pytest.mark.parametrize(
    ('line', 'text'),
    (
        ('add-secret account key=value', 'secret with name "account" already exists'),
        ('update-secret account', 'at least one attribute to update must be specified'),
        ('update-secret missing key=value', 'secret "missing" not found'),
        (
            'grant-secret account web',
            (
                'failed to grant/revoke secret: cannot change access to "{secret}" for "web": '
                'invalid subject reference: saas application "web" not found'
            ),
        ),
        ('remove-secret missing', 'secret "missing" not found'),
        ('show-secret missing', 'secret "missing" not found'),
        ('secrets --owner nobody', 'invalid owner "nobody": "nobody" is not a valid tag'),
    ),
)
def test_what_juju_refuses_exits_with_1(juju, secret, line, text):
    assert juju.refusal(line) == text.replace('{secret}', secret)
