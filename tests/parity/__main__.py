"""Plays all recorded cases, or those of the folders that are named, and prints how far the model agrees with Juju.

When all were played, the figures for the documentation are written, too.
"""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import functools
import json
import os
import sys
from collections.abc import Iterable
from typing import Final

from .data import FOLDERS, HERE, Case, families, family_of, load
from .playing import Verdict, judge

FIGURES: Final = HERE / 'figures.json'
"""What the documentation shows; ``docs/generate.py`` reads it."""


@dataclasses.dataclass
class Figures:
    """How far the cases of a family agree."""

    cases: int = 0
    cases_that_agree: int = 0
    steps: int = 0
    steps_that_agree: int = 0
    steps_left: int = 0
    """Steps after the first whose state differs: they were not compared."""
    steps_that_agree_without_bugs: int = 0
    bugs: dict[str, int] = dataclasses.field(default_factory=dict)
    """In how many cases a bug explains what differs without bugs."""

    def add(self, verdict: Verdict) -> None:
        """Count a case."""
        shipped = verdict.shipped
        self.cases += 1
        self.cases_that_agree += not shipped.differing
        self.steps += len(shipped.compared)
        self.steps_that_agree += len(shipped.compared) - len(shipped.differing)
        self.steps_left += shipped.left
        both = shipped.differing | verdict.differs_without_bugs
        self.steps_that_agree_without_bugs += len(shipped.compared) - len(both & {*shipped.compared})
        for bug in verdict.bugs:
            self.bugs[bug] = self.bugs.get(bug, 0) + 1

    def line(self, name: str) -> str:
        """Return the figures as a line."""
        share = 100 * self.steps_that_agree / max(self.steps, 1)
        left = f', {self.steps_left} not compared' if self.steps_left else ''
        sound = f'; without bugs {self.steps_that_agree_without_bugs}'
        return (
            f'{name}: {self.cases_that_agree} of {self.cases} cases, {self.steps_that_agree} of {self.steps} steps '
            f'({share:.2f} %){left}{sound}\n'
        )


def total(figures: Iterable[Figures]) -> Figures:
    """Add the figures of families up."""
    result = Figures()
    for one in figures:
        for field in dataclasses.fields(Figures):
            if field.name != 'bugs':
                setattr(result, field.name, getattr(result, field.name) + getattr(one, field.name))
        result.bugs = dict(collections.Counter(result.bugs) + collections.Counter(one.bugs))
    return result


def play_folder(folder: str, pool: concurrent.futures.Executor) -> tuple[dict[str, Figures], list[str]]:
    """Play a folder; return the figures of its families, and the complaints."""
    figures = {family: Figures() for family in families(folder)}
    found: list[str] = []
    cases = load(folder)
    # The worlds are shared by many cases: each process reads the file once and takes numbers of cases.
    numbers = range(len(cases))
    for case, verdict in zip(
        cases, pool.map(functools.partial(judge_number, folder), numbers, chunksize=4), strict=True
    ):
        figures[family_of(case)].add(verdict)
        found += verdict.complaints
    return figures, found


def judge_number(folder: str, number: int) -> Verdict:
    """Judge a case by its number."""
    case: Case = load(folder)[number]
    return judge(folder, case)


def main(*folders: str) -> int:
    """Play the folders; return the exit code."""
    if unknown := set(folders) - {*FOLDERS}:
        sys.stderr.write(f'no such folder: {", ".join(sorted(unknown))}; there are {", ".join(FOLDERS)}\n')
        return 2
    told: dict[str, dict[str, dict[str, object]]] = {}
    failed = False
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        for folder in folders or FOLDERS:
            figures, found = play_folder(folder, pool)
            sys.stdout.write(total(figures.values()).line(folder))
            for family, counted in figures.items():
                sys.stdout.write('  ' + counted.line(family))
            sys.stdout.writelines(f'{complaint}\n' for complaint in found)
            sys.stdout.flush()
            failed |= bool(found)
            told[folder] = {family: dataclasses.asdict(counted) for family, counted in figures.items()}
    if not folders:
        FIGURES.write_text(json.dumps(told, indent=1, sort_keys=True) + '\n')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
