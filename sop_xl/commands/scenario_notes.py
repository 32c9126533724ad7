"""Where remarks about rows of Scenario Drivers stand."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sop_xl.commands.inputs import Inputs
from sop_xl.plan.scenario_world import SCOPE

_SHEET = "Scenario Drivers"


def with_cells(notes: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Notes (frame, key, rule, note) with a column `cell` more: A1 address of the driver that a note is about, `""` where it is about none."""
    reading = inputs.readings.get(_SHEET)
    place: dict[str, str] = {}
    if reading is not None and len(reading.records):
        for line, row in reading.records.iterrows():
            scope = [str(row[name]) for name in SCOPE if name in row and row[name] != ""]
            place.setdefault(" / ".join([str(row["scenario"]), str(row["driver"]), *scope]), reading.cell_of(line, "driver"))
    about = notes["frame"] == "scenario_drivers"
    return notes.assign(cell=notes["key"].map(place).where(about, "").fillna(""))


def cell_of(note: Any) -> str:
    """The cell of a note, as `remarks` reads it; `""` where none is known."""
    cell = getattr(note, "cell", "")
    return cell if isinstance(cell, str) else ""
