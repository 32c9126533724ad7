"""Actuals of the month that is over: where they come from, whether they are of the right month, and into history with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sop_xl.blocks import Block
from sop_xl.commands.exchange import file_block, fill_from, settings_of
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.roll_complete import check_complete, check_demand
from sop_xl.commands.tables import plain_table
from sop_xl.errors import Problem, Severity, errors_in
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline
from sop_xl.sheets import sheet
from sop_xl.sheets.import_rows import read_file
from sop_xl.sheets.read import Reading

HISTORY, ACTUALS = "Demand History", "Actuals"


@dataclass(frozen=True)
class Actuals:
    """What is to be appended to history.

    Parameters
    ----------
    block
        Cells of a file or of the sheet Actuals; `None` where they stand in Demand History already.
    problems
        What stands against rolling with them, and what is worth knowing.
    """

    block: Block | None
    problems: tuple[Problem, ...] = ()


def find_actuals(host: Host, inputs: Inputs, timeline: Timeline, file: Path | None, *, partial: bool = False) -> Actuals:
    """The actuals of the current period: from the file, else from the sheet Actuals, else as they stand in Demand History.

    A file may be laid out in any way in which Demand History can be imported: one row per item and period, or a column per period. Items and
    locations that have been selling and have no actual stand against it, unless the month is taken as it is (`partial`).

    Raises
    ------
    HostError
        When the file cannot be read.
    """
    label = timeline.calendar.label(timeline.current)
    if file is not None:
        block = file_block(file, HISTORY, ACTUALS)
    elif ACTUALS in host.sheet_names() and plain_table(sheet(ACTUALS), host.read_block(ACTUALS)).rows:
        block = host.read_block(ACTUALS)
    elif _stands_in_history(inputs, timeline):
        taken = Problem(HISTORY, "", "actuals-in-history", f"the actuals of {label} are taken as they stand there", severity=Severity.NOTE)
        shipped = check_demand(inputs.readings[HISTORY], inputs.readings[HISTORY], "", timeline)
        return Actuals(None, (taken, *(shipped or check_complete(inputs, timeline, HISTORY, inputs.frame(HISTORY), partial=partial))))
    else:
        place = ACTUALS if ACTUALS in host.sheet_names() else HISTORY
        hint = "fill the sheet Actuals, or name a file: sop-xl roll WORKBOOK FILE"
        return Actuals(None, (Problem(place, "", "no-actuals", f"expected the actuals of {label}", "none", hint),))
    reading = read_file(sheet(HISTORY), block, settings_of(host))
    problems = [*errors_in(reading.problems), *check_period(reading, block, timeline)]
    if not errors_in(problems):
        problems += check_demand(inputs.readings.get(HISTORY), reading, _first_cell(reading, block, timeline.current), timeline)
    if not errors_in(problems):
        problems += check_complete(inputs, timeline, block.sheet, reading.frame, partial=partial)
    return Actuals(block, tuple(problems))


def _stands_in_history(inputs: Inputs, timeline: Timeline) -> bool:
    """Whether Demand History already has the current period, which Settings then holds back."""
    frame = inputs.frame(HISTORY)
    return bool((frame["period"].eq(timeline.current) & frame["demand"].notna()).any())


def check_period(reading: Reading, block: Block, timeline: Timeline) -> list[Problem]:
    """Actuals are of the current period: none is an error, a later one, too; an earlier one corrects history, which is said."""
    values, labels = reading.values, reading.labels
    if reading.errors or values is None or labels is None:
        return []
    calendar = reading.calendar
    current = calendar.label(timeline.current)
    filled = pd.DatetimeIndex([values.periods[k] for k in values.period.tolist()])
    later, earlier = filled > timeline.current, filled < timeline.current
    if later.any():
        cell = _period_cell(reading, block, int(later.argmax()))
        got = calendar.label(filled[int(later.argmax())])
        return [Problem(block.sheet, cell, "actuals-too-late", f"expected actuals up to {current}, the current period", got, "roll one period at a time, in order")]
    if not len(filled):
        return [Problem(block.sheet, "", "no-actuals", f"expected actuals of {current}", "none")]
    if not (filled == timeline.current).any():
        cell = _period_cell(reading, block, int(filled.argmax()))
        words, got = f"expected actuals of {current}, the next period to roll", f"{calendar.label(filled.max())} as the last one"
        return [Problem(block.sheet, cell, "no-actuals", words, got)]
    if earlier.any():
        count, past = int(earlier.sum()), filled[earlier]
        span = calendar.label(past.min()) + (f" to {calendar.label(past.max())}" if past.min() != past.max() else "")
        said = f"{count} value{'s' if count > 1 else ''} of {span} correct{'s' if count == 1 else ''} history"
        return [Problem(block.sheet, "", "actuals-of-the-past", said, severity=Severity.WARNING, hint="what was planned from the earlier figures stays as it was")]
    return []


def _first_cell(reading: Reading, block: Block, period: pd.Timestamp) -> str:
    """Cell of the first value of a period; `""` where there is none."""
    values, labels = reading.values, reading.labels
    if values is None or labels is None:
        return ""
    for k, place in enumerate(values.period.tolist()):
        if values.periods[place] == period:
            return block.address(labels.rows[int(values.line[k])], int(values.column[k]))
    return ""


def _period_cell(reading: Reading, block: Block, value: int) -> str:
    """Cell that says of which period a value is: the header above it, or the period beside it in its line."""
    header, values, labels = reading.header, reading.values, reading.labels
    assert header is not None and values is not None and labels is not None
    if header.layout == "wide":
        return block.address(header.row, int(values.column[value]))
    beside = next((place for place in (header.period, header.month, header.year) if place is not None), int(values.column[value]))
    return block.address(labels.rows[int(values.line[value])], beside)


def append_actuals(host: Host, actuals: Block) -> tuple[list[Problem], str]:
    """Bring actuals into Demand History, by header and key; when they stood in the sheet Actuals, it is emptied. Problems, and what was done in words."""
    problems, _, told = fill_from(host, sheet(HISTORY), actuals)
    if not errors_in(problems) and actuals.sheet == ACTUALS and ACTUALS in host.sheet_names() and actuals.table is not None:
        host.write_table(ACTUALS, plain_table(sheet(ACTUALS), actuals).header, [])
    return problems, told
