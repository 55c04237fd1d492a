"""No call of a public function, with any arguments, ends in a foreign exception or half applied."""

from __future__ import annotations

import inspect

import pytest

import pytest_charmsecrets
from pytest_charmsecrets import arguments

from . import fuzzing
from .fuzzed_world import World


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch, tmp_path):
    """Some calls take a path."""
    monkeypatch.chdir(tmp_path)


def test_every_public_callable_is_called_and_none_fails_from_inside():
    names = {target.name for target in fuzzing.targets()}
    outcome = fuzzing.fuzz(2 * len(names), seed=0, thorough=False)
    # A lone surrogate, which some of the values are, cannot be sent from one process of a run to another.
    assert not outcome.wrong, '\n'.join(outcome.wrong.values()).encode('ascii', 'backslashreplace').decode()
    assert set(outcome.called) == names


def test_there_is_an_instance_of_each_class_with_public_methods():
    with_methods = {target.owner for target in fuzzing.targets() if target.owner is not None}
    assert with_methods <= World().things.keys()


def test_no_public_callable_is_missed():
    """Each public method that a class has, or takes from another class of the package, is among what is called."""
    called = {target.name for target in fuzzing.targets()}
    for name in pytest_charmsecrets.__all__:
        value = getattr(pytest_charmsecrets, name)
        if not inspect.isclass(value) or issubclass(value, Exception):
            continue
        ours = [kind for kind in value.__mro__ if kind.__module__.startswith('pytest_charmsecrets')]
        methods = {method for kind in ours for method, member in vars(kind).items() if inspect.isroutine(member)}
        assert {f'{name}.{method}' for method in methods if not method.startswith('_')} <= called


def test_every_annotation_can_be_read():
    """They are read at the first call, so one that names what is imported for type checkers alone would fail there."""
    for target in fuzzing.targets():
        function = inspect.unwrap(target.function)
        is_protocol = target.owner is not None and target.owner.endswith('Factory')
        if inspect.isfunction(function) and not is_protocol:
            arguments._Plan(function)


def test_a_pod_that_is_not_replaced_leaves_the_model_alone():
    """Found by a long run: the agents had taken notice of the change before the call was refused."""
    world = World()
    world.model.config('workload', {'colour': 'red'})
    before = world.digest()
    with pytest.raises(pytest_charmsecrets.UsageError, match='has no pod'):
        world.model.replace_pod('database/0')
    assert world.digest() == before
