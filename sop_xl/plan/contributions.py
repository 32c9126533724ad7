"""What each person and each kind of reason did to the error: the consensus with and without their part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.accuracy import column_errors
from sop_xl.plan.archive import LAG_COLUMNS, SALES_NUMBER, source_parts
from sop_xl.plan.compared import STAIRCASE, Compared, View, at_lag
from sop_xl.plan.effects import LIFE_CYCLE, OVERRIDES, STAGES
from sop_xl.plan.grid import Mask, Matrix, Positions

PERSON, REASON = "person", "reason"

NOT_NAMED, NO_REASON = "(not named)", "(no reason code)"
"""Stand for a source that names no person, and an override that names no reason."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """Actual and forecasts without and with a source, one entry per period and item, and the period of each."""

    period: Positions
    actual: Matrix
    without: Matrix
    with_it: Matrix


def contribution_rows(compared: Compared, view: View) -> pd.DataFrame:
    """One row per person or reason code and step, at the lag of the view; the columns of VALUE_ADDED without a verdict.

    Compared is the consensus as it was with the consensus less what the source had added, item by item over those of its
    locations that are known, in the periods that the source moved. Sales numbers (stage `sales_number`) are compared as they were
    given with the forecast before sales. FVA and units better are positive where the source made the forecast better. Sources
    work together, so their units need not add up to those of a step. A mixed set of items has no scale and no tracking signal.
    """
    codes, items = pd.factorize(compared.series["item"])
    actual, consensus = (
        _by_cell(np.where(view.known, units, 0.0), codes) for units in (view.actual, view.forecast[STAIRCASE[-1]])
    )
    rows = []
    for level, scope, stage, lines in _sources(compared):
        number, place, cell = _at_the_lag(compared, view, lines, codes, len(items))
        if stage == SALES_NUMBER:
            before = view.forecast[LIFE_CYCLE][place]
            cells = _sums_of(cell, len(items), view.actual[place], before, number)
        else:
            at, moved, by_it = _moved(cell, number)
            with_it = consensus[at][moved]
            cells = _Cells(at[moved] // len(items), actual[at][moved], with_it - by_it[moved], with_it)
        if cells.period.size:
            rows.append(_row(level, scope, stage, view.lag, cells))
    return pd.DataFrame(rows)


def _sources(compared: Compared) -> Iterator[tuple[str, str, str, pd.DataFrame]]:
    """Level, scope, stage and archived rows of every person and reason."""
    sourced = compared.rows[compared.rows["stage"].isin([*STAGES, SALES_NUMBER])]
    parts = {source: source_parts(source) for source in sourced["source"].unique()}
    person = sourced["source"].map({source: who or NOT_NAMED for source, (who, _) in parts.items()})
    reason = sourced["source"].map({source: why for source, (_, why) in parts.items()})
    reason = reason.where((reason != "") | (sourced["stage"] != OVERRIDES), NO_REASON)
    for level, scopes in ((PERSON, person), (REASON, reason)):
        named = sourced.assign(scope=scopes.astype("object"))
        for (scope, stage), lines in named[named["scope"] != ""].groupby(["scope", "stage"], sort=True):
            yield level, str(scope), str(stage), lines


def _at_the_lag(
    compared: Compared, view: View, lines: pd.DataFrame, codes: Positions, items: int
) -> tuple[Matrix, tuple[Positions, Positions], Positions]:
    """Units of each line at the lag, its place in the view and its cell (period and item); lines that are not known left out."""
    cycle_at, series_at = (lines[name].to_numpy(dtype=np.intp) for name in ("cycle_at", "series_at"))
    lead = compared.series["lead"].to_numpy()[series_at]
    units = at_lag(view.lag, lines[list(LAG_COLUMNS)].to_numpy(dtype=float), lead)
    known = view.known[cycle_at, series_at] & np.isfinite(units)
    place = cycle_at[known], series_at[known]
    return units[known], place, place[0] * items + codes[place[1]]


def _by_cell(units: Matrix, codes: Positions) -> Matrix:
    """(periods x items,) sums of (periods, series)."""
    return np.concatenate([np.bincount(codes, weights=row).astype(float) for row in units])


def _moved(cell: Positions, units: Matrix) -> tuple[Positions, Mask, Matrix]:
    """Distinct cells, whether anything moved in them, and by how much in sum."""
    at, (size, total) = _totals(cell, np.abs(units), units)
    return at, size > 1e-9, total


def _sums_of(cell: Positions, items: int, actual: Matrix, before: Matrix, number: Matrix) -> _Cells:
    at, totals = _totals(cell, actual, before, number)
    return _Cells(at // items, *totals)


def _totals(cell: Positions, *units: Matrix) -> tuple[Positions, list[Matrix]]:
    """Distinct cells in ascending order, and the sum of each of `units` in them."""
    at, inverse = np.unique(cell, return_inverse=True)
    return at, [np.bincount(inverse, weights=values, minlength=len(at)).astype(float) for values in units]


def _row(level: str, scope: str, stage: str, lag: str, cells: _Cells) -> dict[str, object]:
    before, after = (
        column_errors(cells.actual[:, None], units[:, None], np.array([np.nan]))
        for units in (cells.without, cells.with_it)
    )
    return {
        "level": level,
        "scope": scope,
        "stage": stage,
        "source": "",
        "lag": lag,
        "periods": float(np.unique(cells.period).size),
        "demand": after.demand[0],
        "wmape": after.wmape[0],
        "bias": after.bias[0],
        "mase": np.nan,
        "tracking_signal": np.nan,
        "fva": before.wmape[0] - after.wmape[0],
        "units_better": before.absolute_error[0] - after.absolute_error[0],
    }
