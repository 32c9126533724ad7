"""Where safety stock is held along the bill of material: by the book, beside stockpyl, and against every other placement."""

from __future__ import annotations

import itertools
import sys

import numpy as np
import pytest
from plan_tables import items
from small_network import small_network
from stocked_network import policy, stock_inputs
from stockpyl.gsm_tree import optimize_committed_service_times, preprocess_tree
from stockpyl.instances import load_instance

from sop_xl.plan import stock_placement
from sop_xl.plan.echelon import Links, Stages, net_lead_times, service_times
from sop_xl.plan.safety_stock import safety_stock
from sop_xl.plan.stock_placement import longest_chain, passed_on, tree_links
from sop_xl.plan.stock_policy import stock_levels


def stages_of(name):
    """A documented instance as stages and links, and its stage numbers in order."""
    tree = preprocess_tree(load_instance(name))
    numbers = [node.index for node in tree.nodes]
    place = {number: k for k, number in enumerate(numbers)}
    cost = [node.holding_cost * node.demand_bound_constant * node.net_demand_standard_deviation for node in tree.nodes]
    promise = [node.external_outbound_cst if node.external_outbound_cst < 10**5 else -1 for node in tree.nodes]
    stages = Stages(
        np.array([node.processing_time for node in tree.nodes]), np.array(cost, dtype=float), np.array([node.external_inbound_cst for node in tree.nodes]), np.array(promise),
    )  # fmt: skip
    pairs = [(place[node.index], place[other]) for node in tree.nodes for other in node.successor_indices()]
    links = Links(np.array([a for a, _ in pairs]), np.array([b for _, b in pairs]), np.ones(len(pairs)))
    return stages, links, numbers


def cost_of(stages, links, times):
    net = net_lead_times(links, stages.processing_time.astype(float), times.astype(float), stages.inbound.astype(float))
    return float((stages.cost * np.sqrt(net)).sum())


class TestByTheBook:
    def test_a_digital_camera_chain(self):
        """Snyder and Shen, Fundamentals of Supply Chain Theory, 2nd ed. 2019, example 6.5: stage 4 makes its customers wait one period, all others promise
        at once; 8.277916867529369 (as stockpyl documents it)."""
        stages, links, numbers = stages_of("example_6_5")
        times = service_times(stages, links, np.ones(4, dtype=bool))
        assert dict(zip(numbers, times.tolist(), strict=True)) == {1: 0, 2: 0, 3: 0, 4: 1}
        assert cost_of(stages, links, times) == pytest.approx(8.277916867529369, rel=1e-12)

    @pytest.mark.parametrize("name", ["problem_6_7", "problem_6_9", "figure_6_14"])
    def test_other_documented_trees(self, name):
        stages, links, numbers = stages_of(name)
        times = service_times(stages, links, np.ones(len(numbers), dtype=bool))
        _, least = optimize_committed_service_times(load_instance(name))
        assert cost_of(stages, links, times) == pytest.approx(least, rel=1e-9)


class TestAgainstEveryOtherPlacement:
    @pytest.mark.parametrize("seed", range(6))
    def test_no_promises_cost_less(self, seed):
        """Every combination of service times of five stages, tried one by one."""
        rng = np.random.default_rng(seed)
        older = np.array([rng.integers(0, k) for k in range(1, 5)])
        younger, down = np.arange(1, 5), rng.random(4) < 0.5
        links = Links(np.where(down, older, younger), np.where(down, younger, older), np.ones(4))
        sells = ~np.isin(np.arange(5), links.giver)
        stages = Stages(rng.integers(1, 4, 5), rng.uniform(0.5, 5, 5), np.zeros(5, dtype=int), np.where(sells, 0, -1))
        times = service_times(stages, links, np.ones(5, dtype=bool))
        longest = int(longest_chain(links, stages.processing_time.astype(float)))
        least = np.inf
        for tried in itertools.product(*(range(1 if sell else longest + 1) for sell in sells)):
            promise = np.array(tried)
            inbound = np.zeros(5)
            np.maximum.at(inbound, links.taker, promise[links.giver].astype(float))
            if (promise <= inbound + stages.processing_time).all():
                least = min(least, cost_of(stages, links, promise))
        assert cost_of(stages, links, times) == pytest.approx(least)


class TestBills:
    def test_errors_of_independent_products_add_as_variances(self):
        """Two bikes with deviations 3 and 4 take one frame each: 5; two wheels each: 10."""
        links = Links(np.array([2, 2, 3, 3]), np.array([0, 1, 0, 1]), np.array([1.0, 1.0, 2.0, 2.0]))
        assert np.sqrt(passed_on(links, np.array([9.0, 16.0, 0.0, 0.0]))).tolist() == [3, 4, 5, 10]

    def test_the_costliest_links_make_the_tree(self):
        """Two products share two parts: a ring of four links, of which the cheapest is left out."""
        links = Links(np.array([2, 2, 3, 3]), np.array([0, 1, 0, 1]), np.array([1.0, 1.0, 1.0, 0.5]))
        assert tree_links(links, np.array([9.0, 9.0, 2.0, 2.0]), 4).tolist() == [True, True, True, False]

    def test_trees_stay_small(self, monkeypatch):
        monkeypatch.setattr(stock_placement, "MOST_STAGES", 2)
        links = Links(np.array([1, 2]), np.array([0, 1]), np.ones(2))
        assert tree_links(links, np.array([1.0, 2.0]), 3).tolist() == [False, True]


def chain(part_cost, *, wheel_lead=4.0, **bike):
    """A bike made in a period from a wheel that is bought."""
    return small_network(
        demand={"bike": [100.0] * 8},
        points={"bike": {"holding_cost": 10.0}, "wheel": {"holding_cost": part_cost}},
        sources=[{"item": "bike", "lead_time": 1.0, **bike}, {"item": "wheel", "kind": "buy", "source": "X", "lead_time": wheel_lead}],
        uses={("bike", "wheel"): 1.0},
    )


def echelon(network, **stated):
    return stock_levels(network, stock_inputs({"bike": 20.0}, listed=items("bike", "wheel"), method="echelon", **stated))


class TestSafetyStock:
    def test_a_cheap_part_decouples(self):
        """The wheel costs little: it covers its own four periods, and the bike its one and the review."""
        levels = echelon(chain(0.5))
        assert levels.net_lead_time.tolist() == [2, 4]
        assert levels.safety_stock[:, 0] == pytest.approx(1.6448536 * 20 * np.sqrt([2, 4]))
        assert levels.safety_stock[0, 0] == pytest.approx(float(safety_stock(100, 20, 1, 0, 0.95)))

    def test_a_dear_part_is_held_in_the_product(self):
        """One stock for six periods costs less than two for two and four where the part is almost as dear."""
        levels = echelon(chain(9.5))
        assert levels.net_lead_time.tolist() == [6, 0]
        assert (levels.safety_stock[1] == 0).all()

    def test_lead_times_of_odd_length_leave_no_slivers(self):
        """4.1 periods are no whole number of quarters; the wheel still holds nothing at all."""
        assert echelon(chain(9.5, wheel_lead=4.1)).net_lead_time == pytest.approx([6.1, 0])

    def test_placement_never_costs_more_than_decoupling_everywhere(self):
        for part_cost in (0.5, 3.0, 9.5):
            placed = echelon(chain(part_cost)).safety_stock[:, 0] @ np.array([10.0, part_cost])
            apart = 1.6448536 * 20 * np.sqrt([2, 4]) @ np.array([10.0, part_cost])
            assert placed <= apart * (1 + 1e-6)

    def test_late_suppliers_count_where_stock_is_held(self):
        levels = echelon(chain(0.5, lead_time_deviation=0.5))
        assert levels.safety_stock[0, 0] == pytest.approx(1.6448536 * np.sqrt(2 * 20**2 + 100**2 * 0.5**2))

    def test_the_planners_own_stock_promises_at_once(self):
        levels = echelon(chain(9.5), own={"wheel": 33.0})
        assert levels.safety_stock[1, 0] == 33
        assert levels.net_lead_time[0] == 2

    def test_only_what_the_policy_names_takes_part(self):
        inputs = stock_inputs({"bike": 20.0}, listed=items("bike", "wheel"), inventory_policy=policy({"item": "bike", "method": "echelon"}))
        levels = stock_levels(chain(9.5), inputs)
        assert levels.method.tolist() == ["echelon", ""]
        assert levels.safety_stock[0, 0] == pytest.approx(float(safety_stock(100, 20, 1, 0, 0.95)))

    def test_a_fill_rate_is_read_as_cycle_service_and_said(self):
        levels = echelon(chain(0.5), service_measure="fill rate")
        assert [note.rule for note in levels.notes] == ["echelon-by-cycle-service"]

    def test_a_stock_on_its_own_is_planned_as_ever(self):
        single = small_network(demand={"bike": [100.0] * 4}, sources=[{"item": "bike", "lead_time": 2.0}])
        levels = stock_levels(single, stock_inputs({"bike": 20.0}, method="echelon"))
        assert levels.safety_stock[0, 0] == pytest.approx(float(safety_stock(100, 20, 2, 0, 0.95)))

    def test_bills_that_are_no_tree_keep_every_promise_and_say_so(self):
        ring = small_network(
            demand={"city": [100.0] * 4, "race": [50.0] * 4},
            points={"frame": {"holding_cost": 0.05}, "wheel": {"holding_cost": 0.02}},
            sources=[{"item": i, "lead_time": lead} for i, lead in (("city", 1.0), ("race", 1.0), ("frame", 3.0), ("wheel", 2.0))],
            uses={(bike, part): 1.0 for bike in ("city", "race") for part in ("frame", "wheel")},
        )
        levels = stock_levels(ring, stock_inputs({"city": 20.0, "race": 10.0}, listed=items("city", "frame", "race", "wheel"), method="echelon"))
        assert [note.rule for note in levels.notes] == ["echelon-not-a-tree"]
        assert "3 of its 4 links" in levels.notes[0].note
        city, frame, race, wheel = levels.net_lead_time
        # what a part does not cover itself, every product that takes it does
        assert min(city, race) >= 2 + max(3 - frame, 2 - wheel)

    def test_without_stockpyl_every_stock_is_planned_by_itself(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "stockpyl.gsm_tree", None)
        levels = echelon(chain(0.5))
        assert levels.method.tolist() == ["normal", ""]
        assert levels.safety_stock[:, 0] == pytest.approx([float(safety_stock(100, 20, 1, 0, 0.95)), 0])
        assert [note.rule for note in levels.notes] == ["echelon-not-installed"]
        assert "pip install sop-xl[echelon]" in levels.notes[0].note
