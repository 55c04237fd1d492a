"""The runner of an application that the test itself plays: there is no charm."""

from __future__ import annotations

from collections.abc import Mapping

from ..juju.state import Storage
from .runner import CharmOutcome, Invocation


class PuppetRunner:
    """Does nothing, successfully."""

    def run(self, invocation: Invocation) -> CharmOutcome:  # noqa: ARG002
        """Return at once: a puppet acts only when the test makes it."""
        return CharmOutcome()

    def forget(self, unit: str) -> None:
        """Do nothing: a puppet's units have no local state."""

    def place_storages(self, unit: str, storages: Mapping[str, Storage]) -> dict[str, Storage]:  # noqa: ARG002
        """Return the storages unchanged, because no charm looks for them."""
        return dict(storages)

    def charm_dir(self, unit: str, charm_version: int) -> None:  # noqa: ARG002
        """Return None: a puppet has no charm."""
        return

    def replace_pod(self, unit: str) -> None:
        """Do nothing: a puppet's units have no pods."""
