"""Two charms share a password, and it is rotated: prints what happened, hook by hook."""

from __future__ import annotations

import pathlib

from pytest_charmsecrets import FakeModel
from pytest_charmsecrets.report.text import render_journal

CHARMS = pathlib.Path(__file__).parent / 'charms'


def main() -> None:
    with FakeModel() as model:
        model.deploy(CHARMS / 'password-database', 'db')
        model.deploy(CHARMS / 'password-web', 'web', num_units=2)
        model.integrate('db:database', 'web:database')
        model.settle()

        model.config('web', {'pinned-units': '1'})  # web/1 refuses to update
        model.settle()
        model.advance_to_next('secret-rotate')  # web/0 moves on; revision 1 stays in use

        model.config('web', {'pinned-units': ''})  # web/1 catches up; nobody uses revision 1 any more
        model.settle()

        print(render_journal(model.journal, reads=False))
        print()
        print(model.secret(owner='db', label='password'))


if __name__ == '__main__':
    main()
