"""Judging a test by the checks: when, which models, what is allowed, and how findings fail the test or are reported."""

from __future__ import annotations

import dataclasses
import functools
import re
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
"""Of the test that runs, once it is judged."""
TOTALS: Final = pytest.StashKey['Totals']()
UNMET: Final = pytest.StashKey['tuple[tuple[FakeModel, Finding], ...]']()
"""What was found in the test that runs, and nothing allows."""


class OwnChecks:
    """The checks of this package, as a plugin like others."""

    @pytest.hookimpl
    def pytest_charmsecrets_check(self, model: ModelView, since: int) -> Iterable[Finding]:
        """Return the findings of all checks of this package."""
        from ..checks import find

        return find(model, since=since)


@dataclasses.dataclass
class Verdict:
    """What the checks say of a test."""

    models: int = 0
    not_at_rest: int = 0
    text: str = ''
    """The findings that nothing allows, as text; empty if there are none."""
    entries: tuple[str, ...] = ()
    """An entry for each of them that would allow it."""
    used: tuple[tuple[str, str], ...] = ()
    """Entries of markers that have allowed something, each after the id of the test, class or module that is marked."""
    unused: tuple[tuple[str, str], ...] = ()
    """Those that have allowed nothing."""


@dataclasses.dataclass(eq=False)
class Totals:
    """What the checks say of a session; under xdist, of all its processes."""

    models: int = 0
    not_at_rest: int = 0
    reported: list[tuple[str, str]] = dataclasses.field(default_factory=list[tuple[str, str]])
    """Test and findings, where findings do not fail tests."""
    entries: dict[str, None] = dataclasses.field(default_factory=dict[str, None])
    used: set[tuple[str, str]] = dataclasses.field(default_factory=set[tuple[str, str]])
    unused: dict[tuple[str, str], bool] = dataclasses.field(default_factory=dict[tuple[str, str], bool])
    """Whether it is the test itself that is marked."""

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what a test found."""
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
        """Return the entries of markers that have allowed nothing in any test that they are for.

        Args:
            is_selection: whether only some tests of marked classes and modules ran; the others may need the entries.
        """
        for key, is_own in self.unused.items():
            if key not in self.used and (is_own or not is_selection):
                yield key


def judge(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let a test run; then judge its models, and fail it for what is found as its last assertion would.

    Raises:
        pytest.fail.Exception: if something was found and findings fail tests.
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
    from ..checks import is_at_rest
    from ..checks.allowing import allows

    marked = tuple(_marked(item))
    allow = {*item.config.stash[options.DEFAULTS].allow, *(entry for _, entry in marked)}
    found = [(model, finding) for model, since in used for finding in _found(item, model, since)]
    unmet = [(model, one) for model, one in found if not any(allows(entry, one) for entry in allow)]
    item.config.stash[UNMET] = tuple(unmet)
    idle = {entry for _, entry in marked if not any(allows(entry, one) for _, one in found)}
    return Verdict(
        models=len(used),
        not_at_rest=sum(not is_at_rest(model) for model, _ in used),
        text=_told(unmet, redact=not item.config.stash[options.DEFAULTS].show_secrets),
        entries=tuple(printable(f'{one.check}:{one.subject}') for _, one in unmet),
        used=tuple(place for place in marked if place[1] not in idle),
        unused=tuple(place for place in marked if place[1] in idle),
    )


def stop_at_ignored_events(model: FakeModel, config: pytest.Config) -> None:
    """Let ``settle`` and ``advance`` stop at an event that a charm ignores again and again, where that fails the test."""

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
    """Return what all checks find in a model, by what is new in its journal.

    Raises:
        UsageError: if a check of another plugin returns something else.
    """
    from ..checks import is_proved_since
    from ..checks.allowing import check_finding

    for findings in item.ihook.pytest_charmsecrets_check(model=model, since=since):
        for finding in findings or ():
            check_finding(finding)
            if is_proved_since(finding, since):
                yield finding


def _marked(item: pytest.Item) -> Iterator[tuple[str, str]]:
    """Return the entries that markers allow, each with the id of the function, class or module that is marked.

    Raises:
        UsageError: if an entry can allow nothing.
    """
    from ..checks import CHECKS
    from ..checks.allowing import check_entries

    for node, marker in item.iter_markers_with_node(options.MARKER):
        entries: Collection[str] = options.keywords_of(marker).get('allow', ())
        check_entries(entries, CHECKS, others=_has_others(item.config))
        is_of_function = node is item and marker in getattr(getattr(item, 'function', None), 'pytestmark', ())
        yield from ((_without_parameters(item) if is_of_function else node.nodeid, entry) for entry in entries)


def _without_parameters(item: pytest.Item) -> str:
    """Return the id of the function of a test, for which it is marked once whatever its parameters are."""
    callspec = getattr(item, 'callspec', None)
    return item.nodeid if callspec is None else item.nodeid.removesuffix(f'[{callspec.id}]')


def _has_others(config: pytest.Config) -> bool:
    return len(config.hook.pytest_charmsecrets_check.get_hookimpls()) > 1


def _told(found: Iterable[tuple[FakeModel, Finding]], *, redact: bool) -> str:
    """Return findings as text, those of each model after one another."""
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
    # A test that makes many models, such as one by Hypothesis, finds the same in each.
    return printable('\n\n'.join(dict.fromkeys(texts)))


# --- what pytest shows


def add_to(report: pytest.TestReport, item: pytest.Item, strictness: options.Strictness) -> None:
    """Add to the report of a test what the session's summary needs, and the findings if it failed for another reason."""
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
    """Return the lines of the session's summary."""
    for nodeid, text in totals.reported:
        yield from (f'{nodeid}', *(f'  {line}' for line in text.splitlines()), '')
    if totals.reported and totals.entries:
        yield 'to allow all of them for now, in the ini file:'
        yield 'charmsecrets_allow ='
        yield from (f'    {entry}' for entry in totals.entries)
    for where, entry in totals.idle_entries(is_selection=_is_selection(config)):
        yield f'{where}: the marker allows {entry!r}, and there was nothing to allow'
    if totals.models:
        checked = f'charmsecrets: {totals.models} model{"" if totals.models == 1 else "s"} checked'
        if totals.not_at_rest == 1:
            yield f'{checked}; 1 was not settled, so its secrets were not judged'
        elif totals.not_at_rest:
            yield f'{checked}; {totals.not_at_rest} were not settled, so their secrets were not judged'
        else:
            yield checked


def _is_selection(config: pytest.Config) -> bool:
    """Whether the command line asks for some tests of a module."""
    by_option = any(config.getoption(name, None) for name in ('keyword', 'markexpr', 'lf', 'deselect', 'maxfail'))
    return by_option or any('::' in argument for argument in config.args)


def explain(name: str) -> str:
    """Return the page of a check.

    Args:
        name: the name, or an entry of allow that begins with it.

    Raises:
        UsageError: if there is no such check.
    """
    from ..checks import CHECKS
    from ..checks.allowing import check_entries
    from ..checks.pages import page

    check_entries([name], CHECKS)
    # The comments say to the tests of the documentation which files the examples are.
    return re.sub(r'<!-- .* -->\n', '', page(name.partition(':')[0]))
