"""Answers that Juju leaves to the order of a Go map or to random ids: orders reach each, and order zero gives the first."""

from __future__ import annotations

import contextlib
import itertools

import pytest

from pytest_charmsecrets import FakeModel, HookFailed, JujuError

RELEASES = ('3.6.28', '4.0.15')


def played(order, play, version, bugs=()):
    with FakeModel(version, order=order, juju_bugs=bugs) as model:
        app = model.deploy_puppet('app', num_units=2)
        model.settle()
        return play(*app.units)


def reached(play, version, *, count):
    """Return the answer in order zero, and those of further orders until there are this many, at most those of 60."""
    first = played(0, play, version)
    assert played({}, play, version) == first
    answers = set()
    for order in range(1, 61):
        answers.add(played(order, play, version))
        if len(answers) == count:
            break
    assert first in answers
    return first, answers


def answer(hook, *argv):
    try:
        return hook.command(*argv).strip()
    except JujuError as error:
        return str(error)


def add(unit, *labels):
    """Add secrets by a unit, and return them in the order of their ids."""
    with unit.hook() as hook:
        secrets = [hook.add_secret({'key': label}, label=label) for label in labels]
    return sorted(secrets, key=lambda secret: secret.id[-20:])


def refused(unit, act):
    """Return what a hook does whose commit is refused."""
    with pytest.raises(HookFailed), unit.hook() as hook:
        done = act(hook)
    return done  # noqa: RET504  # A return within would be lost where the commit is refused.


@pytest.mark.parametrize(
    'command', (('secret-get', '--label', 'one'), ('secret-info-get', '--label', 'one')), ids=' '.join
)
@pytest.mark.parametrize('version', RELEASES)
def test_of_a_committed_and_an_added_secret_with_one_label_either_is_found(version, command):
    def play(leader, _):
        def act(hook):
            hook.add_secret({'key': 'added'}, label='one', description='added')
            return 'added' in answer(hook, *command)

        add(leader, 'one')
        return refused(leader, act)

    assert reached(play, version, count=2)[1] == {True, False}


@pytest.mark.parametrize('version', RELEASES)
def test_of_two_secrets_that_an_update_gives_one_label_either_is_found(version):
    def play(leader, _):
        def act(hook):
            hook.command('secret-set', one.id, '--label', 'same', 'key=first')
            hook.command('secret-set', other.id, '--label', 'same', 'key=second')
            return answer(hook, 'secret-get', '--label', 'same', '--peek').removeprefix('key: ')

        one, other = add(leader, 'one', 'other')
        return refused(leader, act)

    first, answers = reached(play, version, count=2)
    assert (first, answers) == ('first', {'first', 'second'})


@pytest.mark.parametrize('version', RELEASES)
def test_an_added_secret_is_read_by_its_id_or_the_label_given_with_it_leads_to_another(version):
    def play(leader, _):
        with leader.hook() as hook:
            one = hook.add_secret({'key': 'by id'}, label='one')
            hook.add_secret({'key': 'by label'}, label='other')
            read = answer(hook, 'secret-get', one.id, '--label', 'other', 'key')
            hook.command('secret-remove', one.id)
        return read

    assert reached(play, version, count=2)[1] == {'by id', 'by label'}


def test_a_release_that_lists_what_is_pending_has_no_such_chance():
    def play(leader, _):
        def act(hook):
            hook.add_secret({'key': 'first'}, label='same', owner='unit')
            other = hook.add_secret({'key': 'second'}, label='other', owner='unit')
            hook.command('secret-set', other.id, '--label', 'same')
            return answer(hook, 'secret-get', '--label', 'same')

        return refused(leader, act)

    assert {played(order, play, '3.1.0', 'as-shipped') for order in range(20)} == {'key: first'}


def test_in_4_0_an_own_id_with_the_label_of_another_own_secret_reads_either_always_the_same():
    def play(leader, _):
        secrets = add(leader, 'one', 'two')
        reads = []
        for one, other in [secrets, secrets[::-1]] * 2:
            with leader.hook() as hook:
                label = hook.command('secret-info-get', other.id).split('label: ')[1].split()[0]
                reads.append(answer(hook, 'secret-get', one.id, '--label', label, 'key'))
        assert reads[:2] == reads[2:]
        return tuple('already exists' in read for read in reads[:2])

    first, answers = reached(play, '4.0.15', count=2)
    assert (first, answers) == ((True, False), {(True, False), (False, True)})


def test_in_4_0_the_ids_of_several_secrets_are_in_one_order():
    def play(leader, _):
        secrets = dict(enumerate(add(leader, 'one', 'two', 'three')))
        less = set()
        for one, other in itertools.permutations(secrets, 2):
            with leader.hook() as hook:
                label = hook.command('secret-info-get', secrets[other].id).split('label: ')[1].split()[0]
                if 'already exists' in answer(hook, 'secret-get', secrets[one].id, '--label', label, 'key'):
                    less.add((one, other))
        return tuple(sorted(secrets, key=lambda one: -sum(first == one for first, _ in less)))

    first, answers = reached(play, '4.0.15', count=6)
    assert (first, answers) == ((0, 1, 2), set(itertools.permutations(range(3))))


@pytest.mark.parametrize('version', RELEASES)
def test_secret_ids_lists_in_any_order(version):
    def play(leader, _):
        ids = [secret.id[-20:] for secret in add(leader, 'one', 'two', 'three')]
        with leader.hook() as hook:
            listed = hook.command('secret-ids').split()
        return tuple(map(ids.index, listed))

    first, answers = reached(play, version, count=6)
    assert (first, answers) == ((0, 1, 2), set(itertools.permutations(range(3))))


@pytest.mark.parametrize('version', RELEASES)
def test_a_label_that_changes_hands_is_given_up_before_or_after_it_is_taken(version):
    def play(leader, _):
        one, other = add(leader, 'one', 'other')
        try:
            with leader.hook() as hook:
                taken = hook.command('secret-info-get', other.id).split('label: ')[1].split()[0]
                hook.command('secret-set', one.id, '--label', taken)
                hook.command('secret-set', other.id, '--label', 'new')
        except HookFailed as failed:
            return 'already exists' in str(failed)
        return False

    assert reached(play, version, count=2) == (True, {True, False})


def committed(order, *labels):
    """Give two secrets labels in one hook; return the choices that were drawn."""
    with FakeModel('3.6.28', order=order) as model:
        app = model.deploy_puppet('app')
        model.settle()
        add(app.leader, 'one', 'other')
        before = len(model.order.departures)
        with contextlib.suppress(HookFailed), app.leader.hook() as hook:
            for secret, label in zip(model.secrets(), labels, strict=True):
                hook.command('secret-set', secret.id, '--label', label)
        return [str(departure) for departure in model.order.departures[before:]]


def test_the_order_of_a_commit_is_drawn_where_labels_meet():
    drawn = 'app/0 commits 2 secrets from place 2 on, before app/0 commits 2 secrets from place 1 on'
    assert [drawn] in [committed(order, 'new', 'one') for order in range(10)]


def test_the_order_of_a_commit_is_no_choice_where_labels_do_not_meet():
    assert [committed(order, 'new', 'newer') for order in range(10)] == [[]] * 10


def test_a_choice_of_many_reads_as_a_line():
    with FakeModel('4.0.15', order=4) as model:
        app = model.deploy_puppet('app')
        model.settle()
        add(app.leader, *'abcde')
        model.exec('secret-ids', unit='app/0')
        assert str(model.order.departures[-1]) == (
            'app/0 lists its secrets from place 2 on, backwards, before app/0 lists its secrets from place 1 on'
        )
