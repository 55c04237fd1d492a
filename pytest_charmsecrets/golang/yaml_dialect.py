r"""A document for today's libyaml that it scans as the port of an old libyaml, which Juju uses, scans the original.

The port takes a tag with ``,``, ``[`` or ``]``, knows the escape ``\'`` in double quotes and not ``\/``, ends a plain text at
a question mark between brackets, and skips no byte order mark within a document.
Source: juju/yaml v2.0.0: scannerc.go, yaml_parser_scan_tag_uri, yaml_parser_scan_flow_scalar, yaml_parser_scan_plain_scalar;
yamlprivateh.go, is_bom.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Final

import yaml
import yaml.scanner

Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

_BOM: Final = '\ufeff'
_BRACKETS: Final = ('[', ']', ',')
_BRACKET: Final = re.compile(r'[],[]')
_REST_OF_TAG: Final = re.compile(r"[],[](?:[-\w;/?:@&=+$,.!~*'()%[\]])*", re.ASCII)
_DIFFERS: Final = re.compile(rb"\\[/']|![^\s!]*[],[]")
"""Matches the parts of a document that the two scan differently, except question marks."""
_ESCAPE: Final = re.compile(r'\\(?P<escaped>.)', re.DOTALL)
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*', re.DOTALL)
_WHOLE_QUOTED: Final = re.compile(rf'{_QUOTED.pattern}"', re.DOTALL)
_PRIVATE: Final = range(0xE000, 0xF900)
_STARTS: Final = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
_ENDS: Final = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)


@dataclasses.dataclass(frozen=True, slots=True)
class Document:
    """A document as libyaml reads it."""

    data: bytes
    stand_in: str = _BOM
    """The character that stands for a byte order mark."""

    def original(self, text: str) -> str:
        """Return a text of the document as it was."""
        return text.replace(self.stand_in, _BOM) if self.stand_in != _BOM else text


@dataclasses.dataclass(frozen=True, slots=True)
class _Repair:
    """The text between two places is to be another one."""

    start: int
    end: int
    text: str


def translate(data: bytes) -> Document:
    """Return a document that libyaml reads as Juju's library reads the original. Lines keep their numbers."""
    has_bom = data.find(_BOM.encode(), 1) > 0
    has_question = b'?' in data and (b'[' in data or b'{' in data)
    if not has_bom and not has_question and not _DIFFERS.search(data):
        return Document(data)
    try:
        text = data.decode('utf-8-sig')
    except UnicodeDecodeError:
        return Document(data)
    stand_in = next(chr(code) for code in _PRIVATE if chr(code) not in text) if has_bom else _BOM
    text = text.replace(_BOM, stand_in)
    while (repair := _first_repair(text)) is not None:
        text = text[: repair.start] + repair.text + text[repair.end :]
    return Document(text.encode(), stand_in)


def _first_repair(text: str) -> _Repair | None:
    """Return the text that has to differ, at the first place where the two libraries part."""
    loader: Any = Loader(text.encode())
    depth = seen = 0
    try:
        while (token := loader.get_token()) is not None:
            depth += isinstance(token, _STARTS) - isinstance(token, _ENDS)
            start, end = token.start_mark, token.end_mark
            seen = end.index
            if isinstance(token, yaml.ScalarToken) and token.style == '"':
                if (repair := _repair_of_slash(text, start.index, end.index)) is not None:
                    return repair
            elif isinstance(token, yaml.ScalarToken) and depth and token.plain and '?' in token.value:
                # Neither a bracket nor a question mark may follow a text here, and both parsers say the same of them.
                at = text.index('?', start.index)
                return _Repair(at, at + 1, '[')
            elif isinstance(token, yaml.TagToken) and text.startswith(_BRACKETS, end.index):
                return _repair_of_tag(text, end.index)
    except yaml.scanner.ScannerError as error:
        return _repair_of_error(text, seen, error)
    except yaml.YAMLError:
        return None
    finally:
        loader.dispose()
    return None


def _repair_of_error(text: str, seen: int, error: Any) -> _Repair | None:
    at: int = error.problem_mark.index
    # The scanner is ahead: it has read texts that it has not handed out.
    for quoted in _WHOLE_QUOTED.finditer(text, seen, at):
        if (repair := _repair_of_slash(text, quoted.start(), quoted.end())) is not None:
            return repair
    if error.context in ('while scanning a tag', 'while parsing a tag') and text.startswith(_BRACKETS, at):
        return _repair_of_tag(text, at)
    if error.context in ('while parsing a quoted scalar', 'while scanning a quoted scalar'):
        start: int = error.context_mark.index
        quoted = _QUOTED.match(text, start)
        if quoted is None:
            return None
        if text.startswith("\\'", at):
            return _Repair(start, quoted.end(), _ESCAPE.sub(_known_escape, quoted[0]))
        return _repair_of_slash(text, start, at)
    return None


def _repair_of_slash(text: str, start: int, end: int) -> _Repair | None:
    r"""Return the first ``\/`` of a text in double quotes as an escape that libyaml does not know either."""
    for match in _ESCAPE.finditer(text, start, end):
        if match['escaped'] == '/':
            return _Repair(match.start(), match.end(), r'\-')
    return None


def _repair_of_tag(text: str, at: int) -> _Repair | None:
    rest = _REST_OF_TAG.match(text, at)
    if rest is None:
        return None
    return _Repair(at, rest.end(), _BRACKET.sub(lambda match: f'%{ord(match[0]):02X}', rest[0]))


def _known_escape(escape: re.Match[str]) -> str:
    return r'\x27' if escape['escaped'] == "'" else escape[0]
