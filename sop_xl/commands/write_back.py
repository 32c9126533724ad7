"""From a finished run to the workbook that people went on working in: what they typed meanwhile stays, what was there is kept, then all is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sop_xl.commands.inputs import input_sheets, marked_sheets
from sop_xl.commands.kept_results import check_sheets, write_keeping
from sop_xl.commands.report import Report
from sop_xl.commands.tables import plain_table
from sop_xl.commands.typed_words import with_words_of
from sop_xl.errors import HostError, Problem, Severity
from sop_xl.hosts.memory import MemoryHost, Written, WrittenTable
from sop_xl.hosts.protocol import Host
from sop_xl.hosts.snapshot import snapshot
from sop_xl.sheets import sheet
from sop_xl.sheets.write import problem_rows


def write_back(host: Host, picture: MemoryHost, written: Written, report: Report, *, workbook: str, now: str) -> Report:
    """Write what a run wrote to its picture of the workbook; the report, with a warning where inputs were edited meanwhile.

    Parameters
    ----------
    host
        The workbook as it is now.
    picture
        The workbook as it was when the run began.
    written
        What the run wrote.
    report
        What the run says.
    workbook
        The workbook's address, under which its previous results are kept.
    now
        ISO date and time.

    Raises
    ------
    HostError
        Where a sheet is gone, typed words would get lost, somebody edited an input table that the run writes, results cannot be kept or the workbook cannot be written.
    """
    check_sheets(host, written)  # before the costlier reading
    watched = {"Settings", *(s.name for s in input_sheets()), *(s.name for s in marked_sheets())} & set(host.sheet_names())
    present = snapshot(host, watched)
    edited = edited_inputs(picture, present)
    if overtaken := [name for name in edited if name in written.tables]:
        raise HostError(f"{overtaken[0]}, which {report.command} changes too, was edited while it ran, so nothing was written; undo that edit (Ctrl+Z), or Stop and begin again")
    if edited:
        warning = _edited_warning(edited, str(report.facts.get("inputs", "")))
        report = replace(report, problems=[*report.problems, warning])
        written = _with_problem(written, report.problems)
    written = with_words_of(present, written, since=picture)
    write_keeping(host, written, command=report.command, workbook=workbook, now=now)
    return report


def edited_inputs(before: Host, now: Host) -> list[str]:
    """Input sheets, in tab order, whose tables hold something else than before; moving a table or colouring a cell is no edit."""
    names = ["Settings", *(s.name for s in input_sheets())]
    return [name for name in names if _content(before, name) != _content(now, name)]


def _content(host: Host, name: str) -> tuple[object, ...]:
    if name not in host.sheet_names():
        return ()
    block = host.read_block(name)
    if block.table is None:  # what stands on a sheet without a table is read from its cells
        return tuple(tuple(row) for row in block.rows)
    table = plain_table(sheet(name), block)
    return (tuple(table.header), *(tuple(cells) for _, cells in table.rows))


def _edited_warning(edited: Sequence[str], fingerprint: str) -> Problem:
    first = edited[0] + (f" and {len(edited) - 1} more" if len(edited) > 1 else "")
    before = f" (fingerprint {fingerprint})" if fingerprint else ""
    return Problem(
        edited[0], "", "edited-during-run", f"{first} was edited while the run went on; these results belong to the inputs of before{before}",
        hint="regenerate again", severity=Severity.WARNING,
    )  # fmt: skip


def _with_problem(written: Written, problems: Sequence[Problem]) -> Written:
    """The Problems table and its count with the warning that came too late for the run."""
    if "Problems" not in written.tables:
        return written
    header, rows = problem_rows(problems)
    names = dict(written.names)
    count = names.get("sop_warnings")
    if isinstance(count, int | float):
        names["sop_warnings"] = int(count) + 1
    return replace(written, tables={**written.tables, "Problems": WrittenTable(header, rows)}, names=names)
