"""Sales Input and Overrides held against what they need: numbers that can be sold, customers that are known, days from which a policy counts."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sop_xl.blocks import a1
from sop_xl.errors import Problem, Severity
from sop_xl.sheets.cells import show, suggestion
from sop_xl.sheets.read import Reading
from sop_xl.sheets.readings import Readings, current_period, filled, moment_text

COUNTED_FROM_ENTRY = ("decay", "expire", "re-confirm")
"""Expiry policies that count cycles from the day of entry."""


def check_sales_numbers(readings: Readings) -> Iterator[Problem]:
    """Nobody expects to sell less than nothing; one problem per line, at its first such cell."""
    reading = filled(readings, "Sales Input")
    if reading is None or reading.labels is None or reading.values is None:
        return
    values = reading.values
    below = values.number < 0
    for line in sorted(set(values.line[below].tolist())):
        cells = [n for n in range(len(values.number)) if below[n] and values.line[n] == line]
        first = min(cells, key=lambda n: int(values.column[n]))
        cell = a1(reading.origin[0] + reading.labels.rows[line], reading.origin[1] + int(values.column[first]))
        more = f"and {len(cells) - 1} more in this line" if len(cells) > 1 else "a number is what is sold, not a change"
        yield Problem(reading.sheet, cell, "below-zero", "expected a number of 0 or more", show(float(values.number[first])), more)


def check_sales_in_both(readings: Readings) -> Iterator[Problem]:
    """Units and money for the same demand: the units are planned; one warning per line of money."""
    reading = filled(readings, "Sales Input")
    if reading is None or reading.frame.empty:
        return
    both = reading.frame[reading.frame["demand"].notna() & reading.frame["revenue"].notna()]
    twice = set(both[["item", "family", "location", "contributor", "account"]].itertuples(index=False, name=None))
    records = reading.records
    if not twice or "measure" not in records:
        return
    for line in records.index[records["measure"] == "Revenue"]:
        row = records.loc[line]
        key = (row["item"], "" if row["item"] else row["family"], row["location"], row["contributor"], row["account"])
        if key in twice:
            yield Problem(
                reading.sheet, reading.cell_of(line, "measure"), "units-and-money", "expected units or money for the same demand", "both",
                "the units are planned where both are given", Severity.WARNING,
            )  # fmt: skip


def check_accounts(readings: Readings) -> Iterator[Problem]:
    """An account of sales input is a customer of history; where no history by customer is there, a note says what that means."""
    reading = filled(readings, "Sales Input")
    if reading is None:
        return
    accounts = reading.records["account"]
    named = accounts[accounts != ""]
    if named.empty:
        return
    known = _customers(readings)
    if not known:
        words = "accounts of a contributor are added up and taken as the whole demand: Demand History names no customers"
        yield Problem(reading.sheet, reading.cell_of(named.index[0], "account"), "accounts-are-all", words, show(str(named.iloc[0])), severity=Severity.NOTE)
        return
    for name, lines in named[~named.isin(known)].groupby(named, sort=False):
        near = suggestion(str(name), known)
        yield Problem(
            reading.sheet, reading.cell_of(lines.index[0], "account"), "unknown-customer", "expected a customer named in Demand History", show(str(name)),
            near or "taken as new: its number comes on top of the forecast of the others", Severity.WARNING if near else Severity.NOTE,
        )  # fmt: skip


def _customers(readings: Readings) -> list[str]:
    """Customers that history names, in order."""
    history = filled(readings, "Demand History")
    if history is None or "customer_group" not in history.records:
        return []
    return [name for name in dict.fromkeys(history.records["customer_group"].astype(str)) if name]


def check_expiry_policies(readings: Readings) -> Iterator[Problem]:
    """A policy that counts cycles needs the day of entry; what waits to be confirmed again is listed until that day is renewed."""
    reading = filled(readings, "Overrides")
    if reading is None:
        return
    current, calendar, records = current_period(readings), reading.calendar, reading.records
    counted = records[records["expiry_policy"].isin(COUNTED_FROM_ENTRY)]
    for line, policy, entered in zip(counted.index, counted["expiry_policy"], counted["entered"], strict=True):
        cell = reading.cell_of(line, "entered")
        if pd.isna(entered):
            yield Problem(reading.sheet, cell, "missing-value", "expected the day of entry", "nothing", f'"{policy}" counts from it')
            continue
        over = current is not None and calendar.start_of(entered) < current
        if over and _still_planned(reading, line, current) and policy == "re-confirm":
            yield Problem(
                reading.sheet, cell, "to-re-confirm", f"expected a day from {current:%Y-%m-%d} on to confirm it", moment_text(reading, "entered", line),
                "it is not applied until then", Severity.WARNING,
            )  # fmt: skip
        elif over and policy == "expire":
            yield Problem(
                reading.sheet, cell, "expired", "not applied: it was for the cycle of its entry", moment_text(reading, "entered", line), severity=Severity.NOTE,
            )  # fmt: skip


def _still_planned(reading: Reading, line: int, current: pd.Timestamp | None) -> bool:
    """Whether an override is about the current period or later ones, and has not ended by its Expires."""
    if current is None:
        return False
    row = reading.records.loc[[line]]
    last = row["last_period"].fillna(row["first_period"])
    return bool(((last >= current) & ~(row["expires"] < current)).all())


def check_set_values(readings: Readings) -> Iterator[Problem]:
    """A plan cannot be set below nothing."""
    reading = filled(readings, "Overrides")
    if reading is None:
        return
    records = reading.records
    below = records.loc[(records["action"] == "set") & (records["value"] < 0), "value"]
    for line, value in below.items():
        yield Problem(
            reading.sheet, reading.cell_of(line, "value"), "below-zero", "expected 0 or more units to set", show(float(value)),
            'to take units away, use "add"', Severity.WARNING,
        )  # fmt: skip
