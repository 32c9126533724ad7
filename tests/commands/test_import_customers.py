"""Importing history by customer group: which row of the table a row of the file means."""

from __future__ import annotations

from pathlib import Path

from company import TIMELINE, cells, run

from sop_xl.commands.inputs import read_inputs
from sop_xl.hosts.headless import HeadlessHost


def bring(workbook: Path, *lines: str):
    file = workbook.parent / "history.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return run("import", workbook, "Demand History", file)


def of_chair(workbook: Path) -> list[tuple[object, object]]:
    """Customer group and demand of item 0017 in Oslo in December 2024."""
    rows = cells(workbook, "Demand History")
    return [(r["Customer group"], r["2024-12"]) for r in rows if (r["Item"], r["Location"], r["Measure"]) == ("0017", "Oslo", "Demand")]


def test_the_only_group_of_a_file_means_the_line_that_names_none(company):
    done = bring(company, "Item,Location,Customer group,2024-12", "0017,Oslo,Shops,44")
    assert "0 lines added, 1 updated" in done.output
    assert of_chair(company) == [("Shops", 44)]


def test_a_file_that_names_no_group_means_the_only_line_there_is(company):
    bring(company, "Item,Location,Customer group,2024-12", "0017,Oslo,Shops,44")
    assert "0 lines added, 1 updated" in bring(company, "Item,Location,2024-12", "0017,Oslo,45").output
    assert of_chair(company) == [("Shops", 45)]


def test_a_second_group_is_added_and_counts(company):
    bring(company, "Item,Location,Customer group,2024-12", "0017,Oslo,Shops,44")
    assert "1 lines added, 0 updated" in bring(company, "Item,Location,Channel,2024-12", "0017,Oslo,Web,6").output
    assert of_chair(company) == [("Shops", 44), ("Web", 6)]
    inputs = read_inputs(HeadlessHost(company))
    assert not inputs.has_errors
    frame = inputs.frame("Demand History")
    now = frame[(frame["item"] == "0017") & (frame["location"] == "Oslo") & (frame["period"] == "2024-12-01")]
    assert now["demand"].tolist() == [50]
    mix = inputs.customer_mix(TIMELINE).set_index(["item", "location", "customer"])["share"]
    assert 0 < mix["0017", "Oslo", "Web"] < 0.05 and mix["0017", "Oslo"].sum() == 1
    assert mix["0018", "Oslo", ""] == 1


def test_which_of_several_groups_is_meant_must_be_said(company):
    bring(company, "Item,Location,Customer group,2024-12", "0017,Oslo,Shops,44")
    bring(company, "Item,Location,Customer group,2024-12", "0017,Oslo,Web,6")
    refused = bring(company, "Item,Location,2024-12", "0017,Oslo,45")
    assert refused.exit_code == 1
    assert "Demand History: expected a Customer group, as the table has 2 such rows, got none for 0017, Oslo, Demand" in refused.output
    assert of_chair(company) == [("Shops", 44), ("Web", 6)]


def test_two_groups_over_a_line_for_all_are_asked_about_before_anything_is_planned(company):
    bring(company, "Item,Location,Customer group,2024-12", "0017,Oslo,Shops,44", "0017,Oslo,Web,6")
    assert [p.rule for p in read_inputs(HeadlessHost(company)).problems if p.severity == "error"] == ["customer-group-missing"]
