"""Runs a test with several Juju versions, as a parameter of its fixtures."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from ..errors import UsageError
from .options import DEFAULTS, MARKER, marked


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses a fake model once for each Juju version, if there are several."""
    fixtures = [name for name in ('fake_model', 'fake_model_factory') if name in metafunc.fixturenames]
    if not fixtures:
        return
    keywords: dict[str, Any] = {}
    if 'fake_model' in fixtures:
        # The fixture raises for a marker that is not valid, in the test that has it; an error here would stop the run.
        with contextlib.suppress(UsageError):
            keywords = marked(metafunc.definition.iter_markers(MARKER))
    versions = keywords.get('juju_versions', ()) or metafunc.config.stash[DEFAULTS].juju_versions
    if len(versions) > 1:
        rows = [[version] * len(fixtures) for version in versions]
        metafunc.parametrize(fixtures, rows, indirect=True, ids=[f'juju-{version}' for version in versions])


def settings_of(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the keywords of FakeModel for the Juju version of the current run of a test."""
    return {'juju_version': request.param} if hasattr(request, 'param') else {}
