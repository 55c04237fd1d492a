"""When update-status runs: at its interval, when a test asks, and never in error or before start."""

from __future__ import annotations

import datetime

from pytest_charmsecrets import FakeModel

from .charms import COLOUR, charm, meta


def test_update_status_is_off_unless_an_interval_is_set(settled, fake_model):
    settled(charm())
    assert fake_model.advance(days=1) == ()


def test_update_status_runs_at_the_interval_and_when_asked(ran):
    with FakeModel(update_status_interval=datetime.timedelta(minutes=5)) as model:
        model.deploy(charm(), meta=meta(), num_units=2)
        model.settle()
        assert ran(model.advance(minutes=10)) == ['app/0 update-status', 'app/1 update-status'] * 2
        assert ran(model.advance_to_next('update-status')) == ['app/0 update-status', 'app/1 update-status']
        assert ran(model.update_status('app/1')) == ['app/1 update-status']


def test_update_status_does_not_run_in_error_and_is_made_up_for_by_the_hook_that_ends_it():
    broken = [True]

    def config_changed(self, event):
        if broken:
            raise RuntimeError

    with FakeModel(update_status_interval=datetime.timedelta(minutes=5), on_hook_error='error-state') as model:
        model.deploy(charm(config_changed=config_changed), meta=meta(**COLOUR), started=True)
        model.config('app', {'colour': 'blue'})
        model.advance(minutes=30)
        broken.clear()
        assert [str(run) for run in model.settle()] == ['app/0 config-changed']


def test_update_status_waits_until_a_unit_has_started():
    with FakeModel(update_status_interval=datetime.timedelta(minutes=5), on_hook_error='error-state') as model:
        broken = [True]

        def install(self, event):
            if broken:
                raise RuntimeError

        model.deploy(charm(install=install), meta=meta())
        model.advance(minutes=30)
        broken.clear()
        assert 'app/0 update-status' not in [str(run) for run in model.settle()]
