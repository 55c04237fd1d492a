"""A user of an LDAP directory; everything about secrets is left to the published library."""

from __future__ import annotations

import hashlib

import ops
from charmlibs.interfaces.ldap import LdapRequirer


def fingerprint(password: str) -> str:
    """Return what may be shown of a password: enough to tell two apart."""
    return hashlib.sha256(password.encode()).hexdigest()[:8]


class LdapRequirerCharm(ops.CharmBase):
    """Reads what the provider published, through the library."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.ldap = LdapRequirer(self)
        framework.observe(self.ldap.on.ldap_ready, self._on_change)
        framework.observe(self.ldap.on.ldap_unavailable, self._on_ldap_unavailable)
        # The library observes no secret event. This is as far as a charm gets without going round it.
        framework.observe(self.on.secret_changed, self._on_change)

    def _on_change(self, _: ops.EventBase) -> None:
        data = self.ldap.consume_ldap_relation_data()
        if data is None:
            self.unit.status = ops.WaitingStatus('waiting for the directory')
            return
        self.unit.status = ops.ActiveStatus(f'binds with password {fingerprint(data.bind_password)}')

    def _on_ldap_unavailable(self, _: ops.EventBase) -> None:
        self.unit.status = ops.BlockedStatus('needs a directory')


if __name__ == '__main__':
    ops.main(LdapRequirerCharm)
