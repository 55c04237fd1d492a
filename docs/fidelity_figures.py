"""The generated parts of ``explanation/fidelity.md`` and of the README: how far the model agrees with recorded answers of Juju.

The figures are those of the last ``make parity`` (``tests/parity/figures.json``); the steps that differ, with their reasons,
are those of ``tests/parity/known``. Nothing is played here.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import json
import operator
import pathlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import yaml

ROOT: Final = pathlib.Path(__file__).parents[1]
PARITY: Final = ROOT / 'tests' / 'parity'
PAGES: Final = (ROOT / 'docs' / 'explanation' / 'fidelity.md', ROOT / 'README.md')
REGION: Final = re.compile(
    r'(?P<begin><!-- generated: (?P<name>[a-z]+) -->\n).*?(?P<end><!-- end of generated -->)', re.DOTALL
)
FOLDERS: Final = {
    'juju36': 'hook commands, commits and hooks of units, client commands',
    'juju40': 'the same on 4.0',
    'backends': 'the same with content in Vault or Kubernetes',
    'agent': 'the order of hooks of the real unit agent',
    'command-lines': 'the command line of each hook command',
}
"""The folders in the order of the page, with what a reader calls them."""


@dataclasses.dataclass(frozen=True)
class Row:
    """How far the cases of a family, or of several, agree."""

    cases: int = 0
    cases_that_agree: int = 0
    steps: int = 0
    steps_that_agree: int = 0
    steps_that_agree_without_bugs: int = 0

    def __add__(self, other: Row) -> Row:
        """Add up the figures of two families."""
        pairs = zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)
        return Row(*(one + two for one, two in pairs))

    def cells(self) -> tuple[str, ...]:
        """Return the figures as cells of a table."""
        return (
            f'{self.cases_that_agree:,} of {self.cases:,}',
            f'{self.steps_that_agree:,} of {self.steps:,}',
            share(self.steps_that_agree, self.steps),
            share(self.steps_that_agree_without_bugs, self.steps),
        )


HEAD: Final = ('Cases that agree', 'Steps that agree', 'As shipped', 'Without bugs')


def share(part: int, whole: int) -> str:
    """Return a share in per cent, rounded down, so that 100 % is said of all alone."""
    hundredths = 10_000 * part // max(whole, 1)
    return f'{hundredths // 100}.{hundredths % 100:02d} %' if hundredths < 10_000 else '100 %'


@functools.cache
def figures() -> dict[tuple[str, str, str], Row]:
    """Return the figures by folder, release and family."""
    told: dict[str, dict[str, dict[str, dict[str, Any]]]] = json.loads((PARITY / 'figures.json').read_text())
    names = {field.name for field in dataclasses.fields(Row)}
    return {
        (folder, release, family): Row(**{name: value for name, value in counted.items() if name in names})
        for folder, families in told.items()
        for family, releases in families.items()
        for release, counted in releases.items()
    }


def total(rows: Iterable[Row]) -> Row:
    """Return the sum of figures."""
    return functools.reduce(operator.add, rows, Row())


def known() -> Iterator[tuple[str, str, int]]:
    """Return each reason why steps differ, with its folder and the number of its steps."""
    for folder in FOLDERS:
        path = PARITY / 'known' / f'{folder}.yaml'
        for entry in yaml.safe_load(path.read_text()) or [] if path.exists() else []:
            yield folder, entry['why'], sum(map(len, entry['steps'].values()))


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    lines = list(map(tuple, (head, *rows)))
    lines.insert(1, ('---',) * len(lines[0]))
    return ''.join(f'| {" | ".join(cell.replace("|", "&#124;") for cell in line)} |\n' for line in lines)


def summary() -> str:
    """Return three lines with the figures of each release and of the agent."""
    of_commands = [folder for folder in FOLDERS if folder != 'agent']
    told = [
        f'Juju {release}: **{row.steps_that_agree:,} of {row.steps:,}** recorded steps agree ({share(row.steps_that_agree, row.steps)}), '
        f'in {row.cases:,} cases.'
        for release in sorted({release for _, release, _ in figures()})
        for row in [total(row for (folder, of, _), row in figures().items() if of == release and folder in of_commands)]
    ]
    agent = total(row for (folder, _, _), row in figures().items() if folder == 'agent')
    if agent.cases:
        told.append(
            f'The order of hooks: **{agent.steps_that_agree:,} of {agent.steps:,}** comparisons with the real unit agent agree '
            f'({share(agent.steps_that_agree, agent.steps)}), in {agent.cases} scripts.'
        )
    return '\n'.join(f'- {line}' for line in told) + '\n'


def folders() -> str:
    """Return a table with a row for each folder and release."""
    rows: dict[tuple[str, str], Row] = collections.defaultdict(Row)
    for (folder, release, _), row in figures().items():
        rows[folder, release] += row
    order = sorted(rows, key=lambda key: (list(FOLDERS).index(key[0]), key[1]))
    lines = ((f'`{folder}`: {FOLDERS[folder]}', release, *rows[folder, release].cells()) for folder, release in order)
    return '\n' + table(('Recorded', 'Juju', *HEAD), lines) + '\n'


def families() -> str:
    """Return a table of the families of each folder."""
    parts: list[str] = []
    for folder in FOLDERS:
        rows = {(family, release): row for (of, release, family), row in figures().items() if of == folder}
        lines = ((family, release, *row.cells()) for (family, release), row in sorted(rows.items()))
        parts.append(f'\n### `{folder}`\n\n{table(("Family", "Juju", *HEAD), lines)}')
    return ''.join(parts) + '\n'


def differences() -> str:
    """Return a table of the steps that differ, with the reason of each."""
    steps: dict[str, dict[str, int]] = collections.defaultdict(dict)
    for folder, why, number in known():
        steps[why][folder] = steps[why].get(folder, 0) + number
    rows = (
        (why, ', '.join(f'`{folder}`' for folder in by_folder), str(sum(by_folder.values())))
        for why, by_folder in steps.items()
    )
    return '\n' + table(('Why', 'Recorded in', 'Steps'), rows) + '\n'


REGIONS: Final[dict[str, Callable[[], str]]] = {
    'summary': summary,
    'folders': folders,
    'families': families,
    'differences': differences,
}


def page(text: str) -> str:
    """Return a page with its generated parts as they are now."""
    return REGION.sub(lambda region: region['begin'] + REGIONS[region['name']]() + region['end'], text)
