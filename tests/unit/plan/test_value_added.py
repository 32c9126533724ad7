"""Forecast value added against hand arithmetic and the textbook's definitions. Error = forecast - actual; positive FVA is better."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import MONTHS, items, month, table

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.archive import LAG_COLUMNS
from sop_xl.plan.value_added import value_added

FIRST = month("2024-01")


def timeline(current):
    return Timeline(MONTHS, FIRST, month(current), 6)


def demand(item="P1", location="Oslo", start="2024-01", units=()):
    """Actual demand month by month from `start` on; None is a month that is not known."""
    first = month(start)
    periods = [MONTHS.shift(first, k) for k in range(len(units))]
    return pd.DataFrame({"item": item, "location": location, "period": periods, "demand": np.array([np.nan if u is None else u for u in units], dtype=float)})


def row(cycle, stage, *lags, source="", item="P1", location="Oslo"):
    cells = dict(zip(LAG_COLUMNS, [float(u) for u in lags], strict=False))
    return {"cycle": month(cycle), "item": item, "location": location, "stage": stage, "source": source} | cells


def archive(*rows):
    return table(frames.FORECAST_ARCHIVE, *rows)


def measured(rows, history, current, listed=None, least=1, **options):
    result, _ = value_added(archive(*rows), history, items("P1") if listed is None else listed, timeline(current), least, **options)
    frames.check_frame(result, frames.VALUE_ADDED)
    return result


def line(result, stage, lag="lag 1", level="total", scope="All"):
    found = result[(result["stage"] == stage) & (result["lag"] == lag) & (result["level"] == level) & (result["scope"] == scope)]
    assert len(found) == 1, f"{len(found)} lines of {level} {scope} {stage} {lag}"
    return found.iloc[0]


# the staircase: a year of 100, then three cycles of one item. Naive says 100 each month.
YEAR = [100.0] * 12
ACTUALS = demand(units=[*YEAR, 120.0, 90.0, 110.0])
STAIRS = [
    row("2025-01", "baseline", 110),
    row("2025-01", "events", 5, source="Ada"),
    row("2025-01", "overrides", 10, source="Bo | tender"),
    row("2025-02", "baseline", 95),
    row("2025-02", "overrides", -10, source="Bo | tender"),
    row("2025-03", "baseline", 105),
    row("2025-03", "sales_input", 10, source="Cy"),
]


def test_the_staircase_of_gilliland_by_hand():
    """The Business Forecasting Deal (Gilliland 2010): each step of the process against the one before it, naive first.

    Actual 120, 90, 110 = 320 units. Naive 100, 100, 100 misses by 20 + 10 + 10 = 40. Baseline 110, 95, 105: 10 + 5 + 5 = 20.
    After events 115, 95, 105: 5 + 5 + 5 = 15. After sales input 115, 95, 115: 15. After overrides 125, 85, 115: 5 + 5 + 5 = 15.
    """
    result = measured(STAIRS, ACTUALS, "2025-04")
    for stage, error, better in (("naive", 40, np.nan), ("baseline", 20, 20), ("events", 15, 5), ("sales_input", 15, 0), ("overrides", 15, 0), ("consensus", 15, 25)):
        found = line(result, stage)
        assert found["wmape"] == pytest.approx(error / 320), stage
        assert found["units_better"] == pytest.approx(better, nan_ok=True), stage
        assert found["fva"] == pytest.approx(better / 320, nan_ok=True), stage
    assert not (result["stage"] == "life_cycle").any(), "a step that moved nothing has no line"
    assert line(result, "consensus")["bias"] == pytest.approx((125 + 85 + 115 - 320) / 320)
    assert (line(result, "naive")["periods"], line(result, "naive")["demand"]) == (3, 320)


def test_management_adjustments_that_take_the_error_from_40_to_38_percent_add_two_points():
    """The definition's own example (Gilliland, Institute of Business Forecasting): the adjustments added two percentage points."""
    history = demand(units=[*YEAR, 100.0])
    result = measured([row("2025-01", "baseline", 140), row("2025-01", "overrides", -2, source="Bo | other")], history, "2025-02")
    assert line(result, "baseline")["wmape"] == pytest.approx(0.40)
    assert line(result, "overrides")["wmape"] == pytest.approx(0.38)
    assert line(result, "overrides")["fva"] == pytest.approx(0.02)


def test_the_tracking_signal_of_carlsons_bakery():
    """Heizer, Render and Munson, Operations Management, forecasting chapter: 2.5 MADs of under-forecast; here under-forecast is negative.

    Croissants of six quarters: actual 90, 95, 115, 100, 125, 140, forecast 100, 100, 100, 110, 110, 110.
    Errors add up to -35, their mean absolute size is 85 / 6 = 14.2.
    """
    actual, forecast = [90, 95, 115, 100, 125, 140], [100, 100, 100, 110, 110, 110]
    rows = [row(f"2025-{k + 1:02d}", "baseline", units) for k, units in enumerate(forecast)]
    result = measured(rows, demand(units=[*YEAR, *map(float, actual)]), "2025-07")
    assert line(result, "baseline")["tracking_signal"] == pytest.approx(-35 / (85 / 6))


def test_mase_divides_by_the_seasonal_steps_of_the_history_before_the_first_cycle():
    """Hyndman and Koehler 2006: the steps from 2024 to 2025 are 10 each month, the errors of the two cycles 5 and 15: 10 / 10."""
    history = demand(units=[*[100.0] * 12, *[110.0] * 12, 105.0, 115.0])
    result = measured([row("2026-01", "baseline", 110), row("2026-02", "baseline", 100)], history, "2026-03")
    assert line(result, "baseline")["mase"] == pytest.approx(1.0)
    assert line(result, "naive")["mase"] == pytest.approx((5 + 5) / 2 / 10)


def test_less_than_a_season_before_the_first_cycle_gives_no_mase():
    assert np.isnan(line(measured(STAIRS, ACTUALS, "2025-04"), "baseline")["mase"])


# lags and lead time


def test_lag_2_is_what_was_said_two_periods_ahead():
    rows = [row("2025-01", "baseline", 100, 70, 50), row("2025-02", "baseline", 95, 80)]
    result = measured(rows, ACTUALS, "2025-04")
    assert line(result, "baseline", "lag 2")["wmape"] == pytest.approx((abs(70 - 90) + abs(80 - 110)) / 200)
    assert line(result, "baseline", "lag 3")["wmape"] == pytest.approx(60 / 110)
    assert line(result, "baseline", "lag 2")["periods"] == 2


def test_over_a_lead_time_of_a_month_and_a_half_two_periods_count_together():
    """Said in January for January and February: 100 + 70 against 120 + 90; in February for February and March: 95 + 80 against 90 + 110."""
    rows = [row("2025-01", "baseline", 100, 70, 50), row("2025-02", "baseline", 95, 80), row("2025-03", "baseline", 999, 999)]
    result = measured(rows, ACTUALS, "2025-04", items("P1", lead_time=1.5))
    found = line(result, "baseline", "lead time")
    assert found["periods"] == 2, "March's lead time is not over"
    assert found["demand"] == 210 + 200
    assert found["wmape"] == pytest.approx((40 + 25) / 410)
    assert line(result, "naive", "lead time")["wmape"] == pytest.approx((10 + 0) / 410)


def test_a_lead_time_of_more_than_six_periods_is_compared_over_six_and_said():
    rows = [row("2024-07", "baseline", 1, 2, 3, 4, 5, 6)]
    result, notes = value_added(archive(*rows), demand(units=YEAR), items("P1", lead_time=9.0), timeline("2025-01"), 1)
    assert line(result, "baseline", "lead time")["demand"] == 600
    assert notes["note"].tolist() == ["lead times of more than 6 periods are compared over 6: P1"]


def test_periods_that_are_not_over_are_not_compared():
    result, notes = value_added(archive(row("2025-01", "baseline", 100)), demand(units=YEAR), items("P1"), timeline("2025-01"), 1)
    assert result.empty
    assert notes["rule"].tolist() == ["nothing-to-compare"]


# what naive would have said


def test_naive_is_the_month_of_the_year_before_as_it_was_known_in_the_cycle():
    seasonal = [float(10 * (k + 1)) for k in range(12)]
    history = demand(units=[*seasonal, 15.0, 15.0, 15.0])
    result = measured([row("2025-01", "baseline", 15, 15, 15)], history, "2025-04")
    for lag, naive in (("lag 1", 10), ("lag 2", 20), ("lag 3", 30)):
        assert line(result, "naive", lag)["wmape"] == pytest.approx(abs(naive - 15) / 15)


def test_naive_of_an_item_younger_than_a_year_is_its_last_demand():
    history = demand(start="2024-10", units=[7.0, 8.0, 9.0, 20.0, 20.0])
    result = measured([row("2025-01", "baseline", 20, 20)], history, "2025-03")
    assert line(result, "naive", "lag 1")["bias"] == pytest.approx((9 - 20) / 20)
    assert line(result, "naive", "lag 2")["bias"] == pytest.approx((9 - 20) / 20)


# levels


TWO = items("P1", "P2")
APART = pd.concat([demand("P1", units=[*YEAR, 100.0]), demand("P2", units=[*YEAR, 100.0])], ignore_index=True)
OPPOSITE = [row("2025-01", "baseline", 120), row("2025-01", "baseline", 80, item="P2")]


def test_errors_that_cancel_are_no_volume_error_but_a_mix_error():
    """20 too many of one item and 20 too few of another: the total is right, the mix misses by 40 of 200."""
    result = measured(OPPOSITE, APART, "2025-02", TWO)
    assert line(result, "baseline")["wmape"] == 0
    assert line(result, "baseline", level="family", scope="Paint")["wmape"] == 0
    assert line(result, "baseline", level="mix")["wmape"] == pytest.approx(40 / 200)
    assert line(result, "baseline", level="item", scope="P2")["bias"] == pytest.approx(-0.2)


def test_an_item_is_judged_over_its_locations_together():
    history = pd.concat([demand(location="Oslo", units=[*YEAR, 100.0]), demand(location="Rome", units=[*YEAR, 100.0])])
    rows = [row("2025-01", "baseline", 120), row("2025-01", "baseline", 80, location="Rome")]
    assert line(measured(rows, history, "2025-02"), "baseline", level="item", scope="P1")["wmape"] == 0


def test_an_item_that_is_no_longer_listed_counts_in_the_total():
    result = measured(OPPOSITE, APART, "2025-02", items("P1"))
    assert line(result, "baseline")["demand"] == 200
    assert line(result, "baseline", level="family", scope="Paint")["demand"] == 100


def test_an_item_nobody_touched_has_one_line_per_lag():
    result = measured(OPPOSITE, APART, "2025-02", TWO)
    assert result.loc[(result["level"] == "item") & (result["lag"] == "lag 1"), ["scope", "stage"]].to_numpy().tolist() == [["P1", "baseline"], ["P2", "baseline"]]


# absent and zero


def test_an_absent_actual_is_left_out_and_zero_counts():
    known = measured([row("2025-01", "baseline", 10), row("2025-02", "baseline", 10)], demand(units=[*YEAR, None, 0.0]), "2025-03")
    found = line(known, "baseline")
    assert (found["periods"], found["demand"], found["units_better"]) == (1, 0, 90)
    assert np.isnan(found["wmape"]), "an error of 10 on no demand has no percentage"


def test_a_month_without_a_row_is_zero_or_absent_as_the_setting_says():
    history = demand(units=YEAR)  # 2025-01 has no row
    rows = [row("2025-01", "baseline", 10)]
    assert line(measured(rows, history, "2025-02"), "baseline")["periods"] == 1
    assert measured(rows, history, "2025-02", blank_means="absent").empty


def test_what_was_not_forecast_at_all_was_forecast_as_zero():
    rows = [row("2025-01", "baseline", 100)]
    result = measured(rows, APART, "2025-02", TWO)
    assert line(result, "baseline", level="item", scope="P2")["bias"] == -1.0


def test_what_cannot_be_read_any_more_is_not_compared():
    lost = pd.DataFrame({"cycle": [month("2025-01")], "item": ["P2"], "location": ["Oslo"]})
    result = measured([row("2025-01", "baseline", 120)], APART, "2025-02", TWO, unknown=lost)
    assert line(result, "baseline")["demand"] == 100


def test_a_lag_beyond_the_horizon_of_its_cycle_is_not_compared():
    result = measured([row("2025-01", "baseline", 120)], ACTUALS, "2025-04")
    assert set(result["lag"]) == {"lag 1", "lead time"}, "no lead time is stated, so it is one period"


# persons, reasons, verdicts


def test_each_person_and_reason_is_judged_by_the_consensus_with_and_without_their_part():
    """Bo's tender overrides: consensus 125 and 85 against 120 and 90; without them 115 and 95. Both miss by 10.

    Ada's event in January: consensus 125, without it 120, which was the actual: she made it worse by 5 units.
    Cy in March: 115 against 110, without him 105: no better, no worse.
    """
    result = measured(STAIRS, ACTUALS, "2025-04")
    ada, bo, cy = (line(result, stage, level="person", scope=who) for who, stage in (("Ada", "events"), ("Bo", "overrides"), ("Cy", "sales_input")))
    assert (ada["units_better"], bo["units_better"], cy["units_better"]) == (-5, 0, 0)
    assert (ada["periods"], bo["periods"]) == (1, 2)
    assert ada["fva"] == pytest.approx(-5 / 120)
    assert (ada["verdict"], bo["verdict"]) == ("hurt", "no difference")
    assert line(result, "overrides", level="reason", scope="tender")["demand"] == 120 + 90


def test_a_source_that_names_nobody_is_still_judged():
    result = measured([row("2025-01", "baseline", 110), row("2025-01", "overrides", 10)], ACTUALS, "2025-02")
    assert line(result, "overrides", level="person", scope="(not named)")["units_better"] == 10
    assert line(result, "overrides", level="reason", scope="(no reason code)")["verdict"] == "improved"


def test_a_sales_number_is_judged_against_the_forecast_before_it():
    """Cy said 130 where baseline and events had 115; actual 120: 10 units off instead of 5."""
    rows = [*STAIRS[:2], row("2025-01", "sales_number", 130, source="Cy"), row("2025-01", "sales_input", 7, source="Cy")]
    found = line(measured(rows, ACTUALS, "2025-02"), "sales_number", level="person", scope="Cy")
    assert (found["units_better"], found["bias"], found["verdict"]) == (-5, pytest.approx(10 / 120), "hurt")


def test_without_enough_periods_there_is_no_verdict():
    result = measured(STAIRS, ACTUALS, "2025-04", least=4)
    assert line(result, "baseline")["verdict"] == "too few periods to tell (3 of 4)"
    assert line(result, "naive")["verdict"] == ""
    assert not result["level"].isin(["improved", "hurt"]).any()


def test_a_perfect_forecast_has_no_error_and_made_naive_better():
    rows = [row("2025-01", "baseline", 120), row("2025-02", "baseline", 90), row("2025-03", "baseline", 110)]
    found = line(measured(rows, ACTUALS, "2025-04"), "baseline")
    assert (found["wmape"], found["bias"], found["units_better"], found["verdict"]) == (0, 0, 40, "improved")
    assert np.isnan(found["tracking_signal"]), "there is no error to track"


def test_what_improved_comes_before_what_hurt_and_the_largest_first():
    names = [f"P{k}" for k in range(1, 5)]
    history = pd.concat([demand(name, units=[*YEAR, 100.0]) for name in names], ignore_index=True)
    rows = [row("2025-01", "baseline", 100, item=name) for name in names]
    rows += [row("2025-01", "overrides", units, source=f"{who} | other", item=name) for name, who, units in (("P1", "Ada", 30), ("P2", "Bo", -60), ("P3", "Cy", 5))]
    rows[3] = row("2025-01", "baseline", 150, item="P4")
    rows.append(row("2025-01", "overrides", -50, source="Di | other", item="P4"))
    result = measured(rows, history, "2025-02", items(*names))
    blocks = result["level"].drop_duplicates().tolist()
    assert blocks == ["total", "mix", "improved", "hurt", "person", "reason", "family", "item"]
    hurt = result[(result["level"] == "hurt") & (result["source"] == "person")]
    assert hurt["scope"].tolist() == ["Bo", "Ada", "Cy"]
    improved = result[(result["level"] == "improved") & (result["source"] == "person")]
    assert improved["scope"].tolist() == ["Di"]


# properties


@st.composite
def companies(draw):
    """Three items at two locations, six cycles with random steps, some of them absent."""
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    history, rows = [], []
    for item in ("P1", "P2", "P3"):
        for place in ("Oslo", "Rome"):
            history.append(demand(item, place, units=rng.integers(0, 50, 19).astype(float).tolist()))
            for k in range(6):
                cycle = f"2025-{k + 1:02d}"
                rows.append(row(cycle, "baseline", *rng.integers(0, 60, 6), item=item, location=place))
                for stage, source in (("events", "Ada"), ("life_cycle", "Bo"), ("sales_input", "Cy"), ("overrides", "Ada | tender")):
                    if rng.random() < 0.5:
                        rows.append(row(cycle, stage, *rng.integers(-9, 10, 6), item=item, location=place, source=source))
    return pd.concat(history, ignore_index=True), rows, rng


@settings(max_examples=15, deadline=None)
@given(companies())
def test_the_value_of_the_steps_adds_up_to_that_of_the_consensus(company):
    history, rows, _ = company
    result = measured(rows, history, "2025-08", items("P1", "P2", "P3", lead_time=2.0))
    steps = result[~result["stage"].isin(["naive", "consensus"]) & result["level"].isin(["total", "mix", "family"])]
    summed = steps.groupby(["level", "scope", "lag"])[["fva", "units_better"]].sum()
    for (level, scope, lag), values in summed.iterrows():
        whole = line(result, "consensus", lag, level, scope)
        naive = line(result, "naive", lag, level, scope)
        assert values["fva"] == pytest.approx(naive["wmape"] - whole["wmape"])
        assert values["fva"] == pytest.approx(whole["fva"])
        assert values["units_better"] == pytest.approx(whole["units_better"])


@settings(max_examples=10, deadline=None)
@given(companies())
def test_the_order_of_rows_changes_nothing(company):
    history, rows, rng = company
    listed = items("P1", "P2", "P3")
    before = measured(rows, history, "2025-08", listed)
    shuffled = [rows[k] for k in rng.permutation(len(rows))]
    after = measured(shuffled, history.sample(frac=1, random_state=3).reset_index(drop=True), "2025-08", listed.iloc[::-1].reset_index(drop=True))
    pd.testing.assert_frame_equal(before, after)


@settings(max_examples=10, deadline=None)
@given(companies())
def test_bias_of_volume_and_of_mix_is_the_same(company):
    history, rows, _ = company
    result = measured(rows, history, "2025-08", items("P1", "P2", "P3"))
    for lag in ("lag 1", "lag 2", "lag 3"):
        volume, mix = (line(result, "consensus", lag, level) for level in ("total", "mix"))
        assert mix["bias"] == pytest.approx(volume["bias"])
        assert mix["wmape"] >= volume["wmape"] - 1e-12
