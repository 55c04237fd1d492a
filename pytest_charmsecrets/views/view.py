"""The base of the views of a model's entities."""

from __future__ import annotations

from typing import Final

from ..charms.runner import CharmRunner
from ..engine.runtime import RunningModel
from ..juju.state import Application
from .over_model import OverModel


class View(OverModel):
    """A live view of one thing in a model. Two views of the same thing are equal."""

    def __init__(self, internals: RunningModel, kind: str, name: str | int) -> None:
        super().__init__(internals)
        self._identity: Final = (internals.world, kind, name)

    @property
    def model(self) -> str:
        """Name of the model that it is in."""
        return self._world.name

    def _charm_runner_of(self, application: str) -> CharmRunner | None:
        """Return the runner of an application's charm; None for a puppet, which has none."""
        runner = self._execution.runners[application]
        return runner if isinstance(runner, CharmRunner) else None

    def _charm_of(self, application: Application) -> str | None:
        return application.metadata.name if self._charm_runner_of(application.name) is not None else None

    def __eq__(self, other: object) -> bool:
        return self._identity == other._identity if isinstance(other, View) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._identity)
