"""Every switch in which Juju versions differ, in frozen tables, one for each subject.

A rule asks a switch by its name, and each switch decides one thing, so that a line of releases is nothing but a set of
values for them (``profiles``).

- ``interface``: identity, limits, what a hook command shows
- ``reading``: reading, tracking, labels
- ``writing``: writing, and the commit of a hook
- ``events``: the hooks that units run, and what goes with a unit or application
- ``cross_model``: secrets across models
- ``user_secrets``: user secrets
- ``client``: the juju client
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Switch:
    """The description and the source of a switch."""

    rows: str
    """The vectors about it (``JV-A11`` is ``A11``), or the occasion on which it was read."""
    source: str
    """Its place in Juju's tree."""
    about: str
    """Its meaning, as an indirect question."""
