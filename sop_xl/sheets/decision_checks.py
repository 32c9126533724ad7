"""Decisions held against themselves: what enters the plan has a lever, what has none says what it is about."""

from __future__ import annotations

from collections.abc import Iterator

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.cells import show
from sop_xl.sheets.readings import Readings, filled


def check_decisions(readings: Readings) -> Iterator[Problem]:
    """A row says what is decided or what is to be done; a lever on it counts only where it is a decision."""
    reading = filled(readings, "Decisions")
    if reading is None:
        return
    rows = reading.records
    without = rows["lever"] == ""
    for line in rows.index[without & (rows["option"] == "") & (rows["question"] == "")]:
        yield Problem(reading.sheet, reading.cell_of(line, "lever"), "decides-nothing", "expected a lever, or a Question that says what it is about", "nothing")
    for line in rows.index[without & (rows["option"] != "") & (rows["status"] == "approved")]:
        expected = f"expected the lever of {show(str(rows.at[line, 'option']))}"
        yield Problem(reading.sheet, reading.cell_of(line, "lever"), "option-without-lever", expected, "nothing", "it is a record and does not enter the plan", Severity.WARNING)
    for line in rows.index[~without & (rows["kind"] != "decision")]:
        words, got = f"expected nothing: an {rows.at[line, 'kind']!s} pulls no lever", show(str(rows.at[line, "lever"]))
        yield Problem(reading.sheet, reading.cell_of(line, "lever"), "lever-without-decision", words, got, "it does not enter the plan; a Kind decision does", Severity.WARNING)
