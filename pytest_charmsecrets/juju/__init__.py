"""The fake Juju: pure Python that imports neither pytest nor ops, reads no wall clock, and does no I/O.

Theory of operation
===================

Juju sends no events. A unit runs a hook because two states differ. There are three states:

* The **model** (``world.py``: World) is the truth: applications, units, relations, secrets, leaders. It stands for the
  controller's database.
* The **remote snapshot** (``agent_state.py``: Snapshot), one per unit, is the model as the watchers of that unit's
  agent have delivered it. It may lag behind the model.
* The **local state** (``agent_state.py``: LocalState), one per unit, records the hooks that the unit has run. It survives a restart of
  the agent.

The next operation of a unit is a pure function of snapshot and local state (``agent.py``: next_operation). There is no queue
of events. Two writes of a relation before a delivery cause one relation-changed. A hook that fails is still due. A
secret that is removed before the snapshot shows its new revision causes no secret-changed.

An agent keeps the hooks of each relation and secret (``differences.py``: Differences), and works them out again where an entry
of one of the two states was written; ``Noted`` (``noted.py``) tells which. The kept hooks equal those that a fresh comparison finds.

The cycle: an operation or a hook writes to the model and notes the document in its change log (``change_log.py``). ``watchers/routing.py``
hands the changes to the watchers of the units concerned. Watchers deliver into the snapshot; workers do so when a time
has come. The agent follows the snapshot without a hook (``agent.follow_snapshot``: it resigns leadership, enters and
leaves relations), or has a next operation. ``scheduler.py`` picks the unit whose turn it is; the engine runs its hook;
the hook's transaction writes to the model; the local state notes the hook. This repeats until no unit has a next
operation.

There are **two ways of delivering**. In the fixed order (order zero) the removal job runs, every watcher and worker
delivers all that it holds at once (``watchers/delivery.py``), differences between models are carried, and one unit runs one
hook. In any other order, steps are chosen one at a time from those that are possible in all models of the controller
(``steps.py``, ``order.py``): deliver one document, fire one worker, run the removal job, carry one difference, or run
one hook. So in the fixed order a unit never knows only half of a change; in any other order it may. Both end where nothing is left
to deliver or to run. ``Scheduler.deliver_all`` delivers everything at once in either.

Who may change what
===================

* The model: client operations (``operations.py``, ``offers.py``, ``user_secrets.py``), a hook's transaction, the
  removal job (``secrets/removal.py``), the carrier between models, the engine (statuses around a hook, storages that
  the charm's runner holds), and agents in the changes that Juju's agents make without a hook (scopes, subordinates, the end of a
  dying unit). They do so through ``lifecycle.py``, ``relations.py`` and ``secrets/``, which hold the rules and note
  every written document that a watcher reads.
* A snapshot: ``watchers/`` and ``steps.py``, which deliver. ``agent.py`` only drops entries that a hook has used up:
  requests, due rotations and expirations, removed secrets. The scheduler withdraws requests.
* A local state: ``agent.py``, after a hook and while it follows the snapshot. Exceptions: ``may_retry`` is set by
  the code that allows a retry, ``broken`` by the engine where a bug of Juju stops the agent permanently, and
  ``watchers/consumed.py`` (mask_known_revisions) rewrites the reported revisions of an agent that starts.
* The journal: client operations, hook execution, the runtime (a model at rest), and the scheduler (hooks that became due
  or lapsed, the time that passed). It is append-only, and no rule reads it. Beside its records it holds facts
  (``facts.py``), which the code that makes a change notes at its one place, with the time and the actor; a commit that
  is rolled back removes its facts. Histories (``history.py``) are made of facts alone.

**Causes.** The ``Chronicle`` of the controller (``journal.py``) knows the current actor: an operation, a hook, or the time
that passes. Every change carries its actor to the units that it concerns, and the writer of each document is kept
(``change_log.py``). A unit that takes notice of a change acts for the actor that caused the change. When a hook becomes due
(``announcements.py``), its causes are the writers of the documents that it is about (``due_causes.py``).

A hook is a **transaction** (``transaction/``): hook commands read committed state plus the hook's pending writes;
success commits these in the order of the Juju release, failure discards them. Exceptions take effect at once and stay:
tracking and labels by ``secret-get``, statuses, the workload version, ``juju-reboot``.

A **query changes nothing**: it delivers nothing, writes nothing and draws nothing. ``Scheduler.due`` and
``next_deadline`` answer as if everything had been delivered; they deliver on a copy of all models if anything waits.
``agent.hooks_due`` runs hooks on copies of both states. Two functions look like queries and belong to verbs:
``steps.deliveries`` first makes the deliveries that do not change the snapshot, and ``Agents.agent`` first starts the agents of
new units.

Versions: rules ask the named switches of a Profile (``versions/``), never a version number.

Glossary
========

announcement: the journal's record that a hook of a unit is due.
carry: one difference between two models' sides of a relation, or a new revision of a secret, to copy to the other
  model.
cause: an operation, a hook or a moment of time that wrote what makes a hook due.
change: one document that was written; it names the document and holds no content.
consumer: Juju's word for an observer, a unit that has read a secret it may not own. Its consumer record holds the
  tracked revision, the latest revision that it was notified of, and its label.
delivery: a watcher or worker moves one thing into a snapshot.
departure: a choice that differs from the fixed order.
due: said of a hook whose cause is in the snapshot, and of a time that has come.
expiry: the time at which a revision expires. expiration: a revision that has reached it.
fact: one change that histories show, such as that a unit tracks another revision.
group, lane: the hooks that one resolver of Juju offers; hooks in a fixed order within a group.
local state, snapshot, world: the three states, see above. ``unit`` is mostly a unit's name, such as ``web/0``.
obsolete: said of a revision that no consumer tracks and that is not the latest.
operation: as in ``next_operation`` a hook, action or ``juju exec`` that a unit runs; as in ``operations.py`` a user's.
owner: the unit, application or model (for user secrets) that owns a secret.
pick: the step in which a unit runs one particular hook.
request: a hook that no difference causes: an action, ``juju exec``, update-status, a Pebble notice or check.
rotation: the time at which a secret is to be rotated. due rotation: a secret that has reached it.
step: one thing that can happen next in an order that is not fixed.
turn: what the scheduler returns: one unit is to run one hook.
watcher: holds the changed documents of one kind for one unit until it delivers them.
worker: waits for times, such as rotation times, and fires those that are due.
"""
