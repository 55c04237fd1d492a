"""Runs every test vector of Juju's behaviour on the fake model, and checks that none is missing.

The vectors are the YAML files in this directory. ``transcripts.py`` documents and reads their format, ``stage.py`` plays
them, and ``catalogue.py`` lists their ids.
"""

from __future__ import annotations

import collections
import pathlib
from typing import Any, Final

import pytest

from . import catalogue, stage, transcripts

VECTORS: Final = transcripts.load()


# The units of a vector run only the commands of its steps, so some keep an old revision.
@pytest.mark.charmsecrets(allow=['stale-observer'])
@pytest.mark.parametrize('vector', [pytest.param(vector, id=f'{vector.id}-{vector.profile}') for vector in VECTORS])
def test_vector_holds(vector: transcripts.Vector, tmp_path: pathlib.Path):
    stage.Stage(vector, tmp_path).play()


def test_every_vector_is_played_or_left_out_for_a_reason():
    played = {catalogue.vector_of(vector.id) for vector in VECTORS}
    assert played | set(catalogue.LEFT_OUT) == set(catalogue.known())
    assert not played & set(catalogue.LEFT_OUT)


def test_every_vector_is_played_on_the_versions_for_which_it_is_stated():
    played = collections.defaultdict(set)
    for vector in VECTORS:
        played[catalogue.vector_of(vector.id)].add(vector.version)
    missing = {vector: catalogue.stated_for(vector) - profiles for vector, profiles in played.items()}
    assert {vector: profiles for vector, profiles in missing.items() if profiles} == {}


def test_every_vector_is_written_once():
    times = collections.Counter((vector.id, vector.profile) for vector in VECTORS)
    assert [vector for vector, count in times.items() if count > 1] == []


VALID: Final[dict[str, Any]] = {
    'id': 'HC-1',
    'title': 'a title',
    'source': 'a source',
    'evidence': 'T',
    'profiles': ['3.6.14'],
    'fixture': 'hook-commands',
    'steps': [{'u/0': 'secret-get A', 'stdout': 'key: one\n'}],
}


@pytest.mark.parametrize(
    ('change', 'complaint'),
    [
        ({'titel': 'a title'}, 'unknown: titel'),
        ({'evidence': 'D'}, 'evidence is T or C'),
        ({'steps': [{'u/0': 'secret-get A', 'stdouts': ''}]}, 'step 1: unknown: stdouts'),
        ({'steps': [{'u/0': 'secret-get A'}]}, 'nothing is expected'),
        ({'steps': [{'u/0': 'secret-get A', 'exit': 1}]}, 'belong together'),
        ({'steps': [{'u/0': 'secret-get A', 'ends': 'badly'}]}, 'ends ok or fails'),
        ({'steps': [{'expect': {}}]}, 'nothing is expected'),
        ({'steps': [{'expect': {'secrets': {'A': {'revision': 1}}}}]}, 'unknown: revision'),
        ({'steps': [{'clock': '1h', 'ran': []}]}, "'1h' is no duration"),
        ({'steps': [{'wait': '+1h'}]}, 'missing: expect'),
    ],
)
def test_a_transcript_that_is_written_wrongly_is_refused(change: dict[str, Any], complaint: str):
    with pytest.raises(transcripts.TranscriptError, match=complaint):
        transcripts.parse({**VALID, **change})


@pytest.mark.parametrize(
    ('steps', 'complaint'),
    [
        (
            [{'u/0': 'secret-get A', 'stdout': 'key: two\n'}],
            r"step 1 \(u/0: secret-get A\):\n.*stdout\nexpected: 'key: two",
        ),
        ([{'u/0': 'secret-get X', 'exit': 1, 'stderr': 'gone'}], 'stderr'),
        ([{'u/0': 'secret-get X', 'stdout': ''}], 'exit code'),
        ([{'u/0': 'secret-set X key=z', 'sent': []}], 'the commit is refused'),
        ([{'u/0': 'secret-set A key=z', 'refused': 'no'}], 'the commit is refused'),
        ([{'u/0': 'secret-set A key=z', 'sent': []}], 'what was applied'),
        ([{'settle': None, 'ran': ['u/0 start']}], 'the hooks that ran'),
        ([{'expect': {'due': ['u/0 start']}}], 'due'),
        ([{'expect': {'exist': ['A']}}], 'the secrets that exist'),
        ([{'expect': {'secrets': {'A': {'label': 'lb'}}}}], 'label of A'),
        ([{'expect': {'secrets': {'A': {'expires': '+1h'}}}}], 'expires of A'),
    ],
)
def test_a_vector_that_does_not_hold_fails(steps: list[Any], complaint: str, tmp_path: pathlib.Path):
    (vector,) = transcripts.parse({**VALID, 'steps': steps})
    with pytest.raises(
        AssertionError, match=f'HC-1 step 1 (?s:.*){complaint}' if 'step 1' not in complaint else complaint
    ):
        stage.Stage(vector, tmp_path).play()
