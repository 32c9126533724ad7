"""Customer groups: every quantity has one owner, and events name groups that Demand History has."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sop_xl.errors import Problem
from sop_xl.sheets.cells import show
from sop_xl.sheets.readings import Readings, filled


def check_customer_lines(readings: Readings) -> Iterator[Problem]:
    """A line of all customers beside lines of customer groups, in the same period: added up it would count twice."""
    history = filled(readings, "Demand History")
    if history is None or history.detail is None:
        return
    detail, records = history.detail, history.records
    groups = detail["customer_group"]
    if groups.nunique() < 2 or not (groups == "").any():
        return
    keys = ["item", "location", "period"]
    clashes = []
    for measure in history.spec.measures:
        stated = detail[detail[measure].notna()]
        whole = stated["customer_group"] == ""
        clashes.append(stated.loc[whole, keys].merge(stated.loc[~whole, keys].drop_duplicates(), on=keys))
    pairs = pd.concat(clashes)[["item", "location"]].drop_duplicates()
    if pairs.empty:
        return
    lines = records[records["customer_group"] == ""].reset_index(names="line")
    lines = lines.merge(pairs, on=["item", "location"]).drop_duplicates(["item", "location"])
    for line, item, location in lines[["line", "item", "location"]].itertuples(index=False):
        yield Problem(
            history.sheet, history.cell_of(line, "customer_group"), "customer-group-missing", "expected a customer group, as other lines of the same item and location have one",
            f"nothing for {show(str(item))}, {show(str(location))}", "a line for all customers would count their demand twice",
        )  # fmt: skip


def check_event_customers(readings: Readings) -> Iterator[Problem]:
    """An event for a customer group, where history names none; of names that it does not have `check_references` speaks."""
    events, history = filled(readings, "Events"), filled(readings, "Demand History")
    if events is None or history is None or (history.records["customer_group"] != "").any():
        return
    records = events.records
    for line in records.index[records["customer"] != ""]:
        yield Problem(
            events.sheet, events.cell_of(line, "customer"), "unknown-customer-group", "expected nothing: Demand History names no customer groups",
            show(str(records.at[line, "customer"])), "fill its column Customer group to plan by customer",
        )  # fmt: skip
