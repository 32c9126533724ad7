"""A blank row that people left between theirs stays where it is, whichever command writes the table."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from company import ITEMS, LOCATIONS, labels, make_workbook

from sop_xl.commands.exchange import import_on
from sop_xl.commands.report import ExitCode
from sop_xl.commands.roll import roll_on
from sop_xl.commands.scenarios import add_scenarios_on
from sop_xl.commands.tables import plain_table, planning_picture
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.sheets import sheet


@pytest.fixture(scope="module")
def spaced(tmp_path_factory) -> Path:
    """The company's workbook with a blank row after the first one of some inputs."""
    path = make_workbook(tmp_path_factory.mktemp("spaced") / "sop.xlsx")
    host = HeadlessHost(path)
    for name in ("Demand History", "FX Rates", "Scenarios", "Inventory"):
        table = plain_table(sheet(name), host.read_block(name))
        rows = [cells for _, cells in table.rows]
        if name == "FX Rates":
            rows = [[code, None, None, "plan", None, None, None, *[rate] * (len(table.header) - 7)] for code, rate in (("USD", 1.1), ("GBP", 0.8))]
        if name == "Scenarios":
            rows = [[text if label == "Scenario" else None for label in table.header] for text in ("Rain", "Sun")]
        host.write_table(name, table.header, [rows[0], [None] * len(table.header), *rows[1:]])
    host.save()
    return path


def blank_rows(host: Host, name: str) -> list[int]:
    rows = plain_table(sheet(name), host.read_block(name), blank_rows=True).rows
    return [k for k, (_, cells) in enumerate(rows) if not any(cells)]


def csv_file(path: Path, *rows: object) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def test_rolling_leaves_it(spaced, tmp_path):
    host = planning_picture(HeadlessHost(shutil.copy(spaced, tmp_path / "sop.xlsx")))
    january = csv_file(tmp_path / "january.csv", ["Item", "Location", "Period", "Demand"], *([item, place, "2025-01", 50] for item in ITEMS for place in LOCATIONS))
    report = roll_on(host, january, as_of="2025-02-05")
    assert report.exit_code is ExitCode.FINE, report.problems
    for name in ("Demand History", "FX Rates"):
        assert "2026-01" in plain_table(sheet(name), host.read_block(name)).header
        assert blank_rows(host, name) == [1], name


def test_an_import_updates_around_it_and_adds_below(spaced, tmp_path):
    host = planning_picture(HeadlessHost(spaced))
    report = import_on(host, "Inventory", csv_file(tmp_path / "stock.csv", labels("Inventory")[:3], ["0017", "Rome", 7]))
    assert "0 lines added, 1 updated, 11 kept as they were" in report.summary
    assert blank_rows(host, "Inventory") == [1]


def test_a_standard_scenario_stands_below_all_of_them(spaced):
    host = planning_picture(HeadlessHost(spaced))
    add_scenarios_on(host, ["price up"])
    rows = plain_table(sheet("Scenarios"), host.read_block("Scenarios"), blank_rows=True).rows
    assert [cells[0] for _, cells in rows] == ["Rain", None, "Sun", "Price +5%"]
