"""Runs with something to see, each of real charms: what timelines are tested and measured with."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import pathlib
from typing import Literal

import ops

from pytest_charmsecrets import ActionFailed, FakeModel, HookFailed, JujuError

from .two_models import DATABASES, OfferedDatabase

CHARMS = pathlib.Path(__file__).parents[2] / 'examples' / 'charms'
TOKEN = 'token'
VAULT = {'name': 'vault', 'provides': {'token': {'interface': 'token'}}}
TENANT = {
    'name': 'tenant',
    'requires': {'token': {'interface': 'token'}},
    'config': {'options': {'frozen': {'type': 'string', 'default': ''}}},
}
SHOP = {
    'name': 'shop',
    'requires': {'database': {'interface': 'postgresql_client'}},
    'config': {'options': {'maintenance': {'type': 'boolean', 'default': False}}},
}


def rotation(model: FakeModel) -> FakeModel:
    """Rotate a password monthly; web/1 is pinned to the first revision, then released."""
    model.deploy(CHARMS / 'password-database', 'db', num_units=2)
    model.deploy(CHARMS / 'password-web', 'web', num_units=3)
    model.integrate('db:database', 'web:database')
    model.settle()
    model.config('web', {'pinned-units': '1'})
    model.settle()
    model.advance_to_next('secret-rotate')
    model.config('web', {'pinned-units': ''})
    model.settle()
    return model


def refused_grant(model: FakeModel) -> HookFailed:
    """Play a database whose follower tries to grant what only the leader may; the leader never does."""
    model.deploy(CHARMS / 'password-web', 'web', num_units=2)
    db = model.deploy_puppet('db', provides={'database': 'postgresql_client'}, num_units=2)
    relation = model.integrate('web:database', 'db:database')
    model.settle()
    with db.units[0].hook() as hook:
        secret = hook.add_secret({'password': 'correct-horse'}, label='password')
        hook.relation_set(relation, {'secret-id': secret.id}, app=True)
    with contextlib.suppress(JujuError), db.units[1].hook() as hook:
        hook.relation_set(relation, {'state': 'ready'})
        hook.command('secret-grant', secret.id, '--relation', str(relation.id))
    try:
        model.settle()
    except HookFailed as failure:
        return failure
    raise AssertionError('web reads what it was not granted')


class Shop(ops.CharmBase):
    """Follows a password, but not while it is under maintenance."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['database'].relation_changed, self._read)
        framework.observe(self.on.secret_changed, self._follow)

    def _read(self, event: ops.RelationChangedEvent) -> None:
        if identifier := event.relation.data[event.app].get('secret-id'):
            self.model.get_secret(id=identifier, label='database').get_content()

    def _follow(self, event: ops.SecretChangedEvent) -> None:
        if self.config['maintenance']:
            event.defer()
            return
        event.secret.get_content(refresh=True)


class ForgetfulDatabase(OfferedDatabase):
    """Adds a secret for each relation, although it has one of that label."""

    def _share(self, event: ops.RelationCreatedEvent) -> None:
        if not self.unit.is_leader():
            return
        secret = self.app.add_secret({'password': 'one'}, label='password', rotate=ops.SecretRotate.MONTHLY)
        secret.grant(event.relation)
        event.relation.data[self.app]['secret-id'] = secret.id or ''


def two_models(model: FakeModel) -> HookFailed:
    """Share a password with another model; defer what is due, suspend the relation, and resume it."""
    databases = model.controller.add_model('databases')
    databases.deploy(ForgetfulDatabase, 'postgresql', meta=DATABASES, num_units=2)
    databases.offer('postgresql', endpoint='database')
    model.deploy(Shop, meta=SHOP, num_units=2)
    model.consume('databases.postgresql', 'storage')
    model.integrate('shop:database', 'storage:database')
    model.settle()
    model.config('shop', {'maintenance': True})
    model.settle()
    model.advance_to_next('secret-rotate')
    model.config('shop', {'maintenance': False})
    model.settle()
    (relation,) = databases.application('postgresql').relations
    databases.suspend_relation(relation)
    model.settle()
    secret = databases.secret(owner='postgresql')
    with contextlib.suppress(ActionFailed):
        model.exec(f'secret-get {secret.id}', unit='shop/0')
    databases.resume_relation(relation)
    try:
        model.settle()
    except HookFailed as failure:
        return failure
    raise AssertionError('the label is taken')


def expiry(model: FakeModel) -> FakeModel:
    """Expire certificates of units; grant, update and revoke an account of the user."""
    model.deploy(CHARMS / 'unit-certificate', 'cert', num_units=2)
    model.deploy(CHARMS / 'user-secret-consumer', 'consumer', num_units=2)
    model.settle()
    account = model.add_secret('account', {'username': 'somebody', 'password': 'correct-horse'})
    model.config('consumer', {'account': account})
    model.settle()
    model.grant_secret('account', 'consumer')
    model.config('consumer', reset='account')
    model.settle()
    model.config('consumer', {'account': account})
    model.settle()
    model.advance(days=60)
    model.update_secret('account', {'username': 'somebody', 'password': 'battery-staple'})
    model.settle()
    model.advance(days=140)
    model.revoke_secret('account', 'consumer')
    model.settle()
    return model


class Vault(ops.CharmBase):
    """Shares a token with all related applications; rotates it when asked, and prunes untracked revisions."""

    policy = ops.SecretRotate.WEEKLY

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['token'].relation_created, self._share)
        framework.observe(self.on.leader_elected, self._read)
        framework.observe(self.on.secret_rotate, self._rotate)
        framework.observe(self.on.secret_remove, self._prune)

    def _share(self, event: ops.RelationCreatedEvent) -> None:
        if not self.unit.is_leader():
            return
        try:
            secret = self.model.get_secret(label=TOKEN)
        except ops.SecretNotFoundError:
            secret = self.app.add_secret({'token': 'the token number 1'}, label=TOKEN, rotate=self.policy)
        secret.grant(event.relation)
        event.relation.data[self.app]['token-id'] = secret.get_info().id

    def _read(self, _: ops.EventBase) -> None:
        try:
            self.model.get_secret(label=TOKEN).get_content()
        except ops.SecretNotFoundError:
            return

    def _rotate(self, event: ops.SecretRotateEvent) -> None:
        event.secret.set_content({'token': f'the token number {event.secret.get_info().revision + 1}'})

    def _prune(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()


class DailyVault(Vault):
    """Rotates daily."""

    policy = ops.SecretRotate.DAILY


class Tenant(ops.CharmBase):
    """Follows the token, unless the unit is frozen."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        framework.observe(self.on['token'].relation_changed, self._read)
        framework.observe(self.on.secret_changed, self._follow)
        framework.observe(self.on.config_changed, self._catch_up)

    def _read(self, event: ops.RelationChangedEvent) -> None:
        if identifier := event.relation.data[event.app].get('token-id'):
            self.model.get_secret(id=identifier, label='of-vault').get_content()

    def _follow(self, event: ops.SecretChangedEvent) -> None:
        if self.config['frozen'] != self.unit.name:
            event.secret.get_content(refresh=True)

    def _catch_up(self, _: ops.EventBase) -> None:
        if self.model.get_relation('token') is not None and self.config['frozen'] != self.unit.name:
            try:
                self.model.get_secret(label='of-vault').get_content(refresh=True)
            except ops.SecretNotFoundError:
                return


@dataclasses.dataclass(frozen=True)
class Year:
    """A year of rotations: one unit freezes in spring, a leader changes, a hook fails, a unit comes, a unit goes."""

    policy: Literal['weekly', 'daily'] = 'weekly'
    units: tuple[int, int, int] = (3, 12, 15)
    """How many units vault, api and web have."""
    days: int = 365

    def play(self, model: FakeModel) -> FakeModel:
        """Run it in a model."""
        vaults, apis, webs = self.units
        model.deploy(DailyVault if self.policy == 'daily' else Vault, 'vault', meta=VAULT, num_units=vaults)
        model.deploy(Tenant, 'api', meta=TENANT, num_units=apis)
        model.deploy(Tenant, 'web', meta=TENANT, num_units=webs)
        model.integrate('vault:token', 'api:token')
        model.integrate('vault:token', 'web:token')
        model.settle()
        self._go_to(model, 68.5 / 365)
        model.config('web', {'frozen': 'web/1'})
        self._go_to(model, 109.5 / 365)
        model.config('web', {'frozen': ''})
        self._go_to(model, 151.5 / 365)
        model.set_leader('vault/1')
        self._go_to(model, 195.5 / 365)
        model.inject_fault('hook-fails', unit='api/1', hook='secret-changed')
        self._go_to(model, 243.5 / 365)
        model.add_unit('web')
        self._go_to(model, 292.5 / 365)
        model.remove_unit('api/1')
        self._go_to(model, 1)
        return model

    def _go_to(self, model: FakeModel, part: float) -> None:
        model.settle()
        when = model.start + datetime.timedelta(hours=round(self.days * part * 24))
        while model.now < when:
            try:
                model.advance_to(when)
            except HookFailed:
                continue


WEEKLY = Year()
DAILY = Year('daily', (3, 6, 11))
SHORT = Year('daily', (3, 2, 4), days=50)
"""As small as a year can be."""
