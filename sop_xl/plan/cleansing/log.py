"""The History Log: every correction as a row, with the planner's mark and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sop_xl.frames import HISTORY_LOG, check_frame, order_rows
from sop_xl.plan.cleansing.expectation import Places
from sop_xl.plan.cleansing.found import CALENDAR, Found, Outcome, Words
from sop_xl.plan.grid import Grid

APPLIED, DROPPED, PROPOSED, NOT_FOUND = "applied", "dropped", "proposed", "not found"

_KEYS = list(HISTORY_LOG.keys)


class Marks:
    """The planner's marks, looked up by correction; those that fit none are remembered.

    Parameters
    ----------
    marks
        HISTORY_LOG rows; those without a mark do not count.
    grid
        Series and periods of history.
    """

    def __init__(self, marks: pd.DataFrame, grid: Grid) -> None:
        self.rows = marks[marks["mark"] != ""].reset_index(drop=True)
        self.used = np.zeros(len(self.rows), dtype=bool)
        self._series = grid.rows_of(self.rows)
        everything = ((self.rows["item"] == "") & (self.rows["location"] == "")).to_numpy(dtype=bool)
        self._series[everything & (self.rows["cause"] == CALENDAR).to_numpy(dtype=bool)] = -1
        self._period = grid.periods.get_indexer(pd.DatetimeIndex(self.rows["period"]))
        self._known = self._period >= 0
        self._known &= (self._series >= 0) | everything
        self._size = max(len(grid.periods), 1)

    def of(self, found: Found) -> Words:
        """The mark of each correction, `""` where there is none."""
        mine = np.flatnonzero(self._known & (self.rows["cause"] == found.cause).to_numpy(dtype=bool))
        at = pd.Index(_number(found.rows, found.lines, self._size)).get_indexer(
            pd.Index(_number(self._series[mine], self._period[mine], self._size))
        )
        marks = np.full(found.rows.size, "", dtype=object)
        marks[at[at >= 0]] = self.rows["mark"].to_numpy(dtype=object)[mine[at >= 0]]
        self.used[mine[at >= 0]] = True
        return marks

    def lines(self, cause: str) -> pd.DataFrame:
        """The marks of one cause in history, by series and period: row, column (places in the grid), raw, corrected, mark."""
        mine = self._known & (self.rows["cause"] == cause).to_numpy(dtype=bool)
        lines = self.rows[["raw", "corrected", "mark"]].assign(row=self._series, column=self._period)[mine]
        return lines.sort_values(["row", "column"], ignore_index=True)

    def left(self, why: str) -> pd.DataFrame:
        """HISTORY_LOG rows of the marks whose correction was not found: a planner's mark is never lost."""
        return self.rows[~self.used].assign(state=NOT_FOUND, note=why)[list(HISTORY_LOG.columns)]


def _number(rows: Places, columns: Places, size: int) -> Places:
    return np.asarray((rows + 1) * size + columns, dtype=np.intp)


def log_frame(outcomes: Sequence[Outcome], left: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """HISTORY_LOG in defined order.

    Parameters
    ----------
    outcomes
        What became of the corrections of each cause.
    left
        Rows of marks that fit no correction.
    grid
        Series and periods of history.
    """
    names = {key: np.append(grid.series[key].to_numpy(dtype=object), "") for key in ("item", "location")}
    parts = []
    for outcome in outcomes:
        found, marks = outcome.found, outcome.marks
        state = np.where(outcome.applied, APPLIED, np.where(marks == "Drop", DROPPED, PROPOSED)).astype(object)
        parts.append(
            pd.DataFrame(
                {
                    "item": names["item"][found.rows],  # row -1, the last, stands for all series
                    "location": names["location"][found.rows],
                    "period": grid.periods[found.lines],
                    "cause": np.full(found.rows.size, found.cause, dtype=object),
                    "raw": outcome.raw,
                    "corrected": outcome.corrected,
                    "mark": marks,
                    "state": state,
                    "note": np.array(found.notes, dtype=object),
                }
            )
        )
    parts.append(left)
    filled = [part for part in parts if len(part)]
    log = pd.concat(filled, ignore_index=True) if filled else left
    return check_frame(order_rows(log, HISTORY_LOG), HISTORY_LOG)
