"""The data: traces by folder, and the steps that are known to differ.

README.md describes the files. ``python -m tests.parity.data NAME TRACES.JSONL`` packs traces into ``traces/NAME.jsonl.xz``.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import json
import lzma
import pathlib
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Final

import yaml

HERE: Final = pathlib.Path(__file__).parent
TRACES: Final = HERE / 'traces'
KNOWN: Final = HERE / 'known'
FOLDERS: Final = tuple(sorted(path.name.partition('.')[0] for path in TRACES.glob('*.jsonl.xz')))
FILTERS: Final = [{'id': lzma.FILTER_LZMA2, 'preset': 9 | lzma.PRESET_EXTREME, 'lc': 4, 'lp': 0, 'pb': 0}]

Case = dict[str, Any]
Bugs = tuple[str, ...] | str
"""The bugs of a release that a case is played with, as the models take them."""


@dataclasses.dataclass(frozen=True)
class Difference:
    """A step in which the model does not answer as Juju did."""

    step: str
    """The number of the step, from 0, or what the player names in its place."""
    about: str
    juju: Any
    ours: Any


@dataclasses.dataclass(frozen=True)
class Played:
    """A case that was played."""

    case: str
    family: str
    compared: tuple[str, ...]
    """The steps that were compared."""
    left: int
    """How many were not: the state had begun to differ, or they were not asked for."""
    differences: tuple[Difference, ...]
    avoided: frozenset[str]
    """The bugs that are off and whose condition was met."""

    @property
    def differing(self) -> frozenset[str]:
        """The steps that differ."""
        return frozenset(difference.step for difference in self.differences)


@functools.cache
def load(folder: str) -> tuple[Case, ...]:
    """Return the cases of a folder, in the order of their file."""
    text = lzma.decompress((TRACES / f'{folder}.jsonl.xz').read_bytes()).decode()
    worlds: dict[str, Any] = {}
    cases = []
    for line in text.splitlines():
        case = json.loads(line)
        if 'define' in case:
            worlds[case['world']] = case['define']
            continue
        if isinstance(case.get('world'), str):
            case['world'] = worlds[case['world']]
        cases.append(case)
    return tuple(cases)


def family_of(case: Case) -> str:
    """Return the family of a case."""
    return case.get('family', 'scripts')


def release_of(case: Case) -> str:
    """Return the release of Juju on which a case was recorded."""
    return case['juju']


@functools.cache
def known(folder: str) -> dict[str, dict[str, str]]:
    """Return why steps of a folder differ, by case and step, as the release was shipped."""
    reasons: dict[str, dict[str, str]] = collections.defaultdict(dict)
    path = KNOWN / f'{folder}.yaml'
    for entry in yaml.safe_load(path.read_text()) or [] if path.exists() else []:
        for case, steps in entry['steps'].items():
            for step in steps:
                assert str(step) not in reasons[case], f'{folder}: {case} step {step} is listed twice'
                reasons[case][str(step)] = entry['why']
    return dict(reasons)


def complaints(folder: str, played: Played) -> Iterator[str]:
    """Say where a case does not differ just where it is known to."""
    listed = known(folder).get(played.case, {})
    for difference in played.differences:
        if difference.step not in listed:
            yield (
                f'{folder} {played.case} step {difference.step}: {difference.about}\n'
                f'    Juju: {shown(difference.juju)}\n    ours: {shown(difference.ours)}'
            )
    for step in listed:
        # A block in which neither Juju nor the model ran a hook is not among the steps.
        was_compared = step in played.compared or not played.left
        if was_compared and step not in played.differing:
            yield (
                f'{folder} {played.case} step {step} agrees now; take it out of tests/parity/known/{folder}.yaml, '
                f'where it is listed: {listed[step]}'
            )


def shown(value: Any) -> str:
    """Return an answer on one line."""
    try:
        return json.dumps(value, sort_keys=True)
    except TypeError:
        return ascii(value)


def pack(name: str, lines: Iterable[str]) -> int:
    """Write traces; return how many bytes they take."""
    text = ''.join(json.dumps(json.loads(line), separators=(',', ':')) + '\n' for line in lines if line)
    packed = lzma.compress(text.encode(), format=lzma.FORMAT_XZ, filters=FILTERS)
    return (TRACES / f'{name}.jsonl.xz').write_bytes(packed)


if __name__ == '__main__':
    pack(sys.argv[1], pathlib.Path(sys.argv[2]).read_text(encoding='utf-8').split('\n'))
