"""Commands on an open workbook: a real process beside it, progress, stop, what people did meanwhile, and the way back.

The open workbook is one in memory; Excel differs from it only behind the host.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from company import labels
from desk import IN_FRONT, PATH, PATIENCE, Desk
from excel_in_memory import ExcelInMemory
from xlwings_engine import open_book, xlwings_book

from sop_xl import ribbon
from sop_xl.commands import runs
from sop_xl.commands.kept_results import Kept, keep, kept_results
from sop_xl.commands.lines import read_lines, write_lines
from sop_xl.commands.profile import kept_file, log_file, run_folder
from sop_xl.commands.runs import (
    ORDER,
    PROCESS,
    SECONDS_BETWEEN_STATUS,
    STATUS,
    ProcessMark,
    Run,
    StatusFile,
    forget_old_runs,
)
from sop_xl.commands.tables import plain_table
from sop_xl.errors import HostError
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.live import LiveHost
from sop_xl.hosts.memory import Written
from sop_xl.hosts.snapshot import snapshot
from sop_xl.sheets import sheet


@pytest.fixture(autouse=True)
def own_profile(tmp_path, monkeypatch):
    """Never touch the user's log, runs and kept results; what a test started ends with it."""
    monkeypatch.setenv("SOP_XL_PROFILE", str(tmp_path / "profile"))
    monkeypatch.delenv("SOP_XL_BATCH", raising=False)
    yield
    Run(PATH).stop()


@pytest.fixture(scope="module")
def company_picture(company_template) -> bytes:
    return pickle.dumps(snapshot(HeadlessHost(company_template)))


@pytest.fixture(scope="module")
def planned_picture(planned_template) -> bytes:
    return pickle.dumps(snapshot(HeadlessHost(planned_template)))


@pytest.fixture
def desk(company_picture) -> Desk:
    return Desk(company_picture)


@pytest.fixture
def planned_desk(planned_picture) -> Desk:
    return Desk(planned_picture)


def finished_check(picture: bytes, folder: Path) -> Path:
    """What a check leaves that has ended and that nobody asked for yet, made once by a real process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOP_XL_PROFILE", str(folder))
        Desk(picture).ask("check", write="1")
        process = Run(PATH).process()
        if process is not None:
            process.wait(PATIENCE)
        assert Run(PATH).status().state == "finished"
    return folder


@pytest.fixture(scope="module")
def left_by_check(company_picture, tmp_path_factory) -> Path:
    return finished_check(company_picture, tmp_path_factory.mktemp("check") / "profile")


@pytest.fixture(scope="module")
def left_by_check_of_plan(planned_picture, tmp_path_factory) -> Path:
    return finished_check(planned_picture, tmp_path_factory.mktemp("planned") / "profile")


@pytest.fixture
def checked(desk, left_by_check, tmp_path) -> Desk:
    """A desk whose check has ended."""
    shutil.copytree(left_by_check, tmp_path / "profile")
    return desk


@pytest.fixture
def checked_plan(planned_desk, left_by_check_of_plan, tmp_path) -> Desk:
    shutil.copytree(left_by_check_of_plan, tmp_path / "profile")
    return planned_desk


class TestARun:
    def test_it_writes_what_the_command_line_writes(self, desk, planned_template):
        assert desk.ask("regenerate", as_of="2025-01-06")["state"] == "running"
        last = desk.wait()
        assert last["state"] == "done"
        assert "series planned from 2025-01 on" in last["message"]
        file = HeadlessHost(planned_template)
        for name in ("Baseline Forecast", "Supply Plan", "Financial Plan", "KPIs", "Run Log", "Problems"):
            assert plain_table(sheet(name), desk.book.read_block(name)) == plain_table(sheet(name), file.read_block(name)), name
        assert desk.book.read_name("sop_status") == "planned"

    def test_nothing_is_written_before_it_is_collected(self, desk):
        before = desk.everything()
        desk.ask("check", write="1")
        Run(PATH).process().wait(PATIENCE)
        assert desk.everything() == before
        assert desk.ask("poll")["state"] == "done"
        assert desk.everything() != before

    def test_a_second_one_on_the_same_workbook_is_refused(self, desk):
        desk.ask("check", write="1")
        assert "under way already" in desk.ask("regenerate")["message"]
        assert desk.wait()["state"] == "done"

    def test_after_it_its_folder_is_gone_and_the_log_has_it_with_its_id_on_every_line(self, checked):
        run_id = Run(PATH).order().run
        checked.ask("poll")
        assert not run_folder(PATH).exists()
        lines = [line for line in log_file().read_text(encoding="utf-8").splitlines() if f" {run_id} " in line]
        assert any("check {'write': '1'} of " + PATH in line for line in lines)
        assert any("sheets written to" in line for line in lines)
        assert log_file().read_text(encoding="utf-8").count("\n") == len(lines)

    def test_errors_in_the_data_come_as_one_line_and_stop_a_plan(self, desk):
        desk.type("Items", "Unit cost", 0, "cheap")
        before = desk.everything()
        desk.ask("regenerate")
        last = desk.wait()
        assert last["state"] == "problems"
        assert "was not planned and is unchanged" in last["message"] and 'got "cheap"' in last["message"]
        assert desk.everything() == before

    def test_check_lists_errors_on_their_sheet_and_leads_there(self, desk):
        desk.type("Items", "Unit cost", 0, "cheap")
        desk.ask("check", write="1")
        last = desk.wait()
        assert (last["state"], last["go"]) == ("problems", "Problems")
        assert next(line["Sheet"] for line in desk.body("Problems")) == "Items"


class TestStopping:
    def test_the_process_ends_and_nothing_was_written(self, desk):
        before = desk.everything()
        desk.ask("regenerate")
        process = Run(PATH).process()
        assert process is not None
        assert desk.ask("stop") == {"state": "stopped", "message": "Stopped; nothing was written."}
        assert not process.is_running()
        assert desk.everything() == before
        assert desk.ask("poll")["state"] == "stopped"
        assert desk.ask("stop")["message"] == "No run is under way."

    def test_processes_that_the_worker_started_end_with_it(self):
        run = Run(PATH)
        run.folder.mkdir(parents=True)
        child = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE); print(p.pid, flush=True); p.wait()"
        worker = subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE)
        grandchild = psutil.Process(int(worker.stdout.readline()))
        mark = ProcessMark.of(worker.pid)
        (run.folder / PROCESS).write_text(json.dumps({"pid": mark.pid, "started": mark.started}))
        assert run.stop()
        worker.wait(30)
        assert ProcessMark(grandchild.pid, 0).find() is None and not _runs(grandchild)

    def test_another_process_that_got_the_same_number_later_is_left_alone(self):
        run = Run(PATH)
        run.folder.mkdir(parents=True)
        bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        try:
            mark = ProcessMark.of(bystander.pid)
            (run.folder / PROCESS).write_text(json.dumps({"pid": mark.pid, "started": mark.started - 3600}))
            assert not run.stop()
            assert bystander.poll() is None
        finally:
            bystander.kill()
            bystander.wait(30)

    def test_a_run_whose_process_cannot_be_recorded_does_not_go_on_unseen(self, desk, monkeypatch):
        started = []
        real = runs.subprocess.Popen
        write = runs._write_json

        def held(path, content, *, needed=False):
            if path.name == PROCESS:
                assert needed
                raise PermissionError(13, "the file is in use")
            write(path, content, needed=needed)

        monkeypatch.setattr(runs.subprocess, "Popen", lambda *a, **k: started.append(real(*a, **k)) or started[-1])
        monkeypatch.setattr(runs, "_write_json", held)
        last = desk.ask("check", write="1")
        assert last["state"] == "failed" and "could not be started" in last["message"]
        assert started[0].poll() is not None

    def test_a_worker_that_dies_gives_one_line(self, desk):
        before = desk.everything()
        desk.ask("regenerate")
        Run(PATH).process().kill()
        last = desk.wait()
        assert last == {"state": "failed", "message": "the run broke off before its end, so nothing was written; Open log has the details"}
        assert desk.everything() == before
        assert "ended without a result" in log_file().read_text(encoding="utf-8")

    def test_what_a_crashed_excel_left_goes_after_a_day(self, desk):
        fresh, old = Run("fresh.xlsx").folder, Run("old.xlsx").folder
        for folder in (fresh, old):
            folder.mkdir(parents=True)
        os.utime(old, (0, 0))
        forget_old_runs()
        assert (fresh.exists(), old.exists()) == (True, False)

    def test_a_run_ends_by_itself_when_excel_is_gone(self, tmp_path):
        ended = subprocess.Popen([sys.executable, "-c", ""])
        mark = ProcessMark.of(ended.pid)
        ended.wait(30)
        with pytest.raises(SystemExit):
            StatusFile(tmp_path, mark).say("Planning supply")
        assert not (tmp_path / STATUS).exists()


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


class TestProgress:
    def test_it_is_told_with_its_share(self, tmp_path, monkeypatch):
        monkeypatch.setenv("SOP_XL_PROFILE", str(tmp_path))
        run = Run("x.xlsx")
        run.folder.mkdir(parents=True)
        StatusFile(run.folder, ProcessMark.of(os.getpid())).say("Fitting models", 30, 120)
        assert (run.status().message, run.status().percent) == ("Fitting models", 25)

    def test_it_is_told_no_more_than_five_times_a_second(self, tmp_path, monkeypatch):
        clock = [100.0]
        monkeypatch.setattr("sop_xl.commands.runs.time.monotonic", lambda: clock[0])
        said = []
        monkeypatch.setattr("sop_xl.commands.runs._write_json", lambda path, content, needed=False: said.append(content["done"]))
        status = StatusFile(tmp_path, ProcessMark.of(os.getpid()))
        for k in range(1000):
            status.say("Fitting models", k, 1000)
            clock[0] += 0.001
        assert len(said) <= 1 / SECONDS_BETWEEN_STATUS + 1
        assert said[0] == 0

    def test_before_the_first_word_python_is_starting(self, tmp_path, monkeypatch):
        monkeypatch.setenv("SOP_XL_PROFILE", str(tmp_path))
        assert Run("x.xlsx").status().message == "Starting Python"


class TestWhatPeopleDoMeanwhile:
    def test_an_edited_input_stays_and_the_results_say_that_they_are_older(self, checked):
        checked.type("Items", "Name", 0, "Renamed during the run")
        last = checked.ask("poll")
        assert last["state"] == "done"
        assert "Items was edited while the run went on; these results belong to the inputs of before (fingerprint " in last["message"]
        assert checked.body("Items")[0]["Name"] == "Renamed during the run"
        lines = [line for line in checked.body("Problems") if line["Rule"] == "edited-during-run"]
        assert [(line["Sheet"], line["Severity"]) for line in lines] == [("Items", "warning")]

    def test_an_input_that_only_moved_is_not_edited(self, checked):
        checked.book.sheets["Items"].cells[1, 30] = "a remark beside the table"
        assert "edited" not in checked.ask("poll")["message"]

    def test_words_typed_beside_results_outlive_them(self, checked_plan):
        lines = checked_plan.body("Budget Mapping")
        checked_plan.type("Budget Mapping", "Confirmed", len(lines) - 1, "yes")
        assert checked_plan.ask("poll")["state"] == "done"
        confirmed = [line["Confirmed"] for line in checked_plan.body("Budget Mapping")]
        assert confirmed == [line["Confirmed"] for line in lines[:-1]] + ["yes"]

    def test_words_whose_line_is_not_among_the_new_results_stop_the_write(self, checked_plan):
        lines = checked_plan.body("Budget Mapping")
        checked_plan.type("Budget Mapping", labels("Budget Mapping")[0], len(lines) - 1, "another layout")
        checked_plan.type("Budget Mapping", "Confirmed", len(lines) - 1, "no")
        before = checked_plan.everything()
        last = checked_plan.ask("poll")
        assert last["state"] == "failed" and "on which somebody wrote during the run" in last["message"]
        assert checked_plan.everything() == before

    def test_a_sheet_that_was_deleted_stops_the_write(self, checked):
        del checked.book.sheets["Problems"]
        before = checked.everything()
        last = checked.ask("poll")
        assert last["state"] == "failed"
        assert last["message"].startswith("the workbook has no sheet Problems any more, so nothing was written; bring it back and try again. ")
        assert checked.everything() == before

    def test_finished_results_that_the_workbook_refuses_are_written_when_the_button_is_pressed_again(self, checked, monkeypatch):
        def busy():
            raise HostError("Excel is busy: a cell is being edited or a dialog is open")

        before = checked.everything()
        with monkeypatch.context() as patch:
            patch.setattr(checked.book, "check_writable", busy)
            last = checked.ask("poll")
        assert last["state"] == "failed" and last["message"].startswith("Excel is busy") and "press the same button again" in last["message"]
        assert checked.everything() == before
        assert checked.ask("check", write="1") == {"state": "running", "message": "Writing the finished results"}
        assert checked.ask("poll")["state"] == "done"
        assert checked.everything() != before
        assert not run_folder(PATH).exists()

    def test_results_that_the_workbook_refuses_give_way_to_another_command(self, checked, monkeypatch):
        def busy():
            raise HostError("Excel is busy")

        with monkeypatch.context() as patch:
            patch.setattr(checked.book, "check_writable", busy)
            checked.ask("poll")
        assert checked.ask("check")["message"] == "Starting Python"  # without writing: another order
        assert checked.ask("stop")["state"] == "stopped"

    def test_a_refused_write_leaves_the_way_back_that_there_was(self, checked, monkeypatch):
        keep(Kept(PATH, "regenerate", "2026-01-01T10:00", Written()))

        def protected():
            raise HostError("Problems is protected with a password")

        with monkeypatch.context() as patch:
            patch.setattr(checked.book, "save", protected)
            assert checked.ask("poll")["state"] == "failed"
        assert (kept_results(PATH).command, kept_results(PATH).when) == ("regenerate", "2026-01-01T10:00")

    def test_a_refused_first_write_leaves_no_way_back(self, checked, monkeypatch):
        def protected():
            raise HostError("Problems is protected with a password")

        with monkeypatch.context() as patch:
            patch.setattr(checked.book, "save", protected)
            assert checked.ask("poll")["state"] == "failed"
        assert not kept_file(PATH).exists()

    def test_a_workbook_that_was_closed_is_said_so(self, checked):

        def closed(given):
            raise HostError("company.xlsx is no longer open in Excel, so nothing was written")

        last = read_lines(ribbon.run("poll", write_lines(IN_FRONT), closed))
        assert last == {"state": "failed", "message": "company.xlsx is no longer open in Excel, so nothing was written"}
        assert not run_folder(PATH).exists()


class TestGoingBack:
    def test_restore_asks_then_writes_back_and_once_more_brings_the_later_results(self, checked):
        before = checked.everything()
        checked.ask("poll")
        after = checked.everything()
        asked = checked.ask("restore")
        assert (asked["state"], asked["ask"]) == ("ask", "confirm")
        assert asked["question"].startswith("Write back the results from before check of ")
        assert checked.everything() == after
        last = checked.ask("restore", confirmed="1")
        assert last["state"] == "done" and last["message"].startswith("Results from before check of ")
        assert checked.everything() == before
        checked.ask("restore", confirmed="1")
        assert checked.everything() == after

    def test_in_batch_nothing_is_asked(self, checked, monkeypatch):
        checked.ask("poll")
        monkeypatch.setenv("SOP_XL_BATCH", "1")
        assert checked.ask("restore")["state"] == "done"

    def test_without_a_run_there_is_nothing_to_go_back_to(self, desk):
        assert desk.ask("restore")["message"].startswith("there are no previous results to restore")

    def test_each_workbook_has_its_own(self, checked):
        checked.ask("poll")
        assert kept_file(PATH).exists()
        assert kept_file(PATH.upper()) == kept_file(PATH)
        assert kept_file("D:\\other\\company.xlsx") != kept_file(PATH)

    def test_damaged_results_are_one_line_and_change_nothing(self, checked):
        checked.ask("poll")
        kept_file(PATH).write_bytes(b"not ours")
        before = checked.everything()
        assert "damaged" in checked.ask("restore", confirmed="1")["message"]
        assert checked.everything() == before

    def test_results_that_cannot_be_kept_are_not_overwritten(self, checked, monkeypatch):
        kept_file(PATH).parent.parent.mkdir(exist_ok=True)
        kept_file(PATH).parent.write_text("a file in the folder's place")
        before = checked.everything()
        last = checked.ask("poll")
        assert last["state"] == "failed" and "could not be kept, so nothing was written" in last["message"]
        assert checked.everything() == before


class TestShortCommands:
    def test_import_asks_for_the_file_then_adds_its_rows_and_can_be_taken_back(self, desk, tmp_path):
        file = tmp_path / "items.csv"
        header = labels("Items")
        file.write_text(",".join(header) + "\n" + ",".join({"Item": "0099", "Name": "Stool"}.get(h, "") for h in header) + "\n", encoding="utf-8")
        asked = desk.ask("import")
        assert (asked["ask"], asked["question"]) == ("file", "Import into Items")
        before = desk.body("Items")
        last = desk.ask("import", file=str(file))
        assert last["state"] == "done" and "1 lines added" in last["message"]
        assert desk.body("Items")[-1]["Item"] == "0099"
        asked = desk.ask("restore")["question"]
        assert "inputs of Items typed since " in asked and asked.endswith(" go too.")
        last = desk.ask("restore", confirmed="1")
        assert desk.body("Items") == before
        assert "The input Items is as before it, too" in last["message"]

    def test_a_budget_in_finance_s_own_shape_is_understood_as_on_the_command_line(self, desk, tmp_path):
        file = tmp_path / "budget.csv"
        file.write_text("Budget 2025 in TEUR;;\nFamily;Q1 2025;Q2 2025\nChairs;60;66\nTables;90;99\nTotal;150;165\n", encoding="utf-8")
        last = desk.ask("import", sheet="Budget", file=str(file), replace="1")
        assert last["state"] == "done", last
        assert {row["Taken as"] for row in desk.body("Budget Mapping")} >= {"family Chairs", "family Tables"}

    def test_taking_back_a_run_says_nothing_of_inputs(self, checked):
        checked.ask("poll")
        assert "inputs" not in checked.ask("restore")["question"]

    def test_import_into_an_output_is_refused(self, desk):
        assert "expected the name of an input sheet" in desk.ask("import", sheet="Supply Plan")["message"]

    def test_a_file_with_problems_changes_nothing(self, desk, tmp_path):
        (tmp_path / "items.csv").write_text("Item,Description,Unit cost\n0099,Stool,cheap\n", encoding="utf-8")
        before = desk.everything()
        last = desk.ask("import", file=str(tmp_path / "items.csv"))
        assert last["state"] == "problems"
        assert desk.everything() == before

    def test_export_writes_every_table_to_a_folder(self, desk, tmp_path):
        assert desk.ask("export")["ask"] == "folder"
        last = desk.ask("export", out=str(tmp_path / "out"))
        assert last["state"] == "done"
        assert (tmp_path / "out" / "Items.csv").read_text(encoding="utf-8").startswith("Item,")

    @pytest.mark.parametrize("command", ["import", "export"])
    def test_nothing_is_asked_where_nobody_is(self, desk, command):
        assert desk.ask(command, visible="0")["state"] == "failed"

    def test_about_tells_the_versions_in_a_box_where_somebody_is(self, desk):
        last = desk.ask("about")
        assert last["message"].startswith("sop_xl 0.")
        assert "xlwings 0.37" in last["box"]
        assert "box" not in desk.ask("about", visible="0")


class TestNothingEverRaises:
    def test_a_command_of_another_version(self, desk):
        assert "do not belong together" in desk.ask("approve")["message"]

    def test_a_workbook_that_cannot_be_reached_does_not_keep_the_doctor_away(self):
        def broken(given):
            raise ZeroDivisionError("COM")

        for command in ("about", "doctor"):
            last = read_lines(ribbon.run(command, write_lines(IN_FRONT), broken))
            assert last["state"] in ("done", "problems") and last["message"].startswith("sop_xl ")

    def test_no_workbook(self):
        for command in ("regenerate", "poll", "restore", "import"):
            assert read_lines(ribbon.run(command, "visible=1\n"))["message"] == "open an S&OP workbook first"

    def test_a_mistake_of_ours_is_one_line_and_its_traceback_is_in_the_log(self, desk):
        def broken(given):
            raise ZeroDivisionError("ours")

        last = read_lines(ribbon.run("export", write_lines(IN_FRONT | {"out": "x"}), broken))
        assert last == {"state": "failed", "message": "unexpected ZeroDivisionError; Open log has the details"}
        logged = log_file().read_text(encoding="utf-8").splitlines()
        assert all(" ERROR " in line for line in logged) and len(logged) > 3

    def test_an_order_that_cannot_be_read(self, checked):
        (run_folder(PATH) / ORDER).write_bytes(pickle.dumps("nonsense"))
        assert checked.ask("poll")["message"] == "order.pickle of the run is lost or damaged; run again"


class TestInExcel:
    """The same over the live host and xlwings, whose Excel is the tests' own."""

    @pytest.fixture
    def in_excel(self, desk, monkeypatch):
        book = xlwings_book(open_book(desk.book))
        monkeypatch.setattr("xlwings.apps", [SimpleNamespace(pid=os.getpid(), books=[book])])
        return book

    def test_a_check_is_written_and_taken_back(self, in_excel):
        def ask(command: str, **arguments: str) -> dict[str, str]:
            return read_lines(ribbon.run(command, write_lines(IN_FRONT | arguments)))

        def problems() -> object:
            return plain_table(sheet("Problems"), LiveHost(in_excel).read_block("Problems")).rows

        before = problems()
        in_excel.sheets["Items"].range("F7").value = "cheap"
        assert ask("check", write="1")["state"] == "running"
        Run(PATH).process().wait(PATIENCE)
        assert problems() == before
        last = ask("poll")
        assert (last["state"], last["go"]) == ("problems", "Problems")
        assert problems() != before
        assert ask("restore", confirmed="1")["state"] == "done"
        assert problems() == before
        assert in_excel.app.status_bar in (False, "FALSE", None)

    def test_of_several_excels_the_one_with_this_workbook_is_taken(self, in_excel, monkeypatch):
        other = SimpleNamespace(pid=2, books=[SimpleNamespace(name="company.xlsx", fullname="D:\\company.xlsx")])
        mine = SimpleNamespace(pid=3, books=[SimpleNamespace(name="company.xlsx", fullname=PATH)])
        monkeypatch.setattr("xlwings.apps", [other, mine])
        monkeypatch.setattr("sop_xl.hosts.live.LiveHost", lambda book: book)
        assert ribbon.live_workbook(IN_FRONT).excel == 3

    def test_a_workbook_that_no_excel_has_open_is_said_so(self, in_excel):
        with pytest.raises(HostError, match=r"budget\.xlsx is no longer open in Excel"):
            ribbon.live_workbook({"book": "budget.xlsx", "path": "C:\\budget.xlsx"})


def test_a_mac_follows_a_run_to_its_end_by_itself(desk):
    said, waited = [], []

    def wait(seconds):
        waited.append(seconds)
        if process := Run(PATH).process():
            process.wait(PATIENCE)

    last = ribbon.follow("check", write_lines(IN_FRONT | {"write": "1"}), said.append, desk.open, wait)
    assert last["state"] == "done"
    assert said[0] == "S&OP: Starting Python" and said[-1].startswith("S&OP: ") and waited
    assert ribbon.follow("export", write_lines(IN_FRONT), said.append, desk.open)["message"].endswith("use sop-xl export in the Terminal")


def test_on_a_mac_progress_goes_to_the_status_bar_and_the_bar_back_to_excel(monkeypatch):
    seen, slept = [], []

    class Excel:
        books = (SimpleNamespace(name="company.xlsx"),)

        def __setattr__(self, name, value):
            seen.append((name, value))

    monkeypatch.setattr("xlwings.apps", [Excel()])
    monkeypatch.setattr("sop_xl.ribbon.time.sleep", slept.append)
    ribbon.follow_in_excel("stop", write_lines(IN_FRONT).encode("utf-16-be").hex())
    assert seen == [("status_bar", "S&OP: No run is under way."), ("status_bar", False)]
    assert slept == [ribbon.SECONDS_OF_A_LAST_WORD]


def test_from_the_button_to_the_sheet(desk):
    """The macros in their interpreter, Python behind them, a real process beside both."""
    excel = ExcelInMemory(lambda command, payload: ribbon.run(command, payload, lambda given: ribbon.OpenWorkbook(desk.book, os.getpid())))
    desk.type("Items", "Unit cost", 0, "cheap")
    excel.press("sop_check")
    assert excel.status == "S&OP: Starting Python (Esc twice or Stop ends the run)"
    Run("Book1").process().wait(PATIENCE)
    excel.second()
    assert excel.status.startswith("S&OP: company.xlsx: 1 error")
    assert next(line["Sheet"] for line in desk.body("Problems")) == "Items"
    assert str(excel.label("sop_last_run")).endswith(" check: problems")
