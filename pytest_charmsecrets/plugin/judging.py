"""Runs the checks after a test, and fails the test or reports for findings that are not allowed."""

from __future__ import annotations

import dataclasses
import functools
import re
import weakref
from collections.abc import Collection, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

from ..report.text import printable
from . import options
from .reporting import MODELS, RUNNING, add_section

if TYPE_CHECKING:
    from ..model.fake_model import FakeModel
    from ..records import Finding, HookRun
    from ..views.model import ModelView

SECTION: Final = 'charmsecrets: findings'
VERDICT: Final = pytest.StashKey['Verdict']()
"""The verdict on the running test, once its checks have run."""
TOTALS: Final = pytest.StashKey['Totals']()
OWN_CHECKS: Final = pytest.StashKey['OwnChecks']()
UNMET: Final = pytest.StashKey['tuple[tuple[FakeModel, Finding], ...]']()
"""Findings in the running test that are not allowed."""


class OwnChecks:
    """The checks of this package, registered like those of any other plugin."""

    def __init__(self) -> None:
        self.at_rest: Final[weakref.WeakKeyDictionary[ModelView, bool]] = weakref.WeakKeyDictionary()
        """Whether each model was at rest when it was last checked; its secrets were judged only then."""

    @pytest.hookimpl
    def pytest_charmsecrets_check(self, model: ModelView, since: int) -> Iterable[Finding]:
        """Return the findings of all checks of this package."""
        from ..checks import find_in
        from ..checks.case import Case

        case = Case(model, since)
        self.at_rest[model] = case.is_at_rest
        return find_in(case)


@dataclasses.dataclass
class Verdict:
    """The result of the checks for a test."""

    models: int = 0
    not_at_rest: int = 0
    text: str = ''
    """The findings that are not allowed, as text; empty if there are none."""
    entries: tuple[str, ...] = ()
    """For each of these findings, the entry of ``allow`` that would allow it."""
    used: tuple[tuple[str, str], ...] = ()
    """Entries of markers that have allowed a finding, as pairs of the id of the marked object and the entry."""
    unused: tuple[tuple[str, str], ...] = ()
    """Entries of markers that have allowed nothing, as the same pairs."""


@dataclasses.dataclass(eq=False)
class Totals:
    """The results of the checks for a session; under xdist, for all its processes."""

    models: int = 0
    not_at_rest: int = 0
    reported: list[tuple[str, str]] = dataclasses.field(default_factory=list[tuple[str, str]])
    """Test and findings as text, if findings do not fail tests."""
    entries: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    used: set[tuple[str, str]] = dataclasses.field(default_factory=set[tuple[str, str]])
    unused: dict[tuple[str, str], bool] = dataclasses.field(default_factory=dict[tuple[str, str], bool])
    """Unused entries of markers, and whether the test itself is marked (not its class or module)."""

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add the result of a test."""
        given: dict[str, Any] | None = getattr(report, 'charmsecrets', None)
        if given is None:
            return
        self.models += given['models']
        self.not_at_rest += given['not_at_rest']
        self.entries.update(dict.fromkeys(given['entries']))
        if given['text'] and not report.failed:
            self.reported.append((report.nodeid, given['text']))
        self.used.update(map(tuple, given['used']))
        if report.passed:
            self.unused.update(((where, entry), where == report.nodeid) for where, entry in given['unused'])

    def idle_entries(self, *, is_selection: bool) -> Iterator[tuple[str, str]]:
        """Return the entries of markers that have allowed nothing in any of the tests that they apply to.

        Args:
            is_selection: whether only some tests of marked classes and modules ran. The others may need the entries.
        """
        for key, is_own in self.unused.items():
            if key not in self.used and (is_own or not is_selection):
                yield key


def judge(item: pytest.Item) -> Generator[None, Any, Any]:
    """Run a test, then the checks on its models, and fail the test for findings as if by a last assertion.

    Raises:
        pytest.fail.Exception: if there are findings and findings fail tests.
    """
    try:
        result = yield
    except (Exception, pytest.fail.Exception, pytest.skip.Exception):
        _note(item)
        raise
    verdict = _note(item)
    if verdict is not None and verdict.text and item.config.stash[options.DEFAULTS].checks == 'fail':
        pytest.fail(verdict.text, pytrace=False)
    return result


def _note(item: pytest.Item) -> Verdict | None:
    if item.config.stash[options.DEFAULTS].checks == 'off':
        return None
    verdict = item.stash[VERDICT] = _verdict(item)
    return verdict


def _verdict(item: pytest.Item) -> Verdict:
    used = tuple(item.config.stash[MODELS].used_since())
    if not used:
        return Verdict()
    from ..checks.allowing import allows

    marked = tuple(_marked(item))
    allow = {*item.config.stash[options.DEFAULTS].allow, *(entry for _, entry in marked)}
    found = [(model, finding) for model, since in used for finding in _found(item, model, since)]
    unmet = [(model, one) for model, one in found if not any(allows(entry, one) for entry in allow)]
    item.config.stash[UNMET] = tuple(unmet)
    idle = {entry for _, entry in marked if not any(allows(entry, one) for _, one in found)}
    at_rest = item.config.stash[OWN_CHECKS].at_rest
    return Verdict(
        models=len(used),
        not_at_rest=sum(not at_rest.get(model, True) for model, _ in used),
        text=_told(unmet, redact=not item.config.stash[options.DEFAULTS].show_secrets),
        entries=tuple(printable(f'{one.check}:{one.subject}') for _, one in unmet),
        used=tuple(place for place in marked if place[1] not in idle),
        unused=tuple(place for place in marked if place[1] in idle),
    )


def stop_at_ignored_events(model: FakeModel, config: pytest.Config) -> None:
    """Make ``settle`` and ``advance`` raise for an event that a charm ignores and Juju repeats, if that fails tests."""

    def judge_ignored(run: HookRun) -> str | None:
        item = config.stash.get(RUNNING, None)
        if item is None or config.stash[options.DEFAULTS].checks != 'fail':
            return None
        from ..checks import find_endless_events
        from ..checks.allowing import allows

        of_run = model.controller.models[run.model]
        allow = {*config.stash[options.DEFAULTS].allow, *(entry for _, entry in _marked(item))}
        found = (one for one in find_endless_events(of_run, run) if not any(allows(entry, one) for entry in allow))
        return _told(((of_run, one) for one in found), redact=not config.stash[options.DEFAULTS].show_secrets) or None

    model.internals.runtime.judge_ignored = judge_ignored


def _found(item: pytest.Item, model: FakeModel, since: int) -> Iterator[Finding]:
    """Return the findings of all checks about a model, for journal records after ``since``.

    Raises:
        UsageError: if a check of another plugin returns something other than findings.
    """
    from ..checks import is_proved_since
    from ..checks.allowing import check_finding

    for findings in item.ihook.pytest_charmsecrets_check(model=model, since=since):
        for finding in findings or ():
            check_finding(finding)
            if is_proved_since(finding, since):
                yield finding


def _marked(item: pytest.Item) -> Iterator[tuple[str, str]]:
    """Return the entries that markers allow, each with the id of the marked function, class or module.

    Raises:
        UsageError: if an entry is not valid.
    """
    from ..checks import CHECKS
    from ..checks.allowing import check_entries

    for node, marker in item.iter_markers_with_node(options.MARKER):
        entries: Collection[str] = options.keywords_of(marker).get('allow', ())
        check_entries(entries, CHECKS, others=_has_others(item.config))
        is_of_function = node is item and marker in getattr(getattr(item, 'function', None), 'pytestmark', ())
        yield from ((_without_parameters(item) if is_of_function else node.nodeid, entry) for entry in entries)


def _without_parameters(item: pytest.Item) -> str:
    """Return the id of a test's function, which has one marker for all parameters."""
    callspec = getattr(item, 'callspec', None)
    return item.nodeid if callspec is None else item.nodeid.removesuffix(f'[{callspec.id}]')


def _has_others(config: pytest.Config) -> bool:
    return len(config.hook.pytest_charmsecrets_check.get_hookimpls()) > 1


def _told(found: Iterable[tuple[FakeModel, Finding]], *, redact: bool) -> str:
    """Return findings as text, grouped by model."""
    from ..checks import CHECKS, names_of_secrets
    from ..checks import redact as redact_findings
    from ..report.findings import render_findings

    by_model: dict[int, tuple[FakeModel, list[Finding]]] = {}
    for model, finding in found:
        by_model.setdefault(id(model), (model, []))[1].append(finding)
    texts = (
        render_findings(
            findings,
            {record.number: record for one in model.controller.models.values() for record in one.journal},
            names_of_secrets(model),
            CHECKS,
            functools.partial(redact_findings, model) if redact else str,
        )
        for model, findings in by_model.values()
    )
    # A test that creates many models, such as one with Hypothesis, has the same findings in each.
    return printable('\n\n'.join(dict.fromkeys(texts)))


# --- output of pytest


def add_to(report: pytest.TestReport, item: pytest.Item, strictness: options.Strictness) -> None:
    """Add the verdict to a test's report, for the summary, and the findings if the test failed for another reason."""
    verdict = item.stash.get(VERDICT, None)
    if report.when != 'call' or verdict is None or not verdict.models:
        return
    report.charmsecrets = dict(vars(verdict))  # type: ignore[attr-defined]
    if not report.failed or not verdict.text:
        return
    shown = str(report.longrepr)
    further = (one for one in verdict.text.split('\n\n') if not all(line.strip() in shown for line in one.splitlines()))
    if text := verdict.text if strictness != 'fail' else '\n\n'.join(further):
        add_section(report, SECTION, text)


def summary(totals: Totals, config: pytest.Config) -> Iterator[str]:
    """Return the lines about checks in the terminal summary."""
    for nodeid, text in totals.reported:
        yield from (f'{nodeid}', *(f'  {line}' for line in text.splitlines()), '')
    if totals.reported and totals.entries:
        yield 'to allow all of them for now, in the ini file:'
        yield 'charmsecrets_allow ='
        yield from (f'    {entry}' for entry in totals.entries)
    for where, entry in totals.idle_entries(is_selection=_is_selection(config)):
        yield f'{where}: the marker allows {entry!r}, but there is no such finding; remove the entry'
    if totals.models:
        checked = f'charmsecrets: {totals.models} model{"" if totals.models == 1 else "s"} checked'
        if totals.not_at_rest == 1:
            yield f'{checked}; 1 was not settled, so its secrets were not judged'
        elif totals.not_at_rest:
            yield f'{checked}; {totals.not_at_rest} were not settled, so their secrets were not judged'
        else:
            yield checked


def _is_selection(config: pytest.Config) -> bool:
    """Whether the command line selects only some tests of a module."""
    by_option = any(config.getoption(name, None) for name in ('keyword', 'markexpr', 'lf', 'deselect', 'maxfail'))
    return by_option or any('::' in argument for argument in config.args)


def explain(name: str) -> str:
    """Return the page that documents a check.

    Args:
        name: name of the check, or an entry of ``allow``, which begins with the name.

    Raises:
        UsageError: if the check does not exist.
    """
    from ..checks import CHECKS
    from ..checks.allowing import check_entries
    from ..checks.pages import page

    check_entries([name], CHECKS)
    # The comments name the files of the examples for the tests of the documentation.
    return re.sub(r'<!-- .* -->\n', '', page(name.partition(':')[0]))
