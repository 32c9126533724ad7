"""Gross margin that each risk or opportunity is expected to move, by family, region and period: what may close a gap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix
from sop_xl.plan.risk_effects import RiskEffect
from sop_xl.plan.risk_reach import Planned

COLUMNS = ("risk", "family", "region", "period", "gross_margin")
"""Of the frame that `expected_margins` gives."""


def expected_margins(effects: Sequence[RiskEffect], planned: Planned) -> pd.DataFrame:
    """Probability x mean change of gross margin, each risk by itself.

    Parameters
    ----------
    effects, planned
        See `risk_effects`.

    Returns
    -------
    `COLUMNS`, plan currency; rows that are not 0, sorted by the columns before the last. Risks of date are left out: they move margin from one
    period to another.
    """
    series, periods = planned.grid.series, planned.grid.periods
    grouped = series.groupby(["family", "region"], sort=True)
    code, labels = grouped.ngroup().to_numpy(), grouped.size().reset_index()[["family", "region"]]
    parts = [pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in zip(COLUMNS, ("object", "object", "object", "datetime64[ns]", "float64"), strict=True)})]
    for effect in effects:
        if not effect.moves or effect.driver == "date":
            continue
        change = sum((weight * _margin_change(effect, end, planned) for end, weight in enumerate(effect.mean_weights)), np.zeros(planned.grid.shape))
        total = np.zeros((len(labels), len(periods)))
        np.add.at(total, code, effect.probability * change)
        at, when = np.nonzero(total)
        rows = labels.iloc[at].reset_index(drop=True).assign(risk=effect.risk, period=periods[when], gross_margin=total[at, when])
        parts.append(rows[list(COLUMNS)])
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def _margin_change(effect: RiskEffect, end: int, planned: Planned) -> Matrix:
    """(series, periods) change of gross margin at one end of the effect."""
    cells, value = effect.reach.cells, float(effect.ends[end])
    if effect.units is not None:
        return np.asarray(effect.units[end] * (planned.price - planned.unit_cost))
    if effect.driver == "units":
        of_revenue, of_cost = effect.factors[end]
        return np.asarray(cells * (of_revenue * planned.revenue - of_cost * planned.cost))
    sign, money = (1.0, planned.revenue) if effect.driver == "price" else (-1.0, planned.cost)
    return np.asarray(sign * cells * (money * max(value, -1.0) if effect.action == "percent" else planned.volume * value))
