"""The backtest table: errors by hand, the runner-up, and its place in the baseline."""

import time

import numpy as np
import pandas as pd
import pytest
from forecast_company import company, company_baseline, company_with, row_of

from sop_xl.frames import BACKTEST, check_frame
from sop_xl.plan import accuracy
from sop_xl.plan.forecast.backtest import cumulative_errors, horizons, squared_steps
from sop_xl.plan.forecast.members import LEVEL_MEMBERS, SEASONAL_MEMBERS


def rows_of(result, item: str, location: str = "DE") -> pd.DataFrame:
    table = result.backtest
    return table[(table["item"] == item) & (table["location"] == location)].set_index("horizon")


def test_horizons_are_a_quarter_half_and_all_of_what_was_held_out():
    assert horizons(12, 12) == [3, 6, 12]
    assert horizons(11, 12) == [3, 6, 11]
    assert horizons(3, 12) == [3]
    assert horizons(2, 12) == [2]
    assert horizons(52, 52) == [13, 26, 52]


def test_errors_by_hand():
    """Forecasts of 10 against 8, 14, 8: absolute errors 2 + 4 + 2 = 8 of 30, which cancel."""
    errors = cumulative_errors(np.array([[8.0, 14.0, 8.0]]), np.full((1, 3), 10.0), np.array([4.0]))
    assert errors.wmape[0] == pytest.approx(8 / 30)
    assert errors.bias[0] == 0.0 and errors.cumulative_error[0] == 0.0
    assert errors.rmsse[0] == pytest.approx(np.sqrt((4 + 16 + 4) / 3 / 4))


def test_over_forecast_is_positive_and_cumulative_error_has_no_sign():
    errors = cumulative_errors(np.array([[10.0, 10.0]] * 2), np.array([[12.0, 10.0], [8.0, 10.0]]), np.ones(2))
    assert errors.bias.tolist() == [0.1, -0.1]
    assert errors.cumulative_error.tolist() == [0.1, 0.1]


def test_without_demand_or_without_movement_a_ratio_is_absent():
    errors = cumulative_errors(np.zeros((1, 2)), np.ones((1, 2)), np.zeros(1))
    assert all(np.isnan(figure[0]) for figure in errors)


def test_the_scale_is_that_of_the_m5_competition():
    rng = np.random.default_rng(0)
    history, held, made = rng.poisson(2, 30).astype(float), rng.poisson(2, 6).astype(float), np.full(6, 2.0)
    start = int((history > 0).argmax())
    by_measure = accuracy.rmsse(held, made, history[start:])
    padded = np.concatenate([np.zeros(5), history])
    assert cumulative_errors(held[None], made[None], squared_steps(padded[None])).rmsse[0] == pytest.approx(by_measure)


def test_every_tested_series_has_its_lines():
    result = company_baseline()
    check_frame(result.backtest, BACKTEST)
    tested = result.accuracy[result.accuracy["test_periods"] > 0]
    assert set(map(tuple, result.backtest[["item", "location"]].to_numpy())) == set(map(tuple, tested[["item", "location"]].to_numpy()))


def test_the_longest_horizon_says_what_the_accuracy_sheet_says():
    row, line = row_of(company_baseline(), "race"), rows_of(company_baseline(), "race").loc[12]
    assert line["wmape"] == pytest.approx(row["wmape"]) and line["bias"] == pytest.approx(row["bias"])
    assert line["naive_wmape"] - line["wmape"] == pytest.approx(row["fva"])
    assert line["origin"] == pd.Timestamp("2024-01-01")
    assert line["model"] == row["model"] and line["demand_class"] == row["demand_class"]


def test_the_runner_up_is_the_best_single_member_and_the_same_on_all_lines():
    lines = rows_of(company_baseline(), "race")
    assert lines["runner_up"].nunique() == 1 and lines["runner_up"].iloc[0] in SEASONAL_MEMBERS
    assert lines.loc[12, "runner_up_wmape"] <= lines.loc[12, "naive_wmape"]  # seasonal naive is a member too
    assert rows_of(company_baseline(), "rare", "US")["runner_up"].isin(LEVEL_MEMBERS).all()


def test_of_intermittent_demand_the_squared_error_finds_the_runner_up():
    """Nothing is sold in the held-out year but in two months: absolute errors would praise whoever forecasts least."""
    lines = rows_of(company_baseline(), "rare", "US")
    assert (lines["demand_class"] == "intermittent").all()
    lines = lines.loc[12]
    y = np.array([company()[("rare", "US")].get(k, 0.0) for k in range(36)])
    assert lines["runner_up_rmsse"] <= accuracy.rmsse(y[24:], np.full(12, y[12:24].mean()), y[:24]) * 1.05


def test_beside_a_chosen_model_the_recipe_is_among_the_others():
    lines = rows_of(company_with({"item": "race", "model": "Moving average"}), "race")
    assert (lines["model"] == "Moving average (rule R-1)").all()
    assert lines.loc[12, "runner_up_wmape"] < lines.loc[12, "wmape"]
    assert lines["runner_up"].iloc[0] in (*SEASONAL_MEMBERS, "Automatic")
    naive = rows_of(company_with({"item": "race", "model": "Seasonal naive"}, reconcile="bottom_up"), "race").loc[12]
    assert naive["wmape"] == pytest.approx(naive["naive_wmape"])
    assert naive["runner_up"] != "Seasonal naive"  # not its own runner-up


def test_a_number_is_tested_as_if_it_had_been_stated_then():
    line = rows_of(company_with({"item": "race", "model": "Zero"}), "race").loc[12]
    assert line["wmape"] == 1.0 and line["bias"] == -1.0
    assert line["runner_up_wmape"] < 0.3


@pytest.mark.benchmark_only
def test_two_thousand_series_take_no_time():
    rng = np.random.default_rng(0)
    actual, made, history = rng.gamma(2, 50, (2185, 12)), rng.gamma(2, 50, (2185, 12)), rng.gamma(2, 50, (2185, 60))
    start = time.perf_counter()
    scale = squared_steps(history)
    for horizon in (3, 6, 12):
        for _ in range(3):
            cumulative_errors(actual[:, :horizon], made[:, :horizon], scale)
    assert time.perf_counter() - start < 0.5
