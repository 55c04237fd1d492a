"""Puppets: applications without a charm, whose units, hooks and secrets the test controls.

A puppet acts through hook commands, as a charm does, so the same rules and errors of Juju apply.
"""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Generator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Final, final

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
    """A hook that the test runs for a unit of a puppet. Its changes are committed together when its block ends."""

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
        """Run a hook command and return its output.

        Args:
            argv: the command and its arguments, such as ``'secret-get', 'secret:...', '--peek'``.
            stdin: text for its standard input.

        Raises:
            JujuError: if the command fails; the message is Juju's.
            UsageError: if the hook has ended.
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
        """Add a secret (``secret-add``) and return it. It exists once the hook has ended.

        Args:
            content: values by key.
            label: the owner's label.
            description: its description.
            expire: when the revision expires, as a time with a zone or as a time from now.
            rotate: its rotation policy, such as ``daily``.
            owner: ``application`` or ``unit``.

        Raises:
            JujuError: if Juju rejects it; the message is Juju's.
        """
        options = _options(
            label=label, description=description, expire=_time(self._world, expire), rotate=rotate, owner=owner
        )
        uri = self.command('secret-add', *options, *_pairs(content)).strip()
        return PuppetSecret(self.internals, uri, hook=self)

    def get_secret(
        self, identifier: str | None = None, *, label: str | None = None, refresh: bool = False, peek: bool = False
    ) -> dict[str, str]:
        """Return the content of a secret (``secret-get``). The first read tracks its latest revision.

        Args:
            identifier: its URI; or None to name it by label.
            label: a label for this unit to know the secret by; with an identifier, the label to set.
            refresh: track the latest revision from now on.
            peek: return the latest revision without tracking it.

        Raises:
            JujuError: if Juju rejects it, for example without a grant; the message is Juju's.
        """
        flags = [flag for flag, given in (('--refresh', refresh), ('--peek', peek)) if given]
        printed = self.command(
            'secret-get', *([identifier] if identifier else []), *_options(label=label), *flags, '--format=json'
        )
        return json.loads(printed)

    def relation_set(self, relation: RelationView, values: Mapping[str, str], *, app: bool = False) -> None:
        """Write into the databag of this unit, or of its application (``relation-set``).

        Args:
            relation: the relation, which the unit has entered.
            values: values by key; an empty value deletes its key.
            app: write into the application's databag, which only the leader may.

        Raises:
            JujuError: if Juju rejects it; the message is Juju's.
            UsageError: if the unit has not entered the relation.
        """
        flags = ['--app'] if app else []
        command = ('relation-set', '-r', self._id_of(relation), *flags)
        if any(value != value.strip() for value in values.values()):
            # Juju strips white space from values on the command line, but not from a file.
            self.command(*command, '--file', '-', stdin=json.dumps(dict(values)))
        else:
            self.command(*command, *(f'{key}={value}' for key, value in values.items()))

    def relation_get(self, relation: RelationView, entity: str) -> dict[str, str]:
        """Return the databag of a unit or an application in a relation (``relation-get``).

        Args:
            relation: the relation, which the unit has entered.
            entity: name of the unit or application.

        Raises:
            JujuError: if Juju rejects it; the message is Juju's.
            UsageError: if the unit has not entered the relation.
        """
        flags = [] if '/' in entity else ['--app']
        printed = self.command('relation-get', '-r', self._id_of(relation), *flags, '--format=json', '-', entity)
        return json.loads(printed)

    def set_status(self, status: str, message: str = '') -> None:
        """Set the unit's status (``status-set``).

        Args:
            status: name of the status, such as ``active``.
            message: its message.
        """
        self.command('status-set', status, message)

    def _id_of(self, relation: RelationView) -> str:
        self._check_is_mine(relation)
        if self._context.relation(relation.id) is None:
            raise UsageError(f'{self.unit} has not entered {relation.key!r}; call settle() after integrate()')
        return str(relation.id)


@checked
@final
class PuppetSecret(OverModel):
    """A secret that a puppet owns, with the owner's operations on it.

    Each call acts in the open hook, if there is one: the hook that made the secret, or another of the unit that
    manages it. Without an open hook, each call is a hook of its own.
    """

    def __init__(self, internals: RunningModel, uri: str, hook: PuppetHook) -> None:
        super().__init__(internals)
        self._hook: Final = hook
        self.id: Final = uri
        """The URI, as ``secret-add`` printed it."""

    @property
    def view(self) -> SecretView:
        """The secret's state in the model, once it is committed."""
        return SecretView(self.internals, identity.parse_secret_uri(self.id).id)

    @property
    def tracked_by(self) -> dict[str, int]:
        """The tracked revisions by unit, for each unit that has read the secret."""
        return self.view.tracked_by

    @property
    def revisions(self) -> list[int]:
        """The numbers of the existing revisions, oldest first."""
        return list(self.view.revisions)

    def set_content(self, content: Mapping[str, str]) -> None:
        """Add a revision with new content (``secret-set``).

        Args:
            content: values by key, which replace the whole content.
        """
        self._command('secret-set', self.id, *_pairs(content))

    def set_info(
        self,
        *,
        label: str | None = None,
        description: str | None = None,
        expire: datetime.datetime | datetime.timedelta | None = None,
        rotate: RotatePolicy | None = None,
    ) -> None:
        """Change the secret's metadata and not its content (``secret-set``). None leaves a value unchanged.

        Args:
            label: the owner's label.
            description: its description.
            expire: when the latest revision expires, as a time with a zone or as a time from now.
            rotate: its rotation policy, such as ``daily``.
        """
        when = _time(self._world, expire)
        options = _options(label=label, description=description, expire=when, rotate=rotate)
        self._command('secret-set', self.id, *options)

    def grant(self, relation: RelationView, *, unit: str | None = None) -> None:
        """Grant read access to the remote application of a relation, or to one of its units (``secret-grant``).

        Args:
            relation: the relation.
            unit: name of the remote unit; by default the whole application.
        """
        self._check_is_mine(relation)
        self._command('secret-grant', self.id, '--relation', str(relation.id), *_options(unit=unit))

    def revoke(self, relation: RelationView, *, unit: str | None = None) -> None:
        """Revoke the access of the remote application of a relation, or of one of its units (``secret-revoke``).

        Args:
            relation: the relation.
            unit: name of the remote unit; by default the whole application.
        """
        self._check_is_mine(relation)
        self._command('secret-revoke', self.id, '--relation', str(relation.id), *_options(unit=unit))

    def remove_revision(self, revision: int) -> None:
        """Remove one revision (``secret-remove --revision``). With its last revision the secret is removed.

        Args:
            revision: number of the revision.
        """
        self._command('secret-remove', self.id, '--revision', str(revision))

    def remove_all_revisions(self) -> None:
        """Remove the secret with all revisions (``secret-remove``)."""
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
        """Return the unit that acts for the owner: the owner itself, or the leader of the owning application."""
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
    """A unit of a puppet, for which the test acts in the block of ``hook()``."""

    def hook(self) -> contextlib.AbstractContextManager[PuppetHook]:
        """Run one hook of the unit, as a context manager.

        Changes made in the block are committed when it ends, and discarded if it raises. For example::

            with database.leader.hook() as hook:
                secret = hook.add_secret({'password': 'sesame'})
                secret.grant(relation)

        Raises:
            HookFailed: if Juju rejects the commit.
            UsageError: if a hook of the model is already open.
        """
        return _Block(self._hook())

    @contextlib.contextmanager
    def _hook(self) -> Generator[PuppetHook]:
        self._runtime.check_open('hook')
        lookups.check_unit_exists(self._world, self.name)
        with self._execution.hook(self.name, Hook('juju-exec')) as context:
            yield PuppetHook(self.internals, context)


class _Block(contextlib.AbstractContextManager[PuppetHook]):
    """The context manager of a hook, which names the missing ``with`` if it is used as the hook itself."""

    def __init__(self, manager: contextlib.AbstractContextManager[PuppetHook]) -> None:
        self._manager: Final = manager

    def __enter__(self) -> PuppetHook:
        return self._manager.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        return self._manager.__exit__(kind, error, traceback)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            raise AttributeError(
                f"hook() returns a context manager, which has no attribute {name!r}; write 'with unit.hook() as hook:' "
                f"and use 'hook.{name}' in its block",
                name=name,
            )


@checked
@final
class Puppet(ApplicationView):
    """An application without a charm, which ``FakeModel.deploy_puppet`` returns: the test acts for its units."""

    @property
    def units(self) -> tuple[PuppetUnit, ...]:
        """The units, ordered by number."""
        return tuple(PuppetUnit(self.internals, unit.name) for unit in super().units)

    @property
    def leader(self) -> PuppetUnit:
        """The leader unit."""
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
