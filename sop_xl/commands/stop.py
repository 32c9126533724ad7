"""End the run that was started from Excel on a workbook; it has written nothing."""

from __future__ import annotations

from sop_xl.commands.report import Report
from sop_xl.commands.runs import Run


def stop_run(workbook: str) -> Report:
    """Stop the run of this workbook by the process number that was recorded when it began, and forget it.

    Parameters
    ----------
    workbook
        The workbook's address: full path, or web address where it lies in OneDrive or SharePoint.
    """
    run = Run(workbook)
    there = run.exists
    ended = run.stop()
    run.clear()
    told = "Stopped; nothing was written." if there else "No run is under way."
    return Report("stop", workbook, summary=told, facts={"stopped": there, "process_ended": ended})
