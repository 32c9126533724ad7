"""The plan beside budget, last year, last cycle and unconstrained demand: same level, same periods, same currency, in one block."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.comparison_lines import (
    CATEGORY,
    FAMILY,
    FAMILY_AND_REGION,
    FAVOURABLE,
    LEVELS,
    REGION,
    TOTAL,
    ComparedCells,
    Scopes,
    comparison_lines,
)
from sop_xl.plan.comparison_spans import Span, comparison_spans
from sop_xl.plan.finance import (
    BUDGET,
    LAST_YEAR,
    NOT_BY_FAMILY,
    NOT_BY_REGION,
    PLAN,
    PREVIOUS_PLAN,
    UNCONSTRAINED,
)
from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.vocabulary import MEASURES

REFERENCES = (BUDGET, LAST_YEAR, PREVIOUS_PLAN, UNCONSTRAINED)
ALL, NO_CATEGORY, NO_REGION = "All", "(no category)", "(no region)"


def plan_comparison(financial_plan: pd.DataFrame, timeline: Timeline) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Plan beside each reference by level, span and measure.

    Parameters
    ----------
    financial_plan
        FINANCIAL_PLAN: plan, budget, last year, previous plan and unconstrained, by family and region, all in plan currency.
    timeline
        Its spans, see `comparison_spans`. Past periods of the plan are actuals.

    Returns
    -------
    PLAN_COMPARISON and notes. gap = plan - reference, gap_percent is its fraction of the size of the reference, variance the gap with the sign
    that is favourable to profit positive (absent for stock). Units are those of the vocabulary: `units` or `money`.

    Both sides of a line hold the same families, regions and periods: only periods for which the reference has the measure, so that half
    a year of budget never stands against a whole one, and of those only families and regions that a budget covers; `first_period`,
    `last_period` and `note` say so. What one side does not know (NaN) counts on neither; what a reference other than the budget does not
    list is 0 in it. A stock is that of the last period compared, and first_period is that period.

    Every line above family and region is the sum of the lines below it: family and region -> family -> category -> total, and region ->
    total. What a budget states without family or region stands as `(not by family)`, `(not by region)`, beside the plan of all that no
    finer line of the budget covers; a level that a budget does not know at all has no lines. Lines without any period compared are left
    out, and those with nothing on both sides.
    """
    frames.check_frame(financial_plan, frames.FINANCIAL_PLAN)
    spans, said = comparison_spans(timeline)
    periods = timeline.periods
    rows = financial_plan[financial_plan["period"].isin(periods)]
    if rows.empty:
        return frames.empty_frame(frames.PLAN_COMPARISON), notes_frame(said)
    leaves = _leaves(rows)
    scopes = _scopes(leaves)
    index = pd.MultiIndex.from_frame(leaves[["family", "region"]])
    code = index.get_indexer(pd.MultiIndex.from_frame(rows[["family", "region"]]))
    column = periods.get_indexer(pd.DatetimeIndex(rows["period"]))
    own = {version: (rows["version"] == version).to_numpy() for version in (PLAN, *REFERENCES)}
    shape, parts = (len(leaves), len(periods)), []
    for measure in FAVOURABLE:
        figures = rows[measure].to_numpy(dtype=float)
        sides = {version: _matrices(figures, code, column, mine, shape) for version, mine in own.items()}
        for reference in REFERENCES:
            if np.isnan(sides[reference][0]).all():
                continue
            both = (*sides[PLAN], *sides[reference])
            cells = _budget_cells(*both, index) if reference == BUDGET else _whole_cells(*both)
            said += _unknown_notes(cells, leaves, reference, measure)
            parts.append(comparison_lines(cells, scopes, spans, reference, measure, timeline))
    filled = [part for part in parts if len(part)]
    if not filled:
        return frames.empty_frame(frames.PLAN_COMPARISON), notes_frame(said)
    return _ordered(pd.concat(filled, ignore_index=True), spans), notes_frame(said)


def _matrices(
    figures: Matrix, code: NDArray[np.intp], column: NDArray[np.intp], own: Mask, shape: tuple[int, int]
) -> tuple[Matrix, Mask]:
    """Figures of one version as leaves x periods, NaN where absent, and which cells it lists at all."""
    values, listed = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    values[code[own], column[own]] = figures[own]
    listed[code[own], column[own]] = True
    return values, listed


def _leaves(rows: pd.DataFrame) -> pd.DataFrame:
    """Every family and region of any version, and each with what a budget may leave open: family, region, category."""
    stated = rows[["family", "region", "category"]].drop_duplicates(["family", "region"])
    category = stated.drop_duplicates("family").set_index("family")["category"]
    families, regions = (pd.unique(stated[name]) for name in ("family", "region"))
    open_ones = [
        *((family, NOT_BY_REGION) for family in families),
        *((NOT_BY_FAMILY, region) for region in regions),
        (NOT_BY_FAMILY, NOT_BY_REGION),
    ]
    pairs = [*stated[["family", "region"]].itertuples(index=False, name=None), *open_ones]
    leaves = pd.DataFrame(sorted(set(pairs)), columns=["family", "region"], dtype="object")
    category = leaves["family"].map(category).fillna("").replace("", NO_CATEGORY)
    return leaves.assign(category=category.where(leaves["family"] != NOT_BY_FAMILY, NOT_BY_FAMILY).astype(object))


def _whole_cells(plan: Matrix, planned: Mask, reference: Matrix, listed: Mask) -> ComparedCells:
    """Against a version that speaks of everything in its periods."""
    has_figures = ~np.isnan(reference).all(axis=0) & ~np.isnan(plan).all(axis=0)
    unknown = ((planned & np.isnan(plan)) | (listed & np.isnan(reference))) & has_figures
    compared = (planned | listed) & ~unknown & has_figures
    ours, theirs = (np.where(compared, np.nan_to_num(values), 0.0) for values in (plan, reference))
    return ComparedCells(ours, theirs, compared, np.zeros(plan.shape), unknown)


def _budget_cells(plan: Matrix, planned: Mask, budget: Matrix, listed: Mask, index: pd.MultiIndex) -> ComparedCells:
    """Against a budget: each cell of the plan goes to the finest line of the budget that covers it, or is left out."""
    known = ~np.isnan(budget)
    target = np.full(plan.shape, -1)
    # from the widest line to the finest one, which remains
    for wide in ((NOT_BY_FAMILY, NOT_BY_REGION), (NOT_BY_FAMILY, None), (None, NOT_BY_REGION), (None, None)):
        wanted = [(wide[0] or family, wide[1] or region) for family, region in index]
        place = index.get_indexer(pd.MultiIndex.from_tuples(wanted))
        target = np.where((place >= 0)[:, None] & known[place], place[:, None], target)
    covered = planned & (target >= 0)
    row, column = np.nonzero(covered)
    to = target[row, column], column
    total, unknown = np.zeros(plan.shape), np.zeros(plan.shape, dtype=bool)
    np.add.at(total, to, np.nan_to_num(plan[row, column]))
    np.logical_or.at(unknown, to, np.isnan(plan[row, column]))
    compared = known & ~unknown
    left_out = np.where(planned & (target < 0) & known.any(axis=0), np.nan_to_num(plan), 0.0)
    return ComparedCells(np.where(compared, total, 0.0), np.where(compared, budget, 0.0), compared, left_out, unknown & known)


def _unknown_notes(cells: ComparedCells, leaves: pd.DataFrame, reference: str, measure: str) -> list[Note]:
    if not cells.unknown.any():
        return []
    label = MEASURES[measure].label.lower()
    names = some_of(leaves["family"][np.asarray(cells.unknown.any(axis=1))])
    text = f"{label} of {names} is not known in some periods; these count neither in the plan nor in {reference.lower()}"
    return [Note("plan_comparison", reference, f"{measure.replace('_', '-')}-not-compared", text)]


def _scopes(leaves: pd.DataFrame) -> Scopes:
    """Every line of every level, and the leaves below it."""
    every, region = pd.Series(ALL, index=leaves.index), leaves["region"].replace("", NO_REGION)
    labels, order, starts = list[pd.DataFrame](), list[NDArray[np.intp]](), list[NDArray[np.intp]]()
    for level, scope, at in (
        (TOTAL, every, every),
        (CATEGORY, leaves["category"], every),
        (FAMILY, leaves["family"], every),
        (REGION, every, region),
        (FAMILY_AND_REGION, leaves["family"], region),
    ):
        of_leaf = pd.DataFrame({"level": level, "scope": scope, "region": at})
        code = of_leaf.groupby(["scope", "region"], sort=True).ngroup().to_numpy()
        order.append(np.argsort(code, kind="stable"))
        starts.append(np.searchsorted(code[order[-1]], np.arange(code.max() + 1)) + len(leaves) * len(labels))
        labels.append(of_leaf.drop_duplicates().sort_values(["scope", "region"], kind="stable"))
    by_family, by_region = leaves["family"] != NOT_BY_FAMILY, ~leaves["region"].isin([NOT_BY_REGION, ""])
    return Scopes(
        pd.concat(labels, ignore_index=True), np.concatenate(order), np.concatenate(starts), by_family.to_numpy(), by_region.to_numpy()
    )


def _ordered(rows: pd.DataFrame, spans: list[Span]) -> pd.DataFrame:
    """Level by level from the total down, then by scope; within one, span, reference and measure as a reader asks for them."""
    places = {
        "level": list(LEVELS),
        "span": [span.name for span in spans],
        "reference": list(REFERENCES),
        "measure": list(FAVOURABLE),
    }
    order = pd.DataFrame({name: rows[name].map({v: k for k, v in enumerate(wanted)}) for name, wanted in places.items()})
    order = order.assign(scope=rows["scope"], region=rows["region"])
    at = order.sort_values(["level", "scope", "region", "span", "reference", "measure"], kind="stable").index
    return rows.loc[at, list(frames.PLAN_COMPARISON.columns)].reset_index(drop=True)
