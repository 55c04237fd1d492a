"""The cost of the checks: in the suite of the examples, and for a large model."""

from __future__ import annotations

import pathlib
import resource
import subprocess
import sys
import time

import ops

from pytest_charmsecrets import FakeModel

ROOT = pathlib.Path(__file__).parents[2]
META = {'name': 'web', 'requires': {'database': {'interface': 'postgresql_client'}}}
KEEPER = {
    'name': 'db',
    'provides': {'database': {'interface': 'postgresql_client'}},
    'actions': {'publish': {}},
}
SECRETS, UNITS, EACH = 1000, 300, 4


class KeeperCharm(ops.CharmBase):
    """Shares a thousand secrets, renews a tenth of them when asked, and removes untracked revisions."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_created, self._on_database_relation_created)
        framework.observe(self.on.publish_action, self._on_publish_action)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _on_database_relation_created(self, event: ops.RelationCreatedEvent):
        ids = []
        for number in range(SECRETS):
            secret = self.app.add_secret({'password': f'secret {number:04}, revision 1'}, label=f'password-{number}')
            secret.grant(event.relation)
            ids.append(secret.id)
        event.relation.data[self.app]['secret-ids'] = ' '.join(ids)

    def _on_publish_action(self, event: ops.ActionEvent):
        for number in range(0, SECRETS, 10):
            secret = self.model.get_secret(label=f'password-{number}')
            secret.set_content({'password': f'secret {number:04}, revision 2'})
            secret.get_content(refresh=True)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent):
        event.remove_revision()


class ReaderCharm(ops.CharmBase):
    """Follows a few of the secrets that it finds in relation data."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_changed, self._on_database_relation_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_database_relation_changed(self, event: ops.RelationChangedEvent):
        first = int(self.unit.name.partition('/')[2]) * EACH
        ids = event.relation.data[event.app].get('secret-ids', '').split()
        for number in range(first, first + EACH) if ids else ():
            self.model.get_secret(id=ids[number % SECRETS], label=f'password-{number}').get_content()
        self.unit.status = ops.ActiveStatus()

    def _on_secret_changed(self, event: ops.SecretChangedEvent):
        event.secret.get_content(refresh=True)


def test_judging_a_large_model(benchmark, ratios):
    model = FakeModel()
    model.deploy(KeeperCharm, meta=KEEPER)
    model.deploy(ReaderCharm, meta=META, num_units=UNITS)
    model.integrate('web', 'db')
    model.settle()
    model.run('db/0', 'publish')
    model.settle()

    seconds = []

    def judge():
        begun = time.process_time()
        model.check()
        seconds.append(time.process_time() - begun)

    benchmark.pedantic(judge, rounds=10, warmup_rounds=1)

    judged = min(seconds)
    ratios.lines.append(
        lambda _: (
            f'checks of a model of {UNITS} units and {SECRETS} secrets: {judged * 1e3:.0f} ms of processor time '
            '(target 250 ms)'
        )
    )


def test_checks_in_the_suite_of_the_examples(benchmark, ratios):
    """Suites are measured in turn, by their processor time, and the fastest of each counts."""
    seconds: dict[str, list[float]] = {'off': [], 'fail': []}

    def run(checks):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        arguments = ['-q', '-p', 'no:randomly', '-p', 'no:cacheprovider', f'--charmsecrets-checks={checks}', 'examples']
        ended = subprocess.run([sys.executable, '-m', 'pytest', *arguments], cwd=ROOT, capture_output=True, check=False)
        assert ended.returncode in (0, 1), ended.stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds[checks].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    def run_both():
        run('off')
        run('fail')

    benchmark.pedantic(run_both, rounds=3)

    off, fail = min(seconds['off']), min(seconds['fail'])
    ratios.lines.append(
        lambda _: (
            f'suite of the examples, with checks / without: {fail / off:.3f}   ({fail:.1f} s / {off:.1f} s; target 1.1)'
        )
    )
