"""Bugs of particular releases, which a test asks for by name."""

from __future__ import annotations

import itertools

import ops
import pytest

from pytest_charmsecrets import FakeModel, HookFailed, UsageError

from .charms import charm, meta


def rotating(model, rotate, *, owner='app'):
    """Deploy a charm with a secret that rotates hourly, and return the secret."""
    app = charm(
        start=lambda self, _: getattr(self, owner).add_secret({'key': 'one'}, rotate=ops.SecretRotate.HOURLY),
        secret_rotate=rotate,
    )
    model.deploy(app, meta=meta(config={'options': {'colour': {'type': 'string'}}}))
    model.settle()
    return model.secrets()[0]


def remove(_, event):
    event.secret.remove_all_revisions()


@pytest.fixture
def renew():
    numbers = itertools.count()
    return lambda _, event: event.secret.set_content({'key': str(next(numbers))})


def test_rotation_of_what_the_hook_itself_removes_breaks_the_agent():
    with FakeModel('3.6.14', juju_bugs=['gone_rotation_refused']) as model:
        secret = rotating(model, remove)
        with pytest.raises(HookFailed) as caught:
            model.advance(hours=1)
        assert caught.value.juju_error == f'secret "secret:{secret.unique_identifier}" not found'
        assert not secret.exists
        model.config('app', {'colour': 'red'})
        assert model.settle() == ()


@pytest.mark.parametrize(('version', 'bugs'), (('3.6.14', []), ('4.0.14', []), ('4.0.14', ['gone_rotation_refused'])))
def test_otherwise_it_does_not(version, bugs):
    """In 4.0 a job removes the secret, after the agent has told that it was rotated."""
    with FakeModel(version, juju_bugs=bugs) as model:
        secret = rotating(model, remove)
        assert [str(run) for run in model.advance(days=1)] == ['app/0 secret-rotate']
        assert not secret.exists


def test_nobody_can_ask_an_agent_that_broke_for_a_hook():
    with FakeModel('3.6.14', juju_bugs=['gone_rotation_refused']) as model:
        rotating(model, remove)
        with pytest.raises(HookFailed):
            model.advance(hours=1)
        before = len(model.journal)
        with pytest.raises(UsageError, match="the agent of 'app/0' runs nothing any more"):
            model.update_status('app/0')
        assert len(model.journal) == before


def test_an_agent_that_broke_runs_nothing_any_more(renew):
    with FakeModel(juju_bugs=['unit_rotation_refused']) as model:
        secret = rotating(model, renew, owner='unit')
        with pytest.raises(HookFailed, match=r'^app/0 failed in secret-rotate\n.*permission denied'):
            model.advance(hours=1)
        assert secret.latest_revision == 2
        model.config('app', {'colour': 'red'})
        assert model.advance(days=1) == ()


def test_a_secret_of_an_application_is_not_concerned(renew):
    with FakeModel(juju_bugs=['unit_rotation_refused']) as model:
        secret = rotating(model, renew)
        model.advance(hours=3)
        assert secret.latest_revision == 4


def test_a_rotation_that_was_to_end_goes_on():
    """4.0.12 takes over the policy and leaves what was planned."""

    def stop(_, event):
        event.secret.set_info(rotate=ops.SecretRotate.NEVER)

    with FakeModel('4.0.12', juju_bugs=['set_loses_rotate_expire']) as model:
        secret = rotating(model, stop)
        assert [str(run) for run in model.advance(hours=1)] == ['app/0 secret-rotate']
        assert secret.rotation == 'never'
        assert secret.next_rotation is not None
