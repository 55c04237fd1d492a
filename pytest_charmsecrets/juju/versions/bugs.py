"""Bugs of particular releases: off by default, since nobody writes a charm for them, and switched on by name.

Not here: bugs that a whole line of releases had, which its profile has as well (``label_is_regex``,
``remove_event_for_tracked``, ``remove_prefix_bug``); and what no charm can see.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final


@dataclasses.dataclass(frozen=True, slots=True)
class Bug:
    """One bug of Juju."""

    switches: Mapping[str, Any]
    """The switches of the profile that it turns, by name."""
    about: str
    """What goes wrong, in one sentence."""
    releases: str
    """The releases that have it."""


BUGS: Final[Mapping[str, Bug]] = {
    'metadata_update_erases_checksum': Bug(
        {'metadata_update_erases_checksum': True},
        'After a change of label, description or policy alone, the same content makes a new revision.',
        '4.0.0, 4.0.1, 4.0.12',
    ),
    'drop_grant_of_pending': Bug(
        {'drop_grant_of_pending': True},
        'The grant of a secret that was added in the same hook is lost.',
        '4.0.13',
    ),
    'set_loses_rotate_expire': Bug(
        {'set_loses_rotate_expire': True},
        'A new policy neither schedules nor ends the rotation, and an expiry without new content is lost.',
        '4.0.12',
    ),
    'update_cancels_rotation': Bug(
        {'update_cancels_rotation': True},
        'Every update that names no policy sets it to never.',
        '4.0.0 to 4.0.11',
    ),
    'peer_unit_label_clash': Bug(
        {'peer_unit_label_clash': True},
        'Two units of an application cannot use the same label for secrets of their own.',
        '4.0.0',
    ),
    'same_label_update_fails': Bug(
        {'same_label_update_fails': True},
        'An update with the label that the secret has already is refused.',
        '4.0.0, 4.0.1',
    ),
    'removal_wipes_content': Bug(
        {'removal_wipes_content': True},
        'The content of every secret of the model goes with any unit or application that owns one.',
        '4.0.0 to 4.0.11',
    ),
    'unit_rotation_refused': Bug(
        {'unit_rotation_refused': True},
        "After secret-rotate for a unit's own secret the unit's agent breaks: it runs nothing any more.",
        '3.0.2 to 3.6.28, by reading',
    ),
    'gone_rotation_refused': Bug(
        {'gone_rotation_refused': True},
        "After secret-rotate for a secret that is gone by then the unit's agent breaks: it runs nothing any more.",
        '3.0.2 to 4.0.15, by reading',
    ),
    'skipped_rotation_refused': Bug(
        {'skipped_rotation_refused': True},
        "When a failed secret-rotate is resolved without a retry, the unit's agent breaks: it runs nothing any more.",
        '3.0.2 to 4.0.15, by reading',
    ),
    'show_by_name_returns_all': Bug(
        {'show_by_name_returns_all': True},
        'show-secret by name shows every secret.',
        '4.0.0',
    ),
    'cmr_changed_events_lost': Bug(
        {'cmr_changed_events': False},
        'Observers in another model get no secret-changed.',
        '3.6.11 to 3.6.28; 4.0.0 to 4.0.5 after the first',
    ),
}
