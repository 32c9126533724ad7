"""Formulas that people typed into an input table outlive an import of other cells, and come back when the import is taken back."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from company import labels
from xlwings_engine import open_book, xlwings_book

from sop_xl import ribbon
from sop_xl.commands.exchange import import_table
from sop_xl.commands.lines import read_lines, write_lines
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.live import LiveHost
from sop_xl.hosts.snapshot import snapshot

PATH = "C:\\Plans\\company.xlsx"
COST = "Unit cost"


@pytest.fixture(autouse=True)
def own_profile(tmp_path, monkeypatch):
    monkeypatch.setenv("SOP_XL_PROFILE", str(tmp_path / "profile"))
    monkeypatch.delenv("SOP_XL_BATCH", raising=False)


def items(host) -> tuple[list[str], list[list[object]]]:
    block = host.read_block("Items")
    top, left, bottom, right = block.table
    rows = [list(row[left - 1 : right]) for row in block.rows[top - 1 : bottom]]
    return [str(v) for v in rows[0]], rows[1:]


def type_formula(host, row: int = 1) -> tuple[int, int]:
    """A formula for the unit cost of the second item; its place in the body."""
    header, rows = items(host)
    place = row, header.index(COST)
    host.write_table("Items", header, rows, formulas={place: "=10+2"})
    host.save()
    return place


def file_of(folder, item: str, **cells: str):
    header = labels("Items")
    line = {"Item": item} | {k.replace("_", " "): v for k, v in cells.items()}
    path = folder / "items.csv"
    path.write_text(",".join(header) + "\n" + ",".join(line.get(h, "") for h in header) + "\n", encoding="utf-8")
    return path


class TestInAFile:
    def test_a_formula_outlives_new_rows(self, company, tmp_path):
        place = type_formula(HeadlessHost(company))
        report = import_table(company, "Items", file_of(tmp_path, "0099", Name="Stool"))
        assert report.exit_code == 0 and "1 lines added" in report.summary
        assert HeadlessHost(company).table_formulas("Items") == {place: "=10+2"}

    def test_a_formula_that_gives_way_to_a_value_is_named(self, company, tmp_path):
        place = type_formula(HeadlessHost(company))
        host = HeadlessHost(company)
        item = str(items(host)[1][place[0]][0])
        report = import_table(company, "Items", file_of(tmp_path, item, Unit_cost="15"))
        (note,) = [p for p in report.problems if p.rule == "formula-replaced"]
        top, left = host.table_place("Items")[:2]
        assert note.cell == host.read_block("Items").address(top + place[0], left - 1 + place[1])
        assert "=10+2" in note.expected and note.got == "15"
        assert HeadlessHost(company).table_formulas("Items") == {}


class TestInExcel:
    @pytest.fixture
    def book(self, company_template, monkeypatch):
        book = xlwings_book(open_book(snapshot(HeadlessHost(company_template))))
        monkeypatch.setattr("xlwings.apps", [SimpleNamespace(pid=os.getpid(), books=[book])])
        return book

    def ask(self, command: str, **arguments: str) -> dict[str, str]:
        front = {"book": "company.xlsx", "path": PATH, "sheet": "Items", "visible": "1"}
        return read_lines(ribbon.run(command, write_lines(front | arguments)))

    def test_a_formula_outlives_new_rows(self, book, tmp_path):
        place = type_formula(LiveHost(book))
        assert self.ask("import", file=str(file_of(tmp_path, "0099", Name="Stool")))["state"] == "done"
        assert LiveHost(book).table_formulas("Items") == {place: "=10+2"}

    def test_a_formula_that_gave_way_to_a_value_comes_back(self, book, tmp_path):
        place = type_formula(LiveHost(book))
        item = str(items(LiveHost(book))[1][place[0]][0])
        assert self.ask("import", file=str(file_of(tmp_path, item, Unit_cost="15")))["state"] == "done"
        assert LiveHost(book).table_formulas("Items") == {}
        assert items(LiveHost(book))[1][place[0]][place[1]] == 15
        assert self.ask("restore", confirmed="1")["state"] == "done"
        assert LiveHost(book).table_formulas("Items") == {place: "=10+2"}
