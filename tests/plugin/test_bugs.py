"""The summary of a session names known bugs of Juju that its tests would have met."""

from __future__ import annotations

import pytest

TESTS = """
import pytest

def rotate(model):
    db = model.deploy_puppet('db')
    model.settle()
    with db.leader.hook() as hook:
        hook.add_secret({'password': 'one'}, rotate='hourly', owner='unit')
    model.advance(hours=1)

@pytest.mark.parametrize('number', range(7))
def test_rotates(fake_model, number):
    rotate(fake_model)

def test_nothing(fake_model):
    pass

def test_fails(fake_model_factory):
    rotate(fake_model_factory(seed=1))
    assert False

def test_by_marker_and_version(fake_model_factory):
    rotate(fake_model_factory(juju_version='4.0.14'))
"""
HEAD = '*charmsecrets: behaviour that the Juju release, as shipped, does not have*'


@pytest.fixture
def run(pytester):
    pytester.makepyfile(test_it=TESTS)
    return lambda *arguments: pytester.runpytest(*arguments)


def test_the_summary_names_the_tests_that_rely_on_it(run):
    result = run()
    result.assert_outcomes(passed=9, failed=1)
    named = ', '.join(f'test_it.py::test_rotates[[]{number}[]]' for number in range(5))
    result.stdout.fnmatch_lines(
        [HEAD, f'unit_rotation_refused: {named} and 3 more', 'run with --charmsecrets-juju-bug=as-shipped*']
    )


def test_a_test_that_fails_is_named_as_well(run):
    result = run('-k', 'fails')
    result.assert_outcomes(failed=1, deselected=9)
    result.stdout.fnmatch_lines([HEAD, 'unit_rotation_refused: test_it.py::test_fails'])


@pytest.mark.parametrize('arguments', (['-k', 'nothing or version'], ['--charmsecrets-juju-bug=as-shipped']))
def test_there_is_none_where_no_test_does(run, arguments):
    run(*arguments).stdout.no_fnmatch_line(HEAD)


def test_workers_of_xdist_tell(pytester):
    pytest.importorskip('xdist')
    pytester.makepyfile(test_it=TESTS)
    result = pytester.runpytest('-n1', '-k', 'rotates and 3', '-p', 'xdist')
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([HEAD, 'unit_rotation_refused: test_it.py::test_rotates[[]3[]]'])
