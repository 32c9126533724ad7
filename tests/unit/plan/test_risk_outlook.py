"""The risk outlook: expected values, ranges and the tornado, on a plan that one can count in one's head."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import months, table
from risk_world import MARGIN, REVENUE, UNITS, detail_of, line, outlook
from scipy.stats import triang

from sop_xl import frames
from sop_xl.plan.risk_timing import PaymentTerms

LOST = {"family": "Bikes", "effect": -0.5}
"""Half of the bikes: 8,000 of revenue, 3,200 of margin."""
CHEAPER = {"driver": "price", "family": "Helmets", "effect": -0.25}
"""A quarter of the helmets' price: 1,000."""


def rules(found):
    return found.notes["rule"].tolist()


class TestDrivers:
    def test_units_by_percent(self):
        assert line(outlook(LOST)).expected == pytest.approx(-8000)
        assert line(outlook(LOST), "gross_margin").expected == pytest.approx(-3200)

    def test_units_added_in_each_period_spread_as_demand_is(self):
        """8 more bikes a month: 2 in the North, 6 in the South."""
        found = outlook({"family": "Bikes", "action": "add", "effect": 8.0})
        assert line(found).expected == pytest.approx(4 * 800)
        by_region = found.margins.groupby("region")["gross_margin"].sum()
        assert by_region.to_dict() == pytest.approx({"North": 4 * 2 * 40.0, "South": 4 * 6 * 40.0})

    def test_no_more_units_are_lost_than_there_are(self):
        assert line(outlook({"family": "Bikes", "action": "add", "effect": -1000.0})).expected == pytest.approx(-16_000)
        assert line(outlook({"family": "Bikes", "effect": -3.0})).expected == pytest.approx(-16_000)

    def test_price_moves_revenue_and_margin_alike(self):
        for figure in ("revenue", "gross_margin"):
            assert line(outlook(CHEAPER), figure).expected == pytest.approx(-1000)
            assert line(outlook({"driver": "price", "item": "Bike", "action": "add", "effect": 2.5}), figure).expected == pytest.approx(400)

    def test_cost_moves_margin_alone(self):
        found = outlook({"driver": "cost", "family": "Helmets", "effect": 0.5}, {"driver": "cost", "item": "Bike", "action": "add", "effect": -1.0})
        assert line(found).expected == 0
        assert line(found, "gross_margin", "R1").expected == pytest.approx(-1200)
        assert line(found, "gross_margin", "R2").expected == pytest.approx(160)

    def test_region_and_span_narrow_it(self):
        found = outlook({"region": "South", "effect": -0.5, "first_period": "2026-02", "last_period": "2026-03"})
        assert line(found).expected == pytest.approx(-2 * 15 * 100)

    def test_a_customer_group_has_its_part_of_the_demand(self):
        mix = table(frames.CUSTOMER_MIX, {"item": "Bike", "location": "South", "customer": "Web", "share": 0.25})
        assert line(outlook({"customer": "Web", "effect": -1.0}, mix=mix)).expected == pytest.approx(-4 * 7.5 * 100)

    def test_sales_that_come_later_leave_the_plan_at_its_end(self):
        """June has 30 days: 15 days later half of April's 30 days of sales come after the plan."""
        found = outlook({"driver": "date", "family": "Bikes", "action": "add", "effect": 15.0})
        assert line(found).expected == pytest.approx(-4000 / 2)
        assert line(found, "gross_margin").expected == pytest.approx(-1600 / 2)

    def test_a_delay_that_ends_before_the_plan_does_loses_nothing_but_a_long_one_reaches_further_back(self):
        assert line(outlook({"driver": "date", "effect": 20.0, "last_period": "2026-02"})).expected == 0
        assert line(outlook({"driver": "date", "family": "Bikes", "effect": 1000.0})).expected == pytest.approx(-16_000)

    def test_earlier_brings_nothing_from_beyond_the_plan(self):
        assert line(outlook({"driver": "date", "effect": -20.0})).expected == 0


class TestExpectedValue:
    def test_of_independent_risks_it_is_the_sum_of_probability_times_effect(self):
        """Hillson 2019, Capturing Upside Risk: expected values of risks and opportunities add up, whatever they share."""
        found = outlook(LOST | {"probability": 0.2}, CHEAPER | {"probability": 0.5}, {"effect": 0.1, "probability": 0.3})
        assert line(found).expected == pytest.approx(0.2 * -8000 + 0.5 * -1000 + 0.3 * 2000)
        by_risk = found.outlook[(found.outlook["figure"] == "revenue") & (found.outlook["risk"] != "")]
        assert by_risk["expected"].sum() == pytest.approx(line(found).expected)

    def test_of_a_range_it_is_the_mean_of_its_three_ends(self):
        found = outlook({"family": "Bikes", "effect": -0.1, "effect_low": -0.4, "effect_high": 0.05, "probability": 0.4})
        assert line(found).expected == pytest.approx(0.4 * 16_000 * (-0.1 - 0.4 + 0.05) / 3)

    def test_of_days_it_is_that_of_the_days_and_not_of_their_mean(self):
        """x days late lose x / 30 of April; beyond 30 days April is gone, and a day loses 1 / 31 of March alone."""
        found = outlook({"driver": "date", "family": "Bikes", "effect": 30.0, "effect_low": 0.0, "effect_high": 60.0})

        def lost(days):
            return 4000 * min(days / 30, 1.0) + 4000 * max(days - 30, 0.0) / 31

        exact = triang(0.5, loc=0.0, scale=60.0).expect(lost)
        assert line(found).expected == pytest.approx(-exact, rel=1e-4)
        assert exact < lost(30.0)


class TestRanges:
    def test_three_risks_enumerated(self):
        """Eight outcomes; the percentiles are those of the exact distribution."""
        effects = {"R1": (0.3, -8000.0), "R2": (0.2, -1000.0), "R3": (0.4, 2000.0)}
        found = outlook(
            LOST | {"probability": 0.3}, CHEAPER | {"probability": 0.2}, {"driver": "price", "family": "Bikes", "region": "North", "probability": 0.4, "effect": 0.5},
            runs=20_000,
        )
        outcomes = [(1.0, 0.0)]
        for probability, effect in effects.values():
            outcomes = [(p * q, value + shift) for p, value in outcomes for q, shift in ((probability, effect), (1 - probability, 0.0))]
        # half of the bikes at a price half as high again: the price risk brings half as much where the volume is lost
        outcomes = [(p, v - 1000.0 if v in (-6000.0, -7000.0) else v) for p, v in outcomes]
        exact = sorted((REVENUE + value, p) for p, value in outcomes)
        reached = np.cumsum([p for _, p in exact])
        row = line(found)
        for name, level in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
            assert row[name] == pytest.approx(exact[int(np.searchsorted(reached, level))][0]), name
        assert (row.low, row.high) == pytest.approx((exact[0][0], exact[-1][0]))

    def test_percentages_of_one_volume_multiply_and_additions_add(self):
        found = outlook({"family": "Bikes", "effect": -0.5}, {"family": "Bikes", "effect": -0.5}, {"family": "Bikes", "action": "add", "effect": 1.0})
        assert line(found).p50 == pytest.approx(REVENUE - 16_000 * 0.75 + 400)

    def test_price_counts_on_the_volume_that_is_left(self):
        found = outlook(LOST, {"driver": "price", "family": "Bikes", "effect": 0.1}, {"driver": "price", "family": "Bikes", "action": "add", "effect": 1.0})
        assert line(found).p50 == pytest.approx(REVENUE - 16_000 + 8000 * 1.1 + 80)

    def test_customers_of_one_item_are_told_apart(self):
        """Half of the Web's half and half of the shops' half: half of all, not a quarter."""
        mix = table(frames.CUSTOMER_MIX, *({"item": "Bike", "location": place, "customer": who, "share": 0.5} for place in ("North", "South") for who in ("Shops", "Web")))
        found = outlook({"customer": "Web", "effect": -0.5}, {"customer": "Shops", "effect": -0.5}, mix=mix)
        assert line(found).p50 == pytest.approx(REVENUE - 8000)

    def test_delays_of_the_same_sales_add_up(self):
        late = {"driver": "date", "family": "Bikes", "effect": 10.0}
        assert line(outlook(late, late)).p50 == line(outlook(late | {"effect": 20.0})).p50

    def test_of_one_risk_the_percentiles_are_of_its_own_change(self):
        found = outlook(LOST | {"probability": 0.3}, CHEAPER)
        row = line(found, risk="R1")
        assert (row.p10, row.p50, row.p90) == pytest.approx((-8000, 0, 0))


class TestTornado:
    def test_the_widest_swing_stands_first_and_all_together_before_it(self):
        found = outlook(CHEAPER, LOST | {"probability": 0.1}, {"driver": "cost", "effect": 0.2}).outlook
        revenue = found[found["figure"] == "revenue"]
        assert revenue["risk"].tolist() == ["", "R2", "R1", "R3"]
        assert revenue["rank"].tolist() == [0, 1, 2, 3]
        assert revenue["swing"].tolist()[1:] == pytest.approx([8000, 1000, 0])

    def test_it_runs_from_the_worst_to_the_best_that_a_risk_can_do_the_plan_included(self):
        row = line(outlook({"family": "Bikes", "effect": -0.1, "effect_low": -0.4, "effect_high": 0.05, "probability": 0.4}), risk="R1")
        assert (row.low, row.high, row.plan) == pytest.approx((REVENUE - 6400, REVENUE + 800, REVENUE))
        row = line(outlook(LOST | {"probability": 0.4}), risk="R1")
        assert (row.low, row.high) == pytest.approx((REVENUE - 8000, REVENUE))


class TestCash:
    def test_at_once_it_is_the_margin(self):
        assert line(outlook(LOST), "cash").plan == pytest.approx(MARGIN)
        assert line(outlook(LOST), "cash").expected == pytest.approx(-3200)

    def test_what_customers_pay_after_the_plan_is_not_in_it(self):
        """30 days: April is not collected, so that only three of four months of lost sales cost cash; the cost is spared in all four."""
        row = line(outlook(LOST, terms=PaymentTerms(customer_days=30.0)), "cash")
        assert row.plan == pytest.approx(REVENUE * 3 / 4 - (REVENUE - MARGIN))
        assert row.expected == pytest.approx(-6000 + 4800)

    def test_groups_pay_by_their_own_terms(self):
        mix = table(frames.CUSTOMER_MIX, {"item": "Bike", "location": "South", "customer": "Web", "share": 1.0})
        terms = PaymentTerms(0.0, 0.0, pd.DataFrame({"customer": ["Web"], "payment_days": [30.0]}))
        row = line(outlook({"item": "Bike", "region": "South", "effect": -1.0}, mix=mix, terms=terms), "cash")
        assert row.expected == pytest.approx(-3 * 3000 + 4 * 1800)

    def test_the_plan_has_the_cash_flow_that_is_given(self):
        row = line(outlook(LOST, plan_cash=123.0), "cash")
        assert (row.plan, row.p50) == pytest.approx((123.0, 123.0 - 3200))

    def test_late_sales_are_paid_later_still(self):
        late = {"driver": "date", "family": "Bikes", "effect": 15.0}
        row = line(outlook(late, terms=PaymentTerms(customer_days=30.0)), "cash")
        assert row.expected == pytest.approx(-4000 * 15 / 31 + 2400 / 2)


class TestWhatMovesNothing:
    @pytest.mark.parametrize(
        ("risk", "rule"),
        [
            ({"item": "Bike", "region": "East", "effect": 1.0}, "risk-scope-empty"),
            ({"customer": "Nobody", "effect": 1.0}, "risk-scope-empty"),
            ({"effect": 1.0, "first_period": "2027-01"}, "risk-outside-plan"),
            ({"driver": "capacity", "effect": -0.5}, "risk-without-limit"),
        ],
    )
    def test_it_is_said(self, risk, rule):
        found = outlook(risk)
        assert rules(found) == [rule]
        assert (line(found).p10, line(found).p90) == (REVENUE, REVENUE)
        assert "Moves nothing" in line(found, risk="R1").note

    def test_a_scope_without_demand(self):
        found = outlook({"item": "Helmet", "effect": 1.0}, detail=detail_of(UNITS | {("Helmet", "North"): 0.0}))
        assert rules(found) == ["risk-without-demand"]

    def test_closed_risks_do_not_count(self):
        assert outlook(LOST | {"status": "closed"}).outlook.empty
        assert line(outlook(LOST | {"status": "closed"}, CHEAPER)).expected == pytest.approx(-1000)

    def test_without_risks_there_is_no_outlook(self):
        assert outlook().outlook.empty


def test_a_risk_is_told_in_a_sentence():
    found = outlook(
        {"name": "Port on strike", "family": "Bikes", "effect": -0.2, "effect_low": -0.3, "effect_high": -0.1, "probability": 0.3, "mitigation": "second port", "mitigated": 0.5,
         "owner": "Ann", "first_period": "2026-02", "last_period": "2026-03"}
    )  # fmt: skip
    words = "Port on strike: demand of family Bikes -20 (-30 to -10) % from 2026-02 to 2026-03, 30% likely. 50% mitigated: second port. Watched by Ann."
    assert line(found, risk="R1").note == words


def test_a_plan_may_have_one_period():
    found = outlook({"driver": "date", "family": "Bikes", "effect": 3.5}, timeline=months("2026-01", 1))
    assert line(found).expected == pytest.approx(-4000 * 3.5 / 31)
