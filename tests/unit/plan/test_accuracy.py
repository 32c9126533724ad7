"""Accuracy measures against hand-computed and textbook values. Error is forecast - actual everywhere."""

import math

import numpy as np
import pytest

from sop_xl.plan import accuracy

ACTUAL = [100.0, 80.0, 0.0, 120.0]
FORECAST = [110.0, 70.0, 10.0, 120.0]


def test_wmape_is_the_sum_of_errors_over_the_sum_of_demand():
    assert accuracy.wmape(ACTUAL, FORECAST) == pytest.approx(30 / 300)


def test_bias_is_positive_when_the_forecast_is_too_high():
    assert accuracy.bias(ACTUAL, FORECAST) == pytest.approx(10 / 300)
    assert accuracy.bias([100.0], [80.0]) == pytest.approx(-0.2)


def test_mase_divides_by_the_in_sample_naive_error():
    # history steps are 2, 4, 2 on average 8/3; errors 1 and 3 on average 2 (definition of Hyndman and Koehler 2006)
    assert accuracy.mase([10.0, 10.0], [11.0, 13.0], [5.0, 7.0, 3.0, 5.0]) == pytest.approx(2 / (8 / 3))


def test_seasonal_mase_compares_with_the_season_before():
    history = [10.0, 20.0, 12.0, 26.0]  # seasonal steps 2 and 6
    assert accuracy.mase([14.0], [16.0], history, season=2) == pytest.approx(2 / 4)


def test_a_naive_forecast_of_a_random_walk_with_equal_steps_has_mase_one():
    assert accuracy.mase([5.0], [4.0], [1.0, 2.0, 3.0, 4.0]) == pytest.approx(1.0)


def test_rmsse_uses_squares_as_in_m5():
    assert accuracy.rmsse([10.0, 10.0], [12.0, 14.0], [1.0, 3.0, 1.0]) == pytest.approx(math.sqrt(10 / 4))


def test_smape_of_the_m3_competition_lies_between_0_and_200():
    assert accuracy.smape([100.0], [110.0]) == pytest.approx(200 * 10 / 210)
    assert accuracy.smape([0.0, 10.0], [0.0, 0.0]) == pytest.approx(100.0)


def test_forecast_value_added_is_positive_when_the_step_improves():
    # naive misses by 20 of 100, the planner by 5 of 100 (the stairstep report of Gilliland 2010)
    assert accuracy.fva([100.0], [120.0], [95.0]) == pytest.approx(0.15)
    assert accuracy.fva([100.0], [95.0], [120.0]) == pytest.approx(-0.15)


def test_value_added_compares_both_steps_on_the_same_periods():
    assert accuracy.fva([100.0, 100.0], [np.nan, 90.0], [500.0, 100.0]) == pytest.approx(0.1)


def test_a_forecast_that_is_always_too_high_has_the_largest_tracking_signal():
    assert accuracy.tracking_signal([10.0] * 6, [12.0] * 6) == pytest.approx(6.0)
    assert accuracy.tracking_signal([10.0, 10.0], [12.0, 8.0]) == pytest.approx(0.0)


def test_coverage_counts_the_bounds_as_inside():
    assert accuracy.coverage([1.0, 5.0, 9.0, 20.0], [0.0, 5.0, 0.0, 0.0], [2.0, 6.0, 9.0, 10.0]) == pytest.approx(0.75)


@pytest.mark.parametrize("measure", [accuracy.wmape, accuracy.bias, accuracy.tracking_signal, accuracy.smape])
def test_without_any_pair_a_measure_is_absent(measure):
    assert math.isnan(measure([np.nan, 1.0], [1.0, np.nan]))
    assert math.isnan(measure([], []))


def test_without_demand_relative_measures_are_absent_not_infinite():
    assert math.isnan(accuracy.wmape([0.0], [5.0]))
    assert math.isnan(accuracy.mase([1.0], [2.0], [3.0, 3.0, 3.0]))
    assert math.isnan(accuracy.mase([1.0], [2.0], [3.0], season=12))
    assert math.isnan(accuracy.rmsse([1.0], [2.0], [3.0]))
    assert math.isnan(accuracy.coverage([np.nan], [0.0], [1.0]))


def test_absent_periods_are_left_out_of_both_sums():
    assert accuracy.wmape([100.0, np.nan, 50.0], [90.0, 10.0, np.nan]) == pytest.approx(0.1)


def test_the_tracking_signal_of_carlsons_bakery():
    """Heizer, Render and Munson, Operations Management: 35 units of under-forecast over a MAD of 14.2 are 2.5 MADs; here they are negative."""
    signal = accuracy.tracking_signal([90, 95, 115, 100, 125, 140], [100, 100, 100, 110, 110, 110])
    assert signal == pytest.approx(-35 / (85 / 6)) and round(signal, 1) == -2.5


def test_many_columns_at_once_have_the_measures_of_each_alone():
    rng = np.random.default_rng(5)
    actual, forecast = rng.integers(0, 9, (8, 5)).astype(float), rng.integers(0, 9, (8, 5)).astype(float)
    actual[2, 0], forecast[3, 1], actual[:, 4] = np.nan, np.nan, 0.0
    history = rng.integers(0, 9, (30, 5)).astype(float)
    scale = accuracy.naive_scales(history, 12)
    found = accuracy.column_errors(actual, forecast, scale)
    for k in range(5):
        a, f, h = actual[:, k], forecast[:, k], history[:, k]
        assert found.wmape[k] == pytest.approx(accuracy.wmape(a, f), nan_ok=True)
        assert found.bias[k] == pytest.approx(accuracy.bias(a, f), nan_ok=True)
        assert found.mase[k] == pytest.approx(accuracy.mase(a, f, h, 12), nan_ok=True)
        assert found.tracking_signal[k] == pytest.approx(accuracy.tracking_signal(a, f), nan_ok=True)
    assert np.isnan(accuracy.naive_scales(history[:12], 12)).all()
