"""A scenario with something of everything, run as a process of its own: prints its journal, record by record."""

from __future__ import annotations

import contextlib
import datetime
import sys
import time
from typing import Any

import ops

from pytest_charmsecrets import FakeModel, HookFailed

from .charms import DATABASE, WEB, Database, StubbornWeb, charm, meta

FAILED = ops.MaintenanceStatus('failed once')


def gossip(self: Any, event: Any) -> None:
    """Write down what sets and mappings of ops hold, in their own order."""
    relation = event.relation
    relation.data[self.unit]['units'] = ' '.join(unit.name for unit in relation.units)
    relation.data[self.unit]['bags'] = ' '.join(sorted(getattr(entity, 'name', '') for entity in relation.data))


def busy(self: Any, _: Any) -> None:
    """Draw what a charm may draw without randomness of its own."""
    self.unit.add_secret(
        {'made-at': str(datetime.datetime.now(tz=datetime.timezone.utc))}, label=f'of-{time.time():.0f}'
    )
    self.unit.open_port('tcp', 8000 + int(time.time()) % 100)
    time.sleep(1)
    self.unit.status = ops.ActiveStatus(f'{len(self.model.relations)} endpoints')


def fail_once(self: Any, _: Any) -> None:
    """Fail at the first try, on one of the units."""
    if self.unit.name == 'app/1' and self.unit.status != FAILED:
        self.unit.status = FAILED
        raise RuntimeError('as it was told')


def let_things_go_wrong(model: FakeModel) -> None:
    """Make agents, controller and hooks fail, and upgrade the units."""
    secret = model.secret(label='password')
    model.stop_agent('web/1')
    model.inject_fault('hook-fails', hook='secret-changed')
    model.inject_fault('hook-fails-after-commit', hook='update-status')
    model.inject_fault('leader-lost', hook='secret-rotate')
    model.exec('secret-set', secret.id, 'password=other', unit='database/2')
    model.refresh('web', StubbornWeb)
    model.advance_to(secret.next_rotation or model.now)
    # The unit that led would retry without end a write that only a leader may make.
    model.resolve('database/2', no_retry=True)
    model.start_agent('web/1')
    model.advance(days=7)
    model.restart_controller()
    model.settle()


def run(seed: int, order: int | dict[int, int] = 0) -> FakeModel:
    """Run the scenario."""
    model = FakeModel(seed=seed, order=order, update_status_interval=datetime.timedelta(days=7))
    model.deploy(Database, meta=DATABASE, num_units=3)
    model.deploy(StubbornWeb, meta=WEB, num_units=3)
    peers = {'peers': {'one': 'p', 'two': 'q'}}
    gossips = {f'{endpoint}_relation_{kind}': gossip for endpoint in ('one', 'two') for kind in ('joined', 'departed')}
    model.deploy(charm(update_status=busy, start=fail_once, **gossips), meta=meta(**peers), num_units=3)
    model.integrate('web', 'database')
    with contextlib.suppress(HookFailed):
        model.settle()
    model.advance(days=40)
    model.set_leader('database/2')
    model.exec('secret-ids', unit='app/0')
    model.remove_unit('app/2', 'web/0')
    model.add_unit('web')
    model.settle()
    let_things_go_wrong(model)
    model.remove_relation('web', 'database')
    model.advance(days=1)
    model.remove_application('app', force=True)
    model.close()
    return model


if __name__ == '__main__':
    for record in run(*map(int, sys.argv[1:])).journal:
        print(repr(record))  # noqa: T201
