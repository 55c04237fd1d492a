"""How costs grow: with relations, with secrets of one hook, with look-ups, labels and subscribers; and one hook command."""

from __future__ import annotations

import math
import time

import ops
import pytest

from pytest_charmsecrets import FakeModel

POSTGRESQL = {'interface': 'postgresql_client'}
COUNT = {'params': {'count': {'type': 'integer'}}}
KEEPER = {
    'name': 'db',
    'provides': {'database': POSTGRESQL},
    'actions': {'write': COUNT, 'look': COUNT, 'renew': COUNT},
}
READER = {
    'name': 'web',
    'requires': {'database': POSTGRESQL},
    'actions': {'read': COUNT, 'look': COUNT, 'again': COUNT},
}
HOOKS = 1_000_000


class KeeperCharm(ops.CharmBase):
    """Writes, shares, looks up and renews as many secrets as an action asks for."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.write_action, self._on_write_action)
        framework.observe(self.on.look_action, self._on_look_action)
        framework.observe(self.on.renew_action, self._on_renew_action)

    def _on_write_action(self, event: ops.ActionEvent):
        relation = self.model.get_relation('database')
        ids = []
        for number in range(event.params['count']):
            secret = self.app.add_secret({'password': f'password {number}'}, label=f'password-{number}')
            ids.append(secret.id)
            if relation is not None:
                secret.grant(relation)
        if relation is not None:
            relation.data[self.app]['ids'] = ' '.join(ids)

    def _on_look_action(self, event: ops.ActionEvent):
        for number in range(event.params['count']):
            self.model.get_secret(label=f'password-{number}').get_content()

    def _on_renew_action(self, event: ops.ActionEvent):
        self.model.get_secret(label='password-0').set_content({'password': 'another password'})


class ReaderCharm(ops.CharmBase):
    """Reads secrets that it finds in relation data, when an action asks for it, and follows them."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.read_action, self._on_read_action)
        framework.observe(self.on.look_action, self._on_look_action)
        framework.observe(self.on.again_action, self._on_again_action)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_read_action(self, event: ops.ActionEvent):
        relation = self.model.get_relation('database')
        for number, secret_id in enumerate(relation.data[relation.app]['ids'].split()):
            self.model.get_secret(id=secret_id, label=f'password-{number}').get_content()

    def _on_look_action(self, event: ops.ActionEvent):
        for number in range(event.params['count']):
            self.model.get_secret(label=f'password-{number}').get_content()

    def _on_again_action(self, event: ops.ActionEvent):
        for _ in range(event.params['count']):
            self.model.get_secret(label='password-0').get_content()

    def _on_secret_changed(self, event: ops.SecretChangedEvent):
        event.secret.get_content(refresh=True)


def act(model, unit, action, count):
    """Run an action and all that follows; return the processor time."""
    begun = time.process_time()
    model.run(unit, action, {'count': count})
    model.settle(max_hooks=HOOKS)
    return time.process_time() - begun


def shared(count, num_units=1):
    """Return a model in which units of one application can read that many secrets."""
    model = FakeModel()
    model.deploy(KeeperCharm, meta=KEEPER)
    model.deploy(ReaderCharm, meta=READER, num_units=num_units)
    model.integrate('web', 'db')
    model.settle(max_hooks=HOOKS)
    act(model, 'db/0', 'write', count)
    return model


def relate(count):
    """Relate an application to as many others, all puppets: ops itself lists every relation in every hook."""
    model = FakeModel()
    model.deploy_puppet('db', provides={'database': 'postgresql_client'})
    for number in range(count):
        model.deploy_puppet(f'web{number}', requires={'database': 'postgresql_client'})
    model.settle(max_hooks=HOOKS)
    begun = time.process_time()
    for number in range(count):
        model.integrate(f'web{number}', 'db')
    model.settle(max_hooks=HOOKS)
    return time.process_time() - begun


def write(count):
    model = FakeModel()
    model.deploy(KeeperCharm, meta=KEEPER)
    model.settle()
    return act(model, 'db/0', 'write', count)


def read_and_look_up(count):
    model = shared(count)
    return act(model, 'web/0', 'read', count) + act(model, 'web/0', 'look', count)


def look_up_as_owner(count):
    model = FakeModel()
    model.deploy(KeeperCharm, meta=KEEPER)
    model.settle()
    act(model, 'db/0', 'write', count)
    return act(model, 'db/0', 'look', count)


def renew_for_subscribers(count):
    model = shared(1, count)
    for number in range(count):
        model.run(f'web/{number}', 'read', {'count': 1})
    model.settle(max_hooks=HOOKS)
    return act(model, 'db/0', 'renew', 1)


CASES = {
    'relations of one application': (relate, (50, 400)),
    'secrets written in one hook': (write, (1_000, 10_000)),
    'reads and look-ups by label of one unit': (read_and_look_up, (500, 4_000)),
    'look-ups by label of one owner': (look_up_as_owner, (500, 4_000)),
    'subscribers of one secret': (renew_for_subscribers, (50, 400)),
}


# The owner that renews a secret receives a secret-changed itself, and its charm does nothing in it.
@pytest.mark.charmsecrets(allow=['stale-observer:unit:db/0', 'unhandled-event:unit:db/0'])
@pytest.mark.parametrize('case', CASES)
def test_growth(benchmark, ratios, case):
    measure, (few, many) = CASES[case]
    seconds = {}

    def measure_both():
        seconds.update({few: measure(few), many: measure(many)})

    benchmark.pedantic(measure_both, rounds=1)

    exponent = math.log(seconds[many] / seconds[few]) / math.log(many / few)
    ratios.lines.append(
        lambda _: (
            f'{case}, from {few:,} to {many:,}: {seconds[few]:.2f} s to {seconds[many]:.2f} s of processor time; '
            f'they grow with the power of {exponent:.2f}'
        )
    )


def test_secret_get_by_label(benchmark, ratios):
    model = shared(10)
    act(model, 'web/0', 'read', 10)
    spent = []

    benchmark.pedantic(lambda: spent.append(act(model, 'web/0', 'again', 3_000) / 3_000), rounds=5)

    ratios.lines.append(
        lambda _: f'a secret-get by label in a charm in process: {min(spent) * 1e6:.1f} us of processor time'
    )
