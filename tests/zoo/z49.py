"""Z49: naive datetimes.

Cite: canonical/operator PR #2378 (ops 3.7.0; a timedelta gave a time without zone); canonical/tls-certificates-interface v2.
Root cause: the expiry is local time without a zone, which Juju reads as UTC, so on a machine west of Greenwich it lies hours
in the past and east of it hours too late.
"""

from __future__ import annotations

import datetime
import secrets
from typing import Any

import ops

ENTRY = 'Z49'
JUJU = '3.6.14'
EXPECT = 'naive-datetime'
SWEEP = ('none',)

META: dict[str, Any] = {'name': 'portal'}
SESSION_KEY = 'session-key'


class _Portal(ops.CharmBase):
    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.install, self._on_install)
        framework.observe(self.on.start, self._on_start)
        framework.observe(self.on.secret_expired, self._on_secret_expired)
        framework.observe(self.on.secret_remove, self._on_secret_remove)

    def _on_install(self, _: ops.InstallEvent) -> None:
        self.unit.add_secret(self._new_key(), label=SESSION_KEY, expire=self._in_one_hour())

    def _on_start(self, _: ops.StartEvent) -> None:
        self.unit.status = ops.ActiveStatus()

    def _on_secret_expired(self, event: ops.SecretExpiredEvent) -> None:
        secret = event.secret
        if event.revision == secret.get_info().revision:
            secret.set_content(self._new_key())
            secret.set_info(expire=self._in_one_hour())

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()

    def _new_key(self) -> dict[str, str]:
        """A new key, which the workload would load here."""
        return {'signing-key': secrets.token_urlsafe(32)}

    def _in_one_hour(self) -> datetime.datetime:
        raise NotImplementedError


class Buggy(_Portal):
    def _in_one_hour(self) -> datetime.datetime:
        return datetime.datetime.now() + datetime.timedelta(hours=1)


class Fixed(_Portal):
    def _in_one_hour(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)


def drive(model: Any, buggy: bool) -> None:
    model.deploy(Buggy if buggy else Fixed, 'portal', num_units=2, meta=META)
    model.settle()
    model.advance(hours=2, minutes=30)
    model.update_status('portal/0')
    model.settle()
