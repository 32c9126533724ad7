"""The baseline of a small company: frames, coherence, life cycles, borrowed seasons, accuracy, cache key."""

import importlib.metadata

import numpy as np
import pandas as pd
import pytest
from forecast_company import (
    LOCATIONS,
    SEASON,
    TIMELINE,
    company,
    company_baseline,
    demand,
    forecast_of,
    frame_of,
    items,
    row_of,
)

from sop_xl.errors import FrameError
from sop_xl.frames import BASELINE_FORECAST, DEMAND_RANGES, FORECAST_ACCURACY, check_frame
from sop_xl.periods import Calendar, CalendarKind, Timeline
from sop_xl.plan.accuracy import wmape
from sop_xl.plan.forecast import BaselineResult, baseline_forecast, recipe_key
from sop_xl.plan.forecast.members import member_forecasts
from sop_xl.plan.forecast.node_errors import variances
from sop_xl.plan.forecast.nodes import live_series, needed_origins, origins
from sop_xl.plan.hierarchy import build_hierarchy
from sop_xl.plan.history import calendarise


def test_the_result_has_the_form_of_its_frames():
    result = company_baseline()
    check_frame(result.forecast, BASELINE_FORECAST)
    check_frame(result.accuracy, FORECAST_ACCURACY)
    check_frame(result.ranges, DEMAND_RANGES)
    assert len(result.forecast) == 8 * 12
    assert len(result.accuracy) == 8
    # families All, Bikes, Caps in regions All, Europe, America; all six pairs exist here
    assert len(result.ranges) == 9 * 12


def test_the_range_stands_around_the_forecast_and_never_below_zero():
    result = company_baseline()
    frame = result.forecast
    assert (frame["baseline_low"] >= 0).all()
    assert (frame["baseline_low"] <= frame["baseline"]).all()
    assert (frame["baseline"] <= frame["baseline_high"]).all()
    selling = frame["baseline"] > 1
    assert (frame["baseline_high"] > frame["baseline_low"])[selling].all()


def test_the_range_is_wider_in_the_high_season():
    frame = company_baseline().forecast
    one = frame[(frame["item"] == "tour") & (frame["location"] == "FR")]
    width = (one["baseline_high"] - one["baseline_low"]).to_numpy()
    assert width[3] > 1.5 * width[9]  # April and October, of the same size in a range that ignores the season


def test_ranges_of_sums_belong_to_the_sums():
    result = company_baseline()
    total = result.forecast.groupby("period")["baseline"].sum().to_numpy()
    whole = result.ranges[(result.ranges["family"] == "All") & (result.ranges["region"] == "All")]
    assert (whole["demand_low"].to_numpy() <= total).all() and (total <= whole["demand_high"].to_numpy()).all()
    # errors partly cancel in a sum, so its range is narrower than the sum of the ranges
    summed = result.forecast.groupby("period")[["baseline_low", "baseline_high"]].sum()
    assert (whole["demand_high"] - whole["demand_low"]).sum() < (summed["baseline_high"] - summed["baseline_low"]).sum()


def test_the_season_is_found():
    made = forecast_of(company_baseline(), "tour", "FR")
    assert wmape(100 * SEASON[36:48], made) < 0.12


def test_an_item_that_never_saw_spring_borrows_it_from_its_family():
    result = company_baseline()
    made = forecast_of(result, "new", "DE")
    assert wmape(60 * SEASON[36:48], made) < 0.25
    assert made[2] > 1.5 * made[8]
    row = row_of(result, "new")
    assert row["model"] == "Median of 5 level methods, season of Bikes / Europe"
    assert "short history, 7 periods" in row["note"]


def test_a_dead_series_is_zero_and_says_since_when():
    result = company_baseline()
    assert (forecast_of(result, "old", "FR") == 0).all()
    row = row_of(result, "old")
    assert row["model"] == "Zero: no demand since 2023-08"
    assert row["demand_class"] == "ended"


def test_rare_demand_takes_the_level_methods():
    result = company_baseline()
    assert row_of(result, "rare")["model"].startswith("Median of 5 level methods")
    assert row_of(result, "rare")["demand_class"] == "intermittent"
    assert forecast_of(result, "rare", "US").mean() == pytest.approx(8 * 20 / 36, rel=0.4)


def test_the_model_is_named_and_judged_on_held_out_periods():
    row = row_of(company_baseline(), "race")
    assert row["model"].startswith("Weighted mean of 5, most: ")
    assert row["test_periods"] == 12
    assert 0 < row["wmape"] < 0.3
    assert abs(row["bias"]) <= row["wmape"] + 1e-12


def test_accuracy_by_level_improves_with_the_size_of_the_sum():
    levels = company_baseline().levels
    whole = levels[levels["scope"] == "All"].set_index("level")
    assert whole.loc["total", "wmape"] <= whole.loc["item x location", "wmape"]
    assert whole["bias"].to_numpy() == pytest.approx(whole.loc["total", "bias"])  # coherent: one bias on every level
    assert set(levels.loc[levels["level"] == "family", "scope"]) == {"All", "Bikes", "Caps"}


def test_levels_are_judged_on_what_was_sold_before_the_origin():
    # "new" sold nothing then: no statistics could have known it, and its demand must not count as a miss
    with_new, series = company_baseline().levels, company()
    del series[("new", "DE")]
    history, _ = calendarise(frame_of(series, TIMELINE.periods), TIMELINE)
    without = baseline_forecast(history, TIMELINE, items(), LOCATIONS).levels
    assert with_new["test_periods"].eq(12).all()
    total = [levels.loc[levels["level"] == "total", "wmape"].iloc[0] for levels in (with_new, without)]
    assert total[0] == pytest.approx(total[1], abs=0.01)  # its part of the sums still weighs the members


def test_a_season_that_has_died_down_is_not_weighed_by_what_it_was():
    y = np.concatenate([100 * SEASON[:24], np.tile([30.0, 0.0, 0.0], 4)])  # seasonal when tested, intermittent now
    history, _ = calendarise(frame_of({("tour", "FR"): dict(enumerate(y))}, TIMELINE.periods), TIMELINE)
    made = forecast_of(baseline_forecast(history, TIMELINE, items(), LOCATIONS, reconcile="bottom_up"), "tour", "FR")
    level = np.nanmedian(member_forecasts([y], [False], 12, 12)[0], axis=0)
    assert made == pytest.approx(level, abs=1e-6)


def test_an_ended_item_is_live_only_while_it_has_just_been_sold():
    sold_half_a_year_ago = np.r_[np.ones(30), np.zeros(6)]
    sold_last_month = np.ones(36)
    history = np.stack([sold_half_a_year_ago, sold_half_a_year_ago, sold_last_month, np.r_[np.ones(20), np.zeros(16)]])
    ended = np.array([False, True, True, False])
    assert live_series(history, ended, 12).tolist() == [True, False, True, False]


def test_a_node_with_large_held_out_errors_is_trusted_less():
    hierarchy = build_hierarchy(pd.DataFrame({"item": ["cap", "city", "race"], "location": ["FR", "FR", "FR"]}), items(), LOCATIONS)
    nodes = len(hierarchy.nodes)
    errors = np.full((nodes, 12), 10.0)
    errors[-1] = 40.0
    errors[-2] = np.nan  # never tested: what its level usually shows
    variance = variances(hierarchy, np.full(nodes, 10.0), errors)
    assert variance[-1] > 3 * variance[-3]
    assert variance[-3] < variance[-2] < variance[-1]


def test_findings_of_the_history_stand_in_the_note():
    assert "of 36 periods blank, taken as zero" in row_of(company_baseline(), "rare")["note"]


def test_what_was_told_apart_adds_up_the_same_whichever_reconciliation():
    history, _ = calendarise(frame_of(company(), TIMELINE.periods), TIMELINE)
    for method in ("bottom_up", "top_down"):
        result = baseline_forecast(history, TIMELINE, items(), LOCATIONS, reconcile=method)  # type: ignore[arg-type]
        check_frame(result.forecast, BASELINE_FORECAST)
        assert result.forecast["baseline"].sum() == pytest.approx(company_baseline().forecast["baseline"].sum(), rel=0.15)


def test_row_order_changes_nothing():
    history, notes = calendarise(frame_of(company(), TIMELINE.periods), TIMELINE)
    shuffled = baseline_forecast(
        history.sample(frac=1, random_state=1), TIMELINE, items().sample(frac=1, random_state=2),
        LOCATIONS.iloc[::-1], notes=notes.sample(frac=1, random_state=3),
    )  # fmt: skip
    for name, frame in company_baseline().to_frames().items():
        other = shuffled.to_frames()[name]
        pd.testing.assert_frame_equal(frame.drop(columns="note", errors="ignore"), other.drop(columns="note", errors="ignore"))


def test_an_item_is_zero_after_its_end_and_its_demand_is_given_to_nobody():
    history, _ = calendarise(frame_of(company(), TIMELINE.periods), TIMELINE)
    result = baseline_forecast(history, TIMELINE, items(tour="2025-04-30"), LOCATIONS)
    made, before = forecast_of(result, "tour", "FR"), forecast_of(company_baseline(), "tour", "FR")
    assert made[:4] == pytest.approx(before[:4]) and (made[4:] == 0).all()
    assert forecast_of(result, "race", "DE") == pytest.approx(forecast_of(company_baseline(), "race", "DE"))
    assert "zero after its end 2025-04-30" in row_of(result, "tour")["note"]
    america = result.ranges[(result.ranges["family"] == "Bikes") & (result.ranges["region"] == "America")]
    assert (america["demand_high"].to_numpy()[4:] == 0).all()  # tour was all that was sold there


def test_an_item_that_ended_before_the_plan_is_zero_and_says_so():
    history, _ = calendarise(frame_of(company(), TIMELINE.periods), TIMELINE)
    result = baseline_forecast(history, TIMELINE, items(city="2024-12-15"), LOCATIONS)
    assert (forecast_of(result, "city", "FR") == 0).all()
    assert row_of(result, "city")["model"] == "Zero: item ended 2024-12-15"


def test_sales_after_an_items_end_are_pointed_out():
    history, _ = calendarise(frame_of(company(), TIMELINE.periods), TIMELINE)
    result = baseline_forecast(history, TIMELINE, items(city="2024-06-30"), LOCATIONS)
    assert "sold after its end 2024-06-30" in row_of(result, "city")["note"]
    assert (forecast_of(result, "city", "FR") == 0).all()


def test_returns_and_unknown_periods_do_no_harm():
    series = {("tour", "FR"): demand(100, 0, 36, 1), ("race", "DE"): demand(100, 0, 36, 2)}
    series[("tour", "FR")][30] = -40.0
    frame = frame_of(series, TIMELINE.periods)
    frame.loc[40:43, "demand"] = np.nan
    history, _ = calendarise(frame, TIMELINE, "absent")
    made = baseline_forecast(history, TIMELINE, items(), LOCATIONS).forecast
    assert np.isfinite(made["baseline"]).all() and (made["baseline"] >= 0).all()
    assert made["baseline"].sum() == pytest.approx(2 * 100 * SEASON[36:48].sum(), rel=0.15)


@pytest.mark.parametrize("length", [1, 2, 3, 6, 13, 24, 25, 26])
def test_young_companies_get_a_plan_too(length):
    timeline = Timeline(Calendar(), pd.Timestamp("2024-01-01"), Calendar().shift(pd.Timestamp("2024-01-01"), length), 18)
    series = {("tour", "FR"): demand(100, 0, length, 1), ("cap", "DE"): demand(10, 0, length, 2)}
    history, _ = calendarise(frame_of(series, timeline.periods), timeline)
    result = baseline_forecast(history, timeline, items(), LOCATIONS)
    check_frame(result.accuracy, FORECAST_ACCURACY)
    assert len(result.forecast) == 2 * 18
    assert np.isfinite(result.forecast[["baseline", "baseline_low", "baseline_high"]]).all(axis=None)
    assert (result.forecast["baseline"] > 0).all()
    if length < 6:
        assert result.accuracy["note"].str.contains("too young to be tested").all()
        assert result.accuracy["wmape"].isna().all() and (result.accuracy["test_periods"] == 0).all()


def test_no_history_gives_empty_frames():
    history, _ = calendarise(frame_of({}, TIMELINE.periods), TIMELINE)
    result = baseline_forecast(history, TIMELINE, items(), LOCATIONS)
    assert all(frame.empty for frame in result.to_frames().values())
    check_frame(result.forecast, BASELINE_FORECAST)


def test_a_company_that_sells_nothing_any_more_is_zero_everywhere():
    history, _ = calendarise(frame_of({("tour", "FR"): demand(100, 0, 12, 1)}, TIMELINE.periods), TIMELINE)
    result = baseline_forecast(history, TIMELINE, items(), LOCATIONS)
    assert (result.forecast[["baseline", "baseline_low", "baseline_high"]] == 0).all(axis=None)
    assert (result.ranges[["demand_low", "demand_high"]] == 0).all(axis=None)


@pytest.mark.parametrize("kind", [CalendarKind.WEEKS, CalendarKind.FOUR_FOUR_FIVE])
def test_weeks_and_4_4_5_months_are_forecast_like_months(kind):
    calendar = Calendar(kind)
    first, season = calendar.start_of(pd.Timestamp("2021-06-15")), calendar.season
    timeline = Timeline(calendar, first, calendar.shift(first, 3 * season), 8)
    t = np.arange(3 * season + 8)
    truth = 100 * np.exp(0.4 * np.sin(2 * np.pi * t / season))
    history, _ = calendarise(frame_of({("tour", "FR"): dict(enumerate(truth[: 3 * season]))}, timeline.periods), timeline)
    result = baseline_forecast(history, timeline, items(), LOCATIONS)
    assert result.forecast["period"].tolist() == list(timeline.plan)
    assert wmape(truth[3 * season :], result.forecast["baseline"].to_numpy()) < 0.15
    assert result.accuracy["test_periods"].tolist() == [season]


def test_held_out_origins_leave_two_seasons_to_learn_from():
    assert origins(60, 12) == (12, 3)
    assert origins(35, 12) == (11, 3)
    assert origins(26, 12) == (3,)
    assert origins(9, 12) == (3,)
    assert origins(5, 12) == ()


def test_a_second_origin_is_paid_for_only_where_young_items_matter():
    mature = np.ones((20, 60))
    young = mature.copy()
    young[0, :55] = 0.0
    assert needed_origins(mature, 12) == (12,)
    assert needed_origins(young, 12) == (12,)  # 5 % of demand: too little to pay
    young[1, :55] = 0.0
    assert needed_origins(young, 12) == (12, 3)


def test_progress_is_told_step_by_step():
    told: list[tuple[str, int, int]] = []
    history, _ = calendarise(frame_of({("tour", "FR"): demand(100, 0, 36, 1)}, TIMELINE.periods), TIMELINE)
    baseline_forecast(history, TIMELINE, items(), LOCATIONS, progress=lambda *step: told.append(step))
    steps = [step for step in told if step[0] == "Forecasting"]
    assert [done for _, done, _ in steps] == list(range(1, len(steps) + 1))
    assert steps[-1][1] == steps[-1][2]


def test_quantiles_must_stand_on_both_sides():
    history, _ = calendarise(frame_of(company(), TIMELINE.periods), TIMELINE)
    with pytest.raises(FrameError, match="one half"):
        baseline_forecast(history, TIMELINE, items(), LOCATIONS, low=0.6)


def test_the_frames_go_into_a_cache_and_come_back():
    result = company_baseline()
    back = BaselineResult.from_frames(result.to_frames())
    assert all(back.to_frames()[name] is frame for name, frame in result.to_frames().items())


def key(history=None, table=None, **changes: object) -> str:
    if history is None:
        history, _ = calendarise(frame_of(company(), TIMELINE.periods), TIMELINE)
    return recipe_key(history, TIMELINE.labels, items() if table is None else table, LOCATIONS, low=0.1, **changes)


def test_equal_input_has_an_equal_key_in_any_row_order():
    history, _ = calendarise(frame_of(company(), TIMELINE.periods), TIMELINE)
    assert key() == key(history.sample(frac=1, random_state=9), items().iloc[::-1])


def test_whatever_the_forecast_uses_changes_the_key_and_nothing_else_does():
    history, _ = calendarise(frame_of(company(), TIMELINE.periods), TIMELINE)
    changed = history.copy()
    changed.loc[3, "demand"] += 1
    keys = {key(), key(changed), key(table=items(tour="2025-06-30")), key(high=0.9), key(high=0.95)}
    assert len(keys) == 5
    assert key(table=items().assign(unit_cost=99.0, name="anything")) == key()


def test_another_version_of_the_reconciling_package_is_another_key_where_it_is_used(monkeypatch):
    before = {method: key(reconcile=method) for method in ("mint_diagonal", "mint_shrink", "mint_shrink_nonnegative")}
    version = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.0" if name == "hierarchicalforecast" else version(name))
    assert {method for method, old in before.items() if key(reconcile=method) != old} == {"mint_shrink", "mint_shrink_nonnegative"}


@pytest.mark.parametrize("cells", [dict.fromkeys(range(36), 20.0), dict.fromkeys(range(30, 36), 5.0)])
def test_demand_that_never_changes_goes_on_unchanged(cells):
    """Held-out errors of exactly zero leave no error to weigh by: every series counts alike."""
    history, _ = calendarise(frame_of(dict.fromkeys([("tour", "FR"), ("race", "DE"), ("cap", "US")], cells), TIMELINE.periods), TIMELINE)
    result = baseline_forecast(history, TIMELINE, items(), LOCATIONS)
    check_frame(result.forecast, BASELINE_FORECAST)
    assert result.forecast["baseline"].to_numpy() == pytest.approx(cells[35], rel=1e-6)
    assert (result.accuracy["wmape"].dropna() < 1e-6).all()


def test_thirty_months_written_as_zero_do_no_harm():
    cells = dict.fromkeys(range(30), 0.0) | dict.fromkeys(range(30, 36), 5.0)
    history, _ = calendarise(frame_of({("tour", "FR"): cells, ("cap", "US"): cells}, TIMELINE.periods), TIMELINE)
    assert baseline_forecast(history, TIMELINE, items(), LOCATIONS).forecast["baseline"].to_numpy() == pytest.approx(5.0, rel=1e-6)


def test_an_item_is_zero_in_planned_periods_that_are_over_before_its_start():
    """Sold in a trial already, on sale from 10 March: nothing in January and February, and March counts as a whole month."""
    trial = {("tour", "FR"): demand(100, 0, 36, 1), ("new", "DE"): demand(60, 24, 36, 2)}
    history, _ = calendarise(frame_of(trial, TIMELINE.periods), TIMELINE)
    table = items()
    table.loc[table["item"] == "new", "start"] = pd.Timestamp("2025-03-10")
    table.loc[table["item"] == "tour", "start"] = pd.Timestamp("2025-01-31")
    result = baseline_forecast(history, TIMELINE, table, LOCATIONS)
    assert (forecast_of(result, "new", "DE") > 0).tolist() == [False, False] + [True] * 10
    assert (forecast_of(result, "tour", "FR") > 0).all()
    assert (result.forecast.loc[result.forecast["baseline"] == 0, "baseline_high"] == 0).all()
    total = result.ranges.query("family == 'All' and region == 'All'")["demand_high"].to_numpy()
    assert (total >= forecast_of(result, "new", "DE") + forecast_of(result, "tour", "FR") - 1e-5).all()
    assert "zero before its start 2025-03-10" in row_of(result, "new")["note"]
    assert "start" not in row_of(result, "tour")["note"]
