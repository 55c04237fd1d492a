"""The recorded cases that the documentation names for a rule exist, and confirm it."""

from __future__ import annotations

import collections
import sys
from typing import Final

import pytest
import yaml

from tests.conformance import transcripts

from . import data, rules

CONFIRMED: Final[dict[str, dict[str, str]]] = yaml.safe_load(rules.CONFIRMED.read_text())
ENTRIES: Final = [(rule, release, case) for rule, cases in CONFIRMED.items() for release, case in cases.items()]
SHARE: Final = 90
"""Of how many entries one is played."""

VECTORS: Final = collections.defaultdict(list)
for _vector in transcripts.load():
    VECTORS[_vector.id].append(_vector)


def recorded(named: str) -> tuple[str, data.Case]:
    """Return the folder and the case that an entry names."""
    folder, _, identifier = named.partition(' ')
    return folder, by_id(folder)[identifier]


def by_id(folder: str) -> dict[str, data.Case]:
    return {case['id']: case for case in data.load(folder)}


def test_each_case_is_of_the_release_and_agrees_in_every_step():
    cases = {folder: by_id(folder) for folder in rules.SOURCES}
    wrong = []
    for rule, release, named in ENTRIES:
        folder, _, identifier = named.partition(' ')
        case = cases[folder].get(identifier)
        if case is None or case['juju'] != release or identifier in data.known(folder):
            wrong.append((rule, release, named))
    assert not wrong, 'run: python -m tests.parity.rules'


def test_each_case_has_the_events_of_its_rule():
    cases = {folder: by_id(folder) for folder in rules.SOURCES}
    wrong = []
    for rule, release, named in ENTRIES:
        folder, _, identifier = named.partition(' ')
        events = rules.events_of_case(cases[folder][identifier])
        if not any(rules.contains(events, rules.events_of_rule(vector)) for vector in VECTORS[rule]):
            wrong.append((rule, release, named))
    assert not wrong, 'run: python -m tests.parity.rules'


@pytest.mark.skipif(sys.gettrace() is not None, reason='rules are played under coverage, which is measuring already')
@pytest.mark.parametrize(('rule', 'release', 'named'), ENTRIES[::SHARE])
def test_a_rule_holds_on_the_release_and_its_case_agrees(rule: str, release: str, named: str):
    pytest.importorskip('coverage')
    paths = rules.Paths()
    # The paths themselves are compared when the list is written: each change of the model's code may move them.
    assert not rules.play_case(*recorded(named), paths)[0].differences
    assert any(rules.play_rule(vector, release, paths) is not None for vector in VECTORS[rule])


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('ERROR secret "secret:9m4e2mr0ui3e8a215n4g" not found\n', 'secret * not found'),
        ('ERROR secret "$3" not found\n', 'secret * not found'),
        ('permission denied', 'permission denied'),
        ('cannot delete $1.id revision 2', 'cannot delete * revision *'),
    ],
)
def test_messages_are_compared_without_ids_names_and_numbers(text: str, expected: str):
    assert rules.general(text) == expected


@pytest.mark.parametrize(
    ('line', 'expected'),
    [
        (['secret-get', 'S', '--refresh'], ('secret-get', '--refresh', 'secret', '')),
        (['secret-get', 'secret:$1', '--refresh'], ('secret-get', '--refresh', 'secret', '')),
        (['secret-add', 'a=b', 'c=d', '--label', 'x'], ('secret-add', '--label', 'key=value', '')),
        (['secret-grant', '$1.id', '-r', '2'], ('secret-grant', '--relation', 'secret', '')),
    ],
)
def test_commands_are_compared_by_flags_and_kinds_of_arguments(line: list[str], expected: tuple[str, ...]):
    assert rules.command(line, '') == expected


def test_a_case_contains_a_rule_only_in_its_order():
    assert rules.contains([('a',), ('x',), ('b',)], [('a',), ('b',)])
    assert not rules.contains([('b',), ('a',)], [('a',), ('b',)])
    assert not rules.contains([('a',)], [('a',), ('a',)])
