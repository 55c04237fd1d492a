"""Plays all recorded cases, or those of the folders that are named, and prints how far the model agrees with Juju.

The figures are by folder, family and release; they are also written for the documentation.
"""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import functools
import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from .data import FOLDERS, HERE, Case, family_of, load, release_of
from .playing import Verdict, judge

FIGURES: Final = HERE / 'figures.json'
"""The figures of the documentation, by folder, family and release. ``docs/generate.py`` reads them."""


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


Group: TypeAlias = tuple[str, str]
"""A family, and the release on which its cases were recorded."""


def play_folder(folder: str, pool: concurrent.futures.Executor) -> tuple[dict[Group, Figures], list[str]]:
    """Play a folder; return the figures of its families by release, and the complaints."""
    figures = {(family_of(case), release_of(case)): Figures() for case in load(folder)}
    found: list[str] = []
    cases = load(folder)
    # The worlds are shared by many cases: each process reads the file once and takes numbers of cases.
    numbers = range(len(cases))
    for case, verdict in zip(
        cases, pool.map(functools.partial(judge_number, folder), numbers, chunksize=4), strict=True
    ):
        figures[family_of(case), release_of(case)].add(verdict)
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
    failed = False
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        for folder in folders or FOLDERS:
            figures, found = play_folder(folder, pool)
            sys.stdout.write(total(figures.values()).line(folder))
            for (family, release), counted in sorted(figures.items()):
                sys.stdout.write('  ' + counted.line(f'{family}, {release}'))
            sys.stdout.writelines(f'{complaint}\n' for complaint in found)
            sys.stdout.flush()
            failed |= bool(found)
            write_figures(folder, figures)
    return 1 if failed else 0


def write_figures(folder: str, figures: Mapping[Group, Figures]) -> None:
    """Write the figures of a folder; those of the others stay as they are."""
    told: dict[str, dict[str, dict[str, object]]] = {}
    for (family, release), counted in figures.items():
        told.setdefault(family, {})[release] = dataclasses.asdict(counted)
    written = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    written[folder] = told
    FIGURES.write_text(json.dumps(written, indent=1, sort_keys=True) + '\n')


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
