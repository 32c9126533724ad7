"""Stock at the end of the month that is over: whether it was counted, and what the count leaves out."""

from __future__ import annotations

from pathlib import Path

from sop_xl.commands.exchange import file_block
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.roll_complete import first_of
from sop_xl.errors import Problem, Severity
from sop_xl.periods import Timeline
from sop_xl.sheets import sheet
from sop_xl.sheets.import_rows import read_file

INVENTORY = "Inventory"


def check_count(inputs: Inputs, timeline: Timeline, file: Path | None) -> list[Problem]:
    """A plan begins with the stock that is there: a count from before the month that is over is not that, and what a new count leaves out may have run out.

    Extracts often list only what is in stock. A line that the file does not name keeps its quantity, as the file may be the count of one place among several.
    """
    stock = inputs.frame(INVENTORY)
    if stock.empty:
        return []
    if file is None:
        label = timeline.calendar.label(timeline.current)
        hint = "count again and type it in, or name a file with --inventory, and regenerate"
        return [Problem(INVENTORY, "", "stock-not-counted", f"stock on hand is taken as it stands there, as if {label} had not moved it", severity=Severity.WARNING, hint=hint)]
    counted = read_file(sheet(INVENTORY), file_block(file, INVENTORY), inputs.settings).frame
    named = set(zip(counted["item"], counted["location"], strict=True))
    several = stock["location"].nunique() > 1
    left = [
        f"{item} in {location}" if several else str(item)
        for item, location, on_hand in zip(stock["item"], stock["location"], stock["on_hand"], strict=True)
        if on_hand != 0 and (item, location) not in named
    ]
    if not left:
        return []
    keep = "keep" if len(left) > 1 else "keeps"
    words = f"{len(left)} of {len(stock)} lines of {INVENTORY} {'are' if len(left) > 1 else 'is'} not in it and {keep} the stock of before: {first_of(left)}"
    return [Problem(file.name, "", "stock-left-out", words, severity=Severity.WARNING, hint="state 0 for what has run out")]
