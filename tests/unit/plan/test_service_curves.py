"""What service costs in stock, and where today stands."""

from __future__ import annotations

import numpy as np
import pytest
from plan_tables import items
from small_network import small_network
from stocked_network import history_of, policy, stock_inputs

from sop_xl.plan.safety_stock import fill_rate, safety_stock
from sop_xl.plan.service_curves import LEVELS, service_curves
from sop_xl.plan.stock_policy import restocker, stock_levels
from sop_xl.plan.stock_targets import inventory_targets
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.unconstrained import unconstrained_solution

ERROR = {"bike": 30.0, "helmet": 40.0}


def company(opening=None, **helmet):
    return small_network(
        demand={"bike": [100.0] * 6, "helmet": [80.0] * 6},
        points={"bike": {"family": "Bikes", "unit_cost": 200.0, "unit_price": 500.0, "holding_cost": 3.0}, "helmet": {"family": "Gear", "holding_cost": 0.2, **helmet}},
        sources=[{"item": "bike", "lead_time": 1.0}, {"item": "helmet", "kind": "buy", "source": "X", "lead_time": 2.0, "lead_time_deviation": 0.5}],
        opening=opening or {},
    )  # fmt: skip


def curves(network, inputs):
    levels = stock_levels(network, inputs)
    solution = unconstrained_solution(restocker(inputs)(network, None), SupplyRules())
    return service_curves(network, levels, inventory_targets(solution, levels, inputs))


def of(frame, family, today=""):
    return frame[(frame["family"] == family) & (frame["today"] == today)]


class TestCurves:
    def test_a_familys_curve_is_its_safety_stock_at_unit_cost(self):
        got = of(curves(company(), stock_inputs(ERROR, service_level=0.96)), "Bikes")
        assert got["service_level"].tolist() == list(LEVELS)
        assert got["safety_stock_value"].tolist() == pytest.approx([200 * float(safety_stock(100, 30, 1, 0, p)) for p in LEVELS])
        assert got["fill_rate"].tolist() == pytest.approx([float(fill_rate(safety_stock(100, 30, 1, 0, p), 100, 30, 1, 0)) for p in LEVELS])

    def test_all_is_the_sum_in_money_and_the_mean_in_service_by_revenue(self):
        got = curves(company(unit_cost=10.0, unit_price=25.0), stock_inputs(ERROR, service_level=0.96))
        bikes, gear, total = (of(got, family) for family in ("Bikes", "Gear", "All"))
        assert total["safety_stock_value"].to_numpy() == pytest.approx(bikes["safety_stock_value"].to_numpy() + gear["safety_stock_value"].to_numpy())
        revenue = np.array([100 * 500.0, 80 * 25.0])
        assert total["fill_rate"].to_numpy() == pytest.approx((np.stack([bikes["fill_rate"], gear["fill_rate"]], axis=1) @ revenue) / revenue.sum())

    @pytest.mark.parametrize("method", ["normal", "gamma", "bootstrap", "echelon"])
    def test_more_service_costs_more_and_more_for_each_point(self, method):
        rng = np.random.default_rng(2)
        history = history_of(bike=list(rng.poisson(4, 48) * 25.0), helmet=list(rng.poisson(2, 48) * 40.0))
        got = of(curves(company(), stock_inputs(ERROR, method=method, history=history, service_level=0.96)), "All")
        value, fill = got["safety_stock_value"].to_numpy(), got["fill_rate"].to_numpy()
        assert (np.diff(value) > 0).all()
        assert (np.diff(fill) > 0).all()
        assert (np.diff(fill) / np.diff(value))[0] > (np.diff(fill) / np.diff(value))[-1]

    def test_order_of_rows(self):
        got = curves(company(), stock_inputs(ERROR))
        assert got["family"].drop_duplicates().tolist() == ["Bikes", "Gear", "All"]
        assert got.groupby("family")["service_level"].apply(lambda level: level.is_monotonic_increasing).all()


class TestToday:
    def test_one_level_for_all_lies_on_the_curve(self):
        got = curves(company(), stock_inputs(ERROR, service_level=0.95))
        for family in ("Bikes", "Gear", "All"):
            point = of(got, family, "settings")
            assert point["service_level"].tolist() == [0.95]
            assert len(got[got["family"] == family]) == len(LEVELS) + 1  # the marked point, and where the stock stands

    def test_targets_between_the_curves_points_lie_between_their_costs(self):
        got = curves(company(), stock_inputs(ERROR, service_level=0.96))
        point, curve = of(got, "All", "settings").iloc[0], of(got, "All")
        assert point["service_level"] == 0.96
        assert np.interp(0.96, LEVELS, curve["safety_stock_value"]) == pytest.approx(point["safety_stock_value"], rel=0.01)
        assert np.interp(0.96, LEVELS, curve["fill_rate"]) == pytest.approx(point["fill_rate"], abs=0.002)

    def test_stock_at_its_target_is_where_the_settings_are(self):
        inputs = stock_inputs(ERROR, service_level=0.96)
        bare = company()
        solution = unconstrained_solution(restocker(inputs)(bare, None), SupplyRules())
        aims = inventory_targets(solution, stock_levels(bare, inputs), inputs)
        got = curves(company(opening=dict(zip(aims["item"], aims["target_stock"], strict=True))), inputs)
        there, here = of(got, "All", "settings").iloc[0], of(got, "All", "stock").iloc[0]
        assert here[["safety_stock_value", "fill_rate"]].tolist() == pytest.approx(there[["safety_stock_value", "fill_rate"]].tolist())

    def test_stock_in_the_wrong_place_lies_below_the_curve(self):
        """Half of the bikes' safety stock lies in helmets: the same money, less service."""
        inputs = stock_inputs(ERROR, service_level=0.95)
        bare = company(unit_cost=200.0, unit_price=500.0, holding_cost=3.0)
        solution = unconstrained_solution(restocker(inputs)(bare, None), SupplyRules())
        aims = inventory_targets(solution, stock_levels(bare, inputs), inputs).set_index("item")
        moved = aims.at["bike", "safety_stock"] * 0.9
        opening = {"bike": aims.at["bike", "target_stock"] - moved, "helmet": aims.at["helmet", "target_stock"] + moved}
        got = curves(company(opening=opening, unit_cost=200.0, unit_price=500.0, holding_cost=3.0), inputs)
        here, curve = of(got, "All", "stock").iloc[0], got[(got["family"] == "All") & (got["today"] != "stock")]
        assert here["safety_stock_value"] == pytest.approx(float(got[(got["family"] == "All") & (got["today"] == "settings")]["safety_stock_value"].iloc[0]))
        assert here["fill_rate"] < np.interp(here["safety_stock_value"], curve["safety_stock_value"], curve["fill_rate"])

    def test_empty_shelves(self):
        here = of(curves(company(), stock_inputs(ERROR)), "Bikes", "stock").iloc[0]
        assert here["safety_stock_value"] == 0
        assert here["service_level"] < 0.5

    def test_the_planners_own_stock_counts_as_a_setting(self):
        got = curves(company(), stock_inputs(ERROR, own={"bike": 10.0}))
        assert of(got, "Bikes", "settings")["safety_stock_value"].tolist() == [2000]


class TestWhatIsLeftOut:
    def test_stock_of_unknown_cost_or_error(self):
        network = company(unit_cost=np.nan)
        assert set(curves(network, stock_inputs(ERROR))["family"]) == {"Bikes", "All"}
        assert set(curves(company(), stock_inputs({"bike": 30.0}, listed=items("bike", "helmet")))["family"]) == {"Bikes", "All"}

    def test_nothing_sold_is_an_empty_page(self):
        assert curves(small_network(demand={"bike": [0.0] * 3}), stock_inputs(ERROR)).empty


def test_each_item_by_its_own_method():
    rules = policy({"item": "helmet", "method": "gamma"})
    got = of(curves(company(), stock_inputs(ERROR, inventory_policy=rules, service_level=0.96)), "Gear")
    assert got["safety_stock_value"].iloc[-1] == pytest.approx(10 * float(safety_stock(80, 40, 2, 0.5, LEVELS[-1], method="gamma")))
