"""Sources that change for a while: cut in time, delayed, hastened, closed; and orders on their way that come later.

A source of the network is the same over the whole horizon. What holds for some periods only makes of it up to three sources, one behind the
other in time, of which the middle one changes: their windows of receipts never overlap, so limits per period stay what they were.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Mask, Matrix, Positions
from sop_xl.plan.supply.network import SupplyNetwork, whole_periods

_NEAR = 1e-9


def cut_sources(network: SupplyNetwork, chosen: Mask, first: int, last: int) -> tuple[SupplyNetwork, Positions]:
    """Cut sources so that what arrives within some periods has rows of its own.

    Parameters
    ----------
    network
        Left as it is.
    chosen
        (S,) sources to cut; the others keep their order and content.
    first, last
        Positions of the periods, both included.

    Returns
    -------
    The network and the positions of the rows that stand for the receipts of the chosen sources within the periods. Components, loads and
    the last approved plan go with each part. Nothing is cut where every receipt lies within.
    """
    opens, closes = (network.sources[name].to_numpy(dtype=int) for name in ("first", "last"))
    start, stop = np.maximum(opens, first), np.minimum(closes, last)
    inside = chosen & (start <= stop)
    before, after = inside & (opens < start), inside & (closes > stop)
    if not (before | after).any():
        return network, np.flatnonzero(inside)
    windows = [(before, opens, start - 1), (inside, start, stop), (after, stop + 1, closes), (~inside, opens, closes)]
    parts = pd.concat(
        [pd.DataFrame({"origin": np.flatnonzero(rows), "part": k, "first": f[rows], "last": t[rows]}) for k, (rows, f, t) in enumerate(windows)]
    ).sort_values(["origin", "part"], kind="stable", ignore_index=True)
    origin = parts["origin"].to_numpy()
    sources = network.sources.iloc[origin].reset_index(drop=True).assign(first=parts["first"], last=parts["last"])
    column = np.arange(network.periods)
    open_then = (column >= parts["first"].to_numpy()[:, None]) & (column <= parts["last"].to_numpy()[:, None])
    cut = replace(
        network, sources=sources, uses=_with_parts(network.uses, origin), loads=_with_parts(network.loads, origin),
        late_share=network.late_share[origin], previous_orders=np.where(open_then, network.previous_orders[origin], np.nan),
    )  # fmt: skip
    return cut, np.flatnonzero(parts["part"].to_numpy() == 1)


def _with_parts(rows: pd.DataFrame, origin: Positions) -> pd.DataFrame:
    """Rows of a source for each of its parts; a substitute points to the regular line of the same part."""
    numbered = rows.assign(row=np.arange(len(rows)))
    parts = pd.DataFrame({"source": origin, "part": np.arange(len(origin))})
    every = numbered.merge(parts, on="source").sort_values(["part", "row"], kind="stable", ignore_index=True)
    if "substitute_for" in rows and len(every):
        place = pd.Series(np.arange(len(every)), index=pd.MultiIndex.from_frame(every[["row", "part"]]))
        wanted = pd.MultiIndex.from_arrays([every["substitute_for"], every["part"]])
        every["substitute_for"] = place.reindex(wanted).fillna(-1).to_numpy(dtype=int)
    return every.assign(source=every["part"])[list(rows.columns)]


def change_lead_times(network: SupplyNetwork, rows: Positions, lead_time: Matrix, due_from: int | None = None) -> SupplyNetwork:
    """Give sources a new lead time.

    Parameters
    ----------
    rows
        Positions of sources.
    lead_time
        Periods, one per row. Longer than before: the whole periods of the difference are added, the rest of a period is the part of a receipt that
        arrives one period later. Shorter: the nearest whole periods, as when the network was made.
    due_from
        Where given, what is due from this period on is late, whenever it was ordered: in the first periods of the delay nothing arrives. Absent:
        orders are placed so much earlier.

    Returns
    -------
    The network. A source whose first receipt moves beyond its last period may no longer be ordered from.
    """
    sources = network.sources.copy()
    old, periods, first = (sources[name].to_numpy(dtype=float)[rows] for name in ("lead_time", "lead_periods", "first"))
    fence = np.ceil(network.points["fence"].fillna(0.0).to_numpy(dtype=float)[sources["point"].to_numpy(dtype=int)[rows]] - _NEAR)
    delay = np.asarray(lead_time, dtype=float) - old
    late = network.late_share.copy()
    lateness = late[rows] + np.maximum(delay, 0.0)[:, None]
    whole = np.floor(lateness.max(axis=1, initial=0.0) + _NEAR)
    longer = delay > _NEAR
    moved = np.where(longer, periods + whole, np.where(delay < -_NEAR, whole_periods(lead_time), periods))
    late[rows] = np.where(longer[:, None], np.clip(lateness - whole[:, None], 0.0, 1.0), np.where(delay[:, None] < -_NEAR, 0.0, late[rows]))
    late[late < _NEAR] = 0.0
    # a window that opens with the first order that can still be placed moves with the lead time; one that is stated stays
    bound = first <= periods + fence
    opens = np.where(bound & ~longer, np.minimum(first, moved + fence), np.maximum(first, moved + fence))
    if due_from is not None:
        opens = np.where(longer, np.maximum(opens, due_from + moved - periods), opens)
    sources.loc[rows, "lead_time"] = np.asarray(lead_time, dtype=float)
    sources["lead_periods"] = _whole_column(sources["lead_periods"], rows, moved)
    sources["first"] = _whole_column(sources["first"], rows, np.minimum(opens, network.periods))
    sources["authorised"] = sources["authorised"] & (sources["first"] <= sources["last"])
    return replace(network, sources=sources, late_share=late)


def _whole_column(column: pd.Series, rows: Positions, values: Matrix) -> pd.Series:
    changed = column.to_numpy(dtype=int).copy()
    changed[rows] = values.astype(int)
    return pd.Series(changed, index=column.index)


def allow_sources(network: SupplyNetwork, rows: Positions, allowed: bool) -> SupplyNetwork:
    """Whether those sources may be ordered from."""
    sources = network.sources.copy()
    sources.loc[rows, "authorised"] = allowed
    return replace(network, sources=sources)


def late_receipts(scheduled: Matrix, part: Matrix, delay: Matrix) -> Matrix:
    """Open orders that arrive later than promised.

    Parameters
    ----------
    scheduled
        (N, T) units by period of arrival.
    part
        (N, T) fraction of each that is late.
    delay
        (T,) periods by which it is late. Arrivals are taken as even over their period, so 0.25 of a period moves a quarter of them into the next one.

    Returns
    -------
    (N, T); what moves beyond the last period is no longer in the plan.
    """
    count = scheduled.shape[1]
    late = scheduled * part
    result = scheduled - late
    whole = np.floor(delay + _NEAR).astype(int)
    rest = np.clip(delay - whole, 0.0, 1.0)
    for t in np.flatnonzero(late.any(axis=0)):
        for arrives, units in ((t + whole[t], late[:, t] * (1.0 - rest[t])), (t + whole[t] + 1, late[:, t] * rest[t])):
            if arrives < count:
                result[:, arrives] += units
    return result
