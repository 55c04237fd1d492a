"""A database; everything about secrets is left to the published library."""

from __future__ import annotations

import secrets

import ops
from dpcharmlibs.interfaces import (
    RequirerCommonModel,
    ResourceProviderEventHandler,
    ResourceProviderModel,
    ResourceRequestedEvent,
)


class DataProviderCharm(ops.CharmBase):
    """Creates a user for every request, and replaces the users' passwords on demand."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.database = ResourceProviderEventHandler(self, 'database', RequirerCommonModel)
        framework.observe(self.database.on.resource_requested, self._on_resource_requested)
        framework.observe(self.on['rotate-passwords'].action, self._on_rotate_passwords_action)

    def _on_resource_requested(self, event: ResourceRequestedEvent[RequirerCommonModel]) -> None:
        response = ResourceProviderModel(
            request_id=event.request.request_id,
            salt=event.request.salt,
            resource=event.request.resource,
            endpoints='db.example.com:5432',
            username=f'relation-{event.relation.id}',
            password=secrets.token_hex(16),
        )
        self.database.set_response(event.relation.id, response)

    def _on_rotate_passwords_action(self, event: ops.ActionEvent) -> None:
        if not self.unit.is_leader():
            event.fail('only the leader can rotate the passwords')
            return
        for relation in self.database.relations:
            for request in self.database.requests(relation):
                # Only what is given changes; the library keeps the rest of its earlier response.
                response = ResourceProviderModel(request_id=request.request_id, password=secrets.token_hex(16))
                self.database.set_response(relation.id, response)


if __name__ == '__main__':
    ops.main(DataProviderCharm)
