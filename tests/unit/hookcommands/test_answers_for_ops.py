"""The command lines of ops are understood, and it receives the answers that it expects: hookcmds, and each ops' backend."""

from __future__ import annotations

import datetime
import inspect
import json
import pathlib
import pkgutil
import shutil
import subprocess
import types

import ops
import ops.model
import pytest

from pytest_charmsecrets import hookcommands
from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.juju.identity import SecretURI
from pytest_charmsecrets.juju.state import Port, Status, Storage
from pytest_charmsecrets.juju.transaction import SecretAttributes, SecretInfo

A = '9m4e2mr0ui3e8a215n4g'
URI = SecretURI(A)
UUID = '7e3e6f7c-5a0e-4a0e-8b7e-3f6a2f5e1d11'
UTC = datetime.timezone.utc
WHEN = datetime.datetime(2026, 2, 1, tzinfo=UTC)
CONTENT = {'password': 'czNjcmV0'}
INFO = SecretInfo(A, 'unit', 3, label='l', description='d', rotation='daily', expiry=WHEN, rotates=WHEN)
NETWORK = {
    'bind-addresses': [
        {'mac-address': 'm', 'interface-name': 'e', 'addresses': [{'hostname': 'h', 'value': '10.0.0.1', 'cidr': 'c'}]}
    ],
    'egress-subnets': ['10.0.0.1/32'],
    'ingress-addresses': ['10.0.0.1'],
}
GOALS = {
    'units': {'u/0': {'status': 'active', 'since': '2026-01-01 00:00:00Z'}},
    'relations': {'db': {'mw/0': {'status': 'joined', 'since': '2026-01-01 00:00:00Z'}}},
}
CREDENTIAL = {'type': 'lxd', 'name': 'localhost', 'credential': {'auth-type': 'certificate', 'attrs': {'a': 'b'}}}


@pytest.fixture
def hookcmds(monkeypatch):
    """The module ops.hookcmds, each function of which runs the context's own hook commands."""
    module = pytest.importorskip('ops.hookcmds')

    def connect(context):
        def run(*argv, input=None, redacted_cmd=None):  # noqa: A002
            result = hookcommands.run(context, argv, stdin=input)
            if result.exit_code:
                raise module.Error(
                    returncode=result.exit_code, cmd=list(argv), stdout=result.stdout, stderr=result.stderr
                )
            return result.stdout

        for name in (info.name for info in pkgutil.iter_modules(module.__path__)):
            submodule = getattr(module, name)
            if name != '_utils' and hasattr(submodule, 'run'):
                monkeypatch.setattr(submodule, 'run', run)
        return module

    return connect


READS = (
    ('secret_get', {'id': A}, {'secret_get': CONTENT}, {'password': 's3cret'}),
    ('secret_get', {'label': 'l', 'peek': True}, {'secret_get': CONTENT}, {'password': 's3cret'}),
    ('secret_get', {'id': A, 'label': 'l', 'refresh': True}, {'secret_get': CONTENT}, {'password': 's3cret'}),
    ('secret_ids', {}, {'secret_infos': {A: INFO}}, [A]),
    ('relation_get', {'id': 1, 'unit': 'mw/0'}, {'relation_data': {'a': 'b'}}, {'a': 'b'}),
    ('relation_get', {'id': 1, 'unit': 'mw/0', 'key': 'a'}, {'relation_data': {'a': 'b'}}, 'b'),
    ('relation_get', {'id': 1, 'unit': 'mw', 'app': True}, {'relation_data': {'a': 'b'}}, {'a': 'b'}),
    ('relation_ids', {'name': 'db'}, {'relation_ids': (1,)}, ['db:1']),
    ('relation_list', {'id': 1}, {'relation_members': ('mw/0',)}, ['mw/0']),
    ('relation_list', {'id': 1, 'app': True}, {}, 'mw'),
    ('config_get', {}, {'config': {'a': 1.5, 'b': True}}, {'a': 1.5, 'b': True}),
    ('config_get', {'key': 'a'}, {'config': {'a': 'x'}}, 'x'),
    ('is_leader', {}, {'is_leader': True}, True),
    ('resource_get', {'name': 'image'}, {'resource_path': '/r'}, pathlib.Path('/r')),
    ('action_get', {}, {'action_parameters': {'a': {'b': 1}}}, {'a': {'b': 1}}),
    ('action_get', {'key': 'a.b'}, {'action_parameters': {'a': {'b': 1}}}, 1),
    ('state_get', {'key': None}, {'charm_state': {'a': 'b'}}, {'a': 'b'}),
    ('state_get', {'key': 'a'}, {'charm_state': {'a': 'b'}}, 'b'),
    ('storage_list', {}, {'storage_ids': ('data/0',)}, ['data/0']),
    ('storage_list', {'name': 'data'}, {'storage_ids': ('data/0',)}, ['data/0']),
)

WRITES = (
    ('secret_set', {'id': A, 'content': {'password': 's3cret'}, 'rotate': 'daily', 'expire': WHEN}, 'secret_set',
     (URI, SecretAttributes(content=CONTENT, rotate='daily', expire=WHEN)), {}),
    ('secret_set', {'id': A, 'label': 'l', 'description': '', 'expire': '1h', 'owner': 'unit'}, 'secret_set',
     (URI, SecretAttributes(label='l', expire=datetime.datetime(2026, 1, 1, 1, tzinfo=UTC))), {}),
    ('secret_grant', {'id': A, 'relation_id': 1, 'unit': 'mw/0'}, 'secret_grant', (URI, 1, 'mw/0'), {}),
    ('secret_revoke', {'id': A, 'relation_id': 1}, 'secret_revoke', (URI,), {'application': 'mw', 'unit': None}),
    ('secret_revoke', {'id': A, 'relation_id': None, 'app': 'x'}, 'secret_revoke', (URI,),
     {'application': 'x', 'unit': None}),
    ('secret_remove', {'id': A}, 'secret_remove', (URI, None), {}),
    ('secret_remove', {'id': A, 'revision': 2}, 'secret_remove', (URI, 2), {}),
    ('relation_set', {'data': {'a': 'x\n', 'b': ''}, 'id': 1}, 'relation_set', (1, {'a': 'x\n', 'b': ''}),
     {'app': False}),
    ('app_version_set', {'version': '-1'}, 'set_workload_version', ('-1',), {}),
    ('juju_log', {'message': '-m', 'level': 'WARNING'}, 'log', ('WARNING', '-m'), {}),
    ('juju_reboot', {'now': True}, 'reboot', (), {'now': True}),
    ('open_port', {'port': 80}, 'open_port', (Port('tcp', 80),), {}),
    ('open_port', {'protocol': 'udp', 'port': 80, 'to_port': 90, 'endpoints': ['db']}, 'open_port',
     (Port('udp', 80, 90, 'db'),), {}),
    ('close_port', {'protocol': 'icmp'}, 'close_port', (Port('icmp'),), {}),
    ('status_set', {'status': 'active'}, 'set_status', ('active', ''), {'app': False}),
    ('status_set', {'status': 'active', 'message': '-m'}, 'set_status', ('active', '-m'), {'app': False}),
    ('action_set', {'results': {'a': {'b': 1}}}, 'action_set', ({'a': {'b': '1'}},), {}),
    ('action_log', {'message': '-m'}, 'action_log', ('-m',), {}),
    ('action_fail', {'message': '-m'}, 'action_fail', ('-m',), {}),
    ('state_set', {'data': {'a': 'b'}}, 'set_charm_state', ({'a': 'b'},), {}),
    ('state_delete', {'key': 'a'}, 'delete_charm_state', ('a',), {}),
    ('storage_add', {'counts': {'data': 2}}, 'add_storage', ('data', 2), {}),
)  # fmt: skip


@pytest.mark.parametrize(('name', 'kwargs', 'answers', 'answer'), READS, ids=[case[0] for case in READS])
def test_hookcmds_read(make_context, hookcmds, name, kwargs, answers, answer):
    assert getattr(hookcmds(make_context(**answers)), name)(**kwargs) == answer


@pytest.mark.parametrize(('name', 'kwargs', 'method', 'args', 'call_kwargs'), WRITES, ids=[case[0] for case in WRITES])
def test_hookcmds_write(make_context, hookcmds, name, kwargs, method, args, call_kwargs):
    context = make_context(**{method: None})
    assert getattr(hookcmds(context), name)(**kwargs) is None
    call = context.only_call(method)
    assert (call.args, call.kwargs) == (args, call_kwargs)


def test_hookcmds_secret_add(make_context, hookcmds):
    context = make_context(secret_add=SecretURI(A, UUID))
    secret_id = hookcmds(context).secret_add({'password': 's3cret'}, label='l', owner='unit')
    assert secret_id == f'secret://{UUID}/{A}'
    assert context.only_call('secret_add').args == ('unit', SecretAttributes(content=CONTENT, label='l'))


@pytest.mark.parametrize('identifier', ({'id': A}, {'label': 'l'}))
def test_hookcmds_secret_info_get(make_context, hookcmds, identifier):
    info = hookcmds(make_context(secret_infos={A: INFO})).secret_info_get(**identifier)
    assert (info.id, info.revision, info.label, info.description) == (A, 3, 'l', 'd')
    assert (info.expiry, info.rotation, info.rotates) == (WHEN, 'daily', WHEN)


def test_hookcmds_relation_model_get(make_context, hookcmds):
    assert hookcmds(make_context(relation_model_uuid=UUID)).relation_model_get(1).uuid == UUID


def test_hookcmds_network_get(make_context, hookcmds):
    network = hookcmds(make_context(network=NETWORK)).network_get('db', relation_id=1)
    assert [address.value for address in network.bind_addresses[0].addresses] == ['10.0.0.1']
    assert (network.egress_subnets, network.ingress_addresses) == (['10.0.0.1/32'], ['10.0.0.1'])


def test_hookcmds_goal_state(make_context, hookcmds):
    goals = hookcmds(make_context(goal_state=GOALS)).goal_state()
    assert goals.units['u/0'].status == 'active'
    assert goals.relations['db']['mw/0'].since == datetime.datetime(2026, 1, 1, tzinfo=UTC)


def test_hookcmds_credential_get(make_context, hookcmds):
    spec = hookcmds(make_context(credential=CREDENTIAL)).credential_get()
    assert (spec.type, spec.credential.attributes) == ('lxd', {'a': 'b'})


@pytest.mark.parametrize(('endpoints', 'expected'), ((False, None), (True, ['*'])))
def test_hookcmds_opened_ports(make_context, hookcmds, endpoints, expected):
    context = make_context(opened_ports=(Port('icmp'), Port('udp', 80, 90)))
    ports = hookcmds(context).opened_ports(endpoints=endpoints)
    assert [(port.protocol, port.port, port.to_port) for port in ports] == [('icmp', None, None), ('udp', 80, 90)]
    assert [port.endpoints for port in ports] == [expected] * 2


def test_hookcmds_status_get(make_context, hookcmds):
    status = hookcmds(make_context(status=Status('blocked', 'm'))).status_get()
    assert (status.status, status.message, status.status_data) == ('blocked', 'm', {})


def test_hookcmds_status_get_of_application(make_context, hookcmds):
    context = make_context(
        check_leadership=None, status=Status('active', 'm'), unit_statuses={'u/0': Status('blocked')}
    )
    status = hookcmds(context).status_get(app=True)
    assert (status.status, status.message) == ('active', 'm')


def test_hookcmds_status_set_of_application(make_context, hookcmds):
    context = make_context(check_leadership=None, set_status=None)
    hookcmds(context).status_set('active', app=True)
    assert context.only_call('set_status').kwargs == {'app': True}


def test_hookcmds_relation_set_of_application(make_context, hookcmds):
    context = make_context(is_leader=True, relation_set=None)
    hookcmds(context).relation_set({'a': 'b'}, 1, app=True)
    assert context.only_call('relation_set').kwargs == {'app': True}


def test_hookcmds_storage_get(make_context, hookcmds):
    storage = hookcmds(make_context(storage=Storage('data', location='/d'))).storage_get('data/0')
    assert (storage.kind, storage.location) == ('filesystem', pathlib.Path('/d'))


def test_hookcmds_get_errors_of_juju(make_context, hookcmds):
    module = hookcmds(make_context(secret_get=JujuError('permission denied')))
    with pytest.raises(module.Error) as caught:
        module.secret_get(id=A)
    assert (caught.value.returncode, caught.value.stderr) == (1, 'ERROR permission denied\n')


def test_every_function_of_hookcmds_is_driven_above():
    module = pytest.importorskip('ops.hookcmds')
    functions = {name for name in module.__all__ if inspect.isfunction(getattr(module, name))}
    by_table = {case[0] for case in (*READS, *WRITES)}
    by_itself = {name.removeprefix('test_hookcmds_') for name in globals() if name.startswith('test_hookcmds_')}
    assert functions - by_table - by_itself == set()


# --- the backend of ops.Model, in every version of ops: executables, or hookcmds


@pytest.fixture
def backend(monkeypatch):
    """Build the backend of ops, whose executables are the context's own hook commands."""

    def connect(context):
        def execute(argv, *, input=None, **_):  # noqa: A002
            result = hookcommands.run(context, argv, stdin=input)
            if result.exit_code:
                raise subprocess.CalledProcessError(result.exit_code, argv, result.stdout, result.stderr)
            return types.SimpleNamespace(stdout=result.stdout, stderr=result.stderr, returncode=0)

        monkeypatch.setenv('JUJU_VERSION', '3.6.14')
        monkeypatch.setattr(subprocess, 'run', execute)
        monkeypatch.setattr(shutil, 'which', lambda name: name)
        return ops.model._ModelBackend('u/0', 'model', UUID)

    return connect


def test_backend_secret_add(make_context, backend):
    context = make_context(secret_add=SecretURI(A, UUID))
    secret_id = backend(context).secret_add(
        {'password': 's3cret'}, expire=WHEN, rotate=ops.SecretRotate.DAILY, owner='unit'
    )
    assert secret_id == f'secret://{UUID}/{A}'
    assert context.only_call('secret_add').args == (
        'unit',
        SecretAttributes(content=CONTENT, rotate='daily', expire=WHEN),
    )


def test_backend_secret_get(make_context, backend):
    assert backend(make_context(secret_get=CONTENT)).secret_get(id=A, refresh=True) == {'password': 's3cret'}


def test_backend_secret_info_get(make_context, backend):
    info = backend(make_context(secret_infos={A: INFO})).secret_info_get(label='l')
    assert (info.revision, info.rotation, info.expires) == (3, ops.SecretRotate.DAILY, WHEN)


@pytest.mark.parametrize(
    ('name', 'args', 'kwargs', 'call'),
    (
        ('secret_set', (A,), {'label': 'l'}, ((URI, SecretAttributes(label='l')), {})),
        ('secret_grant', (A, 1), {}, ((URI, 1, None), {})),
        ('secret_revoke', (A, 1), {'unit': 'mw/0'}, ((URI,), {'application': 'mw', 'unit': 'mw/0'})),
        ('secret_remove', (A,), {'revision': 2}, ((URI, 2), {})),
        ('relation_set', (1, {'a': 'x'}, False), {}, ((1, {'a': 'x'}), {'app': False})),
    ),
)
def test_backend_writes(make_context, backend, name, args, kwargs, call):
    context = make_context(**{name: None})
    getattr(backend(context), name)(*args, **kwargs)
    recorded = context.only_call(name)
    assert (recorded.args, recorded.kwargs) == call


def test_backend_maps_a_secret_that_is_not_found(make_context, backend):
    with pytest.raises(ops.SecretNotFoundError):
        backend(make_context(secret_infos={})).secret_info_get(id=A)


@pytest.mark.parametrize(
    ('name', 'args', 'kwargs', 'answers', 'answer'),
    (
        ('relation_ids', ('db',), {}, {'relation_ids': (1,)}, [1]),
        ('relation_list', (1,), {}, {'relation_members': ('mw/0',)}, ['mw/0']),
        ('relation_remote_app_name', (1,), {}, {}, 'mw'),
        ('relation_remote_app_name', (9,), {}, {}, None),
        ('relation_get', (1, 'mw/0', False), {}, {'relation_data': {'a': 'b'}}, {'a': 'b'}),
        ('relation_get', (1, 'mw', True), {}, {'relation_data': {'a': 'b'}}, {'a': 'b'}),
        ('config_get', (), {}, {'config': {'a': 1}}, {'a': 1}),
        ('is_leader', (), {}, {'is_leader': True}, True),
        ('planned_units', (), {}, {'goal_state': GOALS}, 1),
        ('opened_ports', (), {}, {'opened_ports': (Port('tcp', 80),)}, {ops.Port('tcp', 80)}),
        ('storage_list', ('data',), {}, {'storage_ids': ('data/0',)}, [0]),
        ('action_get', (), {}, {'action_parameters': {'a': 1}}, {'a': 1}),
    ),
)
def test_backend_reads(make_context, backend, name, args, kwargs, answers, answer):
    assert getattr(backend(make_context(**answers)), name)(*args, **kwargs) == answer


def test_backend_logs(make_context, backend):
    context = make_context(log=None)
    backend(context).juju_log('DEBUG', 'm')
    assert context.only_call('log').args == ('DEBUG', 'm')


def test_json_of_an_unknown_relation_is_an_error_ops_knows(make_context, backend):
    with pytest.raises(ops.RelationNotFoundError):
        backend(make_context()).relation_get(9, 'mw/0', False)


def test_status_of_application_reads_as_ops_wants_it(make_context, backend):
    context = make_context(check_leadership=None, status=Status('active', 'm'), unit_statuses={})
    status = backend(context).status_get(is_app=True)
    assert json.loads(json.dumps(status))['status'] == 'active'
