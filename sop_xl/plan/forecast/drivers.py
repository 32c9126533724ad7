"""What moves demand from outside: which line of the Drivers table holds for a series, and how strongly demand followed it.

The effect is learned on the logarithm of demand with season and trend held constant, and pooled over a family: a series with
little history of its own takes over what its family shows. What is learned is taken out of history before a model sees it, and
put back over the horizon with the planned values.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.forecast.choice import Choices
from sop_xl.plan.forecast.pooled import Learned, own_evidence, pool_evidence
from sop_xl.plan.forecast.seasonal import Floats

WORKING_DAYS = "Working days"
"""Driver that is known without a line: Mondays to Fridays of each period."""

MOST = 10.0
"""Factor above or below normal demand beyond which no effect is believed."""

_BEYOND = 0.1  # share of the range of past values by which planned ones may pass it unremarked


@dataclass(frozen=True, slots=True)
class DriverValues:
    """Values of every driver that a rule names.

    Parameters
    ----------
    names
        Drivers as the table writes them, in order.
    values
        (drivers, bottom, periods) history and plan; NaN = not stated. Logarithms where `relative`.
    relative
        Per driver: all its values are above zero, so that its coefficient is an elasticity.
    wanted
        (drivers, bottom) which series follow which driver.
    unknown
        Row to the drivers that its rule names and no line states.
    """

    names: tuple[str, ...]
    values: Floats
    relative: npt.NDArray[np.bool_]
    wanted: npt.NDArray[np.bool_]
    unknown: dict[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class DriverEffects:
    """What drivers did, as seen from one origin.

    Parameters
    ----------
    history, ahead
        (bottom, periods) factors on demand against that at the drivers' mean values; 1 where nothing is known.
    learned
        Row to driver name to coefficient and standard error.
    said
        Row to what a planner should know.
    """

    history: Floats
    ahead: Floats
    learned: dict[int, dict[str, Learned]] = field(default_factory=dict)
    said: dict[int, list[str]] = field(default_factory=dict)


def driver_values(
    drivers: pd.DataFrame | None, choices: Choices, bottom: pd.DataFrame, timeline: Timeline
) -> DriverValues | None:
    """Values of the drivers that rules name; `None` where no rule names any.

    Of several lines of a driver the one with the narrowest scope holds for a series, whole: item and location, item, family and
    location, family, location, all. Names are compared without regard to case.

    Parameters
    ----------
    drivers
        Frame `DRIVERS`; absent = no line.
    bottom
        item, location, family of every series.
    """
    rows = choices.driven
    if not rows:
        return None
    table = (
        pd.DataFrame(columns=["driver", "item", "family", "location", "period", "driver_value"])
        if drivers is None
        else drivers
    )
    table = table[table["driver_value"].notna()]
    written = {name.casefold(): name for name in sorted(table["driver"].unique())}
    written.setdefault(WORKING_DAYS.casefold(), WORKING_DAYS)
    asked = {name.casefold() for row in rows for name in choices.of[row].drivers}
    names = tuple(written[key] for key in sorted(asked) if key in written)
    unknown = {
        row: missing
        for row in rows
        if (missing := tuple(n for n in choices.of[row].drivers if n.casefold() not in written))
    }
    wanted = np.zeros((len(names), len(bottom)), dtype=bool)
    for row in rows:
        own = {n.casefold() for n in choices.of[row].drivers}
        wanted[:, row] = [name.casefold() in own for name in names]
    values = np.full((len(names), len(bottom), len(timeline.periods)), np.nan)
    for k, name in enumerate(names):
        lines = table[table["driver"].str.casefold() == name.casefold()]
        values[k] = _lines_by_series(lines, bottom, timeline.periods)
        if lines.empty:
            values[k] = _weekdays(timeline)
    values[~wanted] = np.nan
    relative = np.array([np.isfinite(v).any() and bool(np.nanmin(v) > 0) for v in values], dtype=bool)
    values[relative] = np.log(values[relative])
    return DriverValues(names, values, relative, wanted, unknown)


def _lines_by_series(lines: pd.DataFrame, bottom: pd.DataFrame, periods: pd.DatetimeIndex) -> Floats:
    out = np.full((len(bottom), len(periods)), np.nan)
    width = (lines["item"] != "") * 4 + (lines["family"] != "") * 2 + (lines["location"] != "") * 1
    groups = [
        (int(width.loc[group.index[0]]), scope, group)
        for scope, group in lines.groupby(["item", "family", "location"], sort=True)
    ]
    for _, (item, family, location), group in sorted(groups, key=lambda g: (g[0], g[1])):
        holds = np.ones(len(bottom), dtype=bool)
        for column, wanted in (("item", item), ("family", family), ("location", location)):
            if wanted:
                holds &= (bottom[column] == wanted).to_numpy()
        place = periods.get_indexer(pd.DatetimeIndex(group["period"]))
        line = np.full(len(periods), np.nan)
        line[place[place >= 0]] = group["driver_value"].to_numpy(dtype=np.float64)[place >= 0]
        out[holds] = line
    return out


def _weekdays(timeline: Timeline) -> Floats:
    calendar, periods = timeline.calendar, timeline.periods
    ends = [calendar.shift(period, 1) for period in periods]
    return np.busday_count(
        periods.to_numpy(dtype="datetime64[D]"), np.array(ends, dtype="datetime64[D]")
    ).astype(np.float64)


def driver_effects(
    given: DriverValues | None, demand: Floats, families: npt.NDArray[np.object_], season: int, horizon: int
) -> DriverEffects:
    """How demand followed its drivers up to an origin, and what that means for the periods after it.

    Parameters
    ----------
    given
        See `driver_values`; `None` = no drivers, all factors are 1.
    demand
        (bottom, periods) up to the origin, units.
    families
        (bottom,) within which effects are pooled.
    season, horizon
        Periods in a year; periods ahead.
    """
    count, size = demand.shape
    effects = DriverEffects(np.ones((count, size)), np.ones((count, horizon)))
    if given is None:
        return effects
    known = given.values[:, :, :size]
    usable = _usable(given, known, season, effects.said)
    rows = np.flatnonzero(usable.any(axis=0))
    evidence = {int(row): own_evidence(demand[row], known[:, row], usable[:, row], season) for row in rows}
    groups: dict[tuple[str, bytes], list[int]] = {}
    for row in evidence:  # series of a family that follow the same drivers learn together
        groups.setdefault((str(families[row]), usable[:, row].tobytes()), []).append(row)
    for members in groups.values():
        for row, learned in zip(members, pool_evidence([evidence[row] for row in members]), strict=True):
            places = np.flatnonzero(usable[:, row])
            _apply(given, row, places, learned, size, horizon, effects)
    return effects


def _usable(
    given: DriverValues, known: Floats, season: int, said: dict[int, list[str]]
) -> npt.NDArray[np.bool_]:
    """(drivers, bottom) what can be learned from: a season of values at least, and not always the same one."""
    stated = np.isfinite(known)
    count = stated.sum(axis=2)
    spread = np.where(stated, known, -np.inf).max(axis=2) - np.where(stated, known, np.inf).min(axis=2)
    enough = given.wanted & (count >= season)
    usable = enough & (spread > 1e-9)
    for row in map(int, np.flatnonzero(given.wanted.any(axis=0))):
        for k in np.flatnonzero(given.wanted[:, row] & ~usable[:, row]):
            why = (
                "never changed"
                if enough[k, row]
                else f"has {count[k, row]} of the {season} values that it takes"
            )
            said.setdefault(row, []).append(f"driver {given.names[k]} not used: it {why}")
    for row, names in given.unknown.items():
        said.setdefault(row, []).extend(f"driver {name} not used: it has no line" for name in names)
    return np.asarray(usable)


def _apply(
    given: DriverValues,
    row: int,
    places: npt.NDArray[np.int64],
    learned: list[Learned | None],
    size: int,
    horizon: int,
    effects: DriverEffects,
) -> None:
    """Set the row's factors; missing values of the past have no effect, those of the plan are the last known ones."""
    past, ahead = np.zeros(size), np.zeros(horizon)
    for k, one in zip(places, learned, strict=True):
        name = given.names[k]
        if one is None:
            effects.said.setdefault(row, []).append(
                f"driver {name} not used: too little demand to learn from"
            )
            continue
        before, after = given.values[k, row, :size], given.values[k, row, size : size + horizon]
        middle = float(np.nanmean(before))
        past += one.coefficient * np.nan_to_num(before - middle)
        missing = ~np.isfinite(after)
        if missing.any():
            effects.said.setdefault(row, []).append(
                f"driver {name}: {int(missing.sum())} planned values missing, last one held"
            )
        held = pd.Series(np.concatenate([before, after])).ffill().to_numpy()[size:]
        low, high = np.nanmin(before), np.nanmax(before)
        if (held < low - _BEYOND * (high - low)).any() or (held > high + _BEYOND * (high - low)).any():
            effects.said.setdefault(row, []).append(
                f"driver {name}: planned values beyond those seen in history"
            )
        ahead += one.coefficient * (held - middle)
        effects.learned.setdefault(row, {})[name] = one
    most = np.log(MOST)
    effects.history[row] = np.exp(np.clip(past, -most, most))
    effects.ahead[row] = np.exp(np.clip(ahead, -most, most))


def describe_effects(given: DriverValues, learned: dict[str, Learned], gain: float) -> str:
    """What a planner reads: the coefficient of each driver, its standard error, and what following the drivers brought when tested.

    Parameters
    ----------
    gain
        Held-out WMAPE without drivers - with them, fraction; NaN = not tested.
    """
    words = []
    for name, one in learned.items():
        kind = "elasticity" if given.relative[given.names.index(name)] else "effect per unit"
        words.append(f"{name} {kind} {one.coefficient:.3g} (SE {one.error:.2g})")
    tested = (
        "not tested"
        if np.isnan(gain)
        else f"held-out WMAPE {100 * gain:+.1f} points better"
        if gain >= 0
        else f"held-out WMAPE {-100 * gain:.1f} points worse"
    )
    return f"{', '.join(words)}: {tested}"
