"""The part of FakeModel that shows the history: timelines, and redaction of secret values."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..arguments import checked
from ..report.redaction import Redactor, known_values, names_of, worth_redacting
from ..views.model import ModelView
from ..views.over_model import OverModel

if TYPE_CHECKING:
    from ..report.timeline import Timeline


@checked
class Reporting(OverModel):
    """The part of FakeModel that shows the history. None of it changes the model."""

    def timeline(
        self,
        *,
        units: str | Iterable[str] | None = None,
        secrets: str | Iterable[str] | None = None,
        since: datetime.datetime | None = None,
        until: datetime.datetime | None = None,
    ) -> Timeline:
        """Return the history of the controller's models so far, to print, save, or show in a notebook.

        Values of secrets are redacted.

        Args:
            units: only these units, or all units of these applications, by name.
            secrets: only these secrets, by label, name or id.
            since: only records of this time or later.
            until: only records of this time or before.

        Raises:
            UsageError: if a unit, application or secret does not exist, or a time has no zone.

        For example::

            print(model.timeline(units='web'))
            model.timeline().save('run.html')
        """
        from ..report.timeline import timeline_of

        models = tuple(ModelView(self.internals).models.values())
        whole = timeline_of(models, self._redactor().redact)
        return whole.part(units=units, secrets=secrets, since=since, until=until)

    def redact(self, text: str) -> str:
        """Return a text with each secret value of the controller's models replaced by ``<redacted>``.

        Values shorter than 8 characters are replaced only if their key names a credential (such as ``password``), and
        only from 4 characters on. Records and views contain the real values: call this before showing them to people.

        Args:
            text: any text, such as ``str(model.journal)``.
        """
        return self._redactor().redact(text)

    def _redactor(self) -> Redactor:
        models = tuple(ModelView(self.internals).models.values())
        known = [value for model in models for value in known_values(model.journal)]
        names = {key for key, _ in known if key is not None}.union(*map(names_of, models))
        return Redactor(worth_redacting(known, names))
