"""A user of a database; everything about secrets is left to the published library."""

from __future__ import annotations

import hashlib

import ops
from dpcharmlibs.interfaces import (
    RequirerCommonModel,
    ResourceProviderModel,
    ResourceRequirerEvent,
    ResourceRequirerEventHandler,
)


def fingerprint(password: str) -> str:
    """Return what may be shown of a password: enough to tell two apart."""
    return hashlib.sha256(password.encode()).hexdigest()[:8]


class DataRequirerCharm(ops.CharmBase):
    """Asks for one database, and shows which credentials it uses."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.database = ResourceRequirerEventHandler(
            self, 'database', requests=[RequirerCommonModel(resource='orders')], response_model=ResourceProviderModel
        )
        framework.observe(self.database.on.resource_created, self._on_credentials)
        framework.observe(self.database.on.authentication_updated, self._on_credentials)

    def _on_credentials(self, event: ResourceRequirerEvent[ResourceProviderModel]) -> None:
        response = event.response
        self.unit.status = ops.ActiveStatus(f'{response.username} with password {fingerprint(response.password)}')


if __name__ == '__main__':
    ops.main(DataRequirerCharm)
