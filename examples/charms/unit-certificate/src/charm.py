"""Every unit owns a certificate, as a secret of its own that expires after 90 days."""

from __future__ import annotations

import datetime

import ops

LABEL = 'certificate'
VALIDITY = datetime.timedelta(days=90)


class UnitCertificateCharm(ops.CharmBase):
    """A unit's own secret, with an expiry."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.install, self._on_install)
        framework.observe(self.on.secret_expired, self._on_secret_expired)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _on_install(self, _: ops.InstallEvent) -> None:
        expiry = self._now + VALIDITY
        # Owned by the unit: no leader is needed, and every unit may use the same label.
        self.unit.add_secret(self._issue(expiry), label=LABEL, expire=expiry)

    def _on_secret_expired(self, event: ops.SecretExpiredEvent) -> None:
        # Juju removes nothing by itself, and may repeat secret-expired for as long as the expired revision exists.
        if event.revision < event.secret.get_info().revision:
            event.remove_revision()
            return
        expiry = self._now + VALIDITY
        event.secret.set_content(self._issue(expiry))
        # A new revision has no expiry until it is given one; it does not inherit the old one's.
        event.secret.set_info(expire=expiry)
        # Do not remove the old revision here, too: whatever a hook has set on a secret is lost when
        # the same hook then removes one of its revisions. One of these two events comes next, and is the place.

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()

    @property
    def _now(self) -> datetime.datetime:
        return datetime.datetime.now(tz=datetime.timezone.utc)

    def _issue(self, expiry: datetime.datetime) -> dict[str, str]:
        """Return a stand-in for what a certificate authority would sign."""
        self.unit.status = ops.ActiveStatus(f'certificate until {expiry.date().isoformat()}')
        return {'certificate': f'{self.unit.name} may be trusted until {expiry.isoformat()}'}


if __name__ == '__main__':
    ops.main(UnitCertificateCharm)
