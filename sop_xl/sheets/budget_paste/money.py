"""In which currency and in which unit a text says that money is: `in TEUR`, `USD '000`, `Mio EUR`, `k€`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sop_xl.sheets.currencies import CURRENCIES

THOUSAND, MILLION = 1e3, 1e6
SCALE_WORDS = {1.0: "units", THOUSAND: "thousands", MILLION: "millions"}

_SIGNS = {"us$": "USD", "€": "EUR", "£": "GBP"}
_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "MXN", "SGD", "HKD", "TWD", "ARS", "CLP", "COP"})
_WORDS = frozenset({"ALL", "TOP", "TRY", "CUP", "MAD", "PEN", "SOS", "MOP", "GEL", "BAM", "LAK", "ANG"})
"""Codes that are words of a language as well: taken where they stand alone (but for ALL and TOP), never inside a text."""

_CODE = r"(?:[a-z]{3}|us\$|[€£$])"
_THOUSANDS = r"k|t|tsd\.?|tausend|thousands?|thousand|'?000'?s?|milliers?|miles|mil"
_MILLIONS = r"m|mm|mn|mio\.?|mln\.?|millions?|millionen|millones|million"
_BEFORE = re.compile(rf"(?<![a-z0-9])(?P<scale>{_THOUSANDS}|{_MILLIONS}) ?(?:of |de |d')?(?P<code>{_CODE})(?![a-z])")
_AFTER = re.compile(rf"(?<![a-z])(?P<code>{_CODE}) ?(?:in )?\(?(?P<scale>{_THOUSANDS}|{_MILLIONS})\)?(?![a-z0-9])")
_ALONE = re.compile(
    r"(?<![a-z0-9])(?:(?P<thousand>'?000'?s|'000|tsd\.?|tausend|thousands?|milliers|miles)|(?P<million>mio\.?|mln\.?|mn|millions?|millionen|millones))(?![a-z0-9])"
)


@dataclass(frozen=True, slots=True)
class MoneyWords:
    """Currency (`""`: not said), scale (0: not said), whether the scale was said of money, and the text without both."""

    currency: str
    scale: float
    of_money: bool
    rest: str


def take_money(text: str, original: str, plan_currency: str) -> MoneyWords:
    """Currency and scale that a text names.

    Parameters
    ----------
    text
        In lower case without accents.
    original
        As it stands: a code inside a text counts only in capitals.
    plan_currency
        What a dollar sign means, where the plan is in dollars of some country.
    """
    for pattern in (_BEFORE, _AFTER):
        for match in pattern.finditer(text):
            code = _code(match["code"], plan_currency)
            if code:
                rest = f"{text[: match.start()]} {text[match.end() :]}"
                return MoneyWords(code, _scale(match["scale"]), True, rest)
    currency, text = _currency(text, original, plan_currency)
    alone = _ALONE.search(text)
    scale = 0.0
    if alone:
        scale = THOUSAND if alone["thousand"] else MILLION
        text = f"{text[: alone.start()]} {text[alone.end() :]}"
    return MoneyWords(currency, scale, bool(currency), text)


def _currency(text: str, original: str, plan_currency: str) -> tuple[str, str]:
    alone = original.strip().strip("()[]").upper()
    if alone in CURRENCIES and alone not in ("ALL", "TOP"):
        return alone, ""
    for code in re.findall(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])", original):
        if code in CURRENCIES and code not in _WORDS:
            return code, re.sub(rf"(?<![a-z]){code.lower()}(?![a-z])", " ", text, count=1)
    for sign in ("us$", "€", "£", "$"):
        if sign in text:
            code = _code(sign, plan_currency)
            return code, text.replace(sign, " ", 1) if code else text
    return "", text


def _code(text: str, plan_currency: str) -> str:
    if text == "$":
        return plan_currency if plan_currency in _DOLLARS else ""
    if text in _SIGNS:
        return _SIGNS[text]
    return text.upper() if text.upper() in CURRENCIES and text.upper() not in _WORDS else ""


def _scale(word: str) -> float:
    return THOUSAND if re.fullmatch(_THOUSANDS, word) else MILLION


def number(value: float) -> str:
    """A figure as a controller reads it: `1,234.5`."""
    text = f"{round(value, 2) + 0.0:,.2f}"
    return text.removesuffix(".00")
