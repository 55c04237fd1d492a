"""Floating-point numbers as Go prints them, in JSON and in YAML: the shortest digits that read back the same."""

from __future__ import annotations

import decimal
import math
from typing import Final

_YAML_EXPONENTS: Final = range(-4, 6)
_FIRST_WITH_EXPONENT: Final = 10**6
_JSON_EXPONENTS: Final = range(-6, 21)
_YAML_SPECIAL: Final = {'nan': '.nan', 'inf': '.inf', '-inf': '-.inf'}


def from_json(number: int) -> int | float:
    """Return an integer as Go decodes it from JSON: as a float, which prints as an integer only below a million."""
    return float(number) if abs(number) >= _FIRST_WITH_EXPONENT else number


def format_yaml(number: float) -> str:
    """Return a number as yaml.v2 prints it."""
    if not math.isfinite(number):
        return _YAML_SPECIAL[repr(number)]
    return _format(number, _YAML_EXPONENTS, exponent_digits=2)


def format_json(number: float) -> str:
    """Return a finite number as encoding/json prints it."""
    # Go writes a negative exponent of one digit without a leading zero. A positive exponent never has one digit.
    return _format(number, _JSON_EXPONENTS, exponent_digits=1)


def _format(number: float, plain_exponents: range, *, exponent_digits: int) -> str:
    exact = decimal.Decimal(repr(number))
    sign, digits, _ = exact.normalize().as_tuple()
    exponent = exact.adjusted() if number else 0
    minus = '-' if sign else ''
    if exponent in plain_exponents:
        plain = f'{exact:f}'
        return plain.rstrip('0').rstrip('.') if '.' in plain else plain
    mantissa = str(digits[0]) + ('.' + ''.join(map(str, digits[1:])) if len(digits) > 1 else '')
    return f'{minus}{mantissa}e{"-" if exponent < 0 else "+"}{abs(exponent):0{exponent_digits}d}'
