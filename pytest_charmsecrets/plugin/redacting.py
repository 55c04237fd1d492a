"""No value of a secret in what pytest prints: reports, warnings and live logs are redacted before anybody sees them.

The values are those of every model that the session has made. What a test prints past pytest's capture stays as it is.
"""

from __future__ import annotations

import itertools
import logging
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

if TYPE_CHECKING:
    from ..model.fake_model import FakeModel
    from ..report.redaction import KnownValue, Redactor

_KEPT: Final = frozenset(('path', 'style', 'lineno', 'reprfileloc'))
"""Attributes of a failure that say where it was, not what."""


class Secrets:
    """The values of secrets that a session has met, and the names that its reports need."""

    def __init__(self) -> None:
        self._long: dict[KnownValue, None] = {}
        self._short: dict[KnownValue, None] = {}
        """Values that are words of every text: only reports of the test that used them do without."""
        self._names: set[str] = set()
        self._redactor: Redactor | None = None
        self._is_current = False
        """Whether the redactor follows what is known now."""
        self._read: weakref.WeakKeyDictionary[FakeModel, int] = weakref.WeakKeyDictionary()
        """How many records of each journal are known: live logs ask again for each line."""

    @property
    def _known(self) -> Iterator[KnownValue]:
        return itertools.chain(self._long, self._short)

    def learn(self, models: Iterable[FakeModel]) -> None:
        """Add what the journals of models show."""
        from ..report.redaction import known_values, names_of
        from ..views.sensitive import SHORTEST_VALUE

        for model in models:
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
        """Forget values that are words of every text: reports of other tests than the one that used them need those."""
        if self._short:
            self._short.clear()
            self._read.clear()
            self._is_current = False

    @property
    def redactor(self) -> Redactor:
        """What redacts them all."""
        from ..report.redaction import Redactor, worth_redacting

        if self._redactor is None:
            self._redactor = Redactor()
        if not self._is_current:
            self._redactor.follow(worth_redacting(self._known, self._names))
            self._is_current = True
        return self._redactor

    @property
    def left_in_plain(self) -> tuple[str, ...]:
        """The keys of credentials whose values are too short or too common to redact."""
        from ..report.redaction import left_in_plain

        return left_in_plain(self._known, self._names)

    def redact_report(self, report: pytest.TestReport) -> None:
        """Redact everything that the report of a test may print."""
        if not self._long and not self._short:
            return
        redact = self.redactor.redact
        report.sections = [(title, redact(text)) for title, text in report.sections]
        report.longrepr = _redacted(report.longrepr, redact)
        report.user_properties = [(name, _redacted(value, redact)) for name, value in report.user_properties]
        if isinstance(reason := getattr(report, 'wasxfail', None), str):
            report.wasxfail = redact(reason)

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Redact a warning before it is shown."""
        text = str(warning_message.message)
        if (self._long or self._short) and (redacted := self.redactor.redact(text)) != text:
            warning_message.message = redacted


SECRETS: Final = pytest.StashKey[Secrets]()


def is_shown(report: pytest.TestReport, config: pytest.Config) -> bool:
    """Whether anybody can see what a report holds: passing tests show it only if that is asked for."""
    if not report.passed:
        return True
    shown = cast('str', config.getoption('reportchars', '') or '')
    return bool(set('AP') & set(shown)) or bool(config.getoption('xmlpath', None))


class _Redacting(logging.Formatter):
    """Redacts what another formatter writes."""

    def __init__(self, formatter: logging.Formatter, secrets: Secrets, learn: Callable[[], None]) -> None:
        super().__init__()
        self._formatter = formatter
        self._secrets = secrets
        self._learn = learn

    def format(self, record: logging.LogRecord) -> str:
        """Return the line that is shown."""
        self._learn()
        return self._secrets.redactor.redact(self._formatter.format(record))


def redact_live_logs(config: pytest.Config, learn: Callable[[], None]) -> None:
    """Redact log lines that pytest shows or writes to a file while tests run."""
    logs = config.pluginmanager.get_plugin('logging-plugin')
    if logs is None:
        return
    # Both handlers are always there; without the options nobody reads what they write.
    asked = {
        'log_cli_handler': config.getoption('log_cli_level', None) is not None or config.getini('log_cli'),
        'log_file_handler': config.getoption('log_file', None) or config.getini('log_file'),
    }
    for name in (name for name, is_asked in asked.items() if is_asked):
        handler = getattr(logs, name, None)
        if handler is not None and handler.formatter is not None:
            handler.setFormatter(_Redacting(handler.formatter, config.stash[SECRETS], learn))


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    """Return a value with all texts in it redacted; what pytest makes of a failure is changed in place."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list | tuple):
        parts = [_redacted(part, redact) for part in cast('Iterable[Any]', value)]
        return parts if isinstance(value, list) else tuple(parts)
    if type(value).__module__.startswith('_pytest.'):
        for name, part in list(cast('dict[str, Any]', vars(value)).items()):
            if name not in _KEPT:
                object.__setattr__(value, name, _redacted(part, redact))  # some of them are frozen
            elif name == 'reprfileloc' and part is not None:
                part.message = redact(part.message)
    return value
