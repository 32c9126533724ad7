"""The network as a whole: its form, what an empty workbook gives, and that the order of rows in a sheet does not matter."""

from __future__ import annotations

from dataclasses import fields, replace
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import table
from small_network import small_network
from supply_tables import names, network_of, noted_network, supply_inputs

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.plan.notes import Note
from sop_xl.plan.supply.build.assemble import build_network
from sop_xl.plan.supply.build.bills import resolve_bill
from sop_xl.plan.supply.inputs import SupplyInputs, lever_names
from sop_xl.plan.supply.network import SupplyNetwork

PLACES = [{"location": p, "supplied_from": s} for p, s in (("Oslo", "Depot"), ("Bergen", "Depot"), ("Depot", "Depot"), ("Works", "Works"))]


def paint_company() -> SupplyInputs:
    """Two paints for two markets from one depot, made of pigment and tins at the works."""
    return supply_inputs(
        [{"item": "gloss", "unit_cost": 30.0}, {"item": "matt", "unit_cost": 20.0}, {"item": "pigment", "family": "Material"}, {"item": "tin", "family": "Material"},
         {"item": "jar", "family": "Material"}],
        {("gloss", "Oslo"): [10, 20, 30, 40], ("gloss", "Bergen"): [5, 5, 5, 5], ("matt", "Oslo"): [8, 8, 8, 8]}, prices={"gloss": 50.0, "matt": 35.0},
        locations=PLACES,
        sourcing=[
            {"family": "Paint", "location": "Depot", "kind": "transfer", "source": "Works", "priority": 1.0, "lead_time": 1.0},
            {"family": "Paint", "location": "Works", "kind": "make", "priority": 1.0}, {"item": "matt", "location": "Works", "kind": "subcontract", "source": "Mix Ltd", "priority": 2.0},
            {"family": "Material", "kind": "buy", "source": "Alba", "priority": 1.0, "lead_time": 2.0}, {"item": "tin", "kind": "buy", "source": "Bora", "priority": 2.0, "share": 0.2},
        ],
        bill_of_materials=[
            {"item": "gloss", "component": "pigment", "quantity_per": 2.0, "scrap": 0.05}, {"item": "gloss", "component": "tin", "quantity_per": 1.0},
            {"item": "matt", "component": "pigment", "quantity_per": 1.0}, {"item": "matt", "component": "tin", "quantity_per": 1.0},
            {"component": "jar", "substitute_for": "tin", "quantity_per": 1.0, "extra_cost": 0.3},
        ],
        resources=[{"resource": "Mill", "kind": "machine", "capacity": 100.0, "cost_per_hour": 20.0}, {"resource": "Crew", "kind": "labour", "workers": 4.0, "hours_per_worker": 150.0},
                   {"resource": "Shed", "kind": "storage", "capacity": 400.0}],
        bill_of_resources=[{"family": "Paint", "resource": "Mill", "hours_per_unit": 0.2}, {"item": "gloss", "resource": "Crew", "hours_per_unit": 0.4}, {"location": "Works", "resource": "Shed", "hours_per_unit": 0.1}],
        inventory=[{"item": "gloss", "location": "Depot", "on_hand": 25.0}, {"item": "pigment", "location": "Works", "on_hand": 100.0}, {"item": "matt", "location": "Depot", "on_hand": -3.0}],
        suppliers=[{"supplier": "Alba", "supplier_limit": 500.0}],
        customer_classes=[{"customer": "Key", "priority": 1.0}], customer_mix=[{"item": "gloss", "location": "Oslo", "customer": "Key", "share": 0.5}],
    )  # fmt: skip


def test_every_part_has_the_form_of_the_contract() -> None:
    network = network_of(paint_company(), 4)
    other = small_network({"gloss": [1, 2]}, uses={("gloss", "tin"): 1.0}, resources={"Mill": {"capacity": 5, "loads": {"gloss": 1.0}, "space": {"gloss": 1.0}}}, suppliers={"Alba": [9]})
    for part in fields(SupplyNetwork):
        mine, theirs = getattr(network, part.name), getattr(other, part.name)
        if isinstance(theirs, pd.DataFrame):
            assert set(mine.columns) == set(theirs.columns), part.name
            assert isinstance(mine.index, pd.RangeIndex), part.name
            assert {n for n in mine if pd.api.types.is_numeric_dtype(mine[n])} == {n for n in theirs if pd.api.types.is_numeric_dtype(theirs[n])}, part.name
    counts = {"capacity": "resources", "supplier_limit": "suppliers", "scheduled": "points", "safety_stock": "points", "demand": "streams", "price": "streams",
              "late_share": "sources", "previous_orders": "sources", "maintenance": "resources", "overtime_possible": "resources"}  # fmt: skip
    for matrix, rows in counts.items():
        assert getattr(network, matrix).shape == (len(getattr(network, rows)), 4), matrix


def test_a_workbook_of_items_alone_has_a_network_without_anything() -> None:
    network, notes = noted_network(supply_inputs([{"item": "gloss"}]))
    assert network.points.empty and network.sources.empty and network.demand.shape == (0, 3) and notes.empty
    assert not network.is_limited


def test_demand_alone_is_served_by_buying_without_limit() -> None:
    network = network_of(supply_inputs([{"item": "gloss"}], {("gloss", "All"): [10, 20, 30]}))
    assert names(network) == ["gloss@All"] and network.sources["kind"].tolist() == ["buy"]
    assert network.sources["authorised"].all() and not network.is_limited


def test_an_item_that_items_does_not_list_is_a_mistake_of_the_caller() -> None:
    inputs = replace(supply_inputs([{"item": "gloss"}]), served=supply_inputs([{"item": "matt"}], {("matt", "All"): [1]}).served)
    with pytest.raises(FrameError, match="item 'matt' is not listed"):
        network_of(inputs)


def test_levers_are_read_from_a_list_with_commas() -> None:
    assert lever_names(" pre-build, Second Source ,,") == {"pre-build", "second source"}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_in_a_sheet_does_not_matter(seed: int) -> None:
    inputs, chance = paint_company(), Random(seed)
    shuffled = {}
    for part in ("items", "served", "prices", "locations", "sourcing", "bill_of_materials", "bill_of_resources", "inventory", "suppliers", "customer_mix"):
        frame = getattr(inputs, part)
        order = list(range(len(frame)))
        chance.shuffle(order)
        shuffled[part] = frame.iloc[order].reset_index(drop=True)
    expected, found = network_of(inputs, 4), network_of(replace(inputs, **shuffled), 4)
    for part in fields(SupplyNetwork):
        mine, theirs = getattr(found, part.name), getattr(expected, part.name)
        if isinstance(theirs, pd.DataFrame):
            pd.testing.assert_frame_equal(mine, theirs, obj=part.name)
        elif isinstance(theirs, np.ndarray):
            np.testing.assert_allclose(mine, theirs, rtol=1e-12, err_msg=part.name)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12, unique=True))
def test_any_bill_even_with_circles_can_be_taken_level_by_level(lines: list[tuple[int, int]]) -> None:
    stated = table(frames.BILL_OF_MATERIALS, *({"item": f"i{a}", "component": f"i{b}", "quantity_per": 1.0} for a, b in lines))
    notes: list[Note] = []
    bill = resolve_bill(stated, frozenset({"i0"}), notes)
    assert not _has_circle([(int(a[1]), int(b[1])) for a, b in zip(bill["item"], bill["component"], strict=True)])
    assert (len(notes) > 0) == _has_circle(lines)
    assert len(bill) == len(lines) - len(notes)  # no more is left out than is said


def _has_circle(lines: list[tuple[int, int]]) -> bool:
    left = set(lines)
    while left:
        ends = {(a, b) for a, b in left if not any(a2 == b for a2, _ in left)}
        if not ends:
            return True
        left -= ends
    return False


def test_notes_are_rows_that_name_their_sheet() -> None:
    _, notes = build_network(paint_company(), network_of(paint_company(), 4).timeline)
    assert list(notes.columns) == ["frame", "key", "rule", "note"]


def test_a_supplier_without_terms_is_paid_by_those_of_the_settings() -> None:
    inputs = paint_company()
    stated = network_of(replace(inputs, suppliers=inputs.suppliers.assign(payment_days=14.0)), 4)
    assert stated.suppliers.set_index("supplier").at["Alba", "payment_days"] == 14.0
    usual = network_of(replace(inputs, settings=replace(inputs.settings, supplier_payment_days=30.0)), 4)
    assert usual.payment_days == 30.0
    assert usual.suppliers["payment_days"].unique().tolist() == [30.0]
