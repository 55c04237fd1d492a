from __future__ import annotations

import contextlib
import datetime
import gc
import json
import logging
import os
import random
import subprocess
import sys
import time
import tracemalloc
import types
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ops
import pytest
from ops import testing

from pytest_charmsecrets.charms import in_process, ops_private
from pytest_charmsecrets.charms.runner import HookBeingRun, UnitChange
from pytest_charmsecrets.charms.source import load_source
from pytest_charmsecrets.errors import UsageError
from pytest_charmsecrets.hookcommands.result import Result
from pytest_charmsecrets.juju.hooks import Hook
from pytest_charmsecrets.juju.state import Storage

HAS_HOOKCMDS = hasattr(ops, 'hookcmds')
META = {
    'name': 'web',
    'requires': {'database': {'interface': 'pg'}},
    'containers': {'workload': {}},
    'storage': {'data': {'type': 'filesystem', 'multiple': {'range': '0-'}}},
    'resources': {'jar': {'type': 'file', 'filename': 'app.jar'}},
    'actions': {'rotate-password': {'params': {'length': {'type': 'integer'}}}},
    'config': {'options': {'port': {'type': 'int'}}},
}
SECRET = 'secret:d3vra5k4h8t9s6n2m1q0'
DATABASE = {'relation_id': 1, 'endpoint': 'database', 'remote_application': 'db'}

Deploy = Callable[..., Any]


def charm(**handlers: Callable[[Any, Any], object]) -> type[ops.CharmBase]:
    """Return a charm class that handles events, named by ``self.on``; ``init`` runs when the charm is made."""

    class Charm(ops.CharmBase):
        def __init__(self, framework: ops.Framework) -> None:
            super().__init__(framework)
            if 'init' in handlers:
                handlers['init'](self, None)
            for name in handlers:
                if name != 'init':
                    framework.observe(getattr(self.on, name), getattr(self, f'_handle_{name}'))

    for name, handler in handlers.items():
        setattr(Charm, f'_handle_{name}', _method(f'_handle_{name}', handler))
    return Charm


def _method(name: str, handler: Callable[[Any, Any], object]) -> Callable[[Any, Any], None]:
    def method(self: Any, event: Any) -> None:
        handler(self, event)

    method.__name__ = name
    return method


def raiser(error: BaseException) -> Callable[[Any, Any], None]:
    def fail(*_: Any) -> None:
        raise error

    return fail


# --- every hook command goes through the one door

NETWORK = json.dumps({'bind-addresses': [], 'ingress-addresses': ['10.0.0.1'], 'egress-subnets': []})
INFO = json.dumps({'d3vra5k4h8t9s6n2m1q0': {'revision': 3, 'label': 'pw', 'owner': 'application', 'rotation': 'never'}})
CREDENTIAL = json.dumps({'type': 'lxd', 'name': 'localhost'})


@pytest.mark.parametrize(
    ('command', 'answer', 'call', 'expected'),
    [
        ('secret-get', '{"password": "x"}', lambda m: m.get_secret(id=SECRET).get_content(), {'password': 'x'}),
        ('secret-info-get', INFO, lambda m: ops.Secret(m._backend, id=SECRET).get_info().revision, 3),
        ('secret-add', SECRET, lambda m: m.app.add_secret({'password': 'x'}).id, SECRET),
        ('secret-set', '', lambda m: ops.Secret(m._backend, id=SECRET).set_content({'password': 'y'}), None),
        ('secret-remove', '', lambda m: ops.Secret(m._backend, id=SECRET).remove_revision(1), None),
        ('config-get', '{"port": 80}', lambda m: m.config['port'], 80),
        ('is-leader', 'false', lambda m: m.unit.is_leader(), False),
        ('status-get', '{"status": "active", "message": "m", "status-data": {}}', lambda m: m.unit.status, ops.ActiveStatus('m')),
        ('status-set', '', lambda m: setattr(m.unit, 'status', ops.ActiveStatus('up')), None),
        ('relation-ids', '["database:4"]', lambda m: [r.id for r in m.relations['database']], [4]),
        ('application-version-set', '', lambda m: m.unit.set_workload_version('1.2'), None),
        ('network-get', NETWORK, lambda m: str(m.get_binding('database').network.ingress_address), '10.0.0.1'),
        ('resource-get', '/r/app.jar\n', lambda m: m.resources.fetch('jar'), Path('/r/app.jar')),
        ('storage-list', '["data/3"]', lambda m: [s.index for s in m.storages['data']], [3]),
        ('storage-add', '', lambda m: m.storages.request('data', 2), None),
        ('goal-state', '{"units": {"web/0": {"status": "active", "since": "2026-01-01 00:00:00Z"}}, "relations": {}}',
         lambda m: m.app.planned_units(), 1),
        ('credential-get', CREDENTIAL, lambda m: m.get_cloud_spec().name, 'localhost'),
        ('open-port', '', lambda m: m.unit.open_port('tcp', 80), None),
        ('close-port', '', lambda m: m.unit.close_port('tcp', 80), None),
        ('opened-ports', '["80/tcp"]' if HAS_HOOKCMDS else '80/tcp\n', lambda m: {p.port for p in m.unit.opened_ports()},
         {80}),
        ('juju-reboot', '', lambda m: m.unit.reboot(), None),
    ],
)  # fmt: skip
def test_every_hook_command_is_executed_and_its_answer_is_what_the_charm_gets(
    deploy: Deploy, command: str, answer: str, call: Callable[[Any], object], expected: object
) -> None:
    got: list[object] = []
    world = deploy(charm(start=lambda self, _: got.append(call(self.model))), META)
    world.commands.answers[command] = answer
    world.succeed('start')
    assert got == [expected]
    assert world.commands.named(command)


def test_secret_content_travels_in_files_that_exist_while_the_command_runs(deploy: Deploy) -> None:
    world = deploy(charm(start=lambda self, _: self.unit.add_secret({'password': 'hunter2'})), META)
    world.commands.answers['secret-add'] = SECRET
    world.succeed('start')
    assert world.commands.files == {'password': 'hunter2'}
    assert not any('hunter2' in argument for argv in world.commands.calls for argument in argv)


def test_relation_data_is_written_through_standard_input(deploy: Deploy) -> None:
    def write(self: Any, event: Any) -> None:
        event.relation.data[self.unit]['host'] = 'here'

    world = deploy(charm(database_relation_created=write), META)
    world.commands.answers.update({'relation-ids': '["database:1"]', 'relation-list': '[]', 'relation-get': '{}'})
    world.succeed(Hook('relation-created', **DATABASE))
    index = next(i for i, argv in enumerate(world.commands.calls) if argv[0] == 'relation-set')
    assert 'host' in (world.commands.inputs[index] or '')


def test_logs_go_to_juju_log(deploy: Deploy) -> None:
    world = deploy(charm(start=lambda *_: logging.getLogger('charm').warning('careful')), META)
    world.succeed('start')
    assert ('juju-log', '--log-level', 'WARNING', '--', 'careful') in world.commands.calls


@pytest.mark.skipif(not HAS_HOOKCMDS, reason='ops.hookcmds came with ops 3.4')
def test_hookcmds_called_by_the_charm_are_executed_too(deploy: Deploy) -> None:
    got: list[object] = []
    world = deploy(charm(start=lambda *_: got.append(ops.hookcmds.secret_ids())), META)
    world.commands.answers['secret-ids'] = '["a"]'
    world.succeed('start')
    assert got == [['a']]


@pytest.mark.parametrize(
    ('command', 'stderr', 'error'),
    [
        ('secret-get', 'ERROR secret "x" not found\n', ops.SecretNotFoundError),
        ('secret-get', 'ERROR permission denied\n', ops.ModelError),
        ('config-get', 'ERROR boom\n', ops.ModelError),
    ],
)
def test_a_refusal_reaches_the_charm_as_the_error_of_ops(
    deploy: Deploy, command: str, stderr: str, error: type[Exception]
) -> None:
    caught: list[Exception] = []

    def attempt(self: Any, _: Any) -> None:
        with pytest.raises(ops.ModelError) as info:
            self.model.get_secret(id=SECRET) if command == 'secret-get' else self.model.config['port']
        caught.append(info.value)

    world = deploy(charm(start=attempt), META)
    world.commands.answers[command] = Result(1, stderr=stderr)
    world.succeed('start')
    assert type(caught[0]) is error
    assert str(caught[0]) == ('' if error is ops.SecretNotFoundError else stderr)
    assert stderr in {getattr(cause, 'stderr', None) for cause in causes(caught[0])}


def causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


# --- events


def test_the_event_carries_what_the_hook_says(deploy: Deploy) -> None:
    seen: dict[str, Any] = {}

    def on_changed(self: Any, event: Any) -> None:
        seen['changed'] = (event.relation.id, event.app.name, event.unit.name)

    def on_departed(self: Any, event: Any) -> None:
        seen['departed'] = (event.departing_unit.name, event.unit.name)

    def on_expired(self: Any, event: Any) -> None:
        seen['expired'] = (event.secret.unique_identifier, event.secret.label, event.revision)

    def on_ready(self: Any, event: Any) -> None:
        seen['ready'] = (event.workload.name, event.workload.can_connect())

    world = deploy(
        charm(
            database_relation_changed=on_changed,
            database_relation_departed=on_departed,
            secret_expired=on_expired,
            workload_pebble_ready=on_ready,
        ),
        META,
    )
    world.commands.answers.update({'relation-ids': '["database:1"]', 'relation-list': '["db/0"]'})
    world.succeed(Hook('relation-changed', **DATABASE, remote_unit='db/0'))
    world.succeed(Hook('relation-departed', **DATABASE, remote_unit='db/0', departing_unit='db/0'))
    world.succeed(Hook('secret-expired', secret='d3vra5k4h8t9s6n2m1q0', secret_revision=4))
    world.succeed(Hook('pebble-ready', workload='workload'))
    assert seen == {
        'changed': (1, 'db', 'db/0'),
        'departed': ('db/0', 'db/0'),
        'expired': ('d3vra5k4h8t9s6n2m1q0', None, 4),
        'ready': ('workload', True),
    }


def test_an_owner_may_receive_secret_changed(deploy: Deploy) -> None:
    labels: list[str | None] = []
    world = deploy(charm(secret_changed=lambda _, event: labels.append(event.secret.label)), META)
    world.succeed(Hook('secret-changed', secret=SECRET, secret_label='mine', secret_revision=2))
    assert labels == ['mine']


def test_an_action_gets_its_parameters_and_answers_through_hook_commands(deploy: Deploy) -> None:
    def act(_: Any, event: Any) -> None:
        event.log('working')
        event.set_results({'length': event.params['length'], 'id': event.id})
        event.fail('on purpose')

    world = deploy(charm(rotate_password_action=act), META)
    world.commands.answers['action-get'] = '{"length": 12}'
    world.succeed(Hook('action', action='rotate-password', task_id='5'))
    assert [argv[0] for argv in world.commands.calls if argv[0].startswith('action-')] == [
        'action-get', 'action-log', 'action-set', 'action-fail',
    ]  # fmt: skip
    assert set(world.commands.named('action-set')[0][1:]) == {'length=12', 'id=5'}


@pytest.mark.parametrize('hook', [Hook('update-status'), Hook('some-future-hook'), Hook('action', action='unknown')])
def test_an_event_that_the_charm_does_not_observe_is_success(deploy: Deploy, hook: Hook) -> None:
    deploy(charm(), META).succeed(hook)


class Backup(ops.EventBase):
    def __init__(self, handle: ops.Handle, where: str = '') -> None:
        super().__init__(handle)
        self.where = where

    def snapshot(self) -> dict[str, Any]:
        return {'where': self.where}

    def restore(self, snapshot: dict[str, Any]) -> None:
        self.where = snapshot['where']


class LibraryEvents(ops.ObjectEvents):
    backup = ops.EventSource(Backup)


class Library(ops.Object):
    on = LibraryEvents()  # pyright: ignore[reportAssignmentType]

    def __init__(self, charm: ops.CharmBase) -> None:
        super().__init__(charm, 'library')
        self.framework.observe(charm.on.start, self._on_start)

    def _on_start(self, _: ops.StartEvent) -> None:
        self.on.backup.emit('s3')


class CharmWithLibrary(ops.CharmBase):
    seen: list[str]

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.library = Library(self)
        framework.observe(self.library.on.backup, self._on_backup)

    def _on_backup(self, event: Backup) -> None:
        self.seen.append(event.where)
        if len(self.seen) == 1:
            event.defer()


def test_events_of_a_library_are_emitted_and_deferred(deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CharmWithLibrary, 'seen', [], raising=False)
    world = deploy(CharmWithLibrary, META)
    world.succeed('start')
    assert world.runner.deferred('web/0') == ('backup',)
    world.succeed('update-status')
    assert CharmWithLibrary.seen == ['s3', 's3']


# --- how a run ends


def test_the_charms_own_exception_is_the_outcome_with_its_own_traceback(deploy: Deploy) -> None:
    error = LookupError('mine')
    outcome = deploy(charm(start=raiser(error)), META).run('start')
    assert (outcome.exit_code, outcome.exception) == (1, error)
    frames = []
    traceback = error.__traceback__
    while traceback is not None:
        frames.append(traceback.tb_frame)
        traceback = traceback.tb_next
    assert frames[-1].f_code.co_name == 'fail'
    own_files = (in_process.__file__, ops_private.__file__)
    assert not any(frame.f_code.co_filename in own_files for frame in frames)


def test_an_exception_while_the_charm_is_made_is_the_charms(deploy: Deploy) -> None:
    error = LookupError('mine')
    assert deploy(charm(init=raiser(error)), META).run('start').exception is error


@pytest.mark.parametrize(
    ('code', 'exit_code'), [(None, 0), (0, 0), (3, 3), (256, 0), (-1, 255), ('a message', 1), (False, 0)]
)
@pytest.mark.parametrize('place', ['init', 'start'])
def test_sys_exit_ends_the_hook_with_its_code(deploy: Deploy, place: str, code: Any, exit_code: int) -> None:
    outcome = deploy(charm(**{place: lambda *_: sys.exit(code)}), META).run('start')
    assert outcome.exit_code == exit_code
    assert isinstance(outcome.exception, SystemExit) == bool(exit_code)


def test_rebooting_now_ends_the_hook_successfully(deploy: Deploy) -> None:
    after: list[int] = []

    def reboot(self: Any, _: Any) -> None:
        self.unit.reboot(now=True)
        after.append(1)

    world = deploy(charm(start=reboot), META)
    world.succeed('start')
    assert world.commands.named('juju-reboot') == [('juju-reboot', '--now')]
    assert after == []


class Interrupted(BaseException):
    pass


@pytest.mark.parametrize(
    'error', [KeyboardInterrupt(), Interrupted(), pytest.fail.Exception('no'), UsageError('the test')]
)
def test_what_is_not_the_charms_fault_passes_through(
    deploy: Deploy, unchanged_process: Any, error: BaseException
) -> None:
    world = deploy(charm(start=raiser(error)), META)
    with unchanged_process(), pytest.raises(type(error)) as caught:
        world.run('start')
    assert caught.value is error
    world.succeed('update-status')


# --- what a unit keeps


class Counting(ops.CharmBase):
    stored = ops.StoredState()
    fail: BaseException | None = None

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.stored.set_default(count=0)
        framework.observe(self.on.start, self._on_start)
        framework.observe(self.on.config_changed, self._on_config_changed)

    def _on_start(self, _: ops.StartEvent) -> None:
        self.stored.count += 1
        if Counting.fail is not None:
            raise Counting.fail

    def _on_config_changed(self, event: ops.ConfigChangedEvent) -> None:
        self.stored.count += 10
        if self.stored.count < 20:
            event.defer()


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException | None], None]:
    return lambda error: monkeypatch.setattr(Counting, 'fail', error)


def count(world: Any, unit: str = 'web/0') -> int:
    (state,) = [state for state in world.runner.stored_states(unit) if state.owner_path == 'Counting']
    return state.content['count']


def test_stored_state_lasts_from_hook_to_hook_per_unit(deploy: Deploy) -> None:
    world = deploy(Counting, META)
    world.succeed('start')
    world.succeed('start')
    world.succeed('start', unit='web/1')
    assert (count(world), count(world, 'web/1')) == (2, 1)


@pytest.mark.parametrize('error', [LookupError(), SystemExit(1), SystemExit(0), KeyboardInterrupt()])
def test_stored_state_of_a_hook_that_ended_early_is_not_kept(
    deploy: Deploy, failing: Callable[[BaseException | None], None], error: BaseException
) -> None:
    world = deploy(Counting, META)
    world.succeed('start')
    failing(error)
    with contextlib.suppress(KeyboardInterrupt):
        world.run('start')
    assert count(world) == 1
    failing(None)
    world.succeed('start')
    assert count(world) == 2


def test_a_deferred_event_waits_for_the_units_next_hook(deploy: Deploy) -> None:
    world = deploy(Counting, META)
    world.succeed('config-changed')
    assert world.runner.deferred('web/0') == ('config_changed',)
    assert world.runner.deferred('web/1') == ()
    world.succeed('update-status')
    assert (world.runner.deferred('web/0'), count(world)) == ((), 20)


def test_a_deferred_event_survives_a_hook_that_fails(
    deploy: Deploy, failing: Callable[[BaseException | None], None]
) -> None:
    world = deploy(Counting, META)
    world.succeed('config-changed')
    failing(LookupError())
    assert world.run('start').exit_code == 1
    assert (world.runner.deferred('web/0'), count(world)) == (('config_changed',), 10)


def test_a_deferred_secret_event_keeps_its_secret(deploy: Deploy) -> None:
    seen: list[Any] = []

    def on_remove(_: Any, event: Any) -> None:
        seen.append((event.secret.id, event.secret.label, event.revision))
        if len(seen) == 1:
            event.defer()

    world = deploy(charm(secret_remove=on_remove), META)
    world.succeed(Hook('secret-remove', secret=SECRET, secret_label='pw', secret_revision=4))
    world.succeed('update-status')
    assert seen == [(SECRET, 'pw', 4)] * 2


def test_a_unit_that_was_forgotten_starts_anew(deploy: Deploy) -> None:
    world = deploy(Counting, META)
    world.succeed('start')
    world.runner.forget('web/0')
    world.runner.forget('web/7')
    world.succeed('start')
    assert count(world) == 1


def test_a_refresh_keeps_what_the_unit_holds(deploy: Deploy) -> None:
    world = deploy(Counting, META)
    world.succeed('config-changed')
    seen: list[int] = []

    class Newer(Counting):
        def _on_start(self, _: ops.StartEvent) -> None:
            seen.append(self.stored.count)  # pyright: ignore[reportArgumentType]

    Newer.__name__ = 'Counting'
    world.runner.replace_source(load_source(Newer, meta={**META, 'containers': {'workload': {}, 'sidecar': {}}}))
    world.succeed('start', charm_version=1)
    assert seen == [20]
    assert {container.name for container in world.runner.containers('web/0')} == {'workload', 'sidecar'}


# --- containers, networks, storages and resources

LAYER: Any = {'services': {'app': {'override': 'replace', 'command': 'run', 'startup': 'enabled'}}}


def read(container: ops.Container, path: str) -> str:
    with container.pull(path) as file:
        return file.read()


def start_workload(self: Any, _: Any) -> None:
    container = self.unit.get_container('workload')
    container.add_layer('app', LAYER)
    container.push('/etc/app.conf', 'x', make_dirs=True)
    container.replan()


def test_containers_keep_layers_services_and_files_between_hooks(deploy: Deploy) -> None:
    seen: list[Any] = []

    def look(self: Any, _: Any) -> None:
        container = self.unit.get_container('workload')
        seen.append((container.get_service('app').is_running(), read(container, '/etc/app.conf')))

    world = deploy(charm(workload_pebble_ready=start_workload, update_status=look), META)
    world.succeed(Hook('pebble-ready', workload='workload'))
    world.succeed('update-status')
    assert seen == [(True, 'x')]
    (container,) = world.runner.containers('web/0')
    assert container.service_statuses == {'app': ops.pebble.ServiceStatus.ACTIVE}
    assert world.runner.containers('web/1')[0].layers == {}


def test_what_pebble_did_at_once_stays_after_a_failure(deploy: Deploy) -> None:
    def fail(self: Any, event: Any) -> None:
        start_workload(self, event)
        raise LookupError

    world = deploy(charm(workload_pebble_ready=fail), META)
    assert world.run(Hook('pebble-ready', workload='workload')).exit_code == 1
    assert list(world.runner.containers('web/0')[0].layers) == ['app']


@pytest.mark.parametrize(('started', 'connected'), [(False, False), (True, True)])
def test_pebble_answers_from_pebble_ready_on(deploy: Deploy, started: bool, connected: bool) -> None:
    seen: list[bool] = []
    world = deploy(
        charm(update_status=lambda self, _: seen.append(self.unit.get_container('workload').can_connect())),
        META,
        started=started,
    )
    world.succeed('update-status')
    world.succeed(Hook('pebble-ready', workload='workload'))
    world.succeed('update-status')
    assert seen == [connected, True]


def test_mounts_and_execs_are_the_authors(deploy: Deploy, tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('mounted')
    seen: list[str] = []

    def look(self: Any, _: Any) -> None:
        container = self.unit.get_container('workload')
        seen.append(read(container, '/mnt/file') + container.exec(['ls']).wait_output()[0])

    container = testing.Container(
        'workload',
        can_connect=True,
        mounts={'m': testing.Mount(location='/mnt/file', source=tmp_path / 'file')},
        execs={testing.Exec(['ls'], stdout='listed')},
    )
    world = deploy(charm(start=look), META, state=testing.State(containers={container}))
    world.succeed('start')
    world.succeed('start')
    assert seen == ['mountedlisted'] * 2


def test_the_authors_container_is_not_changed_by_the_charm(deploy: Deploy) -> None:
    container = testing.Container('workload', can_connect=True)
    world = deploy(charm(start=start_workload), META, state=testing.State(containers={container}))
    world.succeed('start')
    assert container.layers == {}
    world.runner.update_state('web/0', UnitChange(containers=(container,)))
    world.succeed('start')
    assert container.layers == {}


def test_ids_of_pebble_are_the_same_in_every_run(deploy: Deploy) -> None:
    layer: Any = {'checks': {'up': {'override': 'replace', 'exec': {'command': 'true'}}}}

    def check(self: Any, _: Any) -> None:
        container = self.unit.get_container('workload')
        container.add_layer('checks', layer)
        container.replan()

    def change_ids() -> list[str | None]:
        world = deploy(charm(start=check), META, started=True)
        world.succeed('start')
        return [info.change_id for info in world.runner.containers('web/0')[0].check_infos]

    assert change_ids() == change_ids()


def test_a_state_is_the_start_of_every_unit(deploy: Deploy, failing: Callable[[BaseException | None], None]) -> None:
    state = testing.State(
        stored_states={testing.StoredState('stored', owner_path='Counting', content={'count': 5})},
        deferred=[testing.DeferredEvent('Counting/on/config_changed[1]', 'Counting', '_on_config_changed')],
        networks={testing.Network('database')},
        resources={testing.Resource(name='jar', path='/app.jar')},
    )
    world = deploy(Counting, META, state=state)
    failing(LookupError())
    assert world.run('start').exit_code == 1
    failing(None)
    own = world.runner.own_state('web/0')
    assert (own['networks'], own['resources']) == (tuple(state.networks), tuple(state.resources))
    for unit in ('web/0', 'web/1'):
        assert (count(world, unit), world.runner.deferred(unit)) == (5, ('config_changed',))
    world.succeed('start')
    assert (count(world), count(world, 'web/1')) == (16, 5)
    world.runner.update_state('web/0', UnitChange(networks=(), resources=()))
    own = world.runner.own_state('web/0')
    assert (own['networks'], own['resources']) == ((), ())


def test_each_unit_has_places_of_its_own_for_its_storages(deploy: Deploy) -> None:
    storages = {'data/4': Storage('data'), 'disk/5': Storage('disk', 'block'), 'old/1': Storage('old', location='/old')}
    world = deploy(charm(), META)
    placed = world.runner.place_storages('web/0', storages)
    assert list(placed) == list(storages)
    assert Path(placed['data/4'].location).is_dir()
    assert Path(placed['disk/5'].location).is_file()
    assert placed['old/1'] is storages['old/1']
    assert world.runner.place_storages('web/0', placed) == placed
    assert world.runner.place_storages('web/1', storages)['data/4'].location != placed['data/4'].location


@pytest.mark.parametrize(
    ('field', 'value', 'instead'),
    [
        ('leader', True, 'set_leader'),
        ('config', {'port': 1}, 'FakeModel.config'),
        ('relations', {testing.Relation('database', id=1)}, 'integrate'),
        ('secrets', {testing.Secret({'password': 'x'}, id=SECRET)}, 'puppet'),
        ('planned_units', 3, 'num_units'),
        ('unit_status', testing.ActiveStatus(), 'hooks set it'),
        ('opened_ports', {testing.TCPPort(80)}, 'hooks open them'),
        ('workload_version', '1', 'hooks set it'),
    ],
)
def test_a_state_may_not_say_what_the_model_says(deploy: Deploy, field: str, value: Any, instead: str) -> None:
    with pytest.raises(UsageError) as caught:
        deploy(charm(), META, state=testing.State(**{field: value}))
    assert f'State.{field}' in str(caught.value)
    assert instead in str(caught.value)


# --- the process is as it was


def pollute(self: Any, _: Any) -> None:
    os.environ['LEFT_BEHIND'] = '1'
    os.environ.pop('HOME', None)
    os.chdir('/')
    sys.path.insert(0, '/left-behind')
    sys.argv.append('--left-behind')
    for module, name in ((sys, 'excepthook'), (sys, 'breakpointhook'), (warnings, 'showwarning')):
        setattr(module, name, print)
    logging.getLogger().setLevel(1)
    logging.getLogger().addHandler(logging.NullHandler())


@pytest.mark.parametrize('then', [None, LookupError(), SystemExit(0)])
@pytest.mark.parametrize('place', ['init', 'start'])
def test_nothing_of_a_hook_is_left_in_the_process(
    write_charm: Callable[..., Path], deploy: Deploy, unchanged_process: Any, then: BaseException | None, place: str
) -> None:
    def act(self: Any, event: Any) -> None:
        pollute(self, event)
        if then is not None:
            raise then

    root = write_charm('web', {'src/charm.py': 'import ops\nclass Charm(ops.CharmBase): pass\n'})
    for world in (deploy(charm(**{place: act}), META), deploy(root, around_hook=lambda _: contextlib.nullcontext())):
        with unchanged_process():
            world.run('start')


def test_a_charm_sees_no_variable_of_juju_but_those_of_its_hook(
    deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('JUJU_SECRET_ID', 'secret:of-the-developer')
    monkeypatch.setenv('OPERATOR_DISPATCH', '1')
    seen: dict[str, str] = {}
    world = deploy(charm(start=lambda *_: seen.update(os.environ)), META)
    world.succeed('start')
    assert 'JUJU_SECRET_ID' not in seen
    assert seen['JUJU_UNIT_NAME'] == 'web/0'
    tools, _, path = seen['PATH'].partition(os.pathsep)
    assert path == os.environ['PATH']
    assert Path(tools, 'secret-get').exists()
    assert seen['JUJU_CHARM_DIR'] == seen['CHARM_DIR'] == str(world.runner.charm_dir('web/0', 0))
    assert os.environ['JUJU_SECRET_ID'] == 'secret:of-the-developer'


def test_a_class_without_files_gets_a_charm_directory_and_runs_there(deploy: Deploy) -> None:
    seen: list[Any] = []
    world = deploy(
        charm(start=lambda self, _: seen.append(({path.name for path in self.charm_dir.iterdir()}, Path.cwd()))), META
    )
    world.succeed('start')
    assert seen == [({'actions.yaml', 'config.yaml', 'metadata.yaml'}, world.runner.charm_dir('web/0', 0))]


def test_a_breakpoint_in_a_charm_is_the_tests(deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(sys, 'breakpointhook', lambda: stopped.append('here'))
    deploy(charm(start=lambda *_: sys.breakpointhook()), META).succeed('start')
    assert stopped == ['here']


def test_warnings_of_a_charm_reach_the_test(deploy: Deploy) -> None:
    world = deploy(charm(start=lambda *_: warnings.warn('old', DeprecationWarning, stacklevel=1)), META)
    with pytest.warns(DeprecationWarning, match='old'):
        world.succeed('start')


def test_no_random_number_is_drawn(deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    world = deploy(charm(start=start_workload), META, started=True)
    monkeypatch.setattr(uuid, 'uuid4', raiser(AssertionError('drawn')))
    before = random.getstate()
    world.succeed('start')
    assert random.getstate() == before


def test_time_in_a_hook_is_the_models(deploy: Deploy) -> None:
    seen: list[Any] = []

    def wait(self: Any, _: Any) -> None:
        time.sleep(90)
        seen.append(datetime.datetime.now(datetime.timezone.utc))
        self.unit.add_secret({'password': 'x'}, expire=datetime.timedelta(hours=1))

    world = deploy(charm(start=wait), META)
    world.commands.answers['secret-add'] = SECRET
    world.succeed('start')
    assert seen == [datetime.datetime(2026, 1, 1, 12, 1, 30, tzinfo=datetime.timezone.utc)] == [world.now]
    (argv,) = world.commands.named('secret-add')
    assert argv[argv.index('--expire') + 1].startswith('2026-01-01T13:01:30')


def test_the_units_of_a_relation_are_in_the_same_order_in_every_process(deploy: Deploy) -> None:
    orders: list[list[str]] = []

    def look(self: Any, _: Any) -> None:
        orders.append([unit.name for unit in self.model.get_relation('database').units])

    for _ in range(5):
        world = deploy(charm(start=look), META)
        world.commands.answers.update({'relation-ids': '["database:1"]'})
        world.commands.answers['relation-list'] = '["db/3", "db/1", "db/0", "db/2"]'
        world.succeed('start')
    assert orders == [['db/0', 'db/1', 'db/2', 'db/3']] * 5


def test_memory_stays_flat_over_many_hooks(deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    world = deploy(Counting, META)
    monkeypatch.setattr(logging.getLogger(), 'handlers', [])
    world.commands.calls = world.commands.inputs = types.SimpleNamespace(append=lambda _: None)

    def used(runs: int) -> int:
        for _ in range(runs):
            world.succeed('start')
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    used(20)
    tracemalloc.start()
    try:
        growth = -used(20) + used(200)
    finally:
        tracemalloc.stop()
    assert growth < 200 * 1024, f'{growth / 200:.0f} bytes a hook; a Framework that is not let go is 29 KiB'


# --- the runner's own rules


def test_an_object_that_leaked_out_of_its_hook_says_so(deploy: Deploy) -> None:
    kept: list[Any] = []
    world = deploy(charm(start=lambda self, _: kept.append(self.model)), META)
    world.succeed('start')
    message = r"an object of ops from web/0's start was used after that hook"
    with pytest.raises(UsageError, match=message):
        kept[0].get_secret(id=SECRET)
    with pytest.raises(UsageError, match=message):
        kept[0].unit.set_workload_version('1')
    with pytest.raises(UsageError, match=message):
        kept[0]._backend.juju_log('INFO', 'late')
    with pytest.raises(UsageError, match=message):
        kept[0].unit.reboot()
    other = deploy(charm(start=lambda *_: kept[0].get_secret(id=SECRET)), META)
    with pytest.raises(UsageError, match=message):
        other.run('start', unit='web/1')


def test_a_hook_does_not_run_inside_a_hook(deploy: Deploy) -> None:
    world = deploy(charm(start=lambda *_: world.run('stop')), META)
    with pytest.raises(UsageError, match='web/0 is running start, and hooks do not run inside hooks'):
        world.run('start')
    world.succeed('update-status')


def test_around_hook_surrounds_the_charm_and_is_told_the_hook(deploy: Deploy) -> None:
    happened: list[Any] = []

    @contextlib.contextmanager
    def around(hook: HookBeingRun) -> Iterator[None]:
        happened.append((hook.unit, hook.name, hook.hook.kind, os.environ['JUJU_HOOK_NAME']))
        yield
        happened.append('after')

    world = deploy(charm(start=lambda *_: happened.append('charm')), META, around_hook=around)
    world.succeed('start')
    assert happened == [('web/0', 'start', 'start', 'start'), 'charm', 'after']


def test_a_mistake_in_around_hook_is_raised_as_it_is(deploy: Deploy) -> None:
    with pytest.raises(ZeroDivisionError):
        deploy(charm(), META, around_hook=lambda _: 1 / 0).run('start')


def test_a_directory_runs_with_its_own_modules_in_its_own_directory(
    write_charm: Callable[..., Path], deploy: Deploy
) -> None:
    code = """
        import pathlib
        import ops
        import helpers
        class Charm(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                framework.observe(self.on.start, self._on_start)
            def _on_start(self, event):
                import lazy
                content = pathlib.Path('template.txt').read_text()
                self.unit.status = ops.ActiveStatus(f'{helpers.NAME} {lazy.NAME} {content} {self.charm_dir.name}')
    """
    for name in ('one', 'two'):
        root = write_charm(name, {
            'src/charm.py': code,
            'src/helpers.py': f'NAME = "{name}"\n',
            'src/lazy.py': f'NAME = "lazy {name}"\n',
            'template.txt': name,
        })  # fmt: skip
        world = deploy(root)
        world.succeed('start')
        world.runner.source.module('helpers').NAME = 'patched'
        world.succeed('start')
        assert [argv[-1] for argv in world.commands.named('status-set')][-2:] == [
            f'{name} lazy {name} {name} charm',
            f'patched lazy {name} {name} charm',
        ]
    assert 'lazy' not in sys.modules


def test_a_hook_that_is_a_link_to_the_charm_is_not_run_a_second_time(
    write_charm: Callable[..., Path], deploy: Deploy
) -> None:
    code = """
        import ops
        class Charm(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                framework.observe(self.on.start, self._on_start)
            def _on_start(self, event):
                self.unit.status = ops.ActiveStatus('once')
    """
    root = write_charm('web', {'src/charm.py': code})
    (root / 'src' / 'charm.py').chmod(0o755)
    (root / 'hooks').mkdir()
    (root / 'hooks' / 'start').symlink_to('../src/charm.py')
    world = deploy(root)
    with pytest.warns(DeprecationWarning, match='Legacy hooks'):
        world.succeed('start')
    assert len(world.commands.named('status-set')) == 1


def test_an_unsupported_ops_is_named_at_first_use() -> None:
    code = """
import ops.version
ops.version.version = '2.22.0'
from pytest_charmsecrets.errors import UsageError
try:
    import pytest_charmsecrets.charms.in_process
except UsageError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith('ops 2.22.0 with ops-scenario ')
    assert 'install ops 2.23 or newer' in done.stdout
    without_a_name = code.replace("ops.version.version = '2.22.0'", 'import ops._main\ndel ops._main._Manager')
    done = subprocess.run([sys.executable, '-c', without_a_name], capture_output=True, text=True, check=True)
    assert 'is not supported; install ops 2.23 or newer' in done.stdout
