"""A charm that iterates over sets and dicts of ops' objects, run in a process of its own: prints in which order."""

from __future__ import annotations

import ops

from pytest_charmsecrets import FakeModel

from .charms import charm, meta

STORAGE = {'data': {'type': 'filesystem', 'multiple': {'range': '5-9'}}}
CONTAINERS = {name: {} for name in ('alpha', 'beta', 'gamma', 'delta')}
SECRETS = 9


def install(self: ops.CharmBase, _: ops.EventBase) -> None:
    for number in range(SECRETS):
        self.app.add_secret({'key': str(number)}, label=f'label-{number}')


def look(self: ops.CharmBase, _: ops.EventBase) -> None:
    relations = self.model.relations['peer-of']
    secrets = [self.model.get_secret(label=f'label-{number}') for number in range(SECRETS)]
    by_secret = {secret: f'{number}' for number, secret in enumerate(secrets)}
    seen = set(secrets)
    for secret in secrets:
        secret.get_info()  # after which ops knows its id
    assert all(secret in seen for secret in secrets)
    orders = {
        'applications': [app.name for app in {relation.app for relation in relations}],
        'relations': [relation.id for relation in set(relations)],
        'units': [unit.name for unit in set().union(*(relation.units for relation in relations))],
        'keys of data': [key.name for relation in relations for key in set(relation.data)],
        'secrets': [by_secret[secret] for secret in seen],
        'storages': [storage.index for storage in set(self.model.storages['data'])],
        'containers': [container.name for container in set(self.unit.containers.values())],
        'bindings': [binding.name for binding in {self.model.get_binding(relation) for relation in relations}],
    }
    self.unit.status = ops.ActiveStatus(str(orders))


def run() -> str:
    """Return in which orders the charm saw its objects, in two hooks."""
    sections = {'requires': {'peer-of': 'any'}, 'storage': STORAGE, 'containers': CONTAINERS}
    with FakeModel() as model:
        app = model.deploy(charm(install=install, update_status=look), meta=meta(**sections))
        for number in range(9):
            model.deploy_puppet(f'other{number}', provides={'all': 'any'}, num_units=2)
            model.integrate('app:peer-of', f'other{number}:all')
        model.settle()
        seen = []
        for _ in range(2):
            model.update_status('app/0')
            seen.append(app.units[0].workload_status.message)
    assert seen[0] == seen[1]
    return seen[0]


if __name__ == '__main__':
    print(run())  # noqa: T201
