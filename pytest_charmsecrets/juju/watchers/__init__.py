"""The watchers of a unit: they carry writes to the model into the snapshot of the unit's agent.

There is a watcher per kind of change. Each coalesces: it holds the names of the documents that were written (``routing``)
and reads them when it delivers (``deliver_...``), so that several writes are delivered once, with the latest value.

- ``unit_watchers``: the state of one unit's watchers
- ``routing``: which units a written document concerns
- ``delivery``: delivering everything at once; the start of a unit's watchers
- ``unit``: life, config, charm, leadership, pod, storage
- ``relations``: relations
- ``consumed``: secrets that the unit reads
- ``owned``: secrets that the unit owns or, while its agent believes that it leads, its application

Juju 3.6: internal/worker/uniter/remotestate/watcher.go; state/secrets.go, the ...Watcher types.
"""
