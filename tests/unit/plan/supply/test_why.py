"""Why demand is short: one small world for each kind of cause, told as a director reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_network import small_network

from sop_xl import frames
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.price_parts import PriceParts
from sop_xl.plan.supply.solver import open_model
from sop_xl.plan.supply.why import Why, explain, headline, unmet_by_point, with_best_options
from sop_xl.plan.supply.why_words import units

BIKE = {"family": "Mountain Bikes", "unit_price": 200.0, "unit_cost": 80.0}
LOST = SupplyRules(unmet="lost sales")


def bikes(
    demand: Sequence[float], sources: Sequence[Mapping[str, Any]] | None = None, *, bike: Mapping[str, Any] | None = None, **world: Any
) -> SupplyNetwork:
    """A bike, and what goes into it."""
    return small_network({"Bike": demand}, points={"Bike": {**BIKE, **(bike or {})}}, sources=sources, **world)


def why(network: SupplyNetwork, rules: SupplyRules | None = None) -> Why:
    return explain(open_model(network, rules or SupplyRules()), "USD")


def only(reasons: Why) -> pd.Series:
    """The one shortage that there is."""
    assert len(reasons.shortages) == 1
    frames.check_frame(reasons.shortages, frames.SHORTAGES)
    return reasons.shortages.iloc[0]


def welded(**possible: float) -> SupplyNetwork:
    """Bikes of frames that take half an hour of welding; 30 h a month are too few for the first two months."""
    network = bikes(
        [100, 40, 40, 10],
        uses={("Bike", "Frame"): 1},
        resources={"Frame Welding": {"capacity": 30, "loads": {"Frame": 0.5}, "shift_capacity": 16.0}},
    )
    return replace(network, **{f"{name}_possible": np.full((1, 4), value) for name, value in possible.items()})


def test_a_full_work_centre_two_levels_down_is_the_cause() -> None:
    found = only(why(welded()))
    assert (found["period"], found["last_period"]) == (pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01"))
    assert found["unmet_demand"] == pytest.approx(40.0)  # 100 - 60 wait in January, 20 of them in February
    assert found["shortage_value"] == pytest.approx(40 * 200.0)
    assert found["margin_at_risk"] == pytest.approx(40 * 120.0)
    assert (found["cause_kind"], found["cause"]) == ("resource", "Frame Welding")
    assert found["chain"] == "Bike <- Frame <- Frame Welding is full in 2026-01 to 2026-02"
    assert found["option"] == ""


def test_hours_are_advised_that_the_resource_allows() -> None:
    assert only(why(welded(overtime=20.0)))["next_action"] == "Authorise 20 h of overtime at Frame Welding in 2026-01."  # an hour of February comes too late for half of them
    both = only(why(welded(overtime=8.0, shift=1.0)))["next_action"]
    assert both == "Authorise 16 h of overtime at Frame Welding in 2026-01 to 2026-02 or 2 extra shifts there in 2026-01 to 2026-02."
    none = "Find 20 h at Frame Welding in 2026-01 to 2026-02: no overtime, shift or other source is known there."
    assert only(why(welded()))["next_action"] == none


def test_overtime_that_costs_more_than_waiting_is_not_advised() -> None:
    network = welded(overtime=20.0)
    dear = replace(network, resources=network.resources.assign(overtime_cost=60.0))  # an hour makes two bikes, which wait for 5 a month
    expected = "Promise customers a later date or find 20 h elsewhere: overtime and shifts at Frame Welding in 2026-01 to 2026-02 cost more than waiting."
    assert only(why(dear))["next_action"] == expected


def test_without_pre_build_free_hours_before_are_named() -> None:
    network = bikes([10, 40], resources={"Saw": {"capacity": 22, "loads": {"Bike": 1.0}}})
    assert why(network).shortages["unmet_demand"].tolist() == pytest.approx([6.0])  # 44 h for 50 bikes
    found = only(why(network, SupplyRules(prebuild=False)))
    assert found["unmet_demand"] == pytest.approx(18.0)
    assert found["next_action"] == "Build ahead in 2026-01, where 12 h are free."


def test_the_tighter_of_two_work_centres_is_the_cause() -> None:
    resources = {"Frame Welding": {"capacity": 60, "loads": {"Frame": 1.0}}, "Paint": {"capacity": 50, "loads": {"Bike": 1.0}}}
    found = only(why(bikes([100, 40, 40, 10], uses={("Bike", "Frame"): 1}, resources=resources)))
    assert found["chain"] == "Bike <- Paint is full in 2026-01 to 2026-03"


def test_causes_that_follow_each_other_are_named_with_their_share() -> None:
    sources = [{"item": "Bike"}, {"item": "Frame", "kind": "buy", "source": "Abroad", "lead_time": 1.0}]
    resources = {"Paint": {"capacity": 20, "loads": {"Bike": 1.0}}}
    found = only(why(bikes([30, 0, 10, 0], sources, uses={("Bike", "Frame"): 1}, resources=resources)))
    assert found["unmet_demand"] == pytest.approx(30.0)  # none in January for want of frames, 10 still in February for want of paint
    assert found["cause_kind"] == "lead time"
    assert found["chain"] == "Bike <- Frame <- nothing ordered now arrives by 2026-01 (buy from Abroad takes 1 period) (75 %); also Paint is full in 2026-02 (25 %)"


def tubes(**source: Any) -> SupplyNetwork:
    """Bikes of two tubes each; 10 are asked for in January, 40 in February."""
    row = {"item": "Tube", "kind": "buy", "unit_cost": 3.0, **source}
    return bikes([10, 40], [{"item": "Bike"}, row], uses={("Bike", "Tube"): 2}, suppliers={"Steel Works": [20, 40]})


def test_a_supplier_that_delivers_no_more_is_the_cause() -> None:
    found = only(why(tubes(supplier="Steel Works")))
    assert (found["cause_kind"], found["cause"], found["unmet_demand"]) == ("supplier", "supplier Steel Works", pytest.approx(20.0))
    assert found["chain"] == "Bike <- Tube <- Steel Works delivers no more in 2026-01 to 2026-02"
    assert found["next_action"] == "Ask Steel Works for 40 more units of Tube in 2026-01 to 2026-02."


def test_another_source_that_is_not_authorised_is_advised_beside_the_supplier() -> None:
    network = tubes(supplier="Steel Works")
    second = network.sources.iloc[[1]].assign(source="Abroad", supplier=-1, authorised=False, lever="second source")
    network = replace(network, sources=pd.concat([network.sources, second], ignore_index=True), late_share=np.zeros((3, 2)), previous_orders=np.full((3, 2), np.nan))
    expected = "Ask Steel Works for 40 more units of Tube in 2026-01 to 2026-02 or release buy from Abroad (second source) of Tube."
    assert only(why(network))["next_action"] == expected


def test_the_maximum_of_a_source_is_a_shortage_of_material_without_a_supplier() -> None:
    found = only(why(tubes(source="Stock", maximum=40.0)))
    assert (found["cause_kind"], found["cause"]) == ("material", "maximum of Tube (buy from Stock)")
    assert found["chain"] == "Bike <- Tube <- buy from Stock is at its maximum in 2026-01 to 2026-02"
    assert found["next_action"] == "Raise the maximum of Tube (buy from Stock) by 20 units in 2026-01 to 2026-02."
    assert only(why(tubes(supplier="Steel Works", maximum=15.0)))["cause_kind"] == "supplier"


def test_what_cannot_be_ordered_any_more_is_a_lead_time() -> None:
    sources = [{"item": "Bike"}, {"item": "Tube", "kind": "buy", "source": "Steel Works", "lead_time": 2.0}]
    found = only(why(bikes([10, 10, 40], sources, uses={("Bike", "Tube"): 1}, opening={"Tube": 12})))
    assert (found["cause_kind"], found["unmet_demand"]) == ("lead time", pytest.approx(8.0))
    assert found["chain"] == "Bike <- Tube <- nothing ordered now arrives by 2026-02 (buy from Steel Works takes 2 periods)"
    assert found["next_action"] == "Ask for 8 units of Tube sooner (buy from Steel Works), or promise customers a later date."


def test_the_frozen_fence_is_a_cause_of_its_own() -> None:
    found = only(why(bikes([10, 10, 40], bike={"fence": 1.0})))
    assert (found["cause_kind"], found["cause"]) == ("fence", "frozen fence of Bike (make)")
    assert found["chain"] == "Bike <- nothing new may be ordered for 2026-01 within the frozen fence of 1 period"
    assert found["next_action"] == "Open the frozen fence of Bike for 10 units, or promise customers a later date."


def test_a_source_that_is_not_yet_valid_is_named() -> None:
    found = only(why(bikes([10, 10], [{"item": "Bike", "kind": "buy", "source": "Abroad", "first": 1}])))
    assert (found["cause_kind"], found["chain"]) == ("material", "Bike <- buy from Abroad is not valid in 2026-01")


def test_an_item_without_an_authorised_source_is_short_of_material() -> None:
    found = only(why(bikes([10, 10], [{"item": "Bike", "kind": "buy", "source": "Abroad", "lever": "second source", "authorised": False}])))
    assert (found["cause_kind"], found["cause"]) == ("material", "no source of Bike")
    assert found["next_action"] == "Release buy from Abroad (second source) of Bike."


def test_stock_that_may_not_be_built_ahead_for_want_of_room_is_a_resource_that_is_full_and_a_maximum_that_binds() -> None:
    reasons = why(bikes([0, 50], bike={"maximum_stock": 10.0}, resources={"Saw": {"capacity": 30, "loads": {"Bike": 1.0}}}))
    assert only(reasons)["cause"] == "Saw"
    assert {"maximum_stock", "resource_capacity"} == set(reasons.binding["constraint"])
    sentence = reasons.binding.set_index("constraint").at["maximum_stock", "sentence"]
    assert sentence.startswith("Bike lies at its maximum stock in 2026-01 (10 units): one more unit saves USD ")
    assert sentence.endswith("; 10 units of Mountain Bikes wait for it.")


def test_what_costs_more_than_losing_it_is_a_matter_of_cost() -> None:
    dear = bikes([10, 10], [{"item": "Bike", "kind": "buy", "source": "Abroad", "unit_cost": 300.0}])
    found = only(why(dear, SupplyRules(objective="most margin", unmet="lost sales")))
    assert (found["cause_kind"], found["unmet_demand"]) == ("cost", pytest.approx(20.0))
    assert found["chain"] == "Bike <- serving it costs USD 95 per unit more than losing it"  # 300 - price 200 - 5 for a lost sale
    assert found["next_action"] == "Decide whether Bike is to be served at USD 95 per unit more than it is worth, or ask for a higher price."


def test_a_limit_on_the_cheap_source_is_the_cause_where_the_other_is_too_dear() -> None:
    sources = [{"item": "Bike", "maximum": 5.0}, {"item": "Bike", "kind": "buy", "source": "Abroad", "priority": 2.0, "unit_cost": 500.0}]
    found = only(why(bikes([10, 10], sources), replace(LOST, objective="most margin")))
    assert found["chain"] == "Bike <- make is at its maximum in 2026-01 to 2026-02"


def test_service_first_blames_what_is_full_and_not_the_cost() -> None:
    sources = [{"item": "Bike", "unit_cost": 90.0}]  # waiting a month costs 5
    network = bikes([40, 10, 10], sources, resources={"Saw": {"capacity": 20, "loads": {"Bike": 1.0}}})
    assert only(why(network, SupplyRules(objective="service first")))["cause"] == "Saw"


def test_lost_sales_add_up_over_the_shortage() -> None:
    found = only(why(bikes([50, 45, 10], resources={"Saw": {"capacity": 40, "loads": {"Bike": 1.0}}}), LOST))
    assert found["unmet_demand"] == pytest.approx(15.0)
    assert found["shortage_value"] == pytest.approx(15 * 200.0)


def test_shortages_are_ranked_by_money_and_unknown_prices_come_last() -> None:
    points = {"A": {"unit_price": 10.0}, "B": {"unit_price": 90.0}, "C": {"unit_price": np.nan}}
    streams = [{"item": item, "units": [20, 0], "price": price} for item, price in (("A", 10.0), ("B", 90.0), ("C", 0.0))]
    reasons = why(small_network({}, points=points, streams=streams, sources=[{"item": i, "lead_time": 1.0} for i in points]))
    assert reasons.shortages["item"].tolist() == ["B", "A", "C"]
    assert np.isnan(reasons.shortages["shortage_value"].iat[2])


def test_a_gap_between_two_shortages_makes_them_two() -> None:
    network = bikes([30, 10, 10, 30, 0], resources={"Saw": {"capacity": 20, "loads": {"Bike": 1.0}}}, bike={"holding_cost": 50.0})
    reasons = why(network)
    assert reasons.shortages["period"].tolist() == [pd.Timestamp("2026-01-01"), pd.Timestamp("2026-04-01")]


def test_several_locations_are_named_along_a_transfer() -> None:
    sources = [{"item": "Bike N", "kind": "transfer", "source": "South", "from_point": 1}, {"item": "Bike S"}]
    points = {"Bike N": {"location": "North"}, "Bike S": {"location": "South"}}
    network = small_network({"Bike N": [30, 10]}, points=points, sources=sources, resources={"Saw": {"capacity": 20, "loads": {"Bike S": 1.0}}})
    assert only(why(network))["chain"] == "Bike N at North <- Bike S at South <- Saw is full in 2026-01"


def test_a_plan_made_without_the_solver_blames_timing_alone() -> None:
    solution = open_model(welded(), SupplyRules()).solution
    early = replace(solution, duals={})  # as netting would leave it: limits are not kept, so none can be the cause
    assert "resource" not in set(explain(early).shortages["cause_kind"])
    sources = [{"item": "Bike"}, {"item": "Tube", "kind": "buy", "source": "Steel Works", "lead_time": 1.0}]
    late = open_model(bikes([10, 10], sources, uses={("Bike", "Tube"): 1}), SupplyRules()).solution
    found = only(explain(replace(late, duals={})))
    assert (found["cause_kind"], found["cause"]) == ("lead time", "lead time of Tube (buy from Steel Works)")


def test_limits_without_room_tell_the_cause_where_the_short_stock_has_no_price() -> None:
    solution = open_model(welded(), SupplyRules()).solution
    unpriced = replace(solution, duals={"resource_capacity": np.zeros((1, 4))})
    assert only(explain(unpriced))["chain"] == "Bike <- Frame <- Frame Welding is full in 2026-01 to 2026-02"


def test_a_plan_that_serves_everything_has_no_shortage_and_says_so() -> None:
    model = open_model(bikes([10, 10]), SupplyRules())
    reasons = explain(model, "USD")
    assert frames.check_frame(reasons.shortages, frames.SHORTAGES).empty
    assert frames.check_frame(reasons.binding, frames.BINDING_CONSTRAINTS).empty
    assert headline(reasons, model.solution, "USD") == [
        "All demand is served in its period.",
        "No limit binds: more capacity or supply would save nothing.",
        "The plan costs USD 0 over 2 periods.",
    ]


def test_the_headline_says_service_cause_price_and_first_action() -> None:
    model = open_model(welded(overtime=20.0), SupplyRules())
    assert headline(explain(model, "USD"), model.solution, "USD") == [
        "78.9 % of demand is served in its period; 40 units of 1 item wait at the worst, worth USD 8,000 of revenue and USD 4,800 of margin.",
        "USD 8,000 of it (100 %) is due to Frame Welding: Bike.",
        "Frame Welding is full in 2026-01: one more hour saves USD 20 (holds for 10 more hours), one hour less costs USD 30; 40 units of Mountain Bikes wait for it.",
        "First: Authorise 20 h of overtime at Frame Welding in 2026-01.",
    ]


def test_the_option_that_leaves_least_of_a_shortage_is_put_beside_it() -> None:
    plan = open_model(welded(), SupplyRules()).solution
    wider = open_model(replace(welded(), capacity=np.full((1, 4), 50.0)), SupplyRules()).solution
    little = open_model(replace(welded(), capacity=np.full((1, 4), 32.0)), SupplyRules()).solution
    effects = pd.concat([unmet_by_point(plan), unmet_by_point(wider, "Overtime"), unmet_by_point(little, "Second source"), unmet_by_point(plan, "Nothing")])
    shortages = explain(plan).shortages
    for names, best in ((["Nothing", "Second source", "Overtime"], "Overtime"), (["Nothing", "Second source"], "Second source"), (["Nothing"], "")):
        options = pd.DataFrame({"option": names, "rank": np.arange(1.0, len(names) + 1), "gain": 1.0})
        assert with_best_options(shortages, options, effects)["option"].tolist() == [best]


def displaced(**saw: float) -> SupplyNetwork:
    """A saw that is down in February; benches, which keep cheaply, are made in January for March, and shelves, which do not, are short in March."""
    network = small_network(
        {"Bench": [5, 10, 20, 0], "Shelf": [0, 10, 10, 0]},
        points={"Bench": {"holding_cost": 0.2}, "Shelf": {"family": "Shelves", "holding_cost": 1.0}},
        resources={"Saw": {"capacity": [30, 5, 10, 60], "loads": {"Bench": 1.0, "Shelf": 1.0}, **saw}},
    )
    return replace(network, overtime_possible=np.full((1, 4), 30.0))


def test_hours_that_make_room_by_making_something_else_are_part_of_the_cause() -> None:
    reasons = why(displaced())
    found = only(reasons)
    assert (found["item"], found["period"], found["unmet_demand"]) == ("Shelf", pd.Timestamp("2026-03-01"), pytest.approx(10.0))
    own = PriceParts(open_model(displaced(), SupplyRules()).solution).tight(1, 2)
    assert own == {("resource_capacity", 0, 2)}  # a shelf of February would cost more than the wait that it ends
    assert found["chain"] == "Shelf <- Saw is full in 2026-01 to 2026-03"
    assert reasons.binding["demand_hurt"].tolist() == pytest.approx([10.0, 10.0, 10.0])
    for month in range(3):
        wider = displaced()
        wider.capacity[0, month] += 2.0  # makes benches, which need no hour of March then
        assert only(why(wider))["unmet_demand"] == pytest.approx(8.0)


def test_overtime_is_advised_where_an_hour_gains_most_beyond_its_cost() -> None:
    assert only(why(displaced()))["next_action"] == "Authorise 10 h of overtime at Saw in 2026-01 to 2026-03."
    dear = only(why(displaced(overtime_cost=5.0)))["next_action"]  # an hour is worth 4.6 in January, 5.6 in February, 5 in March
    assert dear == "Authorise 10 h of overtime at Saw in 2026-02."


def test_an_hour_that_is_worth_more_to_another_item_is_no_cause() -> None:
    demand = {"Bike": [30, 0, 0], "Shelf": [0, 0, 20]}  # more hours in January would make bikes, none of them a shelf
    resources = {"Saw": {"capacity": [20, 0, 10], "loads": {"Bike": 1.0, "Shelf": 1.0}}}
    reasons = why(small_network(demand, points={"Bike": BIKE}, resources=resources), LOST)
    chains = reasons.shortages.set_index("item")["chain"]
    assert chains.to_dict() == {"Bike": "Bike <- Saw is full in 2026-01", "Shelf": "Shelf <- Saw is full in 2026-03"}


def test_the_headline_counts_no_cost_that_nobody_pays() -> None:
    network = bikes([10, 10], [{"item": "Bike", "unit_cost": 3.0, "lead_time": 1.0}], opening={"Bike": 10}, safety_stock={"Bike": [50, 0]})
    model = open_model(network, SupplyRules())
    assert model.solution.costs["safety stock"] > 0
    assert headline(explain(model, "USD"), model.solution, "USD")[-1] == "The plan costs USD 30 over 2 periods."


def test_units_are_asked_for_whole_and_rounded_up() -> None:
    network = replace(tubes(supplier="Steel Works"), supplier_limit=np.array([[20.0, 71.63]]))
    assert only(why(network))["next_action"] == "Ask Steel Works for 9 more units of Tube in 2026-01 to 2026-02."  # 8.37
    assert units(8.37) == "8 units" and units(8.6) == "9 units" and units(0.35) == "0.3 units" and units(8.37, "h") == "8.4 h"
