"""Times as Juju's hook commands read and print them: Go durations, RFC 3339, and the values of ``--expire``.

Source: Go's time package, ParseDuration and Parse; juju 3.6: jujuc/secret-add.go.
"""

from __future__ import annotations

import datetime
import re
from typing import Final

from ..errors import JujuError
from . import text as gotext

_NANOSECONDS: Final = {
    'ns': 1,
    'us': 1_000,
    'µs': 1_000,
    'μs': 1_000,
    'ms': 1_000_000,
    's': 1_000_000_000,
    'm': 60_000_000_000,
    'h': 3_600_000_000_000,
}
_MAX_NANOSECONDS: Final = (1 << 63) - 1
_PART = re.compile(r'(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]*))?(?P<unit>[^.0-9]+)')
# Go takes an hour of one digit, a comma before the fraction, and any number of digits in it.
_TIME = re.compile(
    r'(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})'
    r'(?:[.,](?P<fraction>[0-9]+))?(?P<zone>Z|(?P<sign>[+-])(?P<zone_hours>[0-9]{2}):(?P<zone_minutes>[0-9]{2}))?'
)
_ZERO_TIME: Final = datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)
_EARLIEST: Final = _ZERO_TIME + datetime.timedelta(microseconds=1)
_LATEST: Final = datetime.datetime.max.replace(microsecond=0, tzinfo=datetime.timezone.utc)
_MAX_ZONE_HOURS: Final = 24
_MAX_ZONE_MINUTES: Final = 60


def parse_expire(text: str, now: datetime.datetime) -> datetime.datetime | None:
    """Read the value of ``--expire``: a time, in UTC when it names no zone, or a duration from now.

    Go's zero time means that no expiry was given.

    Raises:
        JujuError: with Juju's text, when it is neither, or a duration that is not positive.
    """
    when = parse_time(text)
    if when is not None:
        return None if when == _ZERO_TIME else when
    nanoseconds = parse_duration(text)
    if nanoseconds is None:
        raise JujuError(f'expire time or duration {gotext.quote(text)} not valid')
    if nanoseconds <= 0:
        raise JujuError(f'negative expire duration {gotext.quote(text)} not valid')
    return (now + datetime.timedelta(microseconds=nanoseconds // 1000)).astimezone(datetime.timezone.utc)


def parse_duration(text: str) -> int | None:
    """Return a Go duration such as ``1h30m`` in nanoseconds; None when it is not one."""
    body = text[1:] if text[:1] in ('+', '-') else text
    if body == '0':
        return 0
    total, position = 0, 0
    while position < len(body):
        match = _PART.match(body, position)
        unit = _NANOSECONDS.get(match['unit']) if match else None
        if match is None or unit is None or not (match['whole'] or match['fraction']):
            return None
        total += _amount(match['whole'], match['fraction'] or '', unit)
        position = match.end()
        if total > _MAX_NANOSECONDS:
            return None
    if not body:
        return None
    return -total if text.startswith('-') else total


def parse_time(text: str) -> datetime.datetime | None:
    """Return a time in RFC 3339, with or without zone, in UTC; None when it is not one.

    A time before the year 1 or after 9999 becomes the nearest time that Python can represent.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day = map(int, match['date'].split('-'))
    try:
        offset = _offset(match)
        numbers = (month, day, int(match['hour']), int(match['minute']), int(match['second']))
        microseconds = int((match['fraction'] or '')[:6].ljust(6, '0'))
        # Year 0 has as many days as 4.
        local = datetime.datetime(year or 4, *numbers, microseconds, tzinfo=datetime.timezone.utc)
    except ValueError:
        return None
    if offset is None:
        return None
    try:
        return local - offset if year else _EARLIEST
    except OverflowError:
        return _LATEST if offset < datetime.timedelta() else _EARLIEST


def format_rfc3339(when: datetime.datetime) -> str:
    """Return a time as Go prints it: in UTC, with a fraction of a second only where there is one."""
    utc = when.astimezone(datetime.timezone.utc)
    fraction = f'.{utc.microsecond:06d}'.rstrip('0') if utc.microsecond else ''
    return utc.replace(microsecond=0, tzinfo=None).isoformat() + f'{fraction}Z'


def _amount(whole: str, fraction: str, unit: int) -> int:
    # More digits than these cannot change the outcome, and Python refuses to convert very long numbers.
    digits = whole.lstrip('0')
    if len(digits) > len(str(_MAX_NANOSECONDS)):
        return _MAX_NANOSECONDS + 1
    return int(digits or '0') * unit + _fraction_of(fraction, unit)


def _fraction_of(digits: str, unit: int) -> int:
    """Return a fraction of a unit: Go leaves out the digits that do not fit into 64 bits, and then multiplies floats."""
    kept, scale = 0, 1.0
    for digit in digits:
        longer = kept * 10 + int(digit)
        if kept > _MAX_NANOSECONDS // 10 or longer > _MAX_NANOSECONDS + 1:
            break
        kept, scale = longer, scale * 10
    return int(kept * (unit / scale))


def _offset(match: re.Match[str]) -> datetime.timedelta | None:
    if match['zone'] in (None, 'Z'):
        return datetime.timedelta()
    hours, minutes = int(match['zone_hours']), int(match['zone_minutes'])
    if hours > _MAX_ZONE_HOURS or minutes > _MAX_ZONE_MINUTES:
        return None
    offset = datetime.timedelta(hours=hours, minutes=minutes)
    return -offset if match['sign'] == '-' else offset
