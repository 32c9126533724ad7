"""History cleansing, cause by cause: what is corrected to what, what is left alone, and what the log says. Arithmetic fits on a card."""

import numpy as np
import pandas as pd
import pytest
from cleansing_tables import cleanse, corrected, event, history, logged, marked, then, timeline
from plan_tables import month, table

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.periods import Calendar, CalendarKind, Timeline
from sop_xl.plan.cleansing import on_planned_days, stated_days, working_days

TWO_YEARS = [100.0] * 24
"""January 2024 to December 2025, a hundred a month."""


def with_(values, **months):
    """The same series with some months of 2025 replaced: `with_(TWO_YEARS, may=160)`."""
    names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    out = list(values)
    for name, value in months.items():
        out[len(values) - 12 + names.index(name)] = float(value)
    return out


# --- nothing to correct


def test_an_ordinary_history_is_left_as_it_is():
    dense = history({"A": TWO_YEARS})
    made = cleanse(dense)
    pd.testing.assert_frame_equal(made.history, dense)
    assert made.log.empty and made.notes.empty and made.series_notes.empty


def test_money_is_never_corrected():
    dense = history({"A": with_(TWO_YEARS, may=500)})
    made = cleanse(dense)
    assert len(made.log) == 1
    assert made.history["revenue"].tolist() == dense["revenue"].tolist()


def test_forecasts_are_judged_by_what_happened():
    dense = history({"A": with_(TWO_YEARS, may=500)})
    assert cleanse(dense).actuals["demand"].tolist() == dense["demand"].tolist()


def test_an_empty_history_stays_empty():
    dense = history({"A": TWO_YEARS})
    assert cleanse(dense.iloc[:1]).history["demand"].tolist() == [100.0]


# --- returns


def test_units_sent_back_are_added_to_demand_net_of_them():
    dense = history({"A": with_(TWO_YEARS, may=97)}, returns={"A": {"2025-05": 3.0}})
    made = cleanse(dense)
    assert logged(made) == [("2025-05", 97.0, 100.0, "applied")]
    assert made.log["note"].tolist() == ["3 sent back, added to the 97 net of returns"]


def test_returns_above_sales_go_back_to_where_they_were_bought():
    made = cleanse(history({"A": [10, 10, 10, -4, 10, 10]}))
    assert corrected(made) == [10, 10, 6, 0, 10, 10]
    assert logged(made, "return") == [("2025-09", 10.0, 6.0, "applied"), ("2025-10", -4.0, 0.0, "applied")]
    assert made.log["note"].tolist() == ["4 of it came back in 2025-10", "returns exceed sales by 4, taken off 2025-09 where they were last sold"]


def test_a_month_too_small_for_the_return_is_not_where_it_was_bought():
    assert corrected(cleanse(history({"A": [10, 10, 3, -4, 10, 10]}))) == [10, 6, 3, 0, 10, 10]


def test_where_it_cannot_be_told_what_was_bought_only_the_return_itself_becomes_zero():
    made = cleanse(history({"A": [10, 10, 10, -40, 10, 10]}))
    assert corrected(made) == [10, 10, 10, 0, 10, 10]
    assert "no period before sold as much" in made.log["note"].iloc[0]


def test_what_was_bought_more_than_half_a_year_before_is_not_looked_for():
    assert corrected(cleanse(history({"A": [50, 1, 1, 1, 1, 1, 1, -20]}))) == [50, 1, 1, 1, 1, 1, 1, 0]


# --- stock-outs


def test_with_orders_known_the_orders_count_and_not_what_was_shipped():
    dense = history({"A": with_(TWO_YEARS, may=120)}, shipments={"A": {"2025-04": 100.0, "2025-05": 80.0}})
    made = cleanse(dense)
    assert logged(made) == [("2025-05", 80.0, 120.0, "applied")]
    assert made.log["note"].tolist() == ["ordered 120, shipped 80"]
    assert then(made, "2025-05") == 120


def test_dropping_it_learns_from_what_was_shipped():
    dense = history({"A": with_(TWO_YEARS, may=120)}, shipments={"A": {"2025-05": 80.0}})
    made = cleanse(dense, marks=marked(cleanse(dense).log, "Drop"))
    assert logged(made) == [("2025-05", 80.0, 120.0, "dropped")]
    assert then(made, "2025-05") == 80


def test_orders_shipped_some_days_late_are_no_stock_out():
    dense = history({"A": TWO_YEARS}, shipments={"A": {"2025-05": 96.0, "2025-06": 104.0}})
    assert cleanse(dense).log.empty


def test_nor_are_late_orders_of_a_period_said_to_have_had_stock():
    dense = history({"A": TWO_YEARS}, shipments={"A": {"2025-05": 60.0}}, stock_out={"A": {"2025-05": 0.0}})
    assert cleanse(dense).log.empty


@pytest.mark.parametrize(
    ("sold", "share", "then"),
    [
        (40, 0.5, 90),    # 40 sold in the half with stock, 0.5 x 100 expected in the other
        (0, 1.0, 100),    # no stock at all: what was expected
        (30, 1.0, 100),   # the flag is for the whole month, the sales say it was not: never above expected
        (80, 0.5, 100),   # 80 + 50 would be more than expected
    ],
)  # fmt: skip
def test_a_recorded_stock_out_adds_the_demand_of_the_time_without_stock(sold, share, then):
    made = cleanse(history({"A": with_(TWO_YEARS, may=sold)}, stock_out={"A": {"2025-05": share}}))
    assert logged(made) == [("2025-05", sold, then, "applied")]


def test_a_stock_out_never_lowers_demand():
    made = cleanse(history({"A": with_(TWO_YEARS, may=150)}, stock_out={"A": {"2025-05": 0.3}}))
    assert made.log.empty and then(made, "2025-05") == 150


def test_where_every_month_was_out_of_stock_there_is_nothing_to_learn_from():
    everywhere = {f"{p:%Y-%m}": 0.5 for p in timeline(24).history}
    assert cleanse(history({"A": TWO_YEARS}, stock_out={"A": everywhere})).log.empty


def test_expected_demand_knows_the_season():
    year = [100.0] * 11 + [300.0]
    made = cleanse(history({"A": with_(year * 4, dec=0)}, stock_out={"A": {"2025-12": 1.0}}))
    assert corrected(made)[-1] == pytest.approx(300, rel=0.05)


def test_after_the_items_end_there_is_no_stock_to_be_out_of():
    dense = history({"A": with_(TWO_YEARS, nov=0, dec=0)}, stock_out={"A": {"2025-11": 1.0, "2025-12": 1.0}})
    assert cleanse(dense, ends={"A": "2025-10-31"}).log.empty


# --- events


def test_a_promotion_is_lifted_out_and_measured():
    made = cleanse(history({"A": with_(TWO_YEARS, may=160)}), event("Spring", "2025-05"))
    assert logged(made) == [("2025-05", 160.0, 100.0, "applied")]
    assert made.log["cause"].tolist() == ["event"]
    assert made.log["note"].tolist() == ["Spring (promotion): 160 sold, 100 expected without it"]
    assert made.uplifts[["event", "raw", "expected", "uplift", "real"]].to_numpy().tolist() == [["Spring", 160.0, 100.0, 60.0, True]]


def test_the_dip_after_it_is_filled_where_the_event_pulls_demand_forward():
    dense = history({"A": with_(TWO_YEARS, may=160, jun=70)})
    spring = event("Spring", "2025-05", pull_forward=0.5, dip_periods=1.0)
    made = cleanse(dense, spring)
    assert logged(made, "event") == [("2025-05", 160.0, 100.0, "applied"), ("2025-06", 70.0, 100.0, "applied")]
    assert made.uplifts[["part", "uplift"]].to_numpy().tolist() == [["event", 60.0], ["dip", -30.0]]


def test_a_dip_is_filled_no_further_than_the_event_reaches():
    dense = history({"A": with_(TWO_YEARS, may=120, jun=20)})
    made = cleanse(dense, event("Spring", "2025-05", pull_forward=0.5, dip_periods=1.0))
    assert [then(made, "2025-05"), then(made, "2025-06")] == [100, 40]  # 20 more sold in May are 20 fewer in June; the other 60 have another reason


def test_without_a_pull_forward_the_month_after_is_left_alone():
    made = cleanse(history({"A": with_(TWO_YEARS, may=160, jun=70)}), event("Spring", "2025-05"))
    assert [then(made, "2025-05"), then(made, "2025-06")] == [pytest.approx(100, rel=0.01), 70]


def test_the_months_in_which_it_builds_up_belong_to_it():
    made = cleanse(history({"A": with_(TWO_YEARS, apr=130, may=160)}), event("Spring", "2025-05", lead_in=1.0))
    assert corrected(made)[15:17] == [100, 100]


def test_an_event_that_changed_nothing_is_measured_but_not_lifted_out():
    made = cleanse(history({"A": with_(TWO_YEARS, may=103)}), event("Spring", "2025-05"))
    assert made.log.empty
    assert made.uplifts["real"].tolist() == [False]


def test_nor_is_one_within_the_usual_noise():
    noisy = np.round(100 * np.exp(np.random.default_rng(5).normal(0, 0.3, 36))).tolist()
    assert cleanse(history({"A": with_(noisy, may=125)}), event("Spring", "2025-05")).log.empty


def test_a_promotion_at_launch_cannot_be_told_from_the_launch():
    dense = history({"A": [160.0, *[100.0] * 11], "B": TWO_YEARS})
    assert cleanse(dense, event("Launch", "2025-01", item="A")).log.empty


def test_an_event_without_any_sale_is_no_event():
    assert cleanse(history({"A": with_(TWO_YEARS, may=0)}), event("Spring", "2025-05")).log.empty


def test_only_its_scope_is_touched():
    dense = history({"A/Oslo": with_(TWO_YEARS, may=160), "A/Rome": with_(TWO_YEARS, may=160), "B/Oslo": with_(TWO_YEARS, may=160)})
    made = cleanse(dense, event("Spring", "2025-05", item="A", location="Oslo"))
    assert then(made, "2025-05", "A", "Oslo") == 100
    assert then(made, "2025-05", "A", "Rome") == then(made, "2025-05", "B", "Oslo") == 160


def test_two_events_in_one_month_share_what_they_brought():
    made = cleanse(history({"A": with_(TWO_YEARS, may=160)}), event("Fair", "2025-05"), event("Spring", "2025-05"))
    assert made.uplifts[["event", "uplift", "shared_by"]].to_numpy().tolist() == [["Fair", 30.0, 2.0], ["Spring", 30.0, 2.0]]
    assert logged(made) == [("2025-05", 160.0, 100.0, "applied")]
    assert made.log["note"].iloc[0].startswith("Fair (promotion): 160 sold, 100 expected without it, with 1 more at the time; Spring")


def test_series_that_sell_now_and_then_are_scaled_together():
    now_and_then = [0.0, 0.0, 30.0] * 8  # ten a month on average
    dense = history({"A/Oslo": with_(now_and_then, may=60), "A/Rome": with_(now_and_then, may=0)})
    made = cleanse(dense, event("Spring", "2025-05"))
    expected = float(made.uplifts["expected"].sum())
    assert then(made, "2025-05", "A", "Rome") == 0  # what did not sell stays unsold
    assert then(made, "2025-05", "A", "Oslo") == pytest.approx(expected)
    assert 10 < expected < 30


def test_a_planned_event_is_none_of_history():
    made = cleanse(history({"A": with_(TWO_YEARS, may=160)}), event("Next", "2026-02"))
    assert made.log.empty and made.uplifts.empty


# --- one-off orders


def test_one_month_five_times_too_high_is_brought_to_what_was_expected():
    made = cleanse(history({"A": with_(TWO_YEARS, may=500)}))
    assert logged(made) == [("2025-05", 500.0, 100.0, "applied")]
    assert made.log["note"].iloc[0] == "5 times the 100 expected from the periods around it and the season; no event explains it"


def test_less_than_twice_what_was_expected_is_ordinary():
    assert cleanse(history({"A": with_(TWO_YEARS, may=195)})).log.empty


def test_a_promotion_named_in_events_is_not_called_a_one_off():
    made = cleanse(history({"A": with_(TWO_YEARS, may=500)}), event("Spring", "2025-05"))
    assert made.log["cause"].tolist() == ["event"]


def test_it_is_not_called_one_either_when_the_planner_drops_the_event():
    dense, spring = history({"A": with_(TWO_YEARS, may=500)}), event("Spring", "2025-05")
    made = cleanse(dense, spring, marks=marked(cleanse(dense, spring).log, "Drop"))
    assert logged(made) == [("2025-05", 500.0, 100.0, "dropped")]
    assert then(made, "2025-05") == 500


def test_a_seasonal_peak_is_not_a_one_off():
    assert cleanse(history({"A": ([100.0] * 11 + [600.0]) * 3})).log.empty


def test_a_peak_of_two_christmases_is_a_season_as_well():
    assert cleanse(history({"A": ([100.0] * 11 + [600.0]) * 2})).log.empty


def test_two_high_months_in_a_row_may_be_a_new_level():
    assert "one-off order" not in set(cleanse(history({"A": with_(TWO_YEARS, may=500, jun=450)})).log["cause"])


def test_a_peak_in_the_last_month_is_only_proposed():
    dense = history({"A": with_(TWO_YEARS, dec=500)})
    made = cleanse(dense)
    assert logged(made) == [("2025-12", 500.0, 100.0, "proposed")]
    assert corrected(made)[-1] == 500
    assert corrected(cleanse(dense, marks=marked(made.log, "Keep")))[-1] == 100


def test_nor_can_a_peak_be_told_from_a_season_in_the_first_year():
    made = cleanse(history({"A": with_([100.0] * 14, may=500)}))
    assert logged(made) == [("2025-05", 500.0, 100.0, "proposed")]
    assert made.log["note"].iloc[0].endswith("no other year to tell it from a season: Keep brings it down")


def test_a_low_month_is_the_customers_own():
    made = cleanse(history({"A": with_(TWO_YEARS, may=10)}))
    assert made.log.empty and then(made, "2025-05") == 10


def test_lumpy_demand_keeps_its_lumps():
    lumpy = [0.0, 0.0, 40.0, 0.0, 0.0, 5.0, 0.0, 120.0, 0.0, 0.0, 12.0, 0.0] * 2
    lumpy[7] = 300.0
    assert cleanse(history({"A": lumpy})).log.empty


def test_but_a_zero_too_many_is_found_in_lumpy_demand_too():
    lumpy = [0.0, 0.0, 40.0, 0.0, 0.0, 5.0, 0.0, 20.0, 0.0, 0.0, 12.0, 0.0] * 2
    lumpy[7] = 2000.0
    (line,) = logged(cleanse(history({"A": lumpy})))
    assert line[:2] == ("2024-08", 2000.0)
    assert 0 < line[2] < 40


def test_wide_swings_are_a_series_own_nature():
    rng = np.random.default_rng(3)
    assert cleanse(history({"A": list(np.round(100 * np.exp(rng.normal(0, 0.5, 36))))})).log.empty


def test_too_short_a_history_has_no_one_offs():
    assert cleanse(history({"A": [100.0] * 8 + [900.0, 100.0]})).log.empty


# --- level shifts


def test_a_lost_customer_is_proposed_and_keep_puts_all_history_on_the_new_level():
    dense = history({"A": [100.0] * 12 + [50.0] * 12})
    made = cleanse(dense)
    assert logged(made) == [("2025-01", 100.0, 50.0, "proposed")]
    assert corrected(made) == [100.0] * 12 + [50.0] * 12
    kept = cleanse(dense, marks=marked(made.log, "Keep"))
    assert logged(kept) == [("2025-01", 100.0, 50.0, "applied")]
    assert corrected(kept) == pytest.approx([50.0] * 24)


def test_a_won_customer_likewise():
    made = cleanse(history({"A": [40.0] * 16 + [100.0] * 8}))
    assert logged(made) == [("2025-05", 40.0, 100.0, "proposed")]
    assert made.log["note"].iloc[0].startswith("level went from 40 to 100 a period in 2025-05 and stayed for 8;")


@pytest.mark.parametrize(
    "demand",
    [
        [*np.linspace(10, 120, 12), *[120.0] * 12],    # a new item finds its market
        list(np.linspace(50, 200, 36)),                # a trend
        [100.0] * 12 + [250.0] * 8 + [100.0] * 4,      # a good spell that is over
        [100.0] * 20 + [250.0] * 4,                    # too fresh to be called lasting
        ([60.0] * 6 + [140.0] * 6) * 3,                # half-yearly season
        [0.0, 0.0, 90.0] * 6 + [0.0, 0.0, 300.0] * 4,  # mostly zero: no level to speak of
        [100.0] * 12 + [130.0] * 12,                   # less than half as much again
    ],
    ids=["ramp", "trend", "spell", "fresh", "season", "lumpy", "small"],
)  # fmt: skip
def test_what_is_no_level_shift(demand):
    assert "level shift" not in set(cleanse(history({"A": [round(v) for v in demand]})).log["cause"])


# --- calendar


def test_demand_is_put_on_equal_working_days_and_the_plan_back_on_its_own():
    line = timeline(12)
    days = working_days(line, "Mon-Fri")
    assert days is not None
    assert days.loc["2025-01-01"] == 23 and days.loc["2025-02-01"] == 20  # no public holidays
    usual = days[: month("2025-12")].mean()
    assert usual == pytest.approx(261 / 12)
    made = cleanse(history({"A": [10 * float(d) for d in days[:12]]}), working_days=days)
    assert corrected(made) == pytest.approx([10 * usual] * 12)
    assert made.calendar_factors.loc["2026-01-01"] == pytest.approx(22 / usual)
    plan = table(frames.BASELINE_FORECAST, {"item": "A", "location": "L", "measure": "baseline", "2026-01": 10 * usual, "2026-02": 10 * usual})
    assert on_planned_days(plan, made.calendar_factors)["baseline"].tolist() == pytest.approx([220, 200])


def test_the_log_has_one_line_a_month_for_all_items():
    made = cleanse(history({"A": [100.0] * 12, "B": [5.0] * 12}), working_days=working_days(timeline(12), "Mon-Fri"))
    january = made.log[made.log["period"] == month("2025-01")]
    assert january[["item", "location", "cause", "raw", "corrected"]].to_numpy().tolist() == [["", "", "calendar", 23.0, 21.75]]
    assert january["note"].tolist() == ["23 working days, 21.75 usual: demand of all series times 0.946"]


def test_a_month_may_be_taken_out_of_it():
    dense, days = history({"A": [100.0] * 12}), working_days(timeline(12), "Mon-Fri")
    log = cleanse(dense, working_days=days).log
    made = cleanse(dense, marks=marked(log[log["period"] == month("2025-01")], "Drop"), working_days=days)
    assert corrected(made)[0] == 100
    assert corrected(made)[1] == pytest.approx(100 * 21.75 / 20)
    assert made.actuals["demand"].tolist() == corrected(made)


def test_a_445_year_has_months_of_four_and_five_weeks():
    calendar = Calendar(CalendarKind.FOUR_FOUR_FIVE)
    start = calendar.start_of(pd.Timestamp("2025-01-15"))
    days = working_days(Timeline(calendar, start, calendar.shift(start, 12), 3), "Mon-Sat")
    assert days is not None
    assert days.tolist()[:6] == [24, 24, 30, 24, 24, 30]


def test_a_company_may_state_its_own_days():
    days = working_days(timeline(12), "Mon-Fri")
    rows = {"driver": "Working days", "measure": "driver_value", "2025-01": 21.0, "2026-01": 20.0}
    elsewhere = {"driver": "Working days", "item": "A", "measure": "driver_value", "2025-02": 1.0}
    stated = stated_days(table(frames.DRIVERS, rows, elsewhere), days)
    assert stated is not None
    assert stated.loc[["2025-01-01", "2025-02-01", "2026-01-01"]].tolist() == [21, 20, 20]
    assert stated_days(table(frames.DRIVERS, rows), None) is None


def test_an_unknown_week_is_refused():
    with pytest.raises(FrameError, match="Mon-Fri"):
        working_days(timeline(12), "Sun-Thu")
    assert working_days(timeline(12), "off") is None
