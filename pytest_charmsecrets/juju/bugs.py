"""The query by which a rule reads a switch that is a known bug of some releases.

A rule calls it only where the value matters. If the release, as shipped, has the bug and the model does not, the journal then
notes that the model behaved differently from the release. Queries read the profile directly, and note nothing.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from .journal import JournalWriter
from .versions import Profile


@dataclasses.dataclass(frozen=True, slots=True)
class Bugs:
    """The bugs of the release that a model behaves as."""

    profile: Profile
    journal: JournalWriter

    def ask(self, switch: str, only: object = None) -> Any:
        """Return the value of a switch where it matters, and note a bug that this avoids.

        Args:
            switch: the name of the switch.
            only: the faulty value that matters here; by default all do.
        """
        self.note(switch, only)
        return getattr(self.profile, switch)

    def note(self, switch: str, only: object = None) -> None:
        """Note that the condition of a bug was met, if the release has the bug and the model has not."""
        avoided = self.profile.avoided.get(switch)
        if avoided is not None and only in (None, avoided.faulty):
            self.journal.note_avoided(avoided.bug)
