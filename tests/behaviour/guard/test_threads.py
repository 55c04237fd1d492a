"""Threads that a hook starts are guarded until they end; those that existed before are not."""

from __future__ import annotations

import _thread
import concurrent.futures
import contextlib
import threading

import ops
import pytest

from pytest_charmsecrets import CallRefused, FakeModel, HookFailed

from .hooks import refusal, start


@pytest.mark.parametrize('start_thread', (lambda call: threading.Thread(target=call).start(), None))
def test_a_thread_that_a_hook_starts_is_guarded(machine, start_thread):
    done = threading.Event()
    met = []

    def touch():
        try:
            (machine / 'new').touch()
        except OSError as error:
            met.append(error)
        finally:
            done.set()

    def call():
        if start_thread is None:
            _thread.start_new_thread(touch, ())
        else:
            start_thread(touch)
        done.wait(10)

    refusal(call)
    assert isinstance(met[0], CallRefused)


def test_a_pool_is_guarded(machine):
    def call():
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pool.submit((machine / 'new').touch).exception()

    refusal(call)


def test_a_thread_is_guarded_until_it_ends(machine):
    go_on, met = threading.Event(), []

    def touch():
        go_on.wait(10)
        try:
            (machine / 'new').touch()
        except OSError as error:
            met.append(error)

    threads = []

    def call():
        threads.append(threading.Thread(target=touch))
        threads[0].start()

    start(call)
    go_on.set()
    threads[0].join()
    assert isinstance(met[0], CallRefused)
    assert threads[0].run.__func__ is threading.Thread.run


def test_a_refusal_in_a_thread_of_an_earlier_hook_fails_the_hook_that_it_works_for(machine):
    pool = concurrent.futures.ThreadPoolExecutor(1)

    class Pooling(ops.CharmBase):
        def __init__(self, framework: ops.Framework):
            super().__init__(framework)
            framework.observe(self.on.start, self._on_start)
            framework.observe(self.on.update_status, self._on_update_status)

        def _on_start(self, event):
            pool.submit(int).result()

        def _on_update_status(self, event):
            pool.submit((machine / 'new').touch).exception()

    model = FakeModel()
    model.deploy(Pooling, 'app', meta={'name': 'app'})
    model.settle()
    with pytest.raises(HookFailed, match=r'called os.utime\('):
        model.update_status('app/0')
    pool.shutdown()


def test_threads_that_were_there_before_pass(machine):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        start(lambda: pool.submit((machine / 'new').touch).result())
    assert (machine / 'new').exists()


def test_a_thread_that_is_started_twice_is_refused_by_python():
    def call():
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()
        with contextlib.suppress(RuntimeError):
            thread.start()
        assert 'run' not in vars(thread)

    start(call)
