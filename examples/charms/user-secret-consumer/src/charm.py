"""A workload with the account that a user keeps in a secret."""

from __future__ import annotations

import ops


class UserSecretConsumerCharm(ops.CharmBase):
    """Reads a secret of the model's user, named by an option, and follows it."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        # A grant causes no hook, so the charm looks again whenever it runs; update-status comes by itself.
        for event in (self.on.config_changed, self.on.secret_changed, self.on.update_status):
            framework.observe(event, self._reconcile)
        framework.observe(self.on['check'].action, self._on_check)

    def _on_check(self, event: ops.ActionEvent) -> None:
        self._reconcile(event)
        event.set_results({'status': self.unit.status.name, 'message': self.unit.status.message})

    def _reconcile(self, _: ops.EventBase) -> None:
        uri = self.config.get('account')
        if not uri:
            self.unit.status = ops.BlockedStatus('set the option account to a secret')
            return
        try:
            # refresh=True moves on to the latest revision; without it the first one read would stay for ever.
            account = self.model.get_secret(id=str(uri)).get_content(refresh=True)
        except ops.SecretNotFoundError:
            self.unit.status = ops.BlockedStatus('the secret of the option account does not exist')
            return
        except ops.ModelError:
            # Juju denies what it has not granted.
            self.unit.status = ops.BlockedStatus('grant the secret of the option account')
            return
        missing = {'username', 'password'} - account.keys()
        if missing:
            self.unit.status = ops.BlockedStatus(f'the secret of the option account lacks {", ".join(sorted(missing))}')
            return
        # Here a real charm would configure its workload.
        self.unit.status = ops.ActiveStatus(f'runs as {account["username"]}')


if __name__ == '__main__':
    ops.main(UserSecretConsumerCharm)
