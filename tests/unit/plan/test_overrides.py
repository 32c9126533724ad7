"""Overrides: how a value is spread, what a pin holds, and how long an override holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import month, months, table

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.plan.effects import OVERRIDES, effects_frame
from sop_xl.plan.grid import Grid
from sop_xl.plan.overrides import apply_overrides

ITEMS = ["A", "B", "C"]
TIMELINE = months("2026-01", 2)


def grid(timeline=TIMELINE):
    """A, B and C of the family Paint in the North."""
    fixed = {"location": "North", "family": "Paint", "category": "Goods", "region": "Home"}
    return Grid(pd.DataFrame([{"item": name} | fixed for name in ITEMS]), timeline.plan)


def entry(key, action, value, **columns):
    """One override of January for the family, unless said otherwise."""
    fixed = {"override": key, "first_period": month("2026-01"), "action": action, "value": value, "owner": "Eve", "reason": "r", "reason_code": "market"}
    scope = {} if "item" in columns else {"family": "Paint"}
    return fixed | scope | columns


def enter(*entries, start=(100, 200, 300), history=None, timeline=TIMELINE):
    """January of A, B and C after the overrides, and the rules of the notes."""
    running = np.repeat(np.array(start, dtype=float)[:, None], len(timeline.plan), axis=1)
    step = apply_overrides(grid(timeline), running, table(frames.OVERRIDES, *entries), timeline, history)
    effects = effects_frame(grid(timeline), {OVERRIDES: step.effects})
    assert effects["effect"].sum() == pytest.approx(step.units.sum())
    return (running + step.units)[:, 0].tolist(), [note.rule for note in step.notes], step


def after(*entries, **more):
    return enter(*entries, **more)[0]


def sold(**units):
    """Demand of January 2025 by item, and of June 2025 with `_later`."""
    rows = []
    for name, number in units.items():
        item, _, later = name.partition("_")
        rows.append({"item": item, "location": "North", "period": month("2025-06" if later else "2025-01"), "demand": float(number)})
    return table(frames.DEMAND_HISTORY, *rows)


class TestSpread:
    def test_in_equal_parts(self):
        assert after(entry("1", "set", 900, spread_by="equal")) == pytest.approx([300, 300, 300])
        assert after(entry("1", "add", 30, spread_by="equal")) == pytest.approx([110, 210, 310])

    def test_by_the_demand_of_the_same_month_a_year_ago(self):
        history = sold(A=30, B=10, C=0, C_later=500)
        assert after(entry("1", "set", 800, spread_by="history"), history=history) == pytest.approx([600, 200, 0])

    def test_a_month_without_demand_goes_by_the_whole_year(self):
        assert after(entry("1", "set", 800, spread_by="history"), history=sold(A_later=30, B_later=10)) == pytest.approx([600, 200, 0])

    def test_without_history_equally(self):
        assert after(entry("1", "set", 900, spread_by="history")) == pytest.approx([300, 300, 300])

    def test_a_percentage_is_a_share_of_the_total_spread_as_chosen(self):
        assert after(entry("1", "percent", 0.1)) == pytest.approx([110, 220, 330])
        assert after(entry("1", "percent", 0.1, spread_by="equal")) == pytest.approx([120, 220, 320])

    def test_what_one_item_cannot_give_the_others_do(self):
        """- 450 in equal parts: A has 100 of its 150; the missing 50 come from B and C by what is left of them (50 and 150)."""
        assert after(entry("1", "add", -450, spread_by="equal")) == pytest.approx([0, 37.5, 112.5])

    def test_more_than_there_is_stops_at_nothing_and_is_said(self):
        now, rules, _ = enter(entry("1", "add", -700, spread_by="equal"))
        assert now == [0, 0, 0]
        assert rules == ["override-below-zero"]

    def test_an_unknown_way_to_spread_is_refused(self):
        with pytest.raises(FrameError, match="none of forecast, history, equal"):
            after(entry("1", "set", 1, spread_by="size"))


class TestPinned:
    PIN = entry("P", "set", 150, item="A", pinned="yes", entered=pd.Timestamp("2026-01-02"))
    LATER = {"entered": pd.Timestamp("2026-01-03")}  # noqa: RUF012

    def test_a_pinned_cell_counts_towards_a_later_total_and_stays(self):
        """A keeps 150; 650 - 150 = 500 go to B and C as 2 : 3."""
        now, rules, _ = enter(self.PIN, entry("F", "set", 650, **self.LATER))
        assert now == pytest.approx([150, 200, 300])
        assert rules == ["override-meets-pinned"]

    def test_a_value_to_add_goes_to_the_others(self):
        assert after(self.PIN, entry("F", "add", 50, **self.LATER)) == pytest.approx([150, 220, 330])

    def test_a_percentage_moves_the_others(self):
        assert after(self.PIN, entry("F", "percent", -0.5, **self.LATER)) == pytest.approx([150, 100, 150])

    def test_a_total_below_what_is_pinned_cannot_be_reached_and_it_is_said(self):
        now, rules, step = enter(self.PIN, entry("F", "set", 120, **self.LATER))
        assert now == pytest.approx([150, 0, 0])
        assert rules == ["override-against-pinned"]
        assert step.notes[0].note == "override F does not reach 120: cells pinned by P hold 150"

    def test_a_cut_beside_a_pin_is_said_as_well(self):
        """B and C have 500 to give, not 600."""
        now, rules, _ = enter(self.PIN, entry("F", "add", -600, **self.LATER))
        assert now == pytest.approx([150, 0, 0])
        assert rules == ["override-meets-pinned", "override-below-zero"]

    def test_of_two_pins_the_first_holds(self):
        now, rules, _ = enter(self.PIN, entry("Q", "set", 999, item="A", pinned="yes", **self.LATER))
        assert now[0] == 150
        assert rules == ["override-against-pinned"]

    def test_a_pin_holds_no_other_month(self):
        _, _, step = enter(self.PIN, entry("F", "percent", 1.0, last_period=month("2026-02"), **self.LATER))
        assert step.units[0].tolist() == pytest.approx([50, 100])

    def test_an_earlier_override_is_not_held_by_a_later_pin(self):
        assert after(entry("F", "percent", 1.0, entered=pd.Timestamp("2026-01-01")), self.PIN) == pytest.approx([150, 400, 600])

    def test_an_expired_pin_holds_nothing(self):
        expired = self.PIN | {"expires": pd.Timestamp("2025-12-31")}
        assert after(expired, entry("F", "percent", 1.0, **self.LATER)) == pytest.approx([200, 400, 600])


class TestExpiry:
    @pytest.mark.parametrize(("entered", "expected"), [("2026-01-20", 160), ("2025-12-05", 130), ("2025-11-30", 115), ("2025-10-01", 107.5)])
    def test_half_of_a_decaying_override_is_left_after_each_cycle(self, entered, expected):
        assert after(entry("1", "set", 160, item="A", expiry_policy="decay", entered=pd.Timestamp(entered)))[0] == pytest.approx(expected)

    @pytest.mark.parametrize("policy", ["expire", "re-confirm"])
    def test_for_the_cycle_of_its_entry_only(self, policy):
        this_cycle = entry("1", "add", 10, item="A", expiry_policy=policy, entered=pd.Timestamp("2026-01-31"))
        assert after(this_cycle)[0] == 110
        now, rules, _ = enter(this_cycle | {"entered": pd.Timestamp("2025-12-31")})
        assert now[0] == 100
        assert rules == ["override-expired" if policy == "expire" else "override-to-confirm"]

    @pytest.mark.parametrize("policy", ["decay", "expire", "re-confirm"])
    def test_a_policy_that_counts_needs_the_day_of_entry(self, policy):
        now, rules, _ = enter(entry("1", "add", 10, item="A", expiry_policy=policy))
        assert now[0] == 100
        assert rules == ["override-without-entry"]

    def test_an_empty_policy_is_hold(self):
        for policy in ("", "hold"):
            assert after(entry("1", "add", 10, item="A", expiry_policy=policy, entered=pd.Timestamp("2020-01-01")))[0] == 110

    def test_expires_ends_every_policy(self):
        row = entry("1", "add", 10, item="A", expiry_policy="decay", entered=pd.Timestamp("2026-01-05"), expires=pd.Timestamp("2025-12-31"))
        assert enter(row)[1] == ["override-expired"]

    def test_what_is_past_is_past(self):
        assert enter(entry("1", "add", 10, first_period=month("2025-12")))[1] == ["override-past"]

    def test_an_unknown_policy_is_refused(self):
        with pytest.raises(FrameError, match="none of hold, decay, expire, re-confirm"):
            after(entry("1", "set", 1, expiry_policy="forever"))


def test_each_override_has_its_own_effect():
    _, _, step = enter(entry("1", "set", 900), entry("2", "add", -90, item="A"))
    assert [(e.source, e.owner, e.reason_code, e.units.sum()) for e in step.effects] == [("1", "Eve", "market", pytest.approx(300)), ("2", "Eve", "market", pytest.approx(-90))]


def test_a_category_is_a_level_like_any_other():
    """50 for Goods goes in halves to A and B, which sell the same; C is Hardware and keeps its 100."""
    three = grid(months("2026-01", 1))
    three.series["category"] = ["Goods", "Goods", "Hardware"]
    row = entry("1", "set", 50.0, family="", category="Goods")
    step = apply_overrides(three, np.full((3, 1), 100.0), table(frames.OVERRIDES, row), months("2026-01", 1), frames.empty_frame(frames.DEMAND_HISTORY))
    assert (100.0 + step.units[:, 0]).tolist() == pytest.approx([25.0, 25.0, 100.0])
