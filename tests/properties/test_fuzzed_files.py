"""Files of a charm in wrong shapes: one sentence that names the file and the place, or a charm that runs."""

from __future__ import annotations

import copy
import datetime
import random
from typing import Any

import ops
import pytest
import yaml

from pytest_charmsecrets import FakeModel, UsageError

CHARM = 'import ops\nclass Charm(ops.CharmBase):\n    pass\nif __name__ == "__main__":\n    ops.main(Charm)\n'
METADATA: dict[str, Any] = {
    'name': 'web',
    'requires': {'database': {'interface': 'sql', 'limit': 1, 'scope': 'global'}},
    'provides': {'site': {'interface': 'http'}},
    'peers': {'cluster': {'interface': 'cluster'}},
    'containers': {'work': {'resource': 'image', 'mounts': [{'storage': 'data', 'location': '/data'}]}},
    'storage': {'data': {'type': 'filesystem', 'multiple': {'range': '0-2'}, 'location': '/srv'}},
    'resources': {'image': {'type': 'oci-image', 'description': 'x'}},
    'subordinate': False,
    'assumes': ['juju >= 3.6'],
}
CONFIG: dict[str, Any] = {'options': {'colour': {'type': 'string', 'default': 'red', 'description': 'x'}}}
ACTIONS: dict[str, Any] = {
    'look': {'description': 'x', 'params': {'what': {'type': 'string', 'default': 'x'}}, 'required': ['what']}
}
WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 5, 2.5, '', 'x', '/', 'a b', '.x', 'ä', '\0', [], ['x'], [None], [[]], {}, {'x': 'y'}, {5: 5}, {None: None}, {'x': {}},
    {'x': None}, {'x': ['y']}, {'': {}}, {'a/b': {'interface': 'x'}}, datetime.date(2026, 1, 1), 10**30, float('inf'), b'x', {'interface': 5},
)  # fmt: skip


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value inside a document, its own included."""
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [path, *(place for key, value in items for place in places(value, (*path, key)))]


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a document with another value at a place."""
    if not path:
        return value
    document = copy.deepcopy(document)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return document


def attempt(model: FakeModel, charm: Any, **options: Any) -> str | None:
    """Deploy a charm and have it run; return the sentence with which it was refused, if it was."""
    before = len(model.journal)
    try:
        app = model.deploy(charm, 'app', **options)
    except UsageError as refused:
        assert len(model.journal) == before
        assert not model.applications
        return str(refused)
    model.settle()
    model.remove_application(app.name, force=True)
    return None


FILES = {
    'metadata.yaml': ('metadata', METADATA),
    'config.yaml': ('config', CONFIG),
    'actions.yaml': ('actions', ACTIONS),
    'charmcraft.yaml': ('metadata', {**METADATA, 'config': CONFIG, 'actions': ACTIONS}),
}


@pytest.mark.parametrize('kind', ('metadata', 'config', 'actions'))
def test_metadata_of_any_shape_is_refused_with_its_place_or_runs(fake_model, kind):
    draw = random.Random(f'metadata {kind}')
    document = {'metadata': METADATA, 'config': CONFIG, 'actions': ACTIONS}[kind]
    for _ in range(60):
        path, value = draw.choice(places(document)), draw.choice(WRONG)
        wrong = changed(document, path, value)
        meta = wrong if kind == 'metadata' else {**METADATA, kind: wrong}
        refused = attempt(fake_model, ops.CharmBase, meta=meta)
        assert refused is None or 'meta' in refused or 'name' in refused, (path, value)


@pytest.mark.parametrize('name', FILES)
def test_a_file_of_any_shape_is_refused_by_its_name_or_runs(fake_model, tmp_path, name):
    (tmp_path / 'src').mkdir()
    (tmp_path / 'src' / 'charm.py').write_text(CHARM)
    if name != 'charmcraft.yaml':
        (tmp_path / 'metadata.yaml').write_text(yaml.safe_dump(METADATA))
    draw = random.Random(f'files {name}')
    document = FILES[name][1]
    for _ in range(25):
        path, value = draw.choice(places(document)), draw.choice(WRONG)
        text = yaml.safe_dump(changed(document, path, value), allow_unicode=True)
        (tmp_path / name).write_text(draw.choice((text, text, text, text[: len(text) // 2], text + '\t: [')))
        refused = attempt(fake_model, str(tmp_path))
        assert refused is None or str(tmp_path / name) in refused or 'charmcraft.yaml' in refused, (path, value)


@pytest.mark.parametrize(
    ('files', 'sentence'),
    (
        ({'config.yaml': {'options': ['a']}}, "config.options in {root}/config.yaml must be a mapping, not ['a']"),
        (
            {'config.yaml': {'options': {'a': {'type': 'text'}}}},
            "config.options.a.type in {root}/config.yaml must be one of string, int, float, boolean, secret, not 'text'",
        ),
        (
            {'config.yaml': {'options': {'a': {'default': 'x'}}}},
            (
                'config.options.a in {root}/config.yaml cannot be read by ops: RuntimeError: Incorrectly formatted config in '
                'YAML, option a is expected to declare a `type`.'
            ),
        ),
        ({'actions.yaml': {'look': 5}}, 'actions.look in {root}/actions.yaml must be a mapping, not 5'),
        (
            {'actions.yaml': {'look': {'required': 'what'}}},
            "actions.look.required in {root}/actions.yaml must be a list of names, not 'what'",
        ),
        (
            {'metadata.yaml': {'name': 'web', 'requires': {'db': {'interface': 5}}}},
            'requires.db in {root}/metadata.yaml names no interface; write {{"interface": "..."}}',
        ),
        (
            {'metadata.yaml': {'name': 'web', 'storage': {'data': {}}}},
            "storage.data in {root}/metadata.yaml cannot be read by ops: KeyError: 'type'",
        ),
        (
            {'metadata.yaml': ['web']},
            "{root}/metadata.yaml must be a mapping of keys such as name and requires, not ['web']",
        ),
    ),
)
def test_the_file_and_the_place_are_named(fake_model, tmp_path, files, sentence):
    (tmp_path / 'src').mkdir()
    (tmp_path / 'src' / 'charm.py').write_text(CHARM)
    for name, document in {'metadata.yaml': METADATA, **files}.items():
        (tmp_path / name).write_text(yaml.safe_dump(document))
    assert attempt(fake_model, str(tmp_path)) == sentence.format(root=tmp_path)
