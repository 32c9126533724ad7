"""What customer groups pay beside one another, and what a unit brings once it is known who is served."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sop_xl.plan.customers import customer_shares
from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.valuation import FinancialDetail

NOISE = 1e-9
"""A share of the demand below which nobody is left."""


def net_weights(detail: FinancialDetail, names: Iterable[str], classes: pd.DataFrame) -> dict[str, Matrix]:
    """(S, T) net price of a unit of each group, and of all others (`""`), on a scale that all groups share.

    What the price list states for a group, else the price of all others x the price factor of its class (CUSTOMER_CLASSES; absent = 1).
    """
    factor = classes.set_index("customer")["price_factor"].dropna()
    stated = {price.customer: price.price for price in detail.by_customer}
    usual = stated.get("", np.ones(detail.grid.shape))
    every = {name: stated.get(name, usual * float(factor.get(name, 1.0))) for name in names}
    return every | {"": usual}


def list_weights(detail: FinancialDetail, names: Iterable[str]) -> dict[str, Matrix]:
    """(S, T) the same before discounts, which no class has a factor on."""
    stated = {price.customer: price.list_price for price in detail.by_customer}
    usual = stated.get("", np.ones(detail.grid.shape))
    return {name: stated.get(name, usual) for name in (*names, "")}


def priced_by_customer(by_customer: pd.DataFrame, detail: FinancialDetail, mix: pd.DataFrame, classes: pd.DataFrame) -> pd.DataFrame:
    """Volumes by customer class, each with the price of its class over that of the mix.

    The price of the detail is that of the customer mix. Where supply does not serve all groups alike, what is sold brings another mean price.

    Parameters
    ----------
    by_customer
        See `plan.constrained_volumes.volumes_by_customer`. Its `""` stands for all groups without a class, who share it as their demand is.
    detail
        See `financial_detail`: the prices of the groups.
    mix, classes
        CUSTOMER_MIX, which the detail's price was weighed by, and CUSTOMER_CLASSES.

    Returns
    -------
    The same rows; price_factor times price of the group / price of the mix, and list_price_factor, the same before discounts. Both stay
    as they are where a price is not known. Summed by `total_volumes`, groups that are all served alike leave the price of the detail as it is.
    """
    if not detail.by_customer and classes["price_factor"].dropna().empty:
        return by_customer
    served = sorted(set(by_customer["customer"]) - {""})
    names = sorted({*served, *mix["customer"]} - {""})
    shares = {name: customer_shares(detail.grid, mix, name)[:, None] for name in names}
    shares[""] = np.maximum(1.0 - sum(shares.values(), np.zeros((len(detail.grid.series), 1))), 0.0)
    net = _over_mix(by_customer, detail, served, shares, net_weights(detail, names, classes))
    listed = _over_mix(by_customer, detail, served, shares, list_weights(detail, names))
    return by_customer.assign(price_factor=by_customer["price_factor"] * net, list_price_factor=listed)


def _over_mix(by_customer: pd.DataFrame, detail: FinancialDetail, served: list[str], shares: dict[str, Matrix], weights: dict[str, Matrix]) -> Matrix:
    """(rows,) price of each row's class over that of the mix; 1 where either is not known."""
    grid = detail.grid
    mean, _ = _mean_price(grid.shape, list(shares), shares, weights)
    others, anybody = _mean_price(grid.shape, [name for name in shares if name not in served], shares, weights)
    prices = {name: weights[name] for name in served} | {"": np.where(anybody, others, weights[""])}
    rows, columns = grid.rows_of(by_customer), grid.periods.get_indexer(pd.DatetimeIndex(by_customer["period"]))
    customer, result = by_customer["customer"].to_numpy(dtype=object), np.ones(len(by_customer))
    for name, price in prices.items():
        own = (customer == name) & (rows >= 0) & (columns >= 0)
        at = rows[own], columns[own]
        known = (mean[at] > 0) & ~np.isnan(price[at])
        result[own] = np.where(known, price[at] / np.where(known, mean[at], 1.0), 1.0)
    return result


def _mean_price(shape: tuple[int, int], names: list[str], shares: dict[str, Matrix], weights: dict[str, Matrix]) -> tuple[Matrix, Mask]:
    """(S, T) price of these groups together, weighed by their shares, and (S, 1) whether they have any share."""
    money, total = np.zeros(shape), np.zeros((shape[0], 1))
    for name in names:
        # what nobody buys needs no price
        money = money + np.where(shares[name] > 0, shares[name] * weights[name], 0.0)
        total = total + shares[name]
    anybody = total > NOISE
    return money / np.where(anybody, total, 1.0), anybody
