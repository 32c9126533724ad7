"""The ribbon: what its macros ask, and how a command runs on the workbook that is open in Excel.

A long command works on a picture of the workbook in a process of its own, while Excel's macros ask every second how far it is (`poll`).
Nothing is written before it is finished; then all its tables are written at once, after what they held was kept for `restore`.
A short command runs at once. Every answer is a few lines of text, see `commands.lines`: `state` (`running`, `done`, `problems`, `failed`,
`stopped`, `ask`) and `message`, one line for the status bar.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sop_xl import __version__
from sop_xl.commands.answers import Answer, failed, told
from sop_xl.commands.lines import read_lines, write_lines
from sop_xl.commands.report import ExitCode, Report
from sop_xl.commands.run_log import run_log
from sop_xl.errors import HostError, Severity, SopError, format_problem

if TYPE_CHECKING:
    from sop_xl.commands.runs import Run
    from sop_xl.hosts.protocol import Host

BATCH = "SOP_XL_BATCH"
"""Environment variable: with it set, to anything but 0, no question is asked and no window opens."""
SECONDS_BETWEEN_POLLS = 1.0
SECONDS_OF_A_LAST_WORD = 10.0
MOST_LINES_IN_A_BOX = 12


@dataclass(frozen=True)
class OpenWorkbook:
    """A workbook open in Excel.

    Parameters
    ----------
    host
        Its cells.
    excel
        Number of Excel's process; a run ends with it.
    """

    host: Host
    excel: int


Opener = Callable[[Mapping[str, str]], OpenWorkbook]


@dataclass(frozen=True)
class Question:
    """One command as the macro sent it.

    Parameters
    ----------
    command
        Name as on the command line, or `poll`.
    given
        `book` and `path` of the workbook in front, `sheet` in front, `visible`, and the command's own arguments.
    open_workbook
        Finds the workbook in Excel; raises `HostError` where it is not open.
    """

    command: str
    given: Mapping[str, str]
    open_workbook: Opener

    @property
    def address(self) -> str:
        """Full path or web address of the workbook; raises `HostError` where none is open."""
        address = self.given.get("path") or self.given.get("book")
        if not address:
            raise HostError("open an S&OP workbook first")
        return address

    @property
    def batch(self) -> bool:
        """Whether nobody sits before the screen."""
        return os.environ.get(BATCH, "0") not in ("", "0") or self.given.get("visible") == "0"

    def open(self) -> OpenWorkbook:
        """The workbook in front."""
        self.address  # noqa: B018 - refuses where there is none
        return self.open_workbook(self.given)


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


def start(question: Question) -> Answer:
    """Take a picture of the workbook and start a process that runs the command on it."""
    from sop_xl.commands.runs import Order, ProcessMark, Run
    from sop_xl.commands.tables import planning_picture

    current = Run(question.address)
    if current.process() is not None:
        return failed("a run on this workbook is under way already; press Stop first")
    book = question.open()
    book.host.check_writable()
    arguments = {key: value for key, value in question.given.items() if key not in _CIRCUMSTANCES}
    if _left_to_write(current, question.command, arguments, book.excel):
        return {"state": "running", "message": "Writing the finished results"}  # which the next question does
    picture = planning_picture(book.host)
    current.start(Order(uuid.uuid4().hex[:8], question.command, question.address, picture, ProcessMark.of(book.excel), arguments))
    return {"state": "running", "message": "Starting Python"}


def _left_to_write(current: Run, command: str, arguments: Mapping[str, str], excel: int) -> bool:
    """Whether the same command of this Excel has finished and the workbook refused its results."""
    with contextlib.suppress(HostError):
        order = current.order()
        return current.status().state == "finished" and (order.command, order.arguments, order.owner.pid) == (command, arguments, excel)
    return False


def poll(question: Question) -> Answer:
    """How far the workbook's run is; when it is finished, its results are written and this is its last answer."""
    from sop_xl.commands.runs import Run

    current = Run(question.address)
    if not current.exists:
        return {"state": "stopped", "message": "The run was stopped; nothing was written."}
    alive = current.process() is not None
    status = current.status()  # after the question for the process: who had ended by then has said its last word
    if status.state == "finished":
        return _collected(question, current)
    if alive:
        return {"state": "running", "message": status.message, **({} if status.percent is None else {"percent": status.percent})}
    with run_log("-") as log:
        log.error("the run on %s ended without a result: %s", question.address, current.output() or "no word")
    current.clear()
    return failed("the run broke off before its end, so nothing was written; Open log has the details")


def _collected(question: Question, current: Run) -> Answer:
    """The last answer about a finished run. Its results stay where the workbook refuses them for now: pressed again, the button writes them."""
    from sop_xl.hosts.live_excel import is_busy

    keep = False
    try:
        current.order(), current.result()
        host = question.open().host
        try:
            return _collect(host, question.address, current)
        except Exception as error:
            if not isinstance(error, HostError) and not is_busy(error):
                raise
            keep = True
            reason = str(error).splitlines()[0] if isinstance(error, HostError) else "Excel is busy"
            return failed(f"{reason}. The finished results are kept: put that right and press the same button again to write them, or Stop to drop them.")
    except Exception as error:
        keep = is_busy(error)
        raise
    finally:
        if not keep:
            current.clear()


def _collect(host: Host, address: str, current: Run) -> Answer:
    """Write what a finished run leaves, and say what came of it."""
    from sop_xl.commands.write_back import write_back

    order, result = current.order(), current.result()
    report = result.report
    with run_log(order.run) as log:
        fit = report.exit_code is ExitCode.FINE or (order.command == "check" and report.exit_code is ExitCode.PROBLEMS)
        if fit and (result.written.tables or result.written.names):
            report = write_back(host, order.picture, result.written, report, workbook=address, now=_now())
            log.info("%d sheets written to %s", len(result.written.tables), address)
        for problem in report.problems:
            if problem.severity is not Severity.NOTE:
                log.info("%s", format_problem(problem))
    edited = [p for p in report.problems if p.rule == "edited-during-run"]
    answer = told(report)
    if edited:
        answer["message"] = f"{answer['message']} {format_problem(edited[0])}"
    if order.command == "check" and report.exit_code:
        answer["go"] = "Problems"
    return answer


def stop(question: Question) -> Answer:
    """End the workbook's run; it has written nothing."""
    from sop_xl.commands.stop import stop_run

    report = stop_run(question.address)
    with run_log("-") as log:
        log.info("stop of %s: %s", question.address, report.summary)
    return {"state": "stopped" if report.facts["stopped"] else "done", "message": report.summary}


def restore(question: Question) -> Answer:
    """Write back what the workbook's tables held before the last command wrote to them."""
    from sop_xl.commands.kept_results import inputs_among, kept_results, restore_results

    kept = kept_results(question.address)
    if not question.batch and question.given.get("confirmed") != "1":
        asked = f"Write back the results from before {kept.command} of {kept.when.replace('T', ' ')} to {len(kept.written.tables)} sheets?"
        if inputs := inputs_among(kept):
            asked += f" With them inputs of {', '.join(inputs)} typed since {kept.when.replace('T', ' ')} go too."
        return {"state": "ask", "ask": "confirm", "question": asked}
    return told(restore_results(question.open().host, question.address, now=_now()))


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
        write_keeping(host, picture.written, command="import", workbook=question.address, now=_now())
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


def _now() -> str:
    return datetime.now().isoformat(timespec="minutes")


_CIRCUMSTANCES = {"book", "path", "sheet", "visible", "addin"}
"""What a question says about where it comes from; the rest are the command's arguments."""
_CHANGING = {"regenerate", "check", "restore", "import", "export"}
"""Commands that an add-in of another version may not begin; the others help, or end what is under way."""
_COMMANDS: dict[str, Callable[[Question], Answer]] = {
    "regenerate": start, "check": start, "poll": poll, "stop": stop, "restore": restore, "import": bring_in, "export": hand_out,
    "log": open_log, "about": tell_about, "doctor": ask_doctor,
}  # fmt: skip
