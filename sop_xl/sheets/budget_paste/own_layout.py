"""A budget in the sheet's own columns: nothing to infer, and Budget Mapping says so."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.blocks import Block
from sop_xl.errors import Problem, Severity
from sop_xl.sheets.budget_paste.control import Converter, total_lines
from sop_xl.sheets.budget_paste.layout import own_cells
from sop_xl.sheets.budget_paste.mapping import MappingLines
from sop_xl.sheets.budget_paste.meaning import Reader
from sop_xl.sheets.budget_paste.remembered import OWN, Remembered
from sop_xl.sheets.cells import is_blank
from sop_xl.sheets.grids import line_currencies
from sop_xl.sheets.read import Reading
from sop_xl.sheets.settings import Settings
from sop_xl.vocabulary import MEASURES, MONEY


def is_own_layout(reading: Reading, block: Block, reader: Reader) -> bool:
    """Whether the standard reading says all there is: the sheet's own header, every column known, nothing left out, no title with a money unit above."""
    header = reading.header
    return header is not None and header.layout == "wide" and says_all(reading, block, reader) and has_own_labels(reading, block)


def says_all(reading: Reading, block: Block, reader: Reader) -> bool:
    """Whether the standard reading leaves nothing to ask: every column known, nothing left out, no title with a money unit above."""
    header = reading.header
    if header is None or any(p.severity is not Severity.NOTE for p in reading.problems):
        return False
    silent = not any(p.rule in ("unknown-column", "column-without-header", "total-row", "repeated-header") for p in reading.problems)
    titles = [reader.title(v) for row in own_cells(reading.spec, block)[: header.row] for v in row if isinstance(v, str) and not is_blank(v)]
    return silent and not any(t.scale or t.currency for t in titles)


def has_own_labels(reading: Reading, block: Block, *, stated: bool = False) -> bool:
    """Whether every label stands under the sheet's own header text; of `stated` ones alone, those that are left out do not count."""
    header = reading.header
    if header is None:
        return False
    texts = block.rows[header.row]
    columns = [c for c in reading.spec.columns if not stated or c.name in header.labels]
    return all(c.name in header.labels and texts[header.labels[c.name]] == c.label for c in columns)


def identity_lines(reading: Reading, settings: Settings, remembered: Remembered, block: Block, convert: Converter | None = None) -> tuple[pd.DataFrame, list[Problem]]:
    """BUDGET_MAPPING of such a budget, and a warning where its total does not tie to the control total.

    Parameters
    ----------
    reading
        Of the standard reader, with rows.
    convert
        Makes amounts of several currencies one, at plan rates.
    """
    lines = MappingLines(OWN, block, settings)
    header, values, labels = reading.header, reading.values, reading.labels
    assert header is not None and values is not None and labels is not None
    words = [f"the sheet's own columns, header in row {block.row + header.row}; every column is what it says, nothing is inferred"]
    if settings.budget_scale != 1:
        words.append(f"money in multiples of {settings.budget_scale:,.0f} (Budget money unit in Settings)")
    lines.add("sheet", block.sheet, "", "the sheet's own layout", words, None, 0)
    measures = np.array(reading.spec.measures, dtype=object)[values.measure]
    money = np.array([MEASURES[name].unit == MONEY for name in reading.spec.measures])[values.measure]
    currency = np.array(line_currencies(reading.spec, labels, settings.plan_currency), dtype=object)[values.line]
    amounts = pd.DataFrame({"measure": measures, "currency": np.where(money, currency, ""), "period": values.period, "last_period": values.period, "amount": values.number})
    problems = total_lines(lines, amounts, convert=convert)
    return lines.frame(remembered, remembered.of(OWN)), problems
