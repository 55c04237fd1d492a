"""A test in several Juju versions and in further orders; the shortest order in which it fails.

The only file with private names of pytest.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from _pytest.runner import runtestprotocol

from ..errors import UsageError
from ..juju.order import shorten
from ..report.orders import render_failure
from .options import DEFAULTS, MARKER, marked

if TYPE_CHECKING:
    from ..juju.order import Departure, GivenOrder, Order

SECTION: Final = 'charmsecrets: order'

TRIED: Final = pytest.StashKey['Sequence[Departure]']()
"""The order that is tried at the moment, in place of the one that the test asks for."""
ORDERS: Final = pytest.StashKey['list[Order]']()
"""The orders of the models that the present run of a test has made."""
FAILURE: Final = pytest.StashKey['type[BaseException] | None']()
"""Why the present run of a test failed."""


@dataclasses.dataclass(frozen=True)
class Variant:
    """One of several runs of a test."""

    juju_version: str | None = None
    order: GivenOrder | None = None

    def settings(self) -> dict[str, Any]:
        """Return keywords of FakeModel."""
        given = {'juju_version': self.juju_version, 'order': self.order}
        return {name: value for name, value in given.items() if value is not None}

    def __str__(self) -> str:
        parts = [f'juju-{self.juju_version}'] if self.juju_version is not None else []
        parts += [f'order-{self.order}'] if self.order is not None else []
        return '-'.join(parts)


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses a fake model once for each Juju version and each order, if there are several."""
    fixtures = [name for name in ('fake_model', 'fake_model_factory') if name in metafunc.fixturenames]
    if not fixtures:
        return
    defaults = metafunc.config.stash[DEFAULTS]
    keywords: dict[str, Any] = {}
    if 'fake_model' in fixtures:
        # The fixture reports a wrong marker, at the test it belongs to; an error here would stop the whole run.
        with contextlib.suppress(UsageError):
            keywords = marked(metafunc.definition.iter_markers(MARKER))
    versions = keywords.get('juju_versions', ()) or defaults.juju_versions
    orders = _further_orders(keywords.get('order', defaults.order), keywords.get('orders', defaults.orders))
    variants = [
        Variant(version, order)
        for version in (versions if len(versions) > 1 else (None,))
        for order in (orders if len(orders) > 1 else (None,))
    ]
    if len(variants) > 1:
        rows = [[variant] * len(fixtures) for variant in variants]
        metafunc.parametrize(fixtures, rows, indirect=True, ids=list(map(str, variants)))


def _further_orders(first: GivenOrder | None, further: int) -> Sequence[GivenOrder]:
    begin = first if isinstance(first, int) else 0
    return [first or 0, *range(begin + 1, begin + further + 1)]


def settings_of_run(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the keywords of FakeModel that this run of a test has, if the test runs several times."""
    settings: dict[str, Any] = request.param.settings() if hasattr(request, 'param') else {}
    if (order := request.config.stash.get(TRIED, None)) is not None:
        settings['order'] = order
    return settings


def run(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test whose order has a number so that the shortest order is found if it fails; leave others to pytest."""
    order = _order_of(item)
    return run_and_shorten(item, nextitem) if isinstance(order, int) and order else None


def _order_of(item: pytest.Item) -> GivenOrder | None:
    """Return the order that a test with a fake model asks for, by its variant, its markers, an option or the ini file."""
    if not {'fake_model', 'fake_model_factory'} & set(getattr(item, 'fixturenames', ())):
        return None
    params: dict[str, Any] = getattr(getattr(item, 'callspec', None), 'params', {})
    variant = params.get('fake_model', params.get('fake_model_factory'))
    if isinstance(variant, Variant) and variant.order is not None:
        return variant.order
    with contextlib.suppress(UsageError):
        return marked(item.iter_markers(MARKER)).get('order', item.config.stash[DEFAULTS].order)
    return None


def run_and_shorten(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run a test and log its reports; with how to have a failure again, by its order and by the shortest one."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    failed = [report for report in reports if report.failed and report.when == 'call']
    orders = [order for order in item.config.stash[ORDERS] if isinstance(order.given, int) and order.given]
    if failed and orders:
        # Several models have orders of their own, and a debugger would stop at each try.
        can_be_tried = len(orders) == 1 and not item.config.getoption('usepdb')
        shortest = _shortest(item, nextitem, orders[0]) if can_be_tried else None
        failed[0].sections.append((SECTION, render_failure(cast('int', orders[0].given), shortest)))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _shortest(item: pytest.Item, nextitem: pytest.Item | None, order: Order) -> Order:
    """Return the order with the fewest departures from the fixed one that could be found and fails as the test did."""
    reason = item.config.stash[FAILURE]
    found = order

    def fails(departures: Sequence[Departure]) -> bool:
        nonlocal found
        item.config.stash[TRIED] = departures
        cast('Any', item)._initrequest()  # noqa: SLF001 - what every plugin does that runs a test again
        runtestprotocol(item, log=False, nextitem=nextitem)
        if item.config.stash[FAILURE] is not reason:
            return False
        (found,) = item.config.stash[ORDERS]
        return True

    try:
        shorten(order.departures, fails)
    finally:
        item.config.stash.setdefault(TRIED, ())
        del item.config.stash[TRIED]
    return found
