"""Which release behaves how: the table that was made of Juju's history, written down once more by switch."""

from __future__ import annotations

import ast
import itertools
import re
import typing

import pytest

from pytest_charmsecrets import UsageError
from pytest_charmsecrets.juju import versions
from pytest_charmsecrets.juju.versions import (
    BUGS,
    PROFILES,
    RELEASES,
    SWITCHES,
    Profile,
    bugs_of,
    profile_for,
    releases_with,
)
from pytest_charmsecrets.juju.versions.switches import Switch

TABLE = """
                           3.1.2 3.1.6 3.1.10 3.3.0 3.4.0 3.4.6 3.5.7 3.6.0 3.6.14 4.0.5 4.0.14
size_limits                5k_raw . . . . 8k_raw . . 1mb_b64 . .
uri_style                  short full . . . . . . . . .
info_has_access            F . . . T . . . . . .
owner_tracks               F . T F T . . . . . .
pending_reads              always . flagged always flagged . . . . . .
pending_app_label          F T . . . . . . . . .
pending_update_by_label    F . . . . . . . T . .
owner_uri_and_label        error_if_same_label . ok error_if_same_label ok . . . . . .
owner_label_via_get        none   leader owner leader owner . . . . . .
peer_label                 ignore . error ignore error ignore . . . lease_error .
label_reuse_freed          F . T F T . . . . . .
label_is_regex             T . . . . F . . . . .
missing_error              permission_denied denied_access not_found denied_access not_found . . . . . .
error_texts                state . . . . . . . . domain_secret domain_unitstate
denied_read_tracks         T F . . . . . . . T .
idempotent_content         F . . . . . . T . . .
multi_set                  append replace . . . . merge . . . .
multi_grant                list last_per_secret . . last_per_relation . . . . . .
multi_revoke               list last_per_secret . . dedup_list . . . . . .
grant_prechecks            F . . . T . . . . . .
commit_order               deletes_first . deletes_last deletes_first deletes_last . . . . rest_first tracking_last
commit_atomic              per_op . . . . . . . . . all
multi_remove               list last . . . . . . accumulate . .
remove_prefix_bug          T . . . . . . . F . .
remove_missing             fail_secret_only . . fail . . . . ignore fail_secret_only ignore
update_missing             fail . . . . . . . . . ignore
async_delete               F . . . . . . . . . T
rotate_change              fail . . . . . . . if_earlier if_more_frequent .
expired_has_revision       F T . . . . . . . . .
peer_changed_label         T . . . . . . . . . .
remove_event_for_tracked   T F . . . . . . . . .
remove_event_after_delete  T . . . . . . . F . .
cmr                        F T . . . . . . . . .
cmr_changed_events         T . . . . . . . F . T
changed_if_tracking_latest T . . . . . . . . F .
changed_after_revoke       F . . . . . . . . T .
app_secret_deleted_on      dying removed . . . . . . . . .
user_secrets               F . . T . . . . . . .
secret_backends            T . . . . . . . . . .
content_deletion_takes     manage . . . . . . . . read .
whole_removal_deletes_content T . . . . . . . . F .
backend_in_config          T . . . . . . . . F .
empty_backend_shown        F . . . . . . . . T .
reserve_checks_life        F . . . . . . . . . .
observer_labels_stand_apart F . . . . . . . . T .
refresh_copies_owner_label F . . . . . . . . T .
latest_is_highest_left     F . . . . . . . . T .
times_rounded              T . . . . . . . . F .
dying_may_write            F . . . . . . . . T .
peer_grants                T . . . . . . . . F .
revoke_checks_subject      F . . . . . . . . T .
remove_event_bare_id       F . . . . . . . . T .
obsolescence_asked_often   F . . . . . . . . T .
obsolete_replayed          F . . . . . . . . T .
consumers_told_of_removal  T . . . . . . . . F .
workers_told_of_removal    T . . . . . . . . F .
any_write_repeats_expiry   T . . . . . . . . F .
every_expiry_loaded        T . . . . . . . . F .
leader_settings_changed    T . . . . . . . . F .
new_revisions_told_once    F . . . . . . . . T F
references_go_with_saas    F . . . . . . . . T .
units_of_others_granted    F . . . . . . . . T .
user_writes_charm_secrets  T . . . . . . . . F .
offering_application_granted F . . . . . . . . T .
user_removal_asks_access_first F . . . . . . . . T .
bare_id_as_option          F . . . . . . . . T .
unscheduled_run_fails      F . . . . . . . . T .
own_label_beats_uri        T . . . . . . . F T .
metadata_eager             T . . . . . . . F . .
label_clash                bare tag family tag family . . . . charm_secret exists
reread_claims_label        T F . . . . . . . . .
unit_secrets_deleted_on    dying . . . . . . removed . . .
update_cancels_rotation    F . . . . . . . . T F
read_cancels_rotation      F . . . . . . . . T F
removal_wipes_content      F . . . . . . . . T F
gone_grants_forgotten      T . . . . . . . . F .
prune_takes_latest         F . . . . . . . . T .
other_models_listed        T . . . . . . . . F .
policy_always_shown        F . . . . . . . . T .
revision_by_name_optional  F . . . . . . . . T .
grant_looks_for_subject_first T . . . . . . . . F .
revision_dated_by          expiry . . . . . . . . all all_but_commit
secrets_list_revisions     F . . . . . . . . T .
owner_and_level_shown             T . . . . . . . . F .
foreign_writes_refused     F . . . . . . . . T .
own_secrets_by_id          F . . . . . . . . T .
gone_rotation_refused      T . . . . . . . . . .
skipped_rotation_refused   T . . . . . . . . . .
dying_units_depart         T . . . . . . . . F .
restart_forgets_relations  T . . . . . . . . . .
unit_rotation_refused      T . . . . . . . . F .
concurrent_refreshes_unseen T . . . . . . . . F .
expiries_fold              T . . . . . . . . F .
lost_content_keeps_unit    F . . . . . . T . . .
drain_stops_at_lost        F . . . . . . T . . .
storage_words              constraints . . . . . . . . directives .
any_address_is_network     F . . . . . . . . . T
user_removal_refusal       revision . . . . . . . none_of_revisions deleting uri_and_revision
"""
"""One row per switch, one column per tree that was read, as shipped; a dot repeats what stands left of it."""

NEVER = {
    *('app_units_consume', 'drop_grant_of_pending', 'metadata_update_erases_checksum', 'peer_unit_label_clash'),
    *('removal_all_or_none', 'same_label_update_fails', 'set_loses_rotate_expire', 'show_by_name_returns_all'),
    *('removed_latest_locks', 'unknown_name_panics'),
}
"""Off in every tree: what only a release between the trees does."""
ALWAYS = {
    'changed_replayed',
    'gone_consumers_forgotten',
    'labels_checked_at_add',
    'labels_exclude_family',
    'pending_creates_known',
}

ASKED_BY_LOOKS = {'show_by_name_returns_all'}
"""Switches of bugs that only a look meets, which writes nothing."""


def cells():
    trees, *rows = (line.split() for line in TABLE.strip().splitlines())
    for switch, *values in rows:
        left = ''
        for tree, value in zip(trees, values, strict=True):
            left = left if value == '.' else value
            yield tree, switch, {'T': True, 'F': False}.get(left, left)


@pytest.mark.parametrize(('tree', 'switch', 'value'), list(cells()))
def test_tree_has_the_value_of_the_table(tree, switch, value):
    assert getattr(profile_for(tree, 'as-shipped'), switch) == value


def test_table_names_every_switch():
    assert {switch for _, switch, _ in cells()} | NEVER | ALWAYS == set(SWITCHES)
    for tree in PROFILES:
        assert not any(getattr(profile_for(tree, 'as-shipped'), switch) for switch in NEVER)
        assert all(getattr(profile_for(tree, 'as-shipped'), switch) for switch in ALWAYS)


def test_every_switch_says_what_it_decides_and_where_that_was_read():
    hints = typing.get_type_hints(Profile, include_extras=True)
    for name in SWITCHES:
        (switch,) = hints[name].__metadata__
        assert isinstance(switch, Switch)
        assert switch.rows
        assert switch.source
        assert switch.about.startswith(('whether ', 'which ', 'how ', 'when ', 'whose ', 'in which '))


def test_every_switch_is_asked_by_a_rule(rules_text):
    asked = {name for name in SWITCHES if re.search(rf'\bprofile\.{name}\b', rules_text)}
    asked |= set(re.findall(r"bugs\.(?:ask|note)\(\s*'(\w+)'", rules_text))
    assert set(SWITCHES) - asked == set()


def test_every_bug_is_asked_in_a_way_that_the_journal_notes(rules_text):
    """But for what a look asks, which writes nothing."""
    asked = set(re.findall(r"bugs\.(?:ask|note)\(\s*'(\w+)'", rules_text))
    assert {bug.switch for bug in BUGS.values()} - asked == ASKED_BY_LOOKS
    assert asked <= {bug.switch for bug in BUGS.values()}


@pytest.fixture(scope='session')
def rules(request):
    """The text of every module but those about versions, by its path in the package."""
    package = request.config.rootpath / 'pytest_charmsecrets'
    paths = (path.relative_to(package) for path in sorted(package.rglob('*.py')))
    return {path: (package / path).read_text() for path in paths if path.parts[:2] != ('juju', 'versions')}


@pytest.fixture(scope='session')
def rules_text(rules):
    return ''.join(rules.values())


def test_no_rule_compares_the_version(rules):
    """A line such as 4.1 is a profile: nothing but juju/versions knows which lines there are."""
    found = [
        f'{path}:{node.lineno}: {ast.unparse(node)}'
        for path, text in rules.items()
        for node in ast.walk(ast.parse(text))
        if decides_by_version(node)
    ]
    assert found == []


def decides_by_version(node):
    """Whether code compares or takes apart a profile's version, or compares anything to a text such as 4.0 or v4."""
    if isinstance(node, ast.Compare):
        operands = [node.left, *node.comparators]
        return any(is_version(part) for operand in operands for part in ast.walk(operand))
    if isinstance(node, ast.MatchValue):
        return is_version(node.value)
    if isinstance(node, ast.Attribute | ast.Subscript):
        return is_version_of_profile(node.value)
    return False


def is_version(node):
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and re.match(r'v[0-9]|[0-9]+\.[0-9]', node.value) is not None
    return is_version_of_profile(node)


def is_version_of_profile(node):
    return isinstance(node, ast.Attribute) and re.search(r'\bprofile\.version$', ast.unparse(node)) is not None


@pytest.mark.parametrize(
    ('code', 'decides'),
    (
        *(("profile.x == 'v4'", True), ("world.profile.version >= '4'", True), ("'4.1' in text", True)),
        *(("world.profile.version.startswith('4')", True), ('profile.version[0]', True)),
        *(("f'Juju {world.profile.version}'", False), ("profile.size_limits == '8k_raw'", False)),
    ),
)
def test_what_counts_as_comparing_the_version(code, decides):
    assert any(map(decides_by_version, ast.walk(ast.parse(code)))) == decides


def test_nothing_but_the_table_of_texts_asks_which_texts(rules):
    readers = [path.as_posix() for path, text in rules.items() if 'error_texts' in text]
    assert readers == ['juju/secrets/wording.py']


@pytest.mark.parametrize(
    ('version', 'full'),
    (
        *(('3.0', '3.0.3'), ('3.1', '3.1.10'), ('3.2', '3.2.4'), ('3.3', '3.3.7'), ('3.4', '3.4.6')),
        *(('3.5', '3.5.7'), ('3.6', '3.6.14'), ('4.0', '4.0.14'), ('3.6.28', '3.6.28'), ('3.3.1', '3.3.1')),
    ),
)
def test_version_that_a_charm_sees(version, full):
    assert profile_for(version).version == full


def test_releases_of_a_line_do_not_overlap_and_leave_no_gap():
    lines = {}
    for releases in RELEASES:
        lines.setdefault(releases.line, []).append(releases)
        assert releases.profile in PROFILES
    assert tuple(lines) == tuple(versions.ALIASES)
    for line in lines.values():
        assert all(after.first == before.last + 1 for before, after in itertools.pairwise(line))


@pytest.mark.parametrize(
    ('version', 'tree', 'differences'),
    (
        (
            '3.0.2',
            '3.1.2',
            {
                'secret_backends': False,
                'pending_reads': 'none',
                'peer_changed_label': False,
                'app_units_consume': True,
                'labels_exclude_family': False,
                'labels_checked_at_add': False,
                'pending_creates_known': False,
                'reread_claims_label': False,
                'gone_consumers_forgotten': False,
                'own_label_beats_uri': False,
                'changed_replayed': False,
            },
        ),
        (
            '3.0.3',
            '3.1.2',
            {'secret_backends': False, 'gone_consumers_forgotten': False, 'changed_replayed': False},
        ),
        ('3.1.1', '3.1.2', {'changed_replayed': False}),
        (
            '3.1.0',
            '3.1.2',
            {
                'changed_replayed': False,
                'gone_consumers_forgotten': False,
                'peer_changed_label': False,
                'pending_creates_known': False,
                'reread_claims_label': False,
            },
        ),
        (
            '3.1.5',
            '3.1.6',
            {
                'multi_set': 'append',
                'multi_grant': 'list',
                'multi_revoke': 'list',
                'multi_remove': 'list',
                'remove_event_for_tracked': True,
                'app_secret_deleted_on': 'dying',
                'pending_app_label': False,
            },
        ),
        ('3.1.7', '3.1.10', {}),
        ('3.2.3', '3.1.6', {'pending_app_label': False}),
        ('3.2.4', '3.1.6', {}),
        ('3.3.1', '3.4.0', {}),
        ('3.3.3', '3.4.0', {'size_limits': '8k_raw'}),
        ('3.3.4', '3.4.0', {'size_limits': '8k_raw', 'peer_label': 'consumer_label'}),
        ('3.4.2', '3.4.0', {'size_limits': '8k_raw', 'peer_label': 'consumer_label'}),
        ('3.3.7', '3.4.6', {'label_is_regex': True}),
        ('3.4.3', '3.4.6', {}),
        ('3.5.0', '3.4.6', {'label_is_regex': True, 'peer_label': 'consumer_label'}),
        ('3.5.1', '3.4.6', {'label_is_regex': True}),
        ('3.5.4', '3.4.6', {}),
        ('3.5.5', '3.5.7', {}),
        ('3.6.3', '3.6.0', {}),
        ('3.6.4', '3.6.0', {'remove_missing': 'fail_secret_only'}),
        (
            '3.6.6',
            '3.6.0',
            {'remove_missing': 'fail_secret_only', 'user_removal_refusal': 'none_of_revisions'},
        ),
        (
            '3.6.10',
            '3.6.0',
            {
                'remove_missing': 'fail_secret_only',
                'user_removal_refusal': 'none_of_revisions',
                'size_limits': '1mb_b64',
            },
        ),
        ('3.6.11', '3.6.14', {'pending_update_by_label': False, 'rotate_change': 'fail'}),
        ('3.6.12', '3.6.14', {}),
        ('3.6.15', '3.6.14', {'unknown_name_panics': True}),
        ('3.6.19', '3.6.14', {'removed_latest_locks': True, 'reserve_checks_life': True, 'unknown_name_panics': True}),
        (
            '4.0.0',
            '4.0.5',
            {
                'pending_update_by_label': False,
                'rotate_change': 'keep',
                'label_clash': 'being_used',
                'peer_unit_label_clash': True,
                'same_label_update_fails': True,
                'metadata_update_erases_checksum': True,
                'show_by_name_returns_all': True,
                'secrets_list_revisions': False,
            },
        ),
        (
            '4.0.1',
            '4.0.5',
            {
                'label_clash': 'being_used',
                'same_label_update_fails': True,
                'metadata_update_erases_checksum': True,
                'secrets_list_revisions': False,
            },
        ),
        ('4.0.2', '4.0.5', {'secrets_list_revisions': False}),
        ('4.0.3', '4.0.5', {}),
        (
            '4.0.11',
            '4.0.5',
            {
                'async_delete': True,
                'removal_all_or_none': True,
                'user_removal_refusal': 'uri_and_revision',
                'cmr_changed_events': True,
                'new_revisions_told_once': False,
            },
        ),
        (
            '4.0.12',
            '4.0.14',
            {
                'commit_atomic': 'all_but_creates',
                'label_clash': 'charm_secret',
                'metadata_update_erases_checksum': True,
                'set_loses_rotate_expire': True,
                'read_cancels_rotation': True,
            },
        ),
        ('4.0.13', '4.0.14', {'drop_grant_of_pending': True}),
        ('4.0.15', '4.0.14', {}),
    ),
)
def test_release_between_the_trees(version, tree, differences):
    shipped, of_tree = profile_for(version, 'as-shipped'), profile_for(tree, 'as-shipped')
    found = {name: getattr(shipped, name) for name in SWITCHES if getattr(shipped, name) != getattr(of_tree, name)}
    assert found == differences
    assert shipped.version == version


@pytest.mark.parametrize('bug', BUGS)
def test_a_bug_is_a_value_of_its_switch_that_only_releases_with_it_have(bug):
    switch, faulty, sound = BUGS[bug].switch, BUGS[bug].faulty, BUGS[bug].sound
    with_it = [releases.oldest for releases in RELEASES if bug in bugs_of(releases.oldest)]
    assert with_it
    for release in with_it:
        with_bug, without = profile_for(release, [bug]), profile_for(release)
        assert getattr(with_bug, switch) in faulty
        assert getattr(without, switch) == sound
        assert [name for name in SWITCHES if getattr(with_bug, name) != getattr(without, name)] == [switch]
        assert without.avoided[switch].bug == bug
        assert with_bug.bugs == (bug,)
        assert bug in profile_for(release, 'as-shipped').bugs
    for release in [releases.oldest for releases in RELEASES if releases.oldest not in with_it]:
        with pytest.raises(UsageError, match=re.escape(f'never had the bug {bug}; releases that had it: ')):
            profile_for(release, [bug])


def test_no_release_avoids_a_bug_as_shipped():
    for releases in RELEASES:
        shipped = profile_for(releases.oldest, 'as-shipped')
        assert not shipped.avoided
        assert shipped.bugs == bugs_of(releases.oldest)


@pytest.mark.parametrize(
    ('bug', 'releases'),
    (
        *(('cmr_changed_events_lost', '3.6.11 to 3.6.28, 4.0.0 to 4.0.5'), ('drop_grant_of_pending', '4.0.13')),
        *(('labels_are_patterns', '3.0.2 to 3.4.2, 3.5.0 to 3.5.1'), ('update_cancels_rotation', '4.0.0 to 4.0.11')),
        ('removal_by_prefix', '3.0.2 to 3.6.10'),
        *(('metadata_update_erases_checksum', '4.0.0 to 4.0.1, 4.0.12'), ('unit_rotation_refused', '3.0.2 to 3.6.28')),
        *(('gone_rotation_refused', '3.0.2 to 3.6.28, 4.0.0 to 4.0.15'), ('policy_change_ignored', '4.0.0')),
    ),
)
def test_releases_with_a_bug(bug, releases):
    assert releases_with(bug) == releases


@pytest.mark.parametrize(
    ('version', 'message'),
    (
        (
            '2.9.49',
            r"there is no profile for Juju '2.9.49'; use 3.6 \(which is 3.6.14\) or another of: 3.0.2 to 3.0.3 ",
        ),
        ('3.0.1', r"there is no profile for Juju '3.0.1'; use 3.0 \(which is 3.0.3\) or another of: "),
        ('3.6.29', r"there is no profile for Juju '3.6.29'; use 3.6 \(which is 3.6.14\) or another of: "),
        (
            '4.0.16',
            r"there is no profile for Juju '4.0.16'; use 4.0 \(which is 4.0.14\) or another of: .*4.0.0 to 4.0.15",
        ),
        ('4.1.0', r"there is no profile for Juju '4.1.0'; use 3.6 "),
        ('newest', r"there is no profile for Juju 'newest'; use 3.6 "),
        ('', r"there is no profile for Juju ''; use 3.6 "),
        ('3.6-beta2', r'Juju 3.6-beta2 was never released, so there is no profile for it; use a release of: 3.0.2 to '),
        ('4.0-rc1', r'Juju 4.0-rc1 was never released'),
        ('3.6.0-rc1', r'Juju 3.6.0-rc1 was never released'),
    ),
)
def test_version_without_a_profile_is_refused(version, message):
    with pytest.raises(UsageError, match=message):
        profile_for(version)
