"""Prints ratios of what was measured side by side in this run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest


@dataclasses.dataclass
class Ratios:
    """Medians, in seconds, by name; and which two of them to compare."""

    medians: dict[str, float] = dataclasses.field(default_factory=dict)
    lines: list[Callable[[dict[str, float]], str]] = dataclasses.field(default_factory=list)


RATIOS = pytest.StashKey[Ratios]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RATIOS] = Ratios()


@pytest.fixture(scope='session')
def ratios(pytestconfig: pytest.Config) -> Ratios:
    return pytestconfig.stash[RATIOS]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    measured = config.stash[RATIOS]
    terminalreporter.section('ratios')
    for line in measured.lines:
        terminalreporter.write_line(line(measured.medians))
