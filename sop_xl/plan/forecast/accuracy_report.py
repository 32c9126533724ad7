"""The accuracy frame: per item x location what made the forecast, how it did when held out, and what a planner must know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.frames import FORECAST_ACCURACY, order_rows
from sop_xl.periods import Timeline
from sop_xl.plan import accuracy
from sop_xl.plan.forecast.catalogue import SEASONAL, ZERO, learns_season
from sop_xl.plan.forecast.choice import Choices
from sop_xl.plan.forecast.drivers import DriverEffects, DriverValues, describe_effects
from sop_xl.plan.forecast.judge import WITHOUT_DRIVERS, Judged, Planned
from sop_xl.plan.forecast.nodes import Origin
from sop_xl.plan.forecast.report import node_name
from sop_xl.plan.forecast.seasonal import Floats
from sop_xl.plan.forecast.series import describe_model
from sop_xl.plan.hierarchy import Hierarchy

Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Rules:
    """What people chose, and what came of the drivers they named.

    Parameters
    ----------
    choices
        The rules that hold.
    given
        Values of the drivers; `None` = no rule names any.
    effects
        What the drivers did, as the plan sees it.
    """

    choices: Choices
    given: DriverValues | None
    effects: DriverEffects


def accuracy_frame(
    hierarchy: Hierarchy,
    timeline: Timeline,
    origin: Origin,
    plan: Planned,
    tests: Sequence[Judged],
    actual: Floats,
    happened: Floats,
    classes: pd.DataFrame,
    begins: Days,
    ends: Days,
    notes: pd.DataFrame | None,
    rules: Rules,
) -> pd.DataFrame:
    """Frame `FORECAST_ACCURACY`; figures are those of what plans, at the origin that could judge the series.

    Parameters
    ----------
    actual, happened
        (nodes, periods) history that was learned from, and the one by which forecasts are judged.
    classes
        item, location, abc, xyz, demand_class in the order of the bottom.
    """
    first, season = hierarchy.aggregates, timeline.calendar.season
    figures = [_figures(tests, happened[first + k], k, first, season) for k in range(len(hierarchy.bottom))]
    frame = hierarchy.bottom[["item", "location"]].assign(
        model=_models(hierarchy, timeline, origin, plan, actual, ends, rules.choices),
        note=_notes(hierarchy, timeline, origin, actual, tests, begins, ends, notes, rules),
        **{name: [f[name] for f in figures] for name in ("wmape", "bias", "mase", "fva", "test_periods")},
    )
    frame = frame.merge(classes, on=["item", "location"], how="left", validate="one_to_one")
    return order_rows(frame, FORECAST_ACCURACY)


def _figures(tests: Sequence[Judged], past: Floats, row: int, first: int, season: int) -> dict[str, float]:
    for test in tests:
        if test.tested[first + row]:
            held, made, naive = test.held[first + row], test.planning[row], test.naive[first + row]
            past = past[: past.size - test.origin.cut]
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
    ends: Days,
    choices: Choices,
) -> list[str]:
    first, calendar = hierarchy.aggregates, timeline.calendar
    number = {int(node): k for k, node in enumerate(origin.asked)}
    over = ends < np.datetime64(timeline.current)
    out = []
    for k in range(len(hierarchy.bottom)):
        y, choice = actual[first + k], choices.of.get(k)
        if over[k]:
            out.append(f"Zero: item ended {pd.Timestamp(ends[k]).date()}")
        elif choice is not None and choice.stated:
            out.append(choices.text(k, ""))
        elif not (y > 0).any():
            out.append("Zero: no demand")
        elif not origin.live[k]:
            last = timeline.history[int(np.flatnonzero(y > 0)[-1])]
            out.append(f"Zero: no demand since {calendar.label(last)}")
        else:
            place = number[first + k]
            model = describe_model(bool(origin.seasonal[place]), plan.weights[place])
            lender = int(origin.lender[place])
            words = model if lender < 0 else f"{model}, season of {node_name(hierarchy, lender)}"
            out.append(choices.text(k, words))
    return out


def _notes(
    hierarchy: Hierarchy,
    timeline: Timeline,
    origin: Origin,
    actual: Floats,
    tests: Sequence[Judged],
    begins: Days,
    ends: Days,
    notes: pd.DataFrame | None,
    rules: Rules,
) -> list[str]:
    found: dict[tuple[str, str], list[str]] = {}
    if notes is not None:
        for item, location, note in notes[["item", "location", "note"]].itertuples(index=False):
            found.setdefault((item, location), []).append(note)
    first, season = hierarchy.aggregates, timeline.calendar.season
    horizon_end = timeline.plan[-1]
    out = []
    for k, (item, location) in enumerate(hierarchy.bottom[["item", "location"]].itertuples(index=False)):
        y = actual[first + k]
        length = y.size - int((y > 0).argmax())
        said = _of_rules(rules, tests, k, first, length, season, bool(origin.live[k]))
        choice = rules.choices.of.get(k)
        forecast = bool(origin.live[k]) or (choice is not None and choice.stated and choice.model != ZERO)
        if origin.live[k] and length < 2 * season:
            said.append(f"short history, {length} periods")
        if origin.live[k] and not any(test.tested[first + k] for test in tests):
            said.append("too young to be tested")
        if forecast and begins[k] >= np.datetime64(timeline.calendar.shift(timeline.current, 1)):
            said.append(f"zero before its start {pd.Timestamp(begins[k]).date()}")
        if timeline.current <= pd.Timestamp(ends[k]) < horizon_end:
            said.append(f"zero after its end {pd.Timestamp(ends[k]).date()}")
        if (y[timeline.history > pd.Timestamp(ends[k])] > 0).any():
            said.append(f"sold after its end {pd.Timestamp(ends[k]).date()}")
        out.append("; ".join([*said, *found.get((item, location), [])]))
    return out


def _of_rules(
    rules: Rules, tests: Sequence[Judged], row: int, first: int, length: int, season: int, live: bool
) -> list[str]:
    """What became of the rule that holds for the row, and of the drivers that it names."""
    choice = rules.choices.of.get(row)
    if choice is None:
        return []
    said = [choice.note] if choice.note else []
    if choice.statistical and not live:
        return [*said, f"{choice.model} waits for demand: a rule that names the item forecasts it without"]
    if choice.model in SEASONAL and not learns_season(length, season):
        said.append(f"{choice.model} without season")
    test = next((t for t in tests if t.tested[first + row]), None)
    if test is not None and choice.statistical and row in test.fell_back:
        said.append(f"{choice.model} could not be fitted when tested: automatic judged")
    if test is not None and choice.stated:
        said.append("tested as if stated then")
    learned = rules.effects.learned.get(row)
    if learned and rules.given is not None:
        said.append(describe_effects(rules.given, learned, _gain(test, row, first)))
    return said + rules.effects.said.get(row, [])


def _gain(test: Judged | None, row: int, first: int) -> float:
    """Held-out WMAPE without drivers - with them, of the series' own forecast, not reconciled."""
    if test is None or WITHOUT_DRIVERS not in test.tried:
        return float("nan")
    own = test.base[first + row] * test.origin.effect[row]
    return accuracy.fva(test.held[first + row], test.tried[WITHOUT_DRIVERS][row], own)
