"""What of the value of stock is written down, seen from every period."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hand_made_balance import items_of
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from small_network import small_network
from supply_worlds import made_up_network

from sop_xl.plan.excess_stock import excess_and_obsolete, reserve_shares
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.unconstrained import unconstrained_solution

NO_SOURCE: list[dict[str, object]] = []


def plan(**said):
    return unconstrained_solution(small_network(**said), SupplyRules())


def shares(solution, excess_rate=0.0, obsolete_rate=1.0, cover_days=1e6, **ends):
    items = items_of(solution)
    items["end"] = pd.to_datetime(items["item"].map(ends))
    return reserve_shares(solution, items, cover_days, excess_rate, obsolete_rate)


def test_what_is_never_used_is_written_down_from_now_on():
    solution = plan(demand={"lamp": [0, 0]}, opening={"lamp": 10})
    assert shares(solution).tolist() == [[1, 1, 1]]
    assert shares(solution, obsolete_rate=0.4).tolist() == [[0.4, 0.4, 0.4]]


def test_stock_beyond_the_plan_is_used_at_the_mean_of_its_last_season_and_is_not_obsolete_at_its_end():
    """24 at 12 a period last for the two periods that the plan looks ahead, in every period."""
    assert shares(plan(demand={"lamp": [12, 12]}, opening={"lamp": 24}, sources=NO_SOURCE)).tolist() == [[0, 0, 0]]
    assert shares(plan(demand={"lamp": [12, 12]}, opening={"lamp": 48}, sources=NO_SOURCE)).tolist() == [pytest.approx([24 / 48, 12 / 36, 0])]


def test_the_end_of_sale_comes_nearer():
    """Sold until the end of February: what is left then is worth nothing."""
    solution = plan(demand={"lamp": [10, 10, 0]}, opening={"lamp": 30}, sources=NO_SOURCE)
    assert shares(solution, lamp="2026-02-28").tolist() == [pytest.approx([10 / 30, 10 / 20, 1, 1])]


def test_an_end_of_sale_after_the_plan_counts_only_where_it_is_near():
    solution = plan(demand={"lamp": [10, 10]}, opening={"lamp": 40}, sources=NO_SOURCE)
    assert shares(solution, lamp="2026-12-31").tolist() == shares(solution).tolist()
    # after February one period of sale is left: 10 of the 20 are sold in it
    assert shares(solution, lamp="2026-03-31")[0, 2] == pytest.approx(0.5)


def test_shelf_life_counts_from_each_period():
    solution = plan(demand={"milk": [10, 10]}, opening={"milk": 30}, points={"milk": {"shelf_life": 1.0}}, sources=NO_SOURCE)
    assert shares(solution)[0, 0] == pytest.approx(20 / 30)


def test_excess_is_what_lies_above_the_cover_and_above_safety_stock():
    """Of 62 days' use 31 are covered: half of the stock is excess, of which a quarter is written down."""
    said = {"demand": {"lamp": [31, 28]}, "opening": {"lamp": 59}, "sources": NO_SOURCE}
    assert shares(plan(**said), excess_rate=0.25, cover_days=31)[0, 0] == pytest.approx(0.25 * 28 / 59)
    held = plan(**said, safety_stock={"lamp": [49, 0]})
    assert shares(held, excess_rate=0.25, cover_days=31)[0, 0] == pytest.approx(0.25 * 10 / 59)


def test_what_is_on_order_is_no_stock_yet_and_is_not_written_down():
    solution = plan(demand={"lamp": [0, 0]}, opening={"lamp": 10}, scheduled={"lamp": [0, 90]})
    excess, obsolete = excess_and_obsolete(solution, items_of(solution), 0.0, np.zeros(1))
    assert (excess.item(), obsolete.item()) == (90, 10)
    assert shares(solution, excess_rate=1.0, cover_days=0.0).tolist() == [[1, 1, 1]]


@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 300))
def test_no_unit_is_written_down_twice_and_today_is_what_the_targets_say(seed):
    solution = unconstrained_solution(made_up_network(seed), SupplyRules())
    share = shares(solution, excess_rate=1.0, cover_days=20.0)
    assert ((share >= 0) & (share <= 1 + 1e-9)).all()
    _, obsolete = excess_and_obsolete(solution, items_of(solution), 20.0, np.zeros(len(share)))
    today = shares(solution)[:, 0] * solution.network.opening
    assert today == pytest.approx(obsolete)
