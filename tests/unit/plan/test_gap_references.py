"""Why a gap to the budget is there, and at which level it is told: the planner's cases."""

from __future__ import annotations

import pandas as pd
import pytest
from budgeted_plan import ITEMS, TIMELINE, budgeted, planned

from sop_xl.plan.bridges import explained_bridges, steps_by_line
from sop_xl.plan.gap_references import money_gaps
from sop_xl.plan.gap_words import SPLIT, split_words

NAN = float("nan")


def gaps(*budget):
    """Gaps by name; the plan sells 10 of every family a month in each region, for 100 and a margin of 60."""
    detail, plan, stated = planned(*budget)
    explained, _ = explained_bridges(detail, plan, TIMELINE, stated, ITEMS)
    found, _ = money_gaps(plan, TIMELINE, "USD", steps_by_line(explained))
    return {gap.name: gap for gap in found}


class TestCause:
    def test_a_family_above_its_volume_and_price_is_behind_by_its_cost_alone(self):
        """Bikes are budgeted at 18 units for 171 and a margin of 153; the plan has 20 units for 200 and a margin of 120."""
        (gap,) = gaps(*budgeted(171, "Bikes", demand=18, gross_margin=153)).values()
        assert gap.value == pytest.approx(12 * 33)
        assert gap.cause == "Gross margin 396 USD below budget (21.6% of 1,836): Cost -720; against it Volume +204, Price +120"
        assert "demand" not in gap.cause

    def test_a_budget_of_money_alone_cannot_be_told_apart_and_says_so(self):
        (gap,) = gaps(*budgeted(250, "Bikes")).values()
        assert gap.cause == "Revenue 600 USD below budget (20.0% of 3,000): Not attributable (no units or no revenue stated) -600"

    def test_what_supply_does_not_serve_is_a_part_of_the_volume(self):
        words = split_words(300, {"Volume": -500.0, "Price": 200.0}, 120.0, " USD")
        assert words == ": Volume -500 (of which 120 USD is demand that supply does not serve); against it Price +200"
        assert split_words(300, {"Volume": -300.0}, 900.0, "") == ": Volume -300 (of which 300 is demand that supply does not serve)"

    def test_beside_a_volume_above_budget_it_stands_by_itself(self):
        assert split_words(100, {"Volume": 50.0, "Cost": -150.0}, 20.0, " USD") == ": Cost -150; against it Volume +50. Supply leaves demand worth 20 USD unserved"

    def test_where_no_bridge_stands_at_the_level_only_supply_is_told(self):
        assert split_words(100, None, NAN, "") == ""
        assert split_words(100, None, 30.0, "") == ": of which 30 is demand that supply does not serve; the bridge does not stand at this level"

    @pytest.mark.parametrize("steps", [[-33.3, -33.3, -33.4], [-0.6, -0.6, -98.8], [49.5, 49.5, -199.0], [-99.6, -0.4, 0.0]])
    def test_the_whole_figures_of_the_steps_add_up_to_the_gap(self, steps):
        words = split_words(100, dict(zip(SPLIT, steps, strict=False)), NAN, "")
        assert sum(int(part.split()[-1].replace(",", "").rstrip(";")) for part in words.replace(";", ",").split(", ")) == -100


class TestLevel:
    def test_a_family_that_is_behind_in_every_region_is_one_gap_that_says_where(self):
        (gap,) = gaps(*budgeted(110, "Bikes", "North"), *budgeted(130, "Bikes", "South")).values()
        assert (gap.name, gap.family, gap.region) == ("Bikes below budget", "Bikes", "All")
        assert gap.note.endswith("Most is missing in South 360, North 120")

    def test_a_region_that_is_behind_in_several_families_is_one_gap_though_no_family_is(self):
        """What the north has more than its budget hides it in every family."""
        budget = [row for family in ("Bikes", "Helmets", "Tents") for row in (*budgeted(60, family, "North"), *budgeted(130, family, "South"))]
        (gap,) = gaps(*budget).values()
        assert (gap.name, gap.family, gap.region) == ("South below budget", "All", "South")
        assert gap.value == pytest.approx(3 * 12 * 30 * 0.6)
        assert gap.cause.startswith("Revenue 1,080 USD below budget (23.1% of 4,680): Not attributable")

    def test_a_family_that_is_behind_in_one_region_alone_is_told_there(self):
        (gap,) = gaps(*budgeted(60, "Bikes", "North"), *budgeted(130, "Bikes", "South"), *budgeted(90, "Tents", "South")).values()
        assert (gap.name, gap.family, gap.region) == ("Bikes in South below budget", "Bikes", "South")
        assert gap.value == pytest.approx(12 * 30 * 0.6)

    def test_nothing_is_told_twice(self):
        """Bikes lack 20 in each region, tents 50 in the south alone, which the north makes up; the south lacks no more than that."""
        found = gaps(*budgeted(120, "Bikes", "North"), *budgeted(120, "Bikes", "South"), *budgeted(40, "Tents", "North"), *budgeted(150, "Tents", "South"))
        assert {name: round(gap.value / 12 / 0.6) for name, gap in found.items()} == {"Bikes below budget": 40, "Tents in South below budget": 50}

    def test_a_large_hole_is_not_hidden_by_a_family_that_is_just_behind(self):
        """The family lacks 5 of 205, the south 45: told where it is."""
        found = gaps(*budgeted(60, "Bikes", "North"), *budgeted(145, "Bikes", "South"))
        assert {name: round(gap.value / 12 / 0.6) for name, gap in found.items()} == {"Bikes in South below budget": 45}

    def test_every_line_behind_is_in_one_gap_whatever_the_budget(self):
        for first in range(70, 140, 10):
            lines = {("Bikes", "North"): first, ("Bikes", "South"): 210 - first, ("Tents", "North"): first + 5, ("Tents", "South"): 95}
            found = gaps(*(row for of, amount in lines.items() for row in budgeted(amount, *of)))
            missing = pd.Series({of: amount - 100 for of, amount in lines.items()})
            told = [of for gap in found.values() for of in lines if gap.family in ("All", of[0]) and gap.region in ("All", of[1])]
            assert set(missing.index[missing > 0]) <= set(told)
