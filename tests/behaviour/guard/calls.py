"""Calls that touch the machine, harmless where they are not refused; and, as a program, whether another Python refuses them.

It needs the standard library alone, as other Pythons have no ops.
"""

from __future__ import annotations

import multiprocessing.util
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import syslog
import tempfile
import threading
from collections.abc import Callable
from os import _exit as really_exit
from pathlib import Path

Call = Callable[[Path], object]
"""Takes a directory that stands for the machine. It holds the file ``file``, the directory ``inner``, and the link
``link`` to the file."""


def prepare(machine: Path) -> Path:
    (machine / 'inner').mkdir(parents=True)
    (machine / 'file').write_text('as it was')
    (machine / 'link').symlink_to(machine / 'file')
    return machine


def chmod_by_number(machine: Path) -> None:
    with open(machine / 'file') as file:
        os.fchmod(file.fileno(), 0o644)


def at(call: Callable[..., object]) -> Call:
    """Return a call that is given the name of a file, and the open directory that the name begins in."""

    def inside(machine: Path) -> None:
        directory = os.open(machine, os.O_RDONLY)
        try:
            call(directory)
        finally:
            os.close(directory)

    return inside


def through_temporary_link(machine: Path) -> None:
    link = Path(tempfile.mkdtemp(), 'link')
    link.symlink_to(machine)
    (link / 'new').write_text('')


def with_socket(family: int, kind: int, call: Callable[[socket.socket], object]) -> None:
    with socket.socket(family, kind) as one:
        one.settimeout(0.1)
        call(one)


STREAM, DATAGRAM = socket.SOCK_STREAM, socket.SOCK_DGRAM
NOBODY = ('127.0.0.1', 1)
"""An address without a listener."""

REFUSED: dict[str, tuple[Call, str | None]] = {
    # --- files: with what the sentence says would allow it, relative to the machine
    'open for writing': (lambda m: open(m / 'new', 'w').close(), ''),
    'open for appending': (lambda m: open(m / 'file', 'a').close(), ''),
    'open for update': (lambda m: open(os.fsencode(m / 'file'), 'r+b').close(), ''),
    'open exclusively': (lambda m: open(str(m / 'new'), 'x').close(), ''),
    'Path.touch': (lambda m: (m / 'new').touch(), ''),
    'Path.write_text': (lambda m: (m / 'new').write_text(''), ''),
    'os.open': (lambda m: os.close(os.open(m / 'new', os.O_CREAT | os.O_RDONLY)), ''),
    'os.open at a directory': (at(lambda fd: os.close(os.open('new', os.O_CREAT | os.O_WRONLY, dir_fd=fd))), ''),
    'through a link': (lambda m: (m / 'link').write_text(''), ''),
    'through a link in a temporary directory': (through_temporary_link, ''),
    'with .. on the way': (
        lambda m: Path(tempfile.gettempdir(), os.path.relpath(m / 'new', tempfile.gettempdir())).touch(),
        '',
    ),
    'os.mkdir': (lambda m: os.mkdir(m / 'new'), 'new'),
    'os.mkdir at a directory': (at(lambda fd: os.mkdir('new', dir_fd=fd)), 'new'),
    'os.makedirs': (lambda m: os.makedirs(m / 'new' / 'inner'), 'new'),
    'os.rmdir': (lambda m: os.rmdir(m / 'inner'), ''),
    'os.remove': (lambda m: os.remove(m / 'file'), ''),
    'os.remove at a directory': (at(lambda fd: os.remove('file', dir_fd=fd)), ''),
    'Path.unlink': (lambda m: (m / 'link').unlink(), ''),
    'shutil.rmtree': (lambda m: shutil.rmtree(m / 'inner'), ''),
    'os.rename': (lambda m: os.rename(m / 'file', m / 'new'), ''),
    'os.replace at a directory': (at(lambda fd: os.replace('file', 'new', src_dir_fd=fd, dst_dir_fd=fd)), ''),
    'shutil.move out': (lambda m: shutil.move(m / 'file', tempfile.mkdtemp()), ''),
    'shutil.copy in': (lambda m: shutil.copy(sys.executable, m / 'new'), ''),
    'os.link': (lambda m: os.link(m / 'file', Path(tempfile.mkdtemp(), 'hard')), ''),
    'os.symlink': (lambda m: os.symlink('file', m / 'new'), ''),
    'os.symlink at a directory': (at(lambda fd: os.symlink('file', 'new', dir_fd=fd)), ''),
    'os.chmod': (lambda m: os.chmod(m / 'file', 0o644), ''),
    'os.chmod at a directory': (at(lambda fd: os.chmod('file', 0o644, dir_fd=fd)), ''),
    'os.fchmod': (chmod_by_number, ''),
    'os.chown': (lambda m: os.chown(m / 'file', -1, -1), ''),
    'os.chown of a link': (lambda m: os.chown(m / 'link', -1, -1, follow_symlinks=False), ''),
    'os.lchown': (lambda m: os.lchown(m / 'link', -1, -1), ''),
    'os.utime': (lambda m: os.utime(m / 'file', (0, 0)), ''),
    'os.utime of a link': (lambda m: os.utime(m / 'link', (0, 0), follow_symlinks=False), ''),
    'os.truncate': (lambda m: os.truncate(m / 'file', 0), ''),
    'os.mkfifo': (lambda m: os.mkfifo(m / 'new'), ''),
    'os.mkfifo at a directory': (at(lambda fd: os.mkfifo('new', dir_fd=fd)), ''),
    'os.mknod': (lambda m: os.mknod(m / 'new'), ''),
    'sqlite3.connect': (lambda m: sqlite3.connect(m / 'file').close(), ''),
    'sqlite3.connect by a URI': (lambda m: sqlite3.connect(f'file:{m}/new?mode=rwc', uri=True).close(), ''),
    # --- child processes: with the program
    'subprocess.run': (lambda _: subprocess.run(['true'], check=False), 'true'),
    'subprocess.run by a path': (lambda _: subprocess.run([Path('/bin/true')], check=False), 'true'),
    'subprocess.run of a shell': (lambda _: subprocess.run('true && true', shell=True, check=False), 'sh'),
    'subprocess.run of a command for a shell': (lambda _: subprocess.run('true 1', shell=True, check=False), 'true'),
    'subprocess.Popen': (lambda _: subprocess.Popen('true').wait(), 'true'),
    'os.system': (lambda _: os.system('true'), 'true'),
    'os.popen': (lambda _: os.popen('true; true').close(), 'sh'),
    'os.posix_spawn': (lambda _: os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0), 'true'),
    'os.posix_spawnp': (lambda _: os.waitpid(os.posix_spawnp('true', ['true'], {}), 0), 'true'),
    'multiprocessing': (
        lambda _: os.waitpid(multiprocessing.util.spawnv_passfds(b'/bin/true', [b'true'], []), 0),
        'true',
    ),
    'os.fork': (lambda _: os.fork() or really_exit(0), None),
    'os.forkpty': (lambda _: os.forkpty()[0] or really_exit(0), None),
    'os.spawnv': (lambda _: os.spawnv(os.P_WAIT, '/bin/true', ['true']), None),
    'os.execv': (lambda _: os.execv('/no/such/program', ['program']), None),
    # --- connections: with the address
    'connect': (lambda _: with_socket(socket.AF_INET, STREAM, lambda one: one.connect(NOBODY)), '127.0.0.1:1'),
    'connect by a name': (
        lambda _: with_socket(socket.AF_INET, STREAM, lambda one: one.connect(('localhost', 1))),
        'localhost:1',
    ),
    'connect_ex': (lambda _: with_socket(socket.AF_INET, STREAM, lambda one: one.connect_ex(NOBODY)), '127.0.0.1:1'),
    'connect over IPv6': (
        lambda _: with_socket(socket.AF_INET6, STREAM, lambda one: one.connect(('::1', 1))),
        '[::1]:1',
    ),
    'create_connection': (lambda _: socket.create_connection(NOBODY, 0.1), '127.0.0.1:1'),
    'sendto': (lambda _: with_socket(socket.AF_INET, DATAGRAM, lambda one: one.sendto(b'', NOBODY)), '127.0.0.1:1'),
    'sendmsg': (
        lambda _: with_socket(socket.AF_INET, DATAGRAM, lambda one: one.sendmsg([b''], [], 0, NOBODY)),
        '127.0.0.1:1',
    ),
    'bind': (lambda _: with_socket(socket.AF_INET, STREAM, lambda one: one.bind(('0.0.0.0', 0))), '0.0.0.0:0'),
    'connect to a socket': (
        lambda m: with_socket(socket.AF_UNIX, STREAM, lambda one: one.connect(str(m / 'file'))),
        'file',
    ),
    'bind of a socket': (lambda m: with_socket(socket.AF_UNIX, STREAM, lambda one: one.bind(str(m / 'new'))), 'new'),
    'bind of a name of its own': (
        lambda _: with_socket(socket.AF_UNIX, STREAM, lambda one: one.bind('\0name')),
        None,
    ),
    'syslog': (lambda _: syslog.syslog(syslog.LOG_DEBUG, 'a test of a guard was not refused'), '/dev/log'),
    # --- the process that runs the tests, and others
    'os.kill': (lambda _: os.kill(os.getpid(), signal.SIGCONT), None),
    'os.killpg': (lambda _: os.killpg(os.getpgid(0), signal.SIGCONT), None),
    'signal.pthread_kill': (lambda _: signal.pthread_kill(threading.get_ident(), signal.SIGCONT), None),
    'signal.raise_signal': (lambda _: signal.raise_signal(signal.SIGCONT), None),
    'signal.pidfd_send_signal': (
        lambda _: signal.pidfd_send_signal(os.pidfd_open(os.getpid()), signal.SIGCONT),
        None,
    ),
    'resource.setrlimit': (
        lambda _: resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)),
        None,
    ),
}


HARMLESS_OF_OS = frozenset(
    [
        'DirEntry',
        'WCOREDUMP',
        'WEXITSTATUS',
        'WIFCONTINUED',
        'WIFEXITED',
        'WIFSIGNALED',
        'WIFSTOPPED',
        'WSTOPSIG',
        'WTERMSIG',
        'abc',
        'access',
        'add_dll_directory',
        'close',
        'closerange',
        'confstr',
        'copy_file_range',
        'cpu_count',
        'ctermid',
        'device_encoding',
        'dup',
        'dup2',
        'eventfd',
        'eventfd_read',
        'eventfd_write',
        'fdatasync',
        'fpathconf',
        'fspath',
        'fstat',
        'fstatvfs',
        'fsync',
        'get_blocking',
        'get_inheritable',
        'get_terminal_size',
        'getcwd',
        'getcwdb',
        'getegid',
        'geteuid',
        'getgid',
        'getgrouplist',
        'getgroups',
        'getloadavg',
        'getlogin',
        'getpgid',
        'getpgrp',
        'getpid',
        'getppid',
        'getpriority',
        'getrandom',
        'getresgid',
        'getresuid',
        'getsid',
        'getuid',
        'getxattr',
        'grantpt',
        'isatty',
        'listdrives',
        'listxattr',
        'lseek',
        'lstat',
        'major',
        'makedev',
        'memfd_create',
        'minor',
        'openpty',
        'pathconf',
        'pidfd_open',
        'pipe',
        'pipe2',
        'posix_fadvise',
        'posix_fallocate',
        'posix_openpt',
        'pread',
        'preadv',
        'ptsname',
        'pwrite',
        'pwritev',
        'read',
        'readlink',
        'readv',
        'register_at_fork',
        'scandir',
        'listdir',
        'sched_get_priority_max',
        'sched_get_priority_min',
        'sched_getaffinity',
        'sched_getparam',
        'sched_getscheduler',
        'sched_param',
        'sched_rr_get_interval',
        'sched_yield',
        'sendfile',
        'set_blocking',
        'set_inheritable',
        'splice',
        'stat',
        'stat_result',
        'statvfs',
        'statvfs_result',
        'strerror',
        'sync',
        'sysconf',
        'tcgetpgrp',
        'terminal_size',
        'timerfd_create',
        'timerfd_gettime',
        'timerfd_gettime_ns',
        'timerfd_settime',
        'timerfd_settime_ns',
        'times',
        'times_result',
        'ttyname',
        'umask',
        'uname',
        'uname_result',
        'unlockpt',
        'unsetenv',
        'putenv',
        'urandom',
        'wait',
        'wait3',
        'wait4',
        'waitid',
        'waitid_result',
        'waitpid',
        'waitstatus_to_exitcode',
        'write',
        'writev',
        'error',
        'lockf',
        'ftruncate',
        'chdir',
        'fchdir',
        'fchmod',
        'fchown',
    ]
)
"""Functions of ``os`` that do not touch the machine: they read, concern the process itself, or go by
the number of an open file. ``umask``, ``putenv``, ``chdir`` and their kin change the process, and are put back after a
hook."""


def unknown_functions() -> list[str]:
    """Return the functions of ``os`` that neither the guard nor this file knows."""
    import posix

    from pytest_charmsecrets.charms.guard.events import EVENTS
    from pytest_charmsecrets.charms.guard.unaudited import COMPARED, HARMFUL

    audited = {name.partition('.')[2] for name in EVENTS if name.startswith('os.')}
    audited |= {'unlink', 'replace', 'execv', 'execve', 'posix_spawnp'}
    known = audited | HARMFUL['os'].keys() | COMPARED['os'].keys() | HARMLESS_OF_OS
    names = [name for name in dir(posix) if callable(getattr(posix, name)) and not name.startswith(('__', '_have'))]
    return [name for name in names if name not in known and hasattr(os, name)]


def passes(machine: Path) -> list[str]:
    """Return the names of the calls that this Python does not refuse."""
    from pytest_charmsecrets.charms.guard.allowances import Allowances
    from pytest_charmsecrets.charms.guard.unaudited import HARMFUL
    from pytest_charmsecrets.charms.guard.watch import Guard
    from pytest_charmsecrets.errors import CallRefused

    guard = Guard(Allowances(), frozenset())
    passed: list[str] = []
    calls = {name: call for name, (call, _) in REFUSED.items()}
    for module, names in HARMFUL.items():
        calls.update({f'{module}.{name}': harmful(module, name) for name in names})
    for name, call in calls.items():
        try:
            guard.watch().run(call, machine)
        except CallRefused:
            continue
        except AttributeError as error:  # this Python has no such function
            if 'has no attribute' in str(error):
                continue
        except Exception as error:
            passed.append(f'{name}: {error!r}')
            continue
        passed.append(name)
    return passed


def harmful(module: str, name: str) -> Call:
    """Return a call of a function with arguments that the genuine one does not take."""
    return lambda _: getattr(__import__(module), name)(*[object()] * 9)


if __name__ == '__main__':
    root = Path(tempfile.mkdtemp())
    (root / 'temporary').mkdir()
    tempfile.tempdir = str(root / 'temporary')
    tempfile.tempdir = None
    shutil.rmtree(root)
