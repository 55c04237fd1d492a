"""Config of applications and of the model, by command lines."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets import UsageError

TRUST = {
    'default': False,
    'description': 'Does this application have access to trusted credentials',
    'source': 'default',
    'type': 'bool',
    'value': False,
}


def test_config_shows_every_option(juju, web):
    juju('config web size=3 dark=true')
    assert juju.json('config web') == {
        'application': 'web',
        'application-config': {'trust': TRUST},
        'charm': 'web-charm',
        'settings': {
            'colour': {
                'default': 'blue',
                'description': 'of the page',
                'source': 'default',
                'type': 'string',
                'value': 'blue',
            },
            'dark': {'default': False, 'description': '', 'source': 'user', 'type': 'boolean', 'value': True},
            'factor': {'description': '', 'source': 'unset', 'type': 'float'},
            'size': {'description': '', 'source': 'user', 'type': 'int', 'value': 3},
            'token': {'description': '', 'source': 'unset', 'type': 'secret'},
        },
    }
    assert juju('config web').startswith('application: web\napplication-config:\n  trust:\n    default: false\n')


def test_config_shows_one_option_as_it_is(juju, web):
    assert [juju(f'config web {name}') for name in ('colour', 'dark', 'size')] == ['blue\n', 'false\n', '\n']
    assert juju('config web trust') == 'false\n'
    assert (
        juju.refusal('config web nothing') == 'key "nothing" not found in "web" application config or charm settings.'
    )


def test_config_sets_and_resets(juju, web, tmp_path):
    (tmp_path / 'text').write_text('from a file')
    (tmp_path / 'all.yaml').write_text('web: {size: 7, factor: 0.5}')
    juju('config web colour=@text size=1 --file all.yaml')
    assert juju.model.config('web') == {'colour': 'from a file', 'dark': False, 'size': 1, 'factor': 0.5}
    juju('config web --reset colour,size --reset factor dark=true')
    assert juju.model.config('web') == {'colour': 'blue', 'dark': True}


@pytest.mark.parametrize(
    ('line', 'text'),
    (
        ('config', 'no application name specified'),
        ('config size=3', 'no application name specified'),
        ('config web =3', 'expected "key=value", got "=3"'),
        ('config web size=3 size=4', 'key "size" specified more than once'),
        ('config web size colour', 'cannot specify multiple keys to get'),
        ('config web size colour=red', 'cannot get value and set key=value pairs simultaneously'),
        (
            'config web size --reset size --file x',
            'cannot use --file flag, use --reset flag and get value simultaneously',
        ),
        ('config web size=3 --reset size', 'cannot set and reset key "size" simultaneously'),
        ('config web --reset size=3', '--reset accepts a comma delimited set of keys "a,b,c", received: "size=3"'),
    ),
)
def test_a_wrong_command_line_exits_with_2(juju, web, line, text):
    assert juju.refusal(line, exit_code=2) == text


@pytest.mark.parametrize(
    ('line', 'text'),
    (
        ('config other', 'application "other" not found (not found)'),
        ('config other size=3', 'application "other" not found'),
        ('config web nothing=1', 'parsing settings for application: unknown option "nothing"'),
        ('config web size=big', 'parsing settings for application: option "size" expected int, got "big"'),
        ('config web dark=maybe', 'parsing settings for application: option "dark" expected boolean, got "maybe"'),
        ('config web factor=much', 'parsing settings for application: option "factor" expected float, got "much"'),
        ('config web --reset nothing', 'updating application charm settings: unknown option "nothing"'),
        (
            'config web token=hunter2',
            'parsing settings for application: invalid secret URI for option "token": secret URI "hunter2" not valid',
        ),
        (
            'config web token=9m4e2mr0ui3e8a215n4g',
            'updating charm config settings: option "token" expected secret, got "9m4e2mr0ui3e8a215n4g"',
        ),
    ),
)
def test_what_juju_refuses_changes_nothing(juju, web, line, text):
    before = juju.model.config('web')
    assert juju.refusal(line) == text
    assert juju.model.config('web') == before


@pytest.mark.charmsecrets(juju_version='4.0.14')
def test_juju_4_takes_a_bare_id_for_a_secret(juju, web):
    juju('config web token=9m4e2mr0ui3e8a215n4g')
    assert juju.refusal('config web token=hunter2').endswith('option "token": secret URI "hunter2" not valid')


def test_a_secret_that_is_not_there_is_taken(juju, web):
    juju('config web token=secret:9m4e2mr0ui3e8a215n4g')
    juju('config web token=')
    assert juju.model.config('web')['token'] == ''


def test_model_config_lets_update_status_run(juju, web):
    assert juju.json('model-config') == {
        'agent-version': {'Value': '3.6.14', 'Source': 'model'},
        'secret-backend': {'Value': 'auto', 'Source': 'default'},
    }
    juju('model-config update-status-hook-interval=5m')
    assert juju('model-config update-status-hook-interval') == '5m\n'
    assert juju.json('model-config update-status-hook-interval') == {
        'update-status-hook-interval': {'Value': '5m', 'Source': 'model'}
    }
    assert [str(hook) for hook in juju.model.advance(minutes=11)] == ['web/0 update-status'] * 2
    juju('model-config --reset update-status-hook-interval')
    assert juju.model.advance(minutes=11) == ()


@pytest.mark.charmsecrets(update_status_interval=datetime.timedelta(minutes=2))
def test_reset_goes_back_to_what_the_model_was_made_with(juju, web):
    juju.model.model_config({'update-status-hook-interval': '60m'})
    assert juju.model.advance(minutes=10) == ()
    juju.model.model_config(reset='update-status-hook-interval')
    assert len(juju.model.advance(minutes=10)) == 5


@pytest.mark.parametrize(
    ('line', 'text'),
    (
        ('model-config update-status-hook-interval=10s', 'update status hook frequency 10s cannot be less than 1m'),
        ('model-config update-status-hook-interval=2h', 'update status hook frequency 2h cannot be greater than 60m'),
        (
            'model-config update-status-hook-interval=soon',
            'invalid update status hook interval in model configuration: time: invalid duration "soon"',
        ),
        ('model-config colour', '"colour" is not a key of the currently targeted model: "fake:admin/fake"'),
        ('model-config secret-backend=', 'empty "secret-backend" config value not valid (not valid)'),
        ('model-config secret-backend=internal', 'secret backend "internal" not found (not found)'),
    ),
)
def test_model_config_that_juju_refuses(juju, line, text):
    assert juju.refusal(line) == text


def backend(juju):
    """Return where content is kept."""
    return juju.model.model_secret_backend()


@pytest.mark.charmsecrets(cloud='kubernetes')
def test_model_config_sets_the_secret_backend(juju):
    assert juju('model-config secret-backend') == 'auto\n'
    juju('model-config secret-backend=vault')
    assert (juju('model-config secret-backend'), backend(juju)) == ('vault\n', 'vault')
    assert juju.model.model_config() == {'secret-backend': 'vault'}
    juju('model-config update-status-hook-interval=5m')
    assert backend(juju) == 'vault'
    juju('model-config secret-backend=auto')
    assert (juju('model-config secret-backend'), backend(juju)) == ('auto\n', 'fake-local')


def test_reset_of_the_secret_backend_leaves_the_interval(juju):
    juju('model-config secret-backend=vault update-status-hook-interval=5m')
    juju('model-config --reset secret-backend')
    assert (backend(juju), juju.model.model_config()) == ('internal', {'update-status-hook-interval': '5m'})


def test_juju_3_has_no_command_for_the_secret_backend(juju):
    text = '"model-secret-backend" has not been implemented on the controller, use the "model-config" command instead'
    assert juju.refusal('model-secret-backend vault') == juju.refusal('model-secret-backend') == text


@pytest.mark.charmsecrets(juju_version='3.0.3')
def test_juju_3_0_has_no_setting_for_the_secret_backend(juju):
    text = '"secret-backend" is not a key of the currently targeted model: "fake:admin/fake"'
    assert juju.refusal('model-config secret-backend') == text
    with pytest.raises(UsageError, match=r'Juju 3.0.3 has no secret backends; they came with 3.1.0'):
        juju.run('model-config secret-backend=vault')


@pytest.mark.charmsecrets(juju_version='4.0.14', cloud='kubernetes')
def test_juju_4_has_a_command_for_the_secret_backend(juju):
    assert juju('model-secret-backend') == 'auto\n'
    juju('model-secret-backend vault')
    assert (juju('model-secret-backend'), backend(juju)) == ('vault\n', 'vault')
    juju('model-secret-backend auto')
    assert (juju('model-secret-backend'), backend(juju)) == ('auto\n', 'fake-local')


@pytest.mark.charmsecrets(juju_version='4.0.14')
@pytest.mark.parametrize('name', ['internal', 'kubernetes', 'fake-local'])
def test_juju_4_takes_no_backend_of_its_own_by_name(juju, name):
    assert juju.refusal(f'model-secret-backend {name}') == (
        f'secret backend name "{name}" not valid: please use "auto" instead'
    )


@pytest.mark.charmsecrets(juju_version='4.0.14')
@pytest.mark.parametrize(
    ('line', 'text'),
    (
        ('model-secret-backend one two', 'cannot specify multiple secret backend names'),
        (['model-secret-backend', ''], 'cannot specify an empty secret backend name'),
    ),
)
def test_a_command_line_about_the_backend_that_juju_4_does_not_read(juju, line, text):
    assert juju.refusal(line, exit_code=2) == text


@pytest.mark.charmsecrets(juju_version='4.0.14')
@pytest.mark.parametrize('line', ['model-config secret-backend', 'model-config secret-backend=vault'])
def test_juju_4_has_no_setting_for_the_secret_backend(juju, line):
    text = '"secret-backend" has been removed from model config, use the new command "model-secret-backend" instead'
    assert juju.refusal(line) == text
    assert set(juju.json('model-config')) == {'agent-version'}


def test_the_version_cannot_be_set(juju):
    assert juju.refusal('model-config agent-version=4.0.0', exit_code=2) == (
        '"agent-version" must be set via "upgrade-model"'
    )


@pytest.mark.parametrize(
    'line', ('model-config logging-config=debug', 'model-config --reset colour', 'model-config --file x')
)
def test_other_settings_are_not_supported(juju, line):
    with pytest.raises(UsageError, match=r'juju model-config \S+ is not supported'):
        juju.run(line)


def test_the_model_itself_knows_no_other_setting(fake_model):
    with pytest.raises(UsageError, match="there is no setting of the model 'colour'"):
        fake_model.model_config({'colour': 'red'})
