"""In every order that is drawn, Juju's guarantees about order hold."""

from __future__ import annotations

import collections
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_charmsecrets import HookRun
from tests.behaviour.long_scenario import run

from .random_operations import BEGINNING, STORIES, Story

ASKED = ('juju-exec', 'look', 'update-status')
"""Operations of a test, at any time."""


def hooks_of_units(journal):
    """Return the hooks that each unit ran, without what the test asked for."""
    units = collections.defaultdict(list)
    for record in journal.hooks():
        if record.hook not in ASKED:
            units[record.unit].append(record)
    return units


def kind(record: HookRun) -> str:
    endpoint = record.relation.partition(':')[0] if record.relation else None
    return record.hook.removeprefix(f'{endpoint}-') if endpoint else record.hook


def committed(records):
    return [record for record in records if record.outcome == 'committed']


def check_life(records):
    """G1, G2, G3, G5, G8: from install to remove."""
    kinds = [kind(record) for record in committed(records)]
    assert kinds[:1] in ([], ['install'])
    for before, after in (('upgrade-charm', 'config-changed'), ('stop', 'remove')):
        for place in [place for place, name in enumerate(kinds[:-1]) if name == before]:
            assert kinds[place + 1] == after
    if 'start' in kinds:
        assert kinds[kinds.index('start') - 1] == 'config-changed'
        first = kinds.index('start')
    else:
        first = len(kinds)
    early = kinds[:first]
    assert not {'relation-joined', 'relation-changed'} & set(early)
    if 'remove' in kinds:
        assert kinds.index('remove') == len(kinds) - 1
    if 'stop' in kinds:
        assert kinds[kinds.index('stop') :] in (['stop'], ['stop', 'remove'])


def check_relations(records):
    """G3 and G4: within each relation."""
    relations = collections.defaultdict(list)
    for record in committed(records):
        if record.relation is not None:
            relations[record.relation].append((kind(record), record.remote))
    for hooks in relations.values():
        kinds = [name for name, _ in hooks]
        assert kinds[0] == 'relation-created'
        assert kinds.count('relation-created') == 1
        if 'relation-broken' in kinds:
            assert kinds.index('relation-broken') == len(kinds) - 1
        present = set()
        for (name, remote), following in itertools.zip_longest(hooks, hooks[1:]):
            if name == 'relation-joined':
                assert remote not in present
                present.add(remote)
                assert following in (None, ('relation-changed', remote))
            elif name == 'relation-departed':
                assert remote in present
                present.remove(remote)
            elif name == 'relation-changed' and '/' in remote:
                assert remote in present
            elif name == 'relation-broken':
                assert not present


def check_secrets(records):
    """G7 and G13: each obsolete revision once; leadership before what it brings."""
    removed = [(record.secret, record.revision) for record in committed(records) if record.hook == 'secret-remove']
    assert len(removed) == len(set(removed))


def check_retries(records):
    """G12: after a hook that failed, the unit runs that again before any other."""
    for failed, following in itertools.pairwise(records):
        if failed.outcome != 'committed':
            assert (following.hook, following.relation, following.remote) == (
                failed.hook,
                failed.relation,
                failed.remote,
            )


def check_causes(journal):
    """G9: a unit is notified of a new revision only once the hook that made one is committed."""
    changed = set()
    for record in journal.hooks():
        if record.hook == 'secret-changed':
            assert record.secret in changed
        for effect in record.committed:
            if effect.kind == 'secret-set' and effect.revision is not None:
                changed.add(f'secret:{effect.secret}')


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The user of a random story takes revisions away from their readers.
@pytest.mark.charmsecrets(allow=['refused-read'])
@given(STORIES, st.integers(1, 10_000), st.sampled_from(('3.6.14', '4.0.14')))
def test_guarantees_hold_in_every_order(story, order, version):
    told = Story(order=order, juju_version=version, started=False)
    with told.model as model:
        for name, number in [*BEGINNING, *story]:
            told.do(name, number)
        told.do('settle', 0)
        for records in hooks_of_units(model.journal).values():
            check_life(records)
            check_relations(records)
            check_secrets(records)
            check_retries(records)
        check_causes(model.journal)


def hooks(model):
    return [str(record) for record in model.journal.hooks()]


def test_an_order_without_departures_is_the_fixed_one():
    assert hooks(run(seed=0, order={})) == hooks(run(seed=0))


def test_every_order_ends_in_the_same_state():
    """A story whose hooks do not depend on each other's order."""
    states = []
    for order in range(6):
        told = Story(order=order, started=False)
        with told.model as model:
            for name in (
                'settle',
                'add_secret',
                'share_secret',
                'settle',
                'change_secret',
                'settle',
                'add_unit',
                'settle',
            ):
                getattr(told, name)(0)
            (secret,) = model.secrets()
            states.append((secret.tracked_by, secret.grants, secret.content, {*map(str, model.journal.hooks())}))
    assert all(state == states[0] for state in states)
