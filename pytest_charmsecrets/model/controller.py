"""FakeController: a controller with one or more models that share a clock and can be related to each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, final

from ..arguments import checked
from ..engine.runtime import Runtime
from ..errors import UsageError, no_attribute
from ..views.model import ModelView
from ..views.secrets import SecretView
from .settings import ModelSettings, settings_beside

ModelT = TypeVar('ModelT', bound=ModelView)

_MODEL_NAME: Final = re.compile(r'[a-z0-9]+(?:-[a-z0-9]+)*')


@checked
@final
class FakeController(Generic[ModelT]):
    """A controller whose models share one clock and can be related to each other.

    A FakeModel makes its own controller; ``model.controller`` returns it. For example::

        databases = model.controller.add_model('databases')
        databases.deploy(DatabaseCharm, 'db')
        databases.offer('db', endpoint='database')
        model.consume('databases.db')
        model.integrate('web', 'db')
    """

    @checked
    def __init__(
        self,
        runtime: Runtime,
        settings: ModelSettings,
        models: dict[str, ModelT],
        make: Callable[[FakeController[ModelT], Runtime, str, ModelSettings], ModelT],
    ) -> None:
        self._runtime: Final = runtime
        self._settings: Final = settings
        self._make: Final = make
        self._models: Final = models

    @property
    def models(self) -> dict[str, ModelT]:
        """The models by name, oldest first."""
        return dict(self._models)

    def secrets(self) -> tuple[SecretView, ...]:
        """Return the secrets of all models, model by model."""
        return tuple(secret for model in self._models.values() for secret in model.secrets())

    def add_model(self, name: str, **settings: Any) -> ModelT:
        """Add a model to the controller and return it.

        The new model has the settings of the first one, except for those given here. It runs the same Juju release.

        Args:
            name: name of the model: lower-case letters, digits and hyphens. It is part of the URL of each offer.
            settings: keywords of ModelSettings that may differ between models: ``cloud``, ``on_hook_error``,
                ``update_status_interval``, ``time_zone``, ``around_hook``, ``guard``, ``guard_allow``.

        Raises:
            UsageError: if the name is taken or not valid, if a keyword does not exist, or if all models of a controller
                share it (``juju_version``, ``seed``, ``start``, ``juju_bugs``, ``order``).
        """
        self._runtime.check_open('add_model')
        self._runtime.active_hook.check_none('add_model')
        if name in self._models:
            raise UsageError(f'the controller already has a model {name!r}; give another name')
        if not _MODEL_NAME.fullmatch(name):
            raise UsageError(f'{name!r} is not a valid model name: use lower-case letters, digits and hyphens')
        model = self._models[name] = self._make(self, self._runtime, name, settings_beside(self._settings, settings))
        return model

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            raise no_attribute(self, name)

    def __repr__(self) -> str:
        return f'<FakeController of {", ".join(self._models)}>'
