"""Allocation in shortage: four rules on worlds small enough to share out by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import locations, table
from small_network import small_network

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.plan.supply.allocation import allocate
from sop_xl.plan.supply.allocation_rules import RULES
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.solution import SupplySolution

COLUMNS = ["by_priority", "by_margin", "by_fair_share", "by_contract"]
CLASSES = table(
    frames.CUSTOMER_CLASSES,
    {"customer": "Key", "priority": 1.0, "contract_share": 0.5, "price_factor": 0.9},
    {"customer": "Retail", "priority": 2.0, "contract_share": 0.0, "price_factor": 1.2},
    {"customer": "Web", "priority": 2.0, "contract_share": 0.25, "price_factor": 1.0},
)
MIX = table(
    frames.CUSTOMER_MIX,
    {"item": "bike", "location": "All", "customer": "Key", "share": 0.5},
    {"item": "bike", "location": "All", "customer": "Retail", "share": 0.3},
    {"item": "bike", "location": "All", "customer": "Web", "share": 0.2},
)
NOWHERE = frames.empty_frame(frames.LOCATIONS)
PRICES = pd.DataFrame({"item": ["bike"], "location": ["All"], "net_price": [20.0]})


def plan_that_serves(network, served, unmet="back-orders"):
    """A plan that serves so many units of its one stock in each period."""
    asked, waiting = network.demand.copy(), np.zeros_like(network.demand)
    left = 0.0
    for t, units in enumerate(served):
        left = left * (unmet == "back-orders") + asked[0, t] - units
        waiting[0, t] = left
    blank = {name: np.zeros((0, network.periods)) for name in ("uses", "load", "overtime", "shifts", "workers", "hired", "laid_off")}
    grid = np.zeros((len(network.points), network.periods))
    late, lost = (waiting, np.zeros_like(waiting)) if unmet == "back-orders" else (np.zeros_like(waiting), waiting)
    return SupplySolution(network, SupplyRules(unmet=unmet), np.zeros_like(network.late_share), np.zeros_like(network.late_share), grid, grid, grid, late, lost, costs={"revenue": 0.0}, **blank)


def asked_for(network, **by_location):
    """Demand by selling location: one row of units each, or the network's own at All."""
    rows = by_location or {"All": network.demand.sum(axis=0)}
    return pd.concat([pd.DataFrame({"item": "bike", "location": place, "period": network.timeline.plan, "consensus": np.asarray(units, dtype=float)}) for place, units in rows.items()], ignore_index=True)


def shared(demand, served, *, rule="priority", mix=MIX, classes=CLASSES, prices=PRICES, unmet="back-orders", places=NOWHERE, by_location=None):
    network = small_network({"bike": demand}, points={"bike": {"unit_cost": 10.0, "unit_price": 20.0}})
    asked = asked_for(network, **(by_location or {}))
    allocation, rules, notes = allocate(plan_that_serves(network, served, unmet), asked, places, mix, classes, prices, rule)
    frames.check_frame(allocation, frames.ALLOCATION)
    frames.check_frame(rules, frames.ALLOCATION_RULES)
    return allocation, rules, notes


def by_customer(allocation, column, period=0):
    month = sorted(allocation["period"].unique())[period]
    return allocation[allocation["period"] == month].set_index("customer")[column].to_dict()


class TestRules:
    """100 bikes asked for, 60 there: Key 50 (half under contract, pays 18), Retail 30 (pays 24), Web 20 (a quarter under contract, pays 20)."""

    @pytest.mark.parametrize(
        ("column", "key", "retail", "web"),
        [
            ("by_priority", 50, 6, 4),  # the second priority shares the 10 that are left
            ("by_margin", 10, 30, 20),
            ("by_fair_share", 30, 18, 12),
            ("by_contract", 25 + 25 * 30 / 70, 30 * 30 / 70, 5 + 15 * 30 / 70),
        ],
    )
    def test_who_gets_what(self, column, key, retail, web):
        allocation, _, notes = shared([100.0], [60.0])
        assert by_customer(allocation, column) == pytest.approx({"Key": key, "Retail": retail, "Web": web})
        assert notes.empty

    @pytest.mark.parametrize(("rule", "column"), list(zip(RULES, COLUMNS, strict=True)))
    def test_the_rule_of_the_settings_is_what_is_allocated(self, rule, column):
        allocation, rules, _ = shared([100.0], [60.0], rule=rule)
        assert allocation["allocated"].tolist() == allocation[column].tolist()
        assert set(rules.loc[rules["chosen"] == "yes", "rule"]) == {rule}

    def test_what_each_rule_earns_and_leaves(self):
        """Margins 8, 14 and 10 a bike, and 5 for each of 25 and 5 bikes under contract that waits.

        By priority 50 x 8 + 6 x 14 + 4 x 10 and four of Web's five wait: 504. By margin 10 x 8 + 30 x 14 + 20 x 10 and 20 of Key's wait: 600. Best is to keep
        the contracts and give Retail all it wants: 25 x 8 + 30 x 14 + 5 x 10 = 670.
        """
        _, rules, _ = shared([100.0], [60.0])
        total = rules[rules["customer"] == ""].set_index("rule")
        assert total["margin"].to_dict() == pytest.approx({"priority": 504, "margin": 600, "fair share": 552, "contract first": 580})
        assert total["regret"].to_dict() == pytest.approx({"priority": 166, "margin": 70, "fair share": 118, "contract first": 90})
        key = rules[(rules["rule"] == "priority") & (rules["customer"] == "Key")].iloc[0]
        assert (key["demand"], key["allocated"], key["fill_rate"]) == pytest.approx((50, 50, 1))

    def test_contracts_alone_can_be_more_than_there_is(self):
        """10 bikes, 30 under contract: the class of priority 1 takes them."""
        allocation, _, _ = shared([100.0], [10.0])
        assert by_customer(allocation, "by_contract") == pytest.approx({"Key": 10, "Retail": 0, "Web": 0})

    def test_without_classes_locations_share(self):
        places = locations(All="", North="All", South="All")
        nobody = frames.empty_frame(frames.CUSTOMER_CLASSES), frames.empty_frame(frames.CUSTOMER_MIX)
        prices = pd.DataFrame({"item": "bike", "location": ["North", "South"], "net_price": [20.0, 25.0]})
        allocation, rules, _ = shared([100.0], [50.0], classes=nobody[0], mix=nobody[1], prices=prices, places=places, by_location={"North": [60.0], "South": [40.0]})
        assert allocation[["location", "customer", "by_fair_share", "by_margin"]].to_numpy().tolist() == [["North", "", 30.0, 10.0], ["South", "", 20.0, 40.0]]
        assert rules["customer"].tolist() == [""] * 4

    def test_customers_of_no_class_stay_together(self):
        allocation, _, _ = shared([100.0], [60.0], classes=CLASSES[CLASSES["customer"] == "Key"].reset_index(drop=True))
        assert allocation[["customer", "demand"]].to_numpy().tolist() == [["", 50.0], ["Key", 50.0]]


class TestOverTime:
    def test_what_waits_keeps_its_rank(self):
        """Asked for 100 and 0, served 60 and 40: whoever waited is served in the second month."""
        allocation, _, _ = shared([100.0, 0.0], [60.0, 40.0])
        assert by_customer(allocation, "by_priority", 1) == pytest.approx({"Key": 0, "Retail": 24, "Web": 16})
        assert by_customer(allocation, "by_margin", 1)["Key"] == pytest.approx(40)

    def test_lost_sales_do_not_come_back(self):
        allocation, rules, _ = shared([100.0, 80.0], [60.0, 60.0], unmet="lost sales")
        assert by_customer(allocation, "by_fair_share", 1) == pytest.approx({"Key": 30, "Retail": 18, "Web": 12})
        total = rules[rules["customer"] == ""].set_index("rule")
        assert total.loc["margin", "margin"] == pytest.approx(700 + (12 * 0 + 20 * 8 + 24 * 14 + 16 * 10))

    def test_periods_with_enough_are_not_listed(self):
        allocation, _, _ = shared([100.0, 50.0, 50.0], [60.0, 90.0, 50.0])
        assert allocation["period"].nunique() == 2
        assert shared([100.0], [100.0])[0].empty
        assert shared([100.0], [100.0])[1].empty

    def test_a_customer_who_must_not_wait_goes_first_in_the_best_allocation(self):
        """One bike now, one next month, both under contract. Retail earns 14, Key 8, but letting Key wait costs 5 a month and Retail 1: Key first is 4 better."""
        waiting = CLASSES.assign(backorder_cost=[5.0, 1.0, np.nan], contract_share=1.0)
        mix = MIX[MIX["customer"] != "Web"].assign(share=0.5).reset_index(drop=True)
        network = small_network(
            {}, points={"bike": {"unit_cost": 10.0}},
            streams=[{"item": "bike", "customer": c, "priority": p, "backorder_cost": b, "contract_share": 1.0, "units": [1.0, 0.0]} for c, p, b in (("Key", 1.0, 5.0), ("Retail", 2.0, 1.0))],
        )  # fmt: skip
        plan = plan_that_serves(network, [0.0, 0.0])
        late = np.array([[0.5, 0.0], [0.5, 0.0]])
        plan = SupplySolution(**{**{f: getattr(plan, f) for f in plan.__dataclass_fields__}, "unmet": late})
        _, rules, _ = allocate(plan, asked_for(network), NOWHERE, mix, waiting, PRICES, "margin")
        regret = rules[rules["customer"] == ""].set_index("rule")["regret"]
        assert regret["margin"] == pytest.approx(4)
        assert regret["priority"] == pytest.approx(0)
        assert regret["fair share"] == pytest.approx(2)


class TestWhatIsNotKnown:
    def test_a_price_from_the_network_stands_in(self):
        _, rules, notes = shared([100.0], [60.0], prices=PRICES.iloc[:0])
        assert rules[rules["customer"] == ""].set_index("rule").loc["margin", "margin"] == pytest.approx(600)
        assert notes.empty

    def test_no_price_at_all_is_said(self):
        network = small_network({"bike": [100.0]}, points={"bike": {"unit_price": np.nan}}, streams=[{"item": "bike", "units": [100.0], "price": 0.0}])
        _, rules, notes = allocate(plan_that_serves(network, [60.0]), asked_for(network), NOWHERE, MIX, CLASSES.assign(contract_share=0.0), PRICES.iloc[:0], "margin")
        assert notes["rule"].tolist() == ["allocation-price-absent"]
        assert rules.loc[rules["customer"] == "", "regret"].tolist() == pytest.approx([0.0] * 4)

    def test_a_rule_that_does_not_exist_is_refused(self):
        with pytest.raises(FrameError, match="first come"):
            shared([100.0], [60.0], rule="first come")


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.floats(0, 1)), min_size=1, max_size=4),
    st.lists(st.integers(1, 3), min_size=3, max_size=3),
    st.lists(st.sampled_from([0.0, 0.3, 1.0]), min_size=3, max_size=3),
    st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=3, max_size=3),
    st.lists(st.sampled_from([0.0, 1.0, 6.0]), min_size=3, max_size=3),
    st.sampled_from(["back-orders", "lost sales"]),
)
def test_allocations_of_any_world(periods, priority, contract, factor, waiting, unmet):
    """Units tie to the plan in every period and by every rule, nobody gets more than he asked for, and no rule beats the best allocation."""
    demand = [float(units) for units, _ in periods]
    served, left = [], 0.0
    for units, part in zip(demand, (part for _, part in periods), strict=True):
        served.append((left + units) * part)
        left = (left + units - served[-1]) if unmet == "back-orders" else 0.0
    classes = CLASSES.assign(priority=np.array(priority, dtype=float), contract_share=contract, price_factor=factor, backorder_cost=waiting)
    allocation, rules, _ = shared(demand, served, classes=classes, unmet=unmet)
    by_period = allocation.groupby("period")[COLUMNS].sum()
    for period, row in by_period.iterrows():
        t = (period.year - 2026) * 12 + period.month - 1
        assert row.tolist() == pytest.approx([served[t]] * 4, abs=1e-6)
    for column, (_, rows) in product(COLUMNS, allocation.groupby("customer")):
        assert (rows[column] >= -1e-9).all()
        assert (rows[column].cumsum() <= rows["demand"].cumsum() + 1e-6).all()
        if unmet == "lost sales":
            assert (rows[column] <= rows["demand"] + 1e-6).all()
    for _, rows in allocation.groupby("period"):
        if unmet == "lost sales":
            fractions = (rows["by_fair_share"] / rows["demand"])[rows["demand"] > 0]
            assert fractions.max() - fractions.min() < 1e-9
    total = rules[rules["customer"] == ""]
    assert (total["regret"] >= 0).all()
    if len(total):
        best = float((total["margin"] + total["regret"]).max())
        # a regret cut off at 0 would show as a rule that earns more than the best
        assert (total["margin"] <= best + 1e-6).all()
        assert (total["margin"] + total["regret"]).tolist() == pytest.approx([best] * 4, abs=1e-5)
