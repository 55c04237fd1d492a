"""`make demo` fits on one screen, and tells each step of a secret's life."""

from __future__ import annotations

import pathlib
import runpy

DEMO = pathlib.Path(__file__).parents[2] / 'examples' / 'demo.py'


def test_the_demo_fits_on_one_screen_and_tells_each_step(capsys):
    runpy.run_path(str(DEMO), run_name='__main__')
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100
    steps = [line[0] for line in lines if line[:1].isdigit()]
    assert steps == list('1234567')
    for hook in ('leader-elected', 'database-relation-changed', 'secret-rotate', 'secret-changed', 'secret-remove'):
        assert any(hook in line.split() for line in lines)
    assert lines[-1].endswith('after: db/0')
