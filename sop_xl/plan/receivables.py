"""What customers owe and when they pay it, row by row in the currency in which they were invoiced.

Revenue arises evenly over its period and is paid so many days later by the terms of the customer group (see `plan.payment_terms`). What
arose in past periods by the same terms is owed at the start of the plan.

Rates: revenue of past periods stands at the actual rates of its periods, planned revenue at plan rates. What is owed is kept in the currency of each row; at
the end of a planned period it is worth what the plan rate of that period makes of it, at the start of the plan what the last actual rate does, and
what is paid counts at the plan rate of the period in which it is paid. What the change of rates between makes is the FX effect, found
row by row and then summed; never from totals, for a total of several currencies has no rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.currency import ACTUAL, PLAN, rates_at
from sop_xl.plan.grid import Matrix, positions
from sop_xl.plan.notes import Note, notes_frame
from sop_xl.plan.payment_terms import NOISE, period_lengths, settle
from sop_xl.plan.valuation import FinancialDetail

ROW = ["family", "region", "customer", "currency"]


@dataclass(frozen=True, slots=True)
class Receivables:
    """Receivables in plan currency, one row per family, region, customer group and currency.

    Parameters
    ----------
    rows
        family, region, customer (`""` = not by customer), currency (`""` = plan currency).
    opening
        (K,) owed at the start of the first planned period.
    closing, collections, fx_effect
        (K, T) by planned period: opening + revenue + fx effect - collections = closing. The effect is positive where rates made what is owed
        worth more.
    """

    rows: pd.DataFrame
    opening: Matrix
    closing: Matrix
    collections: Matrix
    fx_effect: Matrix


def revenue_by_currency(profit_and_loss: pd.DataFrame, detail: FinancialDetail, locations: pd.DataFrame) -> pd.DataFrame:
    """Revenue of the profit and loss split by the currency of the invoice.

    Parameters
    ----------
    profit_and_loss
        PROFIT_AND_LOSS; revenue that is not known counts as none.
    detail
        Item by item: a cell with an FX rate is invoiced in the currency of its location, any other in plan currency. The revenue of a family and
        region in a period is split as the revenue of its cells there.
    locations
        LOCATIONS.

    Returns
    -------
    family, region, customer, currency (`""` = plan currency), period, revenue (plan currency), fx_rate (behind the revenue: units of the
    currency per unit of plan currency; 1 for plan currency). Rows sum to the revenue of the profit and loss.
    """
    known = profit_and_loss.loc[profit_and_loss["revenue"].fillna(0.0) != 0, ["family", "region", "customer", "period", "revenue"]]
    cells = _foreign_cells(detail, locations)
    key = ["family", "region", "period"]
    total = cells.groupby(key)["revenue"].transform("sum")
    cells = cells.assign(share=np.where(total.abs() > 1e-9, cells["revenue"] / total.where(total.abs() > 1e-9, 1.0), 0.0))
    split = known.merge(cells.loc[cells["currency"] != "", [*key, "currency", "fx_rate", "share"]], on=key)
    split["revenue"] *= split["share"]
    abroad = split.groupby([*key, "customer"])["revenue"].sum()
    left = known["revenue"] - abroad.reindex(pd.MultiIndex.from_frame(known[[*key, "customer"]])).fillna(0.0).to_numpy()
    home = known.assign(revenue=left, currency="", fx_rate=1.0)
    both = pd.concat([home, split], ignore_index=True)[[*ROW, "period", "revenue", "fx_rate"]]
    return both[both["revenue"] != 0].sort_values([*ROW, "period"], kind="stable", ignore_index=True)


def _foreign_cells(detail: FinancialDetail, locations: pd.DataFrame) -> pd.DataFrame:
    """family, region, currency, period, revenue, fx_rate of the detail; a rate is one of a currency and a period, so it has no mean of others in it."""
    series, periods = detail.grid.series, detail.grid.periods
    own = pd.Series("", index=series.index, dtype=object)
    if len(locations):
        own = pd.Series(locations["currency"].to_numpy(dtype=object)[positions(locations["location"], series["location"], "location")])
    foreign = ~np.isnan(detail.fx_rate)
    count = len(periods)
    cells = pd.DataFrame({
        "family": np.repeat(series["family"].to_numpy(dtype=object), count), "region": np.repeat(series["region"].to_numpy(dtype=object), count),
        "currency": np.where(foreign, own.to_numpy(dtype=object)[:, None], "").ravel(), "period": np.tile(periods.to_numpy(), len(series)),
        "revenue": np.nan_to_num(detail.revenue).ravel(), "fx_rate": np.where(foreign, detail.fx_rate, 1.0).ravel(),
    })  # fmt: skip
    return cells.groupby(["family", "region", "currency", "period"], as_index=False).agg({"revenue": "sum", "fx_rate": "first"})


def receivables(
    revenue: pd.DataFrame, customer_classes: pd.DataFrame, payment_days: float, fx_rates: pd.DataFrame, plan_currency: str, timeline: Timeline
) -> tuple[Receivables, pd.DataFrame]:
    """What is owed and paid in each planned period.

    Parameters
    ----------
    revenue
        See `revenue_by_currency`; history and planned periods.
    customer_classes
        CUSTOMER_CLASSES: payment days by customer group.
    payment_days
        Of groups that state none, and of revenue that is not by customer.
    fx_rates, plan_currency
        FX_RATES; a planned period without a rate takes the last known one, and says so.
    timeline
        History before the plan is what the opening balance comes from.

    Returns
    -------
    Receivables and notes.
    """
    frames.check_frame(customer_classes, frames.CUSTOMER_CLASSES)
    notes = list[Note]()
    past, lengths = len(timeline.history), period_lengths(timeline.calendar, timeline.periods)
    revenue = revenue[revenue["period"].isin(timeline.periods)]
    rows = revenue[ROW].drop_duplicates().reset_index(drop=True)
    row = revenue.groupby(ROW, sort=False).ngroup().to_numpy()
    column = timeline.periods.get_indexer(pd.DatetimeIndex(revenue["period"]))
    amounts, local = np.zeros((len(rows), len(lengths))), np.zeros((len(rows), len(lengths)))
    np.add.at(amounts, (row, column), revenue["revenue"].to_numpy(dtype=float))
    np.add.at(local, (row, column), (revenue["revenue"] * revenue["fx_rate"]).to_numpy(dtype=float))
    stated = customer_classes.set_index("customer")["payment_days"]
    terms = rows["customer"].map(stated).fillna(payment_days).to_numpy(dtype=float)
    if len(rows) and terms.max() > lengths[:past].sum():
        words = f"history reaches back {lengths[:past].sum():.0f} days, payment terms up to {terms.max():.0f}; what is owed from before is not in opening receivables"
        notes.append(Note("demand_history", "", "opening-receivables-in-part", words))
    still_open, paid = settle(local, terms, lengths)
    rates, said = _rates(rows["currency"], timeline, fx_rates, plan_currency)
    worth = still_open[:, past - 1 :] / rates if past else np.concatenate([np.zeros((len(rows), 1)), still_open], axis=1) / rates
    collections = paid[:, past:] / rates[:, 1:]
    # what was owed is worth more or less at the new rate; new invoices stand at theirs, which is the plan rate of their period
    owed = np.concatenate([np.zeros((len(rows), 1)), still_open], axis=1)[:, past:-1]
    effect = owed * (1.0 / rates[:, 1:] - 1.0 / rates[:, :-1]) + local[:, past:] / rates[:, 1:] - amounts[:, past:]
    effect = np.where(np.abs(effect) <= NOISE * np.abs(amounts).sum(axis=1, keepdims=True), 0.0, effect)
    return Receivables(rows, worth[:, 0], worth[:, 1:], collections, effect), pd.concat([notes_frame(notes), said], ignore_index=True)


def _rates(currency: pd.Series, timeline: Timeline, fx_rates: pd.DataFrame, plan_currency: str) -> tuple[Matrix, pd.DataFrame]:
    """(K, T + 1) the last actual rate, then the plan rates; a currency without any rate counts as plan currency."""
    result = np.ones((len(currency), timeline.horizon + 1))
    abroad = (currency != "").to_numpy(dtype=bool)
    if not abroad.any():
        return result, notes_frame([])
    codes, labels = pd.factorize(currency[abroad])
    before = timeline.calendar.shift(timeline.current, -1)
    parts, notes = [], []
    for periods, rate_type in ((pd.DatetimeIndex([before]), ACTUAL), (timeline.plan, PLAN)):
        asked = pd.Series(np.repeat(np.asarray(labels, dtype=object), len(periods)), dtype=object)
        found, said = rates_at(asked, pd.Series(np.tile(periods.to_numpy(), len(labels))), fx_rates, plan_currency, rate_type)
        parts.append(found.fillna(1.0).to_numpy(dtype=float).reshape(len(labels), len(periods)))
        notes.append(said)
    result[abroad] = np.concatenate(parts, axis=1)[codes]
    return result, pd.concat(notes, ignore_index=True)
