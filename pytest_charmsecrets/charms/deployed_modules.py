"""Make modules of deployed charm directories importable and patchable by name in a test.

``import charm`` in a test, and ``mock.patch('charm.X')``, reach the module that hooks run. This holds from the deployment
on, as long as only one charm of the controller that deployed last has a module of that name, and the name finds no other
file. A test may have imported the charm's file before the deployment, for instance to get its class. That ordinary module
is put aside until the model is closed.
"""

from __future__ import annotations

import itertools
import os
import sys
import weakref
from collections.abc import Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from .modules import is_any_active, locations_of

if TYPE_CHECKING:
    from .source import CharmSource

_MISSING: Final = object()


class Deployment:
    """One deployed charm, with the version of it that was loaded last.

    Args:
        controller: The state that the charms of one controller share.
    """

    def __init__(self, controller: object) -> None:
        self.controller: Final = controller
        self.number = 0
        """A later deployment has a higher number."""
        self._source: CharmSource | None = None
        self._top_level: frozenset[str] = frozenset()
        self._places: tuple[str, ...] = ()

    def use(self, source: CharmSource) -> None:
        """Use a charm, or another version of it."""
        self._source = source
        self.number = next(_numbers)
        if source.modules is None:
            # The modules of a class are ordinary ones; another charm's must not come in their place.
            self._top_level = frozenset((str(getattr(source.charm_class, '__module__', '')).partition('.')[0],))
        else:
            self._top_level = frozenset(source.modules.names)
            self._places = tuple(f'{source.root}{os.sep}{name}{os.sep}' for name in ('src', 'lib'))
        _deployments.add(self)
        _rearrange()

    def retire(self) -> None:
        """Put the ordinary modules back under their names."""
        if self in _deployments:
            _deployments.discard(self)
            _rearrange()

    @property
    def names_of_directory(self) -> frozenset[str]:
        """The names of its modules and packages; none for a class."""
        return self._top_level if self._places else frozenset()

    def has_name(self, name: str) -> bool:
        """Whether the first part of a module's name is one of its modules or packages."""
        return name.partition('.')[0] in self._top_level

    def holds(self, locations: Sequence[str]) -> bool:
        """Whether files, or the directories of a package without one, are all the charm's."""
        return bool(locations) and all(f'{one}{os.sep}'.startswith(self._places) for one in locations)

    def finds(self, name: str) -> bool:
        """Whether it has a module."""
        if not self._places:
            return False
        parts = name.split('.')[:-1]
        spec = PathFinder.find_spec(name, [os.path.join(place, *parts) for place in self._places])  # noqa: PTH118 - texts
        return spec is not None and self.holds(_locations_of_spec(spec))

    def loaded(self, name: str) -> ModuleType | None:
        """Return a module of it, if that is loaded."""
        modules = self._source and self._source.modules
        return modules.loaded(name) if modules else None

    def module(self, name: str) -> ModuleType:
        """Return a module of it, which exists."""
        assert self._source is not None
        return self._source.module(name)


_numbers: Final = itertools.count()
_deployments: Final[weakref.WeakSet[Deployment]] = weakref.WeakSet()
_aside: Final[dict[str, ModuleType]] = {}
"""Ordinary modules that a charm's modules replace for now."""
_given: Final[dict[str, ModuleType]] = {}
"""The modules of charms that have been imported by a test, or are in the place of ordinary ones."""
_attributes: Final[list[tuple[ModuleType, str, Any]]] = []
"""Attributes of packages that were changed: their former values, oldest first."""


def _find_only(name: str) -> Deployment | None:
    """Return the one deployed charm that has a module or package of a name."""
    found = sorted((one for one in _deployments if one.has_name(name)), key=lambda one: -one.number)
    return found[0] if found and all(one.controller is not found[0].controller for one in found[1:]) else None


def _rearrange() -> None:
    """Put aside the ordinary modules that are the files of a deployed charm, and no others."""
    _give_back()
    top_level = {name for deployment in _deployments for name in deployment.names_of_directory}
    if not top_level:
        return
    for name in sorted(name for name in sys.modules if name.partition('.')[0] in top_level):
        deployment, module = _find_only(name), sys.modules[name]
        if deployment is not None and deployment.holds(locations_of(module)):
            _aside[name] = module
            loaded = deployment.loaded(name)
            if loaded is None:
                del sys.modules[name]
                _note_attribute(name)
            else:
                _give(name, loaded)
    sys.meta_path.insert(0, _FINDER)


def _give(name: str, module: ModuleType) -> None:
    sys.modules[name] = _given[name] = module
    if (parent := _note_attribute(name)) is not None:
        setattr(parent, name.rpartition('.')[2], module)


def _note_attribute(name: str) -> ModuleType | None:
    """Take away the attribute of a module in an ordinary package, which is returned; the packages of a charm keep theirs."""
    above, _, child = name.rpartition('.')
    parent = sys.modules.get(above)
    if parent is None or above in _given:
        return None
    before = vars(parent).get(child, _MISSING)
    _attributes.append((parent, child, before))
    if before is not _MISSING:
        delattr(parent, child)
    return parent


def _give_back() -> None:
    if _FINDER in sys.meta_path:
        sys.meta_path.remove(_FINDER)
    for name, module in _given.items():
        if sys.modules.get(name) is module:
            del sys.modules[name]
    for parent, child, before in reversed(_attributes):
        if before is not _MISSING:
            setattr(parent, child, before)
        elif child in vars(parent):
            delattr(parent, child)
    for name, module in _aside.items():
        sys.modules.setdefault(name, module)
    for kept in (_given, _attributes, _aside):
        kept.clear()


class _Finder:
    """Finds the running modules of charms for an import while no charm runs."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if target is not None or is_any_active():
            return None
        deployment = _find_only(fullname)
        if deployment is None or not deployment.finds(fullname):
            return None
        ordinary = PathFinder.find_spec(fullname, path)
        if ordinary is not None and not deployment.holds(_locations_of_spec(ordinary)):
            return None
        return ModuleSpec(fullname, _Loader(deployment.module(fullname)))


class _Loader(Loader):
    """Gives a module that is loaded already to the machinery of imports, which has made an empty one."""

    def __init__(self, module: ModuleType) -> None:
        self._module: Final = module

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:  # noqa: ARG002
        return None

    def exec_module(self, module: ModuleType) -> None:
        _give(module.__name__, self._module)


_FINDER: Final[Any] = _Finder()


def _locations_of_spec(spec: ModuleSpec) -> Sequence[str]:
    if spec.has_location and spec.origin is not None:
        return (spec.origin,)
    return tuple(spec.submodule_search_locations or ())
