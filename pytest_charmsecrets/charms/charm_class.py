"""A charm class that can be started many times in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ops


class CharmClass:
    """A charm class for many runs.

    Starting a charm defines events on the class of its ``on``, which a second start in the same process would find
    there; so each run gets a fresh ``on``, on a subclass that bears the charm's name.
    """

    def __init__(self, charm_class: type[ops.CharmBase]) -> None:
        self._charm_class = _subclass(charm_class)
        self._events_class = type(charm_class.on)

    def fresh(self) -> type[ops.CharmBase]:
        """Return the class for one run."""
        self._charm_class.on = _subclass(self._events_class)()
        return self._charm_class


def _subclass(parent: type[Any]) -> type[Any]:
    namespace = {'__module__': parent.__module__, '__qualname__': parent.__qualname__, '__doc__': parent.__doc__}
    metaclass: Any = type(parent)
    return metaclass(parent.__name__, (parent,), namespace)
