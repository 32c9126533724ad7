"""Every constraint of the supply plan alone, against the few lines that it must write.

A golden file holds the rows and bounds that one `constrain_*` function adds to an empty model, written as a planner would check them by hand.
After a meant change: `SOP_XL_WRITE_GOLDEN_LP=1 python -m pytest tests/unit/plan/supply/test_solver_constraints.py`, then read the difference.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_network import small_network

from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solver.build import CONSTRAINTS, empty_model
from sop_xl.plan.supply.solver.model import SupplyModel

GOLDEN = Path(__file__).parents[3] / "golden_lp"
Case = tuple[SupplyNetwork, SupplyRules]
LOTS = SupplyRules(whole_lots=True)


def bought(**source: object) -> SupplyNetwork:
    return small_network({"wood": [10, 20, 30]}, sources=[{"item": "wood", "kind": "buy", "supplier": "X", **source}], suppliers={"X": [50, 0, np.inf]})


def two_sources(**first: object) -> SupplyNetwork:
    return small_network({"wood": [10, 20]}, sources=[{"item": "wood", "kind": "buy", "source": "X", **first}, {"item": "wood", "kind": "buy", "source": "Y", "priority": 2.0}])


def bench() -> SupplyNetwork:
    """A bench is made a period after its wood is taken; a tenth is scrapped, a quarter of the second period's comes a period late."""
    network = small_network(
        {"bench": [5, 6, 7]}, points={"bench": {"shelf_life": 2.0}}, opening={"bench": 4.0}, scheduled={"bench": [1, 2, 3]},
        sources=[{"item": "bench", "lead_time": 1.0, "process_yield": 0.9}, {"item": "wood", "kind": "buy"}], uses={("bench", "wood"): 2.0},
    )  # fmt: skip
    network.late_share[0] = [0.0, 0.25, 0.0]
    return network


def stage(**resource: object) -> SupplyNetwork:
    return small_network({"bench": [10, 20]}, resources={"Saw": {"capacity": [40, 30], "loads": {"bench": (2.0, 3.0)}, **resource}})


def crew() -> SupplyNetwork:
    return stage(workers=4.0, hours_per_worker=10.0, hire=[1, 2], layoff=[3, 0])


def planned_before() -> Case:
    network = small_network({"bench": [5, 10, 20]}, points={"bench": {"fence": 1.0}}, previous_orders=[3, 12, np.nan])
    return network, SupplyRules(change_cost_rate=0.1)


def substitutes() -> SupplyNetwork:
    return small_network({"bench": [10]}, uses={("bench", "wood"): 2.0}, substitutes=[("wood", "plastic", 1.5, 0.2)])


CASES: dict[str, Callable[[], Case]] = {
    "lead_time": lambda: (bought(lead_time=2.0), SupplyRules()),
    "fence": lambda: (small_network({"wood": [1, 2, 3]}, points={"wood": {"fence": 2.0}}, previous_orders=[7, np.nan, 9]), SupplyRules()),
    "validity": lambda: (bought(first=1, last=1), SupplyRules()),
    "authorised": lambda: (two_sources(authorised=False), SupplyRules()),
    "balance": lambda: (bench(), SupplyRules()),
    "substitutes": lambda: (substitutes(), SupplyRules()),
    "unmet_demand": lambda: (bought(), SupplyRules()),
    "source_maximum": lambda: (two_sources(maximum=15.0), SupplyRules()),
    "source_share": lambda: (two_sources(share=0.25), SupplyRules()),
    "supplier_limit": lambda: (bought(), SupplyRules()),
    "plan_stability": planned_before,
    "resource_capacity": lambda: (stage(overtime=5.0, extra_shifts=1.0, shift_capacity=8.0, workers=4.0, hours_per_worker=10.0), LOTS),
    "overtime": lambda: (stage(overtime=[5, 0]), SupplyRules()),
    "shifts": lambda: (stage(extra_shifts=[1, 2]), SupplyRules()),
    "workforce": lambda: (crew(), SupplyRules()),
    "hiring": lambda: (crew(), SupplyRules()),
    "layoffs": lambda: (crew(), SupplyRules()),
    "storage": lambda: (small_network({"bench": [1, 2], "chair": [1, 2]}, resources={"Hall": {"capacity": [100, 90], "space": {"bench": 3.0, "chair": 0.5}}}), SupplyRules()),
    "safety_stock": lambda: (small_network({"bench": [1, 2, 3]}, safety_stock={"bench": [0, 4, 5]}), SupplyRules()),
    "maximum_stock": lambda: (small_network({"bench": [1, 2]}, points={"bench": {"maximum_stock": 25.0}}), SupplyRules()),
    "shelf_life": lambda: (bench(), SupplyRules()),
    "prebuild": lambda: (small_network({"bench": [1, 2, 3]}, opening={"bench": 4.0}, scheduled={"bench": [0, 7, 0]}, safety_stock={"bench": [6, 6, 9]}), SupplyRules(prebuild=False)),
    "order_placed": lambda: (two_sources(fixed_cost=100.0, maximum=12.0), LOTS),
    "minimum_order": lambda: (two_sources(minimum_order=8.0), LOTS),
    "order_multiple": lambda: (two_sources(order_multiple=6.0), LOTS),
}  # fmt: skip
FUNCTIONS = {constrain.__name__.removeprefix("constrain_"): constrain for constrain in CONSTRAINTS}


def written(name: str) -> str:
    """What one constraint adds to a model of variables alone: its rows, and the orders whose upper bound it sets."""
    import linopy

    network, rules = CASES[name]()
    model = empty_model(network, rules)
    with linopy.options as options:
        options.set_value(semantics="v1")
        FUNCTIONS[name](model)
    assert set(model.lp.constraints) <= {name}
    return "\n".join([*_rows(model, name), *_bounds(model)]) + "\n"


def _named(model: SupplyModel) -> dict[int, str]:
    named = {}
    for variable in model.lp.variables:
        for (row, period), label in np.ndenumerate(model.labels(variable)):
            named[int(label)] = f"{variable}[{row},{period}]"
    return named


def _rows(model: SupplyModel, name: str) -> list[str]:
    if name not in model.lp.constraints:
        return []
    named, arrays, periods = _named(model), model.lp.matrices, model.network.periods
    matrix = arrays.A.tocsr()
    lines = []
    for number, cell in enumerate(model.lp.constraints[name].indexes[f"{name}_row"]):
        row = slice(matrix.indptr[number], matrix.indptr[number + 1])
        terms = sorted(zip(matrix.indices[row], matrix.data[row], strict=True))
        left = " ".join(f"{c:+g} {named[int(arrays.vlabels[v])]}" for v, c in terms)
        sign = {"<": "<=", ">": ">="}.get(arrays.sense[number], "=")
        lines.append(f"{name}[{cell // periods},{cell % periods}]: {left} {sign} {arrays.b[number]:g}")
    return lines


def _bounds(model: SupplyModel) -> list[str]:
    upper = pd.Series(model.lp.variables["orders"].upper.values.ravel(), dtype=float)
    labels = model.labels("orders").ravel()
    named = _named(model)
    return [f"{named[int(label)]} <= {most:g}" for label, most in zip(labels, upper, strict=True) if np.isfinite(most)]


@pytest.mark.parametrize("name", sorted(CASES))
def test_constraint_writes_its_golden_rows(name):
    path = GOLDEN / f"{name}.txt"
    text = written(name)
    assert text.strip(), "a golden case without a row tests nothing"
    if os.environ.get("SOP_XL_WRITE_GOLDEN_LP"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_every_constraint_has_a_golden_file_and_a_place_in_the_model():
    """A `constrain_*` function that nobody wrote a golden case for, or that the model leaves out, fails here."""
    import sop_xl.plan.supply.solver as package

    defined = set()
    for path in Path(package.__file__).parent.glob("constraints_*.py"):
        module = __import__(f"{package.__name__}.{path.stem}", fromlist=["_"])
        defined |= {n.removeprefix("constrain_") for n in vars(module) if n.startswith("constrain_")}
    assert defined == set(FUNCTIONS) == set(CASES) == {p.stem for p in GOLDEN.glob("*.txt")}
