"""Plays a case of ``juju36`` or ``backends``, and compares it step by step.

A case ends with the first step after which the state, or the secret hooks that ran, differ: the rest may only follow from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pytest_charmsecrets import BugAvoided

from .data import Bugs, Case, Difference, Played
from .stage_36 import CharmStage, FaultStage, Stage

EMPTY: Final = {'stdout': '', 'stderr': ''}
"""The streams that an answer may leave out."""


def play(case: Case, bugs: Bugs) -> Played:
    """Play a case."""
    stage = stage_for(case)(case['world'], case['juju'], bugs)
    try:
        state: dict[str, Any] = {}
        differences: list[Difference] = []
        compared: list[str] = []
        for number, step in enumerate(case['steps']):
            state.update(step['expect'].get('secrets', {}))
            state = {name: secret for name, secret in state.items() if secret is not None}
            found = list(compare(stage, str(number), step, state))
            compared.append(str(number))
            differences += found
            if any(one.about.startswith(('state', 'secret hooks')) for one in found):
                break
        avoided = frozenset(record.bug for record in stage.model.journal if isinstance(record, BugAvoided))
    finally:
        stage.close()
    left = len(case['steps']) - len(compared)
    return Played(case['id'], case['family'], tuple(compared), left, tuple(differences), avoided)


def stage_for(case: Case) -> type[Stage]:
    """Return the kind of stage that a case needs."""
    if any(step.get('refuses') for step in case['steps']):
        return FaultStage
    return CharmStage if 'handlers' in case['world'] else Stage


def compare(stage: Stage, number: str, step: Mapping[str, Any], state: Mapping[str, Any]) -> Iterator[Difference]:
    """Play a step; yield the differences, those of the state last."""
    expect, answer = step['expect'], stage.play(step)
    lines = step.get('commands') or [step.get('argv')]
    about = json.dumps({key: value for key, value in step.items() if key != 'expect'})
    others = [other['argv'] for other in step.get('meanwhile', ()) if other['do'] == 'user']
    for part, asked in (('commands', lines), ('meanwhile', others)):
        for line, juju, ours in zip(asked, expect.get(part, []), answer.get(part, []), strict=False):
            if {**EMPTY, **juju} != {**EMPTY, **ours}:
                yield Difference(number, f'answer of {line} in {about}', juju, ours)
    for part in ('error', 'commit'):
        if reasons(expect.get(part)) != reasons(answer.get(part)):
            yield Difference(number, f'{part} in {about}', expect.get(part), answer.get(part))
    juju_hooks, our_hooks = expect.get('told', {}), answer['told']
    for unit in sorted(juju_hooks.keys() | our_hooks.keys()):
        one, two = sorted(juju_hooks.get(unit, [])), sorted(our_hooks.get(unit, []))
        if [text.replace('.id', '') for text in one] != [text.replace('.id', '') for text in two]:
            yield Difference(number, f'secret hooks of {unit} in {about}', one, two)
    yield from compare_state(number, about, comparable(state), stage.dump())


def compare_state(number: str, about: str, juju: Mapping[str, Any], ours: Mapping[str, Any]) -> Iterator[Difference]:
    """Compare the secrets after a step."""
    if juju.keys() != ours.keys():
        yield Difference(number, f'state: the secrets after {about}', sorted(juju), sorted(ours))
    for name in sorted(juju.keys() & ours.keys()):
        for part, value in juju[name].items():
            mine = ours[name][part]
            if part == 'revisions':
                value = without_undecodable(value, mine)
            if value != mine:
                yield Difference(number, f'state: {part} of {name} after {about}', value, mine)


def without_undecodable(juju: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """Return recorded revisions with None for the values that are no base64 on both sides."""
    masked = {}
    for number, revision in juju.items():
        mine = (ours.get(number) or {}).get('content') or {}
        content = revision['content'] and {
            key: None if mine.get(key, '') is None else value for key, value in revision['content'].items()
        }
        masked[number] = {**revision, 'content': content}
    return masked


def comparable(secrets: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a recorded state that the model also shows."""
    shown = {}
    for name, secret in secrets.items():
        shown[name] = {key: value for key, value in secret.items() if key != 'auto_prune'}
        shown[name]['tracked'] = {
            unit: {'revision': one['revision'], 'label': one['label']}
            for unit, one in secret.get('tracked', {}).items()
        }
    return shown


def reasons(refusal: str | None) -> tuple[str, list[str]] | None:
    """Take a refusal apart: Juju has the reasons why several secrets were refused in no order."""
    if refusal is None or '\n' not in refusal:
        return None if refusal is None else (refusal, [])
    doing, _, why = refusal.partition(': ')
    return doing, sorted(why.split('\n'))
