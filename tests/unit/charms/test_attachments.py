from __future__ import annotations

from pathlib import Path

from ops import testing

from pytest_charmsecrets.charms.attachments import change_attachments, read_networks, read_start
from pytest_charmsecrets.charms.runner import UnitChange
from pytest_charmsecrets.juju.state import Attachments, UnitStart

JAR = testing.Resource(name='jar', path=Path('/opt/app.jar'))


def test_a_network_answers_as_network_get_prints() -> None:
    address = testing.Address('10.0.0.1', hostname='host', cidr='10.0.0.0/24')
    network = testing.Network(
        'database',
        [testing.BindAddress([address], interface_name='eth0', mac_address='aa:bb')],
        ingress_addresses=['10.0.0.9'],
        egress_subnets=['10.0.0.0/8'],
    )
    assert read_networks([network]) == {
        'database': {
            'bind-addresses': [
                {
                    'mac-address': 'aa:bb',
                    'interface-name': 'eth0',
                    'addresses': [{'hostname': 'host', 'value': '10.0.0.1', 'cidr': '10.0.0.0/24'}],
                }
            ],
            'egress-subnets': ['10.0.0.0/8'],
            'ingress-addresses': ['10.0.0.9'],
        }
    }


def test_units_begin_with_what_the_state_of_the_author_holds() -> None:
    storages = {testing.Storage('data', index=10), testing.Storage('data', index=2), testing.Storage('cache', index=3)}
    start = read_start(testing.State(storages=storages, resources={JAR}, networks={testing.Network('database')}))
    assert start.storages == ('cache/3', 'data/2', 'data/10')
    assert start.attachments.resources == {'jar': '/opt/app.jar'}
    assert list(start.attachments.networks) == ['database']
    assert read_start(None) == UnitStart()


def test_a_change_replaces_what_it_names_as_a_whole() -> None:
    begun = Attachments(networks={'database': {}}, resources={'zip': '/opt/app.zip'})
    assert change_attachments(begun, UnitChange()) == begun
    assert change_attachments(begun, UnitChange(resources=(JAR,))) == Attachments(
        networks={'database': {}}, resources={'jar': '/opt/app.jar'}
    )
    assert change_attachments(begun, UnitChange(networks=())) == Attachments(resources={'zip': '/opt/app.zip'})
