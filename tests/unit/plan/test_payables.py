"""What is owed to suppliers: terms, open orders, and receipts from before the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_network import small_network

from sop_xl import frames
from sop_xl.plan.payables import plan_payables
from sop_xl.plan.supply.figures import payables
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.solver import solve_supply

SMITH = {"item": "bench", "kind": "buy", "supplier": "Smith", "unit_cost": 2.0}
NOTHING = frames.empty_frame(frames.PURCHASE_HISTORY)


def plan(days: float = 0.0, **said):
    network = small_network({"bench": [31, 28, 31]}, **{"sources": [SMITH], "suppliers": {"Smith": [1000] * 3}, **said})
    return solve_supply(replace(network, suppliers=network.suppliers.assign(payment_days=days)), SupplyRules())


def received(*lines: tuple[str, float]) -> pd.DataFrame:
    """PURCHASE_HISTORY of (day of receipt, units) at Smith."""
    rows = pd.DataFrame({"order": [str(k) for k in range(len(lines))], "item": "bench", "supplier": "Smith", "received": pd.to_datetime([d for d, _ in lines]), "received_quantity": [float(u) for _, u in lines]})
    return frames.order_rows(rows.reindex(columns=list(frames.PURCHASE_HISTORY.columns)).astype({"ordered": "datetime64[ns]", "due": "datetime64[ns]"}), frames.PURCHASE_HISTORY)


def test_a_unit_a_day_on_ten_days_leaves_ten_days_to_pay():
    found, _ = plan_payables(plan(10), NOTHING)
    assert found.purchases[0].tolist() == pytest.approx([62, 56, 62])
    assert found.closing[0].tolist() == pytest.approx([20, 20, 20])
    assert found.payments[0].tolist() == pytest.approx([42, 56, 62])


@pytest.mark.parametrize("days", [0, 10, 45])
def test_what_is_open_at_the_end_is_what_the_options_count(days):
    solution = plan(days)
    assert plan_payables(solution, NOTHING)[0].closing[:, -1].sum() == pytest.approx(payables(solution))


def test_open_orders_are_paid_by_the_terms_of_the_regular_source():
    found, _ = plan_payables(plan(31, scheduled={"bench": [31, 0, 0]}), NOTHING)
    assert found.purchases[0, 0] == pytest.approx(62)
    assert found.closing[0, 0] == pytest.approx(62)
    assert not found.work_orders.any()


def test_open_orders_of_what_is_made_are_paid_when_they_arrive_and_owed_to_nobody():
    made = {"item": "bench", "kind": "make", "unit_cost": 3.0}
    found, _ = plan_payables(plan(31, sources=[made], scheduled={"bench": [31, 0, 0]}), NOTHING)
    assert found.work_orders[0].tolist() == pytest.approx([93, 0, 0])
    assert not found.purchases.any()


def test_receipts_of_december_are_paid_by_the_day():
    """Of 30 days: received on 1 December it is paid before the plan, on 3 December on 2 January, on 30 December on 29 January."""
    found, notes = plan_payables(plan(30), received(("2025-12-01", 7), ("2025-12-03", 5), ("2025-12-30", 1)))
    assert found.opening.tolist() == [12.0]
    assert found.payments[0, 0] == pytest.approx(12 + 2 * 1)  # and the one day's receipts of January that fall due in it
    assert found.past_purchases.tolist() == [[26.0]]
    assert notes.empty


def test_opening_plus_purchases_less_payments_is_closing():
    found, _ = plan_payables(plan(40), received(("2025-12-03", 5), ("2025-12-30", 1)))
    before = np.concatenate([found.opening[:, None], found.closing[:, :-1]], axis=1)
    assert before + found.purchases - found.payments == pytest.approx(found.closing)


@pytest.mark.parametrize("history", [NOTHING, received(("2024-12-03", 5))])
def test_no_receipt_that_is_still_open_is_said_where_suppliers_wait_for_money(history):
    found, notes = plan_payables(plan(30), history)
    assert not found.opening.any()
    assert notes["rule"].tolist() == ["opening-payables-not-known"]
    assert plan_payables(plan(0), history)[1].empty


def test_receipts_after_the_start_of_the_plan_are_not_counted_twice():
    """They are the plan's own or open orders."""
    found, _ = plan_payables(plan(30), received(("2025-12-30", 1), ("2026-01-02", 100)))
    assert found.opening.tolist() == [2.0]


def test_a_receipt_of_what_the_plan_does_not_stock_is_said():
    _, notes = plan_payables(plan(30), pd.concat([received(("2025-12-30", 1)), received(("2025-12-30", 1)).assign(order="9", item="lamp")], ignore_index=True))
    assert notes["rule"].tolist() == ["receipt-not-planned"]
    assert "lamp" in notes["note"].item()


def test_terms_of_the_settings_hold_where_a_supplier_states_none_or_none_is_named():
    solution = plan(np.nan, sources=[{**SMITH, "supplier": -1}])
    unnamed = replace(solution, network=replace(solution.network, payment_days=10.0))
    assert plan_payables(unnamed, NOTHING)[0].closing[0, 0] == pytest.approx(20)
