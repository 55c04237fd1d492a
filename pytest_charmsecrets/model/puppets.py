"""The test playing an application: a puppet's units, their hooks, and the secrets they own.

A puppet acts through hook commands, as a charm does, so Juju's rules and refusals are the same.
"""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Generator, Mapping
from typing import Final, final

from ..arguments import checked
from ..engine.runtime import RunningModel
from ..errors import JujuError, UsageError
from ..juju import identity, lookups
from ..juju.clock import RotatePolicy
from ..juju.hooks import Hook
from ..juju.transaction import HookContext, OwnerKind
from ..juju.world import World
from ..views.applications import ApplicationView
from ..views.over_model import OverModel
from ..views.relations import RelationView
from ..views.secrets import SecretView
from ..views.units import UnitView


@checked
@final
class PuppetHook(OverModel):
    """One hook that the test runs for a unit of a puppet: one transaction, committed when its block ends."""

    def __init__(self, internals: RunningModel, context: HookContext) -> None:
        super().__init__(internals)
        self._context: Final = context
        self.unit: Final = context.unit

    def __repr__(self) -> str:
        return f'<PuppetHook of {self.unit}, {"open" if self.is_open else "ended"}>'

    @property
    def is_open(self) -> bool:
        """Whether the hook is still running."""
        return self._runtime.active_hook.context is self._context

    def command(self, *argv: str, stdin: str | None = None) -> str:
        """Run any hook command and return what it prints.

        Raises:
            JujuError: if it fails, with Juju's text.
        """
        if not self.is_open:
            raise UsageError(f'this hook of {self.unit} has ended; open another with hook()')
        result = self._execution.execute(self._context, argv, stdin)
        if result.exit_code != 0:
            raise JujuError(result.stderr.removeprefix('ERROR ').rstrip('\n'))
        return result.stdout

    def add_secret(
        self,
        content: Mapping[str, str],
        *,
        label: str | None = None,
        description: str | None = None,
        expire: datetime.datetime | datetime.timedelta | None = None,
        rotate: RotatePolicy | None = None,
        owner: OwnerKind = 'application',
    ) -> PuppetSecret:
        """Add a secret (``secret-add``), owned by the application or by this unit."""
        options = _options(
            label=label, description=description, expire=_time(self._world, expire), rotate=rotate, owner=owner
        )
        uri = self.command('secret-add', *options, *_pairs(content)).strip()
        return PuppetSecret(self.internals, uri, hook=self)

    def get_secret(
        self, identifier: str | None = None, *, label: str | None = None, refresh: bool = False, peek: bool = False
    ) -> dict[str, str]:
        """Read a secret (``secret-get``); the first read starts tracking its latest revision."""
        flags = [flag for flag, given in (('--refresh', refresh), ('--peek', peek)) if given]
        printed = self.command(
            'secret-get', *([identifier] if identifier else []), *_options(label=label), *flags, '--format=json'
        )
        return json.loads(printed)

    def relation_set(self, relation: RelationView, values: Mapping[str, str], *, app: bool = False) -> None:
        """Write data of this unit, or of its application, into a relation; an empty value deletes its key."""
        flags = ['--app'] if app else []
        command = ('relation-set', '-r', self._id_of(relation), *flags)
        if any(value != value.strip() for value in values.values()):
            # Juju strips white space from what stands on the command line, and not from a file.
            self.command(*command, '--file', '-', stdin=json.dumps(dict(values)))
        else:
            self.command(*command, *(f'{key}={value}' for key, value in values.items()))

    def relation_get(self, relation: RelationView, entity: str) -> dict[str, str]:
        """Read the data of a unit or an application in a relation."""
        flags = [] if '/' in entity else ['--app']
        printed = self.command('relation-get', '-r', self._id_of(relation), *flags, '--format=json', '-', entity)
        return json.loads(printed)

    def set_status(self, status: str, message: str = '') -> None:
        """Set the unit's status, by name."""
        self.command('status-set', status, message)

    def _id_of(self, relation: RelationView) -> str:
        self._check_is_mine(relation)
        if self._context.relation(relation.id) is None:
            raise UsageError(f'{self.unit} has not entered {relation.key!r}; call settle() after integrate()')
        return str(relation.id)


@checked
@final
class PuppetSecret(OverModel):
    """A secret of a puppet: what its owner can do with it, and what there is to see.

    It acts in the hook that is open: the one it was made in, or another of the unit that manages it. Without an open
    hook each call is a hook of its own.
    """

    def __init__(self, internals: RunningModel, uri: str, hook: PuppetHook) -> None:
        super().__init__(internals)
        self._hook: Final = hook
        self.id: Final = uri
        """The URI, as ``secret-add`` printed it."""

    @property
    def view(self) -> SecretView:
        """Everything there is to see of the secret, once it is committed."""
        return SecretView(self.internals, identity.parse_secret_uri(self.id).id)

    @property
    def tracked_by(self) -> dict[str, int]:
        """The revision that each unit tracks which has read the secret."""
        return self.view.tracked_by

    @property
    def revisions(self) -> list[int]:
        """The numbers of the revisions that are there."""
        return list(self.view.revisions)

    def set_content(self, content: Mapping[str, str]) -> None:
        """Add a revision with new content."""
        self._command('secret-set', self.id, *_pairs(content))

    def set_info(
        self,
        *,
        label: str | None = None,
        description: str | None = None,
        expire: datetime.datetime | datetime.timedelta | None = None,
        rotate: RotatePolicy | None = None,
    ) -> None:
        """Change what is known about the secret, not its content."""
        when = _time(self._world, expire)
        options = _options(label=label, description=description, expire=when, rotate=rotate)
        self._command('secret-set', self.id, *options)

    def grant(self, relation: RelationView, *, unit: str | None = None) -> None:
        """Give the remote application of a relation, or one of its units, access."""
        self._check_is_mine(relation)
        self._command('secret-grant', self.id, '--relation', str(relation.id), *_options(unit=unit))

    def revoke(self, relation: RelationView, *, unit: str | None = None) -> None:
        """Take access away from the remote application of a relation, or from one of its units."""
        self._check_is_mine(relation)
        self._command('secret-revoke', self.id, '--relation', str(relation.id), *_options(unit=unit))

    def remove_revision(self, revision: int) -> None:
        """Remove one revision; with the last one the secret goes."""
        self._command('secret-remove', self.id, '--revision', str(revision))

    def remove_all_revisions(self) -> None:
        """Remove the secret."""
        self._command('secret-remove', self.id)

    def _command(self, *argv: str) -> None:
        if self._hook.is_open:
            self._hook.command(*argv)
            return
        unit = self._manager()
        active = self._runtime.active_hook.context
        if active is not None and active.unit == unit:
            PuppetHook(self.internals, active).command(*argv)
            return
        with PuppetUnit(self.internals, unit).hook() as hook:
            hook.command(*argv)

    def _manager(self) -> str:
        """Return who acts for the owner: the unit that owns it, or the leader of the application."""
        owner = self.view.owner
        if '/' in owner:
            return owner
        leader = lookups.find_application(self._world, owner).leader
        if leader is None:
            raise UsageError(f'{owner!r} has no leader to act for it; add a unit first')
        return leader

    def __repr__(self) -> str:
        return repr(self.view).replace('SecretView', 'PuppetSecret', 1)


@checked
@final
class PuppetUnit(UnitView):
    """A unit that the test plays."""

    @contextlib.contextmanager
    def hook(self) -> Generator[PuppetHook]:
        """Run one hook: what is done in the block is committed when it ends, and discarded if it raises.

        Raises:
            HookFailed: if Juju refuses the commit.
        """
        self._runtime.check_open('hook')
        lookups.check_unit_exists(self._world, self.name)
        with self._execution.hook(self.name, Hook('juju-exec')) as context:
            yield PuppetHook(self.internals, context)


@checked
@final
class Puppet(ApplicationView):
    """An application that the test plays: it has endpoints, units and secrets, and no charm."""

    @property
    def units(self) -> tuple[PuppetUnit, ...]:
        """Its units, by number."""
        return tuple(PuppetUnit(self.internals, unit.name) for unit in super().units)

    @property
    def leader(self) -> PuppetUnit:
        """Its leader."""
        return PuppetUnit(self.internals, super().leader.name)


def _time(world: World, expire: datetime.datetime | datetime.timedelta | None) -> str | None:
    try:
        when = world.clock.now + expire if isinstance(expire, datetime.timedelta) else expire
    except OverflowError:
        raise UsageError(f'expire is {expire!r}, which is later than a clock can hold; give a shorter time') from None
    return when.isoformat() if when is not None else None


def _options(**values: str | None) -> list[str]:
    return [part for name, value in values.items() if value is not None for part in (f'--{name}', value)]


def _pairs(content: Mapping[str, str]) -> list[str]:
    return [f'{key}={value}' for key, value in content.items()]
