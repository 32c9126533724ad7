"""A question of the ribbon's macros, and the long runs that answer some of them: started, asked after, written back, stopped."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sop_xl.commands.answers import Answer, failed, told
from sop_xl.commands.report import ExitCode
from sop_xl.commands.run_log import run_log
from sop_xl.errors import HostError, Severity, format_problem

if TYPE_CHECKING:
    from sop_xl.commands.runs import Run
    from sop_xl.hosts.protocol import Host

BATCH = "SOP_XL_BATCH"
"""Environment variable: with it set, to anything but 0, no question is asked and no window opens."""
CIRCUMSTANCES = {"book", "path", "sheet", "visible", "addin"}
"""What a question says about where it comes from; the rest are the command's arguments."""


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


def start(question: Question) -> Answer:
    """Take a picture of the workbook and start a process that runs the command on it."""
    from sop_xl.commands.runs import Order, ProcessMark, Run
    from sop_xl.commands.tables import planning_picture
    from sop_xl.commands.worker import WRITING_INPUTS

    current = Run(question.address)
    if current.process() is not None:
        return failed("a run on this workbook is under way already; press Stop first")
    book = question.open()
    book.host.check_writable()
    arguments = {key: value for key, value in question.given.items() if key not in CIRCUMSTANCES}
    if _left_to_write(current, question.command, arguments, book.excel):
        return {"state": "running", "message": "Writing the finished results"}  # which the next question does
    picture = planning_picture(book.host, formulas=question.command in WRITING_INPUTS)
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
            report = write_back(host, order.picture, result.written, report, workbook=address, now=now_text())
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


def now_text() -> str:
    """Date and minute, ISO."""
    return datetime.now().isoformat(timespec="minutes")
