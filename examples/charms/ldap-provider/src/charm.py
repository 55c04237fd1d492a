"""An LDAP directory; everything about secrets is left to the published library."""

from __future__ import annotations

import secrets

import ops
from charmlibs.interfaces.ldap import LdapProvider, LdapProviderData, LdapRequestedEvent


class LdapProviderCharm(ops.CharmBase):
    """Answers every request with a bind account."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.ldap = LdapProvider(self)
        framework.observe(self.ldap.on.ldap_requested, self._on_ldap_requested)
        framework.observe(self.on['rotate-bind-password'].action, self._on_rotate_bind_password_action)

    def _on_ldap_requested(self, event: LdapRequestedEvent) -> None:
        # The library emits this on every relation-changed, so the password may be there already.
        password = self.ldap.get_bind_password(event.relation.id)
        self._publish(event.relation, password or secrets.token_hex(16))

    def _on_rotate_bind_password_action(self, event: ops.ActionEvent) -> None:
        if not self.unit.is_leader():
            event.fail('only the leader can rotate the bind password')
            return
        for relation in self.model.relations['ldap']:
            self._publish(relation, secrets.token_hex(16))

    def _publish(self, relation: ops.Relation, password: str) -> None:
        data = LdapProviderData(
            urls=['ldap://ldap.example.com:389'],
            ldaps_urls=[],
            base_dn='dc=example,dc=com',
            starttls=False,
            bind_dn=f'cn=relation-{relation.id},dc=example,dc=com',
            bind_password=password,
            auth_method='simple',
        )
        self.ldap.update_relations_app_data(data, relation_id=relation.id)


if __name__ == '__main__':
    ops.main(LdapProviderCharm)
