"""The demonstration: a workbook made from a template, filled with real data, planned, and a short account of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from sop_xl.commands.exchange import fill_table
from sop_xl.commands.new import workbook_bytes
from sop_xl.commands.regenerate import regenerate_workbook
from sop_xl.commands.report import Report
from sop_xl.errors import ContractError, errors_in
from sop_xl.hosts.files import made_folder, replace_file
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.recalculate import Mode
from sop_xl.sheets import SHEETS, sheet
from sop_xl.sheets.write import setting_rows

DEMO_NAME = "sop_adventureworks.xlsx"
AS_OF = "2025-05-05"
"""The sample's history ends in April 2025; the demonstration plays in the first week after it."""


def make_demo(out: Path, *, recalc: Mode = "auto", progress: Callable[[str, int, int], None] | None = None) -> Report:
    """Make `sop_adventureworks.xlsx` in the folder `out`, plan it, and say what was planned.

    An earlier demo workbook of that name is replaced. The budget goes in as finance sent it: through `import`, from the
    file as received.

    Raises
    ------
    HostError
        When the folder cannot be written.
    """
    path = filled_workbook(out)
    report = regenerate_workbook(path, as_of=AS_OF, recalc=recalc, progress=progress)
    return Report(
        command="demo",
        workbook=str(path),
        exit_code=report.exit_code,
        summary=f"{report.summary}\nOpen it: {path.resolve()}",
        problems=[p for p in report.problems if p.severity != "note"],
        facts=report.facts,
        tables=report.tables,
    )


def filled_workbook(out: Path, months_short: int = 0) -> Path:
    """The demonstration workbook with its inputs and no plan yet; `months_short` as in `samples.bicycles.load`."""
    from sop_xl.samples import bicycles

    made_folder(out)
    path = out / DEMO_NAME
    sample = bicycles.load(months_short)
    replace_file(path, workbook_bytes(SHEETS, sample.timeline, bicycles.SETTINGS, "standard"))
    host = HeadlessHost(path)
    host.write_table("Settings", *setting_rows(bicycles.SETTINGS))
    for name, (header, rows) in sample.tables.items():
        host.write_table(name, header, rows)
    host.write_name("DemandReview_item", bicycles.REVIEWED_ITEM)
    host.save()
    with tempfile.TemporaryDirectory() as folder:
        budget = Path(folder) / bicycles.BUDGET_FILE
        budget.write_bytes(sample.budget)
        host = HeadlessHost(path)
        problems, *_ = fill_table(host, sheet("Budget"), budget, replace=True)
        if errors_in(problems):
            raise ContractError(errors_in(problems))
        host.save()
    return path
