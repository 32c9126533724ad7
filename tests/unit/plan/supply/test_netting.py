"""Net requirements by the books, and what each rule of sourcing, lots and time does to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_network import small_network

from sop_xl import frames
from sop_xl.plan.supply.netting import Netting, net_requirements
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.outcome import net_requirements_frame


def releases(network: SupplyNetwork, netting: Netting, item: str) -> list[float]:
    """What is to be ordered of an item, by period, over its sources."""
    mine = (network.points["item"].to_numpy()[network.sources["point"]] == item).nonzero()[0]
    return netting.releases[mine].sum(axis=0).tolist()


def line(network: SupplyNetwork, matrix: np.ndarray, item: str) -> list[float]:
    return matrix[network.points["item"].tolist().index(item)].tolist()


def rules(netting: Netting) -> set[str]:
    return {note.rule for note in netting.notes}


class TestTextbookRecords:
    def test_the_basic_record(self):
        """Vollmann, Berry, Whybark and Jacobs, Manufacturing Planning and Control Systems, 5th ed. 2005, chapter 7, the basic MRP record: lot 50, lead time 1."""
        network = small_network(
            {"part": [0, 10, 0, 40, 10]}, sources=[{"item": "part", "lead_time": 1, "order_multiple": 50}], opening={"part": 4}, scheduled={"part": [50, 0, 0, 0, 0]}
        )
        netting = net_requirements(network)
        assert line(network, netting.balance, "part") == [54, 44, 44, 4, 44]
        assert releases(network, netting, "part") == [0, 0, 0, 50, 0]

    def test_speaker_kits_lot_for_lot(self):
        """Heizer and Render, Operations Management, 10th ed. 2011, chapter 14, the speaker kits: 50 of A in week 8.

        A takes 2 B and 3 C; B takes 2 D and 2 E; C takes 2 E and 2 F; F takes 2 D and 1 G. The same part D is called for on two levels.
        """
        lead = {"A": 1, "B": 2, "C": 1, "D": 1, "E": 2, "F": 3, "G": 2}
        bill = {("A", "B"): 2, ("A", "C"): 3, ("B", "D"): 2, ("B", "E"): 2, ("C", "E"): 2, ("C", "F"): 2, ("F", "D"): 2, ("F", "G"): 1}
        network = small_network(
            {"A": [0] * 7 + [50]}, sources=[{"item": i, "lead_time": weeks} for i, weeks in lead.items()], uses=bill,
            opening={"A": 10, "B": 15, "C": 20, "D": 10, "E": 10, "F": 5, "G": 0},
        )  # fmt: skip
        netting = net_requirements(network)
        expected = {
            "A": [0, 0, 0, 0, 0, 0, 40, 0], "B": [0, 0, 0, 0, 65, 0, 0, 0], "C": [0, 0, 0, 0, 0, 100, 0, 0], "D": [0, 380, 0, 130, 0, 0, 0, 0],
            "E": [0, 0, 120, 200, 0, 0, 0, 0], "F": [0, 0, 195, 0, 0, 0, 0, 0], "G": [195, 0, 0, 0, 0, 0, 0, 0],
        }  # fmt: skip
        assert {item: releases(network, netting, item) for item in lead} == expected
        assert dict(zip(network.points["item"], netting.level, strict=True)) == {"A": 0, "B": 1, "C": 1, "D": 3, "E": 2, "F": 2, "G": 3}
        assert netting.past_due.sum() == 0
        assert not netting.notes

    def test_hip_replacements_in_multiples_of_32(self):
        """The same, chapter 14, problem on lot sizing of Hip Replacements, Inc.: lead time one week, multiples of the economic quantity of 32."""
        network = small_network({"hip": [0, 0, 50, 0, 0, 35, 15, 0, 100, 0]}, sources=[{"item": "hip", "lead_time": 1, "order_multiple": 32}])
        netting = net_requirements(network)
        assert line(network, netting.balance, "hip") == [0, 0, 14, 14, 14, 11, 28, 28, 24, 24]
        assert releases(network, netting, "hip") == [0, 64, 0, 0, 32, 32, 0, 96, 0, 0]


STEADY = {"A": [100, 100, 100, 100]}


class TestLots:
    def test_orders_keep_minimum_and_multiple(self):
        network = small_network(STEADY, sources=[{"item": "A", "minimum_order": 130, "order_multiple": 40}], opening={"A": 100})
        assert net_requirements(network).orders[0].tolist() == [0, 160, 160, 0]

    def test_safety_stock_is_restored_no_earlier_than_the_lead_time(self):
        """Stock 150, safety stock 50, lead time 1.5 periods, so 2: the second period ends 50 short, the third brings the first receipt."""
        network = small_network(STEADY, sources=[{"item": "A", "lead_time": 1.5}], opening={"A": 150}, safety_stock={"A": [50] * 4})
        netting = net_requirements(network)
        assert netting.receipts[0].tolist() == [0, 0, 200, 100]
        assert netting.balance[0].tolist() == [50, -50, 50, 50]
        assert netting.releases[0].tolist() == [200, 100, 0, 0]

    def test_open_orders_are_counted_first(self):
        network = small_network(STEADY, opening={"A": 100}, scheduled={"A": [0, 250, 0, 0]})
        assert net_requirements(network).receipts[0].tolist() == [0, 0, 0, 50]

    def test_what_is_lost_in_the_process_is_ordered_too(self):
        """90 good units of 100; components are taken for all 100."""
        network = small_network({"A": [90]}, sources=[{"item": "A", "process_yield": 0.9}, {"item": "B"}], uses={("A", "B"): 2})
        netting = net_requirements(network)
        assert line(network, netting.receipts, "A") == pytest.approx([90])
        assert releases(network, netting, "A") == pytest.approx([100])
        assert line(network, netting.dependent, "B") == pytest.approx([200])

    def test_float_noise_orders_no_lot(self):
        """Seven times a third of 100 million out of just that: a remainder of 2e-8 units is not a shortage."""
        third = 1e8 / 3
        assert third * 7 - third - third - third - third - third - third - third < -1e-9
        network = small_network({"A": [third] * 7}, sources=[{"item": "A", "minimum_order": 500}], opening={"A": third * 7})
        assert net_requirements(network).orders.sum() == 0


class TestTime:
    def test_what_can_no_longer_come_in_time_is_past_due(self):
        """Lead time 2: the first two periods cannot be helped; 30 and 20 would have had to be ordered before now."""
        network = small_network({"A": [30, 20, 10]}, sources=[{"item": "A", "lead_time": 2}])
        netting = net_requirements(network)
        assert netting.past_due[0].tolist() == [30, 20, 0]
        assert netting.balance[0].tolist() == [-30, -50, 0]
        assert netting.receipts[0].tolist() == [0, 0, 60]
        assert rules(netting) == {"orders-past-due"}

    def test_a_component_is_past_due_for_what_is_made_of_it(self):
        network = small_network({"A": [0, 10, 0]}, sources=[{"item": "A", "lead_time": 1}, {"item": "B", "lead_time": 2}], uses={("A", "B"): 3})
        netting = net_requirements(network)
        assert line(network, netting.past_due, "B") == [30, 0, 0]
        assert line(network, netting.balance, "B") == [-30, -30, 0]
        assert line(network, netting.balance, "A") == [0, 0, 0]  # netting does not hold up what is made of it

    def test_a_fence_delays_placing(self):
        """Two periods frozen and a lead time of one: the first receipt is that of the fourth period."""
        network = small_network({"A": [10] * 4}, points={"A": {"fence": 2}}, sources=[{"item": "A", "lead_time": 1}])
        netting = net_requirements(network)
        assert netting.receipts[0].tolist() == [0, 0, 0, 40]
        assert netting.releases[0].tolist() == [0, 0, 40, 0]
        assert netting.past_due[0].tolist() == [10, 10, 10, 0]

    def test_stock_that_lasts_the_lead_time_makes_nothing_past_due(self):
        network = small_network({"A": [10] * 3}, sources=[{"item": "A", "lead_time": 2}], opening={"A": 20})
        netting = net_requirements(network)
        assert netting.past_due.sum() == 0
        assert not netting.notes

    def test_a_late_part_is_not_ordered_twice(self):
        """A third of what is due in the first period comes in the second: short for one period, and nothing more is ordered."""
        network = small_network({"A": [30, 0]})
        netting = net_requirements(replace(network, late_share=np.array([[1 / 3, 0.0]])))
        assert netting.orders[0].tolist() == [30, 0]
        assert netting.balance[0].tolist() == pytest.approx([-10, 0])

    def test_a_lost_sale_is_not_ordered_later(self):
        network = small_network({"A": [30, 20, 10]}, sources=[{"item": "A", "lead_time": 2}])
        netting = net_requirements(network, "lost sales")
        assert netting.lost[0].tolist() == [30, 20, 0]
        assert netting.receipts[0].tolist() == [0, 0, 10]
        assert netting.past_due[0].tolist() == [30, 20, 0]


class TestSources:
    def test_the_lowest_priority_number_delivers(self):
        network = small_network({"A": [10]}, sources=[{"item": "A", "priority": 2, "kind": "buy", "source": "dear"}, {"item": "A", "priority": 1, "kind": "buy", "source": "near"}])
        orders = net_requirements(network).orders[:, 0]
        assert dict(zip(network.sources["source"], orders, strict=True)) == {"near": 10, "dear": 0}

    def test_the_next_one_steps_in_where_the_regular_one_is_not_valid(self):
        network = small_network(
            {"A": [10, 10, 10]}, sources=[{"item": "A", "first": 1, "last": 1, "source": "short"}, {"item": "A", "priority": 2, "kind": "buy", "source": "other"}]
        )
        orders = dict(zip(network.sources["source"], net_requirements(network).orders.tolist(), strict=True))
        assert orders == {"short": [0, 10, 0], "other": [10, 0, 10]}

    def test_stated_shares_split_the_receipts_and_the_regular_source_takes_the_rest(self):
        network = small_network({"A": [100]}, sources=[
            {"item": "A", "kind": "buy", "source": "half", "share": 0.5, "process_yield": 0.5}, {"item": "A", "kind": "buy", "source": "third", "share": 0.3},
            {"item": "A", "kind": "make", "priority": 2}, {"item": "A", "kind": "buy", "source": "never", "priority": 3},
        ])  # fmt: skip
        orders = dict(zip(network.sources["source"], net_requirements(network).orders[:, 0], strict=True))
        assert orders == pytest.approx({"half": 100, "third": 30, "": 20, "never": 0})  # half of what the first sends is good

    def test_shares_alone_take_all_in_proportion(self):
        network = small_network({"A": [100]}, sources=[{"item": "A", "kind": "buy", "source": "x", "share": 0.2}, {"item": "A", "kind": "buy", "source": "y", "share": 0.6}])
        assert net_requirements(network).orders[:, 0].tolist() == pytest.approx([25, 75])

    def test_nothing_is_ordered_from_whom_one_may_not(self):
        network = small_network({"A": [10]}, sources=[{"item": "A", "authorised": False}, {"item": "A", "priority": 2, "kind": "buy", "source": "x"}])
        assert dict(zip(network.sources["source"], net_requirements(network).orders[:, 0], strict=True)) == {"": 0, "x": 10}

    def test_a_stock_without_a_source_runs_out_and_it_is_said(self):
        network = small_network({"A": [10, 10]}, sources=[{"item": "A", "authorised": False}], opening={"A": 15})
        netting = net_requirements(network)
        assert netting.balance[0].tolist() == [5, -5]
        assert netting.past_due.sum() == 0
        assert rules(netting) == {"no-source"}

    def test_a_transfer_takes_from_the_other_stock_in_the_period_in_which_it_leaves(self):
        """The centre ships to the shop, one period on the road; its own supply takes none."""
        network = small_network({"shop": [0, 0, 40]}, points={"centre": {}}, sources=[
            {"item": "centre", "kind": "make"}, {"item": "shop", "kind": "transfer", "source": "centre", "from_point": 0, "lead_time": 1},
        ], opening={"centre": 15})  # fmt: skip
        netting = net_requirements(network)
        assert line(network, netting.dependent, "centre") == [0, 40, 0]
        assert releases(network, netting, "centre") == [0, 25, 0]

    def test_a_circle_is_cut_and_said(self):
        """Two depots that would supply each other: neither can, and what they need is short."""
        network = small_network({"north": [10], "south": [5]}, sources=[
            {"item": "north", "kind": "transfer", "source": "south", "from_point": 1}, {"item": "south", "kind": "transfer", "source": "north", "from_point": 0},
        ], opening={"north": 4})  # fmt: skip
        netting = net_requirements(network)
        assert netting.orders.sum() == 0
        assert line(network, netting.balance, "north") == [-6]
        assert "supply-in-a-circle" in rules(netting)

    def test_an_alternate_that_is_not_used_makes_no_circle(self):
        network = small_network({"north": [10], "south": [5]}, sources=[
            {"item": "north", "kind": "make"}, {"item": "north", "kind": "transfer", "source": "south", "from_point": 1, "priority": 2},
            {"item": "south", "kind": "transfer", "source": "north", "from_point": 0},
        ])  # fmt: skip
        netting = net_requirements(network)
        assert line(network, netting.receipts, "north") == [15]
        assert not netting.notes

    def test_substitutes_are_no_part_of_an_unlimited_plan(self):
        network = small_network({"A": [10]}, uses={("A", "B"): 1}, substitutes=[("B", "C", 2.0, 1.0)])
        netting = net_requirements(network)
        assert line(network, netting.gross, "B") == [10]
        assert line(network, netting.gross, "C") == [0]
        assert line(network, netting.dependent, "C") == [0]

    def test_a_substitute_closes_no_circle(self):
        """C may stand in for B in A, and C is made of A: without the substitute there is no circle."""
        network = small_network({"A": [10], "C": [5]}, uses={("A", "B"): 1, ("C", "A"): 1}, substitutes=[("B", "C", 1.0, 0.0)])
        netting = net_requirements(network)
        assert line(network, netting.receipts, "B") == [15]
        assert not netting.notes

    def test_a_source_of_which_nothing_is_good_is_none(self):
        network = small_network({"A": [10]}, sources=[{"item": "A", "process_yield": 0.0}])
        netting = net_requirements(network)
        assert netting.orders.sum() == 0
        assert rules(netting) == {"no-source"}


class TestFrame:
    def test_rows_are_those_of_the_stocks_in_order(self):
        network = small_network({"B": [10, 20], "A": [5, 5]}, sources=[{"item": "A"}, {"item": "B", "lead_time": 1}], opening={"B": 10})
        frame = net_requirements_frame(network, net_requirements(network))
        frames.check_frame(frame, frames.NET_REQUIREMENTS)
        assert frame["item"].tolist() == ["A", "A", "B", "B"]
        assert frame["gross_requirements"].tolist() == [5, 5, 10, 20]
        assert frame["planned_receipts"].tolist() == [5, 5, 0, 20]
        assert frame["planned_releases"].tolist() == [5, 5, 20, 0]
        assert frame["projected_available_balance"].tolist() == [0, 0, 0, 0]

    def test_an_empty_network_has_no_requirements(self):
        network = small_network({"A": [1.0]})
        none = replace(
            network, points=network.points.iloc[:0], sources=network.sources.iloc[:0], streams=network.streams.iloc[:0], demand=np.zeros((0, 1)),
            opening=np.zeros(0), scheduled=np.zeros((0, 1)), safety_stock=np.zeros((0, 1)), late_share=np.zeros((0, 1)), price=np.zeros((0, 1)),
            previous_orders=np.zeros((0, 1)),
        )  # fmt: skip
        assert net_requirements_frame(none, net_requirements(none)).empty
