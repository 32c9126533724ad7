"""The criterion "checks agree" of the cycle's calendar: demand of families is that of items, and every stock is what came less what went."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from sop_xl import frames
from sop_xl.commands.cycle_status import _Status
from sop_xl.frames import empty_frame
from sop_xl.periods import Calendar, Timeline
from sop_xl.sheets.settings import Settings

MONTHS = [pd.Timestamp(2026, 1, 1), pd.Timestamp(2026, 2, 1)]
CALENDAR = Calendar()


def said(**changed):
    """What is found of a stock that begins with 100, receives 50 and serves 80 a month, where some figure is another one."""
    figures = {
        "opening_balance": [100.0, 70.0], "scheduled_receipts": [50.0, 0.0], "planned_receipts": [0.0, 50.0], "demand": [80.0, 60.0],
        "dependent_demand": [0.0, 20.0], "lost_sales": 0.0, "expired": 0.0, "projected_available_balance": [70.0, 40.0],
    }  # fmt: skip
    plan = pd.DataFrame({"item": "AX-1", "location": "Berlin", "period": MONTHS} | figures | changed)
    consensus = pd.DataFrame({"item": "AX-1", "period": MONTHS, "consensus": [80.0, 80.0]})
    money = pd.DataFrame({"version": "Plan", "family": "Frames", "period": MONTHS, "demand": [80.0, 80.0]})
    results = SimpleNamespace(
        inputs=SimpleNamespace(settings=Settings()), supply=SimpleNamespace(inventory_plan=plan),
        demand=SimpleNamespace(consensus=consensus), money=SimpleNamespace(financial_plan=money),
    )  # fmt: skip
    timeline = Timeline(CALENDAR, CALENDAR.shift(MONTHS[0], -12), MONTHS[0], 2)
    return _Status(results, timeline, [], empty_frame(frames.CYCLE), MONTHS[0]).checks_agree(None)


def test_a_stock_that_balances_in_and_between_periods_agrees():
    assert said().done


@pytest.mark.parametrize("changed", [
    {"opening_balance": [100.0, 75.0], "projected_available_balance": [70.0, 45.0]},  # five came overnight
    {"projected_available_balance": [70.0, 45.0]},  # five came with no receipt
    {"opening_balance": [0.0, 70.0]},  # stock out of nothing, handed on as it should be
    {"lost_sales": [5.0, 0.0]},
    {"expired": [5.0, 0.0]},
], ids=", ".join)  # fmt: skip
def test_what_neither_came_nor_went_is_told(changed):
    found = said(**changed)
    assert not found.done
    assert "stock = what came - what went is off by" in found.evidence
