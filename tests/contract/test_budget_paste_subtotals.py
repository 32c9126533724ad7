"""Subtotals of a pasted budget that no word gives away: no figure counts twice."""

import pytest
from pasted_budgets import budget, meaning, paste, rules, said, taken

from sop_xl.sheets.budget_paste import totals

NO_LABEL = """
Family | Jan 2026 | Feb 2026
Chairs | 100      | 110
Tables | 50       | 60
       | 150      | {}
"""


def test_a_last_row_without_a_label_that_equals_the_rows_above_it():
    pasted = paste(NO_LABEL.format(170))
    assert budget(pasted, "family") == {("Chairs", "2026-01"): 100, ("Chairs", "2026-02"): 110, ("Tables", "2026-01"): 50, ("Tables", "2026-02"): 60}
    assert taken(pasted, "row")["4"] == "total"
    assert meaning(pasted, "row", "4") == "its families stand beside it"
    assert rules(pasted) == ["budget-not-confirmed"], "it was inferred"


def test_a_last_row_without_a_label_that_equals_nothing_stops_a_run_with_its_cell():
    pasted = paste(NO_LABEL.format(175))
    assert sum(budget(pasted, "family").values()) == 320
    assert said(pasted) == ["Budget!A4: expected the sum of its families, which stand beside it, got nothing (write into the row what it is)"]


def test_a_region_above_its_families():
    pasted = paste("""
Region | Family | Jan 2026
North  |        | 15
North  | Chairs | 10
North  | Tables | 5
South  |        | 9
South  | Chairs | 1
South  | Tables | 2
""")
    assert budget(pasted, "region", "family") == {
        ("North", "Chairs", "2026-01"): 10, ("North", "Tables", "2026-01"): 5, ("South", "Chairs", "2026-01"): 1, ("South", "Tables", "2026-01"): 2,
    }  # fmt: skip
    assert taken(pasted, "row")["2"] == "total"
    assert 'Budget!A5: expected the sum of its families, which stand beside it, got "South" (say what it is, or left out, with Take it as in Budget Mapping)' in said(pasted)


@pytest.mark.parametrize(("amount", "kind"), [(100, "total"), (90, "not understood")])
def test_a_family_above_its_items_by_region(amount, kind):
    pasted = paste(f"""
Family | Item   | Region | Jan 2026
Chairs |        |        | {amount}
Chairs | "0017" | North  | 60
Chairs | "0018" | South  | 40
""")
    assert sum(budget(pasted, "item", "region").values()) == 100
    assert taken(pasted, "row")["2"] == kind


def test_a_total_of_subtotals_counts_none_of_them():
    pasted = paste("""
Region | Family | Jan 2026
       |        | 18
North  |        | 15
North  | Chairs | 10
North  | Tables | 5
South  |        | 3
South  | Chairs | 1
South  | Tables | 2
""")
    assert sum(budget(pasted, "region", "family").values()) == 18
    assert [k for k, v in taken(pasted, "row").items() if v == "total"] == ["2", "3", "6"]


def test_a_row_without_owner_and_month_that_equals_all_of_them():
    pasted = paste("Budget 2026\nOwner | Month | Amount\nAnn | Jan | 100\nAnn | Feb | 200\nBob | Jan | 300\n | | 600")
    assert budget(pasted, "owner") == {("Ann", "2026-01"): 100, ("Ann", "2026-02"): 200, ("Bob", "2026-01"): 300}
    assert meaning(pasted, "row", "6") == "its owners and periods stand beside it"


def test_a_row_that_names_the_measure_that_all_of_them_have():
    pasted = paste("Measure | Family | Jan 2026\n | Chairs | 100\n | Tables | 200\nNet sales | | 300")
    assert sum(budget(pasted, "family").values()) == 300


def test_revenue_and_cost_are_no_parts_of_each_other():
    pasted = paste("Position | Jan 2026\nNet sales | 100\nCOGS | 60")
    assert budget(pasted) == {("2026-01",): 100} and budget(pasted, measure="cost") == {("2026-01",): 60}


def test_an_empty_row_beside_its_parts_needs_no_word():
    pasted = paste("Region | Family | Jan 2026\nNorth | | 0\nNorth | Chairs | 10\nNorth | Tables | 5")
    assert said(pasted) == []


def test_no_row_is_held_against_every_total(monkeypatch):
    """300 owners with a total each: a row is looked at a few times, not 300 times."""
    looks = 0
    fits = totals._fits

    def counted(*arguments):
        nonlocal looks
        looks += 1
        return fits(*arguments)

    monkeypatch.setattr(totals, "_fits", counted)
    blocks = [f"Rep {k} | Chairs | {k}\nRep {k} | Tables | {k}\nTotal | | {2 * k + (k == 1250)}" for k in range(1000, 1300)]
    pasted = paste("Owner | Family | Jan 2026\n" + "\n".join(blocks))
    assert [w for w in said(pasted) if "the total" in w] == ["Budget!C754: the total 2,501 does not equal its parts, 2,500 (difference 1; the parts count, the total does not)"]
    assert looks <= 10 * 600


def test_totals_by_owner_are_held_against_the_rows_of_that_owner():
    pasted = paste("""
Owner       | Family | Jan 2026
Rep 5       | Chairs | 10
Rep 5       | Tables | 20
Rep 5 total |        | 30
Rep 6       | Chairs | 1
Rep 6       | Tables | 2
Rep 6 total |        | 4
""")
    assert sum(budget(pasted, "owner", "family").values()) == 33
    assert [k for k, v in taken(pasted, "row").items() if v == "total"] == ["4", "7"]
    assert said(pasted) == ["Budget!C7: the total 4 does not equal its parts, 3 (difference 1; the parts count, the total does not)"]


@pytest.mark.parametrize(("first", "second"), [(30, 3), (30, 4)])
def test_totals_of_names_that_nobody_knows_equal_the_rows_above_them_or_are_said(first, second):
    pasted = paste(f"Owner | Jan 2026\nAnn | 10\nBob | 20\nTeam 5 total | {first}\nCid | 1\nDan | 2\nTeam 6 total | {second}")
    assert sum(budget(pasted, "owner").values()) == 33
    expected = 'Budget!B7: the total 4 of "Team 6 total", a name that is not known, equals no rows beside it; the nearest add up to 3 (difference 1; the parts count, the total does not)'
    assert said(pasted) == ([] if second == 3 else [expected])
