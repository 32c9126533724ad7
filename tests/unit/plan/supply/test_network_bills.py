"""Bills of material in the network: explosion, scrap, substitutes, circles."""

from __future__ import annotations

import numpy as np
import pytest
from supply_tables import names, network_of, noted_network, supply_inputs


def uses(network) -> dict[tuple[str, str], float]:
    """Units of a component per unit of what is made, regular lines."""
    point, made = names(network), network.sources["point"].to_numpy()
    regular = network.uses[network.uses["substitute_for"] < 0]
    return {(point[made[s]], point[c]): q for s, c, q in zip(regular["source"], regular["component"], regular["quantity"], strict=True)}


BENCH = [
    {"item": "bench", "component": "seat", "quantity_per": 1.0}, {"item": "bench", "component": "leg", "quantity_per": 4.0},
    {"item": "seat", "component": "plank", "quantity_per": 3.0}, {"item": "leg", "component": "plank", "quantity_per": 0.5},
]  # fmt: skip
WOOD = [{"item": "bench"}, {"item": "seat"}, {"item": "leg"}, {"item": "plank"}]
SOLD = {("bench", "All"): [10, 10, 10]}


def test_a_bill_is_exploded_level_by_level_where_it_is_made() -> None:
    network = network_of(supply_inputs(WOOD, SOLD, bill_of_materials=BENCH))
    assert names(network) == ["bench@All", "leg@All", "plank@All", "seat@All"]
    assert uses(network) == {
        ("bench@All", "seat@All"): 1.0, ("bench@All", "leg@All"): 4.0, ("seat@All", "plank@All"): 3.0, ("leg@All", "plank@All"): 0.5,
    }  # fmt: skip
    assert network.sources["kind"].tolist() == ["make", "make", "buy", "make"]


def test_what_nobody_asks_for_and_nothing_takes_is_not_planned() -> None:
    network = network_of(supply_inputs([*WOOD, {"item": "table"}, {"item": "top"}], SOLD, bill_of_materials=[*BENCH, {"item": "table", "component": "top", "quantity_per": 1.0}]))
    assert not {"table@All", "top@All"} & set(names(network))


def test_scrap_raises_what_leaves_stock_and_the_yield_of_the_maker_does_not_raise_it_again() -> None:
    bill = [{"item": "bench", "component": "plank", "quantity_per": 3.0, "scrap": 0.25}]
    network = network_of(supply_inputs(WOOD, SOLD, bill_of_materials=bill, sourcing=[{"item": "bench", "kind": "make", "priority": 1.0, "process_yield": 0.5}]))
    assert uses(network) == {("bench@All", "plank@All"): pytest.approx(4.0)}  # per unit ordered, of which half turns out good
    assert network.sources["process_yield"].tolist() == [0.5, 1.0]


def test_a_substitute_replaces_units_of_the_component_and_has_its_own_scrap() -> None:
    bill = [
        {"item": "bench", "component": "plank", "quantity_per": 3.0, "scrap": 0.25},
        {"item": "bench", "component": "board", "substitute_for": "plank", "quantity_per": 2.0, "scrap": 0.1, "extra_cost": 0.5},
    ]  # fmt: skip
    network = network_of(supply_inputs([*WOOD, {"item": "board"}], SOLD, bill_of_materials=bill))
    regular, substitute = network.uses.iloc[0], network.uses.iloc[1]
    assert (substitute["substitute_for"], substitute["extra_cost"], substitute["authorised"]) == (0, 0.5, False)
    # 4 planks from stock put 3 into a bench; 6 boards in their place need 6 / 0.9 from stock
    assert regular["quantity"] * substitute["quantity"] == pytest.approx(6.0 / 0.9)


def test_a_substitute_for_whatever_uses_the_component_stands_in_for_every_line_of_it() -> None:
    bill = [*BENCH, {"component": "board", "substitute_for": "plank", "quantity_per": 1.0}]
    network = network_of(supply_inputs([*WOOD, {"item": "board"}], SOLD, bill_of_materials=bill, settings={"free_levers": frozenset({"substitute"})}))
    stands_in = network.uses[network.uses["substitute_for"] >= 0]
    assert stands_in["authorised"].tolist() == [True, True]
    replaced = network.uses["component"].to_numpy()[stands_in["substitute_for"].to_numpy()]
    assert [names(network)[k] for k in replaced] == ["plank@All", "plank@All"]
    assert (network.uses["source"].to_numpy()[stands_in["substitute_for"].to_numpy()] == stands_in["source"].to_numpy()).all()


def test_a_substitute_of_one_item_goes_before_the_one_of_all() -> None:
    bill = [*BENCH, {"component": "board", "substitute_for": "plank", "quantity_per": 1.0}, {"item": "leg", "component": "board", "substitute_for": "plank", "quantity_per": 7.0}]
    network = network_of(supply_inputs([*WOOD, {"item": "board"}], SOLD, bill_of_materials=bill))
    assert sorted(network.uses.loc[network.uses["substitute_for"] >= 0, "quantity"]) == [1.0, 7.0]


def test_a_substitute_for_what_no_bill_uses_is_said() -> None:
    network, notes = noted_network(supply_inputs([*WOOD, {"item": "board"}], SOLD, bill_of_materials=[*BENCH, {"component": "board", "substitute_for": "steel", "quantity_per": 1.0}]))
    assert "board@All" not in names(network)
    assert "board stands in for steel, which no bill uses; left out" in notes["note"].tolist()


def test_a_bill_that_goes_round_in_a_circle_is_cut_at_its_top_and_the_path_is_said() -> None:
    network, notes = noted_network(supply_inputs(WOOD, SOLD, bill_of_materials=[*BENCH, {"item": "plank", "component": "bench", "quantity_per": 1.0}]))
    circles = notes.loc[notes["rule"] == "bill-in-a-circle", "note"].tolist()
    assert circles[0].startswith("bench > ") and circles[0].endswith("> plank > bench goes round in a circle; bench as a component of plank is left out")
    assert len(circles) == 1
    assert ("plank@All", "bench@All") not in uses(network) and len(uses(network)) == 4


def test_an_item_in_its_own_bill_is_cut_with_what_stands_in_for_it() -> None:
    bill = [
        {"item": "bench", "component": "bench", "quantity_per": 1.0}, {"item": "bench", "component": "leg", "quantity_per": 4.0},
        {"item": "bench", "component": "plank", "substitute_for": "bench", "quantity_per": 1.0},
        {"item": "bench", "component": "seat", "substitute_for": "leg", "quantity_per": 1.0},
    ]  # fmt: skip
    network, notes = noted_network(supply_inputs(WOOD, SOLD, bill_of_materials=bill))
    assert notes["rule"].tolist().count("bill-in-a-circle") == 1
    assert [names(network)[k] for k in network.uses["component"]] == ["leg@All", "seat@All"]
    assert network.uses["substitute_for"].tolist() == [-1, 0]


def test_two_circles_are_both_cut() -> None:
    bill = [{"item": a, "component": b, "quantity_per": 1.0} for a, b in (("bench", "seat"), ("seat", "bench"), ("leg", "plank"), ("plank", "leg"))]
    network, notes = noted_network(supply_inputs(WOOD, {("bench", "All"): [1], ("leg", "All"): [1]}, bill_of_materials=bill))
    assert notes["rule"].tolist().count("bill-in-a-circle") == 2
    assert set(uses(network)) == {("bench@All", "seat@All"), ("leg@All", "plank@All")}


def test_components_are_stocked_where_the_maker_is_and_not_where_the_product_is_sold() -> None:
    places = [{"location": p, "supplied_from": s} for p, s in (("Factory", "Factory"), ("Shop", "Shop"))]
    network = network_of(supply_inputs(
        WOOD, {("bench", "Shop"): [10]}, locations=places, bill_of_materials=BENCH,
        sourcing=[{"item": "bench", "location": "Shop", "kind": "transfer", "source": "Factory", "priority": 1.0}],
    ))  # fmt: skip
    assert names(network) == ["bench@Factory", "bench@Shop", "leg@Factory", "plank@Factory", "seat@Factory"]


def test_every_component_of_every_use_is_a_stock_point() -> None:
    network = network_of(supply_inputs(WOOD, SOLD, bill_of_materials=BENCH))
    assert network.uses["component"].between(0, len(network.points) - 1).all()
    np.testing.assert_array_equal(network.uses["source"], np.sort(network.uses["source"]))
