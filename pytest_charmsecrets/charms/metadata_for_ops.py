"""Whether ops can read a charm's metadata, which Juju takes in more shapes; asked before anything is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from ..errors import UsageError, describe_exception
from .metadata import Where, nowhere

_DEEPEST: Final = 2
"""Below ``config.options.NAME`` a message does not need the position."""
_MOST: Final = 300
"""More places are not tried: a file can repeat itself without end."""


def check_ops_reads(document: Mapping[str, Any], where: Where = nowhere) -> None:
    """Check that ops can read metadata: otherwise every hook of the charm would fail before its own code runs.

    Args:
        document: the content of charmcraft.yaml.
        where: returns the file that holds a place of it.

    Raises:
        UsageError: if it cannot; the message names the file, the key, and why.
    """
    if (error := _why_not(document)) is None:
        return
    place = next((place for place, rest in _with_less(document)[:_MOST] if _why_not(rest) is None), 'the whole')
    raise UsageError(f'{place} in {where(place)} cannot be read by ops: {describe_exception(error)}') from None


def _why_not(document: Mapping[str, Any]) -> Exception | None:
    import ops

    meta = {key: value for key, value in document.items() if key not in ('config', 'actions')}
    try:
        ops.CharmMeta(meta, document.get('actions'), document.get('config'))
    except Exception as error:
        return error
    return None


def _with_less(document: Mapping[str, Any], depth: int = 0) -> list[tuple[str, dict[str, Any]]]:
    """Return places of a document, the innermost first, each with the document that lacks it."""
    outer: list[tuple[str, dict[str, Any]]] = []
    inner: list[tuple[str, dict[str, Any]]] = []
    for key, value in document.items():
        rest = {name: other for name, other in document.items() if name != key}
        outer.append((key, rest))
        if isinstance(value, Mapping) and depth < _DEEPEST:
            below = _with_less(cast('Mapping[str, Any]', value), depth + 1)
            inner += [(f'{key}.{place}', {**rest, key: less}) for place, less in below]
    return [*inner, *outer]
