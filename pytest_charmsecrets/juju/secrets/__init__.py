"""Secrets: what they are, and every rule about them.

Every rule that changes a secret takes the :class:`SecretStore` and notes what it wrote, so that watchers find out.
Sources: spec/model-semantics.md; juju 3.6: state/secrets.go.

- ``entities``: the documents: secrets, revisions, consumers, permissions
- ``labels``: which labels may be used, and by whom
- ``access``: who may read and manage; grants
- ``revisions``: creating and updating; which revisions are obsolete
- ``consumption``: who tracks which revision
- ``rotation``: when a secret is due
- ``removal``: what goes, and when
- ``backends``: where content is kept
- ``wording``: how Juju refuses
"""
