"""Key figures that need somebody: poor ones, and those that one more cycle like the last brings below their target.

The last cycle must have taken more than the way from target to watch limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.grid import records
from sop_xl.plan.kpi_catalogue import KPIS
from sop_xl.plan.kpi_figures import ALL
from sop_xl.plan.kpi_status import POOR, Direction, Kpi, shortfall, watch_distance, worsening
from sop_xl.plan.worklist_matters import VARIANCE, Matter
from sop_xl.vocabulary import DAYS, FRACTION, MONEY

TOLD_BY_FAMILY = ("WMAPE", "Bias")
"""Key figures whose families are matters of their own, see `worklist_matters.forecast_matters`."""

_STEPS: Mapping[str, tuple[str, str]] = {
    "WMAPE": ("Review models and overrides of the families that miss most.", "Forecast Accuracy"),
    "Bias": ("Find who leans, and take the bias out of the input.", "Forecast Value Added"),
    "Forecast value added": ("Drop the steps that make forecasts worse.", "Forecast Value Added"),
    "Days of supply": ("Set orders and safety stocks to the cover that is wanted.", "Inventory Targets"),
    "Inventory turns": ("Reduce the stock that turns slowest.", "Inventory Targets"),
    "Demand served on time": ("Decide on the options that remove the dearest shortages.", "Shortages"),
    "Unmet demand": ("Decide on the options that remove the dearest shortages.", "Shortages"),
    "Fill rate": ("Decide on the options that remove the dearest shortages.", "Shortages"),
    "Fill rate, actual": ("Find which items were not served from stock, and raise their safety stock.", "Inventory Targets"),
    "On time in full": ("Find the late weeks, and expedite what still waits.", "Weekly Execution"),
    "Customer lead time": ("Expedite what waits longest, and promise dates that hold.", "Weekly Execution"),
    "Plan adherence of sales": ("Find which families sold otherwise than planned, and change their forecast.", "Approved Plan"),
    "Plan adherence of production": ("Find what was not made as planned, and why.", "Supply Plan"),
    "Plan adherence of purchase": ("Find which orders came late or in part, and talk to their suppliers.", "Supplier Performance"),
    "Utilisation": ("Move load, or change capacity, where it is furthest from the target.", "Capacity"),
    "Excess stock": ("Re-deploy, sell off or return the dearest excess, and stop its orders.", "Inventory Targets"),
    "Cash-to-cash": ("Find which of stock, receivables and payables binds the cash, and set terms.", "Balance and Cash"),
    "Revenue against budget": ("Decide what closes the gap.", "Gap List"),
    "Launch performance": ("Review launches that sell otherwise than planned: forecast, stock, price.", "Lifecycle Plan"),
    "Milestones on time": ("Agree on new dates for milestones that are late, and what they change in the plan.", "Initiatives"),
}  # fmt: skip
"""Next step and evidence; of a key figure that is not here, its cause is to be found."""


@dataclass(frozen=True)
class MoneyBases:
    """What a miss is worth: revenue of the next year and quarter and value of stock, by scope."""

    year: Mapping[str, float]
    quarter: Mapping[str, float]
    stock: Mapping[str, float]

    def worth(self, kpi: Kpi, scope: str, value: float, target: float, missed: float) -> float:
        """Plan currency of a miss in the unit of the key figure; NaN where no money follows from it.

        A share of revenue is one of the next year, an error of forecasts one of the next quarter, a share of stock one of the stock on hand; days of cash
        are days of revenue; stock beyond the wanted cover, or that turns too slowly, is the part of it that is too much.
        """
        stock, year = self.stock.get(scope, np.nan), self.year.get(scope, np.nan)
        if kpi.unit == MONEY:
            return missed
        if kpi.name == "Excess stock":
            return missed * stock
        if kpi.name == "Cash-to-cash":
            return missed * year / 365.0
        if kpi.name == "Days of supply":
            return stock * (1.0 - target / value) if value > target else np.nan
        if kpi.name == "Inventory turns":
            return stock * (1.0 - value / target) if value < target else np.nan
        if kpi.name in ("WMAPE", "Bias", "Forecast value added"):
            return missed * self.quarter.get(scope, np.nan)
        if kpi.name in _OF_REVENUE:
            return missed * year
        return np.nan


_OF_REVENUE = (
    "Demand served on time", "Fill rate", "Fill rate, actual", "On time in full", "Plan adherence of sales", "Revenue against budget", "Revenue against last year",
    "Revenue without a budget", "Gross margin %",
)  # fmt: skip


def variance_matters(figures: pd.DataFrame, bases: MoneyBases) -> list[Matter]:
    """One matter for each key figure that is out of bounds: of all, or of the families where only some of them are.

    Parameters
    ----------
    figures
        KPIS.
    bases
        What a miss is worth.
    """
    found = []
    for kpi in KPIS:
        own = figures[figures["kpi"] == kpi.name]
        out = [(row, missed) for row in records(own) if (missed := _missed(kpi, row)) > 0]
        whole = [(row, missed) for row, missed in out if row.scope == ALL]
        families = [] if kpi.name in TOLD_BY_FAMILY else [(row, missed) for row, missed in out if row.scope != ALL]
        if not whole and not families:
            continue
        row, missed = (whole or sorted(families, key=lambda one: (-one[1], one[0].scope)))[0]
        family = "" if whole else row.scope
        worth = bases.worth(kpi, row.scope, row.value, row.target, missed)
        others = sorted(one.scope for one, _ in families if one.scope != row.scope)
        step, evidence = _STEPS.get(kpi.name, (f"Find the cause, and agree on what brings {kpi.name} back.", "KPIs"))
        text = f"{kpi.name}{f' of {family}' if family else ''} is {in_unit(row.value, kpi.unit)}: {_against(kpi, row)}"
        if others:
            text += f"; also {', '.join(others[:3])}" + (f" and {len(others) - 3} more" if len(others) > 3 else "")
        found.append(Matter(f"KPI {kpi.name}", VARIANCE, worth, text + ".", step, evidence, family, responsible=row.owner))
    return found


def _missed(kpi: Kpi, row: object) -> float:
    """By how much a figure is out of bounds, in its unit, or will be after one more cycle like the last; 0 where it is not."""
    value, target, previous, watch = (float(getattr(row, name)) for name in ("value", "target", "previous", "watch"))
    if getattr(row, "status") == POOR:  # noqa: B009
        return shortfall(kpi, value, target)
    by = worsening(kpi, value, previous, target)
    if not (np.isfinite(target) and by > watch_distance(kpi, target, watch)):
        return 0.0
    return shortfall(kpi, 2 * value - previous, target)  # of one more cycle like the last; what stays above its target then is no matter


def _against(kpi: Kpi, row: object) -> str:
    target, watch, previous = (float(getattr(row, name)) for name in ("target", "watch", "previous"))
    limit = f"{in_unit(watch - target, kpi.unit)} away from it" if kpi.direction is Direction.NEAR_TARGET else in_unit(watch, kpi.unit)
    texts = [] if getattr(row, "status") == POOR else ["one more cycle like the last misses the target"]  # noqa: B009
    texts.append(f"target {in_unit(target, kpi.unit)}, poor beyond {limit}")
    if np.isfinite(previous):
        texts.append(f"{in_unit(previous, kpi.unit)} in the last cycle")
    return "; ".join(texts)


def in_unit(value: float, unit: str) -> str:
    """A figure as people read it."""
    if unit == FRACTION:
        return f"{value:.1%}"
    return f"{value:,.0f}" if unit == MONEY else f"{value:,.1f} days" if unit == DAYS else f"{value:,.1f}"
