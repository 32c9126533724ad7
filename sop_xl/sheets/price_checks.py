"""Price List and Cost Rates held against what they need: customers who buy, currencies that exist, spans in order, a figure in every row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.cells import show, suggestion
from sop_xl.sheets.currencies import CURRENCIES
from sop_xl.sheets.read import Reading
from sop_xl.sheets.readings import Readings, filled, moment_text

_DATED = ("Price List", "Cost Rates")


def check_price_customers(readings: Readings) -> Iterator[Problem]:
    """A row for a customer group that nobody buys under changes nothing; one line for each name."""
    history = filled(readings, "Demand History")
    if history is None:
        return
    known = sorted({str(v) for v in history.records["customer_group"] if v != ""})
    for reading in _filled_of(readings, _DATED):
        names = reading.records["customer"]
        for line in names[~names.isin([*known, ""])].drop_duplicates().index:
            hint = suggestion(str(names[line]), known) or "it changes nothing"
            yield _wrong(reading, line, "customer", "unknown-customer", "expected a customer group named in Demand History", hint, Severity.WARNING)


def check_price_currencies(readings: Readings) -> Iterator[Problem]:
    """A price is stated in a currency that exists, or of which FX Rates has a rate."""
    rates = filled(readings, "FX Rates")
    rated = set() if rates is None else {str(c).upper() for c in rates.records["currency"]}
    for reading in _filled_of(readings, _DATED[:1]):
        known = {*CURRENCIES, *rated, reading.settings.plan_currency.upper(), ""}
        codes = reading.records["currency"].astype(str)
        for line in codes.index[~codes.str.upper().isin(known)]:
            yield _wrong(reading, line, "currency", "unknown-currency", "expected a three-letter currency code", "empty means plan currency")


def check_price_spans(readings: Readings) -> Iterator[Problem]:
    """What holds from a day on holds until a later one."""
    for reading in _filled_of(readings, _DATED):
        records = reading.records
        for line in records.index[records["valid_until"] < records["valid_from"]]:
            yield Problem(
                reading.sheet, reading.cell_of(line, "valid_until"), "ends-before-start", f"expected a day not before Valid from {moment_text(reading, 'valid_from', line)}",
                moment_text(reading, "valid_until", line),
            )  # fmt: skip


def check_price_figures(readings: Readings) -> Iterator[Problem]:
    """A row without a figure was most likely not finished. It holds before every wider one, with what empty cells mean, and that is said."""
    for sheet, first, second, words, meaning in (
        ("Price List", "list_price", "discount", "expected a List price or a Discount", "it means the list price in Items without discount"),
        ("Cost Rates", "per_unit", "share", "expected a cost Per unit or a Share of revenue", "it means no cost, whatever wider rows say"),
    ):
        for reading in _filled_of(readings, (sheet,)):
            # a figure that cannot be read has its own problem already
            told = {problem.cell for problem in reading.problems}
            for line in reading.records.index[reading.records[[first, second]].isna().all(axis=1)]:
                if told.isdisjoint({reading.cell_of(line, first), reading.cell_of(line, second)}):
                    yield _wrong(reading, line, first, "row-without-figure", words, meaning, Severity.WARNING)


PRICE_CHECKS = (check_price_customers, check_price_currencies, check_price_spans, check_price_figures)
"""Every check of this module, in the order in which its problems are listed."""


def _filled_of(readings: Readings, sheets: tuple[str, ...]) -> Iterator[Reading]:
    return (reading for name in sheets if (reading := filled(readings, name)) is not None)


def _wrong(reading: Reading, line: Any, field: str, rule: str, expected: str, hint: str, severity: Severity = Severity.ERROR) -> Problem:
    value: Any = reading.records.at[line, field]
    shown = "nothing" if value == "" or pd.isna(value) else show(value)
    return Problem(reading.sheet, reading.cell_of(line, field), rule, expected, shown, hint, severity)
