"""Launches, what they take from others, phase-outs and successors: the step between events and sales input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import baseline, items, locations, month, months, table, value

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.plan.demand import consensus_demand
from sop_xl.plan.life_cycle import life_cycle_key

TIMELINE = months("2026-01", 3)
FLAT = baseline({"item": "A", "location": "North", "2026-01": 100, "2026-02": 100, "2026-03": 100}, {"item": "B", "location": "North", "2026-01": 300, "2026-02": 300, "2026-03": 300})


def effects_of(start, lifecycle, *, timeline=TIMELINE, events=None, of=None, followed=None):
    """Consensus, effects and rules of the notes; the effects are checked to sum to the step."""
    consensus, notes, effects, *_ = consensus_demand(
        start, frames.empty_frame(frames.EVENTS) if events is None else events, lifecycle, frames.empty_frame(frames.SALES_INPUT), frames.empty_frame(frames.OVERRIDES),
        items("A", "B", "C") if of is None else of, locations(North="", South=""), timeline, 0.5, followed=followed,
    )  # fmt: skip
    of_step = effects[effects["stage"] == "life_cycle"]
    parts = of_step.groupby(["item", "location", "period"])["effect"].sum()
    step = consensus.set_index(["item", "location", "period"])["life_cycle"]
    assert np.allclose(parts.reindex(step.index).fillna(0.0), step, atol=1e-9)
    assert set(of_step["source"]) <= {life_cycle_key(row) for row in lifecycle.itertuples()}
    return consensus, of_step, set(notes["rule"])


def plan(start, *, lifecycle, **more):
    consensus, _, rules = effects_of(start, lifecycle, **more)
    return consensus, rules


def at(consensus, item, period, column="consensus", location="North"):
    return value(consensus, column, item=item, location=location, period=period)


def launch(item="C", period="2026-01", **columns):
    return {"item": item, "stage": "launch", "period": month(period)} | columns


def phase_out(item, period, **columns):
    return {"item": item, "stage": "phase_out", "period": month(period)} | columns


def promotion(**columns):
    return table(frames.EVENTS, {"event": "E", "first_period": month("2026-01"), "effect_kind": "percent"} | columns)


class TestLaunchesAndPhaseOuts:
    def test_a_launch_copies_its_like_item_with_a_ramp(self):
        launch = table(frames.LIFECYCLE, {"item": "C", "stage": "launch", "period": month("2026-02"), "like_item": "B", "scale": 0.5, "ramp": 1})
        consensus, _ = plan(FLAT, lifecycle=launch)
        assert [at(consensus, "C", p) for p in ("2026-01", "2026-02", "2026-03")] == pytest.approx([0, 75, 150])
        assert at(consensus, "B", "2026-03") == 300

    def test_a_launch_without_a_like_item_scales_its_own_baseline(self):
        launch = table(frames.LIFECYCLE, {"item": "A", "stage": "launch", "period": month("2026-02"), "scale": 0.9})
        consensus, _ = plan(FLAT, lifecycle=launch)
        assert [at(consensus, "A", p) for p in ("2026-01", "2026-02")] == pytest.approx([100, 90])

    def test_a_launch_a_year_ago_gives_way_to_the_items_own_history(self):
        launch = table(frames.LIFECYCLE, {"item": "A", "stage": "launch", "period": month("2025-01"), "like_item": "B"})
        consensus, rules = plan(FLAT, lifecycle=launch)
        assert at(consensus, "A", "2026-01") == 100
        assert rules == {"launch-is-past"}

    def test_a_like_item_without_demand_is_said(self):
        launch = table(frames.LIFECYCLE, {"item": "C", "location": "South", "stage": "launch", "period": month("2026-02"), "like_item": "B"})
        assert "launch-without-pattern" in plan(FLAT, lifecycle=launch)[1]

    def test_a_phase_out_hands_its_demand_to_the_successor(self):
        out = table(frames.LIFECYCLE, {"item": "A", "stage": "phase_out", "period": month("2026-02"), "successor": "B", "scale": 0.8})
        consensus, _ = plan(FLAT, lifecycle=out)
        assert [at(consensus, "A", p) for p in ("2026-01", "2026-02", "2026-03")] == pytest.approx([100, 0, 0])
        assert [at(consensus, "B", p) for p in ("2026-01", "2026-02", "2026-03")] == pytest.approx([300, 380, 380])

    def test_a_chain_of_successors_passes_everything_on_in_whatever_order_it_is_written(self):
        """A goes to B in March, but B itself went to C in February: A's demand ends with C, none stays with B."""
        out = table(
            frames.LIFECYCLE,
            {"item": "A", "stage": "phase_out", "period": month("2026-03"), "successor": "B"},
            {"item": "B", "stage": "phase_out", "period": month("2026-02"), "successor": "C"},
        )
        consensus, _ = plan(FLAT, lifecycle=out)
        assert [at(consensus, "B", p) for p in ("2026-01", "2026-02", "2026-03")] == pytest.approx([300, 0, 0])
        assert [at(consensus, "C", p) for p in ("2026-01", "2026-02", "2026-03")] == pytest.approx([0, 300, 400])

    def test_a_successor_that_is_launched_alike_does_not_get_the_demand_twice(self):
        both = table(
            frames.LIFECYCLE,
            {"item": "C", "stage": "launch", "period": month("2026-02"), "like_item": "A"},
            {"item": "A", "stage": "phase_out", "period": month("2026-02"), "successor": "C"},
        )
        consensus, rules = plan(FLAT, lifecycle=both)
        assert [at(consensus, "C", p) for p in ("2026-01", "2026-02", "2026-03")] == pytest.approx([0, 100, 100])
        assert "successor-launched-alike" in rules

    def test_a_successor_that_is_forecast_alike_does_not_get_the_demand_twice(self):
        """B's forecast is A's, 100, by a rule; A ends in February and B takes over: B sells 100, not 200. In the South no rule holds."""
        alike = baseline(*({"item": i, "location": p, "2026-01": 100, "2026-02": 100, "2026-03": 100} for i in "AB" for p in ("North", "South")))
        rule = pd.DataFrame({"item": ["B"], "location": ["North"], "like_item": ["A"]})
        out = table(frames.LIFECYCLE, phase_out("A", "2026-02", successor="B"))
        consensus, rules = plan(alike, lifecycle=out, followed=rule)
        assert [at(consensus, "B", p) for p in ("2026-01", "2026-02", "2026-03")] == pytest.approx([100, 100, 100])
        assert [at(consensus, "B", p, location="South") for p in ("2026-01", "2026-02", "2026-03")] == pytest.approx([100, 200, 200])
        assert [at(consensus, "A", p) for p in ("2026-01", "2026-02", "2026-03")] == pytest.approx([100, 0, 0])
        assert rules == {"successor-forecast-alike"}

    def test_an_heir_forecast_like_a_third_item_takes_over(self):
        rule = pd.DataFrame({"item": ["B"], "location": ["North"], "like_item": ["C"]})
        consensus, rules = plan(FLAT, lifecycle=table(frames.LIFECYCLE, phase_out("A", "2026-02", successor="B")), followed=rule)
        assert at(consensus, "B", "2026-02") == pytest.approx(400)
        assert "successor-forecast-alike" not in rules

    def test_a_ring_of_successors_ends(self):
        ring = table(
            frames.LIFECYCLE,
            {"item": "A", "stage": "phase_out", "period": month("2026-02"), "successor": "B"},
            {"item": "B", "stage": "phase_out", "period": month("2026-03"), "successor": "A"},
        )
        consensus, _ = plan(FLAT, lifecycle=ring)
        assert consensus.groupby("period")["consensus"].sum().tolist() == pytest.approx([400, 400, 400])


class TestWhatARowIsAbout:
    def test_a_row_that_names_its_location_stands_before_one_that_does_not(self):
        two = baseline(*({"item": "A", "location": place, "2026-01": 100, "2026-02": 100, "2026-03": 100} for place in ("North", "South")))
        rows = table(frames.LIFECYCLE, phase_out("A", "2026-02"), phase_out("A", "2026-03", location="South"))
        consensus, _ = plan(two, lifecycle=rows)
        assert [at(consensus, "A", p) for p in ("2026-01", "2026-02", "2026-03")] == [100, 0, 0]
        assert [at(consensus, "A", p, location="South") for p in ("2026-01", "2026-02", "2026-03")] == [100, 100, 0]

    def test_the_items_own_events_stay_on_top_of_its_launch(self):
        deal = promotion(item="C", location="North", first_period=month("2026-02"), effect_kind="units", effect=20)
        consensus, _ = plan(FLAT, lifecycle=table(frames.LIFECYCLE, launch(like_item="A")), events=deal)
        assert [at(consensus, "C", p) for p in ("2026-01", "2026-02")] == [100, 120]

    def test_a_percentage_is_of_what_the_launch_brings(self):
        """C starts in February like B x 0.5 over a ramp of a period: 75, then 150; +50 % in all three months adds 0, 37.5 and 75 to it."""
        boost = promotion(item="C", last_period=month("2026-03"), effect=0.5)
        consensus, _ = plan(FLAT, lifecycle=table(frames.LIFECYCLE, launch(period="2026-02", like_item="B", scale=0.5, ramp=1)), events=boost)
        assert [at(consensus, "C", p, "events") for p in ("2026-01", "2026-02", "2026-03")] == pytest.approx([0, 37.5, 75])
        assert [at(consensus, "C", p, "life_cycle") for p in ("2026-01", "2026-02", "2026-03")] == pytest.approx([0, 75, 150])
        assert [at(consensus, "C", p) for p in ("2026-01", "2026-02", "2026-03")] == pytest.approx([0, 112.5, 225])

    def test_an_event_that_takes_demand_takes_it_from_the_launch(self):
        """A rival takes 20 % of C, which copies A's 100; the like item itself is left alone, and so is what the donor B loses, 40 % of 100."""
        rival = promotion(item="C", last_period=month("2026-03"), effect=-0.2)
        consensus, _ = plan(FLAT, lifecycle=table(frames.LIFECYCLE, launch(like_item="A", donor="B", cannibalisation=0.4)), events=rival)
        assert [at(consensus, i, "2026-02") for i in "ABC"] == pytest.approx([100, 260, 80])
        assert at(consensus, "C", "2026-02", "events") == pytest.approx(-20)

    def test_a_launch_without_a_like_item_has_events_on_what_is_left_of_its_own_baseline(self):
        consensus, _ = plan(FLAT, lifecycle=table(frames.LIFECYCLE, launch("A", "2026-02", scale=0.4)), events=promotion(item="A", last_period=month("2026-03"), effect=0.5))
        assert [at(consensus, "A", p) for p in ("2026-01", "2026-02")] == pytest.approx([150, 60])

    def test_a_percentage_on_an_heir_without_a_baseline_is_said_and_units_are_not(self):
        out = table(frames.LIFECYCLE, phase_out("A", "2026-02", successor="C"))
        consensus, rules = plan(FLAT, lifecycle=out, events=promotion(item="C", last_period=month("2026-03"), effect=0.5))
        assert at(consensus, "C", "2026-02") == 100
        assert "event-on-successor" in rules
        for other in (promotion(item="C", location="North", effect_kind="units", effect=5), promotion(item="B", effect=0.5), promotion(item="C", location="North", effect=0.5)):
            assert "event-on-successor" not in plan(FLAT, lifecycle=out, events=other)[1]  # the last one is over before C sells

    def test_an_unknown_stage_or_curve_is_a_bug_of_the_caller(self):
        with pytest.raises(FrameError, match="neither launch nor phase_out"):
            plan(FLAT, lifecycle=table(frames.LIFECYCLE, launch() | {"stage": "relaunch"}))
        with pytest.raises(FrameError, match="'cubic' is none of linear"):
            plan(FLAT, lifecycle=table(frames.LIFECYCLE, launch(like_item="A", curve="cubic")))


class TestEffects:
    def test_every_row_has_its_own_effect_with_owner_and_reason(self):
        rows = table(frames.LIFECYCLE, launch(like_item="A", owner="Ann"), phase_out("B", "2026-02", successor="A", owner="Bob"))
        _, effects, _ = effects_of(FLAT, rows)
        said = effects[["source", "owner", "reason_code"]].drop_duplicates().to_numpy().tolist()
        assert said == [["B / phase_out", "Bob", "phase-out"], ["C / launch", "Ann", "launch"]]
        moved = effects.groupby(["source", "item"])["effect"].sum().to_dict()
        assert moved == pytest.approx({("B / phase_out", "B"): -600, ("B / phase_out", "A"): 600, ("C / launch", "C"): 300})

    def test_a_predecessor_hands_over_to_the_unit(self):
        """Phase-in/phase-out as every planning book has it: with the whole demand handed over at once, the total does not move."""
        consensus, effects, _ = effects_of(FLAT, table(frames.LIFECYCLE, phase_out("A", "2026-02", successor="B", scale=1.0, ramp=0)))
        assert consensus.groupby("period")["consensus"].sum().tolist() == pytest.approx([400, 400, 400])
        assert effects["effect"].sum() == pytest.approx(0)


class TestCannibalisation:
    def test_the_donor_loses_its_share_of_the_launch(self):
        """C sells half of B, 150; 40 % of that, 60, comes from A, which had 100."""
        row = launch(like_item="B", scale=0.5, donor="A", cannibalisation=0.4)
        consensus, effects, rules = effects_of(FLAT, table(frames.LIFECYCLE, row))
        assert [at(consensus, i, "2026-02") for i in "ABC"] == pytest.approx([40, 300, 150])
        assert set(effects["source"]) == {"C / launch"}
        assert rules == {"baseline-absent"}  # of C itself

    def test_a_family_loses_in_proportion_and_the_new_item_not_at_all(self):
        """C sells 300 and takes 80 from Paint: A has a quarter of it, B three quarters, C itself is left alone."""
        consensus, _, _ = effects_of(FLAT, table(frames.LIFECYCLE, launch(like_item="B", donor="Paint", cannibalisation=80 / 300)))
        assert [at(consensus, i, "2026-01") for i in "ABC"] == pytest.approx([80, 240, 300])

    def test_a_donor_never_loses_more_than_it_has_and_it_is_said(self):
        consensus, effects, rules = effects_of(FLAT, table(frames.LIFECYCLE, launch(like_item="B", donor="A", cannibalisation=0.5)))
        assert [at(consensus, i, "2026-01") for i in "AC"] == [0, 300]
        assert effects.loc[effects["item"] == "A", "effect"].sum() == pytest.approx(-300)
        assert "cannibalisation-cut" in rules

    def test_only_the_same_location_loses(self):
        two = baseline(*({"item": i, "location": place, "2026-01": 100} for i in "AB" for place in ("North", "South")))
        row = launch(like_item="B", location="South", donor="A", cannibalisation=0.3)
        consensus, _, _ = effects_of(two, table(frames.LIFECYCLE, row), timeline=months("2026-01", 1))
        assert [at(consensus, "A", "2026-01", location=place) for place in ("North", "South")] == pytest.approx([100, 70])

    def test_the_earlier_launch_takes_first(self):
        rows = table(
            frames.LIFECYCLE,
            launch("B", "2026-02", like_item="B", donor="A", cannibalisation=1.0),
            launch("C", "2026-01", like_item="A", scale=0.7, donor="A", cannibalisation=1.0),
        )
        _, effects, _ = effects_of(FLAT, rows)
        taken = effects[(effects["item"] == "A") & (effects["period"] == month("2026-02"))].set_index("source")["effect"]
        assert taken.to_dict() == pytest.approx({"C / launch": -70, "B / launch": -30})

    def test_what_a_donor_keeps_is_what_its_phase_out_hands_over(self):
        rows = table(frames.LIFECYCLE, launch(like_item="B", scale=0.2, donor="A", cannibalisation=0.5), phase_out("A", "2026-02", successor="B"))
        consensus, _, _ = effects_of(FLAT, rows)
        assert [at(consensus, i, "2026-02") for i in "ABC"] == pytest.approx([0, 370, 60])

    def test_a_launch_that_runs_already_asks_whether_history_knows_its_loss(self):
        _, _, rules = effects_of(FLAT, table(frames.LIFECYCLE, launch(period="2025-11", like_item="B", donor="A", cannibalisation=0.1)))
        assert "launch-already-runs" in rules
