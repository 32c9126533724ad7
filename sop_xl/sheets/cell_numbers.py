"""Numbers as people paste them: thousands separators, decimal commas, brackets, currency and percent signs."""

from __future__ import annotations

import math
import re
from datetime import date

from sop_xl.blocks import CellValue
from sop_xl.sheets.cells import (
    CellReading,
    Habits,
    Refused,
    Understood,
    is_absent,
    is_error,
    plain,
    refuse_error,
)
from sop_xl.sheets.currencies import CURRENCIES

_DOLLARS = ("USD", "CAD", "AUD", "NZD", "MXN", "SGD", "HKD", "TWD", "ARS", "CLP", "COP")
_SIGNS: dict[str, tuple[str, ...]] = {
    "US$": ("USD",), "CA$": ("CAD",), "C$": ("CAD",), "A$": ("AUD",), "NZ$": ("NZD",), "R$": ("BRL",), "HK$": ("HKD",), "$": _DOLLARS,
    "€": ("EUR",), "£": ("GBP", "EGP"), "¥": ("JPY", "CNY"), "₹": ("INR",), "₩": ("KRW",), "₺": ("TRY",), "₽": ("RUB",), "zł": ("PLN",),
    "Kč": ("CZK",), "kr.": ("DKK", "NOK", "SEK", "ISK"), "kr": ("DKK", "NOK", "SEK", "ISK"), "Fr.": ("CHF",), "SFr.": ("CHF",),
}  # fmt: skip
_SIGN_FORMS = sorted(_SIGNS, key=len, reverse=True)
_CODE_FIRST = re.compile(r"([A-Z]{3})\s*(?=[-+(\d.,])")
_CODE_LAST = re.compile(r"(?<=[\d.,)\s-])\s*([A-Z]{3})")
_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-"})
_PLAIN = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_POWER = re.compile(r"(\d+)([.,](\d+))?[eE]([+-]?\d{1,3})")
_ODD_GROUPS = str.maketrans({"'": " ", "’": " ", "‘": " ", "`": " "})


def read_number(
    value: CellValue, habits: Habits, *, fraction: bool = False, currency: str = "", integer: bool = False
) -> CellReading:
    """A number, or why it is none.

    Parameters
    ----------
    fraction
        A percent sign is understood: `5 %` is 0.05.
    currency
        Three-letter code of the money expected; `""` where the number is no money, so that a currency sign is a mistake.
    integer
        Only whole numbers.
    """
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _checked(float(value), "", integer)
    expected = _expected(currency, integer)
    if is_error(value):
        return refuse_error(expected, value)
    if value is None:
        return Understood(None)
    if isinstance(value, bool | date):
        return Refused("not-a-number", expected)
    text = plain(value)
    if is_absent(text, number=True):
        return Understood(None, "absent-word" if text else "")
    if habits.from_text_file and _PLAIN.fullmatch(text) and not _could_be_groups(text, habits):
        return _checked(float(text), "", integer)
    return _from_text(text, habits, fraction, currency, integer)


def evident_decimal_mark(values: list[CellValue]) -> str:
    """The decimal mark that the texts of one file prove, `""` where they prove none or contradict each other.

    >>> evident_decimal_mark(["1,234", "12.50", "7"])
    '.'
    """
    proven: set[str] = set()
    for value in values:
        if not isinstance(value, str):
            continue
        text = plain(value).strip("()-+%€$£ ")
        last = max(text.rfind("."), text.rfind(","))
        if last < 0 or not text.translate(_ODD_GROUPS).replace(" ", "").replace(",", "").replace(".", "").isdecimal():
            continue
        mark, other = (".", ",") if text[last] == "." else (",", ".")
        if text.count(mark) > 1:
            proven.add(other)
        elif other in text or len(text) - last != 4 or not 1 <= last <= 3 or text[0] == "0":
            proven.add(mark)
    return proven.pop() if len(proven) == 1 else ""


def _expected(currency: str, integer: bool) -> str:
    if currency:
        return f"expected an amount in {currency}"
    return "expected a whole number" if integer else "expected a number"


def _checked(number: float, note: str, integer: bool) -> CellReading:
    if not math.isfinite(number):
        return Refused("not-a-number", "expected a finite number")
    if integer:
        if number != int(number):
            return Refused("not-a-whole-number", "expected a whole number")
        return Understood(int(number), note)
    return Understood(number, note)


def _could_be_groups(text: str, habits: Habits) -> bool:
    """Whether a plain text such as `1.234` may mean thousands."""
    if habits.decimal_mark == ".":
        return False
    whole, point, part = text.lstrip("-").partition(".")
    if habits.decimal_mark == ",":
        return bool(point)
    return bool(point) and len(part) == 3 and len(whole) <= 3 and whole != "0"


def _from_text(text: str, habits: Habits, fraction: bool, currency: str, integer: bool) -> CellReading:
    expected = _expected(currency, integer)
    body, negative, signs, percent = _undress(text)
    if body is None:
        return Refused("not-a-number", expected)
    if signs is not None:
        if not currency:
            return Refused("currency-sign", f"{expected} without a currency")
        if currency.upper() not in signs:
            return Refused("other-currency", expected, "give lines in another currency their own Unit")
    if percent and not fraction:
        return Refused("percent-sign", f"{expected} without a percent sign")
    number = _digits(body, habits.decimal_mark)
    if isinstance(number, Refused):
        return number if number.expected else Refused(number.rule, expected, number.hint)
    number = -number if negative else number
    return _checked(number / 100 if percent else number, "text-number", integer)


def _undress(text: str) -> tuple[str | None, bool, tuple[str, ...] | None, bool]:
    """Bare digits, whether negative, the currencies that a sign may mean, whether percent; `None` for nonsense such as two minus signs."""
    body = text.translate(_MINUS)
    if body.startswith("'"):
        body = body[1:]
    minus, percent = 0, 0
    signs: tuple[str, ...] | None = None
    while True:
        body = body.strip()
        before = body
        if len(body) > 2 and body[0] == "(" and body[-1] == ")":
            body, minus = body[1:-1], minus + 1
        elif body[:1] == "-":
            body, minus = body[1:], minus + 1
        elif body[-1:] == "-":
            body, minus = body[:-1], minus + 1
        elif body[:1] == "+":
            body = body[1:]
        elif body[-1:] == "%":
            body, percent = body[:-1], percent + 1
        elif signs is None:
            body, signs = _without_currency(body)
        if body == before:
            break
    if minus > 1 or percent > 1:
        return None, False, None, False
    return body, minus == 1, signs, percent == 1


def _without_currency(body: str) -> tuple[str, tuple[str, ...] | None]:
    for sign in _SIGN_FORMS:
        if body.startswith(sign):
            return body[len(sign) :], _SIGNS[sign]
        if body.endswith(sign):
            return body[: -len(sign)], _SIGNS[sign]
    first = _CODE_FIRST.match(body)
    if first and first[1] in CURRENCIES:
        return body[first.end() :], (first[1],)
    last = _CODE_LAST.search(body)
    if last and last.end() == len(body) and last[1] in CURRENCIES:
        return body[: last.start()], (last[1],)
    return body, None


def _digits(body: str, mark: str) -> float | Refused:
    """Digits with their separators as a number."""
    nonsense = Refused("not-a-number", "")
    power = _POWER.fullmatch(body)
    if power:
        return float(f"{power[1]}.{power[3] or 0}e{power[4]}")
    body = body.translate(_ODD_GROUPS)
    if not re.fullmatch(r"[\d., ]*\d[\d., ]*", body):
        return nonsense
    if " " in body:
        match = re.fullmatch(r"(\d{1,3}(?: \d{3})+)(?:([.,])(\d+))?", body)
        if not match or (mark != "auto" and match[2] not in (None, mark)):
            return nonsense
        return float(f"{match[1].replace(' ', '')}.{match[3] or 0}")
    dots, commas = body.count("."), body.count(",")
    if not dots and not commas:
        return float(body)
    if dots and commas:
        decimal = max(".,", key=body.rfind)
        if mark not in ("auto", decimal):
            return nonsense
        return _grouped(body, decimal)
    used = "." if dots else ","
    if dots + commas > 1:
        return nonsense if mark == used else _grouped(body, "," if used == "." else ".")
    if mark != "auto":
        return _grouped(body, mark)
    whole, _, part = body.partition(used)
    if len(part) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0":
        reading = f"is it {whole}{part} or {whole}.{part}? say so with Decimal mark in Settings"
        return Refused("ambiguous-number", "expected a number that reads in one way only", reading)
    return _grouped(body, used)


def _grouped(body: str, decimal: str) -> float | Refused:
    """A number with a known decimal mark; the other mark may only part groups of three."""
    group = "," if decimal == "." else "."
    whole, point, part = body.partition(decimal)
    if point and not part.isdecimal():
        return Refused("not-a-number", "")
    if group in whole:
        if not re.fullmatch(r"\d{1,3}(?:" + re.escape(group) + r"\d{3})+", whole):
            return Refused("not-a-number", "")
        whole = whole.replace(group, "")
    return float(f"{whole or 0}.{part or 0}")
