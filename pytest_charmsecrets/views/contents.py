"""Decode the content of secrets. A value that Juju cannot decode is refused only when it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, final

from ..errors import JujuError, UsageError
from ..juju import content
from ..juju.content import EncodedContent


def decoded(encoded: EncodedContent, where: str) -> Mapping[str, str]:
    """Return decoded content: a dict, unless a value is not base64.

    Args:
        encoded: the content as Juju stores it.
        where: the revision that holds it, for a message.
    """
    try:
        return content.decode_text(encoded)
    except JujuError:
        return _PartlyReadable(encoded, where)


@final
class _PartlyReadable(Mapping[str, str]):
    """Content with a value that Juju cannot decode. Reading that value raises a UsageError; the others can be read."""

    def __init__(self, encoded: EncodedContent, where: str) -> None:
        self._encoded: Final = encoded
        self._where: Final = where

    def __getitem__(self, key: str) -> str:
        try:
            return content.decode_text({key: self._encoded[key]})[key]
        except JujuError as error:
            raise UsageError(
                f'the value of {key!r} in {self._where} was stored as base64 and is none, so that no unit can read the '
                f'content ({error}); store another through its owner'
            ) from None

    def __contains__(self, key: object) -> bool:
        return key in self._encoded

    def __iter__(self) -> Iterator[str]:
        return iter(self._encoded)

    def __len__(self) -> int:
        return len(self._encoded)

    def __repr__(self) -> str:
        return f'<content of {self._where}: {", ".join(self)}>'
