"""Opening and closing ports (``juju/transaction/ports.py``)."""

from __future__ import annotations

import pytest

from pytest_charmsecrets.errors import JujuError
from pytest_charmsecrets.juju.state import Application, CharmMetadata, EndpointMetadata, Port
from pytest_charmsecrets.juju.transaction import ports

ENDPOINTS = {name: EndpointMetadata(name, 'provider', 'sql') for name in ('one', 'two')}
FOR_ALL, FOR_ONE, FOR_TWO = (Port('tcp', 80, endpoint=endpoint) for endpoint in ('', 'one', 'two'))


def application(cloud='machine'):
    return Application('db', CharmMetadata('db', endpoints=ENDPOINTS), cloud, number=0)


def test_a_port_for_all_endpoints_takes_the_place_of_those_for_some():
    assert ports.with_opened(application(), {FOR_ONE, FOR_TWO}, FOR_ALL) == {FOR_ALL}


def test_a_port_that_is_open_for_all_endpoints_is_not_opened_for_one():
    assert ports.with_opened(application(), {FOR_ALL}, FOR_ONE) == {FOR_ALL}


def test_on_kubernetes_endpoints_have_nothing_to_do_with_each_other():
    assert ports.with_opened(application('kubernetes'), {FOR_ONE}, FOR_ALL) == {FOR_ONE, FOR_ALL}
    assert ports.with_closed(application('kubernetes'), {FOR_ONE, FOR_ALL}, FOR_ALL) == {FOR_ONE}


def test_closing_for_one_endpoint_leaves_it_open_for_the_others():
    assert ports.with_closed(application(), {FOR_ALL}, FOR_ONE) == {FOR_TWO}


def test_closing_for_all_endpoints_closes_it_for_each():
    assert ports.with_closed(application(), {FOR_ONE, FOR_TWO}, FOR_ALL) == frozenset()


def test_an_endpoint_that_the_charm_does_not_have_is_refused():
    with pytest.raises(JujuError, match='open port range: endpoint "three" for unit "db/0" not found'):
        ports.check_endpoints('db/0', ENDPOINTS, 'open', [Port('tcp', 80, endpoint='three')])
