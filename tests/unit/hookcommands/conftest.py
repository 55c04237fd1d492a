"""A strict stand-in for the hook a command runs in: what a test did not expect is a failure."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from pytest_charmsecrets import JujuError, hookcommands
from pytest_charmsecrets.juju.hooks import Hook
from pytest_charmsecrets.juju.transaction import RelationInfo
from pytest_charmsecrets.juju.versions import profile_for

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@dataclasses.dataclass
class Recorded:
    """One call of the context."""

    name: str
    args: tuple
    kwargs: dict


class StrictContext:
    """Gives prepared answers; an exception is raised, a function is called, anything else returned."""

    def __init__(self, hook=None, **answers):
        self.hook = hook or Hook('start')
        self.unit = 'u/0'
        self.now = NOW
        self.profile = profile_for('3.6')
        self.calls = []
        self._answers = answers

    def __getattr__(self, name):
        if name not in self._answers:
            pytest.fail(f'unhandled call of {name}')
        return lambda *args, **kwargs: self._answer(name, args, kwargs)

    def _answer(self, name, args, kwargs):
        self.calls.append(Recorded(name, args, kwargs))
        answer = self._answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer(*args, **kwargs) if callable(answer) else answer

    def why_no_relation(self, relation_id):
        return f'there is no relation {relation_id}'

    def refusal(self, text, why):
        return JujuError(text)

    def only_call(self, name):
        """Return the one call of a method."""
        (call,) = [call for call in self.calls if call.name == name]
        return call


RELATIONS = {1: RelationInfo(1, 'db', 'mw', is_peer=False), 2: RelationInfo(2, 'db2', 'mw', is_peer=False)}
RELATION_HOOK = Hook('relation-changed', relation_id=1, endpoint='db', remote_application='mw', remote_unit='mw/0')


@pytest.fixture
def make_context():
    """Build a context of unit u/0, with the relations db:1 and db2:2 to mw; one secret is found among ``secret_infos``."""

    def make(hook=None, **answers):
        if (infos := answers.get('secret_infos')) is not None:
            answers['secret_info'] = infos.get
            answers['secret_info_labelled'] = {info.label: info for info in infos.values()}.get
            answers['secret_ids'] = list(infos)
        return StrictContext(hook, **{'relation': RELATIONS.get, **answers})

    return make


@pytest.fixture
def relation_hook():
    """A hook of relation db:1, about mw/0."""
    return RELATION_HOOK


@pytest.fixture
def run_in(tmp_path):
    """Run a hook command from a directory of the test's own."""

    def run(context, *argv, stdin=None):
        return hookcommands.run(context, argv, stdin=stdin, cwd=str(tmp_path))

    return run
