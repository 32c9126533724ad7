"""The horizon moves on by a period: columns of the input grids, and the current period where Settings names it."""

from __future__ import annotations

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.commands.exchange import formulas_kept
from sop_xl.commands.inputs import input_sheets
from sop_xl.commands.tables import PlainTable, plain_table
from sop_xl.errors import FrameError, Problem
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Calendar, Timeline
from sop_xl.sheets import sheet
from sop_xl.sheets.cells import squeeze
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import LABEL_COLUMNS, Shape, columns_of


def move_horizon(host: Host, settings: Settings, timeline: Timeline) -> tuple[list[str], list[Problem]]:
    """Give every input grid the column of the period that comes into the plan, after its last one; nobody's column moves or goes.

    A grid that ended before the old horizon was laid out by people for fewer periods, and stays as it is. Demand History at least gets the
    column of the current period. A budget on a calendar of its own is moved by the shift that Settings states.

    Returns
    -------
    tuple
        Sheets that were widened, in tab order, and notes about formulas that had to give way.
    """
    calendar = timeline.calendar
    old_end, widened, problems = timeline.plan[-1], list[str](), list[Problem]()
    present = set(host.sheet_names())
    for spec in input_sheets():
        if spec.shape is not Shape.GRID or spec.name not in present:
            continue
        table = plain_table(spec, host.read_block(spec.name), blank_rows=True)
        last = _last_period(table, calendar)
        if last is None:
            continue
        shift = settings.budget_period_shift if spec.name == "Budget" else 0
        end = calendar.shift(old_end, -shift)
        if last == end:
            new = [calendar.shift(end, 1)]
        elif spec.name == "Demand History" and last < timeline.current:
            new = list(calendar.span(calendar.shift(last, 1), calendar.distance(last, timeline.current)))
        else:
            continue
        problems += _with_columns(host, table, [calendar.label(period) for period in new])
        widened.append(spec.name)
    return widened, problems


def _last_period(table: PlainTable, calendar: Calendar) -> pd.Timestamp | None:
    """Period of the last column of a grid laid out as the contract has it; `None` for any other table."""
    labels = [c.label for c in table.spec.columns]
    if table.header[:LABEL_COLUMNS] != labels or len(table.header) == LABEL_COLUMNS:
        return None
    try:
        periods = [calendar.parse(text) for text in table.header[LABEL_COLUMNS:]]
    except FrameError:  # columns of people's own, or periods of another calendar
        return None
    return periods[-1] if periods[-1] == max(periods) else None


def _with_columns(host: Host, table: PlainTable, labels: list[str]) -> list[Problem]:
    rows: list[list[CellValue]] = [[*cells, *[None] * len(labels)] for _, cells in table.rows]
    formulas, notes = formulas_kept(host, table.spec, table, rows)
    host.write_table(table.spec.name, [*table.header, *labels], rows, formulas=formulas)
    return notes


def move_current_period(host: Host, settings: Settings, timeline: Timeline) -> bool:
    """Write the next period into the row of Settings that names the current one; whether there is such a row.

    Where Settings names none, the current period follows from the history.
    """
    if settings.current_period is None:
        return False
    spec = sheet("Settings")
    table = plain_table(spec, host.read_block(spec.name), blank_rows=True)
    names = {squeeze(c.label) for c in columns_of(Settings) if c.name == "current_period"} | {squeeze("current_period")}
    value = table.header.index(spec.column("value").label)
    rows = [list(cells) for _, cells in table.rows]
    for cells in rows:
        if squeeze(str(cells[0] or "")) in names:
            cells[value] = timeline.calendar.label(timeline.calendar.shift(timeline.current, 1))
    formulas, _ = formulas_kept(host, spec, table, rows)
    host.write_table(spec.name, table.header, rows, formulas=formulas)
    return True
