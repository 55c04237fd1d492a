"""The behaviour of each release: eleven trees of Juju's history that were read, and the releases between them.

Trees and releases are as they were shipped, with their bugs; ``profile_for`` leaves out the bugs that were not requested.
A new line is added here alone: a profile in ``PROFILES``, its releases in ``RELEASES``, and in ``ALIASES`` the release
that the name of the line stands for.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ...errors import UsageError, unknown
from .bugs import BUGS
from .profile import Avoided, Profile

DEFAULT_VERSION: Final = '3.6.14'

AS_SHIPPED: Final = 'as-shipped'
"""Stands for all bugs that a release was shipped with."""

_BROKEN_AGENT: Final[Mapping[str, Any]] = {
    'gone_rotation_refused': True,
    'skipped_rotation_refused': True,
    'restart_forgets_relations': True,
}
_BROKEN_AGENT_3: Final[Mapping[str, Any]] = {**_BROKEN_AGENT, 'unit_rotation_refused': True}
_RACES_3: Final[Mapping[str, Any]] = {'concurrent_refreshes_unseen': True, 'expiries_fold': True}
_LOST_CONTENT: Final[Mapping[str, Any]] = {'lost_content_keeps_unit': True, 'drain_stops_at_lost': True}

_3_6_0: Final[Mapping[str, Any]] = {
    **_BROKEN_AGENT_3,
    **_RACES_3,
    **_LOST_CONTENT,
    'size_limits': '8k_raw',
    'metadata_eager': True,
    'own_label_beats_uri': True,
    'pending_update_by_label': False,
    'multi_remove': 'last',
    'remove_prefix_bug': True,
    'remove_missing': 'fail',
    'rotate_change': 'fail',
    'remove_event_after_delete': True,
    'user_removal_refusal': 'revision',
}
_3_5_7: Final[Mapping[str, Any]] = {
    **_3_6_0,
    'lost_content_keeps_unit': False,
    'drain_stops_at_lost': False,
    'idempotent_content': False,
    'unit_secrets_deleted_on': 'dying',
}
_3_4_6: Final[Mapping[str, Any]] = {**_3_5_7, 'multi_set': 'replace'}
_3_4_0: Final[Mapping[str, Any]] = {
    **_3_4_6,
    'size_limits': '5k_raw',
    'peer_label': 'error',
    'label_is_regex': True,
}
_3_3_0: Final[Mapping[str, Any]] = {
    **_3_4_0,
    'info_has_access': False,
    'owner_tracks': False,
    'pending_reads': 'always',
    'owner_uri_and_label': 'error_if_same_label',
    'peer_label': 'ignore',
    'owner_label_via_get': 'leader',
    'label_reuse_freed': False,
    'label_clash': 'tag',
    'missing_error': 'denied_access',
    'multi_grant': 'last_per_secret',
    'multi_revoke': 'last_per_secret',
    'grant_prechecks': False,
    'commit_order': 'deletes_first',
}
_3_1_10: Final[Mapping[str, Any]] = {
    **_3_4_0,
    'info_has_access': False,
    'multi_grant': 'last_per_secret',
    'multi_revoke': 'last_per_secret',
    'grant_prechecks': False,
    'remove_missing': 'fail_secret_only',
    'user_secrets': False,
}
_3_1_6: Final[Mapping[str, Any]] = {**_3_3_0, 'remove_missing': 'fail_secret_only', 'user_secrets': False}
_3_1_2: Final[Mapping[str, Any]] = {
    **_3_1_6,
    'uri_style': 'short',
    'pending_app_label': False,
    'owner_label_via_get': 'none',
    'reread_claims_label': True,
    'label_clash': 'bare',
    'missing_error': 'permission_denied',
    'denied_read_tracks': True,
    'multi_set': 'append',
    'multi_grant': 'list',
    'multi_revoke': 'list',
    'multi_remove': 'list',
    'expired_has_revision': False,
    'remove_event_for_tracked': True,
    'cmr': False,
    'app_secret_deleted_on': 'dying',
}
_4_0_5: Final[Mapping[str, Any]] = {
    **_BROKEN_AGENT,
    **_LOST_CONTENT,
    'update_cancels_rotation': True,
    'read_cancels_rotation': True,
    'removal_wipes_content': True,
    'cmr_changed_events': False,
    'gone_grants_forgotten': False,
    'prune_takes_latest': True,
    'storage_words': 'directives',
    # reading, tracking, labels
    'own_label_beats_uri': True,
    'own_secrets_by_id': True,
    'peer_label': 'lease_error',
    'observer_labels_stand_apart': True,
    'label_clash': 'charm_secret',
    'error_texts': 'domain_secret',
    'denied_read_tracks': True,
    'refresh_copies_owner_label': True,
    # writing, hook commit
    'commit_order': 'rest_first',
    'content_deletion_takes': 'read',
    'whole_removal_deletes_content': False,
    'remove_missing': 'fail_secret_only',
    'rotate_change': 'if_more_frequent',
    'latest_is_highest_left': True,
    'times_rounded': False,
    'dying_may_write': True,
    'peer_grants': False,
    'revoke_checks_subject': True,
    # events
    'remove_event_bare_id': True,
    'obsolescence_asked_often': True,
    'obsolete_replayed': True,
    'changed_if_tracking_latest': False,
    'changed_after_revoke': True,
    'consumers_told_of_removal': False,
    'workers_told_of_removal': False,
    'any_write_repeats_expiry': False,
    'every_expiry_loaded': False,
    'leader_settings_changed': False,
    'dying_units_depart': False,
    # across models, and of users
    'new_revisions_told_once': True,
    'references_go_with_saas': True,
    'units_of_others_granted': True,
    'offering_application_granted': True,
    'other_models_listed': False,
    'foreign_writes_refused': True,
    'user_writes_charm_secrets': False,
    'revision_dated_by': 'all',
    'policy_always_shown': True,
    'revision_by_name_optional': True,
    'grant_looks_for_subject_first': False,
    'user_removal_asks_access_first': True,
    'user_removal_refusal': 'deleting',
    'bare_id_as_option': True,
    # the Juju client
    'empty_backend_shown': True,
    'secrets_list_revisions': True,
    'owner_and_level_shown': False,
    'backend_in_config': False,
    'unscheduled_run_fails': True,
}
_4_0_14: Final[Mapping[str, Any]] = {
    **_4_0_5,
    'any_address_is_network': True,
    'update_cancels_rotation': False,
    'read_cancels_rotation': False,
    'removal_wipes_content': False,
    'cmr_changed_events': True,
    'new_revisions_told_once': False,
    'label_clash': 'exists',
    'error_texts': 'domain_unitstate',
    'commit_order': 'tracking_last',
    'revision_dated_by': 'all_but_commit',
    'commit_atomic': 'all',
    'remove_missing': 'ignore',
    'update_missing': 'ignore',
    'async_delete': True,
    'user_removal_refusal': 'uri_and_revision',
}

PROFILES: Final[Mapping[str, Mapping[str, Any]]] = {
    '3.1.2': _3_1_2,
    '3.1.6': _3_1_6,
    '3.1.10': _3_1_10,
    '3.3.0': _3_3_0,
    '3.4.0': _3_4_0,
    '3.4.6': _3_4_6,
    '3.5.7': _3_5_7,
    '3.6.0': _3_6_0,
    DEFAULT_VERSION: {**_BROKEN_AGENT_3, **_RACES_3, **_LOST_CONTENT, 'cmr_changed_events': False},
    '4.0.5': _4_0_5,
    '4.0.14': _4_0_14,
}
"""The trees that were read, with their differences from the defaults, which are 3.6.14 without its bugs."""


@dataclasses.dataclass(frozen=True, slots=True)
class Releases:
    """Releases of one line that behave alike."""

    line: str
    """Such as ``3.6``."""
    first: int
    last: int
    """The first and last of them: the third part of the version number."""
    profile: str
    """The tree that they behave as."""
    overrides: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    """Their differences from that tree."""

    def __contains__(self, version: str) -> bool:
        line, _, patch = version.rpartition('.')
        return line == self.line and self.first <= int(patch) <= self.last

    @property
    def oldest(self) -> str:
        """The number of the first of them."""
        return f'{self.line}.{self.first}'

    @property
    def newest(self) -> str:
        """The number of the last of them."""
        return f'{self.line}.{self.last}'

    def __str__(self) -> str:
        """The releases, such as ``3.6.12 to 3.6.18``."""
        return self.oldest if self.oldest == self.newest else f'{self.oldest} to {self.newest}'


_BEFORE_3_1_6: Final[Mapping[str, Any]] = {
    'multi_set': 'append',
    'multi_grant': 'list',
    'multi_revoke': 'list',
    'multi_remove': 'list',
    'remove_event_for_tracked': True,
    'app_secret_deleted_on': 'dying',
    'pending_app_label': False,
}
_NOT_REPLAYED: Final[Mapping[str, Any]] = {'changed_replayed': False}
_OWN_LABEL: Final[Mapping[str, Any]] = {'peer_label': 'consumer_label'}
_8K: Final[Mapping[str, Any]] = {'size_limits': '8k_raw'}
_REGEX: Final[Mapping[str, Any]] = {'label_is_regex': True}
_SECRET_ONLY: Final[Mapping[str, Any]] = {'remove_missing': 'fail_secret_only'}
_NONE_OF_REVISIONS: Final[Mapping[str, Any]] = {'user_removal_refusal': 'none_of_revisions'}
_SAME_LABEL_AND_CHECKSUM: Final[Mapping[str, Any]] = {
    'same_label_update_fails': True,
    'metadata_update_erases_checksum': True,
}
_PANICS: Final[Mapping[str, Any]] = {'unknown_name_panics': True}
_NO_REVISIONS: Final[Mapping[str, Any]] = {'secrets_list_revisions': False}
_BEING_USED: Final[Mapping[str, Any]] = {'label_clash': 'being_used'}

RELEASES: Final[tuple[Releases, ...]] = (
    Releases(
        '3.0',
        2,
        2,
        '3.1.2',
        {
            'secret_backends': False,
            'pending_reads': 'none',
            'pending_creates_known': False,
            'peer_changed_label': False,
            'app_units_consume': True,
            'own_label_beats_uri': False,
            'labels_exclude_family': False,
            'labels_checked_at_add': False,
            'reread_claims_label': False,
            'gone_consumers_forgotten': False,
            **_NOT_REPLAYED,
        },
    ),
    Releases('3.0', 3, 3, '3.1.2', {'secret_backends': False, 'gone_consumers_forgotten': False, **_NOT_REPLAYED}),
    Releases(
        '3.1',
        0,
        0,
        '3.1.2',
        {
            'pending_creates_known': False,
            'peer_changed_label': False,
            'reread_claims_label': False,
            'gone_consumers_forgotten': False,
            **_NOT_REPLAYED,
        },
    ),
    Releases('3.1', 1, 1, '3.1.2', _NOT_REPLAYED),
    Releases('3.1', 2, 2, '3.1.2'),
    Releases('3.1', 3, 5, '3.1.6', _BEFORE_3_1_6),
    Releases('3.1', 6, 6, '3.1.6'),
    Releases('3.1', 7, 10, '3.1.10'),
    Releases(
        '3.2',
        0,
        0,
        '3.1.6',
        {**_BEFORE_3_1_6, 'missing_error': 'permission_denied', 'expired_has_revision': False},
    ),
    Releases('3.2', 1, 3, '3.1.6', {'pending_app_label': False}),
    Releases('3.2', 4, 4, '3.1.6'),
    Releases('3.3', 0, 0, '3.3.0'),
    Releases('3.3', 1, 1, '3.4.0'),
    Releases('3.3', 2, 3, '3.4.0', _8K),
    Releases('3.3', 4, 4, '3.4.0', {**_8K, **_OWN_LABEL}),
    Releases('3.3', 5, 7, '3.4.6', _REGEX),
    Releases('3.4', 0, 0, '3.4.0'),
    Releases('3.4', 1, 2, '3.4.0', {**_8K, **_OWN_LABEL}),
    Releases('3.4', 3, 6, '3.4.6'),
    Releases('3.5', 0, 0, '3.4.6', {**_REGEX, **_OWN_LABEL}),
    Releases('3.5', 1, 1, '3.4.6', _REGEX),
    Releases('3.5', 2, 4, '3.4.6'),
    Releases('3.5', 5, 7, '3.5.7'),
    Releases('3.6', 0, 3, '3.6.0'),
    Releases('3.6', 4, 5, '3.6.0', _SECRET_ONLY),
    Releases('3.6', 6, 8, '3.6.0', {**_SECRET_ONLY, **_NONE_OF_REVISIONS}),
    Releases('3.6', 9, 10, '3.6.0', {**_SECRET_ONLY, **_NONE_OF_REVISIONS, 'size_limits': '1mb_b64'}),
    Releases('3.6', 11, 11, DEFAULT_VERSION, {'pending_update_by_label': False, 'rotate_change': 'fail'}),
    Releases('3.6', 12, 14, DEFAULT_VERSION),
    Releases('3.6', 15, 18, DEFAULT_VERSION, _PANICS),
    Releases('3.6', 19, 28, DEFAULT_VERSION, {**_PANICS, 'reserve_checks_life': True, 'removed_latest_locks': True}),
    Releases(
        '4.0',
        0,
        0,
        '4.0.5',
        {
            **_BEING_USED,
            **_SAME_LABEL_AND_CHECKSUM,
            **_NO_REVISIONS,
            'peer_unit_label_clash': True,
            'show_by_name_returns_all': True,
            'pending_update_by_label': False,
            'rotate_change': 'keep',
        },
    ),
    Releases('4.0', 1, 1, '4.0.5', {**_BEING_USED, **_SAME_LABEL_AND_CHECKSUM, **_NO_REVISIONS}),
    Releases('4.0', 2, 2, '4.0.5', _NO_REVISIONS),
    Releases('4.0', 3, 5, '4.0.5'),
    Releases(
        '4.0',
        6,
        11,
        '4.0.5',
        {
            'async_delete': True,
            'removal_all_or_none': True,
            'user_removal_refusal': 'uri_and_revision',
            'cmr_changed_events': True,
            'new_revisions_told_once': False,
        },
    ),
    Releases(
        '4.0',
        12,
        12,
        '4.0.14',
        {
            'commit_atomic': 'all_but_creates',
            'label_clash': 'charm_secret',
            'metadata_update_erases_checksum': True,
            'set_loses_rotate_expire': True,
            'read_cancels_rotation': True,
        },
    ),
    Releases('4.0', 13, 13, '4.0.14', {'drop_grant_of_pending': True}),
    Releases('4.0', 14, 15, '4.0.14'),
)
"""Every release that a model can have. A number that was never published behaves as the next published one."""

ALIASES: Final[Mapping[str, str]] = {
    '3.0': '3.0.3',
    '3.1': '3.1.10',
    '3.2': '3.2.4',
    '3.3': '3.3.7',
    '3.4': '3.4.6',
    '3.5': '3.5.7',
    '3.6': DEFAULT_VERSION,
    '4.0': '4.0.14',
}
"""The release that a line stands for."""

_RELEASE: Final = re.compile(r'(?P<line>[0-9]+\.[0-9]+)\.[0-9]+')
_PRERELEASE: Final = re.compile(r'[0-9]+(?:\.[0-9]+)+-?(?:alpha|beta|rc)[0-9.]*')


def profile_for(version: str, bugs: Iterable[str] = ()) -> Profile:
    """Return the profile of a Juju version.

    Args:
        version: a release such as ``3.6.14``, or a line such as ``3.6`` for the release that stands for it.
        bugs: names of bugs to reproduce, or ``as-shipped`` for all that the release was shipped with.

    Raises:
        UsageError: if there is no profile for that version, no bug of a name, or the release never had the bug.
    """
    full, shipped = _as_shipped(version)
    had = bugs_of(version)
    asked = tuple(had) if bugs == AS_SHIPPED else tuple(bugs)
    for bug in asked:
        check_bug(bug)
        if bug not in had:
            raise UsageError(f'Juju {full} never had the bug {bug}; releases that had it: {releases_with(bug)}')
    avoided = [bug for bug in had if bug not in asked]
    sound = {BUGS[bug].switch: BUGS[bug].sound for bug in avoided}
    switches = {BUGS[bug].switch: Avoided(bug, shipped[BUGS[bug].switch]) for bug in avoided}
    return Profile(full, tuple(dict.fromkeys(asked)), switches, **{**shipped, **sound})


def check_bug(bug: str) -> None:
    """Refuse a name that no bug has.

    Raises:
        UsageError: if there is none.
    """
    if bug not in BUGS:
        raise unknown('bug of Juju', bug, BUGS, 'see the reference of Juju versions')


def bugs_of(version: str) -> tuple[str, ...]:
    """Return the names of the bugs that a release was shipped with.

    Raises:
        UsageError: if there is no profile for that version.
    """
    full, shipped = _as_shipped(version)
    profile = Profile(full, **shipped)
    return tuple(name for name, bug in BUGS.items() if getattr(profile, bug.switch) in bug.faulty)


def releases_with(bug: str) -> str:
    """Return the releases that were shipped with a bug, such as ``3.0.2 to 3.6.10, 4.0.0``."""
    runs: list[list[Releases]] = []
    before: Releases | None = None
    for releases in RELEASES:
        if bug in bugs_of(releases.oldest):
            is_next = before is not None and before.line[0] == releases.line[0]
            runs = [*runs[:-1], [*runs[-1], releases]] if is_next else [*runs, [releases]]
            before = releases
        else:
            before = None
    return ', '.join(map(_describe_run, runs))


def _describe_run(run: list[Releases]) -> str:
    first, last = run[0].oldest, run[-1].newest
    return first if first == last else f'{first} to {last}'


def _as_shipped(version: str) -> tuple[str, dict[str, Any]]:
    """Return the full number of a version, and the switches of the release as it was shipped."""
    full = ALIASES.get(version, version)
    if _RELEASE.fullmatch(full):
        for releases in RELEASES:
            if full in releases:
                return full, {**PROFILES[releases.profile], **releases.overrides}
    raise UsageError(_without_profile(version))


def _without_profile(version: str) -> str:
    known = ', '.join(_describe_lines())
    if _PRERELEASE.fullmatch(version):
        return f'Juju {version} was never released, so there is no profile for it; use a release of: {known}'
    match = _RELEASE.fullmatch(version)
    nearest = match['line'] if match is not None and match['line'] in ALIASES else '3.6'
    return (
        f'there is no profile for Juju {version!r}; use {nearest} (which is {ALIASES[nearest]}) or another of: {known}'
    )


def _describe_lines() -> Iterable[str]:
    for line, standing in ALIASES.items():
        patches = [patch for releases in RELEASES if releases.line == line for patch in (releases.first, releases.last)]
        yield f'{line}.{min(patches)} to {line}.{max(patches)} ({line} is {standing})'
