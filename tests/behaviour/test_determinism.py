"""The same charms, seed and version give the same journal, byte for byte, in whatever process."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import ops
import pytest

from pytest_charmsecrets import FakeModel, HookRun

from . import sets_of_ops
from .charms import charm, meta
from .long_scenario import run

ROOT = Path(__file__).parents[2]


ORDERS = (0, 7)


def printed(module: str, *arguments: str, hash_seed: str) -> bytes:
    command = [sys.executable, '-W', 'error', '-m', f'tests.behaviour.{module}', *arguments]
    environment = {**os.environ, 'PYTHONHASHSEED': hash_seed, 'TZ': 'Asia/Tokyo' if hash_seed == '1' else 'UTC'}
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True).stdout


def journal_of_a_process(*, order: int, hash_seed: str) -> bytes:
    return printed('long_scenario', '0', str(order), hash_seed=hash_seed)


@pytest.fixture(scope='module', params=ORDERS)
def order(request) -> int:
    return request.param


@pytest.fixture(scope='module')
def journal(order) -> bytes:
    return journal_of_a_process(order=order, hash_seed='0')


def test_two_processes_write_the_same_journal(journal, order):
    assert journal.count(b'\n') > 500
    assert journal_of_a_process(order=order, hash_seed='1') == journal


def test_a_process_that_has_run_other_models_writes_the_same_journal(journal, order):
    run(seed=3, order=5)
    again = run(seed=0, order=order)
    assert written(again) == journal.replace(b'tests.behaviour.', b'')


def test_the_choices_of_an_order_give_its_journal_again():
    first = run(seed=0, order=7)
    assert written(run(seed=0, order=first.order.choices)) == written(first)


def test_always_the_first_choice_gives_what_the_fixed_order_gives():
    """When something is known to be due may differ, as the fixed order delivers everything at once."""
    fixed, first = run(seed=0, order=0), run(seed=0, order={})
    assert ran(first) == ran(fixed)
    assert first.journal.commands() == fixed.journal.commands()


def ran(model: FakeModel) -> list[HookRun]:
    return [dataclasses.replace(hook, became_due=None) for hook in model.journal.hooks()]


def written(model: FakeModel) -> bytes:
    return ''.join(f'{record!r}\n' for record in model.journal).encode().replace(b'tests.behaviour.', b'')


def test_another_seed_gives_other_ids_to_the_same_story(journal, order):
    ids = re.compile(r'\b[0-9a-v]{20}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b')
    ours, theirs = journal.decode(), '\n'.join(repr(record) for record in run(seed=1, order=order).journal) + '\n'
    assert not set(ids.findall(ours)) & set(ids.findall(theirs))
    first, second = (
        re.findall(r"HookRun\(.*?unit='(.*?)', hook='(.*?)', outcome='(.*?)'", text) for text in (ours, theirs)
    )
    assert first == second


def test_a_journal_holds_no_address_and_no_path(journal):
    assert not re.search(rb'0x[0-9a-f]{8}|/tmp/|/var/folders/', journal)


def test_sets_of_objects_of_ops_iterate_alike_in_every_process():
    here = sets_of_ops.run()
    assert sets_of_ops.run() == here
    for hash_seed in ('0', '1', '2'):
        assert printed('sets_of_ops', hash_seed=hash_seed).decode().strip() == here


@pytest.mark.charmsecrets(allow=['endless-event'])
def test_findings_stand_in_the_order_of_their_events(fake_model):
    def install(self, _):
        for number in range(8):
            self.unit.add_secret({'key': 'value'}, label=f'secret {number}', rotate=ops.SecretRotate.HOURLY)

    fake_model.deploy(charm(install=install, secret_rotate=lambda self, event: None), meta=meta())
    fake_model.advance(hours=2)
    found = [finding for finding in fake_model.check() if finding.check == 'endless-event']
    assert len(found) == 8
    assert found == sorted(found, key=lambda finding: finding.evidence)
