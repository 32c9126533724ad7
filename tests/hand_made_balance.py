"""Profit and loss, detail and prices of small supply plans, for tests of balance and cash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.balance_and_cash import BalanceSettings, balance_and_cash
from sop_xl.plan.grid import Grid
from sop_xl.plan.supply.figures import served
from sop_xl.plan.supply.flows import numbers, total_by, whole
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.valuation import FinancialDetail


def items_of(solution: SupplySolution) -> pd.DataFrame:
    """ITEMS of a plan's stock points."""
    points = solution.network.points
    items = pd.DataFrame({"item": points["item"], "family": points["family"], "unit_cost": points["unit_cost"], "unit_price": points["unit_price"]})
    texts = {name: "" for name, kind in frames.ITEMS.columns.items() if kind == "text" and name not in items}
    items = items.drop_duplicates("item").assign(**texts, start=pd.NaT, end=pd.NaT)
    return frames.order_rows(items.reindex(columns=list(frames.ITEMS.columns)).astype({"start": "datetime64[ns]", "end": "datetime64[ns]"}), frames.ITEMS)


def profit_and_loss_of(solution: SupplySolution, past: Mapping[str, float] | None = None, **more: float) -> pd.DataFrame:
    """PROFIT_AND_LOSS of what a plan serves, by family; `past` is revenue of the period before by family, `more` further lines per family and period."""
    network = solution.network
    point = whole(network, "streams", "point")
    units = served(solution)
    revenue = total_by(point, units * network.price, len(network.points))
    cost = total_by(point, units, len(network.points)) * np.nan_to_num(numbers(network, "points", "unit_cost"))[:, None]
    plan = network.timeline.plan
    rows = pd.DataFrame({
        "family": np.repeat(network.points["family"].to_numpy(dtype=object), len(plan)), "region": "", "customer": "",
        "period": np.tile(plan.to_numpy(), len(network.points)), "revenue": revenue.ravel(), "cost": cost.ravel(),
    })  # fmt: skip
    before = network.timeline.calendar.shift(network.timeline.current, -1)
    earlier = [{"family": f, "region": "", "customer": "", "period": before, "revenue": r, "cost": 0.0} for f, r in (past or {}).items()]
    rows = pd.concat([rows, pd.DataFrame(earlier)], ignore_index=True) if earlier else rows
    rows = rows.groupby(["family", "region", "customer", "period"], as_index=False)[["revenue", "cost"]].sum().assign(**more)
    return full(rows)


def full(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of PROFIT_AND_LOSS with every column."""
    return frames.order_rows(rows.reindex(columns=list(frames.PROFIT_AND_LOSS.columns)), frames.PROFIT_AND_LOSS)


def detail_of(series: pd.DataFrame, timeline: Timeline, **matrices: np.ndarray) -> FinancialDetail:
    """A detail of some series (item, location, family, region); what is not named is 0, rates are NaN."""
    grid = Grid(series.assign(category="").reset_index(drop=True), timeline.periods)
    blank = {f.name: np.full(grid.shape, np.nan) if f.name == "fx_rate" else grid.zeros() for f in fields(FinancialDetail) if f.name != "grid"}
    return FinancialDetail(grid=grid, **{**blank, **matrices})


def no_detail(timeline: Timeline) -> FinancialDetail:
    """A detail that says nothing: everything is invoiced in plan currency."""
    return detail_of(pd.DataFrame({name: pd.Series(dtype=object) for name in ("item", "location", "family", "region")}), timeline)


def balance_of(solution: SupplySolution, profit_and_loss: pd.DataFrame | None = None, purchase_history: pd.DataFrame | None = None, **settings: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    """BALANCE_AND_CASH and notes of a plan that sells at no known location and pays in plan currency; customers pay at once unless said."""
    timeline = solution.network.timeline
    return balance_and_cash(
        profit_and_loss_of(solution) if profit_and_loss is None else profit_and_loss, no_detail(timeline), solution, items_of(solution),
        frames.empty_frame(frames.LOCATIONS), BalanceSettings(**{"customer_payment_days": 0.0, **settings}), frames.empty_frame(frames.CUSTOMER_CLASSES),
        frames.empty_frame(frames.PURCHASE_HISTORY) if purchase_history is None else purchase_history, frames.empty_frame(frames.FX_RATES), "USD", timeline,
    )  # fmt: skip


def in_all(balance: pd.DataFrame) -> pd.DataFrame:
    """The lines of everything, by period."""
    return balance[(balance["family"] == "All") & (balance["region"] == "All")].set_index("period")
