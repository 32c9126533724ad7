"""Profit and loss from gross revenue to contribution margin, by family, region, customer group and period.

    gross revenue - discounts               = revenue
    revenue - material - conversion - other = gross margin
    gross margin - freight - premiums - obsolescence - cost to serve = contribution margin

Contribution accounting as in Horngren, *Cost Accounting*, ch. 14 (customer profitability: customer-level costs below the gross margin). Every line is a
sum of cells of the same detail that the financial plan is made of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.cost_rates import rated_costs
from sop_xl.plan.cost_structure import cost_notes, cost_structure, parts_of_series
from sop_xl.plan.customer_split import CustomerInputs, CustomerPart, customer_parts, gross_revenue
from sop_xl.plan.grid import Grid, Matrix
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.margin_lines import contribution_margin, discounts, gross_margin
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.premium_spread import PREMIUMS, spread_premiums
from sop_xl.plan.roll_up import RollUp, roll_up
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.valuation import FinancialDetail, times

SCOPE = ("family", "region")
COSTS_BELOW = ("freight", "overtime_premium", "expedite_cost", "subcontract_premium", "obsolescence", "cost_to_serve")
"""Lines between gross margin and contribution margin."""


def profit_and_loss(
    detail: FinancialDetail,
    solution: SupplySolution,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    timeline: Timeline,
    cost_rates: pd.DataFrame | None = None,
    customers: CustomerInputs | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Roll the detail up to profit and loss.

    Parameters
    ----------
    detail
        See `financial_detail` and `constrain_detail`.
    solution
        The supply plan: what standard costs are made of, and what it pays beyond the regular way.
    items, locations
        ITEMS and LOCATIONS.
    timeline
        Its periods are those of the detail.
    cost_rates
        COST_RATES for freight, cost to serve and obsolescence, of past and planned periods as far as they are valid then. Absent: none.
    customers
        Who buys; absent: no customer group is told apart.

    Returns
    -------
    PROFIT_AND_LOSS and notes. Past periods are actuals at today's standard cost, planned ones what the volumes of the detail bring. Premiums
    and the freight of transfers are those of the supply plan, in planned periods only: NaN before. They stand with the families that are sold (see
    `premium_spread`), by sales volume with regions and customers, and sum to what the plan pays. Freight, obsolescence and cost to serve are NaN
    where neither a rate nor the supply plan says anything. Contribution margin takes off what is known. Sums over customers are the line of the
    family and region; a customer without any sales has no rows. A figure of which nothing is known is NaN; gross margin is NaN
    where revenue or cost of any series in it is.
    """
    frames.check_frame(items, frames.ITEMS)
    rates = frames.empty_frame(frames.COST_RATES) if cost_rates is None else frames.check_frame(cost_rates, frames.COST_RATES)
    notes = list[Note]()
    past = len(timeline.history)
    gross = gross_revenue(detail.volume, detail.revenue, detail.list_price)
    _note_unlisted(detail, notes)
    series = detail.grid.series
    stocked = series[["item"]].assign(location=stocking_location(series["location"], locations))
    structure = cost_structure(solution.network, items)
    split = parts_of_series(structure, stocked, detail.unit_cost[:, 0])
    spread = spread_premiums(series, detail.volume[:, past:], stocked, solution, locations)
    groups = roll_up(series, SCOPE, spread.left)
    blocks, premiums = [], spread.by_series
    for part in customer_parts(detail, gross, past, customers or CustomerInputs()):
        # what is of no named customer comes last and takes what the others leave
        own = {line: amount * _share(part.volume, detail.volume, past) if part.customer else amount for line, amount in premiums.items()}
        premiums = {line: amount - own[line] for line, amount in premiums.items()}
        lines = _lines(groups, detail, part, split) | _premium_lines(groups, own, past, None if part.customer else spread.left, timeline)
        blocks.append(_with_sales(groups.labels.assign(customer=part.customer), lines))
    labels = pd.concat([block.labels for block in blocks], ignore_index=True)
    lines = {name: np.concatenate([block.lines[name] for block in blocks]) for name in blocks[0].lines}
    lines = _with_rates(lines, rated_costs(rates, labels, detail.grid.periods, timeline.calendar, lines["sales_volume"], lines["revenue"]), solution)
    said = pd.concat([notes_frame(notes), cost_notes(structure)], ignore_index=True)
    return _frame(labels, detail.grid.periods, _with_margins(lines)), said


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines (G, T) of the groups of one customer."""

    labels: pd.DataFrame
    lines: dict[str, Matrix]


def _note_unlisted(detail: FinancialDetail, notes: list[Note]) -> None:
    sold = ((detail.volume != 0) & np.isnan(detail.list_price) & ~np.isnan(detail.revenue)).any(axis=1)
    if sold.any():
        names = detail.grid.series["item"].to_numpy(dtype=object)[sold].tolist()
        words = f"no list price is known for {some_of(names)}; gross revenue is taken as net revenue, without discounts"
        notes.append(Note("items", min(names), "list-price-absent", words))


def _lines(groups: RollUp, detail: FinancialDetail, part: CustomerPart, split: dict[str, Matrix]) -> dict[str, Matrix]:
    """Sales volume to gross margin of one customer."""
    no_cost = np.isnan(detail.cost)
    if no_cost.any():
        no_cost &= (part.volume != 0) | (np.nan_to_num(part.revenue) != 0)

    def costed(per_unit: Matrix) -> Matrix:
        amount = times(part.volume, per_unit)
        return np.where(no_cost, np.nan, amount) if no_cost.any() else amount

    cost = costed(detail.unit_cost)
    result = {
        "sales_volume": groups.total(part.volume), "gross_revenue": groups.total_known(part.gross_revenue), "revenue": groups.total_known(part.revenue),
        **{name: groups.total_known(costed(of_unit[:, None])) for name, of_unit in split.items()},
        "cost": groups.total_known(cost),
    }  # fmt: skip
    unknown = groups.any_in(np.isnan(cost) | np.isnan(part.revenue))
    return result | {
        "discounts": discounts(result["gross_revenue"], result["revenue"]),
        "gross_margin": np.where(unknown, np.nan, gross_margin(result["revenue"], result["cost"])),
    }


def _share(part: Matrix, whole: Matrix, past: int) -> Matrix:
    """(S, P) part of one customer in the planned volume: of the period, else of the whole plan; 0 where nothing is sold at all."""
    part, whole = part[:, past:], whole[:, past:]
    over_all = np.broadcast_to(part.sum(axis=1, keepdims=True), part.shape), np.broadcast_to(whole.sum(axis=1, keepdims=True), part.shape)
    share = np.where(over_all[1] > 0, over_all[0] / np.where(over_all[1] > 0, over_all[1], 1.0), 0.0)
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), share)


def _premium_lines(groups: RollUp, premiums: dict[str, Matrix], past: int, left: pd.DataFrame | None, timeline: Timeline) -> dict[str, Matrix]:
    """Premiums by group, NaN in past periods; `left` is what no item takes."""
    result = {}
    grid = Grid(groups.labels.rename(columns={"family": "item", "region": "location"}), timeline.plan)
    for line in PREMIUMS:
        total = groups.total(premiums[line]) if line in premiums else np.zeros((len(groups.labels), len(timeline.plan)))
        if left is not None and len(left):
            total = total + np.nan_to_num(grid.matrix(left.rename(columns={"family": "item", "region": "location"}), left[line]))
        result[line] = np.concatenate([np.full((len(total), past), np.nan), total], axis=1)
    return result


def _with_sales(labels: pd.DataFrame, lines: dict[str, Matrix]) -> _Block:
    """The groups of which any line says something."""
    busy = np.zeros(len(labels), dtype=bool)
    for name in ("sales_volume", "gross_revenue", "revenue", *PREMIUMS):
        busy |= (np.nan_to_num(lines[name]) != 0).any(axis=1)
    return _Block(labels[busy].reset_index(drop=True), {name: values[busy] for name, values in lines.items()})


def _with_rates(lines: dict[str, Matrix], rated: dict[str, Matrix], solution: SupplySolution) -> dict[str, Matrix]:
    """Freight, obsolescence and cost to serve: what the supply plan pays, if it knows such a cost, and what the rates come to."""
    points, sources = solution.network.points, solution.network.sources
    known = {
        "freight": bool(((sources["kind"] == "transfer") & (sources["unit_cost"].fillna(0.0) > 0)).any()),
        "obsolescence": bool(points["shelf_life"].notna().any()),
    }
    result = dict(lines)
    for line, by_rate in rated.items():
        own = lines[line] if known.get(line, False) else np.full(by_rate.shape, np.nan)
        result[line] = np.where(np.isnan(own), by_rate, own + np.nan_to_num(by_rate))
    return result


def _with_margins(lines: dict[str, Matrix]) -> dict[str, Matrix]:
    return lines | {"contribution_margin": contribution_margin(lines["gross_margin"], (lines[name] for name in COSTS_BELOW))}


def _frame(labels: pd.DataFrame, periods: pd.DatetimeIndex, lines: dict[str, Matrix]) -> pd.DataFrame:
    if labels.empty:
        return frames.empty_frame(frames.PROFIT_AND_LOSS)
    columns = {name: np.repeat(labels[name].to_numpy(dtype=object), len(periods)) for name in labels}
    tidy = pd.DataFrame(columns | {"period": np.tile(periods.to_numpy(), len(labels))} | {name: values.ravel() for name, values in lines.items()})
    return frames.order_rows(tidy, frames.PROFIT_AND_LOSS)
