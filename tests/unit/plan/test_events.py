"""Events: who is moved, when, by how much, and what it is where the sheet does not say."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import items, locations, month, months, table

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.plan.event_profiles import event_profile
from sop_xl.plan.events import apply_events
from sop_xl.plan.grid import Grid, records, series_of

TIMELINE = months("2026-01", 6)
LEVEL = {"A": 100.0, "B": 300.0, "C": 50.0}
NEVER_MEASURED = frames.empty_frame(frames.EVENT_RESULTS)


def paint(*pairs: tuple[str, str]) -> Grid:
    """Items A and B of family Paint, C of family Brushes; by default at the location North."""
    listed = pd.concat([items("A", "B"), items("C", family="Brushes")], ignore_index=True)
    pairs = pairs or (("A", "North"), ("B", "North"))
    named = pd.DataFrame(pairs, columns=["item", "location"], dtype=object)
    return Grid(series_of([named], listed, locations(North="", South="")), TIMELINE.plan)


def step(*events, grid=None, of=None, **known):
    """The step of some events on a baseline of 100 a month for A, 300 for B, 50 for C."""
    grid = grid or paint()
    level = np.array([LEVEL[i] if of is None else of[i] for i in grid.series["item"]])
    frame = table(frames.EVENTS, *({"first_period": month("2026-02"), "effect_kind": "percent"} | e for e in events))
    made = apply_events(grid, np.repeat(level[:, None], 6, axis=1), frame, TIMELINE, **known)
    total = grid.zeros()
    for effect in made.effects:
        total[effect.rows] += effect.units
    assert np.allclose(total, made.units, atol=1e-9), "the effects of a step sum to it"
    return made


def rules(made):
    return {note.rule for note in made.notes}


def said(made):
    return [note.note for note in made.notes]


def mix(*rows):
    return table(frames.CUSTOMER_MIX, *({"location": "North", "item": i, "customer": c, "share": s} for i, c, s in rows))


def results(*rows):
    return table(frames.EVENT_RESULTS, *rows)


class TestSizeAndScope:
    def test_a_promotion_adds_a_share_of_the_baseline_times_its_chance(self):
        made = step({"event": "Spring", "type": "promotion", "item": "A", "last_period": month("2026-03"), "effect": 0.2, "probability": 0.5, "owner": "Ann"})
        assert made.units.tolist() == [[0, 10, 10, 0, 0, 0], [0] * 6]
        (effect,) = made.effects
        assert (effect.source, effect.owner, effect.reason_code, effect.rows.tolist()) == ("Spring", "Ann", "promotion", [0])

    def test_a_one_off_deal_in_units_is_spread_by_baseline_and_lasts_one_period(self):
        made = step({"event": "Hotel chain", "type": "deal", "family": "Paint", "effect_kind": "units", "effect": 40})
        assert made.units[:, 1] == pytest.approx([10, 30])
        assert made.units.sum() == pytest.approx(40)

    def test_a_competitors_move_takes_demand_away_in_its_region(self):
        made = step({"event": "Rival opens", "type": "competitor", "region": "South", "last_period": month("2026-06"), "effect": -0.1}, grid=paint(("A", "North"), ("A", "South")))
        assert made.units.sum(axis=1) == pytest.approx([0, -50])

    def test_a_campaign_for_everything_is_one_line(self):
        made = step({"event": "TV", "type": "campaign", "effect": 0.05})
        assert made.units[:, 1] == pytest.approx([5, 15])
        assert [e.source for e in made.effects] == ["TV"]

    def test_two_events_at_once_add_and_do_not_compound(self):
        made = step({"event": "one", "item": "A", "effect": 0.1}, {"event": "two", "item": "A", "effect": 0.1})
        assert made.units[0, 1] == pytest.approx(20)
        assert [float(e.units.sum()) for e in made.effects] == pytest.approx([10, 10])

    def test_units_for_something_without_demand_are_spread_equally(self):
        made = step({"event": "Tender", "effect_kind": "units", "effect": 8}, of={"A": 0.0, "B": 0.0})
        assert made.units[:, 1] == pytest.approx([4, 4])

    def test_an_event_for_nothing_that_is_planned_is_said(self):
        assert rules(step({"event": "Tender", "item": "C", "effect": 0.1})) == {"event-without-demand"}

    def test_an_event_that_lies_wholly_outside_the_plan_moves_and_says_nothing(self):
        for first in ("2025-03", "2027-03"):
            made = step({"event": "E", "first_period": month(first), "effect": 0.1, "pull_forward": 0.5})
            assert not made.units.any() and not made.effects and not made.notes

    def test_a_word_that_is_no_kind_of_effect_is_the_callers_mistake(self):
        with pytest.raises(FrameError, match="neither percent nor units"):
            step({"event": "E", "effect_kind": "pieces", "effect": 1})

    def test_an_empty_kind_is_percent(self):
        assert step({"event": "E", "item": "A", "effect_kind": "", "effect": 0.1}).units[0, 1] == pytest.approx(10)


class TestFloor:
    def test_demand_stays_at_zero_and_the_cut_is_shared_by_those_who_take(self):
        """-90 and -60 on 100, with +20 beside them: 30 too many, 18 of them from the first and 12 from the second."""
        takes = [{"event": name, "item": "A", "effect_kind": "units", "effect": units} for name, units in (("lost", -90), ("more lost", -60), ("won", 20))]
        made = step(*takes)
        assert made.units[0, 1] == pytest.approx(-100)
        assert {e.source: float(e.units.sum()) for e in made.effects} == pytest.approx({"lost": -72, "more lost": -48, "won": 20})
        assert said(made) == ["events would take 30 units more than the baseline has; demand stays at 0"]

    def test_taking_exactly_what_there_is_is_no_cut(self):
        assert rules(step({"event": "lost", "item": "A", "effect": -1.0})) == set()


class TestProfile:
    """Before, during and after, as van Heerde, Leeflang and Wittink (2000) split promoted demand."""

    def test_the_lead_in_rises_in_equal_steps_to_the_full_effect(self):
        made = step({"event": "Launch show", "item": "A", "first_period": month("2026-04"), "effect": 0.3, "lead_in": 2})
        assert made.units[0] == pytest.approx([0, 10, 20, 30, 0, 0])

    def test_what_is_pulled_forward_is_missing_afterwards_in_the_same_series(self):
        made = step({"event": "Sale", "effect": 0.5, "pull_forward": 0.4, "dip_periods": 2})
        assert made.units[0] == pytest.approx([0, 50, -10, -10, 0, 0])
        assert made.units[1] == pytest.approx([0, 150, -30, -30, 0, 0])

    def test_all_of_it_pulled_forward_adds_nothing_in_total(self):
        made = step({"event": "Price rise announced", "item": "A", "effect": 0.6, "lead_in": 1, "pull_forward": 1.0, "dip_periods": 3})
        assert made.units[0] == pytest.approx([30, 60, -30, -30, -30, 0])

    def test_demand_that_a_competitor_only_delayed_comes_back(self):
        made = step({"event": "Rival's sale", "item": "A", "effect": -0.2, "pull_forward": 0.5})
        assert made.units[0] == pytest.approx([0, -20, 10, 0, 0, 0])

    def test_a_dip_beyond_the_horizon_is_not_moved_into_it(self):
        made = step({"event": "Sale", "item": "A", "first_period": month("2026-05"), "effect": 0.5, "pull_forward": 0.4, "dip_periods": 4})
        assert made.units[0] == pytest.approx([0, 0, 0, 0, 50, -5])

    def test_an_event_that_began_before_the_plan_goes_on_in_it(self):
        made = step({"event": "Sale", "item": "A", "first_period": month("2025-11"), "last_period": month("2026-02"), "effect": 0.1, "lead_in": 3})
        assert made.units[0] == pytest.approx([10, 10, 0, 0, 0, 0])

    def test_a_lead_in_that_began_before_the_plan_goes_on_in_it(self):
        made = step({"event": "Fair", "item": "A", "first_period": month("2026-02"), "effect": 0.4, "lead_in": 3})
        assert made.units[0] == pytest.approx([30, 40, 0, 0, 0, 0])

    def test_absent_profile_columns_mean_none(self):
        row = next(records(table(frames.EVENTS, {"event": "E", "first_period": month("2026-02")})))
        profile = event_profile(row, TIMELINE)
        assert profile.rise.tolist() == [0, 1, 0, 0, 0, 0] and profile.dip.tolist() == [0, 0, 1, 0, 0, 0]

    UPLIFTS: ClassVar = pd.DataFrame({
        "event": ["Sale"] * 3, "item": ["A", "A", "B"], "location": "North", "period": [month("2025-11"), month("2025-12"), month("2025-12")],
        "part": "event", "raw": 0.0, "expected": 0.0, "uplift": [40.0, 20.0, 30.0], "shared_by": 1.0, "real": [True, True, True],
    })  # fmt: skip
    PAST: ClassVar = {"event": "Sale", "first_period": month("2025-11"), "last_period": month("2025-12"), "effect": 0.5, "pull_forward": 0.5, "dip_periods": 3}

    def test_what_a_past_event_was_measured_to_pull_forward_is_missing_in_the_plan(self):
        made = step(self.PAST, uplifts=self.UPLIFTS)
        assert made.units[0] == pytest.approx([-10, -10, -10, 0, 0, 0])
        assert made.units[1] == pytest.approx([-5, -5, -5, 0, 0, 0])

    def test_a_past_event_that_did_not_stand_out_leaves_no_dip(self):
        assert not step(self.PAST, uplifts=self.UPLIFTS.assign(real=False)).units.any()
        assert not step(self.PAST).units.any()


class TestNoEffectStated:
    TYPE: ClassVar = {"kind": "type", "event": "promotion", "type": "promotion", "effect": 0.25, "sample": 3}
    OVERALL: ClassVar = {"kind": "elasticity", "event": "All", "effect": -1.5, "sample": 900}
    BRUSHES: ClassVar = {"kind": "elasticity", "event": "Brushes", "effect": -3.0, "sample": 90}

    def test_a_price_change_with_its_own_elasticity(self):
        """Constant elasticity: a tenth cheaper at -2 is 0.9 ^ -2 - 1 = 23.46 %."""
        made = step({"event": "Cut", "item": "A", "price_change": -0.1, "elasticity": -2}, event_results=results(self.OVERALL))
        assert made.units[0, 1] == pytest.approx(100 * (0.9**-2 - 1)) == pytest.approx(23.4568, abs=1e-4)
        assert said(made) == ["event Cut states no effect; a price change of -10% with an elasticity -2 as stated gives +23%"]

    def test_each_family_takes_its_own_elasticity_and_else_the_overall_one(self):
        made = step({"event": "Cut", "price_change": -0.1}, event_results=results(self.OVERALL, self.BRUSHES), grid=paint(("A", "North"), ("C", "North")))
        assert made.units[:, 1] == pytest.approx([100 * (0.9**-1.5 - 1), 50 * (0.9**-3 - 1)])
        assert said(made) == ["event Cut states no effect; a price change of -10% with an elasticity -3.00 to -1.50 as measured in Brushes gives +17% to +37%"]

    def test_a_price_rise_takes_demand_away(self):
        made = step({"event": "Rise", "item": "A", "price_change": 0.1}, event_results=results(self.OVERALL))
        assert made.units[0, 1] == pytest.approx(100 * (1.1**-1.5 - 1))

    def test_a_stated_effect_comes_before_everything(self):
        made = step({"event": "Cut", "item": "A", "effect": 0.1, "price_change": -0.5, "elasticity": -2}, event_results=results(self.TYPE))
        assert made.units[0, 1] == pytest.approx(10) and not made.notes

    def test_an_effect_of_zero_is_stated(self):
        made = step({"event": "Poster", "type": "promotion", "item": "A", "effect": 0.0}, event_results=results(self.TYPE))
        assert not made.units.any() and not made.notes

    def test_an_elasticity_above_zero_is_not_used(self):
        above = results(self.OVERALL | {"effect": 0.4}, self.TYPE)
        made = step({"event": "Cut", "type": "promotion", "item": "A", "price_change": -0.1}, event_results=above)
        assert made.units[0, 1] == pytest.approx(25)
        assert said(made) == [
            "event Cut states a price change of -10% but no elasticity, and none could be measured; +25% is taken from 3 past events of type promotion"
        ]

    def test_without_a_price_change_the_next_one_of_a_type_has_what_past_ones_had(self):
        made = step({"event": "Autumn", "type": "promotion", "item": "A", "probability": 0.5}, event_results=results(self.TYPE))
        assert made.units[0, 1] == pytest.approx(12.5)
        assert rules(made) == {"event-effect-assumed"}

    def test_a_learned_effect_is_a_share_even_where_units_were_meant(self):
        made = step({"event": "Deal", "type": "promotion", "item": "A", "effect_kind": "units"}, event_results=results(self.TYPE))
        assert made.units[0, 1] == pytest.approx(25)

    @pytest.mark.parametrize("known", [None, results(TYPE)])
    def test_where_nothing_tells_it_is_not_applied_and_said(self, known):
        made = step({"event": "Fair", "type": "campaign", "item": "A"}, event_results=known)
        assert not made.units.any() and not made.effects
        assert said(made) == ["event Fair states no effect, and no past campaign tells what to expect; it is not applied"]
        assert rules(made) == {"event-without-effect"}


class TestCustomers:
    MIX: ClassVar = mix(("A", "Retail", 0.25), ("A", "Web", 0.75), ("B", "Web", 1.0))

    def test_only_the_customers_share_is_moved(self):
        made = step({"event": "Retail week", "customer": "Retail", "effect": 0.4}, customer_mix=self.MIX)
        assert made.units[:, 1] == pytest.approx([10, 0])

    def test_units_go_where_the_customer_buys(self):
        made = step({"event": "Web deal", "customer": "Web", "effect_kind": "units", "effect": 75}, customer_mix=self.MIX)
        assert made.units[:, 1] == pytest.approx([15, 60])

    def test_a_customer_who_buys_nothing_there_moves_nothing_and_it_is_said(self):
        made = step({"event": "Retail week", "item": "B", "customer": "Retail", "effect": 0.4}, customer_mix=self.MIX)
        assert not made.units.any()
        assert said(made) == ["event Retail week: Retail bought nothing in its scope and nothing is moved"]

    def test_a_first_order_in_units_is_not_lost(self):
        made = step({"event": "Opening order", "type": "deal", "item": "B", "customer": "Retail", "effect_kind": "units", "effect": 12}, customer_mix=self.MIX)
        assert made.units[1, 1] == pytest.approx(12)
        assert said(made) == ["event Opening order: Retail bought nothing in its scope; its units are spread by the demand of all customers"]


any_event = st.fixed_dictionaries({
    "item": st.sampled_from(["", "A", "B"]), "location": st.sampled_from(["", "North", "South"]), "customer": st.sampled_from(["", "Web"]),
    "first_period": st.sampled_from(list(months("2025-11", 10).plan)), "effect_kind": st.sampled_from(["percent", "units"]),
    "effect": st.one_of(st.none(), st.floats(-2, 3).map(lambda v: round(v, 3)), st.integers(-400, 400).map(float)),
    "price_change": st.one_of(st.none(), st.floats(-0.9, 2)), "elasticity": st.one_of(st.none(), st.floats(-4, 1)),
    "lead_in": st.integers(0, 4).map(float), "pull_forward": st.floats(0, 1), "dip_periods": st.integers(1, 6).map(float), "probability": st.floats(0, 1),
})  # fmt: skip
PAIRS = (("A", "North"), ("A", "South"), ("B", "North"))


def numbered(rows):
    return [row | {"event": f"E{k}"} for k, row in enumerate(rows)]


@settings(max_examples=60, deadline=None)
@given(st.lists(any_event, max_size=5), st.randoms(use_true_random=False))
def test_effects_sum_to_the_step_nothing_falls_below_zero_and_order_does_not_matter(rows, random):
    rows = numbered(rows)
    grid = paint(*PAIRS)
    made = step(*rows, grid=grid, customer_mix=TestCustomers.MIX)  # `step` checks the sum
    assert (made.units >= -np.array([LEVEL[i] for i in grid.series["item"]])[:, None] - 1e-6).all()
    random.shuffle(rows)
    again = step(*rows, grid=grid, customer_mix=TestCustomers.MIX)
    assert np.array_equal(again.units, made.units) and said(again) == said(made)


@settings(max_examples=60, deadline=None)
@given(any_event, st.floats(0.01, 1))
def test_the_effect_is_in_proportion_to_the_probability(row, chance):
    """Of gains: what is taken away may meet the floor."""
    row = row | {"event": "E", "effect": 0.7, "pull_forward": row["pull_forward"] * 0.1}
    certain, likely = (step(row | {"probability": p}, grid=paint(*PAIRS)) for p in (1.0, chance))
    assert np.allclose(likely.units, chance * certain.units)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.01, 0.5), st.floats(0, 1), st.integers(0, 2), st.integers(1, 3))
def test_what_the_dip_takes_is_what_was_pulled_forward(effect, pulled, lead_in, length):
    row = {"event": "E", "first_period": month("2026-03"), "effect": effect, "lead_in": lead_in, "dip_periods": length}
    plain, dipped = step(row), step(row | {"pull_forward": pulled})
    assert dipped.units.sum(axis=1) == pytest.approx((1 - pulled) * plain.units.sum(axis=1))
