"""From frames to the header and rows that a host writes into a sheet's table."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.errors import FrameError, Problem, Severity
from sop_xl.periods import Calendar, Timeline
from sop_xl.sheets import control
from sop_xl.sheets.settings_rows import setting_rows
from sop_xl.sheets.spec import CellType, SheetSpec
from sop_xl.vocabulary import COUNT, DAYS, FRACTION, HOURS, MONEY, MONEY_PER_UNIT, UNITS, Measure

__all__ = ["grid_rows", "problem_rows", "record_rows", "setting_rows"]

Table = tuple[list[str], list[list[CellValue]]]
"""Header and rows of one table."""


def grid_rows(
    spec: SheetSpec,
    frame: pd.DataFrame,
    timeline: Timeline,
    labels: Mapping[str, Sequence[str]] | None = None,
    *,
    units: Mapping[str, str] | None = None,
    stocking_unit: Sequence[str] | None = None,
    plan_currency: str = "",
    not_if_zero: Collection[str] = (),
) -> Table:
    """Lines of a grid: per key one line per measure in the order of `spec.measures`, one column per period of the timeline.

    A line without any value is left out; values outside the timeline are not shown. NaN becomes an empty cell.

    Parameters
    ----------
    spec
        Contract of the grid.
    frame
        One row per key and period with the measures as columns; measures that it lacks are left out. Its first occurrence
        of a key gives the place of the key's lines, so an ordered frame gives ordered lines.
    timeline
        Periods shown.
    labels
        Further label columns by field name (`family`, `region`, `note` ...), each aligned with the rows of `frame`; a column of
        `frame` with that name is taken where `labels` has none.
    units
        Text for the unit column by measure name; by default the vocabulary's unit, with money in `plan_currency`.
    stocking_unit
        Unit of quantities, and of what a resource does, aligned with the rows of `frame`; by default `units` and `h`.
    plan_currency
        Three-letter code.
    not_if_zero
        Measures whose line is left out where it is zero throughout.
    """
    header = [c.label for c in spec.columns] + timeline.labels
    keys = [k for k in spec.key if k not in ("measure", "unit")]
    if frame.empty:
        return header, []
    if spec.combine is not None and spec.frame is not None:
        # a label by which lines were added up is left open: one line for all of them
        keys = [k for k in keys if k in frame or k in spec.frame.keys]
    missing = [k for k in keys if k not in frame]
    if missing:
        raise FrameError(f"{spec.name}: column {missing[0]!r} is missing")
    measures = [term for term in spec.measure_terms if term.name in frame]
    key = frame.groupby(keys, sort=False).ngroup().to_numpy() if keys else np.zeros(len(frame), dtype=np.int64)
    firsts = np.unique(key, return_index=True)[1]
    place = timeline.periods.get_indexer(pd.DatetimeIndex(frame["period"]))
    shown = place >= 0
    cube = np.full((len(firsts), len(measures), len(timeline.periods)), np.nan)
    for m, term in enumerate(measures):
        cube[key[shown], m, place[shown]] = frame[term.name].to_numpy(dtype=float)[shown]
    filled = ~np.isnan(cube).all(axis=2)
    for m, term in enumerate(measures):
        if term.name in not_if_zero:
            filled[:, m] &= (np.nan_to_num(cube[:, m, :]) != 0).any(axis=1)
    at, which = np.nonzero(filled)
    columns = _label_columns(spec, frame, labels or {}, firsts, at, which, measures, units or {}, stocking_unit, plan_currency)
    numbers = _cells(cube[at, which])
    return header, [[*left, *right] for left, right in zip(zip(*columns, strict=True), numbers, strict=True)]


def record_rows(spec: SheetSpec, frame: pd.DataFrame, calendar: Calendar | None = None) -> Table:
    """Lines of a table of records: the contract's columns in order, those that the frame lacks empty.

    Parameters
    ----------
    calendar
        Writes period cells as its labels; without it they are dates.
    """
    header = [c.label for c in spec.columns]
    columns: list[list[CellValue]] = []
    for c in spec.columns:
        cells: list[CellValue] = list(_column_cells(frame[c.name])) if c.name in frame else [None for _ in range(len(frame))]
        if c.cell is CellType.PERIOD and calendar is not None:
            cells = [calendar.label(pd.Timestamp(v)) if isinstance(v, datetime) else v for v in cells]
        columns.append(cells)
    return header, [list(line) for line in zip(*columns, strict=True)]


def problem_rows(problems: Iterable[Problem]) -> Table:
    """Lines of the Problems sheet: errors first, then warnings and notes, each in the order found; `link` is the address."""
    header = [c.label for c in control.PROBLEMS.columns]
    order = list(Severity)
    rows: list[list[CellValue]] = []
    for p in sorted(problems, key=lambda p: order.index(p.severity)):
        cells = (p.severity.value, p.sheet, p.cell, p.rule, p.expected, p.got, p.hint, p.address)
        rows.append([cell or None for cell in cells])
    return header, rows


def _label_columns(
    spec: SheetSpec, frame: pd.DataFrame, labels: Mapping[str, Sequence[str]], firsts: np.ndarray[Any, Any], at: np.ndarray[Any, Any],
    which: np.ndarray[Any, Any], measures: Sequence[Measure], units: Mapping[str, str], stocking_unit: Sequence[str] | None, plan_currency: str,
) -> list[list[CellValue]]:  # fmt: skip
    columns: list[list[CellValue]] = []
    for c in spec.columns:
        if c.name == "measure":
            texts = np.array([term.label for term in measures], dtype=object)[which]
        elif c.name == "unit" and "unit" not in labels:
            texts = _units(measures, units, stocking_unit, plan_currency, firsts)[at, which]
        elif c.name in labels or c.name in frame:
            source = labels[c.name] if c.name in labels else frame[c.name]
            texts = np.asarray(source, dtype=object)[firsts][at]
        else:
            texts = np.full(len(at), None, dtype=object)
        columns.append([None if t is None or t == "" or pd.isna(t) else t for t in texts.tolist()])
    return columns


def _units(
    measures: Sequence[Measure], units: Mapping[str, str], stocking_unit: Sequence[str] | None, plan_currency: str, firsts: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Unit text by key and measure."""
    own = np.full(len(firsts), "units", dtype=object) if stocking_unit is None else np.asarray(stocking_unit, dtype=object)[firsts]
    texts = np.empty((len(firsts), len(measures)), dtype=object)
    for m, term in enumerate(measures):
        if term.name in units:
            texts[:, m] = units[term.name]
        elif term.unit == UNITS or (term.unit == HOURS and stocking_unit is not None):
            texts[:, m] = own
        elif term.unit == MONEY_PER_UNIT and plan_currency:
            texts[:, m] = np.array([f"{plan_currency}/{u}" for u in own], dtype=object)
        elif term.unit == MONEY and plan_currency:
            texts[:, m] = plan_currency
        else:
            texts[:, m] = {FRACTION: "fraction", DAYS: "days", COUNT: "count"}.get(term.unit, term.unit)
    return texts


def _cells(numbers: np.ndarray[Any, Any]) -> list[list[CellValue]]:
    cells = (numbers + 0.0).astype(object)  # adding zero turns -0.0 into 0.0
    cells[np.isnan(numbers)] = None
    rows: list[list[CellValue]] = cells.tolist()
    return rows


def _column_cells(column: pd.Series[Any]) -> list[CellValue]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return [None if v is pd.NaT else _moment(v) for v in column]
    if pd.api.types.is_float_dtype(column):
        return [None if math.isnan(v) else v + 0.0 for v in column.tolist()]
    return [None if v is None or v == "" or pd.isna(v) else v for v in column.tolist()]


def _moment(value: Any) -> datetime:
    moment: datetime = value.to_pydatetime()
    return moment
