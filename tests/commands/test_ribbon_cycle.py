"""The month's commands on the workbook that is open in Excel: what they ask first, what they write, that people's typing is safe, and the way back."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from company import ITEMS, LOCATIONS, append, labels, run
from desk import PATH, Desk

from sop_xl import ribbon_cycle
from sop_xl.commands import pack_open
from sop_xl.commands.runs import Run
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.snapshot import snapshot

JANUARY = [{"Item": item, "Location": place, "Period": "2025-01", "Demand": 50 + k} for k, item in enumerate(ITEMS) for place in LOCATIONS]


@pytest.fixture(autouse=True)
def own_profile(tmp_path, monkeypatch):
    monkeypatch.setenv("SOP_XL_PROFILE", str(tmp_path / "profile"))
    monkeypatch.delenv("SOP_XL_BATCH", raising=False)
    yield
    Run(PATH).stop()


@pytest.fixture(scope="module")
def month_end(planned_template, tmp_path_factory) -> Path:
    """The planned company at the end of January: actuals typed in, a scenario computed, a formula that somebody typed beside the history."""
    path = tmp_path_factory.mktemp("month") / "company.xlsx"
    path.write_bytes(planned_template.read_bytes())
    append(path, "Actuals", *JANUARY)
    append(path, "Scenarios", {"Scenario": "Dearer"}, {"Scenario": "Idea", "State": "off"})
    append(path, "Scenario Drivers", {"Scenario": "Dearer", "Driver": "price", "Value": 0.05}, {"Scenario": "Idea", "Driver": "price", "Value": 0.5})
    assert run("regenerate", path, "--as-of", "2025-01-06", "--recalc", "off", "--quiet").exit_code == 0
    return path


@pytest.fixture
def desk(month_end) -> Desk:
    return Desk(pickle.dumps(snapshot(HeadlessHost(month_end), formulas=True)))


class TestRoll:
    def test_it_asks_for_the_period_and_writes_what_the_command_line_writes(self, desk, month_end, tmp_path):
        asked = desk.ask("roll")
        assert (asked["state"], asked["ask"]) == ("ask", "confirm")
        assert asked["question"].startswith("Close 2025-01 and roll to the next period?")
        assert desk.ask("roll", confirmed="1", as_of="2025-02-05")["state"] == "running"
        last = desk.wait()
        assert last["state"] == "done" and last["message"].startswith("Rolled from 2025-01 to 2025-02"), last
        file = Desk(pickle.dumps(snapshot(HeadlessHost(rolled_file(month_end, tmp_path)))))
        for name in ("Demand History", "Actuals", "Settings", "Consensus Demand", "Supply Plan", "Financial Plan", "Ten Questions"):
            assert desk.body(name) == file.body(name), name
        assert desk.book.read_name("sop_current_period") == "2025-02"

    def test_restore_brings_the_month_back_inputs_included(self, desk):
        names = ("Demand History", "Actuals", "Financial Plan", "Run Log")
        before = {name: desk.body(name) for name in names}
        desk.ask("roll", confirmed="1", as_of="2025-02-05")
        assert desk.wait()["state"] == "done"
        assert desk.body("Demand History") != before["Demand History"]
        asked = desk.ask("restore")["question"]
        assert "Demand History" in asked and asked.endswith(" go too.")
        assert desk.ask("restore", confirmed="1")["state"] == "done"
        assert {name: desk.body(name) for name in names} == before
        assert desk.book.read_name("sop_current_period") == "2025-01"

    def test_history_that_somebody_edits_meanwhile_is_not_overwritten_and_the_way_out_is_said(self, desk):
        desk.ask("roll", confirmed="1", as_of="2025-02-05")
        period = labels("Demand History")
        desk.type("Demand History", period[0], 0, "0019")
        before = desk.everything()
        last = desk.wait()
        assert last["state"] == "failed"
        assert last["message"].startswith("Demand History, which roll changes too, was edited while it ran, so nothing was written; undo that edit")
        assert desk.everything() == before
        desk.type("Demand History", period[0], 0, "0017")
        desk.ask("roll", confirmed="1", as_of="2025-02-05")
        assert desk.wait()["state"] == "done"

    def test_a_formula_that_a_planner_typed_into_an_input_is_there_afterwards(self, desk):
        sheet = desk.book.sheets["Demand History"]
        sheet.formulas[0, len(labels("Demand History"))] = "=20+21"
        desk.ask("roll", confirmed="1", as_of="2025-02-05")
        assert desk.wait()["state"] == "done"
        assert desk.book.table_formulas("Demand History") == {(0, len(labels("Demand History"))): "=20+21"}

    def test_without_actuals_nothing_is_rolled(self, planned_template):
        desk = Desk(pickle.dumps(snapshot(HeadlessHost(planned_template))))
        before = desk.everything()
        desk.ask("roll", confirmed="1")
        last = desk.wait()
        assert last["state"] == "problems" and "expected the actuals of 2025-01" in last["message"]
        assert desk.everything() == before


    def test_a_month_that_was_half_pasted_is_not_rolled_and_the_way_out_is_said(self, planned_template, tmp_path):
        path = tmp_path / "company.xlsx"
        path.write_bytes(planned_template.read_bytes())
        append(path, "Actuals", *JANUARY[:4])
        desk = Desk(pickle.dumps(snapshot(HeadlessHost(path))))
        before = desk.everything()
        desk.ask("roll", confirmed="1")
        last = desk.wait()
        assert last["state"] == "problems"
        assert "4 of 6 items that sold in each of the last 3 periods have no actual of 2025-01: 0019, 0042, 0043, 0044 (state 0 where nothing was sold" in last["message"]
        assert desk.everything() == before


def rolled_file(month_end: Path, folder: Path) -> Path:
    path = folder / "company.xlsx"
    path.write_bytes(month_end.read_bytes())
    done = run("roll", path, "--as-of", "2025-02-05", "--recalc", "off", "--quiet")
    assert done.exit_code == 0, done.output
    return path


class TestPublish:
    def test_it_asks_who_approved_the_plan_and_freezes_it_under_that_name(self, desk):
        asked = desk.ask("publish")
        assert (asked["ask"], asked["key"], asked["question"]) == ("text", "by", "Who approved the plan of 2025-01?")
        desk.book.write_name("MasterCheck", 3)
        assert desk.ask("publish")["question"] == "3 checks disagree. Who approved the plan of 2025-01?"
        desk.book.write_name("MasterCheck", 0)
        inputs = desk.body("Demand History")
        assert desk.ask("publish", by="Ada Miller", as_of="2025-01-07")["state"] == "running"
        last = desk.wait()
        assert last["state"] == "done" and "the plan of 2025-01 is published, version 1, approved by Ada Miller" in last["message"]
        assert [(row["Cycle"], row["Approved by"]) for row in desk.body("Snapshots")] == [("2025-01", "Ada Miller")]
        assert desk.body("Approved Plan")
        before = desk.body("Financial Plan")
        assert desk.body("Demand History") == inputs and desk.book.read_name("sop_approved") != "not approved yet"
        assert desk.ask("restore", confirmed="1")["state"] == "done"
        assert [desk.body(name) for name in ("Snapshots", "Approved Plan", "Published Record")] == [[], [], []], "nobody approved anything"
        assert desk.book.read_name("sop_approved") == "not approved yet" and desk.body("Financial Plan") == before
        desk.ask("restore", confirmed="1")
        assert [row["Approved by"] for row in desk.body("Snapshots")] == ["Ada Miller"], "pressed again, it is approved again"

    def test_where_nobody_sits_a_name_must_come_with_it(self, desk):
        assert "sop-xl publish --by" in desk.ask("publish", visible="0")["message"]
        assert desk.ask("publish", visible="0", by="Night run")["state"] == "running"


class TestScenarios:
    def test_the_standard_ones_are_added_below_and_taken_back(self, desk):
        before = desk.body("Scenarios")
        assert desk.ask("scenario add", every="1")["state"] == "running"
        last = desk.wait()
        assert last["state"] == "done" and last["message"].endswith("scenarios added; the next run computes them")
        after = desk.body("Scenarios")
        assert after[: len(before)] == before and len(after) > len(before)
        assert {row["Scenario"] for row in after} <= {row["Scenario"] for row in desk.body("Scenario Drivers")}
        desk.ask("restore", confirmed="1")
        assert desk.body("Scenarios") == before

    def test_promote_asks_for_one_that_is_computed_and_for_who_decided_it(self, desk):
        asked = desk.ask("scenario promote")
        assert (asked["ask"], asked["key"], asked["default"]) == ("text", "name", "Dearer")
        assert asked["question"] == "Which scenario enters the plan? Its number or its name:\n1 Dearer"
        assert desk.ask("scenario promote", name="Dearer")["question"] == "Who decided that Dearer enters the plan?"
        assert desk.ask("scenario promote", name="1")["question"] == "Who decided that Dearer enters the plan?"
        desk.ask("scenario promote", name="dearer", by="Ada Miller", as_of="2025-01-07")
        assert desk.wait()["state"] == "done"
        assert [row["State"] for row in desk.body("Scenarios")] == ["promoted", "off"]
        assert [(row["Option"], row["Status"], row["Decided by"]) for row in desk.body("Decisions")] == [("Dearer", "approved", "Ada Miller")]
        assert desk.ask("scenario promote")["message"].startswith("there is no scenario to promote")

    def test_a_name_that_is_none_changes_nothing(self, desk):
        before = desk.everything()
        for name in ("Rain", "2", "0"):
            for more in ({}, {"by": "Ada Miller"}):
                last = desk.ask("scenario promote", name=name, **more)
                assert last["state"] == "failed" and f'no scenario "{name}" can be promoted; those that can be: Dearer' in last["message"]
        assert desk.everything() == before


def test_a_question_never_outgrows_the_box_that_asks_it():
    names = [f"Scenario {number}: what if the summer is wet" for number in range(1, 41)]
    asked = ribbon_cycle._choice("Which?", names)
    assert len(asked) <= ribbon_cycle.LONGEST_QUESTION
    assert asked.endswith("and 20 more: see Scenarios") and "20 Scenario 20" in asked
    assert len(ribbon_cycle._choice("Which?", [name * 30 for name in names])) <= ribbon_cycle.LONGEST_QUESTION


class TestPack:
    """Made from the file, which on a planner's machine is the one that Excel has open."""

    @pytest.fixture
    def saved(self, month_end, desk, monkeypatch) -> Desk:
        monkeypatch.setattr(pack_open, "find_libreoffice", lambda: None)
        desk.path = str(month_end)
        yield desk
        Run(desk.path).stop()

    def test_it_asks_for_the_folder_and_makes_the_presentation_there(self, saved, tmp_path):
        pytest.importorskip("pptx")
        assert saved.ask("pack")["ask"] == "folder"
        before = saved.everything()
        report = pack_open.pack_open_workbook(saved.book, Path(saved.path), tmp_path / "out")
        assert "A PDF needs LibreOffice" in report.summary
        assert (tmp_path / "out" / "company_pack.pptx").is_file() and not (tmp_path / "out" / "company_pack.pdf").exists()
        assert saved.everything() == before

    def test_as_a_run_of_its_own_it_leaves_the_workbook_as_it_is(self, saved, tmp_path):
        pytest.importorskip("pptx")
        before = saved.everything()
        assert saved.ask("pack", out=str(tmp_path / "out"))["state"] == "running"
        last = saved.wait()
        assert last["state"] == "done" and "pptx 14 pages" in last["message"]
        assert (tmp_path / "out" / "company_pack.pptx").is_file()
        assert saved.everything() == before

    def test_a_run_that_was_not_saved_yet_is_not_mistaken_for_the_file(self, saved, tmp_path):
        saved.type("Ten Questions", "Answer", 0, "another plan")
        saved.ask("pack", out=str(tmp_path / "out"))
        last = saved.wait()
        assert last["state"] == "failed" and "save the workbook (Ctrl+S) and press Pack again" in last["message"]
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize(("path", "words"), [("https://company.example/plans/company.xlsx", "a file on this computer"), ("Book1", "save the workbook first")])
    def test_a_workbook_without_a_file_here_is_said_so(self, desk, path, words):
        desk.path = path
        assert words in desk.ask("pack")["message"]
