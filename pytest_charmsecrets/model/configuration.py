"""The operations that configure applications and the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..arguments import checked
from ..juju import application_config, lookups, operations
from ..juju.model_config import changed_settings, configure_model
from ..views.over_model import OverModel


@checked
class Configuration(OverModel):
    """The operations of FakeModel that configure applications and the model."""

    def config(
        self, app: str, values: Mapping[str, Any] | None = None, *, reset: str | Iterable[str] = ()
    ) -> dict[str, Any] | None:
        """Set config values of an application, or return them when none are given (``juju config``).

        Args:
            app: name of the application.
            values: new values, by option.
            reset: name of an option to set back to its default, or several names.

        Raises:
            UsageError: if the application or an option does not exist, or a value has another type than its option.
            JujuError: if Juju rejects a value, such as one that is no secret URI for an option of ``type: secret``; the
                message is Juju's.
        """
        self._check_no_charm_runs('config')
        options = (reset,) if isinstance(reset, str) else tuple(reset)
        if values is None and not options:
            return self._world.config_of(lookups.find_application(self._world, app))
        application_config.configure(self._world, app, values or {}, options)
        return None

    def trust(self, app: str, *, remove: bool = False) -> None:
        """Allow an application to use the cloud's credential with ``credential-get`` (``juju trust``).

        Its units run config-changed.

        Args:
            app: name of the application.
            remove: withdraw the permission instead.
        """
        self._check_no_charm_runs('trust')
        application_config.trust(self._world, app, trusted=not remove)

    def model_config(
        self, values: Mapping[str, str] | None = None, *, reset: str | Iterable[str] = ()
    ) -> dict[str, str] | None:
        """Set model config, or return it when no values are given (``juju model-config``).

        Args:
            values: new values by key: ``update-status-hook-interval`` takes a duration such as ``5m``, and
                ``secret-backend`` (before Juju 4.0) a name as in ``model_secret_backend``.
            reset: key to set back to the value that the model was made with, or several keys.

        Raises:
            UsageError: if a key is not one of these.
            JujuError: if Juju rejects the value; the message is Juju's.
        """
        self._check_no_charm_runs('model_config')
        names = (reset,) if isinstance(reset, str) else tuple(reset)
        if values is None and not names:
            return changed_settings(self._world)
        configure_model(self._agents, values or {}, names)
        return None

    def model_secret_backend(self, name: str | None = None) -> str:
        """Switch the secret backend and migrate existing content to it, or return the name of the current backend.

        This is ``juju model-secret-backend``. A model begins with the backend of its cloud: ``internal``, or on
        Kubernetes ``<model>-local``, which is outside Juju.

        Args:
            name: ``auto`` for the backend of the cloud, ``internal`` for Juju's own database, or any other name for a
                backend outside Juju: a Kubernetes cluster if the name contains ``k8s`` or ``kubernetes``, else a Vault.
                Without a name the backend stays.

        Returns:
            The name of the backend that the model uses now.

        Raises:
            UsageError: if the name is empty, or this release of Juju has no secret backends.
        """
        self._check_no_charm_runs('model_secret_backend')
        if name is not None:
            operations.use_secret_backend(self._world, name)
        return self._world.secrets.backend
