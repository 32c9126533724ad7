"""Risks of demand and capacity on a plan with limits: a saw of 50 hours a month makes 40 bikes of an hour each."""

from __future__ import annotations

import pandas as pd
import pytest
from risk_world import TIMELINE, line, outlook
from risk_world import detail_of as planned
from small_network import small_network

from sop_xl.plan.supply.figures import served
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.solver import open_model
from sop_xl.plan.valuation import constrain_detail

BIKES = {("Bike", "All"): 40.0}
LOST_SALES = SupplyRules(unmet="lost sales")
UPSIDE = {"effect": 0.5}
"""20 bikes a month more than the 40 planned; the saw makes 10 of them."""
FAILURE = {"driver": "capacity", "resource": "Saw", "effect": -0.5}


def sawn(*risks, rules=LOST_SALES, demand=(40.0,) * 4, capacity=50.0, **saw):
    """The outlook of those risks, the supply plan asked again for each."""
    network = small_network({"Bike": list(demand)}, resources={"Saw": {"capacity": capacity, "loads": {"Bike": 1.0}, **saw}})
    model = open_model(network, rules)
    wanted = planned({("Bike", "All"): demand[0]})
    sold = pd.DataFrame({"item": "Bike", "location": "All", "period": TIMELINE.plan, "sales_volume": served(model.solution)[0]})
    return outlook(*risks, detail=constrain_detail(wanted, sold), solution=model.solution, resolve=model.resolve)


def test_demand_above_the_plan_sells_as_far_as_there_are_hours():
    found = sawn(UPSIDE)
    assert line(found).expected == pytest.approx(4 * 10 * 100)
    assert "Supply can serve 50% of the demand that it may add" in line(found, risk="R1").note
    assert line(found, "service").expected == pytest.approx(200 / 240 - 1)


def test_so_do_units_that_are_added():
    found = sawn({"effect": 20.0, "action": "add"})
    assert line(found).expected == pytest.approx(4 * 10 * 100)
    assert line(found, "gross_margin").expected == pytest.approx(4 * 10 * 40)


def test_within_the_hours_all_of_it_sells():
    found = sawn({"effect": 0.25})
    assert line(found).expected == pytest.approx(4 * 10 * 100)
    assert "Supply can serve" not in line(found, risk="R1").note
    assert line(found, "service").expected == pytest.approx(0)


def test_demand_that_falls_where_supply_is_short_loses_first_what_was_not_served():
    """60 are asked for and 50 made; 10 % less is 54 asked for, of which 50 are still made."""
    found = sawn({"effect": -0.1}, demand=(60.0,) * 4)
    assert line(found).expected == pytest.approx(0)
    assert line(found, "service").plan == pytest.approx(50 / 60)
    assert line(found, "service").expected == pytest.approx(50 / 54 - 50 / 60)


def test_lost_hours_are_lost_sales_and_service():
    found = sawn(FAILURE)
    assert line(found).expected == pytest.approx(-4 * 15 * 100)
    assert line(found, "service").expected == pytest.approx(-15 / 40)
    assert line(found, "gross_margin").expected == pytest.approx(-4 * 15 * 40)


def test_between_the_ends_of_its_effect_it_is_read_in_straight_lines():
    found = sawn(FAILURE | {"effect_low": -1.0, "effect_high": 0.0, "probability": 0.3})
    # nothing at -0.0, 6,000 at -0.5, all 16,000 at -1: in the mean the middle counts four times each of the others
    assert line(found).expected == pytest.approx(0.3 * (-16_000 - 4 * 6000 - 0) / 6)


def test_it_strikes_unannounced():
    """Known in January, ten bikes a month more could be made ahead of a failure in March; as it is, 15 a month are lost."""
    assert line(sawn(FAILURE | {"first_period": "2026-03"})).expected == pytest.approx(-2 * 15 * 100)


def test_what_can_be_made_up_for_later_is_late_and_not_lost():
    """Back-orders: 15 bikes of January wait, and are made in February and March beside the 40 of the plan."""
    found = sawn(FAILURE | {"last_period": "2026-01"}, rules=SupplyRules())
    assert line(found).expected == pytest.approx(0)
    assert line(found, "service").expected < 0


def test_overtime_that_is_authorised_makes_up_for_hours_and_costs_cash():
    found = sawn(FAILURE, overtime=30.0, overtime_cost=7.0)
    assert line(found).expected == pytest.approx(0)
    assert line(found, "cash").expected == pytest.approx(-4 * 15 * 7.0)


def test_hours_may_be_added():
    assert line(sawn({"driver": "capacity", "resource": "Saw", "action": "add", "effect": 10.0}, demand=(60.0,) * 4)).expected == pytest.approx(4 * 10 * 100)


def test_a_resource_without_a_limit_cannot_lose_hours():
    found = sawn(FAILURE, capacity=float("inf"))
    assert found.notes["rule"].tolist() == ["risk-without-effect"]
    assert line(found).expected == 0


def test_risks_that_share_hours_are_said_not_to_add_up():
    """Ten bikes a month come with each of two upsides, and no more with both."""
    found = sawn(UPSIDE, UPSIDE)
    assert found.notes["rule"].tolist() == ["risks-share-supply"]
    assert "R1, R2 share supply: all at their most likely effect change revenue by +4,000, one by one +8,000" in found.notes["note"].iloc[0]


def test_the_plan_is_asked_once_for_each_end():
    network = small_network({"Bike": [40.0] * 4}, resources={"Saw": {"capacity": 50.0, "loads": {"Bike": 1.0}}})
    model, asked = open_model(network, LOST_SALES), []

    def resolve(changed):
        asked.append(changed)
        return model.resolve(changed)

    outlook(FAILURE | {"effect_low": -0.5, "effect_high": 0.0}, {"effect": -0.1}, detail=planned(BIKES), solution=model.solution, resolve=resolve)
    assert len(asked) == 1 + 1 + 2, "the plan as it is, the failure, and both together in turn; less demand where nothing is short needs no plan"
