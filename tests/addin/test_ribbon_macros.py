"""The macros behind the buttons, run in an interpreter: what they ask of Python for which workbook, what the planner sees, and that nothing pops up unasked."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from excel_in_memory import ExcelInMemory

from sop_xl import __version__
from sop_xl.addin.catalogue import COMMANDS, Command, Length
from sop_xl.commands.lines import read_lines, write_lines

ASKING = [c for c in COMMANDS if c.length is not Length.EXCEL]
GOING = [c for c in COMMANDS if c.length is Length.EXCEL]


def saying(**values: object):
    """A Python that always answers the same."""
    return lambda command, payload: write_lines(values)


RUNNING = saying(state="running", message="Planning supply", percent=45)
DONE = saying(state="done", message="74 series planned")


def with_sheets(excel: ExcelInMemory, *names: str) -> None:
    for name in names:
        excel.excel.add_module(f'Sub Add{name.replace(" ", "")}()\nWorksheets.Add.Name = "{name}"\nEnd Sub', name=f"M{name.replace(' ', '')}")
        excel.excel.run(f"Add{name.replace(' ', '')}")


@pytest.mark.parametrize("command", ASKING, ids=[c.macro for c in ASKING])
def test_each_button_asks_for_its_command_on_the_workbook_in_front(command: Command):
    excel = ExcelInMemory(DONE)
    excel.press(command.macro)
    name, lines = excel.asked[0]
    assert name == command.name
    assert (lines["book"], lines["path"], lines["sheet"], lines["visible"]) == ("Book1", "Book1", "Sheet1", "1")
    assert {key: lines[key] for key in lines if key not in ("book", "path", "sheet", "visible")} == dict(command.arguments)
    assert excel.status == "S&OP: 74 series planned"
    assert excel.addin == __version__, "every command says which add-in sends it"


@pytest.mark.parametrize("command", GOING, ids=[c.macro for c in GOING])
def test_go_buttons_show_their_sheet_and_ask_nothing_of_python(command: Command):
    excel = ExcelInMemory(DONE)
    sheet = dict(command.arguments)["sheet"]
    with_sheets(excel, sheet, "Elsewhere")
    excel.press(command.macro)
    assert excel.application.active_book.active_sheet.name == sheet
    assert excel.asked == []


def test_a_sheet_that_the_workbook_lacks_or_hides_is_said_so():
    excel = ExcelInMemory(DONE)
    excel.press("sop_go_home")
    assert excel.status == "S&OP: Book1 shows no sheet Home."
    with_sheets(excel, "Home", "Elsewhere")
    excel.excel.add_module('Sub Hide()\nWorksheets("Home").Visible = xlSheetHidden\nEnd Sub', name="Hiding")
    excel.excel.run("Hide")
    excel.press("sop_go_home")
    assert excel.application.active_book.active_sheet.name == "Elsewhere"


class TestALongRun:
    def test_it_is_asked_for_every_second_and_shown_in_the_status_bar(self):
        excel = ExcelInMemory(RUNNING)
        excel.press("sop_regenerate")
        assert excel.status == "S&OP: Planning supply 45 % (Esc twice or Stop ends the run)"
        assert excel.application.scheduled == ["sop_poll"]
        excel.second()
        excel.second()
        assert [name for name, _ in excel.asked] == ["regenerate", "poll", "poll"]
        excel.python = DONE
        excel.second()
        assert excel.status == "S&OP: 74 series planned"
        assert "sop_poll" not in excel.application.scheduled

    def test_it_stays_with_its_workbook_whatever_is_in_front(self):
        excel = ExcelInMemory(RUNNING)
        excel.press("sop_regenerate")
        excel.excel.add_workbook()
        excel.second()
        assert excel.application.active_book.name == "Book2"
        assert excel.asked[-1] == ("poll", {"book": "Book1", "path": "Book1", "sheet": "Sheet1", "visible": "1"})
        excel.press("sop_stop")
        assert excel.asked[-1] == ("stop", {"book": "Book1", "path": "Book1", "sheet": "Sheet1", "visible": "1"})

    def test_only_stop_can_be_pressed_meanwhile_and_the_labels_tell_how_far_it_is(self):
        excel = ExcelInMemory(RUNNING)
        assert (excel.enabled("sop_regenerate"), excel.enabled("sop_stop"), excel.label("sop_regenerate")) == (True, False, "Regenerate")
        assert excel.label("sop_last_run") == "No run yet"
        excel.press("sop_regenerate_supply")
        assert (excel.enabled("sop_regenerate"), excel.enabled("sop_stop"), excel.label("sop_regenerate")) == (False, True, "Running 45 %")
        refreshed = excel.ribbon.refreshed
        assert refreshed > 0
        excel.python = DONE
        excel.second()
        assert (excel.enabled("sop_regenerate"), excel.enabled("sop_stop"), excel.label("sop_regenerate")) == (True, False, "Regenerate")
        assert str(excel.label("sop_last_run")).endswith(" regenerate: done")
        assert excel.ribbon.refreshed > refreshed

    def test_another_command_is_refused_until_it_has_ended(self):
        excel = ExcelInMemory(RUNNING)
        excel.press("sop_regenerate")
        excel.press("sop_check")
        assert len(excel.asked) == 1
        assert excel.status == "S&OP: A run is under way 45 %; press Stop first."

    def test_stop_ends_it_and_nothing_is_asked_any_more(self):
        excel = ExcelInMemory(RUNNING)
        excel.press("sop_regenerate")
        excel.python = saying(state="stopped", message="Stopped; nothing was written.")
        excel.press("sop_stop")
        assert excel.status == "S&OP: Stopped; nothing was written."
        asked = len(excel.asked)
        excel.second()
        assert len(excel.asked) == asked
        assert str(excel.label("sop_last_run")).endswith(" regenerate: stopped")

    def test_escape_pressed_once_is_excels_own_and_twice_stops(self):
        excel = ExcelInMemory(RUNNING)
        excel.hit_escape()
        assert excel.asked == [], "without a run Esc is not ours"
        excel.press("sop_regenerate")
        excel.hit_escape()
        assert excel.status == "S&OP: press Esc again to stop the run."
        assert [name for name, _ in excel.asked] == ["regenerate"]
        excel.python = saying(state="stopped", message="Stopped; nothing was written.")
        excel.hit_escape()
        assert [name for name, _ in excel.asked] == ["regenerate", "stop"]
        assert excel.application.keys == {}, "Esc is given back"

    def test_a_question_that_fails_for_a_moment_does_not_end_it(self):
        excel = ExcelInMemory(RUNNING)
        excel.press("sop_regenerate")
        excel.python = _lost
        for _ in range(5):
            excel.second()
        assert excel.enabled("sop_stop") is True
        excel.python = DONE
        excel.second()
        assert excel.status == "S&OP: 74 series planned"

    def test_python_that_stays_silent_ends_it_with_a_line(self):
        excel = ExcelInMemory(RUNNING)
        excel.press("sop_regenerate")
        excel.python = _lost
        for _ in range(10):
            excel.second()
        assert excel.status == "S&OP: Python did not answer (the server is gone); run sop-xl doctor."
        assert (excel.enabled("sop_regenerate"), excel.application.keys) == (True, {})
        assert str(excel.label("sop_last_run")).endswith(" regenerate: failed")

    def test_leaving_excel_stops_it_and_takes_back_what_was_put_off(self):
        excel = ExcelInMemory(RUNNING)
        excel.press("sop_regenerate")
        excel.python = saying(state="stopped", message="Stopped; nothing was written.")
        excel.excel.run("sop_leave")
        assert excel.application.scheduled == [], "any call that stays behind opens the add-in again"
        assert excel.asked[-1][0] == "stop"
        assert (excel.application.keys, excel.status) == ({}, "False")

    def test_leaving_without_a_run_takes_back_the_end_of_messages_too(self):
        excel = ExcelInMemory(DONE)
        excel.press("sop_check")
        excel.press("sop_check")
        assert excel.application.scheduled == ["sop_clear_message"], "one is enough"
        excel.excel.run("sop_leave")
        assert excel.application.scheduled == []
        assert [name for name, _ in excel.asked] == ["check", "check"]


def _lost(command: str, payload: str) -> str:
    raise ConnectionError("the server is gone")


def test_errors_are_one_line_in_the_status_bar_and_no_window():
    excel = ExcelInMemory(saying(state="failed", message='Items!C4: expected a number, got "n/a"'))
    excel.press("sop_check")
    assert excel.status == 'S&OP: Items!C4: expected a number, got "n/a"'
    assert excel.excel.dialogs == []


@pytest.mark.parametrize("answer", ["", "no line of ours", "state=done\n"])
def test_an_answer_without_sense_does_no_harm(answer):
    excel = ExcelInMemory(lambda command, payload: answer)
    excel.press("sop_check")
    assert excel.enabled("sop_check") is True
    assert excel.excel.dialogs == []


def test_the_pointer_is_as_it_was_after_success_and_after_failure():
    for python in (DONE, _lost):
        excel = ExcelInMemory(python)
        excel.press("sop_check")
        assert excel.application.pointer == [-4143, 2, -4143]


def test_the_status_bar_goes_back_to_excel_when_the_message_is_old():
    excel = ExcelInMemory(DONE)
    excel.excel.freeze_clock(datetime(2026, 11, 26, 14, 5))
    excel.press("sop_check")
    assert excel.application.scheduled == ["sop_clear_message"]
    excel.excel.run("sop_clear_message")
    assert excel.status == "S&OP: 74 series planned", "another message came meanwhile"
    excel.excel.freeze_clock(datetime(2026, 11, 26, 14, 5, 20))
    excel.excel.run("sop_clear_message")
    assert excel.status == "False"


def test_paths_and_sheets_reach_python_unharmed_and_so_do_its_answers():
    excel = ExcelInMemory(saying(state="done", message="C:\\new\\name written\nsecond line"))
    excel.application.active_book.active_sheet.name = "Net \\n Sheet"
    excel.press("sop_check")
    assert excel.asked[0][1]["sheet"] == "Net \\n Sheet"
    assert excel.status == "S&OP: C:\\new\\name written\nsecond line"


class TestQuestions:
    def test_import_asks_for_a_file_and_hands_it_over(self):
        excel = ExcelInMemory(lambda command, payload: write_lines({"state": "done", "message": "12 lines"} if "file=" in payload else {"state": "ask", "ask": "file", "question": "Import into Items", "filter": "Tables,*.csv"}))
        excel.application.picked_file = "C:\\new items.csv"
        excel.press("sop_import")
        assert [lines.get("file") for _, lines in excel.asked] == [None, "C:\\new items.csv"]
        assert excel.status == "S&OP: 12 lines"

    def test_export_asks_for_a_folder(self):
        excel = ExcelInMemory(saying(state="ask", ask="folder", question="Folder"))
        excel.application.picked_folder = "D:\\out"
        excel.press("sop_export")
        assert excel.asked[1][1]["out"] == "D:\\out"

    def test_restore_asks_first(self):
        excel = ExcelInMemory(saying(state="ask", ask="confirm", question="Write back 24 sheets?"))
        excel.excel.answer_dialogs(1)
        excel.press("sop_restore")
        assert excel.excel.dialogs[0][1] == "Write back 24 sheets?"
        assert excel.asked[1][1]["confirmed"] == "1"

    def test_publish_asks_for_a_name_and_hands_it_over(self):
        excel = ExcelInMemory(lambda command, payload: write_lines({"state": "done", "message": "published"} if "by=" in payload else {"state": "ask", "ask": "text", "key": "by", "question": "Who approved the plan of 2025-01?"}))
        excel.excel.answer_dialogs(" Ada Miller ")
        excel.press("sop_publish")
        assert excel.excel.dialogs[0][:2] == ("InputBox", "Who approved the plan of 2025-01?")
        assert [(name, lines.get("by")) for name, lines in excel.asked] == [("publish", None), ("publish", "Ada Miller")]
        assert excel.status == "S&OP: published"

    def test_promote_asks_one_thing_after_the_other_and_keeps_what_was_answered(self):
        def python(command, payload):
            given = read_lines(payload)
            missing = next((key for key in ("name", "by") if key not in given), "")
            return write_lines({"state": "ask", "ask": "text", "key": missing, "question": f"{missing}?"} if missing else {"state": "done", "message": "promoted"})

        excel = ExcelInMemory(python)
        excel.excel.answer_dialogs("Lead times x2", "Ada Miller")
        excel.press("sop_scenario_promote")
        assert [(lines.get("name"), lines.get("by")) for _, lines in excel.asked] == [(None, None), ("Lead times x2", None), ("Lead times x2", "Ada Miller")]
        assert excel.status == "S&OP: promoted"

    def test_a_long_run_that_asked_first_runs_like_any_other(self):
        excel = ExcelInMemory(lambda command, payload: RUNNING(command, payload) if "confirmed=1" in payload else write_lines({"state": "ask", "ask": "confirm", "question": "Close 2025-01?"}))
        excel.excel.answer_dialogs(1)
        excel.press("sop_roll")
        assert excel.status == "S&OP: Planning supply 45 % (Esc twice or Stop ends the run)"
        assert excel.application.scheduled == ["sop_poll"]

    def test_python_that_never_stops_asking_is_not_answered_for_ever(self):
        excel = ExcelInMemory(saying(state="ask", ask="folder", question="Folder"))
        excel.application.picked_folder = "D:\\out"
        excel.press("sop_export")
        assert len(excel.asked) == 4
        assert excel.status == "S&OP: Nothing was done."

    def test_called_off_means_nothing_is_done(self):
        for macro, ask in (("sop_import", "file"), ("sop_export", "folder"), ("sop_restore", "confirm"), ("sop_publish", "text")):
            excel = ExcelInMemory(saying(state="ask", ask=ask, key="by", question="?"))
            excel.excel.answer_dialogs("" if ask == "text" else 2)
            excel.press(macro)
            assert len(excel.asked) == 1
            assert excel.status == "S&OP: Nothing was done."

    def test_nothing_is_asked_where_excel_does_not_show(self):
        for ask in ("file", "folder", "confirm", "text"):
            excel = ExcelInMemory(saying(state="ask", ask=ask, key="by", question="?"))
            excel.application.window_visible = False
            excel.application.picked_file, excel.application.picked_folder = "x.csv", "y"
            excel.press("sop_restore")
            assert excel.asked[0][1]["visible"] == "0"
            assert (len(excel.asked), excel.excel.dialogs) == (1, [])

    def test_a_box_is_shown_only_where_excel_shows(self):
        for visible in (True, False):
            excel = ExcelInMemory(saying(state="done", message="sop_xl 0.1.0", box="sop_xl 0.1.0\nPython 3.11"))
            excel.application.window_visible = visible
            excel.press("sop_about")
            assert [d[1] for d in excel.excel.dialogs] == (["sop_xl 0.1.0\nPython 3.11"] if visible else [])


def test_check_leads_to_the_problems():
    excel = ExcelInMemory(saying(state="problems", message="3 errors", go="Problems"))
    with_sheets(excel, "Problems", "Elsewhere")
    excel.press("sop_check")
    assert excel.application.active_book.active_sheet.name == "Problems"


def test_a_planner_who_went_on_in_another_workbook_is_not_led_away_from_it():
    excel = ExcelInMemory(RUNNING)
    with_sheets(excel, "Problems", "Elsewhere")
    excel.press("sop_check")
    excel.excel.add_workbook()
    two_sheets = 'Sub AddSecond()\nWorksheets.Add.Name = "Problems"\nWorksheets.Add.Name = "Mine"\nEnd Sub'
    excel.excel.add_module(two_sheets, name="Second")
    excel.excel.run("AddSecond")
    excel.python = saying(state="problems", message="3 errors", go="Problems")
    excel.second()
    assert (excel.application.active_book.name, excel.application.active_book.active_sheet.name) == ("Book2", "Mine")
    assert excel.status == "S&OP: 3 errors"


def test_doctor_looks_for_python_anew_but_not_while_a_run_is_under_way():
    excel = ExcelInMemory(RUNNING)
    excel.press("sop_check")
    excel.press("sop_doctor")
    assert excel.application.forgotten == 0
    excel.python = DONE
    excel.second()
    excel.press("sop_doctor")
    assert excel.application.forgotten == 1


class TestOnAMac:
    def test_python_is_started_and_not_waited_for(self):
        excel = ExcelInMemory(DONE)
        excel.application.system = "Macintosh (Intel) 64-bit Version 14.5"
        excel.application.active_book.active_sheet.name = "Größe 'x'"
        excel.press("sop_regenerate_supply")
        assert excel.asked == []
        (code,) = excel.application.python_code
        match = re.fullmatch(r"import sop_xl\.ribbon; sop_xl\.ribbon\.follow_in_excel\('regenerate', '([0-9A-F]+)'\)", code)
        payload = bytes.fromhex(match[1]).decode("utf-16-be")
        assert read_lines(payload) == {"addin": __version__, "book": "Book1", "path": "Book1", "sheet": "Größe 'x'", "visible": "1", "steps": "supply"}
        assert excel.status == "S&OP: Python starts; its progress shows here."
        assert str(excel.label("sop_last_run")).endswith(" regenerate: started")

    def test_stop_can_always_be_pressed(self):
        excel = ExcelInMemory(DONE)
        excel.application.system = "Macintosh (Intel) 64-bit Version 14.5"
        assert (excel.enabled("sop_stop"), excel.enabled("sop_regenerate")) == (True, True)
