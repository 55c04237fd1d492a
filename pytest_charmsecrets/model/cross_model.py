"""Verbs of a user about other models: offer, consume, suspend and resume the relations between models."""

from __future__ import annotations

from collections.abc import Iterable

from ..arguments import checked
from ..juju import lookups, offers
from ..views.over_model import OverModel
from ..views.relations import RelationView


@checked
class CrossModel(OverModel):
    """The part of FakeModel that deals with other models of its controller."""

    def offer(self, app: str, *, endpoint: str | Iterable[str], name: str | None = None) -> None:
        """Offer endpoints of an application to other models (``juju offer``).

        Args:
            app: the application.
            endpoint: the endpoint, or several.
            name: what the offer is called; by default as the application.

        Raises:
            UsageError: if there is no such application or endpoint, or it cannot be offered.
        """
        self._check_no_charm_runs('offer')
        endpoints = (endpoint,) if isinstance(endpoint, str) else tuple(endpoint)
        offers.offer(self._world, app, endpoints, name=name)

    def consume(self, model_and_app: str, alias: str | None = None) -> None:
        """Let what another model offers be an application of this one (``juju consume``), to integrate with.

        Args:
            model_and_app: the model and the name of the offer, such as ``databases.database``.
            alias: what it is called in this model; by default as the offer.

        Raises:
            UsageError: if there is no such model or offer, or the name is taken.
        """
        self._check_no_charm_runs('consume')
        offers.consume(self._world, model_and_app, alias=alias)

    def remove_saas(self, app: str) -> None:
        """Begin to remove what was consumed from another model, with its relations (``juju remove-saas``).

        Args:
            app: what it is called in this model.

        Raises:
            UsageError: if nothing was consumed under that name.
        """
        self._check_no_charm_runs('remove_saas')
        offers.remove_saas(self._world, app)

    def suspend_relation(self, relation: RelationView) -> None:
        """Interrupt a relation to a consumer of an offer of this model (``juju suspend-relation``).

        The units of both models run relation-departed and relation-broken; secrets that were granted over it cannot be read.

        Raises:
            UsageError: if it is another kind of relation.
        """
        self._suspend('suspend_relation', relation, suspended=True)

    def resume_relation(self, relation: RelationView) -> None:
        """Let a relation go on that was suspended (``juju resume-relation``).

        Raises:
            UsageError: if it is no relation to a consumer of an offer of this model.
        """
        self._suspend('resume_relation', relation, suspended=False)

    def proxy_name(self, app: str) -> str:
        """Return what an application of this model is called in the models whose offers it consumes.

        In Juju nobody can choose that name: it is ``remote-`` and a token.

        Raises:
            UsageError: if there is no such application.
        """
        return self._world.proxy_of(lookups.find_application(self._world, app).name)

    def _suspend(self, operation: str, relation: RelationView, *, suspended: bool) -> None:
        self._check_no_charm_runs(operation)
        self._check_is_mine(relation)
        offers.suspend_relation(self._world, lookups.find_relation_by_id(self._world, relation.id), suspended=suspended)
