"""The life of a secret: two charms share a password, and it is rotated. Prints each step, with the hooks that took it."""

from __future__ import annotations

import pathlib
from collections.abc import Iterable

from pytest_charmsecrets import FakeModel, HookRun

CHARMS = pathlib.Path(__file__).parent / 'charms'
DONE = {
    'secret-add': 'added revision 1',
    'secret-grant': 'granted it to {0.subject}',
    'secret-get': 'tracks revision {0.revision}',
    'secret-set': 'added revision {0.revision}',
    'secret-remove': 'removed revision {0.revision}',
}


def tell(sentence: str, hooks: Iterable[HookRun], application: str) -> None:
    """Print what happened, and the hooks of an application that have to do with secrets."""
    print(f'\n{sentence}')
    for hook in hooks:
        done = [effect for effect in (*hook.kept, *hook.committed) if effect.kind in DONE]
        if hook.unit.startswith(application) and (done or hook.secret):
            text = ', '.join(DONE[effect.kind].format(effect) for effect in done)
            print(
                f'   {hook.time:%Y-%m-%d}  {hook.unit:<6} {hook.hook:<26} {text or "keeps the revision that it tracks"}'
            )


def main() -> None:
    print('Two charms of examples/charms: db owns a password, two units of web read it. The time is virtual.')
    with FakeModel() as model:
        model.deploy(CHARMS / 'password-database', 'db')
        model.deploy(CHARMS / 'password-web', 'web', num_units=2)
        relation = model.integrate('db:database', 'web:database')
        ran = model.settle()
        secret = model.secret(owner='db')
        tell('1. The leader of db adds a secret, grants it to web, and puts its id into the relation.', ran, 'db')
        tell('2. Each unit of web reads it, and from then on tracks the revision that it got.', ran, 'web')

        model.config('web', {'pinned-units': '1'})
        model.settle()
        ran = model.advance(days=31)
        tell('3. A month later Juju runs secret-rotate in the leader of db, and the charm adds a revision.', ran, 'db')
        tell('4. Juju notifies web. web/0 refreshes; web/1, which its config pins, does not.', ran, 'web')
        print(f'   {secret}')

        model.config('web', {'pinned-units': ''})
        ran = model.settle()
        tell('5. The user takes the pin away, and web/1 refreshes. Nobody tracks revision 1 any more.', ran, 'web')
        tell('6. Juju runs secret-remove in the leader of db, and the charm removes the revision.', ran, 'db')
        print(f'   {secret}')

        readers = ', '.join(secret.readers)
        model.remove_relation(*relation.endpoints)
        tell('7. The user removes the relation, and the grant ends with it.', model.settle(), 'web')
        print(f'   may read it before: {readers}; after: {", ".join(secret.readers)}')


if __name__ == '__main__':
    main()
