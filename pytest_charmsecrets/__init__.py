"""A fake Juju model for pytest, with all secrets from creation to removal.

Each name is loaded on first use, so that importing the package, as pytest does for the plugin, does not import ops.
Modules and names that are exported neither here nor by ``checks`` are private.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .charms.runner import HookBeingRun
    from .client import Client
    from .client.fake_juju import FakeJuju
    from .engine.fault_injection import InjectedFault
    from .errors import ActionFailed, CallRefused, CharmSecretsError, EndlessHooks, HookFailed, JujuError, UsageError
    from .juju.journal import Journal
    from .juju.order import Departure, Order
    from .model.controller import FakeController
    from .model.fake_model import FakeModel
    from .model.puppets import Puppet, PuppetHook, PuppetSecret, PuppetUnit
    from .model.settings import ModelSettings
    from .model.user_secrets import ModelUser, ShownSecret
    from .plugin.fixtures import FakeJujuFactory, FakeModelFactory
    from .records import (
        BagValue,
        BecameDue,
        BugAvoided,
        Command,
        ConfigValue,
        DueHook,
        Effect,
        Finding,
        Granted,
        HadStatus,
        HookRun,
        Led,
        NoLongerDue,
        Operation,
        Record,
        RevisionLife,
        Settled,
        Task,
        TimePassed,
        Tracked,
    )
    from .report.timeline import Timeline
    from .views.applications import ApplicationView
    from .views.model import ModelView
    from .views.relations import RelationView
    from .views.secrets import GrantView, RevisionView, SecretView
    from .views.units import UnitView

__all__ = [
    'ActionFailed',
    'ApplicationView',
    'BagValue',
    'BecameDue',
    'BugAvoided',
    'CallRefused',
    'CharmSecretsError',
    'Client',
    'Command',
    'ConfigValue',
    'Departure',
    'DueHook',
    'Effect',
    'EndlessHooks',
    'FakeController',
    'FakeJuju',
    'FakeJujuFactory',
    'FakeModel',
    'FakeModelFactory',
    'Finding',
    'GrantView',
    'Granted',
    'HadStatus',
    'HookBeingRun',
    'HookFailed',
    'HookRun',
    'InjectedFault',
    'Journal',
    'JujuError',
    'Led',
    'ModelSettings',
    'ModelUser',
    'ModelView',
    'NoLongerDue',
    'Operation',
    'Order',
    'Puppet',
    'PuppetHook',
    'PuppetSecret',
    'PuppetUnit',
    'Record',
    'RelationView',
    'RevisionLife',
    'RevisionView',
    'SecretView',
    'Settled',
    'ShownSecret',
    'Task',
    'TimePassed',
    'Timeline',
    'Tracked',
    'UnitView',
    'UsageError',
]

_NAMES_BY_MODULE: Final = {
    '.model.puppets': (
        'Puppet',
        'PuppetHook',
        'PuppetSecret',
        'PuppetUnit',
    ),
    '.charms.runner': ('HookBeingRun',),
    '.client': ('Client',),
    '.client.fake_juju': ('FakeJuju',),
    '.views.applications': ('ApplicationView',),
    '.views.model': ('ModelView',),
    '.errors': (
        'ActionFailed',
        'CallRefused',
        'CharmSecretsError',
        'EndlessHooks',
        'HookFailed',
        'JujuError',
        'UsageError',
    ),
    '.engine.fault_injection': ('InjectedFault',),
    '.juju.journal': ('Journal',),
    '.juju.order': (
        'Departure',
        'Order',
    ),
    '.model.controller': ('FakeController',),
    '.model.fake_model': ('FakeModel',),
    '.model.settings': ('ModelSettings',),
    '.plugin.fixtures': (
        'FakeJujuFactory',
        'FakeModelFactory',
    ),
    '.model.user_secrets': (
        'ModelUser',
        'ShownSecret',
    ),
    '.records': (
        'BagValue',
        'BecameDue',
        'BugAvoided',
        'Command',
        'ConfigValue',
        'DueHook',
        'Effect',
        'Finding',
        'Granted',
        'HadStatus',
        'HookRun',
        'Led',
        'NoLongerDue',
        'Operation',
        'Record',
        'RevisionLife',
        'Settled',
        'Task',
        'TimePassed',
        'Tracked',
    ),
    '.report.timeline': ('Timeline',),
    '.views.relations': ('RelationView',),
    '.views.secrets': (
        'GrantView',
        'RevisionView',
        'SecretView',
    ),
    '.views.units': ('UnitView',),
}
_OF_DATA: Final = ('.charms.runner', '.model.user_secrets', '.records', '.views.secrets')
"""The modules of the data classes that models create in large numbers."""
_MODULE_BY_NAME: Final = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        module = _MODULE_BY_NAME.get(name)
        if module is None:
            raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
        value = getattr(importlib.import_module(module, __name__), name)
        if module in _OF_DATA and isinstance(value, type) and hasattr(value, '__dataclass_fields__'):
            # A model creates thousands of them with the right types, so it creates them unchecked. A process that
            # imports the class from here may create one itself, so from then on the arguments are checked.
            return importlib.import_module('.arguments', __name__).checked(value)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
