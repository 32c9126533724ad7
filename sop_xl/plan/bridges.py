"""Bridges: why revenue of one version differs from that of another, step by step, to the last cent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.finance import (
    BUDGET,
    LAST_YEAR,
    NOT_BY_FAMILY,
    NOT_BY_REGION,
    PLAN,
    PREVIOUS_PLAN,
    covered_by,
)
from sop_xl.plan.grid import Matrix
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.valuation import FinancialDetail

ALL = "All"
STEPS = ("Volume", "Mix", "Price", "FX", "New", "Discontinued", "Unexplained")
CONVENTIONS = {
    "Volume": "Change in units of continuing items x average price before, family by family",
    "Mix": "Shift between continuing items and locations within the family, at prices before",
    "Price": "Change in price at rates before x units after, row by row",
    "FX": "Change in exchange rate at prices after x units after, row by row, never from totals",
    "New": "Revenue of items that had no units before",
    "Discontinued": "Revenue before of items that have no units after",
    "Unexplained": "Revenue without units, or units without revenue: no price to explain it by",
}
NOT_ATTRIBUTABLE = "Not attributable"
_CELL = ("item", "location", "family", "demand", "revenue", "fx_rate")


def bridge(from_cells: pd.DataFrame, to_cells: pd.DataFrame) -> pd.DataFrame:
    """Explain the change in revenue, row by row.

    Parameters
    ----------
    from_cells, to_cells
        item, location, family, demand (units), revenue (plan currency), fx_rate (units of the row's currency per plan currency;
        NaN = not a price in another currency); item x location unique. Absent demand and revenue are none.

    Returns
    -------
    item, location, family, start, end and one column per step of `STEPS`, plan currency; start + steps = end in every family.

    Conventions, with q units, p price in plan currency, r rate, 0 before and 1 after, family totals in capitals; an item
    continues when it has units on both sides, at whatever location:

    - Volume = (Q1 - Q0) x P0 in a family, P0 = R0 / Q0 over its continuing items; a row shows its share by q0.
    - Mix = q1 x p0 - (q0 / Q0) x Q1 x P0; in a family: sum of q1 x p0 - Q1 x P0.
    - Price = q1 x (p1 x r1 / r0 - p0): the new price in the row's own currency, valued at the old rate.
    - FX = q1 x p1 x (1 - r1 / r0), 0 where a rate is NaN.
    - New and Discontinued: items without units on the other side, with their whole revenue. A continuing item that is new
      at one location takes its average price before as p0, so that opening a market shows as volume, mix and price.
    - Unexplained: rows with revenue but no units above 0, or units but no revenue, on a side: no price exists.

    Source of volume and mix: the sales quantity and sales mix variances of management accounting, at sales prices.
    """
    both = _paired(from_cells, to_cells)
    q0, q1, r0, r1 = (
        both[name].to_numpy(dtype=float)
        for name in ("demand_from", "demand_to", "revenue_from", "revenue_to")
    )
    item, family = pd.factorize(both["item"])[0], pd.factorize(both["family"])[0]
    odd = ((q0 > 0) != (r0 > 0)) | ((q1 > 0) != (r1 > 0)) | (q0 < 0) | (q1 < 0) | (r0 < 0) | (r1 < 0)
    q0, q1, s0, s1 = (np.where(odd, 0.0, values) for values in (q0, q1, r0, r1))
    before, after = _over(q0, item) > 0, _over(q1, item) > 0
    continuing = before & after
    c0, c1, cs0, cs1 = (np.where(continuing, values, 0.0) for values in (q0, q1, s0, s1))
    average = _ratio(_over(cs0, family), _over(c0, family))
    share = _ratio(c0, _over(c0, family))
    p0 = np.where(c0 > 0, _ratio(cs0, c0), _ratio(_over(cs0, item), _over(c0, item)))
    family_change = (_over(c1, family) - _over(c0, family)) * average
    rate_change = (both["fx_rate_to"] / both["fx_rate_from"]).fillna(1.0).to_numpy(dtype=float)
    volume, at_old_prices = share * family_change, c1 * p0
    steps: dict[str, Matrix] = {
        "Volume": volume,
        "Mix": at_old_prices - cs0 - volume,
        "Price": cs1 * rate_change - at_old_prices,
        "FX": cs1 - cs1 * rate_change,
        "New": np.where(~before & after, s1, 0.0),
        "Discontinued": np.where(before & ~after, -s0, 0.0),
        "Unexplained": np.where(odd, r1 - r0, 0.0),
    }
    return both[["item", "location", "family"]].assign(
        start=r0, **{name: steps[name] for name in STEPS}, end=r1
    )


def _paired(from_cells: pd.DataFrame, to_cells: pd.DataFrame) -> pd.DataFrame:
    for cells in (from_cells, to_cells):
        missing = [name for name in _CELL if name not in cells]
        if missing:
            raise FrameError(f"a bridge needs a column {missing[0]!r}")
        if cells.duplicated(["item", "location"]).any():
            raise FrameError("a bridge needs each item x location once")
    keys = ["item", "location", "family"]
    both = from_cells[list(_CELL)].merge(
        to_cells[list(_CELL)], on=keys, how="outer", suffixes=("_from", "_to"), sort=True
    )
    flows = ["demand_from", "demand_to", "revenue_from", "revenue_to"]
    return both.assign(**both[flows].fillna(0.0)).reset_index(drop=True)


def _over(values: Matrix, code: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Matrix:
    """Total of each row's group, on every row."""
    total = np.zeros(int(code.max(initial=-1)) + 1)
    np.add.at(total, code, values)
    result: Matrix = total[code]
    return result


def _ratio(numerator: Matrix, denominator: Matrix) -> Matrix:
    return np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1.0), 0.0)


def bridges(
    detail: FinancialDetail, financial_plan: pd.DataFrame, timeline: Timeline
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bridges from last year, budget and previous plan to the plan, over the next year of the plan.

    Parameters
    ----------
    detail
        See `financial_detail`.
    financial_plan
        FINANCIAL_PLAN of the same detail; its budget and previous plan are the other ends.
    timeline
        The first 12 (weeks: 52) planned periods are compared, or as many as there are, and of those the ones for which the other
        version has revenue. Of the plan, the budget is compared with the families and regions that it covers, see `covered_by`.

    Returns
    -------
    BRIDGES and notes. For each bridge, `All` and every family: the other version, the steps, `Plan`, in plan currency; steps positive
    where they raise revenue. `All` is the sum of the families, so mix is mix within families.

    Last year is explained item by item; the previous plan by family and region. A budget with units is split into volume, mix
    and price at the level at which it was given; a budget without is one step, Not attributable.
    """
    frames.check_frame(financial_plan, frames.FINANCIAL_PLAN)
    window = timeline.plan[: timeline.calendar.season]
    notes, parts = list[Note](), []
    last_year = _last_year_bridge(detail, window, timeline, notes)
    if last_year is not None:
        parts.append(_rows(f"{LAST_YEAR} to plan", LAST_YEAR, last_year, CONVENTIONS))
    plan = financial_plan[financial_plan["version"] == PLAN]
    for version in (BUDGET, PREVIOUS_PLAN):
        other = financial_plan[(financial_plan["version"] == version) & financial_plan["period"].isin(window)]
        other = other[other["revenue"].notna()]
        if other.empty:
            continue
        covered = window[window.isin(other["period"])]
        if len(covered) < len(window):
            notes.append(
                Note(
                    "bridges",
                    version,
                    "bridge-over-part-of-year",
                    f"{version} has revenue in {len(covered)} of the next {len(window)} periods; only these are compared",
                )
            )
        same = plan[plan["period"].isin(covered)]
        if version == BUDGET:
            budgeted = covered_by(other, same)
            _note_coverage(budgeted, same, notes)
            same = budgeted
        parts.append(_version_bridge(version, other, same))
    if not parts:
        return frames.empty_frame(frames.BRIDGES), notes_frame(notes)
    result = pd.concat(parts, ignore_index=True)
    # steps stay in the order in which a bridge is read
    return result.sort_values(["bridge", "family", "order"], kind="stable").reset_index(drop=True)[
        list(frames.BRIDGES.columns)
    ], notes_frame(notes)


def _note_coverage(budgeted: pd.DataFrame, plan: pd.DataFrame, notes: list[Note]) -> None:
    """Say how much of the plan's revenue the budget does not speak of."""
    left, whole = plan["revenue"].sum() - budgeted["revenue"].sum(), plan["revenue"].sum()
    if len(budgeted) < len(plan) and abs(left) > 1e-9 * abs(whole):
        families = plan.loc[plan.index.difference(budgeted.index), "family"]
        notes.append(
            Note(
                "bridges",
                BUDGET,
                "budget-covers-part-of-plan",
                f"the budget covers {whole - left:,.0f} of {whole:,.0f} of the plan's revenue in its periods; only that is compared; "
                f"revenue of {some_of(families)} that nobody budgeted is left out",
            )
        )


def _last_year_bridge(
    detail: FinancialDetail, window: pd.DatetimeIndex, timeline: Timeline, notes: list[Note]
) -> pd.DataFrame | None:
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
        return None
    return bridge(detail_cells(detail, earlier), detail_cells(detail, place))


def detail_cells(
    detail: FinancialDetail, columns: np.ndarray[tuple[int, ...], np.dtype[np.intp]]
) -> pd.DataFrame:
    """Cells for `bridge`: each series summed over some columns of the detail; its rate weighs as its revenue does."""
    demand, revenue = detail.demand[:, columns].sum(axis=1), np.nan_to_num(detail.revenue[:, columns])
    rate = detail.fx_rate[:, columns]
    total = revenue.sum(axis=1)
    local = np.where(revenue == 0, 0.0, revenue * rate).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where(total > 0, local / total, np.nan)
    cells = detail.grid.series[["item", "location", "family"]]
    return cells.assign(demand=demand, revenue=total, fx_rate=effective)


def _version_bridge(version: str, other: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """Bridge between two versions of the financial plan, at the finest level that both have."""
    by_family, by_region = (
        not (other["family"] == NOT_BY_FAMILY).any(),
        not (other["region"] == NOT_BY_REGION).any(),
    )
    from_cells, to_cells = (_version_cells(rows, by_family, by_region) for rows in (other, plan))
    name = f"{version} to plan"
    if (other["demand"].isna() & (other["revenue"] != 0)).any():
        cells = from_cells.merge(
            to_cells, on=["item", "location", "family"], how="outer", suffixes=("_from", "_to"), sort=True
        )
        start, end = cells["revenue_from"].fillna(0.0), cells["revenue_to"].fillna(0.0)
        whole = cells[["item", "location", "family"]].assign(
            start=start, **{NOT_ATTRIBUTABLE: end - start}, end=end
        )
        return _rows(
            name,
            version,
            whole,
            {NOT_ATTRIBUTABLE: f"{version} states no units, so volume and price cannot be told apart"},
        )
    level = (
        "family and region"
        if by_family and by_region
        else "family"
        if by_family
        else "region"
        if by_region
        else "total"
    )
    conventions = {
        step: text if step in ("FX", "Unexplained") else f"{text}; known by {level} only"
        for step, text in CONVENTIONS.items()
    }
    return _rows(name, version, bridge(from_cells, to_cells), conventions)


def _version_cells(rows: pd.DataFrame, by_family: bool, by_region: bool) -> pd.DataFrame:
    """Cells of a version: the family takes the item's place, the region the location's."""
    family = rows["family"] if by_family else pd.Series(ALL, index=rows.index)
    region = rows["region"] if by_region else pd.Series(ALL, index=rows.index)
    keyed = pd.DataFrame(
        {"item": family, "location": region, "demand": rows["demand"], "revenue": rows["revenue"]}
    )
    cells = keyed.groupby(["item", "location"], as_index=False)[["demand", "revenue"]].sum()
    return cells.assign(family=cells["item"], fx_rate=np.nan)


def _rows(name: str, version: str, cells: pd.DataFrame, conventions: dict[str, str]) -> pd.DataFrame:
    """BRIDGES rows of one bridge for `All` and each family."""
    steps = ["start", *conventions, "end"]
    by_family = cells.groupby("family")[steps].sum()
    # the total stands for a family that bears its name, such as cells that are known in total only
    table = pd.concat([cells[steps].sum().to_frame(ALL).T, by_family[by_family.index != ALL]])
    # a step that is nothing but float noise reads as the zero that it is
    noise = 1e-13 * (table["start"].abs() + table["end"].abs())
    table = table.where(table.abs().gt(noise, axis=0), 0.0)
    labels = {"start": version, "end": PLAN}
    texts = {"start": f"Revenue of {version.lower()}", "end": "Revenue of the plan"} | conventions
    parts = [
        pd.DataFrame(
            {
                "bridge": name,
                "family": table.index.astype(object),
                "step": labels.get(step, step),
                "order": float(place),
                "amount": table[step].to_numpy(),
                "note": texts[step],
            }
        )
        for place, step in enumerate(steps)
    ]
    return pd.concat(parts, ignore_index=True)
