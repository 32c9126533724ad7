"""A standard cost in material, conversion and the rest; the three are the unit cost to the cent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import value
from supply_tables import network_of, supply_inputs

from sop_xl.plan.cost_structure import PARTS, cost_notes, cost_structure, parts_of_series


def structure(items, horizon=1, **tables):
    inputs = supply_inputs(items, {(items[0]["item"], "Works"): [1.0]}, **tables)
    return cost_structure(network_of(inputs, horizon), inputs.items)


def parts(frame: pd.DataFrame, item: str, location: str = "Works") -> list[float]:
    return [value(frame, name, item=item, location=location) for name in PARTS]


JACKET = {
    "bill_of_materials": [{"item": "jacket", "component": "cloth", "quantity_per": 2.0}],
    "sourcing": [{"item": "cloth", "kind": "buy", "source": "Weaver", "priority": 1.0, "unit_cost": 30.0}, {"item": "jacket", "kind": "make", "priority": 1.0, "unit_cost": 0.0}],
    "resources": [{"resource": "Labour", "kind": "labour", "cost_per_hour": 20.0}, {"resource": "Machine", "kind": "machine", "cost_per_hour": 30.0}],
    "bill_of_resources": [{"item": "jacket", "resource": "Labour", "hours_per_unit": 0.8}, {"item": "jacket", "resource": "Machine", "hours_per_unit": 0.4}],
}


class TestTextbook:
    """Horngren, Datar and Rajan, *Cost Accounting*, ch. 7, the Webb Company: a jacket takes 2 square yards of cloth at 30, 0.8 hours of labour at
    20 and 0.4 machine-hours at 30: 60 + 16 + 12 = 88."""

    def test_webb_company(self) -> None:
        frame = structure([{"item": "jacket", "unit_cost": 88.0}, {"item": "cloth", "unit_cost": 30.0}], **JACKET)
        assert parts(frame, "jacket") == pytest.approx([60.0, 28.0, 0.0])
        assert parts(frame, "cloth") == pytest.approx([30.0, 0.0, 0.0])

    def test_fixed_overhead_in_the_standard_is_other_cost(self) -> None:
        """Fixed costs of 276,000 over 12,000 jackets add 23 to a full standard of 111."""
        frame = structure([{"item": "jacket", "unit_cost": 111.0}, {"item": "cloth"}], **JACKET)
        assert parts(frame, "jacket") == pytest.approx([60.0, 28.0, 23.0])


def test_material_comes_through_every_level_with_scrap_and_yield() -> None:
    """Two wheels of 3 spokes at 5 with a quarter of scrap: 3 x 5 / 0.75 = 20 a wheel, 40 a bike; making it costs 6, a wheel 2; of the bikes 80% are good."""
    frame = structure(
        [{"item": "bike", "unit_cost": 100.0}, {"item": "wheel", "unit_cost": 25.0}, {"item": "spoke", "unit_cost": np.nan}],
        bill_of_materials=[{"item": "bike", "component": "wheel", "quantity_per": 2.0}, {"item": "wheel", "component": "spoke", "quantity_per": 3.0, "scrap": 0.25}],
        sourcing=[
            {"item": "bike", "kind": "make", "priority": 1.0, "unit_cost": 6.0, "process_yield": 0.8}, {"item": "wheel", "kind": "make", "priority": 1.0, "unit_cost": 2.0},
            {"item": "spoke", "kind": "buy", "source": "Wire", "priority": 1.0, "unit_cost": 5.0},
        ],
    )  # fmt: skip
    assert parts(frame, "wheel") == pytest.approx([20.0, 2.0, 3.0])
    assert parts(frame, "bike") == pytest.approx([40.0 / 0.8, (6.0 + 4.0) / 0.8, 100.0 - 50.0 - 12.5])
    assert np.isnan(parts(frame, "spoke")).all(), "what has no standard cost has no parts of it"


def test_a_bought_item_is_material_at_its_price_and_the_rest_is_other() -> None:
    frame = structure([{"item": "gloss", "unit_cost": 10.0}], sourcing=[{"item": "gloss", "kind": "buy", "source": "Alba", "priority": 1.0, "unit_cost": 8.0}])
    assert parts(frame, "gloss") == pytest.approx([8.0, 0.0, 2.0])


def test_without_a_stated_price_what_is_bought_is_material_and_what_is_made_is_not_explained() -> None:
    frame = structure([{"item": "gloss", "unit_cost": 10.0}])
    assert parts(frame, "gloss") == pytest.approx([10.0, 0.0, 0.0])
    made = structure(
        [{"item": "gloss", "unit_cost": 10.0}, {"item": "tin", "unit_cost": 3.0}], bill_of_materials=[{"item": "gloss", "component": "tin", "quantity_per": 1.0}]
    )
    assert parts(made, "gloss") == pytest.approx([3.0, 0.0, 7.0])


def test_the_first_source_makes_the_standard_and_a_transfer_brings_its_parts_along() -> None:
    """The depot's gloss comes from the works; what the lorry costs is freight and in no part."""
    frame = structure(
        [{"item": "gloss", "unit_cost": 10.0}, {"item": "tin"}], bill_of_materials=[{"item": "gloss", "component": "tin", "quantity_per": 1.0}],
        locations=[{"location": "Works", "supplied_from": "Depot"}, {"location": "Depot", "supplied_from": "Depot"}, {"location": "Mill", "supplied_from": "Mill"}],
        sourcing=[
            {"item": "gloss", "location": "Depot", "kind": "transfer", "source": "Mill", "priority": 1.0, "unit_cost": 0.5},
            {"item": "gloss", "location": "Mill", "kind": "make", "priority": 1.0, "unit_cost": 4.0},
            {"item": "gloss", "location": "Mill", "kind": "subcontract", "source": "Mix Ltd", "priority": 2.0, "unit_cost": 9.0},
            {"item": "tin", "kind": "buy", "source": "Can", "priority": 1.0, "unit_cost": 2.0},
        ],
    )  # fmt: skip
    assert parts(frame, "gloss", "Depot") == pytest.approx([2.0, 4.0, 4.0])
    assert parts(frame, "gloss", "Mill") == pytest.approx([2.0, 4.0, 4.0])


def test_a_standard_below_its_bill_has_a_negative_rest_and_is_said() -> None:
    frame = structure([{"item": "gloss", "unit_cost": 5.0}], sourcing=[{"item": "gloss", "kind": "buy", "source": "Alba", "priority": 1.0, "unit_cost": 8.0}])
    assert parts(frame, "gloss") == pytest.approx([8.0, 0.0, -3.0])
    assert cost_notes(frame)["rule"].tolist() == ["standard-below-bill"]


def test_parts_sum_to_the_unit_cost_wherever_an_item_is_sold() -> None:
    frame = structure([{"item": "gloss", "unit_cost": 10.0}], sourcing=[{"item": "gloss", "kind": "buy", "source": "Alba", "priority": 1.0, "unit_cost": 8.0}])
    pairs = pd.DataFrame({"item": ["gloss", "gloss", "gone"], "location": ["Works", "Elsewhere", "Works"]})
    unit_cost = np.array([10.0, 10.0, 4.0])
    split = parts_of_series(frame, pairs, unit_cost)
    assert split["material_cost"].tolist() == [8.0, 8.0, 0.0]
    np.testing.assert_array_equal(sum(split.values()), unit_cost)
