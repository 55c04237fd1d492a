"""YAML 1.1 as Juju's library reads it (yaml.v2, in Juju's fork): into maps of strings, with its messages.

libyaml scans and parses; anchors, merges, tags and types are the library's own.
Source: juju/yaml v2.0.0: yaml.go, Unmarshal; decode.go; resolve.go.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import dataclasses
import re
from collections.abc import Iterator
from typing import Any, Final, cast

import yaml
import yaml.scanner

from ..errors import JujuError
from . import text as gotext
from . import yaml_dialect
from .yaml import BINARY, FLOAT, INT, NULL, RESOLVABLE, STR, TIMESTAMP, tag_of

_PREFIX: Final = 'tag:yaml.org,2002:'
_MAP: Final = '!!map'
_SEQ: Final = '!!seq'
_MERGE: Final = '<<'
_MERGE_TAG: Final = '!!merge'
_YAML_1_1: Final = (1, 1)
_SHOWN_WHOLE: Final = 10
_SHOWN_CUT: Final = 7


@dataclasses.dataclass(slots=True, eq=False)
class _Node:
    """A part of a document. Only scalars have a tag: the library forgets those of collections."""

    kind: type[yaml.Event]
    line: int
    value: str = ''
    """The text of a scalar, or the name that an alias refers to."""
    tag: str = ''
    is_plain: bool = False
    """Whether a scalar has neither quotes nor a tag."""
    children: list[_Node] = dataclasses.field(default_factory=list['_Node'])
    target: _Node | None = None
    """The node that an alias refers to."""


def load_strings(data: bytes, go_type: str) -> dict[str, str]:
    """Read a document into a map of strings; scalars of other types become text as they are spelled.

    Args:
        data: The document.
        go_type: The Go type that Juju's message names, such as ``map[string]string``.

    Raises:
        JujuError: with the library's text.
    """
    node = _compose(data)
    if node is None:
        return {}
    if node.kind is yaml.ScalarEvent:
        # The library looks at the tag of a scalar first.
        _scalar_text(node)
    if _is_null(node):
        return {}
    reading = _Reading()
    if node.kind is yaml.MappingStartEvent:
        reading.read_map(node)
    else:
        reading.refuse(node, go_type)
    if reading.mismatches:
        raise JujuError('yaml: unmarshal errors:\n  ' + '\n  '.join(reading.mismatches))
    return reading.values


class _Reading:
    """A map of strings that is being read. A value of another type is noted, anything else stops at once."""

    def __init__(self) -> None:
        self.values: Final[dict[str, str]] = {}
        self.mismatches: Final[list[str]] = []
        self._merging: Final[list[_Node]] = []

    def read_map(self, node: _Node) -> None:
        """Read the pairs of a mapping, in their order: a merge replaces the pairs before it."""
        for key, value in zip(node.children[::2], node.children[1::2], strict=True):
            if key.kind is yaml.ScalarEvent and key.value == _MERGE and (key.is_plain or key.tag == _MERGE_TAG):
                self._merge(value)
                continue
            name = self._read_string(key)
            text = self._read_string(value) if name is not None else None
            if name is not None and text is not None:
                self.values[name] = text

    def refuse(self, node: _Node, go_type: str) -> None:
        """Note that a node has another type than was asked for."""
        tag, value = _type_of(node), ''
        if node.kind is yaml.ScalarEvent:
            data = gotext.to_bytes(node.value)
            whole = len(data) <= _SHOWN_WHOLE
            value = f' `{node.value}`' if whole else f' `{gotext.from_bytes(data[:_SHOWN_CUT])}...`'
        self.mismatches.append(f'line {node.line + 1}: cannot unmarshal {tag}{value} into {go_type}')

    def _merge(self, node: _Node) -> None:
        # Of a sequence the first map wins, so it is read last.
        parts = reversed(node.children) if node.kind is yaml.SequenceStartEvent else [node]
        for part in parts:
            merged = part.target or part
            if merged.kind is not yaml.MappingStartEvent:
                raise JujuError('yaml: map merge requires map or sequence of maps as the value')
            if merged in self._merging:
                raise JujuError(f"yaml: anchor '{part.value}' value contains itself")
            self._merging.append(merged)
            self.read_map(merged)
            self._merging.pop()

    def _read_string(self, node: _Node) -> str | None:
        node = node.target or node
        if node.kind is yaml.ScalarEvent:
            return _scalar_text(node)
        self.refuse(node, 'string')
        return None


def _scalar_text(node: _Node) -> str:
    resolved = tag_of(node.value) if node.tag in RESOLVABLE else STR
    if resolved == TIMESTAMP != node.tag:
        # With another tag the library does not try whether a text is a time.
        resolved = STR
    if node.tag in RESOLVABLE and node.tag not in (resolved, STR, BINARY) and (node.tag, resolved) != (FLOAT, INT):
        raise JujuError(f'yaml: cannot decode {resolved} `{node.value}` as a {node.tag}')
    if node.tag == BINARY:
        try:
            return gotext.from_bytes(base64.b64decode(re.sub('[\r\n]', '', node.value), validate=True))
        except (binascii.Error, ValueError):
            raise JujuError('yaml: !!binary value contains invalid base64 data') from None
    return '' if _is_null(node) else node.value


def _is_null(node: _Node) -> bool:
    return node.kind is yaml.ScalarEvent and _type_of(node) == NULL


def _type_of(node: _Node) -> str:
    if node.kind is yaml.ScalarEvent:
        return node.tag or (tag_of(node.value) if node.is_plain else STR)
    return _MAP if node.kind is yaml.MappingStartEvent else _SEQ


# --- from events to nodes


def _compose(data: bytes) -> _Node | None:
    try:
        with contextlib.ExitStack() as stack:
            document = yaml_dialect.translate(data)
            loader: Any = yaml_dialect.Loader(document.data)
            stack.callback(loader.dispose)
            events = iter(loader.get_event, None)
            next(events)
            event = next(events)
            if isinstance(event, yaml.StreamEndEvent):
                return None
            if isinstance(event, yaml.DocumentStartEvent) and event.version not in (None, _YAML_1_1):
                raise JujuError(f'yaml: {_line(event.start_mark.line)}found incompatible YAML document')
            node = _node(next(events), events, {}, document)
            next(events)
            return node
    except yaml.MarkedYAMLError as error:
        raise JujuError(f'yaml: {_place(error)}{error.problem}') from None
    except yaml.YAMLError as error:
        raise JujuError(f'yaml: {getattr(error, "reason", error)}') from None


def _node(event: Any, events: Iterator[Any], anchors: dict[str, _Node], document: yaml_dialect.Document) -> _Node:
    node = _Node(cast('type[yaml.Event]', type(event)), event.start_mark.line)
    if isinstance(event, yaml.AliasEvent):
        node.value = event.anchor
        if node.value not in anchors:
            raise JujuError(f"yaml: unknown anchor '{node.value}' referenced")
        node.target = anchors[node.value]
        return node
    if event.anchor is not None:
        anchors[event.anchor] = node
    if isinstance(event, yaml.ScalarEvent):
        node.value, node.tag = document.original(cast('str', event.value)), _short(event.tag)
        node.is_plain = not event.tag and bool(event.implicit[0])
        return node
    end = yaml.MappingEndEvent if isinstance(event, yaml.MappingStartEvent) else yaml.SequenceEndEvent
    while not isinstance(inner := next(events), end):
        node.children.append(_node(inner, events, anchors, document))
    return node


def _short(tag: str | None) -> str:
    return (tag or '').replace(_PREFIX, '!!')


def _line(number: int) -> str:
    """Return a place as the library names it: the first line has no number."""
    return f'line {number}: ' if number else ''


def _place(error: yaml.MarkedYAMLError) -> str:
    line = error.problem_mark.line if error.problem_mark else 0
    return _line(line and line + isinstance(error, yaml.scanner.ScannerError))
