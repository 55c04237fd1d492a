"""The commands around the secrets, after juju 3.6: jujuc/*_test.go."""

from __future__ import annotations

import dataclasses

import pytest

from pytest_charmsecrets import hookcommands
from pytest_charmsecrets.errors import JujuError, UsageError
from pytest_charmsecrets.juju.hooks import Hook
from pytest_charmsecrets.juju.state import Port, Status, Storage
from pytest_charmsecrets.juju.versions import profile_for

ACTION = Hook('action', action='backup')
GOAL = {'since': 'then', 'status': 'active'}
NETWORK = {
    'bind-addresses': [
        {
            'mac-address': '00:11',
            'interface-name': 'eth0',
            'addresses': [{'hostname': '', 'value': '10.0.0.1', 'cidr': '10.0.0.0/24'}],
        }
    ],
    'egress-subnets': ['10.0.0.1/32'],
    'ingress-addresses': ['10.0.0.9'],
}


@pytest.mark.parametrize(
    ('argv', 'message'),
    (
        (('config-get', 'x', '--all'), 'cannot use argument --all together with key "x"'),
        (('config-get', 'x', 'y'), 'unrecognized args: ["y"]'),
        (('is-leader', 'x'), 'unrecognized args: ["x"]'),
        (('goal-state', '--format', 'smart'), 'invalid value "smart" for option --format: unknown format "smart"'),
        (('resource-get',), 'missing required resource name'),
        (('resource-get', 'a', 'b'), 'unrecognized args: ["b"]'),
        (('resource-get', 'a', '--format=json'), 'option provided but not defined: --format'),
        (('status-set',), 'invalid args, require <status> [message]'),
        (
            ('status-set', 'happy'),
            'invalid status "happy", expected one of [maintenance blocked waiting active]',
        ),
        (('status-set', 'active', 'a', 'b'), 'unrecognized args: ["b"]'),
        (
            ('status-set', '--application=yes', 'active'),
            'invalid value "yes" for option --application: strconv.ParseBool: parsing "yes": invalid syntax',
        ),
        (('application-version-set',), 'no version specified'),
        (('application-version-set', '1', '2'), 'unrecognized args: ["2"]'),
        (('juju-log',), 'no message specified'),
        (('juju-reboot', 'x'), 'unrecognized args: ["x"]'),
        (('action-get', 'a', 'b'), 'unrecognized args: ["b"]'),
        (('action-set', 'a'), 'argument "a" must be of the form key...=value'),
        (
            ('action-set', 'a.-b=1'),
            (
                'key "-b" must start and end with lowercase alphanumeric, '
                'and contain only lowercase alphanumeric and hyphens'
            ),
        ),
        (('action-set', 'a.stdout=1'), 'cannot set reserved action key "stdout"'),
        (('action-log',), 'no message specified'),
        (('action-fail', 'a', 'b'), 'unrecognized args: ["b"]'),
        (('state-get', 'a', 'b'), 'unrecognized args: ["b"]'),
        (('state-set', 'a'), 'expected "key=value", got "a"'),
        (('state-delete', 'a', 'b'), 'unrecognized args: ["b"]'),
        (
            ('storage-add', '!=0'),
            'cannot parse constraints for storage "!": parsing storage count: count must be greater than zero, got "0"',
        ),
        (('storage-list', 'a', 'b'), 'unrecognized args: ["b"]'),
        (('unit-get', '-s'), 'option provided but not defined: -s'),
        (('storage-get', '-s', 'x'), 'invalid value "x" for option -s: invalid storage ID "x"'),
        (('storage-add',), 'storage add requires a storage directive'),
        (('storage-add', 'a=1=2'), 'expected "name=constraints" or "name", got "a=1=2"'),
        (('storage-add', 'a', 'a=2'), 'storage "a" specified more than once'),
        (('storage-add', 'a=pool'), 'only count can be specified for "a"'),
        (
            ('storage-add', 'a=0'),
            'cannot parse constraints for storage "a": parsing storage count: count must be greater than zero, got "0"',
        ),
        (
            ('storage-add', 'a='),
            'cannot parse constraints for storage "a": storage constraints require at least one field to be specified',
        ),
        (
            ('storage-add', 'a=!'),
            'cannot parse constraints for storage "a": unrecognized storage constraint "!" not valid',
        ),
        (
            ('storage-add', 'a=1,2'),
            (
                'cannot parse constraints for storage "a": '
                'storage instance count is already set to 1, new value 2 not valid'
            ),
        ),
        (
            ('storage-add', 'a=p,p'),
            'cannot parse constraints for storage "a": pool name is already set to "p", new value "p" not valid',
        ),
        (
            ('storage-add', 'a=9G,9G'),
            'cannot parse constraints for storage "a": storage size is already set to 9216, new value 9216 not valid',
        ),
        (
            ('storage-add', 'a=-1G'),
            'cannot parse constraints for storage "a": cannot parse size: expected a non-negative number, got "-1G"',
        ),
        (
            ('storage-add', f'a={10**20}'),
            f'cannot parse constraints for storage "a": unrecognized storage constraint "{10**20}" not valid',
        ),
        (
            ('storage-add', 'a=-0M'),
            'cannot parse constraints for storage "a": cannot parse size: expected a non-negative number, got "-0M"',
        ),
        (
            ('storage-add', f'a={9 * 10**400}G'),
            (
                'cannot parse constraints for storage "a": '
                f'cannot parse size: expected a non-negative number, got "{9 * 10**400}"'
            ),
        ),
        (
            ('storage-add', f'a={2**63}Y,1G'),
            (
                'cannot parse constraints for storage "a": '
                'storage size is already set to 9223372036854775808, new value 1024 not valid'
            ),
        ),
        (
            ('storage-add', 'a=0M,0G'),
            'cannot parse constraints for storage "a": storage constraints require at least one field to be specified',
        ),
        (('storage-add', 'a=1G', 'a=1GiB'), 'storage "a" specified more than once'),
        (('storage-add', 'a=1G', 'b=2'), 'only count can be specified for "a"'),
        (('network-get',), 'no arguments specified'),
        (('network-get', ''), 'no binding name specified'),
        (('unit-get',), 'no setting specified'),
        (('unit-get', 'x'), 'unknown setting "x"'),
        (('open-port',), 'no port or range specified'),
        (('open-port', 'x'), 'invalid port "x": strconv.Atoi: parsing "x": invalid syntax'),
        (('open-port', '\udcff'), 'invalid port "\ufffd": strconv.Atoi: parsing "\ufffd": invalid syntax'),
        (('open-port', '80/sctp'), 'invalid protocol "sctp", expected "tcp", "udp", or "icmp"'),
        (('open-port', '80/icmp'), 'protocol "icmp" doesn\'t support any ports; got "80"'),
        (('close-port', '90-80'), 'invalid port range 90-80/tcp'),
        (('close-port', '1-2-3'), 'invalid port range "1-2-3"'),
        (('close-port', '0-65536'), 'port range bounds must be between 0 and 65535, got 0-65536'),
    ),
    ids=' '.join,
)
def test_arguments_are_refused(make_context, run_in, argv, message):
    result = run_in(make_context(storage=JujuError('not a storage hook')), *argv)
    assert (result.exit_code, result.stdout, result.stderr) == (2, '', f'ERROR {message}\n')


@pytest.mark.parametrize(
    ('argv', 'answers', 'stdout'),
    (
        (('config-get',), {'config': {'b': 1, 'a': 'x'}}, 'a: x\nb: 1\n'),
        (('config-get', '--all'), {'config': {'b': 1}, 'options': ('a', 'b')}, 'a: null\nb: 1\n'),
        (('config-get', '--all'), {'config': {}, 'options': ()}, '{}\n'),
        (('config-get', 'b'), {'config': {'b': 1.5}}, '1.5\n'),
        (('config-get', 'b'), {'config': {'b': 999_999}}, '999999\n'),
        (('config-get', 'b'), {'config': {'b': -1_000_000}}, '-1e+06\n'),
        (('config-get',), {'config': {'b': 12_345_678}}, 'b: 1.2345678e+07\n'),
        (('config-get', '--format=json'), {'config': {'b': 12_345_678}}, '{"b":12345678}\n'),
        (('config-get', 'b', '--format=json'), {'config': {'b': 2**53 + 1}}, f'{2**53}\n'),
        (('action-get', 'n.m'), {'action_parameters': {'n': {'m': 10**21}}}, '1e+21\n'),
        (('action-get', 'l'), {'action_parameters': {'l': ['x', 'y']}}, '- x\n- "y"\n'),
        (('action-get', 'l'), {'action_parameters': {'l': []}}, '[]\n'),
        (('config-get', 'b'), {'config': {'b': True}}, 'True\n'),
        (('config-get', 'missing'), {'config': {}}, ''),
        (('config-get', 'missing', '--format=json'), {'config': {}}, 'null\n'),
        (('config-get', '--format=json'), {'config': {'b': 2.0, 'a': '<'}}, '{"a":"\\u003c","b":2}\n'),
        (('is-leader',), {'is_leader': True}, 'True\n'),
        (('is-leader', '--format=json'), {'is_leader': False}, 'false\n'),
        (('goal-state',), {'goal_state': {'units': {}}}, 'units: {}\nrelations: {}\n'),
        (
            ('goal-state', '--format=json'),
            {'goal_state': {'units': {'u/0': GOAL}, 'relations': {'db': {'mw': GOAL}}}},
            (
                '{"units":{"u/0":{"status":"active","since":"then"}},'
                '"relations":{"db":{"mw":{"status":"active","since":"then"}}}}\n'
            ),
        ),
        (('resource-get', 'image'), {'resource_path': '/r/image'}, '/r/image'),
        (
            ('credential-get', '--format=json'),
            {'credential': {'type': 'lxd', 'name': 'l'}},
            '{"type":"lxd","name":"l"}\n',
        ),
        (('status-get',), {'status': Status('active', 'm')}, 'active\n'),
        (('status-get', '--format=json'), {'status': Status('active', 'm')}, '{"status":"active"}\n'),
        (
            ('status-get', '--include-data'),
            {'status': Status('active', 'm')},
            'message: m\nstatus: active\nstatus-data: {}\n',
        ),
        (
            ('status-get', '--application=True'),
            {'check_leadership': None, 'status': Status('active'), 'unit_statuses': {}},
            'active\n',
        ),
        (
            ('status-get', '--application', '--format=json'),
            {'check_leadership': None, 'status': Status('active'), 'unit_statuses': {'u/0': Status('blocked')}},
            '{"application-status":{"status":"active","units":{"u/0":{"status":"blocked"}}}}\n',
        ),
        (('action-get',), {'action_parameters': {}}, '{}\n'),
        (('action-get', 'a.b'), {'action_parameters': {'a': {'b': 3}}}, '3\n'),
        (('action-get', 'a.b.c', '--format=json'), {'action_parameters': {'a': {'b': 3}}}, 'null\n'),
        (('state-get',), {'charm_state': {}}, '{}\n'),
        (('state-get', '--format=json'), {'charm_state': {}}, 'null\n'),
        (('state-get', '-', '--format=json'), {'charm_state': {'b': '', 'a': '1'}}, '{"a":"1","b":""}\n'),
        (('state-get', 'a'), {'charm_state': {'a': '1'}}, '1\n'),
        (('state-get', 'x', '--format=json'), {'charm_state': {}}, '""\n'),
        (
            ('storage-get', '-s', 'data/0'),
            {'storage': Storage('data', location='/d')},
            'kind: filesystem\nlocation: /d\n',
        ),
        (
            ('storage-get', 'location'),
            {'hook': Hook('storage-attached', storage='data/0'), 'storage': Storage('data', location='/d')},
            '/d\n',
        ),
        (('storage-list',), {'storage_ids': ('data/0', 'data/1')}, 'data/0\ndata/1\n'),
        (('storage-list', '--format=json'), {'storage_ids': ()}, '[]\n'),
        (('unit-get', 'private-address'), {'unit_address': '10.0.0.1'}, '10.0.0.1\n'),
        (
            ('opened-ports', '--format=json'),
            {'opened_ports': (Port('udp', 5), Port('tcp', 90, 100), Port('tcp', 80), Port('icmp'))},
            '["icmp","80/tcp","90-100/tcp","5/udp"]\n',
        ),
        (('opened-ports', '--endpoints'), {'opened_ports': (Port('tcp', 80),)}, '80/tcp (*)\n'),
        (
            ('opened-ports', '--endpoints'),
            {
                'opened_ports': (
                    Port('tcp', 80, endpoint='web'),
                    Port('tcp', 81, endpoint='db'),
                    Port('tcp', 80, endpoint='db'),
                )
            },
            '80/tcp (db, web)\n81/tcp (db)\n',
        ),
        (('opened-ports',), {'opened_ports': (Port('tcp', 80, endpoint='web'), Port('tcp', 80))}, '80/tcp\n'),
        (
            ('credential-get',),
            {'credential': {'type': 'lxd', 'name': 'l', 'credential': {'auth-type': 'userpass', 'attrs': {'a': 'b'}}}},
            (
                'type: lxd\nname: l\nregion: ""\nendpoint: ""\nidentityendpoint: ""\nstorageendpoint: ""\n'
                'credential:\n  authtype: userpass\n  attributes:\n    a: b\n  redacted: []\n'
                'cacertificates: []\nskiptlsverify: false\niscontrollercloud: false\n'
            ),
        ),
        (
            ('network-get', 'db', '--format=json'),
            {'network': {**NETWORK, 'egress-subnets': []}},
            (
                '{"bind-addresses":[{"mac-address":"00:11","interface-name":"eth0","addresses":'
                '[{"hostname":"","value":"10.0.0.1","cidr":"10.0.0.0/24"}]}],"ingress-addresses":["10.0.0.9"]}\n'
            ),
        ),
        (
            ('network-get', 'db'),
            {'network': NETWORK},
            (
                'bind-addresses:\n- mac-address: "00:11"\n  interface-name: eth0\n  addresses:\n'
                '  - hostname: ""\n    value: 10.0.0.1\n    cidr: 10.0.0.0/24\n    address: 10.0.0.1\n'
                '  macaddress: "00:11"\n  interfacename: eth0\negress-subnets:\n- 10.0.0.1/32\n'
                'ingress-addresses:\n- 10.0.0.9\n'
            ),
        ),
        (('network-get', 'db', '--primary-address'), {'network': NETWORK}, '10.0.0.1\n'),
        (('network-get', 'db', '--bind-address'), {'network': NETWORK}, '10.0.0.1\n'),
        (('network-get', 'db', '--ingress-address'), {'network': NETWORK}, '10.0.0.9\n'),
        (
            ('network-get', 'db', '--ingress-address'),
            {'network': {**NETWORK, 'ingress-addresses': []}},
            '10.0.0.1\n',
        ),
        (
            ('network-get', 'db', '--bind-address', '--egress-subnets'),
            {'network': NETWORK},
            'bind-address: 10.0.0.1\negress-subnets:\n- 10.0.0.1/32\n',
        ),
    ),
    ids=lambda value: ' '.join(value) if isinstance(value, tuple) else '',
)
def test_output(make_context, run_in, argv, answers, stdout):
    result = run_in(make_context(**answers), *argv)
    assert (result.exit_code, result.stdout, result.stderr) == (0, stdout, '')


@pytest.mark.parametrize(
    ('argv', 'answers', 'message'),
    (
        (
            ('credential-get',),
            {'credential': JujuError('permission denied')},
            'cannot access cloud credentials: permission denied',
        ),
        (
            ('resource-get', 'x'),
            {'resource_path': JujuError('x not found')},
            'could not download resource: x not found',
        ),
        (
            ('status-get', '--application'),
            {'check_leadership': JujuError('this unit is not the leader')},
            'finding application status: this unit is not the leader',
        ),
        (
            ('status-set', '--application', 'active'),
            {'check_leadership': JujuError('this unit is not the leader')},
            'this unit is not the leader',
        ),
        (('action-get',), {'action_parameters': JujuError('not running an action')}, 'not running an action'),
        (('state-get', 'x', '--strict'), {'charm_state': {}}, '"x" not found'),
        (('state-set', f'{"k" * 257}=v'), {}, 'max allowed key length (256) exceeded'),
        (('state-set', f'k={"v" * 65537}'), {}, 'max allowed value length (65536) exceeded'),
        (('storage-get', '-s', 'data/0', 'x'), {'storage': Storage('data')}, 'invalid storage attribute "x"'),
        (('network-get', 'db'), {'network': {}}, 'no network config found for binding "db"'),
        (
            ('network-get', 'db', '--primary-address', '--bind-address'),
            {'network': NETWORK},
            '--primary-address must be the only flag specified',
        ),
        (
            ('network-get', 'db', '--primary-address'),
            {'network': {'bind-addresses': [{}]}},
            'no addresses attached to space for binding "db"',
        ),
    ),
    ids=lambda value: ' '.join(value)[:40] if isinstance(value, tuple) else '',
)
def test_refusal_when_it_runs(make_context, run_in, argv, answers, message):
    result = run_in(make_context(**answers), *argv)
    assert (result.exit_code, result.stdout, result.stderr) == (1, '', f'ERROR {message}\n')


@pytest.mark.parametrize(
    ('argv', 'method', 'args', 'kwargs'),
    (
        (('status-set', 'active'), 'set_status', ('active', ''), {'app': False}),
        (('status-set', '--application=False', 'active', '-'), 'set_status', ('active', '-'), {'app': False}),
        (('application-version-set', '--', '-1'), 'set_workload_version', ('-1',), {}),
        (('juju-log', 'a', 'b'), 'log', ('INFO', 'a b'), {}),
        (('juju-log', '--debug', '-l', 'ERROR', 'a'), 'log', ('DEBUG', 'a'), {}),
        (('juju-log', '--log-level', 'warn', '--', '-a'), 'log', ('WARNING', '-a'), {}),
        (('juju-log', '-l', '', 'a'), 'log', ('INFO', 'a'), {}),
        (('juju-reboot',), 'reboot', (), {'now': False}),
        (('juju-reboot', '--now'), 'reboot', (), {'now': True}),
        (('action-set', 'a.b=1=2'), 'action_set', ({'a': {'b': '1=2'}},), {}),
        (('action-log', 'a', 'b'), 'action_log', ('a b',), {}),
        (('action-fail', 'a'), 'action_fail', ('a',), {}),
        (('action-fail',), 'action_fail', ('action failed without reason given, check action for errors',), {}),
        (('state-set', 'a=b'), 'set_charm_state', ({'a': 'b'},), {}),
        (('state-delete', 'a'), 'delete_charm_state', ('a',), {}),
        (('storage-add', 'data=2'), 'add_storage', ('data', 2), {}),
        (('storage-add', 'data'), 'add_storage', ('data', 1), {}),
        (('storage-add', 'data=0M,2'), 'add_storage', ('data', 2), {}),
        (('storage-add', f'data={2**64 - 1}'), 'add_storage', ('data', 2**64 - 1), {}),
        (('open-port', '80'), 'open_port', (Port('tcp', 80),), {}),
        (('open-port', '80-90/UDP', '--endpoints', 'db'), 'open_port', (Port('udp', 80, 90, 'db'),), {}),
        (('close-port', 'icmp'), 'close_port', (Port('icmp'),), {}),
    ),
    ids=lambda value: ascii(value)[:40],
)
def test_effect(make_context, run_in, argv, method, args, kwargs):
    context = make_context(**{method: None})
    result = run_in(context, *argv)
    assert (result.exit_code, result.stdout, result.stderr) == (0, '', '')
    call = context.only_call(method)
    assert (call.args, call.kwargs) == (args, kwargs)


def test_log_in_relation_hook_names_the_relation(make_context, run_in, relation_hook):
    context = make_context(relation_hook, log=None)
    run_in(context, 'juju-log', 'a')
    assert context.only_call('log').args == ('INFO', 'db:1: a')


def test_log_of_unknown_level_is_told_and_kept(make_context, run_in):
    context = make_context(log=None)
    run_in(context, 'juju-log', '-l', 'loud', 'a')
    assert [call.args for call in context.calls] == [
        ('WARNING', 'Specified log level of "loud" is not valid'),
        ('INFO', 'a'),
    ]


@pytest.mark.parametrize('flags', ((), ('--include-data',)))
def test_status_get_with_data_hides_that_its_output_cannot_be_written(make_context, run_in, flags):
    """Juju drops that error: jujuc/status-get.go, unitOrApplicationStatus."""
    result = run_in(make_context(status=Status('active')), 'status-get', *flags, '-o', '/no/such/dir/x')
    assert (result.exit_code, result.stdout) == ((0, '') if flags else (1, ''))


def test_log_of_unspecified_level_is_dropped(make_context, run_in):
    assert run_in(make_context(), 'juju-log', '-l', 'unspecified', 'a').exit_code == 0


def test_action_set_sets_one_result_after_the_other(make_context, run_in):
    context = make_context(ACTION, action_set=None)
    run_in(context, 'action-set', 'a.b=1', 'a=2')
    assert [call.args for call in context.calls] == [({'a': {'b': '1'}},), ({'a': '2'},)]


def test_action_cannot_reboot(make_context, run_in):
    result = run_in(make_context(ACTION), 'juju-reboot')
    assert (result.exit_code, result.stderr) == (1, 'ERROR juju-reboot is not supported when running an action.\n')


def test_the_help_of_storage_get_names_the_storage_of_the_hook(make_context, run_in):
    """Where ops before 3.4 looks for it."""
    context = make_context(Hook('storage-attached', storage='data/0'), storage=Storage('data', location='/d'))
    assert '-s  (= data/0)\n' in run_in(context, 'storage-get', '--help').stdout


def test_storage_has_to_be_named_outside_storage_hooks(make_context, run_in):
    result = run_in(make_context(storage=JujuError('x')), 'storage-get')
    assert (result.exit_code, result.stderr) == (2, 'ERROR no storage instance specified\n')


def test_unknown_storage_is_refused(make_context, run_in):
    result = run_in(make_context(storage=JujuError('storage not found')), 'storage-get', '-s', 'data/7')
    assert result.stderr == 'ERROR invalid value "data/7" for option -s: storage not found\n'


def test_state_set_reads_stdin(make_context, run_in):
    context = make_context(set_charm_state=None)
    run_in(context, 'state-set', '--file', '-', 'b=2', stdin='a: 1\nb: 1')
    assert context.only_call('set_charm_state').args == ({'a': '1', 'b': '2'},)


def test_state_delete_without_key_does_nothing(make_context, run_in):
    assert run_in(make_context(), 'state-delete') == hookcommands.Result()


def test_network_get_passes_the_relation(make_context, run_in, relation_hook):
    context = make_context(relation_hook, network=NETWORK)
    run_in(context, 'network-get', 'db')
    run_in(context, 'network-get', 'db', '-r', 'db2:2')
    assert [call.args for call in context.calls if call.name == 'network'] == [('db', 1), ('db', 2)]


def test_warnings_come_before_the_error(make_context, run_in):
    result = run_in(make_context(open_port=JujuError('no')), 'open-port', '80', '--format', 'x')
    assert result.stderr == '--format flag deprecated for command "open-port"ERROR no\n'


@pytest.mark.parametrize('hook', (None, dataclasses.replace(ACTION, parameters={'a': 1})))
def test_help_shows_defaults(make_context, run_in, hook):
    result = run_in(make_context(hook), 'juju-log', '--help')
    assert result.stdout == (
        'Usage: juju-log [options] <message>\n\nOptions:\n'
        '--debug  (= false)\n-l, --log-level  (= INFO)\n--format  (= )\n'
    )


def test_unknown_command_names_near_misses_and_what_is_supported(make_context):
    with pytest.raises(UsageError) as caught:
        hookcommands.run(make_context(), ['secret-gt'])
    first, second, third = str(caught.value).splitlines()
    assert first == "hook command 'secret-gt' is not supported"
    assert second == 'did you mean secret-get or secret-grant or secret-set?'
    assert third.startswith('supported: action-fail, action-get, ')


@pytest.mark.parametrize('name', hookcommands.NOT_SUPPORTED)
def test_command_of_juju_that_is_not_supported_is_named_in_one_sentence(make_context, name):
    assert name not in hookcommands.SUPPORTED
    with pytest.raises(UsageError, match=rf"^hook command '{name}' is not supported: [^\n]+$"):
        hookcommands.run(make_context(), [name])


def test_no_command_at_all(make_context):
    with pytest.raises(UsageError, match="hook command '' is not supported\nsupported: "):
        hookcommands.run(make_context(), [])


def test_files_are_seen_from_the_process_when_no_directory_is_given(make_context, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert hookcommands.run(make_context(is_leader=True), ['is-leader', '-o', 'out']).stdout == ''
    assert (tmp_path / 'out').read_text() == 'True\n'


WITHOUT = {'interface-name': 'eth0', 'addresses': []}
"""An interface without addresses."""


@pytest.mark.parametrize(
    ('argument', 'text'),
    (
        ('a=p,p', 'cannot parse {many} for storage "a": pool name is already set to "p", new value "p" not valid'),
        ('a=!', 'cannot parse {many} for storage "a": unrecognized storage {one} "!" not valid'),
        ('a=', 'cannot parse {many} for storage "a": storage {one}s require at least one field to be specified'),
        ('=1', 'expected "name={many}" or "name", got "=1"'),
    ),
)
def test_4_0_calls_the_constraints_of_a_storage_directives(make_context, run_in, argument, text):
    context = make_context()
    for version, words in (('4.0', ('directive', 'directive')), ('3.6', ('constraint', 'constraints'))):
        context.profile = profile_for(version)
        wanted = text.format(one=words[0], many=words[1])
        assert run_in(context, 'storage-add', argument).stderr == f'ERROR {wanted}\n'


@pytest.mark.parametrize(
    ('network', 'flag', 'in_4_0', 'in_3_6'),
    (
        (
            {'bind-addresses': [WITHOUT, *NETWORK['bind-addresses']]},
            '--bind-address',
            '10.0.0.1\n',
            'no addresses attached to space for binding "db"',
        ),
        (
            {'bind-addresses': [WITHOUT]},
            '--primary-address',
            'no primary address attached to space for binding "db"',
            'no addresses attached to space for binding "db"',
        ),
        (
            {'bind-addresses': [WITHOUT]},
            '--ingress-address',
            'no ingress address attached to space for binding "db"',
            'no addresses attached to space for binding "db"',
        ),
        (
            {'ingress-addresses': ['10.0.0.9']},
            '--bind-address',
            'no bind address attached to space for binding "db"',
            'no network config found for binding "db"',
        ),
        (
            {'ingress-addresses': ['10.0.0.9']},
            '--format=smart',
            'ingress-addresses:\n- 10.0.0.9\n',
            'no network config found for binding "db"',
        ),
        (
            {'egress-subnets': ['1.0.0.0/8']},
            '--egress-subnets',
            '1.0.0.0/8\n',
            'no network config found for binding "db"',
        ),
        (
            {},
            '--egress-subnets',
            'no network config found for binding "db"',
            'no network config found for binding "db"',
        ),
    ),
)
def test_4_0_looks_for_an_address_at_every_interface(make_context, run_in, network, flag, in_4_0, in_3_6):
    """From 4.0.12 on. In 3.6 a missing bind address would take the agent down; it is refused here."""
    answers = {}
    for version in ('4.0.12', '4.0.11', '3.6.28'):
        context = make_context(network=network)
        context.profile = profile_for(version)
        result = run_in(context, 'network-get', 'db', flag)
        answers[version] = result.stdout or result.stderr.removeprefix('ERROR ').removesuffix('\n')
    assert answers == {'4.0.12': in_4_0, '4.0.11': in_3_6, '3.6.28': in_3_6}
