"""The stage of the traces of 3.6: its model, and how the steps of a trace act in it.

The units are puppets; charms in shell where the world gives them hooks to answer, or where a fault has to strike a hook.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import pathlib
import re
import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from pytest_charmsecrets import (
    ActionFailed,
    CharmSecretsError,
    Client,
    FakeModel,
    HookFailed,
    HookRun,
    JujuError,
    Puppet,
    RelationView,
    SecretView,
    UsageError,
)

from .data import Bugs

NOBODYS: Final = '9m4e2mr0ui3e8a215n4g'
"""The id that stands for a secret that was never added."""
NO_RELATION: Final = '99'
"""The id that stands for a relation that does not exist."""
ENDPOINTS: Final[dict[str, dict[str, dict[str, str]]]] = {
    'mysql': {'provides': {'server': 'mysql'}},
    'wordpress': {'requires': {'db': 'mysql'}},
    'mediawiki': {'requires': {'db': 'mysql'}},
}
SECRET: Final = re.compile(r'\$(\d+)(\.id|\.full)?')
RELATION: Final = re.compile(r'@(r\d+)')
TIME: Final = re.compile(r'\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: \+0000 UTC|Z|\+00:00)?')
FORBIDDEN: Final = re.compile(r'(?<= is forbidden: )User "[^\n]*? in the namespace "[^"]*"')
"""How a cluster words that something is forbidden."""
CONSUMER: Final = re.compile('juju-secret-consumer-[0-9a-f-]{36}')
"""How Juju names the service account of a token."""

Answer = dict[str, Any]
Step = Mapping[str, Any]


class Planned(Exception):
    """Raised in a hook that has to fail."""


def relative(when: datetime.datetime | None, now: datetime.datetime) -> str | None:
    """Write a time as the traces do: in minutes from now, unless it is far away."""
    if when is None:
        return None
    when = when.astimezone(datetime.timezone.utc)
    if not 2025 <= when.year <= 2034:
        return when.strftime('%Y-%m-%dT%H:%M:%SZ')
    return f'<{round((when - now).total_seconds() / 60):+d}m>'


def unfill(stderr: str, argv: Sequence[str], filled: Sequence[str]) -> str:
    """Put the placeholders of relations back into what a command says about its arguments."""
    for written, given in zip(argv, filled, strict=True):
        if '@r' in written:
            stderr = stderr.replace(f'"{given}"', f'"{written}"')
    return stderr


def in_order(printed: str) -> str:
    """Sort what secret-ids and secrets print: it is in no order, or in that of the ids."""
    if printed.startswith('{'):
        return json.dumps(json.loads(printed), sort_keys=True) + '\n'
    if printed.startswith('['):
        return json.dumps(sorted(json.loads(printed))) + '\n'
    return ''.join(sorted(printed.splitlines(keepends=True)))


class Stage:
    """One case on a model whose units are puppets, and what the placeholders of the trace stand for."""

    def __init__(self, world: Mapping[str, Any], juju_version: str, bugs: Bugs) -> None:
        start = datetime.datetime.fromisoformat(world['now'].replace('Z', '+00:00'))
        self.model = FakeModel(juju_version=juju_version, on_hook_error='error-state', start=start, juju_bugs=bugs)
        if 'backend' in world:
            self.model.model_secret_backend(world['backend'])
        self.client = Client(self.model)
        self.ids: list[str | None] = []
        self.temporary = tempfile.TemporaryDirectory()
        self.directory = pathlib.Path(self.temporary.name)
        self.world = world
        self.puppets: dict[str, Puppet] = {}
        for app, number in sorted(world['units'].items()):
            self.deploy(app, number)
        self.relations: dict[str, RelationView] = {}
        self.dying: set[str] = set()
        for name, ends in sorted(world['relations'].items()):
            self.relations[name] = self.model.integrate(*ends)
        self.model.settle()
        self.uuid = self.model.exec('echo "$JUJU_MODEL_UUID"', unit='mysql/0').stdout.strip()

    def deploy(self, app: str, number: int) -> None:
        """Deploy an application."""
        self.puppets[app] = self.model.deploy_puppet(app, num_units=number, **ENDPOINTS[app])

    def close(self) -> None:
        """Give everything back."""
        self.model.close()
        self.temporary.cleanup()

    # --- placeholders

    def fill(self, argument: str) -> str:
        """Put ids in the place of placeholders."""

        def secret(match: re.Match[str]) -> str:
            number = int(match[1])
            found = self.ids[number - 1] if 1 <= number <= len(self.ids) else None
            bare = found or NOBODYS
            return {'.id': bare, '.full': f'secret://{self.uuid}/{bare}', None: f'secret:{bare}'}[match[2]]

        def relation(match: re.Match[str]) -> str:
            view = self.relations.get(match[1])
            return str(view.id) if view is not None else NO_RELATION

        return RELATION.sub(relation, SECRET.sub(secret, argument))

    def learn(self, argv: Sequence[str], exit_code: int, stdout: str) -> None:
        """Number the secret that a command added, or was to add."""
        if argv[0] in ('secret-add', 'add-secret'):
            self.ids.append(re.split('[/:]', stdout.strip())[-1] if exit_code == 0 else None)

    def clean(self, text: str) -> str:
        """Put placeholders in the place of ids and times."""
        for number, bare in enumerate(self.ids, 1):
            if bare is not None:
                text = text.replace(f'secret://{self.uuid}/{bare}', f'${number}.full')
                text = text.replace(f'secret:{bare}', f'${number}').replace(bare, f'${number}.id')
        text = FORBIDDEN.sub('<why>', text.replace(self.uuid, '<model>'))
        text = CONSUMER.sub('juju-secret-consumer-<uuid>', text)

        def time(match: re.Match[str]) -> str:
            written = match[0].replace(' +0000 UTC', '+00:00').replace('Z', '+00:00').replace(' ', 'T')
            try:
                when = datetime.datetime.fromisoformat(written)
            except ValueError:
                return match[0]
            return match[0] if when.tzinfo is None else relative(when, self.model.now) or match[0]

        return TIME.sub(time, text)

    # --- steps

    def play(self, step: Step) -> Answer:
        """Do one step and return what the model answers, in the form of ``expect``."""
        answer: Answer = {}
        seen = len(self.model.journal.hooks())
        act: Callable[[Step, Answer], None] = getattr(self, f'do_{step["do"].replace("-", "_")}')
        try:
            act(step, answer)
        except CharmSecretsError as error:
            answer['error'] = self.clean(str(error))
        if not self.dying:
            self.model.settle()
        answer['told'] = self.secret_hooks(self.model.journal.hooks()[seen:])
        return answer

    def secret_hooks(self, ran: Sequence[HookRun]) -> dict[str, list[str]]:
        """The secret hooks among those that ran, by unit, as the traces write them."""
        found: dict[str, list[str]] = {}
        for hook in ran:
            if hook.hook.startswith('secret-') and hook.secret is not None:
                text = f'{hook.hook} {self.clean(hook.secret)}'
                if hook.hook in ('secret-remove', 'secret-expired') and hook.revision is not None:
                    text += f'/{hook.revision}'
                if hook.label:
                    text += f' label={hook.label}'
                found.setdefault(hook.unit, []).append(text)
        return found

    def do_hook(self, step: Step, answer: Answer) -> None:
        """Run commands in one hook of a unit, and commit it."""
        puppet = self.puppets[step['unit'].partition('/')[0]]
        (unit,) = (unit for unit in puppet.units if unit.name == step['unit'])
        raw: list[tuple[int, str, str]] = []
        try:
            with unit.hook() as hook:
                for number, argv in enumerate(step['commands']):
                    if number == step.get('before', 0):
                        self.meanwhile(step, answer)
                    filled = [self.fill(argument) for argument in argv]
                    with contextlib.suppress(JujuError):
                        hook.command(*filled)
                    ran = self.model.journal.commands()[-1]
                    raw.append((ran.exit_code, ran.stdout, unfill(ran.stderr, argv, filled)))
                    self.learn(argv, ran.exit_code, ran.stdout)
                if step.get('before', 0) >= len(step['commands']):
                    self.meanwhile(step, answer)
                if step.get('fail'):
                    raise Planned
        except Planned:
            pass
        except HookFailed as failed:
            if failed.exception is None:
                answer['commit'] = self.clean(failed.juju_error or '')
        answer['commands'] = [self.answered(argv, *one) for argv, one in zip(step['commands'], raw, strict=True)]

    def meanwhile(self, step: Step, answer: Answer) -> None:
        """Do what others do while the hook runs."""
        for other in step.get('meanwhile', ()):
            if other['do'] == 'leader':
                self.model.set_leader(other['unit'])
            else:
                theirs: Answer = {}
                self.do_user(other, theirs)
                answer.setdefault('meanwhile', []).extend(theirs['commands'])

    def answered(self, argv: Sequence[str], exit_code: int, stdout: str, stderr: str) -> Answer:
        """The answer of a command, as the traces write it."""
        parts = {'rc': exit_code, 'stdout': self.clean(stdout), 'stderr': self.clean(stderr)}
        if argv[0] in ('secret-ids', 'secrets') and stdout:
            parts['stdout'] = in_order(self.clean(stdout))
        return {name: value for name, value in parts.items() if value != ''}

    def do_user(self, step: Step, answer: Answer) -> None:
        """Run a command of the juju client."""
        result = self.client.run([self.fill(argument) for argument in step['argv']])
        self.learn(step['argv'], result.exit_code, result.stdout)
        answer['commands'] = [self.answered(step['argv'], result.exit_code, result.stdout, result.stderr)]

    def do_leader(self, step: Step, answer: Answer) -> None:
        """Move leadership."""
        self.model.set_leader(step['unit'])

    def do_backend(self, step: Step, answer: Answer) -> None:
        """Keep content in another backend from now on."""
        self.model.model_secret_backend(step['backend'])

    def do_advance(self, step: Step, answer: Answer) -> None:
        """Move the clock."""
        self.model.advance(minutes=step['minutes'])

    def do_relate(self, step: Step, answer: Answer) -> None:
        """Relate two applications."""
        self.relations[step['relation']] = self.model.integrate(*step['ends'])

    def do_begin_unrelate(self, step: Step, answer: Answer) -> None:
        """Begin to remove a relation: no unit has left it yet."""
        self.model.remove_relation(*step['ends'])
        self.dying.add(step['relation'])

    def do_unrelate(self, step: Step, answer: Answer) -> None:
        """Remove a relation; every unit leaves it."""
        if step['relation'] not in self.dying:
            self.model.remove_relation(*step['ends'])
        self.dying.discard(step['relation'])
        self.model.settle()
        del self.relations[step['relation']]

    def do_add_unit(self, step: Step, answer: Answer) -> None:
        """Add a unit; it enters the relations of its application."""
        self.model.add_unit(step['app'])

    def do_remove_app(self, step: Step, answer: Answer) -> None:
        """Remove an application with its units."""
        self.model.remove_application(step['app'])
        self.model.settle()
        self.relations = {name: view for name, view in self.relations.items() if view.exists}

    def do_remove_unit(self, step: Step, answer: Answer) -> None:
        """Remove a unit; it leaves its relations first."""
        self.model.remove_unit(step['unit'])

    # --- the state

    def content(self, revision: Any) -> dict[str, str | None]:
        """The values of a revision; None for one that is no base64, which no view can show."""
        shown: dict[str, str | None] = {}
        for key in revision.content:
            try:
                shown[key] = revision.content[key]
            except UsageError:
                shown[key] = None
        return shown

    def revisions(self, view: SecretView) -> dict[str, Any]:
        """The revisions of a secret."""
        return {
            str(revision.number): {
                **({'backend': revision.backend} if 'backend' in self.world else {}),
                'content': (self.content(revision) or None) if 'backend' in self.world else self.content(revision),
                'expires': relative(revision.expires, self.model.now),
                'obsolete': revision.obsolete,
            }
            for revision in view.revisions.values()
        }

    def dump(self) -> dict[str, Any]:
        """Every secret, as the traces describe them."""
        now = self.model.now
        shown = {}
        for view in self.model.secrets():
            labels = view.labels
            shown[f'${self.ids.index(view.unique_identifier) + 1}'] = {
                'owner': view.owner,
                'label': (view.name if view.owner == '<model>' else view.label) or '',
                'description': view.description or '',
                'rotate': str(view.rotation),
                'rotates': relative(view.rotates, now),
                'expires': relative(view.expires, now),
                'latest': view.latest_revision,
                'revisions': self.revisions(view),
                'grants': {who: scope.replace(f'model-{self.uuid}', '<model>') for who, scope in view.grants.items()},
                'tracked': {
                    unit: {'revision': revision, 'label': labels.get(unit, '')}
                    for unit, revision in view.tracked_by.items()
                },
            }
        return shown


class CharmStage(Stage):
    """A stage with charms in shell, which answer their hooks with the commands that the world names."""

    def deploy(self, app: str, number: int) -> None:
        """Deploy a charm that runs the commands in its hooks, whatever they exit with."""
        charm = empty_charm(self.directory, app)
        for hook, lines in self.world['handlers'].get(app, {}).items():
            if not lines:
                continue
            script = ['#!/bin/sh', 'n=$(($(cat .count 2>/dev/null || echo 0) + 1))', 'echo $n >.count']
            for line in lines:
                text = ' '.join(f'"{word}"' for word in line)
                for name, value in (('{uri}', '$JUJU_SECRET_ID'), ('{rev}', '$JUJU_SECRET_REVISION'), ('{n}', '$n')):
                    text = text.replace(name, value)
                script.append(f'{text} || true')
            write_hook(charm, hook, script)
        self.model.deploy(charm, app, num_units=number)

    def do_hook(self, step: Step, answer: Answer) -> None:
        """Run one command in a hook of its own."""
        (argv,) = step['commands']
        filled = [self.fill(argument) for argument in argv]
        with contextlib.suppress(ActionFailed):
            self.model.exec(*filled, unit=step['unit'])
        ran = self.model.journal.commands(hook='juju-exec')[-1]
        self.learn(argv, ran.exit_code, ran.stdout)
        answer['commands'] = [self.answered(argv, ran.exit_code, ran.stdout, unfill(ran.stderr, argv, filled))]
        hook = self.model.journal.hooks(name='juju-exec')[-1]
        if hook.outcome == 'commit failed':
            answer['commit'] = self.clean(hook.error or '')


class FaultStage(Stage):
    """A stage with charms in shell, whose update-status runs the commands of a step: a fault can strike it."""

    def deploy(self, app: str, number: int) -> None:
        """Deploy a charm whose update-status runs a script of the stage."""
        self.script = self.directory / 'commands'
        self.script.write_text('')
        charm = empty_charm(self.directory, app)
        write_hook(charm, 'update-status', ['#!/bin/sh', f'. "{self.script}"'])
        self.model.deploy(charm, app, num_units=number)

    def do_hook(self, step: Step, answer: Answer) -> None:
        """Run commands in an update-status hook."""
        self.script.write_text('\n'.join([*self.shell(step['commands']), '']))
        seen = len(self.model.journal.commands(unit=step['unit']))
        if step.get('refuses'):
            self.model.inject_fault('backend-refuses', unit=step['unit'], hook='update-status')
        try:
            (hook,) = self.model.update_status(step['unit'])
            refused = hook.error
        except HookFailed as failed:
            refused = failed.juju_error
        self.script.write_text('')
        ran = self.model.journal.commands(unit=step['unit'])[seen:]
        answer['commands'] = []
        for argv, one in zip(step['commands'], ran, strict=True):
            self.learn(argv, one.exit_code, one.stdout)
            answer['commands'].append(self.answered(argv, one.exit_code, one.stdout, one.stderr))
        if refused is not None:
            answer['commit'] = self.clean(refused)

    def shell(self, commands: Sequence[Sequence[str]]) -> Iterator[str]:
        """Write commands as lines of shell; variables hold what they add for the lines after."""
        present = added = len(self.ids)
        for argv in commands:
            new = {f'${number}': f'"$s{number}"' for number in range(present + 1, added + 1)}
            line = ' '.join(new.get(argument) or shlex.quote(self.fill(argument)) for argument in argv)
            if argv[0] == 'secret-add':
                added += 1
                line = f's{added}=$({line})'
            yield f'{line} || true'


def empty_charm(directory: pathlib.Path, app: str) -> pathlib.Path:
    """Write a charm without hooks."""
    charm = directory / app
    (charm / 'hooks').mkdir(parents=True)
    ends = {role: {name: {'interface': face} for name, face in these.items()} for role, these in ENDPOINTS[app].items()}
    (charm / 'charmcraft.yaml').write_text(json.dumps({'name': app, 'type': 'charm', **ends}))
    return charm


def write_hook(charm: pathlib.Path, hook: str, lines: Sequence[str]) -> None:
    """Write a hook of a charm."""
    path = charm / 'hooks' / hook
    path.write_text('\n'.join([*lines, '']))
    path.chmod(0o755)
