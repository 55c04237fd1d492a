"""Whatever owners and observers do in whatever order, who reads what is as a tiny oracle says.

The oracle is written from spec/model-semantics.md, section 0, and shares no code with the model.
"""

from __future__ import annotations

import contextlib
import dataclasses

import hypothesis
import pytest
from hypothesis import stateful
from hypothesis import strategies as st

from pytest_charmsecrets import FakeModel, JujuError

OWNERS = ('db/0', 'db/1')
OBSERVERS = ('web/0', 'web/1')


@dataclasses.dataclass
class Expected:
    """What the oracle knows of one secret."""

    owner: str
    revisions: dict[int, str]
    latest: int = 1
    granted: bool = False
    tracked: dict[str, int] = dataclasses.field(default_factory=dict)

    def may_read(self, unit: str) -> bool:
        of_owner = unit == self.owner or unit.partition('/')[0] == self.owner
        return of_owner or (self.granted and unit in OBSERVERS)

    def read(self, unit: str, mode: str) -> str | None:
        """Return the content that a read shows, None if its revision is gone; moves what the unit tracks."""
        if unit not in self.tracked or mode == '--refresh':
            self.tracked[unit] = self.latest
            return self.revisions.get(self.latest)
        return self.revisions.get(self.latest if mode == '--peek' else self.tracked[unit])


class AccessAndTracking(stateful.RuleBasedStateMachine):
    secrets = stateful.Bundle('secrets')

    def __init__(self):
        super().__init__()
        self.model = FakeModel()
        self.units = {}
        for puppet in (
            self.model.deploy_puppet('db', provides={'database': 'sql'}, num_units=2),
            self.model.deploy_puppet('web', requires={'database': 'sql'}, num_units=2),
        ):
            self.units.update({unit.name: unit for unit in puppet.units})
        self.relation = self.model.integrate('db', 'web')
        self.model.settle()
        self.expected: dict[str, Expected] = {}
        self.values = 0

    @property
    def leader(self) -> str:
        return next(name for name in OWNERS if self.units[name].is_leader)

    def manager(self, uri: str) -> str:
        owner = self.expected[uri].owner
        return owner if '/' in owner else self.leader

    def command(self, unit: str, *argv: str) -> str:
        with self.units[unit].hook() as hook:
            return hook.command(*argv)

    def new_value(self) -> str:
        self.values += 1
        return f'value-{self.values}'

    @stateful.rule(target=secrets, kind=st.sampled_from(('application', 'unit')), unit=st.sampled_from(OWNERS))
    def add(self, kind, unit):
        value = self.new_value()
        if kind == 'application' and unit != self.leader:
            with pytest.raises(JujuError, match='this unit is not the leader'):
                self.command(unit, 'secret-add', f'key={value}')
            return stateful.multiple()
        uri = self.command(unit, 'secret-add', f'key={value}', '--owner', kind).strip()
        self.expected[uri] = Expected('db' if kind == 'application' else unit, {1: value})
        return uri

    @stateful.rule(uri=secrets)
    def publish(self, uri):
        if uri in self.expected:
            value = self.new_value()
            self.command(self.manager(uri), 'secret-set', uri, f'key={value}')
            secret = self.expected[uri]
            secret.latest += 1
            secret.revisions[secret.latest] = value

    @stateful.rule(uri=secrets, command=st.sampled_from(('secret-grant', 'secret-revoke')))
    def change_access(self, uri, command):
        if uri in self.expected:
            self.command(self.manager(uri), command, uri, '--relation', str(self.relation.id))
            self.expected[uri].granted = command == 'secret-grant'

    @stateful.rule(
        uri=secrets, unit=st.sampled_from(OWNERS + OBSERVERS), mode=st.sampled_from(('', '--peek', '--refresh'))
    )
    def read(self, uri, unit, mode):
        argv = ['secret-get', uri, 'key', *([mode] if mode else [])]
        secret = self.expected.get(uri)
        if secret is None:
            with pytest.raises(JujuError, match='not found'):
                self.command(unit, *argv)
        elif not secret.may_read(unit):
            with pytest.raises(JujuError, match='permission denied'):
                self.command(unit, *argv)
        elif (value := secret.read(unit, mode)) is None:
            # What the unit tracks moves although there is nothing to read; the hook goes on, as a charm's would.
            with self.units[unit].hook() as hook, contextlib.suppress(JujuError):
                hook.command(*argv)
                pytest.fail('a revision that is gone was read')
        else:
            assert self.command(unit, *argv) == f'{value}\n'

    @stateful.rule(uri=secrets, number=st.integers(1, 4))
    def remove_revision(self, uri, number):
        if uri in self.expected:
            self.command(self.manager(uri), 'secret-remove', uri, '--revision', str(number))
            secret = self.expected[uri]
            if not secret.revisions.keys() - {number}:
                del self.expected[uri]
            else:
                secret.revisions.pop(number, None)

    @stateful.rule(uri=secrets)
    def remove(self, uri):
        if uri in self.expected:
            self.command(self.manager(uri), 'secret-remove', uri)
            del self.expected[uri]

    @stateful.rule(uri=secrets, unit=st.sampled_from(OWNERS + OBSERVERS))
    def fail_in_a_hook_that_writes(self, uri, unit):
        before = {view.id: repr(view) for view in self.model.secrets()}
        with contextlib.suppress(ZeroDivisionError, JujuError), self.units[unit].hook() as hook:
            hook.command('secret-set', uri, 'key=discarded', '--label', 'discarded')
            hook.command('secret-remove', uri)
            raise ZeroDivisionError
        assert {view.id: repr(view) for view in self.model.secrets()} == before

    @stateful.rule(unit=st.sampled_from(OWNERS))
    def move_leadership(self, unit):
        self.model.set_leader(unit)

    @stateful.rule()
    def settle(self):
        self.model.settle()

    @stateful.invariant()
    def model_agrees_with_the_oracle(self):
        seen = {
            view.id: (view.owner, {number: revision.content['key'] for number, revision in view.revisions.items()})
            for view in self.model.secrets()
        }
        assert seen == {uri: (secret.owner, secret.revisions) for uri, secret in self.expected.items()}
        for uri, secret in self.expected.items():
            assert self.model.secret(uri).tracked_by == dict(sorted(secret.tracked.items()))
            assert self.model.secret(uri).latest_revision == secret.latest

    @stateful.invariant()
    def nothing_in_use_is_obsolete(self):
        for view in self.model.secrets():
            in_use = {view.latest_revision, *view.tracked_by.values()}
            assert not any(revision.obsolete for number, revision in view.revisions.items() if number in in_use)

    def teardown(self):
        self.model.close()


TestAccessAndTracking = AccessAndTracking.TestCase
TestAccessAndTracking.settings = hypothesis.settings(max_examples=200, stateful_step_count=40, deadline=None)
