"""A web application that uses the password of a database, and follows when it is rotated."""

from __future__ import annotations

import hashlib

import ops

LABEL = 'database-password'


def fingerprint(password: str) -> str:
    """Return what may be shown of a password: enough to tell two apart."""
    return hashlib.sha256(password.encode()).hexdigest()[:8]


class PasswordWebCharm(ops.CharmBase):
    """The observer's side of a shared secret."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on.start, self._on_start)
        framework.observe(self.on.config_changed, self._on_config_changed)
        framework.observe(self.on['database'].relation_changed, self._on_database_relation_changed)
        framework.observe(self.on['database'].relation_broken, self._on_database_relation_broken)
        framework.observe(self.on.secret_changed, self._on_secret_changed)

    def _on_start(self, _: ops.StartEvent) -> None:
        if self.model.get_relation('database') is None:
            self.unit.status = ops.BlockedStatus('needs a database')

    def _on_database_relation_changed(self, event: ops.RelationChangedEvent) -> None:
        secret_id = event.relation.data[event.app].get('secret-id')
        if secret_id is None:
            self.unit.status = ops.WaitingStatus('waiting for the password')
            return
        # The first read decides which revision this unit tracks, and gives the secret a name of our own.
        self._use(self.model.get_secret(id=secret_id, label=LABEL))

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        # The event arrives once for each new revision, whether or not the charm does anything about it.
        # Juju 4.0 sends it even after the relation, and with it the grant, is gone.
        if event.secret.label == LABEL and self.model.get_relation('database') is not None:
            self._use(event.secret)

    def _on_config_changed(self, _: ops.ConfigChangedEvent) -> None:
        # A unit that is not pinned any more catches up. It knows the secret by its label once it has read it.
        if self.model.get_relation('database') is None:
            return
        try:
            self._use(self.model.get_secret(label=LABEL))
        except ops.SecretNotFoundError:
            return

    def _on_database_relation_broken(self, _: ops.RelationBrokenEvent) -> None:
        self.unit.status = ops.BlockedStatus('needs a database')

    def _use(self, secret: ops.Secret) -> None:
        if self._is_pinned:
            # Neither of these moves the tracked revision.
            used, latest = secret.get_content()['password'], secret.peek_content()['password']
        else:
            # Without refresh=True this unit would use the old password for ever.
            used = latest = secret.get_content(refresh=True)['password']
        # Here a real charm would configure its workload.
        message = f'uses password {fingerprint(used)}'
        if used != latest:
            message += f', pinned, latest is {fingerprint(latest)}'
        self.unit.status = ops.ActiveStatus(message)

    @property
    def _is_pinned(self) -> bool:
        return self.unit.name.split('/')[1] in str(self.config['pinned-units']).split()


if __name__ == '__main__':
    ops.main(PasswordWebCharm)
