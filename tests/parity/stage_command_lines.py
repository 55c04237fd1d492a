"""The stages of the traces of command lines: a world, and how command lines are run in it."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import json
import pathlib
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Final

from ops import testing

from pytest_charmsecrets import ActionFailed, Client, FakeModel

from .data import Bugs

RELATION: Final = 2
"""The id of ``wordpress:db mysql:server`` in every world."""
JUJUS_OWN: Final = ('egress-subnets', 'ingress-address', 'private-address')
"""The keys that Juju itself writes into the data of a unit."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """The result of one command as a charm sees it, with names in place of ids that differ from model to model."""

    rc: int
    stdout: str
    stderr: str
    files: Mapping[str, str] = dataclasses.field(default_factory=dict)
    crash: str = ''


def make_file(path: pathlib.Path, what: Mapping[str, Any]) -> None:
    """Make a file or a directory that a world or a case describes."""
    if what.get('dir'):
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if 'text' in what:
        path.write_bytes(what['text'].encode())
    elif 'b64' in what:
        path.write_bytes(base64.b64decode(what['b64']))
    else:
        path.write_text(what['repeat'] * what['times'])


class Stage:
    """The world ``stage``: puppets, whose units run command lines as ``juju exec`` does."""

    def __init__(self, version: str, spec: Mapping[str, Any], bugs: Bugs, directory: pathlib.Path) -> None:
        self.spec = spec
        self.directory = directory
        start = datetime.datetime.fromisoformat(spec.get('start', '2026-01-01T00:00:00Z').replace('Z', '+00:00'))
        self.model = FakeModel(juju_version=version, start=start, on_hook_error='error-state', juju_bugs=bugs)
        self.names: dict[str, str] = {}
        self.build()
        uuid = self._must('mysql/0', 'relation-model-get', '-r', str(RELATION), '--format=json')
        self.names[json.loads(uuid)['uuid']] = '$MODEL'
        self.names[str(directory)] = '$DIR'
        for secret in spec.get('secrets', ()):
            self.add_secret(secret)
        for grant in spec.get('grants', ()):
            flags = ['--unit', grant['to']] if '/' in grant['to'] else []
            self._must('mysql/0', 'secret-grant', self.real(grant['secret']), '-r', str(RELATION), *flags)

    def build(self) -> None:
        """Deploy the applications and relate them."""
        model = self.model
        model.deploy_puppet(
            'mysql', provides={'server': 'mysql', 'server2': 'mysql'}, peers={'cluster': 'mysql-peer'}, num_units=2
        )
        model.deploy_puppet('wordpress', requires={'db': 'mysql', 'db2': 'mysql'}, num_units=2)
        model.deploy_puppet('mariadb', requires={'db': 'mysql'}, provides={'maria': 'maria'})
        model.integrate('wordpress:db', 'mysql:server')
        model.settle()

    def close(self) -> None:
        """Give back what the model holds on disk."""
        self.model.close()

    def add_secret(self, secret: Mapping[str, Any]) -> None:
        """Add a secret with all its revisions; one of wordpress is granted to mysql."""
        owner = secret['owner']
        by = 'wordpress/0' if owner == 'wordpress' else 'mysql/0'
        first, *others = secret['revisions']
        flags = [f'--{name}={secret[name]}' for name in ('label', 'description', 'rotate') if secret[name]]
        flags += ['--owner=unit'] if owner == 'unit' else []
        expire = [f'--expire={secret["expire"]}'] if secret['expire'] else []
        uri = self._must(by, 'secret-add', *flags, *([] if others else expire), *self._content_flag(first)).strip()
        for revision in others:
            self._must(
                by, 'secret-set', uri, *(expire if revision is others[-1] else []), *self._content_flag(revision)
            )
        self.names[uri.rpartition('/')[2]] = secret['id']
        if owner == 'wordpress':
            self._must(by, 'secret-grant', uri, '-r', str(RELATION))

    def _content_flag(self, content: Mapping[str, str]) -> list[str]:
        path = self.directory.parent / 'content.json'
        path.write_text(json.dumps({f'{key}#base64': value for key, value in content.items()}))
        return ['--file', str(path)]

    def real(self, text: str) -> str:
        """Put ids and paths of this model in place of the names."""
        for real, name in sorted(self.names.items(), key=lambda item: -len(item[1])):
            text = text.replace(name, real)
        return text

    def named(self, text: str) -> str:
        """Put the names in place of ids and paths of this model."""
        for real, name in self.names.items():
            text = text.replace(real, name)
        return text

    def play(self, case: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Answer]]:
        """Run each step in a hook of its own."""
        for number, step in enumerate(case['steps'], start=1):
            argv = [self.real(word) for word in step['argv']]
            before = _listing(self.directory)
            try:
                task = self._exec(self.spec['unit'], argv, step.get('stdin'), here=_names_a_relative_path(step['argv']))
            except Exception as error:
                yield step, Answer(-1, '', '', crash=f'{type(error).__name__}: {error}')
                continue
            self.name_added(number, step, task.stdout)
            yield step, self.answer(task.return_code, task.stdout, task.stderr, before)

    def name_added(self, number: int, step: Mapping[str, Any], stdout: str) -> None:
        """Give a secret that a step has added its name."""
        added = re.fullmatch('secret:.*/(.*)\n', stdout) if step['argv'][0] == 'secret-add' else None
        if added:
            self.names[added[1]] = f'$new{number}'

    def answer(self, rc: int, stdout: str, stderr: str, before: Iterable[str]) -> Answer:
        """Return an answer with names, and the files that the command made."""
        files: dict[str, str] = {}
        for name in _listing(self.directory) - set(before):
            files[self.named(name)] = self.named(
                (self.directory / name).read_bytes().decode('utf-8', 'surrogateescape')
            )
            (self.directory / name).unlink()
        return Answer(rc, self.named(stdout), self.named(stderr), files)

    def effect(self, expected: Mapping[str, Any]) -> dict[str, Any]:
        """Return the state of the secret, as far as the trace has it."""
        if 'revisions' in expected:
            self.model.settle()
        secret_id = self.real(expected['secret'])
        found = [secret for secret in self.model.secrets() if secret.unique_identifier == secret_id]
        if not found:
            return {'secret': expected['secret'], **({'revisions': []} if 'revisions' in expected else {})}
        (secret,) = found
        look = {
            'secret': lambda: expected['secret'],
            'owner': lambda: secret.owner,
            'label': lambda: secret.label or '',
            'description': lambda: secret.description or '',
            'rotation': lambda: secret.rotation or 'never',
            'revision': lambda: secret.latest_revision,
            'revisions': lambda: list(secret.revisions),
            'grants': lambda: sorted(secret.grants),
            'expires': lambda: secret.expires,
            'rotates': lambda: secret.rotates,
            'expires_in': lambda: secret.expires - self.model.now if secret.expires else None,
            'content': lambda: self._content(secret, expected['content']),
        }
        return {key: look[key]() for key in expected}

    def log(self) -> str:
        """Return what ``juju debug-log`` prints."""
        return Client(self.model).run(['debug-log', '--limit', '1000', '--level', 'TRACE']).stdout

    def _content(self, secret: Any, expected: Mapping[str, str]) -> dict[str, str]:
        """Return the base64 of each value, as the owner reads it; every key that Juju does not have is a question mark.

        No unit can read a secret with a value that is not base64, in Juju neither; the expected answer is returned then.
        """
        reader = secret.owner if '/' in secret.owner else f'{secret.owner}/0'
        encoded: dict[str, str] = {}
        for key in expected:
            task = self._exec(reader, ['secret-get', secret.id, f'{key}#base64', '--peek', '--format=json'])
            if 'illegal base64' in task.stderr:
                return dict(expected)
            encoded[key] = json.loads(task.stdout) if task.return_code == 0 else task.stderr
        return {**encoded, **dict.fromkeys(set(secret.content) - set(expected), '?')}

    def _exec(self, unit: str, argv: list[str], stdin: str | None = None, *, here: bool = False) -> Any:
        line = shlex.join(argv)
        if here:
            line = f'cd {shlex.quote(str(self.directory))} && {line}'
        if stdin is not None:
            (self.directory.parent / 'stdin').write_text(stdin)
            line = f'{line} <{shlex.quote(str(self.directory.parent / "stdin"))}'
        try:
            return self.model.exec(line, unit=unit)
        except ActionFailed as failed:
            return failed.task

    def _must(self, unit: str, *argv: str) -> str:
        task = self._exec(unit, list(argv))
        assert (task.return_code, task.message) == (0, ''), f'{argv}: {task}'
        return task.stdout


class CharmStage(Stage):
    """The world ``charm``: a charm of processes, which runs the command lines in the hook that a case names."""

    HOOKS: ClassVar = {'hook': 'server-relation-changed', 'action': 'act', 'storage': 'data-storage-attached'}
    DISPATCH = """#!/bin/bash
plan={home}/plan-${{JUJU_DISPATCH_PATH##*/}}-${{JUJU_UNIT_NAME/\\//-}}
if [ -f "$plan" ]; then mv "$plan" "$plan.taken"; . "$plan.taken"; fi
exit 0
"""

    def build(self) -> None:
        """Deploy the charm and a puppet, relate them, and set what the world says."""
        spec, model = self.spec, self.model
        self.home = self.directory.parent
        charm = self.home / 'charm'
        charm.mkdir()
        (charm / 'dispatch').write_text(self.DISPATCH.format(home=self.home))
        (charm / 'dispatch').chmod(0o755)
        (self.home / 'res').mkdir()
        (self.home / 'res' / 'x.bin').write_text('x')
        metadata = {
            'name': 'mysql',
            'type': 'charm',
            'provides': {endpoint: {'interface': 'mysql'} for endpoint in spec['endpoints']},
            'peers': {'cluster': {'interface': 'mysql-peer'}},
            'config': {'options': {name: {'type': kind} for name, (kind, _) in spec['options'].items()}},
            'storage': {
                'data': {'type': 'filesystem', 'multiple': {'range': '0-'}},
                'disk': {'type': 'block', 'multiple': {'range': '0-'}},
            },
            'resources': {'blob': {'type': 'file', 'filename': 'x.bin'}},
            'actions': {'act': {'params': {name: {} for name in spec['params']}}},
        }
        (charm / 'charmcraft.yaml').write_text(json.dumps(metadata))
        state = testing.State(
            resources={testing.Resource(name='blob', path=self.home / 'res' / 'x.bin')},
            networks={_network(name, network) for name, network in spec['network'].items()},
        )
        config = {name: value for name, (_, value) in spec['options'].items() if value is not None}
        model.deploy(charm, 'mysql', num_units=2, config=config, state=state)
        self.wordpress = model.deploy_puppet('wordpress', requires={'db': 'mysql'}, num_units=2)
        self.relation = model.integrate('wordpress:db', 'mysql:server')
        model.settle()
        for storage_id, _ in spec['storage']:
            self._must('mysql/0', 'storage-add', storage_id.partition('/')[0])
        model.settle()
        for key, value in spec['state'].items():
            self._must('mysql/0', 'state-set', f'{key}={value}')
        self.names[str(self.home / 'res')] = '$RES'
        if spec['storage']:
            first = spec['storage'][0][0]
            location = self._must('mysql/0', 'storage-get', '-s', first, 'location').strip()
            self.names[location.removesuffix('/' + first)] = '$STORAGE'
        self.last = spec.get('told_by', 'wordpress/0')
        self.send_data('wordpress/0' if self.last == 'wordpress' else 'wordpress')

    def send_data(self, writer: str) -> None:
        """Write data of wordpress, as the application or its first unit: a relation-changed follows."""
        data = self.spec['relation_data'][writer]
        own = {key: value for key, value in data.items() if key not in JUJUS_OWN}
        with self.wordpress.units[0].hook() as hook:
            hook.relation_set(self.relation, own, app=writer == 'wordpress')
        self.model.settle()

    def play(self, case: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Answer]]:
        """Run the steps in one hook or action, as the mode says, or each in a hook of its own."""
        mode = case['mode']
        if mode == 'exec':
            self.send_data(self.last)
            yield from super().play(case)
            return
        plan = self.home / f'plan-{self.HOOKS[mode]}-{self.spec["unit"].replace("/", "-")}'
        known = self.home / 'known'
        known.mkdir()
        for name in _listing(self.directory):
            (known / name).touch()
        script = ''.join(self._script(number, step) for number, step in enumerate(case['steps']))
        plan.write_bytes(script.encode('utf-8', 'surrogateescape'))
        crash = self._run_plan(mode)
        last = len(case['steps']) - 1
        for number, step in enumerate(case['steps']):
            out = self.home / f'step-{number}'
            if not (out / 'rc').exists():
                yield step, Answer(-1, '', '', crash=crash or 'the command did not come back')
                continue
            printed = [(out / name).read_bytes().decode('utf-8', 'surrogateescape') for name in ('stdout', 'stderr')]
            self.name_added(number + 1, step, printed[0])
            stdout, stderr = map(self.named, printed)
            files = {
                self.named(path.name): self.named(path.read_bytes().decode('utf-8', 'surrogateescape'))
                for path in (out / 'files').iterdir()
            }
            yield step, Answer(int((out / 'rc').read_text()), stdout, stderr, files, crash if number == last else '')

    def _run_plan(self, mode: str) -> str:
        """Run the hook that takes the plan; return the exception if one was raised."""
        try:
            self.send_data(self.last)
            if mode == 'storage':
                self._must(self.spec['unit'], 'storage-add', 'data')
                self.model.settle()
            if mode == 'action':
                self.model.run(self.spec['unit'], 'act', self.spec['params'])
        except ActionFailed:
            pass
        except Exception as error:
            return f'{type(error).__name__}: {error}'
        return ''

    def _script(self, number: int, step: Mapping[str, Any]) -> str:
        out = self.home / f'step-{number}'
        out.mkdir()
        (out / 'files').mkdir()
        (out / 'stdin').write_text(step.get('stdin', ''))
        line = shlex.join(self.real(word).replace('$DIR', str(self.directory)) for word in step['argv'])
        return (
            f'cd {self.directory}; HOME={self.directory} {line} <{out}/stdin >{out}/stdout 2>{out}/stderr; echo $? >{out}/rc\n'
            f'for f in * .[!.]*; do [ ! -f "$f" ] || [ -e "{self.home}/known/$f" ] || mv -- "$f" {out}/files/; done\n'
        )


def _network(name: str, network: Mapping[str, Any]) -> testing.Network:
    return testing.Network(
        name,
        [
            testing.BindAddress(
                [testing.Address(a['value'], hostname=a['hostname'], cidr=a['cidr']) for a in bound['addresses']],
                interface_name=bound['interface-name'],
                mac_address=bound['mac-address'] or None,
            )
            for bound in network['bind-addresses']
        ],
        ingress_addresses=network['ingress-addresses'],
        egress_subnets=network['egress-subnets'],
    )


def _names_a_relative_path(argv: list[str]) -> bool:
    """Whether the directory may matter in which a command is called."""
    for flag, following in zip(argv, [*argv[1:], ''], strict=True):
        if re.match('-o|--?output|--?file', flag):
            value = re.sub('^(-o|--?output|--?file)=?', '', flag) or following
            if not value.startswith('$DIR'):
                return True
    return any(flag.startswith('-o=') for flag in argv)


def _listing(directory: pathlib.Path) -> set[str]:
    return {path.name for path in directory.iterdir() if path.is_file()}
