"""The stage of the traces of the agent: a script on one model, in one order."""

from __future__ import annotations

import collections
import contextlib
import itertools
import json
import pathlib
import re
import tempfile
from typing import Any, Final

from pytest_charmsecrets import ActionFailed, CharmSecretsError, FakeModel

from .data import Bugs, Case

DISPATCH: Final = """#!/bin/sh
cd "$JUJU_CHARM_DIR"
hook=${JUJU_DISPATCH_PATH#*/}
leader=$(is-leader)
names=$(env | grep '^JUJU_' | cut -d= -f1 | sort | tr '\\n' ',')
FIXED=@FIXED@-${JUJU_UNIT_NAME#*/}
LOG=@LOG@
broken() { if [ ! -f $FIXED ]; then exit 1; fi; }
echo "$JUJU_UNIT_NAME|$hook|$JUJU_SECRET_ID|$JUJU_SECRET_REVISION|$JUJU_SECRET_LABEL|$JUJU_RELATION|$JUJU_RELATION_ID\
|$JUJU_REMOTE_UNIT|$JUJU_REMOTE_APP|$JUJU_DEPARTING_UNIT|$leader|$names" >>$LOG
if [ ! -f script/$hook ]; then exit 0; fi
(. ./script/$hook) || { echo "$JUJU_UNIT_NAME!$hook" >>$LOG; exit 1; }
"""

Sequence = tuple[str, ...]
Sequences = dict[tuple[int, str], Sequence]
"""By number of the block and unit."""


class Script:
    """One script on one model, in one order."""

    def __init__(self, case: Case, order: int, bugs: Bugs) -> None:
        self.case = case
        self.model = FakeModel(case['juju'], on_hook_error='error-state', cloud='machine', order=order, juju_bugs=bugs)
        self.holder = tempfile.TemporaryDirectory()
        self.directory = pathlib.Path(self.holder.name)
        self.log = self.directory / 'log'
        self.log.touch()
        self.labels: dict[str, str] = {}
        self.relations: list[int] = []
        self.contents = itertools.count(1)
        self.failed: dict[str, str] = {}
        """By unit: the hook that it is in error for. The model retries it at each settling, which Juju was configured not to do."""
        self.environment: dict[str, set[str]] = collections.defaultdict(set)

    def charm(self, app: str, revision: int) -> pathlib.Path:
        """Write one revision of a charm to disk."""
        charm = self.case['charms'][app][revision]
        path = self.directory / f'{app}-{revision}'
        (path / 'script').mkdir(parents=True, exist_ok=True)
        (path / 'metadata.yaml').write_text(json.dumps({'summary': app, 'description': app, **charm['metadata']}))
        if 'options' in charm:
            (path / 'config.yaml').write_text(json.dumps({'options': charm['options']}))
        if 'actions' in charm:
            (path / 'actions.yaml').write_text(json.dumps(charm['actions']))
        text = DISPATCH.replace('@LOG@', str(self.log)).replace('@FIXED@', str(self.fixed(app)))
        (path / 'dispatch').write_text(text)
        (path / 'dispatch').chmod(0o755)
        for hook, lines in charm['scripts'].items():
            (path / 'script' / hook).write_text('\n'.join([*lines, '']))
        return path

    def fixed(self, name: str) -> pathlib.Path:
        """Return the file that ends the failing of a unit's hooks; of an application, the beginning of those of its units."""
        return self.directory / f'fixed-{name}'

    def secret(self, label: str) -> str:
        """Return the URI of the secret with a label or name."""
        for secret in self.model.secrets():
            if label in (secret.label, secret.name):
                return secret.id
        return f'{{{label}}}'

    def fill(self, text: str) -> str:
        """Put ids in the place of labels in braces, and of relations counted from 0."""
        text = re.sub(r'\{([a-z0-9-]+)\}', lambda match: self.secret(match[1]), text)
        return re.sub(
            r'\b(database|cluster):(\d+)', lambda match: f'{match[1]}:{self.relation_ids()[int(match[2])]}', text
        )

    def relation_ids(self) -> list[int]:
        """Return the ids of all relations so far, oldest first."""
        for app in self.case['charms']:
            try:
                found = self.model.exec(
                    'for e in database cluster; do relation-ids $e 2>/dev/null || true; done', unit=f'{app}/0'
                )
            except CharmSecretsError:
                continue
            self.relations = sorted({*self.relations, *(int(line.partition(':')[2]) for line in found.stdout.split())})
        return self.relations

    def do(self, step: dict[str, Any]) -> None:
        """Do one step."""
        kind, unit = step['do'], step.get('unit', '')
        if kind == 'deploy':
            config = self.values(step) or None
            self.model.deploy(self.charm(step['app'], 0), step['app'], num_units=step['units'], config=config)
        elif kind == 'relate':
            self.relations.append(self.model.integrate(*step['ends']).id)
        elif kind == 'resolve':
            self.fixed(unit.replace('/', '-')).touch()
            self.model.resolve(unit, no_retry=not step['retry'])
            self.failed.pop(unit, None)
        elif kind == 'exec':
            self.model.exec(self.fill(step['line']), unit=unit)
        elif kind.startswith('user-'):
            self.do_user(kind, step)
        else:
            self.do_simple(kind, step)

    def values(self, step: dict[str, Any]) -> dict[str, Any]:
        """Return the config of a step, with URIs in the place of the names of secrets."""
        return {
            key: self.secret(value[8:]) if isinstance(value, str) and value.startswith('$secret:') else value
            for key, value in step.get('values', {}).items()
        }

    def do_simple(self, kind: str, step: dict[str, Any]) -> None:
        """Do one step that is one operation of the model."""
        model, app, unit = self.model, step.get('app', ''), step.get('unit', '')
        operations = {
            'unrelate': lambda: model.remove_relation(*step['ends']),
            'config': lambda: model.config(app, self.values(step)),
            'leader': lambda: model.set_leader(unit),
            'upgrade': lambda: model.refresh(app, self.charm(app, 1), force=step.get('force', False)),
            'add-unit': lambda: model.add_unit(app),
            'remove-unit': lambda: model.remove_unit(unit),
            'remove-app': lambda: model.remove_application(app),
            'due': lambda: model.advance(minutes=61),
            'action': lambda: model.run(unit, step['line']),
            'update-status': lambda: model.update_status(unit),
            'stop-agent': lambda: model.stop_agent(unit),
            'start-agent': lambda: model.start_agent(unit),
        }
        operations[kind]()

    def do_user(self, kind: str, step: dict[str, Any]) -> None:
        """Act as a user, on a secret of the user's."""
        model, secret, app = self.model, step.get('secret', ''), step.get('app', '')
        operations = {
            'user-add': lambda: model.add_secret(secret, {'key': 'one'}),
            'user-grant': lambda: model.grant_secret(secret, app),
            'user-revoke': lambda: model.revoke_secret(secret, app),
            'user-update': lambda: model.update_secret(secret, {'key': f'new {next(self.contents)}'}),
            'user-remove': lambda: model.remove_secret(secret),
        }
        operations[kind]()

    def run(self) -> Sequences:
        """Play the script; return the sequence of each unit in each block."""
        result: Sequences = {}
        block, offset = 0, 0
        for step in self.case['steps']:
            with contextlib.suppress(ActionFailed, CharmSecretsError):
                self.do(step)
            for secret in self.model.secrets():
                self.labels[secret.unique_identifier] = secret.label or secret.name or ''
            if not step.get('settle', True):
                continue
            self.model.settle()
            for secret in self.model.secrets():
                self.labels[secret.unique_identifier] = secret.label or secret.name or ''
            text = self.log.read_text()
            for unit, hooks in self.hooks(text[offset:].splitlines()).items():
                result[block, unit] = tuple(hooks)
            offset = len(text)
            block += 1
        return result

    def hooks(self, lines: list[str]) -> dict[str, list[str]]:
        """Read the log of a block; the same failure again is left out."""
        out: dict[str, list[str]] = collections.defaultdict(list)
        for line in lines:
            if '|' not in line:
                unit = line.partition('!')[0]
                failed = out[unit].pop()
                if failed.removesuffix(' leader') != self.failed.get(unit):
                    out[unit].append(f'{failed} failed')
                self.failed[unit] = failed.removesuffix(' leader')
                continue
            unit, hook, secret, revision, label, relation, number, remote, app, departing, leader, names = line.split(
                '|'
            )
            text = hook
            if secret:
                bare = secret.rpartition(':')[2]
                text += ' secret=' + secret.replace(bare, self.labels.get(bare, '?'))
            if revision:
                text += f' revision={revision}'
            if label:
                text += f' label={label}'
            if relation:
                identifier = int(number.rpartition(':')[2])
                text += f' relation={relation}:{self.number(identifier)}'
            text += f' remote={remote}' if remote else ''
            text += f' app={app}' if app else ''
            text += f' departing={departing}' if departing else ''
            text += ' leader' if leader == 'True' else ''
            out[unit].append(text)
            self.environment[re.sub('^(database|cluster)-', '', hook)].add(names)
        return out

    def number(self, identifier: int) -> int:
        """Count relations from 0 in the order in which they were made."""
        if identifier not in self.relations:
            self.relations = sorted([*self.relations, identifier])
        return self.relations.index(identifier)

    def close(self) -> None:
        """Give everything back."""
        self.model.close()
        self.holder.cleanup()
