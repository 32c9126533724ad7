"""Plan a workbook from history to money and write every result back to its sheets."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from sop_xl import __version__
from sop_xl.commands.account import write_account
from sop_xl.commands.approved_sheets import relay_approved
from sop_xl.commands.cell_functions import cell_summary, compute_cells, recalculate_cells, recalculation_facts
from sop_xl.commands.cycle import plan_cycle
from sop_xl.commands.demand_planning import plan_demand
from sop_xl.commands.inputs import Inputs, display_timeline, parked_inputs, planning_timeline, read_inputs
from sop_xl.commands.kpi_planning import plan_kpis
from sop_xl.commands.last_plan import previous_plan
from sop_xl.commands.last_supply_plan import last_supply_plan
from sop_xl.commands.memory import plan_memory, read_memory
from sop_xl.commands.overview import overview, supply_overview, supply_sentences
from sop_xl.commands.planning import plan_life_cycle, plan_money, value_demand
from sop_xl.commands.published import read_published, weights_of_last_cycle
from sop_xl.commands.remarks import remarks
from sop_xl.commands.report import ExitCode, Report
from sop_xl.commands.results import Results, output_rows
from sop_xl.commands.risk_planning import plan_outlook
from sop_xl.commands.scenario_inputs import with_promoted
from sop_xl.commands.scenario_notes import with_cells
from sop_xl.commands.supply_planning import plan_supply
from sop_xl.commands.tables import plain_table
from sop_xl.commands.what_if import try_what_if
from sop_xl.errors import ContractError, HostError, Problem, errors_in
from sop_xl.hosts.cell_formulas.session import CellReport
from sop_xl.hosts.files import read_bytes, replace_file
from sop_xl.hosts.guards import check_target
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.hosts.recalculate import UP_TO_DATE, Mode
from sop_xl.periods import Timeline
from sop_xl.plan.notes import notes_frame
from sop_xl.sheets import sheet
from sop_xl.sheets.actuals_checks import check_weeks_to_come
from sop_xl.sheets.spec import LABEL_COLUMNS, Shape

STEPS: dict[str, tuple[str, ...]] = {
    "forecast": ("History Log", "Baseline Forecast", "Forecast Accuracy", "Backtest"),
    "demand": ("Event Results", "Consensus Demand", "Demand Effects", "Sales Review", "Lifecycle Plan", "Demand Changes", "Forecast Consumption", "Forecast Archive", "Forecast Value Added"),
    "supply": (
        "Supplier Performance", "Net Requirements", "Supply Plan", "Capacity", "Inventory Plan", "Shortages", "Binding Constraints", "Allocation", "Allocation Rules",
        "Inventory Targets", "Service Curves",
    ),
    "options": ("Options",),
    "scenarios": ("Scenario Compare",),
    "finance": ("Budget Mapping", "Financial Plan", "Profit and Loss", "Balance and Cash", "Plan Comparison", "Bridges"),
    "outlook": ("Risk Outlook", "Gap List"),
    "kpis": ("KPIs",),
    "cycle": ("Changes", "Decision Effects", "Weekly Execution", "Worklist", "Cycle", "Ten Questions"),
}
"""Which sheets each step writes; what a step needs from earlier ones is computed, but not written."""

Prepare = Callable[[Host], Sequence[Problem]]
"""Changes the inputs of a workbook before they are read; what it found stands first among the problems."""

Freeze = Callable[[Host, Results, Timeline, Sequence[Problem]], None]
"""Writes what is published of a plan: called before what the cycle says is computed, and with it and what the run remarked."""


def regenerate_on(
    host: Host,
    *,
    steps: Sequence[str] = (),
    as_of: str = "",
    progress: Callable[[str, int, int], None] | None = None,
    prepare: Prepare | None = None,
    freeze: Freeze | None = None,
) -> Report:
    """Plan a workbook wherever it is, write the results and save: from reading to writing, everything but files and native formulas.

    Parameters
    ----------
    host
        A file, Excel itself, or a picture in memory, which remembers what was written to it (see `hosts.snapshot`). Problems that stop the
        run, an error or a stop leave it unsaved: nothing has changed then.
    steps
        Which sheets to write, by step: see `STEPS`; all of them where empty.
    as_of
        ISO date of the run, the only date that is stamped; today where empty.
    progress
        Called with (message, done, total); the host's own progress where absent.
    prepare
        Changes inputs before they are read and gives what it found; where that has errors, nothing is planned.
    freeze
        Publishes the plan within the run.

    Returns
    -------
    Report
        Exit code 1 with the problems when the data have errors.

    Raises
    ------
    ContractError
        For an unknown step.
    HostError
        When the workbook cannot be read or written.
    PlanError
        When no feasible plan exists.
    """
    return _regenerate(host, steps, as_of, progress or host.progress, "off", prepare, freeze).report


@dataclass(frozen=True, slots=True)
class _Ran:
    """A run before native formulas are computed.

    Parameters
    ----------
    report
        With what was found about cells that call our functions so far.
    problems
        Without that.
    cells
        What became of such cells, before and after planning.
    tell
        Writes into a workbook what the run says about itself, with other problems of such cells.
    """

    report: Report
    problems: Sequence[Problem] = ()
    cells: tuple[CellReport, ...] = ()
    tell: Callable[[Host, Sequence[Problem]], None] = lambda host, found: None


def _regenerate(
    host: Host, steps: Sequence[str], as_of: str, say: Callable[[str, int, int], None], recalc: Mode, prepare: Prepare | None, freeze: Freeze | None
) -> _Ran:
    """See `regenerate_on`; `recalc` says whether native formulas will be computed afterwards."""
    wanted = _wanted_sheets(steps)
    as_of = as_of or date.today().isoformat()
    host.check_writable()
    before = compute_cells(host, recalc)  # inputs may stand behind formulas
    prepared = prepare(host) if prepare is not None else ()
    if errors_in(prepared):
        return _Ran(_refused(host.name, prepared))
    inputs = read_inputs(host, say)
    timeline, problems = _timeline(host, inputs, steps)
    problems = [*prepared, *problems, *check_weeks_to_come(inputs.readings.get("Weekly Actuals"), as_of)]
    if timeline is None or errors_in(problems):
        return _Ran(_refused(host.name, problems))
    results, written = _plan_and_write(host, inputs, timeline, wanted, problems, say, as_of, freeze)
    cells = compute_cells(host, recalc)

    def tell(where: Host, found: Sequence[Problem]) -> None:
        write_account(where, inputs, timeline, results, [*problems, *found], steps or tuple(STEPS), as_of)

    tell(host, cells.problems)
    say("Saving", 0, 0)
    host.save()
    facts = {
        "as_of": as_of,
        "version": __version__,
        "current_period": timeline.calendar.label(timeline.current),
        "inputs": inputs.fingerprint,
        "series": len(results.demand.baseline.accuracy),
        "forecast_from_cache": results.demand.from_cache,
        "sheets": written,
        "changed": host.changed,
        "supply": supply_sentences(results),
    }
    report = Report(
        command="regenerate",
        workbook=host.name,
        summary=_summary(host.name, facts),
        problems=[*problems, *cells.problems],
        facts=facts,
        tables=_tables(results, timeline, steps),
    )
    return _Ran(report, problems, (before, cells), tell)


def regenerate_workbook(
    workbook: Path,
    *,
    out: Path | None = None,
    steps: Sequence[str] = (),
    as_of: str = "",
    recalc: Mode = "auto",
    progress: Callable[[str, int, int], None] | None = None,
    prepare: Prepare | None = None,
    freeze: Freeze | None = None,
) -> Report:
    """Plan a file as `regenerate_on` does, compute its native formulas, and put it in place all at once.

    Parameters
    ----------
    workbook
        The file; it is replaced all at once at the end, or left as it is.
    out
        Write there instead and leave `workbook` as it is.
    steps, as_of, progress, prepare, freeze
        See `regenerate_on`.
    recalc
        `auto`, `libreoffice` or `off`: whether native formulas are computed. Where they are not, the workbook is marked to compute when Excel
        opens it, and the report says so.

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
    _wanted_sheets(steps)
    say = progress or (lambda message, done, total: None)
    final = out or workbook
    original = read_bytes(workbook)
    with tempfile.TemporaryDirectory(prefix="sop_xl_", ignore_cleanup_errors=True) as folder:
        draft = Path(folder) / final.name
        host = HeadlessHost(workbook, out=draft, progress=say)
        check_target(final.resolve())
        ran = _regenerate(host, steps, as_of, say, recalc, prepare, freeze)
        if ran.report.exit_code:
            return replace(ran.report, workbook=str(workbook))
        say("Computing formulas", 0, 0)
        computed = recalculate_cells(draft, recalc, ran.cells[-1], ran.tell)
        changed = put_in_place(draft, workbook, out, original)
    facts = ran.report.facts | {"changed": changed, "recalculation": recalculation_facts(computed, *ran.cells)}
    problems = [*ran.problems, *computed.cells.problems]
    return replace(ran.report, workbook=str(final), summary=_summary(final.name, facts), problems=problems, facts=facts)


def _tables(results: Results, timeline: Timeline, steps: Sequence[str]) -> list[tuple[str, list[str], list[list[str]]]]:
    """What a run of these steps prints."""
    shown = []
    if not steps or "finance" in steps:
        shown.append(overview(results, timeline))
    if not steps or "supply" in steps:
        shown.append(supply_overview(results))
    return shown


def _timeline(host: Host, inputs: Inputs, steps: Sequence[str]) -> tuple[Timeline | None, list[Problem]]:
    """The periods of this run, and everything that was found in the inputs and about them."""
    problems = [*inputs.problems, *parked_inputs(host, inputs)]
    if inputs.has_errors:
        return None, problems
    timeline, found = planning_timeline(inputs)
    problems += found
    if timeline is None:
        return None, problems
    shown, found = display_timeline(host, timeline)
    problems += found
    if steps:
        problems += _other_windows(host, shown, _wanted_sheets(steps))
    return timeline, problems


def _other_windows(host: Host, shown: Timeline, wanted: set[str]) -> list[Problem]:
    """Grids that a run of some steps would leave in another window of time than the ones it writes."""
    for names in STEPS.values():
        for name in names:
            spec = sheet(name)
            if name in wanted or spec.shape is not Shape.GRID or name not in host.sheet_names():
                continue
            header = plain_table(spec, host.read_block(name)).header[LABEL_COLUMNS:]
            if header and header != shown.labels:
                expected = f"expected a whole run: {name} shows {header[0]} to {header[-1]}, the plan now {shown.labels[0]} to {shown.labels[-1]}"
                return [Problem("--steps", "", "steps-after-roll", expected)]
    return []


def _plan_and_write(
    host: Host, inputs: Inputs, timeline: Timeline, wanted: set[str], problems: list[Problem], say: Callable[[str, int, int], None], as_of: str,
    freeze: Freeze | None = None,
) -> tuple[Results, dict[str, int]]:
    """Compute every step and write the wanted sheets; adds what the core remarked to `problems`."""
    notes: list[pd.DataFrame] = []
    inputs, said = with_promoted(inputs, timeline)
    notes.append(with_cells(notes_frame(said), inputs))
    past = read_memory(host, inputs)
    published = read_published(host, notes)
    weights = weights_of_last_cycle(published, timeline) if "Changes" in wanted else None
    demand = plan_demand(inputs, timeline, say, notes, past.archive, weights)
    memory = plan_memory(inputs, timeline, past, demand, notes, demand.agreed.sales_numbers, writing="Forecast Archive" in wanted)
    problems += memory.problems
    valued = value_demand(inputs, timeline, demand, notes)
    say("Planning supply", 0, 0)
    last_plan = last_supply_plan(host, timeline, inputs)
    supply = plan_supply(inputs, timeline, demand, valued, last_plan, notes)
    say("Rolling up to money", 0, 0)
    money = plan_money(inputs, timeline, valued, supply, previous_plan(host, timeline, inputs), notes)
    life_cycle = plan_life_cycle(inputs, timeline, demand, money, notes)
    shown, _ = display_timeline(host, timeline)
    # a gap is closed by options, so that they are tried for it too
    what_if = try_what_if(
        inputs, timeline, demand, supply, last_plan, money.budget, say, notes, options=bool({"Options", "Gap List"} & wanted), scenarios="Scenario Compare" in wanted
    )
    outlook = plan_outlook(inputs, timeline, money, supply, what_if, say, notes, published) if {"Risk Outlook", "Gap List"} & wanted else None
    figures = plan_kpis(inputs, timeline, demand, supply, money, past.archive, published, as_of, notes)
    results = Results(inputs, shown, demand, memory, supply, what_if, money, outlook, figures, life_cycle)
    if freeze is not None:
        freeze(host, results, timeline, ())
    if set(STEPS["cycle"]) & wanted:
        relay_approved(host, shown)
        results = replace(results, cycle=plan_cycle(host, results, timeline, as_of, say, notes, published if freeze is None else None))
    problems += remarks(notes, host.sheet_names())
    if freeze is not None:
        freeze(host, results, timeline, problems)
    return results, _write(host, results, wanted, say)


def put_in_place(draft: Path, workbook: Path, out: Path | None, original: bytes) -> bool:
    """Make the finished draft the workbook, all at once; whether it differs from what was read."""
    content = read_bytes(draft) if draft.exists() else original
    changed = content != original
    if out is None and changed and read_bytes(workbook) != original:
        raise HostError(f"{workbook.name} was changed by another program during the run; run again (the file is as that program left it)")
    if out is not None or changed:
        replace_file(out or workbook, content)
    return changed


def _wanted_sheets(steps: Sequence[str]) -> set[str]:
    unknown = [s for s in steps if s not in STEPS]
    if unknown:
        expected = "expected steps among " + ", ".join(STEPS)
        raise ContractError([Problem("--steps", "", "unknown-step", expected, f'"{unknown[0]}"')])
    return {name for step in (steps or STEPS) for name in STEPS[step]}


def _refused(workbook: str, problems: Sequence[Problem]) -> Report:
    errors = len(errors_in(problems))
    return Report(
        command="regenerate",
        workbook=workbook,
        exit_code=ExitCode.PROBLEMS,
        summary=f"{workbook} was not planned and is unchanged: {errors} error{'s' if errors > 1 else ''} in the data",
        problems=problems,
    )


def _write(host: Host, results: Results, wanted: set[str], say: Callable[[str, int, int], None]) -> dict[str, int]:
    """Write the wanted sheets that the workbook has; returns rows by sheet."""
    present = set(host.sheet_names())
    makers = {name: make for name, make in output_rows(results).items() if name in wanted and name in present}
    written: dict[str, int] = {}
    for k, (name, make) in enumerate(makers.items()):
        say(f"Writing {name}", k, len(makers))
        header, rows = make()
        # a column that people fill needs its cells, which are open to them, even where they are empty
        host.write_table(name, header, rows, sparse=not any(c.people for c in sheet(name).columns))
        written[name] = len(rows)
    return written


def _summary(workbook: str, facts: dict[str, Any]) -> str:
    fitted = "read from the cache" if facts["forecast_from_cache"] else "fitted"
    planned = f"{workbook}: {facts['series']} series planned from {facts['current_period']} on, forecasts {fitted}"
    recalculation = facts.get("recalculation")
    if recalculation is None:  # whoever holds the workbook computes its formulas
        return f"{planned}."
    if recalculation["ran"]:
        computed = f"{recalculation['formulas']} native formulas computed by {recalculation['engine']}"
    elif recalculation["why_not"] == UP_TO_DATE:
        computed = "nothing changed and every native formula is up to date"
    else:
        computed = f"native formulas wait for Excel ({recalculation['why_not']})"
    if cells := cell_summary(recalculation["cells"]):
        computed += f"; {cells}"
    return f"{planned}; {computed}."
