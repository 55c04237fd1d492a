"""Invariants hold whatever owners, observers and users do, in any order, on old and new Juju.

And a tiny oracle, which shares no code with the model, agrees on content, tracking and access.
"""

from __future__ import annotations

import contextlib
import json

import hypothesis
import pytest
from hypothesis import stateful
from hypothesis import strategies as st

from pytest_charmsecrets import FakeModel, HookFailed, JujuError

from .secret_oracle import USER, Oracle, Rules

VERSIONS = {
    '3.1.6': Rules(owner_tracks=False, unchanged_content_counts=True, grants_known=False, users=False),
    '3.1.10': Rules(unchanged_content_counts=True, grants_known=False, users=False),
    '3.4.6': Rules(unchanged_content_counts=True),
    '3.6.14': Rules(),
    '4.0.14': Rules(v4=True),
}
OWNERS = ('db/0', 'db/1')
OBSERVERS = ('web/0', 'web/1')
UNITS = OWNERS + OBSERVERS
NUMBERS = st.integers(1, 4)
MODES = st.sampled_from(('', '--peek', '--refresh'))


class Secrets(stateful.RuleBasedStateMachine):
    """``db`` owns, ``web`` observes, over two relations; a user has secrets as well."""

    version: str
    secrets = stateful.Bundle('secrets')

    def __init__(self):
        super().__init__()
        self.model = FakeModel(self.version)
        self.oracle = Oracle(VERSIONS[self.version])
        self.puppets = {
            'db': self.model.deploy_puppet('db', provides={'one': 'sql', 'two': 'nosql'}, num_units=2),
            'web': self.model.deploy_puppet('web', requires={'one': 'sql', 'two': 'nosql'}, num_units=2),
        }
        self.relations = {name: self.model.integrate(f'db:{name}', f'web:{name}') for name in ('one', 'two')}
        self.model.settle()
        self.values = 0

    # --- who does it

    @property
    def units(self):
        return {unit.name: unit for puppet in self.puppets.values() for unit in puppet.units}

    @property
    def leader(self):
        return self.puppets['db'].leader.name

    def command(self, unit, *argv):
        """Run a command in a hook of its own; returns what it prints, or the refusal."""
        printed = ''
        try:
            with self.units[unit].hook() as hook, contextlib.suppress(JujuError):
                printed = hook.command(*argv)
        except HookFailed as failed:
            return failed
        return printed or self.model.journal.commands()[-1]

    def value(self):
        self.values += 1
        return f'value-{self.values}'

    def state_of(self, uri):
        view = self.model.secret(uri)
        names = ('owner', 'label', 'name', 'description', 'rotation', 'next_rotation', 'expires', 'latest_revision')
        return (*(getattr(view, name) for name in names), repr(view.revisions), view.grants, view.labels, repr(view))

    def everything(self, *, besides=None):
        return {view.id: self.state_of(view.id) for view in self.model.secrets() if view.id != besides}

    @contextlib.contextmanager
    def touching(self, uri):
        """A change of one secret leaves all others as they are."""
        before = self.everything(besides=uri)
        yield
        assert self.everything(besides=uri) == before

    def is_there(self, uri):
        return uri in self.oracle.secrets

    # --- what can be done

    @stateful.rule(target=secrets, kind=st.sampled_from(('application', 'unit')), unit=st.sampled_from(OWNERS))
    def add(self, kind, unit):
        value = self.value()
        if unit not in self.units:
            return stateful.multiple()
        answer = self.command(unit, 'secret-add', f'key={value}', '--owner', kind, '--rotate', 'daily')
        if kind == 'application' and unit != self.leader:
            assert answer.stderr == 'ERROR this unit is not the leader\n'
            return stateful.multiple()
        self.oracle.add(answer.strip(), 'db' if kind == 'application' else unit, value)
        return answer.strip()

    @stateful.precondition(lambda self: self.oracle.rules.users)
    @stateful.rule(target=secrets)
    def add_as_user(self):
        value = self.value()
        uri = self.model.add_secret(f'name-{value}', {'key': value})
        self.oracle.add(uri, USER, value)
        return uri

    @stateful.rule(uri=secrets, unit=st.sampled_from(UNITS), what=st.sampled_from(('new', 'same', 'metadata')))
    def write(self, uri, unit, what):
        if not self.is_there(uri) or unit not in self.units:
            return
        secret = self.oracle.secrets[uri]
        value = {'new': self.value(), 'same': secret.written, 'metadata': None}[what]
        argument = ['--description', self.value()] if value is None else [f'key={value}']
        with self.touching(uri):
            if secret.owner == USER and what != 'metadata':
                self.model.update_secret(uri, {'key': value})
                self.oracle.write(uri, value)
                return
            answer = self.command(unit, 'secret-set', uri, *argument)
        if self.oracle.manages(uri, unit, self.leader):
            self.oracle.write(uri, value)
        else:
            assert isinstance(answer, HookFailed)

    @stateful.precondition(lambda self: self.oracle.rules.users)
    @stateful.rule(uri=secrets)
    def prune_automatically(self, uri):
        if self.is_there(uri) and self.oracle.secrets[uri].owner == USER:
            with self.touching(uri):
                self.model.update_secret(uri, auto_prune=True)
            self.oracle.secrets[uri].pruned = True
            self.oracle.write(uri, None)

    @stateful.rule(
        uri=secrets,
        unit=st.sampled_from(UNITS),
        command=st.sampled_from(('secret-grant', 'secret-revoke')),
        over=st.sampled_from(('one', 'two')),
        subject=st.sampled_from(('web', *OBSERVERS)),
    )
    def change_access(self, uri, unit, command, over, subject):
        if not self.is_there(uri) or unit not in self.units or subject not in {*self.units, 'web'}:
            return
        secret = self.oracle.secrets[uri]
        if secret.owner == USER:
            if subject == 'web':
                change = self.model.grant_secret if command == 'secret-grant' else self.model.revoke_secret
                change(uri, 'web')
                self.note_access(secret, command, subject, 0)
            return
        relation = self.relations[over].id
        argv = [command, uri, '--relation', str(relation), *(['--unit', subject] if '/' in subject else [])]
        before = dict(secret.grants)
        with self.touching(uri):
            answer = self.command(unit, *argv)
        if not isinstance(answer, HookFailed) and answer.exit_code == 0:
            self.note_access(secret, command, subject, relation)
        if not self.oracle.manages(uri, unit, self.leader):
            assert self.model.secret(uri).grants.keys() == before.keys()

    def note_access(self, secret, command, subject, relation):
        if command == 'secret-revoke':
            secret.grants.pop(subject, None)
        elif not self.oracle.rules.grants_known or secret.grants.get('web') != relation:
            secret.grants[subject] = relation

    @stateful.rule(uri=secrets, unit=st.sampled_from(UNITS), mode=MODES)
    def read(self, uri, unit, mode):
        if unit not in self.units:
            return
        with self.touching(uri):
            answer = self.command(unit, 'secret-get', uri, 'key', *([mode] if mode else []))
        if not self.is_there(uri):
            assert 'not found' in answer.stderr
            return
        allowed, value = self.oracle.read(uri, unit, mode)
        if allowed and value is not None:
            assert answer == f'{value}\n'
        else:
            refusal = 'not found' if allowed else 'not allowed' if self.oracle.rules.v4 else 'permission denied'
            assert refusal in answer.stderr

    @stateful.rule(uri=secrets, unit=st.sampled_from(UNITS), number=st.none() | NUMBERS)
    def remove(self, uri, unit, number):
        if not self.is_there(uri) or unit not in self.units:
            return
        if self.oracle.secrets[uri].owner == USER:
            if number is None or number in self.oracle.secrets[uri].revisions:
                self.model.remove_secret(uri, revision=number)
                self.oracle.remove(uri, number)
            return
        flags = ['--revision', str(number)] if number is not None else []
        with self.touching(uri):
            answer = self.command(unit, 'secret-remove', uri, *flags)
        if self.oracle.manages(uri, unit, self.leader):
            self.oracle.remove(uri, number)
        else:
            assert isinstance(answer, HookFailed)

    @stateful.rule(uri=secrets, unit=st.sampled_from(UNITS), number=NUMBERS)
    def fail_in_a_hook_that_writes(self, uri, unit, number):
        if unit not in self.units:
            return
        before, due = self.everything(), self.model.due
        with contextlib.suppress(ZeroDivisionError), self.units[unit].hook() as hook:
            for argv in (
                ['secret-add', 'key=discarded', '--owner', 'unit', '--label', 'discarded'],
                ['secret-set', uri, 'key=discarded', '--label', 'discarded', '--rotate', 'hourly', '--expire', '1h'],
                ['secret-grant', uri, '--relation', str(self.relations['one'].id)],
                ['secret-revoke', uri, '--app', 'web'],
                ['secret-remove', uri, *(['--revision', str(number)] if number > 1 else [])],
            ):
                with contextlib.suppress(JujuError):
                    hook.command(*argv)
            raise ZeroDivisionError
        assert (self.everything(), self.model.due) == (before, due)

    @stateful.rule(unit=st.sampled_from(OWNERS))
    def move_leadership(self, unit):
        if unit in self.units:
            self.model.set_leader(unit)

    @stateful.rule(over=st.sampled_from(('one', 'two')))
    def relate_anew(self, over):
        self.settle()
        self.model.remove_relation(f'db:{over}', f'web:{over}')
        self.settle()
        self.oracle.forget_relation(self.relations[over].id)
        self.relations[over] = self.model.integrate(f'db:{over}', f'web:{over}')
        self.settle()

    @stateful.rule(unit=st.sampled_from(UNITS))
    def remove_unit(self, unit):
        application = unit.partition('/')[0]
        if unit in self.units and len(self.puppets[application].units) > 1:
            self.settle()
            self.model.remove_unit(unit)
            self.settle()
            self.oracle.forget_unit(unit)

    @stateful.rule(hours=st.integers(1, 50))
    def let_time_pass(self, hours):
        self.model.advance(hours=hours)
        self.oracle.settle()

    @stateful.rule()
    def settle(self):
        self.model.settle()
        self.oracle.settle()

    # --- what always holds

    @stateful.invariant()
    def oracle_agrees(self):
        assert {view.id for view in self.model.secrets()} == set(self.oracle.secrets)
        for uri, expected in self.oracle.secrets.items():
            view = self.model.secret(uri)
            held = {number: revision.content['key'] for number, revision in view.revisions.items()}
            assert (view.owner, held, view.latest_revision) == (expected.owner, expected.revisions, expected.latest)
            assert view.tracked_by == dict(sorted(expected.tracked.items()))
            assert view.grants.keys() == expected.grants.keys()
            assert set(view.readers) == {unit for unit in self.units if expected.may_read(unit)}
            assert {n for n, revision in view.revisions.items() if revision.obsolete} == expected.obsolete

    @stateful.invariant()
    def no_revision_in_use_is_obsolete(self):
        for view in self.model.secrets():
            in_use = {view.latest_revision, *view.tracked_by.values()} - self.oracle.secrets[view.id].fallen_back
            assert not any(revision.obsolete for number, revision in view.revisions.items() if number in in_use)

    @stateful.invariant()
    def owner_is_told_of_one_grant_for_each_subject(self):
        printed = self.units[self.leader].hook
        for uri, secret in self.oracle.secrets.items():
            if secret.owner == 'db':
                with contextlib.suppress(ZeroDivisionError), printed() as hook:
                    info = json.loads(hook.command('secret-info-get', uri, '--format=json'))
                    raise ZeroDivisionError
                targets = [access['target'] for document in info.values() for access in document.get('access', ())]
                assert len(targets) == len(set(targets))

    def teardown(self):
        self.model.close()


SETTINGS = hypothesis.settings(max_examples=40, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize('version', VERSIONS)
def test_what_must_always_hold(version):
    machine = type(f'SecretsOn{version}', (Secrets,), {'version': version})
    stateful.run_state_machine_as_test(machine, settings=SETTINGS)
