"""The baseline under rules: chosen models are reconciled, stated forecasts come out as stated, everything is judged and said."""

import numpy as np
import pandas as pd
import pytest
from forecast_company import (
    LOCATIONS,
    TIMELINE,
    company,
    company_baseline,
    company_history,
    company_with,
    demand,
    forecast_of,
    frame_of,
    items,
    row_of,
    rules,
)  # fmt: skip

from sop_xl.frames import (
    BACKTEST,
    BASELINE_FORECAST,
    FORECAST_ACCURACY,
    FORECAST_MODELS,
    check_frame,
    empty_frame,
)
from sop_xl.periods import Calendar, CalendarKind, Timeline
from sop_xl.plan.accuracy import wmape
from sop_xl.plan.forecast import baseline_forecast, catalogue, followed_items, is_manual, recipe_key
from sop_xl.plan.forecast.catalogue import FORECASTERS
from sop_xl.plan.history import calendarise


def identical(one, other, but: tuple[str, ...] = ()) -> None:
    for name, frame in one.to_frames().items():
        pd.testing.assert_frame_equal(frame.drop(columns=list(but), errors="ignore"), other.to_frames()[name].drop(columns=list(but), errors="ignore"), check_exact=True)


def range_of(result, item: str) -> pd.DataFrame:
    return result.forecast[result.forecast["item"] == item].reset_index(drop=True)


@pytest.mark.parametrize("lines", [(), ({"item": "unknown", "model": "ETS"},), ({"abc": "A", "demand_class": "lumpy", "model": "Zero"},)])
def test_rules_that_hold_nowhere_change_nothing(lines):
    identical(company_baseline(), company_with(*lines))


def test_an_empty_sheet_of_rules_changes_nothing():
    history, notes = company_history()
    identical(company_baseline(), baseline_forecast(history, TIMELINE, items(), LOCATIONS, notes=notes, rules=empty_frame(FORECAST_MODELS)))


def test_automatic_by_rule_is_the_recipe_under_another_name():
    result = company_with({"model": "automatic"})
    identical(company_baseline(), result, but=("model",))
    assert row_of(result, "race")["model"] == f"{row_of(company_baseline(), 'race')['model']} (rule R-1)"


def test_a_chosen_model_is_the_series_own_forecast_and_is_reconciled_like_any_other():
    chosen = [{"item": "race", "model": "ETS"}]
    alone, coherent = company_with(*chosen, reconcile="bottom_up"), company_with(*chosen)
    y = np.array(list(company()[("race", "DE")].values()))
    assert forecast_of(alone, "race", "DE") == pytest.approx(FORECASTERS["ETS"](y, 12, 12, np.nan), abs=1e-6)
    assert row_of(coherent, "race")["model"] == "ETS (rule R-1)"
    assert (forecast_of(coherent, "race", "DE") != forecast_of(alone, "race", "DE")).any()
    assert forecast_of(coherent, "race", "DE") == pytest.approx(forecast_of(alone, "race", "DE"), rel=0.15)
    check_frame(coherent.forecast, BASELINE_FORECAST)


@pytest.mark.parametrize("model", list(FORECASTERS))
def test_every_model_goes_through_the_whole_plan(model):
    result = company_with({"item": "race", "model": model}, {"item": "new", "model": model}, {"item": "rare", "model": model})
    check_frame(result.accuracy, FORECAST_ACCURACY)
    check_frame(result.backtest, BACKTEST)
    assert np.isfinite(result.forecast[["baseline", "baseline_low", "baseline_high"]]).all(axis=None)
    assert row_of(result, "race")["model"] == f"{model} (rule R-1)"
    assert 0 < row_of(result, "race")["wmape"] < 0.8


def test_a_short_history_says_that_its_model_has_no_season():
    row = row_of(company_with({"item": "new", "model": "ETS"}), "new")
    assert row["model"] == "ETS (rule R-1)"
    # four months before the test's origin are too few for it even so
    assert row["note"] == "ETS without season; ETS could not be fitted when tested: automatic judged; short history, 7 periods"


def test_a_model_that_cannot_be_fitted_falls_back_and_says_so(monkeypatch):
    def broken(*_):
        raise Exception("singular")

    monkeypatch.setitem(catalogue.FORECASTERS, "CES", broken)
    result = company_with({"item": "race", "model": "CES"})
    identical(company_baseline(), result, but=("model", "note"))
    assert row_of(result, "race")["model"].endswith("(rule R-1)")
    assert row_of(result, "race")["note"] == "CES could not be fitted: automatic"


def test_a_model_that_could_not_be_fitted_when_tested_is_not_judged(monkeypatch):
    real = catalogue.FORECASTERS["ETS"]

    def only_long(y, *rest):
        if y.size < 36:
            raise Exception("tiny datasets")
        return real(y, *rest)

    monkeypatch.setitem(catalogue.FORECASTERS, "ETS", only_long)
    result = company_with({"item": "race", "model": "ETS"})
    row, judged = row_of(result, "race"), row_of(company_baseline(), "race")
    assert row["model"] == "ETS (rule R-1)" and row["wmape"] == judged["wmape"]
    assert row["note"] == "ETS could not be fitted when tested: automatic judged"
    tested = result.backtest[result.backtest["item"] == "race"]
    assert set(tested["model"]) == {"automatic: ETS (rule R-1) could not be fitted"}


def test_zero_is_zero_and_its_demand_is_given_to_nobody():
    result = company_with({"item": "tour", "location": "US", "model": "Zero"})
    zero = result.forecast[(result.forecast["item"] == "tour") & (result.forecast["location"] == "US")]
    assert (zero[["baseline", "baseline_low", "baseline_high"]] == 0).all(axis=None)
    for item, location in (("tour", "FR"), ("race", "DE"), ("cap", "FR")):
        assert (forecast_of(result, item, location) == forecast_of(company_baseline(), item, location)).all()
    assert row_of(result, "tour")["model"] != "Zero (rule R-1)"  # the other location
    assert "Zero (rule R-1)" in set(result.accuracy["model"])


def test_manual_stays_exactly_at_its_number_and_moves_nobody():
    result = company_with({"item": "race", "model": "Manual", "value": 123.0})
    assert (forecast_of(result, "race", "DE") == 123.0).all()
    assert (forecast_of(result, "city", "FR") == forecast_of(company_baseline(), "city", "FR")).all()
    row = row_of(result, "race")
    assert row["model"] == "Manual (rule R-1)" and row["note"] == "tested as if stated then"
    held = np.array([company()[("race", "DE")][k] for k in range(24, 36)])
    assert row["wmape"] == pytest.approx(wmape(held, np.full(12, 123.0)))


def test_numbers_that_people_typed_are_told_from_what_depends_on_working_days():
    result = company_with({"item": "race", "model": "Manual", "value": 123.0}, {"item": "new", "model": "Like item", "like_item": "race"})
    assert set(result.forecast.loc[is_manual(result.forecast, result.accuracy), "item"]) == {"race"}


def test_followers_are_known_by_the_rule_that_made_their_forecast():
    lines = rules({"rule": "R-1", "item": "new", "model": "Like item", "like_item": "race"}, {"rule": "my (old) rule", "item": "tour", "model": "Like item", "like_item": "race"})
    models = ["Like item (rule R-1)", "Like item x 0.3 (rule my (old) rule)", "ETS (rule R-1)", "ensemble"]
    accuracy = pd.DataFrame({"item": ["new", "tour", "new", "race"], "location": ["DE", "DE", "FR", "FR"], "model": models})
    assert followed_items(lines, accuracy).to_numpy().tolist() == [["new", "DE", "race"], ["tour", "DE", "race"]]
    assert followed_items(lines.iloc[:0], accuracy.iloc[2:]).empty


def test_a_like_item_is_followed_exactly_whatever_reconciliation_did_to_it():
    result = company_with({"item": "new", "location": "DE", "model": "Like item", "like_item": "race", "value": 0.3})
    assert forecast_of(result, "new", "DE") == pytest.approx(0.3 * forecast_of(result, "race", "DE"), abs=1e-5)
    new, race = range_of(result, "new"), range_of(result, "race")
    assert new["baseline_low"].to_numpy() == pytest.approx(0.3 * race["baseline_low"].to_numpy(), abs=1e-5)
    assert new["baseline_high"].to_numpy() == pytest.approx(0.3 * race["baseline_high"].to_numpy(), abs=1e-5)
    assert row_of(result, "new")["model"] == "Like item x 0.3 (rule R-1)"


def test_a_like_item_of_a_like_item_of_a_number():
    result = company_with(
        {"item": "new", "model": "Like item", "like_item": "race", "value": 0.5}, {"item": "race", "model": "Manual", "value": 40.0},
    )  # fmt: skip
    assert (forecast_of(result, "new", "DE") == 20.0).all()


def test_an_heir_goes_on_where_the_item_that_it_is_like_ends():
    history, _ = company_history()
    lines = rules({"item": "new", "model": "Like item", "like_item": "race"})
    result = baseline_forecast(history, TIMELINE, items(race="2025-03-31"), LOCATIONS, rules=lines)
    race, new = forecast_of(result, "race", "DE"), forecast_of(result, "new", "DE")
    assert (race[3:] == 0).all() and (new[3:] > 0).all()
    assert new[:3] == pytest.approx(race[:3])
    bounds = range_of(result, "new")
    assert (bounds["baseline_low"] < bounds["baseline"])[3:].all() and (bounds["baseline"] < bounds["baseline_high"])[3:].all()


def test_what_is_stated_ends_with_the_item():
    history, _ = company_history()
    result = baseline_forecast(history, TIMELINE, items(race="2025-03-31"), LOCATIONS, rules=rules({"item": "race", "model": "Manual", "value": 9.0}))
    assert forecast_of(result, "race", "DE").tolist() == [9.0] * 3 + [0.0] * 9
    assert "zero after its end 2025-03-31" in row_of(result, "race")["note"]


def test_manual_has_the_range_that_is_usual_in_its_class():
    result = company_with({"item": "race", "model": "Manual", "value": 1000.0})
    bounds, usual = range_of(result, "race"), range_of(company_baseline(), "race")
    assert (bounds["baseline_low"] < 1000).all() and (bounds["baseline_high"] > 1000).all()
    width = ((bounds["baseline_high"] - bounds["baseline_low"]) / 1000).mean()
    assert width == pytest.approx(((usual["baseline_high"] - usual["baseline_low"]) / usual["baseline"]).mean(), rel=0.5)


def test_totals_hold_what_was_stated_and_so_do_their_ranges():
    result, before = company_with({"item": "race", "model": "Manual", "value": 1000.0}), company_baseline()
    total = result.forecast.groupby("period")["baseline"].sum().to_numpy()
    assert total == pytest.approx(before.forecast.groupby("period")["baseline"].sum().to_numpy() - forecast_of(before, "race", "DE") + 1000, abs=1e-4)
    whole = result.ranges.query("family == 'All' and region == 'All'")
    assert (whole["demand_low"].to_numpy() < total).all() and (total < whole["demand_high"].to_numpy()).all()


def test_accuracy_by_level_is_that_of_statistics_not_of_todays_statements():
    pd.testing.assert_frame_equal(company_with({"item": "race", "model": "Zero"}).levels, company_baseline().levels)


def test_a_dead_item_stays_zero_under_a_wide_rule_and_wakes_under_its_own():
    wide = company_with({"family": "Bikes", "model": "Croston-SBA"})
    assert (forecast_of(wide, "old", "FR") == 0).all()
    assert row_of(wide, "old")["model"] == "Zero: no demand since 2023-08"
    assert "Croston-SBA waits for demand: a rule that names the item forecasts it without" in row_of(wide, "old")["note"]
    named = company_with({"item": "old", "model": "Croston-SBA"}, reconcile="bottom_up")
    assert (forecast_of(named, "old", "FR") > 10).all()
    assert row_of(named, "old")["model"] == "Croston-SBA (rule R-1)"


def test_a_dead_item_takes_a_number():
    result = company_with({"item": "old", "model": "Manual", "value": 5.0})
    assert (forecast_of(result, "old", "FR") == 5.0).all()
    bounds = range_of(result, "old")
    assert (bounds["baseline_low"] < 5).all() and (bounds["baseline_high"] > 5).all()


def test_an_item_without_history_is_like_another_from_the_first_run_on():
    table = pd.concat([items(), items().iloc[[1]].assign(item="next")], ignore_index=True)
    history, notes = company_history()
    result = baseline_forecast(history, TIMELINE, table, LOCATIONS, notes=notes, rules=rules({"item": "next", "model": "Like item", "like_item": "tour", "value": 0.5}))
    for location in ("FR", "US"):
        assert forecast_of(result, "next", location) == pytest.approx(0.5 * forecast_of(result, "tour", location), abs=1e-5)
    row = row_of(result, "next")
    assert (row["model"], row["demand_class"], row["test_periods"]) == ("Like item x 0.5 (rule R-1)", "none", 0)
    assert (forecast_of(result, "race", "DE") == forecast_of(company_baseline(), "race", "DE")).all()


def test_a_company_of_numbers_alone():
    history, _ = calendarise(frame_of({("old", "FR"): demand(80, 0, 12, 1)}, TIMELINE.periods), TIMELINE)
    result = baseline_forecast(history, TIMELINE, items(), LOCATIONS, rules=rules({"model": "Manual", "value": 7.0}))
    assert (result.forecast["baseline"] == 7.0).all()
    assert (result.ranges["demand_low"] <= 7.0).all() and (result.ranges["demand_high"] >= 7.0).all()


@pytest.mark.parametrize("model", ["ETS", "Theta", "MSTL", "Seasonal naive", "Moving average", "Manual"])
def test_weeks_take_rules_too(model):
    calendar = Calendar(CalendarKind.WEEKS)
    first = calendar.start_of(pd.Timestamp("2021-06-15"))
    timeline = Timeline(calendar, first, calendar.shift(first, 156), 8)
    truth = 100 * np.exp(0.4 * np.sin(2 * np.pi * np.arange(164) / 52))
    history, _ = calendarise(frame_of({("tour", "FR"): dict(enumerate(truth[:156]))}, timeline.periods), timeline)
    result = baseline_forecast(history, timeline, items(), LOCATIONS, rules=rules({"model": model, "value": 100.0 if model == "Manual" else np.nan}))
    assert row_of(result, "tour")["model"] == f"{model} (rule R-1)"
    assert result.backtest["horizon"].tolist() == [13, 26, 52]
    if model in ("ETS", "Theta", "MSTL", "Seasonal naive"):
        assert wmape(truth[156:], result.forecast["baseline"].to_numpy()) < 0.15


@pytest.mark.parametrize("length", [1, 2, 5, 9, 20])
def test_young_companies_take_rules_too(length):
    timeline = Timeline(Calendar(), pd.Timestamp("2024-01-01"), Calendar().shift(pd.Timestamp("2024-01-01"), length), 6)
    series = {("tour", "FR"): demand(100, 0, length, 1), ("cap", "DE"): demand(10, 0, length, 2)}
    history, _ = calendarise(frame_of(series, timeline.periods), timeline)
    result = baseline_forecast(history, timeline, items(), LOCATIONS, rules=rules({"item": "tour", "model": "ETS"}, {"item": "cap", "model": "Like item", "like_item": "tour"}))
    check_frame(result.accuracy, FORECAST_ACCURACY)
    assert (result.forecast["baseline"] > 0).any()
    assert row_of(result, "cap")["note"].startswith("like item tour has no history at DE: automatic")


def test_it_is_judged_by_what_was_and_learns_from_what_was_cleansed():
    series = company()
    series[("race", "DE")][30] = 0.0  # sold out in July, corrected before anything is learned
    raw, _ = calendarise(frame_of(series, TIMELINE.periods), TIMELINE)
    cleansed, notes = company_history()
    result = baseline_forecast(cleansed, TIMELINE, items(), LOCATIONS, notes=notes, actuals=raw.sample(frac=1, random_state=1))
    made, before = result.forecast["baseline"].to_numpy(), company_baseline().forecast["baseline"].to_numpy()
    assert made == pytest.approx(before, rel=0.05)  # what misses more is trusted a little less in reconciliation
    assert row_of(result, "race")["wmape"] > row_of(company_baseline(), "race")["wmape"] + 0.05
    assert row_of(result, "city")["wmape"] == row_of(company_baseline(), "city")["wmape"]
    assert result.levels["bias"].iloc[0] > company_baseline().levels["bias"].iloc[0]


def key(**options: object) -> str:
    return recipe_key(company_history()[0], TIMELINE.labels, items(), LOCATIONS, **options)  # type: ignore[arg-type]


def test_the_cache_key_knows_rules_drivers_and_actuals():
    one, two = {"item": "race", "model": "ETS"}, {"item": "race", "model": "Theta"}
    price = pd.DataFrame({"driver": ["Price"], "item": "", "family": "", "location": "", "period": TIMELINE.history[:1], "driver_value": 9.0})
    asked = rules({"model": "automatic", "drivers": "Price"})
    keys = [
        key(), key(rules=rules(one)), key(rules=rules(two)), key(rules=rules(one, two)), key(rules=rules(two, one)), key(actuals=company_history()[0]),
        key(rules=asked), key(rules=asked, drivers=price), key(rules=asked, drivers=price.assign(driver_value=10.0)),
    ]  # fmt: skip
    assert len(set(keys)) == len(keys)
    assert key(rules=rules()) == key() == key(drivers=price)  # what nobody uses does not count
    swapped = rules(one, two).assign(rule=["R-2", "R-1"])
    assert key(rules=swapped) != key(rules=swapped.iloc[::-1].reset_index(drop=True))

