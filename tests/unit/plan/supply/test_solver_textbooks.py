"""Published optima, met exactly."""

from __future__ import annotations

import pytest
from small_network import small_network

from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solver import solve_supply


def red_tomato_tools() -> SupplyNetwork:
    """Chopra and Meindl, Supply Chain Management, chapter 8 (aggregate planning): six months, $40 a tool, 1,000 in stock and 500 wanted at the end.

    80 employees of 160 hours at $4, four hours a tool, overtime of ten hours each at $6, material $10, holding $2, back-order $5 a month, hiring $300,
    lay-off $500, subcontracting $30.
    """
    demand = [1600, 3000, 3200, 3800, 2200, 2200]
    crew = {
        "kind": "labour", "capacity": 80 * 160, "workers": 80, "hours_per_worker": 160, "wage": 640, "hire_cost": 300, "layoff_cost": 500, "hire": 200,
        "layoff": 80, "overtime": 800, "overtime_cost": 6, "loads": {"tool": 4},
    }  # fmt: skip
    return small_network(
        {"tool": demand}, points={"tool": {"holding_cost": 2, "safety_cost": 1000, "unit_price": 40}}, opening={"tool": 1000},
        safety_stock={"tool": [0, 0, 0, 0, 0, 500]}, resources={"Crew": crew},
        sources=[{"item": "tool", "unit_cost": 10}, {"item": "tool", "kind": "subcontract", "source": "Outside", "unit_cost": 30, "priority": 2}],
        streams=[{"item": "tool", "units": demand, "backorder_cost": 5, "lost_sale_cost": 1000}],
    )  # fmt: skip


def test_red_tomato_tools_with_parts_of_workers():
    """$422,275 with 64.58 employees throughout: the linear programme of the book."""
    plan = solve_supply(red_tomato_tools(), SupplyRules())
    assert plan.cost == pytest.approx(422_275)
    assert plan.laid_off[0, 0] == pytest.approx(80 - 64.583333)


def test_red_tomato_tools_with_whole_workers():
    """$422,660: 16 are laid off in January, 140 tools subcontracted and 220 back-ordered in April, no overtime."""
    plan = solve_supply(red_tomato_tools(), SupplyRules(whole_lots=True, gap=0.0))
    assert plan.cost == pytest.approx(422_660)
    assert plan.workers[0].tolist() == pytest.approx([64] * 6)
    assert plan.orders[1].tolist() == pytest.approx([0, 0, 0, 140, 0, 0])
    assert plan.unmet[0].tolist() == pytest.approx([0, 0, 0, 220, 0, 0])
    assert plan.overtime.sum() == 0


def lots(demand: list[float], fixed: list[float], holding: float) -> SupplyNetwork:
    """Dynamic lot sizing: where the fixed cost changes by period, each period has a source of its own."""
    each = fixed if len(set(fixed)) > 1 else fixed[:1]
    sources = [{"item": "lot", "source": f"{t:02d}", "fixed_cost": cost, **({"first": t, "last": t} if len(each) > 1 else {})} for t, cost in enumerate(each)]
    return small_network({"lot": demand}, sources=sources, points={"lot": {"holding_cost": holding}}, streams=[{"item": "lot", "units": demand, "backorder_cost": 1e4, "lost_sale_cost": 1e4}])


def test_wagner_and_whitin_as_they_published_it():
    """Wagner and Whitin, Dynamic version of the economic lot size model, Management Science 5 (1958), table 1: twelve months cost 864."""
    demand = [69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56]
    set_up = [85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114]
    plan = solve_supply(lots(demand, set_up, 1.0), SupplyRules(whole_lots=True, gap=0.0))
    assert plan.cost == pytest.approx(864)
    assert plan.gap == pytest.approx(0.0, abs=1e-6)


def test_wagner_whitin_of_snyder_and_shen():
    """Snyder and Shen, Fundamentals of Supply Chain Theory, 2nd ed. 2019, example 3.9: four periods, $500 an order, $2 a unit held, cost 1,380."""
    plan = solve_supply(lots([90, 120, 80, 70], [500] * 4, 2.0), SupplyRules(whole_lots=True, gap=0.0))
    assert plan.cost == pytest.approx(1380)
    assert plan.orders[0].tolist() == pytest.approx([210, 0, 150, 0])
