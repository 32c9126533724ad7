"""Sales by customer group: whose part of volume, revenue and gross revenue is whose. The parts of all groups sum to the whole in every cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sop_xl.frames import CUSTOMER_CLASSES, CUSTOMER_MIX, empty_frame
from sop_xl.plan.customer_prices import list_weights, net_weights
from sop_xl.plan.customers import customer_shares
from sop_xl.plan.grid import Grid, Matrix
from sop_xl.plan.valuation import FinancialDetail, times

NOISE = 1e-9
"""What sums leave of a zero, as a part of the whole."""


@dataclass(frozen=True)
class CustomerInputs:
    """What is known of customer groups; nothing by default, and then all sales are of `""`.

    Parameters
    ----------
    mix
        CUSTOMER_MIX.
    classes
        CUSTOMER_CLASSES, whose price factors say who pays more than the mean.
    volumes
        Units served by customer class, see `plan.constrained_volumes.volumes_by_customer`; None = everybody is served alike.
    history
        item, location, customer, period, demand, revenue (plan currency) of past periods; None = past periods are split as the mix says.
    """

    mix: pd.DataFrame = field(default_factory=lambda: empty_frame(CUSTOMER_MIX))
    classes: pd.DataFrame = field(default_factory=lambda: empty_frame(CUSTOMER_CLASSES))
    volumes: pd.DataFrame | None = None
    history: pd.DataFrame | None = None

    @property
    def names(self) -> list[str]:
        """Every named group, sorted."""
        known = [self.mix["customer"], *(f["customer"] for f in (self.volumes, self.history) if f is not None)]
        return sorted(set(pd.concat(known)) - {""})


@dataclass(frozen=True, slots=True)
class CustomerPart:
    """The part of one group, (S, T) each; revenue and gross revenue are NaN where those of the whole are and the group has a volume."""

    customer: str
    volume: Matrix
    revenue: Matrix
    gross_revenue: Matrix


def customer_parts(detail: FinancialDetail, gross: Matrix, past: int, inputs: CustomerInputs) -> Iterator[CustomerPart]:
    """Split the detail by customer group.

    Parameters
    ----------
    detail, gross
        What is split: the detail, and its gross revenue.
    past
        Number of past periods.
    inputs
        See `CustomerInputs`.

    Returns
    -------
    The groups in the order of their names and then `""`, which is what is left: sales of no named group. Planned periods: classes have the
    volume that they are served, the others their share of the rest. A group's price is that which the price list states for it, else
    the price of all others x its price factor; scaled so that all groups together bring the revenue of the detail. Past periods: units and
    revenue as history states them by group, unstated revenue at the mean price.
    """
    if not inputs.names:
        yield CustomerPart("", detail.volume, detail.revenue, gross)
        return
    volumes = _volumes(detail, past, inputs)
    revenues = _split(detail.revenue, detail.volume, volumes, net_weights(detail, volumes, inputs.classes))
    listed = _split(gross, detail.volume, volumes, list_weights(detail, volumes))
    if inputs.history is not None and past:
        _put_history(detail, past, inputs.history, volumes, revenues, listed)
    wholes = rest = [detail.volume, detail.revenue, gross]
    for customer in volumes:
        mine = volumes[customer], revenues[customer], listed[customer]
        rest = [whole - np.where(np.isnan(whole), 0.0, np.nan_to_num(part)) for whole, part in zip(rest, mine, strict=True)]
        yield CustomerPart(customer, *mine)
    units, *money = [np.where(np.abs(left) <= NOISE * (1.0 + np.abs(whole)), 0.0, left) for left, whole in zip(rest, wholes, strict=True)]
    known_by_others = (units == 0) & (len(volumes) > 0)
    yield CustomerPart("", units, *(np.where(np.isnan(part) & known_by_others, 0.0, part) for part in money))


def _volumes(detail: FinancialDetail, past: int, inputs: CustomerInputs) -> dict[str, Matrix]:
    """(S, T) units of every named group."""
    grid, names = detail.grid, inputs.names
    shares = {name: customer_shares(grid, inputs.mix, name) for name in names}
    result = {name: detail.volume * shares[name][:, None] for name in names}
    if inputs.volumes is None:
        return result
    ahead = Grid(grid.series, grid.periods[past:])
    classes = sorted(set(inputs.volumes["customer"]) - {""})
    keys = ["item", "location", "period"]
    rest, rest_share = detail.volume[:, past:].copy(), np.ones(len(grid.series))
    for name in classes:
        own = inputs.volumes[inputs.volumes["customer"] == name].groupby(keys, as_index=False)["sales_volume"].sum()
        result[name][:, past:] = np.nan_to_num(ahead.matrix(own, own["sales_volume"]))
        rest, rest_share = rest - result[name][:, past:], rest_share - shares[name]
    for name in names:
        if name not in classes:
            part = np.where(rest_share > NOISE, shares[name] / np.where(rest_share > NOISE, rest_share, 1.0), 0.0)
            result[name][:, past:] = rest * np.minimum(part, 1.0)[:, None]
    return result


def _split(amount: Matrix, volume: Matrix, volumes: dict[str, Matrix], per_unit: dict[str, Matrix]) -> dict[str, Matrix]:
    """Amounts of the named groups: by volume x price among all, by volume alone where a price is not known."""
    rest = volume - sum(volumes.values(), np.zeros(volume.shape))
    every = volumes | {"": np.where(np.abs(rest) <= NOISE * (1.0 + np.abs(volume)), 0.0, rest)}
    unpriced, total = np.zeros(volume.shape, dtype=bool), np.zeros(volume.shape)
    for name, units in every.items():
        unpriced |= (units != 0) & ~(per_unit[name] > 0)
    weights = {name: units * np.where(unpriced, 1.0, np.nan_to_num(per_unit[name])) for name, units in every.items()}
    for weight in weights.values():
        total = total + weight
    divisor = np.where(total == 0, 1.0, total)
    return {name: np.where((units == 0) | (total == 0), 0.0, amount * (weights[name] / divisor)) for name, units in volumes.items()}


def _put_history(
    detail: FinancialDetail, past: int, history: pd.DataFrame, volumes: dict[str, Matrix], revenues: dict[str, Matrix], gross: dict[str, Matrix]
) -> None:
    """Past periods of every named group as history states them."""
    before = Grid(detail.grid.series, detail.grid.periods[:past])
    list_price = detail.list_price[:, :past]
    for name, volume in volumes.items():
        own = history[history["customer"] == name]
        units, money = np.nan_to_num(before.matrix(own, own["demand"])), before.matrix(own, own["revenue"])
        earned = np.where(np.isnan(money), times(units, detail.price[:, :past]), money)
        volume[:, :past], revenues[name][:, :past] = units, earned
        gross[name][:, :past] = gross_revenue(units, earned, list_price)


def gross_revenue(volume: Matrix, revenue: Matrix, list_price: Matrix) -> Matrix:
    """Volume x list price; the net revenue where no list price is known or no units are; NaN where the revenue is not known."""
    as_net = np.isnan(list_price) | (volume == 0) | np.isnan(revenue)
    return np.where(as_net, revenue, volume * list_price)
