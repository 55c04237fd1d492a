"""A year of hourly rotations, with an observer that follows and an owner that prunes: how long it takes, and what stays."""

from __future__ import annotations

import gc
import time
import tracemalloc

import ops
import pytest

from pytest_charmsecrets import FakeModel

DATABASE = {'name': 'database', 'provides': {'database': {'interface': 'postgresql_client'}}}
WEB = {'name': 'web', 'requires': {'database': {'interface': 'postgresql_client'}}}
QUARTERS = 4
HOURS = 365 * 24
TRACED_HOURS = 1000


class DatabaseCharm(ops.CharmBase):
    """Shares a secret, writes a new revision at every rotation, and removes untracked revisions."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_created, self._on_database_relation_created)
        framework.observe(self.on.secret_rotate, self._on_secret_rotate)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _on_database_relation_created(self, event: ops.RelationCreatedEvent):
        secret = self.app.add_secret({'password': 'revision 1'}, label='password', rotate=ops.SecretRotate.HOURLY)
        secret.grant(event.relation)
        event.relation.data[self.app]['secret-id'] = secret.id

    def _on_secret_rotate(self, event: ops.SecretRotateEvent):
        event.secret.set_content({'password': f'revision {event.secret.get_info().revision + 1}'})

    def _on_secret_remove(self, event: ops.SecretRemoveEvent):
        event.secret.remove_revision(event.revision)


class WebCharm(ops.CharmBase):
    """Follows the secret that it finds in relation data."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.database_relation_changed, self._on_database_relation_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_database_relation_changed(self, event: ops.RelationChangedEvent):
        secret_id = event.relation.data[event.app].get('secret-id')
        if secret_id:
            self.model.get_secret(id=secret_id, label='password')

    def _on_secret_changed(self, event: ops.SecretChangedEvent):
        event.secret.get_content(refresh=True)


@pytest.fixture
def model():
    with FakeModel() as model:
        model.deploy(DatabaseCharm, meta=DATABASE)
        model.deploy(WebCharm, meta=WEB)
        model.integrate('database', 'web')
        model.settle()
        yield model


def test_a_year_of_hourly_rotations(benchmark, ratios, model):
    quarters = []

    def year():
        for _ in range(QUARTERS):
            begun = time.process_time()
            ran = len(model.advance(hours=HOURS / QUARTERS))
            quarters.append((time.process_time() - begun, ran))

    benchmark.pedantic(year, rounds=1)

    secret = model.secret(owner='database')
    assert list(secret.revisions) == [HOURS + 1]
    assert secret.tracked_by == {'web/0': HOURS + 1}
    seconds, hooks = (sum(part) for part in zip(*quarters, strict=True))
    first, last = (quarters[index][0] / quarters[index][1] for index in (0, -1))
    ratios.lines.append(
        lambda _: (
            f'a year of hourly rotations: {seconds:.0f} s of processor time for {hooks} hooks (target 60 s); '
            f'cost per hook, last quarter / first quarter: {last / first:.2f}   '
            f'({last * 1e3:.2f} ms / {first * 1e3:.2f} ms)'
        )
    )


def test_what_rotations_leave_in_memory(ratios, model):
    """A journal grows with what happened; emptying it shows what else there is."""
    model.advance(hours=50)
    left, journalled, ran = [], [], []
    tracemalloc.start()
    try:
        for _ in range(QUARTERS):
            ran.append(len(model.advance(hours=TRACED_HOURS / QUARTERS)))
            gc.collect()
            traced = tracemalloc.get_traced_memory()[0]
            model.journal._records.clear()
            model.journal._facts.clear()
            gc.collect()
            left.append(tracemalloc.get_traced_memory()[0])
            journalled.append(traced - left[-1])
    finally:
        tracemalloc.stop()

    growth = (left[-1] - left[0]) / sum(ran[1:])
    assert growth < 16
    ratios.lines.append(
        lambda _: (
            f'memory that a hook of these leaves behind, from the first quarter to the last: {growth:.1f} bytes, '
            f'and {sum(journalled) / sum(ran):.0f} bytes of journal'
        )
    )
