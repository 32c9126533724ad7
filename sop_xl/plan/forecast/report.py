"""From arrays to the frames that the workbook shows: forecast, accuracy, ranges, accuracy by level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.frames import BASELINE_FORECAST, DEMAND_RANGES, FORECAST_ACCURACY, order_rows
from sop_xl.periods import Timeline
from sop_xl.plan import accuracy
from sop_xl.plan.forecast.judge import Judged, Planned
from sop_xl.plan.forecast.nodes import Origin
from sop_xl.plan.forecast.seasonal import Floats
from sop_xl.plan.forecast.series import describe_model
from sop_xl.plan.hierarchy import ALL, BOTTOM, Hierarchy

DECIMALS = 6
"""Units are rounded there, so that machines that differ in the last bits of a sum write the same file."""

CARRIED = 2 / 3
"""Share of the demand after an origin that its series must carry for the origin to speak for a level."""

LEVEL_COLUMNS = ("level", "scope", "wmape", "bias", "fva", "test_periods")


def forecast_frame(
    hierarchy: Hierarchy,
    timeline: Timeline,
    plan: Planned,
    lower: Floats,
    upper: Floats,
) -> pd.DataFrame:
    """Frame `BASELINE_FORECAST`; `lower` and `upper` are those of `range_arrays`."""
    first, count, horizon = hierarchy.aggregates, len(hierarchy.bottom), timeline.horizon
    frame = pd.DataFrame(
        {
            "item": np.repeat(hierarchy.bottom["item"].to_numpy(), horizon),
            "location": np.repeat(hierarchy.bottom["location"].to_numpy(), horizon),
            "period": np.tile(timeline.plan.to_numpy(), count),
            "baseline": plan.forecast[first:].ravel().round(DECIMALS),
            "baseline_low": lower[first:].ravel().round(DECIMALS),
            "baseline_high": upper[first:].ravel().round(DECIMALS),
        }
    )
    return order_rows(frame, BASELINE_FORECAST)


def ranges_frame(
    hierarchy: Hierarchy,
    timeline: Timeline,
    lower: Floats,
    upper: Floats,
) -> pd.DataFrame:
    """Frame `DEMAND_RANGES`: every family (or All) x region (or All)."""
    nodes, horizon = hierarchy.nodes, timeline.horizon
    rows = np.flatnonzero(nodes["level"].isin(["total", "region", "family", "family x region"]).to_numpy())
    frame = pd.DataFrame(
        {
            "family": np.repeat(nodes["family"].to_numpy()[rows], horizon),
            "region": np.repeat(nodes["region"].to_numpy()[rows], horizon),
            "period": np.tile(timeline.plan.to_numpy(), len(rows)),
            "demand_low": lower[rows].ravel().round(DECIMALS),
            "demand_high": upper[rows].ravel().round(DECIMALS),
        }
    )
    return order_rows(frame, DEMAND_RANGES)


def accuracy_frame(
    hierarchy: Hierarchy,
    timeline: Timeline,
    origin: Origin,
    plan: Planned,
    tests: Sequence[Judged],
    actual: Floats,
    classes: pd.DataFrame,
    begins: npt.NDArray[np.datetime64],
    ends: npt.NDArray[np.datetime64],
    notes: pd.DataFrame | None,
) -> pd.DataFrame:
    """Frame `FORECAST_ACCURACY`; figures are those of the reconciled forecast at the origin that could judge the series."""
    first, season = hierarchy.aggregates, timeline.calendar.season
    figures = [_figures(tests, actual, first + k, season) for k in range(len(hierarchy.bottom))]
    frame = hierarchy.bottom[["item", "location"]].assign(
        model=_models(hierarchy, timeline, origin, plan, actual, ends),
        note=_notes(hierarchy, timeline, origin, actual, tests, begins, ends, notes),
        **{name: [f[name] for f in figures] for name in ("wmape", "bias", "mase", "fva", "test_periods")},
    )
    frame = frame.merge(classes, on=["item", "location"], how="left", validate="one_to_one")
    return order_rows(frame, FORECAST_ACCURACY)


def _figures(tests: Sequence[Judged], actual: Floats, node: int, season: int) -> dict[str, float]:
    for test in tests:
        if test.tested[node]:
            held, made, naive = test.held[node], test.forecast[node], test.naive[node]
            past = actual[node, : actual.shape[1] - test.origin.cut]
            past = past[int((past > 0).argmax()) :]
            return {
                "wmape": accuracy.wmape(held, made),
                "bias": accuracy.bias(held, made),
                "mase": accuracy.mase(held, made, past, season if past.size > season else 1),
                "fva": accuracy.fva(held, naive, made),
                "test_periods": float(test.origin.cut),
            }
    return dict.fromkeys(("wmape", "bias", "mase", "fva"), float("nan")) | {"test_periods": 0.0}


def _models(
    hierarchy: Hierarchy,
    timeline: Timeline,
    origin: Origin,
    plan: Planned,
    actual: Floats,
    ends: npt.NDArray[np.datetime64],
) -> list[str]:
    first, calendar = hierarchy.aggregates, timeline.calendar
    number = {int(node): k for k, node in enumerate(origin.asked)}
    over = ends < np.datetime64(timeline.current)
    out = []
    for k in range(len(hierarchy.bottom)):
        y = actual[first + k]
        if over[k]:
            out.append(f"Zero: item ended {pd.Timestamp(ends[k]).date()}")
        elif not (y > 0).any():
            out.append("Zero: no demand")
        elif not origin.live[k]:
            last = timeline.history[int(np.flatnonzero(y > 0)[-1])]
            out.append(f"Zero: no demand since {calendar.label(last)}")
        else:
            place = number[first + k]
            model = describe_model(bool(origin.seasonal[place]), plan.weights[place])
            lender = int(origin.lender[place])
            out.append(model if lender < 0 else f"{model}, season of {node_name(hierarchy, lender)}")
    return out


def _notes(
    hierarchy: Hierarchy,
    timeline: Timeline,
    origin: Origin,
    actual: Floats,
    tests: Sequence[Judged],
    begins: npt.NDArray[np.datetime64],
    ends: npt.NDArray[np.datetime64],
    notes: pd.DataFrame | None,
) -> list[str]:
    found: dict[tuple[str, str], list[str]] = {}
    if notes is not None:
        for item, location, note in notes[["item", "location", "note"]].itertuples(index=False):
            found.setdefault((item, location), []).append(note)
    first, season = hierarchy.aggregates, timeline.calendar.season
    horizon_end = timeline.plan[-1]
    out = []
    for k, (item, location) in enumerate(hierarchy.bottom[["item", "location"]].itertuples(index=False)):
        said: list[str] = []
        y = actual[first + k]
        length = y.size - int((y > 0).argmax())
        if origin.live[k] and length < 2 * season:
            said.append(f"short history, {length} periods")
        if origin.live[k] and not any(test.tested[first + k] for test in tests):
            said.append("too young to be tested")
        if origin.live[k] and begins[k] >= np.datetime64(timeline.calendar.shift(timeline.current, 1)):
            said.append(f"zero before its start {pd.Timestamp(begins[k]).date()}")
        if timeline.current <= pd.Timestamp(ends[k]) < horizon_end:
            said.append(f"zero after its end {pd.Timestamp(ends[k]).date()}")
        if (y[timeline.history > pd.Timestamp(ends[k])] > 0).any():
            said.append(f"sold after its end {pd.Timestamp(ends[k]).date()}")
        out.append("; ".join([*said, *found.get((item, location), [])]))
    return out


def levels_frame(hierarchy: Hierarchy, tests: Sequence[Judged], actual: Floats) -> pd.DataFrame:
    """Accuracy by level over the series that had demand before the origin.

    The origin is the longest whose series still carried two thirds of the demand that followed (the last one where none did): where
    items are replaced every year, a year-old origin would judge the few that stayed.

    Columns level, scope, wmape, bias, fva (fractions) and test_periods; scope `All` sums absolute errors over all nodes of the level.
    """
    rows: list[dict[str, object]] = []
    for test in _telling(hierarchy, tests, actual):
        known = _known_then(hierarchy, test, actual)
        held, made, naive = (
            hierarchy.up(x[hierarchy.aggregates :] * known) for x in (test.held, test.forecast, test.naive)
        )
        for level in hierarchy.nodes["level"].unique():
            place = np.flatnonzero(hierarchy.nodes["level"].to_numpy() == level)
            groups = [(ALL, place)]
            if level not in (BOTTOM, "item", "total"):
                groups += [(node_name(hierarchy, int(k)), np.array([k])) for k in place]
            for scope, part in groups:
                a, f, n = held[part].ravel(), made[part].ravel(), naive[part].ravel()
                rows.append(
                    {
                        "level": level, "scope": scope, "wmape": accuracy.wmape(a, f), "bias": accuracy.bias(a, f),
                        "fva": accuracy.fva(a, n, f), "test_periods": float(test.origin.cut),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows, columns=list(LEVEL_COLUMNS))


def _telling(hierarchy: Hierarchy, tests: Sequence[Judged], actual: Floats) -> Sequence[Judged]:
    for test in tests:
        followed = test.held[hierarchy.aggregates :]
        if (followed * _known_then(hierarchy, test, actual)).sum() >= CARRIED * followed.sum():
            return [test]
    return tests[-1:]


def _known_then(hierarchy: Hierarchy, test: Judged, actual: Floats) -> npt.NDArray[np.bool_]:
    before = actual[hierarchy.aggregates :, : actual.shape[1] - test.origin.cut]
    return np.asarray(np.any(before > 0, axis=1, keepdims=True))


def node_name(hierarchy: Hierarchy, node: int) -> str:
    """What a planner calls a node: `Road Bikes`, `Road Bikes / Europe`, `total`."""
    row = hierarchy.nodes.iloc[node]
    names = {
        "region": ["region"],
        "category": ["category"],
        "family": ["family"],
        "family x region": ["family", "region"],
    }
    shown = names.get(row["level"], [c for c in ("item", "location") if row[c] != ALL])
    return " / ".join(str(row[c]) for c in shown) if shown else "total"
