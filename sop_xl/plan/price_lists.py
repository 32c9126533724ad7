"""Price lists by date: what a unit costs before discounts, and net of them, wherever people state it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.frames import CUSTOMER_MIX, FX_RATES, PRICE_LIST, check_frame, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.currency import ACTUAL, PLAN, rates_at
from sop_xl.plan.customers import customer_shares
from sop_xl.plan.dated_scopes import Holding, holding
from sop_xl.plan.grid import Grid, Matrix, positions
from sop_xl.plan.notes import Note, notes_frame, some_of

WHOLE = 1.0 - 1e-9
"""A row that holds for at least this part of a period holds for all of it."""


@dataclass(frozen=True, slots=True)
class CustomerPrice:
    """Prices of one customer group that a price list names, or of all the others (`""`); shapes as in `ListedPrices`."""

    customer: str
    list_price: Matrix
    price: Matrix


@dataclass(frozen=True, slots=True)
class ListedPrices:
    """Prices of every series and period, plan currency per unit; customer groups weighed by their share of the demand.

    Parameters
    ----------
    list_price
        (S, T) before discounts: of the price list, else of Items; NaN where neither knows one.
    price
        (S, T) net: of the price list, for the days and customers of which it says nothing the price that stood before; NaN where not known.
    held, local
        (S, T) fraction that the price list prices, and of that what it prices in the currency of the location.
    by_customer
        Prices by customer group, where the list names any.
    """

    list_price: Matrix
    price: Matrix
    held: Matrix
    local: Matrix
    by_customer: tuple[CustomerPrice, ...] = ()


def listed_prices(
    grid: Grid,
    net_price: Matrix,
    price_list: pd.DataFrame,
    items: pd.DataFrame,
    timeline: Timeline,
    fx_rates: pd.DataFrame | None = None,
    plan_currency: str = "",
    currency: pd.Series | None = None,
    customer_mix: pd.DataFrame | None = None,
) -> tuple[ListedPrices, pd.DataFrame]:
    """Put the price list over the prices that are known without it.

    Parameters
    ----------
    grid
        Series with item, location, family and region; all periods of the timeline.
    net_price
        (S, T) net price that holds where the list says nothing; NaN = not known.
    price_list
        PRICE_LIST: on each day the narrowest row holds, of equal ones the one that begins last; a period within which the price changes has
        the mean by its days. A row without a list price discounts that of Items; without either it says nothing, and that is said.
    items
        unit_price: list price in plan currency, NaN = not known.
    timeline, fx_rates, plan_currency
        Rows in other currencies are valued at plan rates in planned periods and at actual ones in past periods; without a rate they say nothing,
        and that is said.
    currency
        (S,) currency of the location of each series; `""` = plan currency. Absent: everything is in plan currency.
    customer_mix
        CUSTOMER_MIX: what weight the price of a customer group has. A group that it does not know at a location has none there.

    Returns
    -------
    The prices and notes. Without rows the list price is that of Items and the net price stays as it is.
    """
    check_frame(price_list, PRICE_LIST)
    of_item = items["unit_price"].to_numpy(dtype=float)[positions(items["item"], grid.series["item"], "item")]
    listed = np.repeat(of_item[:, None], grid.shape[1], axis=1)
    if price_list.empty:
        return ListedPrices(listed, net_price, grid.zeros(), grid.zeros()), notes_frame([])
    rows = price_list.reset_index(drop=True)
    rates, said = _row_rates(rows, timeline, fx_rates, plan_currency)
    local = rows["currency"].where(rows["currency"] != "", plan_currency).to_numpy(dtype=object)
    here = pd.Series(plan_currency, index=grid.series.index) if currency is None else currency.where(currency != "", plan_currency)
    mix = empty_frame(CUSTOMER_MIX) if customer_mix is None else customer_mix
    named = sorted(set(rows["customer"]) - {""})
    share = {customer: customer_shares(grid, mix, customer) for customer in named}
    share[""] = np.maximum(1.0 - sum(share.values(), np.zeros(len(grid.series))), 0.0)
    total = {name: grid.zeros() for name in ("list_price", "price", "held", "local")}
    by_customer, silent, unrated = [], set[str](), set[str]()
    for customer in ("", *named):
        things = grid.series.assign(customer=customer)
        found = holding(rows, things, grid.periods, timeline.calendar, ("region", "customer"))
        stated = rows["list_price"].to_numpy(dtype=float)[found.row] / rates[found.row, found.period]
        gross = np.where(np.isnan(rows["list_price"].to_numpy(dtype=float)[found.row]), of_item[found.thing], stated)
        without_rate = np.isnan(gross) & ~np.isnan(rows["list_price"].to_numpy(dtype=float)[found.row])
        of_thing = grid.series["item"].to_numpy(dtype=object)[found.thing]
        unrated.update(of_thing[without_rate].tolist())
        silent.update(of_thing[np.isnan(gross) & ~without_rate].tolist())
        net = gross * (1.0 - rows["discount"].fillna(0.0).to_numpy(dtype=float)[found.row])
        held = found.total((~np.isnan(gross)).astype(float), grid.shape)
        own = CustomerPrice(customer, _over(found, gross, held, listed), _over(found, net, held, net_price))
        by_customer.append(own)
        in_local = (~np.isnan(gross)) & (local[found.row] == here.to_numpy(dtype=object)[found.thing])
        weight = share[customer][:, None]
        total["list_price"] += _weighed(weight, own.list_price)
        total["price"] += _weighed(weight, own.price)
        total["held"] += weight * held
        total["local"] += weight * found.total(in_local.astype(float), grid.shape)
    notes = [Note(*row) for row in said.itertuples(index=False, name=None)]
    if silent:
        words = f"Price List discounts {some_of(silent)}, of which no list price is known; the price that a unit brought so far stands"
        notes.append(Note("price_list", min(silent), "price-list-without-price", words))
    if unrated:
        words = f"Price List prices {some_of(unrated)} in a currency without a rate; the price that a unit brought so far stands"
        notes.append(Note("price_list", min(unrated), "price-list-without-rate", words))
    return ListedPrices(**total, by_customer=tuple(by_customer) if named else ()), notes_frame(notes)


def _over(found: Holding, price: Matrix, held: Matrix, before: Matrix) -> Matrix:
    """The price for the part of each period in which a row holds, the price before for the rest of it."""
    rest = np.where(held >= WHOLE, 0.0, (1.0 - held) * before)
    return np.asarray(found.total(price, before.shape) + rest)


def _weighed(weight: Matrix, price: Matrix) -> Matrix:
    """Share x price; what nobody buys needs no price."""
    return np.where(weight == 0, 0.0, weight * price)


def _row_rates(rows: pd.DataFrame, timeline: Timeline, fx_rates: pd.DataFrame | None, plan_currency: str) -> tuple[Matrix, pd.DataFrame]:
    """(rows, periods) rate of each row's currency: actual in past and plan in planned periods; NaN, and said, where none is known."""
    rates = empty_frame(FX_RATES) if fx_rates is None else fx_rates
    parts, notes = [], []
    codes, labels = pd.factorize(rows["currency"])
    for periods, rate_type in ((timeline.history, ACTUAL), (timeline.plan, PLAN)):
        every = pd.Series(np.repeat(np.asarray(labels, dtype=object), len(periods)), dtype="object")
        rate, said = rates_at(every, pd.Series(np.tile(periods.to_numpy(), len(labels))), rates, plan_currency, rate_type)
        parts.append(rate.to_numpy(dtype=float).reshape(len(labels), len(periods))[codes])
        notes.append(said)
    return np.concatenate(parts, axis=1), pd.concat(notes, ignore_index=True)
