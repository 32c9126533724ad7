"""The review of sales input: each line beside the forecast, its contributor's record, and what entered the plan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.frames import SALES_REVIEW, empty_frame
from sop_xl.plan.grid import Grid
from sop_xl.plan.sales_numbers import CELL, LEVELS, LINE, SalesNumbers

NO_RECORD = "no past numbers to compare"
CONTRADICTS = "does not agree with the more detailed numbers in it"
"""Said of a line whose details hold against it."""


def sales_review(
    grid: Grid, said: SalesNumbers, voices: pd.DataFrame, entered: pd.DataFrame, records: pd.DataFrame
) -> pd.DataFrame:
    """SALES_REVIEW of all lines, with a column `note`.

    Parameters
    ----------
    grid, said
        Series and periods; the numbers as they were read.
    voices
        Those of `said` with `given` and `suggestion`, units.
    entered
        level, code, contributor, column, entered: units that each line brought.
    records
        TRACK_RECORDS.

    Returns
    -------
    One row per line and period. Where a line is for single accounts, its numbers are those of the whole scope, the other customers at the
    forecast, so that they compare with it. A line that cannot be used has entered = 0 and the reason in its note.
    """
    parts = [part for part in (_used(grid, said, voices, entered), _unused(grid, said)) if len(part)]
    if not parts:
        return empty_frame(SALES_REVIEW).assign(note=pd.Series(dtype="object"))
    review = pd.concat(parts, ignore_index=True)
    record = review["contributor"].map(records.set_index("contributor")["note"]).fillna(NO_RECORD)
    line = [review[name] for name in SALES_REVIEW.keys if name != "period"]
    words = review["words"].where(review["words"] != "", np.nan).groupby(line).transform("first").fillna("")
    review["note"] = (words + np.where(words != "", "; ", "") + record).str.slice(0, 255).astype(object)
    keys = list(SALES_REVIEW.keys)
    # a line whose price fails in some periods has both kinds of rows, never two for one period
    return review.sort_values(keys, kind="stable").drop_duplicates(keys)[[*SALES_REVIEW.columns, "note"]].reset_index(drop=True)


def _used(grid: Grid, said: SalesNumbers, voices: pd.DataFrame, entered: pd.DataFrame) -> pd.DataFrame:
    """Rows of the lines that have a number and series to go to."""
    if voices.empty:
        return pd.DataFrame()
    keys = [*CELL, "contributor"]
    gaps = voices.assign(sales_number=voices["given"] - voices["base"], suggestion=voices["suggestion"] - voices["base"])
    lines = gaps.groupby(keys, as_index=False, sort=True)[["sales_number", "suggestion"]].sum()
    lines = lines.merge(entered, on=keys, how="left", validate="one_to_one")
    words = said.remarks.groupby(LINE, sort=True)["words"].agg("; ".join).rename("words").reset_index()
    lines = lines.merge(words.astype({"level": int, "code": int}), on=LINE, how="left")
    running, names = np.zeros(len(lines)), {name: np.full(len(lines), "", dtype=object) for name in ("item", "family", "location")}
    for place, level in enumerate(said.levels):
        here = (lines["level"] == place).to_numpy(dtype=bool)
        if level is None or not here.any():
            continue
        code = lines.loc[here, "code"].to_numpy(dtype=np.intp)
        running[here] = level.running[code, lines.loc[here, "column"].to_numpy(dtype=np.intp)]
        for k, name in enumerate(LEVELS[place]):
            names[name][here] = np.array([label[k] for label in level.labels], dtype=object)[code]
    return pd.DataFrame(
        names
        | {
            "contributor": lines["contributor"].to_numpy(dtype=object),
            "period": grid.periods.to_numpy()[lines["column"].to_numpy(dtype=np.intp)],
            # where nothing is left of an account's forecast, float arithmetic may end below 0
            "sales_number": np.maximum(running + lines["sales_number"].to_numpy(dtype=float), 0.0),
            "suggestion": np.maximum(running + lines["suggestion"].to_numpy(dtype=float), 0.0),
            "running": running,
            "entered": lines["entered"].to_numpy(dtype=float),
            "words": lines["words"].fillna("").to_numpy(dtype=object),
        }
    )


def _unused(grid: Grid, said: SalesNumbers) -> pd.DataFrame:
    """Rows of the numbers that cannot be used, with the reason; accounts of a line added up."""
    if said.unused.empty:
        return pd.DataFrame()
    keys = ["item", "family", "location", "contributor", "column", "why"]
    lines = said.unused.groupby(keys, as_index=False, sort=True)[["number"]].sum(min_count=1)
    return pd.DataFrame(
        {name: lines[name].to_numpy(dtype=object) for name in ("item", "family", "location", "contributor")}
        | {
            "period": grid.periods.to_numpy()[lines["column"].to_numpy(dtype=np.intp)],
            "sales_number": lines["number"].to_numpy(dtype=float),
            "suggestion": np.nan,
            "running": np.nan,
            "entered": 0.0,
            "words": ("not used: " + lines["why"]).to_numpy(dtype=object),
        }
    )
