"""Level shifts that a planner has marked: his word holds although the month in which a shift is found drifts as months arrive."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.cleansing.found import LEVEL_SHIFT, Found, amount
from sop_xl.plan.cleansing.log import Marks
from sop_xl.plan.grid import records


def with_marked_shifts(found: Found, marks: Marks, reach: int, labels: list[str]) -> Found:
    """The level shifts under the periods of their marks, and those that were kept and are no longer found.

    The sharpest month of a step is an estimate, and later months sharpen it. So a mark stands for the nearest shift of its series
    within `reach`: the line keeps the marked period, while the shift acts where it is found now. A shift that was kept and that nothing found
    answers to is a fact that the planner knows; it acts in its marked period with its own levels. Of several marks
    within `reach` of each other one alone acts (the nearest to what is found; else the latest): no shift counts twice.

    Parameters
    ----------
    found
        What `find_level_shifts` found, at most one per series.
    marks
        The planner's marks, with the raw and corrected levels of their lines. A kept line without both levels above 0 says
        nothing that could be applied.
    reach
        Periods between a mark and a shift up to which they are the same one.
    labels
        Name of each period.
    """
    lines = marks.lines(LEVEL_SHIFT)
    named, notes = found.columns.copy(), list(found.notes)
    marked: dict[int, list[int]] = {}
    for line in records(lines):
        marked.setdefault(int(line.row), []).append(int(line.column))
    taken: dict[int, list[int]] = {}
    for k, (row, at) in enumerate(zip(found.rows.tolist(), found.columns.tolist(), strict=True)):
        mine = [column for column in marked.get(row, []) if abs(column - at) <= reach]
        if not mine:
            continue
        named[k] = min((abs(column - at), column) for column in mine)[1]
        taken[row] = [at, int(named[k])]
        if named[k] != at:
            notes[k] += f"; the line keeps the period of its mark, {labels[named[k]]}"
    kept = []
    for line in records(lines[::-1]):  # the latest first
        near = any(abs(line.column - other) <= reach for other in taken.get(line.row, []))
        if line.mark != "Keep" or line.row < 0 or near or not (line.raw > 0 and line.corrected > 0):
            continue
        taken.setdefault(line.row, []).append(int(line.column))
        kept.append(line)
    kept.reverse()
    columns = np.array([line.column for line in kept], dtype=np.intp)
    notes += [
        f"not found in this run, applied as it was kept: level went from {amount(line.raw)} to {amount(line.corrected)} a period in {labels[line.column]}"
        for line in kept
    ]
    return Found(
        LEVEL_SHIFT,
        np.append(found.rows, np.array([line.row for line in kept], dtype=np.intp)),
        np.append(found.columns, columns),
        np.append(found.corrected, np.array([line.corrected for line in kept], dtype=np.float64)),
        notes,
        np.append(found.proposed, np.ones(len(kept), dtype=bool)),
        np.append(found.before, np.array([line.raw for line in kept], dtype=np.float64)),
        np.append(named, columns),
    )
