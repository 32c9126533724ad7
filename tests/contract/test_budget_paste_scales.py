"""What "in thousands" and a minus sign mean in a pasted budget: of which figures they are said."""

import pytest
from pasted_budgets import budget, meaning, paste

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
