"""Every test vector of Juju's behaviour holds for the fake model; none is forgotten.

The vectors are the YAML files beside this module; ``transcripts.py`` says how they are written, ``stage.py`` plays them.
Ids are stable: HC is about the hook commands, MS about what the model holds, EV about the hooks that follow.
"""

from __future__ import annotations

import collections
import pathlib
from typing import Any, Final

import pytest

from . import stage, transcripts

VECTORS: Final = transcripts.load()

ONLY_4_0: Final = 'holds for Juju 4.0 alone'
USER_SECRETS: Final = 'is about the secrets of users, which the model does not have yet'
CROSS_MODEL: Final = 'is about a relation between two models, which the model does not have yet'
AGENT_DOWN: Final = 'is about an agent that is down, and in the model agents are always up'

LEFT_OUT: Final[dict[str, str]] = {
    'HC-103': 'needs leadership to move while a hook runs, and the model is not changed from outside during a hook',
    **dict.fromkeys((f'MS-{number}' for number in (15, 21, 27, 38, 47, 56, 68, 75, 78, 89, 99, 100)), ONLY_4_0),
    **dict.fromkeys((f'MS-{number}' for number in range(130, 143)), USER_SECRETS),
    **dict.fromkeys(('MS-143', 'MS-144'), CROSS_MODEL),
    'MS-145': 'is about secret backends, which no charm can see',
    **dict.fromkeys((f'EV-{number}' for number in (10, 28, 30, 40, 44, 59, 64, 85)), ONLY_4_0),
    **dict.fromkeys(('EV-51', 'EV-52'), USER_SECRETS),
    'EV-54': 'is about `juju resolve --no-retry`, which the model does not offer',
    **dict.fromkeys(('EV-56', 'EV-57'), AGENT_DOWN),
    **dict.fromkeys(('EV-80', 'EV-81', 'EV-82'), 'is about deferred events, which ops holds and not Juju'),
    'EV-83': CROSS_MODEL,
}
"""The vectors that are not played, and why."""

HIGHEST: Final = {'HC': 141, 'MS': 145, 'EV': 86}
"""How many vectors there are of each kind; they are numbered from 1 without gaps."""


@pytest.mark.parametrize('vector', [pytest.param(vector, id=f'{vector.id}-{vector.profile}') for vector in VECTORS])
def test_vector_holds(vector: transcripts.Vector, tmp_path: pathlib.Path):
    stage.Stage(vector, tmp_path).play()


def test_every_vector_is_played_or_left_out_for_a_reason():
    known = {f'{kind}-{number}' for kind, highest in HIGHEST.items() for number in range(1, highest + 1)}
    played = {vector.id for vector in VECTORS}
    assert played | set(LEFT_OUT) == known
    assert not played & set(LEFT_OUT)


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
