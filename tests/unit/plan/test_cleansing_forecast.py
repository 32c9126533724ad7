"""A forecast learns from corrected history and is judged by what happened."""

import numpy as np
import pandas as pd
import pytest
from cleansing_tables import cleanse, history, timeline
from plan_tables import table

from sop_xl import frames
from sop_xl.plan.forecast import BaselineResult, baseline_forecast

SEASON = 100 * np.exp(0.3 * np.sin(2 * np.pi * np.arange(36) / 12))
LINE = timeline(36)


def forecast(learned: pd.DataFrame, actuals: pd.DataFrame | None = None, **options: str) -> BaselineResult:
    items = table(frames.ITEMS, *({"item": n, "family": "Paint", "category": "Goods"} for n in ("A", "B")))
    return baseline_forecast(learned, LINE, items, table(frames.LOCATIONS, {"location": "L", "region": "North"}), actuals=actuals, **options)


def company(peak: float = 1.0) -> pd.DataFrame:
    """Two items with the same season; A sells `peak` times as much in March 2025."""
    values = np.round(SEASON * np.exp(np.random.default_rng(1).normal(0, 0.05, 36)))
    high = values.copy()
    high[26] *= peak
    return history({"A": high.tolist(), "B": values.tolist()})


def test_the_forecast_is_that_of_the_corrected_history():
    # from the items up, as other reconciliations trust a level the less, the further it was from what happened
    judged, kind = (forecast(company(), actuals, reconcile="bottom_up").forecast for actuals in (company(8.0), None))
    pd.testing.assert_series_equal(judged["baseline"], kind["baseline"])


def test_its_accuracy_is_measured_against_the_month_as_it_was():
    judged, kind = (forecast(company(), actuals).accuracy.set_index("item") for actuals in (company(8.0), None))
    assert judged.loc["A", "wmape"] > 5 * kind.loc["A", "wmape"]  # one month of 800 that nobody could foresee
    assert judged.loc["B", "wmape"] == pytest.approx(kind.loc["B", "wmape"])


def test_a_cleansed_peak_no_longer_lifts_the_forecast():
    dense = company(8.0)
    made = cleanse(dense)
    assert made.log["cause"].tolist() == ["one-off order"]
    clean, raw, mended = (forecast(*given).forecast.groupby("item")["baseline"].sum()["A"] for given in ((company(),), (dense,), (made.history, made.actuals)))
    assert abs(mended - clean) < 0.05 * clean
    assert abs(raw - clean) > 3 * abs(mended - clean)
