"""The ribbon: what its macros ask, and how a command runs on the workbook that is open in Excel.

A long command works on a picture of the workbook in a process of its own, while Excel's macros ask every second how far it is (`poll`).
Nothing is written before it is finished; then all its tables are written at once, after what they held was kept for `restore`.
A short command runs at once. Every answer is a few lines of text, see `commands.lines`: `state` (`running`, `done`, `problems`, `failed`,
`stopped`, `ask`) and `message`, one line for the status bar.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sop_xl import __version__
from sop_xl.commands.answers import Answer, failed, told
from sop_xl.commands.lines import read_lines, write_lines
from sop_xl.commands.report import Report
from sop_xl.commands.run_log import run_log
from sop_xl.errors import HostError, Severity, SopError, format_problem
from sop_xl.ribbon_cycle import pack, promote, publish, roll
from sop_xl.ribbon_runs import Opener, OpenWorkbook, Question, now_text, poll, start, stop

if TYPE_CHECKING:
    from sop_xl.hosts.protocol import Host

SECONDS_BETWEEN_POLLS = 1.0
SECONDS_OF_A_LAST_WORD = 10.0
MOST_LINES_IN_A_BOX = 12


def run(command: str, payload: str, open_workbook: Opener | None = None) -> str:
    """Run what a macro asks for; never raises.

    Parameters
    ----------
    command, payload
        See `Question`; the payload is lines.
    open_workbook
        How a workbook is found in Excel; through xlwings where absent.
    """
    question = Question(command, read_lines(payload), open_workbook or live_workbook)
    carry_out = _COMMANDS.get(command)
    if carry_out is None:
        return write_lines(failed(f"there is no command {command}; the add-in and sop_xl {__version__} do not belong together, run sop-xl install"))
    addin = question.given.get("addin", __version__)
    if addin != __version__ and command in _CHANGING:
        return write_lines(failed(f"the add-in is of sop_xl {addin}, Python has {__version__}: close Excel, run sop-xl install, start Excel anew"))
    try:
        return write_lines(carry_out(question))
    except SopError as error:
        return write_lines(failed(str(error).splitlines()[0]))
    except Exception as error:
        return write_lines(_broken(error))


def follow(command: str, payload: str, say: Callable[[str], None], open_workbook: Opener | None = None, wait: Callable[[float], None] = time.sleep) -> dict[str, str]:
    """Run what a macro asks for to its end, for Excel on a Mac, whose macros do not wait for Python; gives the last answer.

    Parameters
    ----------
    say
        Shows a line to the planner, in the status bar.
    wait
        Lets seconds pass.
    """
    last = read_lines(run(command, payload, open_workbook))
    while last.get("state") == "running":
        say(f"S&OP: {last.get('message', '')}")
        wait(SECONDS_BETWEEN_POLLS)
        last = read_lines(run("poll", payload, open_workbook))
    if last.get("state") == "ask":
        last = {"state": "failed", "message": f"{command} asks for something that Excel on a Mac cannot; use sop-xl {command} in the Terminal"}
    say(f"S&OP: {last.get('message', '')}")
    return last


def follow_in_excel(command: str, digits: str) -> None:
    """What the macros of Excel on a Mac start for each command: follow it to its end, with its progress in the status bar.

    Parameters
    ----------
    digits
        The payload, four hexadecimal digits for each character.
    """
    import xlwings as xw

    payload = bytes.fromhex(digits).decode("utf-16-be")
    name = read_lines(payload).get("book", "")
    app = next((app for app in xw.apps if any(book.name == name for book in app.books)), None) or xw.apps.active

    def say(line: str) -> None:
        app.status_bar = line

    follow(command, payload, say)
    time.sleep(SECONDS_OF_A_LAST_WORD)
    app.status_bar = False


def restore(question: Question) -> Answer:
    """Write back what the workbook's tables held before the last command wrote to them."""
    from sop_xl.commands.kept_results import inputs_among, kept_results, restore_results

    kept = kept_results(question.address)
    if not question.batch and question.given.get("confirmed") != "1":
        asked = f"Write back the results from before {kept.command} of {kept.when.replace('T', ' ')} to {len(kept.written.tables)} sheets?"
        if inputs := inputs_among(kept):
            asked += f" With them inputs of {', '.join(inputs)} typed since {kept.when.replace('T', ' ')} go too."
        return {"state": "ask", "ask": "confirm", "question": asked}
    return told(restore_results(question.open().host, question.address, now=now_text()))


def bring_in(question: Question) -> Answer:
    """Import a file into the input sheet in front."""
    from sop_xl.commands.exchange import import_on, input_sheet, sheets_for_import
    from sop_xl.commands.kept_results import write_keeping
    from sop_xl.hosts.snapshot import snapshot

    host = question.open().host
    spec = input_sheet(host, question.given.get("sheet", ""))
    if not question.given.get("file"):
        if question.batch:
            return failed("import needs a file; name it with sop-xl import")
        kinds = "Tables (*.csv;*.xlsx;*.xlsm),*.csv;*.xlsx;*.xlsm"
        return {"state": "ask", "ask": "file", "question": f"Import into {spec.name}", "filter": kinds}
    picture = snapshot(host, sheets_for_import(spec) & set(host.sheet_names()), formulas=True)
    report = import_on(picture, spec.name, Path(question.given["file"]), replace=question.given.get("replace") == "1")
    if not report.exit_code:
        write_keeping(host, picture.written, command="import", workbook=question.address, now=now_text())
    return told(report)


def hand_out(question: Question) -> Answer:
    """Export every table to a folder."""
    from sop_xl.commands.exchange import export_on

    if not question.given.get("out"):
        if question.batch:
            return failed("export needs a folder; name it with sop-xl export --out")
        return {"state": "ask", "ask": "folder", "question": "Folder for the CSV files"}
    return told(export_on(question.open().host, Path(question.given["out"])))


def open_log(question: Question) -> Answer:
    """Show the log."""
    from sop_xl.commands.open_log import show_log

    return told(show_log(open_it=question.given.get("open") == "1" and not question.batch))


def tell_about(question: Question) -> Answer:
    """Versions, in a box where somebody sits before the screen."""
    from sop_xl.commands.about import about

    report = about(_if_open(question), addin=question.given.get("addin", ""))
    return _with_box(question, report, report.summary.replace("; ", "\n").replace(", ", "\n"))


def ask_doctor(question: Question) -> Answer:
    """What is in order on this machine and what is not."""
    from sop_xl.commands.doctor import examine
    from sop_xl.commands.machine import probe_machine

    report = examine(probe_machine(), _if_open(question), address=question.given.get("path", ""))
    found = [format_problem(p) for p in report.problems if p.severity is not Severity.NOTE]
    return _with_box(question, report, "\n\n".join([report.summary, *found[:MOST_LINES_IN_A_BOX]]))


def _if_open(question: Question) -> Host | None:
    """The workbook in front, `None` where there is none or it cannot be reached: help must come then, too."""
    if not question.given.get("path"):
        return None
    try:
        return question.open().host
    except Exception:
        with run_log("-") as log:
            log.exception("%s could not be reached", question.given["path"])
        return None


def live_workbook(given: Mapping[str, str]) -> OpenWorkbook:
    """Find a workbook in the Excel that is running.

    Raises
    ------
    HostError
        Where no Excel has it open.
    """
    import xlwings as xw

    from sop_xl.hosts.live import LiveHost

    name, address = given.get("book", ""), given.get("path", "")
    found = [(app, book) for app in xw.apps for book in app.books if book.name == name]
    if len(found) > 1:  # the same name in several Excels
        found = [(app, book) for app, book in found if _full_name(book) == address] or found
    if not found:
        raise HostError(f"{name} is no longer open in Excel, so nothing was written")
    app, book = found[0]
    return OpenWorkbook(LiveHost(book), app.pid)


def _full_name(book: object) -> str:
    try:
        return str(getattr(book, "fullname", ""))
    except Exception:  # xlwings looks for the local file of a web address and gives up where there is none
        return ""


def _with_box(question: Question, report: Report, text: str) -> Answer:
    answer = told(report)
    return answer if question.batch else {**answer, "message": report.summary, "box": text}


def _broken(error: Exception) -> Answer:
    """A mistake of ours: one line for the planner, all of it in the log."""
    with run_log("-") as log:
        log.exception("unexpected error")
    return failed(f"unexpected {type(error).__name__}; Open log has the details")


_CHANGING = {"regenerate", "check", "restore", "import", "export", "roll", "publish", "pack", "scenario add", "scenario promote"}
"""Commands that an add-in of another version may not begin; the others help, or end what is under way."""
_COMMANDS: dict[str, Callable[[Question], Answer]] = {
    "regenerate": start, "check": start, "poll": poll, "stop": stop, "restore": restore, "import": bring_in, "export": hand_out,
    "roll": roll, "publish": publish, "pack": pack, "scenario add": start, "scenario promote": promote, "log": open_log, "about": tell_about, "doctor": ask_doctor,
}  # fmt: skip
