"""Categories in a pasted budget, and columns whose cells say what they are."""

import pytest
from pasted_budgets import budget, line, meaning, paste, remember, rules, said, taken

BY_CATEGORY = """
Category | Jan 2026 | Feb 2026
Indoor   | 150      | 170
Outdoor  | 7        | 8
"""


def test_a_budget_by_category_counts_for_its_categories():
    pasted = paste(BY_CATEGORY)
    assert budget(pasted, "category", "family") == {("Indoor", "", "2026-01"): 150, ("Indoor", "", "2026-02"): 170, ("Outdoor", "", "2026-01"): 7, ("Outdoor", "", "2026-02"): 8}
    assert taken(pasted, "row") == {"2": "category Indoor", "3": "category Outdoor"}
    assert meaning(pasted, "row", "2") == "spread over its families Chairs, Tables (Budget phasing in Settings)"
    assert pasted.reading.frame.groupby("category")["revenue"].sum().to_dict() == {"Indoor": 320, "Outdoor": 15}
    assert said(pasted) == []


def test_a_category_under_the_header_family_counts_too_and_is_to_be_confirmed():
    pasted = paste("Family | Jan 2026\nChairs | 100\nOutdoor | 500")
    assert budget(pasted, "category", "family") == {("", "Chairs", "2026-01"): 100, ("Outdoor", "", "2026-01"): 500}
    assert rules(pasted) == ["budget-not-confirmed"]


def test_the_category_beside_its_family_adds_nothing():
    pasted = paste("Category | Family | Jan 2026\nIndoor | Chairs | 100\nIndoor | Tables | 50\nOutdoor | Garden Chairs | 7")
    assert budget(pasted, "category", "family") == {("", "Chairs", "2026-01"): 100, ("", "Tables", "2026-01"): 50, ("", "Garden Chairs", "2026-01"): 7}
    assert said(pasted) == []


def test_a_category_of_one_region_is_no_total_of_the_families_of_another():
    pasted = paste("Region | Product | Jan 2026\nNorth | Indoor | 100\nSouth | Chairs | 40\nSouth | Tables | 10")
    assert budget(pasted, "region", "category", "family") == {("North", "Indoor", "", "2026-01"): 100, ("South", "", "Chairs", "2026-01"): 40, ("South", "", "Tables", "2026-01"): 10}


def test_a_category_whose_families_add_up_to_something_else_counts_neither_way():
    pasted = paste("Family | Jan 2026\nIndoor | 151\nChairs | 100\nTables | 50")
    assert sum(budget(pasted, "family").values()) == 150
    assert any("expected the sum of its families, which stand beside it" in w for w in said(pasted))


def test_categories_across_and_titles_of_categories():
    assert budget(paste("Budget 2026\nRegion | Indoor | Outdoor\nNorth | 1 | 2"), "region", "category") == {("North", "Indoor", "2026-01..2026-12"): 1, ("North", "Outdoor", "2026-01..2026-12"): 2}
    pasted = paste("Region | Jan 2026\nIndoor |\nNorth | 1\nSouth | 2\nOutdoor |\nNorth | 3")
    assert budget(pasted, "category", "region") == {("Indoor", "North", "2026-01"): 1, ("Indoor", "South", "2026-01"): 2, ("Outdoor", "North", "2026-01"): 3}


@pytest.mark.parametrize(("amount", "kind"), [(150, "total"), (160, "not understood")])
def test_a_category_column_beside_the_columns_of_its_families(amount, kind):
    pasted = paste(f"Budget 2026\nRegion | Indoor | Chairs | Tables\nNorth | {amount} | 100 | 50")
    assert sum(budget(pasted, "family").values()) == 150
    assert taken(pasted, "column")["B"] == kind


def test_a_total_of_a_category_holds_its_families():
    pasted = paste("Family | Jan 2026\nChairs | 100\nTables | 50\nTotal Indoor | 151")
    assert said(pasted) == ["Budget!B4: the total 151 does not equal its parts, 150 (difference 1; the parts count, the total does not)"]


def test_a_row_is_taken_as_a_category():
    text = "Family | Jan 2026\nChairs | 100\nStuff for the garden | 500"
    decided = paste(text, remembered=remember(paste(text), row_3="category Outdoor"))
    assert budget(decided, "category", "family") == {("", "Chairs", "2026-01"): 100, ("Outdoor", "", "2026-01"): 500}


@pytest.mark.parametrize(("header", "cells", "label"), [("Profit Center", ("Chairs", "Tables"), "family"), ("Channel", ("North", "South"), "region"), ("Segment", ("Indoor", "Outdoor"), "category"), ("Business unit", ("Bar stool", "Tables"), "item")])
def test_a_column_is_recognised_by_its_cells_whatever_its_header(header, cells, label):
    pasted = paste(f"{header} | Jan 2026\n{cells[0]} | 1\n{cells[1]} | 2")
    expected = {"Bar stool": "0017"}.get(cells[0], cells[0])
    assert (expected, "2026-01") in budget(pasted, label)
    assert rules(pasted) == ["budget-not-confirmed"], "its header does not say it"


def test_a_text_beside_the_family_is_no_second_family():
    pasted = paste("Family | Segment | Jan 2026\nChairs | Tables | 1\nTables | Chairs | 2")
    assert budget(pasted, "family") == {("Chairs", "2026-01"): 1, ("Tables", "2026-01"): 2}
    assert meaning(pasted, "column", "B") == "column A says it already"
    assert said(pasted) == []


OTHER_CATEGORIES = "Category | Jan 2026 | Feb 2026\nTravel | 1 | 2\nRent | 3 | 4\nPaper | 5 | 6"


def test_figures_that_differ_only_in_a_column_that_is_left_out_are_added_up_with_a_warning_at_the_column():
    pasted = paste(OTHER_CATEGORIES)
    assert line(pasted, "column", "A")["taken_as"] == "left out"
    assert said(pasted) == [
        'Budget!A1: left out, so that 4 figures that differ only in it are added to others, got "Category" (say what it is, or left out, with Take it as in Budget Mapping)'
    ]
    assert said(paste(OTHER_CATEGORIES, remembered=remember(pasted, column_A="left out"))) == []
    assert said(paste(OTHER_CATEGORIES, remembered=remember(pasted, confirmed=True))) == []
