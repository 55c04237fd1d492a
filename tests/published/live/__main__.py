"""Runs the tests that ops publishes for a live controller, on a fake one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import pytest

HERE: Final = Path(__file__).parent
HOME: Final = HERE.parents[2] / '.published'
SUITES: Final = ('test/integration/test_secrets.py', 'test/integration/test_relation.py')


def main(*arguments: str) -> int:
    """Run the suites, with further arguments for pytest; returns the exit code."""
    sys.path.append(str(HERE.parent))
    from fetch import fetch

    fetched = fetch(HOME)
    # Its own conftest builds charms and brings up a model; pytest-jubilant has a fixture named juju, too.
    own = ('--noconftest', '-p', 'no:pytest-jubilant', '-p', 'on_fake_juju')
    # The tests of a module build on each other.
    in_order = ('-p', 'no:randomly', '-p', 'no:xdist')
    suites = [str(fetched / suite) for suite in SUITES]
    return pytest.main(
        ['-q', '-c', str(HERE / 'pytest.ini'), '--rootdir', str(fetched), *own, *in_order, *suites, *arguments]
    )


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
