"""What a run says about itself in the workbook: problems, its line in the log, the stamp cells on Home."""

from __future__ import annotations

from collections.abc import Sequence

from sop_xl import __version__
from sop_xl.blocks import CellValue
from sop_xl.commands.approval import approval_status
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.report import count
from sop_xl.commands.results import Results
from sop_xl.commands.tables import plain_table, plain_text
from sop_xl.errors import HostError, Problem, Severity
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline
from sop_xl.sheets import sheet
from sop_xl.sheets.write import problem_rows

STAMPS = ("sop_as_of", "sop_version", "sop_current_period", "sop_horizon", "sop_status", "sop_errors", "sop_warnings", "sop_approved")
"""Named cells that a run stamps."""


def write_account(
    host: Host, inputs: Inputs, timeline: Timeline, results: Results, problems: Sequence[Problem], steps: Sequence[str], as_of: str
) -> None:
    """Problems, the run's line in the log, and the stamp cells."""
    present = set(host.sheet_names())
    label = timeline.calendar.label(timeline.current)
    if "Problems" in present:
        host.write_table("Problems", *problem_rows(problems))
    if "Run Log" in present:
        line: dict[str, CellValue] = {
            "as_of": as_of, "version": __version__, "steps": ", ".join(steps), "inputs": inputs.fingerprint, "current_period": label,
            "series": float(len(results.demand.baseline.accuracy)), "errors": 0.0, "warnings": float(count(problems, Severity.WARNING)), "outcome": "planned",
        }  # fmt: skip
        host.write_table("Run Log", *_with_line(host, line))
    stamps: dict[str, CellValue] = {
        "sop_as_of": as_of, "sop_version": __version__, "sop_current_period": label, "sop_horizon": timeline.horizon,
        "sop_status": "planned", "sop_errors": 0, "sop_warnings": count(problems, Severity.WARNING),
        "sop_approved": approval_status(host, results, timeline),
    }  # fmt: skip
    for name, value in stamps.items():
        try:
            host.write_name(name, value)
        except HostError:
            continue  # a workbook from elsewhere may lack a stamp cell; the plan does not depend on it


def _with_line(host: Host, line: dict[str, CellValue]) -> tuple[list[str], list[list[CellValue]]]:
    """The log with this run as its last line; a run with the same key takes the place of the earlier one, so that repeating changes nothing."""
    spec = sheet("Run Log")
    table = plain_table(spec, host.read_block(spec.name))
    header = [c.label for c in spec.columns]
    names = [c.name for c in spec.columns]
    kept = [cells[: len(names)] for _, cells in table.rows]
    new: list[CellValue] = [line.get(name) for name in names]
    places = [names.index(k) for k in spec.key]

    def key(cells: Sequence[CellValue]) -> list[str]:
        return [plain_text(cells[p]) for p in places]

    for i, cells in enumerate(kept):
        if key(cells) == key(new):
            kept[i] = new
            return header, kept
    return header, [*kept, new]
