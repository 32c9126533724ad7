"""Functions of demand: the numbers of the Baseline Forecast and its neighbours, computed in a cell."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from cleansing_tables import cleanse as cleanse_batch
from cleansing_tables import history as cleansing_history
from plan_tables import baseline, items, locations, months, table

from sop_xl import frames
from sop_xl.functions import call, last_error
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.demand import consensus_demand
from sop_xl.plan.forecast import BaselineResult, baseline_forecast, forecast_series
from sop_xl.plan.hierarchy import build_hierarchy, reconcile
from sop_xl.plan.history import calendarise
from sop_xl.plan.segmentation import segment
from sop_xl.samples.tables import read_table

SEASON = np.exp(0.5 * np.sin(2 * np.pi * np.arange(36) / 12))
PLAIN = 100 * SEASON * (1 + 0.1 * np.random.default_rng(2).normal(size=36))


@lru_cache(maxsize=1)
def bicycles() -> tuple[pd.DataFrame, Timeline, pd.DataFrame, pd.DataFrame]:
    """Dense history of the sample: items sold in nearly every month of all 35; timeline, items and locations."""
    sales = read_table("sales_monthly.csv.gz").rename(columns={"territory": "location", "units": "demand"})
    sales["period"] = pd.to_datetime(sales["month"])
    months_sold = sales.groupby(["item", "location"])["period"].agg(["nunique", "min"])
    kept = months_sold[(months_sold["nunique"] >= 33) & (months_sold["min"] == sales["period"].min())].index[:24]
    mine = sales.set_index(["item", "location"]).loc[kept].reset_index()
    line = Timeline(Calendar(), sales["period"].min(), Calendar().shift(sales["period"].max(), 1), 12)
    dense, _ = calendarise(mine[["item", "location", "period", "demand", "revenue"]].astype({"demand": float, "revenue": float}), line)
    names = sorted(mine["item"].unique())
    listed = pd.DataFrame({"item": names, "family": "Bikes", "category": "", "unit_price": 1.0, "start": pd.NaT, "end": pd.NaT})
    listed = listed.astype({"start": "datetime64[ns]", "end": "datetime64[ns]"})
    places = pd.DataFrame({"location": sorted(mine["location"].unique()), "region": "World"})
    return dense, line, listed, places


def rows_of(dense: pd.DataFrame) -> np.ndarray:
    return dense.pivot(index=["item", "location"], columns="period", values="demand").to_numpy()


@lru_cache(maxsize=1)
def batch() -> BaselineResult:
    """The baseline of the sample; bottom-up, as a cell knows nothing of the levels above."""
    return baseline_forecast(*bicycles(), reconcile="bottom_up")


def forecasts(arguments) -> np.ndarray:
    return np.array(call("SOP_FORECAST", list(arguments)))


class TestForecastIsThatOfTheWorkbook:
    def test_on_the_samples_data_in_one_call(self):
        dense = bicycles()[0]
        expected = batch().forecast["baseline"].to_numpy().reshape(-1, 12)
        assert len(expected) >= 20
        assert forecasts([rows_of(dense), 12]) == pytest.approx(expected, abs=2e-6)

    def test_its_accuracy_too(self):
        figures = np.array(call("SOP_BACKTEST", [rows_of(bicycles()[0])]))
        accuracy = batch().accuracy
        assert (figures[:, 0] == accuracy["test_periods"]).all()
        for place, name in ((1, "wmape"), (2, "bias"), (3, "mase"), (5, "fva")):
            assert figures[:, place].astype(float) == pytest.approx(accuracy[name].to_numpy(), rel=1e-9)

    def test_and_what_made_it(self):
        assert [row[0] for row in call("SOP_MODEL", [rows_of(bicycles()[0])])] == batch().accuracy["model"].tolist()

    def test_the_command_line_forecasts_the_same(self):
        dense = bicycles()[0]
        row = dense.groupby(["item", "location"], sort=True).ngroup()
        long = dense.assign(unique_id=row.map("{:03d}".format)).rename(columns={"period": "ds", "demand": "y"})
        made = forecast_series(long[["unique_id", "ds", "y"]], 6, 12, (0.2, 0.95)).forecast
        rows = rows_of(dense)
        assert forecasts([rows, 6]) == pytest.approx(made["forecast"].to_numpy().reshape(-1, 6))
        ranges = np.array(call("SOP_FORECAST_RANGE", [rows, 6, 12, 0.2, 0.95]))
        assert ranges[0::2] == pytest.approx(made["q20"].to_numpy().reshape(-1, 6))
        assert ranges[1::2] == pytest.approx(made["q95"].to_numpy().reshape(-1, 6))

    def test_a_row_alone_is_forecast_as_among_others(self):
        rows = rows_of(bicycles()[0])[:3]
        assert forecasts([rows[1:2], 6])[0] == pytest.approx(forecasts([rows, 6])[1], rel=1e-12)


class TestForecast:
    def test_lies_as_history_lies(self):
        across, down = forecasts([[PLAIN], 4]), forecasts([PLAIN[:, None], 4])
        assert across.shape == (1, 4)
        assert (down == across.T).all()

    def test_the_order_of_the_rows_does_not_matter(self):
        rows = np.stack([PLAIN, PLAIN[::-1], np.roll(PLAIN, 5)])
        assert (forecasts([rows[[2, 0, 1]], 3]) == forecasts([rows, 3])[[2, 0, 1]]).all()

    def test_blank_horizon_is_a_season(self):
        assert forecasts([[PLAIN]]).shape == (1, 12)
        assert forecasts([[PLAIN[:20]], None, 4]).shape == (1, 4)

    def test_a_blank_month_is_not_a_month_without_demand(self):
        blank, zero, filled = PLAIN.copy().tolist(), PLAIN.copy(), PLAIN.copy()
        blank[20], zero[20], filled[20] = None, 0.0, (PLAIN[19] + PLAIN[21]) / 2
        assert (forecasts([[blank], 6]) == forecasts([[filled], 6])).all()
        assert (forecasts([[blank], 6]) != forecasts([[zero], 6])).any()

    def test_blanks_and_zeros_before_the_first_sale_are_no_history(self):
        assert (forecasts([[[None, 0, 0, *PLAIN]], 6]) == forecasts([[PLAIN], 6])).all()

    def test_months_to_come_are_blank_and_the_forecast_begins_with_the_first_of_them(self):
        assert (forecasts([[[*PLAIN, None, None, None]], 3]) == forecasts([[PLAIN], 3])).all()

    def test_what_has_not_sold_for_a_year_is_forecast_as_zero_and_says_so(self):
        ended = [*PLAIN[:20], *[0] * 16]
        assert call("SOP_FORECAST", [[ended], 3]) == [[0, 0, 0]]
        assert call("SOP_MODEL", [[ended]]) == "Zero: no demand in the last 12 periods"
        assert call("SOP_MODEL", [[[0] * 20]]) == "Zero: no demand"

    def test_a_model_by_name_in_any_case(self):
        repeated = forecasts([[PLAIN], 12, 12, "seasonal NAIVE"])[0]
        assert repeated == pytest.approx(PLAIN[-12:])
        assert call("SOP_MODEL", [[PLAIN], 12, "Theta"]) == "Theta"

    def test_a_model_that_is_none_names_the_nearest(self):
        assert call("SOP_FORECAST", [[PLAIN], 3, 12, "theeta"]) == "#VALUE!"
        assert last_error().endswith('got "theeta" (did you mean Theta?)')

    def test_no_history_is_not_available_and_a_season_of_zero_no_number(self):
        assert call("SOP_FORECAST", [[[None, None]], 3]) == "#N/A"
        assert call("SOP_FORECAST", [[PLAIN], 3, 0]) == "#NUM!"

    def test_one_known_month_is_enough_for_a_forecast(self):
        assert forecasts([[[5.0]], 2])[0] == pytest.approx([5, 5])


class TestRange:
    def test_low_and_high_stand_one_above_the_other_around_the_forecast(self):
        low, high = np.array(call("SOP_FORECAST_RANGE", [[PLAIN], 6]))
        middle = forecasts([[PLAIN], 6])[0]
        assert (low < middle).all()
        assert (middle < high).all()

    def test_two_columns_where_history_is_a_column(self):
        assert np.shape(call("SOP_FORECAST_RANGE", [PLAIN[:, None], 6])) == (6, 2)

    def test_wider_for_a_surer_range(self):
        low, high = np.array(call("SOP_FORECAST_RANGE", [[PLAIN], 6, 12, 0.1, 0.9]))
        lower, higher = np.array(call("SOP_FORECAST_RANGE", [[PLAIN], 6, 12, 0.025, 0.975]))
        assert (lower <= low).all()
        assert (higher > high).all()

    def test_of_a_model_by_name(self):
        low, high = np.array(call("SOP_FORECAST_RANGE", [[PLAIN], 3, 12, None, None, "Seasonal naive"]))
        assert ((low < PLAIN[24:27]) & (PLAIN[24:27] < high)).all()

    def test_both_bounds_on_one_side_are_refused(self):
        assert call("SOP_FORECAST_RANGE", [[PLAIN], 3, 12, 0.6, 0.9]) == "#NUM!"


class TestBacktest:
    def test_a_series_that_repeats_itself_is_forecast_without_error(self):
        periods, wmape, bias, _, naive, _ = call("SOP_BACKTEST", [[np.tile(PLAIN[:12], 4)], 12, "Seasonal naive"])[0]
        assert (periods, wmape, bias, naive) == (12, 0, 0, 0)

    def test_seasonal_naive_adds_nothing_to_itself(self):
        figures = call("SOP_BACKTEST", [[PLAIN], 12, "Seasonal naive"])[0]
        assert figures[1] == pytest.approx(figures[4])
        assert figures[5] == pytest.approx(0)

    def test_growth_that_naive_does_not_see_is_under_forecast_by_it(self):
        assert call("SOP_BACKTEST", [[np.arange(1.0, 49.0)], 12, "Seasonal naive"])[0][2] < 0

    def test_headers_stand_before_the_figures(self):
        rows = call("SOP_BACKTEST", [[PLAIN], None, None, True])
        assert rows[0] == ["periods tested", "WMAPE", "bias", "MASE", "WMAPE of seasonal naive", "FVA"]
        assert len(call("SOP_BACKTEST", [PLAIN[:, None], None, None, True])) == 6

    def test_three_months_leave_nothing_to_test(self):
        assert call("SOP_BACKTEST", [[[1, 2, 3]]]) == [["#N/A"] * 6]


class TestCleanse:
    spiked = (*PLAIN[:20], 900.0, *PLAIN[21:])

    def test_a_one_off_order_is_brought_down_as_the_history_log_has_it(self):
        batch_history = cleanse_batch(cleansing_history({"pump": self.spiked})).history
        assert call("SOP_CLEANSE", [[self.spiked]])[0] == pytest.approx(batch_history["demand"].tolist())
        assert call("SOP_CLEANSE", [[self.spiked]])[0][20] < 200

    def test_a_stock_out_is_filled_as_the_history_log_has_it(self):
        short = [*PLAIN[:20], 10.0, *PLAIN[21:]]
        share = [0.0] * 20 + [0.9] + [0.0] * 15
        dense = cleansing_history({"pump": short}, stock_out={"pump": {f"{p:%Y-%m}": s for p, s in zip(pd.date_range("2023-01", periods=36, freq="MS"), share, strict=True)}})
        expected = cleanse_batch(dense).history["demand"].tolist()
        found = call("SOP_CLEANSE", [[short], 12, [share]])[0]
        assert found == pytest.approx(expected)
        assert found[20] > 50

    def test_what_comes_back_is_taken_off_the_month_in_which_it_was_sold(self):
        returned = [*PLAIN[:20], -30.0, *PLAIN[21:]]
        found = call("SOP_CLEANSE", [[returned]])[0]
        assert found[20] == 0
        assert sum(found) == pytest.approx(sum(returned))

    def test_a_new_level_is_only_taken_over_on_request(self):
        stepped = np.repeat([100.0, 200.0], 24) + np.tile([3.0, -2.0, 1.0, -4.0, 2.0, 0.0], 8)
        untouched = np.array(call("SOP_CLEANSE", [[stepped]])[0])
        lifted = np.array(call("SOP_CLEANSE", [[stepped], None, None, None, True])[0])
        assert untouched == pytest.approx(stepped)
        assert lifted[:24].mean() == pytest.approx(200, rel=0.02)
        assert lifted[24:] == pytest.approx(stepped[24:])

    def test_a_blank_stays_blank_and_the_column_a_column(self):
        history = [[v] for v in PLAIN.tolist()]
        history[3] = [None]
        result = call("SOP_CLEANSE", [history])
        assert np.shape(result) == (36, 1)
        assert result[3] == [None]

    def test_rows_of_one_family_share_their_season(self):
        both = [list(self.spiked), PLAIN.tolist()]
        batch_history = cleanse_batch(cleansing_history({"a": both[0], "b": both[1]}), family={"a": "F", "b": "F"}).history
        assert np.ravel(call("SOP_CLEANSE", [both, 12, None, ["F", "F"]])) == pytest.approx(batch_history["demand"].to_numpy())


class TestClasses:
    def test_demand_class_is_that_of_the_segmentation(self):
        random = np.random.default_rng(4)
        rows = np.where(random.random((30, 36)) < np.linspace(0.1, 1, 30)[:, None], np.round(random.lognormal(3, np.linspace(0.1, 1.5, 30)[:, None], (30, 36))), 0.0)
        rows[3, 20:] = 0  # ended
        rows[4] = [0] * 33 + [5, 6, 5]  # new
        line = months("2026-01", 3, history=36)
        names = [f"i{k:02d}" for k in range(30)]
        frame = table(frames.DEMAND_HISTORY, *({"item": n, "location": "L", "period": p, "demand": v, "revenue": v} for n, y in zip(names, rows, strict=True) for p, v in zip(line.history, y, strict=True)))
        expected = segment(calendarise(frame, line)[0], line, items(*names))["demand_class"].tolist()
        assert {"ended", "new"} <= set(expected)
        assert [row[0] for row in call("SOP_DEMAND_CLASS", [rows])] == expected

    def test_boundaries_of_syntetos_and_boylan(self):
        """Sold in 18 of 24 months (ADI 1.33) is intermittent, in 19 (1.26) smooth, as long as sizes are even."""
        assert call("SOP_DEMAND_CLASS", [[[5, 5, 5, 0] * 6]]) == "intermittent"
        assert call("SOP_DEMAND_CLASS", [[[5, 5, 5, 5, 0] * 4 + [5] * 4]]) == "smooth"

    def test_blank_months_to_come_do_not_end_an_item(self):
        sold = [5, 5, 5, 0] * 6
        assert call("SOP_DEMAND_CLASS", [[[*sold, *[None] * 14], [*[None] * 14, *sold]]]) == [["intermittent"], ["intermittent"]]

    def test_abc_of_ten_items(self):
        values = [500, 300, 80, 50, 30, 20, 10, 5, 3, 2]
        assert call("SOP_ABC", [values]) == [["A", "A", "B", "B", "B", "C", "C", "C", "C", "C"]]
        assert call("SOP_ABC", [[[v] for v in values]])[0] == ["A"]

    def test_abc_does_not_depend_on_the_order(self):
        random = np.random.default_rng(6)
        values = random.lognormal(3, 1, 50)
        order = random.permutation(50)
        whole = call("SOP_ABC", [values])[0]
        assert call("SOP_ABC", [values[order]])[0] == [whole[k] for k in order]

    def test_an_item_without_a_value_has_no_class(self):
        assert call("SOP_ABC", [[5, None, 0]]) == [["A", None, "C"]]

    def test_bounds_of_ones_own(self):
        assert call("SOP_ABC", [[50, 30, 20], 0.5, 0.8]) == [["A", "B", "C"]]
        assert call("SOP_ABC", [[50, 30, 20], 0.9, 0.8]) == "#NUM!"


class TestSpread:
    def test_parts_add_up_to_the_last_unit(self):
        assert call("SOP_SPREAD", [100, [1, 1, 1], 0]) == [[34, 33, 33]]

    def test_to_the_cent_by_default(self):
        (parts,) = call("SOP_SPREAD", [100, [[2, 3, 7]]])
        assert sum(parts) == pytest.approx(100, abs=1e-9)
        assert parts == [16.67, 25, 58.33]

    def test_a_blank_takes_no_part_and_nothing_to_go_by_means_equal_parts(self):
        assert call("SOP_SPREAD", [10, [[1, None, 1]]]) == [[5, None, 5]]
        assert call("SOP_SPREAD", [9, [[0, 0, 0]], 0]) == [[3, 3, 3]]

    def test_a_total_for_each_row(self):
        assert call("SOP_SPREAD", [[[10], [20]], [[1, 1], [1, 3]], 0]) == [[5, 5], [5, 15]]
        assert call("SOP_SPREAD", [[1, 2, 3], [[1, 1], [1, 3]]]) == "#VALUE!"

    def test_downwards(self):
        assert call("SOP_SPREAD", [10, [[1], [1]]]) == [[5], [5]]


class TestReconcile:
    forecast = np.array([[200.0, 220], [120, 120], [70, 90], [60, 70], [65, 40], [75, 85]])
    node = ("All", "Bikes", "Parts", "tour", "race", "cap")
    parent = ("", "All", "All", "Bikes", "Bikes", "Parts")

    def result(self, method, **options):
        return np.array(call("SOP_RECONCILE", [self.forecast, list(self.node), list(self.parent), method, options.get("rmse")]))

    @pytest.mark.parametrize("method", ["minimum trace", "bottom up", "top down"])
    def test_every_total_is_the_sum_of_its_parts(self, method):
        found = self.result(method)
        assert found[1] == pytest.approx(found[3] + found[4])
        assert found[2] == pytest.approx(found[5])
        assert found[0] == pytest.approx(found[1] + found[2])

    def test_bottom_up_keeps_the_parts_and_top_down_the_top(self):
        assert self.result("bottom up")[3:] == pytest.approx(self.forecast[3:])
        top_down = self.result("top down")
        assert top_down[0] == pytest.approx(self.forecast[0])
        assert top_down[1] / top_down[0] == pytest.approx(120 / np.array([190, 210]))

    def test_equal_errors_share_the_gap_as_the_textbook_has_it(self):
        """One total and two parts of equal error: each moves by a third of the gap (ordinary least squares)."""
        found = np.array(call("SOP_RECONCILE", [[[100], [60], [55]], ["All", "a", "b"], ["", "All", "All"], None, [2, 2, 2]]))
        assert found.ravel() == pytest.approx([105, 55, 50])

    def test_minimum_trace_is_that_of_the_baseline(self):
        """Every node of the plan's hierarchy as a chain of parents: total, region, category, family, family x region, item, item x location."""
        listed = pd.DataFrame({"item": ["cap", "race", "tour"], "family": ["Parts", "Bikes", "Bikes"], "category": ["Parts", "Bikes", "Bikes"]})
        keys = pd.DataFrame({"item": ["cap", "race", "tour"], "location": "L"})
        hierarchy = build_hierarchy(keys, listed, pd.DataFrame({"location": ["L"], "region": ["R"]}))
        random = np.random.default_rng(1)
        base, errors = random.uniform(50, 200, (len(hierarchy.nodes), 4)), random.uniform(5, 20, len(hierarchy.nodes))
        levels = ["total", "region", "category", "family", "family x region", "item", "item x location"]
        names = [f"{row.level} {row.category} {row.family} {row.item}" for row in hierarchy.nodes.itertuples()]
        parents = []
        for row in hierarchy.nodes.itertuples():
            above = levels.index(row.level) - 1
            mine = [n for n, other in zip(names, hierarchy.nodes.itertuples(), strict=True) if above >= 0 and other.level == levels[above]
                    and all(getattr(other, c) in ("All", getattr(row, c)) for c in ("category", "family", "item"))]
            parents.append(mine[0] if mine else "")
        cells = np.array(call("SOP_RECONCILE", [base, names, parents, None, errors]))
        assert cells == pytest.approx(reconcile(hierarchy, base, errors**2))

    def test_the_order_of_the_rows_does_not_matter(self):
        order = [5, 2, 0, 4, 1, 3]
        whole = self.result("minimum trace")
        mixed = call("SOP_RECONCILE", [self.forecast[order], [self.node[k] for k in order], [self.parent[k] for k in order]])
        assert np.array(mixed) == pytest.approx(whole[order])

    def test_a_total_without_a_forecast_of_its_own_is_the_sum(self):
        forecast = [[None, None], [60, 70], [40, 50]]
        assert call("SOP_RECONCILE", [forecast, ["All", "a", "b"], ["", "All", "All"]]) == [[100, 120], [60, 70], [40, 50]]

    @pytest.mark.parametrize(
        ("node", "parent", "words"),
        [
            (["All", "a", "a"], ["", "All", "All"], "every row needs a name of its own"),
            (["All", "a", "b"], ["", "All", "al"], "parent al is not among node"),
            (["All", "a", "b"], ["b", "All", "All"], "in a circle"),
            (["All", "a"], ["", "All"], "node has 2 names for 3 rows of forecast"),
        ],
    )
    def test_a_tree_that_is_none_is_refused_with_the_reason(self, node, parent, words):
        assert call("SOP_RECONCILE", [[[1], [2], [3]], node, parent]) == "#VALUE!"
        assert words in last_error()

    def test_a_part_without_a_forecast_is_named(self):
        assert call("SOP_RECONCILE", [[[1], [None]], ["All", "a"], ["", "All"]]) == "#N/A"
        assert last_error() == "SOP_RECONCILE: a lacks a forecast in some period"


class TestConsensus:
    def test_is_that_of_the_consensus_demand_sheet(self):
        line = months("2026-01", 3)
        start = baseline({"item": "A", "location": "North", "2026-01": 100, "2026-02": 100, "2026-03": 100})
        events = table(frames.EVENTS, {"event": "E", "type": "promotion", "item": "A", "first_period": pd.Timestamp("2026-02-01"), "effect_kind": "units", "effect": 20.0})
        sales = table(frames.SALES_INPUT, *({"contributor": "Ann", "item": "A", "location": "North", "period": p, "demand": d} for p, d in zip(line.plan[:2], (120.0, 100.0), strict=True)))
        overrides = table(frames.OVERRIDES, {"override": "O", "item": "A", "location": "North", "first_period": line.plan[2], "action": "set", "value": 90.0})
        batch_demand = consensus_demand(start, events, frames.empty_frame(frames.LIFECYCLE), sales, overrides, items("A"), locations(North=""), line, 0.5).demand
        cells = call("SOP_CONSENSUS", [[100, 100, 100], [120, 100, None], None, [0, 20, 0], None, [None, None, 90]])
        assert batch_demand["consensus"].tolist() == [110, 110, 90]
        assert cells == [batch_demand["consensus"].tolist()]

    def test_no_opinion_is_not_an_opinion_of_zero(self):
        assert call("SOP_CONSENSUS", [[100, 100], [None, 0]]) == [[100, 50]]

    def test_never_below_zero(self):
        assert call("SOP_CONSENSUS", [[10], None, None, [-30]]) == 0

    def test_a_baseline_that_is_not_known_leaves_consensus_unknown(self):
        assert call("SOP_CONSENSUS", [[10, None], [20, 20]]) == [[15, "#N/A"]]

    def test_downwards(self):
        assert call("SOP_CONSENSUS", [[[100], [100]], [[120], [None]]]) == [[110], [100]]


class TestLaunch:
    def test_a_linear_ramp_of_three_months(self):
        assert call("SOP_NPI_CURVE", [400, 3])[0] == pytest.approx([100, 200, 300, 400])
        assert call("SOP_NPI_CURVE", [400, 3, None, 5])[0] == pytest.approx([100, 200, 300, 400, 400])

    def test_an_s_curve_starts_slower_than_a_fast_start(self):
        slow, fast = (call("SOP_NPI_CURVE", [1000, 6, curve])[0] for curve in ("s-curve", "Fast start"))
        assert slow[0] < fast[0]
        assert slow[-1] <= 1000 >= fast[-1]

    def test_nothing_is_sold_before_the_launch(self):
        assert call("SOP_NPI_CURVE", [400, 1, None, 4, 3]) == [[0, 0, 200, 400]]

    def test_the_season_of_the_full_demand_is_kept_and_the_column_too(self):
        assert call("SOP_NPI_CURVE", [[[100], [200], [100]], 1]) == [[50], [200], [100]]

    def test_periods_that_do_not_fit(self):
        assert call("SOP_NPI_CURVE", [[100, 200], 1, None, 5]) == "#VALUE!"
