"""Resources in the network: hours by period, calendar, workers, what may be authorised, loads and space."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from supply_tables import names, network_of, noted_network, supply_inputs

ITEMS = [{"item": "gloss"}, {"item": "matt"}, {"item": "brush", "family": "Tools"}]
SOLD = {("gloss", "All"): [1, 1, 1], ("matt", "All"): [1, 1, 1], ("brush", "All"): [1, 1, 1]}
MEAN = 365.25 / 12
MADE = [{"kind": "make", "priority": 1.0}]


def with_mill(horizon: int = 3, settings: dict[str, Any] | None = None, calendar: tuple[dict[str, Any], ...] = (), **mill: Any):
    """A network whose one resource is a mill."""
    rows = [{"resource": "Mill", "kind": "machine"} | mill]
    return network_of(supply_inputs(ITEMS, SOLD, sourcing=MADE, resources=rows, resource_calendar=list(calendar), settings=settings), horizon)


def test_hours_of_a_mean_period_become_productive_hours_of_each_period_by_its_days() -> None:
    network = with_mill(capacity=MEAN * 10, efficiency=0.8)
    np.testing.assert_allclose(network.capacity, [[31 * 8.0, 28 * 8.0, 31 * 8.0]])  # January, February, March 2026


def test_a_resource_without_capacity_is_not_limited() -> None:
    network = with_mill()
    assert np.isinf(network.capacity).all() and not network.is_limited


def test_the_calendar_replaces_hours_of_a_period_and_takes_maintenance_off() -> None:
    calendar = ({"resource": "Mill", "measure": "capacity", "2026-02": 100.0}, {"resource": "Mill", "measure": "maintenance", "2026-02": 30.0, "2026-03": 1e6})
    network = with_mill(capacity=MEAN * 10, efficiency=0.5, calendar=calendar)
    np.testing.assert_allclose(network.capacity, [[155.0, (100.0 - 30.0) * 0.5, 0.0]])
    np.testing.assert_allclose(network.maintenance, [[0.0, 15.0, 155.0]])  # no more than there was


def test_overtime_is_possible_as_resources_and_its_calendar_say_and_authorised_only_when_free() -> None:
    calendar = ({"resource": "Mill", "measure": "overtime_limit", "2026-02": 0.0},)
    closed = with_mill(capacity=100.0, overtime_limit=MEAN, efficiency=0.5, calendar=calendar)
    np.testing.assert_allclose(closed.overtime_possible, [[15.5, 0.0, 15.5]])
    assert (closed.overtime_limit == 0).all()
    opened = with_mill(capacity=100.0, overtime_limit=MEAN, settings={"free_levers": frozenset({"overtime"})})
    np.testing.assert_allclose(opened.overtime_limit, [[31.0, 28.0, 31.0]])


def test_extra_shifts_and_workers_are_authorised_by_their_own_levers() -> None:
    mill = {"workers": 10.0, "hours_per_worker": 150.0, "shifts": 2.0, "shift_capacity": 80.0, "hire_limit": 3.0, "layoff_cost": 500.0, "efficiency": 0.5}
    shift = with_mill(settings={"free_levers": frozenset({"shift"})}, **mill)
    assert (shift.shift_limit == 2).all() and (shift.hire_limit == 0).all() and (shift.layoff_limit == 0).all()
    crew = with_mill(settings={"free_levers": frozenset({"workforce"})}, **mill)
    assert (crew.shift_limit == 0).all() and (crew.hire_limit == 3).all() and (crew.layoff_limit == 10).all()
    assert (shift.shift_possible == 2).all() and (shift.hire_possible == 3).all()
    assert shift.resources[["shift_capacity", "hours_per_worker"]].iloc[0].tolist() == [40.0, 75.0]


def test_capacity_by_workers_is_that_of_todays_workers_and_the_stated_hours_give_way() -> None:
    network = with_mill(workers=10.0, hours_per_worker=MEAN, capacity=1.0)
    np.testing.assert_allclose(network.capacity, [[310.0, 280.0, 310.0]])


def test_hours_per_worker_follow_from_the_capacity_where_they_are_not_stated() -> None:
    network = with_mill(workers=10.0, capacity=1600.0)
    assert network.resources["hours_per_worker"].iloc[0] == 160.0 and network.resources["workers"].iloc[0] == 10.0


def test_workers_of_whom_no_hours_are_known_do_not_limit_and_it_is_said() -> None:
    network, notes = noted_network(supply_inputs(ITEMS, SOLD, resources=[{"resource": "Mill", "kind": "labour", "workers": 10.0}]))
    assert np.isnan(network.resources["workers"].iloc[0]) and np.isinf(network.capacity).all()
    assert "hours-per-worker-absent" in notes["rule"].tolist()


def test_nobody_is_laid_off_where_that_has_no_cost() -> None:
    assert (with_mill(workers=10.0, hours_per_worker=150.0).layoff_possible == 0).all()


def test_an_hour_of_overtime_costs_one_and_a_half_regular_ones_unless_stated_per_hour_on_the_clock() -> None:
    assert with_mill(cost_per_hour=20.0).resources["overtime_cost"].tolist() == [30.0]
    assert with_mill(cost_per_hour=20.0, overtime_cost=36.0, efficiency=0.9).resources["overtime_cost"].tolist() == [pytest.approx(40.0)]
    assert with_mill().resources["overtime_cost"].tolist() == [0.0]


# loads


def loads(*rows: dict[str, Any], sourcing: list[dict[str, Any]] = MADE, resources: tuple[str, ...] = ("Mill",)) -> dict[tuple[str, str], float]:
    inputs = supply_inputs(
        ITEMS, SOLD, sourcing=sourcing, resources=[{"resource": name, "kind": "machine"} for name in resources], bill_of_resources=list(rows)
    )
    network = network_of(inputs)
    point = network.sources["point"].to_numpy()[network.loads["source"].to_numpy()]
    kinds = network.sources["kind"].to_numpy()[network.loads["source"].to_numpy()]
    named = [f"{kind} {names(network)[p]}" for kind, p in zip(kinds, point, strict=True)]
    return dict(zip(zip(named, network.resources["resource"].to_numpy()[network.loads["resource"].to_numpy()], strict=True), network.loads["hours"], strict=True))


def test_of_lines_for_the_same_resource_the_narrowest_holds() -> None:
    found = loads(
        {"resource": "Mill", "hours_per_unit": 1.0}, {"resource": "Mill", "family": "Paint", "hours_per_unit": 2.0}, {"resource": "Mill", "item": "gloss", "hours_per_unit": 3.0}
    )
    assert found == {("make gloss@All", "Mill"): 3.0, ("make matt@All", "Mill"): 2.0, ("make brush@All", "Mill"): 1.0}


def test_an_item_can_load_several_resources() -> None:
    found = loads({"resource": "Mill", "item": "gloss", "hours_per_unit": 1.0}, {"resource": "Filler", "item": "gloss", "hours_per_unit": 0.5}, resources=("Mill", "Filler"))
    assert found == {("make gloss@All", "Mill"): 1.0, ("make gloss@All", "Filler"): 0.5}


def test_a_line_without_a_kind_is_for_what_is_made_and_one_with_a_kind_for_that() -> None:
    both = [{"kind": "make", "priority": 1.0}, {"kind": "buy", "source": "Alba", "priority": 1.0}]
    assert loads({"resource": "Mill", "item": "gloss", "hours_per_unit": 1.0}, sourcing=both) == {("make gloss@All", "Mill"): 1.0}
    assert loads({"resource": "Mill", "item": "gloss", "kind": "buy", "hours_per_unit": 2.0}, sourcing=both) == {("buy gloss@All", "Mill"): 2.0}
    assert loads({"resource": "Mill", "item": "gloss", "kind": "buy", "source": "Bora", "hours_per_unit": 2.0}, sourcing=both) == {}


def test_a_load_falls_before_the_receipt_but_not_before_the_order() -> None:
    network = network_of(supply_inputs(
        ITEMS, SOLD, sourcing=[{"item": "gloss", "kind": "make", "priority": 1.0, "lead_time": 2.0}, {"item": "matt", "kind": "make", "priority": 1.0, "lead_time": 1.0}],
        resources=[{"resource": "Mill", "kind": "machine"}], bill_of_resources=[{"resource": "Mill", "hours_per_unit": 1.0, "setup_hours": 4.0, "before": 2.0}],
    ), 6)  # fmt: skip
    assert network.loads["before"].tolist() == [2, 1]
    assert network.loads["setup_hours"].tolist() == [4.0, 4.0]


def test_storage_is_used_by_stock_however_it_got_there_and_does_not_depend_on_days() -> None:
    network = network_of(supply_inputs(
        ITEMS, SOLD, resources=[{"resource": "Shed", "kind": "storage", "unit": "m3", "capacity": 500.0, "efficiency": 0.5, "overtime_limit": 9.0}],
        bill_of_resources=[{"resource": "Shed", "hours_per_unit": 0.2}, {"resource": "Shed", "family": "Tools", "hours_per_unit": 0.1}],
        settings={"free_levers": frozenset({"overtime"})},
    ))  # fmt: skip
    assert network.loads.empty
    assert dict(zip([names(network)[p] for p in network.stores["point"]], network.stores["space"], strict=True)) == {"brush@All": 0.1, "gloss@All": 0.2, "matt@All": 0.2}
    np.testing.assert_array_equal(network.capacity, [[500.0] * 3])
    assert (network.overtime_limit == 0).all()
