"""Operations of a user across models: offer, consume, suspend and resume relations between models."""

from __future__ import annotations

from collections.abc import Iterable

from ..arguments import checked
from ..juju import lookups, offers
from ..views.over_model import OverModel
from ..views.relations import RelationView


@checked
class CrossModel(OverModel):
    """The operations of FakeModel that involve other models of its controller."""

    def offer(self, app: str, *, endpoint: str | Iterable[str], name: str | None = None) -> None:
        """Offer endpoints of an application to other models (``juju offer``).

        Args:
            app: name of the application.
            endpoint: name of the endpoint to offer, or several names.
            name: name of the offer; by default the application's name.

        Raises:
            UsageError: if the application or endpoint does not exist, or cannot be offered.
        """
        self._check_no_charm_runs('offer')
        endpoints = (endpoint,) if isinstance(endpoint, str) else tuple(endpoint)
        offers.offer(self._world, app, endpoints, name=name)

    def consume(self, model_and_app: str, alias: str | None = None) -> None:
        """Add an offer of another model to this one, as an application to integrate with (``juju consume``).

        Args:
            model_and_app: the other model and the name of the offer, such as ``databases.database``.
            alias: name of the application in this model; by default the offer's name.

        Raises:
            UsageError: if the model or the offer does not exist, or the name is taken.
        """
        self._check_no_charm_runs('consume')
        offers.consume(self._world, model_and_app, alias=alias)

    def remove_saas(self, app: str) -> None:
        """Begin to remove a consumed offer, with its relations (``juju remove-saas``).

        Args:
            app: name of the consumed offer in this model.

        Raises:
            UsageError: if no offer was consumed under that name.
        """
        self._check_no_charm_runs('remove_saas')
        offers.remove_saas(self._world, app)

    def suspend_relation(self, relation: RelationView) -> None:
        """Suspend a relation to a model that consumes an offer of this one (``juju suspend-relation``).

        The units of both models run relation-departed and relation-broken. Secrets that were granted over the relation
        cannot be read while it is suspended.

        Args:
            relation: the relation, as a view of the offering model.

        Raises:
            UsageError: if the relation is not to a consumer of an offer of this model.
        """
        self._suspend('suspend_relation', relation, suspended=True)

    def resume_relation(self, relation: RelationView) -> None:
        """Resume a suspended relation (``juju resume-relation``); the units of both models join it again.

        Args:
            relation: the relation, as a view of the offering model.

        Raises:
            UsageError: if the relation is not to a consumer of an offer of this model.
        """
        self._suspend('resume_relation', relation, suspended=False)

    def proxy_name(self, app: str) -> str:
        """Return the name that an application of this model has in the models whose offers it consumes.

        Juju generates that name: ``remote-`` and a token.

        Args:
            app: name of the application.

        Raises:
            UsageError: if the application does not exist.
        """
        return self._world.proxy_of(lookups.find_application(self._world, app).name)

    def _suspend(self, operation: str, relation: RelationView, *, suspended: bool) -> None:
        self._check_no_charm_runs(operation)
        self._check_is_mine(relation)
        offers.suspend_relation(self._world, lookups.find_relation_by_id(self._world, relation.id), suspended=suspended)
