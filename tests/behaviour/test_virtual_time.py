"""Virtual time: what a charm sees of it, and what falls due."""

from __future__ import annotations

import datetime
import time

import ops
import pytest

from pytest_charmsecrets import FakeModel, TimePassed

from .charms import LABEL, charm, meta, prune

UTC = datetime.timezone.utc
START = datetime.datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    'look',
    (
        lambda: datetime.datetime.now(tz=UTC),
        lambda: datetime.datetime.fromtimestamp(time.time(), tz=UTC),
        lambda: datetime.datetime.now().replace(tzinfo=UTC),
        lambda: datetime.datetime.fromtimestamp(time.time_ns() / 1e9, tz=UTC),
        lambda: datetime.datetime(*time.gmtime()[:6], tzinfo=UTC),
        lambda: datetime.datetime(*time.localtime()[:6], tzinfo=UTC),
    ),
)
def test_a_charm_sees_the_time_of_the_model_standing_still(in_hook, fake_model, look):
    fake_model.advance(days=40, seconds=7)
    expected = START + datetime.timedelta(days=40, seconds=7)
    assert in_hook(lambda _: (look(), look())) == (expected, expected)


def test_a_model_begins_when_it_is_told(ran):
    with FakeModel(
        start=datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    ) as model:
        assert model.now == datetime.datetime(2024, 2, 29, 10, tzinfo=UTC)
        assert model.now.tzinfo is UTC


def test_an_expiry_given_as_a_delta_counts_from_the_time_of_the_model(in_hook, fake_model):
    fake_model.advance(days=10)
    in_hook(lambda self: self.app.add_secret({'key': 'value'}, expire=datetime.timedelta(hours=6)))
    assert fake_model.secrets()[0].expires == START + datetime.timedelta(days=10, hours=6)


def test_sleep_moves_the_clock_of_the_hook_and_of_the_model(in_hook, fake_model):
    def nap(_):
        before = datetime.datetime.now(tz=UTC)
        time.sleep(90)
        return datetime.datetime.now(tz=UTC) - before

    real = time.monotonic()
    assert in_hook(nap) == datetime.timedelta(seconds=90)
    assert fake_model.now == START + datetime.timedelta(seconds=90)
    assert time.monotonic() - real < 30


def test_a_loop_that_sleeps_until_a_deadline_ends(in_hook, fake_model):
    def wait(_):
        deadline, turns = time.monotonic() + 600, 0
        while time.monotonic() < deadline:
            time.sleep(60)
            turns += 1
        return turns

    assert in_hook(wait) == 10
    assert fake_model.now == START + datetime.timedelta(minutes=10)


def test_what_fell_due_for_another_unit_during_a_sleep_is_due_afterwards(fake_model, ran):
    owner = charm(install=lambda self, _: self.app.add_secret({'key': 'value'}, rotate=ops.SecretRotate.HOURLY))
    sleeper = charm(update_status=lambda self, _: time.sleep(2 * 3600))
    fake_model.deploy(owner, 'owner', meta=meta())
    fake_model.deploy(sleeper, 'sleeper', meta=meta())
    fake_model.settle()
    fake_model.update_status('sleeper/0')
    assert ran(fake_model.due) == ['owner/0 secret-rotate']


def test_what_fell_due_for_the_sleeper_itself_is_due_afterwards_too(fake_model, ran):
    def nap(self, _):
        time.sleep(2 * 3600)

    both = charm(
        install=lambda self, _: self.app.add_secret({'key': 'value'}, expire=datetime.timedelta(hours=1)),
        update_status=nap,
    )
    fake_model.deploy(both, meta=meta())
    fake_model.settle()
    fake_model.update_status('app/0')
    assert ran(fake_model.due) == ['app/0 secret-expired']


def test_an_expiry_that_repeats_while_its_own_hook_sleeps_is_over_with_that_hook(fake_model):
    """The agent holds each revision once, and drops it when the hook is committed."""
    revisions = []

    def expired(self, event):
        revisions.append(event.revision)
        time.sleep(7 * 60)

    expiring = charm(
        install=lambda self, _: self.app.add_secret({'key': 'value'}, expire=datetime.timedelta(hours=1)),
        secret_expired=expired,
    )
    fake_model.deploy(expiring, meta=meta())
    fake_model.settle()
    fake_model.advance_to(START + datetime.timedelta(hours=1))
    assert revisions == [1]
    assert fake_model.due == ()


def test_time_that_a_hook_slept_through_is_not_counted_again(fake_model):
    fake_model.deploy(charm(start=lambda self, _: time.sleep(3600)), meta=meta())
    fake_model.advance_to(START + datetime.timedelta(minutes=10))
    assert fake_model.now == START + datetime.timedelta(hours=1)


def test_advance_stops_wherever_something_is_due(fake_model):
    times = []
    owner = charm(
        install=lambda self, _: self.app.add_secret({'key': '0'}, rotate=ops.SecretRotate.DAILY),
        secret_rotate=lambda self, event: (
            times.append(fake_model.now - START),
            event.secret.set_content({'key': str(len(times))}),
        ),
        secret_remove=prune,
    )
    fake_model.deploy(owner, meta=meta())
    hooks = fake_model.advance(days=3, hours=1)
    assert times == [datetime.timedelta(days=day) for day in (1, 2, 3)]
    assert [hook.hook for hook in hooks if hook.hook == 'secret-rotate'] == ['secret-rotate'] * 3
    assert fake_model.now == START + datetime.timedelta(days=3, hours=1)


@pytest.mark.parametrize(
    ('move', 'delta'),
    (
        (lambda model: model.advance(datetime.timedelta(hours=1)), datetime.timedelta(hours=1)),
        (lambda model: model.advance(weeks=1, days=1), datetime.timedelta(days=8)),
        (
            lambda model: model.advance(datetime.timedelta(hours=1), minutes=1, seconds=1.5),
            datetime.timedelta(seconds=3661.5),
        ),
        (lambda model: model.advance_to(START + datetime.timedelta(days=2)), datetime.timedelta(days=2)),
        (lambda model: model.advance(), datetime.timedelta()),
    ),
)
def test_time_moves_exactly_as_far_as_it_is_told(fake_model, move, delta):
    assert move(fake_model) == ()
    assert fake_model.now == START + delta
    assert (
        sum((one.time - one.since for one in fake_model.journal if isinstance(one, TimePassed)), datetime.timedelta())
        == delta
    )


@pytest.mark.parametrize(
    ('kind', 'at'), (('secret-rotate', datetime.timedelta(hours=1)), ('secret-expired', datetime.timedelta(days=2)))
)
def test_advance_to_next_goes_to_the_hook_it_names_and_runs_what_comes_before(fake_model, ran, kind, at):
    add = charm(
        install=lambda self, _: self.app.add_secret(
            {'key': 'value'}, label=LABEL, rotate=ops.SecretRotate.HOURLY, expire=datetime.timedelta(days=2)
        ),
        secret_rotate=lambda self, event: event.secret.set_info(rotate=ops.SecretRotate.NEVER),
        secret_expired=prune,
    )
    fake_model.deploy(add, meta=meta())
    hooks = ran(fake_model.advance_to_next(kind))
    assert hooks[-1] == f'app/0 {kind}'
    assert fake_model.now == START + at


# When the rotations come is what counts here, not what the charm does then.
@pytest.mark.charmsecrets(allow=['unhandled-event:unit:app/0'])
def test_secrets_due_within_one_minute_rotate_together(fake_model, ran):
    def install(self, _):
        self.app.add_secret({'key': 'one'}, rotate=ops.SecretRotate.HOURLY)

    def start(self, _):
        time.sleep(30)
        self.app.add_secret({'key': 'two'}, rotate=ops.SecretRotate.HOURLY)

    fake_model.deploy(charm(install=install, start=start), meta=meta())
    fake_model.settle()
    fake_model.advance_to(START + datetime.timedelta(hours=1))
    assert fake_model.due == ()
    rotated = [one for one in fake_model.journal if getattr(one, 'outcome', None) and one.hook == 'secret-rotate']
    assert [one.time - START for one in rotated] == 2 * [datetime.timedelta(hours=1)]
    fake_model.advance(minutes=1)
    rotated = [one for one in fake_model.journal if getattr(one, 'outcome', None) and one.hook == 'secret-rotate']
    assert len(rotated) == 2
