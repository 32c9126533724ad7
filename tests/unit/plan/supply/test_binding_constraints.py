"""What binds: its price, how far that holds, and whose demand hangs on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_network import small_network
from supply_worlds import made_up_network

from sop_xl import frames
from sop_xl.plan.supply import binding
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solver import open_model, solve_supply
from sop_xl.plan.supply.why import Why, explain


def why(network: SupplyNetwork, rules: SupplyRules | None = None) -> Why:
    return explain(open_model(network, rules or SupplyRules()), "USD")


def sawn(demand: list[float], **saw: float) -> SupplyNetwork:
    return small_network({"bench": demand}, points={"bench": {"family": "Benches"}}, resources={"Saw": {"capacity": 20, "loads": {"bench": 1.0}, **saw}})


def test_the_price_of_an_hour_is_that_of_the_waiting_it_ends() -> None:
    rows = why(sawn([30, 0])).binding
    frames.check_frame(rows, frames.BINDING_CONSTRAINTS)
    assert len(rows) == 1
    row = rows.iloc[0]
    assert (row["constraint"], row["subject"], row["period"], row["unit"]) == ("resource_capacity", "Saw", pd.Timestamp("2026-01-01"), "h")
    assert row[["limit", "used", "price_low", "price_high", "valid_from", "valid_until", "demand_hurt"]].tolist() == pytest.approx([20, 20, 5, 5, 10, 30, 10])
    assert row["sentence"] == "Saw is full in 2026-01: one more hour saves USD 5 (holds for 10 more hours); 10 units of Benches wait for it."


def test_a_degenerate_price_is_a_range() -> None:
    # just enough hours in both months together: one more saves the waiting of a month, one less loses a sale at the end
    row = why(sawn([30, 10])).binding.iloc[0]
    assert row["price_low"] == pytest.approx(5.0)
    assert row["price_high"] > row["price_low"] + 1
    assert "one more hour saves USD 5 (holds for 10 more hours), one hour less costs USD " in row["sentence"]


def test_overtime_that_is_used_up_binds_beside_the_regular_hours() -> None:
    rows = why(sawn([40, 0], overtime=5, overtime_cost=3.0)).binding.set_index("constraint")
    assert rows.at["resource_capacity", "price_low"] == pytest.approx(5.0)
    assert rows.at["overtime", "price_low"] == pytest.approx(2.0)  # 5 for the waiting less 3 for the hour
    assert rows["demand_hurt"].tolist() == pytest.approx([15.0, 15.0])
    expected = "The overtime released at Saw in 2026-01 (5 h) is used up: one more hour saves USD 2 (holds for 15 more hours); 15 units of Benches wait for it."
    assert rows.at["overtime", "sentence"] == expected


def test_a_limit_that_only_costs_money_says_that_nobody_waits() -> None:
    rows = why(sawn([0, 30])).binding  # ten are built ahead, at 0.1 each
    assert rows["sentence"].tolist() == ["Saw is full in 2026-02: one more hour saves USD 0.1 (holds for 10 more hours); it costs money, no customer waits for it."]
    assert rows["demand_hurt"].tolist() == [0.0]


def test_lost_sales_are_lost_for_lack_of_it() -> None:
    rows = why(sawn([30, 0]), SupplyRules(unmet="lost sales")).binding
    assert rows["sentence"].iat[0].endswith("; 10 units of Benches are lost for lack of it.")


def test_lead_times_are_priced_without_a_limit() -> None:
    network = small_network({"bench": [10, 10]}, sources=[{"item": "bench", "kind": "buy", "source": "X", "lead_time": 1.0}])
    row = why(network).binding.iloc[0]
    assert (row["constraint"], row["price_low"]) == ("lead_time", pytest.approx(5.0))
    assert np.isnan(row["limit"])
    assert row["sentence"] == "bench (buy from X): nothing ordered now arrives by 2026-01: one unit in time saves USD 5; 10 units of Family wait for it."


def test_units_hang_on_every_month_in_which_they_could_be_built() -> None:
    rows = why(sawn([20, 40])).binding  # hours of January could be used for February as well, were there any left
    assert rows["demand_hurt"].tolist() == pytest.approx([20.0, 20.0])


def test_only_so_many_constraints_are_asked_about_and_the_others_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "MOST_ASKED", 1)
    reasons = why(sawn([30, 30, 0]))
    assert len(reasons.binding) == 1
    assert [n.note for n in reasons.notes] == ["2 limits bind; the 1 on which most hangs are listed."]


@pytest.mark.parametrize("seed", range(3))
def test_prices_explain_the_plan_with_one_more_unit(seed: int) -> None:
    network, rules = made_up_network(seed), SupplyRules()
    model = open_model(network, rules)
    rows = explain(model).binding
    of_resource = rows[(rows["constraint"] == "resource_capacity") & (rows["valid_until"] > rows["limit"] + 1e-3)]
    assert len(of_resource)
    for row in of_resource.itertuples():
        place = network.resources["resource"].tolist().index(row.subject), network.timeline.plan.get_loc(row.period)
        step = min(1.0, row.valid_until - row.limit)
        more = network.capacity.copy()
        more[place] += step
        saved = model.solution.cost - solve_supply(replace(network, capacity=more), rules).cost
        assert saved == pytest.approx(step * row.price_low, abs=1e-4)


def test_overtime_that_was_not_released_is_a_lever_and_no_limit() -> None:
    network = sawn([40, 0])
    rows = why(replace(network, overtime_possible=np.full((1, 2), 5.0))).binding
    assert rows["constraint"].tolist() == ["resource_capacity"]


def test_demand_hangs_on_hours_that_make_room_for_it() -> None:
    # only shelves are built ahead, which keep cheaply; benches wait in March for the hours that shelves leave
    network = small_network(
        {"bench": [0, 0, 30], "shelf": [0, 0, 20]},
        points={"bench": {"family": "Benches", "holding_cost": 9.0}, "shelf": {"family": "Shelves", "holding_cost": 0.1}},
        resources={"Saw": {"capacity": [5, 12, 20], "loads": {"bench": 1.0, "shelf": 1.0}}},
    )
    rows = why(network).binding
    assert rows["demand_hurt"].tolist() == pytest.approx([13.0, 13.0, 13.0])
    assert rows["sentence"].str.endswith("; 13 units of Benches wait for it.").all()


SHARED = [{"item": "bench", "kind": "buy", "source": name, "share": 0.5, "maximum": most, "unit_cost": 1.0} for name, most in (("A", 10.0), ("B", 15.0))]
"""Two sources that are to deliver half each, as far as their maxima let them."""


def test_a_limit_says_that_nobody_waits_only_where_nothing_that_depends_on_it_is_short() -> None:
    rows = why(small_network({"bench": [0, 60, 30, 0]}, sources=SHARED)).binding
    maxima = rows[rows["constraint"] == "source_maximum"]
    assert len(maxima)
    assert not maxima["sentence"].str.contains("no customer waits").any()


def test_what_only_waits_for_a_first_delivery_waits_for_no_hours() -> None:
    sources = [{"item": "bench"}, {"item": "leg", "kind": "buy", "source": "X", "lead_time": 1.0}]
    network = small_network(
        {"bench": [10, 0, 30]}, sources=sources, uses={("bench", "leg"): 1}, resources={"Saw": {"capacity": [20, 20, 20], "loads": {"bench": 1.0}}}
    )
    rows = why(network).binding.set_index("constraint")
    assert rows.loc[["resource_capacity"], "sentence"].str.endswith("it costs money, no customer waits for it.").all()
    assert rows.at["lead_time", "demand_hurt"] == pytest.approx(10.0)
