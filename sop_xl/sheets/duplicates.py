"""Keys are unique: a second line with the same key is a problem at its cell, never added up."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from sop_xl.blocks import Block
from sop_xl.errors import Problem, errors_in
from sop_xl.sheets.cells import show
from sop_xl.sheets.grids import Values, line_currencies, line_measures
from sop_xl.sheets.header import Header
from sop_xl.sheets.labels import Labels
from sop_xl.sheets.spec import SheetSpec
from sop_xl.vocabulary import MEASURES, MONEY


def duplicate_rows(spec: SheetSpec, block: Block, header: Header, records: pd.DataFrame, labels: Labels) -> list[Problem]:
    """A record whose key stands further up already."""
    keys = [k for k in spec.key if k in header.labels]
    if not keys:
        return []
    table = records[list(spec.key)]
    blank = (table[[k for k in keys if spec.column(k).required]] == "").any(axis=1)
    again = table.duplicated() & ~blank
    backwards = table[::-1]
    first = dict(zip(backwards.itertuples(index=False, name=None), backwards.index, strict=True))
    problems = []
    for line in table.index[again]:
        key = tuple(table.loc[line])
        problems.append(_twice(spec, block, header, keys, line, first[key], [_text(table.loc[line, k]) for k in keys]))
        labels.faulty.add(line)
    return problems


def _text(value: object) -> str:
    """A part of a key as a planner reads it; an absent date is nothing."""
    if isinstance(value, datetime):
        return "" if pd.isna(value) else f"{value:%Y-%m-%d}"
    return str(value)


def duplicate_cells(spec: SheetSpec, block: Block, header: Header, labels: Labels, values: Values, plan_currency: str) -> list[Problem]:
    """A line of a grid whose key stands further up already: in any period where it is wide, else in the same period."""
    keys = [k for k in spec.key if k in header.labels]
    table = pd.DataFrame({k: pd.Series(labels.values[k], dtype="object").fillna("") for k in spec.key if k != "measure"})
    measures = np.array(line_measures(spec, labels), dtype=object)
    if "unit" in table:
        # a line without a unit is in plan currency, so that naming the currency makes no second line
        money = np.array([MEASURES[m].unit == MONEY for m in measures])
        table["unit"] = np.where(money, np.array(line_currencies(spec, labels, plan_currency), dtype=object), "")
    if header.layout == "wide":
        # a line without any number says nothing, so it says nothing twice
        line = np.unique(values.line)
        table["measure"] = measures
        table = table.iloc[line].reset_index(drop=True)
    else:
        table = table.iloc[values.line].reset_index(drop=True)
        table["measure"], table["period"] = values.measure, values.period
        line = values.line
    required = [c.name for c in spec.columns if c.required and c.name in table]
    again = table.duplicated().to_numpy() & ~(table[required] == "").any(axis=1).to_numpy()
    if not again.any():
        return []
    group = table.groupby(list(table.columns), sort=False).ngroup().to_numpy()
    first_at = dict(zip(group[::-1].tolist(), line[::-1].tolist(), strict=True))
    problems: dict[int, Problem] = {}
    for n in np.nonzero(again)[0].tolist():
        k, first = int(line[n]), int(first_at[int(group[n])])
        if k in problems:
            continue
        key = [str(labels.values[name][k] or "") for name in keys]
        if header.layout != "wide":
            key.append(pd.Timestamp(values.periods[int(values.period[n])]).strftime("%Y-%m-%d"))
        if keys:
            problem = _twice(spec, block, header, keys, labels.rows[k], labels.rows[first], key)
        else:
            problem = Problem(block.sheet, block.address(labels.rows[k], header.columns.start), "duplicate-key", "expected one line", "a second one")
        problems[k] = problem
    labels.faulty.update(labels.rows[k] for k in problems)
    return list(problems.values())


def duplicates_after_defaults(spec: SheetSpec, sheet: str, frame: pd.DataFrame, found: list[Problem]) -> list[Problem]:
    """Two lines that differ as written and are the same once defaults are filled in, such as an empty location and All."""
    if spec.frame is None or frame.empty or errors_in(found):
        return []
    # rows that are added up later differ in a key of the sheet which the frame does not carry
    own = [*spec.frame.keys, *(k for k in spec.key if spec.combine is not None and k in frame and k not in spec.frame.keys)]
    again = frame.duplicated([*own, *(["currency"] if "currency" in frame else [])])
    if not again.any():
        return []
    key = ", ".join(show(str(v)) for v in frame.loc[again, own].iloc[0] if v != "")
    return [Problem(sheet, "", "duplicate-key", "expected each line once after defaults are filled in", key)]


def _twice(spec: SheetSpec, block: Block, header: Header, keys: list[str], line: int, first: int, key: list[str]) -> Problem:
    j = header.labels[keys[0]]
    got = ", ".join(show(k) for k in key if k) or "a second line without labels"
    words = _key_words(spec, keys)
    return Problem(block.sheet, block.address(line, j), "duplicate-key", f"expected each {words} once", got, f"row {block.row + first} has it already")


def _key_words(spec: SheetSpec, keys: list[str]) -> str:
    words = [spec.column(k).label.lower() for k in keys]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
