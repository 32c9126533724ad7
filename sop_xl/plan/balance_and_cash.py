"""Balance and cash of the plan by family and region: stock, receivables, payables, working capital, and what is received and paid by period.

Rules:

1. Inventory at standard or at moving average, see `plan.stock_valuation`; it stands in the region of the location that holds it. The reserve is the part of
   its value that `plan.excess_stock.reserve_shares` writes down.
2. Receivables by customer terms and invoice currency, see `plan.receivables`; payables by supplier terms, see `plan.payables`.
3. Conversion is paid in the period in which the work is done; fixed costs of orders when they are placed; freight and cost to serve in the period of
   the sale. The price of a transfer is freight, which the profit and loss has; it is no part of what stock costs.
4. Overheads that no bill, hour or price explains are in nobody's account here, nor are taxes, interest and investments.

Two ways to the cash flow meet (indirect = direct method, IAS 7.18): collections - payments, and, over all families,

    gross margin - cost variance - other payments + fx effect - change of (inventory + work in process + receivables - payables)

where the cost variance is what was paid for and is neither in stock nor in the standard cost of what was sold: prices and hours beside
standard, overheads in the standard that nobody is paid for (negative), idle capacity, stock that expires.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.cash_to_cash import WINDOW, cash_to_cash, days_outstanding
from sop_xl.plan.excess_stock import reserve_shares
from sop_xl.plan.family_regions import ALL, FamilyRegions, sum_known
from sop_xl.plan.grid import Matrix, positions
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.payables import Payables, plan_payables
from sop_xl.plan.payment_terms import period_lengths
from sop_xl.plan.receivables import Receivables, receivables, revenue_by_currency
from sop_xl.plan.stock_valuation import STANDARD, StockValue, value_stock
from sop_xl.plan.supply.conversion import STARTED, Conversion, conversion, rate
from sop_xl.plan.supply.flows import placed, total_by, whole
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.valuation import FinancialDetail

MUCH = 0.05
"""Part of the cost of goods sold from which what nobody is paid for is said."""
BALANCES = ("inventory_value", "stock_reserve", "work_in_process", "receivables", "payables")
FLOWS = ("collections", "fx_effect", "supplier_payments", "conversion_payments", "other_payments")

@dataclass(frozen=True, slots=True)
class BalanceSettings:
    """Numbers of balance and cash; the names are those of the Settings sheet.

    Parameters
    ----------
    inventory_valuation
        `standard` or `moving average`.
    customer_payment_days
        From sale to payment, of customer groups that state none. Terms of suppliers are in the network.
    excess_cover_days
        Stock beyond the use of so many days is excess.
    excess_reserve_rate, obsolete_reserve_rate
        Part of the value of excess, of obsolete stock that is written down.
    opening_cash
        At the start of the first planned period, plan currency.
    """

    inventory_valuation: str = STANDARD
    customer_payment_days: float = 30.0
    excess_cover_days: float = 180.0
    excess_reserve_rate: float = 0.25
    obsolete_reserve_rate: float = 1.0
    opening_cash: float = 0.0


def balance_and_cash(
    profit_and_loss: pd.DataFrame,
    detail: FinancialDetail,
    solution: SupplySolution,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    settings: BalanceSettings,
    customer_classes: pd.DataFrame,
    purchase_history: pd.DataFrame,
    fx_rates: pd.DataFrame,
    plan_currency: str,
    timeline: Timeline,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Balance and cash by family, region and period.

    Parameters
    ----------
    profit_and_loss
        PROFIT_AND_LOSS of history and plan: revenue, cost of goods sold, freight and cost to serve (absent = none).
    detail
        The valued plan of the same volumes: says which revenue is invoiced in which currency.
    solution
        The supply plan that the profit and loss is of.
    items, locations
        ITEMS, LOCATIONS.
    settings
        See `BalanceSettings`.
    customer_classes
        CUSTOMER_CLASSES: payment days by customer group.
    purchase_history
        PURCHASE_HISTORY: receipts that are not paid yet make opening payables.
    fx_rates, plan_currency
        FX_RATES and the plan's own currency.
    timeline
        History and plan.

    Returns
    -------
    BALANCE_AND_CASH and notes. One row per family, region and planned period, and one for the period before with the opening balances; then the
    same for each family over all regions (region `All`), and for everything (both `All`); their money is the sum of the lines by region, their days are their own. Flows before the plan are NaN. Stock whose unit cost is
    not known is left out and said, as in FINANCIAL_PLAN; a family and region with no other stock has NaN. Cash balance and cost
    variance stand where both are `All`.
    """
    frames.check_frame(profit_and_loss, frames.PROFIT_AND_LOSS)
    notes = list[Note]()
    made = conversion(solution)
    of_item = items["unit_cost"].to_numpy(dtype=float)[positions(items["item"], solution.network.points["item"], "item")]
    stock = value_stock(solution, made, settings.inventory_valuation, of_item)
    reserve = reserve_shares(solution, items, settings.excess_cover_days, settings.excess_reserve_rate, settings.obsolete_reserve_rate)
    owed_by, said = receivables(
        revenue_by_currency(profit_and_loss, detail, locations), customer_classes, settings.customer_payment_days, fx_rates, plan_currency, timeline
    )
    owed_to, said_too = plan_payables(solution, purchase_history)
    _note_unvalued(solution.network, stock, notes)
    groups = FamilyRegions(solution.network, profit_and_loss, items, locations)
    lines = _lines(groups, solution, stock, reserve, made, owed_by, owed_to, profit_and_loss, timeline)
    sales = {name: groups.of_sales(profit_and_loss, name, _window(timeline)) for name in ("revenue", "cost")}
    bought = groups.of_points(np.concatenate([_last(owed_to.past_purchases), owed_to.purchases], axis=1))
    parts = []
    for labels, code in groups.levels():
        level = _with_totals({name: sum_known(code, values, len(labels)) for name, values in lines.items()})
        sold, cost, purchases = (sum_known(code, values, len(labels)) for values in (sales["revenue"], sales["cost"], bought))
        level |= _days(level, sold, cost, purchases, timeline)
        if (labels["family"] == ALL).all():
            level["cash_balance"] = settings.opening_cash + np.concatenate([np.zeros((1, 1)), np.cumsum(level["cash_flow"][:, 1:], axis=1)], axis=1)
            level["cost_variance"] = _cost_variance(level, cost, owed_to)
            _note_overheads(level["cost_variance"], cost, plan_currency, notes)
        parts.append(_frame(labels, level, timeline))
    result = pd.concat(parts, ignore_index=True).drop_duplicates(["family", "region", "period"], ignore_index=True)
    return result, pd.concat([notes_frame(notes), said, said_too], ignore_index=True)


def _window(timeline: Timeline) -> pd.DatetimeIndex:
    """`WINDOW` periods before the plan, and the planned ones."""
    return timeline.calendar.span(timeline.calendar.shift(timeline.current, -WINDOW), WINDOW + timeline.horizon)


def _last(past: Matrix) -> Matrix:
    """(N, WINDOW) the last past periods; NaN where history does not reach."""
    absent = np.full((len(past), max(WINDOW - past.shape[1], 0)), np.nan)
    return np.concatenate([absent, past[:, max(past.shape[1] - WINDOW, 0) :]], axis=1)


def _lines(
    groups: FamilyRegions, solution: SupplySolution, stock: StockValue, reserve: Matrix, made: Conversion, owed_by: Receivables, owed_to: Payables,
    profit_and_loss: pd.DataFrame, timeline: Timeline,
) -> dict[str, Matrix]:  # fmt: skip
    """(G, 1 + T) every balance and flow; the first column is the period before the plan."""
    sold = groups.rows_of(owed_by.rows)
    held = np.concatenate([stock.opening[:, None], stock.closing], axis=1)
    conversion_paid = groups.of_points(_at_points(solution.network, made.worked) + owed_to.work_orders)
    conversion_paid += _idle(groups, solution, made)
    return {
        "inventory_value": groups.of_points(held),
        "stock_reserve": groups.of_points(held * reserve),
        "work_in_process": _after_nothing(groups.of_points(stock.work_in_process), 0.0),
        "receivables": groups.sum(sold, np.concatenate([owed_by.opening[:, None], owed_by.closing], axis=1)),
        "payables": groups.of_points(np.concatenate([owed_to.opening[:, None], owed_to.closing], axis=1)),
        "collections": _after_nothing(groups.sum(sold, owed_by.collections), np.nan),
        "fx_effect": _after_nothing(groups.sum(sold, owed_by.fx_effect), np.nan),
        "supplier_payments": _after_nothing(groups.of_points(owed_to.payments), np.nan),
        "conversion_payments": _after_nothing(conversion_paid, np.nan),
        "other_payments": _after_nothing(_other_payments(groups, solution, profit_and_loss, timeline), np.nan),
    }


def _after_nothing(values: Matrix, before: float) -> Matrix:
    return np.concatenate([np.full((len(values), 1), before), values], axis=1)


def _at_points(network: SupplyNetwork, by_source: Matrix) -> Matrix:
    return total_by(whole(network, "sources", "point"), by_source, len(network.points))


def _idle(groups: FamilyRegions, solution: SupplySolution, made: Conversion) -> Matrix:
    """(G, T) what resources cost while they work on nothing: borne by nobody's family."""
    result = np.zeros((len(groups.labels), solution.network.periods))
    result[groups.nobody] = made.idle.sum(axis=0)
    return result


def _other_payments(groups: FamilyRegions, solution: SupplySolution, profit_and_loss: pd.DataFrame, timeline: Timeline) -> Matrix:
    """(G, T) freight, cost to serve, transfers, fixed costs of orders."""
    network = solution.network
    released = placed(network, solution.orders)
    fixed = (released > STARTED) * rate(network, "sources", "fixed_cost")[:, None]
    total = groups.of_points(_at_points(network, fixed))
    for name in ("freight", "cost_to_serve"):
        total += groups.of_sales(profit_and_loss, name, timeline.plan)
    return total


def _with_totals(lines: dict[str, Matrix]) -> dict[str, Matrix]:
    """The lines, working capital and cash flow. What is not valued is not written down either: a reserve is known where a value is."""
    reserve = np.where(np.isnan(lines["inventory_value"]), np.nan, np.nan_to_num(lines["stock_reserve"]))
    lines = lines | {"stock_reserve": reserve}
    capital = lines["inventory_value"] - lines["stock_reserve"] + lines["work_in_process"] + lines["receivables"] - lines["payables"]
    flow = lines["collections"] - lines["supplier_payments"] - lines["conversion_payments"] - lines["other_payments"]
    before = np.full((len(flow), 1), np.nan)
    flows = {name: np.concatenate([before, lines[name][:, 1:]], axis=1) for name in FLOWS}
    return {**{name: lines[name] for name in BALANCES}, **flows, "working_capital": capital, "cash_flow": np.concatenate([before, flow[:, 1:]], axis=1)}


def _days(lines: dict[str, Matrix], revenue: Matrix, cost: Matrix, purchases: Matrix, timeline: Timeline) -> dict[str, Matrix]:
    """Days of inventory, receivables and payables, and cash-to-cash; flows are (G, WINDOW + T)."""
    periods = _window(timeline)
    days = period_lengths(timeline.calendar, periods)
    known = (periods >= timeline.first)[None, :]
    inventory = days_outstanding(lines["inventory_value"] + lines["work_in_process"], np.where(known, cost, np.nan), days)
    of_receivables = days_outstanding(lines["receivables"], np.where(known, revenue, np.nan), days)
    of_payables = days_outstanding(lines["payables"], purchases, days)
    return {
        "days_of_inventory": inventory, "days_of_receivables": of_receivables, "days_of_payables": of_payables,
        "cash_to_cash": cash_to_cash(inventory, of_receivables, of_payables),
    }  # fmt: skip


def _cost_variance(total: dict[str, Matrix], cost: Matrix, owed_to: Payables) -> Matrix:
    """(1, 1 + T) purchases and conversion that are neither in stock nor in the cost of what was sold."""
    kept = np.diff(total["inventory_value"] + total["work_in_process"], axis=1)
    spent = owed_to.purchases.sum(axis=0) + total["conversion_payments"][:, 1:]
    return _after_nothing(spent - kept - cost[:, WINDOW:], np.nan)


def _note_overheads(cost_variance: Matrix, cost: Matrix, plan_currency: str, notes: list[Note]) -> None:
    """Say how much of the standard cost the plan pays to nobody, where that is more than a little: cash looks better by it."""
    missing, sold = -float(np.nansum(cost_variance)), float(cost[:, WINDOW:].sum())
    if missing > MUCH * sold > 0:
        words = f"{missing:,.0f} {plan_currency} of standard cost ({missing / sold:.0%} of cost of goods sold) is paid to nobody in the plan: overheads in Items that no price, hour or wage explains; cash leaves them out"
        notes.append(Note("items", "", "standard-cost-not-paid", words))


def _note_unvalued(network: SupplyNetwork, stock: StockValue, notes: list[Note]) -> None:
    unknown = np.isnan(stock.opening) | np.isnan(stock.closing).any(axis=1)
    if unknown.any():
        names = network.points.loc[unknown, "item"].tolist()
        notes.append(Note("items", min(names), "stock-value-not-known", f"unit cost of {some_of(names)} is not known; its stock is left out of inventory value"))


def _frame(labels: pd.DataFrame, lines: dict[str, Matrix], timeline: Timeline) -> pd.DataFrame:
    """BALANCE_AND_CASH of some groups; those in which nothing happens are left out."""
    periods = timeline.calendar.span(timeline.calendar.shift(timeline.current, -1), timeline.horizon + 1)
    busy = np.any([(np.nan_to_num(lines[name]) != 0).any(axis=1) | (np.isnan(lines[name][:, 1:]).any(axis=1)) for name in (*BALANCES, *FLOWS)], axis=0)
    busy |= (labels["family"] == ALL).to_numpy(dtype=bool)
    count = len(periods)
    first = {name: np.repeat(labels.loc[busy, name].to_numpy(dtype=object), count) for name in ("family", "region")}
    absent = np.full((int(busy.sum()), count), np.nan)
    numbers = {name: (lines[name][busy] if name in lines else absent).ravel() for name in frames.BALANCE_AND_CASH.columns if name not in ("family", "region", "period")}
    return pd.DataFrame(first | {"period": np.tile(periods.to_numpy(), int(busy.sum()))} | numbers)
