"""The live host and what only a running Excel brings with it: settings, busy moments, filters, formulas that follow, failures half-way."""

from __future__ import annotations

from decimal import Decimal

import pytest
from host_bench import HEADER, ROWS, body
from xlwings_engine import Excel, ExcelError, Protection, open_book, xlwings_book

from sop_xl.blocks import CellError
from sop_xl.errors import HostError
from sop_xl.hosts.live import LiveHost
from sop_xl.hosts.live_excel import Patience, StatusLine, quiet, unlocked
from sop_xl.hosts.live_values import cell_rows, needs_of
from sop_xl.hosts.memory import MemoryHost, MemorySheet

PERIODS = ["Item", "2026-11", "2026-12"]


@pytest.fixture
def excel() -> Excel:
    return Excel()


@pytest.fixture
def book(excel):
    """`Supply Plan` and `Capacity` with a small table each at B3, and `Home` with a named cell."""
    sheets = {
        "Supply Plan": MemorySheet.of_rows([HEADER, *ROWS], row=3, column=2),
        "Capacity": MemorySheet.of_rows([PERIODS, ["mixer", 10, 20]], row=3, column=2),
        "Home": MemorySheet.of_rows([["Home"]], table=False),
    }
    return open_book(MemoryHost(sheets, {"as_of": ("Home", 4, 3), "span": ("Home", 5, 3)}, name="plan.xlsx"), excel)


class Waits(list):
    """Pauses that were asked for, none of them kept."""

    def __call__(self, seconds):
        self.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def live(book, waits) -> LiveHost:
    return LiveHost(xlwings_book(book), patience=Patience(attempts=4, first_pause=0.1, sleep=waits))


def again(book) -> LiveHost:
    return LiveHost(xlwings_book(book))


def sheet(book, name="Supply Plan"):
    return next(s for s in book.sheets if s.name == name)


MANY = [[f"item {k}", k + 0.5] for k in range(300)]


# blocks


def test_a_sheet_is_read_in_one_block(live, excel):
    live.read_block("Supply Plan")
    assert excel.calls["read", "Supply Plan"] == 1


def test_a_table_is_written_in_blocks_however_many_rows_it_has(live, excel):
    live.write_table("Supply Plan", HEADER, MANY)
    live.save()
    written = excel.calls["write", "Supply Plan"]
    assert written == 1
    formats = excel.calls["format", "Supply Plan"] + excel.calls["read format", "Supply Plan"]
    assert formats <= 4
    assert excel.calls["read", "Supply Plan"] + excel.calls["read formulas", "Supply Plan"] <= 7


def test_what_is_written_as_it_stands_is_not_written_at_all(live, excel):
    live.write_table("Supply Plan", HEADER, ROWS)
    live.write_name("as_of", None)
    live.save()
    assert not live.changed
    assert excel.calls["write", "Supply Plan"] == excel.calls["write", "Home"] == 0


def test_number_formats_that_fit_stay(live, book):
    for row in (4, 5):
        sheet(book).cell(row, 3).format = "#,##0"
    live.write_table("Supply Plan", HEADER, MANY)
    live.save()
    assert {sheet(book).cell(row, 3).format for row in range(4, 304)} == {"#,##0"}, "new rows look like the last one"


def test_lines_of_different_formats_keep_theirs(live, book):
    sheet(book).cell(4, 3).format, sheet(book).cell(5, 3).format = "0%", "#,##0"
    live.write_table("Supply Plan", HEADER, [["a", 0.5], ["b", 7]])
    live.save()
    assert [sheet(book).cell(row, 3).format for row in (4, 5)] == ["0%", "#,##0"]


def test_key_columns_are_formatted_as_text(live, book):
    live.write_table("Supply Plan", HEADER, [["001", 1.0]])
    live.save()
    assert sheet(book).cell(4, 2).format == "@" and sheet(book).cell(4, 2).value == "001"


def test_texts_too_long_for_a_block_go_in_one_by_one(live, book, excel):
    live.write_table("Supply Plan", HEADER, [["x" * 9_000, 1.0], ["y" * 32_767, 2.0]])
    live.save()
    assert [len(row[0]) for row in body(again(book))] == [9_000, 32_767]
    assert excel.calls["write", "Supply Plan"] == 3


# values


def test_a_text_that_looks_like_an_error_is_told_from_an_error():
    block = [["#N/A", "#N/A", 1.0]]
    found = cell_rows(block, lambda: [[None, "#N/A", 1.0]], lambda: pytest.fail("no money"))[0]
    assert found == ["#N/A", "#N/A", 1] and [type(v) for v in found] == [CellError, str, int]


def test_a_block_without_such_texts_is_read_once():
    assert cell_rows([["a", 1.5, None, True]], lambda: pytest.fail("read twice"), lambda: pytest.fail("read twice")) == [["a", 1.5, None, True]]


@pytest.mark.parametrize(
    ("read", "means"),
    [
        (-2146826243, CellError("#SPILL!")), (-2146826245, CellError("#GETTING_DATA")), (-2146826238, CellError("#CALC!")),
        (7, 7),
    ],
)  # fmt: skip
def test_values_that_xlwings_hands_on_as_excel_has_them(read, means):
    found = cell_rows([[read]], lambda: [[None]], lambda: pytest.fail("no money"))[0][0]
    assert found == means and type(found) is type(means)


@pytest.mark.parametrize(("exact", "means"), [(12.5, 12.5), (12.0, 12), (0.12345, 0.12345)])
def test_money_that_excel_has_rounded_is_read_again(exact, means):
    found = cell_rows([[1.0, Decimal("0.1235")]], lambda: [[None]], lambda: [[1.0, exact]])[0][1]
    assert found == means and type(found) is type(means)


def test_a_time_of_day_is_a_fraction_of_a_day(live, book):
    cell = sheet(book).cell(4, 3)
    cell.value, cell.format = 0.75, "h:mm"
    assert body(live)[0][1] == 0.75


def test_money_in_a_currency_format_is_a_number(live, book):
    cell = sheet(book).cell(4, 3)
    cell.value, cell.format = 0.1234567, "$#,##0.00"
    assert body(live)[0][1] == 0.1234567, "Excel hands over 0.1235"


def test_blank_cells_between_numbers_and_dates_go_with_what_stands_above_them():
    from datetime import datetime

    day = datetime(2026, 11, 1)
    assert [(n.first, n.last, n.kind) for n in needs_of([[None], [1.0], [None], [day], [None]])] == [(0, 3, "number"), (3, 5, "date")]


# settings and the status bar


def settings(excel):
    return excel.screen_updating, excel.display_alerts, excel.enable_events, excel.calculation, excel.status_bar


def test_excel_has_its_settings_back_after_a_write(live, excel):
    excel.calculation, excel.enable_events, excel.status_bar = "semiautomatic", False, "someone else's words"
    before = settings(excel)
    during = []
    excel.refuse = lambda action, name: during.append(settings(excel)[:4]) if action == "write" else None
    live.progress("Planning")
    live.write_table("Supply Plan", HEADER, MANY)
    live.save()
    assert settings(excel) == before
    assert set(during) == {(False, False, False, "manual")}


def test_excel_has_its_settings_back_after_a_failure(live, excel):
    before = settings(excel)
    excel.refuse = refusing("write", "Supply Plan")
    live.write_table("Supply Plan", HEADER, MANY)
    with pytest.raises(HostError):
        live.save()
    assert settings(excel) == before


def test_a_setting_that_cannot_be_given_back_does_not_keep_the_others(excel, book):
    app = xlwings_book(book).app

    def refuse(action, name):
        if action == "set enable_events" and not excel.screen_updating and excel.calculation == "automatic":
            raise ExcelError("not now")

    with pytest.raises(HostError, match="could not get all its settings back"), quiet(app, Patience()):
        excel.refuse = refuse
    assert (excel.screen_updating, excel.display_alerts, excel.calculation) == (True, True, "automatic")


def test_progress_shows_in_the_status_bar_five_times_a_second_at_most(excel, book):
    now = [0.0]
    bar = StatusLine(xlwings_book(book).app, clock=lambda: now[0])
    shown = []
    for k in range(100):
        now[0] = k / 100
        bar.show("Reading Items", k, 100)
        shown.append(excel.status_bar)
    assert shown[0] == "S&OP: Reading Items (1 of 100)"
    assert len(set(shown)) == 5
    bar.give_back()
    assert excel.status_bar is False


def test_progress_never_raises(live, excel):
    excel.busy = 50
    live.progress("Reading", 1, 2)


def test_the_status_bar_is_given_back_when_a_run_stops_without_writing(book, excel):
    with pytest.raises(KeyboardInterrupt), LiveHost(xlwings_book(book)) as host:
        host.progress("Planning")
        assert excel.status_bar == "S&OP: Planning"
        raise KeyboardInterrupt
    assert excel.status_bar is False


# busy moments


def test_a_busy_excel_is_asked_again_after_growing_pauses(live, excel, waits):
    excel.busy = 3
    assert live.sheet_names() == ["Supply Plan", "Capacity", "Home"]
    assert waits == [0.1, 0.2, 0.4]


def test_an_excel_that_stays_busy_gives_one_clear_line(live, excel):
    excel.busy = 1000
    with pytest.raises(HostError, match="Excel is busy: a cell is being edited or a dialog is open"):
        live.read_block("Supply Plan")


def test_a_busy_moment_in_the_middle_of_a_write_does_no_harm(live, excel, book, waits):
    hits = iter(range(100))

    def busy_once(action, name):
        if action == "write" and next(hits) == 0:
            raise ExcelError("Call was rejected by callee.", -2147418111)

    excel.refuse = busy_once
    live.write_table("Supply Plan", HEADER, MANY)
    live.save()
    assert body(again(book)) == MANY and waits == [0.1]


@pytest.mark.parametrize("action", ["set screen_updating", "set calculation", "unprotect", "protect", "resize", "format"])
def test_excel_may_be_busy_at_any_moment(live, excel, book, action):
    left = [1, 1]

    def busy_twice(asked, name):
        if asked == action and left:
            left.pop()
            raise ExcelError("Call was rejected by callee.", -2147418111)

    before = settings(excel)
    sheet(book).protection = Protection()
    live.write_table("Supply Plan", HEADER, MANY)
    excel.refuse = busy_twice
    live.save()
    assert not left
    assert body(again(book)) == MANY and sheet(book).protection == Protection() and settings(excel) == before


def test_other_errors_are_not_tried_again(waits):
    with pytest.raises(ZeroDivisionError):
        Patience(sleep=waits)(lambda: 1 / 0)
    assert not waits


# all or nothing


def refusing(action, name):
    """Excel refuses that action on that sheet, once."""
    left = [1]

    def refuse(asked, on):
        if (asked, on) == (action, name) and left:
            left.pop()
            raise ExcelError("Not enough memory")

    return refuse


def standing(book):
    """Everything that a planner can see or use."""
    return {
        s.name: ({p: (c.value, c.formula) for p, c in s.cells.items() if c.value is not None}, [(t.name, t.area, t.totals) for t in s.tables], s.protection)
        for s in book.sheets
    }


@pytest.mark.parametrize(("action", "name"), [("write", "Capacity"), ("resize", "Capacity"), ("write", "Home"), ("format", "Capacity")])
def test_when_a_later_write_fails_the_earlier_ones_are_taken_back(live, book, excel, action, name):
    for s in book.sheets:
        s.protection = Protection()
    sheet(book).cell(5, 2).value = "007"
    sheet(book).put_formula(sheet(book).cell(5, 3), "=A1*2")
    before = standing(book)
    live.write_table("Supply Plan", HEADER, MANY)
    live.write_table("Capacity", ["Item", "2026-12", "2027-01", "2027-02"], [["oven", 1.0, 2.0, 3.0], ["mill", 1.0, 2.0, 3.0]])
    live.write_name("as_of", "now")
    excel.refuse = refusing(action, name)
    with pytest.raises(HostError, match=rf"{name}.*: Excel refused the write \(.*Not enough memory.*everything is as it was"):
        live.save()
    assert standing(book) == before


def test_stopping_in_the_middle_takes_everything_back(live, book, excel):
    before = standing(book)

    def stop(action, name):
        if (action, name) == ("write", "Capacity") and excel.calls["write", "Capacity"] == 1:
            raise KeyboardInterrupt

    live.write_table("Supply Plan", HEADER, MANY)
    live.write_table("Capacity", PERIODS, [["oven", 1.0, 2.0]])
    excel.refuse = stop
    with pytest.raises(KeyboardInterrupt):
        live.save()
    assert standing(book) == before


def test_what_cannot_be_taken_back_is_named(live, excel):
    def refuse(action, name):
        if action == "write" and name == "Capacity":
            raise ExcelError("Not enough memory")

    live.write_table("Capacity", PERIODS, [["oven", 1.0, 2.0]])
    excel.refuse = refuse
    with pytest.raises(HostError, match="could not take back all of it: Capacity may be changed; close without saving"):
        live.save()


def test_a_table_that_a_person_blocked_after_it_was_read_is_refused_before_anything_is_written(live, book):
    live.write_table("Supply Plan", HEADER, MANY)
    live.write_table("Capacity", PERIODS, [["oven", 1.0, 2.0]])
    sheet(book).type(50, 3, "my note")
    before = standing(book)
    with pytest.raises(HostError, match="Supply Plan!C50: the table SupplyPlan needs this cell to grow, and it is not empty"):
        live.save()
    assert standing(book) == before


def test_a_formula_that_shows_nothing_is_not_an_empty_cell(live, book):
    sheet(book).put_formula(sheet(book).cell(7, 3), '=""')
    live.write_table("Supply Plan", HEADER, MANY)
    with pytest.raises(HostError, match="Supply Plan!C7"):
        live.save()


# protection


def test_protection_comes_back_with_everything_that_was_allowed(live, book):
    allowed = tuple(k % 2 == 0 for k in range(11))
    sheet(book).protection, sheet(book).selection = Protection("", (False, True, True, False), allowed), 1
    live.write_table("Supply Plan", HEADER, MANY)
    live.save()
    assert sheet(book).protection == Protection("", (False, True, True, False), allowed)
    assert sheet(book).selection == 1


def test_a_password_is_respected_and_nothing_is_written(live, book):
    sheet(book, "Capacity").protection = Protection("secret")
    before = standing(book)
    live.write_table("Supply Plan", HEADER, MANY)
    live.write_table("Capacity", PERIODS, [["oven", 1.0, 2.0]])
    with pytest.raises(HostError, match="Capacity is protected with a password; lift that"):
        live.save()
    assert standing(book) == before


def test_on_a_mac_protection_speaks_another_language():
    class Property:
        def __init__(self, value):
            self.value = value

        def get(self):
            return self.value

    class MacSheet:
        protect_contents, protect_drawing_objects, protect_scenarios = Property(True), Property(False), Property(True)

        def __init__(self):
            self.calls: list[tuple[str, object]] = []

        def unprotect(self, password):
            self.calls.append(("unprotect", password))

        def protect_worksheet(self, **parts):
            self.calls.append(("protect", parts))

    native = MacSheet()
    with unlocked(type("Sheet", (), {"api": native, "name": "Supply Plan"}), Patience()):
        assert native.calls == [("unprotect", "")]
    assert native.calls[1] == ("protect", {"password": "", "drawing_objects": False, "worksheet_contents": True, "scenarios": True})


# what else stands on a sheet


def test_a_column_that_a_person_added_with_a_formula_stays_after_ours(live, book):
    target = sheet(book)
    target.type(3, 4, "Cost")
    target.resize(target.tables[0], (3, 2, 5, 4))
    target.fill_formula((4, 4, 5, 4), "=C4*2")
    live.write_table("Supply Plan", ["Item", "Note", "Quantity"], [["a", "new", 1.0], ["b", "newer", 2.0], ["c", None, 3.0]])
    live.save()
    block = again(book).read_block("Supply Plan")
    assert block.rows[2] == [None, "Item", "Note", "Quantity", "Cost"]
    assert [target.cell(row, 5).formula for row in (4, 5, 6)] == ["=C4*2", "=C5*2", "=C6*2"]


def test_a_totals_row_stays_below_the_last_row(live, book):
    target = sheet(book)
    target.show_totals(target.tables[0], True)
    target.put_formula(target.cell(6, 3), "=SUBTOTAL(109,[Quantity])")
    live.write_table("Supply Plan", HEADER, [["a", 1.0], ["b", 2.0], ["c", 3.0]])
    live.save()
    assert target.tables[0].area == (3, 2, 7, 3) and target.tables[0].totals
    assert target.cell(7, 3).formula == "=SUBTOTAL(109,[Quantity])"
    assert target.cell(6, 3).value == 3.0


def test_a_header_row_that_is_switched_off_is_refused(live, book):
    sheet(book).tables[0].headers = False
    live.write_table("Supply Plan", HEADER, MANY)
    with pytest.raises(HostError, match="Supply Plan!B3: the header row of the table SupplyPlan is switched off"):
        live.save()


@pytest.mark.parametrize(
    ("attribute", "area", "says"),
    [("merged", (8, 3, 8, 5), "Supply Plan!C8: merged cells stand where this write goes; unmerge them"),
     ("arrays", (9, 2, 10, 2), "Supply Plan!B9: an array formula stands where this write goes; move it")],
)  # fmt: skip
def test_what_a_write_would_tear_is_refused_with_its_address(live, book, attribute, area, says):
    getattr(sheet(book), attribute).append(area)
    live.write_table("Supply Plan", HEADER, MANY)
    with pytest.raises(HostError, match=says):
        live.save()


def test_growing_into_another_table_is_refused(live, book):
    target = sheet(book)
    target.type(9, 2, None)
    target.add_table("Mine", (9, 2, 10, 3))
    for column in (2, 3):
        target.cells[9, column].value = None  # so that only the table itself is in the way
    live.write_table("Supply Plan", HEADER, MANY)
    with pytest.raises(HostError, match="Supply Plan!B9: the table Mine stands where this write goes; move it"):
        live.save()


def test_of_several_tables_the_one_named_like_the_sheet_is_meant(live, book):
    target = sheet(book)
    target.type(3, 7, "Mine")
    target.add_table("Mine", (3, 7, 4, 7))
    assert live.table_place("Supply Plan") == (3, 2, 5, 3)


# formulas elsewhere


def test_a_formula_that_cites_a_column_by_name_keeps_its_month(live, book):
    """The window moves on by a month: Excel would turn the citation of December into one of January."""
    home = sheet(book, "Home")
    home.protection = Protection()
    home.put_formula(home.cell(8, 1), "=SUM(Capacity[2026-12])")
    book.names["december"] = "=Capacity[2026-12]"
    live.write_table("Capacity", ["Item", "2026-12", "2027-01"], [["mixer", 20.0, 30.0]])
    live.save()
    assert home.cell(8, 1).formula == "=SUM(Capacity[2026-12])"
    assert book.names["december"] == "=Capacity[2026-12]"
    assert home.protection == Protection()


@pytest.mark.parametrize("where", ["cell", "name"])
def test_a_write_that_removes_a_cited_column_is_refused(live, book, where):
    home = sheet(book, "Home")
    if where == "cell":
        home.put_formula(home.cell(8, 1), "=SUM(Capacity[2026-11])")
    else:
        book.names["november"] = "=Capacity[2026-11]"
    before = standing(book)
    live.write_table("Capacity", ["Item", "2026-12", "2027-01"], [["mixer", 20.0, 30.0]])
    place = "Home!A8" if where == "cell" else "the name november"
    with pytest.raises(HostError, match=rf"{place}: its formula cites Capacity\[2026-11\], a column that this write removes"):
        live.save()
    assert standing(book) == before


# names and the workbook


def test_a_name_of_several_cells_is_refused(live, book):
    book.names["span"] = "=Home!$A$1:$B$2"
    with pytest.raises(HostError, match=r"plan\.xlsx: the name span is not one cell but"):
        live.read_name("span")
    assert "span" not in live.cell_names()


def test_a_named_cell_keeps_its_format(live, book):
    cell = sheet(book, "Home").cell(4, 3)
    cell.format = "0.0"
    live.write_name("as_of", "2026-11-22")
    live.save()
    assert (cell.value, cell.format) == ("2026-11-22", "0.0")


def test_a_named_cell_in_the_middle_of_a_merged_range_is_refused(live, book):
    sheet(book, "Home").merged.append((4, 2, 4, 3))
    with pytest.raises(HostError, match="Home!C4: the cell is hidden in a merged range; unmerge it"):
        live.write_name("as_of", 1)


def test_a_workbook_that_was_closed_is_one_clear_line(live, book, excel):
    excel.books.clear()
    with pytest.raises(HostError, match=r"plan\.xlsx is no longer open in Excel; open it and run again"):
        live.check_writable()


def test_a_cell_far_out_makes_a_sheet_too_large_to_read(live, book):
    sheet(book).cell(1_048_576, 300).value = "x"
    with pytest.raises(HostError, match=r"Supply Plan!KN1048576: a cell so far out makes the sheet too large to read"):
        live.read_block("Supply Plan")
