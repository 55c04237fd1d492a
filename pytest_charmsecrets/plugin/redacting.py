"""Redacts secret values in pytest's output: in reports, warnings and live logs.

The values are those of all models of the session. Output that bypasses pytest's capture is not redacted.

Reports also hold no text that UTF-8 cannot encode: the workers of xdist could not send it, and no file could hold it.
Such text comes from bytes in charms and secrets.
"""

from __future__ import annotations

import dataclasses
import itertools
import logging
import warnings
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from ..report.text import printable

if TYPE_CHECKING:
    from ..model.fake_model import FakeModel
    from ..report.redaction import KnownValue, Redactor

_SAID: Final = ('longrepr', 'sections', 'user_properties', 'wasxfail', 'context')
"""Attributes of a report with texts of others; pytest escapes its id itself, and what this plugin adds is printable."""
_KEPT: Final = frozenset(('path', 'style', 'lineno', 'reprfileloc'))
"""Attributes of a failure that hold its location and are not redacted."""


class Secrets:
    """The secret values of a session, and the names that must not be redacted."""

    def __init__(self) -> None:
        self._long: dict[KnownValue, None] = {}
        self._short: dict[KnownValue, None] = {}
        """Short values, which also occur as ordinary words, so only reports of the test that used them redact them."""
        self._names: set[str] = set()
        self._redactor: Redactor | None = None
        self._is_current = False
        """Whether the redactor is up to date."""
        self._read: weakref.WeakKeyDictionary[FakeModel, int] = weakref.WeakKeyDictionary()
        """The number of records read from each journal, because live logs call ``learn`` for each line."""

    @property
    def _known(self) -> Iterator[KnownValue]:
        return itertools.chain(self._long, self._short)

    def learn(self, models: Iterable[FakeModel]) -> None:
        """Add the values and names in the journals of models."""
        for model in models:
            from ..report.redaction import known_values, names_of
            from ..views.sensitive import SHORTEST_VALUE

            known = known_values(itertools.islice(model.journal, self._read.get(model, 0), None))
            self._read[model] = len(model.journal)
            new = [one for one in known if one not in self._long and one not in self._short]
            for one in new:
                (self._long if len(one[1].strip()) >= SHORTEST_VALUE else self._short)[one] = None
            if new:
                self._is_current = False
                self._names.update(names_of(model))
                self._names.update(key for key, _ in known if key is not None)

    def forget_short(self) -> None:
        """Forget short values at the end of a test, because they occur as ordinary words in the reports of others."""
        if self._short:
            self._short.clear()
            self._read.clear()
            self._is_current = False

    @property
    def redactor(self) -> Redactor:
        """The redactor for all known values."""
        from ..report.redaction import Redactor, worth_redacting

        if self._redactor is None:
            self._redactor = Redactor()
        if not self._is_current:
            self._redactor.follow(worth_redacting(self._known, self._names))
            self._is_current = True
        return self._redactor

    @property
    def left_in_plain(self) -> tuple[str, ...]:
        """Keys of credentials whose values are too short or too common to redact."""
        from ..report.redaction import left_in_plain

        return left_in_plain(self._known, self._names)

    def redact_report(self, report: pytest.TestReport) -> None:
        """Redact everything that the report of a test can print. Different values get different replacements."""
        from ..report.redaction import Numbered

        if not self._long and not self._short:
            return
        numbered, redactor = Numbered(), self.redactor
        _rewrite(report, lambda text: redactor.redact(text, numbered.mark))
        _rewrite(report, numbered.finish)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Redact the report of a subtest, to which pytest adds its parameters and captured output only here."""
        context = getattr(report, 'context', None)
        if context is not None and (self._long or self._short):
            self.redact_report(report)
            report.context = _redacted(context, self.redactor.redact)  # type: ignore[attr-defined]

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Redact a warning."""
        text = str(warning_message.message)
        if (self._long or self._short) and (redacted := self.redactor.redact(text)) != text:
            warning_message.message = redacted


SECRETS: Final = pytest.StashKey[Secrets]()
SHOWS_PASSING: Final = pytest.StashKey[bool]()


def _rewrite(report: pytest.TestReport, redact: Callable[[str], str]) -> None:
    report.sections = [(redact(title), redact(text)) for title, text in report.sections]
    report.longrepr = _redacted(report.longrepr, redact)
    report.user_properties = [(name, _redacted(value, redact)) for name, value in report.user_properties]
    if isinstance(reason := getattr(report, 'wasxfail', None), str):
        report.wasxfail = redact(reason)


def make_printable(report: pytest.TestReport) -> None:
    """Escape what UTF-8 cannot hold in everything that a report says."""
    said = vars(report)
    for name in _SAID:
        if value := said.get(name):
            setattr(report, name, _changed(value, printable, kept=frozenset()))


def make_warning_printable(warning_message: warnings.WarningMessage) -> None:
    """Escape what UTF-8 cannot hold in a warning."""
    text = str(warning_message.message)
    if (escaped := printable(text)) != text:
        warning_message.message = escaped


def shows_passing(config: pytest.Config) -> bool:
    """Whether pytest can print the contents of reports of passing tests, which it does only if an option requests it."""
    shown = cast('str', config.getoption('reportchars', '') or '')
    return bool(set('AP') & set(shown)) or bool(config.getoption('xmlpath', None))


class _Redacting(logging.Formatter):
    """A formatter that redacts the output of another formatter."""

    def __init__(self, formatter: logging.Formatter, secrets: Secrets, learn: Callable[[], None]) -> None:
        super().__init__()
        self._formatter = formatter
        self._secrets = secrets
        self._learn = learn

    def format(self, record: logging.LogRecord) -> str:
        """Return the redacted line."""
        self._learn()
        return self._secrets.redactor.redact(self._formatter.format(record))


def redact_live_logs(config: pytest.Config, learn: Callable[[], None]) -> None:
    """Redact log lines that pytest prints or writes to a file while tests run."""
    logs = config.pluginmanager.get_plugin('logging-plugin')
    if logs is None:
        return
    # Both handlers always exist; without the options their output is discarded.
    asked = {
        'log_cli_handler': config.getoption('log_cli_level', None) is not None or config.getini('log_cli'),
        'log_file_handler': config.getoption('log_file', None) or config.getini('log_file'),
    }
    for name in (name for name, is_asked in asked.items() if is_asked):
        handler = getattr(logs, name, None)
        if handler is not None and handler.formatter is not None:
            handler.setFormatter(_Redacting(handler.formatter, config.stash[SECRETS], learn))


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    return _changed(value, redact, _KEPT)


def _changed(value: Any, change: Callable[[str], str], kept: Collection[str]) -> Any:
    """Return a value with all texts in it changed; what pytest makes of a failure is changed in place.

    Args:
        value: the value.
        change: returns what stands in place of a text.
        kept: the attributes of a failure that stay as they are.
    """
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        parts = [_changed(part, change, kept) for part in cast('Iterable[Any]', value)]
        return parts if isinstance(value, list) else tuple(parts)
    if isinstance(value, dict):
        items = cast('dict[Any, Any]', value).items()
        return {_changed(key, change, kept): _changed(part, change, kept) for key, part in items}
    if type(value).__module__.partition('.')[0] in ('_pytest', 'pytest_subtests'):
        for name, part in _attributes(value):
            if name not in kept:
                object.__setattr__(value, name, _changed(part, change, kept))  # some of them are frozen
            elif name == 'reprfileloc' and part is not None:
                part.message = change(part.message)
    return value


def _attributes(value: Any) -> Sequence[tuple[str, Any]]:
    """Return the attributes of a part of a report; those of pytest 9 for subtests have slots."""
    if hasattr(value, '__dict__'):
        return tuple(cast('dict[str, Any]', vars(value)).items())
    return tuple((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
