"""Where an application's charm comes from: a charm class, a charm directory, or a packed charm.

A class keeps its ordinary modules. The modules of a directory are private to it (``modules.py``), so two charms that
both have ``src/charm.py`` live side by side. Metadata is the content of charmcraft.yaml, or the three older files; for a
class they are looked for where ops.testing looks: two directories above the file of the class.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import os
import re
import reprlib
import shutil
import weakref
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import yaml

from ..errors import UsageError
from ..juju.identity import is_application_name
from ..juju.state import CharmMetadata
from .metadata import Where, nowhere, read_metadata
from .metadata_for_ops import check_ops_reads
from .modules import ModuleTable
from .packing import list_files, unpack_charm
from .shadowing import check_shadows_nothing_of_ops
from .temporary import make_directory
from .unit_directory import CharmFiles
from .virtual_time import stand_ins

if TYPE_CHECKING:
    import ops

    from .guard.watch import Guard

Document: TypeAlias = 'dict[str, Any]'
"""The contents of a YAML file of a charm."""

Charm: TypeAlias = 'type[ops.CharmBase] | str | os.PathLike[str]'
"""A charm class, or the path of a charm directory or of a packed charm."""

Surroundings: TypeAlias = 'Callable[[CharmSource], AbstractContextManager[Path | None]]'
"""Makes, for a charm that is about to be loaded, what its code finds around it; its value is the charm directory."""

_MAX_YAML_BYTES: Final = 1 << 20
_MODULE: Final = 'src/charm.py'
_PROGRAMS: Final = ('dispatch', 'hooks')


class _Unpacked:
    """A directory that is removed with the last charm that uses it, at the latest."""

    def __init__(self) -> None:
        self.root: Final = make_directory()
        self.remove: Final = weakref.finalize(self, shutil.rmtree, self.root, ignore_errors=True)


@dataclasses.dataclass(frozen=True)
class CharmSource:
    """A charm that can be deployed: its metadata, and the way to its code."""

    charm_class: type[ops.CharmBase] | None
    """None for files that are run, and not loaded into this process."""
    metadata: CharmMetadata
    meta: Document
    """The contents of metadata.yaml, as ``ops.testing.Context`` takes them."""
    config: Document | None
    actions: Document | None
    files: CharmFiles
    """The files that each unit gets."""
    root: Path | None = None
    """The directory that the charm's files are in; None for a class that has no metadata beside it."""
    modules: ModuleTable | None = None
    """The private modules of a charm directory; None for a class, and for files that are not loaded."""
    unpacked: _Unpacked | None = None
    """The temporary directory with the files of a packed charm."""
    guard: Guard | None = None
    """The guard that refuses calls of its modules while they are loaded; None for no guard."""

    @property
    def checkout(self) -> str | None:
        """The author's files of the charm, which no hook may change."""
        return None if self.root is None else str(self.root)

    def close(self) -> None:
        """Remove the files that were unpacked for it."""
        if self.unpacked is not None:
            self.unpacked.remove()

    def as_charmcraft(self) -> Document:
        """Return the metadata as charmcraft.yaml would hold it."""
        parts = {'config': self.config, 'actions': self.actions}
        return {**self.meta, **{key: part for key, part in parts.items() if part}}

    def module(self, name: str) -> ModuleType:
        """Return a module of a charm directory, such as ``charm``, for a test to patch.

        Raises:
            UsageError: if the charm is a class, or has no such module.
        """
        if self.charm_class is None:
            raise UsageError(
                f'the charm in {self.root} runs as a process, so none of its modules is loaded here to be patched; '
                "deploy it with runner='in-process', or put the programs that it calls on the PATH"
            )
        if self.modules is None:
            raise UsageError(
                f'{self.charm_class.__name__} was deployed as a class, so its modules are ordinary ones; '
                f'import {name} instead of asking the application for it'
            )
        try:
            with stand_ins():
                return self.watch_loading(functools.partial(self.modules.load, name))
        except ModuleNotFoundError as error:
            if error.name is None or not f'{name}.'.startswith(f'{error.name}.'):
                raise
            raise UsageError(f'the charm in {self.root} has no module {name!r}; look into its src and lib') from error

    def watch_loading(self, load: Callable[[], ModuleType], own: tuple[str, ...] = ()) -> ModuleType:
        """Load a module of the charm under its guard.

        Args:
            load: Loads it.
            own: The directories of the unit, which it may write to.

        Raises:
            UsageError: if its code touches this machine, and that is not allowed.
        """
        if self.guard is None:
            return load()
        watch = self.guard.watch(own, self.checkout)
        try:
            return watch.run(load)
        finally:
            if watch.refusals:
                raise UsageError(str(watch.refusals[0])) from watch.refusals[0]

    def active(self, charm_dir: Path | None = None) -> AbstractContextManager[None]:
        """Put the charm's own modules in place while its code runs in the directory of a unit."""
        return contextlib.nullcontext() if self.modules is None else self.modules.active(charm_dir)

    def write_metadata(self, root: Path) -> None:
        """Write the three files that a packed charm has its metadata in."""
        for name, text in self.files.metadata.items():
            (root / name).write_text(text, encoding='utf-8')


def load_source(
    charm: Charm,
    *,
    meta: Mapping[str, Any] | None = None,
    is_run_here: bool = True,
    surroundings: Surroundings | None = None,
    guard: Guard | None = None,
) -> CharmSource:
    """Find a charm's metadata and, for charms that run in this process, its class.

    Args:
        charm: A charm class, or the path of a charm directory or of a packed charm.
        meta: The contents of charmcraft.yaml as a dict, instead of the file.
        is_run_here: Whether the code of a charm directory is loaded into this process.
        surroundings: Context manager for the environment of that code.
        guard: Keeps that code from touching this machine.

    Raises:
        UsageError: if the charm does not exist, its metadata is missing or makes no sense, or its code touches this machine.
    """
    if isinstance(charm, type):
        return _load_class(charm, meta)
    if not isinstance(cast('object', charm), str | os.PathLike):
        raise UsageError(f'{charm!r} is no charm; give a subclass of ops.CharmBase, or the path of a charm directory')
    path = Path(charm).expanduser().resolve()
    if path.suffix == '.charm' and path.is_file():
        return _load_packed(path, meta, is_run_here=is_run_here, surroundings=surroundings, guard=guard)
    if not path.is_dir():
        what = 'packed charm' if path.suffix == '.charm' else 'directory'
        raise UsageError(f'there is no {what} {charm}; give the path of a charm directory, or a charm class')
    return _load_directory(path, meta, is_run_here=is_run_here, surroundings=surroundings, guard=guard)


def read_charm(charm: Charm) -> CharmMetadata:
    """Return a charm's metadata; the code of a directory is not run.

    Raises:
        UsageError: if the charm does not exist, or its metadata is missing or makes no sense.
    """
    source = load_source(charm, is_run_here=False)
    source.close()
    return source.metadata


def is_program(charm: Charm) -> bool:
    """Whether a charm has something to start, ``dispatch`` or ``hooks``, and no Python code that could be loaded."""
    if isinstance(charm, type) or not isinstance(cast('object', charm), str | os.PathLike):
        return False
    path = Path(charm).expanduser()
    if path.is_dir():
        return not (path / _MODULE).is_file() and any((path / name).exists() for name in _PROGRAMS)
    names = list_files(path) if path.suffix == '.charm' else ()
    return _MODULE not in names and any(name.partition('/')[0] in _PROGRAMS for name in names)


def _load_packed(
    archive: Path,
    meta: Mapping[str, Any] | None,
    *,
    is_run_here: bool,
    surroundings: Surroundings | None,
    guard: Guard | None,
) -> CharmSource:
    unpacked = _Unpacked()
    try:
        unpack_charm(archive, unpacked.root)
        source = _load_directory(unpacked.root, meta, is_run_here=is_run_here, surroundings=surroundings, guard=guard)
    except UsageError as error:
        unpacked.remove()
        raise UsageError(str(error).replace(str(unpacked.root), str(archive))) from error
    return dataclasses.replace(source, unpacked=unpacked)


def _load_class(charm_class: type[Any], meta: Mapping[str, Any] | None) -> CharmSource:
    import ops

    if not issubclass(charm_class, ops.CharmBase):
        raise UsageError(f'{charm_class.__name__} is not a charm: it must be a subclass of ops.CharmBase')
    root: Path | None = None
    where = nowhere
    document = None if meta is None else _checked_document(dict(meta), f'meta of {charm_class.__name__}')
    if document is None and (root := _root_of_class(charm_class)) is not None:
        document, where = _read_files(root)
    if document is None:
        raise UsageError(
            f'{charm_class.__name__} has no charmcraft.yaml or metadata.yaml beside it; '
            'give its content, as in deploy(..., meta={"name": "web", "requires": {...}})'
        )
    return _make_source(charm_class, document, root, where=where)


def _load_directory(
    root: Path,
    meta: Mapping[str, Any] | None,
    *,
    is_run_here: bool,
    surroundings: Surroundings | None,
    guard: Guard | None,
) -> CharmSource:
    where = nowhere
    if meta is None:
        document, where = _read_files(root)
    else:
        document = _checked_document(dict(meta), f'meta of {root}')
    if document is None:
        raise UsageError(f'{root} has no charmcraft.yaml or metadata.yaml; add one, or pass meta={{...}} to deploy()')
    has_program = any((root / name).exists() for name in _PROGRAMS)
    has_module = (root / _MODULE).is_file()
    if not is_run_here:
        if not has_program and not has_module:
            raise UsageError(f'{root} has neither dispatch, nor hooks, nor src/charm.py; is it a charm?')
        return _make_source(None, document, root, where=where)
    if not has_module:
        instead = "deploy it with runner='process'" if has_program else 'give the path of a charm directory'
        raise UsageError(f'{root} has no src/charm.py; {instead}')
    from .loading import load_charm_class

    modules = ModuleTable(root)
    check_shadows_nothing_of_ops(modules.top_level)
    # The charm reads its metadata while it is loaded. A charm without a name is named after its class.
    source = dataclasses.replace(_make_source(None, {'name': 'charm', **document}, root, modules, where), guard=guard)
    charm_class = load_charm_class(source, modules, surroundings(source) if surroundings is not None else None)
    if 'name' not in document:
        return dataclasses.replace(_make_source(charm_class, document, root, modules, where), guard=guard)
    return dataclasses.replace(source, charm_class=charm_class)


def _make_source(
    charm_class: type[ops.CharmBase] | None,
    document: Document,
    root: Path | None,
    modules: ModuleTable | None = None,
    where: Where = nowhere,
) -> CharmSource:
    if charm_class is not None:
        document.setdefault('name', _default_name(charm_class))
    metadata = read_metadata(document, where)
    if charm_class is not None or modules is not None:
        check_ops_reads(document, where)
    meta = {key: value for key, value in document.items() if key not in ('config', 'actions')}
    config, actions = document.get('config'), document.get('actions')
    return CharmSource(
        charm_class=charm_class,
        metadata=metadata,
        meta=meta,
        config=config,
        actions=actions,
        # A packed charm has its metadata in three files.
        files=CharmFiles(root, {'metadata.yaml': meta, 'config.yaml': config, 'actions.yaml': actions}),
        root=root,
        modules=modules,
    )


def _default_name(charm_class: type[Any]) -> str:
    """Return ``database-charm`` for ``DatabaseCharm``."""
    words = re.findall(r'[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[0-9]+', charm_class.__name__)
    name = '-'.join(words).lower()
    return name if is_application_name(name) else 'charm'


def _root_of_class(charm_class: type[Any]) -> Path | None:
    try:
        return Path(inspect.getfile(charm_class)).resolve().parent.parent
    except (OSError, TypeError):
        return None


def _read_files(root: Path) -> tuple[Document | None, Where]:
    """Return the content of charmcraft.yaml, from it or from the three older files, and which of them holds a place of it.

    Without any of them there is no document.
    """
    unified, metadata = root / 'charmcraft.yaml', root / 'metadata.yaml'
    document = _read_yaml(unified)
    if document and 'name' in document:
        return document, lambda _: str(unified)
    document = _read_yaml(metadata)
    if document is None:
        return None, nowhere
    parts = {key: root / f'{key}.yaml' for key in ('config', 'actions')}
    for key, path in parts.items():
        part = _read_yaml(path)
        if part is not None:
            document[key] = part
    return document, lambda place: str(parts.get(place.partition('.')[0], metadata))


def _read_yaml(path: Path) -> Document | None:
    if not path.exists():
        return None
    if not path.is_file() or path.stat().st_size > _MAX_YAML_BYTES:
        raise UsageError(f'{path} is no file of at most {_MAX_YAML_BYTES >> 20} MiB, as the metadata of a charm is')
    try:
        document: object = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (yaml.YAMLError, ValueError) as error:
        raise UsageError(f'{path} is not valid YAML: {" ".join(str(error).split())}') from error
    except RecursionError:
        raise UsageError(f'{path} is not valid YAML: it is nested too deeply') from None
    return _checked_document({} if document is None else document, str(path))


def _checked_document(document: object, where: str) -> Document:
    if not isinstance(document, dict):
        raise UsageError(f'{where} must be a mapping of keys such as name and requires, not {reprlib.repr(document)}')
    known = cast('Document', document)
    if known.get('extensions'):
        raise UsageError(
            f'{where} uses charmcraft extensions, which are not expanded here; '
            'pass meta={...} with the output of `charmcraft expand-extensions`'
        )
    return known
