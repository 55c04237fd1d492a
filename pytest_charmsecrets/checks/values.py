"""Find the values of a controller's secrets in texts."""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..errors import UsageError
from ..records import Command, Operation
from ..views.model import ModelView
from ..views.secrets import SecretView
from ..views.sensitive import SHORTEST_VALUE, forms_of, is_plain, is_words, names_credential, without_public_pem
from .naming import id_in

_WRITING: Final = ('secret-add', 'secret-set', 'add-secret', 'update-secret')


class KnownValues:
    """The values of secrets in all forms in which a text may contain them, each with its secret and key."""

    def __init__(self, models: Iterable[ModelView], secrets: Mapping[str, SecretView]) -> None:
        self._names: Final = frozenset(name for model in models for name in _names_in(model))
        self._found: Final[dict[str, tuple[tuple[str, str], ...]]] = {}
        """The results by text, because charms repeat the same texts."""
        self._by_start: Final[dict[str, dict[str, tuple[str, str]]]] = {}
        for secret_id, secret in secrets.items():
            for revision in secret.revisions.values():
                for key in revision.content:
                    with contextlib.suppress(UsageError):  # text that is not base64 is no value that a charm has
                        self._add(secret_id, key, revision.content[key])
        for model in models:
            for record in model.journal:
                if isinstance(record, Command | Operation) and record.name in _WRITING:
                    self._add_written(record)

    def found_in(self, text: str) -> tuple[tuple[str, str], ...]:
        """Return the secret (its bare id, or nothing) and the key of each value that stands in a text."""
        if text not in self._found:
            self._found[text] = tuple(self._search(text))
        return self._found[text]

    def _search(self, text: str) -> Iterator[tuple[str, str]]:
        searched = without_public_pem(text)
        for place in range(len(searched) - SHORTEST_VALUE + 1):
            candidates = self._by_start.get(searched[place : place + SHORTEST_VALUE])
            for form, about in (candidates or {}).items():
                if searched.startswith(form, place):
                    yield about

    def redacted(self, text: str) -> str:
        """Return a text without the values, for names such as labels that should hold none."""
        parts: list[str] = []
        start = place = 0
        while place < len(text):
            forms = self._by_start.get(text[place : place + SHORTEST_VALUE], ())
            # A value may begin another one, of which the rest would stay.
            longest = max((form for form in forms if text.startswith(form, place)), key=len, default='')
            if longest:
                parts += (text[start:place], '<redacted>')
                start = place = place + len(longest)
            else:
                place += 1
        return ''.join((*parts, text[start:]))

    def _add(self, secret_id: str, key: str, value: str) -> None:
        if is_plain(key) or value in self._names or (is_words(value) and not names_credential(key)):
            return
        for form in forms_of(value):
            self._by_start.setdefault(form[:SHORTEST_VALUE], {}).setdefault(form, (secret_id, key))

    def _add_written(self, record: Command | Operation) -> None:
        arguments = record.argv[1:] if isinstance(record, Command) else record.arguments
        about = id_in(record) if isinstance(record, Command) else None
        for argument in arguments:
            key, equals, value = argument.partition('=')
            if not equals or key.startswith('-') or key.endswith('#file'):
                continue
            name, _, encoding = key.partition('#')
            self._add(about or '', name, _decoded(value) if encoding == 'base64' else value)


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return value


def _names_in(model: ModelView) -> Iterator[str]:
    """Return the names of things in a model, which are never redacted."""
    yield from (model.name, *model.applications, *model.units)
    for relation in model.relations:
        for endpoint in relation.endpoints:
            yield from (endpoint, endpoint.partition(':')[2])
