"""What is owed to suppliers and when it is paid.

What a period receives is spread evenly over it and paid so many days later by the terms of the supplier (see `plan.payment_terms`). Orders of the plan are
paid at the price of their source, rejects included; open orders at what the regular source charges, by its terms. What was received before the plan and
is not paid yet comes from Purchase History, by the day of each receipt.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.plan.grid import Matrix, Positions
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.payment_terms import period_lengths, settle
from sop_xl.plan.supply.build.sourcing import SUPPLIED
from sop_xl.plan.supply.conversion import rate
from sop_xl.plan.supply.flows import numbers, total_by, whole
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.purchase_terms import open_orders, source_terms
from sop_xl.plan.supply.solution import SupplySolution


@dataclass(frozen=True, slots=True)
class Payables:
    """Payables in plan currency; rows are stock points, columns planned periods.

    Parameters
    ----------
    opening
        (N,) owed at the start of the first planned period.
    purchases, closing, payments
        (N, T): opening + purchases - payments = closing.
    work_orders
        (N, T) open orders of stocks that are not bought: paid when they arrive, to nobody's terms.
    past_purchases
        (N, H) of the past periods of the timeline; NaN where Purchase History says nothing.
    """

    opening: Matrix
    purchases: Matrix
    closing: Matrix
    payments: Matrix
    work_orders: Matrix
    past_purchases: Matrix


def plan_payables(solution: SupplySolution, purchase_history: pd.DataFrame) -> tuple[Payables, pd.DataFrame]:
    """What is owed and paid in each planned period.

    Parameters
    ----------
    solution
        The plan.
    purchase_history
        PURCHASE_HISTORY; without receipts, opening payables are taken as none, and that is said.

    Returns
    -------
    Payables and notes.
    """
    network = solution.network
    count, point = len(network.points), whole(network, "sources", "point")
    supplied = network.sources["kind"].isin(SUPPLIED).to_numpy(dtype=bool)
    bought = np.where(supplied, rate(network, "sources", "unit_cost"), 0.0)[:, None] * arriving_orders(solution)
    lengths = period_lengths(network.timeline.calendar, network.timeline.plan)
    open_of_plan, paid_of_plan = settle(bought, source_terms(network), lengths)
    before = open_orders(network)
    opening, paid_opening, past, notes = _received_before(network, purchase_history)
    still_owed = opening[:, None] - np.cumsum(paid_opening, axis=1)
    return Payables(
        opening=opening, purchases=total_by(point, bought, count) + before.bought,
        closing=total_by(point, open_of_plan, count) + before.still_open + still_owed,
        payments=total_by(point, paid_of_plan, count) + before.paid + paid_opening, work_orders=before.work_orders, past_purchases=past,
    ), notes_frame(notes)  # fmt: skip


def arriving_orders(solution: SupplySolution) -> Matrix:
    """(S, T) units ordered, rejects included, in the periods in which they really arrive."""
    late = solution.orders * solution.network.late_share
    result = solution.orders - late
    result[:, 1:] += late[:, :-1]
    return result


def _received_before(network: SupplyNetwork, purchase_history: pd.DataFrame) -> tuple[Matrix, Matrix, Matrix, list[Note]]:
    """Owed for past receipts (N,), paid of it (N, T), purchases of past periods (N, H), notes."""
    frames.check_frame(purchase_history, frames.PURCHASE_HISTORY)
    timeline, count = network.timeline, len(network.points)
    paid, past = np.zeros((count, network.periods)), np.full((count, len(timeline.history)), np.nan)
    owed = np.zeros(count)
    lines = purchase_history[purchase_history["received"].notna() & (purchase_history["received"] < timeline.current)]
    lines = lines[lines["received_quantity"].notna()]
    point, price, days = _as_bought(network, lines)
    if lines.empty or (lines["received"] + pd.to_timedelta(days, unit="D") < timeline.current).all():
        words = "Purchase History has no receipt that is not paid yet; opening payables are taken as 0, and first payments are too low by what is owed"
        return owed, paid, past, [Note("purchase_history", "", "opening-payables-not-known", words)] if source_terms(network).any() else []
    notes = list[Note]()
    if (strange := point < 0).any():
        names = lines.loc[strange, "item"].tolist()
        notes.append(Note("purchase_history", min(names), "receipt-not-planned", f"{some_of(names)} is not stocked in the plan; what is owed for it is not counted"))
    lines, point, price, days = lines[~strange], point[~strange], price[~strange], days[~strange]
    amount = lines["received_quantity"].to_numpy(dtype=float) * price
    due = lines["received"] + pd.to_timedelta(days, unit="D")
    is_open = (due >= timeline.current).to_numpy(dtype=bool)
    np.add.at(owed, point[is_open], amount[is_open])
    starts = timeline.plan.to_numpy()
    column = np.searchsorted(starts, due.to_numpy(), side="right") - 1
    within = is_open & (due < timeline.calendar.shift(timeline.current, timeline.horizon)).to_numpy(dtype=bool)
    np.add.at(paid, (point[within], column[within]), amount[within])
    first = lines["received"].min()
    when = timeline.history.searchsorted(pd.DatetimeIndex(lines["received"]), side="right") - 1
    past[:, timeline.history >= timeline.calendar.start_of(first) if len(lines) else slice(0, 0)] = 0.0
    known = when >= 0
    np.add.at(past, (point[known], when[known]), amount[known])
    return owed, paid, past, notes


def _as_bought(network: SupplyNetwork, lines: pd.DataFrame) -> tuple[Positions, Matrix, Matrix]:
    """Stock, price and terms of each past receipt: of the item's source at that supplier, else of the item's first stock at its unit cost."""
    sources = network.sources
    supplier = whole(network, "sources", "supplier")
    named = np.append(network.suppliers["supplier"].to_numpy(dtype=object), "")[supplier]
    items = network.points["item"].to_numpy(dtype=object)
    known = pd.DataFrame({"item": items[whole(network, "sources", "point")], "supplier": named, "source": np.arange(len(sources))})
    known = known[known["supplier"] != ""].drop_duplicates(["item", "supplier"])
    source = lines[["item", "supplier"]].merge(known, on=["item", "supplier"], how="left")["source"].fillna(-1).to_numpy(dtype=np.intp)
    first = pd.Series(np.arange(len(items)), index=items)
    first = first[~first.index.duplicated()]
    otherwise = lines["item"].map(first).fillna(-1).to_numpy(dtype=np.intp)
    point = np.where(source >= 0, np.append(whole(network, "sources", "point"), -1)[source], otherwise)
    cost = np.append(np.nan_to_num(numbers(network, "points", "unit_cost")), 0.0)
    price = np.where(source >= 0, np.append(rate(network, "sources", "unit_cost"), 0.0)[source], cost[point])
    stated = network.suppliers.set_index("supplier")["payment_days"]
    days = lines["supplier"].map(stated).fillna(network.payment_days).to_numpy(dtype=float)
    return point, price, days
