"""Budgeted revenue as the supply side compares it: by family and period."""

from __future__ import annotations

import pandas as pd


def budget_by_family(budget: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame | None:
    """family, period, revenue of BUDGET in plan currency, `""` where a line names neither family nor item; `None` without budgeted revenue."""
    stated = budget[budget["revenue"].notna()]
    if stated.empty:
        return None
    family_of = items.set_index("item")["family"]
    family = stated["family"].where(stated["family"] != "", stated["item"].map(family_of).fillna(""))
    return stated.assign(family=family).groupby(["family", "period"])["revenue"].sum().reset_index()
