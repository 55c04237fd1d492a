"""The public names, and that type checkers see the same ones as Python."""

from __future__ import annotations

import ast
import inspect
import pathlib

import pytest

import pytest_charmsecrets

PUBLIC = [
    'ActionFailed',
    'ApplicationView',
    'BagValue',
    'BecameDue',
    'BugAvoided',
    'CallRefused',
    'CharmSecretsError',
    'Client',
    'Command',
    'ConfigValue',
    'Departure',
    'DueHook',
    'Effect',
    'EndlessHooks',
    'FakeController',
    'FakeJuju',
    'FakeJujuFactory',
    'FakeModel',
    'FakeModelFactory',
    'Finding',
    'GrantView',
    'Granted',
    'HadStatus',
    'HookBeingRun',
    'HookFailed',
    'HookRun',
    'InjectedFault',
    'Journal',
    'JujuError',
    'Led',
    'ModelSettings',
    'ModelUser',
    'ModelView',
    'NoLongerDue',
    'Operation',
    'Order',
    'Puppet',
    'PuppetHook',
    'PuppetSecret',
    'PuppetUnit',
    'Record',
    'RelationView',
    'RevisionLife',
    'RevisionView',
    'SecretView',
    'Settled',
    'ShownSecret',
    'Task',
    'TimePassed',
    'Timeline',
    'Tracked',
    'UnitView',
    'UsageError',
]


def test_public_names_are_these():
    assert pytest_charmsecrets.__all__ == PUBLIC
    assert sorted(PUBLIC) == PUBLIC


@pytest.mark.parametrize('name', PUBLIC)
def test_public_name_can_be_imported(name):
    assert getattr(pytest_charmsecrets, name) is not None
    assert name in dir(pytest_charmsecrets)


def test_type_checkers_see_the_same_names():
    tree = ast.parse(pathlib.Path(pytest_charmsecrets.__file__).read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    seen = {f'.{node.module}': tuple(alias.name for alias in node.names) for node in imports}
    assert seen == pytest_charmsecrets._NAMES_BY_MODULE


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'pytest_charmsecrets' has no attribute 'FakeModle'"):
        _ = pytest_charmsecrets.FakeModle


def public_methods():
    for name in PUBLIC:
        value = getattr(pytest_charmsecrets, name)
        if inspect.isclass(value):
            members = vars(value).items()
            yield from (member for key, member in members if inspect.isfunction(member) and not key.startswith('_'))


def test_public_methods_are_documented_and_typed():
    lacking = [
        method.__qualname__
        for method in public_methods()
        if not method.__doc__ or 'return' not in method.__annotations__
    ]
    assert lacking == []
