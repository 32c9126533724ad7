"""What Excel makes of text that is typed, or written to a cell by a program, which is the same to it."""

from __future__ import annotations

import re
from datetime import datetime

EPOCH = datetime(1899, 12, 30)
ERRORS = {"#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036, "#N/A": 2042, "#SPILL!": 2045}
MONTHS = {m: k for k, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)}


class ExcelError(Exception):
    """What Excel answers to what it will not do; carries its number as pywin32 does."""

    def __init__(self, text: str, hresult: int = -2147352567, scode: int = -2146827284) -> None:
        super().__init__(hresult, text, (0, "Microsoft Excel", text, None, 0, scode), None)
        self.hresult = hresult


class Fault(str):
    """An error value in a cell."""


def serial(moment: datetime) -> float:
    """Days since the end of 1899 as the automation interface counts them."""
    gap = moment - EPOCH
    return gap.days + gap.seconds / 86400 + gap.microseconds / 86400e6


def parsed(text: str) -> tuple[object, str | None]:
    """Value of typed text and the number format that comes with it; text where Excel understands nothing else."""
    plain = text.strip(" ")
    if plain.upper() in ("TRUE", "FALSE"):
        return plain.upper() == "TRUE", None
    if plain in ERRORS:
        return Fault(plain), None
    number = plain.replace(",", "").rstrip("%")
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", number, re.I):
        return float(number) / (100 if plain.endswith("%") else 1), "0%" if plain.endswith("%") else None
    day = re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?", plain)
    if day and 1 <= int(day[2]) <= 12:
        moment = datetime(int(day[1]), int(day[2]), int(day[3] or 1), *(int(v or 0) for v in day.groups()[3:]))
        return serial(moment), "mmm-yy" if day[3] is None else "m/d/yyyy"
    month = re.fullmatch(r"([A-Za-z]{3,9})[ -](\d{2}|\d{4})", plain)
    if month and month[1][:3].lower() in MONTHS:
        return serial(datetime(int(month[2]) % 2000 + 2000, MONTHS[month[1][:3].lower()], 1)), "mmm-yy"
    return text, None
