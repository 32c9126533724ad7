"""Sheets held against each other where money is at stake: units, currencies, rates, costs and prices."""

from __future__ import annotations

from collections.abc import Iterator

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.cells import show, squeeze
from sop_xl.sheets.currencies import CURRENCIES, currency_of
from sop_xl.sheets.grids import money_lines
from sop_xl.sheets.readings import Readings, filled, said, stated_columns


def check_line_units(readings: Readings) -> Iterator[Problem]:
    """Money is stated in a currency; quantities in the item's own stocking unit."""
    items = filled(readings, "Items")
    unit_of = {} if items is None else dict(zip(items.records["item"], items.records["unit"], strict=True))
    for name in ("Demand History", "Sales Input", "Budget"):
        reading = filled(readings, name)
        if reading is None or reading.labels is None or "unit" not in stated_columns(reading):
            continue
        is_money = money_lines(reading.spec, reading.labels, reading.header)
        for line, unit, item, money in zip(reading.records.index, reading.records["unit"], reading.records["item"], is_money, strict=True):
            if not unit:
                continue
            cell = reading.cell_of(line, "unit")
            if money is True and unit.upper() not in (*CURRENCIES, reading.settings.plan_currency):
                yield Problem(reading.sheet, cell, "unknown-currency", "expected a three-letter currency code", show(unit), "state thousands with Budget money unit in Settings")
            elif money is False and unit_of.get(item) and squeeze(unit) != squeeze(unit_of[item]):
                yield Problem(reading.sheet, cell, "other-unit", f"expected {show(unit_of[item])}, the stocking unit of {item}", show(unit), "quantities are not converted", Severity.WARNING)


def check_rates(readings: Readings) -> Iterator[Problem]:
    """Every foreign currency has a rate: needed to convert lines, wished for where a location sells."""
    rates = filled(readings, "FX Rates")
    known = set() if rates is None else {str(c).upper() for c in rates.records["currency"]}
    for name in ("Budget", "Demand History"):
        reading = filled(readings, name)
        if reading is None or reading.labels is None:
            continue
        is_money = money_lines(reading.spec, reading.labels, reading.header)
        said: set[str] = set()
        for line, unit, money in zip(reading.records.index, reading.records["unit"], is_money, strict=True):
            currency = currency_of(unit, reading.settings.plan_currency)
            if money is True and currency not in (reading.settings.plan_currency.upper(), *known, *said):
                said.add(currency)
                yield Problem(reading.sheet, reading.cell_of(line, "unit"), "no-rate", f"expected a rate for {currency} in FX Rates", "none")
    yield from _unrated_prices(readings, known)
    locations = filled(readings, "Locations")
    if locations is None:
        return
    home = locations.settings.plan_currency.upper()
    sells_in = locations.records.drop_duplicates("currency")["currency"]
    for line, code in sells_in.items():
        if code and str(code).upper() not in (home, *known):
            yield Problem(
                locations.sheet, locations.cell_of(line, "currency"), "no-rate", f"expected a rate for {code} in FX Rates", "none",
                "money is shown in plan currency only", Severity.WARNING,
            )  # fmt: skip


def check_rate_units(readings: Readings) -> Iterator[Problem]:
    """A rate is of its currency per plan currency; one that says another is read the wrong way, as when the plan currency was changed and the rates were not."""
    rates = filled(readings, "FX Rates")
    if rates is None:
        return
    home = rates.settings.plan_currency.upper()
    for line, code, unit in zip(rates.records.index, rates.records["currency"], rates.records["unit"], strict=True):
        if unit and squeeze(unit) not in (squeeze(f"{code} per {home}"), squeeze(f"{code}/{home}"), squeeze(f"per {home}")):
            hint = f"Plan currency in Settings is {home}: restate the rate, then its unit"
            yield Problem(rates.sheet, rates.cell_of(line, "unit"), "other-rate-unit", f'expected "{str(code).upper()} per {home}"', show(unit), hint)


def _unrated_prices(readings: Readings, known: set[str]) -> Iterator[Problem]:
    """List prices in a currency without a rate, one line for each; a code that is no currency has its own problem."""
    prices = filled(readings, "Price List")
    if prices is None:
        return
    # a discount alone is taken off the price in Items, whatever its row says of currencies
    codes = prices.records.loc[prices.records["list_price"].notna(), "currency"].astype(str).str.upper()
    unrated = codes[codes.isin(CURRENCIES - known - {prices.settings.plan_currency.upper()})]
    for line, code in unrated.drop_duplicates().items():
        yield Problem(prices.sheet, prices.cell_of(line, "currency"), "no-rate", f"expected a rate for {code} in FX Rates", "none")


def check_item_money(readings: Readings) -> Iterator[Problem]:
    """Items without cost have no margin and no stock value; without price and revenue no money at all."""
    items, history = filled(readings, "Items"), filled(readings, "Demand History")
    if items is None or history is None:
        return
    sold = set(history.frame["item"])
    earning = set(history.frame.loc[history.frame["revenue"].notna(), "item"])
    # a cost that cannot be read has its own problem already
    records = items.records[items.records["item"].isin(sold & set(items.frame["item"]))]
    missing = {
        "unit_cost": (records["unit_cost"].isna(), "no unit cost: left out of cost, margin and stock value"),
        "unit_price": (records["unit_price"].isna() & ~records["item"].isin(earning), "no price and no revenue: left out of all money"),
    }
    for field, (lines, words) in missing.items():
        names = records.loc[lines, "item"].tolist()
        if names:
            shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
            cell = items.cell_of(records.index[lines][0], field)
            yield Problem(items.sheet, cell, f"no-{field.replace('_', '-')}", f"{len(names)} items with demand have {words}", "", shown, Severity.WARNING)


def check_budget_terms(readings: Readings) -> Iterator[Problem]:
    """How the settings make the pasted budget into plan money and plan periods is said."""
    reading = filled(readings, "Budget")
    if reading is None or reading.frame.empty:
        return
    settings, calendar = reading.settings, reading.calendar
    if settings.budget_scale != 1:
        yield said(reading, "budget-scale", f"money read as multiples of {settings.budget_scale:,.0f} (Budget money unit in Settings)")
    if settings.budget_period_shift:
        first, last = reading.frame["period"].min(), reading.frame["period"].max()
        words = f"every period moved by {settings.budget_period_shift} (Budget period shift in Settings): the budget now covers {calendar.label(first)} to {calendar.label(last)}"
        yield said(reading, "budget-shift", words)
    if reading.labels is not None and any(m is True and not u for m, u in zip(money_lines(reading.spec, reading.labels, reading.header), reading.records["unit"], strict=True)):
        yield said(reading, "currency-not-stated", f"lines without a currency read as {settings.plan_currency}")
