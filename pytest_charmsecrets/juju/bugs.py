"""The question that a rule asks about a switch which is a known bug of some releases.

The rule asks it only where the answer matters: where the release, as shipped, has the bug and the model has not, the
journal then notes that the model did other than the release. A query reads the profile instead, and notes nothing.
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
