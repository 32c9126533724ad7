"""`publish`: the plan becomes the single set of numbers of its cycle, and whoever changes it afterwards is found out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from company import TIMELINE, append, cells, change, labels, run

from sop_xl.commands.approved_sheets import read_snapshots
from sop_xl.commands.publish import publish_on
from sop_xl.commands.published import Published, read_published, record_rows_of, record_text
from sop_xl.commands.record_proof import sealed
from sop_xl.commands.tables import planning_picture
from sop_xl.commands.verify_published import verify_published
from sop_xl.errors import Severity, format_problem
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.plan.approved import approved_hash, approved_lines
from sop_xl.plan.frame_digest import frame_digest

ADA = ("--by", "Ada Miller", "--as-of", "2025-01-06", "--recalc", "off")


def published_text(path: Path) -> list[str]:
    """What verify says about the published plans of a workbook."""
    return [format_problem(p) for p in verify_published(HeadlessHost(path), path.parent)]


def edit(path: Path, sheet: str, row: int, column: str, value: object) -> None:
    """Change a cell of an output as somebody would who takes off the protection."""
    host = HeadlessHost(path)
    table = cells(path, sheet)
    table[row][column] = value
    host.write_table(sheet, list(table[0]), [list(line.values()) for line in table])
    host.save()


def state_scenarios(path: Path) -> None:
    """One scenario that was promoted into the plan, 10 % more demand of chairs, and two that were not."""
    append(path, "Scenarios", {"Scenario": "Rain", "State": "off"}, {"Scenario": "More chairs", "State": "promoted"}, {"Scenario": "Dearer"})
    append(path, "Scenario Drivers", *({"Scenario": name, "Driver": driver, "Family": "Chairs", "Value": 0.1} for name, driver in (("More chairs", "demand"), ("Dearer", "price"), ("Rain", "demand"))))


@pytest.fixture(scope="module")
def approved_template(company_template, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("published") / "company.xlsx"
    path.write_bytes(company_template.read_bytes())
    state_scenarios(path)
    result = run("publish", path, *ADA, "--note", "as  discussed")
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture
def approved(approved_template, tmp_path) -> Path:
    """A workbook whose plan Ada approved."""
    path = tmp_path / "company.xlsx"
    path.write_bytes(approved_template.read_bytes())
    return path


def test_a_snapshot_says_who_approved_what_and_when(approved):
    (line,) = cells(approved, "Snapshots")
    assert [line[k] for k in ("Cycle", "Version", "Published", "Approved by", "Scenario", "State", "Kept in", "Note")] == [
        "2025-01", 1, "2025-01-06", "Ada Miller", "More chairs", "approved", "workbook", "as discussed",
    ]  # fmt: skip
    assert len(line["Hash"]) == 64


def test_the_plan_that_bears_the_name_of_a_scenario_has_its_numbers(approved, planned_template):
    def demand(path: Path, sheet: str, family: str) -> list[float]:
        months = [f"2025-{m:02d}" for m in range(1, 13)]
        own = [r for r in cells(path, sheet) if r["Family"] == family and r["Measure"] == "Demand" and r["Region"] != "All" and r.get("Version") in ("1", "Plan")]
        return [sum(r[month] for r in own) for month in months]

    assert demand(approved, "Approved Plan", "Chairs") == pytest.approx([1.1 * x for x in demand(planned_template, "Financial Plan", "Chairs")])
    assert demand(approved, "Approved Plan", "Tables") == pytest.approx(demand(planned_template, "Financial Plan", "Tables")), "Dearer and Rain are not in the plan"


def test_a_plan_without_promoted_scenarios_bears_no_name_and_one_with_several_bears_them_all(company):
    append(company, "Scenarios", {"Scenario": "Dearer"}, {"Scenario": "Fewer", "State": "off"})
    append(company, "Scenario Drivers", {"Scenario": "Dearer", "Driver": "price", "Value": 0.1}, {"Scenario": "Fewer", "Driver": "demand", "Value": -0.1})
    first = planning_picture(HeadlessHost(company))
    report = publish_on(first, approved_by="Ada", as_of="2025-01-06")
    assert [s.text("scenario") for s in read_snapshots(first)] == [""] and "on scenario" not in report.summary
    host = HeadlessHost(company)
    host.write_table("Scenarios", labels("Scenarios"), [["Fewer", None, "promoted", None], ["Rain", None, "off", None], ["Dearer", None, "promoted", None]])
    host.save()
    second = planning_picture(HeadlessHost(company))
    assert "approved by Ada on scenario Fewer, Dearer" in publish_on(second, approved_by="Ada", as_of="2025-01-06").summary
    assert [s.text("scenario") for s in read_snapshots(second)] == ["Fewer, Dearer"]


def test_what_is_published_is_what_the_workbook_shows(approved):
    plan = [r for r in cells(approved, "Financial Plan") if r["Version"] == "Plan" and r["Family"] != "All" and r["Region"] != "All"]
    months = [f"2025-{m:02d}" for m in range(1, 13)]
    (snapshot,) = cells(approved, "Snapshots")
    for measure in ("Demand", "Revenue", "Gross margin"):
        shown = sum(r[m] or 0 for r in plan if r["Measure"] == measure for m in months)
        frozen = sum(r[m] or 0 for r in cells(approved, "Approved Plan") if r["Measure"] == measure for m in months)
        assert frozen == pytest.approx(shown, abs=1e-4) and frozen > 0, measure
        assert snapshot[measure] == pytest.approx(frozen, abs=1e-4), measure
    stock = sum(r["2025-12"] or 0 for r in plan if r["Measure"] == "Inventory value")
    assert snapshot["Inventory value"] == pytest.approx(stock, abs=1e-4)


def test_the_record_holds_what_the_plan_was_made_of(approved):
    (record,) = read_published(HeadlessHost(approved))
    assert (record.cycle, record.version, record.approved_by) == (pd.Timestamp("2025-01-01"), 1, "Ada Miller")
    assert set(record.inputs) >= {"Items", "Demand History", "Budget"} and record.results["Supply Plan"]["planned_receipts"].sum() > 0
    assert record.as_inputs().frame("Items")["item"].tolist() == ["0017", "0018", "0019", "0042", "0043", "0044"]


def test_home_says_that_the_plan_is_approved(approved, planned_template):
    said = "approved by Ada Miller on scenario More chairs on 2025-01-06, version 1; the plan is as approved"
    assert HeadlessHost(approved).read_name("sop_approved") == said
    assert HeadlessHost(planned_template).read_name("sop_approved") == "not approved yet"


def test_the_same_publication_gives_the_same_bytes(approved_template, company, tmp_path):
    state_scenarios(company)
    assert run("publish", company, *ADA, "--scenario", "more CHAIRS", "--note", "as discussed").exit_code == 0, "a scenario that is promoted may be named"
    assert company.read_bytes() == approved_template.read_bytes()


def test_planning_again_changes_nothing_of_what_was_published_and_home_tells_the_difference(approved):
    before = {name: cells(approved, name) for name in ("Snapshots", "Approved Plan", "Published Record")}
    change(approved, "Items", "Unit cost", 0, 30.0)
    assert run("regenerate", approved, "--as-of", "2025-01-08", "--recalc", "off").exit_code == 0
    assert {name: cells(approved, name) for name in before} == before
    said = str(HeadlessHost(approved).read_name("sop_approved"))
    assert "version 1; the plan differs by +" in said and said.endswith(" EUR of gross margin"), "revenue is as approved"
    assert published_text(approved) == []


def test_a_second_version_supersedes_the_first_whose_record_goes_to_the_archive(approved):
    first = cells(approved, "Snapshots")[0]
    figures = cells(approved, "Approved Plan")
    result = run("publish", approved, "--by", "Bob", "--as-of", "2025-01-09", "--recalc", "off")
    assert "lies beside" not in result.output
    assert result.exit_code == 0 and "version 2" in result.output
    old, new = cells(approved, "Snapshots")
    assert (old["State"], new["State"], new["Version"], new["Approved by"]) == ("superseded", "approved", 2, "Bob")
    assert old["Hash"] == first["Hash"] and old["Kept in"] == "company_archive/2025-01_v1"
    assert [r for r in cells(approved, "Approved Plan") if r["Version"] == "1"] == figures, "earlier figures stay as they are"
    assert {(r["Cycle"], r["Version"]) for r in cells(approved, "Published Record")} == {("2025-01", 2)}
    assert (approved.parent / "company_archive" / "2025-01_v1" / "record.json").is_file()
    assert published_text(approved) == [], "the archive is verified with the rest"
    edit(approved, "Approved Plan", 2, "2025-03", 1.0)
    (said,) = published_text(approved)
    assert said.startswith("Approved Plan!") and "as Ada Miller approved on 2025-01-06, got 1" in said, "from the archive"
    change_in_archive(approved.parent / "company_archive" / "2025-01_v1", "results/Supply Plan", "planned_receipts")
    assert any("2025-01_v1: results/Supply Plan is not as it was published" in said for said in published_text(approved))
    (approved.parent / "company_archive" / "2025-01_v1" / "approved_plan.parquet").write_bytes(b"another")
    assert any("2025-01_v1/approved_plan.parquet was changed since it was archived" in said for said in published_text(approved))


def test_an_archive_that_stays_behind_is_told(approved, tmp_path):
    assert run("publish", approved, "--by", "Bob", "--as-of", "2025-01-09", "--recalc", "off").exit_code == 0
    (tmp_path / "board").mkdir()
    result = run("publish", approved, "--by", "Cy", "--as-of", "2025-01-10", "--recalc", "off", "--out", tmp_path / "board" / "plan.xlsx")
    assert result.exit_code == 0 and "company_archive/2025-01_v1 lies beside" in result.output and "copy the archive beside plan.xlsx too" in " ".join(result.output.split())


def change_in_archive(folder: Path, name: str, column: str, *, digest: bool = False) -> None:
    """Change a number in a file of the archive as somebody does who knows that its SHA-256 is listed, and perhaps of its digest, too."""
    file = folder / f"{name}.parquet"
    frame = pd.read_parquet(file)
    frame.loc[frame.index[0], column] += 100
    frame.to_parquet(file)
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    record["files"][f"{name}.parquet"]["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    if digest:
        record["frames"][name] = frame_digest(frame)
    (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")


def test_whoever_changes_every_hash_in_the_archive_is_found_by_the_one_in_the_workbook(approved):
    assert run("publish", approved, "--by", "Bob", "--as-of", "2025-01-09", "--recalc", "off").exit_code == 0
    change_in_archive(approved.parent / "company_archive" / "2025-01_v1", "inputs/Inventory", "on_hand", digest=True)
    assert published_text(approved) == ["company_archive/2025-01_v1: expected the record of the plan of 2025-01, version 1, as it was published, got another"]


def test_older_cycles_leave_for_the_archive_as_the_settings_say(company):
    change(company, "Settings", "Value", setting_row(company, "Current period"), "2024-12")
    change(company, "Settings", "Value", setting_row(company, "Full records kept"), 1)
    change(company, "Settings", "Value", setting_row(company, "Approved plans kept"), 1)
    assert run("publish", company, "--by", "Ada", "--as-of", "2024-12-05", "--recalc", "off").exit_code == 0
    change(company, "Settings", "Value", setting_row(company, "Current period"), "2025-01")
    in_excel = planning_picture(HeadlessHost(company))
    report = publish_on(in_excel, approved_by="Ada", as_of="2025-01-06")
    assert any("stay in the workbook" in p.expected for p in report.problems), "Excel does not know of a folder"
    assert [s.text("place") for s in read_snapshots(in_excel)] == ["workbook", "workbook"] and len(read_published(in_excel)) == 2
    assert run("publish", company, "--by", "Ada", "--as-of", "2025-01-06", "--recalc", "off").exit_code == 0
    assert {r["Cycle"] for r in cells(company, "Approved Plan")} == {"2025-01"}
    assert {r["Cycle"] for r in cells(company, "Published Record")} == {"2025-01"}
    assert [r["Kept in"] for r in cells(company, "Snapshots")] == ["company_archive/2024-12_v1", "workbook"]
    assert [r["State"] for r in cells(company, "Snapshots")] == ["approved", "approved"], "each is the single set of numbers of its own cycle"
    assert published_text(company) == []
    moved = company.rename(company.parent / "elsewhere.xlsx")
    assert published_text(moved) == [], "the file's own name does not matter"


def setting_row(path: Path, name: str) -> int:
    return [r["Setting"] for r in cells(path, "Settings")].index(name)


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "said"),
    [
        ("Approved Plan", 2, "2025-03", 1.0, "Approved Plan!AT9: expected "),
        ("Approved Plan", 2, "2025-03", "none", "Approved Plan!AT9: expected "),
        ("Approved Plan", 2, "2024-03", 5.0, "Approved Plan!AH9: expected an empty cell, as Ada Miller approved on 2025-01-06, got 5"),
        ("Snapshots", 0, "Approved by", "Bob", 'Snapshots!D7: expected "Ada Miller" as published, got "Bob"'),
        ("Snapshots", 0, "Revenue", 1e9, "Snapshots!G7: expected "),
        ("Snapshots", 0, "Hash", "abc", "Snapshots!L7: the plan of 2025-01, version 1, is not the one that was approved"),
        ("Snapshots", 0, "Version", 3, "Snapshots: expected a line for 2025-01, version 1, as Approved Plan holds it, got none"),
        ("Published Record", 0, "Record", "AAAA", "Snapshots!K7: the plan of 2025-01, version 1, cannot be verified: Published Record: the record is damaged"),
    ],
)  # fmt: skip
def test_a_cell_that_was_changed_is_named(approved, sheet, row, column, value, said):
    assert published_text(approved) == []
    edit(approved, sheet, row, column, value)
    assert published_text(approved)[0 if sheet != "Snapshots" or column != "Version" else 1].startswith(said), published_text(approved)


def put_record(path: Path, text: str) -> None:
    """Put another text in place of the record of the first version of January."""
    host = HeadlessHost(path)
    host.write_table("Published Record", labels("Published Record"), record_rows_of({("2025-01", 1): text}))
    host.save()


def with_more_receipts(record: Published) -> Published:
    """Item 0017 gets a hundred more in its first period: the figures by family, which are kept beside it, stay."""
    supply = record.results["Supply Plan"].copy()
    supply.loc[supply.index[0], "planned_receipts"] += 100
    return replace(record, results={**record.results, "Supply Plan": supply})


def test_a_quantity_of_an_item_that_was_changed_in_the_record_is_found_and_not_exported(approved, tmp_path):
    (record,) = read_published(HeadlessHost(approved))
    put_record(approved, record_text(with_more_receipts(record)))
    said = "Published Record: expected results/Supply Plan of the plan of 2025-01, version 1, as it was published, got another"
    assert published_text(approved) == [said]
    result = run("export", approved, "--approved", "--out", tmp_path / "erp")
    assert result.exit_code == 1 and said in result.output and not (tmp_path / "erp").exists()
    put_record(approved, record_text(sealed(with_more_receipts(record))))
    assert published_text(approved) == [said.replace("results/Supply Plan", "the record")], "with the digest of that table changed, too, its hash still tells"
    put_record(approved, record_text(sealed(replace(record, settings=record.settings.model_copy(update={"horizon": 11}), head={}))))
    assert published_text(approved) == [said.replace("results/Supply Plan", "the record")], "settings are covered"


def test_a_record_hash_that_was_wiped_or_changed_is_found(approved):
    edit(approved, "Snapshots", 0, "Record hash", None)
    assert published_text(approved)[0].startswith("Snapshots!L7: the plan of 2025-01, version 1, is not the one that was approved")
    edit(approved, "Snapshots", 0, "Record hash", "abc")
    assert published_text(approved)[0].startswith("Published Record: expected the record of the plan of 2025-01, version 1")


def test_a_plan_published_before_its_tables_were_hashed_is_verified_as_far_as_it_can_be(approved, tmp_path):
    (record,) = read_published(HeadlessHost(approved))
    put_record(approved, record_text(replace(record, head={})))
    lines = approved_lines(record.results["Approved Plan"], record.settings.make_calendar())
    words = {"as_of": record.as_of, "approved_by": record.approved_by, "scenario": record.scenario}
    edit(approved, "Snapshots", 0, "Record hash", None)
    edit(approved, "Snapshots", 0, "Hash", approved_hash(lines, cycle="2025-01", version=1, **words))
    (said,) = verify_published(HeadlessHost(approved), approved.parent)
    assert format_problem(said).startswith("Snapshots!N7: the plan of 2025-01, version 1, was published before the tables behind it were hashed")
    assert said.severity is Severity.NOTE
    result = run("verify", approved, "--recalc", "off", "--json")
    assert result.exit_code == 0 and "record-not-covered" in result.output and '"published_changed": 0' in result.output
    result = run("export", approved, "--approved", "--out", tmp_path / "erp")
    assert result.exit_code == 0 and "inputs and items are not" in result.output


def test_without_the_record_the_hash_still_tells(approved):
    host = HeadlessHost(approved)
    host.write_table("Published Record", labels("Published Record"), [])
    host.save()
    assert published_text(approved) == [], "the figures of the sheet alone give the hash"
    edit(approved, "Approved Plan", 2, "2025-03", 1.0)
    (said,) = published_text(approved)
    assert said.startswith("Snapshots!L7: the plan of 2025-01, version 1, is not the one that was approved")


def test_verify_fails_where_a_published_figure_was_changed(approved):
    edit(approved, "Approved Plan", 2, "2025-03", 1.0)
    result = run("verify", approved, "--recalc", "off", "--json")
    report = json.loads(result.output)
    assert result.exit_code == 1 and report["summary"] == "company.xlsx: what was published was changed in 1 place; its other results are those of its inputs"
    assert [p["rule"] for p in report["problems"]] == ["approved-changed"]
    assert report["workbooks"][0]["published_changed"] == 1


def test_verify_says_first_what_was_changed_and_then_that_the_rest_is_old(approved):
    edit(approved, "Approved Plan", 2, "2025-03", 1.0)
    change(approved, "Items", "Unit cost", 0, 30.0)
    result = run("verify", approved, "--recalc", "off", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["summary"].startswith("company.xlsx: what was published was changed in 1 place; is not up to date, run sop-xl regenerate; differences in ")


def test_a_damaged_record_does_not_stop_the_planner(approved):
    edit(approved, "Published Record", 0, "Record", "AAAA")
    result = run("regenerate", approved, "--as-of", "2025-01-08", "--recalc", "off")
    assert result.exit_code == 0 and "2025-01, version 1, counts as never published" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--by", "  "), "--by: expected the name of who approved the plan, got none"),
        (("--by", "Ada", "--scenario", "Sunshine"), '--scenario: expected a scenario listed in Scenarios, got "Sunshine"'),
        (("--by", "Ada", "--scenario", "rain"), '--scenario: expected a scenario that is part of the plan, got "Rain", whose state is off (sop-xl scenario promote WORKBOOK "Rain" --by NAME)'),
        (("--by", "Ada", "--scenario", "Dearer"), '--scenario: expected a scenario that is part of the plan, got "Dearer", whose state is run (sop-xl scenario promote'),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_one_line(company, arguments, said):
    state_scenarios(company)
    before = company.read_bytes()
    result = run("publish", company, *arguments, "--recalc", "off")
    assert result.exit_code == 1 and said in result.output, result.output
    assert company.read_bytes() == before


def test_what_stands_against_the_plan_is_told_and_recorded_and_does_not_stop_it(company):
    append(company, "Cycle Calendar", {"Step": "executive", "Task": "Meet", "Due day": 2}, {"Step": "demand", "Task": "Agree demand", "Due day": 20}, {"Step": "publish", "Task": "Mail it", "Due day": 1})
    host = HeadlessHost(company)
    host.write_name("MasterCheck", 2)
    host.save()
    result = run("publish", company, *ADA)
    assert result.exit_code == 0 and "warning Snapshots: the plan of 2025-01, version 1, is published with reservations: 2 checks disagree, see Checks; 1 warning" in " ".join(result.output.split())
    (line,) = cells(company, "Snapshots")
    assert line["Reservations"] == "2 checks disagree in the workbook before; 1 warning; 1 task late (Meet), 1 open" and line["Note"] is None
    assert published_text(company) == [], "it is no figure of the plan"


def test_lines_of_snapshots_that_somebody_damaged_are_carried_over_one_by_one(approved):
    for by in ("Bob", "Cy"):
        assert run("publish", approved, "--by", by, "--as-of", "2025-01-09", "--recalc", "off").exit_code == 0
    for row in (0, 1):
        edit(approved, "Snapshots", row, "Version", None)
    assert run("publish", approved, "--by", "Dee", "--as-of", "2025-01-10", "--recalc", "off").exit_code == 0
    assert sorted(str(line["Approved by"]) for line in cells(approved, "Snapshots")) == ["Ada Miller", "Bob", "Cy", "Dee"]


def test_without_warnings_late_tasks_and_failed_checks_there_are_no_reservations(company):
    host = HeadlessHost(company)
    host.write_table("Budget", labels("Budget") + TIMELINE.labels, [])
    host.save()
    change(company, "Settings", "Value", setting_row(company, "Current period"), "2025-01")
    result = run("publish", company, *ADA)
    assert result.exit_code == 0 and "reservations" not in result.output
    assert cells(company, "Snapshots")[0]["Reservations"] is None


def test_without_any_stock_there_is_no_inventory_value_to_approve(company):
    host = HeadlessHost(company)
    host.write_table("Inventory", labels("Inventory"), [])
    host.save()
    assert run("publish", company, *ADA).exit_code == 0
    assert cells(company, "Snapshots")[0]["Inventory value"] is None and cells(company, "Snapshots")[0]["Revenue"] > 0
    assert "Inventory value" not in {line["Measure"] for line in cells(company, "Approved Plan")}
    assert published_text(company) == [] and str(HeadlessHost(company).read_name("sop_approved")).endswith("the plan is as approved")
    change(company, "Snapshots", "Inventory value", 0, 5000.0)
    (said,) = published_text(company)
    assert "expected an empty cell as published, got 5000" in said


def test_a_plan_with_errors_in_its_data_is_not_published(company):
    change(company, "Items", "Unit cost", 0, "cheap")
    before = company.read_bytes()
    result = run("publish", company, *ADA)
    assert result.exit_code == 1 and 'got "cheap"' in result.output and "was not published and is unchanged: 1 error in the data" in result.output
    assert company.read_bytes() == before and not (company.parent / "company_archive").exists()


def test_a_workbook_without_the_cycle_says_how_to_get_it(tmp_path):
    path = tmp_path / "plain.xlsx"
    assert run("new", path, "--modules", "demand").exit_code == 0
    result = run("publish", path, "--by", "Ada", "--recalc", "off")
    assert result.exit_code == 1 and "Snapshots: expected the workbook to carry this sheet" in result.output and "sop-xl module add WORKBOOK cycle" in result.output


def test_who_approved_must_be_said(company):
    assert run("publish", company).exit_code == 2
