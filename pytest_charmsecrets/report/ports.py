"""Renders opened ports as ``juju status`` does: by protocol, with ranges.

Source: juju 3.6: cmd/juju/status/output_tabular.go, printPorts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def join(opened: Iterable[str]) -> str:
    """Return ports such as ``80/tcp`` as one text, such as ``80-81,443/tcp 53/udp``."""
    ports_of: dict[str, list[str]] = {}
    for port in sorted(opened, key=lambda text: (len(text), text)):
        number, slash, protocol = port.partition('/')
        ports_of.setdefault(f'{slash}{protocol}' if slash else number, []).append(number if slash else '')
    return ' '.join(_joined(protocol, ports_of[protocol]) for protocol in sorted(ports_of))


def _joined(protocol: str, numbers: Sequence[str]) -> str:
    return ','.join(_ranges(numbers)) + protocol


def _ranges(numbers: Sequence[str]) -> list[str]:
    ranges: list[list[str]] = []
    for number in numbers:
        last = ranges[-1][-1] if ranges else ''
        if number.isdecimal() and last.isdecimal() and int(number) == int(last) + 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    return [one[0] if len(one) == 1 else f'{one[0]}-{one[-1]}' for one in ranges]
