"""One raw cell and what it means: the way people really paste numbers, dates and codes.

What is beyond doubt is read, and a conversion is named so that it can be reported. What is ambiguous, damaged or of the
wrong kind is refused with words that a planner understands; it is never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from sop_xl.blocks import NOT_CALCULATED, CellError, CellValue
from sop_xl.periods import Calendar

EXCEL_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#GETTING_DATA"})
"""Texts of Excel's error values; a text file carries them as plain text."""

_ABSENT_ANYWHERE = frozenset({"", "-", "–", "—", ".", "null", "(null)", "(blank)", "(empty)", "n/a"})
_ABSENT_NUMBERS = _ABSENT_ANYWHERE | {"na", "nan", "none", "n.a.", "n.v.", "k.a.", "s/o", "--", "---", "..."}

_SPACES = dict.fromkeys([0x00A0, 0x202F, 0x2009, 0x2007, 0x2008, 0x200A, 0x2002, 0x2003, 0x3000, 0x09, 0x0A, 0x0D], " ")
_INVISIBLE = dict.fromkeys([0xFEFF, 0x200B, 0x200C, 0x200D, 0x2060, 0x00AD, 0x200E, 0x200F, 0x202A, 0x202C])
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+\d{1,3}")

MAX_EXACT = 1e15
"""Excel keeps 15 significant digits; a longer number has already lost some."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How text is to be read.

    Parameters
    ----------
    calendar
        Cuts dates into periods.
    decimal_mark
        `.`, `,` or `auto`: only what is beyond doubt.
    date_order
        `DMY`, `MDY` or `auto`: only what is beyond doubt.
    from_text_file
        Every cell is text by nature, so that a plain `12.5` or `2026-11-01` is no conversion worth a note.
    """

    calendar: Calendar
    decimal_mark: str = "auto"
    date_order: str = "auto"
    from_text_file: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """A cell's value; `note` names the conversion, `""` where the cell was as it should be."""

    value: str | float | int | datetime | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a cell cannot be read: rule, what was expected, and at most one hint."""

    rule: str
    expected: str
    hint: str = ""


CellReading = Understood | Refused


def is_error(value: CellValue) -> bool:
    """Whether the cell holds an Excel error, as such or as its text."""
    return isinstance(value, CellError) or (isinstance(value, str) and value.strip().upper() in EXCEL_ERRORS)


def refuse_error(expected: str, value: CellValue) -> Refused:
    """An error cell is a problem, never a blank; so is a formula whose result nobody computed yet."""
    hint = "open the workbook in Excel and save it" if value == NOT_CALCULATED else "mend the formula or empty the cell"
    return Refused("error-cell", expected, hint)


def plain(text: str) -> str:
    """Text without what nobody sees: odd blanks become plain ones, invisible and control characters go, ends are trimmed."""
    text = text.translate(_SPACES).translate(_INVISIBLE)
    if not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) != "Cc")
    return text.strip()


def is_absent(text: str, *, number: bool = False) -> bool:
    """Whether a plain text says "nothing here"; of texts and codes `NA` and `nan` are kept, they may be names."""
    return text.casefold() in (_ABSENT_NUMBERS if number else _ABSENT_ANYWHERE)


def is_blank(value: CellValue) -> bool:
    """Whether nothing stands in the cell: empty, or blanks only."""
    return value is None or (isinstance(value, str) and not isinstance(value, CellError) and not plain(value).strip("'"))


def read_text(value: CellValue) -> CellReading:
    """Free text: numbers and dates become their text, blanks around it go without a word."""
    if is_error(value):
        return refuse_error("expected text", value)
    if value is None:
        return Understood(None)
    if isinstance(value, str):
        text = plain(value)
        return Understood(None, "absent-word" if text else "") if is_absent(text) else Understood(text)
    return Understood(_as_text(value))


def read_code(value: CellValue, noun: str = "a code") -> CellReading:
    """Text that identifies something, kept to the letter, leading zeros included.

    A number cell is taken as its digits and reported. What Excel has changed beyond repair is refused: a code that became
    a date, more than 15 digits, or `1.23E+12`.
    """
    if is_error(value):
        return refuse_error(f"expected {noun}", value)
    if value is None:
        return Understood(None)
    if isinstance(value, bool):
        return Refused("not-a-code", f"expected {noun}", "format the column as text and type it again")
    if isinstance(value, date):
        return Refused("code-became-date", f"expected {noun}, not a date", "Excel changed it: format the column as text and type it again")
    if isinstance(value, int | float):
        if abs(value) >= MAX_EXACT:
            return Refused("code-lost-digits", f"expected {noun} of which no digit is lost", "Excel keeps 15 digits: format the column as text and paste again")
        return Understood(_as_text(value), "number-as-code")
    text = plain(value)
    if text.startswith("'"):
        text = text[1:].strip()
    if is_absent(text):
        return Understood(None, "absent-word" if text else "")
    if _SCIENTIFIC.fullmatch(text):
        return Refused("code-lost-digits", f"expected {noun} of which no digit is lost", "Excel shortened it: format the column as text and paste again")
    return Understood(text, "" if text == value else "trimmed")


def read_choice(value: CellValue, choices: tuple[str, ...], synonyms: dict[str, str] | None = None) -> CellReading:
    """One of a few words, whatever the case; a synonym is taken and reported."""
    words = ", ".join(choices[:-1]) + (" or " if len(choices) > 1 else "") + choices[-1]
    if is_error(value):
        return refuse_error(f"expected {words}", value)
    text = "" if value is None else plain(value) if isinstance(value, str) else _choice_from(value)
    for choice in choices:
        if text.casefold() == choice.casefold():  # a choice may be a mark such as a comma
            return Understood(choice)
    if is_absent(text):
        return Understood(None, "absent-word" if text else "")
    for choice in choices:
        if squeeze(text) and squeeze(text) == squeeze(choice):
            return Understood(choice)
    if synonyms and squeeze(text) in synonyms:
        return Understood(synonyms[squeeze(text)], "synonym")
    return Refused("unknown-choice", f"expected {words}", suggestion(text, choices))


def squeeze(text: str) -> str:
    """Text as it is compared: case, accents, blanks and punctuation do not count."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if c.isalnum())


def suggestion(text: str, known: tuple[str, ...] | list[str], cutoff: float = 0.6) -> str:
    """`did you mean "..."?` for the nearest of the known texts, `""` where none is near."""
    import difflib

    squeezed = {squeeze(k): k for k in reversed(known)}
    near = difflib.get_close_matches(squeeze(text), list(squeezed), n=1, cutoff=cutoff)
    return f'did you mean "{squeezed[near[0]]}"?' if near else ""


def show(value: CellValue) -> str:
    """A cell as a planner sees it, for `Problem.got`: text in quotes, dates in ISO form, whole numbers without a point."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, str) and not isinstance(value, CellError):
        text = "".join(c if c.isprintable() else " " for c in value)
        return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'
    return _as_text(value)


def _as_text(value: CellValue) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime) and (value.hour or value.minute or value.second):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else repr(value)
    return str(value)


def _choice_from(value: CellValue) -> str:
    # Excel takes "4-4-5" for the 4th of April 2005
    if isinstance(value, date):
        return f"{value.day}-{value.month}-{value.year % 100}"
    return _as_text(value)
