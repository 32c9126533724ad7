"""Risks held against what they need: ends in order, a scope that holds something, a driver that can move it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.cells import show, suggestion
from sop_xl.sheets.read import Reading
from sop_xl.sheets.readings import Readings, current_period, filled, moment_text

_LEFT_OUT = {"units": ("resource",), "price": ("resource",), "cost": ("resource",), "date": ("resource",), "capacity": ("item", "family", "region", "customer")}
"""Scope columns that narrow nothing, by driver."""


def check_risks(readings: Readings) -> Iterator[Problem]:
    """Every line of Risks that counts can move the plan, by as much as it says. Closed ones are left alone."""
    reading = filled(readings, "Risks")
    if reading is None:
        return
    records = reading.records[reading.records["status"] != "closed"]
    yield from _ends(reading, records)
    yield from _sizes(reading, records)
    yield from _spans(reading, records, readings)
    yield from _scopes(reading, records, readings)


def _problem(reading: Reading, line: int, field: str, rule: str, expected: str, got: str = "", hint: str = "", severity: Severity = Severity.ERROR) -> Problem:
    value = _value(reading, line, field)
    shown = got or ("nothing" if value == "" or pd.isna(value) else show(value))
    return Problem(reading.sheet, reading.cell_of(line, field), rule, expected, shown, hint, severity)


def _value(reading: Reading, line: Any, field: str) -> Any:
    value = reading.records.at[line, field]
    return float(value) if isinstance(value, float) else value  # a plain number, as it is shown


def _ends(reading: Reading, records: pd.DataFrame) -> Iterator[Problem]:
    """Effect, low <= Effect <= Effect, high."""
    for field, wrong, words in (
        ("effect_low", records["effect_low"] > records["effect"], "not above"),
        ("effect_high", records["effect_high"] < records["effect"], "not below"),
    ):
        label = reading.spec.column(field).label
        for line in records.index[wrong]:
            effect = show(float(_value(reading, line, "effect")))
            yield _problem(reading, line, field, "ends-out-of-order", f'expected a "{label}" {words} the Effect {effect}', hint="low is the smaller number: of -0.3 and -0.1 it is -0.3")


def _sizes(reading: Reading, records: pd.DataFrame) -> Iterator[Problem]:
    """Percentages are fractions, of which no more than all can be lost."""
    by_percent = (records["action"] == "percent") & (records["driver"] != "date")
    for field in ("effect", "effect_low", "effect_high"):
        for line in records.index[by_percent & (records[field].abs() > 5)]:
            value = float(_value(reading, line, field))
            hint = f"it means {value:+.0%}; {value:g} % is {value / 100:g}"
            yield _problem(reading, line, field, "percent-or-fraction", "expected a fraction such as -0.1", hint=hint, severity=Severity.WARNING)
        for line in records.index[by_percent & (records[field] < -1) & (records[field].abs() <= 5)]:
            yield _problem(reading, line, field, "percent-below-nothing", "expected a fraction not below -1, which takes all of it away")
    for line in records.index[(records["effect"] == 0) & ~(records["effect_low"] < 0) & ~(records["effect_high"] > 0)]:
        yield _problem(reading, line, "effect", "effect-of-nothing", "expected an effect other than 0", hint="it moves nothing", severity=Severity.WARNING)


def _spans(reading: Reading, records: pd.DataFrame, readings: Readings) -> Iterator[Problem]:
    """A span ends after it starts, and some of it lies in the plan."""
    backward = records["last_period"] < records["first_period"]
    for line in records.index[backward]:
        words = f"expected a period not before From {moment_text(reading, 'first_period', line)}"
        yield _problem(reading, line, "last_period", "ends-before-start", words, moment_text(reading, "last_period", line))
    current = current_period(readings)
    if current is None:
        return
    calendar = reading.calendar
    last = calendar.shift(current, reading.settings.horizon - 1)
    span = f"expected periods of the plan, {calendar.label(current)} to {calendar.label(last)}"
    for field, outside in (("first_period", records["first_period"] > last), ("last_period", records["last_period"] < current)):
        for line in records.index[outside & ~backward]:
            yield _problem(reading, line, field, "outside-the-plan", span, moment_text(reading, field, line), "it moves nothing", Severity.WARNING)


def _scopes(reading: Reading, records: pd.DataFrame, readings: Readings) -> Iterator[Problem]:
    """Capacity needs resources, a scope of demand something that is in all of it."""
    resources = filled(readings, "Resources")
    if resources is None:
        for line in records.index[records["driver"] == "capacity"]:
            hint = "without hours and loads nothing limits the plan, so it moves nothing"
            yield _problem(reading, line, "driver", "capacity-without-resources", "expected resources in Resources for a driver capacity", hint=hint, severity=Severity.WARNING)
    for driver, fields in _LEFT_OUT.items():
        for field in fields:
            for line in records.index[(records["driver"] == driver) & (records[field] != "")]:
                scope = "a resource" if driver == "capacity" else "demand"
                yield _problem(reading, line, field, "scope-of-other-driver", f"expected nothing: {driver} is of {scope}", hint="it narrows nothing", severity=Severity.WARNING)
    items = filled(readings, "Items")
    if items is not None:
        family_of = dict(zip(items.frame["item"], items.frame["family"], strict=True))
        own = records["item"].map(family_of)
        for line in records.index[own.notna() & (records["family"] != "") & (own != records["family"]) & (records["driver"] != "capacity")]:
            words = f"expected {own[line]}, the family of item {records.at[line, 'item']!s}, or nothing"
            yield _problem(reading, line, "family", "empty-scope", words, hint="nothing is in both, so it moves nothing", severity=Severity.WARNING)
    history = filled(readings, "Demand History")
    known = sorted({str(v) for v in history.records["customer_group"] if v != ""}) if history is not None and "customer_group" in history.records else []
    demanded = records["driver"] != "capacity"
    for line in records.index[demanded & (records["customer"] != "") & ~records["customer"].isin(known)]:
        near = suggestion(str(records.at[line, "customer"]), known) or "nothing is sold to it, so it moves nothing"
        yield _problem(reading, line, "customer", "unknown-customer", "expected a customer group named in Demand History", hint=near, severity=Severity.WARNING)
