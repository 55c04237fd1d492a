"""After the tests, how many vectors of Juju's behaviour hold: by page and version, and which are not played."""

from __future__ import annotations

import collections
import contextlib
import importlib
import pkgutil
import re
import textwrap
from typing import Final

import pytest

import pytest_charmsecrets

from .conformance import catalogue

_VECTOR: Final = re.compile(r'test_conformance\.py::test_vector_holds\[(?P<vector>[A-Z]+-\w+)-(?P<version>[0-9.]+)\]$')

# Load every module of the plugin before the first test. The fixture pytester takes out of sys.modules what was loaded since
# its own setup, but packages keep their submodules as attributes: what is loaded again would be mixed with the old.
for _module in pkgutil.walk_packages(pytest_charmsecrets.__path__, 'pytest_charmsecrets.'):
    importlib.import_module(_module.name)
# Nor can the C tracer of coverage be loaded twice, which tests start.
with contextlib.suppress(ModuleNotFoundError):
    importlib.import_module('coverage')


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a table: a row for each page of the study of Juju, a column for each version."""
    held: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    played: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for outcome in ('passed', 'failed'):
        for report in terminalreporter.stats.get(outcome, ()):
            if (match := _VECTOR.search(report.nodeid)) is not None and report.when == 'call':
                page = catalogue.page_of(match['vector'])
                played[page][match['version']] += 1
                held[page][match['version']] += outcome == 'passed'
    if not played:
        return
    terminalreporter.section('vectors of Juju that hold / are played')
    for page in filter(played.__contains__, catalogue.PAGES.values()):
        versions = sorted(played[page], key=lambda version: tuple(map(int, version.split('.'))))
        cells = ', '.join(f'{version}: {held[page][version]}/{played[page][version]}' for version in versions)
        lines = textwrap.wrap(f'{page}: {cells}', width=110, subsequent_indent='  ')
        terminalreporter.line('\n'.join(lines))
    for reason, vectors in _grouped(catalogue.LEFT_OUT).items():
        terminalreporter.line(f'not played: {", ".join(vectors)} {reason}')


def _grouped(reasons: dict[str, str]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = collections.defaultdict(list)
    for vector, reason in reasons.items():
        grouped[reason].append(vector)
    return grouped
