"""Known bugs of Juju: what was repaired later as a bug, or what Juju's own agent cannot go on after.

All else that a release does is its behaviour. Each bug is a value of a switch: ``profiles`` says which releases were
shipped with it, and a model has the value without the bug unless a test asks for the bug.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final


@dataclasses.dataclass(frozen=True, slots=True)
class Bug:
    """One bug of Juju."""

    switch: str
    """The switch of the profile that decides it."""
    faulty: tuple[Any, ...]
    """The values of the switch in releases that have it."""
    sound: Any
    """The value without it."""
    about: str
    """What goes wrong, in one sentence."""
    repaired: str = ''
    """The change that repaired it; empty for one that the releases read still have."""


BUGS: Final[Mapping[str, Bug]] = {
    # --- reading and labels
    'pending_content_hidden': Bug(
        'pending_reads',
        ('none',),
        'always',
        'A hook cannot read the content that it has set itself.',
        '95b6b0d582 (LP 1998102)',
    ),
    'pending_creates_hidden': Bug(
        'pending_creates_known',
        (False,),
        True,
        'secret-ids and secret-info-get leave out what the same hook has added.',
        '95b6b0d582 (LP 1998102)',
    ),
    'pending_app_label_hidden': Bug(
        'pending_app_label',
        (False,),
        True,
        "A label does not lead to an application's secret that the same hook has added.",
        'd8e88678e4 (LP 2034050)',
    ),
    'pending_update_hidden': Bug(
        'pending_update_by_label',
        (False,),
        True,
        'A read by label, with --refresh or --peek, returns the content from before an update in the same hook.',
        'eec0622b05 (juju #18713)',
    ),
    'follower_label': Bug(
        'peer_label',
        ('error', 'consumer_label'),
        'ignore',
        "Another label that a follower gives its application's secret is refused, or becomes a label of its own.",
        '3655dcfc21 (LP 2055244), 4011e6cb6a (LP 2064772)',
    ),
    'freed_label_stays_taken': Bug(
        'label_reuse_freed',
        (False,),
        True,
        'A label that a secret had before cannot be used again.',
        '1bb2c9648d',
    ),
    'labels_are_patterns': Bug(
        'label_is_regex',
        (True,),
        False,
        'A label is taken for a regular expression: some are refused as invalid or as taken by another.',
        'f05df559fb (LP 2058012)',
    ),
    'peer_unit_label_clash': Bug(
        'peer_unit_label_clash',
        (True,),
        False,
        'Two units of an application cannot use the same label for secrets of their own.',
        'c6e23f0b4a (juju #21344)',
    ),
    'same_label_update_fails': Bug(
        'same_label_update_fails',
        (True,),
        False,
        'An update with the label that the secret has already is refused.',
        'f5079ecc9e',
    ),
    'departed_grant_breaks_owner': Bug(
        'gone_grants_forgotten',
        (False,),
        True,
        'The grant of a unit that is gone stays: the owner is refused all metadata, `"" is not a valid unit name`.',
    ),
    # --- writing
    'metadata_update_erases_checksum': Bug(
        'metadata_update_erases_checksum',
        (True,),
        False,
        'After a change of label, description or policy alone, the same content makes a new revision.',
        '56daeca5ff, 26a6ffa21f',
    ),
    'several_sets_apart': Bug(
        'multi_set',
        ('append', 'replace'),
        'merge',
        'Of several secret-set of one secret in a hook each makes a revision, or the last alone counts.',
        '560e34648e, ae54108842',
    ),
    'earlier_grants_lost': Bug(
        'multi_grant',
        ('last_per_secret',),
        'last_per_relation',
        'Of several secret-grant of one secret in a hook the last alone counts, whatever the relation.',
        'f53cb196f8',
    ),
    'earlier_revokes_lost': Bug(
        'multi_revoke',
        ('last_per_secret',),
        'dedup_list',
        'Of several secret-revoke of one secret in a hook the last alone counts.',
        '506737096d',
    ),
    'earlier_removals_lost': Bug(
        'multi_remove',
        ('list', 'last'),
        'accumulate',
        'Of several secret-remove --revision of one secret in a hook the last alone counts, or each cancels one change.',
        '560e34648e, 4874ac6df4',
    ),
    'removal_by_prefix': Bug(
        'remove_prefix_bug',
        (True,),
        False,
        'The removal of revision 1 removes 10, 11, ... with it.',
        '3ac03d7570 (juju #20782)',
    ),
    'drop_grant_of_pending': Bug(
        'drop_grant_of_pending',
        (True,),
        False,
        'The grant of a secret that was added in the same hook is lost.',
        'd3e505c50b (juju #22961)',
    ),
    'set_loses_rotate_expire': Bug(
        'set_loses_rotate_expire',
        (True,),
        False,
        'A new policy neither schedules nor ends the rotation, and an expiry without new content is lost.',
        '5672d2f2c3, 2029ae79b2',
    ),
    'update_cancels_rotation': Bug(
        'update_cancels_rotation',
        (True,),
        False,
        'Every update that names no policy sets it to never.',
        '1d75296137',
    ),
    'read_cancels_rotation': Bug(
        'read_cancels_rotation',
        (True,),
        False,
        'A read that gives the owner another label sets the policy to never.',
        'b5d9a0abec',
    ),
    'policy_change_fails': Bug(
        'rotate_change',
        ('fail',),
        'if_earlier',
        'A hook that gives a secret that rotates another policy, or the same again, is refused.',
        'aae1cd90ac (juju #20928)',
    ),
    'policy_change_ignored': Bug(
        'rotate_change',
        ('keep',),
        'if_more_frequent',
        'A more frequent policy does not bring the next rotation forward.',
        'd081e1aec1 (juju #21278)',
    ),
    'removal_wipes_content': Bug(
        'removal_wipes_content',
        (True,),
        False,
        'The content of every secret of the model goes with any unit or application that owns one.',
        'd11b7d0a85 (juju #22649)',
    ),
    'app_secrets_go_early': Bug(
        'app_secret_deleted_on',
        ('dying',),
        'removed',
        "An application's secrets go as its removal begins: no hook that says goodbye can read them.",
        '327785753f (LP 2029285)',
    ),
    'gone_observers_pin': Bug(
        'gone_consumers_forgotten',
        (False,),
        True,
        'The revision that a unit tracked when it was removed never becomes obsolete.',
        '3ff3216bce, 5aedb56b66',
    ),
    'auto_prune_takes_latest': Bug(
        'prune_takes_latest',
        (True,),
        False,
        "Once the latest revision of a user's secret was removed, --auto-prune removes the one that is the latest then.",
    ),
    # --- hooks
    'expired_without_revision': Bug(
        'expired_has_revision',
        (False,),
        True,
        'secret-expired does not say which revision.',
        '6f8d599ff5 (LP 2023120)',
    ),
    'changed_without_label': Bug(
        'peer_changed_label',
        (False,),
        True,
        "Followers do not receive the label of their application's secret with secret-changed.",
        'ceba23c168 (LP 2004220)',
    ),
    'changes_while_down_lost': Bug(
        'changed_replayed',
        (False,),
        True,
        'An observer whose agent starts is not notified of secrets that changed while it was down.',
        'c4f5f6d4c8',
    ),
    'remove_for_tracked_revision': Bug(
        'remove_event_for_tracked',
        (True,),
        False,
        'Any read or label makes revisions obsolete that other units or the reader itself track: secret-remove comes for them.',
        '5197290edf (LP 2023364)',
    ),
    'unit_rotation_refused': Bug(
        'unit_rotation_refused',
        (True,),
        False,
        "After secret-rotate for a unit's own secret the unit's agent breaks: it runs nothing any more.",
    ),
    'gone_rotation_refused': Bug(
        'gone_rotation_refused',
        (True,),
        False,
        "After secret-rotate for a secret that is gone by then the unit's agent breaks: it runs nothing any more.",
    ),
    'skipped_rotation_refused': Bug(
        'skipped_rotation_refused',
        (True,),
        False,
        "When a failed secret-rotate is resolved without a retry, the unit's agent breaks: it runs nothing any more.",
    ),
    'gone_secrets_come_due': Bug(
        'workers_told_of_removal',
        (False,),
        True,
        'secret-expired comes every five minutes for a revision that is gone, and secret-rotate for a secret that is.',
    ),
    'concurrent_refreshes_unseen': Bug(
        'concurrent_refreshes_unseen',
        (True,),
        False,
        'In some orders, two observers that refresh at the same moment make nothing obsolete: secret-remove is late or lost.',
    ),
    'expiries_fold': Bug(
        'expiries_fold',
        (True,),
        False,
        'In some orders, the removal of a revision hides the expiry of another: secret-expired comes for a secret that is '
        'gone, or does not come.',
    ),
    'lost_content_keeps_unit': Bug(
        'lost_content_keeps_unit',
        (True,),
        False,
        'A unit that owns a secret whose content outside Juju is lost never goes: its agent fails again and again.',
    ),
    'drain_stops_at_lost': Bug(
        'drain_stops_at_lost',
        (True,),
        False,
        'When the secret backend is changed, a secret with lost content and those after it stay in the old one.',
    ),
    'removed_latest_locks': Bug(
        'removed_latest_locks',
        (True,),
        False,
        'In Kubernetes, nobody can write a secret any more whose latest revision was removed, and none of several revisions moves there.',
    ),
    'restart_forgets_relations': Bug(
        'restart_forgets_relations',
        (True,),
        False,
        'After its agent has restarted, a unit gets relation-broken without the remote application, and, as it goes, for peers.',
    ),
    'cmr_changed_events_lost': Bug(
        'cmr_changed_events',
        (False,),
        True,
        'Observers in another model get no secret-changed, in 4.0 none after the first.',
        '3.6: juju #23288; 4.0: b3da838786',
    ),
    # --- the Juju client
    'update_by_unknown_name_panics': Bug(
        'unknown_name_panics',
        (True,),
        False,
        'update-secret of a name that no secret has ends in a panic of the controller.',
    ),
    'show_by_name_returns_all': Bug(
        'show_by_name_returns_all',
        (True,),
        False,
        'show-secret by name shows every secret.',
        '60ba0ad864 (juju #21296)',
    ),
}
