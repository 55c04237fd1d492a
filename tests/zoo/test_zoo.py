"""A test that only drives a charm finds its bug, and finds nothing in the fixed twin."""

from __future__ import annotations

import importlib.util
import pathlib

import pytest

from pytest_charmsecrets import EndlessHooks, FakeModel, HookFailed

PAIRS = sorted(pathlib.Path(__file__).parent.glob('z*.py'))
BY_THEMSELVES = {'hook-failed': HookFailed, 'endless-hooks': EndlessHooks}
ORDERS = {'z09': range(1, 21)}
"""The bug of this pair fails a hook in some orders only."""


def load(path):
    spec = importlib.util.spec_from_file_location(f'zoo_{path.stem}', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def found(module, *, buggy, order=0):
    """Return the name of what shows itself: a failure of the model, or the checks with findings."""
    version = module.JUJU if isinstance(module.JUJU, str) else module.JUJU[0]
    with FakeModel(juju_version=version, juju_bugs=getattr(module, 'FAULTS', ()), order=order) as model:
        try:
            module.drive(model, buggy)
        except HookFailed:
            return {'hook-failed'}
        except EndlessHooks:
            return {'endless-hooks'}
        return {finding.check for one in model.controller.models.values() for finding in one.check()}


@pytest.mark.parametrize('path', PAIRS, ids=[path.stem for path in PAIRS])
def test_the_bug_is_found_and_the_twin_is_not_accused(path):
    module = load(path)
    orders = ORDERS.get(path.stem, (0,))
    assert any(module.EXPECT in found(module, buggy=True, order=order) for order in orders)
    for order in orders:
        assert found(module, buggy=False, order=order) == set()
