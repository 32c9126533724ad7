"""Rough-cut capacity by the books: bills of resources, set-ups, profiles over time, and what is said of an overload."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_network import small_network

from sop_xl import frames
from sop_xl.plan.supply.capacity import capacity_frame, capacity_notes, required_load, rough_cut_load
from sop_xl.plan.supply.netting import net_requirements
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.unconstrained import unconstrained_solution

BILL = {("A", "C"): 1.0, ("A", "D"): 1.0, ("B", "D"): 1.0, ("B", "E"): 2.0, ("E", "F"): 2.0}
HOURS = {
    "Work centre 100": {"A": 0.05, "B": 1.30},
    "Work centre 200": {"C": 0.60, "D": 0.10, "E": 0.10, "F": 0.0625},
    "Work centre 300": {"C": 0.20},
}


def two_products(demand: dict[str, list[float]], **more: object) -> SupplyNetwork:
    """The plant of Vollmann, Berry, Whybark and Jacobs, Manufacturing Planning and Control Systems, 5th ed. 2005, chapter 10.

    End products A and B; A of C and D; B of D and 2 E; E of 2 F; hours per unit with set-up spread over the lot, as the book has them.
    """
    return small_network(demand, uses=BILL, resources={name: {"capacity": 1000, "loads": loads} for name, loads in HOURS.items()}, **more)  # type: ignore[arg-type]


class TestBillOfResources:
    def test_the_capacity_bill_per_unit(self):
        """The book's bill of capacity: A takes 0.05, 0.70 and 0.20 hours, 0.95 in all; B 1.30, 0.55 and 0, 1.85 in all."""
        load = rough_cut_load(two_products({"A": [1, 0], "B": [0, 1]}))
        assert load == pytest.approx(np.array([[0.05, 1.30], [0.70, 0.55], [0.20, 0.0]]))
        assert load.sum(axis=0) == pytest.approx([0.95, 1.85])

    def test_the_load_of_a_master_schedule(self):
        """33 A and 17 B: 23.75, 32.45 and 6.60 hours, 62.80 in all."""
        load = rough_cut_load(two_products({"A": [33], "B": [17]}))
        assert load[:, 0] == pytest.approx([23.75, 32.45, 6.60])

    def test_stock_and_lead_times_do_not_move_the_rough_cut(self):
        bare = rough_cut_load(two_products({"A": [33, 10], "B": [17, 0]}))
        sources = [{"item": i, "lead_time": 1, "order_multiple": 20} for i in "ABCDEF"]
        assert rough_cut_load(two_products({"A": [33, 10], "B": [17, 0]}, sources=sources, opening={"A": 500, "D": 9})) == pytest.approx(bare)

    def test_the_netted_plan_takes_stock_into_account(self):
        """10 A and 5 D in stock: 23 A are made of 23 C and, with those of B, of 35 D."""
        network = two_products({"A": [33], "B": [17]}, opening={"A": 10, "D": 5})
        load = required_load(network, net_requirements(network).orders)[:, 0]
        assert load == pytest.approx([23 * 0.05 + 17 * 1.3, 23 * 0.6 + 35 * 0.1 + 34 * 0.1 + 68 * 0.0625, 23 * 0.2])


class TestLoad:
    def test_a_set_up_in_every_period_with_an_order(self):
        """The classroom example of product Z at Erben Fabricators: 8 h of set-up and 1.5 h a unit make 23, 38, 30.5, 23 and 30.5 h."""
        network = small_network({"Z": [10, 20, 15, 10, 15, 0]}, resources={"201": {"loads": {"Z": (1.5, 8.0)}}})
        assert required_load(network, net_requirements(network).orders)[0].tolist() == [23, 38, 30.5, 23, 30.5, 0]

    def test_a_load_falls_before_the_receipt(self):
        network = small_network({"A": [4, 0, 10]}, resources={"Saw": {"loads": {"A": 2.0}}})
        network.loads["before"] = 1
        assert required_load(network, net_requirements(network).orders)[0].tolist() == [8, 20, 0]

    def test_storage_is_taken_by_stock_at_the_end_of_the_period(self):
        network = small_network({"A": [4, 4]}, opening={"A": 10}, resources={"Shelf": {"kind": "storage", "space": {"A": 0.5}}})
        netting = net_requirements(network)
        assert required_load(network, netting.orders, netting.balance)[0].tolist() == [3, 1]

    def test_what_is_short_takes_no_space(self):
        network = small_network({"A": [4, 4]}, sources=[], opening={"A": 6}, resources={"Shelf": {"kind": "storage", "space": {"A": 0.5}}})
        netting = net_requirements(network)
        assert netting.balance[0].tolist() == [2, -2]
        assert required_load(network, netting.orders, netting.balance)[0].tolist() == [1, 0]


def saw(demand: list[float], **more: object) -> SupplyNetwork:
    return small_network({"A": demand}, resources={"Saw": {"capacity": 40, "loads": {"A": 1.0}} | more})


def frame_of(network: SupplyNetwork) -> pd.DataFrame:
    frame = capacity_frame(network, net_requirements(network), unconstrained_solution(network, SupplyRules()))
    return frames.check_frame(frame, frames.CAPACITY)


class TestFrame:
    def test_hours_to_buy_back(self):
        frame = frame_of(saw([30, 62, 40]))
        assert frame["available_capacity"].tolist() == [40, 40, 40]
        assert frame["required_capacity"].tolist() == [30, 62, 40]
        assert frame["utilisation_required"].tolist() == [0.75, 1.55, 1.0]
        assert frame["hours_to_buy_back"].tolist() == [0, 22, 0]
        assert frame["workers"].isna().all()

    def test_without_a_limit_there_is_nothing_to_compare_with(self):
        frame = frame_of(saw([30, 62, 40], capacity=np.inf))
        assert frame["available_capacity"].isna().all()
        assert frame["utilisation"].isna().all()
        assert frame["hours_to_buy_back"].tolist() == [0, 0, 0]
        assert frame["load"].tolist() == [30, 62, 40]

    def test_a_resource_that_stands_still_has_no_utilisation(self):
        frame = frame_of(saw([30, 0], capacity=0))
        assert frame["utilisation"].isna().all()
        assert frame["hours_to_buy_back"].tolist() == [30, 0]

    def test_utilisation_is_of_the_hours_that_overtime_shifts_and_workers_of_the_plan_give(self):
        network = saw([30, 62, 40], overtime=10, overtime_cost=1.0, extra_shifts=1, shift_capacity=20, shift_cost=5.0)
        plan = replace(unconstrained_solution(network, SupplyRules()), overtime=np.array([[0.0, 2.0, 0.0]]), shifts=np.array([[0.0, 1.0, 0.0]]))
        frame = capacity_frame(network, net_requirements(network), plan)
        assert frame["plan_capacity"].tolist() == [40, 62, 40]
        assert frame["utilisation"].tolist() == [0.75, 1.0, 1.0]

    def test_a_worker_laid_off_takes_hours_away(self):
        network = saw([30, 30], workers=5.0, hours_per_worker=8.0)
        plan = replace(unconstrained_solution(network, SupplyRules()), workers=np.array([[5.0, 4.0]]))
        assert capacity_frame(network, net_requirements(network), plan)["plan_capacity"].tolist() == [40, 32]

    def test_resources_stand_in_the_order_of_their_names(self):
        network = small_network({"A": [1, 1]}, resources={"Weld": {"loads": {"A": 2.0}}, "Paint": {"loads": {"A": 1.0}}})
        frame = frame_of(network)
        assert frame["resource"].tolist() == ["Paint", "Paint", "Weld", "Weld"]
        assert frame["load"].tolist() == [1, 1, 2, 2]

    def test_no_resources_no_rows(self):
        assert frame_of(small_network({"A": [1, 1]})).empty


class TestWords:
    def said(self, network: SupplyNetwork) -> list[str]:
        return [note.note for note in capacity_notes(network, net_requirements(network))]

    def test_nothing_is_said_of_what_fits(self):
        assert self.said(saw([40, 40, 40])) == []

    def test_room_before_for_all_of_it(self):
        assert self.said(saw([10, 62, 40])) == ["Saw is 22 h over in 2026-02 at worst (62 of 40 h); earlier periods have room for all of it (pre-build)"]

    def test_room_before_for_a_part(self):
        assert self.said(saw([30, 62, 50])) == [
            "Saw is 22 h over in 2026-02 at worst (62 of 40 h), 32 h in 2 periods; earlier periods have room for 10 h of it (pre-build)"
        ]

    def test_room_that_comes_after_is_no_room(self):
        assert self.said(saw([62, 0, 0])) == ["Saw is 22 h over in 2026-01 at worst (62 of 40 h); no earlier period has room"]

    def test_the_same_room_is_not_given_twice(self):
        """20 h of room in the first period, 15 h over in each of the next two."""
        assert self.said(saw([20, 55, 55])) == [
            "Saw is 15 h over in 2026-02 at worst (55 of 40 h), 30 h in 2 periods; earlier periods have room for 20 h of it (pre-build)"
        ]

    def test_storage_is_not_relieved_by_pre_building(self):
        network = small_network({"A": [0, 50]}, opening={"A": 50}, resources={"Shelf": {"kind": "storage", "unit": "m3", "capacity": 40, "space": {"A": 1.0}}})
        assert self.said(network) == ["Shelf is 10 m3 over in 2026-01 at worst (50 of 40 m3)"]
