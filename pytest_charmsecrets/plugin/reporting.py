"""The report of a failing test: the end of each journal that it has written, without the values of secrets."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import pytest

from ..errors import CharmSecretsError

if TYPE_CHECKING:
    from ..model.fake_model import FakeModel

SECTION: Final = 'charmsecrets: journal'
ENTRIES: Final = 20
"""How many of a journal's last entries a failing test shows."""


class Models:
    """The models that live now, and how much of each journal earlier tests have written, or was reported already."""

    def __init__(self) -> None:
        self._lengths: list[tuple[weakref.ref[FakeModel], dict[str, int]]] = []

    def add(self, model: FakeModel) -> None:
        """Follow the journal of a new model."""
        self._lengths.append((weakref.ref(model), {}))

    def note_lengths(self) -> None:
        """Note how far each journal has got, and forget models that are gone."""
        living = ((reference, reference()) for reference, _ in self._lengths)
        self._lengths = [
            (reference, {name: len(one.journal) for name, one in model.controller.models.items()})
            for reference, model in living
            if model is not None
        ]

    def used(self) -> Iterator[FakeModel]:
        """Return the models in which something happened since then, oldest first, with those of their controllers."""
        for reference, lengths in self._lengths:
            model = reference()
            for name, one in model.controller.models.items() if model is not None else ():
                if len(one.journal) > lengths.get(name, 0):
                    yield one


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
    models.note_lengths()


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
