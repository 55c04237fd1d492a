"""Several commands for one secret in one hook, none of which undoes another."""

import ops

META = {
    'name': 'db',
    'provides': {'database': {'interface': 'x'}},
    'actions': {'twice': {}, 'same': {}, 'replace': {}, 'grant': {}, 'end': {}},
}


class Db(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._add)
        for action in ('twice', 'same', 'replace', 'grant', 'end'):
            framework.observe(self.on[action].action, getattr(self, f'_{action}'))
        framework.observe(self.on.secret_remove, self._prune)

    def _add(self, event):
        secret = self.app.add_secret({'password': 'Pq7-1-Zk2m'}, label='password')
        secret.set_content({'password': 'Pq7-one-Zk2m'})
        secret.set_info(description='of the database')

    def _secret(self):
        return self.model.get_secret(label='password')

    def _twice(self, event):
        secret = self._secret()
        secret.set_content({'password': 'Pq7-2-Zk2m'})
        secret.set_content({'password': 'Pq7-3-Zk2m'})
        secret.get_content(refresh=True)

    def _same(self, event):
        """Sets the present content, and prunes what is left of older days."""
        secret = self._secret()
        secret.set_content(secret.peek_content())
        secret.set_info(description='as before')

    def _replace(self, event):
        """Changes the secret for the last time, and ends it."""
        secret = self._secret()
        secret.set_content({'password': 'Pq7-last-Zk2m'})
        secret.remove_all_revisions()

    def _grant(self, event):
        for relation in self.model.relations['database']:
            secret = self._secret()
            secret.grant(relation)
            secret.set_info(description=f'for {relation.app.name}')

    def _end(self, event):
        """Takes the grants back, and removes the secret."""
        secret = self._secret()
        for relation in self.model.relations['database']:
            secret.revoke(relation)
        secret.remove_all_revisions()

    def _prune(self, event):
        event.remove_revision()


def played(model, *actions):
    model.deploy(Db, meta=META)
    model.deploy_puppet('web', requires={'database': 'x'})
    model.integrate('web', 'db')
    model.settle()
    for action in actions:
        model.run('db/0', action)
        model.settle()


def test_content_that_is_set_twice(fake_model):
    played(fake_model, 'twice')


def test_content_that_is_set_as_it_was(fake_model):
    played(fake_model, 'same')


def test_a_secret_that_is_changed_and_removed(fake_model):
    played(fake_model, 'replace')


def test_grants_that_are_taken_back_at_the_end(fake_model):
    played(fake_model, 'grant', 'end')
