"""Calls that do not touch the machine, or that no charm makes, are never refused."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes.util
import importlib
import io
import logging
import logging.handlers
import os
import pathlib
import pdb
import platform
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from unittest import mock

import ops
import pytest

from pytest_charmsecrets import CallRefused, FakeModel
from pytest_charmsecrets.charms.guard.allowances import Allowances
from pytest_charmsecrets.charms.guard.watch import Guard

from . import calls
from .hooks import refusal, start


def listener(family, address):
    one = socket.socket(family)
    one.bind(address)
    one.listen()
    return one


def connect_to_itself():
    with listener(socket.AF_INET, ('127.0.0.1', 0)) as one:
        port = one.getsockname()[1]

        def call():
            socket.create_connection(('localhost', port), 1).close()
            socket.create_connection(('127.0.0.1', port), 1).close()

        start(call)


def connect_to_its_socket(machine):
    with listener(socket.AF_UNIX, str(machine / 'socket')) as one:
        start(
            lambda: calls.with_socket(
                socket.AF_UNIX, socket.SOCK_STREAM, lambda other: other.connect(one.getsockname())
            )
        )


def send_to_itself():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(('127.0.0.1', 0))
        start(
            lambda: calls.with_socket(
                socket.AF_INET, socket.SOCK_DGRAM, lambda other: other.sendto(b'', one.getsockname())
            )
        )


def test_a_port_of_this_process_can_be_reached(machine):
    connect_to_itself()
    connect_to_its_socket(machine)
    send_to_itself()


def remove_at_a_directory(machine):
    directory = tempfile.mkdtemp()
    (pathlib.Path(directory) / 'file').touch()
    descriptor = os.open(directory, os.O_RDONLY)
    os.close(os.open('other', os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.remove('file', dir_fd=descriptor)
    os.close(descriptor)
    shutil.rmtree(directory)


def keep_links(machine):
    """Changing a link in a temporary directory does not touch its target."""
    source = pathlib.Path(tempfile.mkdtemp())
    (source / 'link').symlink_to(machine / 'file')
    shutil.copytree(source, source / 'copy', symlinks=True, ignore=lambda *_: ['copy'])
    os.lchown(source / 'link', -1, -1)
    (source / 'link').unlink()


def import_a_module(machine):
    sys.path.insert(0, str(machine))
    try:
        importlib.import_module('module_of_the_machine')
    finally:
        sys.path.remove(str(machine))
        sys.modules.pop('module_of_the_machine', None)


def read_a_database(machine):
    sqlite3.connect(f'file:{machine}/file?mode=ro', uri=True).close()
    sqlite3.connect(':memory:').close()
    sqlite3.connect('').close()
    sqlite3.connect(pathlib.Path(tempfile.gettempdir(), 'new.db')).close()


def bind_in_a_temporary_directory(machine):
    path = os.path.join(tempfile.mkdtemp(), 'socket')
    calls.with_socket(socket.AF_UNIX, socket.SOCK_STREAM, lambda one: one.bind(path))


def take_a_free_port(_):
    """``urllib3`` does so while it is imported."""
    for family, address in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')):
        with contextlib.suppress(OSError), socket.socket(family) as one:  # not every machine has IPv6
            one.bind((address, 0))


def in_memory():
    os.ftruncate(descriptor := os.memfd_create('memory'), 5)
    os.close(descriptor)
    reading, writing = os.pipe()
    os.fchmod(reading, 0o600)
    os.close(reading)
    os.close(writing)


def debug(machine):
    tracer = sys.gettrace()
    try:
        debugger = pdb.Pdb(stdin=io.StringIO('c\n'), stdout=io.StringIO())
        debugger.runeval(f'open({str(machine / "by-a-debugger")!r}, "w").close()', {'__name__': 'charm'}, {})
    finally:
        sys.settrace(tracer)  # without breakpoints, pdb takes away the tracer of a coverage run


PASSES = {
    'reading': lambda m: (
        (m / 'file').read_text(),
        os.listdir(m),
        os.stat(m),
        os.close(os.open(m / 'file', os.O_RDONLY)),
    ),
    'names': lambda _: (socket.getaddrinfo('localhost', 80), socket.gethostbyname('localhost'), socket.gethostname()),
    'signal 0': lambda _: (os.kill(os.getpid(), 0), os.killpg(os.getpgid(0), 0)),
    'uname': lambda _: (platform.uname().processor, platform.processor()),
    'ldconfig': lambda _: ctypes.util.find_library('c'),
    'memory': lambda _: in_memory(),
    'devices': lambda _: (
        open(b'/dev/null', 'wb').close(),
        pathlib.Path('/dev/null').write_text(''),
        open(os.devnull, 'wb').close(),
    ),
    'temporary directories': lambda _: (tempfile.TemporaryDirectory().cleanup(), tempfile.NamedTemporaryFile().close()),
    'removal at a directory': remove_at_a_directory,
    'links': keep_links,
    'imports': import_a_module,
    'databases': read_a_database,
    'an event loop': lambda _: asyncio.run(asyncio.sleep(0)),
    'a socket in a temporary directory': bind_in_a_temporary_directory,
    'a free port of this machine alone': take_a_free_port,
    'a debugger': debug,
    'a pair of sockets': lambda _: [one.close() for one in socket.socketpair()],
}


@pytest.mark.parametrize('name', PASSES)
def test_what_does_not_touch_the_machine_passes(name, machine, monkeypatch):
    (machine / 'module_of_the_machine.py').write_text('')
    monkeypatch.setattr(sys, 'dont_write_bytecode', False)
    monkeypatch.setattr(platform, '_uname_cache', None)

    start(lambda: PASSES[name](machine))

    if name == 'imports':
        assert list(machine.glob('__pycache__/module_of_the_machine.*.pyc'))
    if name == 'a debugger':
        assert (machine / 'by-a-debugger').exists()


def test_pytest_s_own_temporary_directories_pass(fake_model, tmp_path):
    start(lambda: (tmp_path / 'file').write_text(''), fake_model)


@pytest.mark.parametrize(
    'call',
    (
        lambda: subprocess.run(['secret-ids'], check=False),
        lambda: subprocess.run('secret-ids', shell=True, check=False, capture_output=True),
        lambda: subprocess.run(['is-leader', '--format=json'], check=False),
    ),
)
def test_hook_commands_by_name_pass(call):
    """Whether they are found is another matter."""

    def find():
        with contextlib.suppress(FileNotFoundError):
            call()

    start(find)


def test_hook_commands_in_a_directory_of_the_unit_pass(tmp_path, machine):
    """Hook commands are there as executables, and found by their paths."""
    guard = Guard(Allowances(), frozenset(('is-leader',)))
    for directory, passes in ((tmp_path / 'unit', True), (machine, False)):
        directory.mkdir(exist_ok=True)
        program = directory / 'is-leader'
        program.write_text('#!/bin/sh\n')
        program.chmod(0o755)
        watch = guard.watch((str(tmp_path / 'unit'),))
        with contextlib.nullcontext() if passes else pytest.raises(CallRefused):
            watch.run(subprocess.run, [program], check=True)


def test_secrets_with_content_from_files_pass(machine):
    """The commands of ops write temporary files, and remove them relative to an open directory."""

    class Owner(ops.CharmBase):
        def __init__(self, framework: ops.Framework):
            super().__init__(framework)
            framework.observe(self.on.start, self._on_start)

        def _on_start(self, event):
            self.app.add_secret({'password': 'first'}, label='password').set_content({'password': 'second'})

    model = FakeModel()
    model.deploy(Owner, 'app', meta={'name': 'app'})
    model.settle()
    assert len(model.secrets()) == 1


def test_the_directories_of_a_unit_pass(machine, monkeypatch):
    """Its storages and containers lie in the temporary directory there was when it was deployed."""

    class Storing(ops.CharmBase):
        def __init__(self, framework: ops.Framework):
            super().__init__(framework)
            framework.observe(self.on.start, self._on_start)

        def _on_start(self, event):
            (pathlib.Path(self.model.storages['data'][0].location) / 'file').touch()
            container = self.unit.get_container('web')
            container.push('/etc/web/name', 'web', make_dirs=True)
            container.push('/mounted/name', 'web')

    meta = {
        'name': 'app',
        'containers': {'web': {}},
        'storage': {'data': {'type': 'filesystem'}},
    }
    mounted = machine / 'inner'
    container = ops.testing.Container(
        'web', can_connect=True, mounts={'data': ops.testing.Mount(location='/mounted', source=mounted)}
    )
    model = FakeModel()
    model.deploy(Storing, 'app', meta=meta, state=ops.testing.State(containers={container}))
    another = machine.parent / 'another'
    another.mkdir()
    monkeypatch.setattr(tempfile, 'tempdir', str(another))
    model.settle()
    assert (mounted / 'name').read_text() == 'web'


def test_what_a_test_has_patched_passes():
    with mock.patch('subprocess.run') as run, mock.patch('os.setuid') as setuid, mock.patch('socket.socket') as sockets:
        start(lambda: (subprocess.run(['true']), os.setuid(0), socket.socket().connect(('example.com', 80))))
    run.assert_called_once_with(['true'])
    setuid.assert_called_once_with(0)
    sockets.return_value.connect.assert_called_once_with(('example.com', 80))


def test_what_a_charm_patches_itself_passes(machine):
    def call():
        with mock.patch('os.setuid') as setuid:
            os.setuid(0)
        setuid.assert_called_once()

    genuine = os.setuid
    start(call)
    assert os.setuid is genuine


def test_code_of_around_hook_passes(machine):
    @contextlib.contextmanager
    def around(hook):
        (machine / 'entered').touch()
        subprocess.run(['true'], check=True)
        yield
        (machine / 'left').touch()

    start(lambda: None, around_hook=around)
    assert (machine / 'left').exists()


def test_the_shell_of_exec_passes(machine):
    model = FakeModel()
    start(lambda: None, model)
    model.exec(f'echo text > {machine / "new"}', unit='app/0')
    assert (machine / 'new').read_text() == 'text\n'


def test_handlers_of_the_test_pass(machine, monkeypatch):
    handler = logging.handlers.RotatingFileHandler(machine / 'log', maxBytes=10, backupCount=1, delay=True)
    monkeypatch.setattr(logging.root, 'handlers', [*logging.root.handlers, handler])
    start(lambda: logging.warning('a line of the charm that is longer than the file may be'))
    handler.close()
    assert (machine / 'log').exists()


def test_handlers_of_a_charm_do_not_pass(machine):
    def call():
        logging.getLogger('charm').addHandler(handler := logging.FileHandler(machine / 'log', delay=True))
        try:
            logging.getLogger('charm').error('text')
        finally:
            logging.getLogger('charm').removeHandler(handler)

    refusal(call)


def test_the_test_itself_is_not_guarded(machine):
    start(lambda: None)
    (machine / 'new').touch()
    subprocess.run(['true'], check=True)
