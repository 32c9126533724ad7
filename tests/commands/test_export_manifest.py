"""Files for another system: what the manifest says of them, what comes back by import, and what of a plan was approved."""

from __future__ import annotations

import csv
import hashlib
import json

import pytest
from company import change, run

from sop_xl import __version__
from sop_xl.commands.demo import filled_workbook
from sop_xl.commands.exchange import export_tables, import_on
from sop_xl.commands.inputs import input_sheets
from sop_xl.commands.tables import plain_table
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.sheets import sheet


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """The demonstration workbook, whose inputs are filled, and its export."""
    folder = tmp_path_factory.mktemp("filled")
    path = filled_workbook(folder)
    export_tables(path, folder / "csv")
    return path, folder / "csv"


FILLED = [
    "Items", "Locations", "Demand History", "Sales Input", "Events", "Lifecycle", "Overrides", "Inventory", "Open Orders", "Sourcing", "Bill of Materials", "Resources",
    "Bill of Resources", "Suppliers", "Purchase History", "Budget", "Cost Rates", "FX Rates", "Risks", "Scenarios", "Scenario Drivers",
    "Cycle Calendar", "KPI Targets", "Initiatives", "Weekly Actuals",
]  # fmt: skip


def test_most_inputs_of_the_demonstration_are_filled(filled):
    rows = {entry["table"]: entry["rows"] for entry in manifest(filled[1])["files"]}
    assert [s.name for s in input_sheets() if rows[s.name]] == [s.name for s in input_sheets() if s.name in FILLED]


@pytest.mark.parametrize("name", FILLED)
@pytest.mark.parametrize("replace", [False, True], ids=["brought in", "in place of it"])
def test_every_input_comes_back_as_it_was_exported(filled, name, replace):
    path, folder = filled
    host = HeadlessHost(path)
    before = plain_table(sheet(name), host.read_block(name))
    report = import_on(host, name, folder / f"{name}.csv", replace=replace)
    after = plain_table(sheet(name), host.read_block(name))
    assert report.exit_code == 0, report.problems
    assert after.header == before.header and [cells for _, cells in after.rows] == [cells for _, cells in before.rows]


def test_the_manifest_describes_every_file(planned, tmp_path):
    assert run("export", planned, "--out", tmp_path / "csv").exit_code == 0
    said = manifest(tmp_path / "csv")
    assert {entry["file"] for entry in said["files"]} == {p.name for p in (tmp_path / "csv").glob("*.csv")}
    for entry in said["files"]:
        content = (tmp_path / "csv" / entry["file"]).read_bytes()
        lines = list(csv.reader(content.decode("utf-8").splitlines()))
        assert entry["sha256"] == hashlib.sha256(content).hexdigest(), entry["file"]
        assert [c["name"] for c in entry["columns"]] == lines[0] and entry["rows"] == len(lines) - 1
    items = next(entry for entry in said["files"] if entry["table"] == "Items")
    assert {"name": "Unit cost", "unit": "money/unit"} in items["columns"]
    assert (said["as_of"], said["current_period"], said["program_version"], said["workbook"]) == ("2025-01-06", "2025-01", __version__, "company.xlsx")
    assert said["approved_plan"] is None, "nobody takes it for an approved plan"


def test_the_same_export_has_the_same_bytes(planned, tmp_path):
    for folder in ("a", "b"):
        run("export", planned, "--out", tmp_path / folder)
    assert (tmp_path / "a" / "manifest.json").read_bytes() == (tmp_path / "b" / "manifest.json").read_bytes()


def test_where_nothing_is_approved_nothing_is_exported_as_approved(planned, tmp_path):
    result = run("export", planned, "--approved", "--out", tmp_path / "erp")
    assert result.exit_code == 1 and "company.xlsx: expected an approved plan of 2025-01, got none (sop-xl publish approves it)" in result.output
    assert not (tmp_path / "erp").exists()


def test_the_approved_plan_goes_out_as_it_was_approved_whatever_was_planned_since(company, tmp_path):
    assert run("publish", company, "--by", "Ada Miller", "--as-of", "2025-01-06", "--recalc", "off").exit_code == 0
    assert run("export", company, "--approved", "--out", tmp_path / "first").exit_code == 0
    change(company, "Inventory", "On hand", 0, 0.0)
    assert run("regenerate", company, "--as-of", "2025-01-08", "--recalc", "off").exit_code == 0
    assert run("export", company, "--approved", "--out", tmp_path / "second").exit_code == 0
    names = sorted(p.name for p in (tmp_path / "first").iterdir())
    assert names == ["Approved Plan.csv", "Consensus Demand.csv", "Supply Plan.csv", "manifest.json"]
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes(), name
    approved = manifest(tmp_path / "first")["approved_plan"]
    assert (approved["cycle"], approved["version"], approved["approved_by"], len(approved["hash"])) == ("2025-01", 1, "Ada Miller", 64)
    with (tmp_path / "first" / "Supply Plan.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["Item", "Location", "Source", "Period", "Planned receipts", "Planned releases"]
    assert rows[0]["Item"] == "0017" and rows[0]["Period"] == "2025-01-01", "codes and dates as another system reads them"
    assert run("export", company, "--approved", "--sheet", "Items", "--out", tmp_path / "x").exit_code == 2
    host = HeadlessHost(company)
    table = plain_table(sheet("Snapshots"), host.read_block("Snapshots"))
    cells = list(table.rows[0][1])
    cells[table.header.index("Approved by")] = "Bob"
    host.write_table("Snapshots", table.header, [cells])
    host.save()
    result = run("export", company, "--approved", "--out", tmp_path / "third")
    assert result.exit_code == 1 and "as it was approved" in result.output and not (tmp_path / "third").exists()
