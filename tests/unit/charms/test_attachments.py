from __future__ import annotations

from pathlib import Path

from ops import testing

from pytest_charmsecrets.charms.attachments import make_surroundings


def test_a_network_answers_as_network_get_prints(tmp_path: Path) -> None:
    address = testing.Address('10.0.0.1', hostname='host', cidr='10.0.0.0/24')
    network = testing.Network(
        'database',
        [testing.BindAddress([address], interface_name='eth0', mac_address='aa:bb')],
        ingress_addresses=['10.0.0.9'],
        egress_subnets=['10.0.0.0/8'],
    )
    assert make_surroundings(networks=[network], storage_root=tmp_path).networks == {
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


def test_each_storage_has_a_directory_of_its_own(tmp_path: Path) -> None:
    storages = [testing.Storage('data', index=10), testing.Storage('data', index=2)]
    answers = make_surroundings(storages=storages, storage_root=tmp_path).storages
    assert list(answers) == ['data/2', 'data/10']
    assert answers['data/2'] == {'kind': 'filesystem', 'location': str(tmp_path / 'data' / '2')}
    assert (tmp_path / 'data' / '10').is_dir()


def test_a_resource_is_where_the_author_says(tmp_path: Path) -> None:
    resource = testing.Resource(name='jar', path=Path('/opt/app.jar'))
    assert make_surroundings(resources=[resource], storage_root=tmp_path).resources == {'jar': '/opt/app.jar'}
