"""Bills of material: what a unit takes, what can stand in for what, and bills that go round in a circle."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import numpy as np
import pandas as pd

from sop_xl.plan.grid import records
from sop_xl.plan.notes import Note

BILL_COLUMNS = ("item", "component", "quantity", "substitute_for", "extra_cost")


def resolve_bill(bill_of_materials: pd.DataFrame, sold: frozenset[str], notes: list[Note]) -> pd.DataFrame:
    """Every line of every bill, substitutes spread over the lines in whose place they can stand.

    Parameters
    ----------
    bill_of_materials
        BILL_OF_MATERIALS.
    sold
        Items with demand of their own: where a bill goes round in a circle, its top is one of these.
    notes
        Takes what could not be used: a bill in a circle loses the line that closes it; a substitute for what nothing uses is left out.

    Returns
    -------
    DataFrame
        item, component, quantity (units that leave stock per unit ordered: quantity per / (1 - scrap); the yield of the source is not in
        it, for a unit that turns out bad has taken its components as well), substitute_for (row of this frame, -1 = a regular line; then
        quantity is per unit of the regular component as it leaves stock), extra_cost. Regular lines first, sorted by item and component.
        A substitute that a line states for one item holds before one that is stated for all.
    """
    stated = bill_of_materials.assign(scrap=bill_of_materials["scrap"].fillna(0.0), extra_cost=bill_of_materials["extra_cost"].fillna(0.0))
    is_regular = (stated["substitute_for"] == "").to_numpy(dtype=bool)
    regular = stated[is_regular & (stated["item"] != "")].sort_values(["item", "component"], kind="stable", ignore_index=True)
    lines = regular.assign(quantity=regular["quantity_per"] / (1.0 - regular["scrap"]), substitute_for=-1, line=np.arange(len(regular)))
    stands_in = _spread_substitutes(stated[~is_regular], lines, notes)
    bill = pd.concat([lines[[*BILL_COLUMNS]], stands_in[[*BILL_COLUMNS]]], ignore_index=True)
    return _without_circles(bill.astype({"substitute_for": np.intp}), sold, notes)


def _spread_substitutes(substitutes: pd.DataFrame, lines: pd.DataFrame, notes: list[Note]) -> pd.DataFrame:
    """One row for each regular line in whose place a substitute can stand."""
    replaced = lines[["item", "component", "scrap", "line"]].rename(columns={"component": "substitute_for", "scrap": "scrap_replaced"})
    of_all = substitutes["item"] == ""
    wide = substitutes[of_all].drop(columns="item").merge(replaced, on="substitute_for").assign(width=1)
    narrow = substitutes[~of_all].merge(replaced, on=["item", "substitute_for"]).assign(width=0)
    both = pd.concat([narrow, wide], ignore_index=True)
    unused = substitutes[~substitutes["substitute_for"].isin(both["substitute_for"])]
    for row in records(unused):
        words = f"{row.component} stands in for {row.substitute_for}, which no bill uses; left out"
        notes.append(Note("bill_of_materials", f"{row.item} / {row.component} / {row.substitute_for}", "substitute-for-nothing", words))
    both = both.sort_values(["line", "component", "width"], kind="stable").drop_duplicates(["line", "component"])
    # a unit of the replaced component as it leaves stock holds (1 - its scrap) units that get into the product
    quantity = both["quantity_per"] * (1.0 - both["scrap_replaced"]) / (1.0 - both["scrap"])
    return both.assign(quantity=quantity, substitute_for=both["line"])


def _without_circles(bill: pd.DataFrame, sold: frozenset[str], notes: list[Note]) -> pd.DataFrame:
    """The bill without the lines that close a circle, so that it can be taken level by level."""
    bad: set[tuple[str, str]] = set()
    while circle := _find_circle(bill, bad):
        tops = [k for k, item in enumerate(circle) if item in sold] or [circle.index(min(circle))]
        path = [*circle[tops[0] :], *circle[: tops[0]]]
        closing = (path[-1], path[0])
        words = f"{' > '.join([*path, path[0]])} goes round in a circle; {closing[1]} as a component of {closing[0]} is left out"
        notes.append(Note("bill_of_materials", " / ".join(closing), "bill-in-a-circle", words))
        bad.add(closing)
    if not bad:
        return bill
    pairs = zip(bill["item"], bill["component"], strict=True)
    out = np.fromiter((pair in bad for pair in pairs), dtype=bool, count=len(bill))
    parent = bill["substitute_for"].to_numpy()
    out |= (parent >= 0) & out[parent]  # who stood in for a line that is gone
    kept = bill[~out].reset_index(drop=True)
    place = np.cumsum(~out) - 1
    kept["substitute_for"] = np.where(kept["substitute_for"] >= 0, place[kept["substitute_for"]], -1)
    return kept


def _find_circle(bill: pd.DataFrame, bad: set[tuple[str, str]]) -> list[str]:
    """Items of one circle, each a component of the one before it; empty where there is none."""
    uses: dict[str, list[str]] = {}
    for item, component in zip(bill["item"], bill["component"], strict=True):
        if (item, component) not in bad:
            uses.setdefault(item, []).append(component)
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]  # each a predecessor of the next, the first again at the end
        return found[:0:-1]
    return []
