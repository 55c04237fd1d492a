"""Charms that run as processes: what Juju gives them, what they keep, and how they end."""

from __future__ import annotations

import gc
import os
import pathlib
import signal
import subprocess
import textwrap
import time
import zipfile

import ops
import pytest
from ops import testing

from pytest_charmsecrets import ActionFailed, HookFailed, UsageError

from .charms import DATABASE, WEB, Database, Web, charm


@pytest.fixture
def write(tmp_path):
    """Writes a charm directory; programs are what begins with ``#!``."""

    def write(files, *, name='app', metadata='', into='charm'):
        root = tmp_path / into
        for path, text in {'charmcraft.yaml': f'name: {name}\n{metadata}', **files}.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text))
            if file.read_text().startswith('#!'):
                file.chmod(0o755)
        return root

    return write


@pytest.fixture
def run(fake_model, write, tmp_path):
    """Runs a shell script as the install hook of ``app/0``, from a directory in which it may leave something."""

    def run(script, **options):
        script = f'#!/bin/sh\nout={tmp_path}\n{textwrap.dedent(script)}'
        app = fake_model.deploy(write({'hooks/install': script}), runner='process', **options)
        assert str(fake_model.step()) == 'app/0 install'
        return app

    return run


def is_gone(pid):
    """Whether a process has ended, even if no process has waited for it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    state = pathlib.Path(f'/proc/{pid}/stat')
    return state.exists() and state.read_text().rpartition(')')[2].split()[0] == 'Z'


# --- what a charm is given


def test_environment_is_what_juju_sets(run, tmp_path, monkeypatch, fake_model):
    monkeypatch.setenv('OF_THE_TEST', 'yes')
    monkeypatch.setenv('JUJU_DATA', '/home/me/.local/share/juju')
    run('env -0 >"$out/env"; pwd >"$out/pwd"')
    pairs = (line.partition('=') for line in (tmp_path / 'env').read_text().split('\0') if line)
    environment = {name: value for name, _, value in pairs}
    charm_dir = (tmp_path / 'pwd').read_text().strip()
    assert environment['CHARM_DIR'] == environment['JUJU_CHARM_DIR'] == charm_dir
    assert environment['JUJU_DISPATCH_PATH'] == 'hooks/install'
    assert environment['JUJU_HOOK_NAME'] == 'install'
    assert environment['JUJU_UNIT_NAME'] == 'app/0'
    assert environment['JUJU_VERSION'] == '3.6.14'
    assert environment['JUJU_AGENT_SOCKET_NETWORK'] == 'unix'
    assert environment['TZ'] == 'UTC'
    assert environment['PATH'].endswith(os.environ['PATH'])
    assert pathlib.Path(environment['PATH'].split(os.pathsep)[0], 'secret-get').exists()
    assert not {'OF_THE_TEST', 'JUJU_DATA', 'HOME', 'PYTHONPATH', 'VIRTUAL_ENV'} & set(environment)


def test_programs_of_a_test_on_the_path_are_found(run, tmp_path, monkeypatch):
    bin_ = tmp_path / 'bin'
    bin_.mkdir()
    (bin_ / 'systemctl').write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/called\n')
    (bin_ / 'systemctl').chmod(0o755)
    monkeypatch.setenv('PATH', str(bin_), prepend=os.pathsep)
    run('systemctl restart web')
    assert (tmp_path / 'called').read_text() == 'restart web\n'


def test_hook_has_a_program_of_its_own_name(fake_model, write, tmp_path):
    start = f'#!/bin/sh\nstatus-set active started; touch {tmp_path}/started\n'
    app = fake_model.deploy(write({'hooks/start': start}), runner='process')
    fake_model.settle()
    assert app.leader.status == ops.ActiveStatus('started')
    assert {hook.outcome for hook in fake_model.journal.hooks()} == {'committed'}


def test_dispatch_goes_before_it(fake_model, write):
    files = {
        'hooks/start': '#!/bin/sh\nstatus-set blocked hook\n',
        'dispatch': '#!/bin/sh\nstatus-set active "$JUJU_DISPATCH_PATH"\n',
    }
    app = fake_model.deploy(write(files), runner='process')
    fake_model.settle()
    assert app.leader.status == ops.ActiveStatus('hooks/start')


def test_program_of_a_hook_becomes_executable_as_packing_makes_it(fake_model, write):
    root = write({'hooks/install': '#!/bin/sh\nstatus-set active\n'})
    (root / 'hooks' / 'install').chmod(0o644)
    app = fake_model.deploy(root, runner='process')
    fake_model.step()
    assert app.leader.status == ops.ActiveStatus()


def test_dispatch_that_is_not_executable_fails(fake_model, write):
    fake_model.deploy(write({'dispatch': 'exit 0\n'}), runner='process')
    with pytest.raises(HookFailed, match='Permission denied') as caught:
        fake_model.settle()
    assert caught.value.where is None


def test_later_changes_of_the_directory_have_no_effect(fake_model, write):
    root = write({'dispatch': '#!/bin/sh\nstatus-set active old\n'})
    app = fake_model.deploy(root, runner='process')
    write({'dispatch': '#!/bin/sh\nexit 1\n'})
    fake_model.settle()
    assert app.leader.status == ops.ActiveStatus('old')


@pytest.mark.parametrize('runner', ['in-process', 'process'])
def test_packed_charm_runs(fake_model, tmp_path, runner):
    code = """
        import ops

        class Charm(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                framework.observe(self.on.install, self.on_install)

            def on_install(self, _):
                self.unit.status = ops.ActiveStatus(self.charm_dir.joinpath('templates', 'greeting').read_text())

        if __name__ == '__main__':
            ops.main(Charm)
    """
    with zipfile.ZipFile(tmp_path / 'greeter.charm', 'w') as packed:
        packed.writestr('metadata.yaml', 'name: greeter\n')
        packed.writestr('src/charm.py', textwrap.dedent(code))
        packed.writestr('templates/greeting', 'hello')
    app = fake_model.deploy(tmp_path / 'greeter.charm', runner=runner)
    fake_model.settle()
    assert app.name == 'greeter'
    assert app.leader.status == ops.ActiveStatus('hello')


# --- hook commands as executables


def test_answers_are_those_of_juju(run, tmp_path):
    run("""
        is-leader >"$out/leader"
        secret-add --owner unit --label mine password='a b' >"$out/uri"
        secret-get "$(cat "$out/uri")" >"$out/secret"
        secret-get no-such-uri-at-all >"$out/stdout" 2>"$out/stderr" || echo $? >"$out/code"
        secret-add >"$out/stdout" 2>>"$out/stderr" || echo $? >>"$out/code"
    """)
    read = {name: (tmp_path / name).read_text() for name in ('leader', 'secret', 'stdout', 'stderr', 'code')}
    assert read == {
        'leader': 'True\n',
        'secret': 'password: a b\n',
        'stdout': '',
        'stderr': 'ERROR secret URI "no-such-uri-at-all" not valid\nERROR missing secret value or filename\n',
        'code': '2\n2\n',
    }


def test_standard_input_is_left_alone_unless_it_is_asked_for(run):
    app = run(r"""
        printf 'one\ntwo\n' | while read -r line; do
            config-get "$line"
            state-set "$line=seen"
        done
        printf 'three: from stdin' | state-set --file -
        printf 'four: from a file' >settings.yaml
        state-set --file settings.yaml
        status-set active "$(state-get --format json)"
    """)
    state = '{"four":"from a file","one":"seen","three":"from stdin","two":"seen"}'
    assert app.leader.status.message == state


def test_relative_path_of_content_begins_at_the_root_as_the_agent_reads_it(run):
    app = run("""
        printf secret >password
        secret-add password#file=password 2>message || status-set active "$(cat message)"
    """)
    assert app.leader.status.message == (
        'ERROR reading content for secret key "password": open password: no such file or directory'
    )


def test_bytes_that_are_no_text_survive(run, fake_model):
    run(r"""
        uri=$(secret-add --owner unit "key=$(printf '\377\001')")
        [ "$(secret-get "$uri" 'key#base64')" = /wE= ]
    """)
    [secret] = fake_model.secrets()
    assert secret.owner == 'app/0'


def test_commands_may_run_side_by_side(run, fake_model):
    run("""
        for number in 1 2 3 4 5 6 7 8; do state-set "key-$number=$number" & done
        wait
    """)
    task = fake_model.exec('state-get', unit='app/0')
    assert task.stdout.splitlines() == [f'key-{number}: "{number}"' for number in range(1, 9)]


def test_command_that_nobody_listens_to_ends(run):
    run('secret-ids | true; goal-state | head -c 1 >/dev/null')


def test_large_values_pass(run, fake_model):
    run("""
        printf 'big: ' >settings.yaml
        head -c 60000 /dev/zero | tr '\\0' x >>settings.yaml
        state-set --file settings.yaml
        [ "$(state-get big | wc -c)" = 60001 ]
    """)
    assert fake_model.journal.commands(name='state-set')


def test_command_that_is_not_supported_is_named(run):
    with pytest.raises(UsageError) as caught:
        run('leader-set password=one || true; sleep 600')
    assert str(caught.value) == (
        "hook command 'leader-set' is not supported: it is older than application data; "
        'write it into a peer relation with relation-set --app'
    )


def test_command_outside_of_a_hook_says_so(run, tmp_path):
    run('env >"$out/env"; command -v is-leader >"$out/command"')
    command = (tmp_path / 'command').read_text().strip()
    environment = dict(line.split('=', 1) for line in (tmp_path / 'env').read_text().splitlines())
    for variables, message in (
        (environment, 'the hook that called it has ended'),
        ({}, 'works only while a hook runs'),
    ):
        done = subprocess.run([command], env=variables, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (1, '')
        assert done.stderr.startswith('ERROR is-leader: ')
        assert message in done.stderr


def test_what_is_no_hook_command_is_hung_up_on(run, tmp_path):
    program = tmp_path / 'noise.py'
    program.write_text(
        textwrap.dedent("""
            import os, socket
            for noise in (b'', b'1 1 1\\n', b'-1 -1 -1 -1\\n', b'x\\n', b'1' * (1 << 21), b'1 1 1 999999999999\\n'):
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.connect(os.environ['JUJU_AGENT_SOCKET_ADDRESS'])
                    try:
                        connection.sendall(noise)
                        connection.shutdown(socket.SHUT_WR)
                        assert connection.recv(1) == b'', noise
                    except (BrokenPipeError, ConnectionResetError):
                        pass
        """)
    )
    app = run(f'python3 {program} && status-set active unimpressed')
    assert app.leader.status == ops.ActiveStatus('unimpressed')


# --- how a hook ends


def test_failed_hook_shows_what_the_charm_said(run, fake_model):
    with pytest.raises(HookFailed) as caught:
        run('secret-add --owner unit key=value >/dev/null; echo "disk full" >&2; exit 3')
    failure = caught.value
    assert isinstance(failure.exception, subprocess.CalledProcessError)
    assert failure.exception.returncode == 3
    assert failure.output == 'disk full'
    assert '  | disk full\n' in str(failure)
    assert [effect.kind for effect in failure.discarded] == ['secret-add']
    assert fake_model.secrets() == ()


def test_refusal_behind_a_failure_is_named(run):
    with pytest.raises(HookFailed) as caught:
        run('set -e\nsecret-get secret:9m4e2mr0ui3e8a215n4g')
    assert caught.value.juju_error == 'secret "secret:9m4e2mr0ui3e8a215n4g" not found'


def test_hook_that_is_killed_fails(run):
    with pytest.raises(HookFailed, match='died with <Signals'):
        run('kill -9 $$')


def test_hook_that_outlives_its_time_fails_and_is_killed(run, tmp_path):
    begun = time.monotonic()
    with pytest.raises(HookFailed, match=r"'hooks/install' timed out after 0\.5 seconds"):
        run('echo $$ >"$out/pid"; sleep 600 & echo $! >>"$out/pid"; wait', time_limit=0.5)
    assert time.monotonic() - begun < 60
    assert all(is_gone(int(pid)) for pid in (tmp_path / 'pid').read_text().split())


@pytest.mark.parametrize('redirection', ['', '>/dev/null 2>&1 </dev/null'])
def test_hook_that_leaves_a_process_behind_fails_and_that_is_killed(run, tmp_path, redirection):
    with pytest.raises(HookFailed, match='left behind: sleep'):
        run(f'sleep 600 {redirection} & echo $! >"$out/pid"')
    assert is_gone(int((tmp_path / 'pid').read_text()))


def test_process_that_gets_away_with_the_output_fails_the_hook(run, tmp_path):
    with pytest.raises(HookFailed, match='left behind: a program in a session of its own'):
        run(
            "python3 -c \"import os, time; os.setsid(); open('$out/pid', 'w').write(str(os.getpid())); time.sleep(600)\" & "
            'while [ ! -s "$out/pid" ]; do :; done'
        )
    os.kill(int((tmp_path / 'pid').read_text()), signal.SIGKILL)


def test_process_that_gets_away_and_never_stops_to_write_holds_nobody_up(run, tmp_path):
    write = f"import os; os.setsid(); open('{tmp_path}/pid', 'w').write(str(os.getpid())); os.execlp('yes', 'yes')"
    with pytest.raises(HookFailed, match='left behind: a program in a session of its own'):
        run(f'python3 -c "{write}" & while [ ! -s "$out/pid" ]; do :; done')
    os.kill(int((tmp_path / 'pid').read_text()), signal.SIGKILL)


def test_end_of_a_pipeline_has_its_time(run, tmp_path):
    run('(sleep 0.2; echo late >"$out/late") & echo early')
    assert (tmp_path / 'late').read_text() == 'late\n'


def test_much_output_blocks_nobody(run):
    run('head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2')


def test_nothing_leaks(run, fake_model):
    descriptors = pathlib.Path('/dev/fd')
    before = len(list(descriptors.iterdir()))
    with pytest.raises(HookFailed):
        run('sleep 600 & exit 1', time_limit=5)
    fake_model.close()
    gc.collect()
    assert len(list(descriptors.iterdir())) == before


def test_files_of_units_are_removed_with_them(run, fake_model, tmp_path):
    run('pwd >"$out/$(echo "$JUJU_UNIT_NAME" | tr / -)"', num_units=2)
    fake_model.settle()
    first, second = (pathlib.Path((tmp_path / name).read_text().strip()) for name in ('app-0', 'app-1'))
    assert first.is_dir()
    assert second.is_dir()
    fake_model.remove_unit('app/1')
    fake_model.settle()
    assert first.is_dir()
    assert not second.exists()
    fake_model.close()
    assert not first.exists()


# --- actions

ACTIONS = 'actions:\n  greet:\n    params:\n      name: {type: string, default: you}\n  lost: {}\n  sulk: {}\n'


@pytest.fixture
def greeter(fake_model, write):
    files = {
        'hooks/install': '#!/bin/sh\n',
        'actions/greet': '#!/bin/sh\naction-set greeting="hello $(action-get name)"; action-log done; echo out; echo err >&2\n',
        'actions/sulk': '#!/bin/sh\naction-fail sulking; action-set return-code=5 mood=bad; echo "not today" >&2; exit 4\n',
    }
    return fake_model.deploy(write(files, metadata=ACTIONS), runner='process')


def test_action_has_the_output_of_its_process(fake_model, greeter):
    task = fake_model.run('app/0', 'greet', {'name': 'world'})
    assert (task.results, task.stdout, task.stderr, task.log) == (
        {'greeting': 'hello world'},
        'out\n',
        'err\n',
        ['done'],
    )
    assert task.return_code == 0


def test_action_that_fails_has_the_code_of_its_process(fake_model, greeter):
    with pytest.raises(ActionFailed) as caught:
        fake_model.run('app/0', 'sulk')
    task = caught.value.task
    assert (task.return_code, task.message, task.stderr) == (4, 'exit status 4', 'not today\n')
    assert task.results == {'mood': 'bad'}


def test_action_without_a_program_is_not_implemented(fake_model, greeter):
    with pytest.raises(ActionFailed) as caught:
        fake_model.run('app/0', 'lost')
    assert caught.value.task.message == 'action not implemented on unit "app/0"'


# --- charms of ops


def test_classes_of_a_test_module_run_as_processes(fake_model):
    fake_model.deploy(Database, meta=DATABASE, runner='process')
    web = fake_model.deploy(Web, meta=WEB)
    fake_model.integrate('database:database', 'web')
    fake_model.settle()
    assert web.leader.status == ops.ActiveStatus('a password of 3 characters')
    fake_model.advance(days=31)
    assert web.leader.status == ops.ActiveStatus('a password of 13 characters')


def test_failure_of_ops_is_shown_with_its_traceback(fake_model, write):
    code = """
        import ops

        class Charm(ops.CharmBase):
            def __init__(self, framework):
                super().__init__(framework)
                framework.observe(self.on.install, self.on_install)

            def on_install(self, _):
                self.model.get_secret(id='secret:9m4e2mr0ui3e8a215n4g')

        ops.main(Charm)
    """
    fake_model.deploy(write({'src/charm.py': code}), runner='process')
    with pytest.raises(HookFailed) as caught:
        fake_model.settle()
    assert caught.value.juju_error == 'secret "secret:9m4e2mr0ui3e8a215n4g" not found'
    assert 'ops.model.SecretNotFoundError' in caught.value.output
    assert 'in on_install' in caught.value.output


KEEPER = """
    import ops

    class Keeper(ops.CharmBase):
        stored = ops.StoredState()

        def __init__(self, framework):
            super().__init__(framework)
            self.stored.set_default(count=0, names=set())
            for event in (self.on.install, self.on.update_status, self.on.upgrade_charm):
                framework.observe(event, self.count)

        def count(self, event):
            self.stored.count += 1
            self.stored.names.add(self.unit.name)
            self.unit.status = ops.ActiveStatus(f'{VERSION} {{self.stored.count}}')
            if {DEFER}:
                event.defer()

    ops.main(Keeper)
"""


@pytest.fixture
def keeper(write):
    def keeper(version, *, defer, into, files=()):
        code = KEEPER.replace('{VERSION}', version).replace('{DEFER}', str(defer)).replace('{{', '{').replace('}}', '}')
        return write({'src/charm.py': code, **dict(files)}, into=into)

    return keeper


def test_stored_state_and_deferred_events_last(fake_model, keeper):
    app = fake_model.deploy(keeper('old', defer=True, into='old'), runner='process')
    assert app.leader.deferred == ()
    fake_model.settle()
    assert app.leader.deferred == ('install',)
    [stored] = [state for state in app.leader.state.stored_states if state.owner_path == 'Keeper']
    assert stored.content['names'] == {'app/0'}
    assert stored.content['count'] == len(fake_model.journal.hooks())
    assert app.leader.state.unit_status == app.leader.status


def test_upgrade_replaces_the_charms_files_and_keeps_the_units(fake_model, keeper):
    stays = {'templates/both': 'old', 'templates/gone': 'old', 'gone/too': 'old'}
    app = fake_model.deploy(keeper('old', defer=False, into='old', files=stays), runner='process')
    fake_model.settle()
    charm_dir = next(fake_model.internals.execution.runners['app']._home.glob('unit-app-0/charm'))
    (charm_dir / 'templates' / 'made').write_text('by the unit')
    fake_model.refresh('app', keeper('new', defer=False, into='new', files={'templates/both': 'new'}))
    fake_model.settle()
    assert app.leader.status == ops.ActiveStatus('new 2')
    assert {path.name: path.read_text() for path in (charm_dir / 'templates').iterdir()} == {
        'both': 'new',
        'made': 'by the unit',
    }
    assert not (charm_dir / 'gone').exists()


def test_stored_state_that_is_no_plain_data_is_not_loaded(fake_model, keeper):
    app = fake_model.deploy(keeper('old', defer=False, into='old'), runner='process')
    fake_model.settle()
    database = next(fake_model.internals.execution.runners['app']._home.glob('unit-app-0/charm/.unit-state.db'))
    import pickle
    import sqlite3

    class Bomb:
        def __reduce__(self):
            return os.system, ('echo boom',)

    connection = sqlite3.connect(database)
    with connection:
        connection.execute('UPDATE snapshot SET data = ?', (pickle.dumps(Bomb()),))
    connection.close()
    with pytest.raises(UsageError, match='system, and holds plain data only'):
        app.leader.state  # noqa: B018
    database.write_text('no database')
    with pytest.raises(UsageError, match='holds no state of ops'):
        app.leader.deferred  # noqa: B018


# --- what a unit has from its surroundings


def test_networks_and_resources_are_given_as_ever(fake_model, write, tmp_path):
    (tmp_path / 'image').write_text('image')
    state = testing.State(
        networks={testing.Network('juju-info', bind_addresses=[testing.BindAddress([testing.Address('10.0.0.7')])])},
        resources={testing.Resource(name='image', path=tmp_path / 'image')},
        storages={testing.Storage('cache', index=0)},
    )
    script = """\
        #!/bin/sh
        status-set active "$(network-get juju-info --bind-address) $(cat "$(resource-get image)") $(storage-list cache)"
    """
    metadata = 'resources: {image: {type: file}}\nstorage: {cache: {type: filesystem}}\n'
    app = fake_model.deploy(write({'dispatch': script}, metadata=metadata), runner='process', state=state)
    fake_model.settle()
    assert app.leader.status == ops.ActiveStatus('10.0.0.7 image cache/0')
    fake_model.update_state(
        'app/0',
        networks={testing.Network('juju-info', bind_addresses=[testing.BindAddress([testing.Address('10.0.0.8')])])},
    )
    fake_model.update_status('app/0')
    assert app.leader.status == ops.ActiveStatus('10.0.0.8 image cache/0')


# --- what cannot be


def sentence(error):
    text = str(error.value)
    assert '\n' not in text
    return text


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'runner': 'thread'}, "runner is 'thread'; give 'in-process', 'process' or None"),
        ({'time_limit': 5}, "give it together with runner='process'"),
        ({'runner': 'process', 'time_limit': 0}, 'time_limit is 0; give the seconds that a hook may take'),
        ({'runner': 'process', 'around_hook': lambda hook: None}, 'put the programs of the charm on the PATH'),
        (
            {'runner': 'process', 'meta': {'name': 'app', 'containers': {'web': {}}}},
            'a process has no Pebble to talk to',
        ),
        (
            {'runner': 'process', 'state': testing.State(containers={testing.Container('web')})},
            'State.containers cannot be given to a charm that runs as a process',
        ),
        ({'runner': 'process', 'state': testing.State(leader=True)}, 'set_leader'),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_deployed(fake_model, write, options, message):
    root = write({'dispatch': '#!/bin/sh\n', 'src/charm.py': 'import ops\nclass Charm(ops.CharmBase): pass\n'})
    with pytest.raises(UsageError) as caught:
        fake_model.deploy(root, 'app', **options)
    assert message in sentence(caught)
    assert len(fake_model.journal) == 0


def test_upgrade_to_what_cannot_be_changes_nothing(fake_model, write):
    app = fake_model.deploy(write({'dispatch': '#!/bin/sh\nstatus-set active\n'}), runner='process')
    fake_model.settle()
    with pytest.raises(UsageError, match='has containers'):
        fake_model.refresh('app', write({'dispatch': ''}, metadata='containers: {web: {}}\n', into='other'))
    assert fake_model.settle() == ()
    assert app.leader.status == ops.ActiveStatus()


def test_class_that_no_other_process_can_import_is_refused(fake_model):
    with pytest.raises(UsageError) as caught:
        fake_model.deploy(charm(), meta={'name': 'app'}, runner='process')
    assert 'define it at the top level of a module' in sentence(caught)


def test_what_the_test_cannot_reach_is_said(fake_model, write):
    app = fake_model.deploy(write({'dispatch': '#!/bin/sh\n'}), runner='process')
    with pytest.raises(UsageError) as caught:
        app.module('charm')
    assert 'runs as a process, so none of its modules is loaded here' in sentence(caught)
    with pytest.raises(UsageError) as caught:
        fake_model.update_state('app/0', containers=[testing.Container('web')])
    assert 'runs as a process and has no containers' in sentence(caught)


def test_directory_that_is_no_charm_is_refused(fake_model, write):
    with pytest.raises(UsageError) as caught:
        fake_model.deploy(write({'README.md': 'nothing\n'}), runner='process')
    assert 'has neither dispatch, nor hooks, nor src/charm.py' in sentence(caught)
    with pytest.raises(UsageError) as caught:
        fake_model.deploy(write({'hooks/install': '#!/bin/sh\n'}), runner='in-process')
    assert "has no src/charm.py; deploy it with runner='process'" in sentence(caught)
