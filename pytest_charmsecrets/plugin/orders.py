"""A test that fails in an order of its own is run again, until the shortest order is found in which it fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from _pytest.runner import runtestprotocol

from ..juju.order import shorten
from ..report.orders import render_failure

if TYPE_CHECKING:
    from ..juju.order import Departure, Order

SECTION: Final = 'charmsecrets: order'

TRIED: Final = pytest.StashKey['Sequence[Departure]']()
"""The order that is tried at the moment, over what the test itself says."""
ORDERS: Final = pytest.StashKey['list[Order]']()
"""The orders of the models that the present run of a test has made."""
FAILURE: Final = pytest.StashKey['type[BaseException] | None']()
"""Why the present run of a test failed."""


def run(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
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
