"""A fake Juju model for pytest, with the full life of every secret.

Everything here is loaded on first use, so that loading the plugin costs nothing and imports no ops.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .actors import Puppet, PuppetHook, PuppetSecret, PuppetUnit
    from .charms.in_process import HookBeingRun
    from .client import Client
    from .client.fake_juju import FakeJuju
    from .deployed import ApplicationView, UnitView
    from .errors import ActionFailed, CharmSecretsError, EndlessHooks, HookFailed, JujuError, UsageError
    from .injection import InjectedFault
    from .juju.journal import BecameDue, Command, Effect, HookRun, Journal, Operation, Record, TimePassed
    from .juju.order import Departure, Order
    from .juju.scheduler import DueHook
    from .model import FakeController, FakeModel, Task
    from .plugin import FakeJujuFactory, FakeModelFactory
    from .users import ModelUser, ShownSecret
    from .views import RelationView, RevisionView, SecretView

__all__ = [
    'ActionFailed',
    'ApplicationView',
    'BecameDue',
    'CharmSecretsError',
    'Client',
    'Command',
    'Departure',
    'DueHook',
    'Effect',
    'EndlessHooks',
    'FakeController',
    'FakeJuju',
    'FakeJujuFactory',
    'FakeModel',
    'FakeModelFactory',
    'HookBeingRun',
    'HookFailed',
    'HookRun',
    'InjectedFault',
    'Journal',
    'JujuError',
    'ModelUser',
    'Operation',
    'Order',
    'Puppet',
    'PuppetHook',
    'PuppetSecret',
    'PuppetUnit',
    'Record',
    'RelationView',
    'RevisionView',
    'SecretView',
    'ShownSecret',
    'Task',
    'TimePassed',
    'UnitView',
    'UsageError',
]

_NAMES_BY_MODULE: Final = {
    '.actors': (
        'Puppet',
        'PuppetHook',
        'PuppetSecret',
        'PuppetUnit',
    ),
    '.charms.in_process': ('HookBeingRun',),
    '.client': ('Client',),
    '.client.fake_juju': ('FakeJuju',),
    '.deployed': (
        'ApplicationView',
        'UnitView',
    ),
    '.errors': (
        'ActionFailed',
        'CharmSecretsError',
        'EndlessHooks',
        'HookFailed',
        'JujuError',
        'UsageError',
    ),
    '.injection': ('InjectedFault',),
    '.juju.journal': (
        'BecameDue',
        'Command',
        'Effect',
        'HookRun',
        'Journal',
        'Operation',
        'Record',
        'TimePassed',
    ),
    '.juju.order': (
        'Departure',
        'Order',
    ),
    '.juju.scheduler': ('DueHook',),
    '.model': (
        'FakeController',
        'FakeModel',
        'Task',
    ),
    '.plugin': (
        'FakeJujuFactory',
        'FakeModelFactory',
    ),
    '.users': (
        'ModelUser',
        'ShownSecret',
    ),
    '.views': (
        'RelationView',
        'RevisionView',
        'SecretView',
    ),
}
_MODULE_BY_NAME: Final = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        module = _MODULE_BY_NAME.get(name)
        if module is None:
            raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
        return getattr(importlib.import_module(module, __name__), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
