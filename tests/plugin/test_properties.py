"""JUnit XML has the journal and how to repeat a test as properties of its test case."""

from __future__ import annotations

import xml.etree.ElementTree as ET

RACE = """
    seen = []

    def test_it(fake_model):
        seen.append(fake_model.order.given)
        fake_model.add_secret('key', {'password': 'hunter22'})
        print('hunter22')
        assert seen[-1] == 0, 'hunter22'
"""


def properties_of(pytester, *options):
    result = pytester.runpytest('-p', 'no:randomly', '--junitxml=junit.xml', *options)
    text = (pytester.path / 'junit.xml').read_text()
    assert 'hunter22' not in text
    (case,) = ET.fromstring(text).iter('testcase')
    return result, [(one.get('name'), one.get('value')) for one in case.iter('property')]


def test_a_failure_has_them_and_a_test_that_passes_has_none(pytester):
    pytester.makepyfile(RACE)
    result, found = properties_of(pytester, '--charmsecrets-order=1')
    result.assert_outcomes(failed=1)
    (journal, repeat) = found
    assert journal[0] == 'charmsecrets_journal'
    assert 'user  add-secret key password=<redacted>' in journal[1]
    assert repeat[0] == 'charmsecrets_to_repeat'
    assert repeat[1].startswith('--charmsecrets-juju-version=3.6.14 --charmsecrets-seed=0 --charmsecrets-order=1\n')
    result, found = properties_of(pytester)
    result.assert_outcomes(passed=1)
    assert found == []


def test_a_race_has_those_of_the_run_that_is_shown(pytester):
    pytester.makepyfile(RACE)
    result, found = properties_of(pytester, '--charmsecrets-orders=3')
    result.assert_outcomes(failed=1)
    assert [name for name, _ in found] == ['charmsecrets_journal', 'charmsecrets_to_repeat']


def test_a_failure_that_does_not_come_again_has_those_of_the_run_in_which_it_did(pytester):
    pytester.makepyfile(RACE.replace('seen[-1] == 0', 'len(seen) != 2'))
    result, found = properties_of(pytester, '--charmsecrets-orders=3')
    result.assert_outcomes(failed=1)
    assert [name for name, _ in found] == ['charmsecrets_journal', 'charmsecrets_to_repeat']
    result.stdout.fnmatch_lines(['*- charmsecrets: journal -*'])
    result.stdout.no_fnmatch_line('*hunter22*')


def test_models_of_one_controller_have_one_each(pytester):
    pytester.makepyfile("""
        def test_it(fake_model):
            fake_model.deploy_puppet('web')
            fake_model.controller.add_model('databases').deploy_puppet('db')
            assert False
    """)
    _, found = properties_of(pytester)
    names = [name for name, _ in found]
    assert names == ['charmsecrets_journal_of_fake', 'charmsecrets_journal_of_databases', 'charmsecrets_to_repeat']
