"""The reference mentions everything that is public."""

from __future__ import annotations

import pathlib
import re

import pytest

import pytest_charmsecrets
from pytest_charmsecrets import hookcommands
from pytest_charmsecrets.charms.guard.events import EVENTS
from pytest_charmsecrets.charms.guard.unaudited import COMPARED, HARMFUL

REFERENCE = pathlib.Path(__file__).parents[2] / 'docs' / 'reference'
CLASSES = (
    pytest_charmsecrets.ApplicationView,
    pytest_charmsecrets.Departure,
    pytest_charmsecrets.FakeController,
    pytest_charmsecrets.FakeModel,
    pytest_charmsecrets.GrantView,
    pytest_charmsecrets.HookBeingRun,
    pytest_charmsecrets.InjectedFault,
    pytest_charmsecrets.Journal,
    pytest_charmsecrets.ModelSettings,
    pytest_charmsecrets.ModelUser,
    pytest_charmsecrets.ModelView,
    pytest_charmsecrets.Order,
    pytest_charmsecrets.Puppet,
    pytest_charmsecrets.PuppetHook,
    pytest_charmsecrets.PuppetSecret,
    pytest_charmsecrets.PuppetUnit,
    pytest_charmsecrets.RelationView,
    pytest_charmsecrets.RevisionView,
    pytest_charmsecrets.SecretView,
    pytest_charmsecrets.ShownSecret,
    pytest_charmsecrets.Task,
    pytest_charmsecrets.UnitView,
)


def words(name):
    return set(re.findall(r'\w+', (REFERENCE / name).read_text()))


@pytest.mark.parametrize('described', CLASSES, ids=lambda described: described.__name__)
def test_every_public_name_of_a_class_is_mentioned(described):
    own = [part for part in described.__mro__ if part.__module__.startswith('pytest_charmsecrets')]
    public = {name for part in own for name in vars(part) if not name.startswith('_')}
    mentioned = words('fake-model.md') | words('journal.md')
    assert public - {'choose', 'shuffle'} <= mentioned
    assert described.__name__ in mentioned | {'Journal'}


def test_every_error_is_mentioned():
    errors = {name for name in pytest_charmsecrets.__all__ if isinstance(getattr(pytest_charmsecrets, name), type)}
    errors = {name for name in errors if issubclass(getattr(pytest_charmsecrets, name), Exception)}
    assert errors
    assert errors <= words('errors.md')


def test_every_hook_command_is_mentioned():
    rows = [
        line.split('|')[1] for line in (REFERENCE / 'hook-commands.md').read_text().splitlines() if line[:3] == '| `'
    ]
    names = re.findall(r'`([^`]+)`', ' '.join(rows))
    supported = len(hookcommands.SUPPORTED)
    assert names[:supported] == sorted(hookcommands.SUPPORTED)
    assert sorted(names[supported:]) == sorted(hookcommands.NOT_SUPPORTED)


def test_every_function_and_event_that_the_guard_sees_is_mentioned():
    seen = set(re.findall(r'[\w.]+', (REFERENCE / 'guard.md').read_text()))
    names = {name for table in (COMPARED, HARMFUL) for functions in table.values() for name in functions}
    assert names | set(EVENTS) | {'setns', 'unshare'} <= {name.rstrip('.') for name in seen}
