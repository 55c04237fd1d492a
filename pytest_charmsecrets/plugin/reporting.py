"""The report of a failing test: the end of each journal that it has written, without the values of secrets.

And the summary of a session: which tests would see other behaviour on the release as shipped.
"""

from __future__ import annotations

import collections
import contextlib
import itertools
import weakref
from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import pytest

from ..errors import CharmSecretsError

if TYPE_CHECKING:
    from ..model.fake_model import FakeModel

SECTION: Final = 'charmsecrets: journal'
ENTRIES: Final = 20
"""How many of a journal's last entries a failing test shows."""
TESTS: Final = 5
"""How many tests the summary names for each bug."""
AVOIDED: Final = 'charmsecrets_bugs_avoided'
"""The attribute of a test's report that names the bugs; reports travel from the workers of xdist with their attributes."""


class Models:
    """The models that live now, and how much of each journal earlier tests have written, or was reported already."""

    def __init__(self) -> None:
        self._seen: list[tuple[weakref.ref[FakeModel], dict[str, int]]] = []
        """Models with the last number in each journal of their controllers."""
        self._held: list[FakeModel] = []
        """The models that the present test has made: they are judged after its function has let go of them."""
        self._scopes: list[str] = []
        """Those of the fixtures that are being set up, the innermost last."""
        self._own: weakref.WeakSet[FakeModel] = weakref.WeakSet()
        """The models that the present run of a test has made for itself."""

    def add(self, model: FakeModel) -> None:
        """Follow the journals of a new model and those of its controller."""
        self._seen.append((weakref.ref(model), {}))
        self._held.append(model)
        if not self.are_shared_now:
            self._own.add(model)

    @contextlib.contextmanager
    def made_by(self, scope: str) -> Generator[None]:
        """Note that what is made meanwhile is made by a fixture of a scope."""
        self._scopes.append(scope)
        try:
            yield
        finally:
            self._scopes.pop()

    @property
    def are_shared_now(self) -> bool:
        """Whether a model that is made now belongs to a fixture that several tests share."""
        return any(scope != 'function' for scope in self._scopes)

    def uses_shared(self) -> bool:
        """Whether something happened since then in a model that the present run of a test has not made for itself."""
        return any(
            one.journal.last_number > numbers.get(name, 0)
            for model, numbers in self._living()
            if model not in self._own
            for name, one in model.controller.models.items()
        )

    def note_seen(self) -> None:
        """Note how far each journal has got, and forget models that are gone."""
        self._seen = [
            (weakref.ref(model), {name: one.journal.last_number for name, one in model.controller.models.items()})
            for model, _ in self._living()
        ]

    def _living(self) -> Iterator[tuple[FakeModel, dict[str, int]]]:
        found = ((reference(), numbers) for reference, numbers in self._seen)
        return ((model, numbers) for model, numbers in found if model is not None)

    def release(self) -> None:
        """Let go of the models that a test has made."""
        self._held.clear()
        self._own.clear()

    def used(self) -> Iterator[FakeModel]:
        """Return the models in which something happened since then, oldest first, with those of their controllers."""
        return (model for model, _ in self.used_since())

    def bugs_avoided(self) -> list[str]:
        """Return the bugs of the models' releases whose conditions were met since then, although they are switched off."""
        from ..records import BugAvoided

        found = {
            record.bug
            for model, number in self.used_since()
            for record in model.journal
            if isinstance(record, BugAvoided) and record.number > number
        }
        return sorted(found)

    def used_since(self) -> Iterator[tuple[FakeModel, int]]:
        """Return them with the number of the last record before."""
        for model, numbers in self._living():
            for name, one in model.controller.models.items():
                if one.journal.last_number > numbers.get(name, 0):
                    yield one, numbers.get(name, 0)


MODELS: Final = pytest.StashKey[Models]()


def add_journals(report: pytest.TestReport, call: pytest.CallInfo[None], models: Models, *, redact: bool) -> None:
    """Add to the report of a failure the end of each journal that has grown, and redact what charms logged."""
    used = tuple(models.used())
    if not used:
        return
    from ..report import text

    if redact:
        _redact(report, call, used)
    for model in used:
        rendered = text.render_journal(model.journal, redact=redact, last=ENTRIES, reads=False)
        is_alone = len(model.controller.models) == 1
        report.sections.append((SECTION if is_alone else f'{SECTION} of {model.name}', rendered))
    models.note_seen()


def note_bugs_avoided(report: pytest.TestReport, models: Models) -> None:
    """Note in the report of a test which bugs of its models' releases it would have met, had they been switched on."""
    bugs = models.bugs_avoided()
    if bugs:
        setattr(report, AVOIDED, bugs)


def summarize_bugs_avoided(terminal: pytest.TerminalReporter) -> None:
    """Say which tests rely on behaviour that a release, as shipped, does not have."""
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
    terminal.line("--charmsecrets-juju-bug=as-shipped runs tests with the release's bugs")


def _redact(report: pytest.TestReport, call: pytest.CallInfo[None], models: Iterable[FakeModel]) -> None:
    """Redact the values of secrets in what charms logged and printed, and in our own errors."""
    from ..report.redaction import Redactor, known_values

    redactor = Redactor(value for model in models for value in known_values(model.journal))
    report.sections = [(title, redactor.redact(text)) for title, text in report.sections]
    if call.excinfo is None or not isinstance(call.excinfo.value, CharmSecretsError):
        return
    for traceback, crash, _ in getattr(report.longrepr, 'chain', ()):
        if crash is not None:
            crash.message = redactor.redact(crash.message)
        for entry in traceback.reprentries:
            entry.lines = [redactor.redact(line) if line.startswith('E ') else line for line in entry.lines]
