"""The log: every line tells its run, old files are moved aside, and a place that cannot be written stops nothing. And the lines between macros and Python."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_xl.commands import run_log as module
from sop_xl.commands.lines import read_lines, write_lines
from sop_xl.commands.outcome import outcome
from sop_xl.commands.profile import log_file, workbook_key
from sop_xl.commands.report import ExitCode, Report
from sop_xl.commands.run_log import run_log
from sop_xl.errors import ContractError, FrameError, HostError, PlanError, Problem


@pytest.fixture(autouse=True)
def own_profile(tmp_path, monkeypatch):
    monkeypatch.setenv("SOP_XL_PROFILE", str(tmp_path / "profile"))


def logged() -> list[str]:
    return log_file().read_text(encoding="utf-8").splitlines()


def test_every_line_has_its_time_and_its_run_tracebacks_too():
    with run_log("1a2b3c4d") as log:
        log.info("first\nsecond")
        try:
            raise ValueError("ours")
        except ValueError:
            log.exception("broken")
    lines = logged()
    assert len(lines) > 5
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d 1a2b3c4d (INFO   |ERROR  ) ", line) for line in lines)
    assert lines[-1].endswith("ValueError: ours")


def test_runs_do_not_log_under_each_others_name():
    with run_log("one") as outer, run_log("two") as inner:
        inner.info("within")
        outer.info("around")
    inner.info("after both have ended")
    assert [line.split()[2] for line in logged()] == ["two", "one"]


def test_a_log_that_grew_is_moved_aside_when_a_run_begins_and_three_old_ones_are_kept(monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 200)
    for k in range(30):
        with run_log(f"run{k:02}") as log:
            log.info("a line of some length, so that a few of them fill the file")
    files = sorted(p.name for p in log_file().parent.iterdir())
    assert files == ["sop_xl.log", "sop_xl.log.1", "sop_xl.log.2", "sop_xl.log.3"]
    assert "run29" in logged()[-1]


def test_a_place_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "profile").write_text("a file in the folder's place")
    with run_log("x") as log:
        log.info("nowhere")


@pytest.mark.parametrize(
    ("error", "code", "summary", "problems", "in_log"),
    [
        (ContractError([Problem("Items", "C4", "not-a-number", "expected a number")]), ExitCode.PROBLEMS, "", 1, False),
        (PlanError("no feasible plan; Paint is short"), ExitCode.INFEASIBLE, "no feasible plan; Paint is short", 0, False),
        (HostError("plan.xlsx is open"), ExitCode.FAILED, "plan.xlsx is open", 0, False),
        (FrameError("wrong form"), ExitCode.FAILED, "unexpected FrameError: wrong form (details in the log: ", 0, True),
        (ZeroDivisionError("ours\nsecond line"), ExitCode.FAILED, "unexpected ZeroDivisionError: ours (details in the log: ", 0, True),
    ],
)  # fmt: skip
def test_whatever_happens_is_a_report(error, code, summary, problems, in_log):
    def fails() -> Report:
        raise error

    report = outcome(fails, run="77")
    assert (report.exit_code, len(report.problems)) == (code, problems)
    assert report.summary.startswith(summary)
    assert log_file().exists() is in_log


def test_an_interruption_by_the_user_passes_through():
    def interrupted() -> Report:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outcome(interrupted)


KEYS = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
VALUES = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]))


@given(st.dictionaries(KEYS, VALUES))
def test_lines_come_back_as_they_went(values):
    assert read_lines(write_lines(values)) == values
    assert write_lines(values).count("\n") == len(values)


def test_lines_without_sense_are_passed_over():
    assert read_lines("") == {}
    assert read_lines("nothing\nstate=done\r\nstate=again\n=\n") == {"state": "done", "": ""}


def test_workbooks_are_told_apart_by_their_whole_address_whatever_the_case():
    assert workbook_key("C:\\Plans\\Plan 2026.xlsx") == workbook_key("c:\\plans\\plan 2026.XLSX")
    assert workbook_key("C:\\Plans\\Plan.xlsx") != workbook_key("D:\\Plans\\Plan.xlsx")
    assert re.fullmatch(r"[\w-]+", workbook_key("https://contoso.sharepoint.com/sites/a b/Größe?.xlsx"))
