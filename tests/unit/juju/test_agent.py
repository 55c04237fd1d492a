"""The next operation of a unit is a function of its snapshot and its local state."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from pytest_charmsecrets.juju import agent, agent_progress
from pytest_charmsecrets.juju.agent_state import ConsumedSecret, LocalRelation, LocalState, RelationSnapshot, Snapshot
from pytest_charmsecrets.juju.differences import Differences
from pytest_charmsecrets.juju.hooks import Hook
from pytest_charmsecrets.juju.noted import Noted

SECRET = '9m4e2mr0ui3e8a215n4g'


def relation(**changes: Any) -> RelationSnapshot:
    facts: dict[str, Any] = {
        'endpoint': 'database',
        'remote_application': 'db',
        'is_peer': False,
        'life': 'alive',
        'members': {},
        'applications': {'db': 0},
    }
    return RelationSnapshot(**{**facts, **changes})


def noted(make: Any, *args: Any, **fields: Any) -> Any:
    """Make a state of dictionaries."""
    return make(*args, **{name: Noted(value) if isinstance(value, dict) else value for name, value in fields.items()})


def snapshot_of(unit: str, **fields: Any) -> Snapshot:
    return noted(Snapshot, unit, **fields)


def next_operation(snapshot: Snapshot, local: LocalState) -> Hook | None:
    return agent.next_operation(Differences(snapshot, local))


def hooks_due(snapshot: Snapshot, local: LocalState) -> tuple[Hook, ...]:
    return agent.hooks_due(Differences(snapshot, local))


def follow_snapshot(snapshot: Snapshot, local: LocalState) -> agent.ScopeChanges:
    return agent.follow_snapshot(Differences(snapshot, local))


def idle(**changes: Any) -> LocalState:
    """Return the local state of a follower that has run everything so far."""
    facts: dict[str, Any] = {
        'installed': True,
        'started': True,
        'settings_seen': True,
        'config_version': 0,
        'charm_version': 0,
    }
    return noted(LocalState, **{**facts, **changes})


def run_all(snapshot: Snapshot, local: LocalState) -> list[str]:
    ran: list[str] = []
    follow_snapshot(snapshot, local)
    while (hook := next_operation(snapshot, local)) is not None:
        ran.append(hook.name + (f' {hook.remote_unit}' if hook.remote_unit else ''))
        agent_progress.note_start(local, hook)
        agent_progress.note_success(snapshot, local, hook)
        follow_snapshot(snapshot, local)
        assert len(ran) < 100
    return ran


@pytest.mark.parametrize(
    ('leader', 'expected'),
    (
        (True, ['install', 'leader-elected', 'config-changed', 'start']),
        (False, ['install', 'leader-settings-changed', 'config-changed', 'start']),
    ),
)
def test_a_unit_starts_with_install_leadership_config_and_start(leader, expected):
    assert run_all(snapshot_of('web/0', leader=leader), LocalState()) == expected


def test_relations_that_are_known_are_created_before_leadership_and_joined_after_start():
    snapshot = snapshot_of('web/0', leader=True, relations={1: relation(members={'db/0': 0}, applications={'db': 1})})
    assert run_all(snapshot, LocalState()) == [
        'install',
        'database-relation-created',
        'leader-elected',
        'config-changed',
        'start',
        'database-relation-changed',
        'database-relation-joined db/0',
        'database-relation-changed db/0',
    ]


def test_everything_that_waits_is_run_in_the_order_of_its_priority():
    snapshot = snapshot_of(
        'web/0',
        leader=True,
        config_version=1,
        charm_version=0,
        workloads=('workload',),
        relations={
            1: relation(applications={'db': 1}),
            2: relation(endpoint='new'),
            3: relation(endpoint='peers', remote_application='web', is_peer=True, applications={'web': 1}),
        },
        consumed={SECRET: ConsumedSecret(2, 'label')},
        due_rotations={SECRET: None},
        due_expirations={(SECRET, 1): None},
        obsolete={SECRET: frozenset({1, 3})},
        requests=[Hook('update-status', task_id='2'), Hook('action', action='look', task_id='1')],
    )
    local = idle(relations={1: LocalRelation(created=True), 3: LocalRelation(created=True)})
    assert run_all(snapshot, local) == [
        'new-relation-created',
        'leader-elected',
        'workload-pebble-ready',
        'secret-expired',
        'secret-rotate',
        'secret-changed',
        'secret-remove',
        'secret-remove',
        'look',
        'config-changed',
        'database-relation-changed',
        'peers-relation-changed',
        'update-status',
    ]


def test_an_upgrade_is_followed_by_config_changed_at_once():
    snapshot, local = snapshot_of('web/0', charm_version=1), idle()
    upgrade = next_operation(snapshot, local)
    assert upgrade is not None
    agent_progress.note_success(snapshot, local, upgrade)
    snapshot.due_rotations[SECRET] = None
    assert [upgrade.name, *run_all(snapshot, local)] == ['upgrade-charm', 'config-changed', 'secret-rotate']


def test_what_is_chained_is_not_split_by_a_secret_hook():
    snapshot, local = snapshot_of('web/0'), idle(queued=Hook('start'), started=False)
    snapshot.due_rotations[SECRET] = None
    assert run_all(snapshot, local) == ['start', 'secret-rotate']


def test_a_secret_changed_comes_when_the_revision_is_another_than_the_one_last_run():
    snapshot = snapshot_of('web/0', consumed={SECRET: ConsumedSecret(2, 'label')})
    assert run_all(snapshot, idle(secret_revisions={SECRET: 2})) == []
    assert run_all(snapshot, idle(secret_revisions={SECRET: 3})) == ['secret-changed']


def test_a_secret_hook_tells_what_juju_tells():
    snapshot = snapshot_of(
        'web/0',
        consumed={SECRET: ConsumedSecret(2, 'label')},
        due_rotations={SECRET: None},
        due_expirations={(SECRET, 1): None},
        obsolete={SECRET: frozenset({1})},
    )
    local = idle()
    assert [
        (hook.kind, hook.secret, hook.secret_label, hook.secret_revision) for hook in hooks_due(snapshot, local)
    ] == [
        ('secret-expired', SECRET, '', 1),
        ('secret-rotate', f'secret:{SECRET}', '', None),
        ('secret-changed', f'secret:{SECRET}', 'label', 2),
        ('secret-remove', f'secret:{SECRET}', '', 1),
    ]
    assert {hook.secret_id for hook in hooks_due(snapshot, local)} == {SECRET}


def test_a_secret_remove_is_run_once_per_revision():
    snapshot, local = snapshot_of('web/0', obsolete={SECRET: frozenset({1})}), idle()
    assert run_all(snapshot, local) == ['secret-remove']
    snapshot.obsolete[SECRET] = frozenset({1, 2})
    assert [hook.secret_revision for hook in hooks_due(snapshot, local)] == [2]


def test_what_is_due_is_told_without_being_run():
    snapshot, local = snapshot_of('web/0', due_rotations={SECRET: None}), idle()
    assert hooks_due(snapshot, local) == hooks_due(snapshot, local)
    assert (snapshot.due_rotations, local) == ({SECRET: None}, idle())


def test_a_unit_in_error_retries_its_hook_when_it_may_and_runs_nothing_else():
    failed = Hook('config-changed', version=1)
    snapshot, local = snapshot_of('web/0', config_version=1, due_rotations={SECRET: None}), idle()
    agent_progress.note_failure(snapshot, local, failed)
    assert next_operation(snapshot, local) is None
    assert [hook.name for hook in hooks_due(snapshot, local)] == ['config-changed', 'secret-rotate']
    local.may_retry = True
    assert next_operation(snapshot, local) == failed
    assert run_all(snapshot, local) == ['config-changed', 'secret-rotate']


def test_a_rotation_that_succeeds_on_its_retry_runs_once_more():
    snapshot, local = snapshot_of('web/0', due_rotations={SECRET: None}), idle()
    rotate = next_operation(snapshot, local)
    assert rotate is not None
    agent_progress.note_failure(snapshot, local, rotate)
    local.may_retry = True
    assert run_all(snapshot, local) == ['secret-rotate', 'secret-rotate']


def test_an_action_runs_on_a_unit_in_error_and_a_failed_one_puts_no_unit_into_error():
    action = Hook('action', action='look', task_id='1')
    snapshot, local = snapshot_of('web/0', requests=[action]), idle(failed=Hook('start'))
    assert next_operation(snapshot, local) == action
    agent_progress.note_failure(snapshot, local, action)
    assert next_operation(snapshot, local) is None
    assert local.failed == Hook('start')


@pytest.mark.parametrize(
    ('task_id', 'expected'), ((None, ['config-changed']), ('1', ['config-changed', 'update-status']))
)
def test_any_hook_stands_in_for_an_update_status_of_the_timer(task_id, expected):
    snapshot = snapshot_of('web/0', config_version=1, requests=[Hook('update-status', task_id=task_id)])
    assert run_all(snapshot, idle()) == expected


def test_an_update_status_waits_while_the_unit_is_in_error_and_puts_it_in_error_when_it_fails():
    update_status = Hook('update-status')
    snapshot, local = snapshot_of('web/0', requests=[update_status]), idle(failed=Hook('start'))
    assert next_operation(snapshot, local) is None
    local = idle()
    agent_progress.note_failure(snapshot, local, update_status)
    assert (snapshot.requests, local.failed) == ([], update_status)


def test_leadership_is_resigned_without_a_hook_and_accepted_with_one():
    snapshot, local = snapshot_of('web/0', leader=False), idle(leader=True, settings_seen=False)
    assert run_all(snapshot, local) == ['leader-settings-changed']
    snapshot.leader = True
    assert run_all(snapshot, local) == ['leader-elected']
    assert run_all(snapshot, local) == []


def test_leader_settings_changed_runs_once_in_the_life_of_an_agent():
    snapshot, local = snapshot_of('web/0', leader=False), idle(leader=True)
    assert run_all(snapshot, local) == []
    agent_progress.note_watchers_restart(local)
    assert run_all(snapshot, local) == ['leader-settings-changed']


@pytest.mark.parametrize('waits', ('failed', 'queued'))
def test_a_config_changed_that_waits_counts_for_the_config_of_when_it_runs(waits):
    snapshot, local = snapshot_of('web/0', config_version=3), idle(config_version=1)
    setattr(local, waits, Hook('config-changed', version=2))
    local.may_retry = True
    groups = agent.waiting_groups(Differences(snapshot, local))
    assert [hook for _, group in groups for lane in group for hook in lane] == [Hook('config-changed', version=2)]
    assert run_all(snapshot, local) == ['config-changed']


@pytest.mark.parametrize('failed', (Hook('start'), None))
def test_relations_are_entered_while_idle(failed):
    snapshot, local = snapshot_of('web/0', relations={1: relation()}), idle(failed=failed)
    assert follow_snapshot(snapshot, local).entered == (() if failed else (1,))


def test_a_relation_that_ends_before_it_was_told_of_is_left_without_a_hook():
    snapshot, local = snapshot_of('web/0', relations={1: relation(life='dying')}), idle(relations={1: LocalRelation()})
    assert follow_snapshot(snapshot, local).left == (1,)
    assert next_operation(snapshot, local) is None


def test_units_join_in_the_order_of_their_names_as_text():
    snapshot = snapshot_of('web/0', relations={1: relation(members={'db/2': 0, 'db/10': 0})})
    local = idle(relations={1: LocalRelation(created=True)})
    assert run_all(snapshot, local) == [
        'database-relation-joined db/10',
        'database-relation-changed db/10',
        'database-relation-joined db/2',
        'database-relation-changed db/2',
    ]


def test_the_changed_of_a_join_comes_even_if_the_relation_ends_meanwhile():
    snapshot = snapshot_of('web/0', relations={1: relation(members={'db/0': 0})})
    local = idle(relations={1: LocalRelation(created=True)})
    joined = next_operation(snapshot, local)
    assert joined is not None
    agent_progress.note_success(snapshot, local, joined)
    snapshot.relations[1] = dataclasses.replace(snapshot.relations[1], life='dying')
    assert run_all(snapshot, local) == [
        'database-relation-changed db/0',
        'database-relation-departed db/0',
        'database-relation-broken',
    ]


@pytest.mark.parametrize(
    ('life', 'application_life', 'departing'),
    (('alive', 'alive', 'db/0'), ('dying', 'alive', 'web/0'), ('alive', 'dying', 'web/0')),
)
def test_the_unit_that_departs_is_told(life, application_life, departing):
    ending = relation(life='dying', members={'db/0': 0})
    snapshot = snapshot_of('web/0', life=life, application_life=application_life, relations={1: ending})
    local = idle(relations={1: LocalRelation(created=True, members={'db/0': 0})})
    departed = next_operation(snapshot, local)
    assert departed is not None
    assert (departed.kind, departed.remote_unit, departed.departing_unit) == ('relation-departed', 'db/0', departing)


def test_a_dying_unit_ends_its_relations_and_runs_stop_and_remove_and_nothing_else():
    peers = relation(endpoint='peers', remote_application='web', is_peer=True, members={'web/1': 0})
    snapshot = snapshot_of(
        'web/0',
        life='dying',
        leader=True,
        config_version=5,
        relations={1: peers, 2: relation(members={'db/0': 3})},
        due_rotations={SECRET: None},
        requests=[Hook('update-status')],
    )
    known = {
        1: LocalRelation(created=True, members={'web/1': 0}),
        2: LocalRelation(created=True, members={'db/0': 0}),
    }
    local = idle(relations=known)
    assert run_all(snapshot, local) == [
        'database-relation-departed db/0',
        'database-relation-broken',
        'peers-relation-departed web/1',
        'stop',
        'remove',
    ]
    assert agent.is_finished(snapshot, local)


def test_a_unit_that_is_to_go_before_it_was_installed_just_goes():
    snapshot, local = snapshot_of('web/0', life='dying'), LocalState()
    assert next_operation(snapshot, local) is None
    assert agent.is_finished(snapshot, local)
