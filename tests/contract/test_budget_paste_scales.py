"""What "in thousands" and a minus sign mean in a pasted budget: of which figures they are said."""

import pytest
from pasted_budgets import budget, line, meaning, paste, remember, rules, said

from sop_xl.sheets.settings import Settings

BOTH = "{}\nMonth | Revenue | {}\nJan 2026 | 10 | 7\nFeb 2026 | 20 | 8"


def first_month(pasted) -> tuple[float, float]:
    return budget(pasted)[("2026-01",)], budget(pasted, measure="demand")[("2026-01",)]


@pytest.mark.parametrize(
    ("title", "header", "expected", "words"),
    [
        ("Budget 2026 in thousands", "Units", (10_000, 7), "money in thousands and quantities as they stand"),
        ("Budget 2026 in TEUR", "Units", (10_000, 7), "money in thousands and quantities as they stand"),
        ("Budget 2026 in thousands", "Units in thousands", (10_000, 7_000), "money in thousands"),
        ("Units 2026 in thousands", "Units", (10_000, 7_000), "figures in thousands"),
    ],
)
def test_thousands_in_the_title_over_money_and_quantities(title, header, expected, words):
    pasted = paste(BOTH.format(title, header))
    assert first_month(pasted) == expected
    assert f"{words}, from the title in A1" in meaning(pasted, "sheet", "Budget")


def test_thousands_in_the_title_over_quantities_alone():
    pasted = paste("Budget 2026 in thousands\nFamily | Jan\nChairs | 7", Settings(plan_currency="EUR", budget_measure="Demand"))
    assert budget(pasted, measure="demand") == {("2026-01",): 7_000}
    assert "quantities in thousands, from the title in A1" in meaning(pasted, "sheet", "Budget")


COSTS = "Month | Revenue | COGS\nJan 2026 | 100 | {}\nFeb 2026 | 110 | {}\nMar 2026 | 120 | {}"


def test_costs_with_a_minus_sign_count_positive_and_this_is_to_be_confirmed():
    pasted = paste(COSTS.format(-60, -65, -70))
    assert list(budget(pasted, measure="cost").values()) == [60, 65, 70]
    assert pasted.reading.frame["cost"].tolist() == [60, 65, 70]
    assert line(pasted, "total", "sign of costs")["taken_as"] == "costs stated negative"
    assert "costs are stated below zero and count positive" in meaning(pasted, "sheet", "Budget")
    assert rules(pasted) == ["budget-not-confirmed"]
    assert said(paste(COSTS.format(-60, -65, -70), remembered=remember(pasted, confirmed=True))) == []


def test_costs_stated_negative_in_a_mapping_that_was_confirmed_with_positive_ones():
    first = remember(paste(COSTS.format(60, 65, 70)), confirmed=True)
    assert said(paste(COSTS.format(-60, -65, -70), remembered=first)) == [
        "Budget Mapping: 1 rows of a confirmed mapping are new and were inferred: costs below zero (look at their lines in Budget Mapping)"
    ]


def test_costs_without_a_minus_sign_stay_as_they_are():
    pasted = paste(COSTS.format(60, 65, 70))
    assert list(budget(pasted, measure="cost").values()) == [60, 65, 70]
    assert rules(pasted) == []


@pytest.mark.parametrize(
    ("costs", "counted", "warning"),
    [
        ((-60, 5, -70), [60, -5, 70], "Budget!C3: expected costs of one sign: 1 of 3 are above zero and reduce the cost, got 5 (the first of them)"),
        ((60, -5, 70), [60, -5, 70], "Budget!C3: expected costs of one sign: 1 of 3 are below zero and reduce the cost, got -5 (the first of them)"),
    ],
)
def test_costs_of_both_signs_are_said_with_the_first_cell(costs, counted, warning):
    pasted = paste(COSTS.format(*costs))
    assert list(budget(pasted, measure="cost").values()) == counted
    assert warning in said(pasted)
