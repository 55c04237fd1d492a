"""Plays a case of ``command-lines``, and compares exit code, output, files, the log and the effect on the secret."""

from __future__ import annotations

import datetime
import os
import pathlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any, Final
from unittest import mock

from pytest_charmsecrets import BugAvoided

from .data import Bugs, Case, Difference, Played
from .stage_command_lines import Answer, CharmStage, Stage, make_file

UNORDERED: Final = 'secret-ids'
"""Juju prints the ids of this command in the order of a Go map."""
STAGES: Final[dict[str, type[Stage]]] = {'stage': Stage, 'charm': CharmStage}


def play(case: Case, bugs: Bugs) -> Played:
    """Play a case."""
    differences: list[Difference] = []
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(temporary, 'd')
        directory.mkdir()
        with mock.patch.dict(os.environ, HOME=str(directory)):
            stage = begin(case, bugs, directory)
            try:
                for number, (step, answer) in enumerate(stage.play(case)):
                    alternatives = step.get('expect_any') or [step['expect']]
                    results = [list(compare(step, expected, answer, stage)) for expected in alternatives]
                    if all(results):
                        about, juju, ours = results[0][0]
                        differences.append(Difference(str(number), f'{about} of {step["argv"]}', juju, ours))
            finally:
                avoided = frozenset(record.bug for record in stage.model.journal if isinstance(record, BugAvoided))
                stage.close()
    compared = tuple(str(number) for number in range(len(case['steps'])))
    return Played(case['id'], case['family'], compared, 0, tuple(differences), avoided)


def begin(case: Case, bugs: Bugs, directory: pathlib.Path) -> Stage:
    """Return the world of a case, with its files."""
    files = case.get('files', {})
    for name, content in files.items():
        make_file(directory / name, content)
    stage = STAGES[case['world']['base']](case['juju'], case['world'], bugs, directory)
    for name, content in files.items():
        if '$' in content.get('text', ''):
            make_file(directory / name, {'text': stage.real(content['text'])})
    return stage


def _ids(text: str) -> tuple[str, list[str]]:
    ids = re.compile(r'\$(?:new)?[0-9]+')
    return ids.sub('$', text), sorted(ids.findall(text))


def _same_text(command: str, ours: str, juju: str) -> bool:
    return _ids(ours) == _ids(juju) if command == UNORDERED else ours == juju


def _same_time(ours: datetime.datetime | None, juju: str | None) -> bool:
    if ours is None or juju is None:
        return ours is None and juju is None
    whole, _, fraction = juju.removesuffix('Z').partition('.')
    if whole.startswith('0000-') or len(whole) > len('9999-12-31T23:59:59'):
        # Python's datetime has no such year: the model takes the nearest time.
        return ours.year == (1 if whole.startswith('0000-') else 9999)
    when = datetime.datetime.fromisoformat(whole + '+00:00')
    return abs((ours - when).total_seconds() - float(f'0.{fraction or 0}')) < 1


def _logged(expected: Mapping[str, Any]) -> list[list[str]]:
    return [arguments for name, arguments in expected.get('calls', ()) if name == 'Log']


def compare(
    step: Mapping[str, Any], expected: Mapping[str, Any], answer: Answer, stage: Stage
) -> Iterator[tuple[str, Any, Any]]:
    """Yield the differences of a step: their kind, the answer of Juju, and ours."""
    command = step['argv'][0]
    if answer.crash:
        yield 'an exception', expected, answer.crash
    elif 'panic' in expected:
        if answer.rc == 0:
            yield 'a crash of the agent', expected['panic'], (answer.rc, answer.stdout, answer.stderr)
    elif expected.get('undecided'):
        if answer.rc == 2:
            yield 'refused although Juju reads it', expected, (answer.rc, answer.stderr)
    elif answer.rc != expected['rc']:
        juju = (expected['rc'], expected['stdout'], expected['stderr'])
        yield 'exit code', juju, (answer.rc, answer.stdout, answer.stderr)
    elif answer.stderr != expected['stderr']:
        yield 'stderr', expected['stderr'], answer.stderr
    elif not _same_text(command, answer.stdout, expected['stdout']):
        yield 'stdout', expected['stdout'], answer.stdout
    else:
        yield from compare_effects(command, expected, answer, stage)


def compare_effects(
    command: str, expected: Mapping[str, Any], answer: Answer, stage: Stage
) -> Iterator[tuple[str, Any, Any]]:
    """Yield the differences in files, the log, and the secret."""
    juju_files = expected.get('files', {})
    if answer.files.keys() != juju_files.keys() or not all(
        _same_text(command, answer.files[name], juju_files[name]) for name in juju_files
    ):
        yield 'output file', juju_files, dict(answer.files)
    logged = [f'{level} unit.{stage.spec["unit"]}.juju-log {text}\n' for level, text in _logged(expected)]
    log = stage.log() if logged else ''
    if not all(line in log for line in logged):
        yield 'log', logged, [line for line in logged if line in log]
    if 'effect' in expected:
        juju, ours = dict(expected['effect']), stage.effect(expected['effect'])
        wrong = {key for key in juju if not _same(key, ours.get(key), juju[key])}
        if wrong:
            about = f'effect on {", ".join(sorted(wrong))}'
            yield about, {key: juju[key] for key in wrong}, {key: str(ours.get(key)) for key in wrong}


def _same(key: str, ours: Any, juju: Any) -> bool:
    if key in ('expires', 'rotates'):
        return _same_time(ours, juju)
    if key == 'expires_in':
        return ours is not None and abs(ours.total_seconds() - float(juju)) <= 1
    return ours == juju
