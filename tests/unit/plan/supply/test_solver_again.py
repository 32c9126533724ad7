"""Plans that are made again: the same programme without the modeller, solved from a plan that is there, with the same result as from nothing."""

from __future__ import annotations

from dataclasses import replace

import highspy
import numpy as np
import pytest
from small_network import small_network
from supply_worlds import made_up_network

from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solver import open_model, solve_supply
from sop_xl.plan.supply.solver.build import build_model, rebuild_model
from sop_xl.plan.supply.solver.engine import Engine
from sop_xl.plan.supply.solver.programme import programme_of
from sop_xl.plan.supply.solver.rounding import whole_already

ALL_SORTS = SupplyRules(whole_lots=True, change_cost_rate=0.1, prebuild=False)


def manned() -> SupplyNetwork:
    """Sources with shares, lots and a last plan; a substitute; workers, a store, stock with an age, a most and a safety stock."""
    network = small_network(
        {"bench": [5, 6, 7], "stool": [3, 0, 2]},
        points={"bench": {"shelf_life": 2.0, "maximum_stock": 9.0}},
        sources=[
            {"item": "bench", "share": 0.4, "minimum_order": 2.0, "process_yield": 0.9}, {"item": "bench", "kind": "buy", "supplier": "X", "order_multiple": 3.0},
            {"item": "stool", "lead_time": 1.0, "fixed_cost": 5.0}, {"item": "wood", "kind": "buy", "supplier": "X", "maximum": 30.0}, {"item": "ash", "kind": "buy"},
        ],
        uses={("bench", "wood"): 2.0, ("stool", "wood"): 1.0}, substitutes=[("wood", "ash", 1.2, 0.5)], suppliers={"X": [50, 0, np.inf]},
        resources={"Saw": {"capacity": 16, "loads": {"bench": 1.0, "stool": 0.5}, "workers": 2.0, "hours_per_worker": 8.0}},
        safety_stock={"bench": [1, 0, 2]}, opening={"bench": 4.0},
    )  # fmt: skip
    return replace(network, previous_orders=np.full_like(network.previous_orders, 2.0))


@pytest.mark.parametrize("rules", [SupplyRules(), ALL_SORTS, SupplyRules(unmet="lost sales", objective="most margin")], ids=["plain", "all sorts", "margin"])
@pytest.mark.parametrize("network", [manned(), made_up_network(1), made_up_network(2)], ids=["manned", "one", "two"])
def test_a_model_written_as_arrays_is_the_one_that_the_modeller_makes(network, rules):
    modelled, written = programme_of(build_model(network, rules)), programme_of(rebuild_model(network, rules))
    assert modelled.matrix.shape == written.matrix.shape
    assert abs(modelled.matrix - written.matrix).max() == 0
    for name in ("cost", "lower", "upper", "whole", "row_lower", "row_upper"):
        np.testing.assert_array_equal(getattr(modelled, name), getattr(written, name), err_msg=name)
    assert list(modelled.rows) == list(written.rows)
    for name, (cells, places) in modelled.rows.items():
        np.testing.assert_array_equal(cells, written.rows[name][0])
        np.testing.assert_array_equal(places, written.rows[name][1])


def test_a_plan_with_other_rows_and_variables_is_the_one_made_from_nothing():
    """Safety stock where there was none brings new variables, a supplier without a limit takes rows away."""
    network = made_up_network(3)
    model = open_model(network, SupplyRules())
    changed = replace(network, safety_stock=network.safety_stock + 3.0, supplier_limit=np.full_like(network.supplier_limit, np.inf))
    assert programme_of(rebuild_model(changed, SupplyRules())).matrix.shape != model.engine.programme.matrix.shape
    assert model.resolve(changed).cost == pytest.approx(solve_supply(changed, SupplyRules()).cost)
    assert model.resolve(network).cost == pytest.approx(model.solution.cost)  # the model still holds its own plan


def test_a_plan_made_near_another_is_the_one_made_from_nothing():
    network = made_up_network(4)
    lots = SupplyRules(whole_lots=True)
    near = open_model(network, replace(lots, whole_lots=False), open_model(network, lots))
    assert near.solution.cost == pytest.approx(solve_supply(network, SupplyRules()).cost)


def test_a_plan_of_other_lead_times_is_the_one_made_from_nothing():
    network = made_up_network(5)
    lead = network.sources["lead_periods"] + 1
    later = replace(network, sources=network.sources.assign(lead_periods=lead, lead_time=lead.astype(float)))
    assert open_model(network, SupplyRules()).resolve(later).cost == pytest.approx(solve_supply(later, SupplyRules()).cost)


def test_a_start_that_the_solver_cannot_use_costs_time_and_not_the_plan(monkeypatch):
    """As if neither simplex method got anywhere from the given basis."""
    model = open_model(made_up_network(6), SupplyRules())
    settled = iter([False, False])
    monkeypatch.setattr(Engine, "_is_settled", lambda self: next(settled, True))
    assert model.engine.solve(model.optimum).objective == pytest.approx(model.optimum.objective)
    assert next(settled, None) is None
    assert model.engine.highs.getOptionValue("simplex_strategy")[1] == highspy.Highs().getOptionValue("simplex_strategy")[1]


def test_a_plan_that_is_whole_by_itself_needs_no_search(monkeypatch):
    """Lots of 5 for a demand of 10 and 20; with lots of 7 the search is needed."""
    import sop_xl.plan.supply.solver.solve as solve

    searched = []
    monkeypatch.setattr(solve, "search_whole", lambda *given, search=solve.search_whole: searched.append(1) or search(*given))

    def plan(multiple: float) -> np.ndarray:
        network = small_network({"wood": [10, 20]}, sources=[{"item": "wood", "kind": "buy", "order_multiple": multiple}])
        return solve_supply(network, SupplyRules(whole_lots=True)).orders[0]

    assert plan(5.0).tolist() == [10.0, 20.0]
    assert not searched
    assert (plan(7.0) % 7.0 < 1e-6).all()
    assert searched


def test_half_a_lot_is_not_whole():
    held = programme_of(rebuild_model(manned(), ALL_SORTS))
    values = np.zeros(len(held.cost))
    assert whole_already(held, values)
    values[np.flatnonzero(held.whole)[0]] = 0.5
    assert not whole_already(held, values)
