"""The workbook's memory: Forecast Archive read back, the current cycle added, and what past cycles were worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd

from sop_xl.blocks import Block, CellValue, a1
from sop_xl.commands.demand_planning import Demand
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.plan_currency import history_in_plan_currency
from sop_xl.errors import FrameError, Problem, Severity, quote
from sop_xl.frames import DEMAND_CHANGES, FORECAST_ARCHIVE, VALUE_ADDED, empty_frame, order_rows
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.archive import ARCHIVED, LAG_COLUMNS, archive_cycle, cycle_forecast
from sop_xl.plan.compared import NAIVE
from sop_xl.plan.demand_changes import demand_changes
from sop_xl.plan.value_added import value_added
from sop_xl.sheets import sheet
from sop_xl.sheets.write import record_rows
from sop_xl.vocabulary import MEASURES

SHEET = "Forecast Archive"

Cells = list[CellValue]

_NUMBERS = {float, int, type(None)}


@dataclass(frozen=True)
class Unread:
    """A row of the archive that cannot be understood; it is kept and not compared.

    Parameters
    ----------
    cells
        In the order of the contract's columns.
    row
        Where it stands, 1-based.
    place
        0-based column at fault.
    expected
        What should stand there.
    cycle, item, location
        As far as they can be read; NaT and `""` otherwise.
    """

    cells: Cells
    row: int
    place: int
    expected: str
    cycle: pd.Timestamp
    item: str
    location: str


@dataclass(frozen=True)
class Memory:
    """Forecast Archive as it stands in the workbook.

    Parameters
    ----------
    archive
        FORECAST_ARCHIVE: what could be understood.
    body
        All rows as they stand, in the order of the contract's columns.
    unread
        Rows that cannot be understood.
    top, left
        1-based place of the table's header.
    problem
        Why the sheet can neither be read nor written; `None` where it can.
    present
        Whether the workbook has the sheet.
    """

    archive: pd.DataFrame = field(default_factory=lambda: empty_frame(FORECAST_ARCHIVE))
    body: list[Cells] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    top: int = 0
    left: int = 1
    problem: Problem | None = None
    present: bool = True


@dataclass(frozen=True)
class Remembered:
    """The archive with this cycle in it, and the value added of past ones.

    Parameters
    ----------
    rows
        Header and rows of Forecast Archive; `None` where the sheet stays as it is.
    value_added
        VALUE_ADDED.
    changes
        DEMAND_CHANGES: from last cycle's consensus to this one.
    problems
        Rows that cannot be understood, at the cells where they stand after the run.
    """

    rows: tuple[list[str], list[Cells]] | None
    value_added: pd.DataFrame
    changes: pd.DataFrame
    problems: list[Problem]


def read_memory(host: Host, inputs: Inputs) -> Memory:
    """Forecast Archive from the workbook's own sheet. Mistakes in it stop nothing: such rows are kept and said."""
    if SHEET not in host.sheet_names():
        return Memory(present=False)
    block = host.read_block(SHEET)
    if block.table is None:
        return Memory(present=False)
    top, left, bottom, _ = block.table
    lines = block.rows[top - block.row : bottom - block.row + 1]
    header = list(lines[0]) if lines else []
    columns = sheet(SHEET).columns
    missing = [c.label for c in columns if c.label not in header]
    if missing:
        return Memory(top=top, left=left, problem=_without_column(block, missing[0]))
    at = [header.index(c.label) for c in columns]
    numbered = [(top + 1 + i, [line[j] for j in at]) for i, line in enumerate(lines[1:])]
    numbered = [(row, cells) for row, cells in numbered if any(v is not None and v != "" for v in cells)]
    body = [cells for _, cells in numbered]
    archive, unread = _understood(body, [row for row, _ in numbered], inputs.settings.make_calendar())
    return Memory(archive, body, unread, top, left)


def _without_column(block: Block, label: str) -> Problem:
    assert block.table is not None
    hint = "the archive is neither read nor written; give the column its name back"
    return Problem(SHEET, a1(block.table[0], block.table[1]), "archive-header", f'expected a column "{label}"', "none", hint, Severity.WARNING)


def _understood(body: Sequence[Cells], rows: Sequence[int], calendar: Calendar) -> tuple[pd.DataFrame, list[Unread]]:
    """The rows that can be understood as FORECAST_ARCHIVE, and the others."""
    if not body:
        return empty_frame(FORECAST_ARCHIVE), []
    names = list(FORECAST_ARCHIVE.columns)
    columns = dict(zip(names, map(list, zip(*body, strict=True)), strict=True))
    fault, expected = np.full(len(body), -1), np.full(len(body), "", dtype=object)

    def refuse(bad: np.ndarray, name: str, words: str) -> None:
        new = bad & (fault < 0)
        fault[new], expected[new] = names.index(name), words

    frame = pd.DataFrame({"cycle": _cycles(columns["cycle"], calendar)})
    refuse(frame["cycle"].isna().to_numpy(), "cycle", f"expected a period such as {calendar.label(pd.Timestamp(2026, 1, 1))}")
    for name in ("item", "location", "stage", "source"):
        frame[name] = pd.Series([v if type(v) is str else "" for v in columns[name]], dtype="object")
    for name in ("item", "location"):
        refuse((frame[name] == "").to_numpy(), name, f"expected an {name}" if name == "item" else f"expected a {name}")
    refuse(~frame["stage"].isin(ARCHIVED).to_numpy(), "stage", "expected one of " + ", ".join(ARCHIVED))
    refuse(np.array([type(v) not in (str, type(None)) for v in columns["source"]]), "source", "expected a text")
    for name in LAG_COLUMNS:
        frame[name], bad = _numbers(columns[name])
        refuse(bad, name, "expected a number")
    sound = fault < 0
    twice = np.zeros(len(body), dtype=bool)
    twice[sound] = frame[sound].duplicated(list(FORECAST_ARCHIVE.keys)).to_numpy()
    refuse(twice, "cycle", "expected one row per cycle, item, location, stage and source")
    unread = [
        Unread(list(body[i]), rows[i], int(fault[i]), str(expected[i]), frame["cycle"].iloc[i], frame["item"].iloc[i], frame["location"].iloc[i])
        for i in np.flatnonzero(fault >= 0).tolist()
    ]
    kept = frame[fault < 0]
    return (order_rows(kept, FORECAST_ARCHIVE) if len(kept) else empty_frame(FORECAST_ARCHIVE)), unread


def _cycles(values: Sequence[CellValue], calendar: Calendar) -> pd.Series:
    """First day of each period; NaT where the cell names none of this calendar."""
    known = {value: _cycle(value, calendar) for value in set(values)}
    return pd.Series([known[v] for v in values], dtype="datetime64[ns]")


def _cycle(value: CellValue, calendar: Calendar) -> pd.Timestamp | None:
    if isinstance(value, datetime):
        moment = pd.Timestamp(value)
        return moment if calendar.start_of(moment) == moment else None
    try:
        return calendar.parse(value) if isinstance(value, str) else None
    except FrameError:
        return None


def _numbers(values: Sequence[CellValue]) -> tuple[np.ndarray, np.ndarray]:
    """Numbers, NaN where absent, and which cells hold something else."""
    if set(map(type, values)) <= _NUMBERS:
        return np.array(values, dtype=float), np.zeros(len(values), dtype=bool)
    bad = np.array([type(v) not in _NUMBERS for v in values])
    return np.array([np.nan if b else v for v, b in zip(values, bad, strict=True)], dtype=float), bad


def plan_memory(
    inputs: Inputs,
    timeline: Timeline,
    memory: Memory,
    demand: Demand,
    notes: list[pd.DataFrame],
    sales_numbers: pd.DataFrame | None = None,
    *,
    writing: bool = True,
) -> Remembered:
    """Put this cycle into the archive and measure the earlier ones against the actuals.

    Parameters
    ----------
    sales_numbers
        contributor, item, location, period, demand; see `cycle_forecast`.
    writing
        Whether this run writes the archive; decides at which cells rows that cannot be understood are said to stand.
    """
    if memory.problem is not None or not memory.present:
        return Remembered(None, empty_frame(VALUE_ADDED), empty_frame(DEMAND_CHANGES), [memory.problem] if memory.problem else [])
    settings = inputs.settings
    fresh = cycle_forecast(demand.consensus, demand.effects, timeline, sales_numbers)
    archive, said = archive_cycle(memory.archive, fresh, timeline, settings.archive_cycles)
    notes.append(said)
    unread = _still_kept(memory.unread, archive, set(said["rule"]), timeline)
    history = history_in_plan_currency(inputs, [])
    value, said = value_added(
        archive, history[history["demand"].notna()], inputs.frame("Items"), timeline, settings.track_record_periods,
        settings.blank_demand, _unknown(unread),  # type: ignore[arg-type]
    )  # fmt: skip
    notes.append(said)
    # the archive as it was read: the cycle before this one may leave it just now
    changes = demand_changes(memory.archive, demand.consensus, inputs.frame("Items"), inputs.locations(), timeline)
    header, rows = record_rows(sheet(SHEET), archive, timeline.calendar)
    rows += [u.cells for u in unread]
    changed = rows != memory.body
    first = memory.top + 1 + len(archive) if writing else None
    return Remembered((header, rows) if changed else None, value, changes, _problems(unread, memory.left, first))


def _still_kept(unread: Sequence[Unread], archive: pd.DataFrame, rules: set[str], timeline: Timeline) -> list[Unread]:
    """Rows that cannot be understood, less those of a cycle that was written anew or has left the full archive."""
    oldest = archive["cycle"].min() if "archive-full" in rules else pd.NaT
    anew = pd.NaT if "archive-stands" in rules else timeline.current
    return [u for u in unread if u.cycle != anew and not u.cycle < oldest]


def _unknown(unread: Sequence[Unread]) -> pd.DataFrame:
    """cycle, item, location of which something was archived that cannot be read."""
    named = [(u.cycle, u.item, u.location) for u in unread if pd.notna(u.cycle) and u.item and u.location]
    return pd.DataFrame(named, columns=["cycle", "item", "location"])


def _problems(unread: Sequence[Unread], left: int, first: int | None) -> list[Problem]:
    """One warning for each kind of mistake, at the first cell that has it."""
    groups: dict[tuple[int, str], list[tuple[int, Unread]]] = {}
    for k, u in enumerate(unread):
        groups.setdefault((u.place, u.expected), []).append((u.row if first is None else first + k, u))
    problems = []
    for (place, expected), found in groups.items():
        row, u = found[0]
        more = f"; {len(found) - 1} more rows like it" if len(found) > 1 else ""
        hint = f"the row is kept and not compared{more}"
        problems.append(Problem(SHEET, a1(row, left + place), "archive-row", expected, quote(u.cells[place]), hint, Severity.WARNING))
    return problems


STEP_WORDS = {name: measure.label for name, measure in MEASURES.items()} | {NAIVE: "Seasonal naive"}
"""A step of the staircase as a planner reads it."""

def value_added_rows(value: pd.DataFrame) -> tuple[list[str], list[Cells]]:
    """Lines of Forecast Value Added."""
    return record_rows(sheet("Forecast Value Added"), value.assign(stage=value["stage"].map(STEP_WORDS)))
