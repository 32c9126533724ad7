"""What the supply plan lets us sell: units served, by item, selling location and customer class.

The plan serves stock points; money is earned where the demand arose. What is served of a demand stream is shared among the locations that
asked for it by what each of them has open, waiting demand included, so that nobody is sold more than he asked for and every unit served is sold once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.frames import CUSTOMER_MIX, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.grid import Grid, Matrix, Positions, pair_positions
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.supply.figures import served as served_by
from sop_xl.plan.supply.flows import total_by, whole
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solution import SupplySolution

VOLUME_KEYS = ["item", "location", "period"]


def constrained_volumes(
    solution: SupplySolution, served: pd.DataFrame, locations: pd.DataFrame, customer_mix: pd.DataFrame | None = None, price_change: Matrix | None = None
) -> pd.DataFrame:  # fmt: skip
    """Units served of every item at every selling location.

    Parameters
    ----------
    solution
        The plan. Backlog counts in the period in which it is served; what still waits at the end is not sold.
    served
        item, location, period, consensus (units): demand where it arises, as the network was made from.
    locations
        LOCATIONS, which say whose stock serves whom.
    customer_mix
        CUSTOMER_MIX: whose share of each location's demand is whose, where the network tells customer classes apart. Absent: the classes of a
        stock have the same share everywhere.
    price_change
        (D, T) factor on the price that decisions have set in the plan. Absent: none has.

    Returns
    -------
    item, location, period, sales_volume, price_factor, sorted, every planned period of everything that is asked for. In every period they sum to
    what `supply.figures.served` says of each stock. Backlog of a stock that nobody asks for any more is sold at the stock's own location.
    """
    return total_volumes(volumes_by_customer(solution, served, locations, customer_mix, price_change))


def total_volumes(by_customer: pd.DataFrame) -> pd.DataFrame:
    """What `constrained_volumes` gives, from what `volumes_by_customer` gave; factors are weighed by the units that they hold for, 1 where none are sold."""
    factors = [name for name in ("price_factor", "list_price_factor") if name in by_customer]
    money = by_customer.assign(**{name: by_customer["sales_volume"] * by_customer[name] for name in factors})
    total = money.groupby(VOLUME_KEYS, as_index=False)[["sales_volume", *factors]].sum()
    sold = total["sales_volume"].where(total["sales_volume"] > 0)
    return total.assign(**{name: (total[name] / sold).fillna(1.0) for name in factors})


def volumes_by_customer(
    solution: SupplySolution, served: pd.DataFrame, locations: pd.DataFrame, customer_mix: pd.DataFrame | None = None, price_change: Matrix | None = None
) -> pd.DataFrame:  # fmt: skip
    """The same by customer class: item, location, customer (`""` = of no class), period, sales_volume, price_factor.

    Parameters are those of `constrained_volumes`.
    """
    network = solution.network
    asked = _claims(network, served, locations, empty_frame(CUSTOMER_MIX) if customer_mix is None else customer_mix)
    sold = _share_out(solution, asked)
    factor = np.ones_like(network.demand) if price_change is None else price_change
    count, rows = network.periods, asked.rows
    return pd.DataFrame({
        **{name: np.repeat(rows[name].to_numpy(dtype=object), count) for name in ("item", "location", "customer")},
        "period": np.tile(network.timeline.plan.to_numpy(), len(rows)),
        "sales_volume": sold.ravel(), "price_factor": factor[asked.stream].ravel(),
    })  # fmt: skip


def sellable(consensus: pd.DataFrame, served: pd.DataFrame, inventory: pd.DataFrame, timeline: Timeline) -> pd.DataFrame:
    """The consensus, with 0 for what may be served though nobody forecast it: orders without forecast, and backlog where it waits.

    Parameters
    ----------
    consensus, served, inventory
        CONSENSUS_DEMAND, demand to serve (item, location), and INVENTORY, whose stock below zero is backlog.
    timeline
        The pairs that are added have a row in its first planned period.

    Returns
    -------
    item, location, period, consensus.
    """
    columns = ["item", "location"]
    pairs = pd.concat([served[columns], inventory.loc[inventory["on_hand"] < 0, columns]]).astype(object).drop_duplicates()
    known = pd.MultiIndex.from_frame(consensus[columns].drop_duplicates())
    fresh = pairs[~pd.MultiIndex.from_frame(pairs).isin(known)].sort_values(columns, kind="stable")
    own = consensus[[*columns, "period", "consensus"]]
    if fresh.empty:
        return own
    return pd.concat([own, fresh.assign(period=timeline.current, consensus=0.0)], ignore_index=True)


@dataclass(frozen=True, slots=True)
class _Claims:
    """item, location, customer and stream of every claim, sorted by the first three; units asked for (K, T), which sum to the demand of each stream."""

    rows: pd.DataFrame
    units: Matrix

    @property
    def stream(self) -> Positions:
        return self.rows["stream"].to_numpy(dtype=np.intp)


def _claims(network: SupplyNetwork, served: pd.DataFrame, locations: pd.DataFrame, mix: pd.DataFrame) -> _Claims:
    """Who asks each stream for what: every location that its stock serves, by its own demand and the share of the stream's customers in it."""
    own = served[(served["consensus"] > 0) & served["period"].isin(network.timeline.plan)]
    series = own[["item", "location"]].astype(object).drop_duplicates().sort_values(["item", "location"], kind="stable", ignore_index=True)
    units = np.nan_to_num(Grid(series, network.timeline.plan).matrix(own, own["consensus"]))
    stock = series.assign(location=stocking_location(series["location"], locations))
    series = series.assign(series=np.arange(len(series)), point=pair_positions(network.points, stock))
    streams = network.streams[["point", "customer"]].assign(stream=np.arange(len(network.streams)))
    rows = streams.merge(series, on="point", how="left")
    alone = rows["series"].isna()
    for name in ("item", "location"):
        rows[name] = rows[name].where(~alone, network.points[name].to_numpy(dtype=object)[whole(network, "streams", "point")[rows["stream"]]])
    rows = rows.assign(share=_shares(rows, mix)).sort_values(["item", "location", "customer"], kind="stable", ignore_index=True)
    at = rows["series"].fillna(-1).to_numpy(dtype=np.intp)
    part = np.where((at >= 0)[:, None], units[at], 1.0) if len(series) else np.ones((len(rows), network.periods))
    of_stream = rows["stream"].to_numpy(dtype=np.intp)
    return _Claims(rows, _weights(part, rows["share"].to_numpy(dtype=float), of_stream, len(streams)) * network.demand[of_stream])


def _shares(rows: pd.DataFrame, mix: pd.DataFrame) -> pd.Series:
    """Share of each row's customer in the demand of its location; of `""` what the classes of the same location leave."""
    known = mix.set_index(["item", "location", "customer"])["share"]
    keys = pd.MultiIndex.from_frame(rows[["item", "location", "customer"]].astype(object))
    named = (rows["customer"] != "").to_numpy()
    share = pd.Series(np.where(named, known.reindex(keys).fillna(0.0).to_numpy(dtype=float), 0.0), index=rows.index)
    taken = share.groupby([rows["item"], rows["location"]]).transform("sum")
    return share.where(named, (1.0 - taken).clip(lower=0.0))


def _weights(units: Matrix, share: Matrix, stream: Positions, count: int) -> Matrix:
    """(K, T) part of each claim in the demand of its stream: by period, else over the plan; by units alone where nobody has a share, else alike."""
    over_all = units.sum(axis=1, keepdims=True)
    result = np.zeros_like(units)
    open_ = np.ones(units.shape, dtype=bool)
    for part in (units * share[:, None], over_all * share[:, None], units, over_all, np.ones((len(units), 1))):
        weight = np.broadcast_to(part, units.shape)
        total = total_by(stream, weight, count)[stream]
        taken = open_ & (total > 0)
        result = np.where(taken, weight / np.where(total > 0, total, 1.0), result)
        open_ &= ~taken
    return result


def _share_out(solution: SupplySolution, asked: _Claims) -> Matrix:
    """(K, T) units sold: of what each claim has open the part that its stream is served."""
    network, stream, count = solution.network, asked.stream, len(solution.network.streams)
    given = served_by(solution)
    waiting, sold = np.zeros(len(stream)), np.zeros_like(asked.units)
    for t in range(network.periods):
        open_ = asked.units[:, t] + waiting
        total = np.bincount(stream, weights=open_, minlength=count)
        divisor = np.where(total > 0, total, 1.0)
        sold[:, t] = open_ * np.clip(given[:, t] / divisor, 0.0, 1.0)[stream]
        waiting = open_ * np.clip(solution.unmet[:, t] / divisor, 0.0, 1.0)[stream]
    return sold
