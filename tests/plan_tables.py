"""Small tables for tests of the plan: rows as a planner would write them, everything left out is absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.frames import FrameSpec
from sop_xl.periods import Calendar, Timeline

MONTHS = Calendar()
_ABSENT = {"text": "", "number": np.nan, "date": pd.NaT, "flag": False}


def month(label: str) -> pd.Timestamp:
    """First day of `2026-01`."""
    return MONTHS.parse(label)


def months(first: str, count: int, history: int = 12) -> Timeline:
    """A monthly timeline: `count` planned months from `first` on, after `history` past ones."""
    current = month(first)
    return Timeline(MONTHS, MONTHS.shift(current, -history), current, count)


def table(spec: FrameSpec, *rows: Mapping[str, Any]) -> pd.DataFrame:
    """A frame of that form. A key such as `2026-01` makes a row for that period; its value is that of `measure`.

    Without a `measure` the value is that of the frame's first number column.
    """
    numbers = [name for name, kind in spec.columns.items() if kind == "number"]
    cells: dict[tuple[Any, ...], dict[str, Any]] = {}
    for position, row in enumerate(rows):
        fixed = {name: value for name, value in row.items() if name in spec.columns}
        unknown = [name for name in row if name not in spec.columns and name != "measure" and not name[:1].isdigit()]
        assert not unknown, f"{spec.name} has no column {unknown[0]!r}"
        by_period = {name: value for name, value in row.items() if name[:1].isdigit()}
        if not by_period:
            cells[("row", position)] = fixed
        for label, value in by_period.items():
            cell = fixed | {"period": month(label)}
            key = tuple(cell.get(name, "") for name in spec.keys)
            cells.setdefault(key, {}).update(cell | {str(row.get("measure", numbers[0])): value})
    if not cells:
        return frames.empty_frame(spec)
    filled = [{name: _ABSENT[kind] for name, kind in spec.columns.items()} | cell for cell in cells.values()]
    frame = pd.DataFrame(filled, columns=list(spec.columns))
    for name, kind in spec.columns.items():
        if kind == "number":
            frame[name] = frame[name].astype("float64")
        elif kind == "date":
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ns]")
        else:
            frame[name] = frame[name].astype(object)
    return frames.check_frame(frame, spec)


def items(*names: str, family: str = "Paint", **columns: Any) -> pd.DataFrame:
    """Items of one family with the same attributes."""
    given = {"family": family, "category": "Goods", "lead_time": 0.0, "lead_time_deviation": 0.0} | columns
    return table(frames.ITEMS, *({"item": name} | given for name in names))


def locations(**supplied_from: str) -> pd.DataFrame:
    """Locations by name and the one whose stock serves them; the region has the location's name."""
    rows = ({"location": name, "region": name, "supplied_from": source} for name, source in supplied_from.items())
    return table(frames.LOCATIONS, *rows)


def baseline(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Baseline forecast rows with one column per month."""
    return table(frames.BASELINE_FORECAST, *rows)


def value(frame: pd.DataFrame, column: str, **keys: Any) -> float:
    """The one value of `column` where the keys match; a period may be given as `2026-01`."""
    chosen = frame
    for name, wanted in keys.items():
        chosen = chosen[chosen[name] == (month(wanted) if name == "period" and isinstance(wanted, str) else wanted)]
    assert len(chosen) == 1, f"{len(chosen)} rows for {keys}"
    return float(chosen[column].iloc[0])
