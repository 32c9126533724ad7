"""Drivers of what people state: each writes what a person would write, and leaves everything else as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import items, locations, month, months, table

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.demand import consensus_demand
from sop_xl.plan.grid import Grid, series_of
from sop_xl.plan.price_changes import price_factors
from sop_xl.plan.scenario_inputs import INPUT_DRIVERS, Stated, changed_budget, parted, state_drivers

TIMELINE = months("2026-01", 6)
ITEMS = items("bike", "helmet", family="Sport")
PLACES = locations(N="", S="")
RATES = table(
    frames.FX_RATES,
    {"currency": "USD", "rate_type": "plan", "period": month("2026-01"), "fx_rate": 1.2},
    {"currency": "GBP", "rate_type": "plan", "period": month("2026-01"), "fx_rate": 0.8},
    {"currency": "USD", "rate_type": "actual", "period": month("2025-12"), "fx_rate": 1.1},
)
LIFECYCLE = table(
    frames.LIFECYCLE,
    {"item": "bike", "stage": "launch", "period": month("2026-03"), "like_item": "helmet", "scale": 1.0},
    {"item": "helmet", "stage": "phase_out", "period": month("2026-03"), "successor": "bike", "scale": 1.0},
)
POLICIES = {"Service level": 0.95, "Holding cost": 0.2}


def stated(**given):
    standard = {
        "events": frames.empty_frame(frames.EVENTS), "lifecycle": LIFECYCLE, "overrides": frames.empty_frame(frames.OVERRIDES), "fx_rates": RATES,
        "items": ITEMS, "settings": POLICIES, "plan_currency": "EUR",
    }  # fmt: skip
    return Stated(TIMELINE, **(standard | given))


def driver(name, value=np.nan, action="percent", start=None, end=None, scenario="What if", **scope):
    dates = {"first_period": month(start) if start else pd.NaT, "last_period": month(end) if end else pd.NaT}
    return {"scenario": scenario, "driver": name, "action": action, "value": value} | dates | scope


def with_rows(*rows, before=None):
    return state_drivers(before or stated(), table(frames.SCENARIO_DRIVERS, *rows))


def refused(*rows, before=None):
    """The rule of the one note that a row leaves when it changes nothing."""
    before = before or stated()
    after, notes = with_rows(*rows, before=before)
    for name in ("events", "lifecycle", "overrides", "fx_rates", "settings"):
        assert getattr(after, name) is getattr(before, name), name
    assert len(notes) == 1
    assert notes[0].frame == "scenario_drivers"
    return notes[0].rule


def consensus(after, baseline=100.0):
    rows = [{"item": i, "location": p, "baseline": baseline} | {"period": t} for i in ("bike", "helmet") for p in ("N", "S") for t in TIMELINE.plan]
    nothing = frames.empty_frame
    demand = consensus_demand(
        table(frames.BASELINE_FORECAST, *rows), after.events, nothing(frames.LIFECYCLE), nothing(frames.SALES_INPUT), after.overrides, ITEMS, PLACES, TIMELINE, 0.5
    ).demand
    return demand.pivot_table(index=["item", "location"], columns="period", values="consensus")


class TestDemand:
    def test_ten_percent_more_in_one_place_is_ten_percent_more_there_and_nowhere_else(self):
        after, _ = with_rows(driver("demand", 0.1, location="N"))
        demand = consensus(after)
        assert demand.loc[("bike", "N")].tolist() == pytest.approx([110.0] * 6)
        assert demand.loc[("bike", "S")].tolist() == [100.0] * 6

    def test_pinned_overrides_of_people_do_not_hold_against_a_scenario(self):
        pinned = table(
            frames.OVERRIDES,
            {"override": "O1", "item": "bike", "location": "N", "first_period": month("2026-01"), "last_period": month("2026-06"), "action": "set", "value": 50.0, "pinned": "yes"},
        )
        after, _ = with_rows(driver("demand", 0.1), before=stated(overrides=pinned))
        assert consensus(after).loc[("bike", "N")].tolist() == pytest.approx([55.0] * 6)

    def test_an_untouched_cell_follows_the_base_also_when_the_base_changes(self):
        after, _ = with_rows(driver("demand", 0.1, start="2026-02", end="2026-03"))
        for baseline in (100.0, 130.0):
            moved = consensus(after, baseline).loc[("bike", "N")]
            assert moved.tolist() == pytest.approx([baseline, 1.1 * baseline, 1.1 * baseline, baseline, baseline, baseline])


class TestPriceAndPromotion:
    def test_a_price_change_moves_the_price_and_not_the_demand(self):
        after, _ = with_rows(driver("price", 0.05, item="bike"))
        grid = Grid(series_of([pd.DataFrame({"item": ["bike", "helmet"], "location": "N"})], ITEMS, PLACES), TIMELINE.plan)
        assert price_factors(grid, after.events)[:, 0].tolist() == pytest.approx([1.05, 1.0])
        assert (consensus(after).to_numpy() == 100.0).all()

    def test_a_price_that_is_set_has_no_input_of_its_own(self):
        of_inputs, of_network, _ = parted(table(frames.SCENARIO_DRIVERS, driver("price", 20.0, "set"), driver("price", 0.1, item="bike")))
        assert of_inputs["action"].tolist() == ["percent"]
        assert of_network["action"].tolist() == ["set"]

    def test_a_promotion_lifts_its_scope_within_its_span(self):
        after, _ = with_rows(driver("promotion", 0.3, start="2026-02", end="2026-03", item="helmet"))
        demand = consensus(after)
        assert demand.loc[("helmet", "S")].tolist() == pytest.approx([100, 130, 130, 100, 100, 100])
        assert demand.loc[("bike", "S")].tolist() == [100.0] * 6

    def test_units_of_a_promotion_are_those_of_the_whole_scope(self):
        after, _ = with_rows(driver("promotion", 40.0, "add", start="2026-02", end="2026-02", item="helmet"))
        assert consensus(after).loc["helmet"][month("2026-02")].sum() == pytest.approx(240.0)

    def test_a_promotion_cannot_be_set(self):
        assert refused(driver("promotion", 40.0, "set")) == "scenario-action-not-known"


class TestLaunchDate:
    def test_a_launch_slips_and_what_it_succeeds_is_sold_so_much_longer(self):
        after, _ = with_rows(driver("launch date", 2.0, "add", item="bike"))
        assert after.lifecycle["period"].tolist() == [month("2026-05")] * 2
        assert LIFECYCLE["period"].tolist() == [month("2026-03")] * 2

    def test_earlier_is_below_zero_and_never_before_now(self):
        after, _ = with_rows(driver("launch date", -5.0, item="bike"))
        assert after.lifecycle["period"].tolist() == [TIMELINE.current] * 2

    @pytest.mark.parametrize(
        ("row", "rule"),
        [
            (driver("launch date", 1.5, "add"), "scenario-value-out-of-range"),
            (driver("launch date", 2.0, "add", item="helmet"), "scenario-scope-empty"),
            (driver("launch date", 2.0, "set"), "scenario-action-not-known"),
            (driver("launch date", 2.0, "add", supplier="X"), "scenario-scope-not-used"),
        ],
    )
    def test_what_cannot_slip_is_said(self, row, rule):
        assert refused(row) == rule


class TestRatesAndPolicies:
    def test_a_rate_changes_in_its_span_and_comes_back_afterwards(self):
        after, _ = with_rows(driver("FX", 0.1, start="2026-02", end="2026-03", currency="USD"))
        plan = after.fx_rates[(after.fx_rates["currency"] == "USD") & (after.fx_rates["rate_type"] == "plan")]
        assert plan["fx_rate"].tolist() == pytest.approx([1.2, 1.32, 1.32, 1.2, 1.2, 1.2])
        other = after.fx_rates[after.fx_rates["currency"] == "GBP"]
        assert other["fx_rate"].tolist() == [0.8]
        assert after.fx_rates.loc[after.fx_rates["rate_type"] == "actual", "fx_rate"].tolist() == [1.1]

    def test_without_a_currency_every_other_one_changes(self):
        after, _ = with_rows(driver("FX", -0.5))
        january = after.fx_rates[(after.fx_rates["rate_type"] == "plan") & (after.fx_rates["period"] == month("2026-01"))]
        assert january["fx_rate"].tolist() == pytest.approx([0.4, 0.6])

    def test_a_policy_is_a_number_of_settings_by_its_name(self):
        after, _ = with_rows(driver("policy", 0.99, "set", setting="service level"))
        assert after.settings == {"Service level": 0.99, "Holding cost": 0.2}

    @pytest.mark.parametrize(
        ("row", "rule"),
        [
            (driver("FX", 0.1, currency="CHF"), "scenario-scope-empty"),
            (driver("FX", -1.0, currency="USD"), "scenario-value-out-of-range"),
            (driver("policy", 0.99, "set", setting="Horizon"), "scenario-setting-unknown"),
            (driver("policy", 0.99, "set"), "scenario-setting-unknown"),
            (driver("policy", 0.99, "set", start="2026-02", setting="Service level"), "scenario-scope-not-used"),
        ],
    )
    def test_what_is_not_known_is_said(self, row, rule):
        assert refused(row) == rule


class TestBudget:
    BUDGET = table(
        frames.BUDGET,
        {"family": "Sport", "region": "North", "period": month("2026-01"), "revenue": 100.0},
        {"family": "Sport", "region": "South", "period": month("2026-01"), "revenue": 300.0},
        {"family": "Sport", "region": "North", "period": month("2026-02"), "revenue": 50.0},
    )

    def changed(self, row):
        budget, notes = changed_budget(self.BUDGET, table(frames.SCENARIO_DRIVERS, row), ITEMS, TIMELINE)
        return budget["revenue"].tolist(), notes

    @pytest.mark.parametrize(
        ("row", "revenue"),
        [
            (driver("budget", 0.1), [110.0, 330.0, 55.0]),
            (driver("budget", 40.0, "add", end="2026-01"), [110.0, 330.0, 50.0]),
            (driver("budget", 200.0, "set", end="2026-01"), [50.0, 150.0, 50.0]),
            (driver("budget", -0.5, region="South"), [100.0, 150.0, 50.0]),
        ],
    )
    def test_an_amount_is_that_of_the_whole_scope_per_period(self, row, revenue):
        assert self.changed(row) == (pytest.approx(revenue), [])

    def test_a_scope_without_budget_is_said(self):
        revenue, notes = self.changed(driver("budget", 0.1, family="Tools"))
        assert revenue == [100.0, 300.0, 50.0]
        assert [note.rule for note in notes] == ["scenario-scope-empty"]


ANY_ROW = st.builds(
    driver, st.sampled_from(tuple(INPUT_DRIVERS)), st.sampled_from([np.nan, -1.0, -0.3, 0.0, 0.4, 1.0, 20.0]), st.sampled_from(["percent", "add", "set"]),
    st.sampled_from([None, "2026-01", "2026-03"]), st.sampled_from([None, "2026-02", "2026-05"]),
    item=st.sampled_from(["", "bike"]), currency=st.sampled_from(["", "USD"]), setting=st.sampled_from(["", "Service level"]),
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(ANY_ROW, max_size=4, unique_by=lambda row: (row["driver"], row["item"], row["currency"], row["setting"], row["first_period"])))
def test_any_drivers_leave_sound_inputs_and_those_of_people_as_they_were(rows):
    before = stated()
    after, notes = with_rows(*rows, before=before)
    for frame, spec in ((after.events, frames.EVENTS), (after.lifecycle, frames.LIFECYCLE), (after.overrides, frames.OVERRIDES), (after.fx_rates, frames.FX_RATES)):
        frames.check_frame(frame, spec)
    assert (after.fx_rates["fx_rate"] > 0).all()
    assert before.fx_rates.equals(RATES)
    assert before.lifecycle.equals(LIFECYCLE)
    assert len(notes) <= len(rows)
    assert with_rows(before=before)[0].events is before.events


class TestALaunchDateInThePlan:
    """Promoted in January: the bike of March is launched in May, whichever cycle looks at it."""

    SLIP = driver("launch date", 2.0, "add", item="bike")

    def launched(self, current, row=SLIP, since="2026-01", lifecycle=LIFECYCLE):
        rolled = Timeline(TIMELINE.calendar, TIMELINE.first, month(current), TIMELINE.horizon)
        before = replace(stated(lifecycle=lifecycle), timeline=rolled, since={"What if": month(since)} if since else {})
        after, notes = with_rows(row, before=before)
        assert after.timeline == rolled
        return after.lifecycle.set_index("stage")["period"].dt.strftime("%Y-%m").to_dict(), [note.rule for note in notes]

    @pytest.mark.parametrize("current", ["2026-01", "2026-03", "2026-04", "2026-05", "2026-06"])
    def test_it_stays_slipped_however_far_the_plan_has_rolled(self, current):
        assert self.launched(current) == ({"launch": "2026-05", "phase_out": "2026-05"}, [])

    def test_its_own_span_may_be_over(self):
        assert self.launched("2026-04", driver("launch date", 2.0, "add", start="2026-02", end="2026-03", item="bike"))[0]["launch"] == "2026-05"

    def test_what_was_on_sale_when_it_entered_the_plan_does_not_move(self):
        assert self.launched("2026-05", since="2026-04") == ({"launch": "2026-03", "phase_out": "2026-03"}, ["scenario-scope-empty"])

    def test_one_that_is_only_tried_speaks_of_launches_to_come(self):
        assert self.launched("2026-04", since="")[1] == ["scenario-scope-empty"]
