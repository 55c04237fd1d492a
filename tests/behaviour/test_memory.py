"""Memory stays flat: a hook leaves its records in the journal, and nothing else."""

from __future__ import annotations

import gc
import itertools
import tracemalloc

import ops
import pytest

from .charms import charm, meta


@pytest.fixture
def hooks(fake_model):
    """Runs hooks that read a secret and set a status."""

    def install(self, _):
        self.unit.add_secret({'key': 'value'}, label='mine')

    def update_status(self, _):
        secret = self.model.get_secret(label='mine')
        self.unit.status = ops.ActiveStatus(secret.peek_content()['key'] * secret.get_info().revision)

    fake_model.deploy(
        charm(install=install, update_status=update_status), meta=meta(peers={'cluster': 'c'}), num_units=2
    )
    fake_model.settle()

    def run(count):
        for _ in range(count):
            fake_model.update_status('app/0')

    run(50)
    return run


def test_a_hook_leaves_no_more_than_its_records(fake_model, hooks):
    """The records of such a hook, and its log, take 5 to 8 KiB. One ops.Framework that is kept would take 29 KiB."""
    tracemalloc.start()
    try:
        sizes = []
        for _ in range(4):
            hooks(60)
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    # A table of the whole process that grows at once, such as Python's of its strings, shows in one of the spans.
    growth = min(later - earlier for earlier, later in itertools.pairwise(sizes))
    assert growth / 60 < 10 * 1024


def test_no_objects_pile_up_over_thousands_of_hooks(fake_model, hooks):
    """2,000 hooks take 5 seconds and 10,000 take 25: a leak is one per hook, and shows in either."""
    gc.collect()
    objects, records = len(gc.get_objects()), len(fake_model.journal)
    hooks(2_000)
    gc.collect()
    records = len(fake_model.journal) - records
    # A record is one object, and so are the tuples in it.
    assert len(gc.get_objects()) - objects < 4 * records
    assert records < 2_000 * 15
