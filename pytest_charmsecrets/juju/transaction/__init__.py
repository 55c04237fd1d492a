"""One hook as a transaction: what it reads, what is pending, what is applied when it ends.

A hook command reads committed state plus this hook's own pending changes, and records its writes as pending. What Juju
applies at once stays, whatever becomes of the hook: tracking and labels by ``secret-get``, statuses, the workload
version, logs. Source: spec/hook-commands.md, sections 5 to 8.
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
