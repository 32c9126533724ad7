"""A forecast learns from corrected history and is judged by what happened."""

import numpy as np
import pandas as pd
import pytest
from cleansing_tables import cleanse, history, marked, timeline
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


def test_months_before_a_kept_level_shift_are_judged_on_the_new_level():
    dense = history({"A": [100.0] * 24 + [200.0] * 12})
    free = cleanse(dense)
    assert free.actuals["demand"].tolist() == dense["demand"].tolist()
    kept = cleanse(dense, marks=marked(free.log, "Keep"))
    assert kept.actuals["demand"].tolist() == pytest.approx([200.0] * 36)
    assert kept.sold["demand"].tolist() == dense["demand"].tolist()


def test_a_kept_level_shift_is_no_bias_of_the_forecast():
    values = company()["demand"].to_numpy()[:36] * np.where(np.arange(36) < 28, 1.0, 2.0)  # in the middle of the held-out year
    dense = history({"A": np.round(values).tolist(), "B": company()["demand"].tolist()[36:]})
    kept = cleanse(dense, marks=marked(cleanse(dense).log, "Keep"))
    assert kept.log["state"].tolist() == ["applied"]
    on_old, on_new = (forecast(kept.history, actuals).accuracy.set_index("item").loc["A", "bias"] for actuals in (dense, kept.actuals))
    assert on_old > 0.1
    assert abs(on_new) < 0.05


def test_a_month_whose_orders_a_stock_out_hid_is_judged_by_the_demand_with_stock():
    dense = history({"A": [100.0] * 24}, stock_out={"A": {"2025-05": 1.0}})
    dense.loc[16, "demand"] = 10.0
    free = cleanse(dense)
    assert free.actuals["demand"].tolist() == pytest.approx([100.0] * 24)
    dropped = cleanse(dense, marks=marked(free.log, "Drop"))
    assert dropped.actuals["demand"].tolist() == dense["demand"].tolist()


def test_where_orders_are_known_they_are_what_a_forecast_is_judged_by():
    dense = history({"A": [100.0] * 16 + [130.0] + [100.0] * 7}, shipments={"A": {"2025-05": 10.0}})
    made = cleanse(dense)
    assert made.log["cause"].tolist() == ["stock-out"]
    assert made.actuals["demand"].tolist() == dense["demand"].tolist()
