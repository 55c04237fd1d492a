"""The table of what a hook leaves behind in the process: each row that is put back, and what is run or stays."""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import contextvars
import decimal
import gc
import importlib.util
import locale
import logging
import multiprocessing
import os
import re
import signal
import socket
import sys
import tempfile
import threading
import time
import warnings
import weakref

import opentelemetry.trace
import ops
import pytest

from pytest_charmsecrets import HookFailed, UsageError
from pytest_charmsecrets.charms.leftovers import LEFTOVERS

from .charms import charm, meta

LOGGER = logging.getLogger('pytest_charmsecrets.tests.leftovers')
EMPTIED, GIVEN_ANOTHER_LIST = LOGGER.getChild('emptied'), LOGGER.getChild('given-another-list')
for _logger in (EMPTIED, GIVEN_ANOTHER_LIST):
    _logger.addHandler(logging.NullHandler())
VARIABLE = contextvars.ContextVar('VARIABLE', default='of the tests')


# --- what is put back


def look_at_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def look_at_loggers():
    loggers = (logging.getLogger(), LOGGER, EMPTIED, GIVEN_ANOTHER_LIST)
    return [(one.level, one.handlers[:], one.filters[:], one.propagate, one.disabled) for one in loggers]


def look_at_handlers():
    return [(one.level, one.formatter, one.filters[:]) for one in logging.getLogger().handlers]


def upset_loggers():
    LOGGER.setLevel(logging.CRITICAL)
    LOGGER.addHandler(logging.NullHandler())
    LOGGER.addFilter(lambda _: False)
    LOGGER.propagate, LOGGER.disabled = False, True
    # As many lists as before have something in them.
    LOGGER.filters, EMPTIED.handlers[:] = EMPTIED.handlers[:], []
    GIVEN_ANOTHER_LIST.handlers = GIVEN_ANOTHER_LIST.handlers[:] * 2
    logging.getLogger().handlers.clear()
    logging.getLogger().setLevel(logging.ERROR)


def upset_handlers():
    handler = logging.getLogger().handlers[0]
    handler.setLevel(logging.CRITICAL)
    handler.setFormatter(logging.Formatter('%(name)s'))
    handler.addFilter(lambda _: False)


def upset_warnings():
    warnings.simplefilter('ignore')
    logging.captureWarnings(True)


def upset_logging():
    logging.disable(logging.CRITICAL)
    logging.setLogRecordFactory(lambda *args, **kwargs: logging.LogRecord(*args, **kwargs))
    logging.setLoggerClass(type('OtherLogger', (logging.Logger,), {}))
    logging.raiseExceptions, logging.lastResort = False, None


def upset_signals():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGRTMIN, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    signal.alarm(1000)


def upset_hooks():
    sys.excepthook = sys.unraisablehook = sys.displayhook = sys.breakpointhook = threading.excepthook = print


def upset_time_zone():
    os.environ['TZ'] = 'Asia/Tokyo'
    time.tzset()


def upset_contexts():
    VARIABLE.set('of the charm')
    decimal.getcontext().prec = 3
    decimal.setcontext(decimal.Context(prec=4))


PUT_BACK = {
    '`os.environ`': (
        lambda: dict(os.environ),
        lambda: (os.environ.update(HOME='/nowhere', NEW='1'), os.environ.pop('PATH'), setattr(os, 'environ', {})),
    ),
    'the working directory': (os.getcwd, lambda: os.chdir('/')),
    'the umask': (look_at_umask, lambda: os.umask(0o077)),
    '`sys.path`, `sys.argv`': (
        lambda: (sys.path[:], sys.argv[:], id(sys.path)),
        lambda: (sys.path.insert(0, '/nowhere'), sys.argv.clear(), setattr(sys, 'path', ['/nowhere'])),
    ),
    '`sys.stdin`, `sys.stdout`, `sys.stderr`': (
        lambda: (sys.stdin, sys.stdout, sys.stderr),
        lambda: [setattr(sys, name, None) for name in ('stdin', 'stdout', 'stderr')],
    ),
    '`sys.excepthook`, `unraisablehook`, `displayhook`, `breakpointhook`, `threading.excepthook`': (
        lambda: (sys.excepthook, sys.unraisablehook, sys.displayhook, sys.breakpointhook, threading.excepthook),
        upset_hooks,
    ),
    '`sys.setrecursionlimit`, `sys.setswitchinterval`': (
        lambda: (sys.getrecursionlimit(), sys.getswitchinterval()),
        lambda: (sys.setrecursionlimit(5000), sys.setswitchinterval(0.5)),
    ),
    'filters of warnings, `warnings.showwarning`, `logging.captureWarnings`': (
        lambda: (warnings.filters[:], id(warnings.filters), warnings.showwarning),
        upset_warnings,
    ),
    'level, handlers, filters, `propagate` and `disabled` of loggers': (look_at_loggers, upset_loggers),
    'level, formatter and filters of the handlers of the root logger': (look_at_handlers, upset_handlers),
    '`logging.disable`, `setLogRecordFactory`, `setLoggerClass`, `raiseExceptions`, `lastResort`': (
        lambda: (
            *(logging.root.manager.disable, logging.getLogRecordFactory(), logging.getLoggerClass()),
            *(logging.raiseExceptions, logging.lastResort),
        ),
        upset_logging,
    ),
    'signal handlers and the signal mask, `signal.alarm`, `signal.setitimer`': (
        lambda: (
            [signal.getsignal(number) for number in sorted(signal.valid_signals())],
            signal.pthread_sigmask(signal.SIG_BLOCK, ()),
            signal.getitimer(signal.ITIMER_REAL)[0] > 0,
        ),
        upset_signals,
    ),
    'the locale': (lambda: locale.setlocale(locale.LC_ALL), lambda: locale.setlocale(locale.LC_ALL, 'C.UTF-8')),
    '`socket.setdefaulttimeout`': (socket.getdefaulttimeout, lambda: socket.setdefaulttimeout(17)),
    '`tempfile.tempdir`': (lambda: tempfile.tempdir, lambda: setattr(tempfile, 'tempdir', '/nowhere')),
    '`gc.disable`, `gc.set_threshold`, `gc.set_debug`': (
        lambda: (gc.isenabled(), gc.get_threshold(), gc.get_debug()),
        lambda: (gc.disable(), gc.set_threshold(7, 8, 9), gc.set_debug(gc.DEBUG_UNCOLLECTABLE)),
    ),
    'the tracer provider of OpenTelemetry': (
        opentelemetry.trace.get_tracer_provider,
        lambda: opentelemetry.trace.set_tracer_provider(opentelemetry.trace.NoOpTracerProvider()),
    ),
    '`TZ` and `time.tzset`': (
        lambda: (os.environ.get('TZ'), time.tzname, time.localtime(0).tm_hour),
        upset_time_zone,
    ),
    'context variables, the decimal context': (
        lambda: (VARIABLE.get(), repr(decimal.getcontext()), id(decimal.getcontext())),
        upset_contexts,
    ),
}


@pytest.mark.parametrize('ends', ('well', 'by an exception', 'by sys.exit'))
@pytest.mark.parametrize('row', PUT_BACK)
def test_what_is_put_back(fake_model, row, ends):
    look, upset = PUT_BACK[row]
    seen = []

    def run(self, _):
        seen.append(look())
        upset()
        seen.append(look())
        if ends != 'well':
            raise RuntimeError if ends == 'by an exception' else SystemExit(1)

    fake_model.deploy(charm(start=run), meta=meta())
    look()  # once, so that nothing is made by looking
    before = look()
    with contextlib.nullcontext() if ends == 'well' else pytest.raises(HookFailed):
        fake_model.settle()
    if row == 'the locale':
        locale.setlocale(locale.LC_ALL, 'C') if seen[0] == seen[1] else None
    else:
        assert seen[0] != seen[1], 'the charm changed nothing'
    assert look() == before


def test_the_locale_is_put_back_where_it_was_another_one(in_hook):
    before = locale.setlocale(locale.LC_ALL)
    other = 'C' if before != 'C' else 'C.UTF-8'
    assert in_hook(lambda _: locale.setlocale(locale.LC_ALL, other)) != before
    assert locale.setlocale(locale.LC_ALL) == before


def test_a_hook_begins_with_the_umask_of_a_unit(in_hook):
    before = os.umask(0o077)
    try:
        assert in_hook(lambda _: os.umask(0o027)) == 0o022
        assert os.umask(0o077) == 0o077
    finally:
        os.umask(before)


def test_warnings_that_a_charm_captures_are_captured_by_its_next_hook_as_well(in_hook):
    def capture(_):
        before = warnings.showwarning
        logging.captureWarnings(True)
        return warnings.showwarning is not before

    assert [in_hook(capture), in_hook(capture)] == [True, True]


def test_a_filter_that_is_put_back_has_an_effect(in_hook):
    def warn():
        warnings.warn('seen', UserWarning, stacklevel=1)

    in_hook(lambda _: warnings.simplefilter('ignore'))
    with pytest.raises(UserWarning):
        warn()


def test_what_cannot_be_put_back_keeps_nothing_else_from_it(fake_model, tmp_path, monkeypatch):
    gone = tmp_path / 'gone'
    gone.mkdir()
    monkeypatch.chdir(gone)
    before = dict(os.environ)

    def leave(self, _):
        gone.rmdir()
        sys.setrecursionlimit(5000)

    limit = sys.getrecursionlimit()
    fake_model.deploy(charm(start=leave), meta=meta())
    with pytest.raises(FileNotFoundError):
        fake_model.settle()
    assert (dict(os.environ), sys.getrecursionlimit()) == (before, limit)


@pytest.mark.skipif(ops.version.version.startswith('2.'), reason='ops traces hook commands where the backend stands in')
def test_every_hook_may_set_a_tracer_provider(in_hook):
    """On a unit a hook is a process, and traces what ops does by the provider that it has set itself."""

    class Provider(opentelemetry.trace.NoOpTracerProvider):
        def get_tracer(self, *args, **kwargs):
            used.append(self)
            return super().get_tracer(*args, **kwargs)

    used = []

    def set_and_trace(charm):
        provider = Provider()
        opentelemetry.trace.set_tracer_provider(provider)
        charm.unit.is_leader()
        assert used == [provider]
        used.clear()

    in_hook(set_and_trace)
    in_hook(set_and_trace)


def test_signals_are_left_alone_where_no_charm_can_set_them(fake_model):
    """Python sets handlers in the main thread only."""
    refused = []

    def set_one(self, _):
        try:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        except ValueError:
            refused.append(True)

    fake_model.deploy(charm(start=set_one), meta=meta())
    thread = threading.Thread(target=fake_model.settle)
    thread.start()
    thread.join()
    assert refused == [True]


# --- the event loop of a test


async def answer():
    await asyncio.sleep(0)
    return 42


def test_asyncio_runs_in_a_hook_of_a_test_that_is_a_coroutine(fake_model):
    answers = []

    def run(self, _):
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        answers.append(asyncio.run(answer()))

    fake_model.deploy(charm(start=run, update_status=lambda self, _: 1 / 0), meta=meta())

    async def test():
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        fake_model.settle()
        with pytest.raises(HookFailed):
            fake_model.update_status('app/0')
        assert (asyncio.get_running_loop(), asyncio.current_task()) == (loop, task)
        return await asyncio.create_task(answer())

    assert asyncio.run(test()) == 42
    assert answers == [42]


def test_a_callback_of_an_event_loop_may_drive_a_model(fake_model):
    """Where a loop runs, and no task."""
    answers = []
    fake_model.deploy(charm(start=lambda self, _: answers.append(asyncio.run(answer()))), meta=meta())
    loop = asyncio.new_event_loop()
    loop.call_soon(fake_model.settle)
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    assert answers == [42]


# --- exit handlers


def test_exit_handlers_run_at_the_end_of_the_hook_the_last_first(fake_model):
    ran = []

    def start(self, _):
        def set_status(text):
            self.unit.status = ops.ActiveStatus(text)

        atexit.register(ran.append, 'first')
        atexit.register(set_status, text='from an exit handler')

        @atexit.register
        def last():
            ran.append('last')
            atexit.register(ran.append, 'later still')

        atexit.register(ran.append, 'withdrawn')
        atexit.register(last)
        atexit.unregister(last)
        atexit.register(last)
        ran.append('in the hook')

    app = fake_model.deploy(charm(start=start), meta=meta())
    registered = atexit.register
    fake_model.settle()
    assert ran == ['in the hook', 'last', 'later still', 'withdrawn', 'first']
    assert app.units[0].workload_status == ops.ActiveStatus('from an exit handler')
    assert atexit.register is registered
    fake_model.update_status('app/0')
    assert len(ran) == 5


def test_exit_handlers_run_after_a_failure_and_change_nothing_by_failing(fake_model, capsys):
    ran = []

    def fail(self, _):
        atexit.register(ran.append, 'first')
        atexit.register(lambda: 1 / 0)
        atexit.register(sys.exit, 3)
        if self.config['fails']:
            raise RuntimeError

    options = {'options': {'fails': {'type': 'boolean', 'default': False}}}
    fake_model.deploy(charm(start=fail, config_changed=fail), meta=meta(config=options))
    fake_model.settle()
    assert ran == ['first', 'first']
    assert capsys.readouterr().err.count('ZeroDivisionError') == 2
    fake_model.config('app', {'fails': True})
    with pytest.raises(HookFailed, match='RuntimeError'):
        fake_model.settle()
    assert ran == ['first', 'first', 'first']


def test_a_mistake_of_the_test_in_an_exit_handler_is_raised(fake_model):
    fake_model.deploy(charm(start=lambda self, _: atexit.register(fake_model.settle)), meta=meta())
    with pytest.raises(UsageError, match='cannot be called while'):
        fake_model.settle()


def test_no_exit_handler_is_registered_that_cannot_be_called(in_hook):
    def register(_):
        with pytest.raises(TypeError, match='callable'):
            atexit.register(None)

    in_hook(register)


def test_exit_handlers_of_the_process_are_registered_with_it(in_hook, tmp_path, monkeypatch):
    """Those of the standard library, and of modules that are imported, of which there is one for all hooks."""
    registered = []
    monkeypatch.setattr(atexit, 'register', lambda function, *args, **kwargs: registered.append(function))
    monkeypatch.setattr(weakref.finalize, '_registered_with_atexit', False)
    path = tmp_path / 'module.py'
    path.write_text('import atexit\n\n@atexit.register\ndef close(): raise RuntimeError\n')

    def register(_):
        weakref.finalize(LOGGER, print)
        spec = importlib.util.spec_from_file_location('module', path)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))

    in_hook(register)
    assert [function.__name__ for function in registered] == ['_exitfunc', 'close']
    assert multiprocessing.current_process().is_alive()


# --- threads


def test_threads_that_outlive_a_hook_are_named(fake_model):
    """Without the numbers that Python counts through everything that runs in the process."""
    end = threading.Event()

    def wait_for_the_end():
        end.wait(60)

    def start(self, _):
        threading.Thread(target=wait_for_the_end).start()
        threading.Thread(target=wait_for_the_end, name='poller-7', daemon=True).start()
        concurrent.futures.ThreadPoolExecutor().submit(wait_for_the_end)
        threading.Thread(target=time.sleep, args=(0.01,)).start()

    fake_model.deploy(charm(start=start), meta=meta())
    try:
        fake_model.settle()
        fake_model.update_status('app/0')
    finally:
        end.set()
    named = {run.hook: run.threads for run in fake_model.journal.hooks()}
    assert named.pop('start') == ('Thread (wait_for_the_end)', 'ThreadPoolExecutor_0', 'poller-7')
    assert set(named.values()) == {()}


def test_threads_that_ended_are_not_named(fake_model):
    def start(self, _):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(str, range(3)))
        asyncio.run(asyncio.to_thread(str))
        threading.Timer(0.01, str).start()

    fake_model.deploy(charm(start=start), meta=meta())
    fake_model.settle()
    assert {run.threads for run in fake_model.journal.hooks()} == {()}


# --- the table


def test_the_table_is_held():
    """Everything is put back, run or left; what is left is left for a reason."""
    tested_above = {'the event loop that runs a test', 'functions registered with `atexit`'}
    fates = {row.name: row.fate for row in LEFTOVERS}
    left = {name for name, fate in fates.items() if re.match(r'left(: |; |, )', fate)}
    assert fates.keys() - left - tested_above == PUT_BACK.keys()
    assert all(re.match(r'put (back|aside)|run at its end', fates[name]) for name in fates.keys() - left)
    assert not any(row.save for row in LEFTOVERS if row.name in left)
