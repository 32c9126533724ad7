"""Which stock is held to which target, and the safety stock that a network gets."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
from plan_tables import items, locations
from small_network import small_network
from stocked_network import history_of, policy, stock_inputs

from sop_xl.plan.safety_stock import safety_stock
from sop_xl.plan.stock_inputs import StockInputs
from sop_xl.plan.stock_policy import planned_usage, regular_source, restocker, stock_levels

STEADY = {"bike": [100.0] * 4}


def held(network, inputs, levels=None):
    """Safety stock by item in the first period."""
    restocked = restocker(inputs)(network, levels)
    return dict(zip(network.points["item"], restocked.safety_stock[:, 0], strict=True))


class TestWhatComesFirst:
    NETWORK = small_network(demand={"bike": [100] * 4, "helmet": [50] * 4})
    ERROR = MappingProxyType({"bike": 10.0, "helmet": 10.0})

    def of(self, level, **more):
        return pytest.approx(float(safety_stock(50, 10, 0, 0, level, **more)))

    def test_the_setting_where_nothing_else_is_said(self):
        assert held(self.NETWORK, stock_inputs(self.ERROR, service_level=0.9))["bike"] == self.of(0.9)

    def test_the_item_before_the_setting(self):
        listed = items("bike", "helmet").assign(service_level=[0.99, np.nan])
        got = held(self.NETWORK, stock_inputs(self.ERROR, listed=listed, service_level=0.9))
        assert got == {"bike": self.of(0.99), "helmet": self.of(0.9)}

    def test_the_policy_before_the_item_and_the_narrowest_rule_of_all(self):
        listed = items("bike", "helmet").assign(service_level=0.99)
        rules = policy({"service_level": 0.8}, {"item": "helmet", "service_level": 0.97}, {"family": "Family", "service_level": 0.85})
        got = held(self.NETWORK, stock_inputs(self.ERROR, listed=listed, inventory_policy=rules))
        assert got == {"bike": self.of(0.85), "helmet": self.of(0.97)}

    def test_what_a_rule_leaves_empty_is_the_settings_turn(self):
        rules = policy({"item": "helmet", "service_measure": "fill rate"})
        got = held(self.NETWORK, stock_inputs(self.ERROR, inventory_policy=rules, service_level=0.9))
        assert got["helmet"] == self.of(0.9, measure="fill rate")

    def test_a_rule_for_a_class(self):
        segments = pd.DataFrame({"item": ["bike", "helmet"], "location": "All", "abc": ["A", "C"], "xyz": ["X", "Z"]})
        got = held(self.NETWORK, stock_inputs(self.ERROR, segments=segments, inventory_policy=policy({"abc": "C", "service_level": 0.8})))
        assert got == {"bike": self.of(0.95), "helmet": self.of(0.8)}

    def test_the_planners_own_stock_before_everything(self):
        rules = policy({"item": "bike", "service_level": 0.99})
        network = restocker(stock_inputs(self.ERROR, inventory_policy=rules, own={"bike": 7.0}))(self.NETWORK, None)
        assert network.safety_stock[0].tolist() == [7, 7, 7, 7]

    def test_a_level_of_a_scenario_before_the_policy_but_not_before_the_planner(self):
        levels = pd.DataFrame({"item": ["bike", "helmet"], "location": "All", "service_level": [0.99, np.nan]})
        got = held(self.NETWORK, stock_inputs(self.ERROR, inventory_policy=policy({"service_level": 0.8})), levels)
        assert got == {"bike": self.of(0.99), "helmet": self.of(0.8)}
        assert held(self.NETWORK, stock_inputs(self.ERROR, own={"bike": 7.0}), levels)["bike"] == 7

    def test_certainty_is_as_much_as_can_be_had(self):
        levels = pd.DataFrame({"item": ["bike"], "location": "All", "service_level": [1.2]})
        assert held(self.NETWORK, stock_inputs(self.ERROR), levels)["bike"] == self.of(0.9999)


class TestWhatItFollows:
    def test_lead_time_and_spread_of_the_regular_source(self):
        late = small_network(demand=STEADY, sources=[{"item": "bike", "kind": "buy", "source": "X", "lead_time": 2.0, "lead_time_deviation": 0.5}])
        assert held(late, stock_inputs({"bike": 10.0}))["bike"] == pytest.approx(float(safety_stock(100, 10, 2, 0.5, 0.95)))

    def test_a_lever_is_not_the_regular_source(self):
        both = small_network(
            demand=STEADY,
            sources=[
                {"item": "bike", "kind": "buy", "source": "Fast", "lead_time": 0.0, "lever": "expedite"},
                {"item": "bike", "kind": "buy", "source": "Slow", "lead_time": 3.0, "priority": 2.0},
            ],
        )
        assert both.sources.at[regular_source(both)[0], "source"] == "Slow"

    def test_what_may_not_be_ordered_is_regular_only_where_nothing_else_is_there(self):
        one = small_network(demand=STEADY, sources=[{"item": "bike", "kind": "buy", "source": "X", "authorised": False}])
        assert regular_source(one).tolist() == [0]
        assert regular_source(small_network(demand=STEADY, sources=[])).tolist() == [-1]

    def test_demand_of_the_coming_interval(self):
        """The spread of the lead time counts with what is sold then: 100 now, 200 from the third period on."""
        growing = small_network(demand={"bike": [100, 100, 200, 200]}, sources=[{"item": "bike", "lead_time": 1.0, "lead_time_deviation": 1.0}])
        stock = restocker(stock_inputs({"bike": 0.0}))(growing, None).safety_stock[0]
        assert stock == pytest.approx(1.6448536 * np.array([150, 200, 200, 200]))

    def test_nothing_is_held_for_what_is_no_longer_sold(self):
        ending = small_network(demand={"bike": [100, 100, 0, 0]})
        assert (restocker(stock_inputs({"bike": 10.0}))(ending, None).safety_stock[0] > 0).tolist() == [True, False, False, False]

    def test_errors_of_locations_that_share_a_stock_pool(self):
        network = small_network(demand=STEADY)
        error = pd.DataFrame({"item": "bike", "location": ["North", "South"], "forecast_error_sd": [3.0, 4.0]})
        inputs = StockInputs(items=items("bike"), locations=locations(All="", North="All", South="All"), error_sd=error)
        assert stock_levels(network, inputs).error_sd.tolist() == [5.0]

    def test_an_unknown_error_is_said(self):
        levels = stock_levels(small_network(demand=STEADY), stock_inputs({}, listed=items("bike")))
        assert [note.rule for note in levels.notes] == ["forecast-error-absent"]
        assert (levels.safety_stock == 0).all()


class TestComponents:
    NETWORK = small_network(
        demand={"bike": [10, 20, 30, 40]},
        sources=[{"item": "bike", "process_yield": 0.5, "lead_time": 1.0}, {"item": "wheel", "kind": "buy", "lead_time": 2.0}],
        uses={("bike", "wheel"): 2.0},
    )

    def test_their_usage_follows_what_is_sold(self):
        """Two wheels per bike ordered, and every second bike is scrap: four per bike sold; stock on hand does not change it."""
        assert planned_usage(self.NETWORK).tolist() == [[10, 20, 30, 40], [40, 80, 120, 160]]

    def test_they_hold_no_safety_stock_of_their_own(self):
        assert held(self.NETWORK, stock_inputs({"bike": 5.0}, listed=items("bike", "wheel")))["wheel"] == 0

    def test_unless_the_planner_says_so(self):
        assert held(self.NETWORK, stock_inputs({"bike": 5.0}, listed=items("bike", "wheel"), own={"wheel": 60.0}))["wheel"] == 60

    def test_spares_are_held_for_their_customers(self):
        spares = small_network(demand={"bike": [10] * 4, "wheel": [4] * 4}, uses={("bike", "wheel"): 2.0})
        got = held(spares, stock_inputs({"bike": 5.0, "wheel": 2.0}))
        assert got["wheel"] == pytest.approx(float(safety_stock(24, 2, 0, 0, 0.95)))


class TestMethods:
    NETWORK = small_network(demand={"bike": [10] * 4}, sources=[{"item": "bike", "lead_time": 1.0, "minimum_order": 40.0}])

    def test_gamma(self):
        assert held(self.NETWORK, stock_inputs({"bike": 12.0}, method="gamma"))["bike"] == pytest.approx(float(safety_stock(10, 12, 1, 0, 0.95, method="gamma")))

    def test_a_fill_rate_counts_on_the_least_order(self):
        got = held(self.NETWORK, stock_inputs({"bike": 12.0}, service_measure="fill rate"))["bike"]
        assert got == pytest.approx(float(safety_stock(10, 12, 1, 0, 0.95, measure="fill rate", order_quantity=40)))

    def test_bootstrap_follows_the_level_of_the_forecast(self):
        """Twice the forecast, twice the stock: the shape is that of history."""
        history = history_of(bike=[0, 0, 30, 0, 0, 20, 0, 0, 0, 50, 0, 0])
        inputs = stock_inputs({"bike": 12.0}, method="bootstrap", history=history)
        levels = stock_levels(self.NETWORK, inputs)
        twice = stock_levels(small_network(demand={"bike": [20] * 4}, sources=[{"item": "bike", "lead_time": 1.0, "minimum_order": 40.0}]), inputs)
        assert levels.method.tolist() == ["bootstrap"]
        assert levels.safety_stock[0, 0] > 10
        assert twice.safety_stock == pytest.approx(2 * levels.safety_stock)

    def test_too_little_history_for_a_bootstrap_is_said(self):
        levels = stock_levels(self.NETWORK, stock_inputs({"bike": 12.0}, method="bootstrap", history=history_of(bike=[0, 0, 30])))
        assert levels.method.tolist() == ["gamma"]
        assert [note.rule for note in levels.notes] == ["history-too-thin"]

    def test_each_stock_by_its_own_method(self):
        network = small_network(demand={"bike": [10] * 3, "helmet": [10] * 3})
        levels = stock_levels(network, stock_inputs({"bike": 12.0, "helmet": 12.0}, inventory_policy=policy({"item": "helmet", "method": "gamma", "service_measure": "fill rate"})))
        assert levels.method.tolist() == ["normal", "gamma"]
        assert levels.measure.tolist() == ["cycle service", "fill rate"]


def test_a_network_without_points_has_nothing_to_restock():
    network = small_network(demand={"bike": [1.0]})
    empty = network.__class__(**{
        **{name: getattr(network, name) for name in network.__dataclass_fields__},
        "points": network.points.iloc[:0], "sources": network.sources.iloc[:0], "streams": network.streams.iloc[:0], "demand": np.zeros((0, 1)),
        "price": np.zeros((0, 1)), "opening": np.zeros(0), "scheduled": np.zeros((0, 1)), "safety_stock": np.zeros((0, 1)), "late_share": np.zeros((0, 1)),
        "previous_orders": np.zeros((0, 1)),
    })  # fmt: skip
    assert restocker(stock_inputs({}, listed=items("bike")))(empty, None).safety_stock.shape == (0, 1)
