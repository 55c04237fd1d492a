"""The reference mentions everything that is public."""

from __future__ import annotations

import pathlib
import re

import pytest

import pytest_charmsecrets
from pytest_charmsecrets import hookcommands
from pytest_charmsecrets.model import (
    cross_model as other_models,
)
from pytest_charmsecrets.model import (
    fake_model as model,
)
from pytest_charmsecrets.model import (
    puppets as actors,
)
from pytest_charmsecrets.model import (
    user_secrets as users,
)
from pytest_charmsecrets.views import applications as deployed
from pytest_charmsecrets.views import secrets as views

REFERENCE = pathlib.Path(__file__).parents[2] / 'docs' / 'reference'
CLASSES = (
    model.FakeModel,
    model.FakeController,
    model.Task,
    deployed.ApplicationView,
    deployed.UnitView,
    views.SecretView,
    views.RelationView,
    actors.Puppet,
    actors.PuppetUnit,
    actors.PuppetHook,
    actors.PuppetSecret,
    other_models.OtherModels,
    users.SecretsOfUser,
    users.ModelUser,
    users.ShownSecret,
    pytest_charmsecrets.Departure,
    pytest_charmsecrets.HookBeingRun,
    pytest_charmsecrets.InjectedFault,
    pytest_charmsecrets.Journal,
    pytest_charmsecrets.Order,
)


def words(name):
    return set(re.findall(r'\w+', (REFERENCE / name).read_text()))


@pytest.mark.parametrize('described', CLASSES, ids=lambda described: described.__name__)
def test_every_public_name_of_a_class_is_mentioned(described):
    own = [part for part in described.__mro__ if part.__module__.startswith('pytest_charmsecrets')]
    public = {name for part in own for name in vars(part) if not name.startswith('_')}
    mentioned = words('fake-model.md') | words('journal.md')
    assert public - {'append', 'choose', 'shuffle'} <= mentioned
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
