"""Consecutive monthly cycles on the sample: its history is cut short, planned, published, and each real month is fed back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sop_xl.commands.demo import filled_workbook
from sop_xl.commands.inputs import read_inputs
from sop_xl.commands.publish import publish_workbook
from sop_xl.commands.regenerate import regenerate_workbook
from sop_xl.commands.report import Report
from sop_xl.commands.roll import roll_workbook
from sop_xl.commands.tables import plain_table
from sop_xl.errors import ContractError, Problem
from sop_xl.hosts.files import made_folder, replace_file
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.hosts.recalculate import Mode
from sop_xl.periods import Calendar
from sop_xl.sheets import sheet
from sop_xl.sheets.read import read_sheet
from sop_xl.sheets.settings import Settings

Progress = Callable[[str, int, int], None]

MOST_CYCLES = 12
"""More of them would leave too little history to learn a season from."""
DAY_OF_PLANNING, DAY_OF_APPROVAL = 5, 15
"""Days of the month on which the demonstration plans and publishes."""


@dataclass(frozen=True)
class Meeting:
    """What the executive meeting of a cycle does.

    Parameters
    ----------
    approved_by
        Who approves the plan.
    scenario
        Chosen scenario of Scenarios; "" = the plan itself.
    approve_first_option
        Whether the option that gains the most is approved, which makes it a line of Decisions.
    note
        Said at publication.
    """

    approved_by: str
    scenario: str = ""
    approve_first_option: bool = False
    note: str = ""


MEETINGS: tuple[Meeting, ...] = (
    Meeting("A. Example (Executive S&OP)", approve_first_option=True, note="First cycle; the best option is approved"),
    Meeting("A. Example (Executive S&OP)", note="Second cycle"),
    Meeting("A. Example (Executive S&OP)", note="Third cycle"),
)
"""Of the first cycles; later ones are as the last."""


@dataclass
class _Cycles:
    """What was done so far, for the report."""

    files: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)


def run_cycles(
    out: Path, cycles: int = 3, *, meetings: tuple[Meeting, ...] = MEETINGS, recalc: Mode = "auto", progress: Progress | None = None
) -> Report:
    """Plan, decide, publish and roll the sample through consecutive months; one workbook per cycle in the folder `out`.

    The sample's history is cut so many months short. Each cycle is planned and its plan is published; then the real sales of its month are fed
    back and the workbook rolls on. `sop_<period>.xlsx` is the workbook at the end of that cycle; the last one is the cycle that the
    last month opens. Stock and orders of later months are what `samples.month_end` says. A stopped run leaves whole workbooks of the cycles
    that it finished.

    Raises
    ------
    ContractError
        When the number of cycles is not from 1 to 12.
    HostError
        When the folder cannot be written.
    """
    from sop_xl.samples import bicycles

    if not 1 <= cycles <= MOST_CYCLES:
        raise ContractError([Problem("--cycles", "", "out-of-range", f"expected a number from 1 to {MOST_CYCLES}", str(cycles))])
    say = progress or (lambda message, done, total: None)
    made_folder(out)
    calendar, sales = bicycles.SETTINGS.make_calendar(), bicycles.monthly_sales()
    first = calendar.shift(sales["period"].max(), 1 - cycles)
    done = _Cycles()
    with tempfile.TemporaryDirectory(prefix="sop_xl_", ignore_cleanup_errors=True) as folder:
        work = filled_workbook(Path(folder), months_short=cycles)
        for k in range(cycles + 1):
            period = calendar.shift(first, k)
            label = calendar.label(period)
            tell = _within(say, f"{label}, cycle {k + 1} of {cycles}" if k < cycles else label)
            if k == 0:
                # native formulas are computed once a cycle, when it is published
                report = regenerate_workbook(work, as_of=_day(period, DAY_OF_PLANNING), recalc="off", progress=tell)
            else:
                report = _roll(work, Path(folder), sales, calendar, calendar.shift(period, -1), recalc if k == cycles else "off", tell)
            if not report.exit_code and k < cycles:
                meeting = meetings[min(k, len(meetings) - 1)]
                report = _meet(work, meeting, _day(period, DAY_OF_APPROVAL), recalc, tell)
            if report.exit_code:
                return replace(report, command="demo", workbook=str(out))
            path = out / f"sop_{label}.xlsx"
            replace_file(path, work.read_bytes())
            done.files.append(str(path))
            done.rows.append([label, path.name, *_account(report)])
            done.facts.append({"cycle": label, "workbook": str(path), "published": k < cycles, "rolled": k > 0})
    return Report(
        command="demo",
        workbook=str(out),
        summary=f"{cycles} cycles were planned, published and rolled, {done.rows[0][0]} to {done.rows[-1][0]}, in {out}. "
        "Stock of later months is what the plan's receipts and the real sales leave, as the sample counts stock once.",
        facts={"cycles": done.facts},
        tables=[("Cycles", ["Cycle", "Workbook", "Errors", "Warnings"], done.rows)],
    )


def _roll(work: Path, folder: Path, sales: pd.DataFrame, calendar: Calendar, ended: pd.Timestamp, recalc: Mode, tell: Progress) -> Report:
    """Feed one real month back, as three files that a planner would get from the ERP."""
    from sop_xl.samples import month_end

    label, following = calendar.label(ended), calendar.shift(ended, 1)
    host = HeadlessHost(work)
    inputs = read_inputs(host, lambda message, done, total: None)
    plan = {name: _frame(host, name, inputs.settings) for name in ("Inventory Plan", "Supply Plan")}
    tables = {
        "actuals": month_end.sales_of(sales, ended, label),
        "inventory": month_end.stock_left(plan["Inventory Plan"], sales, ended),
        "open_orders": month_end.orders_under_way(plan["Supply Plan"], inputs.frame("Open Orders"), ended, following, label),
    }
    files = {name: folder / f"{name}_{label}.csv" for name in tables}
    for name, table in tables.items():
        table.to_csv(files[name], index=False)
    return roll_workbook(
        work, files["actuals"], inventory=files["inventory"], open_orders=files["open_orders"], out=work, as_of=_day(following, DAY_OF_PLANNING),
        recalc=recalc, progress=tell,
    )  # fmt: skip


def _meet(work: Path, meeting: Meeting, as_of: str, recalc: Mode, tell: Progress) -> Report:
    """Decide, and publish what was decided."""
    if meeting.approve_first_option:
        host = HeadlessHost(work)
        approve_first_option(host, owner=meeting.approved_by)
        host.save()
    return publish_workbook(work, approved_by=meeting.approved_by, scenario=meeting.scenario, note=meeting.note, as_of=as_of, recalc=recalc, progress=tell)


def approve_first_option(host: Host, *, owner: str) -> str:
    """Copy the option of the first rank into Decisions as approved, without saving; its name, "" where no option gains anything.

    What an option used in all is no limit per period, so the decision states none: up to the lever's limit.
    """
    options = _records(host, "Options")
    best = next((row for row in options if isinstance(row["Gain"], (int, float)) and row["Gain"] > 0), None)
    if best is None:
        return ""
    spec = sheet("Decisions")
    table = plain_table(spec, host.read_block(spec.name))
    line: dict[str, Any] = {c.label: best.get(c.label) for c in spec.columns if c.label in ("Option", "Lever", "Item", "Family", "Resource", "Supplier", "From", "To")}
    line |= {"Decision": f"D{len(table.rows) + 1}", "Status": "approved", "Owner": owner, "Note": "Example: the option that gains the most"}
    host.write_table(spec.name, table.header, [*(cells for _, cells in table.rows), [line.get(label) for label in table.header]])
    return str(best["Option"])


def _records(host: Host, name: str) -> list[Mapping[str, Any]]:
    table = plain_table(sheet(name), host.read_block(name))
    return [dict(zip(table.header, cells, strict=True)) for _, cells in table.rows]


def _frame(host: Host, name: str, settings: Settings) -> pd.DataFrame:
    return read_sheet(sheet(name), host.read_block(name), settings).frame


def _account(report: Report) -> list[str]:
    counted = [sum(p.severity == severity for p in report.problems) for severity in ("error", "warning")]
    return [str(number) for number in counted]


def _day(period: pd.Timestamp, day: int) -> str:
    return period.replace(day=day).date().isoformat()


def _within(say: Progress, words: str) -> Progress:
    return lambda message, done, total: say(f"{words}: {message}", done, total)
