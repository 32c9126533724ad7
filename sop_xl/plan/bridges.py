"""Bridges: why revenue and gross margin of the plan differ from budget, last year and the last cycle, step by step, to the last cent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.bridge_cells import (
    Pairs,
    Window,
    cells_of_both,
    pairs_of_both,
    pairs_with_stated,
    stated_by_budget,
    stated_by_version,
    window_of,
)
from sop_xl.plan.bridge_rows import NOT_ATTRIBUTABLE, Explained, bridge_rows
from sop_xl.plan.bridge_steps import GROSS_MARGIN, REVENUE, STEPS, bridge_of_pairs
from sop_xl.plan.budget_coverage import LINE, compared_with_budget, covered_by
from sop_xl.plan.finance import BUDGET, LAST_YEAR, PLAN, PREVIOUS_PLAN
from sop_xl.plan.grid import Mask, Positions
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.valuation import FinancialDetail

MEASURES = (REVENUE, GROSS_MARGIN)
_WORDS = {REVENUE: "revenue", GROSS_MARGIN: "gross margin"}


def bridges(
    detail: FinancialDetail,
    financial_plan: pd.DataFrame,
    timeline: Timeline,
    budget: pd.DataFrame | None = None,
    items: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bridges of revenue and gross margin from last year, budget and previous plan to the plan, over the next year of the plan.

    Parameters
    ----------
    detail
        See `financial_detail` and `constrain_detail`: the money of the plan is that of its volume.
    financial_plan
        FINANCIAL_PLAN of the same detail; its budget and previous plan are the other ends.
    timeline
        The first 12 (weeks: 52) planned periods are compared, or as many as there are, and of those the ones for which the other
        version has the measure. Of the plan, the budget is compared with the families and regions that it covers, see `covered_by`.
    budget, items
        BUDGET in plan currency and ITEMS: where the budget of a family is given by item, its bridge is, too. Absent: as the financial plan
        has it, by family and region.

    Returns
    -------
    BRIDGES and notes. For each bridge and measure, `All`, every family, and items: the other version, the steps, `Plan`, in plan
    currency; steps positive where they raise the measure. `All` is the sum of the families, so mix is mix within families; the items of
    a family, with its line of other items, add up to the family.

    Last year is explained item by item; the previous plan by family and region; the budget family by family at the level at which it was
    given, and a family without budgeted units in one step, Not attributable. Items whose cost or price is not known on a side are
    left out of both sides of gross margin, and the notes say so.
    """
    explained, notes = explained_bridges(detail, financial_plan, timeline, budget, items)
    return rows_of_bridges(explained), notes


def rows_of_bridges(explained: Sequence[Explained]) -> pd.DataFrame:
    """BRIDGES of bridges that are explained."""
    parts = [bridge_rows(one) for one in explained if len(one.cells)]
    if not parts:
        return frames.empty_frame(frames.BRIDGES)
    result = pd.concat(parts, ignore_index=True)
    # within a bridge and measure the rows stay in the order in which they are read
    order = result["measure"].map(MEASURES.index)
    result = result.assign(measure_order=order).sort_values(["bridge", "measure_order"], kind="stable")
    return result[list(frames.BRIDGES.columns)].reset_index(drop=True)


def explained_bridges(
    detail: FinancialDetail, financial_plan: pd.DataFrame, timeline: Timeline, budget: pd.DataFrame | None = None, items: pd.DataFrame | None = None,
) -> tuple[list[Explained], pd.DataFrame]:
    """Bridges cell by cell, before they are added up, and notes; parameters as those of `bridges`."""
    frames.check_frame(financial_plan, frames.FINANCIAL_PLAN)
    window = timeline.plan[: timeline.calendar.season]
    whole = window_of(detail, window)
    notes = list[Note]()
    explained = _from_last_year(detail, window, timeline, notes)
    for version in (BUDGET, PREVIOUS_PLAN):
        if version == BUDGET and budget is not None and items is not None:
            frames.check_frame(budget, frames.BUDGET)
            stated = stated_by_budget(budget, items, window)
        else:
            stated = stated_by_version(financial_plan, version, window)
        for measure in MEASURES if len(stated) else ():
            found = _from_version(version, stated, measure, whole, financial_plan, timeline, notes)
            explained += [found] if found is not None else []
    return explained, notes_frame(notes)


def steps_by_line(explained: Sequence[Explained]) -> pd.DataFrame:
    """What bridges from budget and previous plan say of each family and region.

    Returns
    -------
    version, measure, family, region, start, every step of the measure and Not attributable, end; `All` where the bridge does not tell families or
    regions apart. start + steps = end. Steps that the measure does not have are 0.
    """
    names = ["start", *STEPS[GROSS_MARGIN], NOT_ATTRIBUTABLE, "end"]
    parts = []
    for one in explained:
        if one.version in (BUDGET, PREVIOUS_PLAN):
            cells = one.cells.reindex(columns=["family", "location", *names]).astype({"family": object, "location": object})
            parts.append(cells.groupby(["family", "location"], as_index=False)[names].sum().assign(version=one.version, measure=one.measure))
    columns = ["version", "measure", "family", "region", *names]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True).rename(columns={"location": "region"})[columns]


def _from_last_year(
    detail: FinancialDetail, window: pd.DatetimeIndex, timeline: Timeline, notes: list[Note]
) -> list[Explained]:
    place = detail.grid.periods.get_indexer(window)
    earlier = place - timeline.calendar.season
    if (earlier < 0).any():
        notes.append(
            Note(
                "bridges",
                LAST_YEAR,
                "bridge-without-last-year",
                "history does not reach back a year before the plan; there is no bridge from last year",
            )
        )
        return []
    before = f"{_span(detail.grid.periods[earlier], timeline)} at actual rates"
    after = f"{_span(window, timeline)} at plan rates"
    explained, both = [], cells_of_both(detail, earlier, place)
    for measure in MEASURES:
        pairs = pairs_of_both(both, measure)
        _note_unknown(pairs, LAST_YEAR, notes)
        explained.append(Explained(LAST_YEAR, measure, _steps(pairs, measure), pairs.levels, before, after))
    return explained


def _from_version(
    version: str,
    stated: pd.DataFrame,
    measure: str,
    whole: Window,
    financial_plan: pd.DataFrame,
    timeline: Timeline,
    notes: list[Note],
) -> Explained | None:
    """The bridge from budget or previous plan, over the periods for which that has the measure; `None` where it never has."""
    window, word = whole.periods, _WORDS[measure]
    has = stated[measure].notna()
    if version == BUDGET:
        stated = stated if has.all() else stated[has]
        lines, of_row = _lines(stated)
        counts = np.ones(len(lines), dtype=bool)
        if measure == REVENUE:  # what the plan does not know counts on neither side, here as everywhere
            counts = _told(lines, compared_with_budget(financial_plan, measure))
        has = pd.Series(counts[of_row], index=stated.index, dtype="bool")
    known = stated if has.all() else stated[has].reset_index(drop=True)
    if known.empty:
        if measure == GROSS_MARGIN:
            text = f"{version} states no cost or gross margin; there is no bridge of gross margin from it"
            notes.append(Note("bridges", version, "bridge-without-margin", text))
        return None
    covered = window[window.isin(known["period"])]
    if len(covered) < len(window):
        text = f"{version} has {word} in {len(covered)} of the next {len(window)} periods; only these are compared"
        notes.append(Note("bridges", version, "bridge-over-part-of-year", text))
    plan = financial_plan[(financial_plan["version"] == PLAN) & financial_plan["period"].isin(covered)]
    if version == BUDGET:
        compared = covered_by(lines, plan, counts)
        _note_coverage(compared, plan, measure, notes)
    else:  # what the last cycle did not have is new; what it had without this figure cannot be compared
        of_cells = [pd.MultiIndex.from_frame(rows[LINE]) for rows in (plan, stated, known)]
        compared = plan[~of_cells[0].isin(of_cells[1].difference(of_cells[2]))]
    pairs = pairs_with_stated(known, whole, whole.cells_among(compared), measure)
    _note_unknown(pairs, version, notes)
    periods = _span(covered, timeline)
    return Explained(version, measure, _steps(pairs, measure), pairs.levels, periods, f"{periods} at plan rates")


def _lines(stated: pd.DataFrame) -> tuple[pd.DataFrame, Positions]:
    """Lines of a budget, each once in a period, and the line of every row."""
    code = np.zeros(len(stated), dtype=np.intp)
    for name in LINE:
        codes, labels = pd.factorize(stated[name])
        code = code * len(labels) + codes
    of_row, _ = pd.factorize(code)
    first = ~pd.Series(code).duplicated().to_numpy()
    return stated.loc[first, LINE].astype({"family": object, "region": object}), of_row


def _told(lines: pd.DataFrame, compared: pd.DataFrame) -> Mask:
    """Whether each line of a budget is among those that are compared."""
    told: Mask = pd.MultiIndex.from_frame(lines).isin(pd.MultiIndex.from_frame(compared[LINE]))
    return told


def _steps(pairs: Pairs, measure: str) -> pd.DataFrame:
    """Rows of a bridge: families with units step by step, the others in one."""
    explained = pairs.rows["family"].map(pairs.levels["with_units"]).astype(bool).to_numpy()
    steps = bridge_of_pairs(pairs.rows[explained], measure)
    if explained.all():
        return steps
    rest = pairs.rows[~explained]
    start, end = rest["value_from"], rest["value_to"]
    unexplained = rest[["item", "location", "family"]].assign(start=start, **{NOT_ATTRIBUTABLE: end - start}, end=end)
    both = pd.concat([part for part in (steps, unexplained) if len(part)], ignore_index=True)
    names = [*STEPS[measure], NOT_ATTRIBUTABLE]
    return both.reindex(columns=["item", "location", "family", "start", *names, "end"]).fillna(dict.fromkeys(names, 0.0))


def _note_unknown(pairs: Pairs, version: str, notes: list[Note]) -> None:
    if pairs.unknown:
        text = (
            f"gross margin of {some_of(pairs.unknown)} is not known and left out of both sides of the bridge "
            f"from {version.lower()}"
        )
        notes.append(Note("bridges", version, "bridge-margin-not-known", text))


def _note_coverage(budgeted: pd.DataFrame, plan: pd.DataFrame, measure: str, notes: list[Note]) -> None:
    """Say how much of the plan the budget does not speak of."""
    left, whole = plan[measure].sum() - budgeted[measure].sum(), plan[measure].sum()
    if len(budgeted) < len(plan) and abs(left) > 1e-9 * abs(whole):
        families = plan.loc[plan.index.difference(budgeted.index), "family"]
        notes.append(
            Note(
                "bridges",
                BUDGET,
                "budget-covers-part-of-plan",
                f"the budget covers {whole - left:,.0f} of {whole:,.0f} of the plan's {_WORDS[measure]} in its periods; only that is "
                f"compared; {_WORDS[measure]} of {some_of(families)} that nobody budgeted is left out",
            )
        )


def _span(periods: pd.DatetimeIndex, timeline: Timeline) -> str:
    """First to last period in words, and how many where some between are left out."""
    first, last = (timeline.calendar.label(period) for period in (periods[0], periods[-1]))
    between = timeline.calendar.distance(periods[0], periods[-1]) + 1
    whole = first if first == last else f"{first} to {last}"
    return whole if between == len(periods) else f"{len(periods)} periods from {whole}"
