"""After each hook the process is as it was before, whatever the charm did and however it ended."""

from __future__ import annotations

import logging
import os
import sys
import time
import warnings
from pathlib import Path

import ops
import pytest

from pytest_charmsecrets import HookFailed, UsageError

from .charms import charm, meta


def process():
    root = logging.getLogger()
    return {
        'environment': dict(os.environ),
        'working directory': Path.cwd(),
        'import path': list(sys.path),
        'logging level': root.level,
        'logging handlers': list(root.handlers),
        'excepthook': sys.excepthook,
        'breakpointhook': sys.breakpointhook,
        'showwarning': warnings.showwarning,
        'functions of time': (time.sleep, time.monotonic, time.perf_counter, time.time),
        'time zone': time.tzname,
        'hash of ops.Unit': ops.Unit.__hash__,
        'executables of ops': ops.hookcmds._utils.subprocess if hasattr(ops, 'hookcmds') else None,
    }


def upset(self, _):
    """Change everything that a charm may change, as it has a process to itself."""
    os.environ['CHARM_MADE'] = 'this'
    os.environ.pop('PATH', None)
    os.environ['HOME'] = '/nowhere'
    os.chdir('/')
    logging.getLogger().setLevel(logging.CRITICAL)
    logging.getLogger().addHandler(logging.NullHandler())
    sys.excepthook = print
    warnings.showwarning = print
    if self.config['fails'] == 'raise':
        raise RuntimeError('as it was told')
    if self.config['fails'] == 'exit':
        sys.exit(1)


@pytest.mark.parametrize('fails', ('no', 'raise', 'exit'))
def test_the_process_is_as_it_was_after_each_hook(fake_model, fails):
    options = {'options': {'fails': {'type': 'string', 'default': fails}}}
    fake_model.deploy(charm(start=upset), meta=meta(config=options))
    before = process()
    for _ in range(3):
        fake_model.step()
        assert process() == before
    try:
        fake_model.settle()
    except HookFailed:
        assert fails != 'no'
    assert process() == before


def test_a_charm_sees_the_variables_of_its_own_hook_alone(fake_model, monkeypatch):
    monkeypatch.setenv('JUJU_REMOTE_UNIT', 'from/9')
    monkeypatch.setenv('ORDINARY', 'kept')
    seen = []

    def look(self, _):
        seen.append({name: os.environ.get(name) for name in ('JUJU_UNIT_NAME', 'JUJU_REMOTE_UNIT', 'ORDINARY')})

    fake_model.deploy(charm(start=look), meta=meta(), num_units=2)
    fake_model.settle()
    assert seen == [
        {'JUJU_UNIT_NAME': f'app/{number}', 'JUJU_REMOTE_UNIT': None, 'ORDINARY': 'kept'} for number in (0, 1)
    ]


def test_an_object_of_ops_is_of_no_use_after_its_hook(fake_model):
    kept = []
    fake_model.deploy(
        charm(start=lambda self, _: kept.append(self.app.add_secret({'key': 'value'}, label='key'))), meta=meta()
    )
    fake_model.settle()
    with pytest.raises(UsageError, match="an object of ops from app/0's start was used after that hook"):
        kept[0].set_content({'key': 'other'})
    assert list(fake_model.secrets()[0].revisions) == [1]
