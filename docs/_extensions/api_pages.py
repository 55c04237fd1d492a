"""The pages of the API reference: which public name stands on which page. The text of each is its docstring."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
from typing import Final

import pytest_charmsecrets

FOLDER: Final = 'reference/api'
PACKAGE: Final = 'pytest_charmsecrets'
STATEFUL: Final = f'{PACKAGE}.stateful'
FOREIGN: Final = 'object, BaseException, PermissionError, Juju, Protocol, Generic'
"""Base classes whose members belong to others."""

INTERNALS: Final = {'Order': ('choose', 'shuffle')}
"""Methods by which the model itself draws. No page shows them: a test has no use for them."""

SIGNATURES: Final = {'FakeModel': '(**settings)', 'FakeJuju': ''}
"""Signatures that read better than those that Python finds."""


@dataclasses.dataclass(frozen=True)
class Page:
    """A page of the API reference."""

    name: str
    title: str
    intro: str
    members: tuple[str, ...]
    module: str = PACKAGE


_OF_THE_PACKAGE: Final = (
    Page(
        'model',
        'API: FakeModel',
        'The model that a test works with, its settings, and the controller that it is on. '
        ':doc:`../fake-model` shows the same as tables.',
        ('FakeModel', 'ModelSettings', 'FakeController', 'ModelUser', 'ShownSecret', 'InjectedFault', 'HookBeingRun'),
    ),
    Page(
        'views',
        'API: views',
        'What a test can look at. A view changes nothing and always shows the present.',
        (
            'ModelView',
            'ApplicationView',
            'UnitView',
            'RelationView',
            'SecretView',
            'RevisionView',
            'GrantView',
            'DueHook',
            'Order',
            'Departure',
        ),
    ),
    Page(
        'puppets',
        'API: puppets',
        'Applications without a charm, which the test plays. :doc:`../../how-to/play-the-other-side` shows how.',
        ('Puppet', 'PuppetUnit', 'PuppetHook', 'PuppetSecret'),
    ),
    Page(
        'journal',
        'API: the journal',
        'What happened in a model, as frozen records. :doc:`../journal` shows the same as tables.',
        (
            'Timeline',
            'Journal',
            'Record',
            'HookRun',
            'Command',
            'Effect',
            'Operation',
            'TimePassed',
            'BecameDue',
            'NoLongerDue',
            'Settled',
            'BugAvoided',
            'Task',
            'Finding',
            'RevisionLife',
            'Tracked',
            'Granted',
            'Led',
            'HadStatus',
            'BagValue',
            'ConfigValue',
        ),
    ),
    Page(
        'errors',
        'API: errors',
        'Every exception that this package raises. :doc:`../../how-to/troubleshoot` says what to do about each.',
        (
            'CharmSecretsError',
            'UsageError',
            'JujuError',
            'HookFailed',
            'CallRefused',
            'ActionFailed',
            'EndlessHooks',
        ),
    ),
    Page(
        'client',
        'API: the Juju client',
        'The ``juju`` command line and ``jubilant.Juju`` over a fake model, and the types of the fixtures.',
        ('FakeJuju', 'Client', 'FakeModelFactory', 'FakeJujuFactory'),
    ),
)


def listed() -> tuple[Page, ...]:
    """Return every page, in the order of the navigation."""
    checks = importlib.import_module(f'{PACKAGE}.checks')
    judging = Page(
        'checks',
        'API: checks',
        'The checks, for programs that judge a model themselves. :doc:`../checks` explains each check.',
        tuple(name for name in checks.__all__ if name not in pytest_charmsecrets.__all__),
        checks.__name__,
    )
    stateful: tuple[Page, ...] = ()
    if importlib.util.find_spec(STATEFUL):
        names = tuple(importlib.import_module(STATEFUL).__all__)
        stateful = (Page('stateful', 'API: stateful tests', 'Tests with Hypothesis state machines.', names, STATEFUL),)
    return (*_OF_THE_PACKAGE, judging, *stateful)


CONTENTS: Final = tuple(f'{FOLDER}/{page.name}' for page in listed())
"""The pages as the navigation names them."""


def pages() -> dict[str, str]:
    """Return the text of each page by its name."""
    return {page.name: _text(page) for page in listed()}


def _text(page: Page) -> str:
    names = '\n'.join(f'   ~{page.module}.{name}' for name in page.members)
    described = '\n'.join(_described(page, name) for name in page.members)
    return f'{page.title}\n{"=" * len(page.title)}\n\n{page.intro}\n\n.. autosummary::\n   :nosignatures:\n\n{names}\n\n{described}'


def _described(page: Page, name: str) -> str:
    thing = getattr(importlib.import_module(page.module), name)
    full = f'{page.module}.{name}'
    if isinstance(thing, type):
        signature = SIGNATURES.get(name, '')
        options = f'   :members:\n   :inherited-members: {FOREIGN}\n'
        if name in INTERNALS:
            options += f'   :exclude-members: {", ".join(INTERNALS[name])}\n'
        return f'.. autoclass:: {full}{signature}\n{options}'
    if callable(thing):
        return f'.. autofunction:: {full}\n'
    return f'.. autodata:: {full}\n   :no-value:\n'


def missing() -> set[str]:
    """Return the public names of the package that stand on no page."""
    return set(pytest_charmsecrets.__all__) - {
        name for page in listed() for name in page.members if page.module == PACKAGE
    }
