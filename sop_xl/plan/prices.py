"""Net prices: what a unit really brings after discounts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.grid import Matrix, pair_positions, positions, series_of
from sop_xl.plan.notes import Note, notes_frame, some_of

SOURCE_HISTORY, SOURCE_ITEM, SOURCE_LIST, SOURCE_NONE = "history", "history of the item", "list price", "none"


def net_prices(
    demand_history: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    timeline: Timeline,
    consensus: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Price per unit after discounts, in plan currency, for every item x location.

    Parameters
    ----------
    demand_history
        DEMAND_HISTORY; only rows with both demand and revenue say something about price.
    items, locations
        Every label used must be listed.
    timeline
        The last year before its current period counts: 12 months or 52 weeks.
    consensus
        CONSENSUS_DEMAND, where given: its pairs are priced too.

    Returns
    -------
    NET_PRICES and notes. Revenue / demand of the pair in the last year; where it sold nothing, of the item over all
    locations; else its list price; else NaN; the last two are said where there is demand to plan. Totals of 0 or less (returns) give no price.
    """
    frames.check_frame(demand_history, frames.DEMAND_HISTORY)
    pairs = [demand_history] if consensus is None else [demand_history, consensus]
    series = series_of(pairs, items, locations)
    calendar = timeline.calendar
    since = calendar.shift(timeline.current, -calendar.season)
    said = demand_history["demand"].notna() & demand_history["revenue"].notna()
    recent = demand_history[
        said & (demand_history["period"] >= since) & (demand_history["period"] < timeline.current)
    ]
    rows = pair_positions(series, recent)
    item_code, item_labels = pd.factorize(series["item"])
    demand, revenue = np.zeros(len(series)), np.zeros(len(series))
    np.add.at(demand, rows, recent["demand"].to_numpy(dtype=float))
    np.add.at(revenue, rows, recent["revenue"].to_numpy(dtype=float))
    item_demand, item_revenue = np.zeros(len(item_labels)), np.zeros(len(item_labels))
    np.add.at(item_demand, item_code, demand)
    np.add.at(item_revenue, item_code, revenue)
    own, of_item = _price(revenue, demand), _price(item_revenue, item_demand)[item_code]
    listed = items["unit_price"].to_numpy(dtype=float)[positions(items["item"], series["item"], "item")]
    known = [~np.isnan(own), ~np.isnan(of_item), ~np.isnan(listed)]
    result = series[["item", "location"]].assign(
        net_price=np.select(known, [own, of_item, listed], np.nan),
        source=np.select(known, [SOURCE_HISTORY, SOURCE_ITEM, SOURCE_LIST], SOURCE_NONE).astype(object),
    )
    planned = np.ones(len(series), dtype=bool)
    if consensus is not None:
        # what is no longer planned needs no price
        wanted = np.zeros(len(series))
        np.add.at(wanted, pair_positions(series, consensus), consensus["consensus"].to_numpy(dtype=float))
        planned = wanted > 0
    notes = list[Note]()
    for source, rule, text in (
        (SOURCE_LIST, "price-from-list", "no revenue in the last year for {}; the list price is used"),
        (SOURCE_NONE, "price-absent", "no price is known for {}; revenue is left out"),
    ):
        names = result.loc[(result["source"] == source) & planned, "item"].tolist()
        if names:
            notes.append(Note("items", min(names), rule, text.format(some_of(names))))
    return result if len(result) else frames.empty_frame(frames.NET_PRICES), notes_frame(notes)


def _price(revenue: Matrix, demand: Matrix) -> Matrix:
    usable = (demand > 0) & (revenue > 0)
    return np.where(usable, revenue / np.where(usable, demand, 1.0), np.nan)
