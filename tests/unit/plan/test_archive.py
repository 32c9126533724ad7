"""What a cycle leaves behind: every step of its forecast, so that it can be judged when the actuals are there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import MONTHS, month, months, table

from sop_xl import frames
from sop_xl.plan.archive import (
    ARCHIVED,
    LAG_COLUMNS,
    archive_cycle,
    contributor_pairs,
    cycle_forecast,
    source_parts,
    source_text,
)

JANUARY = months("2026-01", 8)


def consensus(**steps):
    """Consensus of one series: units of each step in the first planned months."""
    rows = []
    for k, period in enumerate(JANUARY.plan):
        cells = {name: float(units[k]) if k < len(units) else 0.0 for name, units in steps.items()}
        rows.append({"item": "P1", "location": "Oslo", "period": period, **cells, "consensus": sum(cells.values())})
    return table(frames.CONSENSUS_DEMAND, *({"baseline": 0.0, "events": 0.0, "life_cycle": 0.0, "sales_input": 0.0, "overrides": 0.0} | r for r in rows))


def effect(stage, source, period, units, **who):
    row = {"stage": stage, "source": source, "item": "P1", "location": "Oslo", "period": month(period), "effect": units}
    return row | who


def lags(archive, stage, source=""):
    row = archive[(archive["stage"] == stage) & (archive["source"] == source)]
    assert len(row) == 1, archive[["stage", "source"]]
    return row[list(LAG_COLUMNS)].iloc[0].tolist()


NO_EFFECTS = frames.empty_frame(frames.DEMAND_EFFECTS)


def test_the_first_planned_period_is_lag_1_and_six_lags_are_kept():
    archive = cycle_forecast(consensus(baseline=[10, 11, 12, 13, 14, 15, 16, 17]), NO_EFFECTS, JANUARY)
    assert archive["cycle"].tolist() == [month("2026-01")]
    assert lags(archive, "baseline") == [10, 11, 12, 13, 14, 15]
    frames.check_frame(archive, frames.FORECAST_ARCHIVE)


def test_overrides_are_archived_by_person_and_reason():
    effects = table(
        frames.DEMAND_EFFECTS,
        effect("overrides", "O-1", "2026-01", 5.0, owner="Ada", reason_code="tender"),
        effect("overrides", "O-2", "2026-01", 2.0, owner="Ada", reason_code="tender"),
        effect("overrides", "O-3", "2026-02", -4.0, owner="Bo", reason_code="delisting"),
    )
    archive = cycle_forecast(consensus(baseline=[10] * 8, overrides=[7, -4]), effects, JANUARY)
    assert lags(archive, "overrides", "Ada | tender") == [7, 0, 0, 0, 0, 0]
    assert lags(archive, "overrides", "Bo | delisting") == [0, -4, 0, 0, 0, 0]


def test_a_step_that_nobody_stands_for_is_archived_without_a_source():
    effects = table(frames.DEMAND_EFFECTS, effect("events", "E-1", "2026-01", 5.0, owner="Ada"))
    archive = cycle_forecast(consensus(baseline=[10] * 8, events=[8.0, 1.0]), effects, JANUARY)
    assert lags(archive, "events", "Ada")[:2] == [5, 0]
    assert lags(archive, "events")[:2] == [3, 1]


def test_a_contributor_answers_for_what_his_number_moved():
    effects = table(frames.DEMAND_EFFECTS, effect("sales_input", "Cy", "2026-01", 3.0))
    archive = cycle_forecast(consensus(baseline=[10] * 8, sales_input=[3]), effects, JANUARY)
    assert lags(archive, "sales_input", "Cy")[0] == 3


def test_zero_forecasts_take_no_room_but_a_sales_number_of_zero_was_said():
    numbers = pd.DataFrame(
        {"contributor": ["Cy", "Cy"], "item": "P1", "location": "Oslo", "period": [month("2026-01"), month("2026-03")], "demand": [0.0, np.nan]}
    )
    archive = cycle_forecast(consensus(baseline=[0.0]), NO_EFFECTS, JANUARY, numbers)
    assert archive["stage"].tolist() == ["sales_number"]
    said = lags(archive, "sales_number", "Cy")
    assert said[0] == 0 and np.isnan(said[1:]).all()


def test_a_horizon_shorter_than_six_periods_leaves_the_later_lags_absent():
    short = months("2026-01", 2)
    rows = consensus(baseline=[10] * 8)
    archive = cycle_forecast(rows[rows["period"].isin(short.plan)], NO_EFFECTS, short)
    assert lags(archive, "baseline")[:2] == [10, 10] and np.isnan(lags(archive, "baseline")[2:]).all()


def test_numbers_keep_five_digits_and_whole_units():
    archive = cycle_forecast(consensus(baseline=[1 / 3, 1234567.4, 98765.43, 0.000123456]), NO_EFFECTS, JANUARY)
    assert lags(archive, "baseline")[:4] == [0.33333, 1234567.0, 98765.0, 0.00012346]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-1e4, 1e4), min_size=20, max_size=20))
def test_baseline_and_steps_add_up_to_the_consensus_whatever_the_effects_explain(numbers):
    units = np.round(numbers, 2)
    steps = {name: units[4 * k : 4 * k + 4] for k, name in enumerate(("baseline", "events", "life_cycle", "sales_input", "overrides"))}
    effects = table(frames.DEMAND_EFFECTS, effect("events", "E-1", "2026-01", float(units[19]) or 1.0, owner="Ada"))
    rows = consensus(**steps)
    archive = cycle_forecast(rows, effects, JANUARY)
    total = archive[list(LAG_COLUMNS)].sum().to_numpy()
    assert total[:4] == pytest.approx(rows["consensus"].to_numpy()[:4], abs=0.6)  # each row is rounded to its own five digits
    assert set(archive["stage"]) <= set(ARCHIVED)


@given(st.text("abcÄ| ", max_size=12), st.text("abcÄ| ", max_size=12))
def test_owner_and_reason_go_into_one_text_and_come_out_again(owner, reason):
    who, why = source_parts(source_text(owner, reason))
    assert (who, why) == tuple(" ".join(text.replace("|", "/").split()) for text in (owner, reason))
    assert source_text(who, why) == source_text(owner, reason)


# cycles


def cycle(label, units):
    return table(frames.FORECAST_ARCHIVE, {"cycle": month(label), "item": "P1", "location": "Oslo", "stage": "baseline"} | dict.fromkeys(LAG_COLUMNS, units))


def joined(*parts):
    return pd.concat(parts, ignore_index=True)


def held(archive):
    return {MONTHS.label(c): u for c, u in zip(archive["cycle"], archive["lag_1"], strict=True)}


def test_a_later_run_of_the_same_cycle_takes_the_place_of_the_earlier_one():
    archive, notes = archive_cycle(joined(cycle("2025-12", 1.0), cycle("2026-01", 2.0)), cycle("2026-01", 3.0), JANUARY, 12)
    assert held(archive) == {"2025-12": 1.0, "2026-01": 3.0}
    assert notes.empty


def test_an_archived_month_that_others_follow_is_never_rewritten():
    before = joined(cycle("2026-01", 2.0), cycle("2026-02", 4.0))
    archive, notes = archive_cycle(before, cycle("2026-01", 3.0), JANUARY, 12)
    assert held(archive) == {"2026-01": 2.0, "2026-02": 4.0}
    assert notes["note"].tolist() == ["2026-01 is archived already and later cycles follow it: its archive stays as it was"]


def test_planning_an_earlier_month_that_was_never_archived_adds_it_before_the_later_ones():
    archive, _ = archive_cycle(cycle("2026-05", 9.0), cycle("2026-01", 3.0), JANUARY, 12)
    assert held(archive) == {"2026-01": 3.0, "2026-05": 9.0}


def test_the_oldest_cycles_leave_a_full_archive_and_a_repeated_run_says_the_same():
    before = joined(cycle("2025-10", 1.0), cycle("2025-11", 2.0), cycle("2025-12", 3.0))
    archive, notes = archive_cycle(before, cycle("2026-01", 4.0), JANUARY, 2)
    assert held(archive) == {"2025-12": 3.0, "2026-01": 4.0}
    assert notes["rule"].tolist() == ["archive-full"]
    again, said = archive_cycle(archive, cycle("2026-01", 4.0), JANUARY, 2)
    pd.testing.assert_frame_equal(again, archive)
    pd.testing.assert_frame_equal(said, notes)


# what contributors said, beside what came


def test_a_sales_number_is_paired_with_the_forecast_before_it_and_with_the_actual_of_its_period():
    effects = table(
        frames.DEMAND_EFFECTS,
        effect("events", "E-1", "2026-02", 5.0, owner="Ada"),
        effect("sales_input", "Cy", "2026-02", 20.0),
        effect("overrides", "O-1", "2026-02", 7.0, owner="Bo"),
    )
    numbers = pd.DataFrame({"contributor": "Cy", "item": "P1", "location": "Oslo", "period": [month("2026-02"), month("2026-03")], "demand": [55.0, 60.0]})
    archive = cycle_forecast(consensus(baseline=[10, 30], events=[0, 5], sales_input=[0, 20], overrides=[0, 7]), effects, JANUARY, numbers)
    history = table(frames.DEMAND_HISTORY, {"item": "P1", "location": "Oslo", "2026-01": 9.0, "2026-02": 40.0})
    pairs = contributor_pairs(archive, history, MONTHS)
    assert pairs.to_dict("records") == [
        {"contributor": "Cy", "item": "P1", "location": "Oslo", "period": month("2026-02"), "lag": 2, "sales_number": 55.0, "forecast": 35.0, "actual": 40.0}
    ]


def test_without_a_sales_number_or_an_actual_there_are_no_pairs():
    empty = frames.empty_frame(frames.FORECAST_ARCHIVE)
    history = table(frames.DEMAND_HISTORY, {"item": "P1", "location": "Oslo", "2026-01": 9.0})
    assert contributor_pairs(empty, history, MONTHS).empty
    assert contributor_pairs(cycle("2026-01", 1.0), history, MONTHS).empty
