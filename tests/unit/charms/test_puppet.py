from __future__ import annotations

import datetime

from pytest_charmsecrets.charms.puppet import PuppetRunner
from pytest_charmsecrets.charms.runner import CharmOutcome, Invocation, Runner
from pytest_charmsecrets.hookcommands.result import Result
from pytest_charmsecrets.juju.hooks import Hook
from pytest_charmsecrets.juju.state import Storage


def test_a_puppet_does_nothing_successfully() -> None:
    asked: list[object] = []
    runner: Runner = PuppetRunner()
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    invocation = Invocation(
        'db/0', Hook('start'), {}, lambda *call: asked.append(call) or Result(), lambda: start, asked.append
    )
    assert runner.run(invocation) == CharmOutcome(exit_code=0, exception=None)
    assert runner.place_storages('db/0', {'data/0': Storage('data')}) == {'data/0': Storage('data')}
    runner.forget('db/0')
    assert asked == []
