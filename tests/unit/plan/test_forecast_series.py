"""The engine on single series, as the benchmarks call it."""

import numpy as np
import pandas as pd
import pytest

from sop_xl.errors import FrameError
from sop_xl.plan.accuracy import coverage, smape
from sop_xl.plan.forecast import forecast_series, members
from sop_xl.plan.forecast.series import holdout_periods


def long_frame(**series: np.ndarray) -> pd.DataFrame:
    return pd.concat(
        pd.DataFrame({"unique_id": name, "ds": pd.date_range("2018-01-01", periods=len(y), freq="MS"), "y": y})
        for name, y in series.items()
    )


def market(count: int, length: int, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    t = np.arange(length)
    return {
        f"s{k:02d}": rng.uniform(50, 500)
        * np.exp(0.3 * np.sin(2 * np.pi * (t + rng.integers(12)) / 12) + rng.normal(0, 0.1, length))
        for k in range(count)
    }


@pytest.mark.parametrize(("length", "held"), [(0, 0), (5, 0), (6, 2), (11, 3), (23, 6), (27, 3), (30, 6), (36, 12), (200, 12)])
def test_a_year_is_held_out_where_two_remain_to_learn_from(length, held):
    assert holdout_periods(length, 12) == held


def test_the_forecast_beats_seasonal_naive_and_the_range_covers():
    history = market(24, 72)
    result = forecast_series(long_frame(**{k: y[:60] for k, y in history.items()}), 12, 12)
    actual = np.concatenate([history[k][60:] for k in sorted(history)])
    naive = np.concatenate([history[k][48:60] for k in sorted(history)])
    assert smape(actual, result.forecast["forecast"].to_numpy()) < 0.9 * smape(actual, naive)
    assert 0.7 < coverage(actual, result.forecast["q10"].to_numpy(), result.forecast["q90"].to_numpy()) < 0.95
    assert result.models["model"].str.startswith("Weighted mean of 5").all()


def test_every_series_gets_every_step_whatever_it_looks_like():
    odd = {
        "one": np.array([5.0]),
        "zeros": np.zeros(40),
        "absent": np.full(6, np.nan),
        "returns": np.array([3.0, -8.0, 4.0, 2.0, -1.0, 3.0, 2.0]),
        "gap": np.where(np.arange(40) % 9 == 0, np.nan, 10.0 + np.arange(40) % 12),
        "rare": np.where(np.arange(60) % 7 == 0, 20.0, 0.0),
        "constant": np.full(60, 12.0),
        "huge": 1e12 * np.arange(1.0, 61.0),
    }
    result = forecast_series(long_frame(**odd), 18, 12, (0.05, 0.5, 0.95))
    table = result.forecast.pivot(index="unique_id", columns="step", values="forecast")
    assert table.shape == (8, 18)
    assert np.isfinite(table.to_numpy()).all() and (table.to_numpy() >= 0).all()
    assert (table.loc[["zeros", "absent"]] == 0).all(axis=None)
    assert table.loc["constant"].to_numpy() == pytest.approx(12.0)
    assert table.loc["one"].to_numpy() == pytest.approx(5.0)
    frame = result.forecast
    assert (frame["q5"] <= frame["q50"]).all() and (frame["q50"] <= frame["q95"]).all()
    models = result.models.set_index("unique_id")["model"]
    assert models["zeros"] == "Zero: no demand"
    assert models["rare"] == "Median of 5 level methods"


def test_row_order_does_not_matter():
    frame = long_frame(**market(4, 40))
    one = forecast_series(frame, 6, 12)
    other = forecast_series(frame.sample(frac=1, random_state=4), 6, 12)
    pd.testing.assert_frame_equal(one.forecast, other.forecast)
    pd.testing.assert_frame_equal(one.models, other.models)


def test_the_number_of_processes_does_not_matter(monkeypatch):
    histories = market(30, 60) | {"rare": np.where(np.arange(60) % 7 == 0, 20.0, 0.0), "young": np.arange(9.0)}
    one = forecast_series(long_frame(**histories), 18, 12, n_jobs=1)
    monkeypatch.setattr(members, "_POOL_FROM", dict.fromkeys(("fork", "forkserver", "spawn"), 1))
    for processes in (2, 3):
        more = forecast_series(long_frame(**histories), 18, 12, n_jobs=processes)
        pd.testing.assert_frame_equal(one.forecast, more.forecast, check_exact=True)
        pd.testing.assert_frame_equal(one.models, more.models, check_exact=True)


@pytest.mark.parametrize("unit", [2.0**-12, 2.0**12])
def test_pieces_and_pallets_are_forecast_alike(unit):
    # a unit that is a power of two, so that nothing is lost in rounding
    pieces = market(3, 60) | {"rare": np.where(np.arange(60) % 7 == 0, 20.0, 0.0)}
    one = forecast_series(long_frame(**pieces), 12, 12).forecast
    other = forecast_series(long_frame(**{k: unit * y for k, y in pieces.items()}), 12, 12).forecast
    for column in ("forecast", "q10", "q90"):
        assert (other[column] / unit).to_numpy() == pytest.approx(one[column].to_numpy(), rel=1e-3), column


def test_one_series_does_not_change_the_forecast_of_another():
    both = market(2, 48)
    alone = forecast_series(long_frame(s00=both["s00"]), 6, 12).forecast
    together = forecast_series(long_frame(**both), 6, 12).forecast
    assert alone["forecast"].tolist() == together.loc[together["unique_id"] == "s00", "forecast"].tolist()


def test_no_series_gives_empty_frames():
    result = forecast_series(pd.DataFrame({"unique_id": [], "ds": [], "y": []}), 6, 12)
    assert result.forecast.empty and result.models.empty


def test_a_missing_column_or_a_period_twice_is_refused():
    with pytest.raises(FrameError, match="'y' is missing"):
        forecast_series(pd.DataFrame({"unique_id": ["a"], "ds": [1]}), 6, 12)
    with pytest.raises(FrameError, match="twice"):
        forecast_series(pd.DataFrame({"unique_id": ["a", "a"], "ds": [1, 1], "y": [1.0, 2.0]}), 6, 12)
