"""Functions of accuracy: textbook figures, signs, and the same numbers as the Forecast Accuracy and Value Added sheets."""

from __future__ import annotations

import numpy as np
import pytest

from sop_xl.functions import call
from sop_xl.plan.accuracy import column_errors

ACTUAL, FORECAST = [[100, 120, 80]], [[110, 110, 90]]
COLUMN = [[[100], [120], [80]], [[110], [110], [90]]]


def test_wmape_is_all_misses_over_all_sales():
    assert call("SOP_WMAPE", [ACTUAL, FORECAST]) == pytest.approx(30 / 300)


def test_too_high_a_forecast_has_a_positive_bias_and_signal():
    assert call("SOP_BIAS", [[[100, 100]], [[120, 110]]]) == pytest.approx(0.15)
    assert call("SOP_TRACKING_SIGNAL", [[[100, 100]], [[120, 110]]]) == pytest.approx(2.0)
    assert call("SOP_BIAS", [[[100, 100]], [[80, 90]]]) == pytest.approx(-0.15)


def test_tracking_signal_of_a_published_example():
    """Chopra and Meindl define TS = sum of errors / MAD; errors 10, -10, 10: 10 / 10."""
    assert call("SOP_TRACKING_SIGNAL", [ACTUAL, FORECAST]) == pytest.approx(1.0)


def test_a_step_that_helps_adds_value():
    naive, better = [[80, 100, 100]], [[95, 115, 85]]
    assert call("SOP_FVA", [ACTUAL, naive, better]) == pytest.approx(60 / 300 - 15 / 300)
    assert call("SOP_FVA", [ACTUAL, better, naive]) < 0


def test_mase_of_one_is_as_good_as_repeating_the_last_value():
    assert call("SOP_MASE", [[[14]], [[12]], [[10, 12, 10, 12]], 1]) == pytest.approx(1.0)


def test_mase_needs_more_than_a_season_of_history():
    assert call("SOP_MASE", [[[14]], [[12]], [[10, 12, 10, 12]]]) == "#N/A"


def test_a_column_and_a_row_are_the_same_series():
    assert call("SOP_WMAPE", COLUMN) == call("SOP_WMAPE", [ACTUAL, FORECAST])
    assert call("SOP_WMAPE", [COLUMN[0], FORECAST]) == call("SOP_WMAPE", [ACTUAL, FORECAST])


def test_a_blank_period_is_left_out_and_a_zero_counts():
    assert call("SOP_WMAPE", [[[100, None, 80]], [[110, 500, 90]]]) == pytest.approx(20 / 180)
    assert call("SOP_WMAPE", [[[100, 0, 80]], [[110, 500, 90]]]) == pytest.approx(520 / 180)


def test_ranges_of_different_size_are_refused_with_both_sizes():
    assert call("SOP_WMAPE", [ACTUAL, [[1, 2]]]) == "#VALUE!"
    assert call("SOP_LASTERROR", []) == "SOP_WMAPE: forecast has 2 cells, actual has 3 cells: they must be of one size"


class TestManyItemsAtOnce:
    random = np.random.default_rng(3)
    actual = random.poisson(20, (40, 12)).astype(float)
    forecast = actual + random.normal(2, 5, actual.shape)
    actual[3] = 0
    actual[5, 4] = forecast[6, 7] = np.nan

    @pytest.mark.parametrize(("name", "figure"), [("SOP_WMAPE", "wmape"), ("SOP_BIAS", "bias"), ("SOP_TRACKING_SIGNAL", "tracking_signal")])
    def test_each_row_has_what_the_value_added_sheet_computes_for_its_scope(self, name, figure):
        batch = getattr(column_errors(self.actual.T, self.forecast.T, np.full(40, np.nan)), figure)
        cells = call(name, [self.actual, self.forecast])
        got = np.array([np.nan if row[0] == "#N/A" else row[0] for row in cells])
        assert got == pytest.approx(batch, nan_ok=True)
        assert np.isnan(got[3]) == (name != "SOP_TRACKING_SIGNAL")

    def test_the_order_of_the_rows_does_not_matter(self):
        order = self.random.permutation(40)
        whole = call("SOP_WMAPE", [self.actual, self.forecast])
        assert call("SOP_WMAPE", [self.actual[order], self.forecast[order]]) == [whole[k] for k in order]

    def test_overall_is_one_figure_over_all_rows(self):
        flat = [self.actual.reshape(1, -1), self.forecast.reshape(1, -1)]
        for name in ("SOP_WMAPE", "SOP_BIAS"):
            assert call(name, [self.actual, self.forecast, True]) == pytest.approx(call(name, flat))
