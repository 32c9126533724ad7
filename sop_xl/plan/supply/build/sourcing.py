"""Which lines of Sourcing hold for which stock point, and what stands in where none does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.grid import records
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.scopes import SCOPE, in_scope

MAKERS = ("make", "subcontract")
"""Kinds of source that take the components of a bill."""

SUPPLIED = ("buy", "subcontract")
"""Kinds of source whose name is a supplier's."""


def usable_sourcing(sourcing: pd.DataFrame, locations: pd.DataFrame, notes: list[Note]) -> pd.DataFrame:
    """SOURCING without transfers that name no location; what is left out is said."""
    transfer = sourcing["kind"] == "transfer"
    listed = set(locations["location"])
    nowhere = transfer & ((sourcing["source"] == "") | (~sourcing["source"].isin(listed) if listed else False))
    for row in records(sourcing[nowhere]):
        from_where = f"{row.source}, which Locations does not list" if row.source else "nowhere"
        scope = " / ".join(part for part in (row.item, row.family, row.location) if part) or "every item"
        words = f"the transfer of {scope} is from {from_where}; left out"
        notes.append(Note("sourcing", f"{scope} / transfer / {row.source}", "transfer-from-nowhere", words))
    return sourcing[~nowhere].reset_index(drop=True)


def holding_rows(points: pd.DataFrame, sourcing: pd.DataFrame, bill: pd.DataFrame) -> pd.DataFrame:
    """The sources of every stock point.

    Parameters
    ----------
    points
        item, family, location.
    sourcing
        Usable SOURCING. Of the rows with the same kind and source the narrowest holds, with all rows of its scope, which differ in their dates; a
        row for every location is none for the location from which it takes.
    bill
        item of every line of a bill: where no row of Sourcing holds, what has a bill is made and all else bought.

    Returns
    -------
    DataFrame
        point (position), row (of `sourcing`, -1 = assumed), kind, source; points ascending.
    """
    pairs = in_scope(sourcing, points)
    row, point = pairs["row"].to_numpy(), pairs["thing"].to_numpy()
    found = pd.DataFrame({
        "point": point, "row": row, "kind": sourcing["kind"].to_numpy(dtype=object)[row], "source": sourcing["source"].to_numpy(dtype=object)[row],
    })  # fmt: skip
    itself = (found["kind"] == "transfer") & (found["source"].to_numpy() == points["location"].to_numpy(dtype=object)[point])
    found["scope"] = ((sourcing[list(SCOPE)] != "").to_numpy() @ np.array([4, 2, 1]))[row]  # what the row names; of one point that says which
    found = found[~itself]
    narrowest = found.groupby(["point", "kind", "source"], sort=False)["scope"].transform("last")
    found = found[found["scope"] == narrowest].drop(columns="scope")
    without = np.setdiff1d(np.arange(len(points)), found["point"].to_numpy())
    is_made = points["item"].iloc[without].isin(bill["item"]).to_numpy()
    assumed = pd.DataFrame({"point": without, "row": -1, "kind": np.where(is_made, "make", "buy").astype(object), "source": ""})
    both: pd.DataFrame = pd.concat([found, assumed], ignore_index=True) if len(assumed) else found
    return both.sort_values("point", kind="stable", ignore_index=True)


def note_assumed(rows: pd.DataFrame, points: pd.DataFrame, sourcing: pd.DataFrame, notes: list[Note]) -> None:
    """Say where Sourcing knows an item, but not at this location, so that its source had to be assumed."""
    assumed = points.iloc[rows.loc[rows["row"] < 0, "point"].to_numpy()]
    gaps = assumed[assumed["item"].isin(sourcing.loc[sourcing["item"] != "", "item"])]
    if len(gaps):
        names = (gaps["item"] + " / " + gaps["location"]).tolist()
        words = f"Sourcing has no line for {some_of(names)}; taken as made where a bill of material is, else bought, without limit"
        notes.append(Note("sourcing", min(names), "source-assumed", words))
