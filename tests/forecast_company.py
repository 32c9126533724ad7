"""A small company for forecasts: eight series in two families and two regions, three years of months; and rules for it."""

from functools import lru_cache

import numpy as np
import pandas as pd

from sop_xl.frames import FORECAST_MODELS
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.forecast import BaselineResult, baseline_forecast
from sop_xl.plan.history import calendarise

TIMELINE = Timeline(Calendar(), pd.Timestamp("2022-01-01"), pd.Timestamp("2025-01-01"), 12)
LOCATIONS = pd.DataFrame({"location": ["FR", "DE", "US"], "region": ["Europe", "Europe", "America"]})
SEASON = np.exp(0.6 * np.sin(2 * np.pi * np.arange(60) / 12))


def items(**ends: str) -> pd.DataFrame:
    names = ["tour", "race", "city", "cap", "old", "new", "rare"]
    frame = pd.DataFrame({"item": names, "unit_price": 10.0, "start": pd.NaT, "end": pd.NaT})
    frame["family"] = ["Bikes", "Bikes", "Bikes", "Caps", "Bikes", "Bikes", "Caps"]
    frame["category"] = ["Machines", "Machines", "Machines", "Wear", "Machines", "Machines", "Wear"]
    frame["start"] = pd.to_datetime(frame["start"])
    frame["end"] = pd.to_datetime(frame["item"].map(ends))
    return frame


def demand(level: float, first: int, last: int, seed: int, noise: float = 0.1) -> dict[int, float]:
    rng = np.random.default_rng(seed)
    return {k: float(np.round(level * SEASON[k] * np.exp(rng.normal(0, noise)), 1)) for k in range(first, last)}


def frame_of(series: dict[tuple[str, str], dict[int, float]], periods: pd.DatetimeIndex) -> pd.DataFrame:
    rows = [(i, n, periods[k], y, 10.0 * y) for (i, n), cells in series.items() for k, y in cells.items()]
    return pd.DataFrame(rows, columns=["item", "location", "period", "demand", "revenue"]).astype({"item": object, "location": object})


def company() -> dict[tuple[str, str], dict[int, float]]:
    series = {(i, n): demand(100, 0, 36, k) for k, (i, n) in enumerate([("tour", "FR"), ("tour", "US"), ("race", "DE"), ("city", "FR"), ("cap", "FR")])}
    series[("old", "FR")] = demand(80, 0, 20, 90)
    series[("new", "DE")] = demand(60, 29, 36, 91)  # August to December only: never saw a spring
    series[("rare", "US")] = dict.fromkeys(range(0, 36, 5), 20.0)
    return series


@lru_cache(maxsize=1)
def company_baseline() -> BaselineResult:
    history, notes = calendarise(frame_of(company(), TIMELINE.periods), TIMELINE)
    return baseline_forecast(history, TIMELINE, items(), LOCATIONS, notes=notes)


def forecast_of(result: BaselineResult, item: str, location: str) -> np.ndarray:
    frame = result.forecast
    return frame.loc[(frame["item"] == item) & (frame["location"] == location), "baseline"].to_numpy()


def row_of(result: BaselineResult, item: str) -> pd.Series:
    return result.accuracy.set_index("item").loc[[item]].iloc[0]


def rules(*lines: dict[str, object]) -> pd.DataFrame:
    """A frame of rules named R-1, R-2 ... in that order; what a line does not say is empty."""
    blank = dict.fromkeys(FORECAST_MODELS.columns, "") | {"value": np.nan}
    frame = pd.DataFrame([blank | {"rule": f"R-{k + 1}"} | line for k, line in enumerate(lines)], columns=list(FORECAST_MODELS.columns))
    return frame.astype({"value": float})


def drivers(*lines: tuple[str, dict[str, str], pd.DatetimeIndex, np.ndarray]) -> pd.DataFrame:
    """A frame of drivers: name, scope, periods and values of each line."""
    parts = [
        pd.DataFrame({"driver": name, "item": "", "family": "", "location": "", "period": periods, "driver_value": np.asarray(values, float)}).assign(**scope)
        for name, scope, periods, values in lines
    ]
    return pd.concat(parts, ignore_index=True)


@lru_cache(maxsize=1)
def company_history() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Dense history of the company, and its notes."""
    return calendarise(frame_of(company(), TIMELINE.periods), TIMELINE)


def company_with(*lines: dict[str, object], **options: object) -> BaselineResult:
    """The company's baseline under these rules."""
    history, notes = company_history()
    return baseline_forecast(history, TIMELINE, items(), LOCATIONS, notes=notes, rules=rules(*lines), **options)  # type: ignore[arg-type]
