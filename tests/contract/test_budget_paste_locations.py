"""Names of locations in a pasted budget: each counts for its region."""

from pasted_budgets import EUR, KNOWN, budget, line, meaning, rules, said
from sheet_tables import block_of

from sop_xl.commands.pasted_budget import known_names
from sop_xl.sheets import sheet
from sop_xl.sheets.budget_paste.names import Known
from sop_xl.sheets.budget_paste.paste import PastedBudget, read_budget_paste
from sop_xl.sheets.read import read_sheet

PLACES = Known(
    families=KNOWN.families, regions=KNOWN.regions, family_of=KNOWN.family_of, category_of=KNOWN.category_of,
    region_of={"OSL": "North", "Oslo depot": "North", "BGO": "North", "Bergen": "North", "ROM": "South", "Rome": "South", "North": "South", "Depot": "North", "depot": "South", "10": "North"},
)  # fmt: skip


def paste(text: str) -> PastedBudget:
    pasted = read_budget_paste(sheet("Budget"), block_of(text, "Budget", row=1), EUR, PLACES)
    assert pasted is not None
    return pasted


def test_a_location_by_code_or_by_name_counts_for_its_region_to_be_confirmed():
    pasted = paste("Region | Jan 2026\nOslo depot | 10\nROM | 5")
    assert budget(pasted, "region") == {("North", "2026-01"): 10, ("South", "2026-01"): 5}
    assert meaning(pasted, "row", "2") == '"Oslo depot" read as North'
    assert rules(pasted) == ["budget-not-confirmed"]


def test_locations_of_one_region_are_added_up_and_this_is_said():
    pasted = paste("Location | Jan 2026 | Feb 2026\nOslo depot | 10 | 20\nBergen | 1 | 2\nRome | 5 | 6")
    assert pasted.reading.frame[["region", "revenue"]].to_numpy().tolist() == [["North", 11.0], ["North", 22.0], ["South", 5.0], ["South", 6.0]]
    assert [p.expected for p in pasted.reading.problems if p.rule == "budget-added-up"] == ["2 figures added to others that differ only in their location or in columns that are left out"]


def test_locations_across_are_added_up_too():
    pasted = paste("Budget 2026\nFamily | Oslo depot | Bergen | Rome\nChairs | 10 | 1 | 5")
    assert pasted.reading.frame.groupby("region")["revenue"].sum().to_dict() == {"North": 11, "South": 5}
    assert line(pasted, "sheet", "Budget")["total"] == 16


def test_the_same_location_twice_is_one_too_many():
    assert "duplicate-key" in rules(paste("Location | Jan 2026\nBergen | 10\nBergen | 1"))


def test_a_region_keeps_its_name_and_what_several_regions_call_so_is_not_guessed():
    assert budget(paste("Region | Jan 2026\nNorth | 10"), "region") == {("North", "2026-01"): 10}
    pasted = paste("Region | Jan 2026\nNorth | 10\nDepot | 5\n10 | 7")
    assert budget(pasted, "region") == {("North", "2026-01"): 10}
    assert ['got "Depot"' in w or 'got "10"' in w for w in said(pasted)] == [True, True]


def test_a_country_counts_for_its_region_where_all_of_its_locations_are_in_one():
    table = "Location | Region | Country\nOSL | North | NO\nBGO | North | NO\nROM | South | IT\nMIL | North | IT"
    locations = read_sheet(sheet("Locations"), block_of(table, "Locations"), EUR)
    known = known_names({"Locations": locations})
    assert known.located("NO") == "North"
    pasted = read_budget_paste(sheet("Budget"), block_of("Country | Jan 2026\nNO | 1\nIT | 2", "Budget", row=1), EUR, known)
    assert pasted is not None
    assert budget(pasted, "region") == {("North", "2026-01"): 1}
    assert 'Budget!A3: expected one region: Locations has IT in South and North, got "IT" (say what it is, or left out, with Take it as in Budget Mapping)' in said(pasted)
