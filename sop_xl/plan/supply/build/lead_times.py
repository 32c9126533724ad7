"""Lead times, their spread and yields: what is stated, measured or left to the item, in one order of precedence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supplier_performance import LEAST_LINES

WORST_YIELD = 0.05
"""A reject rate never makes a source give nothing at all."""


def lead_time_of(
    name: str, sources: pd.DataFrame, stated: Matrix, of_item: Matrix, suppliers: pd.DataFrame, performance: pd.DataFrame, is_measured: bool
) -> Matrix:
    """Lead time, or its deviation, of every source, in periods.

    Parameters
    ----------
    name
        lead_time or lead_time_deviation.
    sources
        item, supplier_name (`""` = none).
    stated
        What Sourcing says, NaN where nothing.
    of_item
        What Items says, NaN where nothing.
    suppliers, performance
        SUPPLIERS, SUPPLIER_PERFORMANCE.
    is_measured
        Whether past orders count.

    Returns
    -------
    The first that is known of: Sourcing; measured on the supplier's orders of the item; on all of the supplier's orders (each with at least
    `LEAST_LINES` lines, and a deviation above 0); Suppliers; Items. NaN where none is.
    """
    known = [stated]
    if is_measured:
        known += measured(name, sources, performance)
    known += [of_supplier(name, sources, suppliers), of_item]
    return _first_known(known, np.nan)


def yield_of(sources: pd.DataFrame, stated: Matrix, suppliers: pd.DataFrame, performance: pd.DataFrame) -> Matrix:
    """Good part of what is ordered: Sourcing, else 1 - reject rate of Suppliers, else as measured (at least `WORST_YIELD`), else 1."""
    rejected = _first_known([of_supplier("reject_rate", sources, suppliers), *measured("reject_rate", sources, performance)], 0.0)
    return np.where(np.isnan(stated), np.maximum(1.0 - rejected, WORST_YIELD), stated)


def measured(name: str, sources: pd.DataFrame, performance: pd.DataFrame) -> list[Matrix]:
    """What past orders say of the supplier's item, and of the supplier; NaN with too few lines."""
    enough = performance[performance["order_lines"] >= LEAST_LINES]
    if name == "lead_time_deviation":
        # many receipts without any spread are planned dates rather than punctual ones: what is stated elsewhere goes before
        enough = enough[enough[name] > 0]
    by_item = pd.MultiIndex.from_frame(enough[["supplier", "item"]])
    wanted = (
        pd.MultiIndex.from_arrays([sources["supplier_name"], sources["item"]]),
        pd.MultiIndex.from_arrays([sources["supplier_name"], np.full(len(sources), "", dtype=object)]),
    )
    return [_at(by_item, keys, enough[name]) for keys in wanted]


def of_supplier(name: str, sources: pd.DataFrame, suppliers: pd.DataFrame) -> Matrix:
    """What Suppliers says of the supplier of each source; NaN where nothing."""
    return _at(pd.Index(suppliers["supplier"]), pd.Index(sources["supplier_name"]), suppliers[name])


def _at(listed: pd.Index, wanted: pd.Index, values: pd.Series) -> Matrix:
    place = listed.get_indexer(wanted)
    return np.append(values.to_numpy(dtype=float), np.nan)[place]  # -1 takes the last one: not known


def _first_known(known: list[Matrix], absent: float) -> Matrix:
    result = known[0]
    for values in known[1:]:
        result = np.where(np.isnan(result), values, result)
    return np.where(np.isnan(result), absent, result)
