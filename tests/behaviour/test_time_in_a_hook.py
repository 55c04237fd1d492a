"""The table of the documentation: what shows or moves virtual time in a hook, and what waits really."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import datetime
import email.utils
import logging
import os
import pathlib
import queue
import re
import sched
import select
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time

import pytest

from pytest_charmsecrets import FakeModel, UsageError
from pytest_charmsecrets.charms import virtual_time

from .charms import charm, meta

UTC = datetime.timezone.utc
START = datetime.datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
WAIT = 0.02
"""Seconds that waits of these tests take."""

PAGE = pathlib.Path(__file__).parents[2] / 'docs/explanation/time.md'
ROW = re.compile(r'^\| (?P<what>.+?) \| (?P<verdict>shows|counts|moves|waits|raises)(?P<rest>.*?) \|$', re.MULTILINE)
ROWS = {row['what']: f'{row["verdict"]}{row["rest"]}' for row in ROW.finditer(PAGE.read_text())}


@pytest.fixture
def in_hook():
    """Runs a function in a hook of a charm: returns its result, how far it moved virtual time, and its real seconds."""
    with FakeModel(start=START, guard_allow=['sleep']) as model:
        result, act = [], None
        model.deploy(charm(update_status=lambda self, _: result.append(act())), meta=meta())
        model.settle()

        def run(function):
            nonlocal act
            act = function
            before, began = model.now, time.perf_counter()
            model.update_status('app/0')
            return result.pop(), (model.now - before).total_seconds(), time.perf_counter() - began

        yield run


# --- what shows virtual time


def time_of_a_log_record():
    return logging.LogRecord('', 0, '', 0, '', None, None).created


SHOWN = {
    '`datetime.now()`, `datetime.now(tz)`, `date.today()`': (
        (datetime.datetime.now, START.replace(tzinfo=None)),
        (lambda: datetime.datetime.now(UTC), START),
        (lambda: datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=2))).hour, 14),
        (datetime.date.today, START.date()),
    ),
    '`time.time()`, `time.time_ns()`, `time.clock_gettime(time.CLOCK_REALTIME)`': (
        (lambda: time.time(), START.timestamp()),
        (lambda: time.time_ns(), int(START.timestamp()) * 10**9),
        (lambda: time.clock_gettime(time.CLOCK_REALTIME), START.timestamp()),
        (lambda: time.clock_gettime_ns(time.CLOCK_REALTIME), int(START.timestamp()) * 10**9),
    ),
    '`time.gmtime()`, `time.localtime()`, `time.strftime(...)`, `time.ctime()`, `time.asctime()`': (
        (lambda: time.gmtime()[:5], START.timetuple()[:5]),
        (lambda: time.localtime()[:5], START.timetuple()[:5]),
        (lambda: time.strftime('%F %T %Z'), '2026-01-01 12:30:00 UTC'),
        (lambda: time.ctime(), 'Thu Jan  1 12:30:00 2026'),
        (lambda: time.ctime(0), 'Thu Jan  1 00:00:00 1970'),
        (lambda: time.asctime(), 'Thu Jan  1 12:30:00 2026'),
        (lambda: time.asctime(time.gmtime(0)), 'Thu Jan  1 00:00:00 1970'),
    ),
    '`email.utils.formatdate()`, the time of a log record': (
        (email.utils.formatdate, 'Thu, 01 Jan 2026 12:30:00 -0000'),
        (lambda: email.utils.formatdate(localtime=True), 'Thu, 01 Jan 2026 12:30:00 +0000'),
        (time_of_a_log_record, START.timestamp()),
    ),
}


@pytest.mark.parametrize('row', SHOWN)
def test_what_shows_virtual_time(in_hook, row):
    assert ROWS[row] == 'shows virtual time'
    for look, expected in SHOWN[row]:
        assert in_hook(look)[0] == expected


# --- what moves virtual time


def sleep_in_a_coroutine():
    async def coroutine():
        time.sleep(60)

    time.sleep(60)
    asyncio.run(coroutine())
    return 120


def schedule_by_the_wall_clock():
    ran = []
    scheduler = sched.scheduler(time.time, time.sleep)
    for seconds in (60, 90):
        scheduler.enter(seconds, 0, lambda: ran.append(time.time()))
    scheduler.run()
    assert ran == [START.timestamp() + 60, START.timestamp() + 90]
    return 90


MOVING = {
    '`time.sleep(60)`, in a coroutine as well': sleep_in_a_coroutine,
    '`sched.scheduler(time.time, time.sleep)`': schedule_by_the_wall_clock,
}


@pytest.mark.parametrize('row', MOVING)
def test_what_moves_virtual_time(in_hook, row):
    assert ROWS[row] == 'moves virtual time, and returns at once'
    expected, moved, waited = in_hook(MOVING[row])
    assert moved == expected
    assert waited < 30


@pytest.mark.parametrize('seconds', (0, 1, 1.5, True, 1e-6, 86400 * 365 * 100))
def test_a_sleep_moves_virtual_time_by_its_length(in_hook, seconds):
    assert in_hook(lambda: time.sleep(seconds))[1] == seconds


@pytest.mark.parametrize('length', (-1, -0.5, float('nan'), float('inf'), float('-inf'), 10**10, 1e300, '1', None, 1j))
def test_a_sleep_that_python_refuses_is_refused_as_by_python(in_hook, length):
    with pytest.raises((TypeError, ValueError, OverflowError)) as real:
        time.sleep(length)
    assert ROWS['`time.sleep(-1)`, `time.sleep(nan)`, `time.sleep(10**10)`'] == "raises Python's own exception"

    def sleep():
        with pytest.raises(real.type, match=re.escape(str(real.value))):
            time.sleep(length)

    assert in_hook(sleep)[1] == 0


# --- what waits really


def sleep_in_a_thread():
    thread = threading.Thread(target=lambda: time.sleep(WAIT))
    thread.start()
    thread.join()


def run_a_program():
    subprocess.run(['sleep', str(WAIT)], timeout=10, check=True)


def wait_for_a_program():
    with subprocess.Popen(['sleep', str(10 * WAIT)]) as process:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=WAIT)
        process.kill()


def schedule(*clock):
    scheduler = sched.scheduler(*clock)
    scheduler.enter(WAIT, 0, lambda: None)
    scheduler.run()


async def never():
    await asyncio.Event().wait()


def wait_for_a_coroutine():
    async def wait():
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(never(), WAIT)

    asyncio.run(wait())


def run_a_timer():
    timer = threading.Timer(WAIT, lambda: None)
    timer.start()
    timer.join()


def wait_for_a_condition():
    condition = threading.Condition()
    with condition:
        condition.wait(WAIT)


def acquire_a_lock():
    lock = threading.Lock()
    lock.acquire()
    assert not lock.acquire(timeout=WAIT)


def get_from_a_queue():
    with contextlib.suppress(queue.Empty):
        queue.Queue().get(timeout=WAIT)


def ask_a_future():
    with contextlib.suppress(concurrent.futures.TimeoutError):
        concurrent.futures.Future().result(timeout=WAIT)


WAITING = {
    '`time.sleep(...)` in a thread that the charm started': (sleep_in_a_thread,),
    '`subprocess.run(..., timeout=...)`, `Popen.wait(timeout=...)`': (run_a_program, wait_for_a_program),
    '`sched.scheduler()`, `sched.scheduler(time.monotonic, time.sleep)`': (
        schedule,
        lambda: schedule(time.monotonic, time.sleep),
        lambda: schedule(time.perf_counter, time.sleep),
    ),
    '`asyncio.sleep(...)`, `asyncio.wait_for(...)`': (lambda: asyncio.run(asyncio.sleep(WAIT)), wait_for_a_coroutine),
    '`threading.Timer(...)`, `Event.wait(...)`, `Condition.wait(...)`, `Lock.acquire(timeout=...)`': (
        run_a_timer,
        lambda: threading.Event().wait(WAIT),
        wait_for_a_condition,
        acquire_a_lock,
    ),
    '`queue.Queue().get(timeout=...)`': (get_from_a_queue,),
    '`concurrent.futures.wait(..., timeout=...)`, `Future.result(timeout=...)`': (
        lambda: concurrent.futures.wait([concurrent.futures.Future()], timeout=WAIT),
        ask_a_future,
    ),
    '`select.select(..., timeout)`, sockets, signals': (lambda: select.select([], [], [], WAIT),),
}


@pytest.mark.parametrize('row', WAITING)
def test_what_waits_really(in_hook, row):
    assert ROWS[row] == 'waits really'
    for wait in WAITING[row]:
        _, moved, waited = in_hook(wait)
        assert moved == 0
        assert waited >= WAIT * 0.9


# --- what counts


COUNTING = (
    '`time.monotonic()`, `time.perf_counter()`, `time.clock_gettime(time.CLOCK_MONOTONIC)`',
    '`time.process_time()`, `time.thread_time()`',
    '`os.stat(...).st_mtime`, child processes',
)


def test_counters_count_what_was_slept(in_hook):
    assert ROWS[COUNTING[0]] == 'counts real time plus the time that was slept'

    def count():
        return (
            *(time.monotonic(), time.perf_counter(), time.clock_gettime(time.CLOCK_MONOTONIC)),
            *(
                time.monotonic_ns() / 1e9,
                time.perf_counter_ns() / 1e9,
                time.clock_gettime_ns(time.CLOCK_MONOTONIC) / 1e9,
            ),
        )

    def nap():
        before = count()
        time.sleep(1000)
        return [after - earlier for earlier, after in zip(before, count(), strict=True)]

    assert in_hook(nap)[0] == pytest.approx([1000] * 6, abs=30)
    assert in_hook(count)[0] == pytest.approx(count(), abs=30)


def test_the_time_of_the_processor_and_of_files_is_real(in_hook):
    assert (ROWS[COUNTING[1]], ROWS[COUNTING[2]]) == ('counts real time', 'shows real time')

    def nap():
        before = time.process_time(), time.thread_time()
        time.sleep(1000)
        with tempfile.NamedTemporaryFile() as file:
            return (
                time.process_time() - before[0],
                time.thread_time() - before[1],
                pathlib.Path(file.name).stat().st_mtime,
            )

    real = time.time()
    process, thread, modified = in_hook(nap)[0]
    assert (process, thread) == pytest.approx((0, 0), abs=30)
    assert modified == pytest.approx(real, abs=30)


def test_every_row_of_the_documentation_is_held_by_a_test():
    elsewhere = {
        'an expiry that is given to ops as a `timedelta`',  # test_virtual_time.py
        '`time.sleep(-1)`, `time.sleep(nan)`, `time.sleep(10**10)`',
    }
    assert ROWS.keys() == SHOWN.keys() | MOVING.keys() | WAITING.keys() | set(COUNTING) | elsewhere


def test_no_other_module_of_the_standard_library_sleeps():
    """One that begins to, in another Python, has to be looked at: does it wait for the charm, or for the real world?"""
    known = {
        *(f'{module}.py' for module in virtual_time._WAIT_FOR_THE_REAL_WORLD),
        'sched.py',
        'multiprocessing/pool.py',  # in threads of its own, or for no time at all
        'pydoc.py',
        'turtle.py',
        '_android_support.py',
        '_pyrepl/unix_console.py',
        '_pyrepl/windows_console.py',
    }
    library = pathlib.Path(sysconfig.get_path('stdlib'))
    skipped = ('site-packages', 'test', 'tests', 'idlelib', 'turtledemo', 'lib2to3', 'tkinter', 'asyncio', 'ensurepip')
    files = [file for file in library.rglob('*.py') if not set(file.relative_to(library).parts) & set(skipped)]
    sleeping = {
        str(file.relative_to(library))
        for file in files
        if re.search(r'(?<![.\w])(?:time\.)?sleep\(', file.read_text('utf-8', 'replace'))
    }
    assert sleeping <= known
    assert 'subprocess.py' in sleeping, sys.version


# --- the zone


@pytest.fixture
def zone_of_tests(monkeypatch):
    """Local time of the tests themselves is Tokyo's."""
    with monkeypatch.context() as patch:
        patch.setenv('TZ', 'Asia/Tokyo')
        time.tzset()
        yield 'Asia/Tokyo'
    time.tzset()


@pytest.mark.parametrize(
    ('zone', 'shown'), (('UTC', '12:30 UTC'), ('Europe/Berlin', '13:30 CET'), ('Asia/Tokyo', '21:30 JST'))
)
def test_local_time_is_that_of_the_zone_and_given_back(zone_of_tests, zone, shown):
    seen = []

    def look(self, _):
        seen.append(
            (os.environ['TZ'], time.strftime('%H:%M %Z'), datetime.datetime.now().astimezone().strftime('%H:%M %Z'))
        )

    with FakeModel(start=START, time_zone=zone) as model:
        model.deploy(charm(start=look), meta=meta())
        model.settle()
    assert seen == [(zone, shown, shown)]
    assert (os.environ['TZ'], time.localtime(0).tm_hour) == ('Asia/Tokyo', 9)
    assert model.now == START


@pytest.mark.parametrize('of_tests', ('UTC', 'Asia/Tokyo', None))
def test_a_zone_that_a_charm_sets_ends_with_its_hook(monkeypatch, fake_model, of_tests):
    def leave(self, _):
        os.environ['TZ'] = 'America/New_York'
        time.tzset()

    def leave_half(self, _):
        leave(self, _)
        os.environ['TZ'] = 'UTC'

    with monkeypatch.context() as patch:
        patch.delenv('TZ', raising=False) if of_tests is None else patch.setenv('TZ', of_tests)
        time.tzset()
        before = os.environ.get('TZ'), time.tzname, time.localtime(0)
        fake_model.deploy(charm(start=leave, update_status=leave_half), meta=meta())
        fake_model.settle()
        assert (os.environ.get('TZ'), time.tzname, time.localtime(0)) == before
        fake_model.update_status('app/0')
        assert (os.environ.get('TZ'), time.tzname, time.localtime(0)) == before
    time.tzset()


def test_models_of_one_controller_may_have_zones_of_their_own():
    seen = []
    look = charm(start=lambda self, _: seen.append(time.strftime('%H:%M')))
    with FakeModel(start=START) as model:
        for each in (model, model.controller.add_model('elsewhere', time_zone='Asia/Tokyo')):
            each.deploy(look, meta=meta())
            each.settle()
    assert seen == ['12:30', '21:30']


def test_a_process_has_the_zone(tmp_path):
    (tmp_path / 'charmcraft.yaml').write_text('name: app\ntype: charm\n')
    dispatch = tmp_path / 'dispatch'
    dispatch.write_text('#!/bin/sh\nstatus-set active "$TZ"\n')
    dispatch.chmod(0o755)
    with FakeModel(time_zone='Asia/Tokyo') as model:
        app = model.deploy(tmp_path)
        model.settle()
        assert app.units[0].workload_status.message == 'Asia/Tokyo'


def test_a_shell_line_has_the_zone():
    with FakeModel(time_zone='Asia/Tokyo') as model:
        model.deploy(charm(), meta=meta())
        model.settle()
        assert model.exec('echo $TZ', unit='app/0').stdout == 'Asia/Tokyo\n'


@pytest.mark.parametrize('name', ('Mars/Phobos', '', '../UTC', 'Europe'))
def test_a_zone_that_does_not_exist_is_refused(name):
    with pytest.raises(
        UsageError, match=re.escape(f'time_zone is {name!r}; give the name of a zone of the IANA database')
    ):
        FakeModel(time_zone=name)


def test_a_zone_that_the_machine_has_no_data_for_is_refused(monkeypatch):
    pytest.importorskip('tzdata')
    monkeypatch.setattr('zoneinfo.TZPATH', ())
    FakeModel(time_zone='UTC').close()
    with pytest.raises(UsageError, match='this machine lacks its data'):
        FakeModel(time_zone='Europe/Berlin')
