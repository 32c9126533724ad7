"""Consensus demand = baseline + events + life cycle + sales input + overrides, each step visible."""

from __future__ import annotations

import pandas as pd
import pytest
from plan_tables import baseline, items, locations, month, months, table, value

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.plan.demand import consensus_demand

STEPS = ["baseline", "events", "life_cycle", "sales_input", "overrides"]
TIMELINE = months("2026-01", 3)


def plan(start, *, timeline=TIMELINE, weight=0.5, of=None, places=None, **given):
    """Consensus and notes from a baseline and whatever else is given."""
    tables = {name: given.get(name, frames.empty_frame(spec)) for name, spec in (("events", frames.EVENTS), ("lifecycle", frames.LIFECYCLE), ("sales_input", frames.SALES_INPUT), ("overrides", frames.OVERRIDES))}
    listed = items("A", "B", "C") if of is None else of
    consensus, notes, *_ = consensus_demand(
        start, **tables, items=listed, locations=locations(North="", South="") if places is None else places, timeline=timeline, sales_weight=weight
    )
    frames.check_frame(consensus, frames.CONSENSUS_DEMAND)
    assert (consensus[STEPS].sum(axis=1) - consensus["consensus"]).abs().max() <= 1e-9 or consensus.empty
    return consensus, set(notes["rule"])


FLAT = baseline({"item": "A", "location": "North", "2026-01": 100, "2026-02": 100, "2026-03": 100}, {"item": "B", "location": "North", "2026-01": 300, "2026-02": 300, "2026-03": 300})


def at(consensus, item, period, column="consensus", location="North"):
    return value(consensus, column, item=item, location=location, period=period)


def test_nothing_added_leaves_the_baseline():
    consensus, rules = plan(FLAT)
    assert (consensus["consensus"] == consensus["baseline"]).all()
    assert (consensus[STEPS[1:]] == 0).all().all()
    assert rules == set()


def test_everything_may_be_empty():
    consensus, rules = plan(frames.empty_frame(frames.BASELINE_FORECAST))
    assert consensus.empty
    assert rules == set()


def test_an_absent_forecast_is_zero_and_said():
    consensus, rules = plan(baseline({"item": "A", "location": "North", "2026-01": 100}))
    assert at(consensus, "A", "2026-02") == 0
    assert rules == {"baseline-absent"}


def test_a_negative_baseline_is_a_bug_of_the_caller():
    with pytest.raises(FrameError, match="below 0"):
        plan(baseline({"item": "A", "location": "North", "2026-01": -1}))


def test_an_unlisted_item_is_refused():
    with pytest.raises(FrameError, match="'Z' is not listed"):
        plan(baseline({"item": "Z", "location": "North", "2026-01": 1}))


def test_without_locations_they_stand_for_themselves():
    consensus, _ = plan(FLAT, places=frames.empty_frame(frames.LOCATIONS))
    assert at(consensus, "A", "2026-01") == 100




class TestSalesInput:
    def test_half_the_gap_enters_at_a_weight_of_one_half(self):
        said = table(frames.SALES_INPUT, {"item": "A", "location": "North", "contributor": "Ann", "2026-01": 140})
        consensus, _ = plan(FLAT, sales_input=said)
        assert at(consensus, "A", "2026-01", "sales_input") == pytest.approx(20)
        assert at(consensus, "A", "2026-02", "sales_input") == 0

    def test_zero_is_planned_as_nothing_and_blank_is_not_given(self):
        said = table(frames.SALES_INPUT, {"item": "A", "location": "North", "2026-01": 0, "2026-02": None})
        consensus, _ = plan(FLAT, sales_input=said, weight=1.0)
        assert [at(consensus, "A", p) for p in ("2026-01", "2026-02")] == pytest.approx([0, 100])

    def test_a_family_number_is_spread_by_mix(self):
        said = table(frames.SALES_INPUT, {"family": "Paint", "2026-01": 800})
        consensus, _ = plan(FLAT, sales_input=said, weight=1.0)
        assert [at(consensus, i, "2026-01") for i in "AB"] == pytest.approx([200, 600])

    def test_several_contributors_are_averaged_and_it_is_said(self):
        said = table(frames.SALES_INPUT, *({"item": "A", "location": "North", "contributor": who, "2026-01": n} for who, n in (("Ann", 100), ("Bob", 160))))
        consensus, rules = plan(FLAT, sales_input=said, weight=1.0)
        assert at(consensus, "A", "2026-01") == pytest.approx(130)
        assert rules == {"sales-input-averaged"}

    def test_the_detailed_number_holds_and_the_rest_of_the_wider_one_goes_to_the_others(self):
        said = table(frames.SALES_INPUT, {"item": "A", "2026-01": 150}, {"family": "Paint", "location": "North", "2026-01": 500})
        consensus, rules = plan(FLAT, sales_input=said, weight=1.0)
        assert [at(consensus, i, "2026-01") for i in "AB"] == pytest.approx([150, 350])
        assert rules == set()

    def test_a_contradiction_between_levels_is_said(self):
        said = table(frames.SALES_INPUT, {"item": "A", "2026-01": 600}, {"family": "Paint", "2026-01": 500})
        consensus, rules = plan(FLAT, sales_input=said, weight=1.0)
        assert [at(consensus, i, "2026-01") for i in "AB"] == pytest.approx([600, 0])
        assert rules == {"sales-input-contradicts"}

    def test_a_number_for_what_is_not_planned_is_said(self):
        said = table(frames.SALES_INPUT, {"item": "C", "2026-01": 10})
        assert plan(FLAT, sales_input=said)[1] == {"sales-input-without-series"}

    def test_a_weight_beyond_one_is_refused(self):
        with pytest.raises(FrameError, match="fraction from 0 to 1"):
            plan(FLAT, weight=1.5)


def override(key, **columns):
    return {"override": key, "first_period": month("2026-01"), "action": "set", "reason": "r", "owner": "o"} | columns


class TestOverrides:
    def test_set_gives_the_scope_its_total_in_each_period(self):
        changes = table(frames.OVERRIDES, override("1", family="Paint", value=500, last_period=month("2026-02")))
        consensus, _ = plan(FLAT, overrides=changes)
        assert [at(consensus, i, "2026-02") for i in "AB"] == pytest.approx([125, 375])
        assert at(consensus, "A", "2026-03") == 100

    def test_add_and_percent(self):
        changes = table(frames.OVERRIDES, override("1", item="A", action="add", value=-30), override("2", item="B", action="percent", value=0.1))
        consensus, _ = plan(FLAT, overrides=changes)
        assert [at(consensus, i, "2026-01") for i in "AB"] == pytest.approx([70, 330])

    def test_where_nothing_was_planned_the_value_is_spread_equally(self):
        nothing = baseline({"item": "A", "location": "North", "2026-01": 0}, {"item": "B", "location": "North", "2026-01": 0})
        consensus, _ = plan(nothing, overrides=table(frames.OVERRIDES, override("1", value=50)))
        assert [at(consensus, i, "2026-01") for i in "AB"] == pytest.approx([25, 25])

    def test_the_later_entry_wins_and_no_date_is_the_earliest(self):
        changes = table(
            frames.OVERRIDES,
            override("a", item="A", value=10, entered=pd.Timestamp("2025-12-02")),
            override("b", item="A", value=20, entered=pd.Timestamp("2025-12-01")),
            override("c", item="A", value=30),
        )
        assert at(plan(FLAT, overrides=changes)[0], "A", "2026-01") == pytest.approx(10)

    def test_an_override_lasts_through_its_last_day(self):
        for expires, expected, rules in (("2026-01-01", 10, set()), ("2025-12-31", 100, {"override-expired"})):
            changes = table(frames.OVERRIDES, override("1", item="A", value=10, expires=pd.Timestamp(expires)))
            consensus, said = plan(FLAT, overrides=changes)
            assert at(consensus, "A", "2026-01") == pytest.approx(expected)
            assert said == rules

    def test_demand_never_falls_below_zero_and_it_is_said(self):
        consensus, rules = plan(FLAT, overrides=table(frames.OVERRIDES, override("1", item="A", action="add", value=-250)))
        assert at(consensus, "A", "2026-01") == 0
        assert at(consensus, "A", "2026-01", "overrides") == pytest.approx(-100)
        assert rules == {"override-below-zero"}

    def test_what_changes_nothing_is_said(self):
        changes = table(
            frames.OVERRIDES,
            override("no value", item="A"),
            override("not planned", item="C", value=5),
            override("too late", item="A", value=5, first_period=month("2027-01")),
        )
        consensus, rules = plan(FLAT, overrides=changes)
        assert (consensus["overrides"] == 0).all()
        assert rules == {"override-without-value", "override-without-demand", "override-outside-plan"}

    def test_a_region_means_its_locations(self):
        two = baseline({"item": "A", "location": "North", "2026-01": 100}, {"item": "A", "location": "South", "2026-01": 100})
        consensus, _ = plan(two, overrides=table(frames.OVERRIDES, override("1", region="South", action="percent", value=1.0)))
        assert [at(consensus, "A", "2026-01", location=place) for place in ("North", "South")] == pytest.approx([100, 200])


def test_the_steps_come_one_after_the_other():
    """100 + 20 % event = 120; successor of C adds 50 = 170; sales says 200, weight 1/2, adds 15 = 185; override adds 10 % = 203.5."""
    start = baseline({"item": "A", "location": "North", "2026-01": 100}, {"item": "C", "location": "North", "2026-01": 50})
    consensus, _ = plan(
        start,
        timeline=months("2026-01", 1),
        events=table(frames.EVENTS, {"event": "E", "item": "A", "first_period": month("2026-01"), "effect_kind": "percent", "effect": 0.2}),
        lifecycle=table(frames.LIFECYCLE, {"item": "C", "stage": "phase_out", "period": month("2026-01"), "successor": "A"}),
        sales_input=table(frames.SALES_INPUT, {"item": "A", "location": "North", "2026-01": 200}),
        overrides=table(frames.OVERRIDES, override("1", item="A", action="percent", value=0.1)),
    )
    row = consensus[consensus["item"] == "A"].iloc[0]
    assert row[[*STEPS, "consensus"]].tolist() == pytest.approx([100, 20, 50, 15, 18.5, 203.5])
