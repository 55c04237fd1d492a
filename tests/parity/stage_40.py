"""The stage of the traces of 4.0: its model of puppets, and how the steps of a trace act in it."""

from __future__ import annotations

import base64
import collections
import contextlib
import datetime
import hashlib
import pathlib
import re
from collections.abc import Mapping
from typing import Any, Final

from pytest_charmsecrets import Client, FakeModel, HookFailed, HookRun, JujuError, UsageError

from .data import Bugs

SETTLING: Final = ('settle', 'relate', 'unrelate', 'add-unit', 'remove-unit', 'remove-app')
"""The steps after which the units run the hooks that are due."""
NOBODYS: Final = '9m4e2mr0ui3e8a215n4g'
"""The id that stands for a secret that was never added."""
TOKEN: Final = re.compile(r'\$(\d+|MODEL|F|R\.[\w.]+)')
UUID: Final = re.compile(r'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')
PRINTED_URI: Final = re.compile(r'^secret:(?://(?P<model>[0-9a-f-]{36})/)?(?P<id>[0-9a-v]{20})\n?$')


class CharmFailed(Exception):
    """Raised by the charm when a step says that it fails."""


class Stage:
    """The model with the world of one case."""

    def __init__(self, world: dict[str, Any], version: str, bugs: Bugs, directory: pathlib.Path) -> None:
        start = datetime.datetime.fromisoformat(world['start'].replace('Z', '+00:00'))
        self.model = FakeModel(
            juju_version=version, start=start, on_hook_error='error-state', cloud='machine', juju_bugs=bugs
        )
        self.client = Client(self.model)
        self.directory = directory
        self.ids: list[str] = []
        self.uuid: str | None = None
        self.relations: dict[str, Any] = {}
        self.puppets: dict[str, Any] = {}
        for app in world['apps']:
            endpoints: dict[str, dict[str, str]] = {'provider': {}, 'requirer': {}, 'peer': {}}
            for endpoint in app['endpoints']:
                endpoints[endpoint['role']][endpoint['name']] = endpoint['interface']
            self.puppets[app['name']] = self.model.deploy_puppet(
                app['name'],
                provides=endpoints['provider'],
                requires=endpoints['requirer'],
                peers=endpoints['peer'],
                num_units=app['units'],
            )
            for name in endpoints['peer']:
                key = f'{app["name"]}:{name}'
                self.relations[f'{app["name"]}.{name}'] = next(
                    one for one in self.puppets[app['name']].relations if one.key == key
                )
        for relation in world['relations']:
            self.relate(relation['name'], relation['endpoints'])
        self.model.settle()
        self.uuid = self.model_uuid()

    def model_uuid(self) -> str | None:
        """The UUID of the model, from the URI of a secret whose hook fails, so that it is never there."""
        unit = next(unit for puppet in self.puppets.values() for unit in puppet.units if unit.is_leader)
        printed = None
        with contextlib.suppress(CharmFailed, HookFailed), unit.hook() as hook:
            printed = PRINTED_URI.match(hook.command('secret-add', 'probe=x'))
            raise CharmFailed
        return printed['model'] if printed else None

    # --- names

    def fill(self, text: str) -> str:
        """Put ids and names of this run where the trace has tokens."""

        def one(match: re.Match[str]) -> str:
            name = match[1]
            if name == 'MODEL':
                return self.uuid or '00000000-0000-4000-8000-000000000000'
            if name == 'F':
                return str(self.directory)
            if name.startswith('R.'):
                relation = self.relations.get(name.removeprefix('R.'))
                return str(relation.id) if relation is not None else '99'
            number = int(name)
            return self.ids[number - 1] if 1 <= number <= len(self.ids) else NOBODYS

        return TOKEN.sub(one, text)

    def blank(self, text: str) -> str:
        """Put tokens where the text has ids and names of this run."""
        for number, secret_id in enumerate(self.ids, start=1):
            text = text.replace(secret_id, f'${number}')
        if self.uuid is not None:
            text = text.replace(self.uuid, '$MODEL')
        return UUID.sub('$UUID', text.replace(str(self.directory), '$F'))

    def learn(self, printed: str) -> None:
        """Note the id of a secret that was added."""
        if match := PRINTED_URI.match(printed):
            self.ids.append(match['id'])
            self.uuid = self.uuid or match['model']

    # --- steps

    def relate(self, name: str, endpoints: list[str]) -> None:
        """Integrate two endpoints, under a name for tokens."""
        self.relations[name] = self.model.integrate(*endpoints)

    def play(self, step: dict[str, Any]) -> dict[str, Any]:
        """Play one step and return the answer to compare."""
        result: dict[str, Any] = {}
        model = self.model
        match step['op']:
            case 'hook':
                result = self.hook(step)
            case 'leader':
                model.set_leader(step['unit'])
            case 'user':
                result = {'error': self.user(step)}
            case 'client':
                result = self.juju(step)
            case 'advance':
                result = self.ran(model.advance(seconds=step['seconds']))
            case 'relate':
                self.relate(step['name'], step['endpoints'])
            case 'unrelate':
                model.remove_relation(*self.relations[step['name']].key.split())
            case 'add-unit':
                model.add_unit(step['app'])
            case 'remove-unit':
                model.remove_unit(step['unit'])
            case 'remove-app':
                model.remove_application(step['app'])
        if step['op'] in SETTLING and not step.get('begin'):
            result = self.ran(model.settle())
        return {**result, 'dump': self.dump()}

    def hook(self, step: dict[str, Any]) -> dict[str, Any]:
        """Run one hook of a unit: commands, then the commit unless the charm fails."""
        app, _, _ = step['unit'].partition('/')
        unit = next(one for one in self.puppets[app].units if one.name == step['unit'])
        ran: list[dict[str, Any]] = []
        commit: str | None = None
        try:
            with unit.hook() as hook:
                ran.extend(self.command(hook, command) for command in step['commands'])
                if step.get('fail'):
                    raise CharmFailed
        except CharmFailed:
            pass
        except HookFailed as failed:
            commit = None if isinstance(failed.exception, CharmFailed) else self.blank(failed.juju_error or '')
        return {'commands': ran, 'commit': commit}

    def command(self, hook: Any, command: dict[str, Any]) -> dict[str, Any]:
        """Run one hook command; exit code and output are read from the journal."""
        self.write_files(command)
        argv = [self.fill(word) for word in command['argv']]
        with contextlib.suppress(JujuError):
            hook.command(*argv)
        record = self.model.journal.commands()[-1]
        if argv[0] == 'secret-add' and record.exit_code == 0:
            self.learn(record.stdout)
        refusal = self.blank(record.stderr)
        for given, word in zip(argv, command['argv'], strict=True):
            if '$R.' in word:
                refusal = refusal.replace(f'"{given}"', f'"{word}"')
        return {'rc': record.exit_code, 'out': self.blank(record.stdout), 'err': refusal}

    def ran(self, ran: tuple[HookRun, ...]) -> dict[str, Any]:
        """The secret hooks among those that ran: those about changes, and how often those due by time ran."""
        told, timed = [], collections.Counter()
        for one in ran:
            secret = self.id_of(one)
            if one.hook in ('secret-changed', 'secret-remove'):
                revision = one.revision if one.hook == 'secret-remove' else None
                told.append([one.unit, one.hook, secret, revision, self.blank(one.label or '')])
            elif one.hook in ('secret-rotate', 'secret-expired'):
                revision = f'/{one.revision}' if one.revision else ''
                timed[f'{one.unit} {one.hook} {secret}{revision}'] += 1
        return {'hooks': told, 'timed': dict(timed)}

    def id_of(self, hook: HookRun) -> str:
        """The secret of a secret hook, as the traces name it."""
        return self.blank(re.split('[/:]', hook.secret or '')[-1])

    def juju(self, step: dict[str, Any]) -> dict[str, Any]:
        """Run one command of the client."""
        self.write_files(step)
        argv = [self.fill(word) for word in step['argv']]
        if 'as' in step:
            return self.as_user(step['as'], argv)
        done = self.client.run(argv, cwd=str(self.directory))
        if argv[0] == 'add-secret' and done.exit_code == 0:
            self.learn(done.stdout)
        return {'rc': done.exit_code, 'out': self.blank(done.stdout), 'err': self.blank(done.stderr)}

    def as_user(self, access: str, argv: list[str]) -> dict[str, Any]:
        """Do as a user with less access what one command of the client does; what it prints is not known."""
        user = self.model.user(access)
        command, *rest = argv
        refusal = ''
        try:
            if command in ('add-secret', 'update-secret'):
                act = user.add_secret if command == 'add-secret' else user.update_secret
                added = act(rest[0], dict(pair.split('=', 1) for pair in rest[1:]))
                self.learn(added or '')
            elif command in ('grant-secret', 'revoke-secret'):
                act = user.grant_secret if command == 'grant-secret' else user.revoke_secret
                act(rest[0], rest[1])
            elif command == 'remove-secret':
                user.remove_secret(rest[0])
            elif command == 'show-secret':
                user.show_secret(rest[0], reveal='--reveal' in rest)
        except (JujuError, UsageError) as error:
            refusal = f'ERROR {error}'
        return {'rc': 1 if refusal else 0, 'out': None, 'err': self.blank(refusal)}

    def write_files(self, command: dict[str, Any]) -> None:
        """Write the files that a command reads."""
        for name, content in command.get('files', {}).items():
            (self.directory / name).write_text(text_of(content), encoding='utf-8')

    def user(self, step: dict[str, Any]) -> str | None:
        """Act as a user; return why it was refused."""
        model = self.model
        secret = self.fill(step.get('secret', ''))
        content = step.get('content') or {}
        try:
            match step['action']:
                case 'add':
                    self.learn(model.add_secret(step['name'], content, info=step.get('info')))
                case 'update':
                    model.update_secret(
                        secret, content, info=step.get('info'), name=step.get('name'), auto_prune=step.get('auto_prune')
                    )
                case 'grant':
                    model.grant_secret(secret, step['app'])
                case 'revoke':
                    model.revoke_secret(secret, step['app'])
                case 'remove':
                    model.remove_secret(secret, revision=step.get('revision'))
        except (JujuError, UsageError) as error:
            return self.blank(str(error))
        return None

    # --- the present state

    def dump(self) -> dict[str, Any]:
        """Everything that is known of every secret."""
        return {self.blank(one.unique_identifier): self.dump_one(one) for one in self.model.secrets()}

    def dump_one(self, secret: Any) -> dict[str, Any]:
        """Everything that is known of one secret."""
        labels = secret.labels
        return {
            'owner': secret.owner,
            'label': self.blank(secret.label or secret.name or ''),
            'description': self.blank(secret.description or ''),
            'rotate': secret.rotation,
            'next_rotation': stamp(secret.rotates),
            'revisions': self.dump_revisions(secret),
            'grants': {
                who: '<model>' if scope.startswith('model-') else scope
                for who, scope in secret.grants.items()
                if who in self.model.units or who in self.model.applications
            },
            'consumers': {
                unit: {'tracked': tracked, 'label': self.blank(labels.get(unit, ''))}
                for unit, tracked in secret.tracked_by.items()
            },
        }

    @staticmethod
    def dump_revisions(secret: Any) -> dict[str, Any]:
        """The revisions of a secret."""
        return {
            str(number): {'expires': stamp(one.expires), 'obsolete': one.obsolete, 'content': shortened(one.content)}
            for number, one in secret.revisions.items()
        }


def text_of(content: str | dict[str, Any]) -> str:
    """The text of a file of a trace: given as it is, or a long one in short."""
    if isinstance(content, str):
        return content
    return content['head'] + content['repeat'] * content['times'] + content['tail']


def stamp(when: datetime.datetime | None) -> str | None:
    """Write a time as the traces do."""
    if when is None:
        return None
    text, _, fraction = when.astimezone(datetime.timezone.utc).replace(tzinfo=None).isoformat().partition('.')
    fraction = fraction.rstrip('0')
    return f'{text}.{fraction}Z' if fraction else f'{text}Z'


def shortened(content: Mapping[str, str]) -> dict[str, str | None]:
    """Content with long values by the digest of their base64, as in the traces; None for what is no base64."""
    result: dict[str, str | None] = {}
    for key in content:
        try:
            value = content[key]
        except UsageError:
            result[key] = None
            continue
        encoded = base64.b64encode(value.encode())
        result[key] = f'sha256:{hashlib.sha256(encoded).hexdigest()}' if len(encoded) > 600 else value
    return result
