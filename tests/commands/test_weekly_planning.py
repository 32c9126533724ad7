"""The weekly view of a planned workbook: facts typed into Weekly Actuals, the plan that was published, and the page of formulas."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.company import append, cells, change, make_workbook, run


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> Path:
    """The company's plan from January 2025 on, seen on Friday the 10th."""
    path = make_workbook(tmp_path_factory.mktemp("weekly") / "company.xlsx")
    append(path, "Open Orders", {"Order": "PO-1", "Item": "0017", "Location": "Oslo", "Due": datetime(2025, 1, 3), "Open quantity": 30.0})
    append(
        path, "Weekly Actuals",
        {"Item": "0018", "Location": "Rome", "Week": datetime(2025, 1, 1), "Orders": 90.0, "Shipments": 70.0},  # a Wednesday counts as its Monday
        {"Item": "0042", "Location": "Rome", "Week": datetime(2025, 1, 6), "Orders": 2.0, "Shipments": 2.0, "On hand": 200.0},
    )  # fmt: skip
    assert run("regenerate", path, "--as-of", "2025-01-10", "--recalc", "off").exit_code == 0
    return path


def rows(path: Path, item: str, location: str) -> list[dict[str, object]]:
    return [r for r in cells(path, "Weekly Execution") if (r["Item"], r["Location"]) == (item, location)]


def test_every_series_has_thirteen_weeks_from_the_plans_first_one(planned):
    found = cells(planned, "Weekly Execution")
    assert len(found) == 12 * 13
    assert [r["Week"] for r in found[:13]][::12] == [datetime(2024, 12, 30), datetime(2025, 3, 24)]


def test_planned_demand_adds_up_to_the_consensus_of_january(planned):
    consensus = {(r["Item"], r["Location"]): r["2025-01"] for r in cells(planned, "Consensus Demand") if r["Measure"] == "Consensus demand"}
    for (item, location), demand in consensus.items():
        weeks = [r["Planned demand"] - r["Planned demand of the next period"] for r in rows(planned, item, location) if r["Period"] == "2025-01"]
        assert sum(weeks) == pytest.approx(demand, abs=2e-6)


def test_what_people_typed_stands_in_its_week(planned):
    first, second = rows(planned, "0018", "Rome")[0], rows(planned, "0042", "Rome")[1]
    assert (first["Orders"], first["Shipments"], first["Elapsed"]) == (90, 70, 1)
    assert (second["Orders"], second["Elapsed"]) == (2, 0.8)
    assert second["Projected balance"] == pytest.approx(200 - (second["Planned demand"] - 2))


def test_exceptions_say_what_to_do(planned):
    found = {(r["Item"], r["Location"], r["Exception"]): r for r in cells(planned, "Weekly Execution") if r["Exception"]}
    late = found[("0017", "Oslo", "late receipt")]
    assert late["At stake"] == 30 * 60 and late["Next step"] == "expedite: PO-1 (30, late since 2025-01-03) - ask for a firm date"
    assert "above plan" in found[("0018", "Rome", "orders above plan")]["Next step"]
    assert sorted(r["Rank"] for r in found.values()) == list(range(1, len(found) + 1))


def test_a_plan_that_nobody_published_is_said(planned):
    said = [r["Expected"] for r in cells(planned, "Problems") if r["Rule"] == "weeks-of-unapproved-plan"]
    assert said == ["no plan of 2025-01 was published; the weeks show the plan as it is now"]


def test_the_weeks_hold_to_the_published_plan_whatever_is_planned_since(planned, tmp_path):
    path = tmp_path / "published.xlsx"
    path.write_bytes(planned.read_bytes())
    published = run("publish", path, "--by", "Ann", "--as-of", "2025-01-10", "--recalc", "off")
    assert published.exit_code == 0, published.output
    before = [r["Planned demand"] for r in rows(path, "0044", "Rome")]
    more = {"Override": "O1", "Item": "0044", "From": datetime(2025, 1, 1), "To": datetime(2025, 12, 1), "Action": "percent", "Value": 0.5}
    append(path, "Overrides", more | {"Reason code": "other", "Reason": "a new customer", "Owner": "Ann"})
    done = run("regenerate", path, "--as-of", "2025-01-10", "--recalc", "off")
    assert done.exit_code == 0, done.output
    consensus = next(r for r in cells(path, "Consensus Demand") if (r["Item"], r["Location"], r["Measure"]) == ("0044", "Rome", "Consensus demand"))
    assert consensus["2025-01"] > 1.2 * sum(r["Planned demand"] for r in rows(path, "0044", "Rome") if r["Period"] == "2025-01")
    assert [r["Planned demand"] for r in rows(path, "0044", "Rome")] == before
    assert not [r for r in cells(path, "Problems") if r["Rule"] == "weeks-without-unlisted"]
    assert not [r for r in cells(path, "Problems") if r["Rule"] == "weeks-of-unapproved-plan"]


def test_a_day_outside_the_weeks_shows_the_plan_as_of_its_start_and_says_so(planned, tmp_path):
    path = tmp_path / "later.xlsx"
    path.write_bytes(planned.read_bytes())
    change(path, "Open Orders", "Open quantity", 0, 40.0)
    assert run("regenerate", path, "--as-of", "2026-06-01", "--recalc", "off").exit_code == 0
    assert {r["Elapsed"] for r in cells(path, "Weekly Execution")} == {0}
    assert [r["Rule"] for r in cells(path, "Problems") if str(r["Rule"]).startswith("weeks-of-another")] == ["weeks-of-another-day"]
