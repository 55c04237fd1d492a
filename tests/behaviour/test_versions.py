"""What differs between the Juju versions of the 3.3 to 3.6 lines: spec/juju-versions.md; each test names its rows."""

from __future__ import annotations

import datetime

import pytest

from pytest_charmsecrets import FakeModel, HookFailed, JujuError

NEWEST = '3.6.14'


@pytest.fixture
def start():
    """Makes a model of a version in which u/0 and u/1 own a secret; returns the model, the puppet and the secret."""
    models = []

    def make(version, *, content=None, label='la', **info):
        model = FakeModel(version)
        models.append(model)
        puppet = model.deploy_puppet('u', num_units=2)
        model.settle()
        with puppet.leader.hook() as hook:
            secret = hook.add_secret(content or {'key': 'one'}, label=label, **info)
        model.settle()
        return model, puppet, secret

    yield make
    for model in models:
        model.close()


@pytest.mark.parametrize(
    ('version', 'size', 'message'),
    (
        ('3.4.0', 5 * 1024 + 1, 'secret content for key "key" too large: 5121 bytes'),
        ('3.4.6', 8 * 1024 + 1, 'secret content for key "key" too large: 8193 bytes'),
        ('3.6.8', 8 * 1024 + 1, 'secret content for key "key" too large: 8193 bytes'),
        ('3.6.9', 750_001, 'base64 encoded secret content for key "key" too large: 1000004 bytes'),
    ),
)
def test_a5_a6_a7_size_of_a_value(start, version, size, message):
    _, puppet, _ = start(version)
    with puppet.leader.hook() as hook:
        with pytest.raises(JujuError, match=message):
            hook.add_secret({'key': 'x' * size})
        hook.add_secret({'key': 'x' * (size - 1)})


def test_a7_sum_of_values_before_3_6_9(start):
    _, puppet, _ = start('3.6.0')
    with puppet.leader.hook() as hook, pytest.raises(JujuError, match=r'^secret content too large: 72000 bytes'):
        hook.add_secret({f'key{number}': 'x' * 8000 for number in range(9)})


@pytest.mark.parametrize(('version', 'fails'), (('3.6.18', False), ('3.6.19', True)))
def test_a14_adding_on_a_unit_that_is_being_removed(start, version, fails):
    model, puppet, _ = start(version)
    model.remove_unit('u/1')
    with puppet.units[1].hook() as hook:
        if fails:
            with pytest.raises(JujuError, match='cannot reserve secret for owner "unit-u-1" which is not alive'):
                hook.add_secret({'key': 'one'}, owner='unit')
        else:
            hook.command('secret-add', 'key=one', '--owner', 'unit')
            hook.command('secret-remove', hook.command('secret-ids').splitlines()[0])


@pytest.mark.parametrize(('version', 'seen'), (('3.6.11', 'one'), ('3.6.12', 'two')))
def test_b6_pending_update_found_by_the_label_of_the_secret(start, version, seen):
    _, puppet, secret = start(version)
    with puppet.leader.hook() as hook:
        hook.command('secret-set', secret.id, 'key=two')
        assert hook.get_secret(label='la', refresh=True) == {'key': seen}


@pytest.mark.parametrize('version', ('3.3.3', '3.4.0'))
def test_b9_other_label_of_a_follower_is_refused(start, version):
    _, puppet, secret = start(version)
    with puppet.units[1].hook() as hook, pytest.raises(JujuError, match='only unit leaders can update an application'):
        hook.get_secret(secret.id, label='mine')


@pytest.mark.parametrize(
    ('version', 'labels'),
    (('3.3.4', {'u/1': 'mine'}), ('3.4.2', {'u/1': 'mine'}), ('3.5.0', {'u/1': 'mine'}), ('3.5.1', {}), (NEWEST, {})),
)
def test_b9_other_label_of_a_follower_becomes_its_own_or_nothing(start, version, labels):
    _, puppet, secret = start(version)
    with puppet.units[1].hook() as hook:
        assert hook.get_secret(secret.id, label='mine') == {'key': 'one'}
    assert secret.view.labels == labels
    assert secret.view.label == 'la'


@pytest.mark.parametrize(('version', 'latest'), (('3.5.7', 2), ('3.6.0', 1)))
def test_c1_unchanged_content(start, version, latest):
    _, _, secret = start(version)
    secret.set_content({'key': 'one'})
    assert secret.view.latest_revision == latest


@pytest.mark.parametrize(('version', 'content'), (('3.5.4', {'key': 'one'}), ('3.5.5', {'key': 'two'})))
def test_c4_c5_content_and_then_a_description_in_one_hook(start, version, content):
    _, puppet, secret = start(version)
    with puppet.leader.hook() as hook:
        hook.command('secret-set', secret.id, 'key=two')
        hook.command('secret-set', secret.id, '--description', 'the second')
    assert secret.view.description == 'the second'
    assert secret.view.content == content


@pytest.mark.parametrize(('version', 'left'), (('3.6.8', [1, 3]), ('3.6.11', [3])))
def test_c12_several_removals_in_one_hook(start, version, left):
    _, puppet, secret = start(version)
    secret.set_content({'key': 'two'})
    secret.set_content({'key': 'three'})
    with puppet.leader.hook() as hook:
        hook.command('secret-remove', secret.id, '--revision', '1')
        hook.command('secret-remove', secret.id, '--revision', '2')
    assert secret.revisions == left


@pytest.mark.parametrize(('version', 'left'), (('3.6.8', [2, 3, 4, 5, 6, 7, 8, 9]), ('3.6.11', list(range(2, 12)))))
def test_c13_removal_of_revision_1(start, version, left):
    _, _, secret = start(version)
    for number in range(2, 12):
        secret.set_content({'key': f'value {number}'})
    secret.remove_revision(1)
    assert secret.revisions == left


@pytest.mark.parametrize(('version', 'fails'), (('3.6.8', True), ('3.6.11', False)))
def test_c14_removal_of_what_is_not_there(start, version, fails):
    model, puppet, _ = start(version)

    def add_and_remove():
        with puppet.leader.hook() as hook:
            uri = hook.command('secret-add', 'key=value').strip()
            hook.command('secret-remove', uri)

    if fails:
        with pytest.raises(HookFailed, match=r'removing secrets: secret "secret:.*" not found'):
            add_and_remove()
    else:
        add_and_remove()
    assert len(model.secrets()) == 1


@pytest.mark.parametrize(('version', 'fails'), (('3.6.11', True), ('3.6.12', False)))
@pytest.mark.parametrize('policy', ('hourly', 'monthly'))
def test_c22_another_policy_for_a_secret_that_rotates(start, version, fails, policy):
    _, _, secret = start(version, rotate='monthly')
    if fails:
        with pytest.raises(HookFailed, match='updating secrets: must specify a secret rotate time'):
            secret.set_info(rotate=policy)
        assert secret.view.rotation == 'monthly'
    else:
        secret.set_info(rotate=policy)
        assert secret.view.rotation == policy


@pytest.mark.parametrize('version', ('3.6.8', NEWEST))
def test_c22_policy_of_a_secret_that_does_not_rotate_can_be_set_and_ended(start, version):
    model, _, secret = start(version)
    secret.set_info(rotate='daily')
    assert secret.view.rotates == model.now + datetime.timedelta(days=1)
    secret.set_info(rotate='never')
    assert secret.view.rotates is None


@pytest.mark.parametrize(('version', 'told'), (('3.6.8', ['u/0 secret-remove']), ('3.6.11', [])))
def test_e6_secret_remove_for_a_revision_that_is_gone(start, version, told):
    model, _, secret = start(version)
    secret.set_content({'key': 'two'})
    assert [str(hook) for hook in model.due] == ['u/0 secret-remove']
    secret.remove_all_revisions()
    assert [str(hook) for hook in model.settle()] == told
