"""Sources of every stock point, with what each takes, allows and costs before its bill and its hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.grid import Mask, Matrix, Positions, pair_positions
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.supply.build.lead_times import lead_time_of, yield_of
from sop_xl.plan.supply.build.sourcing import SUPPLIED
from sop_xl.plan.supply.inputs import SupplyInputs
from sop_xl.plan.supply.network import whole_periods

SOURCE_COLUMNS = (
    "point", "kind", "source", "from_point", "supplier", "priority", "share", "unit_cost", "lead_time", "lead_time_deviation", "lead_periods",
    "minimum_order", "order_multiple", "maximum", "process_yield", "fixed_cost", "first", "last", "lever", "authorised", "cost_stated", "co2_per_unit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What sources are resolved against.

    Parameters
    ----------
    points
        Stock points with the columns of their items: unit_cost, lead_time, lead_time_deviation, minimum_order, order_multiple.
    suppliers
        Names, sorted; their positions are those of `SupplyNetwork.suppliers`.
    """

    points: pd.DataFrame
    suppliers: pd.Index


def supplier_names(suppliers: pd.DataFrame, sourcing: pd.DataFrame) -> pd.Index:
    """Every supplier that Suppliers or Sourcing names, sorted."""
    named = sourcing.loc[sourcing["kind"].isin(SUPPLIED) & (sourcing["source"] != ""), "source"]
    names: pd.Index = pd.Index(sorted({*suppliers["supplier"], *named}), dtype=object)
    return names


def resolve_sources(
    rows: pd.DataFrame, sourcing: pd.DataFrame, known: Known, inputs: SupplyInputs, timeline: Timeline, notes: list[Note]
) -> pd.DataFrame:
    """The sources that rows of Sourcing, or the want of them, give.

    Parameters
    ----------
    rows
        See `sourcing.holding_rows`.
    sourcing
        Usable SOURCING.
    known
        What labels mean.
    inputs
        Suppliers, what they delivered, settings.
    timeline
        A row is valid in every period of which a day lies within its dates.
    notes
        Takes lead times that are not known, shares that add up to more than all, and lots above the maximum of a period.

    Returns
    -------
    `SupplyNetwork.sources`, sorted; unit_cost NaN where Sourcing states none (see `costs.source_costs`). Validity and lead time decide `first`
    and `last`; a frozen fence is the stock point's own.
    """
    stated = sourcing.reset_index(drop=True).reindex(rows["row"].to_numpy()).reset_index(drop=True)
    at, items = rows["point"].to_numpy(), known.points.iloc[rows["point"].to_numpy()].reset_index(drop=True)
    supplier_name = rows["source"].where(rows["kind"].isin(SUPPLIED), "")
    keys = pd.DataFrame({"item": items["item"], "supplier_name": supplier_name})
    is_measured = inputs.settings.lead_times == "measured"

    def time(name: str) -> Matrix:
        return lead_time_of(name, keys, _numbers(stated, name), _numbers(items, name), inputs.suppliers, inputs.supplier_performance, is_measured)

    frame = pd.DataFrame({
        "point": at, "kind": rows["kind"].astype(object), "source": rows["source"].astype(object),
        "from_point": _from_points(rows, items, known.points), "supplier": known.suppliers.get_indexer(pd.Index(supplier_name)),
        "priority": stated["priority"].fillna(1.0), "lead_time": time("lead_time"), "lead_time_deviation": np.nan_to_num(time("lead_time_deviation")),
        "process_yield": yield_of(keys, _numbers(stated, "process_yield"), inputs.suppliers, inputs.supplier_performance),
        "fixed_cost": stated["fixed_cost"].fillna(0.0),
        **{name: _numbers(stated, name) for name in ("share", "unit_cost", "minimum_order", "order_multiple", "maximum", "co2_per_unit")},
    })  # fmt: skip
    _note_unknown_lead_times(frame, known.points, notes)
    frame["lead_time"] = frame["lead_time"].fillna(0.0)
    frame["lead_periods"] = whole_periods(frame["lead_time"].to_numpy()).astype(np.intp)
    frame["valid_from"], frame["last"] = _valid_periods(stated, timeline)
    frame["last"] = _until_the_next(frame)
    frame["lever"] = _levers(frame)
    frame["cost_stated"] = frame["unit_cost"].notna()
    regular = frame["lever"] == ""
    for name in ("minimum_order", "order_multiple"):
        of_item = items[name].where(regular, 0.0)
        frame[name] = frame[name].fillna(of_item).fillna(0.0)
    _fit_lots(frame, known.points, notes)
    frame["authorised"] = regular | frame["lever"].isin(inputs.settings.free_levers)
    frame["share"] = _whole_shares(frame, known.points, notes)
    frame = _with_expediting(frame, "expedite" in inputs.settings.free_levers)
    frame["first"] = np.maximum(frame["valid_from"], frame["lead_periods"])
    # of the same source the regular way comes first
    return frame.sort_values(["point", "priority", "kind", "source", "lever", "valid_from"], kind="stable", ignore_index=True)[list(SOURCE_COLUMNS)]


def _note_unknown_lead_times(sources: pd.DataFrame, points: pd.DataFrame, notes: list[Note]) -> None:
    """What is bought is promised at once where nobody says how long it takes; what is made within the period is usual and not said."""
    unknown = sources["lead_time"].isna() & sources["kind"].isin(SUPPLIED)
    if unknown.any():
        names = sorted(set(points["item"].iloc[sources.loc[unknown, "point"].to_numpy()]))
        notes.append(Note("items", names[0], "lead-time-absent", f"no lead time is given for {some_of(names)}; taken as 0"))


def _fit_lots(sources: pd.DataFrame, points: pd.DataFrame, notes: list[Note]) -> None:
    """A lot that is more than the source gives in a period could never be ordered: the minimum is cut to it, a multiple above it dropped."""
    most = sources["maximum"].fillna(np.inf)
    too_large = (sources["minimum_order"] > most) | (sources["order_multiple"] > most)
    if too_large.any():
        names = points["item"].iloc[sources.loc[too_large, "point"].to_numpy()].tolist()
        words = f"minimum order or multiple of {some_of(names)} is above the maximum of a period; the maximum holds"
        notes.append(Note("sourcing", min(names), "lot-above-maximum", words))
    sources["minimum_order"] = np.minimum(sources["minimum_order"], most)
    sources["order_multiple"] = sources["order_multiple"].where(sources["order_multiple"] <= most, 0.0)


def _with_expediting(sources: pd.DataFrame, is_free: bool) -> pd.DataFrame:
    """The sources, and beside each regular one that takes whole periods to deliver the same in half its lead time.

    What is made here is not expedited; neither is what would not come a whole period earlier. The deviation of the lead time halves
    with it, and a share is not asked of what is expedited.
    """
    slow = (sources["lever"] == "") & (sources["kind"] != "make") & (sources["lead_periods"] >= 1)
    fast = sources[slow].assign(lever="expedite", authorised=is_free, share=np.nan)
    for name in ("lead_time", "lead_time_deviation"):
        fast[name] = fast[name] / 2.0
    before = fast["lead_periods"].to_numpy()
    fast["lead_periods"] = whole_periods(fast["lead_time"].to_numpy()).astype(np.intp)
    return pd.concat([sources, fast[fast["lead_periods"] < before]], ignore_index=True)


def _numbers(frame: pd.DataFrame, name: str) -> Matrix:
    return frame[name].to_numpy(dtype=float)


def _from_points(rows: pd.DataFrame, items: pd.DataFrame, points: pd.DataFrame) -> Positions:
    there = pair_positions(points, pd.DataFrame({"item": items["item"], "location": rows["source"]}))
    return np.where(rows["kind"] == "transfer", there, -1)


def _valid_periods(stated: pd.DataFrame, timeline: Timeline) -> tuple[Positions, Positions]:
    """Positions of the first and the last period in which receipts may arrive; first > last where none is left."""
    periods, horizon = timeline.plan, timeline.horizon
    until = stated["valid_until"].fillna(periods[-1])
    since = stated["valid_from"].fillna(periods[0])
    first = periods.searchsorted(pd.DatetimeIndex(since), side="right") - 1
    beyond = pd.DatetimeIndex(since) >= timeline.calendar.shift(timeline.current, horizon)
    last = periods.searchsorted(pd.DatetimeIndex(until), side="right") - 1
    return np.where(beyond, horizon, np.maximum(first, 0)), last


def _until_the_next(sources: pd.DataFrame) -> Positions:
    """Last period of each row; of rows of one source that follow one another the later one has the period of the change."""
    ordered = sources.sort_values(["point", "kind", "source", "valid_from"], kind="stable")
    following = ordered.groupby(["point", "kind", "source"])["valid_from"].shift(-1)
    last = pd.Series(np.fmin(ordered["last"].to_numpy(dtype=float), following.to_numpy(dtype=float) - 1.0), index=ordered.index)
    return last.reindex(sources.index).to_numpy(dtype=np.intp)


def _levers(sources: pd.DataFrame) -> pd.Series:
    """What must be allowed before a source may be used; `""` for the regular ones."""
    subcontract: Mask = (sources["kind"] == "subcontract").to_numpy()
    count = int(sources["point"].max()) + 1 if len(sources) else 0
    at = sources["point"].to_numpy(dtype=np.intp)
    has_other = np.zeros(count, dtype=bool)
    has_other[at[~subcontract]] = True
    is_last_resort = subcontract & has_other[at]
    lowest = np.full(count, np.inf)
    np.minimum.at(lowest, at[~is_last_resort], sources["priority"].to_numpy()[~is_last_resort])
    second = ~is_last_resort & (sources["priority"].to_numpy() > lowest[at])
    return pd.Series(np.select([is_last_resort, second], ["subcontract", "second source"], "").astype(object), index=sources.index)


def _whole_shares(sources: pd.DataFrame, points: pd.DataFrame, notes: list[Note]) -> Matrix:
    """Shares, scaled down where those of one stock point that hold at the same time add up to more than 1."""
    period = np.arange(max(int(sources["last"].max()), 0) + 1 if len(sources) else 0)
    valid = (sources["valid_from"].to_numpy()[:, None] <= period) & (period <= sources["last"].to_numpy()[:, None])
    held = pd.DataFrame(np.where(valid, sources["share"].fillna(0.0).to_numpy()[:, None], 0.0), index=sources.index)
    together = held.groupby(sources["point"]).transform("sum").to_numpy()
    total = np.where(valid, together, 0.0).max(axis=1, initial=0.0)
    share: Matrix = sources["share"].to_numpy() / np.maximum(total, 1.0)
    for point in sources.loc[total > 1.0 + 1e-9, "point"].unique():
        item, location = points["item"].iat[point], points["location"].iat[point]
        words = f"the shares of the sources of {item} / {location} add up to {total[sources['point'] == point].max():.0%}; scaled to 100%"
        notes.append(Note("sourcing", f"{item} / {location}", "shares-above-one", words))
    return share
