"""The part of FakeModel that shows people what happened: timelines, and texts without the values of secrets."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..report.redaction import Redactor, known_values, names_of, worth_redacting
from ..views.model import ModelView
from ..views.over_model import OverModel

if TYPE_CHECKING:
    from ..report.timeline import Timeline


class Reporting(OverModel):
    """The part of FakeModel that shows people what happened. A look changes nothing."""

    def timeline(
        self,
        *,
        units: str | Iterable[str] | None = None,
        secrets: str | Iterable[str] | None = None,
        since: datetime.datetime | None = None,
        until: datetime.datetime | None = None,
    ) -> Timeline:
        """Return what happened so far in the models of the controller, to print, save or show.

        Values of secrets are redacted in it.

        Args:
            units: only these units, and those of these applications.
            secrets: only these secrets, by label, name or id.
            since: only what happened at this time or later.
            until: only what happened at this time or before.

        Raises:
            UsageError: if there is no such unit, application or secret, or a time has no zone.
        """
        from ..report.timeline import timeline_of

        models = tuple(ModelView(self.internals).models.values())
        whole = timeline_of(models, self._redactor().redact)
        return whole.part(units=units, secrets=secrets, since=since, until=until)

    def redact(self, text: str) -> str:
        """Return a text in which ``<redacted>`` stands for each value of a secret that the models of the controller know.

        Values of less than 8 characters count only under keys that name a credential, and from 4 characters on.
        Records, histories and views hold what really happened; pass through this what people will see of them.
        """
        return self._redactor().redact(text)

    def _redactor(self) -> Redactor:
        models = tuple(ModelView(self.internals).models.values())
        known = [value for model in models for value in known_values(model.journal)]
        names = {key for key, _ in known if key is not None}.union(*map(names_of, models))
        return Redactor(worth_redacting(known, names))
