"""Formulas in cells that call our functions, in a workbook without Excel: they show in a pipeline what they show in Excel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sop_xl.commands.tables import plain_table, plain_text
from sop_xl.errors import Problem, Severity
from sop_xl.functions import call, functions, last_error
from sop_xl.hosts.cell_formulas.evaluate import FunctionSet
from sop_xl.hosts.cell_formulas.session import CellReport
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.libreoffice import find_libreoffice
from sop_xl.hosts.protocol import Host
from sop_xl.hosts.recalculate import Mode, RecalcReport, recalculate
from sop_xl.sheets import sheet

RULES = "cell-function-"
"""How the rules of problems with such cells begin."""
TELLER = "SOP_LASTERROR"
"""Tells why a function has no result."""


def function_set() -> FunctionSet:
    """Our functions, as hosts call them."""
    known = functions()
    passing = {name for name, function in known.items() if not function.cached} - {TELLER}
    return FunctionSet(known.keys(), call, last_error, TELLER, passing)


def compute_cells(host: Host, mode: Mode) -> CellReport:
    """Compute the cells that call our functions, but for those that wait for native formulas; Excel does that itself.

    Parameters
    ----------
    host
        The workbook; nothing is saved.
    mode
        Whether native formulas are computed later.
    """
    if not isinstance(host, HeadlessHost):
        return CellReport()
    calculator = mode != "off" and find_libreoffice() is not None
    return host.compute_functions(function_set(), calculator=calculator, listed=listed_problems(host))


def listed_problems(host: Host) -> list[Problem]:
    """What the workbook says about such cells, from the run before."""
    spec = sheet("Problems")
    if spec.name not in host.sheet_names():
        return []
    names = [c.name for c in spec.columns]
    found = []
    for _, line in plain_table(spec, host.read_block(spec.name)).rows:
        told = {name: plain_text(cell) for name, cell in zip(names, line, strict=False)}
        if told["rule"].startswith(RULES) and told["severity"] in tuple(Severity):
            severity = Severity(told.pop("severity"))
            del told["link"]
            found.append(Problem(**told, severity=severity))
    return found


def recalculate_cells(
    path: Path, mode: Mode, told: CellReport, tell: Callable[[HeadlessHost, Sequence[Problem]], None]
) -> RecalcReport:
    """Compute native formulas and the cells that wait for them.

    Parameters
    ----------
    path
        A saved workbook.
    mode
        See `recalculate`.
    told
        What is said in the workbook about cells so far.
    tell
        Writes what is to be said in its place, where the calculation shows more. The workbook is computed once more then, since formulas may
        count what it says.
    """
    report = recalculate(path, mode, functions=function_set(), listed=told.problems)
    if report.cells.problems != told.problems:
        host = HeadlessHost(path)
        tell(host, report.cells.problems)
        host.save()
        report = recalculate(path, mode, functions=function_set(), listed=report.cells.problems)
    return report


def recalculation_facts(report: RecalcReport, *before: CellReport) -> dict[str, Any]:
    """What happened to formulas, for machines; `before` are the evaluations of the same run that went before."""
    cells = report.cells
    changed = {address for each in (*before, cells) for address in each.changed}
    return {
        "ran": report.ran,
        "formulas": report.patched,
        "kept": list(report.kept),
        "engine": f"LibreOffice {report.version}".strip() if report.ran else "",
        "why_not": report.reason,
        "cells": {"computed": cells.computed, "changed": len(changed), "waiting": list(cells.waiting), "kept": list(cells.kept)},
    }


def cell_summary(cells: dict[str, Any]) -> str:
    """One clause for people; empty where no cell calls our functions."""
    computed, waiting, kept = cells["computed"], len(cells["waiting"]), len(cells["kept"])
    if not computed + waiting + kept:
        return ""
    said = f"{computed} cell{'' if computed == 1 else 's'} with SOP functions computed"
    if cells["changed"]:
        said += f", {cells['changed']} changed"
    if waiting:
        said += f", {waiting} up to date"
    if kept:
        said += f", {kept} kept {'its' if kept == 1 else 'their'} last result (see Problems)"
    return said
