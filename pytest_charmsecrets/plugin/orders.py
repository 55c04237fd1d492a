"""Runs a test in several orders of hooks within one pytest item, and finds the shortest order in which it fails.

The fixed order runs first, and further orders only if the test passes in it. The first order that fails is shortened
and reported. Fixtures of wider scopes stay set up between the runs, because each run except the last is torn down as if
the same test came next. This is the only module that uses private names of pytest.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import warnings
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

import pytest
from _pytest.runner import check_interactive_exception

from ..errors import UsageError
from ..juju.order import shorten
from ..report.orders import render_given_order, render_race
from ..report.text import plural
from .options import DEFAULTS, MARKER, marked
from .progress import PROGRESS
from .reporting import MODELS, add_section

if TYPE_CHECKING:
    from ..juju.order import Departure, GivenOrder, Order

SECTION: Final = 'charmsecrets: order'

TRIED: Final = pytest.StashKey['GivenOrder']()
"""The order of the current run of a test, which takes precedence over the order in its settings."""
ORDERS: Final = pytest.StashKey['list[Order]']()
"""The orders of the models that the current run of a test has created."""
SEARCHING: Final = pytest.StashKey[bool]()
"""Whether the current run is part of a search, so that its reports are not shown."""
FIXED_ONLY: Final = pytest.StashKey[str]()
"""The reason why a test ran in the fixed order only although further orders were requested."""

_When: TypeAlias = Literal['setup', 'call', 'teardown']


@dataclasses.dataclass(frozen=True)
class _Plan:
    """The orders in which a test runs."""

    first: GivenOrder
    further: Sequence[int]


@dataclasses.dataclass(frozen=True)
class _Phase:
    """The setup, call or teardown of one run."""

    call: pytest.CallInfo[None]
    report: pytest.TestReport

    @property
    def has_failed(self) -> bool:
        """Whether it raised anything other than a skip, even if the failure is expected (xfail)."""
        is_expected = self.report.skipped and hasattr(self.report, 'wasxfail')
        return self.call.excinfo is not None and (self.report.failed or is_expected)

    @property
    def reason(self) -> tuple[str, type[BaseException]]:
        """The location and type of the failure, by which two failures count as the same."""
        assert self.call.excinfo is not None
        return self.call.when, self.call.excinfo.type


@dataclasses.dataclass
class _Run:
    """One run of a test, in one order."""

    order: GivenOrder
    phases: list[_Phase]
    orders: Sequence[Order]
    """The orders of the models that it has created."""

    @property
    def failure(self) -> _Phase | None:
        return next((phase for phase in self.phases if phase.has_failed), None)

    @property
    def was_skipped(self) -> bool:
        return any(phase.report.skipped for phase in self.phases)


def run(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test in all its orders. Return None, so that pytest runs it, if it has only the default order."""
    plan = _plan_of(item)
    if plan is None:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    _Protocol(item, nextitem, plan).run()
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def order_of_run(config: pytest.Config) -> dict[str, Any]:
    """Return the order of the current run as keywords of FakeModel, or none for a model that outlives the run."""
    if TRIED not in config.stash or config.stash[MODELS].are_shared_now:
        return {}
    return {'order': config.stash[TRIED]}


def _plan_of(item: pytest.Item) -> _Plan | None:
    """Return the orders of a test with a fake model by marker, options and ini file, or None if pytest can run it."""
    if not {'fake_model', 'fake_model_factory'} & set(getattr(item, 'fixturenames', ())):
        return None
    try:
        keywords = marked(item.iter_markers(MARKER))
    except UsageError:
        return None  # the fixture raises for a marker that is not valid
    defaults = item.config.stash[DEFAULTS]
    given = keywords.get('order', defaults.order)
    first: GivenOrder = given if given is not None else 0
    begin = first if isinstance(first, int) else 0
    further = range(begin + 1, begin + keywords.get('orders', defaults.orders) + 1)
    if further and (reason := _runs_once(item)) is not None:
        item.stash[FIXED_ONLY] = reason
        further = range(0)
    if further or (isinstance(first, int) and first and not _shows_setup(item.config)):
        return _Plan(first, further)
    return None


def _runs_once(item: pytest.Item) -> str | None:
    """Return the reason why a test can only run once, or None."""
    config = item.config
    if _shows_setup(config):
        return '--setup-show, --setup-only or --setup-plan is given'
    if 'subtests' in getattr(item, 'fixturenames', ()):
        return 'has subtests'
    if config.pluginmanager.has_plugin('rerunfailures') and (
        config.getoption('reruns', 0) or item.get_closest_marker('flaky') is not None
    ):
        return 'is run again by another plugin'
    return None


def _shows_setup(config: pytest.Config) -> bool:
    return any(config.getoption(name, False) for name in ('setupshow', 'setuponly', 'setupplan'))


class _Protocol:
    """Pytest's protocol for a test (setup, call, teardown, reports), extended to several runs of it."""

    def __init__(self, item: pytest.Item, nextitem: pytest.Item | None, plan: _Plan) -> None:
        self._item: Final = item
        self._private: Final = cast('Any', item)
        self._nextitem: Final = nextitem
        self._again: Final = copy.copy(item)
        """A copy of the item, given to pytest as the next item between runs, so that wider fixtures stay set up."""
        self._plan: Final = plan
        self._properties: Final = list(item.user_properties)
        self._durations: Final = {'setup': 0.0, 'call': 0.0, 'teardown': 0.0}

    def run(self) -> None:
        """Run the test in its orders and log the reports of one run."""
        try:
            first = self._begin(self._plan.first)
            if first.failure is not None and self._can_be_shortened(first):
                self._explain_given(first)
            elif first.failure is not None or first.was_skipped or not self._plan.further:
                self._finish(first)
            elif self._item.config.stash[MODELS].uses_shared():
                self._item.stash[FIXED_ONLY] = 'uses a model that other tests share'
                for phase in first.phases:
                    note_fixed_only(phase.report, self._item)
                self._finish(first)
            else:
                self._go_on(first)
        finally:
            self._note('')
            self._item.config.stash.setdefault(TRIED, 0)
            del self._item.config.stash[TRIED]
            self._drop_fixtures()

    # --- runs

    def _go_on(self, first: _Run) -> None:
        """Run a test that has passed in its first order in the further orders."""
        first.phases.append(self._end(self._again))
        if first.failure is not None:
            self._log(first.phases)
            self._tear_down_wider()
            return
        failing: list[_Run] = []
        for place, number in enumerate(self._plan.further, 1):
            self._note(f'order {number} ({place} of {len(self._plan.further)}), {len(failing)} failed')
            is_last = number == self._plan.further[-1] and not failing
            with self._quiet():
                run = self._begin(number)
                if run.failure is None and is_last:
                    break
                run.phases.append(self._end(self._again))
            if run.failure is not None:
                failing.append(run)
        if failing:
            self._explain_race(failing)
        else:
            self._log(first.phases[:-1])
            last = self._end(self._nextitem)
            if last.has_failed:
                add_section(last.report, SECTION, self._race([self._plan.further[-1]], None))
            self._log([last])

    def _explain_race(self, failing: Sequence[_Run]) -> None:
        """Report the first failing run, in the shortest order with the same failure."""
        first = failing[0]
        can_be_shortened = self._can_be_shortened(first) and first.orders[0].departures
        shortest = self._shortest(first) if can_be_shortened else None
        again = self._begin(shortest.choices if shortest is not None else first.order)
        section = self._race([cast('int', run.order) for run in failing], shortest)
        self._finish(again, first, section)

    def _explain_given(self, first: _Run) -> None:
        """Report a test that fails in its given order, and name the shortest order with the same failure."""
        with self._quiet():
            self._end(self._again)
        shortest = self._shortest(first)
        again = self._begin(first.order)
        self._finish(again, first, render_given_order(cast('int', first.order), shortest))

    def _race(self, failing: Sequence[int], shortest: Order | None) -> str:
        return render_race(self._plan.first, failing, len(self._plan.further), shortest)

    def _finish(self, run: _Run, known: _Run | None = None, section: str | None = None) -> None:
        """Log the reports of a run and tear it down.

        Args:
            run: the run, of which setup and call are done.
            known: the failed run that this one repeats; its failure is shown if this one does not fail.
            section: text that explains the failure.
        """
        phases = run.phases
        failure = run.failure
        if known is not None and failure is None and cast('_Phase', known.failure).call.when != 'teardown':
            failure = cast('_Phase', known.failure)
            phases = [*known.phases[: known.phases.index(failure)], failure]
            self._item.user_properties[:] = failure.report.user_properties
        if failure is not None and section is not None:
            add_section(failure.report, SECTION, section)
        self._log(phases)
        if failure is not None and failure in run.phases and check_interactive_exception(failure.call, failure.report):
            self._item.ihook.pytest_exception_interact(node=self._item, call=failure.call, report=failure.report)
        last = self._end(self._nextitem)
        if last.has_failed and failure is None and section is not None:
            add_section(last.report, SECTION, section)
        self._log([last])
        if check_interactive_exception(last.call, last.report):
            self._item.ihook.pytest_exception_interact(node=self._item, call=last.call, report=last.report)

    def _note(self, search: str) -> None:
        """Show the order that is tried in the progress line."""
        if (progress := self._item.config.stash[PROGRESS]) is not None:
            progress.note_search(search)

    def _can_be_shortened(self, run: _Run) -> bool:
        """Whether the run has a single order that is not the fixed one. Several controllers have separate orders."""
        return len(run.orders) == 1 and isinstance(run.order, int) and run.order != 0

    def _shortest(self, run: _Run) -> Order:
        """Return an order with the same failure as the run and with as few departures as could be found."""
        (found,) = run.orders
        reason = cast('_Phase', run.failure).reason

        def fails(departures: Sequence[Departure]) -> bool:
            nonlocal found
            self._note(f'shortening order {run.order}, at {len(found.departures)} departures')
            with self._quiet():
                tried = self._begin(departures)
                tried.phases.append(self._end(self._again))
            if tried.failure is None or tried.failure.reason != reason:
                return False
            (found,) = tried.orders
            return True

        shorten(found.departures, fails)
        return found

    # --- how it runs

    def _begin(self, order: GivenOrder) -> _Run:
        """Set up and call the test in an order, as if it had not run before."""
        item = self._item
        if self._plan.further or order != self._plan.first:
            item.config.stash[TRIED] = order
        self._private._report_sections = []  # noqa: SLF001 - what earlier runs have written
        item.user_properties[:] = self._properties
        if self._private._request is False:  # noqa: SLF001 - as for every test that is run again
            self._private._initrequest()  # noqa: SLF001
            for name in ('_instance', '_obj'):  # each run gets a new instance of the test class
                vars(item).pop(name, None)
        phases = [self._phase('setup')]
        if phases[0].report.passed:
            phases.append(self._phase('call'))
        return _Run(order, phases, tuple(item.config.stash[ORDERS]))

    def _end(self, nextitem: pytest.Item | None) -> _Phase:
        """Tear down the current run, except for fixtures that the next item needs."""
        session = self._item.session
        is_stopping = session.shouldfail or session.shouldstop
        phase = self._phase('teardown', nextitem=None if is_stopping else nextitem)
        self._drop_fixtures()
        return phase

    def _drop_fixtures(self) -> None:
        """Drop the values of fixtures from the item, as pytest does after a test."""
        self._private._request = False  # noqa: SLF001
        self._private.funcargs = None

    def _tear_down_wider(self) -> None:
        """Tear down wider fixtures that the next test does not need, after a run that kept them for a repetition."""
        setup = cast('Any', self._item.session)._setupstate  # noqa: SLF001
        call = pytest.CallInfo[None].from_call(lambda: setup.teardown_exact(self._nextitem), 'teardown')
        if call.excinfo is not None:
            report = self._item.ihook.pytest_runtest_makereport(item=self._item, call=call)
            self._item.ihook.pytest_runtest_logreport(report=report)

    def _phase(self, when: _When, **keywords: Any) -> _Phase:
        item = self._item
        hook = getattr(item.ihook, f'pytest_runtest_{when}')
        ending = (
            (pytest.exit.Exception,) if item.config.getoption('usepdb') else (pytest.exit.Exception, KeyboardInterrupt)
        )
        call = pytest.CallInfo[None].from_call(lambda: hook(item=item, **keywords), when, reraise=ending)
        report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=call)
        self._durations[when] += call.duration
        return _Phase(call, report)

    def _log(self, phases: Sequence[_Phase]) -> None:
        """Log the reports, each with the total time of its phase over all runs."""
        for phase in phases:
            phase.report.duration = self._durations[phase.call.when]
            self._item.ihook.pytest_runtest_logreport(report=phase.report)

    @contextlib.contextmanager
    def _quiet(self) -> Generator[None]:
        """Suppress warnings, live logs and reports of a run of the search."""
        stash = self._item.config.stash
        logs = self._item.config.pluginmanager.get_plugin('logging-plugin')
        handlers = [getattr(logs, name, None) for name in ('log_cli_handler', 'log_file_handler')]
        stash[SEARCHING] = True
        with warnings.catch_warnings(record=True), contextlib.ExitStack() as stack:
            for handler in filter(None, handlers):
                handler.addFilter(_nothing)
                stack.callback(handler.removeFilter, _nothing)
            try:
                yield
            finally:
                del stash[SEARCHING]


def _nothing(_: object) -> bool:
    return False


# --- reports


def note_fixed_only(report: pytest.TestReport, item: pytest.Item) -> None:
    """Add the reason why a test ran in the fixed order only to its report."""
    if report.when == 'call' and (reason := item.stash.get(FIXED_ONLY, None)) is not None:
        report.charmsecrets_fixed_only = reason  # type: ignore[attr-defined]


def summarize_fixed_only(terminal: pytest.TerminalReporter) -> None:
    """Print the number of tests that ran in the fixed order only although further orders were requested."""
    tests: dict[str, set[str]] = {}
    for reports in terminal.stats.values():
        for report in reports:
            if (reason := getattr(report, 'charmsecrets_fixed_only', None)) is not None:
                tests.setdefault(reason, set()).add(report.nodeid)
    for reason, ids in sorted(tests.items()):
        terminal.write_line(f'charmsecrets: {plural(len(ids), "test")} in the fixed order only: {reason}')
