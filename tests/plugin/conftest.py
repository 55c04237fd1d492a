"""A recording stand-in for FakeModel: these tests are about what the plugin asks for, not about the model."""

from __future__ import annotations

import datetime
import types
from typing import Any

import pytest

import pytest_charmsecrets
from pytest_charmsecrets import made
from pytest_charmsecrets.juju.journal import JournalWriter
from pytest_charmsecrets.juju.order import Order
from pytest_charmsecrets.records import Command, Operation

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


class RecordedModel:
    def __init__(self, *, around_hook: Any, **settings: Any) -> None:
        self.settings = settings
        self.around_hook = around_hook
        self.journal = JournalWriter()
        self.order = Order(settings.get('order', 0))
        self.closed = False
        self.internals = types.SimpleNamespace(runtime=types.SimpleNamespace())
        self.version = settings.get('juju_version', '3.6.14')
        self.seed = settings.get('seed', 0)
        self.bugs = ()
        self.applications: dict[str, Any] = {}
        self.units: dict[str, Any] = {}
        self.relations = ()
        self.due = ()
        self.name = 'fake'
        self.controller = types.SimpleNamespace(models={self.name: self})
        made.note(self)

    def __enter__(self) -> RecordedModel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.closed = True

    def do(self, name: str, *arguments: str) -> None:
        self.journal.append(Operation(START, name, arguments, **self.journal.stamp()))

    def add_secret(self, content: str) -> None:
        argv = ('secret-add', content)
        stamp = self.journal.stamp()
        self.journal.append(Command(START, 'db/0', 'install', argv, 0, 'secret:abc\n', '', **stamp))


@pytest.fixture(autouse=True)
def _loaded_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load this plugin alone in the runs of pytester; loading the others again takes a second for each run."""
    monkeypatch.setenv('PYTEST_DISABLE_PLUGIN_AUTOLOAD', '1')
    monkeypatch.setenv('PYTEST_PLUGINS', 'pytest_charmsecrets.plugin')


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> list[RecordedModel]:
    """The models that tests run by pytester make, in order; a stand-in holds nothing that checks could judge."""
    monkeypatch.setenv('PYTEST_ADDOPTS', '--charmsecrets-checks=off')
    models: list[RecordedModel] = []

    def make(**settings: Any) -> RecordedModel:
        models.append(RecordedModel(**settings))
        return models[-1]

    monkeypatch.setitem(vars(pytest_charmsecrets), 'FakeModel', make)
    return models
