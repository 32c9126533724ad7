"""Valuation: history and plan in money, item by item."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.currency import ACTUAL, PLAN, rates_at
from sop_xl.plan.grid import Grid, Mask, Matrix, positions, series_of
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.price_changes import price_factors
from sop_xl.plan.price_lists import WHOLE, CustomerPrice, ListedPrices, listed_prices
from sop_xl.plan.prices import SOURCE_HISTORY


@dataclass(frozen=True, slots=True)
class FinancialDetail:
    """The valued plan item by item: what every total and every bridge is summed from.

    Parameters
    ----------
    grid
        Item x location series over all periods of the timeline, history and plan.
    demand
        Units asked for; actual in past periods, consensus in planned ones; 0 where there is none.
    volume
        Units sold; actual in past periods. In planned ones what the supply plan serves (see `constrain_detail`), else the demand.
    revenue, cost
        Of the volume, in plan currency; NaN where price or unit cost is not known.
    price
        Net price, plan currency per unit. Planned periods: at plan rates and with planned price changes, whether anything is sold or not.
        Past periods: revenue / volume, NaN where nothing was sold. NaN where not known.
    unit_cost
        Standard cost of today, plan currency per unit, in every period; NaN where not known.
    fx_rate
        Units of the location's currency per plan currency behind the revenue; NaN where the price is not one in another
        currency.
    list_price
        Price before discounts, plan currency per unit: of the price list valid then, else of Items; NaN where neither knows one.
    by_customer
        List and net prices of the customer groups that the price list names, and of all others; empty where it names none.
    """

    grid: Grid
    demand: Matrix
    volume: Matrix
    revenue: Matrix
    cost: Matrix
    price: Matrix
    unit_cost: Matrix
    fx_rate: Matrix
    list_price: Matrix
    by_customer: tuple[CustomerPrice, ...] = ()


def financial_detail(
    history: pd.DataFrame,
    consensus: pd.DataFrame,
    prices: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    timeline: Timeline,
    fx_rates: pd.DataFrame | None = None,
    plan_currency: str = "",
    events: pd.DataFrame | None = None,
    customer_mix: pd.DataFrame | None = None,
    price_list: pd.DataFrame | None = None,
) -> tuple[FinancialDetail, pd.DataFrame]:
    """Value history and plan item by item.

    Parameters
    ----------
    history
        DEMAND_HISTORY. Revenue as it was; where it is absent, demand x net price, and said. Revenue without demand
        counts, without units and with a cost that is not known, and is said. Rows outside the past periods of the timeline are left out.
    consensus, prices
        CONSENSUS_DEMAND and NET_PRICES; plan revenue = consensus x net price.
    items, locations
        Unit cost (absent: cost is left out, and said) and currency of the location.
    timeline
        History and plan; both are columns of the detail.
    fx_rates, plan_currency
        FX_RATES and the plan's own currency. Where given, a price that comes from the location's own history is taken as a price in
        the location's currency: it is valued at the plan rates of the planned periods. Where not given, nothing
        is restated.
    events, customer_mix
        EVENTS whose price changes the planned periods are valued at, and CUSTOMER_MIX for those of one customer; see `price_factors`. Absent:
        prices stay as they are.
    price_list
        PRICE_LIST. In planned periods it goes before NET_PRICES, and before any restatement of them; price changes of events come on top. In
        past periods it says the list price only. Absent: list prices are those of Items.

    Returns
    -------
    The detail and notes (frame, key, rule, note).
    """
    frames.check_frame(prices, frames.NET_PRICES)
    said_of = history["demand"].notna() | history["revenue"].notna()
    past = history[(history["period"] >= timeline.first) & (history["period"] < timeline.current) & said_of]
    grid = Grid(series_of([past, consensus], items, locations), timeline.periods)
    count = len(timeline.history)
    notes = list[Note]()
    demand = grid.matrix(past, past["demand"])
    revenue = grid.matrix(past, past["revenue"])
    planned = grid.matrix(consensus, consensus["consensus"])
    demand[:, count:] = planned[:, count:]
    # what was sold for this money is not said, so neither is what it cost
    without_units = np.isnan(demand) & (np.nan_to_num(revenue) != 0)
    demand = np.nan_to_num(demand)
    price, from_history = _net_prices(grid, prices)
    prices_of = np.repeat(price[:, None], grid.shape[1], axis=1)
    _note_unsaid(grid, np.isnan(revenue[:, :count]) & (demand[:, :count] != 0), notes)
    rate = np.full(grid.shape, np.nan)
    if fx_rates is not None and len(fx_rates):
        rate, more = _rates(grid, locations, timeline, fx_rates, plan_currency)
        notes += [Note(*row) for row in more.itertuples(index=False, name=None)]
        prices_of[:, count:] *= _restatement(grid, revenue, rate, from_history, timeline)
    stated = frames.empty_frame(frames.PRICE_LIST) if price_list is None else price_list
    listed, said = listed_prices(grid, prices_of, stated, items, timeline, fx_rates, plan_currency, _currencies(grid, locations), customer_mix)
    notes += [Note(*row) for row in said.itertuples(index=False, name=None)]
    prices_of[:, count:] = listed.price[:, count:]
    rate[:, count:] = np.where(_in_local_currency(listed, from_history)[:, count:], rate[:, count:], np.nan)
    if events is not None:
        prices_of[:, count:] *= price_factors(Grid(grid.series, timeline.plan), events, customer_mix)
    revenue = np.where(np.isnan(revenue), times(demand, prices_of), revenue)
    with np.errstate(divide="ignore", invalid="ignore"):
        prices_of[:, :count] = np.where(demand[:, :count] != 0, revenue[:, :count] / demand[:, :count], np.nan)
    of_item = items["unit_cost"].to_numpy(dtype=float)[positions(items["item"], grid.series["item"], "item")]
    unit_cost = np.repeat(of_item[:, None], grid.shape[1], axis=1)
    cost = times(demand, unit_cost)
    cost[:, :count] = np.where(without_units[:, :count], np.nan, cost[:, :count])
    _note_without_units(grid, without_units[:, :count], notes)
    _note_unknown(grid, revenue, cost, notes)
    detail = FinancialDetail(grid, demand, demand.copy(), revenue, cost, prices_of, unit_cost, rate, listed.list_price, listed.by_customer)
    return detail, notes_frame(notes)


def constrain_detail(detail: FinancialDetail, volumes: pd.DataFrame) -> FinancialDetail:
    """The detail with the money of what is served in place of what is asked for.

    Parameters
    ----------
    detail
        See `financial_detail`.
    volumes
        item, location, period, sales_volume (units served), each item x location x period once; see `constrained_volumes`. Cells that it does
        not name keep the volume that they have. Columns price_factor and list_price_factor, where there are any, change the prices of their
        cells: what decisions of the supply plan have set, and who is served (see `customer_prices.priced_by_customer`).

    Returns
    -------
    The detail with `volume` as given; revenue = volume x price and cost = volume x unit cost in the cells that are named. Demand and
    unit costs stay.

    Raises
    ------
    FrameError
        When a volume is of a series or period that the detail does not have, stands twice, or is absent.
    """
    grid = detail.grid
    rows, columns = grid.rows_of(volumes), grid.periods.get_indexer(pd.DatetimeIndex(volumes["period"]))
    outside = (rows < 0) | (columns < 0)
    if outside.any():
        item, location = volumes.loc[outside, ["item", "location"]].iloc[0].tolist()
        raise FrameError(f"volumes: {item} / {location} is not in the detail in every period that is served")
    if volumes["sales_volume"].isna().any() or volumes.duplicated(["item", "location", "period"]).any():
        raise FrameError("volumes: each item, location and period stands once, with a volume")
    volume, revenue, cost, price, listed = (m.copy() for m in (detail.volume, detail.revenue, detail.cost, detail.price, detail.list_price))
    volume[rows, columns] = volumes["sales_volume"].to_numpy(dtype=float)
    for name, matrix in (("price_factor", price), ("list_price_factor", listed)):
        if name in volumes:
            matrix[rows, columns] *= volumes[name].to_numpy(dtype=float)
    revenue[rows, columns] = times(volume[rows, columns], price[rows, columns])
    cost[rows, columns] = times(volume[rows, columns], detail.unit_cost[rows, columns])
    return replace(detail, volume=volume, revenue=revenue, cost=cost, price=price, list_price=listed)


def times(units: Matrix, per_unit: Matrix) -> Matrix:
    """Units x money per unit; nothing of what has no price is worth 0, not unknown."""
    amount = units * per_unit
    return np.where(units == 0, 0.0, amount) if np.isnan(amount).any() else amount


def _net_prices(grid: Grid, prices: pd.DataFrame) -> tuple[Matrix, Mask]:
    """Net price of each series, and whether it comes from the history of its own location."""
    price, from_history = np.full(len(grid.series), np.nan), np.zeros(len(grid.series), dtype=bool)
    rows = grid.rows_of(prices)
    price[rows[rows >= 0]] = prices["net_price"].to_numpy(dtype=float)[rows >= 0]
    from_history[rows[rows >= 0]] = (prices["source"] == SOURCE_HISTORY).to_numpy(dtype=bool)[rows >= 0]
    return price, from_history


def _note_unsaid(grid: Grid, unsaid: Mask, notes: list[Note]) -> None:
    """Say which items have past demand whose revenue is not given."""
    if unsaid.any():
        names = grid.series["item"].to_numpy()[unsaid.any(axis=1)].tolist()
        words = f"past revenue of {some_of(names)} is not given for some periods; demand x net price is used"
        notes.append(Note("demand_history", min(names), "revenue-absent", words))


def _in_local_currency(listed: ListedPrices, from_history: Mask) -> Mask:
    """Cells whose whole price is one in the currency of the location: from its own history, or so stated in the price list."""
    by_list_alone = listed.held >= WHOLE
    return np.asarray((listed.held - listed.local < 1.0 - WHOLE) & (by_list_alone | from_history[:, None]))


def _note_without_units(grid: Grid, without_units: Mask, notes: list[Note]) -> None:
    """Say which items have past revenue in periods for which no demand is given."""
    if without_units.any():
        names = grid.series["item"].to_numpy()[without_units.any(axis=1)].tolist()
        notes.append(
            Note(
                "demand_history",
                min(names),
                "demand-absent",
                f"{some_of(names)} has past revenue without demand; the revenue counts, units and cost of it are not known",
            )
        )


def _note_unknown(grid: Grid, revenue: Matrix, cost: Matrix, notes: list[Note]) -> None:
    """Say which items have demand whose revenue or cost is not known."""
    for what, matrix in (("revenue", revenue), ("cost", cost)):
        unknown = np.isnan(matrix).any(axis=1)
        if unknown.any():
            names = grid.series["item"].to_numpy()[unknown].tolist()
            notes.append(
                Note(
                    "items",
                    min(names),
                    f"{what}-not-known",
                    f"{what} of {some_of(names)} is not known and left out of all totals; gross margin of its family and region is blank",
                )
            )


def _rates(
    grid: Grid, locations: pd.DataFrame, timeline: Timeline, fx_rates: pd.DataFrame, plan_currency: str
) -> tuple[Matrix, pd.DataFrame]:
    """Rate of every series and period, actual in past and plan in planned ones; NaN for the plan currency itself."""
    currency = _currencies(grid, locations)
    parts, notes = [], []
    for periods, rate_type in ((timeline.history, ACTUAL), (timeline.plan, PLAN)):
        codes, labels = pd.factorize(currency)
        every = pd.Series(np.repeat(labels.to_numpy(), len(periods)), dtype="object")
        rate, said = rates_at(
            every, pd.Series(np.tile(periods.to_numpy(), len(labels))), fx_rates, plan_currency, rate_type
        )
        parts.append(rate.to_numpy(dtype=float).reshape(len(labels), len(periods))[codes])
        notes.append(said)
    own = ((currency == "") | (currency == plan_currency)).to_numpy(dtype=bool)
    matrix = np.concatenate(parts, axis=1)
    matrix[own] = np.nan
    return matrix, pd.concat(notes, ignore_index=True)


def _currencies(grid: Grid, locations: pd.DataFrame) -> pd.Series:
    """Currency of the location of each series; `""` where nothing is known of locations."""
    if locations.empty:
        return pd.Series("", index=grid.series.index, dtype="object")
    at = positions(locations["location"], grid.series["location"], "location")
    return pd.Series(locations["currency"].to_numpy(dtype=object)[at], dtype="object")


def _restatement(grid: Grid, revenue: Matrix, rate: Matrix, from_history: Mask, timeline: Timeline) -> Matrix:
    """Factor by which each planned period values a price at plan rates: last year's own rate / plan rate; 1 where no rate applies.

    Last year's own rate is revenue in the location's currency / revenue in plan currency, so that it weighs as its price does.
    """
    count = len(timeline.history)
    window = slice(max(count - timeline.calendar.season, 0), count)
    usable = ~np.isnan(revenue[:, window]) & ~np.isnan(rate[:, window])
    money = np.where(usable, revenue[:, window], 0.0)
    total = money.sum(axis=1)
    local = (money * np.where(usable, rate[:, window], 0.0)).sum(axis=1)
    applies = from_history & (total > 0)
    behind = np.where(applies, local / np.where(applies, total, 1.0), np.nan)
    factor = behind[:, None] / rate[:, count:]
    return np.where(np.isnan(factor), 1.0, factor)


def plan_rate_factors(
    history: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    timeline: Timeline,
    fx_rates: pd.DataFrame,
    plan_currency: str,
) -> pd.DataFrame:
    """By how much plan rates value a price from history otherwise than the rates behind it: item, location, factor (mean of the plan).

    Arguments as for `financial_detail`, which values the plan the same way. Pairs without revenue in the last season have factor 1.
    """
    past = history[history["period"].isin(timeline.history) & history["revenue"].notna()]
    grid = Grid(series_of([past], items, locations), timeline.periods)
    rate, _ = _rates(grid, locations, timeline, fx_rates, plan_currency)
    every = np.ones(len(grid.series), dtype=bool)
    factor = _restatement(grid, grid.matrix(past, past["revenue"]), rate, every, timeline)
    return grid.series[["item", "location"]].assign(factor=factor.mean(axis=1))
