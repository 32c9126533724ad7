"""Rules of Forecast Models held against what their model needs, and against Drivers and Items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.cells import show, suggestion
from sop_xl.sheets.read import Reading
from sop_xl.sheets.readings import Readings, filled

SHEET = "Forecast Models"

COUNTED = "Working days"
"""Driver that needs no line: the calendar has it."""

_LIKE, _MANUAL, _AVERAGE = "Like item", "Manual", "Moving average"
_STATED = (_LIKE, _MANUAL, "Zero")
_WITH_VALUE = (_LIKE, _MANUAL, _AVERAGE)


def check_model_terms(readings: Readings) -> Iterator[Problem]:
    """Like item needs an item to be like, Manual a number, Moving average whole periods; other models need neither."""
    reading = filled(readings, SHEET)
    if reading is None:
        return
    columns = (reading.records[name] for name in ("model", "like_item", "value", "item"))
    for line, model, like, value, item in zip(reading.records.index, *columns, strict=True):
        if model == _LIKE and like == "":
            yield _at(reading, line, "like_item", "missing-value", "expected an item for the model Like item", "nothing")
        elif model == _LIKE and like == item:
            yield _at(reading, line, "like_item", "same-item", "expected another item than the one forecast", show(like))
        elif model != _LIKE and like != "":
            yield _unused(reading, line, "like_item", like, f"{model} follows no item")
        if model == _MANUAL and pd.isna(value):
            yield _at(reading, line, "value", "missing-value", "expected units per period for the model Manual", "nothing", "0 is no demand")
        elif model == _AVERAGE and not pd.isna(value) and (value < 1 or value % 1):
            yield _at(reading, line, "value", "whole-periods", "expected a whole number of periods, 1 or more", show(float(value)))
        elif model not in _WITH_VALUE and not pd.isna(value):
            yield _unused(reading, line, "value", float(value), f"{model} takes no value")


def check_rule_drivers(readings: Readings) -> Iterator[Problem]:
    """Drivers that a rule names stand on Drivers, and the rule's model can follow them."""
    reading = filled(readings, SHEET)
    if reading is None:
        return
    drivers = filled(readings, "Drivers")
    names = [COUNTED] if drivers is None else [*dict.fromkeys(str(name) for name in drivers.records["driver"]), COUNTED]
    known = {name.casefold() for name in names}
    columns = (reading.records[name] for name in ("drivers", "model"))
    for line, text, model in zip(reading.records.index, *columns, strict=True):
        stated = [name.strip() for name in str(text).split(",") if name.strip()]
        missing = [name for name in stated if name.casefold() not in known]
        if missing:
            hint = suggestion(missing[0], names) or "separate several names by commas"
            yield _at(reading, line, "drivers", "unknown-driver", "expected a driver named in Drivers", show(missing[0]), hint)
        elif COUNTED.casefold() in (name.casefold() for name in stated) and reading.settings.working_days != "off":
            yield _unused_days(reading, line)
        elif stated and model in _STATED:
            yield _unused(reading, line, "drivers", ", ".join(stated), f"{model} follows none")


def check_rule_scopes(readings: Readings) -> Iterator[Problem]:
    """A rule for an item and a family that the item is not in holds nowhere."""
    reading, items = filled(readings, SHEET), filled(readings, "Items")
    if reading is None or items is None or items.frame.empty:
        return
    family_of = dict(zip(items.frame["item"], items.frame["family"], strict=True))
    families, records = set(family_of.values()), reading.records
    own = records["item"].map(family_of)
    other = own.notna() & (records["family"] != "") & (own != records["family"]) & records["family"].isin(families)
    for line in records.index[other]:
        expected = f"expected {own[line]}, the family of item {records.at[line, 'item']!s}, or nothing"
        yield _at(
            reading, line, "family", "empty-scope", expected, show(str(records.at[line, "family"])), "nothing is in both, so it changes nothing", Severity.WARNING
        )


def _unused_days(reading: Reading, line: Any) -> Problem:
    expected = f"expected no {COUNTED} while the setting {COUNTED} has them"
    hint = f"history stands on equal working days already: {reading.settings.working_days}"
    return _at(reading, line, "drivers", "counted-twice", expected, show(COUNTED), hint, Severity.WARNING)


def _at(reading: Reading, line: Any, field: str, rule: str, expected: str, got: str, hint: str = "", severity: Severity = Severity.ERROR) -> Problem:
    return Problem(reading.sheet, reading.cell_of(line, field), rule, expected, got, hint, severity)


def _unused(reading: Reading, line: Any, field: str, value: str | float, why: str) -> Problem:
    return _at(reading, line, field, "not-used", "expected nothing", show(value), f"it changes nothing: {why}", Severity.WARNING)
