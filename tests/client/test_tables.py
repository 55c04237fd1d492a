"""The tables that the juju client prints by default."""

from __future__ import annotations

import pytest

from pytest_charmsecrets import FakeModel
from pytest_charmsecrets.client import COMMANDS
from pytest_charmsecrets.client.help import PURPOSES


@pytest.fixture
def related(fake_model, web, db):
    return fake_model.integrate('web', 'db')


def test_status(juju, web, db):
    assert juju('status') == (
        'Model  Controller  Cloud/Region  Version  SLA          Timestamp\n'
        'fake   fake        lxd           3.6.14   unsupported  00:00:00Z\n'
        '\n'
        'App  Version  Status   Scale  Charm      Channel  Rev  Exposed  Message\n'
        'db            unknown      2  db                    0  no       \n'
        'web  1.2      active       1  web-charm             0  no       ready\n'
        '\n'
        'Unit    Workload  Agent  Machine  Public address  Ports   Message\n'
        'db/0*   unknown   idle            10.0.0.2                \n'
        'db/1    unknown   idle            10.0.0.3                \n'
        'web/0*  active    idle            10.0.0.1        80/tcp  ready\n'
    )


@pytest.mark.charmsecrets(juju_version='4.0.14', cloud='kubernetes')
def test_status_of_4_0_on_kubernetes(juju, web):
    assert juju('status') == (
        'Model  Controller  Cloud/Region  Version  Timestamp\n'
        'fake   fake        k8s           4.0.14   00:00:00Z\n'
        '\n'
        'App  Version  Status  Scale  Charm      Channel  Rev  Address  Exposed  Message\n'
        'web  1.2      active      1  web-charm             0           no       ready\n'
        '\n'
        'Unit    Workload  Agent  Address   Ports   Message\n'
        'web/0*  active    idle   10.0.0.1  80/tcp  ready\n'
    )


@pytest.mark.parametrize('flag', ('--relations', '--integrations'))
def test_status_lists_relations_if_asked_to(juju, related, flag):
    table = juju(f'status {flag}').rpartition('\n\n')[2].splitlines()
    assert table[0].split() == ['Integration', 'provider', 'Requirer', 'Interface', 'Type', 'Message']
    assert 'db:database           web:database  postgresql_client  regular  joining' in '\n'.join(table).replace(
        '  \n', '\n'
    )
    juju.model.settle()
    assert 'joining' not in juju(f'status {flag}')
    assert 'Integration' not in juju('status')


def test_status_says_that_what_is_listed_anyhow_need_not_be_asked_for(juju, web):
    result = juju.run('status --relations --storage --format json')
    assert result.stderr == 'provided relations, storage options are always enabled in non tabular formats\n'
    assert juju.run('status --relations').stderr == ''


def test_status_of_an_empty_model(juju):
    result = juju.run('status')
    assert (result.exit_code, result.stderr) == (0, '\nModel "admin/fake" is empty.\n')
    assert result.stdout.count('\n') == 2
    assert juju.run('status -m fake --format yaml').stderr == '\nModel "fake" is empty.\n'


@pytest.mark.parametrize('name', ('oneline', 'line', 'short'))
def test_status_by_unit(juju, db, name):
    with db.leader.hook() as hook:
        hook.command('open-port', '5432')
    assert juju(['status', '--format', name]) == (
        '- db/0: 10.0.0.1 (agent:idle, workload:unknown) 5432/tcp\n- db/1: 10.0.0.2 (agent:idle, workload:unknown)\n'
    )


def test_secrets(juju, db):
    assert juju('secrets') == 'ID  Name  Owner  Rotation  Revision  Last updated\n'
    user = juju('add-secret account key=one').strip().removeprefix('secret:')
    with db.leader.hook() as hook:
        ours = hook.command('secret-add', 'key=one', '--rotate', 'hourly').strip().rpartition('/')[2]
    juju.model.advance(minutes=2)
    assert juju('secrets') == (
        'ID                    Name     Owner    Rotation  Revision  Last updated\n'
        f'{user}  account  <model>                   1  2 minutes ago  \n'
        f'{ours}  -        db       hourly           1  2 minutes ago  \n'
    )


def test_model_config(juju):
    assert juju('model-config') == (
        'Attribute       From     Value\nagent-version   model    3.6.14\nsecret-backend  default  auto\n'
    )


def test_models(juju, db):
    juju.model.controller.add_model('another')
    assert juju('models') == (
        'Controller: fake\n'
        '\n'
        'Model    Cloud/Region  Type  Status     Units  Access  Last connection\n'
        'another  lxd           lxd   available  -       admin  just now\n'
        'fake*    lxd           lxd   available  2       admin  just now\n'
    )
    shown = juju.json('models')
    assert [model['name'] for model in shown['models']] == ['admin/another', 'admin/fake']
    assert shown['current-model'] == 'fake'
    assert list(shown['models'][0]) == [
        *(
            'name',
            'short-name',
            'model-uuid',
            'model-type',
            'controller-uuid',
            'controller-name',
            'is-controller',
            'owner',
        ),
        *('cloud', 'type', 'life', 'status', 'access', 'last-connection', 'sla', 'sla-owner', 'agent-version'),
    ]
    assert 'UUID' in juju('list-models --uuid')
    assert juju.refusal('models -c other') == 'controller other not found'
    assert juju.refusal('models --user x') == 'user "x" not valid'


@pytest.mark.charmsecrets(juju_version='4.0.14')
def test_models_of_4_0_have_no_owner(juju):
    (model,) = juju.json('models')['models']
    assert {'owner', 'sla', 'sla-owner'}.isdisjoint(model)


def test_models_of_somebody_else(juju):
    result = juju.run('models --user bob')
    assert result.stdout == 'Controller: fake\n\nModel  Cloud/Region  Type  Status  Access  Last connection\n'
    assert result.stderr.startswith('\nThere are no models available.')
    assert juju.json('models --user bob') == {'models': [], 'current-model': 'admin/fake'}


@pytest.fixture
def offered(juju, db):
    juju('offer db:database')
    other = juju.model.controller.add_model('other')
    other.deploy_puppet('app', requires={'database': 'postgresql_client'})
    return other


def consume(juju, other):
    other.consume('fake.db')
    other.integrate('app', 'db')
    other.settle()


def test_offers(juju, offered):
    head = 'Offer  User   Relation ID  Status  Endpoint  Interface          Role      Ingress subnets\n'
    assert juju('offers').splitlines()[1].split() == ['db', '-']
    assert (
        juju('offers --active-only') == 'Offer  User  Relation ID  Status  Endpoint  Interface  Role  Ingress subnets\n'
    )
    consume(juju, offered)
    assert juju('offers') == head + 'db     admin  1            joined  database  postgresql_client  provider  \n'
    assert juju('list-offers nothing --format yaml') == '{}\n'
    for option, wrong in (
        ('application', 'web'),
        ('interface', 'x'),
        ('connected-user', 'bob'),
        ('allowed-consumer', 'bob'),
    ):
        assert juju.json(f'offers --{option} {wrong}') == {}


def test_offers_in_full(juju, offered):
    consume(juju, offered)
    assert juju.json('offers') == {
        'db': {
            'application': 'db',
            'store': 'fake',
            'charm': 'local:db-0',
            'offer-url': 'admin/fake.db',
            'endpoints': {'database': {'interface': 'postgresql_client', 'role': 'provider'}},
            'connections': [
                {
                    'source-model-uuid': juju.json('show-model other')['other']['model-uuid'],
                    'username': 'admin',
                    'relation-id': 1,
                    'endpoint': 'database',
                    'status': {'current': 'joined'},
                }
            ],
            'users': {
                'admin': {'display-name': 'admin', 'access': 'admin'},
                'everyone@external': {'access': 'read'},
            },
        }
    }
    juju('suspend-relation 1')
    assert juju('offers --format summary') == (
        'Offer  Application  Charm       Connected  Store  URL            Endpoint  Interface          Role\n'
        'db     db           local:db-0  0/1        fake   admin/fake.db  database  postgresql_client  provider\n'
    )


def test_status_shows_offers_on_one_side_and_consumed_applications_on_the_other(juju, offered):
    consume(juju, offered)
    assert juju('status').rpartition('\n\n')[2] == (
        'Offer  Application  Charm  Rev  Connected  Endpoint  Interface          Role\n'
        'db     db           db     0    1/1        database  postgresql_client  provider\n'
    )
    assert juju('status -m other').split('\n\n')[1] == 'SAAS  Status   Store  URL\ndb    unknown  local  admin/fake.db'


def test_found_offers(juju, offered):
    table = 'Store  URL            Access  Interfaces\nfake   admin/fake.db  admin   postgresql_client:database\n'
    for line in (
        'find-offers',
        'find-offers fake:',
        'find-offers admin/fake',
        'find-offers --url fake.db',
        'find-offers --offer d',
    ):
        assert juju(line) == table
    (found,) = juju.json('find-offers --interface postgresql_client').items()
    assert found[0] == 'fake:admin/fake.db'
    assert list(found[1]) == ['access', 'endpoints', 'users']


@pytest.mark.parametrize(
    ('line', 'exit_code', 'text'),
    (
        ('find-offers --interface x', 1, 'no matching application offers found'),
        ('find-offers admin/other', 1, 'no matching application offers found'),
        ('find-offers admin/nothing', 1, 'model "admin/nothing" not found'),
        ('find-offers elsewhere:admin/fake', 1, 'controller elsewhere not found'),
        ('find-offers fake.db --url fake.db', 2, 'URL term cannot be specified twice'),
        ('find-offers --offer db --url fake.db', 2, 'cannot specify both a URL term and offer term'),
        ('find-offers fake.db more', 2, 'unrecognized args: ["more"]'),
    ),
)
def test_what_is_not_found(juju, offered, line, exit_code, text):
    assert juju.refusal(line, exit_code=exit_code) == text


# --- help


def test_help_explains_each_command(juju):
    assert set(PURPOSES) == {command.name for command in COMMANDS}
    for command in COMMANDS:
        text = juju(['help', command.name])
        assert text.startswith(f'Usage: juju {command.name}')
        assert juju([command.name, '--help']) == text
        for flag in command.flags:
            assert f'--{flag.name}' in text


def test_help_lists_the_commands(juju):
    lines = juju('help commands').splitlines()
    assert lines == sorted(lines)
    assert 'list-secrets          Alias for "secrets".' in lines
    assert 'juju help commands' in juju('help')
    assert juju.refusal('help nothing') == 'unknown command or topic for nothing'


def test_help_of_a_command_that_runs_one_is_its_own(juju, web):
    assert juju('exec --unit web/0 -- echo --help') == '--help\n'


# --- a model that is printed


def test_a_printed_model_is_the_status_and_the_secrets(juju, related):
    juju.model.settle()
    assert str(juju.model) == juju('status --relations')
    juju('add-secret account key=one')
    assert str(juju.model) == juju('status --relations') + '\n' + juju('secrets')
    assert '\n' not in repr(juju.model)


@pytest.mark.parametrize('version', ('3.0.3', '3.3.0', '4.0.15'))
def test_any_model_can_be_printed(version):
    with FakeModel(version) as model:
        app = model.deploy_puppet('app')
        model.settle()
        with app.leader.hook() as hook:
            hook.command('secret-add', 'key=one')
        assert str(model).splitlines()[-1].split()[2] == 'app'
