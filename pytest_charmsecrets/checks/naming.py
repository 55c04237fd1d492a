"""Name secrets in findings, and recognise them in commands, hooks and texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..records import Command, HookRun
from ..views.secrets import SecretView

LONGEST_LABEL: Final = 128

USER: Final = '<model>'
"""The owner of a user's secret."""

_URI: Final = re.compile(r'secret:(?P<source>//[0-9a-f-]{36}/)?(?P<id>[0-9a-v]{20})\b')
_ID: Final = re.compile(r'(?:secret:)?(?://)?(?:[0-9a-f-]{36}/)?(?P<id>[0-9a-v]{20})')


def subject_of(secret: SecretView) -> str:
    """Return the subject of a finding about a secret: owner and label, because an id differs between seeds."""
    return f'secret:{secret.owner}/{_label(secret)}'


def called(secret: SecretView) -> str:
    """Return how a message names a secret."""
    label = _label(secret)
    if secret.owner == USER:
        return f"the user's secret {label or secret.unique_identifier}"
    return f'{secret.owner}/{label}' if label else f'the secret {secret.unique_identifier} of {secret.owner}'


def _label(secret: SecretView) -> str:
    """Return the label, or the name of a user secret; empty if it is too long for a name."""
    label = secret.label or secret.name or ''
    return label if len(label) <= LONGEST_LABEL and '\n' not in label else ''


def secrets_named(text: str) -> Iterator[tuple[str, bool]]:
    """Return the bare ids of the secrets whose URIs stand in a text, and whether each names its model."""
    return ((match['id'], match['source'] is not None) for match in _URI.finditer(text))


def id_in(command: Command) -> str | None:
    """Return the bare id of the secret that a command names by its id."""
    for argument in command.argv[1:]:
        if not argument.startswith('-') and (match := _ID.fullmatch(argument)):
            return match['id']
    return None


def secret_of(run: HookRun) -> str | None:
    """Return the bare id of the secret that a hook is about."""
    match = _ID.fullmatch(run.secret) if run.secret else None
    return match['id'] if match else None
