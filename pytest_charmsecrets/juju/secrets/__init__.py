"""Secrets: their documents, and every rule about them.

Every rule that changes a secret writes to the :class:`SecretStore` and notes the written documents for the watchers.
Source: juju 3.6: state/secrets.go; each module names the functions.

- ``entities``: the documents: secrets, revisions, consumers, permissions
- ``labels``: the labels that owners and observers may use
- ``access``: who may read and manage a secret; grants
- ``revisions``: creating and updating; which revisions are obsolete
- ``consumption``: the revisions that units track
- ``rotation``: when a secret is due for rotation
- ``removal``: the removal of revisions and secrets
- ``backends``: the secret backends that keep content
- ``wording``: the texts of Juju's refusals
"""
