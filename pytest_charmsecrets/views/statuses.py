"""Statuses as charms set them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..juju.state import Status

if TYPE_CHECKING:
    import ops


def as_ops_status(status: Status) -> ops.StatusBase:
    """Return a status as the object that charms set it with; that of a unit that has run ``remove`` has none."""
    import ops

    if status.name in ('unknown', 'terminated'):
        return ops.UnknownStatus()
    if status.name == 'error':
        return ops.ErrorStatus(status.message)
    return ops.StatusBase.from_name(status.name, status.message)
