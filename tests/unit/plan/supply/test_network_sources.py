"""Sources of every stock point: wildcards, defaults, levers, lead times, yields, lots and costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from supply_tables import names, network_of, noted_network, sources_of, supply_inputs

from sop_xl.plan.supply.network import source_name

GLOSS = [{"item": "gloss"}]
SOLD = {("gloss", "All"): [10, 10, 10]}
PLACES = [{"location": p, "supplied_from": p} for p in ("North", "South", "Works")]


def buy(source: str, **columns: Any) -> dict[str, Any]:
    return {"kind": "buy", "source": source, "priority": 1.0} | columns


def of_gloss(*sourcing: dict[str, Any], item: dict[str, Any] | None = None, horizon: int = 6, **given: Any) -> pd.DataFrame:
    """Sources of the one stock of gloss."""
    return sources_of(network_of(supply_inputs([{"item": "gloss"} | (item or {})], SOLD, sourcing=list(sourcing), **given), horizon), "gloss@All")


# which sources there are


def test_without_sourcing_what_has_a_bill_is_made_and_all_else_bought_with_the_items_lead_time_and_lots() -> None:
    bought = of_gloss(item={"lead_time": 1.2, "minimum_order": 50.0, "order_multiple": 10.0}).iloc[0]
    assert (bought["kind"], bought["source"], bought["lead_periods"], bought["minimum_order"], bought["order_multiple"]) == ("buy", "", 1, 50.0, 10.0)
    assert bought["authorised"] and bought["supplier"] == -1 and np.isnan(bought["maximum"])


def test_of_lines_for_the_same_source_the_narrowest_holds_and_different_sources_all_hold() -> None:
    sources = of_gloss(
        buy("Alba", unit_cost=1.0), buy("Alba", family="Paint", unit_cost=2.0), buy("Alba", item="gloss", unit_cost=3.0), buy("Alba", location="All", unit_cost=4.0),
        buy("Bora", family="Paint", unit_cost=5.0), buy("Cirrus", family="Tools", unit_cost=6.0),
    )  # fmt: skip
    regular = sources[sources["lever"] == ""]
    assert dict(zip(regular["source"], regular["unit_cost"], strict=True)) == {"Alba": 3.0, "Bora": 5.0}


def test_sources_stand_by_point_priority_kind_and_name() -> None:
    sources = of_gloss(buy("Bora", priority=2.0), buy("Alba", priority=2.0), buy("Zephyr"), {"kind": "make", "priority": 1.0})
    assert [source_name(k, s) for k, s in zip(sources["kind"], sources["source"], strict=True)] == ["buy from Zephyr", "make", "buy from Alba", "buy from Bora"]


def test_a_transfer_for_every_location_supplies_all_but_the_one_that_it_is_from() -> None:
    inputs = supply_inputs(GLOSS, {("gloss", "North"): [1], ("gloss", "South"): [1]}, locations=PLACES, sourcing=[{"kind": "transfer", "source": "Works", "priority": 1.0}])
    network = network_of(inputs)
    assert names(network) == ["gloss@North", "gloss@South", "gloss@Works"]
    assert network.sources["kind"].tolist() == ["transfer", "transfer", "buy"]
    assert network.sources["from_point"].tolist() == [2, 2, -1]


def test_a_transfer_from_nowhere_is_left_out_and_said() -> None:
    network, notes = noted_network(supply_inputs(
        GLOSS, {("gloss", "North"): [1]}, locations=PLACES,
        sourcing=[{"item": "gloss", "kind": "transfer", "priority": 1.0}, {"item": "gloss", "kind": "transfer", "source": "Moon", "priority": 1.0}],
    ))  # fmt: skip
    assert network.sources["kind"].tolist() == ["buy"]
    assert notes.loc[notes["rule"] == "transfer-from-nowhere", "note"].tolist() == [
        "the transfer of gloss is from nowhere; left out", "the transfer of gloss is from Moon, which Locations does not list; left out",
    ]  # fmt: skip


def test_a_source_that_had_to_be_assumed_is_said_where_sourcing_knows_the_item_elsewhere() -> None:
    network, notes = noted_network(supply_inputs(GLOSS, {("gloss", "North"): [1], ("gloss", "South"): [1]}, locations=PLACES, sourcing=[buy("Alba", item="gloss", location="North")]))
    assert network.sources["source"].tolist() == ["Alba", ""]
    assert "Sourcing has no line for gloss / South" in notes.set_index("rule").at["source-assumed", "note"]


def test_an_item_at_a_location_that_sourcing_names_is_a_stock_without_any_demand() -> None:
    assert names(network_of(supply_inputs(GLOSS, {}, locations=PLACES, sourcing=[buy("Alba", item="gloss", location="Works")]))) == ["gloss@Works"]


# levers


def test_a_second_source_and_a_subcontractor_need_leave_and_the_settings_give_it() -> None:
    lines = (buy("Alba"), buy("Bora", priority=2.0), {"kind": "subcontract", "source": "Coat Ltd", "priority": 1.0})
    closed = of_gloss(*lines, settings={"free_levers": frozenset()})
    assert dict(zip(closed["source"], closed["lever"], strict=True)) == {"Alba": "", "Coat Ltd": "subcontract", "Bora": "second source"}
    assert closed.set_index("source")["authorised"].to_dict() == {"Alba": True, "Bora": False, "Coat Ltd": False}
    opened = of_gloss(*lines, settings={"free_levers": frozenset({"second source", "subcontract"})})
    assert opened["authorised"].all()


def test_a_subcontractor_or_an_alternate_that_is_the_only_source_is_the_regular_one() -> None:
    assert of_gloss({"kind": "subcontract", "source": "Coat Ltd", "priority": 3.0})["lever"].tolist() == [""]
    assert of_gloss(buy("Bora", priority=2.0), buy("Cirrus", priority=3.0))["lever"].tolist() == ["", "second source"]


def test_a_regular_source_that_takes_whole_periods_can_be_expedited_at_a_premium_in_half_the_time() -> None:
    sources = of_gloss(buy("Alba", unit_cost=8.0, lead_time=4.0, lead_time_deviation=1.0), settings={"expedite_premium": 0.25})
    regular, fast = sources.iloc[0], sources.iloc[1]
    assert (regular["lever"], fast["lever"], fast["authorised"]) == ("", "expedite", False)
    assert (fast["lead_time"], fast["lead_periods"], fast["first"], fast["lead_time_deviation"], fast["unit_cost"]) == (2.0, 2, 2, 0.5, 10.0)


def test_a_transfer_that_costs_nothing_is_expedited_at_a_part_of_the_items_cost() -> None:
    inputs = supply_inputs(GLOSS, {("gloss", "North"): [1]}, locations=PLACES, sourcing=[{"location": "North", "kind": "transfer", "source": "Works", "priority": 1.0, "lead_time": 2.0}])
    assert sources_of(network_of(inputs), "gloss@North")["unit_cost"].tolist() == [0.0, 2.5]


def test_what_is_made_or_is_an_alternate_or_would_come_no_period_earlier_is_not_expedited() -> None:
    assert "expedite" not in of_gloss({"kind": "make", "priority": 1.0, "lead_time": 4.0})["lever"].tolist()
    assert of_gloss(buy("Alba"), buy("Bora", priority=2.0, lead_time=4.0))["lever"].tolist() == ["", "second source"]
    assert of_gloss(buy("Alba", lead_time=1.2))["lever"].tolist() == [""]  # half of it, 0.6, is one period as well


def test_a_lever_that_is_none_is_said() -> None:
    _, notes = noted_network(supply_inputs(GLOSS, SOLD, settings={"free_levers": frozenset({"overtime", "magic"})}))
    assert notes.loc[notes["rule"] == "unknown-lever", "note"].tolist()[0].startswith('"magic" among the levers without a decision is not one of')


# lead times and yields


PERFORMANCE = [
    {"supplier": "Alba", "item": "gloss", "order_lines": 9.0, "lead_time": 3.0, "lead_time_deviation": 0.5, "reject_rate": 0.1},
    {"supplier": "Alba", "item": "", "order_lines": 40.0, "lead_time": 2.0, "lead_time_deviation": 0.4, "reject_rate": 0.2},
]  # fmt: skip
ALBA = [{"supplier": "Alba", "lead_time": 5.0, "lead_time_deviation": 0.2}]


def lead(*lines: dict[str, Any], **given: Any) -> tuple[float, float]:
    source = of_gloss(*lines, item={"lead_time": 1.0, "lead_time_deviation": 0.1}, **given).iloc[0]
    return source["lead_time"], source["lead_time_deviation"]


def test_the_lead_time_is_the_one_of_sourcing_then_measured_then_the_suppliers_then_the_items() -> None:
    few = [row | {"order_lines": 4.0} for row in PERFORMANCE]
    assert lead(buy("Alba", lead_time=7.0, lead_time_deviation=0.7), supplier_performance=PERFORMANCE, suppliers=ALBA) == (7.0, 0.7)
    assert lead(buy("Alba"), supplier_performance=PERFORMANCE, suppliers=ALBA) == (3.0, 0.5)
    assert lead(buy("Alba"), supplier_performance=[few[0], PERFORMANCE[1]], suppliers=ALBA) == (2.0, 0.4)
    assert lead(buy("Alba"), supplier_performance=few, suppliers=ALBA) == (5.0, 0.2)
    assert lead(buy("Alba"), supplier_performance=PERFORMANCE, suppliers=ALBA, settings={"lead_times": "stated"}) == (5.0, 0.2)
    assert lead(buy("Bora"), supplier_performance=PERFORMANCE, suppliers=ALBA) == (1.0, 0.1)


def test_each_of_mean_and_deviation_follows_its_own_precedence() -> None:
    assert lead(buy("Alba", lead_time=7.0), supplier_performance=PERFORMANCE, suppliers=ALBA) == (7.0, 0.5)


def test_a_measured_deviation_of_exactly_nothing_gives_way_to_a_stated_one() -> None:
    planned_dates = [row | {"lead_time_deviation": 0.0} for row in PERFORMANCE]
    assert lead(buy("Alba"), supplier_performance=planned_dates, suppliers=ALBA) == (3.0, 0.2)


def test_the_yield_is_the_one_of_sourcing_then_one_less_the_stated_rejects_then_the_measured_ones() -> None:
    def good(**given: Any) -> float:
        return float(of_gloss(buy("Alba", **given.pop("line", {})), **given)["process_yield"].iloc[0])

    rejects = [{"supplier": "Alba", "reject_rate": 0.3}]
    assert good(line={"process_yield": 0.99}, suppliers=rejects, supplier_performance=PERFORMANCE) == 0.99
    assert good(suppliers=rejects, supplier_performance=PERFORMANCE) == pytest.approx(0.7)
    assert good(supplier_performance=PERFORMANCE) == pytest.approx(0.9)
    assert good() == 1.0
    assert good(supplier_performance=[PERFORMANCE[0] | {"reject_rate": 1.0}]) == 0.05


def test_a_lead_time_becomes_whole_periods_by_rounding_to_the_nearest_and_nothing_arrives_before_it() -> None:
    for lead_time, whole in ((0.49, 0), (0.5, 1), (1.49, 1), (2.6, 3)):
        source = of_gloss({"kind": "make", "priority": 1.0, "lead_time": lead_time}).iloc[0]
        assert (source["lead_periods"], source["first"], source["last"]) == (whole, whole, 5)


def test_a_source_is_valid_in_every_period_of_which_a_day_lies_within_its_dates() -> None:
    day = pd.Timestamp
    dated = of_gloss(buy("Alba", valid_from=day("2026-02-20"), valid_until=day("2026-04-02"))).iloc[0]
    assert (dated["first"], dated["last"]) == (1, 3)
    early = of_gloss(buy("Alba", valid_until=day("2025-12-31"))).iloc[0]
    late = of_gloss(buy("Alba", valid_from=day("2026-07-01"))).iloc[0]
    assert early["first"] > early["last"] and late["first"] > late["last"]


def test_a_source_whose_price_changes_has_a_row_for_each_time_and_the_later_one_has_the_period_of_the_change() -> None:
    day = pd.Timestamp
    rows = [buy("Alba", unit_cost=5.0, share=0.7, valid_until=day("2026-03-14")), buy("Alba", unit_cost=6.0, share=0.4, valid_from=day("2026-03-15"))]
    sources = of_gloss(*rows, buy("Bora", share=0.3))
    alba = sources[sources["source"] == "Alba"]
    assert alba[["unit_cost", "first", "last"]].to_numpy().tolist() == [[5.0, 0, 1], [6.0, 2, 5]]
    assert sources["share"].tolist() == [0.7, 0.4, 0.3]  # never more than all at a time


def test_a_narrower_row_of_a_source_takes_the_place_of_all_wider_ones_whatever_their_dates() -> None:
    day = pd.Timestamp
    sources = of_gloss(
        buy("Alba", unit_cost=1.0, valid_until=day("2026-02-28")), buy("Alba", unit_cost=2.0, valid_from=day("2026-03-01")), buy("Alba", item="gloss", unit_cost=3.0)
    )  # fmt: skip
    assert sources["unit_cost"].tolist() == [3.0]


# lots, shares, costs


def test_lots_of_the_item_are_the_regular_sources_and_no_alternates() -> None:
    sources = of_gloss(buy("Alba"), buy("Bora", priority=2.0), buy("Cirrus", minimum_order=7.0), item={"minimum_order": 50.0, "order_multiple": 10.0}).set_index("source")
    assert sources["minimum_order"].to_dict() == {"Alba": 50.0, "Bora": 0.0, "Cirrus": 7.0}
    assert sources["order_multiple"].to_dict() == {"Alba": 10.0, "Bora": 0.0, "Cirrus": 10.0}


def test_a_lot_above_the_maximum_of_a_period_is_cut_to_it_and_said() -> None:
    network, notes = noted_network(supply_inputs(GLOSS, SOLD, sourcing=[buy("Alba", minimum_order=500.0, order_multiple=250.0, maximum=100.0)]))
    assert network.sources[["minimum_order", "order_multiple", "maximum"]].iloc[0].tolist() == [100.0, 0.0, 100.0]
    assert "lot-above-maximum" in notes["rule"].tolist()


def test_shares_above_all_are_scaled_down_and_said_and_below_all_they_stand() -> None:
    network, notes = noted_network(supply_inputs(GLOSS, SOLD, sourcing=[buy("Alba", share=0.9), buy("Bora", share=0.6), buy("Cirrus")]))
    np.testing.assert_allclose(network.sources["share"], [0.6, 0.4, np.nan])
    assert "add up to 150%" in notes.set_index("rule").at["shares-above-one", "note"]
    assert of_gloss(buy("Alba", share=0.5), buy("Bora", share=0.25))["share"].tolist() == [0.5, 0.25]


def test_what_is_bought_costs_what_sourcing_says_else_the_items_cost_and_a_transfer_nothing() -> None:
    assert of_gloss(buy("Alba", unit_cost=8.0), buy("Bora"), item={"unit_cost": 12.0})["unit_cost"].tolist() == [8.0, 12.0]


BENCH = [{"item": "bench", "unit_cost": 100.0}, {"item": "plank", "unit_cost": 15.0}]
TIMBER: dict[str, Any] = {
    "bill_of_materials": [{"item": "bench", "component": "plank", "quantity_per": 2.0}],
    "resources": [{"resource": "Saw", "kind": "machine", "cost_per_hour": 40.0}],
    "bill_of_resources": [{"item": "bench", "resource": "Saw", "hours_per_unit": 0.5}],
}  # fmt: skip


def bench_cost(*sourcing: dict[str, Any], items: list[dict[str, Any]] = BENCH, **given: Any) -> list[float]:
    network = network_of(supply_inputs(items, {("bench", "All"): [1]}, sourcing=list(sourcing), **TIMBER | given))
    return sources_of(network, "bench@All")["unit_cost"].tolist()


def test_what_is_made_costs_what_the_items_cost_leaves_after_components_and_costed_hours() -> None:
    assert bench_cost() == [50.0]  # 100 - 2 planks at 15 - half an hour at 40
    assert bench_cost(bill_of_resources=[]) == [70.0]
    assert bench_cost(items=[{"item": "bench", "unit_cost": 20.0}, BENCH[1]]) == [0.0]
    assert bench_cost({"item": "bench", "kind": "make", "priority": 1.0, "unit_cost": 5.0}) == [5.0]


def test_a_subcontractor_whose_price_is_not_stated_costs_the_items_cost_less_components_and_it_is_said() -> None:
    inputs = supply_inputs(BENCH, {("bench", "All"): [1]}, sourcing=[{"item": "bench", "kind": "subcontract", "source": "Carve", "priority": 1.0}], **TIMBER)
    network, notes = noted_network(inputs)
    assert sources_of(network, "bench@All")["unit_cost"].tolist() == [70.0]
    assert "subcontract-cost-assumed" in notes["rule"].tolist()


def test_an_item_without_a_cost_counts_as_free_and_is_said() -> None:
    network, notes = noted_network(supply_inputs([{"item": "gloss", "unit_cost": np.nan}], SOLD))
    assert network.sources["unit_cost"].tolist() == [0.0] and network.points["holding_cost"].tolist() == [0.0]
    assert notes.set_index("rule").at["unit-cost-absent", "note"] == "no unit cost is known for gloss; the supply plan takes it as 0"


def test_a_cost_that_items_does_not_state_is_the_price_of_the_regular_source_and_it_is_said() -> None:
    inputs = supply_inputs([{"item": "gloss", "unit_cost": np.nan}], SOLD, sourcing=[buy("Alba", unit_cost=8.0), buy("Bora", unit_cost=3.0, priority=2.0)])
    network, notes = noted_network(inputs)
    assert network.points["unit_cost"].tolist() == [8.0] and network.sources["unit_cost"].tolist() == [8.0, 3.0]
    assert "unit-cost-derived" in notes["rule"].tolist() and "unit-cost-absent" not in notes["rule"].tolist()


def test_a_cost_that_items_does_not_state_is_rolled_up_level_by_level_from_components_hours_and_the_makers_own() -> None:
    items = [{"item": "set", "unit_cost": np.nan}, {"item": "bench", "unit_cost": np.nan}, {"item": "plank", "unit_cost": np.nan}]
    bill = [{"item": "set", "component": "bench", "quantity_per": 2.0}, {"item": "bench", "component": "plank", "quantity_per": 3.0}]
    sourcing = [buy("Alba", item="plank", unit_cost=5.0), {"item": "bench", "kind": "make", "priority": 1.0, "unit_cost": 4.0}]
    network = network_of(supply_inputs(items, {("set", "All"): [1]}, sourcing=sourcing, **TIMBER | {"bill_of_materials": bill}))
    assert dict(zip(names(network), network.points["unit_cost"], strict=True)) == {"plank@All": 5.0, "bench@All": 39.0, "set@All": 78.0}
    assert sources_of(network, "set@All")["unit_cost"].tolist() == [0.0]  # its components are all that is known of it


def test_a_cost_is_not_rolled_up_where_that_of_a_component_is_not_known() -> None:
    items = [{"item": "bench", "unit_cost": np.nan}, {"item": "plank", "unit_cost": np.nan}]
    network, notes = noted_network(supply_inputs(items, {("bench", "All"): [1]}, **TIMBER))
    assert network.points["unit_cost"].isna().all()
    assert notes.set_index("rule").at["unit-cost-absent", "note"].startswith("no unit cost is known for bench, plank;")


def test_a_unit_that_is_moved_costs_what_it_cost_before_and_the_way() -> None:
    places = [{"location": p, "supplied_from": p} for p in ("North", "Works")]
    inputs = supply_inputs([{"item": "gloss", "unit_cost": np.nan}], {("gloss", "North"): [1]}, locations=places, sourcing=[
        {"location": "North", "kind": "transfer", "source": "Works", "priority": 1.0, "unit_cost": 0.5}, buy("Alba", location="Works", unit_cost=8.0),
    ])  # fmt: skip
    assert network_of(inputs).points["unit_cost"].tolist() == [8.5, 8.0]


# suppliers


def test_every_supplier_that_suppliers_or_sourcing_names_is_there_with_its_limit() -> None:
    network = network_of(supply_inputs(GLOSS, SOLD, sourcing=[buy("Bora"), {"kind": "make", "source": "Line 2", "priority": 1.0}],
                                       suppliers=[{"supplier": "Alba", "name": "Alba GmbH", "supplier_limit": 80.0, "payment_days": 30.0, "risk": "high"}]))  # fmt: skip
    assert network.suppliers["supplier"].tolist() == ["Alba", "Bora"] and network.suppliers["name"].tolist() == ["Alba GmbH", "Bora"]
    assert network.suppliers["payment_days"].tolist() == [30.0, 0.0] and network.suppliers["risk"].tolist() == ["high", ""]
    np.testing.assert_array_equal(network.supplier_limit, [[80.0] * 3, [np.inf] * 3])
    assert network.sources["supplier"].tolist() == [1, -1]
