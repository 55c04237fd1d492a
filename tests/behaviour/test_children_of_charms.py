"""Processes that a charm in this process starts: hook commands are on their PATH, and a forked child ends with the hook."""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

import ops
import pytest

from pytest_charmsecrets import HookFailed, UsageError

from .charms import charm, meta


@pytest.fixture
def run(fake_model):
    """Runs a function as the install hook of ``app/0``."""

    def run(handle, **options):
        application = fake_model.deploy(charm(install=handle), meta=meta(), **{'guard': 'off', **options})
        assert str(fake_model.step()) == 'app/0 install'
        return application

    return run


def output(*argv, **options):
    return subprocess.run(argv, capture_output=True, text=True, check=False, **options).stdout.strip()


def read(name):
    return pathlib.Path(name).read_text().strip()


def popen(line):
    with os.popen(line) as stream:
        return stream.read().strip()


STARTERS = {
    'run': lambda: output('secret-ids'),
    'shell': lambda: output('secret-ids | cat', shell=True),
    'popen': lambda: popen('secret-ids'),
    'system': lambda: os.system('secret-ids >out') or read('out'),
    'python': lambda: output(
        sys.executable, '-c', 'import subprocess; print(subprocess.check_output("secret-ids", text=True))'
    ),
    'posix_spawn': lambda: spawned(),
    'fork': lambda: forked(),
}


def spawned():
    path = shutil.which('secret-ids')
    actions = [(os.POSIX_SPAWN_OPEN, 1, 'out', os.O_WRONLY | os.O_CREAT, 0o600)]
    os.waitpid(os.posix_spawn(path, [path], os.environ, file_actions=actions), 0)
    return read('out')


def forked():
    if (pid := os.fork()) == 0:
        file = os.open('out', os.O_WRONLY | os.O_CREAT)
        os.dup2(file, 1)
        os.execvp('secret-ids', ['secret-ids'])
    os.waitpid(pid, 0)
    return read('out')


@pytest.mark.parametrize('start', STARTERS.values(), ids=STARTERS)
def test_hook_command_sees_what_the_hook_has_not_committed(run, start):
    threads = threading.active_count()

    def handle(self, _):
        secret = self.unit.add_secret({'token': 'abc'})
        self.unit.status = ops.ActiveStatus(
            str([start() == secret.unique_identifier, start() == secret.unique_identifier])
        )

    assert run(handle).leader.status.message == '[True, True]'
    assert threading.active_count() == threads


def test_change_by_a_child_is_committed_or_discarded_with_the_hook(fake_model, run):
    def handle(self, _):
        uri = output('secret-add', '--owner', 'unit', 'key=value')
        assert self.model.get_secret(id=uri).peek_content() == {'key': 'value'}
        raise RuntimeError

    with pytest.raises(HookFailed):
        run(handle)
    assert fake_model.secrets() == ()
    assert len(fake_model.journal.commands(name='secret-add')) == 1


def test_refusal_is_that_of_juju(run):
    def handle(self, _):
        done = subprocess.run(['secret-get', 'no-such-uri-at-all'], capture_output=True, text=True, check=False)
        self.unit.status = ops.ActiveStatus(f'{done.returncode} {done.stdout}{done.stderr}')

    assert run(handle).leader.status.message == '2 ERROR secret URI "no-such-uri-at-all" not valid\n'


def test_standard_input_reaches_a_command(run):
    def handle(self, _):
        output('state-set', '--file', '-', input='key: value')
        self.unit.status = ops.ActiveStatus(output('state-get', 'key'))

    assert run(handle).leader.status.message == 'value'


def test_command_that_is_not_supported_is_named(run):
    with pytest.raises(UsageError, match="hook command 'leader-set' is not supported"):
        run(lambda *_: output('leader-set', 'a=b'))


def test_child_that_outlives_its_hook_reaches_no_later_one(fake_model, run, tmp_path):
    def handle(self, event):
        if isinstance(event, ops.InstallEvent):
            read, self.write = os.pipe()
            late = f'read line; secret-ids 2>{tmp_path}/late; echo $? >>{tmp_path}/late'
            kept.append((subprocess.Popen(['/bin/sh', '-c', late], stdin=read), self.write, read))

    kept = []
    run(handle)
    fake_model.settle()
    process, write, read = kept[0]
    os.write(write, b'\n')
    process.wait()
    for end in (write, read):
        os.close(end)
    assert 'ERROR secret-ids: the hook that called it has ended' in (tmp_path / 'late').read_text()


def test_what_a_test_patches_starts_nothing(run, monkeypatch):
    calls = []
    monkeypatch.setattr(subprocess, 'run', lambda argv, **_: calls.append(argv))
    monkeypatch.setattr(os, 'system', calls.append)
    run(lambda *_: (subprocess.run(['systemctl']), os.system('reboot')))
    assert calls == [['systemctl'], 'reboot']


def test_nothing_is_left_of_the_way_children_are_started(run):
    before = subprocess.Popen.__init__, os.system, os.posix_spawn, os.posix_spawnp
    run(lambda *_: output('true'))
    assert (subprocess.Popen.__init__, os.system, os.posix_spawn, os.posix_spawnp) == before


def test_guard_lets_hook_commands_start_by_name_and_place(run):
    def handle(self, _):
        uri = output('secret-add', '--owner', 'unit', 'key=value')
        self.unit.status = ops.ActiveStatus(str(output(shutil.which('secret-ids')) == uri.rpartition('/')[2]))

    assert run(handle, guard='refuse').leader.status.message == 'True'


# --- forked children that stay what they are


def interrupt():
    """A shell starts a process in the background so that it ignores the signal."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)


ENDS = {
    'exit 0': (lambda: sys.exit(0), 0),
    'exit 3': (lambda: sys.exit(3), 3),
    'exit text': (lambda: sys.exit('broken'), 1),
    'exception': (lambda: 1 / 0, 1),
    'return': (lambda: None, 0),
    'interrupt': (lambda: interrupt(), 1),
    'usage error': (lambda: (_ for _ in ()).throw(UsageError('no')), 1),
    'outcome of pytest': (lambda: pytest.fail('no'), 1),
}


@pytest.mark.parametrize(('end', 'code'), ENDS.values(), ids=ENDS)
def test_forked_child_ends_with_the_hook(run, end, code, tmp_path):
    def handle(self, _):
        if (pid := os.fork()) == 0:
            end()
        else:
            _, status = os.waitpid(pid, 0)
            self.unit.status = ops.ActiveStatus(str(os.waitstatus_to_exitcode(status)))

    application = run(handle)
    with (tmp_path / 'goes-on').open('a') as file:
        file.write(f'{os.getpid()}\n')
    assert application.leader.status.message == str(code)
    assert (tmp_path / 'goes-on').read_text().split() == [str(os.getpid())]


def test_forked_child_reaches_the_model_by_ops(run):
    def handle(self, _):
        if (pid := os.fork()) == 0:
            self.unit.status = ops.ActiveStatus('of the child')
            os._exit(0)
        os.waitpid(pid, 0)

    assert run(handle).leader.status.message == 'of the child'


def test_forked_child_of_the_loading_ends(fake_model, tmp_path):
    (tmp_path / 'src').mkdir()
    (tmp_path / 'metadata.yaml').write_text('name: tiny\n')
    code = 'import os, ops\nPID = os.fork()\nif PID == 0:\n    raise SystemExit(4)\nCODE = os.waitstatus_to_exitcode(os.waitpid(PID, 0)[1])\nclass C(ops.CharmBase): pass\n'
    (tmp_path / 'src' / 'charm.py').write_text(code)
    assert fake_model.deploy(tmp_path, guard='off').module('charm').CODE == 4
