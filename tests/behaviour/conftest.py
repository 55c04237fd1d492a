"""The applications that most rules are about, and ways to look at what ran."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pytest_charmsecrets import ApplicationView, FakeModel, Puppet, RelationView, SecretView

from .charms import DATABASE, LABEL, WEB, Database, Fragile, Web, charm, meta
from .two_models import DATABASES, Models, OfferedDatabase, PlayedModels, play_two_models


@dataclasses.dataclass
class Pair:
    """A database that shares its password with a web application; settled, every unit has read it."""

    model: FakeModel
    database: ApplicationView
    web: ApplicationView
    relation: RelationView

    @property
    def secret(self) -> SecretView:
        return self.model.secret(owner='database', label=LABEL)


@dataclasses.dataclass
class Played:
    """An application under test, related to a puppet; settled."""

    model: FakeModel
    app: ApplicationView
    puppet: Puppet
    relation: RelationView


@pytest.fixture
def pair(fake_model: FakeModel) -> Pair:
    database = fake_model.deploy(Database, meta=DATABASE, num_units=2)
    web = fake_model.deploy(Web, meta=WEB, num_units=2)
    relation = fake_model.integrate('web:database', 'database:database')
    fake_model.settle()
    return Pair(fake_model, database, web, relation)


@pytest.fixture
def play(fake_model: FakeModel) -> Callable[..., Played]:
    """Deploys a charm that requires ``database`` (named ``web`` if it has no other name), beside a puppet."""

    def play(charm: Any, *, num_units: int = 1, **options: Any) -> Played:
        app = fake_model.deploy(charm, meta={**WEB, **options.pop('meta', {})}, num_units=num_units, **options)
        puppet = fake_model.deploy_puppet('puppet', provides={'database': 'postgresql_client'})
        relation = fake_model.integrate(f'{app.name}:database', 'puppet:database')
        fake_model.settle()
        return Played(fake_model, app, puppet, relation)

    return play


@pytest.fixture
def settled(fake_model):
    """Deploys and settles."""

    def deploy(*args, **options):
        options.setdefault('meta', meta())
        app = fake_model.deploy(*args, **options)
        fake_model.settle()
        return app

    return deploy


@pytest.fixture
def fragile() -> Fragile:
    return Fragile()


@pytest.fixture
def patch(monkeypatch):
    """Replaces the handler of a charm, which ops finds by its name."""

    def patch(charm_class, name, handler):
        def handle(self, event):
            handler(event)

        handle.__name__ = name
        monkeypatch.setattr(charm_class, name, handle)

    return patch


@pytest.fixture
def in_hook(fake_model: FakeModel) -> Callable[[Callable[[Any], Any]], Any]:
    """Runs a function in a hook of a charm, and returns what it returned."""
    result: list[Any] = []
    act: Callable[[Any], Any] | None = None
    fake_model.deploy(charm(update_status=lambda self, _: result.append(act and act(self))), meta=meta())
    fake_model.settle()

    def run(function: Callable[[Any], Any]) -> Any:
        nonlocal act
        act = function
        fake_model.update_status('app/0')
        return result.pop()

    return run


@pytest.fixture
def share(fake_model: FakeModel) -> Callable[..., Models]:
    """Deploys a charm that consumes the database of another model."""

    def share(charm: Any = Web, *, num_units: int = 1) -> Models:
        databases = fake_model.controller.add_model('databases')
        database = databases.deploy(OfferedDatabase, 'database', meta=DATABASES)
        databases.offer('database', endpoint='database')
        web = fake_model.deploy(charm, 'web', meta=WEB, num_units=num_units)
        fake_model.consume('databases.database')
        relation = fake_model.integrate('web:database', 'database')
        fake_model.settle()
        return Models(fake_model, databases, web, database, relation, fake_model.proxy_name('web'))

    return share


@pytest.fixture
def played(fake_model: FakeModel) -> PlayedModels:
    """Two puppets of two models, of which ``web`` consumes ``database``."""
    return play_two_models(fake_model)


@pytest.fixture(params=('3.6.14', '4.0.14'))
def version(request):
    """The version of Juju, for tests that name others by a parameter."""
    return request.param


@pytest.fixture
def bugs():
    """The bugs of that version that its model has, for tests that name some by a parameter."""
    return ()


@pytest.fixture
def model(version, bugs):
    """A model of that version."""
    with FakeModel(version, juju_bugs=bugs) as model:
        yield model


@pytest.fixture
def db(model):
    """A puppet that is related twice to another, ``web``: by ``model.relations[0]`` and by ``[1]``."""
    db = model.deploy_puppet('db', provides={'database': 'sql', 'other': 'nosql'}, num_units=2)
    model.deploy_puppet('web', requires={'database': 'sql', 'other': 'nosql'}, num_units=2)
    model.integrate('db:database', 'web')
    model.integrate('db:other', 'web')
    model.settle()
    return db


@pytest.fixture
def secret(db):
    """A secret of ``db``."""
    with db.leader.hook() as hook:
        return hook.add_secret({'key': 'one'}, label='one')


@pytest.fixture
def hook(db):
    """Opens a hook of the leader of ``db``."""
    return db.leader.hook


@pytest.fixture
def ran() -> Callable[[Iterable[Any] | None], list[str]]:
    """Writes hooks (those that ran, or those that are due) as text."""
    return lambda hooks: [str(hook) for hook in hooks or ()]


@pytest.fixture
def snapshot(fake_model: FakeModel) -> Callable[[], Any]:
    """Returns everything there is to see of the model, to compare before and after."""

    def look() -> Any:
        due = fake_model.due
        return {
            'due': due,
            'journal': [repr(record) for record in fake_model.journal],
            'secrets': [(repr(secret), secret.content, secret.grants) for secret in fake_model.secrets()],
            'now': fake_model.now,
        }

    return look
