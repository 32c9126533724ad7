"""What changed between two plans, cause by cause: plans in between, in each of which one more group of inputs is today's, and their differences.

The differences of neighbours telescope: they add up to the difference of the ends, whatever the order. The order decides what a cause is
charged with where causes act on each other: each is measured with the ones before it in place (price on today's volume, say), as in a
standard volume, price and cost bridge; see Kaplan and Atkinson, Advanced Management Accounting, on variances taken one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sop_xl.frames import CHANGES, empty_frame
from sop_xl.plan.finance import PLAN
from sop_xl.vocabulary import UNITS, Aggregation, measure

MEASURES = ("demand", "sales_volume", "revenue", "gross_margin", "inventory_value")
"""Measures that are explained, in the order of the sheet."""
ALL, START, END = "All", "start", "end"
PLACES = 6
"""Decimals to which totals are taken before they are compared, so that what is written adds up."""


LEAST_REST = 0.5
"""Units or plan currency of a family below which a plan was planned again as it is."""


@dataclass(frozen=True)
class Stage:
    """A plan on the way from the reference to today's.

    Parameters
    ----------
    cause
        What is today's in it that was not in the one before; `START` = the reference itself, `END` = today's plan.
    figures
        See `family_figures`; `None` = as in the stage before.
    words
        What was changed in the inputs, by family; that of `ALL` where a family has none of its own.
    order
        Place in the list of all causes.
    """

    cause: str
    figures: pd.DataFrame | None
    words: Mapping[str, str]
    order: int


def family_figures(financial_plan: pd.DataFrame, periods: pd.DatetimeIndex) -> pd.DataFrame:
    """A plan's own figures by family and period.

    Parameters
    ----------
    financial_plan
        FINANCIAL_PLAN.
    periods
        Those that are compared.

    Returns
    -------
    DataFrame
        Indexed by family and period, one column for each of `MEASURES`; units, plan currency. Regions are summed; NaN where no region knows the figure.
    """
    rows = financial_plan[(financial_plan["version"] == PLAN) & financial_plan["period"].isin(periods)]
    return rows.groupby(["family", "period"])[list(MEASURES)].sum(min_count=1).round(PLACES)


def family_totals(figures: pd.DataFrame) -> pd.DataFrame:
    """Totals by family over the periods: flows summed, of a stock the last period; NaN where nothing of it is known."""
    if figures.empty:
        return pd.DataFrame(columns=list(MEASURES), dtype=float)
    last = figures.index.get_level_values("period").max()
    flows = [name for name in MEASURES if measure(name).aggregation is Aggregation.FLOW]
    total = figures.groupby("family")[flows].sum(min_count=1)
    stocks = figures.xs(last, level="period")[[name for name in MEASURES if name not in flows]]
    return total.join(stocks, how="left")[list(MEASURES)].round(PLACES)


def with_rest(stages: Sequence[Stage]) -> list[Stage]:
    """What the end has and the last cause does not give, moved to the front: to the first stage after the reference.

    Parameters
    ----------
    stages
        The reference, what is not reproduced, the causes, and the end. The last cause is planned from the same inputs as the end.

    Returns
    -------
    The stages, of which every one between reference and end is higher by the rest: so the amounts of the causes stay what their inputs make, and all still adds
    up. A rest below `LEAST_REST` in every family stays with the last cause, whose stage is then the end.
    """
    end = stages[-1].figures
    planned = [(k, own) for k, stage in enumerate(stages[:-1]) if k > 1 and (own := stage.figures) is not None]
    if end is None or not planned:
        return list(stages)
    last, made = planned[-1]
    rest = end.sub(made, fill_value=0.0).round(PLACES).fillna(0.0)
    by_family = family_totals(rest).abs()
    moved = list(stages)
    if not (by_family >= LEAST_REST).any(axis=None):
        moved[last] = replace(stages[last], figures=end)
        return moved
    for k in range(1, len(stages) - 1):
        if (own := stages[k].figures) is not None:
            moved[k] = replace(stages[k], figures=end if k == last else own.add(rest, fill_value=0.0).round(PLACES))
    dearest = by_family.sum().idxmax()
    said = f"what today's run has and its inputs planned again have not is in it, most in {measure(str(dearest)).label.lower()}"
    moved[1] = replace(moved[1], words={**moved[1].words, ALL: "; ".join(filter(None, (moved[1].words.get(ALL, ""), said)))})
    return moved


def change_rows(reference: str, stages: Sequence[Stage], currency: str, label: Callable[[pd.Timestamp], str], *, lean: bool = False) -> pd.DataFrame:
    """CHANGES of one reference.

    Parameters
    ----------
    reference
        As it is named on the sheet.
    stages
        The reference first, today's plan last, both with figures.
    currency
        Of money.
    label
        Of a period, as the workbook's calendar has it.
    lean
        Leave out causes whose inputs are the same, and families whose plan is the reference.

    Returns
    -------
    CHANGES: for each measure All, then the families. All has a row for every cause; a family only for those that moved it. In each group the
    amounts of the causes are what one stage's total has more than the one before, so that start + causes = end to the last digit
    that is written; All is the sum of the families. A family that one stage does not have counts as 0 there. A measure of which
    neither end knows anything has no rows.
    """
    totals = [family_totals(stage.figures) if stage.figures is not None else None for stage in stages]
    known = [total for total in totals if total is not None]
    families = sorted(set().union(*(total.index for total in known)))
    parts = []
    for name in MEASURES:
        if known[0][name].isna().all() and known[-1][name].isna().all():
            continue
        held: list[pd.Series] = []
        for total in totals:
            held.append(held[-1] if total is None else total[name].reindex(families).fillna(0.0))
        levels = pd.concat([one.rename(k) for k, one in enumerate(held)], axis=1)
        unit = UNITS if measure(name).unit == UNITS else currency
        for family in [ALL, *families]:
            mine = levels.sum() if family == ALL else levels.loc[family]
            parts += _rows(reference, name, family, mine.round(PLACES).to_numpy(), stages, unit, label, lean)
    if not parts:
        return empty_frame(CHANGES)
    return pd.DataFrame(parts, columns=list(CHANGES.columns)).astype({"order": float, "amount": float})


def _rows(
    reference: str, name: str, family: str, levels: np.ndarray, stages: Sequence[Stage], unit: str, label: Callable[[pd.Timestamp], str], lean: bool
) -> list[tuple[object, ...]]:
    """Rows of one measure of one family; none where there is nothing to tell."""
    moved = levels[1:] - levels[:-1]
    if family != ALL and not moved.any() and (lean or not levels[0]):
        return []
    rows: list[tuple[object, ...]] = [(reference, name, family, 0.0, START, levels[0], unit, _said(stages[0], family))]
    before = stages[0].figures
    for k, stage in enumerate(stages[1:-1], start=1):
        amount = round(float(moved[k - 1]), PLACES)
        if amount or (family == ALL and (stage.figures is not None or not lean)):
            said = [_said(stage, family)] if _said(stage, family) else []
            if stage.figures is not None:
                said.append(effect_words(name, family, amount, before, stage.figures, unit, label))
            rows.append((reference, name, family, float(stage.order), stage.cause, amount, unit, "; ".join(said)))
        before = stage.figures if stage.figures is not None else before
    end = stages[-1]
    rows.append((reference, name, family, float(end.order), END, levels[-1], unit, _whole_words(name, levels[0], levels[-1], unit)))
    return rows


def _said(stage: Stage, family: str) -> str:
    return stage.words.get(family, stage.words.get(ALL, ""))


def amount_words(amount: float, unit: str) -> str:
    """`+1,234 units`, `-56 EUR`; a small one with the decimals that show it."""
    places = 0 if abs(amount) >= 10 else 2
    return f"{amount:+,.{places}f} {unit}"


def effect_words(
    name: str, family: str, amount: float, before: pd.DataFrame | None, after: pd.DataFrame | None, unit: str, label: Callable[[pd.Timestamp], str]
) -> str:
    """What a cause did to a measure, and where most: `+420 units, mostly Mountain Bikes in 2025-06`."""
    if not amount or before is None or after is None:
        return f"no effect on {measure(name).label.lower()}"
    cells = after[name].fillna(0.0).sub(before[name].fillna(0.0), fill_value=0.0) * np.sign(amount)
    if family != ALL:
        cells = cells[cells.index.get_level_values("family") == family]
    text = amount_words(amount, unit)
    is_flow = measure(name).aggregation is Aggregation.FLOW
    periods = cells.index.get_level_values("period")
    if not is_flow:
        cells = cells[periods == periods.max()]
    most = ""
    if family == ALL:
        by_family = cells.groupby("family").sum()
        most = str(by_family.idxmax())
        cells = cells[cells.index.get_level_values("family") == most]
        share = by_family[most] / abs(amount)
        most = f", {'mostly' if share > 0.5 else 'most in'} {most}"
    if is_flow and len(cells) > 1:
        top = cells.groupby("period").sum()
        peak = pd.Timestamp(top.idxmax())
        most += f"{' in' if most else ', most in'} {label(peak)}"
    return text + most


def _whole_words(name: str, start: float, end: float, unit: str) -> str:
    """The plan against the reference."""
    label = measure(name).label
    if start == end:
        return f"{label} as in the reference"
    share = f" ({end / start - 1:+.1%})" if start > 0 else ""
    return f"{label} {amount_words(end - start, unit)}{share} against the reference"
