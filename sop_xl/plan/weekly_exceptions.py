"""What is about to go wrong in the coming weeks: found by rule, worth money, each with the step that would mend it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Mask, Matrix, Positions, pair_positions, records
from sop_xl.plan.weekly_flows import WeeklyFlows, WeeklyInputs, at_stock

STOCK_OUT, LATE, BELOW, ABOVE_PLAN, BELOW_PLAN = "stock-out", "late receipt", "below safety stock", "orders above plan", "orders below plan"
SMALL = 1e-6
"""Units that are none."""


@dataclass(frozen=True)
class WeeklyRules:
    """How exceptions are judged and answered.

    Parameters
    ----------
    day
        Of the run.
    deviation
        Fraction of the plan to date beyond which orders need an answer.
    allocation
        Rule by which customers share what is short, as Settings has it.
    made
        item, location of what the plan makes itself; the others are ordered.
    """

    day: pd.Timestamp
    deviation: float
    allocation: str
    made: pd.DataFrame


@dataclass(frozen=True)
class _Found:
    """Exceptions of one kind: rows and weeks of the flows, units and money at stake."""

    kind: str
    rows: Positions
    weeks: Positions
    units: Matrix
    value: Matrix


def weekly_exceptions(flows: WeeklyFlows, known: WeeklyInputs, rules: WeeklyRules) -> pd.DataFrame:
    """Each matter once, in the week in which it begins.

    - *stock-out*: the projected balance falls below zero in this or a later week. At stake: the most units that are short x net price.
    - *late receipt*: an open order was due before the day of the run and is open still, in the week in which it was due. At stake: its cost.
    - *below safety stock*: the balance falls below safety stock, and not below zero later. At stake: the most units missing x unit margin.
    - *orders above plan*, *orders below plan*: orders to date differ from the plan's demand to date by more than the deviation, in the last week with
      orders. At stake: the difference x unit margin, or x unit cost of what was not ordered.

    Where one week of a series has several, the first of this list stands, as it is what the others lead to. A price or cost that is not known
    is taken from the other; without both the money is 0.

    Returns
    -------
    row (of the flows), week (position), exception, value, next_step, rank (1 = the most money); by row and week.
    """
    price, cost = unit_money(flows, known)
    margin = np.where(price > cost, price - cost, price)
    short, missing = np.maximum(-flows.balance, 0.0), np.maximum(flows.safety_stock - flows.balance, 0.0)
    out = _first(STOCK_OUT, short, flows.now, price)
    below = _first(BELOW, missing, flows.now, margin, unless=out.rows)
    found = [out, _late(flows, known, rules, cost), below, *_against_plan(flows, rules, margin, cost)]
    rows = pd.concat([
        pd.DataFrame({"row": one.rows, "week": one.weeks, "exception": one.kind, "units": one.units, "value": np.nan_to_num(one.value), "order": place})
        for place, one in enumerate(found)
    ], ignore_index=True)  # fmt: skip
    rows = rows.astype({"row": np.intp, "week": np.intp}).sort_values(["row", "week", "order"], kind="stable").drop_duplicates(["row", "week"])
    spoken = _Steps(flows, known, rules)
    dearest = rows.sort_values(["value", "row", "week"], ascending=[False, True, True], kind="stable")
    # the dearest shortage has the first call on what other locations can spare
    rows["next_step"] = pd.Series([spoken.of(one) for one in records(dearest)], index=dearest.index, dtype="object").reindex(rows.index)
    rows["rank"] = pd.Series(np.arange(1.0, len(dearest) + 1), index=dearest.index).reindex(rows.index)
    return rows.sort_values(["row", "week"], kind="stable", ignore_index=True)[["row", "week", "exception", "value", "next_step", "rank"]]


def unit_money(flows: WeeklyFlows, known: WeeklyInputs) -> tuple[Matrix, Matrix]:
    """(S,) net price and unit cost in plan currency; each in place of the other where that is not known, 0 without both."""
    prices = at_stock(known.prices[known.prices["period"].isin(flows.weeks.periods)], known)
    mean = prices.groupby(["item", "location"], sort=True)["net_price"].mean().reset_index()
    items = known.items.set_index("item")
    listed = flows.series["item"].map(items["unit_price"]).to_numpy(dtype=float)
    at = pair_positions(mean, flows.series)
    price = np.where(at >= 0, mean["net_price"].to_numpy(dtype=float)[at], np.nan) if len(mean) else listed
    price = np.where(np.isfinite(price), price, listed)
    cost = flows.series["item"].map(items["unit_cost"]).to_numpy(dtype=float)
    return np.nan_to_num(np.where(np.isfinite(price), price, cost)), np.nan_to_num(np.where(np.isfinite(cost), cost, price))


def _first(kind: str, units: Matrix, now: int, money: Matrix, unless: Positions | None = None) -> _Found:
    """The first week from now on in which there are such units, with the most of them."""
    ahead = np.nan_to_num(units[:, now:])
    hit: Mask = np.asarray((ahead > SMALL).any(axis=1))
    if unless is not None:
        hit[unless] = False
    rows = np.flatnonzero(hit)
    most = ahead.max(axis=1, initial=0.0)[rows]
    begins = now + np.asarray((ahead[rows] > SMALL).argmax(axis=1), dtype=np.intp)
    return _Found(kind, rows, begins, most, most * money[rows])


def _late(flows: WeeklyFlows, known: WeeklyInputs, rules: WeeklyRules, cost: Matrix) -> _Found:
    rows = np.flatnonzero(flows.overdue > SMALL)
    orders = _overdue(at_stock(known.open_orders, known), rules.day)
    place = np.maximum(flows.weeks.place_of(pd.DatetimeIndex(orders["period"])), 0)
    first = pd.Series(place).groupby(pair_positions(flows.series, orders)).min()
    begins = np.asarray(first.reindex(rows).fillna(0), dtype=np.intp)
    return _Found(LATE, rows, begins, flows.overdue[rows], flows.overdue[rows] * cost[rows])


def _overdue(orders: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    return orders[(orders["period"] < day) & (orders["scheduled_receipts"] > 0)]


def _against_plan(flows: WeeklyFlows, rules: WeeklyRules, margin: Matrix, cost: Matrix) -> list[_Found]:
    """Orders to date beside the plan to date, over the weeks that have begun and have orders."""
    counted = np.isfinite(flows.orders) & (flows.elapsed > 0)[None, :]
    ordered = np.where(counted, flows.orders, 0.0).sum(axis=1)
    planned = np.where(counted, flows.planned_demand * flows.elapsed, 0.0).sum(axis=1)
    last = counted.shape[1] - 1 - counted[:, ::-1].argmax(axis=1)
    gap, limit = ordered - planned, rules.deviation * planned
    found = []
    for kind, beyond, money in ((ABOVE_PLAN, gap > limit + SMALL, margin), (BELOW_PLAN, -gap > limit + SMALL, cost)):
        rows = np.flatnonzero(beyond & counted.any(axis=1))
        found.append(_Found(kind, rows, last[rows], np.abs(gap[rows]), np.abs(gap[rows]) * money[rows]))
    return found


class _Steps:
    """The next step of each exception; what was promised to one location is not promised to another."""

    def __init__(self, flows: WeeklyFlows, known: WeeklyInputs, rules: WeeklyRules) -> None:
        self.flows, self.rules = flows, rules
        orders = at_stock(known.open_orders, known)
        self.orders = orders[orders["scheduled_receipts"] > 0].sort_values(["period", "order"], kind="stable")
        self.order_rows = pair_positions(flows.series, self.orders)
        self.item = flows.series["item"].to_numpy(dtype=object)
        self.location = flows.series["location"].to_numpy(dtype=object)
        self.made: Mask = np.zeros(len(flows.series), dtype=bool)
        rows = pair_positions(flows.series, rules.made)
        self.made[rows[rows >= 0]] = True
        above = flows.balance[:, flows.now :] - flows.safety_stock[:, flows.now :]
        self.spare = np.floor(np.nan_to_num(above.min(axis=1, initial=np.inf), nan=0.0, posinf=0.0).clip(min=0.0) + SMALL)

    def of(self, one: object) -> str:
        """Words for one exception."""
        row, week, kind, units = (getattr(one, name) for name in ("row", "week", "exception", "units"))
        if kind == LATE:
            return f"expedite: {self._orders(row, late=True)} - ask for a firm date"
        if kind == BELOW_PLAN:
            return f"re-sequence: orders to date are {units:,.0f} below plan - make or call off later, check the forecast"
        parts = self._cover(row, week, units, kind)
        if kind == ABOVE_PLAN:
            return f"orders to date are {units:,.0f} above plan - " + "; ".join(parts)
        return "; ".join(parts)

    def _cover(self, row: int, week: int, units: float, kind: str) -> list[str]:
        """Re-deploy what others can spare, then pull what is coming, then share what there is."""
        parts: list[str] = []
        rest = units
        if kind in {STOCK_OUT, BELOW}:
            for other in np.flatnonzero((self.item == self.item[row]) & (self.spare >= 1.0)):
                if rest > SMALL and other != row:
                    taken = min(self.spare[other], np.ceil(rest))
                    self.spare[other] -= taken
                    rest -= taken
                    parts.append(f"re-deploy {taken:,.0f} from {self.location[other]} by {self._day(week)}")
        if rest <= SMALL:
            return parts
        if coming := self._orders(row, week=week):
            return [*parts, f"expedite {coming}"]
        later = np.flatnonzero(self.flows.planned_receipts[row, week + 1 :] > SMALL)
        if later.size:
            at, first = week + 1 + int(later[0]), self.flows.planned_receipts[row]
            verb = "re-sequence: make" if self.made[row] else "expedite: get"
            return [*parts, f"{verb} the planned {first[at]:,.0f} of the week of {self._day(at)} sooner"]
        if kind == STOCK_OUT:
            return [*parts, f"allocate: {rest:,.0f} short, nothing more comes - share by {self.rules.allocation}"]
        return [*parts, f"{'re-sequence: make' if self.made[row] else 'expedite: order'} {rest:,.0f} more"]

    def _orders(self, row: int, *, late: bool = False, week: int = -1) -> str:
        """The open order to act on: those overdue, or the next that comes after a week; `""` without one."""
        own = self.orders[self.order_rows == row]
        overdue = own["period"] < self.rules.day
        if late or overdue.any():
            chosen, first = own[overdue], "late since"
        else:
            after = self.flows.weeks.mondays[week] + pd.Timedelta(days=6)
            chosen, first = own[own["period"] > after].head(1), "due"
        named = [f"{o.order} ({o.scheduled_receipts:,.0f}, {first} {o.period:%Y-%m-%d}{f', {o.supplier}' if o.supplier else ''})" for o in records(chosen.head(2))]
        more = f" and {len(chosen) - 2} more" if len(chosen) > 2 else ""
        return ", ".join(named) + more

    def _day(self, week: int) -> str:
        return f"{self.flows.weeks.first_days[week]:%Y-%m-%d}"
