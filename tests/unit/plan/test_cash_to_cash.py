"""Days of inventory, receivables and payables."""

from __future__ import annotations

import numpy as np
import pytest

from sop_xl.plan.cash_to_cash import WINDOW, cash_to_cash, days_outstanding

YEAR = np.array([120.0, 120.0, 125.0])


def of_a_year(balance: float, flow: float) -> np.ndarray:
    return days_outstanding(np.array([[balance]]), np.full((1, WINDOW), flow / WINDOW), YEAR)


def test_dell_2012_is_paid_fifty_days_before_it_pays():
    """Berk, DeMarzo, Harford, Fundamentals of Corporate Finance, example 19.1 (payables against the cost of goods sold there, million USD)."""
    inventory, receivables, payables = of_a_year(1_382, 44_754), of_a_year(9_842, 56_940), of_a_year(15_223, 44_754)
    assert inventory.item() == pytest.approx(11.27, abs=0.005)
    assert receivables.item() == pytest.approx(63.09, abs=0.005)
    assert payables.item() == pytest.approx(124.16, abs=0.01)
    assert cash_to_cash(inventory, receivables, payables).item() == pytest.approx(-49.80, abs=0.02)


def test_flows_of_three_periods_stand_against_the_balance_at_the_end():
    found = days_outstanding(np.array([[30.0, 30.0]]), np.array([[10.0, 20.0, 30.0, 40.0]]), np.array([31.0, 28.0, 31.0, 30.0]))
    assert found[0] == pytest.approx([30 * 90 / 60, 30 * 89 / 90])


def test_a_period_that_is_not_known_counts_neither_with_its_money_nor_with_its_days():
    found = days_outstanding(np.array([[30.0]]), np.array([[np.nan, 20.0, 40.0]]), np.array([31.0, 28.0, 31.0]))
    assert found.item() == pytest.approx(30 * 59 / 60)


def test_nothing_is_owed_for_no_days_and_stock_that_nothing_leaves_has_no_days():
    nothing_flows = np.zeros((1, WINDOW))
    assert days_outstanding(np.array([[0.0]]), nothing_flows, YEAR).item() == 0.0
    assert np.isnan(days_outstanding(np.array([[5.0]]), nothing_flows, YEAR)).all()
