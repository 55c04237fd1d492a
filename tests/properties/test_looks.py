"""A look changes nothing: whatever is asked of a model between two operations, the journal and all later hooks stay."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from pytest_charmsecrets import CharmSecretsError, Client, FakeModel

from .random_operations import BEGINNING, STORIES, Story

READING_COMMANDS = (
    'status --format=json',
    'status --format=yaml',
    'show-unit web/0',
    'show-unit web/0 --app',
    'show-application web',
    'show-model',
    'secrets --format=json',
    'secrets --owner application-db',
    'secrets --revisions',
    'show-secret {secret} --revisions',
    'show-secret {secret} --reveal',
    'config web',
    'config web fails',
    'model-config',
    'model-secret-backend',
    'offers',
    'find-offers',
    'show-offer web',
    'debug-log',
    'actions web',
    'operations',
    'show-operation 1',
    'version',
)

# A story may remove the revision that the other side has to read.
pytestmark = pytest.mark.charmsecrets(allow=['refused-read'])
READING_METHODS = {
    'config': ('web',),
    'model_config': (),
    'model_secret_backend': (),
    'proxy_name': ('web',),
    'application': ('db',),
    'unit': ('web/0',),
    'relation': ('web', 'db'),
    'secrets': (),
    'user': ('read',),
}


def properties(thing: Any) -> Iterator[Any]:
    """Take every public property of a thing, and its repr."""
    repr(thing)
    for name, _ in inspect.getmembers(type(thing), lambda member: isinstance(member, property)):
        if not name.startswith('_'):
            with contextlib.suppress(CharmSecretsError):
                yield getattr(thing, name)


def look_at_everything(story: Story) -> None:
    """Ask a model for everything that it can be asked without changing it."""
    model = story.model
    for thing in (model, model.controller, model.journal, model.order, story.app, story.puppet):
        tuple(properties(thing))
    for view in (*model.applications.values(), *model.units.values(), *model.relations, *model.controller.secrets()):
        for found in properties(view):
            repr(found)
    for name, arguments in READING_METHODS.items():
        with contextlib.suppress(CharmSecretsError):
            getattr(model, name)(*arguments)
    for view in model.secrets():
        for revision in view.revisions.values():
            tuple(properties(revision))
        with contextlib.suppress(CharmSecretsError):
            model.show_secret(view.id, reveal=True)
        with contextlib.suppress(CharmSecretsError):
            model.secret(view.id)
    for application in (story.app, story.puppet):
        with contextlib.suppress(CharmSecretsError):
            for thing in (*application.units, application.leader, *application.relations):
                tuple(properties(thing))
            for relation in application.relations:
                relation.data('web')
                relation.data('db/0')
    model.journal.hooks(), model.journal.commands(), model.journal.normalised()
    client = Client(model)
    secret = next((view.unique_identifier for view in model.secrets()), 'none')
    for line in READING_COMMANDS:
        with contextlib.suppress(CharmSecretsError):
            client.run(line.format(secret=secret).split())


def play(story: Any, order: Any, *, is_watched: bool) -> list[str]:
    told = Story(order=order)
    with told.model:
        for name, number in [*BEGINNING, *story]:
            if is_watched:
                look_at_everything(told)
            told.do(name, number)
        if is_watched:
            look_at_everything(told)
        with contextlib.suppress(CharmSecretsError):
            told.model.settle()
        return list(map(repr, told.model.journal))


@pytest.mark.parametrize('order', (0, 3))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STORIES)
def test_a_model_that_is_looked_at_goes_on_as_one_that_is_not(order, story):
    assert play(story, order, is_watched=True) == play(story, order, is_watched=False)


@pytest.mark.parametrize('order', (0, 5))
def test_so_it_does_through_everything_that_can_happen(order):
    story = [
        ('add_secret', 1),
        ('change_secret', 0),
        ('change_secret', 1),
        ('step', 1),
        ('add_unit', 0),
        ('add_unit', 1),
        ('change_secret', 0),
        ('step', 3),
        ('config', 2),
        ('advance', 3),
        ('config', 0),
        ('set_leader', 3),
        ('step', 0),
        ('remove_revision', 1),
        ('refresh', 0),
        ('advance', 1),
        ('remove_unit', 0),
        ('change_secret', 0),
        ('remove_relation', 0),
        ('step', 2),
        ('remove_secret', 0),
        ('settle', 0),
        ('remove_application', 3),
        ('step', 1),
    ]
    assert play(story, order, is_watched=True) == play(story, order, is_watched=False)


@pytest.mark.parametrize('order', (0, 2))
def test_so_do_two_models_between_which_something_is_carried(order):
    def run(*, is_watched: bool) -> list[str]:
        with FakeModel(order=order) as model:
            databases = model.controller.add_model('databases')
            db = databases.deploy_puppet('db', provides={'database': 'postgresql_client'})
            web = model.deploy_puppet('web', requires={'database': 'postgresql_client'}, num_units=2)
            databases.offer('db', endpoint='database')
            model.consume('databases.db')
            model.integrate('web', 'db')

            def look() -> None:
                for one in (model, databases) if is_watched else ():
                    str((one.due, one.next_deadline, Client(one).run(['status', '--format=json'])))
                    for view in (*one.controller.secrets(), *one.relations, *one.units.values()):
                        tuple(properties(view))

            look()
            model.settle()
            with db.leader.hook() as hook:
                secret = hook.add_secret({'key': 'value'}, rotate='daily')
                secret.grant(db.relations[0])
            look()
            with web.leader.hook() as hook:
                hook.get_secret(secret.id)
            for value in 'two', 'three':
                secret.set_content({'key': value})
                look()
            model.step()
            look()
            model.advance(days=1)
            look()
            model.remove_relation('web', 'db')
            look()
            model.settle()
            return [repr(record) for one in (model, databases) for record in one.journal]

    assert run(is_watched=True) == run(is_watched=False)
