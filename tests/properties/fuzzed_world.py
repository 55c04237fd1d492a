"""A small controller with everything that has public methods, and a digest of its state."""

from __future__ import annotations

import contextlib
import functools
import types
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from pytest_charmsecrets import BecameDue, Client, Command, DueHook, FakeModel, HookRun, Operation, Order
from pytest_charmsecrets.client.fake_juju import FakeJuju
from pytest_charmsecrets.juju.facts import Fact
from pytest_charmsecrets.juju.versions import Profile
from tests.behaviour.charms import DATABASE, LABEL, WEB, Database, Web

WORKLOAD = {
    'name': 'workload',
    'containers': {'work': {}},
    'config': {'options': {'colour': {'type': 'string'}, 'size': {'type': 'int'}, 'token': {'type': 'secret'}}},
    'actions': {'look': {'params': {'what': {'type': 'string'}}}},
}


class World:
    """Two models of a controller, with a charm, a puppet, secrets and relations; what calls are made on."""

    def __init__(self) -> None:
        self.model = FakeModel()
        self.other = self.model.controller.add_model('other')
        self.other.deploy_puppet('db', provides={'database': 'sql'})
        self.other.offer('db', endpoint='database')
        self.database = self.model.deploy(Database, meta=DATABASE, num_units=2)
        self.model.deploy(Web, meta=WEB)
        self.model.deploy(Web, meta={**WORKLOAD, 'requires': WEB['requires']})
        self.puppet = self.model.deploy_puppet('puppet', requires={'database': 'sql'}, num_units=2)
        self.model.consume('other.db', alias='remote')
        self.relation = self.model.integrate('puppet', 'remote')
        self.model.integrate('web', 'database')
        self.model.add_secret('named', {'key': 'value'})
        self.model.settle()
        self.stack = contextlib.ExitStack()
        self.hook = self.stack.enter_context(self.puppet.leader.hook())
        self.secret = self.hook.add_secret({'key': 'value'}, label='one')
        self.stack.close()
        self.client = Client(self.model)
        self.juju = FakeJuju(self.model)
        self.order = Order(3)
        self.things = self._things()
        """An instance of each class that has public methods, by the name of the class."""
        self.known: object = None
        """The state after the last call, where it was looked at."""

    def open_hook(self) -> None:
        """Have the puppet run a hook, until ``close_hook``."""
        self.things['PuppetHook'] = self.stack.enter_context(self.puppet.leader.hook())

    def close_hook(self) -> None:
        with contextlib.suppress(Exception):
            self.stack.close()

    def _things(self) -> dict[str, Any]:
        secret = self.model.secret(owner='database', label=LABEL)
        return {
            'ApplicationView': self.database,
            'Client': self.client,
            'FakeController': self.model.controller,
            'FakeJuju': self.juju,
            'FakeModel': self.model,
            'FakeModelFactory': FakeModel,
            'FakeJujuFactory': _factory(self.model),
            'GrantView': secret.access[0],
            'Journal': self.model.journal,
            'ModelUser': self.model.user('read'),
            'ModelView': self.model.models['other'],
            'Order': self.order,
            'Puppet': self.puppet,
            'PuppetHook': self.hook,
            'PuppetSecret': self.secret,
            'PuppetUnit': self.puppet.leader,
            'RelationView': self.relation,
            'RevisionView': secret.revisions[1],
            'SecretView': secret,
            'UnitView': self.database.leader,
            'DueHook': DueHook('web/0', 'start'),
            'Timeline': self.model.timeline(),
        }

    def digest(self) -> int:
        """Return a number that says whether anything in the models is another than before."""
        return digest(
            tuple(execution for execution in self.model.internals.runtime.scheduler.models.values()),
            self.model.internals.runtime.clock.now,
        )

    def check_works(self) -> None:
        """Check that the models still do: a charm settles, and follows a rotation."""
        self.close_hook()
        if self.model.internals.runtime._is_closed:
            return
        self.model.model_config(reset='update-status-hook-interval')
        self.model.settle()
        # Juju repeats without end the events that a charm does not answer, and a hook may fail for what was broken on purpose.
        for name in self.model.applications:
            self.model.remove_application(name, force=True)
        self.model.settle()
        self.model.deploy(Database, 'fresh', meta=DATABASE)
        self.model.deploy(Web, 'reader', meta=WEB)
        self.model.integrate('fresh', 'reader')
        self.model.settle()
        secret = self.model.secret(owner='fresh', label=LABEL)
        assert secret.tracked_by['reader/0'] == 1
        self.model.advance(days=32)
        assert secret.tracked_by['reader/0'] == secret.latest_revision > 1
        str(self.model)
        tuple(map(str, self.model.journal))


def _factory(model: FakeModel) -> Callable[..., FakeJuju]:
    def make(*, charmhub: Any = None, **settings: Any) -> FakeJuju:
        return FakeJuju(FakeModel(**settings), charmhub=charmhub)

    return make


_LEAVES = (type, types.FunctionType, types.ModuleType, types.MethodType, weakref.ref, functools.partial)


def digest(*roots: Any) -> int:
    """Return a number for everything that can be reached from objects of the package: their attributes and contents."""
    tokens: list[Any] = []
    seen: dict[int, int] = {}
    kept: list[Any] = []  # what was seen stays alive, so that nothing else gets its id
    waiting: list[Any] = list(reversed(roots))
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, str | int | float | bytes | None):
            tokens.append(thing)
            continue
        if isinstance(thing, _LEAVES):
            continue
        if isinstance(thing, _FROZEN):
            tokens.append(id(thing))
            continue
        if id(thing) in seen:
            tokens.append(seen[id(thing)])
            continue
        seen[id(thing)] = len(seen)
        kept.append(thing)
        tokens.append(type(thing).__name__)
        if isinstance(thing, Mapping):
            for key, value in thing.items():
                waiting += (value, key)
        elif isinstance(thing, list | tuple):
            waiting += thing
        elif isinstance(thing, set | frozenset):
            tokens.append(len(thing))
            tokens += sorted(map(repr, thing))
        elif type(thing).__module__.startswith('pytest_charmsecrets.'):
            waiting += [value for name, value in attributes(thing) if name not in _PASSING]
        else:
            tokens.append(repr(thing))
    return hash(tuple(tokens))


_FROZEN = (Operation, Command, HookRun, BecameDue, Fact, Profile)
"""Types that never change: equal while the object is the same."""
_PASSING = frozenset(('_random', '_differences'))
"""Attributes that are not state: an agent computes its differences again from the rest."""


def attributes(thing: Any) -> list[tuple[str, Any]]:
    names = list(getattr(thing, '__dict__', ()))
    for kind in type(thing).__mro__:
        names += [name for name in getattr(kind, '__slots__', ()) if hasattr(thing, name)]
    return [(name, getattr(thing, name)) for name in names]
