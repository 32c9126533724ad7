"""Dates as Excel stores them: days since the end of 1899, or since 1904."""

from __future__ import annotations

from datetime import datetime, timedelta

from sop_xl.blocks import CellValue

_LAST_SERIAL = 2_958_466
_EPOCH_1900 = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)
_DAY_MILLISECONDS = 86_400_000


def from_serial(serial: int | float, date1904: bool) -> CellValue:
    """Date of a serial number, to the millisecond as Excel has it.

    The serial itself comes back where it is no date: negative, before the first day, the 29 February 1900 that never was, or
    after the year 9999.

    >>> from_serial(45992, False), from_serial(0.5, False), from_serial(60, False)
    (datetime.datetime(2025, 12, 1, 0, 0), 0.5, 60)
    """
    if date1904:
        if not 0 <= serial < _LAST_SERIAL - 1462:
            return serial
        start = _EPOCH_1904
    else:
        if not 1 <= serial < _LAST_SERIAL or 60 <= serial < 61:
            return serial
        start = _EPOCH_1900 if serial >= 61 else _EPOCH_1900 + timedelta(days=1)
    return start + timedelta(milliseconds=round(serial * _DAY_MILLISECONDS))


def to_serial(moment: datetime, date1904: bool) -> int | float:
    """Serial number of a date, the reverse of `from_serial`; negative where Excel has no such day."""
    if date1904:
        gap = moment - _EPOCH_1904
    else:
        gap = moment - _EPOCH_1900
        if gap.days < 61:
            gap -= timedelta(days=1)
    if not gap.seconds and not gap.microseconds:
        return gap.days
    return gap.days + (gap.seconds + gap.microseconds / 1e6) / 86400
