"""Consecutive monthly cycles on the sample: its history is cut short, planned, published, and each real month is fed back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.commands.demo import filled_workbook
from sop_xl.commands.inputs import read_inputs
from sop_xl.commands.publish import publish_workbook
from sop_xl.commands.regenerate import regenerate_workbook
from sop_xl.commands.report import Report
from sop_xl.commands.roll import roll_workbook
from sop_xl.commands.scenarios import add_scenarios, promote_scenario
from sop_xl.commands.tables import plain_table, plain_text
from sop_xl.errors import ContractError, Problem
from sop_xl.hosts.files import made_folder, replace_file
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.hosts.recalculate import Mode
from sop_xl.periods import Calendar
from sop_xl.plan.decision_choice import next_number
from sop_xl.sheets import sheet
from sop_xl.sheets.read import read_sheet
from sop_xl.sheets.settings import Settings

Progress = Callable[[str, int, int], None]

MOST_CYCLES = 12
"""More of them would leave too little history to learn a season from."""
DAY_OF_PLANNING, DAY_OF_APPROVAL = 5, 15
"""Days of the month on which the demonstration plans and publishes."""


@dataclass(frozen=True)
class Decision:
    """A decision of a meeting beside the options that were tried.

    Parameters
    ----------
    words
        Cells of Decisions by header, its span aside.
    periods
        How many periods it holds, from the cycle's first one on.
    """

    words: Mapping[str, CellValue]
    periods: int


@dataclass(frozen=True)
class Meeting:
    """What the executive meeting of a cycle does.

    Parameters
    ----------
    approved_by
        Who approves the plan.
    scenario
        Chosen scenario of Scenarios: it is promoted, so that the plan that is published has it, and those of later cycles; "" = none is added.
    approve_first_option
        Whether the option that gains the most is approved, which makes it a line of Decisions.
    decisions
        What else is approved.
    note
        Said at publication.
    """

    approved_by: str
    scenario: str = ""
    approve_first_option: bool = False
    decisions: tuple[Decision, ...] = ()
    note: str = ""


BOARD = "A. Example (Executive S&OP)"
SPRING_PRICE = Decision({"Option": "Spring price of helmets", "Lever": "price", "Family": "Helmets", "Value": -0.05, "Note": "Example: over before the third cycle is, so that its effect can be seen"}, 2)
STANDARD_SCENARIOS = ("demand up", "demand down", "price up", "extra shift")
"""Of the standard library: computed from the first cycle on, beside the sample's own."""
CHOSEN = "Demand +10% North America"
"""The scenario that the second meeting promotes into the plan."""
MEETINGS: tuple[Meeting, ...] = (
    Meeting(BOARD, approve_first_option=True, decisions=(SPRING_PRICE,), note="First cycle; the best option and a spring price are approved"),
    Meeting(BOARD, scenario=CHOSEN, note="Second cycle; the board plans for more demand in its largest region"),
    Meeting(BOARD, note="Third cycle"),
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
        add_scenarios(work, STANDARD_SCENARIOS)
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
                report = _meet(work, meeting, calendar, period, recalc, tell)
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
        summary=f"{cycles} cycle{'s were' if cycles > 1 else ' was'} planned, published and rolled, {done.rows[0][0]} to {done.rows[-1][0]}, in {out}. "
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


def _meet(work: Path, meeting: Meeting, calendar: Calendar, period: pd.Timestamp, recalc: Mode, tell: Progress) -> Report:
    """Decide, and publish what was decided."""
    host = HeadlessHost(work)
    lines = [best_option(host)] if meeting.approve_first_option else []
    for decision in meeting.decisions:
        span = {"From": calendar.label(period), "To": calendar.label(calendar.shift(period, decision.periods - 1))}
        lines.append({**decision.words, **span})
    approve(host, [line for line in lines if line], owner=meeting.approved_by)
    host.save()
    if meeting.scenario:
        promote_scenario(work, meeting.scenario, by=meeting.approved_by, as_of=_day(period, DAY_OF_APPROVAL))
    return publish_workbook(
        work, approved_by=meeting.approved_by, note=meeting.note, as_of=_day(period, DAY_OF_APPROVAL), recalc=recalc, progress=tell
    )


def best_option(host: Host) -> dict[str, CellValue]:
    """The option of the first rank as a line of Decisions; empty where none gains anything.

    What an option used in all is no limit per period, so the decision states none: up to the lever's limit.
    """
    table = plain_table(sheet("Options"), host.read_block("Options"))
    options = (dict(zip(table.header, cells, strict=True)) for _, cells in table.rows)
    gain = next((row for row in options if isinstance(row["Gain"], (int, float)) and row["Gain"] > 0), None)
    if gain is None:
        return {}
    taken = ("Option", "Lever", "Item", "Family", "Resource", "Supplier", "From", "To")
    return {label: gain[label] for label in taken} | {"Note": "Example: the option that gains the most"}


def approve(host: Host, lines: Sequence[Mapping[str, CellValue]], *, owner: str) -> None:
    """Put lines into Decisions as approved, without saving."""
    table = plain_table(sheet("Decisions"), host.read_block("Decisions"))
    rows, place = [cells for _, cells in table.rows], table.header.index("Decision")
    for line in lines:
        number = next_number(plain_text(cells[place]) for cells in rows)
        whole = {**line, "Decision": number, "Status": "approved", "Owner": owner}
        rows.append([whole.get(label) for label in table.header])
    host.write_table("Decisions", table.header, rows)


def _frame(host: Host, name: str, settings: Settings) -> pd.DataFrame:
    return read_sheet(sheet(name), host.read_block(name), settings).frame


def _account(report: Report) -> list[str]:
    counted = [sum(p.severity == severity for p in report.problems) for severity in ("error", "warning")]
    return [str(number) for number in counted]


def _day(period: pd.Timestamp, day: int) -> str:
    return period.replace(day=day).date().isoformat()


def _within(say: Progress, words: str) -> Progress:
    return lambda message, done, total: say(f"{words}: {message}", done, total)
