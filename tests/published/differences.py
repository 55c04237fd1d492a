"""The tests of published suites that say something else than Juju, each with the reason and how it fails."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

LISTING: Final = Path(__file__).with_name('differences.yaml')
ERROR: Final = pytest.StashKey[str]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Expect the tests that are listed to fail, and no others.

    Raises:
        UsageError: if a listed test does not exist.
    """
    documents: dict[str, list[dict[str, Any]]] = yaml.safe_load(LISTING.read_text(encoding='utf-8'))
    by_file: dict[str, dict[str, pytest.Item]] = {}
    for item in items:
        by_file.setdefault(item.path.relative_to(config.rootpath).as_posix(), {})[item.nodeid.partition('::')[2]] = item
    for file, found in by_file.items():
        for difference in documents.get(file, ()):
            _expect(difference, found, f'{LISTING}: {file}')


def _expect(difference: dict[str, Any], found: dict[str, pytest.Item], where: str) -> None:
    reason = f'{difference["because"]} ({difference["juju"]})'
    for name in difference['tests']:
        if name not in found:
            raise pytest.UsageError(f'{where} has no test {name}; it is about another release of ops and ops-scenario')
        found[name].add_marker(pytest.mark.xfail(reason=reason, strict=True))
        found[name].stash[ERROR] = difference['error']


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test whose failure is not that of the difference."""
    report = yield
    if report.skipped and hasattr(report, 'wasxfail') and call.excinfo is not None:
        error = item.stash.get(ERROR, '')
        if error not in str(call.excinfo.value):
            del report.wasxfail
            report.outcome = 'failed'
            report.longrepr = f'expected to fail with {error!r}, but: {call.excinfo.exconly()}'
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests differ, reason by reason."""
    by_reason: dict[str, list[str]] = {}
    for report in _reports(terminalreporter.stats.get('xfailed', ())):
        by_reason.setdefault(report.wasxfail, []).append(report.nodeid.partition('::')[2])
    if not by_reason:
        return
    terminalreporter.section('tests that say something else than Juju')
    for reason, tests in by_reason.items():
        terminalreporter.line(f'{reason}:')
        for test in tests:
            terminalreporter.line(f'    {test}')


def _reports(reports: Iterable[Any]) -> Iterable[Any]:
    return sorted(reports, key=lambda report: report.nodeid)
