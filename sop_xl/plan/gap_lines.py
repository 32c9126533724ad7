"""The finest lines at which the plan can be held against budget or last cycle, before anyone asks whether they are behind."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.budget_coverage import compared_with_budget
from sop_xl.plan.finance import BUDGET, PLAN, PREVIOUS_PLAN, UNCONSTRAINED

_LINE, _KEYS = ["family", "region"], ["family", "region", "period"]
MEASURES = ("gross_margin", "revenue")
"""By what a gap is told: margin where both sides know it, else revenue."""


def lines_against(ahead: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Plan beside a reference by the families and regions that the reference speaks of, over all periods given.

    Parameters
    ----------
    ahead
        Rows of FINANCIAL_PLAN of the periods that are compared.
    reference
        `Budget`, whose lines may cover several families or regions of the plan (see `compared_with_budget`), or `Previous plan`, which speaks of
        everything: a region that it does not have is 0 in it.

    Returns
    -------
    family, region, measure (one for all lines of a family: gross margin where the reference states it and the plan knows it, else revenue), plan,
    reference, covers (rows of the plan behind it), first, last (periods compared), plan_revenue, plan_margin (what the plan earns there), unserved
    (what the whole demand would bring more, none below 0). What the plan does not know of them is NaN.
    """
    parts, done = list[pd.DataFrame](), set[str]()
    for measure in MEASURES:
        stated = ahead[(ahead["version"] == reference) & ahead[measure].notna() & ~ahead["family"].isin(done)]
        both = _compared(ahead, reference, measure, measure)
        both = both[both["family"].isin(stated["family"])]
        known = both[both["budget_known"]].groupby("family").size().reindex(stated["family"].unique(), fill_value=0)
        complete = known.index[known == stated.groupby("family").size().reindex(known.index)]
        both = both[both["family"].isin(complete)]
        if both.empty:
            continue
        done |= set(both["family"])
        added = both.groupby(_LINE).agg(plan=("plan", "sum"), reference=("budget", "sum"), covers=("covers", "sum"), first=("period", "min"), last=("period", "max"))
        for name, figure, version in (("plan_revenue", "revenue", PLAN), ("plan_margin", "gross_margin", PLAN), ("unserved", measure, UNCONSTRAINED)):
            added[name] = _all_known(_compared(ahead, reference, measure, figure, version), both).reindex(added.index)
        added["unserved"] = (added["unserved"] - added["plan"]).clip(lower=0.0) if (ahead["version"] == UNCONSTRAINED).any() else np.nan
        parts.append(added.reset_index().assign(measure=measure))
    columns = [*_LINE, "measure", "plan", "reference", "covers", "first", "last", "plan_revenue", "plan_margin", "unserved"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _compared(ahead: pd.DataFrame, reference: str, measure: str, figure: str, version: str = PLAN) -> pd.DataFrame:
    if reference == BUDGET:
        return compared_with_budget(ahead, measure, version, figure).assign(budget_known=True)
    return _with_last_cycle(ahead, measure, figure, version)


def _with_last_cycle(ahead: pd.DataFrame, measure: str, figure: str, version: str) -> pd.DataFrame:
    """The same columns as those of `compared_with_budget`; in periods for which the last cycle has the measure, everything is compared."""
    listed = ahead[ahead["version"] == PREVIOUS_PLAN]
    stated = listed[listed[measure].notna()]
    plan = ahead[(ahead["version"] == version) & ahead["period"].isin(stated["period"])]
    both = plan[[*_KEYS, figure]].rename(columns={figure: "plan"}).assign(covers=1)
    both = stated[[*_KEYS, measure]].rename(columns={measure: "budget"}).merge(both, on=_KEYS, how="outer", sort=True)
    unknown = (both["plan"].isna() & both["covers"].notna()) | pd.MultiIndex.from_frame(both[_KEYS]).isin(pd.MultiIndex.from_frame(listed.loc[listed[measure].isna(), _KEYS]))
    both = both.assign(budget_known=both["budget"].notna()).fillna({"plan": 0.0, "budget": 0.0, "covers": 0})
    return both[~unknown].reset_index(drop=True)


def _all_known(figures: pd.DataFrame, both: pd.DataFrame) -> pd.Series:
    """Sum by line of another figure over the cells of `both`; NaN where it is not known in one of them."""
    on_cells = both[_KEYS].merge(figures[[*_KEYS, "plan"]], on=_KEYS, how="left")
    by_line = on_cells.assign(unknown=on_cells["plan"].isna()).groupby(_LINE)
    total: pd.Series = by_line["plan"].sum().mask(by_line["unknown"].any())
    return total
