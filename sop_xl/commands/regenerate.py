"""Plan a workbook from history to money and write every result back to its sheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from sop_xl import __version__
from sop_xl.blocks import Block
from sop_xl.commands.account import write_account
from sop_xl.commands.inputs import Inputs, display_timeline, planning_timeline, read_inputs, stamped
from sop_xl.commands.overview import overview
from sop_xl.commands.planning import plan_demand, plan_kpis, plan_money, plan_supply
from sop_xl.commands.report import ExitCode, Report
from sop_xl.commands.results import Results, output_rows
from sop_xl.errors import ContractError, FrameError, Problem, Severity, errors_in
from sop_xl.frames import FINANCIAL_PLAN, empty_frame
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.hosts.recalculate import UP_TO_DATE, Mode, recalculate
from sop_xl.periods import Timeline
from sop_xl.plan.grid import records
from sop_xl.sheets import sheet
from sop_xl.sheets.read import read_sheet

STEPS: dict[str, tuple[str, ...]] = {
    "forecast": ("Baseline Forecast", "Forecast Accuracy"),
    "demand": ("Consensus Demand",),
    "supply": ("Inventory Plan",),
    "finance": ("Financial Plan", "Bridges"),
    "kpis": ("KPIs",),
}
"""Which sheets each step writes; what a step needs from earlier ones is computed, but not written."""

SHEET_OF_FRAME = {
    "items": "Items", "locations": "Locations", "demand_history": "Demand History", "sales_input": "Sales Input", "events": "Events",
    "lifecycle": "Lifecycle", "overrides": "Overrides", "inventory": "Inventory", "budget": "Budget", "fx_rates": "FX Rates",
    "baseline_forecast": "Baseline Forecast", "consensus_demand": "Consensus Demand", "financial_plan": "Financial Plan",
}  # fmt: skip
"""Where a remark of the core about one of its frames belongs in the workbook."""


def regenerate_workbook(
    workbook: Path,
    *,
    out: Path | None = None,
    steps: Sequence[str] = (),
    as_of: str = "",
    recalc: Mode = "auto",
    progress: Callable[[str, int, int], None] | None = None,
) -> Report:
    """Plan and write.

    Parameters
    ----------
    workbook
        The file; it is replaced all at once at the end, or left as it is.
    out
        Write there instead and leave `workbook` as it is.
    steps
        Which sheets to write, by step: see `STEPS`; all of them where empty.
    as_of
        ISO date of the run, the only date that is stamped; today where empty.
    recalc
        `auto`, `libreoffice` or `off`: whether native formulas are computed. Where they are not, the workbook is marked to compute when Excel
        opens it, and the report says so.
    progress
        Called with (message, done, total).

    Returns
    -------
    Report
        Exit code 1 with the problems when the data have errors; the file is unchanged then.

    Raises
    ------
    ContractError
        For an unknown step.
    HostError
        When the file cannot be read, written or computed.
    PlanError
        When no feasible plan exists.
    """
    wanted = _wanted_sheets(steps)
    as_of = as_of or date.today().isoformat()
    say = progress or (lambda message, done, total: None)
    host = HeadlessHost(workbook, out=out, progress=say)
    host.check_writable()
    inputs = read_inputs(host)
    timeline, found = planning_timeline(inputs) if not inputs.has_errors else (None, [])
    problems = [*inputs.problems, *found]
    if timeline is None or errors_in(problems):
        return _refused(workbook, problems)

    notes: list[pd.DataFrame] = []
    demand = plan_demand(inputs, timeline, say, notes)
    say("Projecting stock", 0, 0)
    stock = plan_supply(inputs, timeline, demand, notes)
    say("Rolling up to money", 0, 0)
    money = plan_money(inputs, timeline, demand, stock, previous_plan(host, timeline, inputs), notes)
    results = Results(inputs, display_timeline(host, timeline), demand, stock, money, plan_kpis(inputs, timeline, demand, stock, money))
    problems += remarks(notes)

    written = _write(host, results, wanted, say)
    write_account(host, inputs, timeline, results, problems, steps or tuple(STEPS), as_of)
    say("Saving", 0, 0)
    host.save()
    facts = {
        "as_of": as_of,
        "version": __version__,
        "current_period": timeline.calendar.label(timeline.current),
        "inputs": inputs.fingerprint,
        "series": len(demand.baseline.accuracy),
        "forecast_from_cache": demand.from_cache,
        "sheets": written,
        "changed": host.changed,
        "recalculation": _recalculate(out or workbook, recalc, say),
    }
    return Report(
        command="regenerate",
        workbook=str(out or workbook),
        summary=_summary(out or workbook, facts),
        problems=problems,
        facts=facts,
        tables=[overview(results, timeline)],
    )


def _wanted_sheets(steps: Sequence[str]) -> set[str]:
    unknown = [s for s in steps if s not in STEPS]
    if unknown:
        expected = "expected steps among " + ", ".join(STEPS)
        raise ContractError([Problem("--steps", "", "unknown-step", expected, f'"{unknown[0]}"')])
    return {name for step in (steps or STEPS) for name in STEPS[step]}


def _refused(workbook: Path, problems: Sequence[Problem]) -> Report:
    errors = len(errors_in(problems))
    return Report(
        command="regenerate",
        workbook=str(workbook),
        exit_code=ExitCode.PROBLEMS,
        summary=f"{workbook.name} was not planned and is unchanged: {errors} error{'s' if errors > 1 else ''} in the data",
        problems=problems,
    )


def previous_plan(host: Host, timeline: Timeline, inputs: Inputs) -> pd.DataFrame:
    """The financial plan of the cycle before: what this workbook holds as Plan when its stamp names an earlier current period, else
    what it already holds as Previous plan. Only periods that were planned then count.
    """
    stamp = stamped(host, "sop_current_period")
    if "Financial Plan" not in host.sheet_names() or not stamp:
        return empty_frame(FINANCIAL_PLAN)
    try:
        planned_from = timeline.calendar.parse(stamp)
    except FrameError:  # the calendar was changed since then
        return empty_frame(FINANCIAL_PLAN)
    spec = sheet("Financial Plan")
    version = "Plan" if planned_from < timeline.current else "Previous plan"
    block = _lines_of_version(host.read_block(spec.name), [c.name for c in spec.columns].index("version"), version)
    kept = read_sheet(spec, block, inputs.settings).frame
    if kept.empty:
        return empty_frame(FINANCIAL_PLAN)
    if version == "Plan":
        kept = kept[kept["period"] >= planned_from]
    figures = ["demand", "revenue", "cost", "gross_margin", "inventory_value"]
    kept = kept.dropna(subset=figures, how="all").assign(version="Previous plan")
    return kept[list(FINANCIAL_PLAN.columns)].reset_index(drop=True)


def _lines_of_version(block: Block, column: int, version: str) -> Block:
    """The block with the table's lines of one version only: most of the sheet need not be understood."""
    if block.table is None:
        return block
    top, left, _, right = block.table
    head, body = block.rows[: top - block.row + 1], block.rows[top - block.row + 1 :]
    place = left - block.column + column
    kept = [row for row in body if len(row) > place and row[place] == version]
    return Block(block.sheet, block.row, block.column, [*head, *kept], (top, left, top + max(len(kept), 1), right))


def remarks(notes: Sequence[pd.DataFrame]) -> list[Problem]:
    """What the core assumed or left out, as notes on the sheets that it concerns."""
    rows = pd.concat(notes, ignore_index=True).drop_duplicates() if notes else pd.DataFrame()
    return [
        Problem(SHEET_OF_FRAME.get(row.frame, row.frame), "", row.rule, row.note, severity=Severity.NOTE)
        for row in records(rows)
    ]


def _write(host: HeadlessHost, results: Results, wanted: set[str], say: Callable[[str, int, int], None]) -> dict[str, int]:
    """Write the wanted sheets that the workbook has; returns rows by sheet."""
    present = set(host.sheet_names())
    makers = {name: make for name, make in output_rows(results).items() if name in wanted and name in present}
    written: dict[str, int] = {}
    for k, (name, make) in enumerate(makers.items()):
        say(f"Writing {name}", k, len(makers))
        header, rows = make()
        host.write_table(name, header, rows, sparse=True)
        written[name] = len(rows)
    return written


def _recalculate(path: Path, mode: Mode, say: Callable[[str, int, int], None]) -> dict[str, object]:
    """Compute native formulas where that is asked for and possible; says what happened."""
    say("Computing native formulas", 0, 0)
    report = recalculate(path, mode)
    engine = f"LibreOffice {report.version}".strip()
    return {"ran": report.ran, "formulas": report.patched, "kept": list(report.kept), "engine": engine if report.ran else "", "why_not": report.reason}


def _summary(path: Path, facts: dict[str, object]) -> str:
    recalculation = facts["recalculation"]
    assert isinstance(recalculation, dict)
    if recalculation["ran"]:
        computed = f"{recalculation['formulas']} native formulas computed by {recalculation['engine']}"
    elif recalculation["why_not"] == UP_TO_DATE:
        computed = "nothing changed and every native formula is up to date"
    else:
        computed = f"native formulas wait for Excel ({recalculation['why_not']})"
    fitted = "read from the cache" if facts["forecast_from_cache"] else "fitted"
    return f"{path.name}: {facts['series']} series planned from {facts['current_period']} on, forecasts {fitted}; {computed}."
