"""KPIs and Worklist on a planned workbook: targets and owners that people typed, and what they said of a line."""

from __future__ import annotations

import pytest
from company import append, cells, change, labels, run

from sop_xl.hosts.headless import HeadlessHost
from sop_xl.sheets.spec import HEADER_ROW


@pytest.fixture
def planned_again(planned):
    def plan():
        result = run("regenerate", planned, "--as-of", "2025-01-06", "--recalc", "off")
        assert result.exit_code == 0, result.output
        return planned

    return plan


def kpi(path, name, scope="All"):
    return next(row for row in cells(path, "KPIs") if row["KPI"] == name and row["Scope"] == scope)


def test_a_missed_target_opens_a_line_with_its_owner(planned_again, planned):
    append(planned, "KPI Targets", {"KPI": "Fill rate", "Target": 0.999, "Watch limit": 0.995, "Owner": "Ann"})
    planned_again()
    figure = kpi(planned, "Fill rate")
    assert (figure["Status"], figure["Watch limit"], figure["Owner"], figure["Perspective"]) == ("poor", 0.995, "Ann", "customer")
    line = next(row for row in cells(planned, "Worklist") if row["Matter"] == "KPI Fill rate")
    assert (line["Kind"], line["Responsible"], line["Since"]) == ("variance", "Ann", "2025-01")
    assert line["At stake"] > 0


def test_every_line_has_a_sentence_a_next_step_and_a_sheet_that_exists(planned_again, planned):
    planned_again()
    lines = cells(planned, "Worklist")
    assert [row["Rank"] for row in lines] == list(range(1, len(lines) + 1))
    assert "shortage" in {row["Kind"] for row in lines}
    for row in lines:
        assert row["In words"].endswith(".")
        assert row["Next step"][0].isupper()
        assert cells(planned, row["Evidence"])
    money = [row["At stake"] for row in lines if row["At stake"] is not None]
    assert money == sorted(money, reverse=True)


def test_what_people_say_of_a_line_stays_with_it(planned_again, planned):
    planned_again()
    first, second = (row["Matter"] for row in cells(planned, "Worklist")[:2])
    change(planned, "Worklist", "State", 0, "accepted")
    change(planned, "Worklist", "Owner", 1, "Max")
    planned_again()
    lines = cells(planned, "Worklist")
    assert (lines[0]["Matter"], lines[0]["Owner"]) == (second, "Max")
    assert (lines[-1]["Matter"], lines[-1]["State"]) == (first, "accepted")


def test_a_target_for_nothing_is_a_warning(planned_again, planned):
    append(planned, "KPI Targets", {"KPI": "Fil rate", "Target": 0.9})
    planned_again()
    said = [(row["Severity"], row["Sheet"], row["Cell"]) for row in cells(planned, "Problems") if row["Rule"] == "kpi-unknown"]
    assert said == [("warning", "KPI Targets", f"A{HEADER_ROW + len(cells(planned, 'KPI Targets'))}")]


def test_a_second_run_writes_the_same_lines(planned_again, planned):
    planned_again()
    before = planned.read_bytes()
    planned_again()
    assert planned.read_bytes() == before


def test_where_no_stock_is_stated_nothing_says_what_will_be_short(planned_again, planned):
    assert kpi(planned, "Days of supply")["Value"] is not None
    host = HeadlessHost(planned)
    host.write_table("Inventory", labels("Inventory"), [])
    host.save()
    planned_again()
    for name in ("Days of supply", "Inventory turns", "Demand served on time", "Unmet demand", "Fill rate", "Cash-to-cash"):
        assert kpi(planned, name)["Value"] is None, name
    assert kpi(planned, "WMAPE")["Value"] is not None
    constraints = cells(planned, "Ten Questions")[7]
    assert constraints["Answer"].startswith("What will be short is not known: no stock is stated.")
    assert constraints["Figure"] is None
    assert {"shortage", "excess"}.isdisjoint(row["Kind"] for row in cells(planned, "Worklist"))


def test_without_any_price_what_has_money_is_still_listed(planned_again, planned):
    host = HeadlessHost(planned)
    items = [[None if label == "Unit price" else row[label] for label in labels("Items")] for row in cells(planned, "Items")]
    sold = [list(row.values()) for row in cells(planned, "Demand History") if row["Measure"] == "Demand"]
    host.write_table("Items", labels("Items"), items)
    host.write_table("Demand History", list(cells(planned, "Demand History")[0]), sold)
    host.write_table("Budget", list(cells(planned, "Budget")[0]), [])
    host.write_table("Inventory", labels("Inventory"), [[row["Item"], row["Location"], 50_000.0, None, None] for row in cells(planned, "Inventory")])
    host.save()
    planned_again()
    excess = [row["At stake"] for row in cells(planned, "Worklist") if row["Kind"] == "excess"]
    assert excess and min(excess) > 1_000_000
