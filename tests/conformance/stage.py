"""Plays transcripts: creates a fake model in a known state and runs the steps of a vector on it.

It only uses the public API: FakeModel, puppets, the journal. Fixtures:

- ``hook-commands``: ``u`` and ``mw`` with two units each, both led by unit 0, with relations 1 (``u:db mw:db``) and 2
  (``u:db2 mw:db2``). Secrets of revision 1 ``key=one``: A of ``u``, label ``la``; B of ``u/0``, label ``lb``. Of ``mw``:
  F, revisions ``key=f1`` and ``key=f2``, granted to ``u`` over relation 1, ``u/0`` tracks 1; G, ``key=g1``, not granted.
  X is the id of no secret.
- ``model-semantics``: ``mysql`` and ``wp`` with two units each, related by ``wp:db mysql:server`` (2); they could also
  be related by ``wp:db2 mysql:server2``, and ``mysql`` has a peer relation ``cluster`` (1).
- ``events``: ``own`` and ``con`` with two units each, related by ``con:r own:r`` (2), ``own`` with a peer relation ``p`` (1).
  Secret S of ``own``, label ``ol``, revision 1 ``key=one``, granted to ``con``; no unit has read it.
- ``one-unit``: ``own`` with one unit and a peer relation ``p``; nothing has run yet.
- ``two-models``: ``own`` with one unit in the model ``databases``, which offers ``own:r``; ``con`` with two units in the
  first model, which consumes it: related by ``con:r own:r`` (1 in both models). Secret S of ``own``, label ``ol``,
  revision 1 ``key=one``, not granted. ``{proxy}`` stands for the name of ``con`` in ``databases``.
- ``unrelated``: ``own`` with two units and ``con`` with one, which could be related by ``con:r own:r``; settled.
"""

from __future__ import annotations

import contextlib
import datetime
import itertools
import os
import pathlib
import re
import shlex
from collections.abc import Callable, Sequence
from typing import Any, Final

import ops

from pytest_charmsecrets import (
    ActionFailed,
    Client,
    Command,
    DueHook,
    FakeModel,
    HookFailed,
    HookRun,
    JujuError,
    ModelUser,
    Puppet,
    PuppetUnit,
    RelationView,
    SecretView,
)

from . import transcripts

_NAME: Final = re.compile(r'(?<![\w-])(?P<name>[A-Z])(?P<form>\.id|\.uri)?(?!\w)')
_REPEAT: Final = re.compile(r'\{(?P<text>[^{}*]+)\*(?P<times>[0-9]+)\}')
_UUID: Final = re.compile(r'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')
_FILE: Final = re.compile(r'\{file:(?P<name>[^{}]+)\}')
_START: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
_SECRET_EVENTS: Final = ('secret_changed', 'secret_rotate', 'secret_expired', 'secret_remove')
_NOBODYS_ID: Final = 'abcdefghijklmnopqrsg'


class _CharmFails(Exception):
    """A hook of the transcript ends as failed."""


class Stage:
    """Plays one vector for one version of Juju."""

    def __init__(self, vector: transcripts.Vector, directory: pathlib.Path) -> None:
        self.vector: Final = vector
        self.directory: Final = directory
        self.model: Final = FakeModel(
            vector.version,
            juju_bugs=vector.bugs,
            start=vector.start or _START,
            on_hook_error='error-state',
            update_status_interval=vector.update_status_interval,
            cloud=vector.cloud,
        )
        self.homes: Final[dict[str, FakeModel]] = {}
        """The models of applications that are not in the first one."""
        self.start: Final = self.model.now
        self.uris: Final[dict[str, str]] = {}
        """The output of ``secret-add``, by name."""
        self.puppets: Final[dict[str, Puppet]] = {}
        self.scripts: Final[dict[tuple[str, str], transcripts.ScriptStep]] = {}
        self.complaints: Final[list[str]] = []
        """Failures in the hooks of scripted charms."""
        self.handled: Final[list[str]] = []
        """The events that scripted charms handled since they were asked for."""
        for name, content in vector.files.items():
            data = content if isinstance(content, bytes) else _repeated(content).encode()
            (directory / name).write_bytes(data)
        _FIXTURES[vector.fixture](self)
        self.handled.clear()

    def play(self) -> None:
        """Play all steps.

        Raises:
            AssertionError: if something is not as expected, naming vector, step, expected and actual.
        """
        with self.model:
            for number, step in enumerate(self.vector.steps, start=1):
                try:
                    self._play(step)
                    assert not self.complaints, '\n'.join(self.complaints)
                except (AssertionError, HookFailed) as error:
                    raise AssertionError(f'{self.vector.id} step {number} ({_describe(step)}):\n{error}') from None

    def _play(self, step: transcripts.Step) -> None:
        match step:
            case transcripts.HookStep():
                self.run_hook(step)
            case transcripts.ScriptStep():
                self.scripts[step.unit, step.hook] = step
            case transcripts.UserStep():
                self._act(step)
            case transcripts.ClientStep():
                self._run_client(step.command)
            case transcripts.DeliverStep():
                self.model.deliver()
            case transcripts.SettleStep():
                self._settle(step)
            case transcripts.ExpectStep():
                self._expect(step)

    # --- also for fixtures

    def deploy(self, app: str, *, num_units: int = 2, **endpoints: dict[str, str]) -> None:
        """Deploy a puppet, or a scripted charm if the vector wants one."""
        if app not in self.vector.charms:
            self.puppets[app] = self.model.deploy_puppet(app, num_units=num_units, **endpoints)
            return
        meta = {
            role: {name: {'interface': interface} for name, interface in named.items()}
            for role, named in endpoints.items()
        }
        meta = {'name': app, **meta, 'config': {'options': {'token': {'type': 'string'}}}, 'actions': {'publish': {}}}
        meta['storage'] = {'data': {'type': 'filesystem', 'multiple': {'range': '0-1'}}}
        self.model.deploy(self._scripted_charm(), app, num_units=num_units, meta=meta)

    def act_as_user(self, line: str) -> None:
        """Do what a line of the Juju CLI says."""
        self._act(transcripts.UserStep(line))

    def _act(self, step: transcripts.UserStep) -> None:
        name, *arguments = shlex.split(self._filled(step.line))
        model = self.model
        if '-m' in arguments:
            at = arguments.index('-m')
            model = self.model.controller.models[arguments[at + 1]]
            del arguments[at : at + 2]
        operations: dict[str, Callable[..., Any]] = {
            'add-unit': model.add_unit,
            'config': lambda app, *values: model.config(app, dict(value.split('=') for value in values)),
            'integrate': model.integrate,
            'model-secret-backend': model.model_secret_backend,
            'refresh': lambda app: model.refresh(app, self._scripted_charm()),
            'remove-application': model.remove_application,
            'remove-relation': lambda *ends: model.remove_relation(*ends[:2], force='--force' in ends),
            'remove-unit': model.remove_unit,
            'remove-saas': model.remove_saas,
            'resolved': lambda unit, *flags: model.resolve(unit, no_retry='--no-retry' in flags),
            'restart-agent': model.restart_agent,
            'resume-relation': lambda number: model.resume_relation(self._relation(number)),
            'run': model.run,
            'set-leader': model.set_leader,
            'start-agent': model.start_agent,
            'stop-agent': model.stop_agent,
            'suspend-relation': lambda number: model.suspend_relation(self._relation(number)),
            'update-status': model.update_status,
            **_secret_operations(model.user(step.access)),
        }
        refused = ''
        try:
            answer = operations[name](*arguments)
        except JujuError as error:
            refused = str(error)
        else:
            if step.name is not None:
                self.uris[step.name] = answer
        _check('stderr', refused, self._filled(step.stderr))

    def _run_client(self, command: transcripts.Command) -> None:
        result = Client(self.model).run(self._argv(command))
        if command.name is not None:
            self.uris[command.name] = result.stdout.strip()
        expected = f'ERROR {self._filled(command.stderr)}\n' if command.stderr else ''
        _check('exit code', result.exit_code, command.exit)
        _check('stderr', result.stderr, expected)
        if command.stdout is not None:
            _check('stdout', result.stdout, self._filled(command.stdout))

    def _relation(self, number: str) -> RelationView:
        """Return a relation to another model, as the model that offers has it."""
        return next(relation for relation in self.puppets['own'].relations if str(relation.id) == number)

    def run_line(self, unit: str, line: str) -> None:
        """Run one command that succeeds on a unit, in a hook of its own."""
        name, _, rest = line.rpartition(' = ')
        self.run_hook(transcripts.HookStep(unit, (transcripts.Command(rest, name or None),)))

    # --- hooks

    def run_hook(self, step: transcripts.HookStep) -> None:
        """Run a hook, command by command."""
        refused: str | None = None
        try:
            if (app := step.unit.partition('/')[0]) in self.puppets:
                self._run_puppet_hook(self._puppet_unit(app, step.unit), step)
            else:
                self._execute(step)
        except HookFailed as failed:
            refused = failed.juju_error
        expected = self._filled(step.refused) if step.refused is not None else None
        _check('the commit is refused with', self._without_uuids(refused), expected)
        if step.sent is not None:
            run = [record for record in self._home(step.unit).journal if isinstance(record, HookRun)][-1]
            _check('what was applied', [effect.kind for effect in run.committed], list(step.sent))

    def _home(self, unit: str) -> FakeModel:
        return self.homes.get(unit.partition('/')[0], self.model)

    def _puppet_unit(self, app: str, name: str) -> PuppetUnit:
        return next(unit for unit in self.puppets[app].units if unit.name == name)

    def _run_puppet_hook(self, unit: PuppetUnit, step: transcripts.HookStep) -> None:
        with contextlib.suppress(_CharmFails), unit.hook() as hook:
            for command in step.commands:
                if isinstance(command, transcripts.UserStep):
                    self._act(command)
                    continue
                with contextlib.suppress(JujuError):
                    hook.command(*self._argv(command))
                self._check_answer(command, unit.name)
            if step.fails:
                raise _CharmFails

    def _execute(self, step: transcripts.HookStep) -> None:
        """Run a command on a unit with a charm, which a user would do with ``juju exec``."""
        (command,) = step.commands
        name, *arguments = self._argv(command)
        with contextlib.suppress(ActionFailed):
            self.model.exec(name, *arguments, unit=step.unit)
        self._check_answer(command, step.unit)

    def _run_script(self, charm: ops.CharmBase, hook: str) -> None:
        """Do what a scripted charm does in a hook; complaints wait until the units have settled."""
        script = self.scripts.get((charm.unit.name, hook))
        for command in script.commands if script is not None else ():
            _run_hook_command(charm, self._argv(command))
            try:
                self._check_answer(command, charm.unit.name)
            except AssertionError as error:
                self.complaints.append(f'{charm.unit.name} {hook}: {command.line}: {error}')
        if script is not None and script.ends == 'fails':
            raise _CharmFails

    def _handle(self, charm: ops.CharmBase, event: ops.EventBase) -> None:
        """Note an event that a scripted charm handles, and defer it if the script says so."""
        kind = event.handle.kind
        told = [charm.unit.name, kind]
        if isinstance(event, ops.SecretEvent):
            told += [event.secret.id or '', event.secret.label or "''"]
            told += ['in its hook'] if os.environ.get('JUJU_SECRET_ID') else []
        self.handled.append(' '.join(told))
        key = (charm.unit.name, kind.replace('_', '-'))
        script = self.scripts.get(key)
        if script is not None and script.ends.startswith('defers'):
            if script.ends == 'defers once':
                del self.scripts[key]
            event.defer()

    def _scripted_charm(self) -> type[ops.CharmBase]:
        stage = self

        class ScriptedCharm(ops.CharmBase):
            def __init__(self, framework: ops.Framework) -> None:
                super().__init__(framework)
                stage._run_script(self, pathlib.PurePath(os.environ['JUJU_DISPATCH_PATH']).name)
                for event in (*map(self.on.events().get, _SECRET_EVENTS), self.on.config_changed):
                    framework.observe(event, self._handle)

            def _handle(self, event: ops.EventBase) -> None:
                stage._handle(self, event)

        return ScriptedCharm

    def _argv(self, command: transcripts.Command) -> list[str]:
        return [self._filled(argument) for argument in shlex.split(command.line)]

    def _check_answer(self, command: transcripts.Command, unit: str) -> None:
        """Compare what the last command answered, as the journal has it."""
        record = [record for record in self._home(unit).journal if isinstance(record, Command)][-1]
        expected = f'ERROR {self._filled(command.stderr)}\n' if command.stderr else ''
        if command.name is not None:
            self.uris[command.name] = record.stdout.strip()
        _check(f'{command.line}: exit code', record.exit_code, command.exit)
        _check(f'{command.line}: stderr', record.stderr, expected)
        if command.stdout is not None:
            _check(f'{command.line}: stdout', record.stdout, self._filled(command.stdout))

    # --- expectations

    def _settle(self, step: transcripts.SettleStep) -> None:
        if step.passed is None:
            ran = self.model.settle()
        else:
            ran = self.model.advance(step.passed)
        if step.ran is not None:
            self._check_hooks('the hooks that ran', list(map(_describe_run, ran)), step.ran)
        if step.refused is not None:
            _check('the commit is refused with', self._without_uuids(ran[-1].error), self._filled(step.refused))

    def _expect(self, step: transcripts.ExpectStep) -> None:
        if step.due is not None:
            due = itertools.chain.from_iterable(model.due for model in self._models)
            self._check_hooks('due', list(map(_describe_due, due)), step.due)
        if step.exist is not None:
            names = {self._filled(f'{name}.id'): name for name in self.uris}
            views = itertools.chain.from_iterable(model.secrets() for model in self._models)
            present = [names.get(view.unique_identifier, view.unique_identifier) for view in views]
            _check('the secrets that exist', sorted(present), sorted(step.exist))
        if step.handled is not None:
            _check('the events that were handled', self.handled, list(map(self._filled, step.handled)))
            self.handled.clear()
        for name, expected in step.secrets.items():
            view = self._view(self._filled(f'{name}.id'))
            for key, value in expected.given.items():
                actual = self._look(view, key, value)
                _check(f'{key} of {name}', actual, self._filled_value(value))

    @property
    def _models(self) -> tuple[FakeModel, ...]:
        return tuple(self.model.controller.models.values())

    def _view(self, identifier: str) -> SecretView:
        views = itertools.chain.from_iterable(model.secrets() for model in self._models)
        return next(view for view in views if view.unique_identifier == identifier)

    def _look(self, view: SecretView, key: str, expected: Any) -> Any:
        match key:
            case 'revisions':
                revisions = view.revisions
                if isinstance(expected, dict):
                    return {number: dict(revision.content) for number, revision in revisions.items()}
                return list(revisions)
            case 'obsolete':
                return [number for number, revision in view.revisions.items() if revision.obsolete]
            case 'latest':
                return view.latest_revision
            case 'backends':
                return [revision.backend for revision in view.revisions.values()]
            case 'rotates' | 'expires':
                return self._as_offset(getattr(view, key), expected)
            case _:
                return getattr(view, key)

    def _as_offset(self, when: datetime.datetime | None, expected: Any) -> Any:
        """Write a time in the way it is expected: as an offset from the start if that is one, else as it is."""
        if when is None or not isinstance(expected, str):
            return when
        if when - self.start == transcripts.parse_duration(expected):
            return expected
        return f'start + {when - self.start}'

    def _check_hooks(self, what: str, actual: list[str], expected: transcripts.Hooks) -> None:
        wanted: list[str] = []
        for group in expected:
            hooks = list(map(self._filled, group.hooks))
            found = actual[len(wanted) : len(wanted) + len(hooks)]
            wanted += found if _in_order(found, group.order) == _in_order(hooks, group.order) else hooks
        _check(what, '\n'.join(actual), '\n'.join(wanted))

    # --- names

    def _filled(self, text: str) -> str:
        text = _repeated(text)
        text = text.replace('{count}', str(len(self.model.journal))).replace('{model}', self._model_uuid)
        if '{proxy}' in text:
            text = text.replace('{proxy}', self.model.proxy_name('con'))
        text = _FILE.sub(lambda match: str(self.directory / match['name']), text)
        return _NAME.sub(self._form, text)

    def _without_uuids(self, text: str | None) -> str | None:
        """Replace UUIDs that Juju draws: all but the model's."""
        return _UUID.sub(lambda match: match[0] if match[0] == self._model_uuid else '{uuid}', text) if text else text

    def _filled_value(self, value: Any) -> Any:
        return self._filled(value) if isinstance(value, str) else value

    def _form(self, match: re.Match[str]) -> str:
        name, form = match['name'], match['form']
        if name == 'X':
            secret_id, uri = _NOBODYS_ID, f'secret://{self._model_uuid}/{_NOBODYS_ID}'
        elif name in self.uris:
            uri = self.uris[name]
            secret_id = uri.rpartition('/')[2].removeprefix('secret:')
        else:
            return self._model_uuid if match[0] == 'M' else match[0]
        return {'.id': secret_id, '.uri': uri}.get(form, f'secret:{secret_id}')

    @property
    def _model_uuid(self) -> str:
        return next((uri.split('/')[2] for uri in self.uris.values() if uri.startswith('secret://')), 'M')


def _in_order(hooks: list[str], order: str) -> list[str]:
    """Bring hooks into an order that is the same for all orders that are allowed."""
    match order:
        case 'by unit':
            return sorted(hooks, key=lambda hook: hook.partition(' ')[0])
        case 'free':
            return sorted(hooks)
        case _:
            return hooks


def _check(what: str, actual: object, expected: object) -> None:
    assert actual == expected, f'{what}\nexpected: {_shown(expected)}\nactual:   {_shown(actual)}'


def _shown(value: object) -> str:
    if isinstance(value, str) and '\n' in value.rstrip('\n'):
        return '\n' + '\n'.join(f'  {line}' for line in value.splitlines())
    return repr(value)[:400]


def _describe(step: transcripts.Step) -> str:
    match step:
        case transcripts.ClientStep(command=command):
            return f'juju {command.line}'
        case transcripts.HookStep(unit=unit, commands=commands):
            return f'{unit}: ' + '; '.join(command.line[:120] for command in commands)
        case transcripts.UserStep(line=line):
            return f'user: {line}'
        case transcripts.SettleStep(passed=passed):
            return 'settle' if passed is None else f'clock: +{passed}'
        case _:
            return type(step).__name__


def _describe_run(run: HookRun) -> str:
    label = run.label if run.label is None else run.label or "''"
    # The charm does not receive the revision of secret-changed.
    revision = run.revision if run.hook != 'secret-changed' else None
    parts = (run.unit, run.hook, run.secret, label, revision, run.remote)
    told = [str(part) for part in parts if part is not None]
    return ' '.join(told if run.outcome == 'committed' else [*told, 'failed'])


def _describe_due(due: DueHook) -> str:
    about = due.secret or due.relation
    return ' '.join(str(part) for part in (due.unit, due.name, about, due.revision) if part is not None)


def _secret_operations(user: ModelUser) -> dict[str, Callable[..., Any]]:
    """Return what a user does with secrets, by the names and arguments of the Juju CLI."""

    def update(identifier: str, *arguments: str) -> None:
        flags = [argument.removeprefix('--').partition('=') for argument in arguments if argument.startswith('--')]
        given: dict[str, Any] = {flag.replace('-', '_'): value for flag, _, value in flags}
        if 'auto_prune' in given:
            given['auto_prune'] = given['auto_prune'] != 'false'
        user.update_secret(identifier, _content(arguments), **given)

    def remove(identifier: str, *flags: str) -> None:
        revisions = [int(flag.removeprefix('--revision=')) for flag in flags]
        user.remove_secret(identifier, revision=revisions[0] if revisions else None)

    return {
        'add-secret': lambda name, *values: user.add_secret(name, _content(values)),
        'update-secret': update,
        'grant-secret': lambda identifier, apps: user.grant_secret(identifier, apps.split(',')),
        'revoke-secret': lambda identifier, apps: user.revoke_secret(identifier, apps.split(',')),
        'remove-secret': remove,
        'show-secret': lambda identifier, *flags: user.show_secret(identifier, reveal='--reveal' in flags),
    }


def _content(arguments: Sequence[str]) -> dict[str, str]:
    return dict(argument.split('=', 1) for argument in arguments if not argument.startswith('--'))


def _run_hook_command(charm: ops.CharmBase, argv: Sequence[str]) -> None:
    """Run any command line as ops itself would; charms have no public way to run one that ops would not build."""
    try:
        from ops.hookcmds import Error, _utils
    except ImportError:
        with contextlib.suppress(ops.ModelError):
            charm.model._backend._run(*argv, return_output=True)
    else:
        with contextlib.suppress(Error):
            _utils.run(*argv)


def _hook_commands(stage: Stage) -> None:
    stage.deploy('u', requires={'db': 'sql', 'db2': 'nosql'})
    stage.deploy('mw', provides={'db': 'sql', 'db2': 'nosql'})
    stage.act_as_user('integrate u:db mw:db')
    stage.act_as_user('integrate u:db2 mw:db2')
    stage.model.settle()
    stage.run_line('u/0', 'A = secret-add key=one --label la')
    stage.run_line('u/0', 'B = secret-add key=one --label lb --owner unit')
    stage.run_line('mw/0', 'F = secret-add key=f1')
    stage.run_line('mw/0', 'secret-grant F --relation 1')
    stage.run_line('mw/0', 'G = secret-add key=g1')
    stage.run_line('u/0', 'secret-get F')
    stage.run_line('mw/0', 'secret-set F key=f2')
    stage.model.settle()


def _model_semantics(stage: Stage) -> None:
    stage.deploy('mysql', provides={'server': 'mysql', 'server2': 'mysql-root'}, peers={'cluster': 'mysql_cluster'})
    stage.deploy('wp', requires={'db': 'mysql', 'db2': 'mysql-root'})
    stage.act_as_user('integrate wp:db mysql:server')
    stage.model.settle()


def _events(stage: Stage) -> None:
    stage.deploy('own', provides={'r': 'secrets'}, peers={'p': 'peers'})
    stage.deploy('con', requires={'r': 'secrets'})
    stage.act_as_user('integrate con:r own:r')
    stage.model.settle()
    stage.run_line('own/0', 'S = secret-add key=one --label ol')
    stage.run_line('own/0', 'secret-grant S --relation r:2')
    stage.model.settle()


def _one_unit(stage: Stage) -> None:
    stage.deploy('own', num_units=1, peers={'p': 'peers'})


def _two_models(stage: Stage) -> None:
    databases = stage.homes['own'] = stage.model.controller.add_model('databases')
    stage.puppets['own'] = databases.deploy_puppet('own', provides={'r': 'secrets'})
    databases.offer('own', endpoint='r')
    stage.deploy('con', requires={'r': 'secrets'})
    stage.model.consume('databases.own')
    stage.act_as_user('integrate con:r own:r')
    stage.model.settle()
    stage.run_line('own/0', 'S = secret-add key=one --label ol')


def _unrelated(stage: Stage) -> None:
    stage.deploy('own', provides={'r': 'secrets'})
    stage.deploy('con', num_units=1, requires={'r': 'secrets'})
    stage.model.settle()


_FIXTURES: Final[dict[str, Callable[[Stage], None]]] = {
    'hook-commands': _hook_commands,
    'model-semantics': _model_semantics,
    'events': _events,
    'one-unit': _one_unit,
    'two-models': _two_models,
    'unrelated': _unrelated,
}


def _repeated(text: str) -> str:
    return _REPEAT.sub(lambda match: match['text'] * int(match['times']), text)
