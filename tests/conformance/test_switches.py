"""Every switch and every bug is held by a test, on and off; a table beside the transcripts says by which."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import typing
from typing import Any, Final

import pytest
import yaml

from pytest_charmsecrets import BugAvoided
from pytest_charmsecrets.juju.versions import BUGS, SWITCHES, Profile, bugs_of, profile_for
from pytest_charmsecrets.model import fake_model

from . import stage, transcripts

HELD: Final = pathlib.Path(__file__).parent / 'held'
OF_SWITCH: Final[dict[str, str]] = yaml.safe_load((HELD / 'switches.yaml').read_text())
OF_BUG: Final[dict[str, str]] = yaml.safe_load((HELD / 'bugs.yaml').read_text())
VECTORS: Final = {f'{vector.id} {vector.profile}': vector for vector in transcripts.load()}
HINTS: Final = typing.get_type_hints(Profile)


MET_BY_LOOKS: Final = {'show_by_name_returns_all'}
"""Bugs that only a look meets, which writes nothing."""


def played(held: dict[str, str]) -> list[str]:
    return [name for name, by in held.items() if '::' not in by]


def values_of(switch: str) -> tuple[Any, ...]:
    return (False, True) if HINTS[switch] is bool else typing.get_args(HINTS[switch])


def play(vector: transcripts.Vector, profile: Profile, directory: pathlib.Path, monkeypatch: pytest.MonkeyPatch):
    """Play a vector on another profile; return whether it held, and the bugs that were avoided."""
    monkeypatch.setattr(fake_model, 'profile_for', lambda *_: profile)
    playing = stage.Stage(vector, directory)
    holds = False
    with contextlib.suppress(AssertionError):
        playing.play()
        holds = True
    models = playing.model.controller.models.values()
    return holds, {record.bug for model in models for record in model.journal if isinstance(record, BugAvoided)}


def test_every_switch_and_every_bug_is_held():
    assert set(OF_SWITCH) == set(SWITCHES)
    assert set(OF_BUG) == set(BUGS)


@pytest.mark.parametrize('by', sorted({by for by in (*OF_SWITCH.values(), *OF_BUG.values()) if '::' in by}))
def test_a_test_outside_the_transcripts_is_there(request, by):
    path, _, name = by.partition('::')
    assert f'def {name}(' in (request.config.rootpath / path).read_text()


@pytest.mark.parametrize('switch', played(OF_SWITCH))
def test_a_vector_does_not_hold_with_another_value_of_its_switch(switch, tmp_path, monkeypatch):
    vector = VECTORS[OF_SWITCH[switch]]
    profile = profile_for(vector.version, vector.bugs)
    others = [value for value in values_of(switch) if value != getattr(profile, switch)]
    turned = (dataclasses.replace(profile, **{switch: value}) for value in others)
    assert not all(play(vector, other, tmp_path, monkeypatch)[0] for other in turned)


@pytest.mark.parametrize('bug', played(OF_BUG))
def test_without_its_bug_a_vector_does_not_hold_and_the_journal_notes_the_bug(bug, tmp_path, monkeypatch):
    vector = VECTORS[OF_BUG[bug]]
    on = profile_for(vector.version, vector.bugs)
    assert bug in on.bugs
    off = profile_for(vector.version, [other for other in on.bugs if other != bug])
    holds, avoided = play(vector, off, tmp_path, monkeypatch)
    assert not holds
    assert (bug in avoided) is (bug not in MET_BY_LOOKS)
    assert avoided <= {*bugs_of(vector.version)} - {*off.bugs}
