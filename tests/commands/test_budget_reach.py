"""A budget of other years than the workbook's is said, not passed over."""

import pandas as pd
import pytest

from sop_xl.commands.pasted_budget import at_plan_rates, budget_out_of_reach
from sop_xl.periods import Calendar, Timeline
from sop_xl.sheets.settings import Settings

TIMELINE = Timeline(Calendar(), pd.Timestamp("2022-06-01"), pd.Timestamp("2025-05-01"), 18)


def reach(first: str, last: str) -> list[str]:
    budget = pd.DataFrame({"period": pd.to_datetime([first]), "last_period": pd.to_datetime([last])})
    return [str(p) for p in budget_out_of_reach(budget, TIMELINE)]


def test_a_budget_of_other_years_names_both_spans():
    assert reach("2017-07", "2021-06") == [
        "Budget: expected a budget of 2022-06 to 2026-10, the past and planned periods of the workbook, got 2017-07 to 2021-06 (nothing is compared with it; Budget period shift in Settings moves its periods)"
    ]


@pytest.mark.parametrize(("first", "last"), [("2017-07", "2022-06"), ("2026-10", "2027-12"), ("2025-01", "2025-12"), ("2020-01", "2030-12")])
def test_a_budget_that_reaches_into_the_workbook_is_not_said(first, last):
    assert reach(first, last) == []


def test_no_budget_is_out_of_no_reach():
    assert budget_out_of_reach(pd.DataFrame({"period": pd.to_datetime([])}), TIMELINE) == []


def test_without_rates_amounts_of_another_currency_are_worth_nothing_known():
    rows = pd.DataFrame({"amount": [10.0, 6.0], "currency": ["EUR", "USD"], "period": pd.to_datetime(["2026-01"] * 2), "last_period": pd.to_datetime(["2026-03"] * 2)})
    converted = at_plan_rates(Settings(plan_currency="EUR"), {})(rows)
    assert converted.tolist()[0] == 10.0 and pd.isna(converted.tolist()[1])
