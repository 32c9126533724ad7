"""Budget figures of a category, spread over its families to the cent."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.budget_phasing import LAST_YEAR, MEASURES, PLAN, reference_places, spread_to_the_cent
from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.valuation import FinancialDetail

_WORDS = {PLAN: "as the plan", LAST_YEAR: "as last year's sales"}
_LENT = {"everywhere": "as those of the category in all regions", "equal": "equally"}


def spread_categories(budget: pd.DataFrame, detail: FinancialDetail, timeline: Timeline, phasing: str = LAST_YEAR) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give every figure that a budget states for a category to the category's families; their parts add up to it to the cent.

    A plan knows categories as sums of families alone, so that a budget of a category counts in its own line and those above it as stated, and in
    those of its families by this rule.

    Parameters
    ----------
    budget
        BUDGET with `currency`, and `category` where a figure is of one: its family and item are then `""`. `last_period` as `phase_budget` takes it.
    detail
        History and plan: the sales volume for quantities, revenue for money, of the category's items in the same region and the same periods.
        Where these have nothing there, the shares are those of all regions, then equal; the notes say of how many.
    timeline
        Past and planned periods of `detail`.
    phasing
        `plan`: as the plan. Else as the sales of the same periods a year earlier: equal parts of families of different size would mean nothing.

    Returns
    -------
    The budget without `category`, and notes. A category that no item of `detail` has stays without a family, and is said.
    """
    if "category" not in budget:
        return budget, notes_frame([])
    plain = budget.drop(columns="category")
    chosen = (budget["category"] != "").to_numpy(dtype=bool)
    parts, lent, unknown = [plain[~chosen]], list[str](), set[str]()
    of_category = budget[chosen]
    ends = of_category["last_period"].fillna(of_category["period"]) if "last_period" in of_category else of_category["period"]
    groups = of_category.groupby([of_category["category"], of_category["region"], of_category["period"], ends], sort=True)
    for key, rows in groups:
        category, region, first, last = cast("tuple[str, str, pd.Timestamp, pd.Timestamp]", key)
        series = _series_of(detail, category, region)
        if series is None:
            unknown.add(category)
            parts.append(rows.drop(columns="category"))
            continue
        span = timeline.calendar.span(first, timeline.calendar.distance(first, last) + 1)
        places = reference_places(span, timeline, PLAN if phasing == PLAN else LAST_YEAR)
        families, shares, word = _shares(detail, *series, places)
        lent += [word] * len(rows)
        parts.append(_by_family(rows.drop(columns="category"), families, shares))
    spread = _in_order(pd.concat(parts, ignore_index=True))
    notes = [Note("budget", "", "budget-categories", f"{len(lent)} figures of categories are spread over their families {_WORDS[PLAN if phasing == PLAN else LAST_YEAR]}")] if lent else []
    for word in dict.fromkeys(w for w in lent if w):
        notes.append(Note("budget", "", f"budget-categories-{word}", f"{lent.count(word)} of them have no sales of their own to be shared by; they are spread {_LENT[word]}"))
    if unknown:
        notes.append(Note("budget", "", "budget-categories-unknown", f"no family with sales or a plan is of category {some_of(sorted(unknown))}; these figures count without a family"))
    return spread, notes_frame(notes)


def _series_of(detail: FinancialDetail, category: str, region: str) -> tuple[Mask, Mask] | None:
    """Series of a category in a region, and in all of them; `None` where it has none."""
    series = detail.grid.series
    everywhere = (series["category"] == category).to_numpy(dtype=bool)
    if not everywhere.any():
        return None
    return everywhere & (series["region"] == region).to_numpy(dtype=bool) if region else everywhere, everywhere


def _shares(detail: FinancialDetail, own: Mask, everywhere: Mask, places: np.ndarray) -> tuple[np.ndarray, dict[str, Matrix], str]:
    """Families of a category, sorted; their shares of quantities and of money; and from where those of money are borrowed."""
    families = detail.grid.series["family"].to_numpy(dtype=object)
    names, code = np.unique(families[everywhere].astype(str), return_inverse=True)
    shares, lent = dict[str, Matrix](), ""
    for kind, matrix in (("demand", detail.volume), ("revenue", detail.revenue)):
        inside = (places >= 0) & (places < matrix.shape[1])
        sales = np.nan_to_num(matrix[:, places[inside]]).clip(min=0.0).sum(axis=1)
        shares[kind], lent = np.ones(len(names)), "equal"
        # the widest first: a narrower one that has sales takes its place
        for word, mask in (("everywhere", everywhere), ("", own)):
            sums = np.zeros(len(names))
            np.add.at(sums, code, np.where(mask, sales, 0.0)[everywhere])
            if sums.sum() > 0:
                shares[kind], lent = sums, word
    return names, shares, lent


def _by_family(rows: pd.DataFrame, families: np.ndarray, shares: dict[str, Matrix]) -> pd.DataFrame:
    """Each row once per family that has a share of it."""
    count = len(families)
    part = rows.iloc[np.repeat(np.arange(len(rows)), count)].assign(family=np.tile(families.astype(object), len(rows)))
    for name in MEASURES:
        weights = np.tile(shares["demand" if name == "demand" else "revenue"], (len(rows), 1))
        part[name] = spread_to_the_cent(rows[name].to_numpy(dtype=float), weights).ravel()
    return part[np.tile((shares["demand"] > 0) | (shares["revenue"] > 0), len(rows))]


def _in_order(budget: pd.DataFrame) -> pd.DataFrame:
    """One row per key, currency and span: a part of a category may meet a figure of its family."""
    keys = [*frames.BUDGET.keys, "currency", *(["last_period"] if "last_period" in budget else [])]
    if budget.duplicated(keys).any():
        budget = budget.groupby(keys, sort=True, as_index=False, dropna=False).sum(min_count=1)
    return budget.sort_values(keys, kind="stable").reset_index(drop=True)
