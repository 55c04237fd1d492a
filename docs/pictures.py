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

import diagrams
import ops

from pytest_charmsecrets import FakeModel, HookFailed, JujuError, PuppetSecret

if TYPE_CHECKING:
    from pytest_charmsecrets import Command, Effect, Puppet, PuppetUnit, RelationView

FOLDER: Final = pathlib.Path(__file__).parent / 'pictures'
DATABASE: Final = {'database': 'sql'}
BEGINNING: Final = datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)
"""When a story begins, after the applications were deployed and related."""


def pair(model: FakeModel, *, readers: int = 1) -> tuple[Puppet, Puppet, RelationView, PuppetSecret]:
    """Relate a database and an application, and share a secret between them."""
    db = model.deploy_puppet('db', provides=DATABASE)
    web = model.deploy_puppet('web', requires=DATABASE, num_units=readers)
    return db, web, *share(model, db)


def shared_with_charm(model: FakeModel, charm: type[ops.CharmBase]) -> PuppetSecret:
    """Share a secret of a database with a charm that finds the secret's id in the relation."""
    model.deploy(charm, 'web', meta={'name': 'web', 'requires': {'database': {'interface': 'sql'}}})
    db = model.deploy_puppet('db', provides=DATABASE)
    _, secret = share(model, db, is_id_published=True)
    model.settle()
    return secret


def share(model: FakeModel, db: Puppet, *, is_id_published: bool = False) -> tuple[RelationView, PuppetSecret]:
    """Relate a database and ``web``, and grant a new secret of the database to the relation."""
    relation = model.integrate('web', 'db')
    model.settle()
    model.advance_to(BEGINNING)
    with db.leader.hook() as hook:
        secret = hook.add_secret({'password': 'one'}, label='password')
        secret.grant(relation)
        if is_id_published:
            hook.relation_set(relation, {'secret-id': secret.id}, app=True)
    return relation, secret


class FollowingCharm(ops.CharmBase):
    """Reads a secret of a relation, first and again when it changes, in `use`."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_changed, self._on_change)
        framework.observe(self.on.secret_changed, self._on_change)

    def _on_change(self, _: ops.EventBase) -> None:
        relation = self.model.get_relation('database')
        if relation and (secret_id := relation.data[relation.app].get('secret-id')):
            self.use(self.model.get_secret(id=secret_id))

    def use(self, secret: ops.Secret) -> None:
        """Read the secret."""


def read(puppet: Puppet, secret: PuppetSecret) -> None:
    """Read a secret on every unit of an application, each in a hook of its own."""
    for unit in puppet.units:
        with unit.hook() as hook:
            hook.get_secret(secret.id)


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

    def use(self, secret: ops.Secret) -> None:
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

    def use(self, secret: ops.Secret) -> None:
        """Use the revision that the unit tracks."""
        secret.get_content()


def stale_observer(model: FakeModel) -> None:
    """The test of the README."""
    secret = shared_with_charm(model, StaleCharm)
    secret.set_content({'password': 'number two'})
    model.settle()


def who_may_read(model: FakeModel) -> str:
    """Let every unit try to read three secrets, and draw who was refused."""
    db, web, relation, password = pair(model, readers=2)
    api = model.deploy_puppet('api', requires=DATABASE)
    model.add_unit('db')
    model.integrate('api', 'db')
    model.settle()
    with db.leader.hook() as hook:
        certificate = hook.add_secret({'certificate': 'one'}, label='certificate')
        certificate.grant(relation, unit='web/0')
    with db.units[1].hook() as hook:
        token = hook.add_secret({'token': 'one'}, label='token', owner='unit')
    units = [unit for puppet in (db, web, api) for unit in puppet.units]
    about = {
        password: ('password', 'of db; granted to web'),
        certificate: ('certificate', 'of db; granted to web/0 alone'),
        token: ('token', 'of the unit db/1; no grant'),
    }
    columns = {unit.name: {'db/0': 'leader', 'api/0': 'related, no grant'}.get(unit.name, ' ') for unit in units}
    rows = {name: [tried(unit, secret) for unit in units] for secret, name in about.items()}
    return diagrams.matrix('Who may read which secret', columns, rows)


def tried(unit: PuppetUnit, secret: PuppetSecret) -> str:
    """Return what a unit may do with a secret, by what Juju answers to it."""
    with unit.hook() as hook:
        try:
            hook.command('secret-get', secret.id)
        except JujuError:
            return ''
        try:
            hook.command('secret-info-get', secret.id)
        except JujuError:
            return 'reads'
        return 'reads, manages'


def shown(command: Command, effect: Effect) -> str:
    """Return a hook command without what a reader need not see."""
    if command.name == 'relation-set':
        return f'relation-set {effect.key}={effect.value}'
    return ' '.join((command.name, *(word for word in command.argv if word in ('--refresh', 'active'))))


def words(effect: Effect) -> str:
    """Return an effect in words."""
    return {
        'secret-get': f'{effect.subject} tracks revision {effect.revision}',
        'status-set': f'status of {effect.subject}: {effect.key}',
        'relation-set': f'databag of {effect.subject}: {effect.key}={effect.value}',
    }[effect.kind]


class ReportingCharm(FollowingCharm):
    """Refreshes, and tells the other side which revision it uses."""

    def use(self, secret: ops.Secret) -> None:
        """Use the latest revision."""
        secret.get_content(refresh=True)
        uses = 'new' if self.unit.status.name == 'active' else 'first'
        self.model.relations['database'][0].data[self.unit]['uses'] = uses
        self.unit.status = ops.ActiveStatus('uses the latest')


def way_of_a_hook(model: FakeModel) -> str:
    """Draw the secret-changed of a charm that refreshes."""
    secret = shared_with_charm(model, ReportingCharm)
    secret.set_content({'password': 'two'})
    (due,) = [one for one in model.due if one.unit == 'web/0']
    model.step()
    run = model.journal.hooks()[-1]
    became_due = [str(one) for one in model.due]
    last = {command.name: command for command in run.commands}
    steps = [
        diagrams.Step(shown(command, effect), words(effect), effect in run.kept)
        for command in last.values()
        for effect in (*run.kept, *run.committed)
        if effect.kind == command.name
    ]
    return diagrams.way_of_a_hook(
        'The way of one hook',
        f'{due}, for revision 2',
        f'{run.unit} runs {run.hook}',
        steps,
        [words(effect) for effect in run.committed],
        became_due,
    )


STORIES: Final[dict[str, Callable[[FakeModel], None]]] = {
    'tracking': tracking,
    'end-of-relation': end_of_relation,
    'failed-hook': failed_hook,
    'stale-observer': stale_observer,
}
"""Stories that are drawn as a timeline."""

DIAGRAMS: Final[dict[str, Callable[[FakeModel], str]]] = {
    'who-may-read': who_may_read,
    'way-of-a-hook': way_of_a_hook,
}
"""Stories that are drawn as something else, with how."""

NAMES: Final = (*STORIES, *DIAGRAMS)


def drawn(name: str) -> str:
    """Return the picture of a story, as SVG."""
    with FakeModel() as model, tempfile.TemporaryDirectory() as folder:
        if name in DIAGRAMS:
            return DIAGRAMS[name](model)
        STORIES[name](model)
        path = pathlib.Path(folder) / 'story.svg'
        model.timeline(since=BEGINNING).save(path)
        return path.read_text(encoding='utf-8')
