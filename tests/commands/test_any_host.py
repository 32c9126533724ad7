"""Commands plan a workbook wherever it is: a picture in memory gives what the file gives, and travels to another process and back."""

from __future__ import annotations

import pickle

import pytest
from company import cells, change
from xlwings_engine import Protection, open_book, xlwings_book

from sop_xl.commands.cell_functions import compute_cells
from sop_xl.commands.check import check_on, check_workbook
from sop_xl.commands.regenerate import STEPS, regenerate_on
from sop_xl.commands.tables import planning_picture
from sop_xl.errors import HostError
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.live import LiveHost
from sop_xl.hosts.memory import MemoryHost
from sop_xl.hosts.snapshot import apply_written, as_they_stand, snapshot

AS_OF = "2025-01-06"
ACCOUNT = ("Problems", "Run Log")
TABLES = [name for sheets in STEPS.values() for name in sheets]


@pytest.fixture(scope="module")
def run_in_memory(company_template, planned_template) -> MemoryHost:
    """The company planned on a picture of its workbook, made in one process and planned in (what could be) another; forecasts are those of the file's run."""
    host = pickle.loads(pickle.dumps(planning_picture(HeadlessHost(company_template))))
    report = regenerate_on(host, as_of=AS_OF)
    assert report.exit_code == 0 and report.facts["changed"]
    return host


def body(host, sheet):
    """Body of a table, row by row, cells as they are read."""
    block = host.read_block(sheet)
    top, left, bottom, right = block.table
    lines = [list(row[left - 1 : right]) for row in block.rows[top - 1 : bottom]]
    return [line + [None] * (right - left + 1 - len(line)) for line in lines if any(v is not None for v in line)]


@pytest.mark.parametrize("sheet", [*TABLES, *ACCOUNT])
def test_a_picture_in_memory_is_planned_as_the_file_is(run_in_memory, planned_template, sheet):
    assert body(run_in_memory, sheet) == body(HeadlessHost(planned_template), sheet)


def test_stamps_are_those_of_the_file(run_in_memory, planned_template):
    file = HeadlessHost(planned_template)
    for name in ("sop_as_of", "sop_version", "sop_current_period", "sop_horizon", "sop_status", "sop_errors", "sop_warnings"):
        assert run_in_memory.read_name(name) == file.read_name(name)


def test_the_picture_knows_what_was_written_to_it(run_in_memory):
    assert set(run_in_memory.written.tables) == {*TABLES, *ACCOUNT}
    assert run_in_memory.written.names["sop_as_of"] == AS_OF


def test_what_was_written_to_the_picture_makes_the_workbook_that_a_run_on_the_file_makes(run_in_memory, company, planned_template):
    written = pickle.loads(pickle.dumps(run_in_memory)).written
    host = HeadlessHost(company)
    apply_written(written, host)
    compute_cells(host, "off")  # a run on a file computes the functions in its cells, too
    host.save()
    assert company.read_bytes() == planned_template.read_bytes()


def test_previous_results_come_back(run_in_memory, company):
    before = {sheet: cells(company, sheet) for sheet in run_in_memory.written.tables}
    host = HeadlessHost(company)
    status = host.read_name("sop_status")
    kept = as_they_stand(host, run_in_memory)
    apply_written(run_in_memory, host)
    assert cells(company, "Supply Plan")
    apply_written(pickle.loads(pickle.dumps(kept)), HeadlessHost(company))
    assert {sheet: cells(company, sheet) for sheet in before} == before
    assert HeadlessHost(company).read_name("sop_status") == status != "planned"


def test_where_one_table_cannot_grow_nothing_is_written(run_in_memory, company):
    host = HeadlessHost(company)
    width = host.table_place("Bridges")[3]
    in_the_way = snapshot(host)
    in_the_way.sheets["Bridges"].cells[60, width] = "a note of mine"
    before = dict(in_the_way.sheets["Supply Plan"].cells)
    with pytest.raises(HostError, match="needs this cell to grow"):
        apply_written(run_in_memory, in_the_way)
    assert in_the_way.saves == 0
    assert before == snapshot(host).sheets["Supply Plan"].cells


def test_data_with_errors_are_refused_and_nothing_is_written(company):
    change(company, "Items", "Item", 1, "0017")  # twice the same item
    host = snapshot(HeadlessHost(company))
    report = regenerate_on(host, as_of=AS_OF)
    assert report.exit_code == 1
    assert report.summary.startswith("company.xlsx was not planned and is unchanged")
    assert not host.saves and not host.written.tables


def test_progress_is_told_to_the_listener_of_the_run(company_template):
    heard = []
    host = snapshot(HeadlessHost(company_template))
    check_on(host, progress=lambda message, done, total: heard.append(message))
    assert "Reading Demand History" in heard


def test_a_check_says_the_same_on_every_host(company):
    change(company, "Items", "Item", 1, "0017")
    picture = snapshot(HeadlessHost(company))
    in_memory, on_file = check_on(picture, write=True), check_workbook(company, write=True)
    assert in_memory.exit_code == on_file.exit_code == 1
    assert in_memory.problems == on_file.problems
    assert in_memory.summary == on_file.summary
    assert body(picture, "Problems") == body(HeadlessHost(company), "Problems")


def test_a_picture_of_some_sheets_holds_the_named_cells_of_the_others(planned):
    picture = snapshot(HeadlessHost(planned), ["Items"])
    assert picture.sheet_names() == HeadlessHost(planned).sheet_names()
    assert picture.read_block("Items").rows == HeadlessHost(planned).read_block("Items").rows
    assert picture.read_name("sop_as_of") == AS_OF
    assert picture.read_block("Supply Plan").rows == []
    with pytest.raises(HostError, match="no Excel table"):
        picture.write_table("Supply Plan", ["Item"], [])


# in Excel


@pytest.fixture
def in_excel(company_template):
    """The company's workbook open in (an imitation of) Excel, its outputs protected as the template has them."""
    book = open_book(snapshot(HeadlessHost(company_template)))
    for sheet in book.sheets:
        if sheet.name in (*TABLES, *ACCOUNT):
            sheet.protection = Protection()
    return book


def test_a_workbook_in_excel_is_planned_as_the_file_is(in_excel, planned_template):
    with LiveHost(xlwings_book(in_excel)) as host:
        report = regenerate_on(host, as_of=AS_OF)
    assert report.exit_code == 0 and report.facts["changed"]
    live, file = LiveHost(xlwings_book(in_excel)), HeadlessHost(planned_template)
    differing = [name for name in (*TABLES, *ACCOUNT) if body(live, name) != body(file, name)]
    assert differing == []
    assert live.read_name("sop_as_of") == AS_OF
    assert all(sheet.protection for sheet in in_excel.sheets if sheet.name in TABLES)
    assert in_excel.app.status_bar is False and in_excel.app.calculation == "automatic"


def test_results_of_another_process_are_written_to_excel_and_taken_back(run_in_memory, in_excel, planned_template):
    live = LiveHost(xlwings_book(in_excel))
    before = {name: body(live, name) for name in run_in_memory.written.tables}
    kept = as_they_stand(live, run_in_memory)
    apply_written(run_in_memory, live)
    file = HeadlessHost(planned_template)
    assert [name for name in before if body(live, name) != body(file, name)] == []
    apply_written(run_in_memory, live)
    assert not live.changed, "what stands there already is not written again"
    apply_written(kept, live)
    assert {name: body(live, name) for name in before} == before
