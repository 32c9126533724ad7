"""The one rule by which the plan is held against a budget: of the plan counts what the budget speaks of, and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.plan.finance import BUDGET, BUDGET_GAP, FLOWS, NOT_BY_FAMILY, NOT_BY_REGION, PLAN
from sop_xl.plan.grid import Mask

LINE = ["family", "region", "period"]
"""What tells the lines of a budget apart, each in a period."""
_WIDE = ((NOT_BY_FAMILY, NOT_BY_REGION), (NOT_BY_FAMILY, None), (None, NOT_BY_REGION), (None, None))
"""Lines of a budget that may cover a family and region, from the widest to the finest, which remains; `None` = its own."""
_NOISE = 1e-12


def compared_with_budget(financial_plan: pd.DataFrame, measure: str, version: str = PLAN, figure: str = "") -> pd.DataFrame:
    """Each line of the budget beside what the plan has of it, period by period.

    Parameters
    ----------
    financial_plan
        FINANCIAL_PLAN.
    measure
        A flow: one of `finance.FLOWS`.
    version
        Whose figures stand beside the budget's: those of the plan, or of the unconstrained demand.
    figure
        Another flow of the plan to stand beside the budget's measure; empty for the same.

    Returns
    -------
    family, region, period, plan, budget, covers (families and regions of the plan that belong to the line), one row per line and period in which the
    budget has the measure; a line without a family or region reads `(not by family)`, `(not by region)`. Each family and region of the plan belongs to the finest line of the budget that covers it in the period,
    or to none. A line of which the plan has nothing has 0; one of which the plan does not know all (NaN) is left out on both sides.
    """
    budget = financial_plan[(financial_plan["version"] == BUDGET) & financial_plan[measure].notna()]
    plan = financial_plan[financial_plan["version"] == version]
    target = _finest_line(budget, plan)
    covered = target >= 0
    figures = plan[figure or measure].to_numpy(dtype=float)[covered]
    total, unknown = np.zeros(len(budget)), np.zeros(len(budget), dtype=bool)
    np.add.at(total, target[covered], np.nan_to_num(figures))
    np.logical_or.at(unknown, target[covered], np.isnan(figures))
    covers = np.bincount(target[covered], minlength=len(budget))
    compared = budget[[*LINE, measure]].rename(columns={measure: "budget"}).assign(plan=total, covers=covers)
    return compared.loc[~unknown, [*LINE, "plan", "budget", "covers"]].reset_index(drop=True)


def covered_by(lines: pd.DataFrame, plan: pd.DataFrame, counts: Mask) -> pd.DataFrame:
    """Rows of a plan that a budget speaks of, so that what nobody budgeted does not count as beating the budget.

    Parameters
    ----------
    lines
        family, region, period of what has the figure in question in a budget, each once; texts, no categories.
    plan
        Rows of FINANCIAL_PLAN of version Plan.
    counts
        (lines,) whether each is compared. What belongs to a line that is not is left out, whatever wider line covers it too.
    """
    line = _finest_line(lines, plan)
    compared: pd.DataFrame = plan[(line >= 0) & counts[line]]
    return compared


def _finest_line(budget: pd.DataFrame, plan: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """(rows of the plan,) position in `budget`, one row per line and period, of the finest line that covers each; -1 = none."""
    lines = pd.MultiIndex.from_frame(budget[["family", "region"]].drop_duplicates())
    pairs, of_plan = _pairs(plan)
    periods = pd.DatetimeIndex(budget["period"].unique())
    width = len(periods) + 1
    cells = pd.Index(lines.get_indexer(pd.MultiIndex.from_frame(budget[["family", "region"]])) * width + periods.get_indexer(pd.DatetimeIndex(budget["period"])))
    column = periods.get_indexer(pd.DatetimeIndex(plan["period"]))
    target = np.full(len(plan), -1)
    for family, region in _WIDE:
        wanted = pairs.assign(**{name: wide for name, wide in (("family", family), ("region", region)) if wide is not None})
        line = lines.get_indexer(pd.MultiIndex.from_frame(wanted))[of_plan]
        place = cells.get_indexer(pd.Index(line * width + column))
        target = np.where((line >= 0) & (column >= 0) & (place >= 0), place, target)
    return target


def _pairs(plan: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """Families and regions of the plan, each pair once, and the pair of every row."""
    family, families = pd.factorize(plan["family"])
    region, regions = pd.factorize(plan["region"])
    of_row, codes = pd.factorize(family * max(len(regions), 1) + region)
    count = max(len(regions), 1)
    return pd.DataFrame({"family": families.to_numpy(dtype=object)[codes // count], "region": regions.to_numpy(dtype=object)[codes % count]}), of_row


def with_budget_gap(financial_plan: pd.DataFrame) -> pd.DataFrame:
    """FINANCIAL_PLAN with version `Plan - budget`: by line of the budget and period, what the plan has more than the budget; none where nothing is budgeted.

    Sums of it are the gap at every level, whatever the budget leaves out.
    """
    parts = [_gaps(financial_plan, measure) for measure in FLOWS]
    gaps = pd.concat(parts, axis=1).rename_axis(LINE).reset_index()
    if gaps.empty:
        return financial_plan
    category = financial_plan.drop_duplicates("family").set_index("family")["category"]
    gaps = gaps.assign(version=BUDGET_GAP, category=gaps["family"].map(category).astype(object), demand=np.nan, inventory_value=np.nan)
    gaps = gaps.astype({"family": object, "region": object})
    return frames.order_rows(pd.concat([financial_plan, gaps[list(frames.FINANCIAL_PLAN.columns)]], ignore_index=True), frames.FINANCIAL_PLAN)


def _gaps(financial_plan: pd.DataFrame, measure: str) -> pd.Series:
    both = compared_with_budget(financial_plan, measure)
    gap = both["plan"] - both["budget"]
    gap = gap.where(gap.abs() > _NOISE * (both["plan"].abs() + both["budget"].abs()), 0.0)
    found: pd.Series = gap.set_axis(pd.MultiIndex.from_frame(both[LINE])).rename(measure)
    return found
