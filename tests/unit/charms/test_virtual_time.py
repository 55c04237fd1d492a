from __future__ import annotations

import datetime
import sys
import time
import types
from collections.abc import Iterator

import pytest

from pytest_charmsecrets.charms.virtual_time import stand_ins, virtual_time
from pytest_charmsecrets.errors import UsageError

START = datetime.datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=datetime.timezone.utc)


class Clock:
    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime.datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += datetime.timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def local_time_elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv('TZ', 'Asia/Tokyo')
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_the_wall_clock_is_the_models(clock: Clock) -> None:
    with virtual_time(clock.now, clock.sleep):
        assert datetime.datetime.now(datetime.timezone.utc) == START
        assert time.time_ns() == 1767268800_123456000
        assert datetime.date.today() == START.date()


def test_the_wall_clock_stands_still(clock: Clock) -> None:
    with virtual_time(clock.now, clock.sleep):
        before = time.time_ns()
        deadline = time.monotonic() + 0.005
        while time.monotonic() < deadline:
            pass
        assert time.time_ns() == before


@pytest.mark.usefixtures('local_time_elsewhere')
def test_local_time_is_utc_and_restored(clock: Clock) -> None:
    with virtual_time(clock.now, clock.sleep):
        assert datetime.datetime.now() == START.replace(tzinfo=None)
    assert time.localtime(0).tm_hour == 9


def test_sleeping_moves_every_clock_and_does_not_wait(clock: Clock) -> None:
    real = time.monotonic
    started = real()
    with virtual_time(clock.now, clock.sleep):
        monotonic, counter = time.monotonic(), time.perf_counter_ns()
        time.sleep(3600.5)
        assert datetime.datetime.now(datetime.timezone.utc) == START + datetime.timedelta(seconds=3600.5)
        assert time.monotonic() - monotonic >= 3600.5
        assert time.perf_counter_ns() - counter >= 3_600_500_000_000
    assert clock.now() == START + datetime.timedelta(seconds=3600.5)
    assert real() - started < 5


def test_monotonic_time_stays_real_without_sleeping(clock: Clock) -> None:
    real = time.monotonic
    with virtual_time(clock.now, clock.sleep):
        assert time.monotonic() == pytest.approx(real(), abs=1)
        assert time.monotonic_ns() == pytest.approx(real() * 1e9, abs=1e9)


def test_a_retry_loop_until_a_deadline_ends(clock: Clock) -> None:
    attempts = 0
    with virtual_time(clock.now, clock.sleep):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            attempts += 1
            time.sleep(10)
    assert attempts == 6


def test_sleeping_backwards_is_refused_as_by_python(clock: Clock) -> None:
    with virtual_time(clock.now, clock.sleep), pytest.raises(ValueError, match='sleep length must be non-negative'):
        time.sleep(-1)


def test_everything_is_restored_after_an_exception(clock: Clock) -> None:
    before = (time.sleep, time.monotonic, time.monotonic_ns, time.perf_counter, time.perf_counter_ns)
    with pytest.raises(KeyError), virtual_time(clock.now, clock.sleep):
        raise KeyError
    assert (time.sleep, time.monotonic, time.monotonic_ns, time.perf_counter, time.perf_counter_ns) == before
    assert datetime.datetime.now(datetime.timezone.utc) > START


def test_what_is_bound_while_loading_follows_the_hook_and_is_real_otherwise(clock: Clock) -> None:
    with stand_ins():
        from time import monotonic, sleep
    real = time.monotonic
    with virtual_time(clock.now, clock.sleep):
        before = monotonic()
        sleep(1000)
        assert monotonic() - before >= 1000
    assert monotonic() == pytest.approx(real(), abs=1)
    before = real()
    sleep(0.01)
    assert real() - before >= 0.01


def test_freezegun_at_the_same_time_is_refused(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'freezegun.api', types.SimpleNamespace(freeze_factories=[object()]))
    with pytest.raises(UsageError, match='freezegun is active'), virtual_time(clock.now, clock.sleep):
        pytest.fail('entered')


def test_freezegun_that_was_imported_and_is_not_active_does_no_harm(clock: Clock) -> None:
    freezegun = pytest.importorskip('freezegun')
    with (
        freezegun.freeze_time('2020-01-01'),
        pytest.raises(UsageError, match='freezegun is active'),
        virtual_time(clock.now, clock.sleep),
    ):
        pytest.fail('entered')
    with virtual_time(clock.now, clock.sleep):
        assert datetime.datetime.now(datetime.timezone.utc) == START


def test_a_travelling_test_gets_its_own_time_back(clock: Clock) -> None:
    import time_machine

    with time_machine.travel(datetime.datetime(2020, 5, 5, tzinfo=datetime.timezone.utc), tick=False):
        with virtual_time(clock.now, clock.sleep):
            assert time.time() == START.timestamp()
        assert datetime.date.today() == datetime.date(2020, 5, 5)
