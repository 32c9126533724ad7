"""Sheets of supply held against each other: bills without end, sources without a sender, limits that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.cells import show, suggestion
from sop_xl.sheets.read import Reading
from sop_xl.sheets.readings import Readings, filled


def _wrong(reading: Reading, line: int, field: str, rule: str, expected: str, got: str = "", hint: str = "", severity: Severity = Severity.ERROR) -> Problem:
    """A problem at the cell of a field; `got` is by default what the cell holds."""
    value = _value(reading, line, field)
    shown = got or ("nothing" if value == "" or pd.isna(value) else show(value))
    return Problem(reading.sheet, reading.cell_of(line, field), rule, expected, shown, hint, severity)


def _value(reading: Reading, line: Any, field: str) -> Any:
    return reading.records.at[line, field]


def check_bills(readings: Readings) -> Iterator[Problem]:
    """A line of a bill names what is made, unless it is a substitute; a substitute stands in for something that is used."""
    reading = filled(readings, "Bill of Materials")
    if reading is None:
        return
    records = reading.records
    regular = records["substitute_for"] == ""
    for line in records.index[regular & (records["item"] == "")]:
        yield _wrong(reading, line, "item", "missing-value", "expected the item that is made", hint="only a substitute may leave it empty")
    for line in records.index[(records["item"] == records["component"]) & (records["item"] != "")]:
        yield _wrong(reading, line, "component", "same-item", "expected another item than the one that is made")
    for line in records.index[~regular & (records["component"] == records["substitute_for"])]:
        yield _wrong(reading, line, "component", "same-item", "expected another item than the one that it stands in for")
    pairs = set(zip(records.loc[regular, "item"], records.loc[regular, "component"], strict=True))
    used = {component for _, component in pairs}
    for line in records.index[~regular]:
        item, component = _value(reading, line, "item"), _value(reading, line, "substitute_for")
        if component not in used or (item and (item, component) not in pairs):
            words = f"a component of {item}" if item else "a component of some item"
            yield _wrong(reading, line, "substitute_for", "substitute-for-nothing", f"expected {words}", hint="it changes nothing", severity=Severity.WARNING)


def check_bill_cycles(readings: Readings) -> Iterator[Problem]:
    """Nothing goes into itself, on whatever level; one problem per circle, at the line that closes it."""
    reading = filled(readings, "Bill of Materials")
    if reading is None:
        return
    records = reading.records[reading.records["substitute_for"] == ""]
    children: dict[str, list[tuple[int, str]]] = {}
    for line, item, component in zip(records.index, records["item"], records["component"], strict=True):
        if item and item != component:
            children.setdefault(str(item), []).append((line, str(component)))
    done: set[str] = set()
    for start in children:
        path: list[str] = []
        stack: list[tuple[str, int]] = [(start, 0)]
        while stack:
            item, place = stack.pop()
            if place == 0:
                if item in done:
                    continue
                path.append(item)
            below = children.get(item, [])
            if place < len(below):
                stack.append((item, place + 1))
                line, component = below[place]
                if component in path:
                    circle = [*path[path.index(component):], component]
                    yield _wrong(reading, line, "component", "bill-in-a-circle", "expected a component that does not contain its own item", hint=" > ".join(circle[:6]))
                else:
                    stack.append((component, 0))
            else:
                path.pop()
                done.add(item)


def _overlapping_dates(reading: Reading) -> Iterator[Problem]:
    """Rows of one source for several times follow one another."""
    scope = ["item", "family", "location", "kind", "source"]
    dated = reading.records.sort_values([*scope, "valid_from"], kind="stable", na_position="first")
    dated = dated[dated.duplicated(scope, keep=False)]
    before = dated.groupby(scope, sort=False)["valid_until"].shift()
    again = dated.duplicated(scope)  # a row after the first of its source
    for line in dated.index[again & (before.isna() | (before >= dated["valid_from"]))]:
        until = before[line]
        got = "a row that has no Valid until before it" if pd.isna(until) else f"one until {until:%Y-%m-%d} before it"
        yield _wrong(reading, line, "valid_from", "overlapping-dates", "expected rows of the same source to follow one another", got, "a source has one price and one lead time at a time")


def check_sources(readings: Readings) -> Iterator[Problem]:
    """Every source says where it sends from, within limits that can be kept."""
    reading = filled(readings, "Sourcing")
    if reading is None:
        return
    records = reading.records
    transfer = records["kind"] == "transfer"
    for line in records.index[transfer & (records["source"] == "")]:
        yield _wrong(reading, line, "source", "missing-value", "expected the location that the transfer comes from")
    for line in records.index[transfer & (records["source"] != "") & (records["source"] == records["location"])]:
        yield _wrong(reading, line, "source", "same-location", "expected another location than the one that receives")
    for line in records.index[(records["kind"] == "make") & (records["source"] != "")]:
        yield _wrong(reading, line, "source", "source-of-make", "expected nothing: what is made comes from our own factory", hint="a supplier that makes it is a subcontract")
    for line in records.index[records["minimum_order"] > records["maximum"]]:
        yield _wrong(reading, line, "minimum_order", "minimum-above-maximum", f"expected a Minimum order not above the Maximum {_value(reading, line, 'maximum'):g}",
                     hint="nothing could ever be ordered")
    for line in records.index[records["valid_until"] < records["valid_from"]]:
        yield _wrong(reading, line, "valid_until", "ends-before-start", f"expected a day not before Valid from {_value(reading, line, 'valid_from'):%Y-%m-%d}",
                     f"{_value(reading, line, 'valid_until'):%Y-%m-%d}")
    yield from _overlapping_dates(reading)
    locations = filled(readings, "Locations")
    if locations is not None:
        known = sorted(str(v) for v in locations.records["location"])
        for line in records.index[transfer & ~records["source"].isin([*known, ""])]:
            yield _wrong(reading, line, "source", "unknown-location", "expected a location listed in Locations", hint=suggestion(str(_value(reading, line, "source")), known))
    scope = [records[name] for name in ("item", "family", "location")]
    total = records["share"].groupby(scope).transform("sum")
    over = total[(total > 1 + 1e-9) & records["share"].notna()]
    for line in over.groupby([s[over.index] for s in scope]).head(1).index:
        yield _wrong(reading, line, "share", "shares-above-one", "expected shares of the same scope that add up to at most 1", f"{total[line]:g}",
                     hint="they are kept in proportion", severity=Severity.WARNING)


def check_supplier_names(readings: Readings) -> Iterator[Problem]:
    """Where Suppliers lists names, others are most likely slips: their limits and lead times would not be found."""
    listing = filled(readings, "Suppliers")
    if listing is None:
        return
    known = sorted(str(v) for v in listing.records["supplier"])
    for sheet, field in (("Sourcing", "source"), ("Open Orders", "supplier"), ("Purchase History", "supplier"), ("Scenario Drivers", "supplier"), ("Decisions", "supplier")):
        reading = filled(readings, sheet)
        if reading is None:
            continue
        records = reading.records
        names = records[field]
        if sheet == "Sourcing":
            names = names[records["kind"].isin(["buy", "subcontract"])]
        if sheet in ("Scenario Drivers", "Decisions"):
            sources = filled(readings, "Sourcing")
            named = set() if sources is None else set(sources.records["source"])
            names = names[~names.isin(named)]
        unknown = names[~names.isin([*known, ""])]
        for line in unknown.drop_duplicates().index:
            yield _wrong(reading, line, field, "unknown-supplier", "expected a supplier listed in Suppliers", hint=suggestion(str(unknown[line]), known) or "nothing is known of it there",
                         severity=Severity.WARNING)


def check_resources(readings: Readings) -> Iterator[Problem]:
    """What a resource can be stretched by is stated whole: shifts with their hours, workers with theirs."""
    reading = filled(readings, "Resources")
    if reading is None:
        return
    records = reading.records
    for line in records.index[(records["shifts"] > 0) & ~(records["shift_capacity"] > 0)]:
        yield _wrong(reading, line, "shift_capacity", "missing-value", "expected the hours that one more shift adds", hint="without them a shift adds nothing")
    for line in records.index[records["workers"].notna() & ~(records["hours_per_worker"] > 0)]:
        yield _wrong(reading, line, "hours_per_worker", "missing-value", "expected the hours of one worker", hint="capacity follows from workers where they are stated")
    for line in records.index[(records["hire_limit"] > 0) & records["workers"].isna()]:
        yield _wrong(reading, line, "workers", "missing-value", "expected the workers of today", hint="nobody can be hired to a resource without workers", severity=Severity.WARNING)
    stored = records["kind"] == "storage"
    for field in ("overtime_limit", "shifts", "workers"):
        for line in records.index[stored & (records[field] > 0)]:
            yield _wrong(reading, line, field, "space-works-no-hours", "expected nothing: a storage resource has space, not hours", hint="it is left out", severity=Severity.WARNING)
    loads = filled(readings, "Bill of Resources")
    loaded = set() if loads is None else set(loads.records["resource"])
    for line in records.index[~records["resource"].isin(loaded) & records["capacity"].notna()]:
        yield _wrong(reading, line, "resource", "resource-without-load", "expected a resource that Bill of Resources loads", hint="its limit binds nothing", severity=Severity.NOTE)


def check_purchases(readings: Readings) -> Iterator[Problem]:
    """Receipts come after their orders, and no more is rejected than came; one line each, at the first of such lines."""
    reading = filled(readings, "Purchase History")
    if reading is None:
        return
    records = reading.records
    for wrong, field, rule, words in (
        (records["received"] < records["ordered"], "received", "received-before-ordered", "expected a receipt not before its order"),
        (records["rejected_quantity"] > records["received_quantity"], "rejected_quantity", "rejected-above-received", "expected a Rejected quantity not above the Received quantity"),
    ):
        lines = records.index[wrong]
        if len(lines):
            more = f"{len(lines)} such lines, left out of the measurement" if len(lines) > 1 else "left out of the measurement"
            value = _value(reading, lines[0], field)
            got = f"{value:%Y-%m-%d}" if field == "received" else f"{value:g}"
            yield _wrong(reading, lines[0], field, rule, words, got, more, Severity.WARNING)


def check_customer_classes(readings: Readings) -> Iterator[Problem]:
    """A class that nobody buys under changes nothing."""
    reading, history = filled(readings, "Customer Classes"), filled(readings, "Demand History")
    if reading is None or history is None:
        return
    known = sorted({str(v) for v in history.records["customer_group"] if v != ""})
    records = reading.records
    for line in records.index[~records["customer"].isin(known)]:
        yield _wrong(reading, line, "customer", "unknown-customer", "expected a customer group named in Demand History",
                     hint=suggestion(str(_value(reading, line, "customer")), known) or "it changes nothing", severity=Severity.WARNING)


WITHOUT_VALUE = ("supplier out",)
"""Drivers that say all by their scope and span."""
_OF_RESOURCES = ("capacity", "overtime limit", "extra shifts")


def check_scenario_drivers(readings: Readings) -> Iterator[Problem]:
    """A driver says how much, within what is possible, and ends after it starts."""
    reading = filled(readings, "Scenario Drivers")
    if reading is None:
        return
    records = reading.records
    for line in records.index[~records["driver"].isin(WITHOUT_VALUE) & records["value"].isna()]:
        yield _wrong(reading, line, "value", "missing-value", f"expected how much {_value(reading, line, 'driver')} changes")
    for line in records.index[(records["action"] == "percent") & (records["value"] < -1)]:
        yield _wrong(reading, line, "value", "percent-below-nothing", "expected a fraction not below -1, which takes all of it away")
    for line in records.index[(records["action"] == "percent") & (records["value"].abs() > 5)]:
        value = float(_value(reading, line, "value"))
        yield _wrong(reading, line, "value", "percent-or-fraction", "expected a fraction such as 0.2", hint=f"it means {value:+.0%}", severity=Severity.WARNING)
    for line in records.index[(records["resource"] != "") & ~records["driver"].isin(_OF_RESOURCES)]:
        yield _wrong(reading, line, "resource", "resource-of-other-driver", f"expected nothing: {_value(reading, line, 'driver')} is of no resource", hint="it narrows nothing", severity=Severity.WARNING)


def check_supply_spans(readings: Readings) -> Iterator[Problem]:
    """A span of periods ends after it starts."""
    for sheet in ("Scenario Drivers", "Decisions"):
        reading = filled(readings, sheet)
        if reading is None:
            continue
        records = reading.records
        for line in records.index[records["last_period"] < records["first_period"]]:
            label = reading.calendar.label
            yield _wrong(reading, line, "last_period", "ends-before-start", f"expected a period not before From {label(_value(reading, line, 'first_period'))}", label(_value(reading, line, "last_period")))


SUPPLY_CHECKS = (
    check_bills, check_bill_cycles, check_sources, check_supplier_names, check_resources, check_purchases, check_customer_classes,
    check_scenario_drivers, check_supply_spans,
)  # fmt: skip
"""Every check of this module, in the order in which its problems are listed."""
