"""Storage that a charm's metadata mounts in its containers (``containers: X: mounts:``).

Source: juju 3.6: internal/provider/kubernetes/application/application.go, handleVolumeMount.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from ops import pebble, testing

from pytest_charmsecrets import UsageError

from .charms import charm, meta

KEY = '/srv/data/key'


def mounting(*mounts, storage=('data',)):
    """Return metadata of a charm with a container that mounts storages, each given as ``storage:location``."""
    declared = [dict(zip(('storage', 'location'), mount.split(':'), strict=True)) for mount in mounts]
    return meta(containers={'web': {'mounts': declared}}, storage={name: {'type': 'filesystem'} for name in storage})


@pytest.fixture
def do(fake_model):
    """Has the charm of a unit do something in its container, with the places of its storages."""
    todo = []

    def act(self, _):
        places = {name: [Path(one.location) for one in instances] for name, instances in self.model.storages.items()}
        todo[-1](self.unit.containers['web'], places)

    def do(action, unit='app/0'):
        todo.append(action)
        fake_model.update_status(unit)

    do.charm = charm(update_status=act)
    return do


def push(text, path=KEY):
    return lambda container, _: container.push(path, text)


def pull(container, path=KEY):
    with container.pull(path) as file:
        return file.read()


@pytest.fixture
def deploy(fake_model, do):
    def deploy(metadata, **options):
        app = fake_model.deploy(do.charm, meta=metadata, **options)
        fake_model.settle()
        return app

    return deploy


def test_charm_and_container_share_the_volume(deploy, do):
    deploy(mounting('data:/srv/data'))
    do(push('from the container'))  # without make_dirs: the place is there

    def answer(container, places):
        assert (places['data'][0] / 'key').read_text() == 'from the container'
        (places['data'][0] / 'answer').write_text('from the charm')
        assert pull(container, '/srv/data/answer') == 'from the charm'

    do(answer)


def test_each_unit_has_a_volume_of_its_own(deploy, do):
    deploy(mounting('data:/srv/data/'), num_units=2)
    do(push('x'), 'app/0')

    def look(container, _):
        assert container.isdir('/srv/data')
        assert [file.type for file in container.list_files('/srv')] == [pebble.FileType.DIRECTORY]
        assert not container.exists(KEY)

    do(look, 'app/1')


def test_the_volume_outlives_the_pod_and_all_else_in_the_container_does_not(fake_model, deploy, do):
    metadata = mounting('data:/srv/data')
    deploy(metadata)
    do(push('x'))
    do(lambda container, _: container.push('/etc/app.conf', 'x', make_dirs=True))
    fake_model.refresh('app', do.charm, meta=metadata)
    fake_model.settle()

    def look(container, places):
        assert pull(container) == 'x'
        assert (places['data'][0] / 'key').exists()
        assert not container.exists('/etc/app.conf')

    do(look)


def test_containers_share_what_both_mount(fake_model):
    def write(self, _):
        self.unit.containers['web'].push(KEY, 'x')
        assert self.unit.containers['backup'].exists('/backup/key')

    metadata = mounting('data:/srv/data')
    metadata['containers']['backup'] = {'mounts': [{'storage': 'data', 'location': '/backup'}]}
    fake_model.deploy(charm(update_status=write), meta=metadata)
    fake_model.settle()
    fake_model.update_status('app/0')


def test_a_storage_may_be_mounted_in_several_places_and_beside_others(deploy, do):
    deploy(mounting('data:/srv/data', 'data:/srv/copy', 'logs:/var/log/app', storage=('data', 'logs')))
    do(push('x'))
    do(push('y', '/var/log/app/key'))

    def look(container, places):
        assert pull(container, '/srv/copy/key') == 'x'
        assert (places['logs'][0] / 'key').read_text() == 'y'

    do(look)


def test_of_several_instances_the_oldest_is_mounted(deploy, do):
    metadata = mounting('data:/srv/data')
    metadata['storage']['data']['multiple'] = {'range': '2'}
    deploy(metadata)
    do(push('x'))

    def look(_, places):
        assert [(place / 'key').exists() for place in places['data']] == [True, False]

    do(look)


def test_storage_that_comes_later_hides_what_was_in_its_place(fake_model, deploy, do):
    metadata = mounting('data:/srv/data')
    metadata['storage']['data']['multiple'] = {'range': '0-1'}
    deploy(metadata)
    do(lambda container, _: container.push(KEY, 'x', make_dirs=True))
    fake_model.exec('storage-add data', unit='app/0')
    fake_model.settle()

    def look(container, places):
        assert not container.exists(KEY)
        assert len(places['data']) == 1

    do(look)


def test_a_mount_of_the_author_goes_before_that_of_the_metadata(fake_model, deploy, do, tmp_path):
    (tmp_path / 'key').write_text('the author')
    mount = testing.Mount(location='/srv/data', source=tmp_path)
    app = deploy(mounting('data:/srv/data'))
    do(push('x'))
    fake_model.update_state('app/0', containers={testing.Container('web', can_connect=True, mounts={'mine': mount})})

    def look(container, _):
        assert pull(container) == 'the author'

    do(look)
    assert app.units[0].state.get_container('web').mounts == {'mine': mount}


def test_a_file_that_the_author_mounts_is_a_file(fake_model, deploy, do, tmp_path):
    (tmp_path / 'file').write_text('x')
    mount = testing.Mount(location='/etc/app.conf', source=tmp_path / 'file')
    deploy(mounting('data:/srv/data'))
    fake_model.update_state('app/0', containers={testing.Container('web', can_connect=True, mounts={'mine': mount})})

    def look(container, _):
        assert container.list_files('/etc')[0].type == pebble.FileType.FILE

    do(look)


def test_a_mount_may_be_moved(fake_model, deploy, do, tmp_path):
    deploy(mounting('data:/srv/data'))
    for name in ('one', 'two'):
        (tmp_path / name).mkdir()
        (tmp_path / name / 'key').write_text(name)
        mount = testing.Mount(location='/srv/mine', source=tmp_path / name)
        container = testing.Container('web', can_connect=True, mounts={'mine': mount})
        fake_model.update_state('app/0', containers={container})

        def look(container, _, name=name):
            assert pull(container, '/srv/mine/key') == name

        do(look)


def test_the_state_of_a_unit_shows_the_mounts(deploy, do):
    app = deploy(mounting('data:/srv/data', 'data:/srv/copy'))
    do(push('x'))
    mounts = app.units[0].state.get_container('web').mounts
    assert {name: str(mount.location) for name, mount in mounts.items()} == {
        '/srv/data': '/srv/data',
        '/srv/copy': '/srv/copy',
    }
    assert (Path(mounts['/srv/data'].source) / 'key').read_text() == 'x'


@pytest.mark.parametrize(
    ('mounts', 'complaint'),
    [
        ('data', r"containers.web.mounts in the charm's metadata must be a list, not 'data'"),
        ([{'location': '/srv'}], r"containers.web.mounts in .* there is no storage 'None' \(there are: data\)"),
        (
            [{'storage': 'date', 'location': '/srv'}],
            r"containers.web.mounts in .* there is no storage 'date'; did you mean 'data'",
        ),
        ([{'storage': 'data'}], r"must say where 'data' is mounted, as an absolute location, not None"),
        ([{'storage': 'data', 'location': 'srv'}], "as an absolute location, not 'srv'"),
        ([{'storage': 'data', 'location': '/../etc'}], "as an absolute location, not '/../etc'"),
    ],
)
def test_mounts_that_make_no_sense_are_refused(fake_model, mounts, complaint):
    metadata = meta(containers={'web': {'mounts': mounts}}, storage={'data': {'type': 'filesystem'}})
    with pytest.raises(UsageError, match=complaint):
        fake_model.deploy(charm(), meta=metadata)
    assert fake_model.applications == {}
