"""`sop-xl roll`: one command from month to month; what moves, what stays, what is refused, and the way back."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from company import ITEMS, LOCATIONS, append, cells, change, make_workbook, run

from sop_xl.commands.report import ExitCode
from sop_xl.commands.roll import roll_on
from sop_xl.commands.tables import planning_picture
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.memory import MemoryHost

JANUARY = [["Item", "Location", "Period", "Demand", "Revenue"], *([item, place, "2025-01", 50 + k, 5000] for k, item in enumerate(ITEMS) for place in LOCATIONS)]


def csv_file(path: Path, rows) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> Path:
    """The company's workbook before its first plan, with an override of each policy, a decision, and a budget to widen."""
    path = make_workbook(tmp_path_factory.mktemp("company") / "sop.xlsx")
    override = {"Item": "0017", "From": "2025-01", "To": "2025-06", "Action": "add", "Value": 5, "Reason": "dealer", "Owner": "Ann", "Entered": "2025-01-02"}
    append(
        path, "Overrides", {**override, "Override": "holds"}, {**override, "Override": "wanes", "Expiry policy": "decay"},
        {**override, "Override": "ends", "Expires": "2025-01-31"},
    )  # fmt: skip
    append(path, "Decisions", {"Decision": "D1", "Option": "Sell dear", "Lever": "price", "Family": "Chairs", "Value": 0.01, "From": "2025-01", "To": "2025-01", "Status": "approved", "Owner": "Bob"})
    return path


@pytest.fixture(scope="module")
def before(company, tmp_path_factory) -> Path:
    """The same, planned from January on."""
    path = shutil.copy(company, tmp_path_factory.mktemp("planned") / "sop.xlsx")
    assert run("regenerate", path, "--as-of", "2025-01-06", "--recalc", "off").exit_code == 0
    return path


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOP_XL_PROFILE", str(tmp_path_factory.mktemp("profile")))
        yield


@pytest.fixture(scope="module")
def rolled(before, profile, tmp_path_factory):
    """Rolled into February with the actuals of January: the workbook, and what the command said."""
    folder = tmp_path_factory.mktemp("rolled")
    path = shutil.copy(before, folder / "sop.xlsx")
    said = run("roll", path, csv_file(folder / "january.csv", JANUARY), "--as-of", "2025-02-05", "--recalc", "off")
    assert said.exit_code == 0, said.output
    return path, said.output


def picture(path: Path) -> MemoryHost:
    return planning_picture(HeadlessHost(path))


def refusal(company, tmp_path, rows) -> str:
    host = picture(company)
    report = roll_on(host, csv_file(tmp_path / "actuals.csv", rows), as_of="2025-02-05")
    assert report.exit_code is ExitCode.PROBLEMS
    assert host.saves == 0
    return "\n".join(str(p) for p in report.problems)


def test_actuals_stand_in_history(rolled):
    path, said = rolled
    row = next(r for r in cells(path, "Demand History") if (r["Item"], r["Location"], r["Measure"]) == ("0019", "Rome", "Demand"))
    assert row["2025-01"] == 52
    assert row["2024-12"] is not None
    assert "Rolled from 2025-01 to 2025-02: 0 lines added, 24 updated" in said


def test_the_plan_begins_one_month_later_and_reaches_one_month_further(rolled):
    path, _ = rolled
    assert HeadlessHost(path).read_name("sop_current_period") == "2025-02"
    assert list(cells(path, "Consensus Demand")[0])[-1] == "2026-01"


@pytest.mark.parametrize("sheet", ["Demand History", "Sales Input", "Budget", "FX Rates"])
def test_input_grids_get_the_new_month_behind_their_last_one(before, rolled, sheet):
    header = [HeadlessHost(path).read_block(sheet).rows[5] for path in (before, rolled[0])]
    assert list(header[1]) == [*header[0], "2026-01"]


def test_nothing_that_people_typed_is_gone(before, rolled):
    for sheet in ("Items", "Locations", "Overrides", "Decisions", "Inventory", "Budget"):
        old, new = cells(before, sheet), cells(rolled[0], sheet)
        assert [{k: v for k, v in row.items() if k != "2026-01"} for row in new] == old, sheet


def test_last_cycles_plan_is_the_previous_plan(rolled):
    versions = {row["Version"] for row in cells(rolled[0], "Financial Plan")}
    assert "Previous plan" in versions
    assert {row["Cycle"] for row in cells(rolled[0], "Forecast Archive")} >= {"2025-01", "2025-02"}


def test_overrides_age_by_their_policy_and_are_told(rolled):
    path, said = rolled
    assert "wanes" in said
    assert "50.0% of it is left" in said.replace("\n", " ")
    assert "expired" in said
    assert len(cells(path, "Overrides")) == 3


def test_a_decision_that_is_over_is_told_and_stays(rolled):
    path, said = rolled
    assert "Decisions that are over" in said
    assert [row["Status"] for row in cells(path, "Decisions")] == ["approved"]


def test_a_cycle_that_nobody_published_is_a_warning_and_no_obstacle(rolled):
    assert "2025-01 was never published" in rolled[1]


def test_stock_that_nobody_counted_is_a_warning(rolled):
    assert "Inventory: stock on hand is taken as it stands there" in rolled[1]


def test_the_cycle_sheet_remembers_both_cycles(rolled):
    tasks = {(row["Cycle"], row["Task"]): row["State"] for row in cells(rolled[0], "Cycle")}
    assert tasks["2025-02", "Actuals of the last month are in"] == "done"
    assert tasks["2025-02", "Stock on hand is counted"] == "open"  # nobody touched Inventory, and it is due on this very day
    assert tasks["2025-01", "Plan is approved and published"] == "late"


def test_restore_brings_every_table_back_inputs_included(before, rolled, tmp_path, profile):
    path = rolled[0]
    after = shutil.copy(path, tmp_path / "after.xlsx")
    assert run("restore", path).exit_code == 0
    assert "no differences" in run("diff", path, before).output
    assert run("restore", path).exit_code == 0  # once more for the later state, in which the other tests find it
    assert "no differences" in run("diff", path, after).output


def test_the_same_month_cannot_be_rolled_twice(rolled, tmp_path):
    said = refusal(rolled[0], tmp_path, JANUARY)
    assert said == "actuals.csv!C2: expected actuals of 2025-02, the next period to roll, got 2025-01 as the last one"


def test_a_later_month_is_refused_at_its_cell(company, tmp_path):
    said = refusal(company, tmp_path, [*JANUARY, ["0017", "Oslo", "2025-02", 44, None]])
    assert said == "actuals.csv!C14: expected actuals up to 2025-01, the current period, got 2025-02 (roll one period at a time, in order)"


def test_an_item_that_does_not_exist_is_refused(company, tmp_path):
    assert 'got "0071"' in refusal(company, tmp_path, [*JANUARY, ["0071", "Oslo", "2025-01", 44, None]])


def test_a_number_that_is_none_is_refused_at_its_cell(company, tmp_path):
    assert "actuals.csv!D14" in refusal(company, tmp_path, [*JANUARY, ["0017", "Oslo", "2025-01", "many", None]])


def test_without_actuals_nothing_is_rolled(company):
    report = roll_on(picture(company), as_of="2025-02-05")
    assert report.exit_code is ExitCode.PROBLEMS
    assert str(report.problems[0]) == "Actuals: expected the actuals of 2025-01, got none (fill the sheet Actuals, or name a file: sop-xl roll WORKBOOK FILE)"


def test_a_wide_file_that_corrects_an_earlier_month_is_taken_and_said(company, tmp_path):
    host = picture(company)
    wide = [["Item", "Location", "2024-12", "2025-01"], *([item, place, 33, 50] for item in ITEMS for place in LOCATIONS)]
    report = roll_on(host, csv_file(tmp_path / "wide.csv", wide), as_of="2025-02-05")
    assert report.exit_code is ExitCode.FINE, report.problems
    assert "wide.csv: 12 values of 2024-12 correct history (what was planned from the earlier figures stays as it was)" in [str(p) for p in report.problems]
    assert "Home: 2025-01 was never planned: the next cycle has no plan of it to look back on" in [str(p) for p in report.problems]


def test_what_stands_in_the_sheet_actuals_is_taken_and_the_sheet_is_emptied(company, tmp_path):
    path = shutil.copy(company, tmp_path / "sop.xlsx")
    append(path, "Actuals", *({"Item": item, "Location": place, "Period": "2025-01", "Demand": 50, "Shipments": 48} for item in ITEMS for place in LOCATIONS))
    assert run("roll", path, "--as-of", "2025-02-05", "--recalc", "off").exit_code == 0
    assert cells(path, "Actuals") == []
    shipped = [row["2025-01"] for row in cells(path, "Demand History") if row["Measure"] == "Shipments"]
    assert shipped == [48] * 12


def test_a_current_period_that_settings_name_moves_on(company, tmp_path):
    path = shutil.copy(company, tmp_path / "sop.xlsx")
    place = [row["Setting"] for row in cells(path, "Settings")].index("Current period")
    change(path, "Settings", "Value", place, "2025-01")
    host = picture(path)
    assert roll_on(host, csv_file(tmp_path / "january.csv", JANUARY), as_of="2025-02-05").exit_code is ExitCode.FINE
    assert host.written.tables["Settings"].rows[place][1] == "2025-02"
    assert host.read_name("sop_current_period") == "2025-02"


def test_stock_and_orders_of_the_month_end_come_with_it(company, tmp_path):
    stock = csv_file(tmp_path / "stock.csv", [["Item", "Location", "On hand"], ["0017", "Oslo", 7]])
    orders = csv_file(tmp_path / "orders.csv", [["Order", "Item", "Location", "Due", "Open quantity"], ["P1", "0018", "Rome", "2025-02-20", 30]])
    host = picture(company)
    report = roll_on(host, csv_file(tmp_path / "january.csv", JANUARY), inventory=stock, open_orders=orders, as_of="2025-02-05")
    assert report.exit_code is ExitCode.FINE
    assert [row[2] for row in host.written.tables["Inventory"].rows][:2] == [7.0, 80]
    assert [row[0] for row in host.written.tables["Open Orders"].rows] == ["P1"]
    assert not [p for p in report.problems if p.rule == "stock-not-counted"]
    assert [str(p) for p in report.problems if p.rule == "stock-left-out"] == [
        "stock.csv: 11 of 12 lines of Inventory are not in it and keep the stock of before: 0017 in Rome, 0018 in Oslo, 0018 in Rome, 0019 in Oslo, "
        "0019 in Rome and 6 more (state 0 for what has run out)"
    ]


def test_a_count_that_names_every_line_leaves_nothing_out(company, tmp_path):
    stock = csv_file(tmp_path / "stock.csv", [["Item", "Location", "On hand"], *([item, place, 0] for item in ITEMS for place in LOCATIONS)])
    report = roll_on(picture(company), csv_file(tmp_path / "january.csv", JANUARY), inventory=stock, as_of="2025-02-05")
    assert report.exit_code is ExitCode.FINE
    assert not [p for p in report.problems if p.rule in ("stock-left-out", "stock-not-counted")]


class TestIncompleteActuals:
    """A blank would count as a month without demand, and nobody would know."""

    def test_a_file_that_names_half_of_the_items_is_refused_with_the_names_of_the_others(self, company, tmp_path):
        said = refusal(company, tmp_path, [row for row in JANUARY if row[0] not in ("0018", "0042", "0044")])
        assert said == (
            "actuals.csv: 3 of 6 items that sold in each of the last 3 periods have no actual of 2025-01: 0018, 0042, 0044 "
            "(state 0 where nothing was sold; sop-xl roll --partial takes the blanks, which count as zero)"
        )

    def test_a_location_without_a_word_is_refused(self, company, tmp_path):
        assert "1 of 2 locations that sold in each of the last 3 periods has no actual of 2025-01: Rome" in refusal(company, tmp_path, [row for row in JANUARY if row[1] != "Rome"])

    def test_a_stated_zero_is_an_actual(self, company, tmp_path):
        rows = [[*row[:3], 0, 0] if row[0] == "0018" else row for row in JANUARY]
        report = roll_on(picture(company), csv_file(tmp_path / "january.csv", rows), as_of="2025-02-05")
        assert report.exit_code is ExitCode.FINE
        assert not [p for p in report.problems if p.rule == "actuals-missing"]

    def test_with_partial_the_month_is_taken_and_problems_name_who_is_missing(self, company, tmp_path):
        path = shutil.copy(company, tmp_path / "sop.xlsx")
        rows = csv_file(tmp_path / "january.csv", [row for row in JANUARY if row[0] != "0018"])
        assert run("roll", path, rows, "--as-of", "2025-02-05", "--recalc", "off").exit_code == 1
        assert run("roll", path, rows, "--partial", "--as-of", "2025-02-05", "--recalc", "off").exit_code == 0
        assert any("1 of 6 items that sold" in str(row.values()) and "0018" in str(row.values()) for row in cells(path, "Problems"))
        assert [row["2025-01"] for row in cells(path, "Demand History") if (row["Item"], row["Measure"]) == ("0018", "Demand")] == [None, None]

    def test_one_item_silent_at_one_place_is_a_warning_and_no_obstacle(self, company, tmp_path):
        rows = [row for row in JANUARY if row[:2] != ["0018", "Rome"]]
        report = roll_on(picture(company), csv_file(tmp_path / "january.csv", rows), as_of="2025-02-05")
        assert report.exit_code is ExitCode.FINE
        said = [str(p) for p in report.problems if p.rule == "actuals-missing"]
        assert said == ["january.csv: 1 of 12 items at a location that sold in each of the last 3 periods has no actual of 2025-01: 0018 in Rome (a blank counts as zero; state 0 where nothing was sold)"]

    def test_shipments_alone_are_no_demand(self, company, tmp_path):
        rows = [["Item", "Location", "Period", "Shipments"], *(row[:4] for row in JANUARY[1:])]
        assert refusal(company, tmp_path, rows) == "actuals.csv!D2: expected Demand of 2025-01, as Demand History states it, got Shipments only (what customers ordered, not what left)"


def test_a_file_that_does_not_exist_is_told_before_the_workbook_is_read(company, tmp_path, monkeypatch):
    monkeypatch.setattr("sop_xl.commands.roll.regenerate_workbook", lambda *a, **k: pytest.fail("the workbook was read first"))
    said = run("roll", company, tmp_path / "nope.csv")
    assert said.exit_code == 2 and "nope.csv does not exist" in said.output


def test_a_file_with_a_bad_cell_is_told_before_the_workbook_is_read(company, tmp_path, monkeypatch):
    monkeypatch.setattr("sop_xl.commands.roll.regenerate_workbook", lambda *a, **k: pytest.fail("the workbook was read first"))
    said = run("roll", company, csv_file(tmp_path / "january.csv", [*JANUARY[:2], ["0018", "Oslo", "2025-01", "many", None]]))
    assert said.exit_code == 1 and 'january.csv!D3: expected a number, got "many"' in said.output
