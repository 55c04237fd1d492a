"""Find mistakes in a command that writes a secret: in its expiry, its content or its label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..records import Command, Finding, HookRun
from ..views.sensitive import names_credential
from .case import Case
from .naming import LONGEST_LABEL, id_in, subject_of

WRITES: Final = ('secret-add', 'secret-set')

_NAIVE: Final = re.compile(r'\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?')


EMPTY: Final = ('', 'None')
_OPTIONAL: Final = re.compile(r'cert|passphrase', re.IGNORECASE)
"""Keys that a connection may do without, if it has another credential."""


def naive_datetime(case: Case) -> Iterator[Finding]:
    """Find expiry times without a time zone, which Juju reads as UTC whatever the charm's zone is."""
    for run, command in _writes(case):
        expiry = _option(command, '--expire')
        if expiry is not None and _NAIVE.fullmatch(expiry):
            yield Finding(
                'naive-datetime',
                _subject(case, run, command),
                f'{run.unit} gave an expiry without a time zone in {run.hook}: {expiry}',
                (run.number,),
                'give expire=datetime.now(timezone.utc) + timedelta(...), or a timedelta alone with ops 3.7 or newer',
            )


def empty_content(case: Case) -> Iterator[Finding]:
    """Find credentials that are empty, or the text ``None``."""
    for run, command in _writes(case):
        content = dict(_content(command))
        has_other = any(value not in EMPTY and names_credential(key) for key, value in content.items())
        for key, value in content.items():
            if value in EMPTY and names_credential(key) and not (has_other and _OPTIONAL.search(key)):
                shown = 'empty' if not value else 'the text "None"'
                yield Finding(
                    'empty-content',
                    _subject(case, run, command),
                    f'{run.unit} stored {shown} as {key!r} in {run.hook}',
                    (run.number,),
                    'call add_secret() once there is a value, and publish no id before: observers use the content that they read first',
                )


def label_is_content(case: Case) -> Iterator[Finding]:
    """Find labels that are documents, or hold a value of a secret."""
    for run in case.new_hooks:
        for command in run.commands:
            label = _option(command, '--label')
            if label is None or command.is_refused or not command.name.startswith('secret-'):
                continue
            if '\n' in label or len(label) > LONGEST_LABEL:
                wrong = 'with a line break' if '\n' in label else f'of {len(label)} characters'
            elif case.values.found_in(label):
                wrong = 'that holds a value of a secret'
            else:
                continue
            yield Finding(
                'label-is-content',
                f'secret:{_owner(case, run, command)}/',
                f'{run.unit} used a label {wrong} in {run.hook}',
                (command.number,),
                'use a short, fixed label, with a digest such as hashlib.sha256(...).hexdigest()[:16] for a document',
            )


def _writes(case: Case) -> Iterator[tuple[HookRun, Command]]:
    for run in case.new_hooks:
        for command in run.commands:
            if command.name in WRITES and not command.is_refused:
                yield run, command


def _content(command: Command) -> Iterator[tuple[str, str]]:
    """Return the keys and values that a command gives."""
    for argument in command.argv[1:]:
        key, equals, value = argument.partition('=')
        if equals and not key.startswith('-'):
            yield key.partition('#')[0], value


def _option(command: Command, name: str) -> str | None:
    for position, argument in enumerate(command.argv):
        if argument == name:
            return command.argv[position + 1] if position + 1 < len(command.argv) else None
        if argument.startswith(f'{name}='):
            return argument.partition('=')[2]
    return None


def _subject(case: Case, run: HookRun, command: Command) -> str:
    secret_id = id_in(command)
    if secret_id is None:
        label = _option(command, '--label') or ''
        return f'secret:{_owner(case, run, command)}/{label if len(label) <= LONGEST_LABEL else ""}'
    secret = case.secrets.get(secret_id)
    return subject_of(secret) if secret is not None else f'unit:{run.unit}'


def _owner(case: Case, run: HookRun, command: Command) -> str:
    """Return the owner of the secret that a command adds or names."""
    secret = case.secrets.get(command.secret or id_in(command) or '')
    if secret is not None:
        return secret.owner
    return run.unit if _option(command, '--owner') == 'unit' else run.unit.partition('/')[0]
