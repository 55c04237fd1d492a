"""Writes which steps differ now: ``python -m tests.parity.note FOLDER ...``.

A step that was listed keeps its reason; one that is new is listed as unexplained, which a test refuses until a person has
written why. Look at the change before you commit it.
"""

from __future__ import annotations

import collections
import concurrent.futures
import functools
import json
import os
import sys
from collections.abc import Iterable
from typing import Final

from .data import KNOWN, Played, known, load
from .playing import AS_SHIPPED, PLAYERS

UNEXPLAINED: Final = 'unexplained'


def note(folder: str, played: Iterable[Played]) -> None:
    """Write the list of a folder."""
    listed = known(folder)
    reasons: dict[str, dict[str, list[str]]] = collections.defaultdict(lambda: collections.defaultdict(list))
    for one in played:
        for step in sorted(one.differing, key=lambda step: (len(step), step)):
            reasons[listed.get(one.case, {}).get(step, UNEXPLAINED)][one.case].append(step)
    lines = []
    for why, cases in sorted(reasons.items()):
        lines += [f'- why: {json.dumps(why, ensure_ascii=False)}', '  steps:']
        lines += [
            f'    {json.dumps(case)}: {json.dumps([numbered(step) for step in steps])}' for case, steps in cases.items()
        ]
    (KNOWN / f'{folder}.yaml').write_text('\n'.join([*lines, '']) if lines else '')


def numbered(step: str) -> int | str:
    """Return a step as the list shows it."""
    return int(step) if step.isdigit() else step


def played_number(folder: str, number: int) -> Played:
    """Play a case by its number, as the release was shipped."""
    return PLAYERS[folder](load(folder)[number], AS_SHIPPED)


def main(*folders: str) -> None:
    """Play the folders, and write their lists."""
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        for folder in folders:
            numbers = range(len(load(folder)))
            note(folder, pool.map(functools.partial(played_number, folder), numbers, chunksize=4))


if __name__ == '__main__':
    main(*sys.argv[1:])
