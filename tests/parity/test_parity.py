"""A sample of the recorded cases: each step agrees with Juju, or is known to differ. ``make parity`` plays all."""

from __future__ import annotations

from typing import Any, Final

import pytest

from . import data, note, playing

# The hooks of a case run the commands that were recorded with Juju, whether or not a charm should.
pytestmark = pytest.mark.charmsecrets(allow=['cancelled-operations', 'endless-event', 'stale-observer'])

SHARES: Final = {'agent': 20, 'backends': 12, 'command-lines': 100, 'juju36': 12, 'juju40': 10}
"""Of how many cases of a folder one is played."""
WITHOUT_BUGS: Final = {'backends': 60, 'juju36': 60, 'juju40': 40}
"""The same for playing without the bugs of the release."""


def sampled(shares: dict[str, int]) -> list[Any]:
    return [
        pytest.param(folder, case, id=f'{folder}-{case["id"]}')
        for folder, share in shares.items()
        for case in data.load(folder)[::share]
    ]


@pytest.mark.parametrize(('folder', 'case'), sampled(SHARES))
def test_as_shipped_each_step_agrees_with_juju_or_is_known_to_differ(folder: str, case: data.Case):
    found = list(data.complaints(folder, playing.SAMPLERS[folder](case, playing.AS_SHIPPED)))
    assert not found, '\n'.join(found)


@pytest.mark.parametrize(('folder', 'case'), sampled(WITHOUT_BUGS))
def test_without_bugs_a_step_differs_only_where_a_bug_was_met(folder: str, case: data.Case):
    _, unexplained = playing.explained(folder, case, playing.SAMPLERS[folder](case, ()))
    found = list(unexplained)
    assert not found, '\n'.join(found)


def test_cases_of_every_folder_are_in_the_sample():
    assert {*SHARES} == {*data.FOLDERS}


@pytest.mark.parametrize('folder', data.FOLDERS)
def test_what_is_known_to_differ_is_in_the_traces(folder: str):
    recorded = {case['id'] for case in data.load(folder)}
    assert set(data.known(folder)) <= recorded


@pytest.mark.parametrize('folder', data.FOLDERS)
def test_what_is_known_to_differ_has_a_reason(folder: str):
    reasons = {why for steps in data.known(folder).values() for why in steps.values()}
    assert note.UNEXPLAINED not in reasons
