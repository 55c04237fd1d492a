"""The sections of a failing test's report: the end of the timeline of its models, with secret values redacted.

Also the summary of a session: the tests that rely on behaviour that the Juju release, as shipped, does not have.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import itertools
import logging
import os
import re
import sys
import weakref
from collections.abc import Generator, Iterable, Iterator, Mapping
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from ..errors import CharmSecretsError, EndlessHooks, HookFailed

if TYPE_CHECKING:
    from ..model.fake_model import FakeModel
    from .redacting import Secrets

STANDING: Final = 'charmsecrets: not done yet'
SECTION: Final = 'charmsecrets: timeline'
REPETITION: Final = 'charmsecrets: to repeat'
LINES: Final = 16
"""The maximum number of timeline lines in the report of a failing test."""
MOST_CONTROLLERS: Final = 3
"""The maximum number of controllers in the report of a failing test; the newest ones are shown."""
_PACKAGE: Final = __name__.partition('.')[0]
_OF_OPS: Final = re.compile(r'self: <.* object at 0x[0-9a-f]+>|event: <\w+ .*\bvia .*>')
"""The charm and the event that a handler receives, as name and representation."""
TESTS: Final = 5
"""The maximum number of tests that the summary names for each bug."""
AVOIDED: Final = 'charmsecrets_bugs_avoided'
"""The attribute of a test's report with the names of bugs. xdist sends reports with their attributes."""


class Models:
    """The existing models, and for each journal the last record that earlier tests wrote or that was reported."""

    def __init__(self) -> None:
        self._seen: list[tuple[weakref.ref[FakeModel], dict[str, int]]] = []
        """Models with the number of the last record seen in each journal of their controllers."""
        self._held: list[FakeModel] = []
        """The models of the current test, kept alive because the checks run after the test function has returned."""
        self._scopes: list[str] = []
        """The scopes of the fixtures that are being set up, the innermost last."""
        self._own: weakref.WeakSet[FakeModel] = weakref.WeakSet()
        """The models that the current run of a test has created for itself."""

    def add(self, model: FakeModel) -> None:
        """Add a new model and the other models of its controller."""
        self._seen.append((weakref.ref(model), {}))
        self._held.append(model)
        if not self.are_shared_now:
            self._own.add(model)

    @contextlib.contextmanager
    def made_by(self, scope: str) -> Generator[None]:
        """Note, as a context manager, that models created in it are created by a fixture of a scope."""
        self._scopes.append(scope)
        try:
            yield
        finally:
            self._scopes.pop()

    @property
    def are_shared_now(self) -> bool:
        """Whether a model that is created now belongs to a fixture that several tests share."""
        return any(scope != 'function' for scope in self._scopes)

    def uses_shared(self) -> bool:
        """Whether a model that the current run has not created for itself has new journal records."""
        return any(
            one.journal.last_number > numbers.get(name, 0)
            for model, numbers in self._living()
            if model not in self._own
            for name, one in model.controller.models.items()
        )

    def note_seen(self) -> None:
        """Note the last record of each journal, and forget models that no longer exist."""
        self._seen = [
            (weakref.ref(model), {name: one.journal.last_number for name, one in model.controller.models.items()})
            for model, _ in self._living()
        ]

    def _living(self) -> Iterator[tuple[FakeModel, dict[str, int]]]:
        found = ((reference(), numbers) for reference, numbers in self._seen)
        return ((model, numbers) for model, numbers in found if model is not None)

    def living(self) -> Iterator[FakeModel]:
        """Return the existing models, with the other models of their controllers."""
        return (one for model, _ in self._living() for one in model.controller.models.values())

    def held(self) -> Iterator[FakeModel]:
        """Return the models that the current test has created, with the other models of their controllers."""
        return (one for model in self._held for one in model.controller.models.values())

    def release(self) -> None:
        """Release the models that a test has created."""
        self._held.clear()
        self._own.clear()

    def used(self) -> Iterator[FakeModel]:
        """Return the models with new journal records, oldest first, with the other models of their controllers."""
        return (model for model, _ in self.used_since())

    def bugs_avoided(self) -> list[str]:
        """Return the names of switched-off Juju bugs that new journal records say would have occurred."""
        used = tuple(self.used_since())
        if not used:
            return []
        from ..records import BugAvoided

        found = {
            record.bug
            for model, number in used
            for record in model.journal
            if isinstance(record, BugAvoided) and record.number > number
        }
        return sorted(found)

    def used_since(self) -> Iterator[tuple[FakeModel, int]]:
        """Return the models with new journal records, each with the number of the last record before these."""
        for model, numbers in self._living():
            for name, one in model.controller.models.items():
                if one.journal.last_number > numbers.get(name, 0):
                    yield one, numbers.get(name, 0)


MODELS: Final = pytest.StashKey[Models]()
RUNNING: Final = pytest.StashKey[pytest.Item]()
"""The test that is being set up, called or torn down."""


def add_sections(
    report: pytest.TestReport,
    item: pytest.Item,
    call: pytest.CallInfo[None],
    models: Models,
    *,
    secrets: Secrets | None,
) -> None:
    """Add sections to the report of a failure: hooks that are due, the end of the timeline, and how to reproduce it.

    The last two are also added as properties of the test, for tools that read JUnit XML.

    Args:
        report: the report.
        item: the test.
        call: the phase that failed.
        models: the existing models.
        secrets: the values to redact, or None to show them.
    """
    used = tuple(models.used())
    if not used:
        return
    from ..report.standing import render_standing
    from ..report.timeline import timeline_of

    controllers = tuple({id(model.controller): model.controller for model in used}.values())
    shown = controllers[-MOST_CONTROLLERS:]
    used = tuple(model for model in used if model.controller in shown)
    redact = secrets.redactor.redact if secrets is not None else str
    properties: list[tuple[str, str]] = []
    error = call.excinfo.value if call.excinfo is not None else None
    told = (error.unit, error.hook) if isinstance(error, HookFailed) else None
    for model in used:
        of_model = f' of {model.name}' if len(model.controller.models) > 1 else ''
        if standing := render_standing(model, told=told, advise=not isinstance(error, HookFailed | EndlessHooks)):
            add_section(report, f'{STANDING}{of_model}', redact(standing))
    for controller in shown:
        timeline = timeline_of(tuple(controller.models.values()), redact).end(most_lines=LINES, in_detail=told is None)
        add_section(report, SECTION, timeline)
        properties.append((_property_of(SECTION), timeline))
    repetition = '\n'.join(_how_to_repeat(used, secrets, left_out=len(controllers) - len(shown)))
    add_section(report, REPETITION, repetition)
    properties.append((_property_of(REPETITION), repetition))
    item.user_properties += properties  # pytest reads those of the teardown's report
    report.user_properties += properties
    models.note_seen()


def _how_to_repeat(models: Iterable[FakeModel], secrets: Secrets | None, *, left_out: int) -> Iterator[str]:
    """Return the lines that reproduce a failure, and what the report does not show or could not redact."""
    from ..report.orders import render_repetition

    yield from dict.fromkeys(map(render_repetition, models))
    if left_out:
        yield f'{left_out} earlier models of the test are not shown'
    if secrets is not None and (keys := secrets.left_in_plain):
        yield f'too short or too common to redact: {", ".join(keys)}'


def _property_of(title: str) -> str:
    return title.replace(': ', '_').replace(' ', '_')


def add_section(report: pytest.TestReport, title: str, text: str) -> None:
    """Add a section to the report of a failure, before the captured output. In JUnit XML it is part of the failure."""
    failure: Any = report.longrepr
    if hasattr(failure, 'addsection'):
        failure.addsection(title, text, '-')
    else:
        report.sections.append((title, text))


def explain_comparison(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Return the lines that explain how two compared values differ, or None if neither is of this package."""
    if op != '==' or not (_holds_ours(left) or _holds_ours(right)):
        return None
    from ..report.comparison import explain_difference

    return explain_difference(left, right, in_full=config.get_verbosity(pytest.Config.VERBOSITY_ASSERTIONS) > 1)


def _holds_ours(value: object) -> bool:
    """Whether a value, or its first item, has a type of this package. This imports nothing."""
    if _is_ours(value):
        return True
    first: object = None
    if isinstance(value, dict):
        first = next(iter(cast('dict[object, object]', value).values()), None)
    elif isinstance(value, list | tuple):
        first = next(iter(cast('Iterable[object]', value)), None)
    return _is_ours(first)


def _is_ours(value: object) -> bool:
    return type(value).__module__.partition('.')[0] == _PACKAGE


def shorten_summary(report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
    """Leave the modules of classes out of a line of pytest's short summary; that of a failed hook begins with its unit."""
    crash = getattr(report.longrepr, 'reprcrash', None)
    error = call.excinfo.value if call.excinfo is not None else None
    if crash is None or not isinstance(error, CharmSecretsError):
        return
    if isinstance(error, HookFailed):
        cause = _in_one_line(error.exception) if error.exception is not None else error.juju_error
        crash.message = f'{error.unit} {error.hook}: {cause}'
    elif isinstance(error, EndlessHooks):
        crash.message = str(error).splitlines()[0]
    else:
        crash.message = _in_one_line(error)


def leave_out_arguments_of_ops(report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
    """Leave charm and event out of the arguments that pytest shows of a charm's handler.

    The name of the hook says as much, and the address of the charm differs from run to run.
    """
    if call.excinfo is None or not isinstance(call.excinfo.value, HookFailed):
        return
    for entry in getattr(getattr(report.longrepr, 'reprtraceback', None), 'reprentries', ()):
        shown = getattr(entry, 'reprfuncargs', None)
        if shown is not None:
            shown.args = [one for one in shown.args if not _OF_OPS.fullmatch(': '.join(one))]
            entry.reprfuncargs = shown if shown.args else None


def _in_one_line(error: BaseException) -> str:
    return ': '.join((type(error).__name__, *str(error).strip().splitlines()[:1]))


def leave_out_own_frames(call: pytest.CallInfo[None]) -> None:
    """Remove frames of this package from the end of a traceback, so that it ends in the test or the charm."""
    if call.excinfo is None or not isinstance(call.excinfo.value, CharmSecretsError):
        return
    # pytest follows the entries of Python's own traceback again from the line of the test on.
    kept: TracebackType | None = None
    for entry in reversed(list(_entries(call.excinfo.tb))):
        if _package_of(entry.tb_frame) != _PACKAGE:
            kept = TracebackType(kept, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    if kept is not None:
        call.excinfo = pytest.ExceptionInfo[BaseException].from_exception(call.excinfo.value.with_traceback(kept))


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _package_of(frame: FrameType) -> str:
    return str(frame.f_globals.get('__name__', '')).partition('.')[0]


def leave_out_chatter_of_ops(config: pytest.Config) -> None:
    """Keep DEBUG lines of ops about itself out of captured logs, unless that log level is set."""
    logs = config.pluginmanager.get_plugin('logging-plugin')
    handler = getattr(logs, 'report_handler', None)
    level = getattr(logs, 'log_level', None)
    if handler is not None and (level is None or level > logging.DEBUG):
        handler.addFilter(_is_no_chatter)


def _is_no_chatter(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG or not _is_file_of_ops(record.pathname)


def _is_file_of_ops(path: str) -> bool:
    ops = sys.modules.get('ops')
    return ops is not None and _directory_of(path) == _directory_of(ops.__file__ or '')


@functools.cache
def _directory_of(path: str) -> str:
    return os.path.dirname(path)  # noqa: PTH120 - as logged


def note_bugs_avoided(report: pytest.TestReport, models: Models) -> None:
    """Add the names of switched-off Juju bugs that would have occurred in a test to its report."""
    bugs = models.bugs_avoided()
    if bugs:
        setattr(report, AVOIDED, bugs)


def summarize_bugs_avoided(terminal: pytest.TerminalReporter) -> None:
    """Print the tests that rely on behaviour that a release, as shipped, does not have."""
    tests: dict[str, dict[str, None]] = collections.defaultdict(dict)
    reports: Mapping[str, Iterable[Any]] = terminal.stats
    for report in itertools.chain.from_iterable(reports.values()):
        for bug in getattr(report, AVOIDED, ()):
            tests[bug][report.nodeid] = None
    if not tests:
        return
    terminal.section('charmsecrets: behaviour that the Juju release, as shipped, does not have', sep='-')
    for bug, ids in sorted(tests.items()):
        more = f' and {len(ids) - TESTS} more' if len(ids) > TESTS else ''
        terminal.line(f'{bug}: {", ".join(itertools.islice(ids, TESTS))}{more}')
    terminal.line('run with --charmsecrets-juju-bug=as-shipped to reproduce the bugs of the release')
