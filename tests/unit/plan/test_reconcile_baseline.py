"""Every reconciliation, chosen for the forecast of a whole company: coherent, not negative, judged, and refused before it costs time."""

import numpy as np
import pandas as pd
import pytest

from sop_xl.errors import PlanError
from sop_xl.frames import BASELINE_FORECAST, DEMAND_RANGES, FORECAST_ACCURACY, check_frame
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.forecast import baseline_forecast, fitting
from sop_xl.plan.hierarchy import METHODS, mint
from sop_xl.plan.history import calendarise

TIMELINE = Timeline(Calendar(), pd.Timestamp("2022-01-01"), pd.Timestamp("2025-01-01"), 6)
LOCATIONS = pd.DataFrame({"location": ["FR", "DE", "US"], "region": ["Europe", "Europe", "America"]})
ITEMS = pd.DataFrame({"item": ["tour", "race", "cap", "old", "rare"], "unit_price": 10.0, "start": pd.NaT, "end": pd.NaT}).assign(
    family=["Bikes", "Bikes", "Caps", "Bikes", "Caps"], category=["Machines", "Machines", "Wear", "Machines", "Wear"],
    start=lambda f: pd.to_datetime(f["start"]), end=lambda f: pd.to_datetime(f["end"]),
)  # fmt: skip
_made: dict[tuple[int, ...], np.ndarray] = {}
_fit = fitting.member_forecasts


def fit_once(series, flags, ahead, season, **more):
    """Members do not depend on the reconciliation: fitted once for all of these tests."""
    key = (len(series), ahead, sum(len(y) for y in series))
    if key not in _made:
        _made[key] = _fit(series, flags, ahead, season, **more)
    return _made[key].copy()


def company() -> pd.DataFrame:
    """Two bikes and a cap with a season, an item that died two years ago, and one that sells now and then."""
    rng = np.random.default_rng(5)
    season = np.exp(0.5 * np.sin(2 * np.pi * np.arange(36) / 12))
    cells = []
    for item, location, level in (("tour", "FR", 100), ("tour", "US", 40), ("race", "DE", 70), ("cap", "FR", 300), ("cap", "US", 9), ("old", "FR", 50), ("rare", "DE", 6)):
        demand = np.round(level * season * rng.uniform(0.8, 1.2, 36))
        if item == "old":
            demand[12:] = 0
        if item == "rare":
            demand[np.arange(36) % 5 > 0] = 0
        cells += [(item, location, p, d, 10.0 * d) for p, d in zip(TIMELINE.history, demand, strict=True)]
    return pd.DataFrame(cells, columns=["item", "location", "period", "demand", "revenue"])


@pytest.mark.parametrize("method", METHODS)
def test_a_whole_company_is_forecast_with_every_method(method, monkeypatch):
    monkeypatch.setattr(fitting, "member_forecasts", fit_once)
    history, _ = calendarise(company(), TIMELINE)
    result = baseline_forecast(history, TIMELINE, ITEMS, LOCATIONS, reconcile=method)
    for frame, spec in ((result.forecast, BASELINE_FORECAST), (result.accuracy, FORECAST_ACCURACY), (result.ranges, DEMAND_RANGES)):
        check_frame(frame, spec)
    made = result.forecast["baseline"]
    assert np.isfinite(made).all() and (made >= 0).all()
    assert (result.forecast.loc[result.forecast["item"] == "old", "baseline"] == 0).all()
    last_year = company().query("'2024-01-01' <= period < '2024-07-01'")["demand"].sum()
    assert made.sum() == pytest.approx(last_year, rel=0.35)
    whole = result.levels.set_index("level").loc["total", "wmape"]
    assert np.isfinite(whole).all()


def test_a_company_too_large_for_the_method_is_told_before_anything_is_fitted(monkeypatch):
    def never(*_: object, **__: object) -> None:
        raise AssertionError("fitted")

    monkeypatch.setattr(fitting, "member_forecasts", never)
    monkeypatch.setitem(mint.MOST_NODES, "mint_shrink", 10)
    history, _ = calendarise(company(), TIMELINE)
    with pytest.raises(PlanError, match="at most 10 series and sums"):
        baseline_forecast(history, TIMELINE, ITEMS, LOCATIONS, reconcile="mint_shrink")


@pytest.mark.parametrize("months", [8, 14])
def test_a_history_too_short_to_see_how_errors_go_together_is_told_too(months, monkeypatch):
    monkeypatch.setattr(fitting, "member_forecasts", fit_once)
    young = Timeline(Calendar(), TIMELINE.calendar.shift(TIMELINE.current, -months), TIMELINE.current, 6)
    history, _ = calendarise(company(), young)
    with pytest.raises(PlanError, match=r"at least 5 held-out periods, and history leaves \d; choose mint_diagonal"):
        baseline_forecast(history, young, ITEMS, LOCATIONS, reconcile="mint_shrink")
    made = baseline_forecast(history, young, ITEMS, LOCATIONS, reconcile="middle_out").forecast["baseline"]
    assert np.isfinite(made).all() and made.sum() > 0
