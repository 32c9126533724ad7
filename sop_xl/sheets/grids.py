"""The numbers of a grid, whichever way it is laid out, as one row per key and period with one column per measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.blocks import Block, CellValue
from sop_xl.errors import Problem
from sop_xl.sheets.cell_numbers import read_number
from sop_xl.sheets.cells import CellReading, Habits, Refused, show
from sop_xl.sheets.conversions import Conversions
from sop_xl.sheets.currencies import currency_of
from sop_xl.sheets.grid_periods import when_by_row, when_by_year
from sop_xl.sheets.header import Header
from sop_xl.sheets.labels import Labels, choices_of
from sop_xl.sheets.spec import SheetSpec
from sop_xl.vocabulary import BY_LABEL, FRACTION, MEASURES, MONEY, MONEY_PER_UNIT

_POSITIVE = frozenset({"fx_rate"})


@dataclass
class Values:
    """The filled cells of a grid, one element per cell in each array.

    Parameters
    ----------
    line
        Place in `Labels.rows`.
    period
        Place in `periods`.
    measure
        Place in the sheet's measures.
    row, column
        Places in the block.
    number
        The value.
    """

    periods: list[pd.Timestamp]
    line: np.ndarray[Any, np.dtype[np.int64]]
    period: np.ndarray[Any, np.dtype[np.int64]]
    measure: np.ndarray[Any, np.dtype[np.int64]]
    column: np.ndarray[Any, np.dtype[np.int64]]
    number: np.ndarray[Any, np.dtype[np.float64]]
    problems: list[Problem] = field(default_factory=list)


def line_measures(spec: SheetSpec, labels: Labels) -> list[str]:
    """Measure of each line by name; an empty measure cell means the sheet's first."""
    if "measure" not in labels.values or not choices_of(spec, spec.column("measure")):
        return [spec.measures[0]] * len(labels.rows)
    return [BY_LABEL[m.casefold()].name if m and m.casefold() in BY_LABEL else spec.measures[0] for m in labels.values["measure"]]


def line_currencies(spec: SheetSpec, labels: Labels, plan_currency: str) -> list[str]:
    """Currency of each line's money: its unit, or the plan currency where it states none."""
    units = labels.values.get("unit", [""] * len(labels.rows))
    return [currency_of(u or "", plan_currency) for u in units]


def money_lines(spec: SheetSpec, labels: Labels, header: Header | None) -> list[bool | None]:
    """Whether each line holds money; `None` where one line holds money and quantities side by side, as a long layout does."""
    if header is not None and header.layout == "long" and set(header.values) != {""}:
        kinds = {MEASURES[m].unit == MONEY for m in header.values if m}
        return [kinds.pop() if len(kinds) == 1 else None] * len(labels.rows)
    return [MEASURES[m].unit == MONEY for m in line_measures(spec, labels)]


def read_values(
    spec: SheetSpec, block: Block, header: Header, labels: Labels, habits: Habits, conversions: Conversions, plan_currency: str
) -> Values:
    """Every filled number of the grid with its period and measure; one problem per bad cell."""
    problems: list[Problem] = []
    if header.layout == "wide":
        periods = sorted(header.periods)
        columns = [header.periods[p] for p in periods]
        when = np.broadcast_to(np.arange(len(periods)), (len(labels.rows), len(periods)))
        of_column = [None] * len(columns)
    elif header.layout == "years":
        places = sorted(header.places)
        columns = [header.places[p] for p in places]
        periods, when = when_by_year(block, header, labels, places, habits, columns, problems)
        of_column = [None] * len(columns)
    else:
        measures = list(header.values)
        columns = [header.values[m] for m in measures]
        periods, one = when_by_row(block, header, labels, habits, conversions, columns, problems)
        when = np.repeat(one[:, None], len(columns), axis=1)
        of_column = [m or None for m in measures]  # type: ignore[misc]
    by_line = np.array([spec.measures.index(m) for m in line_measures(spec, labels)], dtype=np.int64)
    which = np.repeat(by_line[:, None], len(columns), axis=1)
    for k, name in enumerate(of_column):
        if name is not None:
            which[:, k] = spec.measures.index(name)
    currencies = line_currencies(spec, labels, plan_currency)

    def read(value: CellValue, line: int, measure: int) -> CellReading:
        unit = MEASURES[spec.measures[measure]].unit
        currency = currencies[line] if unit in (MONEY, MONEY_PER_UNIT) else ""
        return read_number(value, habits, fraction=unit == FRACTION, currency=currency)

    cells = [[r[j] for j in columns] for r in (block.rows[i] for i in labels.rows)]
    numbers = _numbers(cells, block, labels, columns, which, read, conversions, problems)
    line, place = np.nonzero(~np.isnan(numbers) & (when >= 0))
    values = Values(
        periods, line, when[line, place], which[line, place], np.array(columns, dtype=np.int64)[place], numbers[line, place], problems
    )
    _check_positive(spec, block, labels, values)
    return values


def values_frame(spec: SheetSpec, labels: Labels, values: Values, plan_currency: str, sound: np.ndarray[Any, Any]) -> pd.DataFrame:
    """One row per key and period: key columns, labels that the core's frame wants, `period`, one column per measure, `currency`.

    Parameters
    ----------
    sound
        Which elements of `values` to take, as flags.
    """
    assert spec.frame is not None
    keys = [name for name in spec.key if name != "measure"]
    kept = keys + [c.name for c in spec.columns if c.name in spec.frame.columns and c.name not in (*keys, "measure")]
    table = pd.DataFrame({name: pd.Series(labels.values[name], dtype="object").fillna("") for name in kept})
    group = table.groupby(keys, sort=True).ngroup().to_numpy()
    firsts = table.groupby(group, sort=True).head(1).set_axis(pd.unique(group)).sort_index()
    shape = (len(firsts), len(values.periods))
    line, number = values.line[sound], values.number[sound]
    arrays = [np.full(shape, np.nan) for _ in spec.measures]
    for k, array in enumerate(arrays):
        of_measure = values.measure[sound] == k
        array[group[line[of_measure]], values.period[sound][of_measure]] = number[of_measure]
    where = ~np.isnan(arrays[0])
    for array in arrays[1:]:
        where |= ~np.isnan(array)
    at, when = np.nonzero(where)
    frame = {name: firsts[name].to_numpy()[at] for name in kept}
    frame["period"] = pd.DatetimeIndex(values.periods).to_numpy(dtype="datetime64[ns]")[when]
    frame |= {name: array[at, when] for name, array in zip(spec.measures, arrays, strict=True)}
    money = [k for k, term in enumerate(spec.measure_terms) if term.unit == MONEY]
    if money:
        currency = np.full(len(firsts), plan_currency, dtype=object)
        of_money = np.isin(values.measure[sound], money)
        currency[group[line[of_money]]] = np.array(line_currencies(spec, labels, plan_currency), dtype=object)[line[of_money]]
        frame["currency"] = currency[at]
    return pd.DataFrame(frame)


def _numbers(
    cells: list[list[CellValue]], block: Block, labels: Labels, columns: list[int], which: np.ndarray[Any, Any],
    read: Callable[[CellValue, int, int], CellReading], conversions: Conversions, problems: list[Problem],
) -> np.ndarray[Any, np.dtype[np.float64]]:  # fmt: skip
    """The cells as floats with NaN for absent; only cells that are no plain numbers are looked at one by one."""
    raw = np.empty((len(cells), len(columns)), dtype=object)
    if cells and columns:
        raw[:] = cells
    absent = pd.isnull(raw)
    numbers = np.full(raw.shape, np.nan)
    odd = [] if set(map(type, raw[~absent].tolist())) <= {float, int} else np.argwhere(_odd(raw) & ~absent).tolist()
    usual = ~absent
    for k, m in odd:
        usual[k, m] = False
    numbers[usual] = raw[usual].astype(float)
    known: dict[tuple[type, CellValue, int, str], CellReading] = {}
    units = labels.values.get("unit", [""] * len(cells))
    for k, m in odd:
        value, measure = raw[k, m], int(which[k, m])
        place = (type(value), value, measure, units[k])
        reading = known.get(place)
        if reading is None:
            reading = known[place] = read(value, k, measure)
        i, j = labels.rows[k], columns[m]
        if isinstance(reading, Refused):
            problems.append(Problem(block.sheet, block.address(i, j), reading.rule, reading.expected, show(value), reading.hint))
        else:
            if reading.note:
                conversions.add("numbers", i, j, value, reading)
            if reading.value is not None:
                numbers[k, m] = reading.value
    for k, m in np.argwhere(np.isinf(numbers)).tolist():
        cell = block.address(labels.rows[k], columns[m])
        problems.append(Problem(block.sheet, cell, "not-a-number", "expected a finite number", show(raw[k, m])))
        numbers[k, m] = np.nan
    return numbers


def _odd(raw: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    kinds = np.frompyfunc(lambda v: type(v) is not float and type(v) is not int, 1, 1)(raw)
    return np.asarray(kinds, dtype=bool)


def _check_positive(spec: SheetSpec, block: Block, labels: Labels, values: Values) -> None:
    for k, name in enumerate(spec.measures):
        if name in _POSITIVE:
            for n in np.nonzero((values.measure == k) & (values.number <= 0))[0].tolist():
                cell = block.address(labels.rows[values.line[n]], int(values.column[n]))
                values.problems.append(Problem(block.sheet, cell, "out-of-range", "expected a number above 0", show(float(values.number[n]))))
