"""One hook as a transaction: the state that it reads, its pending changes, and their commit.

A hook command reads committed state plus this hook's own pending changes, and records its writes as pending. Changes
that Juju applies at once stay, whether the hook succeeds or fails: tracking and labels by ``secret-get``, statuses, the
workload version, logs. Source: juju 3.6: internal/worker/uniter/runner/context/context.go, Flush.
"""

from __future__ import annotations

from ..secrets.revisions import SecretAttributes
from .commit import CommitResult, commit, describe_pending
from .context import HookContext
from .pending import AccessInfo, OwnerKind, RelationInfo, SecretInfo

__all__ = [
    'AccessInfo',
    'CommitResult',
    'HookContext',
    'OwnerKind',
    'RelationInfo',
    'SecretAttributes',
    'SecretInfo',
    'commit',
    'describe_pending',
]
