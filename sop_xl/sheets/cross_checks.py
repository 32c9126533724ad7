"""Sheets held against each other: one small function per check, every problem at its cell.

A check is silent where a sheet that it needs is absent or empty: absence has a stated default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.actuals_checks import check_actuals
from sop_xl.sheets.cells import show, suggestion
from sop_xl.sheets.customer_checks import check_customer_lines, check_event_customers
from sop_xl.sheets.decision_checks import check_decisions
from sop_xl.sheets.life_cycle_checks import (
    check_donors,
    check_life_cycle_dates,
    check_like_items,
    check_scales,
)
from sop_xl.sheets.locations import ONLY_LOCATION
from sop_xl.sheets.model_checks import (
    check_model_terms,
    check_price_drivers,
    check_rule_drivers,
    check_rule_scopes,
)
from sop_xl.sheets.money_checks import (
    check_budget_terms,
    check_item_money,
    check_line_units,
    check_rate_units,
    check_rates,
)
from sop_xl.sheets.payment_checks import check_payment_terms
from sop_xl.sheets.people_checks import (
    check_accounts,
    check_expiry_policies,
    check_sales_in_both,
    check_sales_numbers,
    check_set_values,
)
from sop_xl.sheets.price_checks import PRICE_CHECKS
from sop_xl.sheets.readings import Readings, current_period, filled, moment_text, quoted_label, stated_columns
from sop_xl.sheets.risk_checks import check_risks
from sop_xl.sheets.scope_checks import check_empty_scopes, check_ended_items, check_reserved_names
from sop_xl.sheets.supply_checks import SUPPLY_CHECKS

_MOST_SUGGESTIONS = 40
"""Unknown names for which a near one is looked up; beyond it somebody pasted the wrong list."""

_DEFAULT_NAMES = {"family": "(no family)", "category": "(no category)", "region": "(no region)"}


def cross_check(readings: Readings) -> list[Problem]:
    """Every problem that only shows when sheets are held against each other, in the order of `CHECKS`.

    Parameters
    ----------
    readings
        Readings by sheet name; a missing sheet is absent from it.
    """
    return [problem for check in CHECKS for problem in check(readings)]


def check_references(readings: Readings) -> Iterator[Problem]:
    """Items, families, locations and regions named anywhere stand in the sheet that lists them."""
    looked_up: dict[tuple[str, str], str] = {}
    for reading in readings.values():
        for column in reading.spec.columns:
            if not column.references or reading.records.empty or column.name not in stated_columns(reading):
                continue
            sheet, _, field = column.references.partition(".")
            known = _listed(readings, sheet, field)
            if not known:
                continue
            cells = reading.records[column.name]
            unknown = cells[~cells.isin([*known, ""])]
            for line, name in unknown.items():
                place = (column.references, str(name))
                if place not in looked_up:
                    looked_up[place] = suggestion(str(name), known) if len(looked_up) < _MOST_SUGGESTIONS else ""
                words = field.replace("_", " ")
                article = "an" if words[0] in "aeio" else "a"
                yield Problem(
                    reading.sheet, reading.cell_of(line, column.name), f"unknown-{field}", f"expected {article} {words} listed in {sheet}",
                    show(str(name)), looked_up[place],
                )  # fmt: skip


def check_stocking_locations(readings: Readings) -> Iterator[Problem]:
    """Without a Locations sheet, stock lies where demand arises."""
    inventory, history = filled(readings, "Inventory"), filled(readings, "Demand History")
    if inventory is None or history is None or filled(readings, "Locations") is not None:
        return
    known = set(history.frame["location"]) if len(history.frame) else set()
    for line, name in inventory.records["location"].items():
        if known and (name or ONLY_LOCATION) not in known:
            yield Problem(
                inventory.sheet, inventory.cell_of(line, "location"), "unknown-location", "expected a location named in Demand History",
                show(str(name)), suggestion(str(name), sorted(known)) or "or list it in Locations", Severity.WARNING,
            )  # fmt: skip


def check_blank_locations(readings: Readings) -> Iterator[Problem]:
    """An empty location means the one location All; where Locations lists others, it means nothing."""
    known = _listed(readings, "Locations", "location")
    if not known or ONLY_LOCATION in known:
        return
    for sheet in ("Demand History", "Inventory", "Open Orders"):
        reading = filled(readings, sheet)
        if reading is None:
            continue
        blank = reading.records.index[reading.records["location"] == ""]
        if len(blank):
            more = f"{len(blank)} lines state none" if len(blank) > 1 else ""
            yield Problem(reading.sheet, reading.cell_of(blank[0], "location"), "missing-value", "expected a location listed in Locations", "nothing", more)


def check_spans(readings: Readings) -> Iterator[Problem]:
    """What starts ends later."""
    spans = (("Events", "first_period", "last_period"), ("Overrides", "first_period", "last_period"), ("Items", "start", "end"))
    for sheet, first, last in spans:
        reading = filled(readings, sheet)
        if reading is None:
            continue
        records = reading.records
        for line in records.index[records[last] < records[first]]:
            label = reading.spec.column(first).label
            yield Problem(
                reading.sheet, reading.cell_of(line, last), "ends-before-start", f"expected a {quoted_label(reading, last)} not before {label} {moment_text(reading, first, line)}",
                moment_text(reading, last, line),
            )  # fmt: skip


def check_sales_input_scope(readings: Readings) -> Iterator[Problem]:
    """A line of sales input names an item or a family."""
    reading = filled(readings, "Sales Input")
    if reading is None:
        return
    records = reading.records
    for line in records.index[(records["item"] == "") & (records["family"] == "")]:
        yield Problem(reading.sheet, reading.cell_of(line, "item"), "missing-value", "expected an item or a family", "neither")


def check_percentages(readings: Readings) -> Iterator[Problem]:
    """A share above 500 % is more likely a percentage typed as a whole number."""
    for sheet, kind, field in (("Events", "effect_kind", "effect"), ("Overrides", "action", "value")):
        reading = filled(readings, sheet)
        if reading is None:
            continue
        records = reading.records
        for line in records.index[(records[kind] == "percent") & (records[field].abs() > 5)]:
            value = float(records[field].loc[line])
            yield Problem(
                reading.sheet, reading.cell_of(line, field), "percent-or-fraction", "expected a fraction such as 0.2", show(value),
                f"it means {value:+.0%}; {value:g} % is {value / 100:g}, and more than +500 % is stated in units",
            )  # fmt: skip


def check_horizon(readings: Readings) -> Iterator[Problem]:
    """Events and overrides that lie outside the plan, and overrides that have expired, change nothing: said, not refused.

    Past events are learned from, as far back as history goes.
    """
    current = current_period(readings)
    if current is None:
        return
    settings = next(iter(readings.values())).settings
    calendar = next(iter(readings.values())).calendar
    after = calendar.shift(current, settings.horizon)
    span = f"{calendar.label(current)} to {calendar.label(calendar.shift(after, -1))}"
    for sheet, first, last in (("Events", "first_period", "last_period"), ("Overrides", "first_period", "last_period")):
        reading = filled(readings, sheet)
        if reading is None:
            continue
        ends = reading.records[last].fillna(reading.records[first])
        since = current if sheet == "Overrides" else _first_of_history(readings, current)
        outside = (reading.records[first] >= after) | (ends < since)
        for line in reading.records.index[outside]:
            yield Problem(
                reading.sheet, reading.cell_of(line, first), "outside-the-plan", f"expected periods of the plan, {span}", moment_text(reading, first, line),
                "it changes nothing", Severity.WARNING,
            )  # fmt: skip
    lifecycle = filled(readings, "Lifecycle")
    if lifecycle is not None:
        for line in lifecycle.records.index[lifecycle.records["period"] >= after]:
            yield Problem(
                lifecycle.sheet, lifecycle.cell_of(line, "period"), "outside-the-plan", f"expected a period before the end of the plan, {span}",
                moment_text(lifecycle, "period", line), "it changes nothing", Severity.WARNING,
            )  # fmt: skip
    overrides = filled(readings, "Overrides")
    if overrides is not None:
        for line in overrides.records.index[overrides.records["expires"] < current]:
            yield Problem(
                overrides.sheet, overrides.cell_of(line, "expires"), "expired", "not applied: the override has expired", moment_text(overrides, "expires", line),
                severity=Severity.NOTE,
            )  # fmt: skip


def check_supply_chains(readings: Readings) -> Iterator[Problem]:
    """A location that supplies another one keeps its own stock."""
    reading = filled(readings, "Locations")
    if reading is None:
        return
    source = dict(zip(reading.records["location"], reading.records["supplied_from"], strict=True))
    for line, name, start in zip(reading.records.index, reading.records["location"], reading.records["supplied_from"], strict=True):
        further = source.get(start, "")
        if start not in ("", name) and further not in ("", start):
            yield Problem(
                reading.sheet, reading.cell_of(line, "supplied_from"), "supply-chain", "expected a location with its own stock", show(start),
                f"{start} is itself supplied from {further}",
            )  # fmt: skip


CHECKS: tuple[Callable[[Readings], Iterator[Problem]], ...] = (
    check_references,
    check_reserved_names,
    check_stocking_locations,
    check_blank_locations,
    check_customer_lines,
    check_event_customers,
    check_like_items,
    check_donors,
    check_scales,
    check_life_cycle_dates,
    check_spans,
    check_sales_input_scope,
    check_sales_numbers,
    check_sales_in_both,
    check_accounts,
    check_percentages,
    check_set_values,
    check_expiry_policies,
    check_empty_scopes,
    check_ended_items,
    check_horizon,
    check_line_units,
    check_rates,
    check_rate_units,
    check_item_money,
    check_supply_chains,
    check_budget_terms,
    check_payment_terms,
    check_model_terms,
    check_rule_drivers,
    check_rule_scopes,
    check_price_drivers,
    *SUPPLY_CHECKS,
    check_decisions,
    check_actuals,
    check_risks,
    *PRICE_CHECKS,
)
"""Every check, in the order in which its problems are listed."""


def _first_of_history(readings: Readings, current: pd.Timestamp) -> pd.Timestamp:
    """First period with demand; `current` where there is none."""
    history = readings["Demand History"].frame
    known = history.loc[history["demand"].notna(), "period"]
    return current if known.empty else readings["Demand History"].calendar.start_of(known.min())


def _listed(readings: Readings, sheet: str, field: str) -> list[str]:
    """The names that a column lists, in order; with the name that stands for an empty cell."""
    reading = filled(readings, sheet)
    if reading is None:
        return []
    names = dict.fromkeys(str(v) for v in reading.records[field] if v != "")
    if field in _DEFAULT_NAMES and names:
        names[_DEFAULT_NAMES[field]] = None
    return list(names)
