"""The stories behind the pictures of the documentation: each is played on a fake model, which draws itself.

`make docs` writes the pictures into docs/pictures.
"""

from __future__ import annotations

import contextlib
import datetime
import pathlib
import tempfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import ops

from pytest_charmsecrets import FakeModel, HookFailed, JujuError, PuppetSecret

if TYPE_CHECKING:
    from pytest_charmsecrets import Puppet, RelationView

FOLDER: Final = pathlib.Path(__file__).parent / 'pictures'
DATABASE: Final = {'database': 'sql'}
BEGINNING: Final = datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)
"""When a story begins, after the applications were deployed and related."""


def pair(model: FakeModel, *, readers: int = 1) -> tuple[Puppet, Puppet, RelationView, PuppetSecret]:
    """Relate a database and an application, and share a secret between them."""
    db = model.deploy_puppet('db', provides=DATABASE)
    web = model.deploy_puppet('web', requires=DATABASE, num_units=readers)
    relation = model.integrate('web', 'db')
    model.settle()
    model.advance_to(BEGINNING)
    with db.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'}, label='password')
        secret.grant(relation)
    return db, web, relation, secret


def shared_with_charm(model: FakeModel, charm: type[ops.CharmBase]) -> PuppetSecret:
    """Relate a database and a charm that reads the secret of which it finds the id in the relation."""
    model.deploy(charm, 'web', meta={'name': 'web', 'requires': {'database': {'interface': 'sql'}}})
    db = model.deploy_puppet('db', provides=DATABASE)
    relation = model.integrate('web', 'db')
    model.settle()
    model.advance_to(BEGINNING)
    with db.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'}, label='password')
        secret.grant(relation)
        hook.relation_set(relation, {'secret-id': secret.id}, app=True)
    model.settle()
    return secret


class FollowingCharm(ops.CharmBase):
    """Reads a secret of a relation, first and again when it changes, in `use`."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_changed, self._on_change)
        framework.observe(self.on.secret_changed, self._on_change)

    def _on_change(self, _: ops.EventBase) -> None:
        relation = self.model.get_relation('database')
        if relation and (secret_id := relation.data[relation.app].get('secret-id')):
            self.use(self.model.get_secret(id=secret_id), relation)

    def use(self, secret: ops.Secret, relation: ops.Relation) -> None:
        """Read the secret."""


def read(puppet: Puppet, secret: PuppetSecret, **options: bool) -> None:
    """Read a secret on every unit of an application, each in a hook of its own."""
    for unit in puppet.units:
        with unit.hook() as hook:
            hook.get_secret(secret.id, **options)


def tracking(model: FakeModel) -> None:
    """Two units read; a new revision comes; one unit moves to it at once, the other one a day later."""
    _, web, _, secret = pair(model, readers=2)
    read(web, secret)
    secret.set_content({'password': 'two'})
    model.settle()
    with web.units[0].hook() as hook:
        hook.get_secret(secret.id, refresh=True)
    model.advance(days=1)
    with web.units[1].hook() as hook:
        hook.get_secret(secret.id, peek=True)
    with web.units[1].hook() as hook:
        hook.get_secret(secret.id, refresh=True)
    model.settle()


def end_of_relation(model: FakeModel) -> None:
    """A unit reads; its relation is removed, which ends the grant and nothing else."""
    _, web, _, secret = pair(model)
    read(web, secret)
    model.advance(days=1)
    model.remove_relation('web', 'db')
    model.settle()
    secret.set_content({'password': 'two'})
    model.settle()
    with web.leader.hook() as hook, contextlib.suppress(JujuError):
        hook.command('secret-get', secret.id)


class FailingCharm(FollowingCharm):
    """Refreshes, and then fails once."""

    def use(self, secret: ops.Secret, relation: ops.Relation) -> None:
        """Use the latest revision."""
        if secret.get_content(refresh=True)['password'] == 'two':
            raise RuntimeError('the workload is down')


def failed_hook(model: FakeModel) -> None:
    """A hook refreshes a secret and fails, and is retried."""
    secret = shared_with_charm(model, FailingCharm)
    secret.set_content({'password': 'two'})
    with contextlib.suppress(HookFailed):
        model.settle()


class StaleCharm(FollowingCharm):
    """The charm of the README: it reads a secret without refresh=True."""

    def use(self, secret: ops.Secret, relation: ops.Relation) -> None:
        """Use the revision that the unit tracks."""
        secret.get_content()


def stale_observer(model: FakeModel) -> None:
    """The test of the README."""
    secret = shared_with_charm(model, StaleCharm)
    secret.set_content({'password': 'number two'})
    model.settle()


STORIES: Final[dict[str, Callable[[FakeModel], None]]] = {
    'tracking': tracking,
    'end-of-relation': end_of_relation,
    'failed-hook': failed_hook,
    'stale-observer': stale_observer,
}


def drawn(name: str) -> str:
    """Return the picture of a story, as SVG."""
    with FakeModel() as model, tempfile.TemporaryDirectory() as folder:
        STORIES[name](model)
        path = pathlib.Path(folder) / 'story.svg'
        model.timeline(since=BEGINNING).save(path)
        return path.read_text(encoding='utf-8')
