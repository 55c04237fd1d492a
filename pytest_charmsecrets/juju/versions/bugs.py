"""Known bugs of Juju: behaviour that was fixed later as a bug, or after which Juju's own agent cannot continue.

Everything else that a release does is its behaviour. Each bug is a value of a switch. ``profiles`` says which releases
have it. A model uses the value without the bug unless the test requests the bug.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final


@dataclasses.dataclass(frozen=True, slots=True)
class Bug:
    """A bug of Juju."""

    switch: str
    """The switch that controls it."""
    faulty: tuple[Any, ...]
    """The values of the switch in releases with the bug."""
    sound: Any
    """The value of the switch without the bug."""
    about: str
    """A description in one sentence."""
    repaired: str = ''
    """The change in Juju that fixed it; empty if the examined releases still have the bug."""


BUGS: Final[Mapping[str, Bug]] = {
    # --- reading and labels
    'pending_content_hidden': Bug(
        'pending_reads',
        ('none',),
        'always',
        'A hook cannot read content that it has set itself.',
        '95b6b0d582 (LP 1998102)',
    ),
    'pending_creates_hidden': Bug(
        'pending_creates_known',
        (False,),
        True,
        'secret-ids and secret-info-get leave out the secrets that the same hook has added.',
        '95b6b0d582 (LP 1998102)',
    ),
    'pending_app_label_hidden': Bug(
        'pending_app_label',
        (False,),
        True,
        "An application's secret that the same hook has added cannot be read by its label.",
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
        "A follower that gives its application's secret another label gets an error, or the label applies to it alone.",
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
        'A label is used as a regular expression, so some labels are rejected as invalid or as already taken.',
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
        'An update with the current label of the secret is rejected.',
        'f5079ecc9e',
    ),
    'departed_grant_breaks_owner': Bug(
        'gone_grants_forgotten',
        (False,),
        True,
        'The grant to a removed unit stays, and the owner can read no metadata: `"" is not a valid unit name`.',
    ),
    # --- writing
    'metadata_update_erases_checksum': Bug(
        'metadata_update_erases_checksum',
        (True,),
        False,
        'After an update of only label, description or policy, setting the same content adds a new revision.',
        '56daeca5ff, 26a6ffa21f',
    ),
    'several_sets_apart': Bug(
        'multi_set',
        ('append', 'replace'),
        'merge',
        'Several secret-set of one secret in a hook add a revision each, or only the last one takes effect.',
        '560e34648e, ae54108842',
    ),
    'earlier_grants_lost': Bug(
        'multi_grant',
        ('last_per_secret',),
        'last_per_relation',
        'Of several secret-grant of one secret in a hook only the last takes effect, whatever the relation.',
        'f53cb196f8',
    ),
    'earlier_revokes_lost': Bug(
        'multi_revoke',
        ('last_per_secret',),
        'dedup_list',
        'Of several secret-revoke of one secret in a hook only the last takes effect.',
        '506737096d',
    ),
    'earlier_removals_lost': Bug(
        'multi_remove',
        ('list', 'last'),
        'accumulate',
        'Of several secret-remove --revision of one secret in a hook only the last takes effect, or each cancels one change.',
        '560e34648e, 4874ac6df4',
    ),
    'removal_by_prefix': Bug(
        'remove_prefix_bug',
        (True,),
        False,
        'The removal of revision 1 also removes revisions 10, 11, and so on.',
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
        'A new policy neither starts nor ends the rotation, and a new expiry without new content is lost.',
        '5672d2f2c3, 2029ae79b2',
    ),
    'update_cancels_rotation': Bug(
        'update_cancels_rotation',
        (True,),
        False,
        'Every update without a rotation policy sets the policy to never.',
        '1d75296137',
    ),
    'read_cancels_rotation': Bug(
        'read_cancels_rotation',
        (True,),
        False,
        'A read with which the owner changes its label sets the rotation policy to never.',
        'b5d9a0abec',
    ),
    'policy_change_fails': Bug(
        'rotate_change',
        ('fail',),
        'if_earlier',
        'A hook that sets the policy of a secret that already rotates is rejected.',
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
        'The removal of a unit or application that owns a secret removes the content of every secret of the model.',
        'd11b7d0a85 (juju #22649)',
    ),
    'app_secrets_go_early': Bug(
        'app_secret_deleted_on',
        ('dying',),
        'removed',
        "An application's secrets are removed when its removal begins, so its last hooks cannot read them.",
        '327785753f (LP 2029285)',
    ),
    'gone_observers_pin': Bug(
        'gone_consumers_forgotten',
        (False,),
        True,
        'A revision that a unit tracked when it was removed never becomes obsolete.',
        '3ff3216bce, 5aedb56b66',
    ),
    'auto_prune_takes_latest': Bug(
        'prune_takes_latest',
        (True,),
        False,
        'After the latest revision of a user secret was removed, --auto-prune removes the one that is the latest now.',
    ),
    # --- hooks
    'expired_without_revision': Bug(
        'expired_has_revision',
        (False,),
        True,
        'secret-expired does not have the number of the revision.',
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
        'Any read or label makes revisions obsolete that other units or the reader still track, and secret-remove runs for them.',
        '5197290edf (LP 2023364)',
    ),
    'unit_rotation_refused': Bug(
        'unit_rotation_refused',
        (True,),
        False,
        "After secret-rotate for a secret that a unit owns, the unit's agent breaks and runs no more hooks.",
    ),
    'gone_rotation_refused': Bug(
        'gone_rotation_refused',
        (True,),
        False,
        "After secret-rotate for a secret that was removed meanwhile, the unit's agent breaks and runs no more hooks.",
    ),
    'skipped_rotation_refused': Bug(
        'skipped_rotation_refused',
        (True,),
        False,
        "When a failed secret-rotate is resolved without a retry, the unit's agent breaks and runs no more hooks.",
    ),
    'gone_secrets_come_due': Bug(
        'workers_told_of_removal',
        (False,),
        True,
        'secret-expired runs every five minutes for a removed revision, and secret-rotate for a removed secret.',
    ),
    'concurrent_refreshes_unseen': Bug(
        'concurrent_refreshes_unseen',
        (True,),
        False,
        'In some orders, two observers that refresh at the same time make no revision obsolete: secret-remove is late or lost.',
    ),
    'expiries_fold': Bug(
        'expiries_fold',
        (True,),
        False,
        'In some orders, the removal of a revision hides the expiry of another: secret-expired runs for a removed secret, '
        'or does not run.',
    ),
    'lost_content_keeps_unit': Bug(
        'lost_content_keeps_unit',
        (True,),
        False,
        'A unit that owns a secret whose content in an external backend is lost is never removed: its agent fails repeatedly.',
    ),
    'drain_stops_at_lost': Bug(
        'drain_stops_at_lost',
        (True,),
        False,
        'When the secret backend is changed, a secret with lost content and all secrets after it stay in the old backend.',
    ),
    'removed_latest_locks': Bug(
        'removed_latest_locks',
        (True,),
        False,
        'On Kubernetes, a secret whose latest revision was removed can no longer be written, and none of several revisions moves there.',
    ),
    'restart_forgets_relations': Bug(
        'restart_forgets_relations',
        (True,),
        False,
        'After its agent has restarted, a unit runs relation-broken without the remote application, and for peers when removed.',
    ),
    'cmr_changed_events_lost': Bug(
        'cmr_changed_events',
        (False,),
        True,
        'Observers in another model run no secret-changed; in 4.0, none after the first.',
        '3.6: juju #23288; 4.0: b3da838786',
    ),
    # --- the Juju client
    'update_by_unknown_name_panics': Bug(
        'unknown_name_panics',
        (True,),
        False,
        'update-secret with a name that no secret has causes a panic of the controller.',
    ),
    'show_by_name_returns_all': Bug(
        'show_by_name_returns_all',
        (True,),
        False,
        'show-secret by name shows every secret.',
        '60ba0ad864 (juju #21296)',
    ),
}
