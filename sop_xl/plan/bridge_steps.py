"""The arithmetic of a bridge: why revenue or gross margin changed, row by row, each step by one rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_xl.errors import FrameError
from sop_xl.plan.grid import Matrix

REVENUE, GROSS_MARGIN = "revenue", "gross_margin"
STEPS: dict[str, tuple[str, ...]] = {
    REVENUE: ("Volume", "Mix", "Price", "FX", "New", "Discontinued", "Unexplained"),
    GROSS_MARGIN: ("Volume", "Mix", "Price", "FX", "Cost", "New", "Discontinued", "Unexplained"),
}
"""Steps of a bridge by measure, in the order in which it is read."""

KEYS = ["item", "location", "family"]
FIGURES = ("sales_volume", "revenue", "cost", "fx_rate")


def bridge(from_cells: pd.DataFrame, to_cells: pd.DataFrame, measure: str = REVENUE) -> pd.DataFrame:
    """Explain the change in revenue or gross margin, row by row.

    Parameters
    ----------
    from_cells, to_cells
        item, location, family (unique together), sales_volume (units), revenue and cost (plan currency), fx_rate (units of the row's
        currency per plan currency; NaN = not a price in another currency). Absent volume and revenue are none. Cost is read for gross
        margin alone and must then be known.
    measure
        `revenue` or `gross_margin` (revenue - cost).

    Returns
    -------
    item, location, family, start, end and one column per step of `STEPS[measure]`, plan currency; start + steps = end in every row.

    Conventions, with q units, p price, c unit cost and v = p (revenue) or p - c (gross margin), in plan currency, r rate; 0 before and 1
    after; Q is a family's units of its continuing items, those that have units on both sides, at whatever location:

    - Volume = (Q1 / Q0 - 1) x q0 x v0: the family grows or shrinks with its mix as it was; in a family (Q1 - Q0) x its average v0.
    - Mix = (q1 - q0 x Q1 / Q0) x v0: units more or fewer than the same mix would be.
    - Price = q1 x (p1 x r1 / r0 - p0): the new price in the row's own currency, valued at the old rate.
    - FX = q1 x p1 x (1 - r1 / r0), 0 where a rate is NaN.
    - Cost = -q1 x (c1 - c0), gross margin only.
    - New and Discontinued: items without units on the other side, with all that they bring. A continuing item that is new
      at one location takes its average p0 and c0, so that opening a market shows as volume, mix and price.
    - Unexplained: rows with revenue but no units above 0, or units but no revenue, on a side: no price exists.

    Source of volume and mix: sales-quantity and sales-mix variance of each product, Horngren, Datar and Rajan, Cost Accounting,
    ch. 14; of price and cost: gross profit analysis, Matz and Usry, Cost Accounting: Planning and Control.
    """
    return bridge_of_pairs(_paired(from_cells, to_cells, measure), measure)


def bridge_of_pairs(both: pd.DataFrame, measure: str) -> pd.DataFrame:
    """`bridge` of rows that hold both sides: item, location, family, and each figure with `_from` and `_to` after its name."""
    if measure not in STEPS:
        raise FrameError(f"a bridge explains revenue or gross_margin, not {measure!r}")
    q0, q1, r0, r1 = (_side(both, name) for name in ("sales_volume_from", "sales_volume_to", "revenue_from", "revenue_to"))
    c0, c1 = (_side(both, f"cost_{side}") if measure == GROSS_MARGIN else np.zeros(len(both)) for side in ("from", "to"))
    family, families = pd.factorize(both["family"])
    # an item may bear the name of another family that is known in total only
    item = pd.factorize(pd.factorize(both["item"])[0] * max(len(families), 1) + family)[0]
    odd = ((q0 > 0) != (r0 > 0)) | ((q1 > 0) != (r1 > 0)) | (q0 < 0) | (q1 < 0) | (r0 < 0) | (r1 < 0)
    before = _over(np.where(odd, 0.0, q0), item) > 0
    after = _over(np.where(odd, 0.0, q1), item) > 0
    continuing, start, end = before & after & ~odd, r0 - c0, r1 - c1
    u0, u1, s0, s1, k0, k1 = (np.where(continuing, values, 0.0) for values in (q0, q1, r0, r1, c0, c1))
    price, unit_cost = (_per_unit(values, u0, item) for values in (s0, k0))
    growth = _ratio(_over(u1, family), _over(u0, family))
    rate_change = (both["fx_rate_to"] / both["fx_rate_from"]).fillna(1.0).to_numpy(dtype=float)
    unit_value, same_mix = price - unit_cost, (s0 - k0) * growth
    steps: dict[str, Matrix] = {
        "Volume": same_mix - (s0 - k0),
        "Mix": u1 * unit_value - same_mix,
        "Price": s1 * rate_change - u1 * price,
        "FX": s1 - s1 * rate_change,
        "Cost": u1 * unit_cost - k1,
        "New": np.where(~before & after & ~odd, end, 0.0),
        "Discontinued": np.where(before & ~after & ~odd, -start, 0.0),
        "Unexplained": np.where(odd, end - start, 0.0),
    }
    return both[KEYS].assign(start=start, **{name: steps[name] for name in STEPS[measure]}, end=end)


def _paired(from_cells: pd.DataFrame, to_cells: pd.DataFrame, measure: str) -> pd.DataFrame:
    figures = [name for name in FIGURES if name != "cost" or measure == GROSS_MARGIN]
    for cells in (from_cells, to_cells):
        missing = [name for name in (*KEYS, *figures) if name not in cells]
        if missing:
            raise FrameError(f"a bridge needs a column {missing[0]!r}")
        if cells.duplicated(KEYS).any():
            raise FrameError("a bridge needs each item x location once")
        if "cost" in figures and cells["cost"].isna().any():
            raise FrameError("a bridge of gross margin needs the cost of every row")
    before, after = (cells[[*KEYS, *figures]] for cells in (from_cells, to_cells))
    both = before.merge(after, on=KEYS, how="outer", suffixes=("_from", "_to"), sort=True)
    return both.reset_index(drop=True)


def _side(both: pd.DataFrame, name: str) -> Matrix:
    figures: Matrix = np.nan_to_num(both[name].to_numpy(dtype=float))
    return figures


def _per_unit(money: Matrix, units: Matrix, item: NDArray[np.intp]) -> Matrix:
    """Money per unit of each row; where the row had no units, the item's average over all its rows."""
    return np.where(units > 0, _ratio(money, units), _ratio(_over(money, item), _over(units, item)))


def _over(values: Matrix, code: NDArray[np.intp]) -> Matrix:
    """Total of each row's group, on every row."""
    total: Matrix = np.bincount(code, weights=values, minlength=1).astype(float)[code]
    return total


def _ratio(numerator: Matrix, denominator: Matrix) -> Matrix:
    return np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1.0), 0.0)
