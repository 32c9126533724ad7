"""Rules of Forecast Models held against what their model needs, and against Drivers, Items and Events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from sop_xl.errors import Problem, Severity
from sop_xl.periods import Calendar
from sop_xl.sheets.cells import show, suggestion
from sop_xl.sheets.read import Reading
from sop_xl.sheets.readings import Readings, current_period, filled

SHEET = "Forecast Models"

COUNTED = "Working days"
"""Driver that needs no line: the calendar has it."""

PRICE = "price"
"""What the name of a driver has in it that is a price."""

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


def check_price_drivers(readings: Readings) -> Iterator[Problem]:
    """A planned price that the forecast follows does not move demand once more as the price change of an event."""
    events, drivers, rules, items = (filled(readings, name) for name in ("Events", "Drivers", SHEET, "Items"))
    if events is None or drivers is None or rules is None or items is None:
        return
    family_of, current = items.frame.set_index("item")["family"], current_period(readings)
    values = drivers.frame[drivers.frame["driver_value"].notna()]
    planned = values if current is None else values[values["period"] >= current]
    follow = [(rule, name) for rule in rules.records.itertuples() if rule.model not in _STATED for name in _prices_of(str(rule.drivers))]
    stated: Iterator[Any] = events.records[events.records["price_change"].notna() & (events.records["effect"] != 0)].itertuples()
    for event in stated:
        for rule, name in follow:
            both = _items_of(event, family_of) & _items_of(rule, family_of)
            if _has_value(planned[planned["driver"].str.casefold() == name.casefold()], event, rule, family_of[both], events.calendar):
                expected = f"expected no price change where the forecast follows the planned values of the driver {name}"
                hint = f"rule {rule.rule!s} moves demand by that price already: state 0 as Effect, or keep one of the two"
                yield _at(events, event.Index, "price_change", "counted-twice", expected, show(float(event.price_change)), hint, Severity.WARNING)
                break


def _prices_of(text: str) -> list[str]:
    """Names of price drivers in the Drivers cell of a rule."""
    return [name.strip() for name in text.split(",") if PRICE in name.casefold()]


def _items_of(row: Any, family_of: pd.Series) -> pd.Series:
    """Which items the item and family columns of a row mean."""
    wanted = pd.Series(True, index=family_of.index)
    if row.item:
        wanted &= family_of.index == row.item
    return wanted & (family_of == row.family) if row.family else wanted


def _has_value(values: pd.DataFrame, event: Any, rule: Any, family_of: pd.Series, calendar: Calendar) -> bool:
    """Whether a driver has a value for one of the items, where both the event and the rule hold, in a period of the event."""
    last = event.first_period if pd.isna(event.last_period) else event.last_period
    if family_of.empty or (event.location and rule.location and event.location != rule.location):
        return False
    own, group = values["item"], values["family"]
    about = own.isin(family_of.index) | ((own == "") & (group.isin(family_of) | (group == "")))
    place = event.location or rule.location
    if place:
        about &= values["location"].isin([place, ""])
    return bool((about & values["period"].between(calendar.start_of(event.first_period), calendar.start_of(last))).any())


def _unused_days(reading: Reading, line: Any) -> Problem:
    expected = f"expected no {COUNTED} while the setting {COUNTED} has them"
    hint = f"history stands on equal working days already: {reading.settings.working_days}"
    return _at(reading, line, "drivers", "counted-twice", expected, show(COUNTED), hint, Severity.WARNING)


def _at(reading: Reading, line: Any, field: str, rule: str, expected: str, got: str, hint: str = "", severity: Severity = Severity.ERROR) -> Problem:
    return Problem(reading.sheet, reading.cell_of(line, field), rule, expected, got, hint, severity)


def _unused(reading: Reading, line: Any, field: str, value: str | float, why: str) -> Problem:
    return _at(reading, line, field, "not-used", "expected nothing", show(value), f"it changes nothing: {why}", Severity.WARNING)
