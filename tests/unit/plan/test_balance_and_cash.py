"""Balance and cash of whole plans: every figure ties to the plan that it is of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hand_made_balance import balance_of, full, in_all, profit_and_loss_of
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from small_network import small_network
from supply_worlds import made_up_network

from sop_xl import frames
from sop_xl.plan.stock_valuation import MOVING_AVERAGE, STANDARD, value_stock
from sop_xl.plan.supply.conversion import conversion
from sop_xl.plan.supply.figures import plan_figures, served
from sop_xl.plan.supply.flows import numbers, total_by, whole
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.solver import solve_supply

FAMILIES = {"bench": "Seats", "chair": "Seats", "table": "Tables", "screw": "Parts", "wood": "Parts"}
MONEY = ["inventory_value", "stock_reserve", "work_in_process", "receivables", "payables", "working_capital", "collections", "fx_effect", "supplier_payments",
         "conversion_payments", "other_payments", "cash_flow"]  # fmt: skip
SOLVED = settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""Every example is a plan of the solver: none is made smaller."""
EITHER = st.sampled_from([STANDARD, MOVING_AVERAGE])


def made_up(seed: int, supplier_days: float = 0.0):
    network = made_up_network(seed)
    points = network.points.assign(family=network.points["item"].map(FAMILIES), unit_cost=np.random.default_rng(seed).integers(1, 15, len(network.points)).astype(float))
    return solve_supply(replace(network, points=points, suppliers=network.suppliers.assign(payment_days=supplier_days)), SupplyRules())


def bench(days: float = 0.0, **said):
    """Ten benches a month at 20, bought at 10."""
    network = small_network({"bench": [10, 10]}, sources=[{"item": "bench", "kind": "buy", "supplier": "Smith", "unit_cost": 10.0}], suppliers={"Smith": [99, 99]}, **said)
    return solve_supply(replace(network, suppliers=network.suppliers.assign(payment_days=days)), SupplyRules())


def test_who_buys_and_sells_for_cash_has_the_margin_in_the_bank():
    total = in_all(balance_of(bench(), opening_cash=500.0)[0])
    assert total["cash_flow"].tolist()[1:] == pytest.approx([100, 100])
    assert total["cash_balance"].tolist() == pytest.approx([500, 600, 700])
    assert (total["working_capital"] == 0).all()


def test_customers_who_wait_and_suppliers_who_wait_move_cash_between_months():
    """Of January's 200 they pay 15.5 of 31 days within it; the supplier gets nothing of his 100 before February."""
    january = in_all(balance_of(bench(31), customer_payment_days=15.5)[0]).iloc[1]
    assert january["receivables"] == pytest.approx(100)
    assert january["payables"] == pytest.approx(100)
    assert january["collections"] == pytest.approx(100)
    assert january["supplier_payments"] == pytest.approx(0)
    assert january["working_capital"] == pytest.approx(0)


def test_days_of_receivables_are_the_terms_where_sales_are_steady():
    solution = bench()
    total = in_all(balance_of(solution, profit_and_loss_of(solution, past={"Family": 200.0}), customer_payment_days=15.5)[0])
    assert total["days_of_receivables"].tolist()[:2] == pytest.approx([15.5, 15.5])


def test_the_month_before_the_plan_holds_the_opening_balances_and_no_flows():
    solution = bench(opening={"bench": 4})
    total = in_all(balance_of(solution, profit_and_loss_of(solution, past={"Family": 310.0}), customer_payment_days=10.0, opening_cash=7.0)[0])
    opening = total.iloc[0]
    assert total.index[0] == pd.Timestamp("2025-12-01")
    assert opening[["inventory_value", "receivables", "cash_balance"]].tolist() == pytest.approx([40, 100, 7])
    assert opening[["collections", "supplier_payments", "cash_flow", "cost_variance"]].isna().all()
    assert total.iloc[1]["collections"] == pytest.approx(100 + 200 * 21 / 31)


def test_freight_cost_to_serve_and_fixed_order_costs_are_paid_too():
    network = small_network({"bench": [10]}, sources=[{"item": "bench", "kind": "buy", "unit_cost": 10.0, "fixed_cost": 8.0}])
    solution = solve_supply(network, SupplyRules())
    total = in_all(balance_of(solution, profit_and_loss_of(solution, freight=5.0, cost_to_serve=2.0))[0])
    assert total["other_payments"].iloc[1] == pytest.approx(15)
    assert total["cost_variance"].iloc[1] == pytest.approx(0)


def test_half_of_a_dead_stock_is_written_down_at_a_rate_of_a_half():
    total, _ = balance_of(bench(opening={"bench": 1000}), obsolete_reserve_rate=0.5, excess_reserve_rate=0.0)
    lines = in_all(total)
    # 20 are used within the two months that the plan has; then, as beyond the plan, as many again
    assert lines["stock_reserve"].tolist() == pytest.approx([0.5 * 980 * 10, 0.5 * 970 * 10, 0.5 * 960 * 10])
    assert lines["working_capital"].iloc[0] == pytest.approx(10_000 - 4_900)


def test_what_standard_cost_holds_beyond_what_anybody_is_paid_is_a_variance_and_is_said():
    made = {"item": "bench", "kind": "make", "unit_cost": 6.0}
    total, notes = balance_of(solve_supply(small_network({"bench": [10]}, sources=[made]), SupplyRules()))
    assert in_all(total)["cost_variance"].iloc[1] == pytest.approx(60 - 100)
    assert notes["rule"].tolist() == ["standard-cost-not-paid"]
    assert "40 USD" in notes["note"].item()
    assert "40%" in notes["note"].item()


def test_a_family_over_all_regions_has_days_of_its_own():
    found, _ = balance_of(bench(opening={"bench": 10}))
    family = found[(found["family"] == "Family") & (found["region"] == "All")].set_index("period")
    assert family["days_of_inventory"].iloc[0] != family["days_of_inventory"].iloc[0]  # nothing was sold before
    assert family["cash_balance"].isna().all()
    assert family["cash_flow"].iloc[1] == pytest.approx(in_all(found)["cash_flow"].iloc[1])


def test_stock_of_unknown_cost_is_left_out_and_said():
    solution = solve_supply(small_network({"bench": [1, 1]}, points={"bench": {"unit_cost": np.nan}}, opening={"bench": 9}), SupplyRules())
    found, notes = balance_of(solution)
    assert found.loc[found["family"] == "Family", "inventory_value"].isna().all()
    assert "stock-value-not-known" in notes["rule"].tolist()


def test_idle_workers_belong_to_no_family():
    crew = {"Crew": {"workers": 1.0, "hours_per_worker": 100.0, "wage": 30.0, "capacity": 100.0, "loads": {"bench": 1.0}}}
    solution = solve_supply(small_network({"bench": [10, 0]}, resources=crew), SupplyRules())
    found, _ = balance_of(solution)
    idle = found[(found["family"] == "(not by family)") & (found["region"] != "All")]
    assert idle["conversion_payments"].tolist()[1:] == pytest.approx([0, 30])
    assert in_all(found)["conversion_payments"].tolist()[1:] == pytest.approx([30, 30])


@SOLVED
@given(st.integers(0, 100), EITHER, st.sampled_from([0.0, 20.0, 75.0]), st.sampled_from([0.0, 45.0]))
def test_lines_by_family_and_region_sum_to_all_and_balances_roll(seed, valuation, customer_days, supplier_days):
    solution = made_up(seed, supplier_days)
    found, _ = balance_of(solution, inventory_valuation=valuation, customer_payment_days=customer_days)
    total = in_all(found)
    parts = found[found["region"] != "All"].groupby("period")[MONEY].sum(min_count=1)
    pd.testing.assert_frame_equal(parts, total[MONEY], check_names=False, atol=1e-6)
    assert total["working_capital"].to_numpy() == pytest.approx((total["inventory_value"] - total["stock_reserve"] + total["work_in_process"] + total["receivables"] - total["payables"]).to_numpy())
    assert total["cash_balance"].diff().to_numpy()[1:] == pytest.approx(total["cash_flow"].to_numpy()[1:], abs=1e-6)
    revenue = (served(solution) * solution.network.price).sum(axis=0)
    owed = total["receivables"].to_numpy()
    assert total["collections"].to_numpy()[1:] == pytest.approx(revenue - np.diff(owed), abs=1e-6)


def _variance_source_by_source(solution, valuation):
    """What orders cost above the value at which they come into stock, what expires, and what was sold at another value than standard."""
    network = solution.network
    count = len(network.points)
    made, unit = conversion(solution), numbers(network, "points", "unit_cost")
    value = value_stock(solution, made, valuation)
    sold = total_by(whole(network, "streams", "point"), served(solution), count)
    return ((value.cost - value.receipts) + solution.expired * value.unit_value + sold * (value.unit_value - unit[:, None])).sum(axis=0) + made.idle.sum(axis=0)


@SOLVED
@given(st.integers(0, 100), EITHER, st.sampled_from([0.0, 20.0, 75.0]), st.sampled_from([0.0, 45.0]))
def test_the_indirect_method_comes_to_the_cash_flow_of_the_direct_one(seed, valuation, customer_days, supplier_days):
    """Margin - variances - change of what is tied up = what is received less what is paid; variances found source by source."""
    solution = made_up(seed, supplier_days)
    profit_and_loss = profit_and_loss_of(solution, freight=3.0)
    total = in_all(balance_of(solution, profit_and_loss, inventory_valuation=valuation, customer_payment_days=customer_days)[0])
    by_period = profit_and_loss.groupby("period")[["revenue", "cost", "freight"]].sum().sum(axis=0)
    assert by_period["revenue"] > 0
    margin = (profit_and_loss["revenue"] - profit_and_loss["cost"]).groupby(profit_and_loss["period"]).sum().to_numpy()
    tied_up = (total["working_capital"] + total["stock_reserve"]).to_numpy()
    variance = _variance_source_by_source(solution, valuation)
    assert total["cost_variance"].to_numpy()[1:] == pytest.approx(variance, abs=1e-6)
    indirect = margin - variance - total["other_payments"].to_numpy()[1:] - np.diff(tied_up)
    assert total["cash_flow"].to_numpy()[1:] == pytest.approx(indirect, abs=1e-6)


@SOLVED
@given(st.integers(0, 100), st.sampled_from([0.0, 45.0]))
def test_cash_over_the_plan_is_the_cash_of_the_plans_figures(seed, supplier_days):
    """Where customers pay at once, both say the same of the same plan."""
    solution = made_up(seed, supplier_days)
    total = in_all(balance_of(solution)[0])
    assert total["cash_flow"].sum() == pytest.approx(plan_figures(solution).cash)


@SOLVED
@given(st.integers(0, 100))
def test_at_standard_stock_is_closing_stock_at_unit_cost(seed):
    solution = made_up(seed)
    total = in_all(balance_of(solution)[0])
    assert total["inventory_value"].to_numpy()[1:] == pytest.approx(numbers(solution.network, "points", "unit_cost") @ solution.stock)


def test_rows_of_the_profit_and_loss_in_another_order_change_nothing():
    solution = made_up(3)
    rows = profit_and_loss_of(solution)
    shuffled = full(rows.sample(frac=1.0, random_state=1))
    pd.testing.assert_frame_equal(balance_of(solution, rows)[0], balance_of(solution, shuffled)[0])


def test_the_frame_has_its_form():
    frames.check_frame(balance_of(made_up(1))[0], frames.BALANCE_AND_CASH)
